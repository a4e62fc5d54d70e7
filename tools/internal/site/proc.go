package site

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// command makes a child that dies with ctx, its own children included: go
// build starts compilers, and they would run on for minutes.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	killGroup(cmd)
	// A grandchild that keeps the pipe open must not hold us for ever.
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// cleanEnv is the environment of a hugo process. Hugo reads settings from
// HUGO_… variables and templates may read others; both would let two builds of
// one commit differ. tmp, where given, is its folder for temporary files.
func cleanEnv(tmp string) []string {
	env := []string{"TZ=Asia/Shanghai", "LC_ALL=C.UTF-8", "NO_COLOR=1"}
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); strings.ToUpper(name) {
		case "PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "SYSTEMDRIVE", "GOMAXPROCS", "GOMEMLIMIT", "GOGC":
			env = append(env, kv)
		case "TMPDIR", "TMP", "TEMP":
			if tmp == "" {
				env = append(env, kv)
			}
		}
	}
	if tmp != "" {
		env = append(env, "TMPDIR="+tmp, "TMP="+tmp, "TEMP="+tmp)
	}
	return env
}

// lock takes the lock file at path, which stays behind (removing a lock file
// would let two holders in). When it has to wait it calls waiting once.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	type result struct {
		unlock func()
		err    error
	}
	got := make(chan result, 1)
	go func() {
		u, err := lockedfile.MutexAt(path).Lock()
		got <- result{u, err}
	}()
	patience := time.NewTimer(500 * time.Millisecond)
	defer patience.Stop()
	for {
		select {
		case r := <-got:
			if r.err != nil {
				return nil, fail(r.err, "拿不到锁文件 %s，请检查目录权限",
					"cannot take the lock file %s: check the folder's permissions", path)
			}
			return r.unlock, nil
		case <-patience.C:
			waiting()
		case <-ctx.Done():
			go func() { // give it back when it comes after all
				if r := <-got; r.err == nil {
					r.unlock()
				}
			}()
			return nil, ctx.Err()
		}
	}
}
