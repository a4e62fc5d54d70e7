package opendata

import (
	"io"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
)

// FieldEntry describes one field of a form in the dictionary.
type FieldEntry struct {
	Form       string
	Path       string // "reply.document", "rounds[].estimate"
	Label      finding.Text
	Help       finding.Text
	Type       finding.Text
	TypeName   string // text, int, number, amount, date, bool, object, list, document
	Unit       string
	Required   bool
	Visibility schema.Visibility
	Cells      []string // annex cells: 附件1/项目名称
	Clause     string   // of the form
	Choices    []Choice
}

// Choice is a value that a field may have.
type Choice struct {
	Value  string
	Zh, En string // what it means, where the value does not say it
}

// typeNames are the words for types in the dictionary, by type.
func typeNames() []string {
	return []string{schema.Text: "text", schema.Int: "int", schema.Number: "number", schema.Amount: "amount", schema.Date: "date",
		schema.Bool: "bool", schema.Object: "object", schema.List: "list"}
}

// TypeName returns the type of a column in the words of the dictionary.
func (c *Column) TypeName() string {
	if c.List {
		return "list"
	}
	return typeNames()[c.Type]
}

// TypeText returns the type of a column in words.
func (c *Column) TypeText() finding.Text {
	of := typeText(typeNames()[c.Type], c.Format)
	if c.List {
		return several(of)
	}
	return of
}

// typeText puts a type, or the format that says more, into words.
func typeText(name, format string) finding.Text {
	words := map[string]finding.Text{"text": both("文字", "Text"), "int": both("整数", "Whole number"), "number": both("数字", "Number"),
		"amount": both("金额", "Amount"), "date": both("日期", "Date"), "bool": both("是否", "Yes or no"), "object": both("一组", "Group"),
		"list": both("列表", "List"), "document": both("文件", "Document"),
		"unit-code": both("单位代码", "Unit code"), "project-id": both("项目编号", "Project id"), "doc-no": both("发文字号", "Document number"),
		"uscc": both("统一社会信用代码", "Unified social credit code"), "https-url": both("网址", "Web address")}
	if w, ok := words[format]; ok {
		return w
	}
	return words[name]
}

func several(of finding.Text) finding.Text {
	return both(of.Zh+"（多项）", "List: "+strings.ToLower(of.En[:1])+of.En[1:])
}

// typeOf names the type of a field, and puts it into words.
func typeOf(f *schema.Field) (string, finding.Text) {
	name := typeNames()[f.Type]
	if f.IsDocument() {
		name = "document"
	}
	if f.Type == schema.List && f.Item != nil {
		_, of := typeOf(f.Item)
		return name, several(of)
	}
	return name, typeText(name, f.Format)
}

// Fields lists the fields of a form in its order, those of the groups and lists
// in it after them. Fields that are not public are listed too: that they exist
// is no secret, and the public can see what is withheld.
func Fields(form *schema.Form) []FieldEntry {
	var out []FieldEntry
	var walk func(f *schema.Field, prefix string)
	walk = func(f *schema.Field, prefix string) {
		for _, c := range f.Fields {
			e := FieldEntry{Form: form.Name, Path: prefix + c.Key, Label: c.Label, Help: c.Help, Unit: c.Unit, Visibility: c.Visibility,
				Required: slices.Contains(f.Required, c.Key), Cells: c.Cells, Clause: form.Clause}
			if e.Visibility == "" {
				e.Visibility = schema.Internal
			}
			e.TypeName, e.Type = typeOf(c)
			inner, path := c, e.Path
			if c.Type == schema.List {
				inner, path = c.Item, e.Path+"[]"
			}
			for _, v := range inner.Enum {
				e.Choices = append(e.Choices, Choice{v, inner.EnumZh[v], inner.EnumEn[v]})
			}
			out = append(out, e)
			if inner.Type == schema.Object && !inner.IsDocument() {
				walk(inner, path+".")
			}
		}
	}
	walk(form.Root, "")
	return out
}

// Class is a class of projects, with the key that its address has.
type Class struct {
	Key  string
	Name finding.Text
}

// Classes lists the classes of projects that the schema knows.
func Classes(set *schema.Set) []Class {
	form := set.Form("index")
	if form == nil || form.Root.Child("class") == nil {
		return nil
	}
	var out []Class
	f := form.Root.Child("class")
	for _, v := range f.Enum {
		en := f.EnumEn[v]
		key := strings.ToLower(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return -1
		}, en))
		if key != "" {
			out = append(out, Class{key, both(v, en)})
		}
	}
	return out
}

// choiceText writes choices into one cell.
func choiceText(list []Choice) string {
	var out []string
	for _, c := range list {
		s := c.Value
		if c.Zh != "" {
			s += " " + c.Zh
		}
		if c.En != "" && c.En != c.Value {
			s += " " + c.En
		}
		out = append(out, s)
	}
	return strings.Join(out, listMark)
}

// Described lists the forms of the dictionary: those of projects, the annual
// plan and the register of units, and the document of record that many forms
// have fields for.
func Described(set *schema.Set) []*schema.Form {
	out := slices.Clone(set.Forms())
	if doc := documentField(set); doc != nil {
		out = append(out, &schema.Form{Name: "document", Title: finding.Text{Zh: doc.Label.Zh, En: doc.Label.En}, Root: doc})
	}
	for _, name := range []string{"plan", "units"} {
		if f := set.Form(name); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// fieldColumns are the columns of the dictionary as CSV.
func fieldColumns() []string {
	return []string{"form", "formZh", "formEn", "path", "zh", "en", "type", "typeZh", "unit", "required",
		"visibility", "annexCells", "clause", "choices", "columns", "helpZh", "helpEn"}
}

func (e *FieldEntry) row(form *schema.Form, columns []string) row {
	return row{form.Name, form.Title.Zh, form.Title.En, e.Path, e.Label.Zh, e.Label.En, e.TypeName, e.Type.Zh, e.Unit, e.Required,
		string(e.Visibility), e.Cells, e.Clause, choiceText(e.Choices), columns, e.Help.Zh, e.Help.En}
}

// WriteFields writes the dictionary of one form as CSV.
func WriteFields(w io.Writer, form *schema.Form) error {
	t, err := writeCSV(nopCloser{w}, fieldColumns())
	if err != nil {
		return err
	}
	for _, e := range Fields(form) {
		if err := t.row(e.row(form, nil)); err != nil {
			return err
		}
	}
	return t.close()
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// dictionary writes the dictionary of all forms as CSV, with the columns of
// tables that each field fills; derived columns come first.
func dictionary(to Sink, src *Source, views []View) error {
	f, err := to.Create(Dir + "fields.csv")
	if err != nil {
		return err
	}
	t, err := writeCSV(f, fieldColumns())
	if err != nil {
		return err
	}
	columns := map[string][]string{}
	for _, v := range views {
		for _, c := range v.Columns {
			if c.Form != "" {
				key := c.Form + "." + c.Path
				columns[key] = append(columns[key], v.Name+"."+c.Key)
				continue
			}
			r := row{nil, nil, nil, nil, c.Label.Zh, c.Label.En, c.TypeName(), c.TypeText().Zh, c.Unit, nil, string(schema.Public), nil, nil, nil, v.Name + "." + c.Key, c.Help.Zh, c.Help.En}
			if err := t.row(r); err != nil {
				return err
			}
		}
	}
	for _, form := range Described(src.Forms) {
		for _, e := range Fields(form) {
			if err := t.row(e.row(form, columns[form.Name+"."+e.Path])); err != nil {
				return err
			}
		}
	}
	return t.close()
}
