// Package check judges a registry: the whole of it, or what a change touches.
// It joins reading, schemas, lifecycle and rules; files and the commits they
// come from are given to it as values.
package check

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/rule"
)

// Judge is a registry with everything that it is judged by.
type Judge struct {
	Registry  *registry.Registry
	Lifecycle *lifecycle.Lifecycle
	Rules     *rule.Set
	// Inspect takes attachments apart; nil leaves all but plain text unread.
	Inspect Inspector
}

// Over returns a judge of other files by the schemas, lifecycle and rules of j,
// which are not read again.
func (j *Judge) Over(files registry.Files) *Judge {
	r := registry.New(files, j.Registry.Schemas)
	r.Ended = j.Registry.Ended
	return &Judge{Registry: r, Lifecycle: j.Lifecycle, Rules: j.Rules}
}

// Err returns why no verdict of j holds: files that could not be listed, or
// definitions that were asked for and cannot be used.
func (j *Judge) Err() error {
	if err := j.Registry.Err(); err != nil {
		return err
	}
	return j.Rules.Err()
}

// With returns the judge of the registry after a change of its content: the
// definitions stay. changed are the paths that differ, all below content/.
func (j *Judge) With(files registry.Files, changed []string) *Judge {
	n := *j
	n.Registry = j.Registry.With(files, changed)
	return &n
}

// blocking returns the judge that asks only what makes a check fail.
func (j *Judge) blocking() *Judge {
	n := *j
	n.Rules = j.Rules.Blocking()
	return &n
}

// Compile compiles all definitions, also those that NewJudge leaves until they
// are needed. The error says what is wrong with them.
func (j *Judge) Compile() error {
	return errors.Join(j.Registry.Schemas.Compile(), j.Lifecycle.Verify(j.Registry), j.Lifecycle.Compile(j.Registry), j.Rules.Compile())
}

// Verdict is what is known of one project after judging it.
type Verdict struct {
	Judge    *Judge
	Project  *registry.Project
	History  *lifecycle.History
	Known    bool // whether History can be relied on
	Findings []finding.Finding
	asked    *part // what was judged, nil for all
	expiries []expiry
}

// Project reads and judges one project by itself. base, the project before a
// change, may be nil.
func (j *Judge) Project(f *registry.Folder, base *registry.Project) *Verdict {
	return j.project(j.Registry.Project(f), base)
}

func (j *Judge) project(p, base *registry.Project) *Verdict {
	v := j.past(p)
	v.judge(base, nil)
	return v
}

// past reads the history of a project, and judges nothing.
func (j *Judge) past(p *registry.Project) *Verdict {
	v := &Verdict{Judge: j, Project: p}
	v.History, v.Known = j.Lifecycle.Replay(p)
	return v
}

// judge judges a project whose history is read: the whole of it, or what a
// change can have brought or mended where only is not nil.
func (v *Verdict) judge(base *registry.Project, only *part) {
	j, p := v.Judge, v.Project
	v.asked = only
	v.Findings = append(slices.Clone(p.Findings), v.History.Findings...)
	v.Findings = append(v.Findings, j.Rules.Project(p, base, v.Known, only.altered())...)
	for _, r := range p.Records {
		if only.holds(r.Path) {
			v.Findings = append(v.Findings, j.Rules.Text(r.Path, r.Raw, r.Root)...)
		}
	}
	for file, raw := range p.Unread {
		if only.holds(file) {
			v.Findings = append(v.Findings, j.Rules.Text(file, raw, nil)...)
		}
	}
	for _, name := range p.Files {
		if strings.HasPrefix(name, "files/") && only.holds(p.Dir+"/"+name) {
			v.Findings = append(v.Findings, j.attachment(p, name)...)
		}
	}
	for _, f := range j.identity(p) {
		// A rule that refuses the very value already says what is wrong with it.
		if !slices.ContainsFunc(v.Findings, func(o finding.Finding) bool { return o.Place == f.Place && j.Rules.Blocks(o.Rule) }) {
			v.Findings = append(v.Findings, f)
		}
	}
	v.Findings = append(v.Findings, j.citations(p)...)
	j.finish(v)
}

// finish completes and sorts a project's findings and applies its waivers.
func (j *Judge) finish(v *Verdict) {
	j.Rules.Complete(v.Findings)
	for i := range v.Findings {
		v.Findings[i].Project = v.Project.ID
	}
	v.Findings = append(v.Findings, j.waive(v)...)
	fields(v)
	conceal(v.Findings, func(file string) map[int]bool { return hiddenLines(v.Project, file) })
	finding.Sort(v.Findings)
}

// fields names the field that each finding is about. Findings of a schema name it
// themselves, those of a rule only what is missing at their place.
func fields(v *Verdict) {
	for i := range v.Findings {
		f := &v.Findings[i]
		if strings.HasPrefix(f.Field, "/") || f.Line == 0 {
			continue
		}
		missing := f.Field
		f.Field = ""
		for _, r := range v.Project.Records {
			if r.Path != f.File {
				continue
			}
			f.Field = r.Root.PointerAt(f.Line, f.Col, missing != "")
			if missing != "" {
				f.Field += "/" + missing
			}
		}
	}
}

// identity compares the folder's id with what index.md says.
func (j *Judge) identity(p *registry.Project) []finding.Finding {
	if p.Broken["index"] {
		return nil
	}
	index, _ := p.Env["index"].(map[string]any)
	place, _ := registry.PlacePath(p.Env, nil, []string{"index", "implementingUnit"})
	if index["origin"] != "存量" {
		d, _ := p.Env["declaration"].(map[string]any)
		if planYear, _ := d["planYear"].(int); planYear != 0 && planYear != p.Year {
			at, _ := registry.PlaceAt(d, "planYear")
			return []finding.Finding{{Rule: "P-006", Place: at,
				Message: finding.Text{Zh: fmt.Sprintf("项目编号的年度是 %d，申报表写的计划年度是 %d", p.Year, planYear), En: fmt.Sprintf("the project id says %d, the declaration is for the plan of %d", p.Year, planYear)},
				Help:    finding.Text{Zh: "项目编号以首次申报的计划年度开头；移动文件夹，或改正年度", En: "an id starts with the plan year first declared for: move the folder or mend the year"}}}
		}
	}
	if p.Unit != index["implementingUnit"] && p.Unit != index["filingUnit"] {
		return []finding.Finding{{Rule: "P-003", Place: place,
			Message: finding.Text{Zh: fmt.Sprintf("项目编号里的单位是“%s”，而实施单位是“%v”", p.Unit, index["implementingUnit"]), En: fmt.Sprintf("the project id names unit “%s”, but the implementing unit is “%v”", p.Unit, index["implementingUnit"])},
			Help:    finding.Text{Zh: "项目文件夹放在实施单位或申报单位的代码下", En: "the folder stands under the code of the implementing or the filing unit"}}}
	}
	return nil
}

// waive marks the findings that the project's waivers suppress, and reports
// waivers that are not allowed or suppress nothing.
func (j *Judge) waive(v *Verdict) []finding.Finding {
	index, _ := v.Project.Env["index"].(map[string]any)
	waivers, _ := index["waivers"].([]any)
	var out []finding.Finding
	for _, w := range waivers {
		m := w.(map[string]any)
		id, _ := m["rule"].(string)
		until, _ := m["until"].(string)
		place, _ := registry.PlaceAt(m, "rule")
		if refused, key := j.refuses(m); refused != (finding.Text{}) {
			at, _ := registry.PlaceAt(m, key)
			out = append(out, finding.Finding{Rule: "C-008", Place: at, Project: v.Project.ID, Message: refused})
			continue
		}
		used := false
		for i := range v.Findings {
			if f := &v.Findings[i]; f.Rule == id {
				f.Waived, used = true, true
			}
		}
		if !used && j.Rules.Rule(id) != nil && (v.asked != nil || !j.Rules.Asks(id)) {
			continue // nobody looked
		}
		if used {
			if until != "" {
				v.expiries = append(v.expiries, expiry{until, place, v.Project.ID, id})
			}
			continue
		}
		out = append(out, finding.Finding{Rule: "C-007", Place: place, Project: v.Project.ID,
			Message: finding.Text{Zh: fmt.Sprintf("豁免 %s 已无用处：这条规则没有发现问题", id), En: fmt.Sprintf("the waiver of %s is stale: the rule finds nothing", id)},
			Help:    finding.Text{Zh: "删去这条豁免", En: "remove the waiver"}})
	}
	j.Rules.Complete(out)
	return out
}

// refuses says why a waiver cannot stand, and which of its keys shows it. Only
// the data bureau, which interprets the regulation (末), waives, and only rules
// that leave room: those in principle (原则上), and those whose file says so.
func (j *Judge) refuses(waiver map[string]any) (why finding.Text, key string) {
	text := func(k string) string { s, _ := waiver[k].(string); return s }
	id, by := text("rule"), text("by")
	r := j.Rules.Rule(id)
	roles, _ := j.Registry.Unit(by)["roles"].([]any)
	switch {
	case r == nil:
		return finding.Text{Zh: fmt.Sprintf("豁免的规则 %s 不存在", id), En: fmt.Sprintf("there is no rule %s to waive", id)}, "rule"
	case !strings.HasPrefix(id, "R-") || r.Severity == finding.Error && !r.Waivable:
		return finding.Text{Zh: fmt.Sprintf("%s（%s）不能豁免", id, r.Title.Zh), En: fmt.Sprintf("%s (%s) cannot be waived", id, r.Title.En)}, "rule"
	case !slices.Contains(roles, any("BDB")):
		return finding.Text{Zh: "豁免由大数据主管部门决定，“" + by + "”没有这个职责", En: "a waiver is decided by the data bureau, which “" + by + "” is not"}, "by"
	case text("until") != "" && text("until") < text("ruledOn"):
		return finding.Text{Zh: "豁免的截止日期早于决定日期", En: "the waiver ends before it was decided"}, "until"
	}
	return finding.Text{}, ""
}

// Global returns the findings that belong to no project: data files, paths,
// plans. See content.
func (j *Judge) Global(base *Judge, concerned map[string]bool) []finding.Finding {
	fs := j.Registry.Findings()
	j.cite(registry.PeopleFile, j.Registry.Schemas.Form("people").Root, j.Registry.PeopleRoot, &fs)
	if form := j.Registry.Schemas.Form("recipients"); form != nil {
		j.cite(registry.RecipientsFile, form.Root, j.Registry.Tables().RecipientsRoot, &fs)
	}
	j.Rules.Complete(fs)
	conceal(fs, j.hiddenPeople)
	fs = append(fs, j.content(base, concerned)...)
	finding.Sort(fs)
	return fs
}

// content returns the findings about paths, plans and texts. base gives the plans
// before a change, or is nil; plans, texts and paths that the change does not
// concern are left out, as projects are. concerned is nil for all of them.
func (j *Judge) content(base *Judge, concerned map[string]bool) []finding.Finding {
	fs := j.Registry.Misplaced(concerned)
	before := map[int]map[string]any{}
	if base != nil {
		for _, p := range base.plans(concerned) {
			if p.Rec != nil {
				before[p.Year] = base.Registry.PlanEnv(p)
			}
		}
	}
	for _, p := range j.plans(concerned) {
		fs = append(fs, j.Registry.PlanFindings(p)...)
		if p.Rec == nil {
			continue
		}
		var was map[string]any
		if base != nil {
			if was = before[p.Year]; was == nil {
				was = j.Registry.AbsentPlan()
			}
			delete(before, p.Year)
		}
		fs = append(fs, j.Rules.Plan(j.Registry, p, was)...)
		fs = append(fs, j.Rules.Text(p.File, p.Rec.Raw, p.Root)...)
	}
	for _, year := range slices.Sorted(maps.Keys(before)) {
		if plan, _ := before[year]["plan"].(map[string]any); plan["status"] == "草案" {
			continue // a draft may be given up
		}
		fs = append(fs, finding.Finding{Rule: "C-001", Place: finding.Place{File: fmt.Sprintf("%s/%d.md", registry.PlansDir, year), Line: 1, Col: 1},
			Message: finding.Text{Zh: fmt.Sprintf("%d 年度计划被删除", year), En: fmt.Sprintf("the plan of %d is deleted", year)},
			Help:    finding.Text{Zh: "恢复这个文件；计划只能增补和调整", En: "restore it; a plan is only supplemented or adjusted"}})
	}
	for _, p := range j.Registry.Texts() {
		if concerned != nil && !concerned[p] {
			continue
		}
		if raw, err := j.Registry.Read(p, 8<<20); err == nil {
			fs = append(fs, j.Rules.Text(p, raw, nil)...)
		}
	}
	j.Rules.Complete(fs)
	conceal(fs, j.hiddenPeople)
	finding.Sort(fs)
	return fs
}

// plans reads the plans that a change concerns, or all.
func (j *Judge) plans(concerned map[string]bool) []*registry.Plan {
	var out []*registry.Plan
	for _, file := range j.Registry.PlanFiles() {
		if concerned == nil || concerned[file] {
			out = append(out, j.Registry.Plan(file))
		}
	}
	return out
}

// state returns the findings about the registry itself, which no single change
// is to blame for.
func (j *Judge) state() []finding.Finding {
	fs := j.Rules.Registry(j.Registry)
	j.Rules.Complete(fs)
	return fs
}
