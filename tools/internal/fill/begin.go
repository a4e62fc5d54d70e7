package fill

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/steps"
)

// Beginnings returns the steps with which a project can begin.
func Beginnings(j *check.Judge) []steps.Step { return steps.Next(j, nil) }

// Begin enters what is known of a new project before anybody is asked: its unit
// and state, and what the step itself says.
func (w *Work) Begin(unit string, year int, today string) {
	put := func(s *Sheet, key string, v any) {
		if s.Form.Root.Child(key) != nil && s.Values[key] == nil {
			s.Values[key], s.given[key] = v, true
		}
	}
	put(w.Sheets[0], "implementingUnit", unit)
	if t := w.Step.Transition; t != nil {
		for _, m := range t.Moves {
			if len(m.For.Origin) == 1 {
				put(w.Sheets[0], "origin", m.For.Origin[0])
			}
		}
	}
	for _, s := range w.Main() {
		put(s, "planYear", json.Number(fmt.Sprint(year)))
		put(s, "proposedBy", unit)
		if s.Form.Repeated == "year" {
			put(s, "year", json.Number(fmt.Sprint(year)))
		}
		for _, k := range s.Keys {
			if s.Form.Root.Child(k).Type == schema.Date {
				put(s, k, today)
				delete(s.given, k)
				s.guess[k] = true
			}
		}
	}
}

// Copy enters what an earlier project of the same forms says and time does not
// change: no dates, nothing that was decided, no numbers of other registers.
func (w *Work) Copy(p *registry.Project) {
	for _, s := range w.Sheets {
		var from *registry.Record
		for _, r := range p.Records {
			if r.Form == s.Form {
				from = r
			}
		}
		if from == nil {
			continue
		}
		doc, _ := compose.Read(s.Form, from.Path, from.Raw)
		for k, v := range doc.Values {
			f := s.Form.Root.Child(k)
			if f == nil || s.Values[k] != nil || dated(f) || lifecycle.ChangesByNature(s.Form.Name, k) || s.Form.Name == "index" && !lasting(s.Form.Root, f) {
				continue
			}
			s.Values[k] = v
		}
	}
}

// dated reports whether a field holds a date anywhere, or a year.
func dated(f *schema.Field) bool {
	if f == nil {
		return false
	}
	return f.Type == schema.Date || f.Key == "year" || f.Key == "planYear" || dated(f.Item) || slices.ContainsFunc(f.Fields, dated)
}

// lasting reports whether a field of index.md says who and what, which stays
// from one project to the next: what every project must say, and units.
func lasting(root, f *schema.Field) bool {
	return slices.Contains(root.Required, f.Key) || f.Format == "unit-code" || f.Item != nil && f.Item.Format == "unit-code"
}

// Earlier returns the projects of a unit that a new one may be copied from,
// newest first.
func Earlier(j *check.Judge, unit string) []*registry.Folder {
	var out []*registry.Folder
	for _, f := range j.Registry.Folders() {
		if f.Unit == unit {
			out = append(out, f)
		}
	}
	slices.Reverse(out)
	return out
}

// IDs returns the ids of all projects.
func IDs(j *check.Judge) []string {
	var out []string
	for _, f := range j.Registry.Folders() {
		out = append(out, f.ID)
	}
	return out
}

// overlay is a registry with some files replaced or added.
type overlay struct {
	registry.Files
	files map[string][]byte
}

// Over returns a registry as it is with some files replaced or added.
func Over(base registry.Files, files map[string][]byte) registry.Files {
	return overlay{base, files}
}

func (o overlay) Paths() []string {
	all := append(slices.Clone(o.Files.Paths()), slices.Collect(maps.Keys(o.files))...)
	slices.Sort(all)
	return slices.Compact(all)
}

func (o overlay) Read(p string, limit int64) ([]byte, error) {
	if data, ok := o.files[p]; ok {
		return data[:min(int64(len(data)), limit+1)], nil
	}
	return o.Files.Read(p, limit)
}

// summary words a value in one line.
func summary(f *schema.Field, v any, lang string) string {
	var out string
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, c := range f.Fields {
			if e, ok := v[c.Key]; ok {
				parts = append(parts, summary(c, e, lang))
			}
		}
		out = strings.Join(parts, " ")
	case []any:
		if lang == "en" {
			return fmt.Sprintf("%d items", len(v))
		}
		return fmt.Sprintf("%d 项", len(v))
	default:
		out, _ = compose.ToText(v)
	}
	if r := []rune(strings.Join(strings.Fields(out), " ")); len(r) > 40 {
		return string(r[:39]) + "…"
	} else {
		return string(r)
	}
}
