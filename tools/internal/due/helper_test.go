package due_test

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// lives are the projects of the fixture that the tests are about; others may
// join it without changing any expectation here.
var lives = []string{"2025/scjg/01", "2026/cgj/01", "2026/dsjj/01", "2026/jyj/01", "2026/yjj/01", "2027/jyj/01", "2027/wjw/01"}

// fixture returns the fixture registry under the schemas of this repository.
// Its year counts plain weekdays: a test that needs holidays brings them.
func fixture(t *testing.T) registrytest.Tree {
	t.Helper()
	m := registrytest.Sample(t)
	maps.DeleteFunc(m, func(p, _ string) bool {
		life, project := strings.CutPrefix(p, "content/projects/")
		return p == "data/holidays.yaml" || project && !slices.ContainsFunc(lives, func(l string) bool { return strings.HasPrefix(life, l+"/") })
	})
	return m
}

// edit changes a file as the examples of rules do. For the readings the text is
// an id and the choice to be in force.
func edit(t *testing.T, m registrytest.Tree, path, text string) {
	t.Helper()
	if path == "schemas/interpretations.yaml" {
		id, choice, _ := strings.Cut(strings.TrimSpace(text), " ")
		before, after, ok := strings.Cut(m[path], "id: "+id+"\n")
		if !ok {
			t.Fatalf("no reading %s", id)
		}
		i := strings.Index(after, "inForce: ")
		j := i + strings.IndexByte(after[i:], '\n')
		m[path] = before + "id: " + id + "\n" + after[:i] + "inForce: " + choice + after[j:]
		return
	}
	e := registrytest.Edit{Path: path, Text: text}
	m[path] = string(e.Apply([]byte(m[path])))
}

// load returns the compiled deadlines of a registry.
func load(t *testing.T, files registry.Files) (*check.Judge, *due.Calendar) {
	t.Helper()
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	c, err := due.Load(j)
	if err != nil {
		t.Fatal(err)
	}
	return j, c
}

// compute returns what is due on a day. Every project must have a clean
// history: what is not lawful proves nothing.
func compute(t *testing.T, j *check.Judge, c *due.Calendar, today string, within int) []due.Item {
	t.Helper()
	j.Registry.Today = today
	o := due.Options{Within: within}
	items, err := c.Registry(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range j.Registry.Folders() {
		v := j.Project(f, nil)
		if !v.Known || len(v.History.Findings) > 0 {
			t.Fatalf("%s: its records do not tell where it stands: %v", f.ID, v.Findings)
		}
		found, err := c.Project(v, o)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, found...)
	}
	return items
}
