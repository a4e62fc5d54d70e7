package transition_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/transition"
)

// asked counts the seats of a project's transition by who may fill them and how
// strongly.
func asked(t *testing.T, base, head *check.Judge, files registrytest.Tree, path string) map[string]int {
	t.Helper()
	res, err := base.Change(files, []string{path}, check.Options{Definitions: head})
	if err != nil {
		t.Fatal(err)
	}
	items := transition.Of(res, []transition.File{{Path: path, Old: "old", New: "new"}})
	if len(items) != 1 {
		t.Fatalf("%s: %d transitions", path, len(items))
	}
	seats := map[string]int{}
	for _, s := range items[0].Seats {
		if s.As != decision.Propose {
			seats[s.Role]++
		}
	}
	return seats
}

// variants writes a record's front matter again with one field or row left out,
// one number lowered or one text emptied at a time.
func variants(t *testing.T, text string, try func(what, text string)) {
	t.Helper()
	front, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok {
		t.Fatalf("no front matter in %s", text)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(front), &doc); err != nil {
		t.Fatal(err)
	}
	write := func(what string) {
		data, err := yaml.Marshal(&doc)
		if err != nil {
			t.Fatal(err)
		}
		try(what, "---\n"+string(data)+"---\n"+body)
	}
	var walk func(n *yaml.Node, at string)
	walk = func(n *yaml.Node, at string) {
		step := map[yaml.Kind]int{yaml.DocumentNode: 1, yaml.SequenceNode: 1, yaml.MappingNode: 2}[n.Kind]
		all := n.Content
		for i := 0; i < len(all) && step > 0; i += step {
			child, name := all[i+step-1], fmt.Sprint(at, "/", i)
			if step == 2 {
				name = at + "/" + all[i].Value
			}
			if n.Kind != yaml.DocumentNode {
				n.Content = slices.Concat(all[:i], all[i+step:])
				write(name + " left out")
				n.Content = all
			}
			walk(child, name)
		}
		if n.Kind == yaml.ScalarNode {
			old := *n
			for _, lower := range map[string][]string{"!!int": {"0", "1"}, "!!float": {"0", "0.01"}, "!!str": {""}, "!!bool": {"false"}}[n.Tag] {
				if n.Value = lower; lower != old.Value {
					write(at + " is " + lower)
				}
			}
			*n = old
		}
	}
	walk(&doc, "")
}

// TestNothingThatIsTakenAwayAsksFewer edits each record of some sample projects in
// every way that could make it look smaller: whoever had to agree to a change of
// its words has to agree to that as well, and to taking away the whole file.
func TestNothingThatIsTakenAwayAsksFewer(t *testing.T) {
	base := registrytest.Sample(t)
	maps.DeleteFunc(base, func(p, _ string) bool { return strings.HasPrefix(p, "schemas/rules/R-") })
	judge, err := check.NewJudge(base)
	if err != nil {
		t.Fatal(err)
	}
	was := judge.Over(base)
	lives := []string{"2024/mzj/01/decommission", "2026/yjj/", "2026/cgj/"}
	tried, several := 0, 0
	for _, path := range base.Paths() {
		if !slices.ContainsFunc(lives, func(l string) bool { return strings.HasPrefix(path, "content/projects/"+l) }) || !strings.HasSuffix(path, ".md") {
			continue
		}
		with := func(text string) map[string]int {
			head := maps.Clone(base)
			if head[path] = text; text == "" {
				delete(head, path)
			}
			return asked(t, was, judge, head, path)
		}
		words := with(base[path] + "一句说明。\n")
		if len(words) == 0 {
			t.Errorf("%s asks nobody", path)
		}
		if len(words) > 1 || slices.Max(slices.Collect(maps.Values(words))) > 1 {
			several++
		}
		hold := func(what, text string) {
			tried++
			now := with(text)
			for role, n := range words {
				if now[role] < n {
					t.Errorf("%s: %s: asks %v, for a change of words %v", path, what, now, words)
				}
			}
		}
		variants(t, base[path], hold)
		hold("taken away", "")
	}
	if tried < 400 || several == 0 {
		t.Errorf("only %d ways tried, %d records that several agree to", tried, several)
	}
}
