package registry

import (
	"strings"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/schema"
)

// vocabulary derives from the schemas the types of all that rules and
// transitions may mention.
type vocabulary struct {
	set   *schema.Set
	fixed types.Map
}

func newVocabulary(set *schema.Set) *vocabulary {
	ask, say := types.TypeOf((func(string) bool)(nil)), types.TypeOf((func(string) string)(nil))
	hit := types.Map{"kind": types.String, "kindEn": types.String, "where": types.String, "whereEn": types.String}
	return &vocabulary{set, types.Map{
		"project":         types.Map{"id": types.String, "year": types.Int, "unit": types.String, "number": types.Int},
		"totalInvestment": types.TypeOf((func() int)(nil)),
		"filedOn":         types.String, "acceptedOn": types.String, "agreedAmount": types.Int,
		"personalData": types.Array(hit), "secretMarks": types.Array(hit),
		"stateOf": say, "isUnit": ask, "known": ask, "hasRecord": ask, "reached": ask,
		"unitName": say, "unitKind": say, "authorityOf": say, "fileHash": say, "reachedOn": say, "classOn": say,
		"reading": say, "limitText": say, "today": types.String,
		"limit":             types.TypeOf((func(string) int)(nil)),
		"readings":          types.Array(types.Map{"id": types.String, "inForce": types.String, "ruled": types.Bool}),
		"workdays":          types.TypeOf((func(string, string) int)(nil)),
		"hasRole":           types.TypeOf((func(string, string) bool)(nil)),
		"sameBrand":         types.TypeOf((func(string, string) bool)(nil)),
		"namesakes":         types.TypeOf((func() []string)(nil)),
		"evaluationYears":   types.TypeOf((func(string) []int)(nil)),
		"system":            types.TypeOf((func(string) System)(nil)),
		"maintenanceRatios": types.TypeOf((func() Ratios)(nil)),
		"upkeepBefore":      types.TypeOf((func([]any, int) int)(nil)),
		"base":              types.Map{},
	}}
}

// names lists all of them but base.
func (v *vocabulary) names() []string {
	out := []string{"documents", "unit", "filer", "plan", "planned", "planItems", "submissions", "works", "legalBasis"}
	for _, name := range v.set.FormNames() {
		out = append(out, name, plural(name))
	}
	for name := range v.fixed {
		if name != "base" {
			out = append(out, name)
		}
	}
	return out
}

// find returns the type of a name, nil for one that is none.
func (v *vocabulary) find(name string) types.Type {
	if name == "base.*" {
		all := types.Map{}
		for _, name := range v.names() {
			if t := v.find(name); t != nil {
				all[name] = t
			}
		}
		return all
	}
	name = strings.TrimPrefix(name, "base.")
	if t, ok := v.fixed[name]; ok {
		return t
	}
	switch name {
	case "documents":
		return types.Array(typeOf(v.set.List("index", "documents").Item))
	case "unit", "filer":
		return typeOf(v.set.List("units", "units").Item)
	case "plan":
		return typeOf(v.set.Form("plan").Root)
	case "planned", "planItems":
		entry := typeOf(v.set.List("plan", "items").Item).(types.Map)
		for _, key := range []string{"kind", "status", "govOn", "noticeOn", "docNo"} {
			entry[key] = types.String
		}
		entry["planYear"], entry["supplement"], entry["issued"], entry["adjusted"] = types.Int, types.Int, types.Bool, types.Bool
		return types.Array(entry)
	case "submissions":
		return types.Array(types.Map{"form": types.String, "on": types.String, "proposedBy": types.String, "attestation": typeOf(v.set.Form("declaration").Root.Child("attestation"))})
	case "works":
		return v.find(plural("contract"))
	case "legalBasis":
		if !v.set.Has("legal-basis") {
			return nil
		}
		return typeOf(v.set.List("legal-basis", "basis"))
	}
	if t := v.record(name); t != nil {
		return t
	}
	if form, many := strings.CutSuffix(name, plural("")); many {
		if t := v.record(form); t != nil && v.set.Form(form).Repeated != "" {
			return types.Array(t)
		}
	}
	return nil
}

// record returns the type of the records of a form of project folders, or nil.
func (v *vocabulary) record(form string) types.Type {
	f := v.set.Form(form)
	if f == nil || !f.InFolder() {
		return nil
	}
	t := typeOf(f.Root).(types.Map)
	if f.Repeated != "" {
		t["file"], t["ordinal"] = types.String, types.Int
		if _, own := t["number"]; !own {
			t["number"] = types.Int
		}
	}
	return t
}

// typeOf returns the type of a field; that of none is what the schemas lack.
func typeOf(f *schema.Field) types.Type {
	if f == nil {
		return types.Any
	}
	switch f.Type {
	case schema.Int, schema.Amount:
		return types.Int
	case schema.Number:
		return types.TypeOf(float64(0))
	case schema.Bool:
		return types.Bool
	case schema.List:
		return types.Array(typeOf(f.Item))
	case schema.Object:
		m := types.Map{"exists": types.Bool}
		for _, c := range f.Fields {
			m[c.Key] = typeOf(c)
		}
		return m
	}
	return types.String
}
