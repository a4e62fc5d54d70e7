package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"taizhang/tools/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"taizhang": func() { os.Exit(cli.Main(os.Args[1:], cli.System())) },
	})
}

// TestScripts runs the command as a user would, in registries made of the
// fixture (command `registry DIR`), with the real git.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
			env.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
			env.Setenv("TAIZHANG_LANG", "zh")
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				env.Setenv("GIT_"+who+"_NAME", "clerk")
				env.Setenv("GIT_"+who+"_EMAIL", "clerk@example.org")
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"registry": func(ts *testscript.TestScript, _ bool, args []string) {
				dir := ts.MkAbs(args[0])
				for _, from := range []string{"schemas/examples/content", "schemas/examples/data", "schemas"} {
					to := filepath.Join(dir, strings.TrimPrefix(from, "schemas/examples/"))
					ts.Check(os.CopyFS(to, os.DirFS(filepath.Join(root, from))))
				}
				for _, cmd := range [][]string{{"init", "-q", "-b", "main", dir}, {"-C", dir, "add", "-A"}, {"-C", dir, "commit", "-q", "-m", "registry"}} {
					ts.Check(ts.Exec("git", cmd...))
				}
			},
			// edit FILE OLD NEW replaces text in a file once.
			"edit": func(ts *testscript.TestScript, _ bool, args []string) {
				file := ts.MkAbs(args[0])
				data := ts.ReadFile(args[0])
				old, now := strings.ReplaceAll(args[1], `\n`, "\n"), strings.ReplaceAll(args[2], `\n`, "\n")
				if !strings.Contains(data, old) {
					ts.Fatalf("%s does not hold %q", args[0], old)
				}
				ts.Check(os.WriteFile(file, []byte(strings.Replace(data, old, now, 1)), 0o644))
			},
		},
	})
}
