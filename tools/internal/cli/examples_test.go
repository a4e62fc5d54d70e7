package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/rule"
)

const repoRoot = "../../.."

// run calls the shipped command in dir and returns its exit code and output.
func run(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errw bytes.Buffer
	code = cli.Main(args, &cli.IO{In: strings.NewReader(""), Out: &out, Err: &errw, Env: func(string) string { return "" }, Dir: dir})
	return code, out.String(), errw.String()
}

// fixture copies the fixture registry of the rules with the schemas into a new
// folder.
func fixture(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, from := range []string{"schemas/examples/content", "schemas/examples/data", "schemas"} {
		to := filepath.Join(dir, strings.TrimPrefix(from, "schemas/examples/"))
		if err := os.CopyFS(to, os.DirFS(filepath.Join(repoRoot, from))); err != nil {
			t.Fatal(err)
		}
	}
	if err := ruleOnReadings(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ruleOnReadings answers all open readings of the registry in dir, as they are
// in force, so that a clean one has nothing to note.
func ruleOnReadings(dir string) error {
	file := filepath.Join(dir, "schemas/interpretations.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, entry := range strings.SplitAfter(string(data), "\n  - id: ") {
		if !strings.Contains(entry, "\n    ruled:") {
			entry = regexp.MustCompile(`(?m)^    inForce: .*$`).ReplaceAllString(entry, "$0\n    ruled: {by: dsjj, on: 2026-01-05}")
		}
		out.WriteString(entry)
	}
	return os.WriteFile(file, []byte(out.String()), 0o644)
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

type jsonReport struct {
	Findings []struct {
		Rule     string
		Severity string
		Project  string
		Message  struct{ Zh, En string }
		Place    struct {
			File string
			Line int
		}
	}
}

func ids(t *testing.T, out string) []string {
	t.Helper()
	var r jsonReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.Rule)
	}
	return got
}

// TestEveryRuleExampleIsJudgedAsItSays judges every example of every rule file
// as the command does: a bad one must yield its rule and not the lifecycle's
// word on the same fault as well, a good one nothing.
func TestEveryRuleExampleIsJudgedAsItSays(t *testing.T) {
	j := judgeOf(t, repoRoot)
	// Each processor works in a copy of its own.
	copies := make(chan string, runtime.GOMAXPROCS(0))
	for range cap(copies) {
		dir := fixture(t)
		git(t, dir, "init", "-q", "-b", "main")
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", "fixture")
		copies <- dir
	}
	dir := <-copies
	if code, out, stderr := run(t, dir, "check"); code != 0 {
		t.Fatalf("the fixture registry itself has findings:\n%s%s", out, stderr)
	}
	copies <- dir
	st := newSteady(t)
	for _, r := range j.Rules.All() {
		examples, err := registrytest.Examples(r.File, r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Scope != rule.Builtin && r.Scope != rule.Registry {
			if !slices.ContainsFunc(examples, func(e registrytest.Example) bool { return e.Bad }) || !slices.ContainsFunc(examples, func(e registrytest.Example) bool { return !e.Bad }) {
				t.Errorf("%s needs at least one bad and one good example", r.ID)
			}
		}
		for i, e := range examples {
			t.Run(r.ID+"/"+[]string{"good", "bad"}[b2i(e.Bad)]+"/"+string(rune('a'+i)), func(t *testing.T) {
				t.Parallel()
				dir := <-copies
				defer func() { copies <- dir }()
				restore := apply(t, dir, e)
				defer restore()
				q := asked{name: e.Caption, only: touched(e), today: e.Today, edited: paths(e)}
				out := st.ask(t, dir, q)
				got := ids(t, out)
				if e.Bad && !slices.Contains(got, r.ID) && onChange(r) {
					got = ids(t, st.ask(t, dir, asked{name: e.Caption, change: true, edited: paths(e)}))
				}
				if e.Bad && !slices.Contains(got, r.ID) {
					t.Errorf("bad example %q is not found; findings: %v", e.Caption, got)
				}
				if e.Bad && strings.HasPrefix(r.ID, "R-") && doubled(t, out, r.ID) {
					t.Errorf("bad example %q is one fault, but the lifecycle reports it too: %v", e.Caption, got)
				}
				if !e.Bad && len(got) > 0 {
					t.Errorf("good example %q has findings:\n%s", e.Caption, out)
				}
			})
		}
	}
}

// doubled reports whether the lifecycle refuses a project that the rule speaks
// of as well.
func doubled(t *testing.T, out, id string) bool {
	var r jsonReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	spoken := map[string]bool{}
	for _, f := range r.Findings {
		spoken[f.Project] = spoken[f.Project] || f.Rule == id
	}
	for _, f := range r.Findings {
		if (f.Rule == "L-001" || f.Rule == "L-002") && spoken[f.Project] {
			return true
		}
	}
	return false
}

// onChange reports whether a check of the rule compares with what was before, so
// that it runs on a change only.
func onChange(r *rule.Rule) bool {
	return slices.ContainsFunc(r.Checks, func(c *rule.Check) bool {
		return regexp.MustCompile(`\bbase\.`).MatchString(strings.Join([]string{r.When, c.Each, c.When, c.Assert}, "\n"))
	})
}

// touched names the project that an example edits, to judge it alone; the
// whole registry when it edits anything else.
func touched(e registrytest.Example) []string {
	var dirs []string
	for _, ed := range e.Edits {
		parts := strings.SplitN(ed.Path, "/", 6)
		if len(parts) < 6 || parts[1] != "projects" || ed.Delete {
			return nil
		}
		dirs = append(dirs, strings.Join(parts[:5], "/"))
	}
	return slices.Compact(dirs)
}

func judge(t *testing.T, dir string, args ...string) (out string, got []string) {
	t.Helper()
	_, out, stderr := run(t, dir, append([]string{"check", "--format", "json"}, args...)...)
	if stderr != "" {
		t.Fatal(stderr)
	}
	return out, ids(t, out)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// apply edits the fixture and returns what undoes it.
func apply(t *testing.T, dir string, e registrytest.Example) func() {
	t.Helper()
	var undo []func()
	for _, ed := range e.Edits {
		p := filepath.Join(dir, filepath.FromSlash(ed.Path))
		old, err := os.ReadFile(p)
		existed := err == nil
		if ed.Delete {
			if err := os.Remove(p); err != nil {
				t.Fatal(err)
			}
		} else {
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, ed.Apply(old), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		undo = append(undo, func() {
			if existed {
				os.WriteFile(p, old, 0o644)
			} else {
				os.Remove(p)
			}
		})
	}
	return func() {
		for _, u := range slices.Backward(undo) {
			u()
		}
	}
}
