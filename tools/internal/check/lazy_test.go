package check_test

import (
	"maps"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/registrytest"
)

// TestBrokenDefinitionsAreToldByWhoeverNeedsThem: nothing is judged by a rule, a
// transition or a limit that cannot be used, and what nobody asks for stands in
// nobody's way.
func TestBrokenDefinitionsAreToldByWhoeverNeedsThem(t *testing.T) {
	rule, lifecycle := "schemas/rules/R-038.md", "schemas/lifecycle.yaml"
	for name, c := range map[string]struct {
		file, old, new string
		words          bool // whether a change of words needs it
		want           string
	}{
		"a misspelt function":     {rule, "assert: len(namesakes()) == 0", "assert: len(namesaks()) == 0", false, "R-038.md: assert"},
		"no front matter":         {rule, "---\nid: R-038", "id: R-038", false, "R-038.md:1:1"},
		"a transition's date":     {lifecycle, "on: review.filedOn", "on: review.filledOn", false, "lifecycle.yaml: T11: event.on"},
		"a date in index.md":      {lifecycle, "each: index.classDecisions, on: it.on", "each: index.classDecisions, on: it.onn", true, "event.on"},
		"a field in a message":    {rule, `{join(namesakes(), "、")}`, `{index.nosuch}`, false, "message.zh"},
		"a form it does not have": {"schemas/forms/ruling.schema.json", `"$id"`, `"id"`, false, "ruling.schema.json: no $id"},
		"a form it has":           {"schemas/forms/declaration.schema.json", `"type": "object"`, `"type": "record"`, true, "declaration.schema.json"},
		"a state nobody ever had": {"schemas/rules/R-065.md", `reached("S80")`, `reached("S89")`, false, "S89"},
	} {
		base := registrytest.Sample(t)
		if !strings.Contains(base[c.file], c.old) {
			t.Errorf("%s: %s does not hold %q", name, c.file, c.old)
			continue
		}
		base[c.file] = strings.ReplaceAll(base[c.file], c.old, c.new)
		if _, err := check.All(base, check.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: all is judged: %v", name, err)
		}
		words := maps.Clone(base)
		words["content/projects/2026/dsjj/01/index.md"] += "一句说明。\n"
		_, err := check.Change(base, words, differing(base, words), check.Options{Fresh: true})
		if (err != nil) != c.words {
			t.Errorf("%s, a change of words: %v", name, err)
		}
	}
	// Another registry by the same definitions.
	base := registrytest.Sample(t)
	base[rule] = strings.Replace(base[rule], "namesakes()) == 0", `namesakes()) == "0"`, 1)
	judge, err := check.NewJudge(base)
	if err != nil {
		t.Fatal(err)
	}
	now := maps.Clone(base)
	now.Replace("content/projects/2026/dsjj/01/index.md", "title: ", "title: 新")
	if _, err := check.Change(base, now, differing(base, now), check.Options{Definitions: judge, Fresh: true}); err == nil {
		t.Error("a new name is judged by a broken rule")
	}
}
