package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// choose puts another answer of an open reading in force and returns what undoes
// it. Nothing else of the registry changes.
func choose(t *testing.T, dir, id, value string) func() {
	t.Helper()
	name := filepath.Join(dir, "schemas", "interpretations.yaml")
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := regexp.MustCompile(`(?s)(- id: ` + id + `\n.*?\n    inForce: )[a-z0-9-]+`)
	if !at.Match(old) {
		t.Fatalf("no reading %s", id)
	}
	done := false
	changed := at.ReplaceAllFunc(old, func(m []byte) []byte {
		if done {
			return m
		}
		done = true
		return at.ReplaceAll(m, []byte("${1}"+value))
	})
	if err := os.WriteFile(name, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	return func() { os.WriteFile(name, old, 0o644) }
}

// TestReadingsDecide changes one switch at a time: the same records must be
// judged otherwise, and again as before when the switch is put back.
func TestReadingsDecide(t *testing.T) {
	dir := fixture(t)
	for _, v := range vectors(t, "readings") {
		t.Run(v.name, func(t *testing.T) {
			defer apply(t, dir, v.edits)()
			for _, s := range append(v.says, v.says[0]) { // and back again
				undo := choose(t, dir, v.name[:len("A-00")], s[0])
				out, got := verdicts(t, dir, "")
				undo()
				t.Logf("%s: %s → %v", v.name, s[0], got)
				hold(t, s[1], out, got)
			}
		})
	}
}

// TestAnUnknownReadingIsRefused puts an answer in force that is none.
func TestAnUnknownReadingIsRefused(t *testing.T) {
	dir := fixture(t)
	choose(t, dir, "A-06", "sometimes")
	out, got := verdicts(t, dir, "")
	hold(t, "S-004 error", out, got)
}

// TestAnErrorThatSaysSoMayBeWaived lets a rule file open its errors to waivers
// of the bureau; without the key the waiver is refused.
func TestAnErrorThatSaysSoMayBeWaived(t *testing.T) {
	dir := fixture(t)
	edit := func(name, old, new string) {
		t.Helper()
		file := filepath.Join(dir, filepath.FromSlash(name))
		data, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(data), old) {
			t.Fatalf("%s does not hold %q: %v", name, old, err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const project = "content/projects/2024/mzj/01"
	edit(project+"/contract-01.md", "amount: 60\n", "amount: 55\n")
	edit(project+"/acceptance.md", "contractAmount: 60\n", "contractAmount: 55\n")
	edit(project+"/accounts.md", "amount: 60\n", "amount: 55\n")
	edit(project+"/index.md", "state:", "waivers: [{rule: R-154, reason: 尾款按调解书支付, by: dsjj, ruledOn: 2024-09-01}]\nstate:")
	if _, got := judge(t, dir, project); !slices.Equal(got, []string{"R-154", "C-008"}) {
		t.Errorf("without the key: %v", got)
	}
	edit("schemas/rules/R-154.md", "severity: error\n", "severity: error\nwaivable: true\n")
	if code, out, _ := run(t, dir, "check", project); code != 0 {
		t.Errorf("the waiver is refused:\n%s", out)
	}
}

// TestOpenReadingsAreNotedOnce takes rulings back: a check of the whole registry
// names the readings without one, a check of a part or of a change does not.
func TestOpenReadingsAreNotedOnce(t *testing.T) {
	dir := fixture(t)
	file := filepath.Join(dir, "schemas/interpretations.yaml")
	ruled, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	open := regexp.MustCompile(`(?s)(- id: A-(?:06|28)\n.*?)    ruled: [^\n]*\n`).ReplaceAll(ruled, []byte("$1"))
	if err := os.WriteFile(file, open, 0o644); err != nil {
		t.Fatal(err)
	}
	out, got := verdicts(t, dir, "")
	hold(t, "R-118 info", out, got)
	if files, message := found(t, dir, "R-118"); len(files) != 1 || files[0] != "schemas/interpretations.yaml" || !strings.Contains(message, "2 处还没有负责解释的单位答复，检查按默认读法：A-06、A-28") {
		t.Errorf("%v %s", files, message)
	}
	if files, _ := found(t, dir, "R-118", "content/projects/2026/jyj/01"); len(files) > 0 {
		t.Error("noted in a check of one project")
	}
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "base")
	if err := os.WriteFile(filepath.Join(dir, "content/projects/2026/jyj/01/index.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if files, _ := found(t, dir, "R-118", "--base", "HEAD"); len(files) > 0 {
		t.Error("noted in a check of a change")
	}
}
