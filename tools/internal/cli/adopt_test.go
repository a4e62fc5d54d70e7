package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/registrytest"
)

// adoptScript makes another district's registry of the fixture by editing
// files. It belongs to what it edits: a district that has made its own rules
// has no use for it.
const adoptScript = repoRoot + "/schemas/examples/adopt.txtar"

func needAdoptScript(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(adoptScript); errors.Is(err, fs.ErrNotExist) {
		t.Skip("this district has been adopted: it keeps no example of adopting")
	}
}

// TestAdopt runs the script.
func TestAdopt(t *testing.T) {
	needAdoptScript(t)
	scripts(t, repoRoot+"/schemas/examples")
}

// TestAdoptGuideNamesEveryEditedFile keeps the guide and the example together,
// and the example to what a district may edit.
func TestAdoptGuideNamesEveryEditedFile(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(repoRoot, "content/guide/adopt.md"))
	if err != nil {
		t.Fatal(err)
	}
	needAdoptScript(t)
	ar, err := txtar.ParseFile(adoptScript)
	if err != nil {
		t.Fatal(err)
	}
	var edited []string
	for line := range strings.Lines(string(ar.Comment)) {
		w := strings.Fields(line)
		if len(w) < 2 || !slices.Contains([]string{"edit", "replace", "insert", "cut", "rm", "cp", "mv"}, w[0]) {
			continue
		}
		file := w[1]
		if w[0] == "cp" || w[0] == "mv" {
			file = w[2]
		}
		if !strings.HasPrefix(file, "$WORK/") {
			edited = append(edited, file)
		}
	}
	slices.Sort(edited)
	edited = slices.Compact(edited)
	if len(edited) < 15 {
		t.Fatalf("only %d files: %v", len(edited), edited)
	}
	for _, file := range edited {
		switch top, _, _ := strings.Cut(file, "/"); top {
		case "content": // the projects that try it
		case "schemas", "data":
			all := path.Dir(file) + "/*" + path.Ext(file) // edited with all of their kind
			if !bytes.Contains(guide, []byte("`"+file+"`")) && !bytes.Contains(guide, []byte(" "+all)) {
				t.Errorf("the guide does not name %s", file)
			}
		default:
			t.Errorf("%s is edited, which is not the district's", file)
		}
	}
}

// examples RULE… judges the examples of rules in the registry that a script
// stands in: the command must find a bad one and pass a good one.
func examples(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(".")
	files, err := disk.Open(dir)
	ts.Check(err)
	j, err := check.NewJudge(files)
	ts.Check(err)
	for _, id := range args {
		r := j.Rules.Rule(id)
		if r == nil {
			ts.Fatalf("no rule %s", id)
		}
		all, err := registrytest.Examples(r.File, r.Body)
		ts.Check(err)
		for _, e := range all {
			was := map[string][]byte{}
			for _, ed := range e.Edits {
				p := filepath.Join(dir, filepath.FromSlash(ed.Path))
				if _, seen := was[p]; !seen {
					was[p], _ = os.ReadFile(p)
				}
				if ed.Delete {
					ts.Check(os.Remove(p))
					continue
				}
				old, _ := os.ReadFile(p)
				ts.Check(os.MkdirAll(filepath.Dir(p), 0o755))
				ts.Check(os.WriteFile(p, ed.Apply(old), 0o644))
			}
			line := append([]string{"check", "--format", "json"}, touched(e)...)
			if e.Today != "" {
				line = append(line, "--today", e.Today)
			}
			var out, errw bytes.Buffer
			cli.Main(line, &cli.IO{Out: &out, Err: &errw, Env: func(string) string { return "" }, Dir: dir})
			for p, old := range was {
				if old == nil {
					ts.Check(os.Remove(p))
				} else {
					ts.Check(os.WriteFile(p, old, 0o644))
				}
			}
			var report jsonReport
			if err := json.Unmarshal(out.Bytes(), &report); err != nil {
				ts.Fatalf("%s: %v: %s", id, err, errw.String())
			}
			found := false
			for _, f := range report.Findings {
				found = found || f.Rule == id
			}
			if e.Bad && !found || !e.Bad && len(report.Findings) > 0 {
				ts.Fatalf("%s, example %q (bad: %v) is not judged as it says: %s", id, e.Caption, e.Bad, out.String())
			}
		}
	}
}

// definitionTests are those of the command that read what a district edits:
// rules with their examples, cases, readings. The others try the command itself
// in registries that they make.
const definitionTests = "^Test(Every.*|Vectors|Lives|Readings.*|OpenReadings.*|AnError.*|.*District|.*Guide.*)$"

// forkEnv asks for the tests of the program in the adopted registry. They take
// minutes, so .ci/run asks for them and go test does not.
const forkEnv = "TAIZHANG_TEST_FORK"

// gotest runs the program's tests as the district would that a script has made
// in its folder: with its definitions, its data, its records as the fixture of
// the rules, and none of its own yet.
func gotest(ts *testscript.TestScript, _ bool, _ []string) {
	if os.Getenv(forkEnv) == "" {
		return
	}
	root, err := filepath.Abs(repoRoot)
	ts.Check(err)
	made, fork := ts.MkAbs("."), filepath.Join(ts.MkAbs(".."), "fork")
	for _, old := range []string{"content", "data"} { // the script edits a copy of them
		ts.Check(os.RemoveAll(filepath.Join(made, "schemas/examples", old)))
	}
	for _, c := range [][2]string{
		{filepath.Join(made, "schemas"), "schemas"},
		{filepath.Join(made, "data"), "data"}, {filepath.Join(made, "data"), "schemas/examples/data"},
		{filepath.Join(made, "content"), "schemas/examples/content"},
		{filepath.Join(root, "data"), "data"}, // what the fixture has no need of
		{filepath.Join(root, "content/guide"), "content/guide"},
		{filepath.Join(root, "tools"), "tools"}, {filepath.Join(root, "layouts"), "layouts"}, {filepath.Join(root, "assets"), "assets"},
		{filepath.Join(root, "i18n"), "i18n"}, {filepath.Join(root, "static"), "static"}, {filepath.Join(root, ".github"), ".github"}, {filepath.Join(root, ".ci"), ".ci"},
	} {
		ts.Check(fill(filepath.Join(fork, c[1]), c[0]))
	}
	for _, name := range []string{"go.mod", "go.sum", "hugo.toml", "README.md", "LICENSE"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(fork, name), data, 0o644))
	}
	ts.Check(os.Remove(filepath.Join(fork, "schemas/examples/adopt.txtar")))
	for _, args := range [][]string{{"git", "init", "-q"}, {"git", "add", "-A"}, {"git", "commit", "-q", "-m", "fork"},
		{"go", "test", "./tools/internal/publish", "./tools/internal/sheet", "-run", "AreAsRecorded", "-update"},
		{"go", "test", "./tools/internal/check", "./tools/internal/compose", "./tools/internal/due", "./tools/internal/fill", "./tools/internal/judge", "./tools/internal/lifecycle",
			"./tools/internal/publish", "./tools/internal/schema", "./tools/internal/sheet", "./tools/internal/steps"},
		{"go", "test", "./tools/internal/cli", "-run", definitionTests}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = fork
		cmd.Env = append(os.Environ(), forkEnv+"=", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
		if out, err := cmd.CombinedOutput(); err != nil {
			ts.Fatalf("%v in the fork: %v\n%s", args, err, out)
		}
	}
}

// fill copies the files of a folder that another one has not got.
func fill(to, from string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		dst := filepath.Join(to, rel)
		if _, err := os.Stat(dst); err == nil {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(dst, data, info.Mode().Perm())
	})
}
