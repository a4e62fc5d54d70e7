// Package steps says what can be done next with a project: the transitions that
// its state, class and category allow, the forms to fill in for each and who
// agrees to it, and the records that can be filled in without a move. Everything
// is derived from the lifecycle and the schemas; whether what is then filled in
// is right is for the judge to say.
package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Step is one thing to do next.
type Step struct {
	// Transition is nil for the records that can be filled in without a move.
	Transition *lifecycle.Transition
	From, To   string // states; equal when the project stays where it is
	Forms      []Ask
	Approvers  []Approver
}

// Ask is a form to fill in.
type Ask struct {
	Form *schema.Form
	// File is the name in the project's folder ("contract-02.md"); an annual plan
	// has its path from the root of the registry.
	File   string
	Exists bool
	Keys   []string // top-level keys that tell of the step, if this form does
}

// Approver is a role that must agree to a step.
type Approver struct {
	lifecycle.Approval
	Units []string // that have the role; empty when none has
}

// Next returns what can be done next with a project: the ways on first, then
// what leaves it where it is, setbacks, ways out, and last the records that can
// be filled in without a move. v is nil for a project that has no file yet. It
// returns nothing for a project whose records do not tell where it stands
// (v.Known is false).
func Next(j *check.Judge, v *check.Verdict) []Step {
	var p *registry.Project
	var h *lifecycle.History
	if v != nil {
		if !v.Known {
			return nil
		}
		p, h = v.Project, v.History
	}
	year := yearOf(j, p, h)
	var out []Step
	for _, o := range j.Lifecycle.Open(p, h, j.Registry.Schemas) {
		s := Step{Transition: o.Transition, From: o.From, To: o.To}
		if p == nil || p.Index() == nil {
			s.add(Ask{Form: j.Registry.Schemas.Form("index"), File: "index.md"})
		}
		told := ask(j, p, o.Form, o.Record, year)
		told.Keys = o.Keys
		s.add(told)
		for _, f := range o.Asks {
			s.add(ask(j, p, f, last(p, f), year))
		}
		for _, name := range o.Requires {
			if f := j.Registry.Schemas.Form(name); last(p, f) == "" {
				s.add(ask(j, p, f, "", year))
			}
		}
		s.Approvers = approvers(j, p, o.Approve)
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Step) int { return cmp.Compare(rank(j, a), rank(j, b)) })
	if p != nil {
		if rest := records(j, p, h, out, year); len(rest.Forms) > 0 {
			out = append(out, rest)
		}
	}
	return out
}

// yearOf returns the year that yearly records of a project most likely begin
// with: that of its last step; for a project without any, the year in which the
// registry is judged, 0 when that is not known.
func yearOf(j *check.Judge, p *registry.Project, h *lifecycle.History) int {
	on := j.Registry.Today
	if h != nil && len(h.Steps) > 0 {
		on = h.Steps[len(h.Steps)-1].On
	}
	year, _, _ := strings.Cut(on, "-")
	n, _ := strconv.Atoi(year)
	if p != nil {
		n = max(n, p.Year)
	}
	return n
}

func (s *Step) add(a Ask) {
	if !slices.ContainsFunc(s.Forms, func(b Ask) bool { return b.File == a.File }) {
		s.Forms = append(s.Forms, a)
	}
}

// rank orders steps by how likely they are meant.
func rank(j *check.Judge, s Step) int {
	to := j.Lifecycle.State(s.To)
	switch {
	case s.Transition.Setback:
		return 2
	case to == nil || to.Stage == "" || to.Stage == retired && j.Lifecycle.State(s.From).Stage != retired:
		return 3
	case s.From == s.To:
		return 1
	}
	return 0
}

// retired is the stage of the public step bar in which projects end.
const retired = "retire"

// ask names the file in which a form is filled in: the record if there is one,
// else the next file of the form.
func ask(j *check.Judge, p *registry.Project, f *schema.Form, record string, year int) Ask {
	a := Ask{Form: f, File: record + ".md", Exists: record != ""}
	switch {
	case f.Name == lifecycle.PlanForm:
		year = p.Year
		if d, _ := p.Env["adhoc"].(map[string]any); d["planYear"] != 0 && d["exists"] == true {
			year, _ = d["planYear"].(int)
		}
		a.File = fmt.Sprintf("%s/%d.md", registry.PlansDir, year)
		a.Exists = j.Registry.Has(a.File)
	case !a.Exists:
		a.File = nextFile(j, p, f, year)
	}
	return a
}

// nextFile returns the name of the next file of a form in a project's folder,
// which is nil for a project that has none: review.md, contract-02.md,
// evaluation-2028.md. The first of a yearly form has the given year.
func nextFile(j *check.Judge, p *registry.Project, f *schema.Form, year int) string {
	highest := 0
	if p != nil {
		for _, name := range p.Files {
			if g, n, ok := j.Registry.ParseName(strings.TrimSuffix(name, ".md")); ok && g == f {
				highest = max(highest, n)
			}
		}
	}
	if f.Repeated == "year" && highest == 0 {
		highest = year - 1
	}
	switch f.Repeated {
	case "round":
		return fmt.Sprintf("%s-%d.md", f.Name, highest+1)
	case "number":
		return fmt.Sprintf("%s-%02d.md", f.Name, highest+1)
	case "year":
		return fmt.Sprintf("%s-%04d.md", f.Name, highest+1)
	}
	return f.Name + ".md"
}

// last returns the name of the last record of a form, or "".
func last(p *registry.Project, f *schema.Form) (name string) {
	if p != nil {
		for _, r := range p.Records {
			if r.Form == f {
				name = r.Name
			}
		}
	}
	return name
}

// records are those that can be filled in while the project stays where it is:
// those that are there, the next of several, and those that a step from here
// asks for, as long as being there is no step in itself.
func records(j *check.Judge, p *registry.Project, h *lifecycle.History, open []Step, year int) Step {
	s := Step{From: h.State, To: h.State}
	for _, f := range j.Registry.Schemas.Forms() {
		have := last(p, f)
		asked := slices.ContainsFunc(open, func(o Step) bool {
			return slices.ContainsFunc(o.Forms, func(a Ask) bool { return a.Form == f })
		})
		if have != "" {
			s.add(Ask{Form: f, File: have + ".md", Exists: true})
		}
		if (have == "" && asked || have != "" && f.Repeated != "") && !j.Lifecycle.Moves(p, f, j.Registry.Schemas) {
			s.add(ask(j, p, f, "", year))
		}
	}
	return s
}

func approvers(j *check.Judge, p *registry.Project, list []lifecycle.Approval) []Approver {
	if len(list) == 0 {
		list = j.Lifecycle.Approvals.Default
	}
	var out []Approver
	for _, a := range list {
		out = append(out, Approver{a, units(j.Registry, p, a.Role)})
	}
	return out
}

func units(r *registry.Registry, p *registry.Project, role string) []string {
	var out []string
	if keys := map[string][]string{lifecycle.RoleUnit: {"implementingUnit"}, lifecycle.RoleLead: {"leadUnit", "filingUnit"}}[role]; keys != nil {
		if p == nil {
			return nil
		}
		index, _ := p.Env["index"].(map[string]any)
		for _, k := range keys {
			if code, _ := index[k].(string); code != "" && !slices.Contains(out, code) {
				out = append(out, code)
			}
		}
		return out
	}
	for _, code := range r.UnitCodes() {
		if roles, _ := r.Unit(code)["roles"].([]any); slices.Contains(roles, any(role)) {
			out = append(out, code)
		}
	}
	return out
}

// NextID returns the id of the next project of a unit in a year: one more than
// the highest number that was ever given, since no id is used again. ids are all
// that there are; others among them do not matter. It is "" when the unit's code
// or the year is not one, or no number is left.
func NextID(ids []string, year int, unit string) string {
	highest := 0
	for _, id := range ids {
		if p, ok := value.ParseProjectID(id); ok && p.Year == year && p.Unit == unit {
			n, _ := strconv.Atoi(p.Number)
			highest = max(highest, n)
		}
	}
	id := fmt.Sprintf("%04d-%s-%02d", year, unit, highest+1)
	if _, ok := value.ParseProjectID(id); !ok {
		return ""
	}
	return id
}
