package registry

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Plan is one annual construction plan.
type Plan struct {
	File string
	Year int
	Root *record.Node
	Rec  *record.Record // nil when the file could not be taken apart
	Env  map[string]any // fields of the plan, as rules see them
	// Items are the entries of the plan and of its supplements.
	Items []any

	findings func() []finding.Finding // about reading and schema
	entries  map[string][]any         // items by the project that they list
}

// planFile is a plan that is read when it is first needed: in most changes one
// or two of many are.
type planFile struct {
	path string
	year int
	text func() []byte
	plan func() *Plan
	read atomic.Bool
}

// listPlans notes the plans among the files, ascending by year.
func (r *Registry) listPlans() {
	plain, _ := r.under(PlansDir)
	for _, p := range plain {
		r.addPlan(p)
	}
	r.sortPlans()
}

func (r *Registry) sortPlans() {
	slices.SortFunc(r.plans, func(a, b *planFile) int { return cmp.Or(cmp.Compare(a.year, b.year), strings.Compare(a.path, b.path)) })
}

// planYear returns the year that the name of a plan's file says, or 0.
func planYear(name string) (year int) {
	if n, err := fmt.Sscanf(name, "%d.md", &year); n != 1 || err != nil || name != fmt.Sprintf("%d.md", year) {
		return 0
	}
	return year
}

// addPlan notes one plan, unless its file is named like none.
func (r *Registry) addPlan(p string) {
	year := planYear(strings.TrimPrefix(p, PlansDir+"/"))
	if year == 0 {
		return
	}
	f, files := &planFile{path: p, year: year}, r.files
	load := sync.OnceValues(func() ([]byte, error) { return files.Read(p, RecordLimit) })
	f.text = func() []byte { data, _ := load(); return data }
	f.plan = sync.OnceValue(func() *Plan {
		defer f.read.Store(true)
		data, err := load()
		if err != nil {
			return &Plan{File: p, Year: year, findings: found(finding.Finding{Rule: "P-005", Place: finding.Place{File: p, Line: 1, Col: 1},
				Message: finding.Text{Zh: "无法读取：" + err.Error(), En: "cannot be read: " + err.Error()}})}
		}
		return r.readPlan(p, year, data)
	})
	r.plans = append(r.plans, f)
}

// readPlan takes a plan apart. It needs nothing of the registry but what stays
// the same when content changes.
func (r *Registry) readPlan(file string, year int, data []byte) *Plan {
	rec, fs := record.Parse(file, data)
	if rec == nil {
		return &Plan{File: file, Year: year, findings: found(fs...)}
	}
	form := r.Schemas.Form("plan")
	plan := &Plan{File: file, Year: year, Root: rec.Root, Rec: rec, entries: map[string][]any{}}
	plan.findings = sync.OnceValue(func() []finding.Finding { return append(fs, r.judgePlan(plan, form)...) })
	plan.Env, _ = r.kinds.value(form.Root, rec.Root, file).(map[string]any)
	plan.enter()
	return plan
}

func found(fs ...finding.Finding) func() []finding.Finding {
	return func() []finding.Finding { return fs }
}

// judgePlan judges a plan by its schema and its name.
func (r *Registry) judgePlan(p *Plan, form *schema.Form) []finding.Finding {
	fs := form.Validate(p.File, p.Root)
	if y := p.Root.Get("year"); y != nil && y.Text != fmt.Sprint(p.Year) {
		fs = append(fs, finding.Finding{Rule: "P-006", Place: y.Place(p.File),
			Message: finding.Text{Zh: fmt.Sprintf("文件名的年份是 %d，内容写的是 %s", p.Year, y.Text), En: fmt.Sprintf("the file name says %d, the content %s", p.Year, y.Text)},
			Help:    finding.Text{Zh: "改成一致", En: "make them agree"}})
	}
	return fs
}

// Broken reports whether the plan could not be judged by its schema.
func (p *Plan) Broken() bool { return p.Rec == nil || slices.ContainsFunc(p.findings(), breaks) }

// enter files the plan's items under the projects that they list.
func (p *Plan) enter() {
	adjustments, _ := p.Env["adjustments"].([]any)
	adjusted := func(id string) bool {
		return slices.ContainsFunc(adjustments, func(a any) bool { return a.(map[string]any)["project"] == id })
	}
	add := func(items, notice, gov any, kind string, number int, issued bool) {
		list, _ := items.([]any)
		n, _ := notice.(map[string]any)
		g, _ := gov.(map[string]any)
		for _, it := range list {
			item := it.(map[string]any)
			e := maps.Clone(item)
			id, _ := item["project"].(string)
			e["planYear"], e["kind"], e["supplement"], e["status"] = p.Year, kind, number, p.Env["status"]
			e["govOn"], e["noticeOn"], e["docNo"], e["issued"] = text(g["on"]), "", text(n["docNo"]), issued
			if issued {
				e["noticeOn"] = text(n["on"])
			}
			e["adjusted"] = adjusted(id)
			p.entries[id] = append(p.entries[id], e)
			p.Items = append(p.Items, e)
		}
	}
	issued := p.Env["status"] == "已印发"
	add(p.Env["items"], p.Env["notice"], p.Env["govApproval"], "计划", 0, issued)
	supplements, _ := p.Env["supplements"].([]any)
	for _, s := range supplements {
		m := s.(map[string]any)
		number, _ := m["number"].(int)
		add(m["items"], m["notice"], m["govConsent"], "增补", number, true)
	}
}

// Plans returns the annual plans that can be read, ascending by year.
func (r *Registry) Plans() []*Plan {
	var out []*Plan
	for _, f := range r.plans {
		if p := f.plan(); p.Rec != nil {
			out = append(out, p)
		}
	}
	return out
}

// Plan returns the plan that a file holds, or nil; one that cannot be read has
// no Rec.
func (r *Registry) Plan(file string) *Plan {
	if i := slices.IndexFunc(r.plans, func(f *planFile) bool { return f.path == file }); i >= 0 {
		return r.plans[i].plan()
	}
	return nil
}

// PlanFiles returns the paths of all plans, ascending by year.
func (r *Registry) PlanFiles() []string {
	out := make([]string, len(r.plans))
	for i, f := range r.plans {
		out[i] = f.path
	}
	return out
}

// Listing returns the paths of the plans that list a project.
func (r *Registry) Listing(id string) []string {
	var out []string
	for _, f := range r.plans {
		if f.mayList(id) && len(f.plan().entries[id]) > 0 {
			out = append(out, f.path)
		}
	}
	return out
}

// Planned returns the plan entries that list a project, in order of plan year.
func (r *Registry) Planned(id string) []any {
	out := []any{}
	for _, f := range r.plans {
		if f.mayList(id) {
			out = append(out, f.plan().entries[id]...)
		}
	}
	return out
}

// mayList reports whether the plan can hold an item of a project. An id stands
// in YAML as it is, but for text in double quotes with escapes.
func (f *planFile) mayList(id string) bool {
	return f.read.Load() || bytes.Contains(f.text(), []byte(id)) || bytes.IndexByte(f.text(), '\\') >= 0
}

// PlanFindings returns what is wrong with a plan by itself, and the projects
// that it lists and the registry does not hold.
func (r *Registry) PlanFindings(p *Plan) []finding.Finding {
	out := slices.Clone(p.findings())
	for _, it := range p.Items {
		item := it.(map[string]any)
		id := text(item["project"])
		if id == "" || r.Folder(id) != nil {
			continue
		}
		ref := item[refKey].(Ref)
		place := ref.Node.Place(ref.File)
		if k := ref.Node.Key("project"); k != nil {
			place = k.Value.Place(ref.File)
		}
		ids := make([]string, len(r.Folders()))
		for i, f := range r.Folders() {
			ids[i] = f.ID
		}
		out = append(out, finding.Finding{Rule: "P-004", Place: place, Suggest: value.Nearest(id, ids),
			Message: finding.Text{Zh: "计划列入的项目“" + id + "”不在登记簿里", En: "the plan lists project “" + id + "”, which the registry does not hold"},
			Help:    finding.Text{Zh: "核对项目编号；项目应先申报、入库、论证", En: "check the id; a project is declared and appraised first"}})
	}
	return out
}
