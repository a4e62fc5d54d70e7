package publish

import (
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
)

const coverageURL = "/coverage/"

type coverageView struct {
	En       string          `json:"en"`
	Lead     string          `json:"lead"`
	LeadEn   string          `json:"leadEn"`
	Counts   []figure        `json:"counts"`
	Groups   []coverageGroup `json:"groups"`
	Readings []readingView   `json:"readings,omitempty"`
}

type coverageGroup struct {
	ID     string         `json:"id"`
	Clause string         `json:"clause"`
	Zh     string         `json:"zh"`
	En     string         `json:"en,omitempty"`
	Count  string         `json:"count"`
	Items  []coverageItem `json:"items"`
}

type coverageItem struct {
	ID     string        `json:"id"`
	Anchor string        `json:"anchor"`
	Clause string        `json:"clause"`
	Zh     string        `json:"zh"`
	En     string        `json:"en,omitempty"`
	Rules  []ruleItem    `json:"rules,omitempty"`
	Steps  []words       `json:"steps,omitempty"`
	Reason *finding.Text `json:"reason,omitempty"`
}

// readingView is an open reading with the answer in force.
type readingView struct {
	ID       string         `json:"id"`
	Anchor   string         `json:"anchor"`
	Clause   string         `json:"clause"`
	Question finding.Text   `json:"question"`
	InForce  finding.Text   `json:"inForce"`
	Why      finding.Text   `json:"why"`
	Others   []finding.Text `json:"others,omitempty"`
	Affects  []ruleLink     `json:"affects,omitempty"`
	Ruled    string         `json:"ruled,omitempty"` // who ruled, when, under which number
}

// hasCoverage reports whether the registry has an outline of the regulation.
func hasCoverage(j *check.Judge) bool { return j.Registry.Has(check.CoverageFile) }

// coverage writes the outline of the regulation with what carries it out.
func (s *pages) coverage() error {
	if !hasCoverage(s.j) {
		return nil
	}
	sections, faults := s.j.Coverage()
	if len(sections) == 0 && len(faults) > 0 {
		return faults[0]
	}
	v := coverageView{En: "Coverage", Groups: []coverageGroup{},
		Lead:   "逐句列出实施意见的要求，每一句后面是落实它的规则和办理步骤；机器查不了的，写明为什么。",
		LeadEn: "Every requirement of the regulation, and with it the rules and steps that carry it out, or why no machine can check it."}
	total, byRule, byStep, byReason := 0, 0, 0, 0
	for i, sec := range sections {
		g := coverageGroup{ID: "part-" + count(i+1), Clause: sec.Clause, Zh: sec.Title.Zh, En: sec.Title.En, Count: count(len(sec.Requirements))}
		for _, q := range sec.Requirements {
			total++
			if len(q.Rules) > 0 {
				byRule++
			}
			if len(q.Steps) > 0 {
				byStep++
			}
			if len(q.Rules)+len(q.Steps) == 0 {
				byReason++
			}
			g.Items = append(g.Items, coverageOf(q))
		}
		v.Groups = append(v.Groups, g)
	}
	v.Counts = []figure{
		{Zh: "全部要求", En: "Requirements", Value: count(total), Unit: "条"},
		{Zh: "由规则检查", En: "Checked by rules", Value: count(byRule), Unit: "条"},
		{Zh: "办理步骤把关", En: "Held by the steps", Value: count(byStep), Unit: "条"},
		{Zh: "只能由人判断", En: "For people alone", Value: count(byReason), Unit: "条"},
	}
	for i := range s.j.Registry.Tables().Readings {
		v.Readings = append(v.Readings, s.reading(&s.j.Registry.Tables().Readings[i]))
	}
	p := newPage("coverage", "条款对照", coverageURL, v)
	p.Description = v.Lead
	return s.out.add(p)
}

func coverageOf(q *check.Requirement) coverageItem {
	it := coverageItem{ID: q.ID, Anchor: strings.ToLower(q.ID), Clause: q.Clause, Zh: q.Title.Zh, En: q.Title.En}
	for _, r := range q.Rules {
		it.Rules = append(it.Rules, ruleItem{ID: r.ID, URL: ruleURL(r.ID), Zh: r.Title.Zh, En: r.Title.En, Severity: severityWords(r.Severity)})
	}
	for _, t := range q.Steps {
		it.Steps = append(it.Steps, words{t.ID, t.Zh, t.En})
	}
	if q.Reason != (finding.Text{}) {
		it.Reason = &q.Reason
	}
	return it
}

func (s *pages) reading(x *registry.Reading) readingView {
	v := readingView{ID: x.ID, Anchor: strings.ToLower(x.ID), Clause: x.Clause, Question: x.Question, InForce: x.Choice().Text, Why: x.Why}
	for _, c := range x.Choices {
		if c.Value != x.InForce {
			v.Others = append(v.Others, c.Text)
		}
	}
	for _, id := range x.Affects {
		l := ruleLink{ID: id}
		if s.j.Rules.Rule(id) != nil {
			l.URL = ruleURL(id)
		}
		v.Affects = append(v.Affects, l)
	}
	if x.RuledBy != "" {
		unit, _ := s.j.Registry.Unit(x.RuledBy)["name"].(string)
		v.Ruled = strings.Join(nonEmpty(unit, x.RuledOn, x.DocNo), " ")
	}
	return v
}
