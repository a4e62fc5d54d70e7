package sheet

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Where a place takes its value from, when not from the form itself.
const (
	indexPrefix   = "index."
	contactPrefix = "contact."
)

var contactKeys = []string{"name", "dept", "post", "mobile"}

// Contact is a contact person. It is kept sealed, apart from the records.
type Contact struct{ Name, Dept, Post, Mobile string }

func (c Contact) get(key string) string {
	switch key {
	case "name":
		return c.Name
	case "dept":
		return c.Dept
	case "post":
		return c.Post
	}
	return c.Mobile
}

// Filling is what a sheet is filled with.
type Filling struct {
	Form     *schema.Form
	ID       string // of the record: stock-2026
	Record   *Value // nil leaves the form blank
	Index    *Value // index.md of the project
	Body     string // Markdown below the front matter; official annexes have none
	Contacts []Contact
	Words    Words
	Mark     string
}

// blankDate are the places for a date that is written by hand.
const blankDate = "　　年　　月　　日"

// Fill makes the sheets of a record: one, or as many as the definition asks for.
func (s *Set) Fill(f *Filling) []*Sheet {
	d := s.forms[f.Form.Name]
	if d == nil {
		return []*Sheet{fit(generic(f))}
	}
	items := f.Record.Get(d.each).list()
	if d.each == "" || len(items) == 0 {
		items = []*Value{nil}
	}
	var out []*Sheet
	for i, item := range items {
		sh := (&filler{f, d, item}).sheet()
		if sh.ID = f.ID; i > 0 {
			sh.ID = fmt.Sprintf("%s-%d", f.ID, i+1)
		}
		out = append(out, fit(sh))
	}
	return out
}

// Filed reports whether a record has anything to print on an official sheet: a
// form that is printed once for each item of a list has none without items.
func (s *Set) Filed(form string, v *Value) bool {
	d := s.forms[form]
	return d != nil && v != nil && (d.each == "" || len(v.Get(d.each).list()) > 0)
}

func (v *Value) list() []*Value {
	if v == nil {
		return nil
	}
	return v.Items
}

// filler fills one sheet; item is the one that it is printed for, or nil.
type filler struct {
	*Filling
	*definition
	item *Value
}

func (f *filler) sheet() *Sheet {
	sh := &Sheet{Annex: f.Form.Annex, Mark: f.Mark, Notes: f.notes}
	for _, t := range f.title {
		sh.Title = append(sh.Title, f.text(t, nil))
	}
	sh.Above = f.text(f.above, nil)
	for _, r := range f.rows {
		row := Row{Height: r.height}
		for _, c := range r.cells {
			cell := Cell{Span: c.span, Label: c.label != ""}
			if cell.Label {
				for line := range strings.SplitSeq(c.label, "\n") {
					cell.Lines = append(cell.Lines, Line{Text: line})
				}
			}
			for _, l := range c.lines {
				cell.Lines = append(cell.Lines, f.line(l)...)
			}
			row.Cells = append(row.Cells, cell)
		}
		sh.Rows = append(sh.Rows, row)
	}
	return sh
}

func (f *filler) line(l lineDef) []Line {
	switch {
	case l.sign != nil || l.date != "":
		date := ""
		if l.date != "" {
			if date = f.look(l.date, nil); date == "" {
				date = blankDate
			}
		}
		return []Line{{Sign: l.sign, Date: date}}
	case l.each == "":
		return paragraphs(f.text(l.text, nil))
	}
	v := f.find(l.each, nil)
	if v != nil && len(v.Items) == 0 {
		return paragraphs(l.none)
	}
	var out []Line
	for i, it := range v.list() {
		text := f.text(l.text, it)
		if l.number && len(v.Items) > 1 {
			text = fmt.Sprintf("%d. %s", i+1, text)
		}
		out = append(out, paragraphs(text)...)
	}
	return out
}

func (f *filler) text(t template, item *Value) string {
	text, _ := t.fill(func(at string) string { return f.look(at, item) })
	return strings.TrimSpace(text)
}

// look gives the words of a value, "" when it is not there.
func (f *filler) look(at string, item *Value) string {
	if key, ok := strings.CutPrefix(at, contactPrefix); ok {
		var all []string
		for _, c := range f.Contacts {
			all = append(all, c.get(key))
		}
		return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), "、")
	}
	return f.find(at, item).scalar(f.Words)
}

// find walks to a value: from the item of a list, from index.md, from the item
// that the sheet is printed for, or from the record.
func (f *filler) find(at string, item *Value) *Value {
	if item != nil {
		return item.Get(strings.Split(at, ".")...)
	}
	if rest, ok := strings.CutPrefix(at, indexPrefix); ok {
		return f.Index.Get(strings.Split(rest, ".")...)
	}
	if rest, ok := strings.CutPrefix(at, f.each+"."); ok && f.each != "" {
		return f.item.Get(strings.Split(rest, ".")...)
	}
	return f.Record.Get(strings.Split(at, ".")...)
}

// paragraphs splits a text at its line ends, without blank lines.
func paragraphs(s string) []Line {
	var out []Line
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, Line{Text: line})
		}
	}
	return out
}

// Widths of the two columns of a generic sheet, and its least row height.
const (
	genericLabel  = 6
	genericHeight = 11
)

// generic is the sheet of a form without an official one: a row for every value.
func generic(f *Filling) *Sheet {
	sh := &Sheet{ID: f.ID, Annex: f.Form.Annex, Mark: f.Mark, Title: []string{f.Form.Title.Zh}}
	row := func(label string, lines []Line) {
		if len(lines) > 0 {
			sh.Rows = append(sh.Rows, Row{Height: genericHeight, Cells: []Cell{
				{Label: true, Span: genericLabel, Lines: []Line{{Text: label}}},
				{Span: Grid - genericLabel, Lines: lines}}})
		}
	}
	if f.Form.Name != "index" {
		if title := f.Index.Get("title"); title != nil {
			row(title.Field.Label.Zh, paragraphs(title.Text))
		}
	}
	if f.Record != nil {
		for _, v := range f.Record.Kids {
			row(withUnit(v.Field.Label, v.Field.Unit), f.block(v, ""))
		}
	}
	row("正文", paragraphs(f.Body))
	return sh
}

func withUnit(label finding.Text, unit string) string {
	if unit == "" || strings.Contains(label.Zh, unit) {
		return label.Zh
	}
	return label.Zh + "（" + unit + "）"
}

// block writes any value as lines; before stands at the head of the first.
func (f *Filling) block(v *Value, before string) []Line {
	switch {
	case v.Field.Type == schema.List:
		return f.items(v)
	case v.Field.Type == schema.Object && flat(v):
		return paragraphs(before + f.inline(v))
	case v.Field.Type == schema.Object:
		var out []Line
		for _, k := range v.Kids {
			head := before + withUnit(k.Field.Label, k.Field.Unit) + "："
			lines := f.block(k, "")
			if before = ""; len(lines) == 1 {
				lines[0].Text = head + lines[0].Text
			} else {
				lines = append([]Line{{Text: head}}, lines...)
			}
			out = append(out, lines...)
		}
		return out
	}
	return paragraphs(before + Scalar(v.Field, v.Text, f.Words))
}

func (f *Filling) items(v *Value) []Line {
	if len(v.Items) == 0 {
		return []Line{{Text: "无"}}
	}
	var words []string
	var out []Line
	for i, it := range v.Items {
		if it.Field.Type != schema.Object {
			words = append(words, Scalar(it.Field, it.Text, f.Words))
			continue
		}
		before := ""
		if len(v.Items) > 1 {
			before = fmt.Sprintf("%d. ", i+1)
		}
		out = append(out, f.block(it, before)...)
	}
	return append(paragraphs(strings.Join(words, "、")), out...)
}

// flat reports whether an object holds short single values only.
func flat(v *Value) bool {
	n := 0
	for _, k := range v.Kids {
		if k.Field.Type == schema.Object || k.Field.Type == schema.List {
			return false
		}
		n += value.Width(k.Text)
	}
	return n < 120
}

func (f *Filling) inline(v *Value) string {
	var parts []string
	for _, k := range v.Kids {
		parts = append(parts, withUnit(k.Field.Label, k.Field.Unit)+"："+Scalar(k.Field, k.Text, f.Words))
	}
	return strings.Join(parts, "；")
}
