package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// ErrShared says that a form is a definition that others share, without a schema
// of its own.
var ErrShared = errors.New("no schema of its own")

// JSONSchema returns the schema of a form as one document that stands alone: the
// schemas that it refers to are embedded in its $defs under their own $id, as
// JSON Schema 2020-12 provides (section 9.3.1). The error may be [ErrShared].
func (f *Form) JSONSchema() ([]byte, error) {
	if f.set == nil {
		return nil, ErrShared
	}
	p, err := f.set.names[f.Name].read()
	if err != nil {
		return nil, err
	}
	root, id := p.root, p.id
	defs := &object{vals: map[string]any{}}
	if own := root.obj("$defs"); own != nil {
		for _, k := range own.keys {
			defs.set(k, own.get(k))
		}
	}
	f.set.embed(root, id, map[string]bool{id: true}, defs)
	out := &object{vals: map[string]any{}}
	for _, k := range root.keys {
		if k != "$defs" {
			out.set(k, root.get(k))
		}
	}
	if len(defs.keys) > 0 {
		out.set("$defs", defs)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(out)
	return b.Bytes(), err
}

// embed adds the documents that v refers to, and those that they refer to.
func (s *Set) embed(v any, base string, have map[string]bool, defs *object) {
	switch v := v.(type) {
	case []any:
		for _, it := range v {
			s.embed(it, base, have, defs)
		}
	case *object:
		if ref := v.str("$ref"); ref != "" && !strings.HasPrefix(ref, "#") {
			doc, _, _ := strings.Cut(ref, "#")
			if root, id, err := s.resolve(doc+"#", base); err == nil && !have[id] {
				have[id] = true
				defs.set(id[strings.LastIndex(id, "/")+1:], root)
				s.embed(root, id, have, defs)
			}
		}
		for _, k := range v.keys {
			s.embed(v.vals[k], base, have, defs)
		}
	}
}

func (o *object) set(key string, v any) {
	if _, have := o.vals[key]; !have {
		o.keys = append(o.keys, key)
	}
	o.vals[key] = v
}

// MarshalJSON implements json.Marshaler; members keep their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(k); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(o.vals[k]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
