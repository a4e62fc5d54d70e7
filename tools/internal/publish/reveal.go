package publish

import (
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// shown is the part of a value that the public may see. Pages are made from it
// alone. A nil *shown is an absent value and answers every question.
type shown struct {
	field    *schema.Field
	text     string   // of a scalar, as written
	items    []*shown // of a list
	kids     []*shown // of an object, in form order
	withheld bool     // there is a value, to be published after the review only
}

// access is what the public may see of a field.
type access uint8

const (
	never access = iota
	afterReview
	always
)

// accessOf reads the schema. What names no visibility is internal.
func accessOf(f *schema.Field) access {
	switch f.Visibility {
	case schema.Public:
		return always
	case schema.Review:
		return afterReview
	}
	return never
}

// internalDocument reports whether a document of record is marked 内部: it does
// not appear in public at all, wherever it stands.
func internalDocument(f *schema.Field, n *record.Node) bool {
	return registry.IsDocument(f) && n.Get("visibility") != nil && n.Get("visibility").Text != "公开"
}

// reveal returns the public part of the value n of field f, nil when there is
// none. released says that the disclosure review allows publication.
func reveal(f *schema.Field, n *record.Node, released bool) *shown {
	if n == nil || n.Kind == record.Null {
		return nil
	}
	switch a := accessOf(f); {
	case a == never:
		return nil
	case a == afterReview && !released:
		return &shown{field: f, withheld: true}
	}
	return open(f, n, released)
}

// open is reveal for a field that may be seen, and for the root of a form.
func open(f *schema.Field, n *record.Node, released bool) *shown {
	s := &shown{field: f}
	switch {
	case f.Type == schema.Object && n.Kind == record.Map:
		if internalDocument(f, n) {
			return nil
		}
		for _, c := range f.Fields {
			if kid := reveal(c, n.Get(c.Key), released); kid != nil {
				s.kids = append(s.kids, kid)
			}
		}
		if len(s.kids) == 0 {
			return nil
		}
	case f.Type == schema.List && n.Kind == record.List:
		for _, it := range n.Items {
			if item := reveal(f.Item, it, released); item != nil {
				s.items = append(s.items, item)
			}
		}
		if len(s.items) == 0 && len(n.Items) > 0 {
			return nil
		}
	case f.Type != schema.Object && f.Type != schema.List && n.Kind != record.Map && n.Kind != record.List:
		s.text = n.Text
	default:
		return nil // of the wrong type: the check has reported it
	}
	return s
}

// get walks down objects by key.
func (s *shown) get(keys ...string) *shown {
next:
	for _, key := range keys {
		if s == nil {
			return nil
		}
		for _, k := range s.kids {
			if k.field.Key == key {
				s = k
				continue next
			}
		}
		return nil
	}
	return s
}

// str returns the text of a scalar below s, "" when it is absent.
func (s *shown) str(keys ...string) string {
	if s = s.get(keys...); s == nil {
		return ""
	}
	return s.text
}

// list returns the items of a list below s.
func (s *shown) list(keys ...string) []*shown {
	if s = s.get(keys...); s == nil {
		return nil
	}
	return s.items
}

// fen returns an amount below s in 分 and whether there is one.
func (s *shown) fen(keys ...string) (int64, bool) {
	fen, err := value.ParseAmount(s.str(keys...))
	return fen, err == nil
}

// each calls fn for every scalar that may be seen below s.
func (s *shown) each(fn func(*shown)) {
	if s == nil {
		return
	}
	if len(s.items) == 0 && len(s.kids) == 0 {
		fn(s)
	}
	for _, k := range s.items {
		k.each(fn)
	}
	for _, k := range s.kids {
		k.each(fn)
	}
}
