package registry

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// refKey is the hidden key under which an object of the environment carries the
// place that it was read from. The typed environment has no such field, so no
// expression can reach it.
const refKey = "@"

// Ref is the place of an object in a file.
type Ref struct {
	File string
	Node *record.Node
}

// RefOf returns the place of an environment object, if it has one.
func RefOf(v any) (Ref, bool) {
	m, _ := v.(map[string]any)
	ref, ok := m[refKey].(Ref)
	return ref, ok
}

// plural names the list under which rules see the records of a repeated form;
// under its own name they see the last of them.
func plural(form string) string { return form + "s" }

// kinds derives, from the schemas, the types of the expression environment and
// the values that fill it. Absent values are zero: "", 0, false, an empty list,
// or an object whose exists is false.
type kinds struct {
	scope    *expression.Scope
	zeroUnit map[string]any
	absent   map[string]any // environment of a project without records
}

func newKinds(set *schema.Set) *kinds {
	k := &kinds{absent: map[string]any{"filedOn": "", "agreedAmount": 0, "acceptedOn": ""}}
	k.scope = expression.NewScope(newVocabulary(set).find)
	for _, name := range append(set.FormNames(), "plan") {
		k.absent[name] = &expression.Later{Absent: true, Value: sync.OnceValue(func() any { return none(set.Form(name)) })}
	}
	for _, name := range set.FormNames() {
		k.absent[plural(name)] = []any{}
	}
	k.zeroUnit = set.List("units", "units").Item.Zero().(map[string]any)
	if set.Has("contract") {
		k.absent["works"] = []any{}
	}
	return k
}

// none is what rules see under the name of a form that is not there.
func none(f *schema.Form) any {
	if f.Repeated == "" {
		return f.Root.Zero()
	}
	out := maps.Clone(f.Root.Zero().(map[string]any))
	out["file"], out["number"], out["ordinal"] = "", 0, 0
	return out
}

// value turns a node into what expressions see. A value of the wrong type
// counts as absent: the schema has already reported it.
func (k *kinds) value(f *schema.Field, n *record.Node, file string) any {
	if n == nil {
		return f.Zero()
	}
	switch f.Type {
	case schema.Int:
		// 2027.0 is a whole number for JSON Schema.
		whole, decimals, _ := strings.Cut(n.Text, ".")
		if i, err := strconv.Atoi(whole); err == nil && n.Kind == record.Number && strings.Trim(decimals, "0") == "" {
			return i
		}
	case schema.Amount:
		if fen, err := value.ParseAmount(n.Text); err == nil && n.Kind == record.Number {
			return int(fen)
		}
	case schema.Number:
		if x, err := strconv.ParseFloat(n.Text, 64); err == nil && n.Kind == record.Number {
			return x
		}
	case schema.Bool:
		if n.Kind == record.Bool {
			return n.Text == "true"
		}
	case schema.List:
		if n.Kind == record.List {
			out := make([]any, len(n.Items))
			for i, it := range n.Items {
				out[i] = k.value(f.Item, it, file)
			}
			return out
		}
	case schema.Object:
		if n.Kind == record.Map {
			m := make(map[string]any, len(f.Fields)+2)
			m["exists"], m[refKey] = true, Ref{file, n}
			for _, c := range f.Fields {
				m[c.Key] = k.value(c, n.Get(c.Key), file)
			}
			return m
		}
	default:
		if n.Kind == record.String {
			return n.Text
		}
	}
	return f.Zero()
}

// documents collects the document objects anywhere below a field's value.
func documents(f *schema.Field, v any, out []any) []any {
	switch f.Type {
	case schema.List:
		list, _ := v.([]any)
		for _, it := range list {
			out = documents(f.Item, it, out)
		}
	case schema.Object:
		m, _ := v.(map[string]any)
		if m["exists"] != true {
			return out
		}
		if IsDocument(f) {
			return append(out, v)
		}
		for _, c := range f.Fields {
			if c.Type == schema.Object || c.Type == schema.List && c.Item.Type == schema.Object {
				out = documents(c, m[c.Key], out)
			}
		}
	}
	return out
}

// IsDocument reports whether a field refers to a document of record.
func IsDocument(f *schema.Field) bool { return f.IsDocument() }

// PlaceAt returns the place of key below the object v: the value if it is
// there, else the object itself.
func PlaceAt(v any, key string) (finding.Place, bool) {
	ref, ok := RefOf(v)
	if !ok {
		return finding.Place{}, false
	}
	if k := ref.Node.Key(key); k != nil {
		if k.Value.Kind == record.Map || k.Value.Kind == record.List || k.Value.Kind == record.Null {
			return k.Place(ref.File), true
		}
		return k.Value.Place(ref.File), true
	}
	return ref.Node.Place(ref.File), true
}

// sortRecords puts the records into the order of a project's life.
func sortRecords(rs []*Record) {
	slices.SortStableFunc(rs, func(a, b *Record) int {
		if a.Form.Order != b.Form.Order {
			return a.Form.Order - b.Form.Order
		}
		return a.Number - b.Number
	})
}

// Placed gives an environment object the place that it stands for.
func Placed(v map[string]any, file string, n *record.Node) map[string]any {
	v[refKey] = Ref{file, n}
	return v
}
