package publish

import "taizhang/tools/internal/finding"

const auditURL = "/audit/"

// Audit is what an audit of main found, for its page. Projects that are not
// public are counted and not named.
type Audit struct {
	From, Head string // commits
	Good       bool   // nothing is wrong
	Counts     []AuditCount
	Rows       []AuditRow // newest first
}

// AuditCount is a number of transitions, by status or by what they rest on.
type AuditCount struct {
	Zh, En string
	Count  int
}

// AuditRow is one transition.
type AuditRow struct {
	On      string // day of the commit
	Commit  string
	Subject string // project id, plans, definitions, texts
	Step    finding.Text
	Status  finding.Text
	Proof   finding.Text
	Good    bool
}

type auditView struct {
	pager
	En       string     `json:"en"`
	Lead     string     `json:"lead"`
	LeadEn   string     `json:"leadEn"`
	From     string     `json:"from"`
	Head     string     `json:"head"`
	Good     bool       `json:"good"`
	Counts   []figure   `json:"counts"`
	Rows     []auditRow `json:"rows"`
	Withheld string     `json:"withheld,omitempty"`
}

type auditRow struct {
	On     string       `json:"on"`
	Commit string       `json:"commit"`
	What   name         `json:"what"`
	Step   finding.Text `json:"step"`
	Status finding.Text `json:"status"`
	Proof  finding.Text `json:"proof"`
	Good   bool         `json:"good"`
}

// audit writes the page of the audit, if there was one.
func (s *pages) audit() error {
	a := s.b.meta.Audit
	if a == nil {
		return nil
	}
	v := auditView{En: "Audit", Good: a.Good, From: a.From[:min(12, len(a.From))], Head: a.Head[:min(12, len(a.Head))], Counts: []figure{},
		Lead:   "从可信的起点起，主干上的每一步都按它之前的规则、单位和人员重新判断，每份审批决定都用保存的意见重新推演。",
		LeadEn: "From a trusted start on, every step of main is judged again by the rules, units and people before it, and every decision is derived again from the votes that are kept."}
	for _, c := range a.Counts {
		v.Counts = append(v.Counts, figure{Zh: c.Zh, En: c.En, Value: count(c.Count), Unit: "项"})
	}
	named := map[string]name{
		"plans": {Zh: "年度计划", En: "Annual plans", URL: "/plans/"}, "definitions": {Zh: "登记制度", En: "Definitions", URL: "/rules/"}, "texts": {Zh: "帮助页面", En: "Help pages", URL: "/guide/"},
	}
	var rows []auditRow
	for _, r := range a.Rows {
		what, ok := named[r.Subject]
		if p := s.b.rows[r.Subject]; p != nil {
			what, ok = name{Zh: p.Title, URL: p.URL}, true
		}
		if ok {
			rows = append(rows, auditRow{r.On, r.Commit[:min(12, len(r.Commit))], what, r.Step, r.Status, r.Proof, r.Good})
		}
	}
	if n := len(a.Rows) - len(rows); n > 0 {
		v.Withheld = count(n)
	}
	return paged(auditURL, rows, func(at string, part []auditRow, p pager) error {
		v.pager, v.Rows = p, append([]auditRow{}, part...)
		return s.out.add(newPage("audit", "审计", at, v))
	})
}
