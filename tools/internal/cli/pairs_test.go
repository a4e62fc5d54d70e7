package cli_test

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/transition"
)

// sampleChange is a request that a district may get: what it writes (nil
// deletes), made on the sample registry.
type sampleChange struct {
	name  string
	write map[string]*string
}

func (c *sampleChange) on(base registrytest.Tree) registrytest.Tree {
	out := maps.Clone(base)
	for p, text := range c.write {
		if text == nil {
			delete(out, p)
		} else {
			out[p] = *text
		}
	}
	return out
}

func (c *sampleChange) paths() []string { return slices.Sorted(maps.Keys(c.write)) }

// gitChanges is the change as a comparison of two commits gives it.
func (c *sampleChange) gitChanges() []gitobj.Change {
	var out []gitobj.Change
	for _, p := range c.paths() {
		out = append(out, gitobj.Change{Path: p})
	}
	return out
}

const (
	wjw = "content/projects/2027/wjw/01/"
	jyj = "content/projects/2027/jyj/01/"
)

// appraise lets the declared project of the education bureau pass all that comes
// before an annual plan.
func appraise(base registrytest.Tree) {
	index := registrytest.Edit{Path: jyj + "index.md", Text: `state: S30
class: 一般
classDecisions:
  - {class: 一般, by: dsjj, on: 2026-10-28, basis: 单一业务系统}
reviews:
  - {kind: 网络与数据安全, by: wxb, on: 2026-10-28, result: 通过, opinion: 同意}
  - {kind: 国产化替代, by: jyao, on: 2026-10-28, result: 通过, opinion: 同意}
  - {kind: 密码应用, by: mmj, on: 2026-10-28, result: 通过, opinion: 同意}
`}
	base[index.Path] = string(index.Apply([]byte(base[index.Path])))
	base[jyj+"necessity.md"] = "---\nreviews:\n  - {on: 2026-10-12, by: dsjj, result: 通过, opinion: 同意入库}\n---\n"
	base[jyj+"appraisal.md"] = strings.ReplaceAll(base["content/projects/2026/dsjj/01/appraisal.md"], "2025-10-28", "2026-10-28")
}

// sampleChanges makes the requests on the base.
func sampleChanges(t *testing.T, base registrytest.Tree) []*sampleChange {
	t.Helper()
	var out []*sampleChange
	add := func(name string) *sampleChange {
		c := &sampleChange{name: name, write: map[string]*string{}}
		out = append(out, c)
		return c
	}
	put := func(c *sampleChange, path, text string) { c.write[path] = &text }
	keys := func(c *sampleChange, path, text string) { // top-level keys of a record
		e := registrytest.Edit{Path: path, Text: text}
		put(c, path, string(e.Apply([]byte(base[path]))))
	}
	swap := func(c *sampleChange, path, old, now string) {
		t.Helper()
		if !strings.Contains(base[path], old) {
			t.Fatalf("%s has no %q", path, old)
		}
		put(c, path, strings.Replace(base[path], old, now, 1))
	}

	// Words in every project, and in two records of one.
	for _, id := range []string{"2025/scjg", "2026/cgj", "2026/dsjj", "2026/jyj", "2026/yjj", "2027/jyj", "2027/wjw"} {
		p := "content/projects/" + id + "/01/index.md"
		put(add("words in "+id), p, base[p]+"补充一句说明。\n")
	}
	put(add("words in a contract"), "content/projects/2026/cgj/01/contract-01.md", base["content/projects/2026/cgj/01/contract-01.md"]+"补充一句说明。\n")
	put(add("words in another contract"), "content/projects/2026/cgj/01/contract-02.md", base["content/projects/2026/cgj/01/contract-02.md"]+"补充一句说明。\n")
	put(add("words in a scheme"), "content/projects/2026/dsjj/01/scheme-1.md", base["content/projects/2026/dsjj/01/scheme-1.md"]+"补充一句说明。\n")
	put(add("words in a review"), "content/projects/2026/jyj/01/review.md", base["content/projects/2026/jyj/01/review.md"]+"补充一句说明。\n")

	// Declarations: two of one number, three of one name, one of a school.
	archive, err := txtar.ParseFile("testdata/script/change_declare.txtar")
	if err != nil {
		t.Fatal(err)
	}
	declare := func(name, unit, number string, from ...string) *sampleChange {
		c := add(name)
		for _, f := range archive.Files {
			text := strings.NewReplacer(append([]string{"implementingUnit: jyj", "implementingUnit: " + unit, "proposedBy: jyj", "proposedBy: " + unit, "{unit: jyj", "{unit: " + unit}, from...)...).Replace(string(f.Data))
			put(c, "content/projects/2027/"+unit+"/"+number+"/"+f.Name, text)
		}
		return c
	}
	declare("a declaration", "jyj", "02")
	declare("another of the same number", "jyj", "02", "教师研修平台", "中小学校园安全隐患排查与应急指挥平台")
	declare("another of the same unit", "jyj", "03", "教师研修平台", "中小学校园安全隐患排查与应急指挥平台")
	declare("another unit's of the same name", "rsj", "01")
	declare("a third of the same name", "mzj", "01")
	declare("one shared with a unit", "fgw", "01", "教师研修平台", "固定资产投资项目全流程信息共享平台", "scopeBasis: 直接适用", "scopeBasis: 直接适用\nparticipatingUnits: [xfj]\nleadUnit: fgw")
	declare("one of a unit", "xfj", "01", "教师研修平台", "来信来访平台")

	// Steps of the lifecycle.
	keys(add("a project in reserve is withdrawn"), wjw+"index.md", "state: S900\nclosure: {kind: 撤回, on: 2026-11-02, by: wjw, reason: 并入市级平台}\n")
	keys(add("an appraised project is withdrawn"), jyj+"index.md", "state: S900\nclosure: {kind: 撤回, on: 2026-11-02, by: jyj, reason: 并入市级平台}\n")

	// Plans.
	draft := func(priority string) string {
		return "---\nyear: 2027\nstatus: 草案\nitems:\n  - project: 2027-jyj-01\n    priority: " + priority + "\n    class: 一般\n    total: 66\n    annual: 66\n    period: {start: 2027-02-01, end: 2027-12-31}\n    funding: 区级财政投资\n    content: 课后服务报名、排课、考勤和经费结算\n---\n"
	}
	put(add("a draft plan with an appraised project"), "content/plans/2027.md", draft("1"))
	put(add("another draft of the plan"), "content/plans/2027.md", draft("2"))
	put(add("words in the plan of 2026"), "content/plans/2026.md", base["content/plans/2026.md"]+"补充一句说明。\n")

	// Definitions, each of which moves the ground under some of the above.
	unit := func(code string) (block string) {
		units := base["data/units.yaml"]
		i := strings.Index(units, "  - code: "+code+"\n")
		if i < 0 {
			t.Fatalf("no unit %s", code)
		}
		if j := strings.Index(units[i+4:], "  - code: "); j >= 0 {
			return units[i : i+4+j]
		}
		return units[i:]
	}
	swap(add("a unit that nobody names gets another code"), "data/units.yaml", "  - code: xfj\n", "  - code: xfb\n")
	swap(add("a unit that nobody names is abolished"), "data/units.yaml", unit("rsj"), "")
	swap(add("a unit gets another short name"), "data/units.yaml", "shortName: 区委网信办", "shortName: 区网信办")
	swap(add("two writings of a brand"), "data/brands.yaml", "aliases: [H3C]", "aliases: [H3C, 新华三集团]")
	swap(add("a title is shorter"), "schemas/forms/index.schema.json", `"maxLength": 60`, `"maxLength": 19`)

	// Texts.
	put(add("a help page"), "content/guide/new.md", "---\ntitle: 说明\n---\n怎么申报。\n")
	put(add("another help page"), "content/guide/more.md", "---\ntitle: 说明\n---\n怎么审批。\n")
	return out
}

// blocking lists what stands against a merge.
func blocking(fs []finding.Finding) (out []string) {
	for i := range fs {
		if f := &fs[i]; f.Blocks() {
			out = append(out, f.Rule+" "+f.File+" "+f.Message.En)
		}
	}
	return out
}

// warnings lists the rules whose warnings a change brings.
func warnings(fs []finding.Finding) (out []string) {
	for i := range fs {
		if f := &fs[i]; !f.Blocks() && !f.Existing {
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// grounds judge registries whose definitions are read once for each state of them.
type grounds struct {
	definitions map[string]*check.Judge // by the only file of schemas/ that any change writes
}

func (g *grounds) read(t *testing.T, files registrytest.Tree) *check.Judge {
	t.Helper()
	key := files["schemas/forms/index.schema.json"]
	j := g.definitions[key]
	if j == nil {
		var err error
		if j, err = check.NewJudge(files); err != nil {
			t.Fatal(err)
		}
		g.definitions[key] = j
	}
	return j
}

// change judges a change on a base, as review, merge, the hook and the gate of a
// merge queue do, and returns the ids of what it asks to be approved. was is the
// judge of the base.
func (g *grounds) change(t *testing.T, base registrytest.Tree, was *check.Judge, c *sampleChange) (*check.Result, []string) {
	t.Helper()
	head := c.on(base)
	var o check.Options
	if _, other := c.write["schemas/forms/index.schema.json"]; !other {
		o.Definitions = g.read(t, base)
	}
	res, err := was.With(base, nil).Change(head, c.paths(), o)
	if err != nil {
		t.Fatal(err)
	}
	var files []transition.File
	for _, p := range c.paths() {
		files = append(files, transition.File{Path: p, Old: base[p], New: head[p]})
	}
	var ids []string
	for _, tr := range transition.Of(res, files) {
		ids = append(ids, tr.ID)
	}
	return res, ids
}

// TestWhatIsGreenApartAndRedTogetherIsCaught merges every two of the changes in
// both orders. Each is judged alone on the base; the second again on what the
// first has made of it, as it would be merged.
func TestWhatIsGreenApartAndRedTogetherIsCaught(t *testing.T) {
	base := registrytest.Open(t, fixture(t))
	maps.DeleteFunc(base, func(p, _ string) bool { // each of the pairs is judged as a whole: the old lives would take most of it
		return strings.HasPrefix(p, "schemas/examples/") || strings.HasPrefix(p, "content/projects/2024/") || strings.HasPrefix(p, "content/projects/2025/nyj/") || p == "content/plans/2024.md" || p == "content/plans/2025.md"
	})
	appraise(base)
	changes := sampleChanges(t, base)
	g := &grounds{definitions: map[string]*check.Judge{}}
	whole := func(files registrytest.Tree) []finding.Finding {
		res, err := check.All(files, check.Options{Definitions: g.read(t, files)})
		if err != nil {
			t.Fatal(err)
		}
		return res.Findings
	}
	if fs := whole(base); len(fs) > 0 {
		t.Fatalf("the base is not clean: %+v", fs)
	}
	start := g.read(t, base).Over(base)
	merged := map[*sampleChange]registrytest.Tree{} // the base after each change
	after := map[*sampleChange]*check.Judge{}       // its judge
	warned := map[*sampleChange][]string{}
	ids := map[*sampleChange][]string{}
	for _, c := range changes {
		res, asked := g.change(t, base, start, c)
		if b := blocking(res.Findings); len(b) > 0 {
			t.Fatalf("%s is not green by itself: %q", c.name, b)
		}
		if len(asked) == 0 {
			t.Errorf("%s asks nobody", c.name)
		}
		warned[c], ids[c] = warnings(res.Findings), asked
		merged[c] = c.on(base)
		after[c] = g.read(t, merged[c]).Over(merged[c])
	}
	if len(changes) < 30 {
		t.Fatalf("only %d changes", len(changes))
	}
	var stale, both, caught, late int
	var red bytes.Buffer
	for i, a := range changes {
		for _, b := range changes[i+1:] {
			if shared := cli.Overlap(a.gitChanges(), b.gitChanges()); len(shared) > 0 {
				stale++ // whichever comes second is sent back before it is judged
				if len(cli.Overlap(b.gitChanges(), a.gitChanges())) != len(shared) {
					t.Errorf("%s, %s: stale in one order only", a.name, b.name)
				}
				continue
			}
			for p := range a.write {
				if _, too := b.write[p]; too {
					t.Fatalf("%s, %s: both write %s, and none is stale", a.name, b.name, p)
				}
			}
			union := a.on(merged[b])
			if !maps.Equal(union, b.on(merged[a])) {
				t.Errorf("%s, %s: the order decides what comes of it", a.name, b.name)
			}
			together := whole(union)
			wrong := blocking(together)
			refused := 0
			for _, order := range [][2]*sampleChange{{a, b}, {b, a}} {
				first, second := order[0], order[1]
				res, asked := g.change(t, merged[first], after[first], second)
				stops := blocking(res.Findings)
				if len(wrong) > 0 && len(stops) == 0 {
					t.Errorf("%s, then %s: merged, though together %q", first.name, second.name, wrong)
				}
				if len(stops) > 0 {
					refused++
					continue
				}
				if !slices.Equal(asked, ids[second]) && !(first.sameProject(second)) {
					t.Errorf("%s, then %s: what was approved is no longer what is asked", first.name, second.name)
				}
				for _, w := range warnings(together) {
					if !slices.Contains(warned[first], w) && !slices.Contains(warnings(res.Findings), w) {
						t.Errorf("%s, then %s: nobody is told of %s", first.name, second.name, w)
					}
				}
			}
			switch {
			case refused == 0:
				both++
			case len(wrong) > 0:
				caught++
				fmt.Fprintf(&red, "\n  %s + %s: %s", a.name, b.name, wrong[0])
			default:
				late++
				fmt.Fprintf(&red, "\n  (%d of 2 orders) %s + %s", refused, a.name, b.name)
			}
		}
	}
	t.Logf("%d changes, %d pairs: %d stale, %d merge in both orders, %d green apart and red together, %d lawful together but not as a step%s",
		len(changes), stale+both+caught+late, stale, both, caught, late, red.String())
	if caught < 5 || stale < 3 {
		t.Errorf("%d pairs are red together, %d stale: too few to try anything", caught, stale)
	}
}

// sameProject reports whether two changes concern one project, so that what one
// does is part of what the other is approved on.
func (c *sampleChange) sameProject(o *sampleChange) bool {
	for p := range c.write {
		for q := range o.write {
			if filepath.Dir(p) == filepath.Dir(q) {
				return true
			}
		}
	}
	return false
}
