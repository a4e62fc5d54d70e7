// Package schema reads the JSON Schemas of the registry's forms and data files
// and judges one document against them. The schema of a form is the only
// definition of it: labels, help, annex cells, units, visibility and the types
// that rules see are all derived from it. The package knows nothing of projects,
// files on disk, or the lifecycle.
package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"taizhang/tools/internal/finding"
)

// Type is the kind of value that a field holds.
type Type uint8

// The types of fields. Amount is 万元 in the record and integer 分 everywhere
// after reading; Date is text YYYY-MM-DD.
const (
	Text Type = iota
	Int
	Number
	Amount
	Date
	Bool
	Object
	List
)

// Visibility says who may see a field.
type Visibility string

// Public fields are published; Review fields only after the disclosure review
// of the project; Internal ones never. A field that names none is Internal.
const (
	Public   Visibility = "public"
	Review   Visibility = "review"
	Internal Visibility = "internal"
)

// Field is one property of a form, with everything that is derived from it.
type Field struct {
	Key        string
	Label      finding.Text // title: the label on the printed form
	Help       finding.Text // description: what to write
	Type       Type
	Format     string
	Unit       string
	Visibility Visibility
	Rule       string   // rule that a schema failure here is reported as
	Cells      []string // annex cells that the field fills: "附件1/项目名称"
	Enum       []string
	EnumEn     map[string]string
	EnumZh     map[string]string // words for values that are codes
	Required   []string
	Limits     map[string]json.Number // minLength, maxItems, exclusiveMinimum … as written
	Fields     []*Field               // of an Object, in form order
	Item       *Field                 // of a List
	parent     *Field
	byKey      map[string]*Field
	zero       any
}

// Child returns the property key of an object field, or of the items of a list.
func (f *Field) Child(key string) *Field {
	if f == nil {
		return nil
	}
	if f.Type == List {
		return f.Item.Child(key)
	}
	return f.byKey[key]
}

// IsDocument reports whether a field refers to a document of record: the shape
// of document in common.schema.json.
func (f *Field) IsDocument() bool {
	return f != nil && f.Type == Object && f.Child("kind") != nil && f.Child("sha256") != nil && f.Child("file") != nil
}

// Form is the schema of one kind of document.
type Form struct {
	Name     string       // declaration, contract, plan, units …
	Title    finding.Text //
	Annex    string       // 附件1
	Clause   string
	Rule     string   // rule that a missing key is reported as
	Repeated string   // "", or what the number in the file name counts: round, number, year
	Order    int      // place in a project's life
	Headings []string // headings that the body must have
	Root     *Field
	// compile gives the validator. Most runs need few of the forms, and the
	// library takes milliseconds for each, so it is made when first asked for.
	compile  func() (*jsonschema.Schema, error)
	shape    func() *shape
	set      *Set
	inFolder bool
}

func (s *Set) loadForm(d *document, p parsed) (f *Form, err error) {
	root, id := p.root, p.id
	x := root.obj("x-taizhang")
	f = &Form{Name: d.name, inFolder: d.inFolder(), Title: finding.Text{Zh: root.str("title"), En: x.str("en")}, Annex: x.str("annex"),
		Clause: x.str("clause"), Rule: x.str("rule"), Repeated: x.str("repeated"),
		Headings: x.strs("headings"), set: s}
	f.compile = sync.OnceValues(func() (*jsonschema.Schema, error) { return s.compile(id) })
	f.shape = sync.OnceValue(func() *shape { return s.newShape(root, id) })
	fmt.Sscan(fmt.Sprint(x.get("order")), &f.Order)
	if f.Root, err = s.field("", root, id, nil, 0); err == nil {
		f.Root.settle()
	}
	return f, err
}

// InFolder reports whether a project folder may hold records of the form.
func (f *Form) InFolder() bool { return f.inFolder }

// settle makes the values that stand for the field and those below it where they
// are absent.
func (f *Field) settle() any {
	switch f.Type {
	case Int, Amount:
		f.zero = 0
	case Number:
		f.zero = float64(0)
	case Bool:
		f.zero = false
	case List:
		f.Item.settle()
		f.zero = []any{}
	case Object:
		m := map[string]any{"exists": false}
		for _, c := range f.Fields {
			m[c.Key] = c.settle()
		}
		f.zero = m
	default:
		f.zero = ""
	}
	return f.zero
}

// Zero is what expressions see of a field that is absent: "", 0, false, an empty
// list, or an object whose exists is false. It is shared and must not be changed.
func (f *Field) Zero() any { return f.zero }

// field builds the model of one schema node. A $ref gives the base, the node's
// own keywords override it.
func (s *Set) field(key string, o *object, base string, parent *Field, depth int) (*Field, error) {
	if depth > 12 {
		return nil, fmt.Errorf("field %q: schemas nest too deep or refer to themselves", key)
	}
	f := &Field{Key: key, parent: parent, byKey: map[string]*Field{}}
	if ref := o.str("$ref"); ref != "" {
		to, toBase, err := s.resolve(ref, base)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", key, err)
		}
		if f, err = s.field(key, to, toBase, nil, depth+1); err != nil {
			return nil, err
		}
		f.parent = parent
	}
	x := o.obj("x-taizhang")
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&f.Label.Zh, o.str("title"))
	set(&f.Label.En, x.str("en"))
	set(&f.Help.Zh, o.str("description"))
	set(&f.Help.En, x.str("help"))
	set(&f.Unit, x.str("unit"))
	set(&f.Rule, x.str("rule"))
	set(&f.Format, o.str("format"))
	set((*string)(&f.Visibility), x.str("visibility"))
	if f.Visibility == "" && parent != nil {
		f.Visibility = parent.Visibility
	}
	if cells := x.strs("cells"); cells != nil {
		f.Cells = cells
	}
	if enum := o.strs("enum"); enum != nil {
		f.Enum = enum
	}
	if c := o.str("const"); c != "" {
		f.Enum = []string{c}
	}
	if zh := x.obj("enumZh"); zh != nil {
		f.EnumZh = map[string]string{}
		for _, k := range zh.keys {
			f.EnumZh[k] = zh.str(k)
		}
	}
	if en := x.obj("enum"); en != nil {
		f.EnumEn = map[string]string{}
		for _, k := range en.keys {
			f.EnumEn[k] = en.str(k)
		}
	}
	for _, k := range []string{"minLength", "maxLength", "minItems", "maxItems", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"} {
		if n, ok := o.get(k).(json.Number); ok {
			if f.Limits == nil {
				f.Limits = map[string]json.Number{}
			}
			f.Limits[k] = n
		}
	}
	f.Required = append(f.Required, o.strs("required")...)
	if t := o.str("type"); t != "" {
		types := map[string]Type{"string": Text, "integer": Int, "number": Number, "boolean": Bool, "object": Object, "array": List}
		ft, ok := types[t]
		if !ok {
			return nil, fmt.Errorf("field %q: type %q has no place in a form", key, t)
		}
		f.Type = ft
	}
	switch f.Format {
	case "date":
		f.Type = Date
	case "amount":
		f.Type = Amount
	}
	if props := o.obj("properties"); props != nil {
		for _, k := range props.keys {
			child, err := s.field(k, props.obj(k), base, f, depth+1)
			if err != nil {
				return nil, err
			}
			if f.byKey[k] == nil {
				f.Fields = append(f.Fields, child)
			}
			f.byKey[k] = child
		}
	}
	if items := o.obj("items"); items != nil {
		item, err := s.field(key, items, base, f, depth+1)
		if err != nil {
			return nil, err
		}
		f.Item = item
	}
	if f.Type == List && f.Item == nil {
		return nil, fmt.Errorf("field %q: a list without items", key)
	}
	inherit(f)
	return f, nil
}

// inherit gives children the visibility of the place they are used at where
// they name none, and never a looser one.
func inherit(f *Field) {
	children := f.Fields
	if f.Item != nil {
		children = append(slices.Clone(children), f.Item)
	}
	for _, c := range children {
		c.parent = f
		if c.Visibility == "" || strictness(c.Visibility) < strictness(f.Visibility) && f.Visibility != "" {
			c.Visibility = f.Visibility
		}
		inherit(c)
	}
}

func strictness(v Visibility) int { return slices.Index([]Visibility{Public, Review, Internal}, v) }
