package sheet

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
)

// Dir is the folder of the definitions: one YAML file for each annex, named
// after its form.
const Dir = "schemas/sheets"

// Set holds the definitions of a registry's sheets.
type Set struct {
	forms map[string]*definition
	index *schema.Form
}

// definition is schemas/sheets/<form>.yaml.
type definition struct {
	form  *schema.Form
	title []template
	above template
	each  string
	rows  []rowDef
	notes []string
}

type rowDef struct {
	height int
	cells  []cellDef
}

type cellDef struct {
	span  int
	label string
	lines []lineDef
}

type lineDef struct {
	text   template
	each   string
	number bool
	none   string
	sign   []string
	date   string
}

// Load reads the definitions of a registry. One that names a field which its form
// does not have is an error.
func Load(r *registry.Registry) (*Set, error) {
	s := &Set{forms: map[string]*definition{}, index: r.Schemas.Form("index")}
	rules := r.Schemas.Form("sheet")
	var errs []error
	for _, file := range r.Under(Dir) {
		if rules == nil || s.index == nil {
			return nil, errors.New("schemas: no schema for sheet or index")
		}
		name := strings.TrimSuffix(path.Base(file), ".yaml")
		form := r.Schemas.Form(name)
		if form == nil || !form.InFolder() || path.Ext(file) != ".yaml" {
			errs = append(errs, fmt.Errorf("%s: 没有表单 %[2]s · there is no form %[2]s", file, name))
			continue
		}
		data, err := r.Read(file, registry.RecordLimit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		root, fs := record.ParseYAML(file, data)
		if root != nil {
			fs = append(fs, rules.Validate(file, root)...)
		}
		if len(fs) > 0 {
			errs = append(errs, fs[0].Err())
			continue
		}
		d := &reader{file: file, index: s.index.Root, definition: &definition{form: form}}
		d.read(root)
		s.forms[name] = d.definition
		errs = append(errs, d.errs...)
	}
	return s, errors.Join(errs...)
}

// Official reports whether a form has a sheet of its own.
func (s *Set) Official(form string) bool { return s.forms[form] != nil }

// reader turns one checked file into a definition.
type reader struct {
	*definition
	file  string
	index *schema.Field
	errs  []error
}

func (d *reader) fail(n *record.Node, format string, a ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%d: %s", d.file, n.Line, fmt.Sprintf(format, a...)))
}

func (d *reader) read(root *record.Node) {
	if n := root.Get("each"); n != nil {
		d.each = n.Text
		if f := d.field(d.each, d.form.Root); f == nil || f.Type != schema.List || f.Item.Type != schema.Object {
			d.fail(n, "each: %[1]s 不是表单 %[2]s 的列表 · %[1]s is no list of the form %[2]s", d.each, d.form.Name)
		}
	}
	printed := ""
	for _, n := range root.Get("title").Items {
		t := d.template(n, d.form.Root)
		d.title = append(d.title, t)
		printed += strings.Join(texts(t), "")
	}
	if !strings.HasPrefix(printed, d.form.Title.Zh) {
		d.fail(root.Get("title"), "标题和表单的名称“%[1]s”不一致 · the title is not that of the form, %[1]s", d.form.Title.Zh)
	}
	if n := root.Get("above"); n != nil {
		d.above = d.template(n, d.form.Root)
	}
	for _, n := range root.Get("rows").Items {
		height, _ := strconv.Atoi(n.Get("height").Text)
		row, width := rowDef{height: height}, 0
		for _, c := range n.Get("cells").Items {
			cell := d.cell(c)
			width += cell.span
			row.cells = append(row.cells, cell)
		}
		if width != Grid {
			d.fail(n, "这一行的格子共 %[1]d 格宽，应为 %[2]d · the cells of this row are %[1]d columns wide, not %[2]d", width, Grid)
		}
		d.rows = append(d.rows, row)
	}
	if n := root.Get("notes"); n != nil {
		for _, it := range n.Items {
			d.notes = append(d.notes, it.Text)
		}
	}
}

func (d *reader) cell(n *record.Node) cellDef {
	span, _ := strconv.Atoi(n.Get("span").Text)
	c := cellDef{span: span}
	kinds := 0
	for _, key := range []string{"label", "text", "lines"} {
		if n.Get(key) != nil {
			kinds++
		}
	}
	if kinds != 1 {
		d.fail(n, "一格只写 label、text、lines 之一 · a cell has a label, a text or lines")
		return c
	}
	switch {
	case n.Get("label") != nil:
		c.label = n.Get("label").Text
	case n.Get("text") != nil:
		c.lines = []lineDef{d.line(n)}
	default:
		for _, l := range n.Get("lines").Items {
			c.lines = append(c.lines, d.line(l))
		}
	}
	return c
}

func (d *reader) line(n *record.Node) lineDef {
	var l lineDef
	base := d.form.Root
	if each := n.Get("each"); each != nil {
		l.each = each.Text
		base = d.field(l.each, d.form.Root)
		if base == nil || base.Type != schema.List {
			d.fail(each, "each: %[1]s 不是表单 %[2]s 的列表 · %[1]s is no list of the form %[2]s", l.each, d.form.Name)
		}
	}
	if text := n.Get("text"); text != nil {
		l.text = d.template(text, base)
	}
	if number := n.Get("number"); number != nil {
		l.number = number.Text == "true"
	}
	if none := n.Get("none"); none != nil {
		l.none = none.Text
	}
	if sign := n.Get("sign"); sign != nil {
		for _, it := range sign.Items {
			l.sign = append(l.sign, it.Text)
		}
	}
	if date := n.Get("date"); date != nil {
		l.date = date.Text
		if f := d.field(l.date, d.form.Root); f == nil || f.Type != schema.Date {
			d.fail(date, "%[1]s 不是表单 %[2]s 的日期 · %[1]s is no date of the form %[2]s", l.date, d.form.Name)
		}
	}
	return l
}

// template reads a text whose places are fields below base.
func (d *reader) template(n *record.Node, base *schema.Field) template {
	t, err := parseTemplate(n.Text)
	if err != nil {
		d.fail(n, "%v", err)
	}
	t.paths(func(alternatives []string) {
		for _, p := range alternatives {
			f := d.field(p, base)
			switch key, isContact := strings.CutPrefix(p, contactPrefix); {
			case strings.HasPrefix(p, "="):
			case isContact:
				if !slices.Contains(contactKeys, key) {
					d.fail(n, "联系人只有 %[1]s，没有 %[2]s · a contact has %[1]s, not %[2]s", strings.Join(contactKeys, ", "), key)
				}
			case f == nil:
				d.fail(n, "表单 %[1]s 没有栏目 %[2]s · the form %[1]s has no field %[2]s", d.form.Name, p)
			case f.Type == schema.Object || f.Type == schema.List:
				d.fail(n, "%[1]s 里有几项内容，写明哪一项，或用 each · %[1]s holds several values: name one of them, or use each", p)
			}
		}
	})
	return t
}

// field finds a field by its path below base, or by index.… one of index.md.
func (d *reader) field(at string, base *schema.Field) *schema.Field {
	if rest, ok := strings.CutPrefix(at, indexPrefix); ok {
		base, at = d.index, rest
	}
	for _, key := range strings.Split(at, ".") {
		base = base.Child(key)
	}
	return base
}

// texts are the printed words of a template.
func texts(t template) []string {
	var out []string
	for _, p := range t {
		out = append(append(out, p.text), texts(p.group)...)
	}
	return out
}

// Words are all words that are printed on the official sheets whatever they are
// filled with.
func (s *Set) Words() []string {
	var out []string
	for _, d := range s.forms {
		for _, t := range append(slices.Clone(d.title), d.above) {
			out = append(out, texts(t)...)
		}
		for _, r := range d.rows {
			for _, c := range r.cells {
				out = append(out, c.label)
				for _, l := range c.lines {
					out = append(append(append(out, l.none), l.sign...), texts(l.text)...)
				}
			}
		}
		out = append(out, d.notes...)
	}
	return out
}
