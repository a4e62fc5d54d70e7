// Package review says what a request does and what it still needs: transition
// by transition, field by field, seat by seat, for people and for machines. It
// decides nothing itself and knows neither Git nor forges.
//
// What it prints was written by strangers: hostile text stays text, values that
// are kept inside are never repeated, and no output grows without bound.
package review

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/transition"
)

// Item is one transition with what was decided about it.
type Item struct {
	transition.Transition
	Decision decision.Result `json:"decision"`
}

// Problem is something that was said and could not be taken as a vote.
type Problem struct {
	Source string       `json:"source"` // comment 12 line 3, statement 4f1c…
	Text   finding.Text `json:"text"`
}

// Report is what a request does and what it still needs.
type Report struct {
	Base, Head, MergeBase string // commits, 40 hexadecimal digits
	Change                string // id of all transitions together
	Items                 []Item
	Findings              []finding.Finding // of the judged change
	Mended                []finding.Finding
	Problems              []Problem
	Notes                 []finding.Text // what the reader should know about the authors or the votes
	Simulated             bool           // some votes are supposed, not given
}

// Allows reports whether the request may be merged as it is.
func (r *Report) Allows() bool {
	for i := range r.Items {
		if !r.Items[i].Decision.Outcome.Allows() {
			return false
		}
	}
	return r.errors() == 0 && len(r.Items) > 0
}

// Waits reports whether nothing stands in the way but that votes are missing.
func (r *Report) Waits() bool {
	seats, refused := r.open()
	return r.errors() == 0 && refused == 0 && seats > 0
}

// Summary is one sentence on how far the request is.
func (r *Report) Summary(lang string) string {
	return (&writer{Report: r, lang: lang}).summary()
}

// errors counts the findings that stand in the way.
func (r *Report) errors() int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Blocks() {
			n++
		}
	}
	return n
}

// open counts the seats that wait, and the items that are refused.
func (r *Report) open() (seats, refused int) {
	for i := range r.Items {
		d := &r.Items[i].Decision
		if d.Outcome.Allows() {
			continue
		}
		if d.Outcome == decision.Rejected {
			refused++
		}
		for _, s := range d.Seats {
			if s.State != decision.Filled {
				seats++
			}
		}
	}
	return seats, refused
}

// Names puts codes into words.
type Names struct {
	State func(code string) finding.Text
	Role  func(code string) finding.Text
	Unit  func(code string) string
	Step  func(id string) finding.Text
}

// writer is what the two formats for people share.
type writer struct {
	*Report
	names Names
	lang  string
	buf   strings.Builder
}

func (w *writer) say(zh, en string) string {
	if w.lang == "en" {
		return en
	}
	return zh
}

func (w *writer) label(l finding.Text) string { return w.say(l.Zh, l.En) }

func (w *writer) printf(format string, a ...any) { fmt.Fprintf(&w.buf, format, a...) }

// summary is the one sentence that a busy reader needs.
func (w *writer) summary() string {
	seats, refused := w.open()
	errs := w.errors()
	switch {
	case len(w.Items) == 0:
		return w.say("没有需要审批的改动", "nothing here asks for approval")
	case errs > 0:
		return w.say(fmt.Sprintf("先要改正 %d 个错误", errs), fmt.Sprintf("%d errors must be mended first", errs))
	case refused > 0:
		return w.say(fmt.Sprintf("有部门不同意：%d 项", refused), fmt.Sprintf("rejected: %d transitions", refused))
	case seats > 0:
		return w.say(fmt.Sprintf("还缺 %d 个部门同意", seats), fmt.Sprintf("%d approvals are missing", seats))
	}
	if w.Simulated {
		return w.say("如果照此表态，就可以合并", "with these supposed votes it could be merged")
	}
	return w.say("已齐，可以合并", "complete: it can be merged")
}

// subject names what a transition is about.
func (w *writer) subject(t *transition.Transition) string {
	switch t.Subject {
	case "plans":
		return w.say("年度计划", "annual plans")
	case "definitions":
		return w.say("登记制度（规则、表样、单位、人员、程序）", "the registry's definitions (rules, forms, units, people, tools)")
	case "texts":
		return w.say("帮助页面", "help pages")
	}
	return strings.TrimSpace(t.Subject + " " + report.OneLine(t.Title))
}

// moves says from where to where a project goes.
func (w *writer) moves(t *transition.Transition) string {
	switch {
	case t.From == "" && t.To == "":
		return ""
	case t.From == t.To:
		return w.say("停留在 ", "stays in ") + w.names.State(t.To).In(w.lang)
	case t.To == "":
		return w.names.State(t.From).In(w.lang) + " → " + w.say("删除", "deleted")
	}
	return w.names.State(t.From).In(w.lang) + " → " + w.names.State(t.To).In(w.lang)
}

func (w *writer) step(s *transition.Step) string {
	return strings.TrimSpace(s.ID + " " + s.Name.In(w.lang) + " " + s.Clause)
}

// units names the departments of a seat.
func (w *writer) units(codes []string) string {
	if len(codes) == 0 {
		return w.say("（没有单位）", "(no unit)")
	}
	var out []string
	for _, c := range codes {
		out = append(out, w.names.Unit(c))
	}
	return strings.Join(out, w.say("或", " or "))
}

// form says in which way a seat agrees.
func (w *writer) form(as string) string {
	switch as {
	case "receipt":
		return w.say("备案", "receipt")
	case "notice":
		return w.say("知悉", "notice")
	case decision.Propose:
		return w.say("提出", "propose")
	}
	return w.say("同意", "approve")
}

// why says what a seat rests on.
func (w *writer) why(s *decision.Seat) string {
	if s.Step == "" {
		return w.say("没有步骤要求的改动由其把关", "looks after what no step asks about")
	}
	return strings.TrimSpace(s.Step + " " + w.names.Step(s.Step).In(w.lang) + " " + s.Clause)
}

// state says how a seat stands.
func (w *writer) state(s *decision.SeatResult) string {
	switch {
	case s.State == decision.Filled:
		who := s.By.Person
		if s.By.Via != "" {
			who += w.say("（受托于 "+s.By.Via+"）", " (for "+s.By.Via+")")
		}
		return who
	case s.Why != "":
		return w.label(s.Why.Label())
	}
	const most = 6
	ask := s.Ask
	more := ""
	if len(ask) > most {
		more = w.say(fmt.Sprintf(" 等 %d 人", len(ask)), fmt.Sprintf(" and others, %d in all", len(ask)))
		ask = ask[:most]
	}
	return w.say("待 ", "waits for ") + strings.Join(ask, w.say("、", ", ")) + more
}

// change words one altered value; "" stands for what is not there.
func (w *writer) change(f *transition.Field) (old, now string) {
	if f.Hidden {
		hidden := w.say("（只内部留存，不显示）", "(kept inside, not shown)")
		return hidden, hidden
	}
	show := func(s string) string {
		if s == "" {
			return w.say("（空）", "(none)")
		}
		if f.Format == "unit-code" {
			if name := w.names.Unit(s); name != s {
				s = name + " " + s
			}
		}
		return short(report.OneLine(s), maxValue) + f.Unit
	}
	return show(f.Old), show(f.New)
}

// Bounds of what is shown of one request.
const (
	maxValue    = 160 // characters of a value
	maxFields   = 40  // altered values of a transition
	maxItems    = 60  // transitions in full
	maxFindings = 20
	maxVotes    = 30 // votes that do not count, of a transition
	maxBytes    = 52_000
)

func short(s string, most int) string {
	rs := []rune(s)
	if len(rs) <= most {
		return s
	}
	return string(rs[:most-1]) + "…"
}

// uncounted are the votes that the reader should know about: they do not count,
// or they stand against it.
func uncounted(d *decision.Result) []decision.VoteResult {
	var out []decision.VoteResult
	for _, v := range d.Votes {
		if v.Status != decision.Counted && v.Status != decision.Superseded {
			out = append(out, v)
		}
	}
	return out
}

// voter names who gave a vote: the person, or the account of a stranger.
func voter(v *decision.VoteResult) string {
	if v.Person != "" {
		return v.Person
	}
	return report.OneLine(v.Name)
}
