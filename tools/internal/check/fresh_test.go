package check_test

import (
	"maps"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
)

// anyEdit changes something of one project, by chance: what a clerk would, what
// a clerk should not, what nobody would.
func anyEdit(rng *rand.Rand, f registrytest.Tree) {
	var files []string
	for _, p := range f.Paths() {
		if strings.HasPrefix(p, "content/projects/") && path.Ext(p) == ".md" {
			files = append(files, p)
		}
	}
	file := files[rng.IntN(len(files))]
	lines := strings.SplitAfter(f[file], "\n")
	at := 1 + rng.IntN(len(lines)-1)
	index := path.Dir(file) + "/index.md"
	other := files[rng.IntN(len(files))]
	set := func(p, key, value string) { f[p] = keyLine(key).ReplaceAllString(f[p], key+": "+value) }
	switch rng.IntN(16) {
	case 0, 1:
		f[file] += "一句说明。\n"
	case 2:
		f[file] += []string{"经办人电话 13912345678。\n", "<b>x</b>\n", "机密★10年\n"}[rng.IntN(3)]
	case 3, 4, 5: // another figure, another day
		lines[at] = figure.ReplaceAllStringFunc(lines[at], func(s string) string { return string(rune('1'+rng.IntN(9))) + s[1:] })
		f[file] = strings.Join(lines, "")
	case 6:
		f[file] = strings.Join(slices.Delete(lines, at, at+1), "")
	case 7:
		f[file] = strings.Join(slices.Insert(lines, at, lines[rng.IntN(len(lines))]), "")
	case 8: // the same key as in another record
		lines[at] = strings.SplitAfter(f[other], "\n")[0]
		f[file] = strings.Join(lines, "")
	case 9:
		set(index, "state", []string{"S10", "S20", "S40", "S80", "S100", "S900", "S910", "S999"}[rng.IntN(8)])
	case 10: // the name of another project
		title := keyLine("title").FindString(f[path.Dir(other)+"/index.md"])
		f[index] = keyLine("title").ReplaceAllString(f[index], title)
	case 11:
		set(index, "implementingUnit", []string{"jyj", "nyj", "dsjj", "nobody"}[rng.IntN(4)])
	case 12:
		set(index, "category", []string{"新建", "运维"}[rng.IntN(2)])
	case 13: // a new project like another one
		parts := strings.Split(path.Dir(file), "/")
		for _, p := range f.Paths() {
			if strings.HasPrefix(p, path.Dir(file)+"/") && !strings.Contains(p, "/files/") {
				f["content/projects/"+parts[2]+"/nyj/77/"+path.Base(p)] = f[p]
			}
		}
		set("content/projects/"+parts[2]+"/nyj/77/index.md", "implementingUnit", "nyj")
	case 14:
		f[path.Dir(file)+"/files/x.txt"] += "见附件。\n"
		if rng.IntN(2) == 0 {
			delete(f, file)
		}
	case 15:
		waiver := "waivers:\n  - rule: R-0" + []string{"38", "43", "95"}[rng.IntN(3)] + "\n    reason: 已与对方单位核对，确属两套系统\n    by: dsjj\n    ruledOn: 2026-03-01\n"
		f[index] = strings.Replace(f[index], "state: ", waiver+"state: ", 1)
	}
}

var figure = regexp.MustCompile(`[0-9]+`)

func keyLine(key string) *regexp.Regexp { return regexp.MustCompile(`(?m)^` + key + `: .*$`) }

// TestAFreshLookFindsWhatTheFullLookFindsNew: what need not be looked at, because
// it is the same on both sides, is neither brought nor mended.
func TestAFreshLookFindsWhatTheFullLookFindsNew(t *testing.T) {
	sample := registrytest.Sample(t)
	judge, err := check.NewJudge(sample)
	if err != nil {
		t.Fatal(err)
	}
	told, mended, namesakes := 0, 0, 0
	for i := range uint64(150) {
		rng := rand.New(rand.NewPCG(i, 7))
		base := maps.Clone(sample)
		for range rng.IntN(3) {
			anyEdit(rng, base)
		}
		head := maps.Clone(base)
		for range 1 + rng.IntN(10)/8 {
			anyEdit(rng, head)
		}
		if i%3 == 0 { // mends what the other way brings
			base, head = head, base
		}
		changed := differing(base, head)
		look := func(fresh bool) *check.Result {
			res, err := check.Change(base, head, changed, check.Options{Definitions: judge, Fresh: fresh})
			if err != nil {
				t.Fatal(err)
			}
			return res
		}
		full, fresh := look(false), look(true)
		want := slices.DeleteFunc(full.Findings, func(f finding.Finding) bool { return f.Existing })
		if words(fresh.Findings) != words(want) || words(fresh.Mended) != words(full.Mended) {
			t.Errorf("%d: %q brings\n%swant\n%sand mends\n%swant\n%s", i, changed, words(fresh.Findings), words(want), words(fresh.Mended), words(full.Mended))
		}
		for k, p := range fresh.Pairs {
			if o := full.Pairs[k]; len(p.Fresh) != len(o.Fresh) || sound(o.Base) && state(p.Base) != state(o.Base) || sound(o.Head) && state(p.Head) != state(o.Head) {
				t.Errorf("%d: %s takes other steps", i, p.ID)
			}
		}
		told, mended = told+len(want), mended+len(full.Mended)
		if slices.ContainsFunc(slices.Concat(want, full.Mended), func(f finding.Finding) bool { return f.Rule == "R-038" }) {
			namesakes++
		}
	}
	if told < 100 || mended < 20 || namesakes < 3 {
		t.Errorf("only %d findings, %d mended, %d about namesakes are compared", told, mended, namesakes)
	}
}

// sound reports whether a project has a history without fault: of one that only
// has other words now, that is not asked again.
func sound(v *check.Verdict) bool { return v != nil && v.Known && len(v.History.Findings) == 0 }

func state(v *check.Verdict) string {
	if v == nil {
		return "none"
	}
	return v.History.State
}

// TestAFreshLookLeavesTheOthersAlone: a change that renames nothing reads of no
// other project what it is called, and one of words no other record and no plan.
func TestAFreshLookLeavesTheOthersAlone(t *testing.T) {
	const dir = "content/projects/2027/wjw/01/"
	sample := registrytest.Sample(t)
	for name, edit := range map[string]func(before, now registrytest.Tree){
		"a word":  func(_, now registrytest.Tree) { now[dir+"index.md"] += "一句说明。\n" },
		"a value": func(_, now registrytest.Tree) { now.Replace(dir+"declaration.md", "estimate: ", "estimate: 1") },
		"a step":  func(before, _ registrytest.Tree) { withoutNecessity(before) },
	} {
		before, now := maps.Clone(sample), maps.Clone(sample)
		edit(before, now)
		var read sync.Map
		res, err := check.Change(reading{before, &read}, reading{now, &read}, differing(before, now), check.Options{Fresh: true})
		if err != nil || len(res.Pairs) != 1 {
			t.Fatal(err)
		}
		for p := range read.Range {
			if p := p.(string); strings.HasPrefix(p, registry.ProjectsDir+"/") && !strings.HasPrefix(p, dir) {
				t.Errorf("%s: %s is read", name, p)
			} else if name == "a word" && strings.HasPrefix(p, "content/") && p != dir+"index.md" {
				t.Errorf("%s: %s is read, which cannot say another thing", name, p)
			}
		}
	}
}

// withoutNecessity takes back the step by which a project of the sample came to
// where it is.
func withoutNecessity(f registrytest.Tree) {
	delete(f, "content/projects/2027/wjw/01/necessity.md")
	f.Replace("content/projects/2027/wjw/01/index.md", "state: S20", "state: S10")
}

// TestANameIsComparedWhereItComesIn: a step does not tell again who else has the
// name that the project had before, unless a waiver speaks of it.
func TestANameIsComparedWhereItComesIn(t *testing.T) {
	const index = "content/projects/2027/wjw/01/index.md"
	sample := registrytest.Sample(t)
	title := keyLine("title").FindString(sample[index])
	sample["content/projects/2027/jyj/01/index.md"] = keyLine("title").ReplaceAllString(sample["content/projects/2027/jyj/01/index.md"], title)
	waiver := "waivers:\n  - rule: R-038\n    reason: 已与对方单位核对，确属两套系统\n    by: dsjj\n    ruledOn: 2026-03-01\nstate: "
	for name, c := range map[string]struct {
		edit func(before, now registrytest.Tree)
		want bool // that the same name is told, or that it is waived
	}{
		"a step": {func(before, _ registrytest.Tree) { withoutNecessity(before) }, false},
		"a step with a new name": {func(before, _ registrytest.Tree) {
			withoutNecessity(before)
			before.Replace(index, "title: ", "title: 旧")
		}, true},
		"a step that was waived": {func(before, now registrytest.Tree) {
			now.Replace(index, "state: ", waiver)
			maps.Copy(before, now)
			withoutNecessity(before)
		}, true},
		"a new name": {func(before, _ registrytest.Tree) { before.Replace(index, "title: ", "title: 旧") }, true},
		"a project with the name": {func(before, _ registrytest.Tree) {
			maps.DeleteFunc(before, func(p, _ string) bool { return path.Dir(p) == path.Dir(index) })
		}, true},
	} {
		before, now := maps.Clone(sample), maps.Clone(sample)
		c.edit(before, now)
		res, err := check.Change(before, now, differing(before, now), check.Options{Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		rules := map[string]bool{}
		for _, f := range res.Findings {
			rules[f.Rule] = true
		}
		if rules["R-038"] != c.want || rules["C-007"] {
			t.Errorf("%s: the name is told: %v, a waiver is stale: %v", name, rules["R-038"], rules["C-007"])
		}
	}
}

// reading is a tree that notes what is read.
type reading struct {
	registrytest.Tree
	read *sync.Map
}

func (r reading) Read(p string, limit int64) ([]byte, error) {
	r.read.Store(p, true)
	return r.Tree.Read(p, limit)
}
