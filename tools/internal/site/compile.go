package site

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
)

// compile builds Hugo into bin. The binary appears there by a rename, so a
// reader sees a whole one or none.
func (l *Locator) compile(ctx context.Context, version, bin string) error {
	hugo := product{name: finding.Text{Zh: " Hugo " + version + " ", En: "Hugo " + version}, path: hugoModule, os: runtime.GOOS, arch: runtime.GOARCH,
		without: finding.Text{Zh: "；也可把这一版 Hugo 放进 PATH", En: "; you may also put this Hugo on PATH"}}
	return l.make(hugo, filepath.Dir(bin), func(tmp string) error {
		out := filepath.Join(tmp, filepath.Base(bin))
		if err := l.build(ctx, hugo, out); err != nil {
			return err
		}
		if got := versionOf(ctx, out); got != version {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fail(nil, "编译出的 Hugo 自报版本 %[2]q，而 go.mod 要 %[1]s；请检查 go.mod 的 replace 行",
				"the compiled Hugo says it is %[2]q where go.mod wants %[1]s: look at the replace lines of go.mod", version, got)
		}
		if err := os.Rename(out, bin); err != nil {
			return fmt.Errorf("keep compiled hugo: %w", err)
		}
		return nil
	})
}

// product is a program that is compiled from the project's own module.
type product struct {
	name     finding.Text
	path     string // of its package
	os, arch string
	flags    []string
	without  finding.Text // how to do without compiling
}

// make runs fn with a temporary folder inside dir and says what takes so long.
func (l *Locator) make(p product, dir string, fn func(tmp string) error) error {
	l.say("首次使用需编译%[1]s，要几分钟，只此一次；结果存在 %[3]s",
		"compiling %[2]s: this takes a few minutes and happens once; the result is kept in %[3]s",
		p.name.Zh, p.name.En, dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make cache folder: %w", err)
	}
	removeStale(dir, ".build-*")
	tmp, err := os.MkdirTemp(dir, ".build-*")
	if err != nil {
		return fmt.Errorf("make build folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := fn(tmp); err != nil {
		return err
	}
	l.say("%[1]s编译完成", "%[2]s is compiled", p.name.Zh, p.name.En)
	return nil
}

// build compiles p into the file out.
func (l *Locator) build(ctx context.Context, p product, out string) error {
	goBin, err := p.goCommand()
	if err != nil {
		return err
	}
	todo := l.packages(ctx, goBin, p)
	l.progress(0, len(todo), "")
	cmd := command(ctx, goBin, slices.Concat([]string{"build", "-v", "-o", out}, p.buildFlags(), []string{p.path})...)
	cmd.Dir = l.Root
	cmd.Env = p.goEnv()
	var tail lastLines
	done := 0
	stderr := &lineWriter{line: func(s string) {
		if !todo[s] {
			tail.add(s)
			if strings.HasPrefix(s, "go: ") {
				l.progress(done, len(todo), strings.TrimPrefix(s, "go: "))
			}
			return
		}
		done++
		l.progress(done, len(todo), s)
	}}
	cmd.Stdout, cmd.Stderr = stderr, stderr
	err = cmd.Run()
	stderr.flush()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return p.compileError(err, tail.String())
	}
	l.progress(len(todo), len(todo), "")
	return nil
}

// goCommand finds Go, or says how to do without.
func (p product) goCommand() (string, error) {
	goBin, err := goCommand()
	if err != nil {
		return "", fail(err, "找不到 Go，无法编译%[1]s。请安装 Go（版本见 go.mod）%[3]s", "Go was not found, to compile %[2]s: install Go (go.mod says which)%[4]s",
			p.name.Zh, p.name.En, p.without.Zh, p.without.En)
	}
	return goBin, nil
}

// buildFlags are shared by the build and the listing: with other flags the
// listing would name other packages as stale.
func (p product) buildFlags() []string {
	return append([]string{"-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}, p.flags...)
}

func (p product) goEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "CGO_ENABLED", "GOOS", "GOARCH", "GOWORK", "GOFLAGS", "GOWASM", "GOEXPERIMENT":
		default:
			env = append(env, kv)
		}
	}
	return append(env, "CGO_ENABLED=0", "GOWORK=off", "GOOS="+p.os, "GOARCH="+p.arch)
}

// packages lists the packages that have to be compiled. It only serves the
// progress display, so a failure is left to the build to report.
func (l *Locator) packages(ctx context.Context, goBin string, p product) map[string]bool {
	args := slices.Concat([]string{"list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"}, p.buildFlags(), []string{p.path})
	cmd := command(ctx, goBin, args...)
	cmd.Dir = l.Root
	cmd.Env = p.goEnv()
	// Listing downloads the modules the first time; without a word that looks
	// like a hang.
	stderr := &lineWriter{line: func(s string) { l.progress(0, 0, strings.TrimPrefix(s, "go: ")) }}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	stderr.flush()
	if err != nil {
		return nil
	}
	set := make(map[string]bool)
	for p := range strings.FieldsSeq(string(out)) {
		set[p] = true
	}
	return set
}

func (p product) compileError(err error, output string) error {
	zh, en := "编译"+p.name.Zh+"失败", "compiling "+p.name.En+" failed"
	hints := []struct {
		signs  []string
		zh, en string
	}{
		{[]string{"no space left"}, "；磁盘已满，请腾出约 3 GB", ": the disk is full, make about 3 GB free"},
		{[]string{"signal: killed", "out of memory", "cannot allocate memory"}, "；内存不足，请关掉别的程序后再试",
			": out of memory, close other programs and try again"},
		{[]string{"requires go >=", "toolchain not available"}, "；Go 的版本太旧，请按 go.mod 升级",
			": this Go is too old, upgrade it to what go.mod says"},
		{[]string{"dial tcp", "no such host", "i/o timeout", "connection refused", "proxyconnect", "TLS handshake",
			"Forbidden", "module lookup disabled", "unexpected EOF"},
			"；取不到模块，请检查网络或设置 GOPROXY" + p.without.Zh, ": modules cannot be fetched, check the network or set GOPROXY" + p.without.En},
	}
	cause := fmt.Errorf("go build: %w\n%s", err, output)
	for _, h := range hints {
		for _, s := range h.signs {
			if strings.Contains(output, s) {
				return fail(cause, "%[1]s", "%[2]s", zh+h.zh, en+h.en)
			}
		}
	}
	return fail(cause, "%[1]s", "%[2]s", zh+p.without.Zh, en+p.without.En)
}

func removeStale(dir, pattern string) {
	old, _ := filepath.Glob(filepath.Join(dir, pattern))
	for _, p := range old {
		os.RemoveAll(p)
	}
}

// lineWriter hands each whole line to a function.
type lineWriter struct {
	buf  bytes.Buffer
	line func(string)
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.buf.Write(p)
	for {
		i := bytes.IndexByte(w.buf.Bytes(), '\n')
		if i < 0 {
			return len(p), nil
		}
		w.line(strings.TrimRight(string(w.buf.Next(i+1)), "\r\n"))
	}
}

func (w *lineWriter) flush() {
	s := bufio.NewScanner(&w.buf)
	for s.Scan() {
		w.line(s.Text())
	}
}

// lastLines keeps the end of an output that may be long.
type lastLines []string

func (t *lastLines) add(s string) {
	const keep = 20
	*t = append(*t, s)
	if len(*t) > keep {
		*t = (*t)[len(*t)-keep:]
	}
}

func (t *lastLines) String() string { return strings.Join(*t, "\n") }
