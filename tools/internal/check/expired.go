package check

import "taizhang/tools/internal/finding"

// expiry is a waiver with an end.
type expiry struct {
	until string
	place finding.Place
	id    string
	rule  string
}

// Remind adds what the calendar brings by today, YYYY-MM-DD, and words what is
// waived: reminders, which never fail a check.
func (r *Result) Remind(today string) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Waived && f.Severity == "" {
			f.Severity = finding.Info
		}
	}
	r.Findings = append(r.Findings, r.expired(today)...)
	finding.Sort(r.Findings)
}

// expired returns reminders of waivers whose time was over before today. They
// depend on the calendar and therefore never fail a check.
func (r *Result) expired(today string) []finding.Finding {
	var out []finding.Finding
	for _, e := range r.expiries {
		if e.until < today {
			out = append(out, finding.Finding{Rule: "C-007", Name: "stale-waiver", Severity: finding.Info, Project: e.id, Place: e.place,
				Message: finding.Text{Zh: "豁免 " + e.rule + " 已于 " + e.until + " 到期", En: "the waiver of " + e.rule + " ended on " + e.until},
				Help:    finding.Text{Zh: "请大数据主管部门决定：延长，或改正后删去豁免", En: "ask for a decision: extend it, or mend the record and remove it"}})
		}
	}
	return out
}
