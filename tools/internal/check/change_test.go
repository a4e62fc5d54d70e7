package check_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registrytest"
)

// commit is a tree that lists only what it is asked for, as commits do.
type commit struct {
	registrytest.Tree
	asked  *[]string
	broken string // what cannot be listed
}

func (c commit) Paths() []string { panic("everything is listed") }

func (c commit) List(at string) (plain, irregular []string, err error) {
	*c.asked = append(*c.asked, at)
	if c.broken != "" && (at == c.broken || strings.HasPrefix(at, c.broken+"/")) {
		return nil, nil, errors.New("broken")
	}
	for _, p := range c.Tree.Paths() {
		if at == "" || p == at || strings.HasPrefix(p, at+"/") {
			plain = append(plain, p)
		}
	}
	return plain, nil, nil
}

// edits are changes of content that touch what one project, plan or text may
// say of another. Each is made on top of those before it.
var edits = []struct {
	name string
	edit func(registrytest.Tree)
}{
	{"a word in a project", func(f registrytest.Tree) { f["content/projects/2026/dsjj/01/index.md"] += "一句说明。\n" }},
	{"a faulty value", func(f registrytest.Tree) {
		f.Replace("content/projects/2026/cgj/01/index.md", "state: S100", "state: S90")
	}},
	{"a word beside it", func(f registrytest.Tree) { f["content/projects/2026/cgj/01/index.md"] += "一句说明。\n" }},
	{"it is mended", func(f registrytest.Tree) {
		f.Replace("content/projects/2026/cgj/01/index.md", "state: S90", "state: S100")
	}},
	{"a new project", func(f registrytest.Tree) {
		for _, name := range []string{"index.md", "declaration.md"} {
			f["content/projects/2027/jyj/09/"+name] = f["content/projects/2027/jyj/01/"+name]
		}
	}},
	{"with the name of another unit's", func(f registrytest.Tree) {
		f.Replace("content/projects/2027/jyj/09/index.md", "implementingUnit: jyj", "implementingUnit: nyj")
	}},
	{"a planned project is deleted", func(f registrytest.Tree) {
		for p := range f {
			if strings.HasPrefix(p, "content/projects/2026/cgj/01/") {
				f["aside/"+p] = f[p]
				delete(f, p)
			}
		}
	}},
	{"and restored", func(f registrytest.Tree) {
		for p := range f {
			if rest, ok := strings.CutPrefix(p, "aside/"); ok {
				f[rest] = f[p]
				delete(f, p)
			}
		}
	}},
	{"a plan in draft again", func(f registrytest.Tree) { f.Replace("content/plans/2026.md", "status: 已印发", "status: 草案") }},
	{"and issued", func(f registrytest.Tree) { f.Replace("content/plans/2026.md", "status: 草案", "status: 已印发") }},
	{"an id in escapes", func(f registrytest.Tree) { f.Replace("content/plans/2026.md", "2026-cgj-01", `"2026\x2dcgj\x2d01"`) }},
	{"a plan that cannot be read", func(f registrytest.Tree) { f["content/plans/2030.md"] = "---\nyear: [\n---\n" }},
	{"a plan without a year", func(f registrytest.Tree) { f["content/plans/next.md"] = "---\nyear: 2030\n---\n" }},
	{"a plan is deleted", func(f registrytest.Tree) { delete(f, "content/plans/2025.md") }},
	{"files out of place", func(f registrytest.Tree) {
		f["content/projects/2027/x.md"], f["content/news.md"], f["content/projects/2027/JYJ/01/index.md"] = "x\n", "x\n", "x\n"
	}},
	{"and gone", func(f registrytest.Tree) {
		delete(f, "content/news.md")
		delete(f, "content/plans/next.md")
	}},
	{"a help page with a telephone number", func(f registrytest.Tree) { f["content/guide/x.md"] = "---\ntitle: x\n---\n打 13912345678。\n" }},
	{"maintenance that costs more", func(f registrytest.Tree) {
		f.Replace("content/projects/2024/mzj/01/operation-2025.md", "budget: ", "budget: 9")
	}},
}

// words are findings in a form that can be compared.
func words(fs []finding.Finding) string {
	finding.Sort(fs)
	var b bytes.Buffer
	for i := range fs {
		fmt.Fprintf(&b, "%+v\n", fs[i])
	}
	return b.String()
}

// TestAChangedRegistryIsThatOfItsFiles makes changes one after the other and
// compares a registry that is carried along with one that is read anew: every
// project and every plan gets the same findings.
func TestAChangedRegistryIsThatOfItsFiles(t *testing.T) {
	files := registrytest.Sample(t)
	carried, err := check.NewJudge(maps.Clone(files))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		before := maps.Clone(files)
		e.edit(files)
		now := maps.Clone(files)
		carried = carried.With(now, differing(before, now))
		anew, err := check.NewJudge(now)
		if err != nil {
			t.Fatal(err)
		}
		if len(carried.Registry.Folders()) != len(anew.Registry.Folders()) {
			t.Fatalf("%s: %d projects, want %d", e.name, len(carried.Registry.Folders()), len(anew.Registry.Folders()))
		}
		if got, want := words(carried.Global(nil, nil)), words(anew.Global(nil, nil)); got != want {
			t.Errorf("%s: %s\nwant %s", e.name, got, want)
		}
		for i, f := range anew.Registry.Folders() {
			got, want := carried.Project(carried.Registry.Folders()[i], nil), anew.Project(f, nil)
			if words(got.Findings) != words(want.Findings) || got.History.State != want.History.State {
				t.Errorf("%s: %s %s: %s\nwant %s %s", e.name, f.ID, got.History.State, words(got.Findings), want.History.State, words(want.Findings))
			}
		}
	}
}

// TestAChangeFindsWhatTheWholeFinds compares what a change is said to bring and
// to mend with the difference of two checks of everything that belongs to no
// project.
func TestAChangeFindsWhatTheWholeFinds(t *testing.T) {
	files := registrytest.Sample(t)
	found := 0
	for _, e := range edits {
		before := maps.Clone(files)
		e.edit(files)
		now := maps.Clone(files)
		res, err := check.Change(before, now, differing(before, now), check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		forward, err := check.Change(before, now, differing(before, now), check.Options{Definitions: res.Base, Forward: true})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := words(blocking(forward.Findings)), words(blocking(res.Findings)); got != want || len(forward.Pairs) != len(res.Pairs) {
			t.Errorf("%s, looking forward: %s\nwant %s", e.name, got, want)
		}
		for i := range forward.Pairs {
			if got, want := forward.Pairs[i].Base, res.Pairs[i].Base; (got == nil) != (want == nil) || sound(want) && (got.History.State != want.History.State || !got.Known) {
				t.Errorf("%s, looking forward: another past of %s", e.name, forward.Pairs[i].ID)
			}
		}
		var asked []string
		parts, err := check.Change(commit{before, &asked, ""}, commit{now, &asked, ""}, differing(before, now), check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := words(parts.Findings), words(res.Findings); got != want || len(parts.Pairs) != len(res.Pairs) || words(parts.Mended) != words(res.Mended) {
			t.Errorf("%s, listing in parts: %s\nwant %s", e.name, got, want)
		}
		was, err1 := check.NewJudge(before)
		is, err2 := check.NewJudge(now)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		old, fresh := was.Global(nil, nil), is.Global(was, nil)
		got, want := difference(res.Findings, nil), difference(fresh, old)
		if !slices.Equal(got, want) {
			t.Errorf("%s brings %q, want %q", e.name, got, want)
		}
		if got, want := difference(res.Mended, nil), difference(old, fresh); !slices.Equal(got, want) {
			t.Errorf("%s mends %q, want %q", e.name, got, want)
		}
		found += len(got)
	}
	if found < 8 {
		t.Errorf("only %d findings are compared", found)
	}
}

// TestAChangeIsJudgedByTheFoldersItTouches: others are not even listed, but for
// what a rule asks about the projects of a year.
func TestAChangeIsJudgedByTheFoldersItTouches(t *testing.T) {
	before := registrytest.Sample(t)
	now := maps.Clone(before)
	now["content/projects/2026/dsjj/01/index.md"] += "一句说明。\n"
	var asked []string
	if _, err := check.Change(commit{before, &asked, ""}, commit{now, &asked, ""}, differing(before, now), check.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, at := range asked {
		if slices.Contains([]string{"", "content", "content/projects"}, at) {
			t.Errorf("%q is listed", at)
		}
	}
}

// TestWhatCannotBeListedIsNotJudged tries folders that are not known: none may
// be taken for empty.
func TestWhatCannotBeListedIsNotJudged(t *testing.T) {
	before := registrytest.Sample(t)
	now := maps.Clone(before)
	now["content/projects/2026/dsjj/01/index.md"] += "一句说明。\n"
	for _, broken := range []string{"schemas", "data", "content/plans", "content/projects/2026", "content/guide"} {
		for _, side := range []string{"base", "head"} {
			base, head := commit{before, new([]string), ""}, commit{now, new([]string), ""}
			if side == "base" {
				base.broken = broken
			} else if head.broken = broken; broken == "schemas" || broken == "data" || broken == "content/plans" {
				continue // definitions are those of the base, and so are plans that do not change
			}
			if _, err := check.Change(base, head, differing(before, now), check.Options{}); err == nil {
				t.Errorf("%s cannot be listed in the %s, and nobody says so", broken, side)
			}
		}
	}
	if _, err := check.All(commit{before, new([]string), "content/projects"}, check.Options{}); err == nil {
		t.Error("the projects cannot be listed, and all are judged")
	}
}

func blocking(fs []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f finding.Finding) bool { return !f.Blocks() })
}

// difference lists the findings about no project that are in a more often than
// in b, leaving out those that are marked as old.
func difference(a, b []finding.Finding) []string {
	n := map[string]int{}
	key := func(f *finding.Finding) string { return f.Rule + " " + f.File + " " + f.Message.Zh }
	for i := range b {
		n[key(&b[i])]++
	}
	out := []string{}
	for i := range a {
		if f := &a[i]; f.Project == "" && !f.Existing {
			if n[key(f)]--; n[key(f)] < 0 {
				out = append(out, key(f))
			}
		}
	}
	slices.Sort(out)
	return out
}

func differing(a, b registrytest.Tree) []string {
	var out []string
	for p := range a {
		if now, ok := b[p]; !ok || now != a[p] {
			out = append(out, p)
		}
	}
	for p := range b {
		if _, ok := a[p]; !ok {
			out = append(out, p)
		}
	}
	return slices.DeleteFunc(slices.Sorted(slices.Values(out)), func(p string) bool { return !strings.HasPrefix(p, "content/") })
}
