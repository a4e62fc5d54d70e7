package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/disk"
)

// TestAdopt makes another district's registry of the fixture by editing files.
func TestAdopt(t *testing.T) { scripts(t, "testdata/adopt") }

// TestAdoptGuideNamesEveryEditedFile keeps the guide and the example together,
// and the example to what a district may edit.
func TestAdoptGuideNamesEveryEditedFile(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(repoRoot, "content/guide/adopt.md"))
	if err != nil {
		t.Fatal(err)
	}
	ar, err := txtar.ParseFile("testdata/adopt/adopt.txtar")
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
			if !bytes.Contains(guide, []byte("`"+file+"`")) {
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
		all, err := r.Examples()
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
