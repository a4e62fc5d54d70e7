package review

import (
	_ "embed" // the template and its style
	"fmt"
	"html/template"
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/report"
)

//go:embed page.html
var pageText string

// CSS is the style sheet of the page, beside that of the sheets on it.
//
//go:embed page.css
var CSS string

// Pair is one form of a transition on paper, before and after; "" is a form that
// is not there.
type Pair struct {
	File, Title string
	Old, New    template.HTML
}

// HTML writes the report as a page: the brief, findings, who must agree, and for
// each transition its forms side by side. pairs gives the forms of a transition;
// styles are the addresses of its style sheets. The page has no scripts and asks
// for nothing else.
func (r *Report) HTML(names Names, lang string, styles []string, pairs func(*Item) []Pair) ([]byte, error) {
	w := &writer{Report: r, names: names, lang: lang}
	view := pageView{writer: w, Lang: "zh-CN", Styles: styles, Summary: w.summary(), Brief: w.brief()}
	if lang == "en" {
		view.Lang = "en"
	}
	all := fresh(r.Findings)
	for i, f := range all {
		if i == maxFindings {
			view.More = len(all) - i
			break
		}
		view.Faults = append(view.Faults, faultView{report.Severity(f.Severity, lang), f.Rule, fmt.Sprintf("%s:%d", f.File, f.Line), f.Message.In(lang), f.Blocks()})
	}
	for i := range r.Items {
		if i == maxItems {
			view.Left = len(r.Items) - i
			break
		}
		view.Transitions = append(view.Transitions, w.itemView(&r.Items[i], pairs))
	}
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("page of a review: %w", err)
	}
	var b strings.Builder
	if err := page.Execute(&b, &view); err != nil {
		return nil, fmt.Errorf("page of a review: %w", err)
	}
	return []byte(b.String()), nil
}

// openFields is how many altered values a page shows without being asked.
const openFields = 12

// pageView is what the template reads.
type pageView struct {
	*writer
	Lang, Summary string
	Styles        []string
	Brief         []point
	Faults        []faultView
	More, Left    int
	Transitions   []itemView
}

type faultView struct {
	Severity, Rule, Place, Message string
	Blocks                         bool
}

type itemView struct {
	ID, Subject, Moves string
	Steps              []string
	Seats              []seatView
	Pairs              []Pair
	Values             []valueView
	More               int
	Short              bool     // the altered values are few enough to be shown at once
	Others             []string // files that are no forms
}

type seatView struct{ Mark, Who, As, Why, State string }

type valueView struct{ Form, Label, Old, New string }

// Say picks a text in the reader's language, for the template.
func (v *pageView) Say(zh, en string) string { return v.say(zh, en) }

// Note is a note in the reader's language.
func (v *pageView) Note(i int) string { return v.Notes[i].In(v.lang) }

func (w *writer) itemView(it *Item, pairs func(*Item) []Pair) itemView {
	v := itemView{ID: it.Short(), Subject: w.subject(&it.Transition), Moves: w.moves(&it.Transition), Pairs: pairs(it)}
	for i := range it.Steps {
		v.Steps = append(v.Steps, w.step(&it.Steps[i])+" "+it.Steps[i].On)
	}
	for i := range it.Lost {
		v.Steps = append(v.Steps, w.say("撤去 ", "takes back ")+w.step(&it.Lost[i]))
	}
	for i := range it.Decision.Seats {
		s := &it.Decision.Seats[i]
		mark := "·"
		switch s.State {
		case decision.Filled:
			mark = "✓"
		case decision.Unfillable:
			mark = "✗"
		}
		v.Seats = append(v.Seats, seatView{mark, w.units(s.Departments), w.form(s.As), w.why(&s.Seat), w.state(s)})
	}
	for i := range it.Fields {
		if i == maxFields {
			v.More = len(it.Fields) - i
			break
		}
		f := &it.Fields[i]
		old, now := w.change(f)
		v.Values = append(v.Values, valueView{f.Form.In(w.lang), f.Label.In(w.lang), old, now})
	}
	v.Short = len(it.Fields) <= openFields
	shown := map[string]bool{}
	for _, p := range v.Pairs {
		shown[p.File] = true
	}
	for _, f := range it.Files {
		if !shown[f.Path] && len(v.Others) < maxFields {
			v.Others = append(v.Others, f.Path)
		}
	}
	return v
}
