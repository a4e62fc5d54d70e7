package publish

import (
	"slices"
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/seal"
)

// decisionView is a sealed decision as the public sees it: which departments
// agreed to which step, not which persons.
type decisionView struct {
	Zh          string       `json:"zh"`
	En          string       `json:"en,omitempty"`
	On          string       `json:"on"`
	Departments []string     `json:"departments"`
	Proof       finding.Text `json:"proof"`
	Override    []string     `json:"override,omitempty"` // reasons of a decision in place of a department
}

// decider words sealed decisions.
type decider struct {
	reg       *registry.Registry
	lifecycle *lifecycle.Lifecycle
}

// sealed reads the sealed decisions on a subject. One that cannot be read is
// left out: the audit says what is wrong with it.
func (r decider) sealed(subject string) []*seal.Decision {
	var out []*seal.Decision
	for n := 1; r.reg.Has(registry.DecisionFile(subject, n)); n++ {
		data, err := r.reg.Read(registry.DecisionFile(subject, n), seal.Limit)
		if err != nil {
			continue
		}
		if d, err := seal.Decode(data); err == nil {
			out = append(out, d)
		}
	}
	return out
}

// onPlan reads the sealed decisions on the annual plans that changed the one of
// a year.
func (r decider) onPlan(p *registry.Plan) []*seal.Decision {
	var out []*seal.Decision
	for _, d := range r.sealed("plans") {
		for _, f := range d.Transition.Files {
			if f.Path == p.File {
				out = append(out, d)
			}
		}
	}
	return out
}

func (s *subject) decider() decider { return decider{s.project.Registry(), s.lifecycle} }

func (s *pages) decider() decider { return decider{s.j.Registry, s.j.Lifecycle} }

// decisions makes the decisions of the project's page.
func (s *subject) decisions() []decisionView {
	return s.decider().views(s.decider().sealed(s.project.ID))
}

func (s *subject) openDecisions() []opendata.Decision {
	return s.decider().open(s.decider().sealed(s.project.ID))
}

func (r decider) views(all []*seal.Decision) []decisionView {
	out := []decisionView{}
	for _, d := range all {
		out = append(out, r.view(d))
	}
	return out
}

// open makes the decisions of a document: departments, not persons, and neither
// the votes nor what the request was.
func (r decider) open(all []*seal.Decision) []opendata.Decision {
	out := []opendata.Decision{}
	for _, d := range all {
		one := opendata.Decision{Number: d.Number, On: d.Day(), Outcome: string(d.Outcome), Reasons: reasons(d), Proof: "forge", SHA256: d.Hash(), Seats: []opendata.Seat{}}
		if signedByAll(d) {
			one.Proof = "signed"
		}
		for _, step := range d.Transition.Steps {
			id, on, _ := strings.Cut(step, " ")
			if t := r.lifecycle.Transition(id); t != nil {
				one.Steps = append(one.Steps, opendata.DecisionStep{Transition: id, Name: t.Zh, NameEn: t.En, Clause: t.Clause, On: on})
			}
		}
		add := func(seats []seal.Seat, override bool) {
			for _, seat := range seats {
				x := opendata.Seat{Role: seat.Role, Department: seat.Department, DepartmentName: unitName(r.reg, seat.Department), Override: override}
				if !slices.Contains(one.Seats, x) {
					one.Seats = append(one.Seats, x)
				}
			}
		}
		add(d.Seats, false)
		add(d.Override, true)
		out = append(out, one)
	}
	return out
}

// signedByAll reports whether persons signed all votes that a decision rests on.
func signedByAll(d *seal.Decision) bool {
	return !slices.ContainsFunc(d.Votes, func(x seal.Vote) bool { return x.Statement == "" })
}

// reasons lists why somebody decided in place of a department.
func reasons(d *seal.Decision) []string {
	var out []string
	if d.Outcome == decision.Overridden {
		for _, x := range d.Votes {
			if x.Verdict == decision.Override {
				out = append(out, x.Reason)
			}
		}
	}
	return out
}

func (r decider) view(d *seal.Decision) decisionView {
	v := decisionView{Zh: "改动记录", En: "Records changed", On: d.Day(), Departments: []string{}, Proof: finding.Text{Zh: "平台上的评审", En: "Reviews on a forge"}}
	var zh, en []string
	for _, step := range d.Transition.Steps {
		id, _, _ := strings.Cut(step, " ")
		if t := r.lifecycle.Transition(id); t != nil {
			zh, en = append(zh, t.Zh), append(en, t.En)
		}
	}
	if len(zh) > 0 {
		v.Zh, v.En = strings.Join(zh, "；"), strings.Join(en, "; ")
	}
	if signedByAll(d) {
		v.Proof = finding.Text{Zh: "审批人签名", En: "Signed by the reviewers"}
	}
	for _, seat := range append(slices.Clone(d.Seats), d.Override...) {
		if name := unitName(r.reg, seat.Department); !slices.Contains(v.Departments, name) {
			v.Departments = append(v.Departments, name)
		}
	}
	if d.Outcome == decision.Overridden {
		v.Zh += "（特批）"
		if v.En != "" {
			v.En += " (override)"
		}
		v.Override = reasons(d)
	}
	return v
}
