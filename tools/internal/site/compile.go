package site

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// compile builds Hugo into bin. The binary appears there by a rename, so a
// reader sees a whole one or none.
func (l *Locator) compile(ctx context.Context, version, bin string) error {
	l.say("首次使用需编译 Hugo %s，要几分钟，只此一次；结果存在 %s",
		"compiling Hugo %s: this takes a few minutes and happens once; the result is kept in %s",
		version, filepath.Dir(bin))
	goBin, err := goCommand()
	if err != nil {
		return fail(err, "找不到 Go。请安装 Go（版本见 go.mod），或把 Hugo %s 放进 PATH",
			"Go was not found: install Go (go.mod says which), or put Hugo %s on PATH", version)
	}
	dir := filepath.Dir(bin)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make cache folder: %w", err)
	}
	removeStale(dir, ".build-*")
	tmp, err := os.MkdirTemp(dir, ".build-*")
	if err != nil {
		return fmt.Errorf("make build folder: %w", err)
	}
	defer os.RemoveAll(tmp)

	todo := l.packages(ctx, goBin)
	l.progress(0, len(todo), "")
	out := filepath.Join(tmp, filepath.Base(bin))
	args := append([]string{"build", "-v", "-o", out}, buildFlags()...)
	cmd := command(ctx, goBin, append(args, hugoModule)...)
	cmd.Dir = l.Root
	cmd.Env = goEnv()
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
		return compileError(err, version, tail.String())
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
	l.progress(len(todo), len(todo), "")
	l.say("Hugo %s 编译完成", "Hugo %s is compiled", version)
	return nil
}

// buildFlags are shared by the build and the listing: with other flags the
// listing would name other packages as stale.
func buildFlags() []string {
	return []string{"-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}
}

func goEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "CGO_ENABLED", "GOOS", "GOARCH", "GOWORK", "GOFLAGS":
		default:
			env = append(env, kv)
		}
	}
	return append(env, "CGO_ENABLED=0", "GOWORK=off",
		"GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
}

// packages lists the packages that have to be compiled. It only serves the
// progress display, so a failure is left to the build to report.
func (l *Locator) packages(ctx context.Context, goBin string) map[string]bool {
	args := append([]string{"list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"}, buildFlags()...)
	cmd := command(ctx, goBin, append(args, hugoModule)...)
	cmd.Dir = l.Root
	cmd.Env = goEnv()
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

func compileError(err error, version, output string) error {
	zh, en := "编译 Hugo %s 失败", "compiling Hugo %s failed"
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
			"；取不到模块，请检查网络或设置 GOPROXY，或把这一版 Hugo 放进 PATH",
			": modules cannot be fetched, check the network or set GOPROXY, or put this Hugo on PATH"},
	}
	for _, h := range hints {
		for _, s := range h.signs {
			if strings.Contains(output, s) {
				return fail(fmt.Errorf("go build: %w\n%s", err, output), zh+h.zh, en+h.en, version)
			}
		}
	}
	return fail(fmt.Errorf("go build: %w\n%s", err, output), zh+"；也可把这一版 Hugo 放进 PATH", en+"; you may also put this Hugo on PATH", version)
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
