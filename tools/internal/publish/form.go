package publish

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// longText is how many characters a value may have before it is set as
// paragraphs.
const longText = 80

// most columns that a table of values may have on paper.
const mostColumns = 6

// former makes the sheets of one project from its revealed records.
type former struct {
	s         *subject
	resolve   func(id string) *row // other public projects; nil: none are named
	documents []document
}

// form makes one sheet, nil when there is nothing to show.
func (f *former) form(r revealed) *form {
	if r.root == nil {
		return nil
	}
	t := f.s.formTitle(r)
	out := &form{ID: r.rec.Name, Zh: t.Zh, En: t.En, Annex: r.rec.Form.Annex, On: f.s.dated(r), Sheet: f.s.sheetURL(r)}
	if out.Annex != "" {
		out.PrintTitle = r.rec.Form.Title.Zh
		if year := r.root.str("planYear"); year != "" {
			out.PrintTitle += "（" + year + "年度）"
		}
	}
	if r.rec.Form.Name == "index" {
		// State, waivers and withheld matters have sections of their own.
		out.Fields = f.fields(r.root, "state", "waivers", "withheld")
	} else {
		out.Fields = append(f.shared(out.Annex), f.fields(r.root)...)
		if f.s.released() {
			out.Body = f.body(r.rec)
		}
	}
	return out
}

// shared gives the cells of an annex that index.md fills: records do not repeat
// them, the printed form does. The implementing unit files where no other is
// named.
func (f *former) shared(annex string) []*field {
	if annex == "" || f.s.index == nil {
		return nil
	}
	var out []*field
	for _, c := range f.s.index.field.Fields {
		k := f.s.index.get(c.Key)
		if k == nil && c.Key == "filingUnit" && accessOf(c) == always {
			k = f.s.index.get("implementingUnit")
		}
		if k == nil {
			continue
		}
		for _, cell := range c.Cells {
			if label, ok := strings.CutPrefix(cell, annex+"/"); ok {
				if made := f.field(k); made != nil {
					made.Zh = label
					out = append(out, made)
				}
			}
		}
	}
	return out
}

// dated returns the day of a record: of its first event, else its first date.
func (s *subject) dated(r revealed) string {
	for _, e := range s.history.Steps {
		if e.Place.File == r.rec.Path && r.rec.Form.Name != "index" {
			return e.On
		}
	}
	for _, k := range r.root.kids {
		if k.field.Type == schema.Date {
			return k.text
		}
	}
	return ""
}

// formTitle names a record: the form without the words that all official titles
// begin with, and which of several it is.
func (s *subject) formTitle(r revealed) finding.Text {
	t := r.rec.Form.Title
	if short := strings.TrimPrefix(strings.TrimPrefix(t.Zh, s.project.Registry().Config.District.Zh), "政务信息化项目"); short != "" {
		t.Zh = short
	}
	n := r.rec.Number
	switch r.rec.Form.Repeated {
	case "round":
		t.Zh, t.En = fmt.Sprintf("%s（第 %d 轮）", t.Zh, n), fmt.Sprintf("%s, round %d", t.En, n)
	case "year":
		t.Zh, t.En = fmt.Sprintf("%s（%d 年）", t.Zh, n), fmt.Sprintf("%s %d", t.En, n)
	case "number":
		t.Zh, t.En = fmt.Sprintf("%s（%02d）", t.Zh, n), fmt.Sprintf("%s %02d", t.En, n)
	}
	return t
}

// fields makes the fields of an object, in the order of the form.
func (f *former) fields(s *shown, without ...string) []*field {
	out := []*field{}
	for _, k := range s.kids {
		if slices.Contains(without, k.field.Key) {
			continue
		}
		if made := f.field(k); made != nil {
			out = append(out, made)
		}
	}
	return out
}

// field makes one field of a form.
func (f *former) field(s *shown) *field {
	out := &field{Key: s.field.Key, Zh: s.field.Label.Zh, En: s.field.Label.En, Kind: "text"}
	switch {
	case s.withheld:
		out.Withheld = true
	case registry.IsDocument(s.field):
		out.Kind, out.Docs = "docs", []document{f.document(s)}
	case s.field.Type == schema.Object:
		if text, ok := span(s); ok {
			out.Value, out.ValueEn = text.Zh, text.En
			break
		}
		out.Kind, out.Fields = "group", f.fields(s)
		if len(out.Fields) == 0 {
			return nil
		}
	case s.field.Type == schema.List:
		return f.list(s, out)
	default:
		out.Value, out.ValueEn = f.scalar(s), english(s.field, s.text)
		if !strings.Contains(out.Zh, s.field.Unit) {
			out.Unit = s.field.Unit
		}
		if out.Value == "" {
			return nil
		}
		if strings.Contains(out.Value, "\n") || utf8.RuneCountInString(out.Value) > longText {
			out.Kind = "long"
		}
	}
	return out
}

// span writes an object that is a period as one text.
func span(s *shown) (word, bool) {
	start, end := s.get("start"), s.get("end")
	if start == nil || end == nil || start.field.Type != schema.Date || end.field.Type != schema.Date {
		return word{}, false
	}
	text := word{value.DateZh(start.text) + " 至 " + value.DateZh(end.text), start.text + " to " + end.text}
	if s.str("endIsPlanned") == "true" {
		text.Zh, text.En = text.Zh+"（预计）", text.En+" (planned)"
	}
	return text, len(s.kids) == 2 || len(s.kids) == 3 && s.get("endIsPlanned") != nil
}

func (f *former) list(s *shown, out *field) *field {
	item := s.field.Item
	switch {
	case len(s.items) == 0:
		out.Value, out.ValueEn = "无", "None"
	case registry.IsDocument(item):
		out.Kind = "docs"
		for _, it := range s.items {
			out.Docs = append(out.Docs, f.document(it))
		}
	case item.Type != schema.Object:
		var parts []word
		for _, it := range s.items {
			parts = append(parts, word{f.scalar(it), english(it.field, it.text)})
		}
		all := joined(parts, "、", ", ")
		if out.Value, out.ValueEn = all.Zh, all.En; out.Value == "" {
			return nil
		}
	case tabular(s):
		out.Kind = "table"
		f.table(s, out)
	default:
		out.Kind = "group"
		for i, it := range s.items {
			round := &field{Key: fmt.Sprintf("%s-%d", out.Key, i+1), Zh: fmt.Sprintf("第 %d 次", i+1), En: fmt.Sprintf("No. %d", i+1), Kind: "group", Fields: f.fields(it)}
			out.Fields = append(out.Fields, round)
		}
	}
	return out
}

// columns returns the fields that any item of a list shows, in form order.
func columns(s *shown) []*schema.Field {
	var out []*schema.Field
	for _, c := range s.field.Item.Fields {
		if slices.ContainsFunc(s.items, func(it *shown) bool { return it.get(c.Key) != nil }) {
			out = append(out, c)
		}
	}
	return out
}

// tabular reports whether a list of objects reads well as a table.
func tabular(s *shown) bool {
	cols := columns(s)
	return len(cols) <= mostColumns && !slices.ContainsFunc(cols, func(c *schema.Field) bool {
		return c.Type == schema.Object || c.Type == schema.List
	})
}

func (f *former) table(s *shown, out *field) {
	cols := columns(s)
	for _, c := range cols {
		col := column{Zh: c.Label.Zh, En: c.Label.En, Num: c.Type == schema.Amount || c.Type == schema.Number || c.Type == schema.Int && c.Unit != "",
			Date: c.Type == schema.Date}
		if c.Unit != "" && !strings.Contains(col.Zh, c.Unit) {
			col.Zh += "（" + c.Unit + "）"
		}
		out.Columns = append(out.Columns, col)
	}
	for _, it := range s.items {
		cells := make([]string, len(cols))
		for i, c := range cols {
			if cell := it.get(c.Key); cell != nil && cell.withheld {
				cells[i] = notPublic.Zh
				out.Columns[i].word(cells[i], notPublic.En)
			} else if cell != nil {
				cells[i] = f.scalar(cell)
				out.Columns[i].word(cells[i], english(c, cell.text))
			}
		}
		out.Rows = append(out.Rows, cells)
	}
}

// word notes the English of a value in the column.
func (c *column) word(zh, en string) {
	if en != "" && c.Words == nil {
		c.Words = map[string]string{}
	}
	if en != "" {
		c.Words[zh] = en
	}
}

func (f *former) document(s *shown) document {
	d := document{Kind: s.word("kind"), Title: s.str("title"), DocNo: s.str("docNo"), On: s.str("on"), URL: s.str("url"),
		SHA256: s.str("sha256"), ArchiveNo: s.str("archiveNo")}
	if file := s.str("file"); file != "" && slices.Contains(f.s.attachments, file) {
		d.URL = file // beside the page
	}
	f.documents = append(f.documents, d)
	return d
}

// published lists the attachments to copy: those that a public document names,
// that no hidden document names too, and that are what the document says.
func (s *subject) published() []string {
	named, hiddenToo := map[string]string{}, map[string]bool{}
	for _, r := range s.records {
		r.files(s.released(), func(file, sum string, hidden bool) {
			if hidden {
				hiddenToo[file] = true
			} else {
				named[file] = sum
			}
		})
	}
	hash, _ := s.project.Env["fileHash"].(func(string) string)
	var out []string
	for file, sum := range named {
		if !hiddenToo[file] && value.IsFilePath(file) && slices.Contains(s.project.Files, file) && sum != "" && hash(file) == sum {
			out = append(out, file)
		}
	}
	slices.Sort(out)
	return out
}

// files calls fn for every document of a record that names a file.
func (r revealed) files(released bool, fn func(file, sum string, hidden bool)) {
	var walk func(f *schema.Field, n *record.Node, hidden bool)
	walk = func(f *schema.Field, n *record.Node, hidden bool) {
		if f == nil || n == nil {
			return
		}
		if f != r.rec.Form.Root {
			a := accessOf(f)
			hidden = hidden || a == never || a == afterReview && !released
		}
		if file := n.Get("file"); file != nil && registry.IsDocument(f) {
			sum := ""
			if h := n.Get("sha256"); h != nil {
				sum = h.Text
			}
			fn(file.Text, sum, hidden || internalDocument(f, n))
			return
		}
		for i := range n.Keys {
			walk(f.Child(n.Keys[i].Name), n.Keys[i].Value, hidden)
		}
		for _, it := range n.Items {
			walk(f.Item, it, hidden)
		}
	}
	walk(r.rec.Form.Root, r.rec.Root, false)
}

// body returns a record's Markdown. Links to published attachments are given
// their address on the site; the templates drop all other relative ones.
func (f *former) body(rec *registry.Record) string {
	body := string(rec.Body)
	public := f.s.attachments
	lines := strings.SplitAfter(body, "\n")
	for i := len(rec.Links) - 1; i >= 0; i-- {
		l := rec.Links[i]
		n := l.Line - rec.BodyLine
		if !slices.Contains(public, path.Clean(l.Target)) || n < 0 || n >= len(lines) {
			continue
		}
		line := []rune(lines[n])
		if l.Col < 1 || l.EndCol > len(line)+1 || string(line[l.Col-1:l.EndCol-1]) != l.Target {
			continue // a reference: its definition stands elsewhere
		}
		lines[n] = string(line[:l.Col-1]) + f.s.url() + path.Clean(l.Target) + string(line[l.EndCol-1:])
	}
	return strings.TrimSpace(strings.Join(lines, ""))
}
