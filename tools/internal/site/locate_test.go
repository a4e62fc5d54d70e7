package site

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"taizhang/tools/internal/finding"
)

// script writes an executable shell script.
func script(t *testing.T, name, body string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	write(t, name, "#!/bin/sh\n"+body+"\n")
	if err := os.Chmod(name, 0o755); err != nil {
		t.Fatal(err)
	}
}

// machine is a project that pins Hugo 1.2.3 on a machine of fake commands.
type machine struct {
	l     *Locator
	bin   string // the folder on PATH
	calls string // the fake go counts its builds here
	said  *strings.Builder
	steps *[]string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "root/go.mod"), "module m\n\ngo 1.26.0\n\nrequire github.com/gohugoio/hugo v1.2.3 // indirect\n")
	var said strings.Builder
	var steps []string
	m := machine{bin: filepath.Join(dir, "bin"), calls: filepath.Join(dir, "calls"), said: &said, steps: &steps}
	m.l = &Locator{
		Root: filepath.Join(dir, "root"), CacheDir: filepath.Join(dir, "cache"),
		Say:      func(s finding.Text) { said.WriteString(s.Zh + "\n" + s.En + "\n") },
		Progress: func(done, total int, what string) { steps = append(steps, what) },
	}
	if err := os.Mkdir(m.bin, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", m.bin+":/usr/bin:/bin")
	return m
}

// fakeGo lists three packages and "compiles" a hugo that says its version.
func (m machine) fakeGo(t *testing.T, version string) {
	script(t, filepath.Join(m.bin, "go"), `
if [ "$1" = list ]; then printf 'a/b\nc/d\ngithub.com/gohugoio/hugo\n'; exit; fi
[ "$CGO_ENABLED" = 0 ] || exit 9
echo build >> `+m.calls+`
echo 'go: downloading example.com/x v1.0.0' >&2
printf 'a/b\nc/d\n' >&2
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\necho "hugo `+version+` linux/amd64"\n' > "$2"
chmod +x "$2"`)
}

func TestLocatorPrefersThePathWhenTheVersionFits(t *testing.T) {
	for line, fits := range map[string]bool{
		"hugo v1.2.3 linux/amd64 BuildDate=unknown":              true,
		"hugo v1.2.3+extended+withdeploy linux/amd64":            true,
		"hugo v1.2.3-0a1b2c3d4e5f+extended linux/amd64 Vendor=x": true,
		"hugo v1.2.3-DEV linux/amd64":                            false,
		"hugo v1.2.30 linux/amd64":                               false,
		"hugo v1.2.4 linux/amd64":                                false,
		"something else":                                         false,
	} {
		t.Run(line, func(t *testing.T) {
			m := newMachine(t)
			onPath := filepath.Join(m.bin, "hugo")
			script(t, onPath, "echo '"+line+"'")
			m.fakeGo(t, "v1.2.3")
			got, err := m.l.Hugo(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (got == onPath) != fits {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestLocatorCompilesOnceAndCaches(t *testing.T) {
	m := newMachine(t)
	m.fakeGo(t, "v1.2.3")
	got, err := m.l.Hugo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if base := filepath.Base(filepath.Dir(got)); !strings.HasPrefix(base, "hugo-1.2.3-go1.") || !strings.HasSuffix(base, runtime.GOOS+"-"+runtime.GOARCH) {
		t.Errorf("cached as %s", got)
	}
	if zh, en := strings.Index(m.said.String(), "只此一次"), strings.Index(m.said.String(), "happens once"); zh < 0 || en < zh {
		t.Errorf("said %q", m.said)
	}
	if got := strings.Join(*m.steps, ","); got != ",downloading example.com/x v1.0.0,a/b,c/d," {
		t.Errorf("progress %q", got)
	}
	if _, err := m.l.Hugo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(readTree(t, filepath.Dir(m.calls))["calls"]) / len("build\n"); n != 1 {
		t.Errorf("compiled %d times", n)
	}
	// A damaged binary in the cache is compiled anew.
	write(t, got, "not a program")
	if _, err := m.l.Hugo(t.Context()); err != nil || versionOf(t.Context(), got) != "v1.2.3" {
		t.Errorf("damaged cache: %v", err)
	}
}

func TestConcurrentLocatorsCompileOnce(t *testing.T) {
	m := newMachine(t)
	m.fakeGo(t, "v1.2.3")
	m.l.Say, m.l.Progress = nil, nil
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			l := *m.l
			if _, err := l.Hugo(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, _ := os.ReadFile(m.calls); string(got) != "build\n" {
		t.Errorf("calls %q", got)
	}
}

func TestLocatorSaysWhatToDo(t *testing.T) {
	tests := []struct {
		name string
		goes string // body of the fake go; empty: there is none
		want []string
	}{
		{"no go", "", []string{"请安装 Go", "install Go", "v1.2.3"}},
		{"no network", "echo 'go: dial tcp: lookup proxy: no such host' >&2; exit 1", []string{"GOPROXY", "no such host", "PATH"}},
		{"no space", "echo 'write x: no space left on device' >&2; exit 1", []string{"磁盘已满", "the disk is full"}},
		{"compile error", "seq 1 100 >&2; exit 1", []string{"compiling Hugo v1.2.3 failed", "exit status 1", "\n81\n", "\n100"}},
		{"other version", "while [ \"$1\" != -o ]; do shift || exit; done; printf '#!/bin/sh\necho hugo v1.2.4 linux' > $2; chmod +x $2",
			[]string{"v1.2.4", "replace"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			if tt.goes == "" {
				t.Setenv("PATH", m.bin)
				t.Setenv("GOROOT", "")
			} else {
				script(t, filepath.Join(m.bin, "go"), `[ "$1" = list ] && exit; `+tt.goes)
			}
			_, err := m.l.Hugo(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "\n80\n") {
				t.Error("the whole output is repeated")
			}
			left, _ := filepath.Glob(filepath.Join(m.l.CacheDir, "*", "*"))
			if len(left) != 0 {
				t.Errorf("left in the cache: %v", left)
			}
		})
	}
}

func TestCancelKillsTheCompilerAndItsChildren(t *testing.T) {
	m := newMachine(t)
	alive := filepath.Join(t.TempDir(), "alive")
	script(t, filepath.Join(m.bin, "go"), `[ "$1" = list ] && exit; (sleep 1; echo x > `+alive+`) & wait`)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := m.l.Hugo(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	time.Sleep(1200 * time.Millisecond)
	if _, err := os.Stat(alive); err == nil {
		t.Error("a child of the compiler ran on")
	}
}

func TestPinnedVersionIsReadFromTheProject(t *testing.T) {
	if v, err := PinnedVersion("../../.."); err != nil || !strings.HasPrefix(v, "v0.") {
		t.Errorf("got %q, %v", v, err)
	}
	if _, err := PinnedVersion(t.TempDir()); err == nil {
		t.Error("no error without go.mod")
	}
}
