package schema

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Set holds all schemas of a registry. They are read when they are asked for:
// most changes need few of them.
type Set struct {
	files []*document // ascending by file
	names map[string]*document
	forms func() []*Form

	formats   map[string]func(any) bool
	compiling sync.Mutex // of schemas and shapes, for one goroutine at a time
	compiler  *jsonschema.Compiler
	shapes    map[*object]*shape

	mu    sync.Mutex
	fault error // of the first schema that was asked for and cannot be used
}

// document is one file of the schemas folder.
type document struct {
	file string // forms/declaration.schema.json
	end  string // of the $id that is expected there
	name string // declaration
	text func() ([]byte, error)
	read func() (parsed, error)
	form func() (*Form, error)
}

type parsed struct {
	root *object
	id   string // $id
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
		d, _ := s.byID(u)
		if d == nil {
			return nil, fmt.Errorf("schema %s is not in schemas/", u)
		}
		data, err := d.text()
		return io.NopCloser(bytes.NewReader(data)), err
	}
	return c
}

// Open returns the schemas of the named files, of which read gives the text when
// one of them is asked for. One that cannot be used is a fault of the set
// ([Set.Err]); until that is asked, a form without fields stands for it.
func Open(files []string, read func(name string) ([]byte, error)) *Set {
	s := &Set{names: map[string]*document{}, formats: formats(), shapes: map[*object]*shape{}}
	for _, file := range slices.Sorted(slices.Values(files)) {
		name, ok := strings.CutSuffix(path.Base(file), ".schema.json")
		if !ok {
			continue
		}
		d := &document{file: file, end: "/" + file, name: name}
		wrong := func(err error) error {
			if err != nil {
				err = fmt.Errorf("schemas/%s: %w", file, err)
			}
			return err
		}
		d.text = sync.OnceValues(func() ([]byte, error) { return read(file) })
		d.read = sync.OnceValues(func() (parsed, error) {
			p, err := d.parse()
			return p, wrong(err)
		})
		d.form = sync.OnceValues(func() (*Form, error) {
			p, err := d.read()
			if err == nil {
				var f *Form
				if f, err = s.loadForm(d, p); err == nil {
					return f, nil
				}
				err = wrong(err)
			}
			s.note(err)
			return &Form{Name: name, Root: &Field{Type: Object}, set: s, inFolder: d.inFolder(),
				compile: func() (*jsonschema.Schema, error) { return nil, err }, shape: func() *shape { return &shape{unsure: true} }}, err
		})
		s.files = append(s.files, d)
		if name != "common" {
			s.names[name] = d
		}
	}
	s.forms = sync.OnceValue(func() []*Form {
		var out []*Form
		for _, d := range s.files {
			if d.inFolder() {
				f, _ := d.form()
				out = append(out, f)
			}
		}
		slices.SortStableFunc(out, func(a, b *Form) int {
			return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
		})
		return out
	})
	return s
}

func (d *document) parse() (p parsed, err error) {
	data, err := d.text()
	if err != nil {
		return p, err
	}
	doc, err := decodeOrdered(data)
	if err != nil {
		return p, err
	}
	root, ok := doc.(*object)
	if !ok || root.str("$id") == "" {
		return p, errors.New("no $id")
	}
	return parsed{root, root.str("$id")}, nil
}

// inFolder reports whether it is the schema of a form of a project folder.
func (d *document) inFolder() bool { return path.Dir(d.file) == "forms" && d.name != "common" }

func (s *Set) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.fault = err
	}
}

// Err returns what is wrong with the schemas that were asked for. No verdict that
// they had a part in holds.
func (s *Set) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// Read reads all schemas and returns what is wrong with them.
func (s *Set) Read() error {
	var errs []error
	for _, d := range s.files {
		if _, err := d.read(); err != nil {
			errs = append(errs, err)
		} else if s.names[d.name] == d {
			_, err := d.form()
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Has reports whether there is a form with the given name.
func (s *Set) Has(name string) bool { return s.names[name] != nil }

// Form returns the form with the given name, or nil.
func (s *Set) Form(name string) *Form {
	if d := s.names[name]; d != nil {
		f, _ := d.form()
		return f
	}
	return nil
}

// Forms returns the forms of a project folder in the order of a project's life.
func (s *Set) Forms() []*Form { return s.forms() }

// FormNames returns the names of the forms of a project folder, ascending. None of
// them is read for it.
func (s *Set) FormNames() []string {
	var out []string
	for _, d := range s.files {
		if d.inFolder() {
			out = append(out, d.name)
		}
	}
	return out
}

// List returns the field of a form that is a list of objects; an empty one stands
// for what is none, which is a fault of the set.
func (s *Set) List(form, key string) *Field {
	f := s.Form(form)
	if f != nil {
		if list := f.Root.Child(key); list != nil && list.Type == List && list.Item.Type == Object {
			return list
		}
	}
	s.note(fmt.Errorf("schemas: %s: %s 应是对象的列表 · must be a list of objects", form, key))
	return &Field{Key: key, Type: List, Item: &Field{Key: key, Type: Object, zero: map[string]any{"exists": false}}}
}

// byID returns the document with the given $id and what it says, or nil. The
// place of its file tells where to look first.
func (s *Set) byID(id string) (*document, parsed) {
	for _, likely := range []bool{true, false} {
		for _, d := range s.files {
			if strings.HasSuffix(id, d.end) != likely {
				continue
			}
			if p, err := d.read(); err == nil && p.id == id {
				return d, p
			}
		}
	}
	return nil, parsed{}
}

// Compile compiles every schema and returns what is wrong with them.
func (s *Set) Compile() error {
	errs := []error{s.Read()}
	for _, name := range slices.Sorted(maps.Keys(s.names)) {
		if f, err := s.names[name].form(); err == nil {
			if _, err := f.compile(); err != nil {
				errs = append(errs, fmt.Errorf("schema of %s: %w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}

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
	d, in := s.byID(id)
	if d == nil {
		return nil, "", fmt.Errorf("$ref %q: no such schema", ref)
	}
	o, ok := pointer(in.root, segments(frag)).(*object)
	if !ok {
		return nil, "", fmt.Errorf("$ref %q points nowhere", ref)
	}
	return o, id, nil
}
