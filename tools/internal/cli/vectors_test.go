package cli_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"taizhang/tools/internal/registrytest"
)

// vector is a case worked out by hand: edits of the fixture registry and what
// the shipped command must say of them. A want names rules with their severity
// ("R-032 warn"), rules that must not be reported ("no R-031"), or "clean" for
// no finding at all. The cases stand beside the definitions that they hold, in
// schemas/examples, so that a district that changes a figure changes its cases
// with it.
type vector struct {
	name, want, today string
	says              [][2]string // of a reading: answer, want
	edits             registrytest.Example
}

// vectors reads the cases of a folder: "# name", "today: …" and "want: …", or
// for a reading the wants of its answers, then the edits.
func vectors(t *testing.T, folder string) []vector {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repoRoot, "schemas/examples", folder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		needAdoptScript(t)
		t.Fatalf("no cases in %s", folder)
	}
	var out []vector
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v := vector{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
		for line := range strings.Lines(string(ar.Comment)) {
			key, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
			switch {
			case strings.HasPrefix(line, "#") || !ok:
			case key == "want":
				v.want = text
			case key == "today":
				v.today = text
			default:
				v.says = append(v.says, [2]string{key, text})
			}
		}
		if v.want == "" && len(v.says) == 0 {
			t.Fatalf("%s wants nothing", file)
		}
		for _, f := range ar.Files {
			path, gone := strings.CutSuffix(f.Name, " delete")
			v.edits.Edits = append(v.edits.Edits, registrytest.Edit{Path: path, Text: string(f.Data), Delete: gone})
		}
		out = append(out, v)
	}
	return out
}

// verdicts returns "R-032 warn" for each finding of the registry in dir.
func verdicts(t *testing.T, dir, today string) (out string, got []string) {
	t.Helper()
	args := []string{"check", "--format", "json"}
	if today != "" {
		args = append(args, "--today", today)
	}
	_, out, stderr := run(t, dir, args...)
	if stderr != "" {
		t.Fatal(stderr)
	}
	var r jsonReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	for _, f := range r.Findings {
		got = append(got, f.Rule+" "+f.Severity)
	}
	return out, got
}

// hold compares findings with what a vector wants.
func hold(t *testing.T, want string, out string, got []string) {
	t.Helper()
	for w := range strings.SplitSeq(want, ", ") {
		id, not := strings.CutPrefix(w, "no ")
		switch {
		case w == "clean":
			if len(got) > 0 {
				t.Errorf("findings %v:\n%s", got, out)
			}
		case not:
			if slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, id+" ") }) {
				t.Errorf("%s is reported:\n%s", id, out)
			}
		case !slices.Contains(got, w):
			t.Errorf("want %s, got %v", w, got)
		}
	}
}

// TestVectors runs the cases of the regulation, both sides of every threshold.
func TestVectors(t *testing.T) { testVectors(t, "vectors") }

// TestLives runs whole lives, lawful and unlawful, along the side paths of the
// regulation: a class that changes, work that is given up, tenders that fail,
// acceptance that is refused, plans that are missed.
func TestLives(t *testing.T) { testVectors(t, "lives") }

func testVectors(t *testing.T, folder string) {
	t.Helper()
	dir := fixture(t)
	for _, v := range vectors(t, folder) {
		t.Run(v.name, func(t *testing.T) {
			defer apply(t, dir, v.edits)()
			out, got := verdicts(t, dir, v.today)
			hold(t, v.want, out, got)
		})
	}
}
