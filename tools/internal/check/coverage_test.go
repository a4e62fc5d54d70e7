package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/rule"
)

// TestEveryStatementOfTheRegulationIsAccountedFor asks of each requirement that
// a rule or a transition carries it out, or that a reason says why none can, and
// that nothing cites a requirement or a clause that is not there.
func TestEveryStatementOfTheRegulationIsAccountedFor(t *testing.T) {
	sections, faults := judge(t).Coverage()
	for _, err := range faults {
		t.Error(err)
	}
	var have []string
	byRule, byStep, byReason := 0, 0, 0
	for _, s := range sections {
		for _, q := range s.Requirements {
			have = append(have, q.ID)
			if len(q.Rules) > 0 {
				byRule++
			}
			if len(q.Steps) > 0 {
				byStep++
			}
			if len(q.Rules)+len(q.Steps) == 0 {
				byReason++
			}
		}
		if len(s.Requirements) == 0 {
			t.Errorf("section %s has no requirement", s.Clause)
		}
	}
	slices.Sort(have)
	var want []string
	for i := 1; i <= 91; i++ {
		want = append(want, fmt.Sprintf("N-%03d", i))
	}
	if !slices.Equal(have, want) {
		t.Errorf("statements: have %v", have)
	}
	t.Logf("%d statements: %d by rules, %d by transitions, %d by reason alone", len(have), byRule, byStep, byReason)
}

// TestEveryRuleHasAFailingExample keeps a rule from being a promise only.
func TestEveryRuleHasAFailingExample(t *testing.T) {
	for _, r := range judge(t).Rules.All() {
		examples, err := registrytest.Examples(r.File, r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.HasPrefix(r.ID, "R-") && r.Scope != rule.Registry && !slices.ContainsFunc(examples, func(e registrytest.Example) bool { return e.Bad }) {
			t.Errorf("%s has no failing example", r.ID)
		}
	}
}

// TestReadingsAreAsked compares what each open reading says that it affects
// with the rules and transitions that really ask for it.
func TestReadingsAreAsked(t *testing.T) {
	j := judge(t)
	asked := map[string][]string{}
	note := func(who string, texts ...string) {
		for _, text := range texts {
			for i := range j.Registry.Tables().Readings {
				if id := j.Registry.Tables().Readings[i].ID; strings.Contains(text, `reading("`+id+`")`) && !slices.Contains(asked[id], who) {
					asked[id] = append(asked[id], who)
				}
			}
		}
	}
	for _, r := range j.Rules.All() {
		for _, s := range []*rule.Shift{r.Downgrade, r.Upgrade} {
			if s != nil {
				note(r.ID, s.When)
			}
		}
		note(r.ID, r.When)
		for _, c := range r.Checks {
			note(r.ID, c.When, c.Each, c.Assert)
			if strings.Contains(c.When+r.When+c.Assert, "totalInvestment()") {
				note(r.ID, `reading("A-12")`)
			}
		}
	}
	for _, s := range j.Lifecycle.Transitions {
		note(s.ID, s.Event.When, s.Event.On, s.Event.Each)
		for _, m := range s.Moves {
			note(s.ID, m.When)
		}
	}
	for _, x := range j.Registry.Tables().Readings {
		slices.Sort(asked[x.ID])
		says := slices.Sorted(slices.Values(x.Affects))
		if !slices.Equal(asked[x.ID], says) {
			t.Errorf("%s says that it affects %v, but %v ask for it", x.ID, says, asked[x.ID])
		}
		if x.Question.Zh == "" || x.Question.En == "" || x.Why.Zh == "" || x.Why.En == "" || len(x.Choices) < 2 {
			t.Errorf("%s is incomplete", x.ID)
		}
	}
}

// files is a registry in memory: those of another with some files replaced.
type files struct {
	registry.Files
	edit func(path string, data []byte) []byte
}

func (f files) Read(path string, limit int64) ([]byte, error) {
	data, err := f.Files.Read(path, limit)
	return f.edit(path, data), err
}

// TestCoverageFaultsAreFound breaks the outline, one place at a time.
func TestCoverageFaultsAreFound(t *testing.T) {
	for _, c := range []struct{ name, file, old, new, want string }{
		{"an unknown statement", "schemas/rules/R-031.md", "statements: [N-027, N-082]", "statements: [N-027, N-092]", "R-031 carries out N-092"},
		{"an unknown clause", "schemas/rules/R-031.md", "clause: 三（一）第1句", "clause: 三（八）第1句", "R-031 cites clause 三（八）第1句"},
		{"a step's unknown statement", "schemas/lifecycle.yaml", "statements: [N-031, N-039]", "statements: [N-000]", "T50 carries out N-000"},
		{"an unknown step's clause", "schemas/lifecycle.yaml", "clause: 三（六）第1句", "clause: 五（一）", "T30 cites clause 五（一）"},
		{"nothing accounts for it", check.CoverageFile, "    reason: {zh: 是否配合", "    #", "N-024"},
		{"a statement twice", check.CoverageFile, "statement: N-002", "statement: N-001", "N-001 stands there twice"},
		{"no section", check.CoverageFile, "clause: 末\n    title: {zh: 由", "clause: 五\n    title: {zh: 由", "N-081 cites 五"},
		{"a misspelt key", check.CoverageFile, "    reason:", "    reasons:", "S-002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			real, err := disk.Open(root)
			if err != nil {
				t.Fatal(err)
			}
			broken := files{real, func(path string, data []byte) []byte {
				if path != c.file {
					return data
				}
				if !strings.Contains(string(data), c.old) {
					t.Fatalf("%s does not contain %q", path, c.old)
				}
				return []byte(strings.Replace(string(data), c.old, c.new, 1))
			}}
			j, err := check.NewJudge(broken)
			if err != nil {
				t.Fatal(err)
			}
			_, faults := j.Coverage()
			if !slices.ContainsFunc(faults, func(err error) bool { return strings.Contains(err.Error(), c.want) }) {
				t.Errorf("faults: %v", faults)
			}
		})
	}
}
