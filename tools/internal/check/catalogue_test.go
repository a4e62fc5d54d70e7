package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/rule"
	"taizhang/tools/internal/schema"
)

const root = "../../.."

func judge(t *testing.T) *check.Judge {
	t.Helper()
	files, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestTheLiveRegistryIsClean checks every record in content/: nothing is wrong
// and nothing waits for an answer. Notes are for reading.
func TestTheLiveRegistryIsClean(t *testing.T) {
	files, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	res, err := check.All(files, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Findings {
		if !f.Waived && f.Severity != finding.Info {
			t.Errorf("%s:%d:%d %s %s", f.File, f.Line, f.Col, f.Rule, f.Message.Zh)
		}
	}
}

func TestEverySchemaCompiles(t *testing.T) {
	if err := judge(t).Registry.Schemas.Compile(); err != nil {
		t.Error(err)
	}
}

// TestBuiltinFindingsAreDocumented compares the ids that the code can report
// with the rule files that describe them.
func TestBuiltinFindingsAreDocumented(t *testing.T) {
	j := judge(t)
	inCode := map[string]bool{}
	quoted := regexp.MustCompile(`"([FSLPCH]-\d{3})"`)
	err := filepath.WalkDir(filepath.Join(root, "tools"), func(p string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") {
			return err
		}
		src, err := os.ReadFile(p)
		for _, m := range quoted.FindAllSubmatch(src, -1) {
			inCode[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range inCode {
		if r := j.Rules.Rule(id); r == nil || r.Scope != rule.Builtin {
			t.Errorf("the code reports %s, which schemas/rules/%s.md does not describe", id, id)
		}
	}
	for _, r := range j.Rules.All() {
		if r.Scope == rule.Builtin && !inCode[r.ID] {
			t.Errorf("%s describes a finding that no code reports", r.File)
		}
	}
	for _, e := range record.Catalogue() {
		if r := j.Rules.Rule(e.ID); r == nil || r.Name != e.Name || r.Severity != e.Severity {
			t.Errorf("%s: the reader and its rule file disagree on name or severity", e.ID)
		}
	}
}

var (
	clause    = regexp.MustCompile(`^(前言|[一二三四]|末|附[1-4]|.+第.+条$)`)
	statement = regexp.MustCompile(`^N-(0[0-8]\d|09[01])$`)
)

// TestRulesCiteTheRegulation asks of each rule file what a reader needs.
func TestRulesCiteTheRegulation(t *testing.T) {
	j := judge(t)
	for _, r := range j.Rules.All() {
		if !strings.HasPrefix(r.ID, "R-") {
			continue
		}
		if !clause.MatchString(r.Clause) {
			t.Errorf("%s: clause %q names no part of the regulation", r.ID, r.Clause)
		}
		if len(r.Statements) == 0 {
			t.Errorf("%s: no statement", r.ID)
		}
		for _, s := range r.Statements {
			if !statement.MatchString(s) {
				t.Errorf("%s: there is no statement %s", r.ID, s)
			}
		}
		if r.Help.Zh == "" || r.Help.En == "" {
			t.Errorf("%s: help in both languages is needed", r.ID)
		}
		headings := []string{"## 为什么", "## 怎么改", "## 反例", "## 正例"}
		if r.Scope == rule.Registry { // no record shows it
			headings = headings[:2]
		}
		for _, h := range headings {
			if !strings.Contains(r.Body, h) {
				t.Errorf("%s: no section %s", r.ID, h)
			}
		}
	}
}

// TestFormsAreWhole asks of each field what every derived thing needs: a label
// and help in two languages, and a visibility.
func TestFormsAreWhole(t *testing.T) {
	j := judge(t)
	var walk func(form string, f *schema.Field)
	walk = func(form string, f *schema.Field) {
		at := form + "." + f.Key
		if f.Key != "" && f.Label == (finding.Text{}) || f.Key != "" && (f.Label.Zh == "" || f.Label.En == "") {
			t.Errorf("%s has no label in both languages", at)
		}
		if f.Visibility == "" && f.Type != schema.Object && f.Type != schema.List {
			t.Errorf("%s names no visibility", at)
		}
		if f.Rule != "" && j.Rules.Rule(f.Rule) == nil {
			t.Errorf("%s is reported as %s, which does not exist", at, f.Rule)
		}
		for _, e := range f.Enum {
			if f.EnumEn[e] == "" {
				t.Errorf("%s: choice %s has no English label", at, e)
			}
		}
		for _, c := range f.Fields {
			walk(at, c)
		}
		if f.Item != nil && f.Item.Type == schema.Object {
			for _, c := range f.Item.Fields {
				walk(at, c)
			}
		}
	}
	for _, f := range j.Registry.Schemas.Forms() {
		if f.Title.Zh == "" || f.Title.En == "" || f.Order == 0 && f.Name != "index" {
			t.Errorf("form %s lacks title or order", f.Name)
		}
		walk(f.Name, f.Root)
	}
}

// TestEveryPublicStateHasASample keeps the sample registry showing all there is.
func TestEveryPublicStateHasASample(t *testing.T) {
	if !judge(t).Registry.Config.Sample {
		t.Skip("a live registry holds what there is")
	}
	files, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan string, 10000)
	res, err := check.All(files, check.Options{Visit: func(v *check.Verdict) { seen <- v.History.State }})
	if err != nil {
		t.Fatal(err)
	}
	close(seen)
	var states []string
	for s := range seen {
		states = append(states, s)
	}
	for _, s := range res.Judge.Lifecycle.States {
		if s.Public && !slices.Contains(states, s.Code) {
			t.Errorf("no sample project is in %s %s", s.Code, s.Zh)
		}
	}
}
