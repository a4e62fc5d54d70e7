package registry

import (
	"slices"
	"strings"
)

// at returns the value below v that a path of keys leads to, nil when there is
// none.
func at(v any, path ...string) any {
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// items returns the objects of the list that a path of keys leads to.
func items(v any, path ...string) []any {
	list, _ := at(v, path...).([]any)
	return list
}

// classOn returns the class, 一般 or 重点, that was in force at the end of a day:
// what was done is judged by the class it was done under (三（二）第1段). Before the
// first decision that one counts; without any, the class that index.md names.
func (p *Project) classOn(date string) string {
	class := text(at(p.Env["index"], "class"))
	decisions := slices.Clone(items(p.Env["index"], "classDecisions"))
	slices.SortStableFunc(decisions, func(a, b any) int { return strings.Compare(text(at(a, "on")), text(at(b, "on"))) })
	for i, d := range decisions {
		if i == 0 || text(at(d, "on")) <= date {
			class = text(at(d, "class"))
		}
	}
	return class
}

// filedOn returns the date of the filing (前期备案) that counts for the class the
// project has now, "" when there is none: what was filed as a general project
// is filed again once it has become a key one (三（三）第2段第2句).
func (p *Project) filedOn() string {
	review, index := p.Env["review"], p.Env["index"]
	if again := items(review, "refilings"); len(again) > 0 {
		return text(at(again[len(again)-1], "on"))
	}
	on := text(at(review, "filedOn"))
	if at(index, "category") == "新建" && at(index, "class") == "重点" && p.classOn(on) == "一般" {
		return ""
	}
	return on
}

// acceptedOn returns the day on which an acceptance was first passed, by the
// unit itself or by the data bureau (三（五）), "" before it.
func acceptedOn(acceptance any) string {
	first := ""
	passed := func(list []any, day string) {
		for _, it := range list {
			if on := text(at(it, day)); at(it, "result") == "通过" && on != "" && (first == "" || on < first) {
				first = on
			}
		}
	}
	passed(items(acceptance, "own"), "on")
	passed(items(acceptance, "applications"), "decidedOn")
	return first
}
