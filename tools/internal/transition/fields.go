package transition

import (
	"fmt"
	"path"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Field is one value of a form that a change alters. Values that are kept
// inside are never repeated: Hidden says that there is one.
type Field struct {
	File   string       `json:"file"`
	Form   finding.Text `json:"form"`
	Path   string       `json:"path"` // items[2].amount; "" for the body
	Label  finding.Text `json:"label"`
	Old    string       `json:"old,omitempty"`
	New    string       `json:"new,omitempty"`
	Unit   string       `json:"unit,omitempty"`
	Format string       `json:"format,omitempty"` // of the schema, such as unit-code
	Hidden bool         `json:"hidden,omitempty"`
}

// fields compares the records of a project before and after.
func (b *builder) fields(p *check.Pair, files []File) []Field {
	var out []Field
	for _, f := range files {
		var old, now *registry.Record
		name := strings.TrimSuffix(path.Base(f.Path), ".md")
		if p.Base != nil {
			old = p.Base.Project.Record(name)
		}
		if p.Head != nil {
			now = p.Head.Project.Record(name)
		}
		if path.Ext(f.Path) != ".md" || old == nil && now == nil {
			continue
		}
		var form *schema.Form
		var was, is *record.Record
		if old != nil {
			form, was = old.Form, old.Record
		}
		if now != nil {
			form, is = now.Form, now.Record
		}
		out = append(out, compare(f.Path, form, was, is)...)
	}
	return out
}

// plans compares annual plans before and after.
func (b *builder) plans(files []File) []Field {
	find := func(r *registry.Registry, file string) *record.Record {
		if p := r.Plan(file); p != nil {
			return p.Rec
		}
		return nil
	}
	form := b.res.Base.Registry.Schemas.Form("plan")
	var out []Field
	for _, f := range files {
		out = append(out, compare(f.Path, form, find(b.res.Base.Registry, f.Path), find(b.res.Judge.Registry, f.Path))...)
	}
	return out
}

type comparer struct {
	file string
	form *schema.Form
	out  []Field
}

func compare(file string, form *schema.Form, old, now *record.Record) []Field {
	c := &comparer{file: file, form: form}
	var was, is *record.Node
	var oldBody, newBody string
	if old != nil {
		was, oldBody = old.Root, string(old.Body)
	}
	if now != nil {
		is, newBody = now.Root, string(now.Body)
	}
	c.value(form.Root, "", finding.Text{}, false, was, is)
	if oldBody != newBody {
		c.out = append(c.out, Field{File: file, Form: form.Title, Label: finding.Text{Zh: "正文", En: "Body"},
			Old: lines(oldBody), New: lines(newBody)})
	}
	return c.out
}

func lines(body string) string {
	if body = strings.TrimSpace(body); body == "" {
		return ""
	}
	return fmt.Sprintf("%d 行 · lines", strings.Count(body, "\n")+1)
}

// value notes every leaf that differs. What lies inside something internal is
// internal, and so is what the schema does not know (f is nil).
func (c *comparer) value(f *schema.Field, at string, label finding.Text, hidden bool, was, is *record.Node) {
	hidden = hidden || f == nil || f.Visibility == schema.Internal && at != ""
	switch {
	case kind(was) == record.Map || kind(is) == record.Map:
		for _, key := range keys(was, is) {
			sub, child := f.Child(key), label
			if sub != nil {
				child = join(label, sub.Label)
			} else {
				child = join(label, finding.Text{Zh: key, En: key})
			}
			where := key
			if at != "" {
				where = at + "." + key
			}
			c.value(sub, where, child, hidden, was.Get(key), is.Get(key))
		}
	case kind(was) == record.List || kind(is) == record.List:
		var item *schema.Field
		if f != nil {
			item = f.Item
		}
		for i := range max(length(was), length(is)) {
			n := fmt.Sprintf("%d", i+1)
			c.value(item, fmt.Sprintf("%s[%d]", at, i), join(label, finding.Text{Zh: "第" + n + "项", En: "item " + n}), hidden, nth(was, i), nth(is, i))
		}
	case text(was) != text(is):
		x := Field{File: c.file, Form: c.form.Title, Path: at, Label: label, Hidden: hidden}
		if !hidden {
			x.Old, x.New, x.Unit, x.Format = word(f, was), word(f, is), f.Unit, f.Format
		}
		c.out = append(c.out, x)
	}
}

// word is a value as the form shows it: codes by their names.
func word(f *schema.Field, n *record.Node) string {
	s := text(n)
	if zh := f.EnumZh[s]; zh != "" {
		return zh
	}
	return value.MaskPersonal(s)
}

func kind(n *record.Node) record.Kind {
	if n == nil {
		return record.Null
	}
	return n.Kind
}

func text(n *record.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

func length(n *record.Node) int {
	if n == nil {
		return 0
	}
	return len(n.Items)
}

func nth(n *record.Node, i int) *record.Node {
	if i < length(n) {
		return n.Items[i]
	}
	return nil
}

// keys lists the keys of both maps in the order of the newer file.
func keys(was, is *record.Node) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range []*record.Node{is, was} {
		if n == nil {
			continue
		}
		for i := range n.Keys {
			if k := n.Keys[i].Name; !seen[k] {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	return out
}

func join(a, b finding.Text) finding.Text {
	if a.Zh == "" {
		return b
	}
	return finding.Text{Zh: a.Zh + " / " + b.Zh, En: a.En + " / " + b.En}
}
