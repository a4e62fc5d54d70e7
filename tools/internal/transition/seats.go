package transition

import (
	"slices"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
)

type builder struct {
	res   *check.Result
	units map[string][]string // unit codes by role
}

// unitsByRole reads, from data/units.yaml, which units have which role.
func unitsByRole(r *registry.Registry) map[string][]string {
	out := map[string][]string{}
	for _, code := range r.UnitCodes() {
		roles, _ := r.Unit(code)["roles"].([]any)
		for _, role := range roles {
			if s, ok := role.(string); ok {
				out[s] = append(out[s], code)
			}
		}
	}
	return out
}

// project describes what a change does to one project.
func (b *builder) project(p *check.Pair, files []File) Transition {
	t := Transition{Subject: p.ID, Files: files, From: lifecycle.Draft, Steps: steps(p.Fresh)}
	if p.Base != nil {
		t.Title, t.From = p.Base.Project.Title(), p.Base.History.State
	}
	t.To = t.From
	if p.Head != nil {
		t.Title, t.To = p.Head.Project.Title(), p.Head.History.State
	} else {
		t.To = ""
	}
	lost := gone(p)
	t.Lost = steps(lost)
	t.Fields = b.fields(p, files)
	units := projectUnits(p)
	asked := append(slices.Clone(p.Fresh), lost...)
	for _, s := range asked {
		b.step(&t, s.Transition, units)
	}
	// Whoever agreed to a step agrees to a change of the record that it rests on.
	for _, v := range []*check.Verdict{p.Base, p.Head} {
		if v == nil {
			continue
		}
		for i := range v.History.Steps {
			s := &v.History.Steps[i]
			if slices.ContainsFunc(files, func(f File) bool { return f.Path == s.Place.File }) && !slices.ContainsFunc(asked, func(o lifecycle.Step) bool { return o.Key() == s.Key() }) {
				b.ask(&t, s.Transition.Approve, s.Transition.ID, units)
			}
		}
	}
	if !slices.ContainsFunc(t.Seats, func(s decision.Seat) bool { return s.As != decision.Propose }) {
		b.ask(&t, b.res.Base.Lifecycle.Approvals.Default, "", units)
	}
	return t
}

// step asks those who approve a step and, for a step that is a department's own
// to take, somebody of it: anybody may type it, but not in its name.
func (b *builder) step(t *Transition, step *lifecycle.Transition, units map[string][]string) {
	b.ask(t, step.Approve, step.ID, units)
	if len(step.Propose) == 0 || slices.Contains(step.Propose, lifecycle.RoleUnit) || slices.Contains(step.Propose, lifecycle.RoleLead) {
		return
	}
	seat := decision.Seat{Role: step.Propose[0], As: decision.Propose, Step: step.ID, Clause: step.Clause}
	for _, role := range step.Propose {
		seat.Departments = append(seat.Departments, b.departments(role, units)...)
	}
	t.Seats = append(t.Seats, seat)
}

// ask adds the seats of approvals. A role that is asked twice gets as many seats
// as the larger quorum, and the strongest form of agreement.
func (b *builder) ask(t *Transition, approvals []lifecycle.Approval, stepID string, units map[string][]string) {
	clause := ""
	if tr := b.res.Base.Lifecycle.Transition(stepID); tr != nil {
		clause = tr.Clause
	}
	for _, a := range approvals {
		have := 0
		for i := range t.Seats {
			if s := &t.Seats[i]; s.Role == a.Role && s.As != decision.Propose {
				have++
				if strength(a.As) > strength(s.As) {
					s.As, s.Step, s.Clause = a.As, stepID, clause
				}
			}
		}
		for ; have < a.Count; have++ {
			t.Seats = append(t.Seats, decision.Seat{Role: a.Role, As: a.As, Step: stepID, Clause: clause, Departments: b.departments(a.Role, units)})
		}
	}
}

func strength(as string) int { return slices.Index([]string{"notice", "receipt", "approve"}, as) }

func (b *builder) departments(role string, units map[string][]string) []string {
	if role == lifecycle.RoleUnit || role == lifecycle.RoleLead {
		return units[role]
	}
	return b.units[role]
}

// projectUnits gives the units that play the roles of the project's own, before
// and after the change.
func projectUnits(p *check.Pair) map[string][]string {
	out := map[string][]string{}
	for _, v := range []*check.Verdict{p.Base, p.Head} {
		if v == nil {
			continue
		}
		index, _ := v.Project.Env["index"].(map[string]any)
		for role, keys := range map[string][]string{lifecycle.RoleUnit: {"implementingUnit"}, lifecycle.RoleLead: {"leadUnit", "filingUnit"}} {
			for _, k := range keys {
				if code, _ := index[k].(string); code != "" && !slices.Contains(out[role], code) {
					out[role] = append(out[role], code)
				}
			}
		}
	}
	return out
}

// gone returns the recorded steps that a change takes back.
func gone(p *check.Pair) []lifecycle.Step {
	if p.Base == nil {
		return nil
	}
	left := map[string]int{}
	if p.Head != nil {
		for i := range p.Head.History.Steps {
			left[p.Head.History.Steps[i].Key()]++
		}
	}
	var out []lifecycle.Step
	for _, s := range p.Base.History.Steps {
		if left[s.Key()] > 0 {
			left[s.Key()]--
		} else {
			out = append(out, s)
		}
	}
	return out
}

// finish gives a transition what follows from the rest: who may override, and
// its id.
func (b *builder) finish(t *Transition) {
	for _, a := range b.res.Base.Lifecycle.Approvals.Override {
		for range a.Count {
			t.Override = append(t.Override, decision.Seat{Role: a.Role, As: a.As, Departments: b.departments(a.Role, nil)})
		}
	}
	t.ID = t.id()
}
