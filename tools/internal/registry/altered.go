package registry

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/expression"
)

// Altered names what rules can see of a project that is not the same before and
// after a change. A rule that mentions nothing of it says the same of both, so a
// change that is no step neither brings nor mends what it says. A nil one stands
// for everything.
type Altered map[string]bool

// constant are the functions whose answers no change of content alters: they
// tell of the definitions and data files alone.
var constant = []string{"isUnit", "unitName", "unitKind", "authorityOf", "hasRole", "reading", "limit", "limitText", "workdays", "sameBrand", "maintenanceRatios"}

// Alters compares a project with what it was. differs are the paths that the
// change touches; alone says that it touches no other project and no plan, so
// that others answer as before.
func (p *Project) Alters(was *Project, differs map[string]bool, alone bool) Altered {
	out := Altered{}
	if !slices.Equal(p.Files, was.Files) || fmt.Sprint(p.Broken) != fmt.Sprint(was.Broken) {
		return nil
	}
	for name, v := range p.Env {
		if !isFunc(v) {
			out.compare(name, was.Env[name], v)
		}
	}
	for _, name := range p.Files {
		if path.Ext(name) != ".md" && differs[path.Join(p.Dir, name)] {
			out.whole("fileHash")
		}
	}
	if len(out) > 0 || !alone {
		for name, v := range p.Env {
			if isFunc(v) && name != "namesakes" && !slices.Contains(constant, name) {
				out.whole(name)
			}
		}
	}
	if !alone || p.Renamed(was) {
		out.whole("namesakes")
	}
	return out
}

// AllBut is as if everything were altered that rules can see of a project but one
// name.
func (p *Project) AllBut(name string) Altered {
	out := Altered{}
	for other := range p.Env {
		if other != name {
			out.whole(other)
		}
	}
	return out
}

func isFunc(v any) bool {
	switch v.(type) {
	case nil, string, int, float64, bool, []any, map[string]any, *expression.Later:
		return false
	}
	return true
}

// whole notes a name with all that is below it.
func (a Altered) whole(name string) { a[name], a[name+".*"] = true, true }

// compare notes a name whose values differ, and those of its keys that do.
func (a Altered) compare(name string, was, is any) {
	later, put := is.(*expression.Later)
	if put && was == is { // neither side needed it so far
		return
	}
	if put {
		is = later.Value()
	}
	if later, put := was.(*expression.Later); put {
		was = later.Value()
	}
	before, ok1 := was.(map[string]any)
	now, ok2 := is.(map[string]any)
	if !ok1 || !ok2 {
		if !same(was, is) {
			a.whole(name)
		}
		return
	}
	for _, sides := range [][2]map[string]any{{before, now}, {now, before}} {
		for key, v := range sides[0] {
			if key != refKey && !same(v, sides[1][key]) {
				a[name], a[name+"."+key] = true, true
			}
		}
	}
}

// same compares values, wherever they stand.
func same(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, v := range a {
			if other, ok := b[key]; key != refKey && (!ok || !same(v, other)) {
				return false
			}
		}
		return true
	}
	return !isFunc(a) && a == b
}

// Touches reports whether any of the names, root or root.key, is among what
// differs.
func (a Altered) Touches(names []string) bool {
	return a == nil || slices.ContainsFunc(names, func(name string) bool {
		root, _, _ := strings.Cut(name, ".")
		return name == "base" || a[name] || a[root+".*"]
	})
}
