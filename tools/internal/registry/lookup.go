package registry

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// lookups adds the functions that ask about the registry.
func (r *Registry) lookups(env map[string]any) {
	env["isUnit"] = func(code string) bool { return r.units[code] != nil }
	env["unitName"] = func(code string) string { return text(r.Unit(code)["name"]) }
	env["unitKind"] = func(code string) string { return text(r.Unit(code)["kind"]) }
	env["authorityOf"] = func(code string) string { return text(r.Unit(code)["authority"]) }
	env["reading"] = func(id string) string { return r.tables().readings[id] }
	env["limit"] = func(id string) int { return r.Limit(id).Number() }
	env["limitText"] = func(id string) string { return r.Limit(id).String() }
	env["today"] = r.Today
	env["workdays"] = r.workdays
	env["hasRole"] = func(code, role string) bool {
		roles, _ := r.Unit(code)["roles"].([]any)
		return slices.Contains(roles, any(role))
	}
	env["sameBrand"] = r.sameBrand
	env["legalBasis"], env["readings"] = r.basis, r.rulings
	env["known"] = func(id string) bool { return r.Folder(id) != nil }
	env["evaluationYears"] = r.evaluationYears
	env["stateOf"] = r.stateOf
}

// stateOf returns the state that a project declares, "" for one that the
// registry does not hold. Only the top of its index record is read.
func (r *Registry) stateOf(id string) string {
	f := r.Folder(id)
	if f == nil {
		return ""
	}
	data, err := r.files.Read(path.Join(f.Dir, "index.md"), RecordLimit)
	if err != nil {
		return ""
	}
	return topLines(data)["state"]
}

// Tells returns what rules about plans may ask of a project, for comparison.
func (r *Registry) Tells(id string) string { return fmt.Sprint(r.stateOf(id), r.evaluationYears(id)) }

// evaluationYears returns the years in which a project was evaluated, ascending.
// The names of its files tell: none of its records is read (三（六）第2句).
func (r *Registry) evaluationYears(id string) []int {
	years := []int{}
	f := r.Folder(id)
	if f == nil {
		return years
	}
	for _, name := range f.Files {
		base, ok := strings.CutSuffix(name, ".md")
		if form, year, named := r.ParseName(base); ok && named && form.Name == "evaluation" {
			years = append(years, year)
		}
	}
	slices.Sort(years)
	return years
}
