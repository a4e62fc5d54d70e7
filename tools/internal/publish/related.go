package publish

import (
	"slices"
	"strings"

	"taizhang/tools/internal/schema"
)

// refs lists the projects that public fields name.
func (s *subject) refs() []ref {
	var out []ref
	for _, r := range s.records {
		r.root.each(func(v *shown) {
			if v.field.Format == "project-id" && v.text != s.project.ID {
				out = append(out, ref{v.field.Key, v.text})
			}
		})
	}
	slices.SortFunc(out, func(a, b ref) int { return strings.Compare(a.key+" "+a.id, b.key+" "+b.id) })
	return slices.Compact(out)
}

// related lists the public projects that this one names and that name it.
func (s *subject) related(resolve func(string) *row, named []ref) []related {
	if resolve == nil {
		return nil
	}
	labels := map[string]*schema.Field{}
	for _, r := range s.records {
		r.root.each(func(v *shown) {
			if v.field.Format == "project-id" && labels[v.field.Key] == nil {
				labels[v.field.Key] = v.field
			}
		})
	}
	var out []related
	for _, to := range s.refs() {
		if r := resolve(to.id); r != nil {
			l := projectLabel(s.project.Schemas(), to.key, labels[to.key])
			out = append(out, related{l.Zh, l.En, r.Title, r.URL})
		}
	}
	reverse := map[string]name{"maintains": {Zh: "运维项目", En: "Maintenance"}, "successor": {Zh: "前身项目", En: "Predecessor"}}
	var other []related
	for _, from := range named {
		if r := resolve(from.id); r == nil {
			continue
		} else if l := reverse[from.key]; l.Zh != "" {
			out = append(out, related{l.Zh, l.En, r.Title, r.URL})
		} else {
			other = append(other, related{"相关项目", "Related", r.Title, r.URL})
		}
	}
	for _, o := range other {
		if !slices.ContainsFunc(out, func(r related) bool { return r.URL == o.URL }) { // how else it is related says less
			out = append(out, o)
		}
	}
	return out
}

// projectLabel returns the label of a field that names projects; the items of a
// list carry the label of the type, so the list's own is looked up.
func projectLabel(set *schema.Set, key string, f *schema.Field) name {
	for _, form := range set.Forms() {
		if own := form.Root.Child(key); own != nil {
			f = own
			break
		}
	}
	if f == nil {
		return name{Zh: "相关项目", En: "Related"}
	}
	return name{Zh: f.Label.Zh, En: f.Label.En}
}
