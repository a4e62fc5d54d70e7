package site

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"taizhang/tools/internal/finding"
)

const hugoModule = "github.com/gohugoio/hugo"

// Locator finds the Hugo that the project pins: on PATH, in the user's cache,
// or by compiling it from the project's own module, which needs Go and, the
// first time, a network.
type Locator struct {
	// Root is the project root, where go.mod is.
	Root string
	// CacheDir overrides the cache folder; empty means the user's own.
	CacheDir string
	// Say gets what the person waiting should know; nil is silent.
	Say func(finding.Text)
	// Progress gets the packages compiled and in all while Hugo compiles; total
	// is 0 as long as it is not known. Nil is silent.
	Progress func(done, total int, what string)
}

// PinnedVersion reads the version of Hugo from the require line of
// root/go.mod, for example "v0.165.0".
func PinnedVersion(root string) (string, error) {
	name := filepath.Join(root, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return "", fail(err, "读不到 go.mod，无从知道用哪一版 Hugo；请在项目根目录运行",
			"cannot read go.mod, which pins Hugo: run this in the project root")
	}
	mod, err := modfile.Parse(name, data, nil)
	if err != nil {
		return "", fmt.Errorf("parse go.mod: %w", err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path == hugoModule {
			return r.Mod.Version, nil
		}
	}
	return "", fail(nil, "%s 没有 require %s 一行，请补上", "%s has no require line for %s: add it", name, hugoModule)
}

// Hugo returns the path of a hugo binary of exactly the pinned version. It
// prefers the one on PATH, then the cached one, and compiles one otherwise.
// Concurrent calls, also from several processes, compile once.
func (l *Locator) Hugo(ctx context.Context) (string, error) {
	version, err := PinnedVersion(l.Root)
	if err != nil {
		return "", err
	}
	if p, err := exec.LookPath("hugo"); err == nil && versionOf(ctx, p) == version {
		return filepath.Abs(p)
	}
	dir, err := l.cacheDir()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("hugo-%s-%s-%s-%s", strings.TrimPrefix(version, "v"),
		strings.Fields(runtime.Version())[0], runtime.GOOS, runtime.GOARCH)
	bin := filepath.Join(dir, name, "hugo")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	if versionOf(ctx, bin) == version {
		return bin, nil
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}

	unlock, err := lock(ctx, filepath.Join(dir, name+".lock"), func() {
		l.say("另一个进程正在编译 Hugo，等它完成……", "another process is compiling Hugo; waiting for it …")
	})
	if err != nil {
		return "", err
	}
	defer unlock()
	if versionOf(ctx, bin) == version { // whoever held the lock has compiled it
		return bin, nil
	}
	if err := l.compile(ctx, version, bin); err != nil {
		return "", err
	}
	return bin, nil
}

func (l *Locator) cacheDir() (string, error) {
	dir := l.CacheDir
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fail(err, "不知道缓存放在哪里，请设置 HOME 或 XDG_CACHE_HOME",
				"no place for a cache: set HOME or XDG_CACHE_HOME")
		}
		dir = filepath.Join(user, "taizhang")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fail(err, "建不了缓存目录，请设置 XDG_CACHE_HOME 到可写的目录",
			"cannot make the cache folder: point XDG_CACHE_HOME to a writable one")
	}
	return filepath.Abs(dir)
}

func (l *Locator) say(zh, en string, args ...any) {
	if l.Say != nil {
		l.Say(text(zh, en, args...))
	}
}

func (l *Locator) progress(done, total int, what string) {
	if l.Progress != nil {
		l.Progress(done, total, what)
	}
}

// A release may be followed by the commit it was built from and by its
// edition; "-DEV" is no release.
var versionLine = regexp.MustCompile(`^hugo (v\d+\.\d+\.\d+)(?:-[0-9a-f]{7,40})?(?:\+\S+)? `)

// versionOf runs `bin version` and returns the version, or "" when the binary
// is missing, does not run, or names none.
func versionOf(ctx context.Context, bin string) string {
	if _, err := os.Stat(bin); err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := command(ctx, bin, "version")
	cmd.Dir = filepath.Dir(bin)
	cmd.Env = cleanEnv("")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	if m := versionLine.FindSubmatch(out); m != nil {
		return string(m[1])
	}
	return ""
}

// goCommand finds the go command, also when only the toolchain that built this
// program is there.
func goCommand() (string, error) {
	p, err := exec.LookPath("go")
	if err == nil || errors.Is(err, exec.ErrDot) {
		return p, err
	}
	alt := filepath.Join(os.Getenv("GOROOT"), "bin", "go")
	if _, statErr := os.Stat(alt); os.Getenv("GOROOT") != "" && statErr == nil {
		return alt, nil
	}
	return "", err
}
