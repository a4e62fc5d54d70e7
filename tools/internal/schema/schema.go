// Package schema reads the JSON Schemas of the registry's forms and data files
// and judges one document against them. The schema of a form is the only
// definition of it: labels, help, annex cells, units, visibility and the types
// that rules see are all derived from it. The package knows nothing of projects,
// files on disk, or the lifecycle.
package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
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
	compile func() (*jsonschema.Schema, error)
	shape   func() *shape
	set     *Set
}

// Set holds all schemas of a registry.
type Set struct {
	Forms []*Form // forms of a project folder in the order of a project's life
	Data  map[string]*Form
	byID  map[string]any    // raw documents by $id
	text  map[string][]byte // the same, as written
	names map[string]*Form

	formats   map[string]func(any) bool
	compiling sync.Mutex // of schemas and shapes, for one goroutine at a time
	compiler  *jsonschema.Compiler
	shapes    map[*object]*shape
}

// compile compiles one schema. One compiler serves all of them, so that what
// they share is read and judged once. The library panics on some that are none.
func (s *Set) compile(id string) (_ *jsonschema.Schema, err error) {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: not a JSON Schema (%v)", id, r)
		}
	}()
	if s.compiler == nil {
		s.compiler = s.newCompiler()
	}
	return s.compiler.Compile(id)
}

// newCompiler returns a compiler that knows our schemas and fetches no others.
func (s *Set) newCompiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.Formats = s.formats
	c.LoadURL = func(u string) (io.ReadCloser, error) {
		if data, ok := s.text[u]; ok {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		return nil, fmt.Errorf("schema %s is not in schemas/", u)
	}
	return c
}

// Form returns the form with the given name, or nil.
func (s *Set) Form(name string) *Form { return s.names[name] }

// Load compiles the schema files, given by slash path below the schemas folder
// ("forms/declaration.schema.json"). Any fault in them is an error: a registry
// with a broken schema judges nothing.
func Load(files map[string][]byte) (*Set, error) {
	s := &Set{Data: map[string]*Form{}, byID: map[string]any{}, text: map[string][]byte{}, names: map[string]*Form{},
		formats: formats(), shapes: map[*object]*shape{}}
	names := make([]string, 0, len(files))
	ids := map[string]string{}
	for name, data := range files {
		if !strings.HasSuffix(name, ".schema.json") {
			continue
		}
		doc, err := decodeOrdered(data)
		if err != nil {
			return nil, fmt.Errorf("schemas/%s: %w", name, err)
		}
		root, ok := doc.(*object)
		if !ok || root.str("$id") == "" {
			return nil, fmt.Errorf("schemas/%s: no $id", name)
		}
		ids[name] = root.str("$id")
		s.byID[ids[name]] = doc
		s.text[ids[name]] = data
		names = append(names, name)
	}
	slices.Sort(names)
	var errs []error
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".schema.json")
		if base == "common" {
			continue
		}
		f, err := s.loadForm(base, ids[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("schemas/%s: %w", name, err))
			continue
		}
		s.names[base] = f
		if path.Dir(name) == "forms" {
			s.Forms = append(s.Forms, f)
		} else {
			s.Data[base] = f
		}
	}
	slices.SortStableFunc(s.Forms, func(a, b *Form) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
	return s, errors.Join(errs...)
}

// Compile compiles every schema and returns what is wrong with them.
func (s *Set) Compile() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.names)) {
		if _, err := s.names[name].compile(); err != nil {
			errs = append(errs, fmt.Errorf("schema of %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Set) loadForm(name, id string) (f *Form, err error) {
	root := s.byID[id].(*object)
	x := root.obj("x-taizhang")
	f = &Form{Name: name, Title: finding.Text{Zh: root.str("title"), En: x.str("en")}, Annex: x.str("annex"),
		Clause: x.str("clause"), Rule: x.str("rule"), Repeated: x.str("repeated"),
		Headings: x.strs("headings"), set: s}
	f.compile = sync.OnceValues(func() (*jsonschema.Schema, error) { return s.compile(id) })
	f.shape = sync.OnceValue(func() *shape { return s.newShape(root, id) })
	fmt.Sscan(fmt.Sprint(x.get("order")), &f.Order)
	f.Root, err = s.field("", root, id, nil, 0)
	return f, err
}

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

func (s *Set) resolve(ref, base string) (*object, string, error) {
	doc, frag, _ := strings.Cut(ref, "#")
	id := base
	if doc != "" {
		if id = base[:strings.LastIndex(base, "/")+1] + doc; strings.Contains(doc, "://") {
			id = doc
		} else if strings.HasPrefix(doc, "../") {
			u, rest, _ := strings.Cut(base, "://")
			id = u + "://" + path.Join(path.Dir(rest), doc)
		}
	}
	root, ok := s.byID[id]
	if !ok {
		return nil, "", fmt.Errorf("$ref %q: no such schema", ref)
	}
	o, ok := pointer(root, segments(frag)).(*object)
	if !ok {
		return nil, "", fmt.Errorf("$ref %q points nowhere", ref)
	}
	return o, id, nil
}
