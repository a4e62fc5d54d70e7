package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/value"
)

// auditSummary is the outcome of an audit.
type auditSummary struct {
	Version     int            `json:"version"`
	From        string         `json:"from"`
	Head        string         `json:"head"`
	Good        bool           `json:"good"`
	Counts      map[string]int `json:"counts"`   // transitions by status
	Proofs      map[string]int `json:"proofs"`   // good ones by what they rest on
	First       string         `json:"firstBad"` // commit, "" when all is well
	Entries     []*audit.Entry `json:"commits"`
	Checkpoints []checkedPoint `json:"checkpoints"`
	// Earlier stands for the history before From that was not judged again.
	Earlier *checkedPoint `json:"earlier,omitempty"`
	resumed bool          // such a checkpoint was asked for
}

func summarise(from, head string, entries []*audit.Entry, points []checkedPoint) *auditSummary {
	s := &auditSummary{Version: 1, From: from, Head: head, Good: true, Counts: map[string]int{}, Proofs: map[string]int{}, Entries: entries, Checkpoints: points}
	if entries == nil {
		s.Entries = []*audit.Entry{}
	}
	for _, e := range entries {
		if !e.Good() && s.Good {
			s.Good, s.First = false, e.Commit
		}
		for _, it := range e.Items {
			s.Counts[string(it.Status)]++
			if it.Status.Good() {
				s.Proofs[string(it.Proof)]++
			}
		}
	}
	for _, p := range points {
		s.Good = s.Good && p.Why == (finding.Text{})
	}
	return s
}

func (a *app) writeAudit(outs []output, s *auditSummary) error {
	return a.emit(outs, func(w io.Writer, out output) error {
		switch out.format {
		case "json":
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			return enc.Encode(s)
		case "sarif":
			return report.Write(w, "sarif", s.findings(), nil, report.Options{Lang: a.lang, Version: version()})
		}
		_, err := io.WriteString(w, a.auditText(s))
		return err
	})
}

// auditText lists what is wrong in full, and of the rest one line a transition.
func (a *app) auditText(s *auditSummary) string {
	var b strings.Builder
	b.WriteString(a.earlierText(s))
	for _, e := range s.Entries {
		for _, it := range e.Items {
			mark := "✓"
			if !it.Status.Good() {
				mark = "✗"
			}
			how := it.Status.Label().In(a.lang)
			if it.Proof != "" {
				how += " · " + it.Proof.Label().In(a.lang)
			}
			var who []string
			for _, seat := range it.Seats {
				who = append(who, seat.Department+"="+seat.Person)
			}
			steps := ""
			for _, st := range it.Steps {
				steps += " " + st.ID
			}
			moves := ""
			if it.From != it.To {
				moves = " " + it.From + "→" + it.To
			}
			fmt.Fprintf(&b, "%s %s %s %s%s%s  %s  %s\n", mark, e.Commit[:12], value.Day(e.When), it.Subject, steps, moves, how, strings.Join(who, " "))
			for _, w := range it.Why {
				fmt.Fprintf(&b, "    %s\n", report.OneLine(w.In(a.lang)))
			}
		}
		for _, f := range e.Faults {
			fmt.Fprintf(&b, "✗ %s %s\n    %s\n", e.Commit[:12], report.OneLine(f.Path), report.OneLine(f.Text.In(a.lang)))
		}
	}
	for _, p := range s.Checkpoints {
		if p.Why == (finding.Text{}) {
			fmt.Fprintf(&b, a.say("✓ 检查点 %s：第 %d 个提交，%s 签\n", "✓ checkpoint %s: commit number %d, signed by %s\n"), p.Commit[:12], p.Count, p.Person)
		} else {
			fmt.Fprintf(&b, a.say("✗ 检查点 %s：%s\n", "✗ checkpoint %s: %s\n"), report.OneLine(p.Source), report.OneLine(p.Why.In(a.lang)))
		}
	}
	total := 0
	var parts []string
	for _, st := range []audit.Status{audit.Proven, audit.Overridden, audit.Unsealed, audit.Unapproved, audit.Illegal} {
		n := s.Counts[string(st)]
		total += n
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", st.Label().In(a.lang), n))
		}
	}
	fmt.Fprintf(&b, a.say("\n%s 之后到 %s：%d 个事项。%s\n", "\nafter %s up to %s: %d transitions. %s\n"), s.From[:12], s.Head[:12], total, strings.Join(parts, a.say("，", ", ")))
	if s.First != "" {
		fmt.Fprintf(&b, a.say("最早出问题的提交：%s\n", "first bad commit: %s\n"), s.First)
	} else if s.Good && s.Earlier != nil {
		fmt.Fprintln(&b, a.say("检查点以后，每一步都有据可查；以前的以该检查点为凭。", "Every step since the checkpoint is accounted for; for those before it the checkpoint stands."))
	} else if s.Good {
		fmt.Fprintln(&b, a.say("每一步都有据可查。", "Every step is accounted for."))
	}
	list := strings.Split(b.String(), "\n")
	for i := range list {
		list[i] = report.LogLine(list[i])
	}
	return strings.Join(list, "\n")
}

// findings gives what is wrong in the form that other tools take.
func (s *auditSummary) findings() []finding.Finding {
	var out []finding.Finding
	add := func(id, file string, zh, en string) {
		out = append(out, finding.Finding{Rule: id, Severity: finding.Error, Place: finding.Place{File: file, Line: 1, Col: 1}, Message: finding.Text{Zh: zh, En: en}})
	}
	ids := map[audit.Status]string{audit.Unsealed: "H-001", audit.Unapproved: "H-002", audit.Illegal: "H-003"}
	for _, e := range s.Entries {
		for _, it := range e.Items {
			if it.Status.Good() {
				continue
			}
			var zh, en []string
			for _, w := range it.Why {
				zh, en = append(zh, w.Zh), append(en, w.En)
			}
			l := it.Status.Label()
			add(ids[it.Status], it.Files[0].Path, e.Commit[:12]+" "+it.Subject+" "+l.Zh+"："+strings.Join(zh, "；"), e.Commit[:12]+" "+it.Subject+" "+l.En+": "+strings.Join(en, "; "))
		}
		for _, f := range e.Faults {
			add("H-004", f.Path, e.Commit[:12]+" "+f.Text.Zh, e.Commit[:12]+" "+f.Text.En)
		}
	}
	for _, p := range s.Checkpoints {
		if p.Why != (finding.Text{}) {
			add("H-005", ".", p.Source+"："+p.Why.Zh, p.Source+": "+p.Why.En)
		}
	}
	return out
}

// worst words the first thing that is wrong with a commit.
func (a *app) worst(e *audit.Entry) string {
	for _, f := range e.Faults {
		return f.Path + " " + f.Text.In(a.lang)
	}
	for _, it := range e.Items {
		if !it.Status.Good() {
			why := it.Status.Label().In(a.lang)
			if len(it.Why) > 0 {
				why += ": " + it.Why[0].In(a.lang)
			}
			return it.Subject + " " + why
		}
	}
	return "nothing"
}
