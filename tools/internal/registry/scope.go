package registry

import (
	"maps"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/schema"
)

// environment derives from the schemas the types of all that rules and
// transitions may mention.
func environment(set *schema.Set) types.Map {
	env := types.Map{}
	for _, f := range set.Forms {
		if f.Repeated == "" {
			env[f.Name] = typeOf(f.Root)
			continue
		}
		item := typeOf(f.Root).(types.Map)
		item["file"] = types.String
		if _, own := item["number"]; !own {
			item["number"] = types.Int
		}
		item["ordinal"] = types.Int
		env[plural(f.Name)], env[f.Name] = types.Array(item), item
	}
	index := set.Form("index")
	if index != nil {
		doc := typeOf(index.Root.Child("documents").Item).(types.Map)
		env["documents"] = types.Array(doc)
	}
	if units := set.Form("units"); units != nil {
		unit := typeOf(units.Root.Child("units").Item)
		env["unit"], env["filer"] = unit, unit
	}
	if plan := set.Form("plan"); plan != nil {
		env["plan"] = typeOf(plan.Root)
		entry := typeOf(plan.Root.Child("items").Item).(types.Map)
		for _, key := range []string{"kind", "status", "govOn", "noticeOn", "docNo"} {
			entry[key] = types.String
		}
		entry["planYear"], entry["supplement"], entry["issued"], entry["adjusted"] = types.Int, types.Int, types.Bool, types.Bool
		env["planned"], env["planItems"] = types.Array(entry), types.Array(entry)
	}
	env["project"] = types.Map{"id": types.String, "year": types.Int, "unit": types.String, "number": types.Int}
	hit := types.Map{"kind": types.String, "kindEn": types.String, "where": types.String, "whereEn": types.String}
	if decl := set.Form("declaration"); decl != nil {
		env["submissions"] = types.Array(types.Map{"form": types.String, "on": types.String, "proposedBy": types.String, "attestation": typeOf(decl.Root.Child("attestation"))})
	}
	env["totalInvestment"] = types.TypeOf((func() int)(nil))
	env["filedOn"] = types.String
	if contracts := env[plural("contract")]; contracts != nil {
		env["works"] = contracts
	}
	env["agreedAmount"] = types.Int
	env["acceptedOn"] = types.String
	env["personalData"], env["secretMarks"] = types.Array(hit), types.Array(hit)
	ask, say := types.TypeOf((func(string) bool)(nil)), types.TypeOf((func(string) string)(nil))
	env["stateOf"] = say
	env["isUnit"], env["known"], env["hasRecord"], env["reached"] = ask, ask, ask, ask
	env["unitName"], env["unitKind"], env["authorityOf"], env["fileHash"], env["reachedOn"], env["classOn"] = say, say, say, say, say, say
	env["reading"], env["limitText"], env["today"] = say, say, types.String
	env["limit"] = types.TypeOf((func(string) int)(nil))
	env["readings"] = types.Array(types.Map{"id": types.String, "inForce": types.String, "ruled": types.Bool})
	env["workdays"] = types.TypeOf((func(string, string) int)(nil))
	env["hasRole"] = types.TypeOf((func(string, string) bool)(nil))
	env["sameBrand"] = types.TypeOf((func(string, string) bool)(nil))
	env["namesakes"] = types.TypeOf((func() []string)(nil))
	if basis := set.Form("legal-basis"); basis != nil {
		env["legalBasis"] = typeOf(basis.Root.Child("basis"))
	}
	env["evaluationYears"] = types.TypeOf((func(string) []int)(nil))
	env["system"] = types.TypeOf((func(string) System)(nil))
	env["maintenanceRatios"] = types.TypeOf((func() Ratios)(nil))
	env["upkeepBefore"] = types.TypeOf((func([]any, int) int)(nil))
	env["base"] = maps.Clone(env)
	return env
}

func typeOf(f *schema.Field) types.Type {
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
