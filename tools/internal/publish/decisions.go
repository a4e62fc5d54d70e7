package publish

import (
	"slices"
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
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

// decisions reads the sealed decisions on the project. One that cannot be read
// is left out: the audit says what is wrong with it.
func (s *subject) decisions() []decisionView {
	out := []decisionView{}
	reg := s.project.Registry()
	for n := 1; reg.Has(registry.DecisionFile(s.project.ID, n)); n++ {
		data, err := reg.Read(registry.DecisionFile(s.project.ID, n), seal.Limit)
		if err != nil {
			continue
		}
		if d, err := seal.Decode(data); err == nil {
			out = append(out, s.decision(d))
		}
	}
	return out
}

func (s *subject) decision(d *seal.Decision) decisionView {
	v := decisionView{Zh: "改动记录", En: "Records changed", On: d.Day(), Departments: []string{}, Proof: finding.Text{Zh: "平台上的评审", En: "Reviews on a forge"}}
	var zh, en []string
	for _, step := range d.Transition.Steps {
		id, _, _ := strings.Cut(step, " ")
		if t := s.lifecycle.Transition(id); t != nil {
			zh, en = append(zh, t.Zh), append(en, t.En)
		}
	}
	if len(zh) > 0 {
		v.Zh, v.En = strings.Join(zh, "；"), strings.Join(en, "; ")
	}
	if !slices.ContainsFunc(d.Votes, func(x seal.Vote) bool { return x.Statement == "" }) {
		v.Proof = finding.Text{Zh: "审批人签名", En: "Signed by the reviewers"}
	}
	for _, seat := range append(slices.Clone(d.Seats), d.Override...) {
		if name := unitName(s.project.Registry(), seat.Department); !slices.Contains(v.Departments, name) {
			v.Departments = append(v.Departments, name)
		}
	}
	if d.Outcome == decision.Overridden {
		v.Zh += "（特批）"
		for _, x := range d.Votes {
			if x.Verdict == decision.Override {
				v.Override = append(v.Override, x.Reason)
			}
		}
	}
	return v
}
