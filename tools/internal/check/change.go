package check

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
)

// Change judges what lies between two versions of a registry. changed are the
// paths that differ.
func Change(base, head registry.Files, changed []string, o Options) (*Result, error) {
	was := o.Definitions
	if was != nil {
		was = was.Over(base)
	} else {
		var err error
		if was, err = open(base); err != nil {
			return nil, fmt.Errorf("base: %w", err)
		}
	}
	return was.Change(head, changed, o)
}

// Change judges a change of the registry of j. Its cost is that of the projects,
// plans and texts that the change concerns, unless it changes what all of them
// are judged by.
func (j *Judge) Change(head registry.Files, changed []string, o Options) (*Result, error) {
	if o.Forward {
		j = j.blocking()
	}
	governance, content := divide(changed)
	base, files := j.Registry.Files(), head
	if len(governance) > 0 && len(content) > 0 {
		// Projects are judged by the definitions of the base, whatever else
		// the change does to them.
		files = overlay{base: base, head: head}
	}
	if len(governance) > 0 && len(content) == 0 {
		res, err := All(head, o) // new definitions: everything is judged by them
		if err != nil {
			return nil, err
		}
		res.Base = j
		res.Findings = append(res.Findings, byHand(changed)...)
		res.Judge.Rules.Complete(res.Findings)
		markExisting(res, base, o)
		if o.Fresh {
			res.fresh()
		}
		return res, err
	}
	was, is := j, j.With(files, slices.DeleteFunc(slices.Clone(changed), func(p string) bool { return !strings.HasPrefix(p, "content/") }))
	was.Registry.Today, is.Registry.Today = o.Today, o.Today
	is.Inspect = remember(o.Inspect)
	was.Inspect = is.Inspect
	was.Registry.CompareWith(is.Registry)
	dirs := touched(was, is, changed)
	concern := concerned(was, is, changed, dirs, o.Fresh || o.Forward)
	// What is wrong with the data files stands on both sides, as they are those of
	// the base: whoever asks for what is new need not hear of it.
	global := (*Judge).Global
	if o.Fresh || o.Forward {
		global = (*Judge).content
	}
	res := &Result{Judge: is, Base: was, Findings: global(is, was, concern)}
	before := global(was, nil, concern)
	identities(before).mark(res.Findings)
	res.Mended = mended(before, res.Findings)
	if len(governance) > 0 {
		res.Findings = append(res.Findings, mixed(governance, content))
	}
	res.Findings = append(res.Findings, byHand(changed)...)
	res.Pairs = make([]Pair, len(dirs))
	alone := len(dirs) == 1 && !slices.ContainsFunc(changed, func(p string) bool { return strings.HasPrefix(p, registry.PlansDir+"/") })
	each(len(dirs), o, func(i int) { res.Pairs[i] = pair(was, is, dirs, i, concern, alone, o) })
	if err := o.stopped(); err != nil {
		return nil, err
	}
	res.Summary = Summary{Projects: len(dirs), Plans: len(is.plans(concern)), Partial: true}
	for _, p := range res.Pairs {
		res.Findings = append(res.Findings, p.findings...)
		res.Mended = append(res.Mended, p.mended...)
		if p.Head != nil {
			res.Summary.Records += len(p.Head.Project.Records)
		}
	}
	is.Rules.Complete(res.Findings)
	if o.Fresh {
		res.fresh()
	}
	finding.Sort(res.Findings)
	finding.Sort(res.Mended)
	return res, cmp.Or(was.Err(), is.Err())
}

// divide sorts changed paths into the registry's definitions and its content.
func divide(changed []string) (governance, content []string) {
	for _, p := range changed {
		if registry.InDecisions(p) {
			continue
		}
		if strings.HasPrefix(p, registry.ProjectsDir+"/") || strings.HasPrefix(p, registry.PlansDir+"/") {
			content = append(content, p)
		} else if !strings.HasPrefix(p, "content/") {
			governance = append(governance, p)
		}
	}
	return governance, content
}

// byHand reports decisions that a change adds, alters or removes.
func byHand(changed []string) []finding.Finding {
	var out []finding.Finding
	for _, p := range changed {
		if registry.InDecisions(p) {
			out = append(out, finding.Finding{Rule: "C-010", Place: finding.Place{File: p},
				Message: finding.Text{Zh: "审批决定 " + p + " 被这次修改增加、改动或删除", En: "the change adds, alters or removes the decision " + p},
				Help:    finding.Text{Zh: "从这次修改中去掉它：决定由工具在合并时写入", En: "take it out of the change: the tool writes decisions when it merges"}})
		}
	}
	return out
}

func mixed(governance, content []string) finding.Finding {
	return finding.Finding{Rule: "C-006", Place: finding.Place{File: governance[0], Line: 1, Col: 1},
		Related: []finding.Place{{File: content[0], Line: 1, Col: 1, Label: finding.Text{Zh: "同时修改的项目文件", En: "project file changed with it"}}},
		Message: finding.Text{Zh: fmt.Sprintf("一次修改不能既动登记制度（%s 等 %d 个文件）又动项目（%s 等 %d 个文件）", governance[0], len(governance), content[0], len(content)), En: fmt.Sprintf("a change must not touch both the registry's definitions (%s and others, %d files) and projects (%s and others, %d files)", governance[0], len(governance), content[0], len(content))},
		Help:    finding.Text{Zh: "分成两次：先改制度、经其批准合并，再改项目；项目在此已按原制度检查", En: "split it: first the definitions with their own approval, then the projects; the projects were judged by the old definitions here"}}
}

// touched returns the folders of all projects that a change can affect: those
// with changed files, and those that a changed plan lists before or after.
func touched(was, is *Judge, changed []string) []string {
	set := map[string]bool{}
	for _, p := range changed {
		if rest, ok := strings.CutPrefix(p, registry.ProjectsDir+"/"); ok {
			if parts := strings.SplitN(rest, "/", 4); len(parts) == 4 {
				set[path.Join(registry.ProjectsDir, parts[0], parts[1], parts[2])] = true
			}
		}
		if strings.HasPrefix(p, registry.PlansDir+"/") {
			for _, j := range []*Judge{was, is} {
				plan := j.Registry.Plan(p)
				if plan == nil {
					continue
				}
				for _, it := range plan.Items {
					id, _ := it.(map[string]any)["project"].(string)
					if f := is.Registry.Folder(id); f != nil {
						set[f.Dir] = true
					}
				}
			}
		}
	}
	out := make([]string, 0, len(set))
	for d := range set {
		out = append(out, d)
	}
	slices.Sort(out)
	return out
}

// idOf returns the id of the project that belongs into a folder.
func idOf(dir string) string {
	return strings.ReplaceAll(strings.TrimPrefix(dir, registry.ProjectsDir+"/"), "/", "-")
}

// concerned lists the files about which a change can alter what is found: its
// own, the plans that list a project which comes or goes,
// and, where a rule about plans asks about projects, those that list a touched
// one; of these a fresh look takes only those whose project answers otherwise.
func concerned(was, is *Judge, changed, dirs []string, fresh bool) map[string]bool {
	set := map[string]bool{}
	for _, p := range changed {
		set[p] = true
	}
	for _, dir := range dirs {
		id := idOf(dir)
		if (was.Registry.Folder(id) == nil) != (is.Registry.Folder(id) == nil) || !(fresh && was.Registry.Tells(id) == is.Registry.Tells(id)) && is.Rules.PlansAsk() {
			for _, file := range slices.Concat(was.Registry.Listing(id), is.Registry.Listing(id)) {
				set[file] = true
			}
		}
	}
	return set
}

// key identifies a finding across versions of a file, whose lines may move.
func key(f *finding.Finding) string {
	return f.Rule + "\x00" + f.Project + "\x00" + f.File + "\x00" + f.Message.Zh
}

// census counts findings by identity: one fault more of the same kind is new.
type census map[string]int

func identities(fs []finding.Finding) census {
	c := census{}
	for i := range fs {
		c[key(&fs[i])]++
	}
	return c
}

// mark marks the findings that were counted; each counts once.
func (c census) mark(fs []finding.Finding) {
	for i := range fs {
		if k := key(&fs[i]); c[k] > 0 {
			c[k]--
			fs[i].Existing = true
		}
	}
}

// mended returns the findings before a change that are not there after it.
func mended(before, after []finding.Finding) []finding.Finding {
	left := identities(after)
	var out []finding.Finding
	for i := range before {
		if k := key(&before[i]); left[k] > 0 {
			left[k]--
		} else {
			out = append(out, before[i])
		}
	}
	return out
}

// fresh drops what was wrong before the change.
func (r *Result) fresh() {
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return f.Existing })
}

// markExisting marks the findings that the base has under its own definitions.
func markExisting(res *Result, base registry.Files, o Options) {
	was, err := All(base, Options{Workers: o.Workers, Inspect: o.Inspect, Definitions: o.Definitions})
	if err != nil {
		return // a base that cannot be judged excuses nothing
	}
	identities(was.Findings).mark(res.Findings)
	res.Mended = mended(was.Findings, res.Findings)
}

// overlay reads content from head and everything else from base.
type overlay struct{ base, head registry.Files }

func (o overlay) side(p string) registry.Files {
	if strings.HasPrefix(p, "content/") {
		return o.head
	}
	return o.base
}

func (o overlay) Paths() []string     { plain, _, _ := o.List(""); return plain }
func (o overlay) Irregular() []string { return o.head.Irregular() }

// List gives of what is irregular all that the head has: what must not be there
// is refused wherever it is.
func (o overlay) List(at string) (plain, irregular []string, err error) {
	base, _, err1 := registry.List(o.base, at)
	head, irregular, err2 := registry.List(o.head, at)
	content := func(p string) bool { return strings.HasPrefix(p, "content/") }
	plain = slices.DeleteFunc(slices.Clone(head), func(p string) bool { return !content(p) })
	plain = append(plain, slices.DeleteFunc(slices.Clone(base), content)...)
	slices.Sort(plain)
	return plain, irregular, errors.Join(err1, err2)
}

func (o overlay) Read(p string, limit int64) ([]byte, error) { return o.side(p).Read(p, limit) }
