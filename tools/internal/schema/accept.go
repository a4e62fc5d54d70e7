package schema

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"taizhang/tools/internal/record"
)

// shape says cheaply what is surely right. It knows the few keywords of JSON
// Schema that our schemas use; whatever it does not accept, or does not know,
// is judged by the library, which also finds the words. Nearly all records are
// right, so most runs never ask the library, whose compilation alone takes
// milliseconds for every form.
type shape struct {
	unsure   bool // the schema says something that is not known here
	ref      *shape
	kind     string
	enum     []string
	format   func(any) bool
	pattern  *regexp.Regexp
	length   limits // characters of a text
	items    limits // of a list
	from, to *float64
	above    *float64
	unique   bool
	required []string
	needs    map[string][]string // key → keys that must stand beside it
	props    map[string]*shape
	known    map[string]bool // keys of props, here and in ref
	closed   bool
	item     *shape
}

// limits are inclusive; most < 0 means no limit.
type limits struct{ least, most int }

func (l limits) hold(n int) bool { return n >= l.least && (l.most < 0 || n <= l.most) }

// newShape returns the shape of a whole form. All forms of a set share what
// they have in common.
func (s *Set) newShape(root *object, id string) *shape {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	return s.shapeOf(root, id)
}

// shapeOf reads one schema node of the document with the given id.
func (s *Set) shapeOf(o *object, id string) *shape {
	if sh := s.shapes[o]; sh != nil {
		return sh
	}
	sh := &shape{length: limits{0, -1}, items: limits{0, -1}, known: map[string]bool{}}
	s.shapes[o] = sh
	for _, key := range o.keys {
		if !s.keyword(sh, key, o.vals[key], id) {
			sh.unsure = true
		}
	}
	if sh.ref != nil {
		for k := range sh.ref.known {
			sh.known[k] = true
		}
	}
	return sh
}

// keyword enters one keyword and reports whether it is understood.
func (s *Set) keyword(sh *shape, key string, v any, id string) bool {
	sub := func(v any) *shape {
		o, ok := v.(*object)
		if !ok {
			return &shape{unsure: true}
		}
		return s.shapeOf(o, id)
	}
	number := func() (*float64, bool) {
		n, _ := v.(json.Number)
		x, err := strconv.ParseFloat(string(n), 64)
		return &x, err == nil
	}
	count := func(to *int) bool {
		n, _ := v.(json.Number)
		i, err := strconv.Atoi(string(n))
		*to = i
		return err == nil
	}
	texts := func(v any) ([]string, bool) {
		list, ok := v.([]any)
		out := make([]string, len(list))
		for i, it := range list {
			t, is := it.(string)
			out[i], ok = t, ok && is
		}
		return out, ok
	}
	var ok bool
	switch key {
	case "$schema", "$id", "$defs", "title", "description", "default", "x-taizhang":
		return true
	case "$ref":
		ref, _ := v.(string)
		to, toID, err := s.resolve(ref, id)
		if err != nil {
			return false
		}
		sh.ref = s.shapeOf(to, toID)
		return true
	case "type":
		sh.kind, ok = v.(string)
	case "enum":
		sh.enum, ok = texts(v)
	case "format":
		name, _ := v.(string)
		sh.format, ok = s.formats[name]
	case "pattern":
		src, _ := v.(string)
		var err error
		sh.pattern, err = regexp.Compile(src)
		ok = err == nil
	case "minLength":
		ok = count(&sh.length.least)
	case "maxLength":
		ok = count(&sh.length.most)
	case "minItems":
		ok = count(&sh.items.least)
	case "maxItems":
		ok = count(&sh.items.most)
	case "minimum":
		sh.from, ok = number()
	case "maximum":
		sh.to, ok = number()
	case "exclusiveMinimum":
		sh.above, ok = number()
	case "uniqueItems":
		sh.unique, ok = v.(bool)
	case "required":
		sh.required, ok = texts(v)
	case "dependentRequired":
		o, is := v.(*object)
		ok = is
		if is {
			sh.needs = map[string][]string{}
			for _, k := range o.keys {
				list, fine := texts(o.vals[k])
				sh.needs[k], ok = list, ok && fine
			}
		}
	case "properties":
		o, is := v.(*object)
		ok = is
		if is {
			sh.props = make(map[string]*shape, len(o.keys))
			for _, k := range o.keys {
				sh.props[k], sh.known[k] = sub(o.vals[k]), true
			}
		}
	case "unevaluatedProperties":
		sh.closed, ok = v == false, v == false
	case "items":
		sh.item, ok = sub(v), true
	}
	return ok
}

// accepts reports whether the node is surely right.
func (sh *shape) accepts(n *record.Node) bool {
	if sh.unsure || sh.ref != nil && !sh.ref.accepts(n) {
		return false
	}
	if sh.enum != nil && (n.Kind != record.String || !slices.Contains(sh.enum, n.Text)) {
		return false
	}
	switch n.Kind {
	case record.Bool:
		return sh.kind == "" || sh.kind == "boolean"
	case record.Number:
		return sh.acceptsNumber(n.Text)
	case record.String:
		return (sh.kind == "" || sh.kind == "string") && sh.length.hold(utf8.RuneCountInString(n.Text)) &&
			(sh.format == nil || sh.format(n.Text)) && (sh.pattern == nil || sh.pattern.MatchString(n.Text))
	case record.List:
		return (sh.kind == "" || sh.kind == "array") && sh.acceptsList(n.Items)
	case record.Map:
		return (sh.kind == "" || sh.kind == "object") && sh.acceptsMap(n)
	}
	return false
}

func (sh *shape) acceptsNumber(text string) bool {
	// Up to fifteen digits a float tells all decimals apart.
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 15 {
		return false
	}
	switch sh.kind {
	case "", "number":
	case "integer":
		if _, err := strconv.Atoi(text); err != nil {
			return false
		}
	default:
		return false
	}
	return (sh.from == nil || x >= *sh.from) && (sh.to == nil || x <= *sh.to) && (sh.above == nil || x > *sh.above) &&
		(sh.format == nil || sh.format(json.Number(text)))
}

func (sh *shape) acceptsList(items []*record.Node) bool {
	if !sh.items.hold(len(items)) {
		return false
	}
	for i, it := range items {
		if sh.item != nil && !sh.item.accepts(it) {
			return false
		}
		if sh.unique && (it.Kind != record.String || slices.ContainsFunc(items[:i], func(o *record.Node) bool { return o.Text == it.Text })) {
			return false
		}
	}
	return true
}

func (sh *shape) acceptsMap(n *record.Node) bool {
	for _, k := range sh.required {
		if n.Key(k) == nil {
			return false
		}
	}
	for i := range n.Keys {
		k := &n.Keys[i]
		if sh.closed && !sh.known[k.Name] {
			return false
		}
		if p := sh.props[k.Name]; p != nil && !p.accepts(k.Value) {
			return false
		}
		for _, need := range sh.needs[k.Name] {
			if n.Key(need) == nil {
				return false
			}
		}
	}
	return true
}
