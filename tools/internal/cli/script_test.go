package cli_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/registrytest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"taizhang": func() {
			if f, err := os.OpenFile(filepath.Join(os.Getenv("WORK"), crashed), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err == nil {
				_ = debug.SetCrashOutput(f, debug.CrashOptions{})
				f.Close()
			}
			os.Exit(cli.Main(os.Args[1:], cli.System()))
		},
	})
}

// crashed is the file of a script's folder that tells of a panic, which
// "! exec" would take for any other failure.
const crashed = ".crash"

// TestScripts runs the command as a user would, in registries made of the
// fixture (command `registry DIR`), with the real git.
func TestScripts(t *testing.T) { scripts(t, "testdata/script") }

func scripts(t *testing.T, dir string) {
	t.Helper()
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Defer(func() {
				if trace, _ := os.ReadFile(filepath.Join(env.WorkDir, crashed)); len(trace) > 0 {
					t.Errorf("the command panicked:\n%s", trace)
				}
			})
			env.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
			env.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
			env.Setenv("TAIZHANG_LANG", "zh")
			env.Setenv("REPO", root)
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				env.Setenv("GIT_"+who+"_NAME", "clerk")
				env.Setenv("GIT_"+who+"_EMAIL", "clerk@example.org")
			}
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond != "sample" {
				return false, fmt.Errorf("unknown condition %s", cond)
			}
			return registrytest.IsSample(), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"visit": visit,
			"registry": func(ts *testscript.TestScript, _ bool, args []string) {
				dir := ts.MkAbs(args[0])
				for _, from := range []string{"schemas/examples/content", "schemas/examples/data", "schemas"} {
					to := filepath.Join(dir, strings.TrimPrefix(from, "schemas/examples/"))
					ts.Check(os.CopyFS(to, os.DirFS(filepath.Join(root, from))))
				}
				if len(args) > 1 { // registry DIR lean: for scripts about history, of which each command loads all rules
					ts.Check(dropRules(dir))
				}
				ts.Check(ruleOnReadings(dir))
				for _, cmd := range [][]string{{"init", "-q", "-b", "main", dir}, {"-C", dir, "add", "-A"}, {"-C", dir, "commit", "-q", "-m", "registry"}} {
					ts.Check(ts.Exec("git", cmd...))
				}
			},
			// edit FILE OLD NEW replaces text in a file once.
			"edit": rewrite(func(ts *testscript.TestScript, data string, args []string) string {
				before, after, ok := strings.Cut(data, args[0])
				if !ok {
					ts.Fatalf("no %q", args[0])
				}
				return before + args[1] + after
			}),
			// replace FILE OLD NEW replaces text wherever it stands.
			"replace": rewrite(func(ts *testscript.TestScript, data string, args []string) string {
				if !strings.Contains(data, args[0]) {
					ts.Fatalf("no %q", args[0])
				}
				return strings.ReplaceAll(data, args[0], args[1])
			}),
			// insert FILE BEFORE FROM puts the file FROM in front of a text.
			"insert": rewrite(func(ts *testscript.TestScript, data string, args []string) string {
				before, after, ok := strings.Cut(data, args[0])
				if !ok {
					ts.Fatalf("no %q", args[0])
				}
				return before + ts.ReadFile(args[1]) + args[0] + after
			}),
			// cut FILE FROM TO removes FROM and what follows up to TO.
			"cut": rewrite(func(ts *testscript.TestScript, data string, args []string) string {
				before, rest, _ := strings.Cut(data, args[0])
				_, after, ok := strings.Cut(rest, args[1])
				if !ok {
					ts.Fatalf("no %q before %q", args[0], args[1])
				}
				return before + args[1] + after
			}),
			"examples":  examples,
			"key":       newKey,
			"lockedkey": lockedKey,
			"sample":    sample,
			"readme":    readme,
			"gotest":    gotest,
		},
	})
}

// dropRules leaves the rules out that the tool does not enforce itself.
func dropRules(dir string) error {
	rules, err := filepath.Glob(filepath.Join(dir, "schemas/rules/R-*.md"))
	for _, file := range rules {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

// rewrite is a script command FILE ARG ARG that rewrites a file; \n in the
// arguments is a line end.
func rewrite(f func(ts *testscript.TestScript, data string, args []string) string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		if len(args) != 3 {
			ts.Fatalf("want a file and two texts, got %q", args)
		}
		data := ts.ReadFile(args[0])
		for i := range args[1:] {
			args[i+1] = strings.ReplaceAll(args[i+1], `\n`, "\n")
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(f(ts, data, args[1:])), 0o644))
	}
}
