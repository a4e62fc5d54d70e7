package sheet

import (
	"cmp"
	"strings"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Value is a value of a form that may be printed. A nil Value is one that is not
// there, or that the reader may not see; both leave a blank.
type Value struct {
	Field *schema.Field
	Text  string   // of a scalar, as written in the record
	Items []*Value // of a list
	Kids  []*Value // of an object, in the order of the form
}

// Of takes the values of a record. hide, which may be nil, keeps back fields
// and all that is inside them.
func Of(f *schema.Field, n *record.Node, hide func(*schema.Field) bool) *Value {
	if f == nil || n == nil || n.Kind == record.Null || hide != nil && f.Key != "" && hide(f) {
		return nil
	}
	v := &Value{Field: f}
	switch {
	case f.Type == schema.Object && n.Kind == record.Map:
		for _, c := range f.Fields {
			if kid := Of(c, n.Get(c.Key), hide); kid != nil {
				v.Kids = append(v.Kids, kid)
			}
		}
	case f.Type == schema.List && n.Kind == record.List:
		for _, it := range n.Items {
			if item := Of(f.Item, it, hide); item != nil {
				v.Items = append(v.Items, item)
			}
		}
	case f.Type != schema.Object && f.Type != schema.List && n.Kind != record.Map && n.Kind != record.List:
		v.Text = n.Text
	default:
		return nil // of the wrong type: the check has reported it
	}
	return v
}

// Get walks down objects by key.
func (v *Value) Get(keys ...string) *Value {
next:
	for _, key := range keys {
		if v == nil {
			return nil
		}
		for _, k := range v.Kids {
			if k.Field.Key == key {
				v = k
				continue next
			}
		}
		return nil
	}
	return v
}

// Words puts codes into words. A nil function leaves its codes as they are.
type Words struct {
	Unit    func(code string) string
	Project func(id string) string // "" for one that must not be named
}

// Scalar writes a value as people read it: amounts in 万元 with separators, dates
// as 2026年3月1日, codes by their names.
func Scalar(f *schema.Field, text string, w Words) string {
	switch f.Type {
	case schema.Bool:
		if text == "true" {
			return "是"
		}
		return "否"
	case schema.Date:
		return value.DateZh(text)
	case schema.Amount:
		if fen, err := value.ParseAmount(text); err == nil {
			return value.FormatWan(fen)
		}
	}
	switch {
	case f.Format == "unit-code" && w.Unit != nil:
		return w.Unit(text)
	case f.Format == "project-id" && w.Project != nil:
		return w.Project(text)
	}
	return cmp.Or(f.EnumZh[text], strings.TrimSpace(text))
}

// scalar is Scalar of a value that is there and holds something; a yes-or-no
// value that says no holds nothing.
func (v *Value) scalar(w Words) string {
	if v == nil || v.Field.Type == schema.Bool && v.Text != "true" {
		return ""
	}
	return Scalar(v.Field, v.Text, w)
}

// Each calls fn for every single value below v and for v itself.
func (v *Value) Each(fn func(*Value)) {
	if v == nil {
		return
	}
	fn(v)
	for _, it := range v.Items {
		it.Each(fn)
	}
	for _, k := range v.Kids {
		k.Each(fn)
	}
}
