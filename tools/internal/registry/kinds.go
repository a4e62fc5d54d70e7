package registry

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// refKey is the hidden key under which an object of the environment carries the
// place that it was read from. The typed environment has no such field, so no
// expression can reach it.
const refKey = "@"

// Ref is the place of an object in a file.
type Ref struct {
	File string
	Node *record.Node
}

// RefOf returns the place of an environment object, if it has one.
func RefOf(v any) (Ref, bool) {
	m, _ := v.(map[string]any)
	ref, ok := m[refKey].(Ref)
	return ref, ok
}

// plural names the list under which rules see the records of a repeated form;
// under its own name they see the last of them.
func plural(form string) string { return form + "s" }

// kinds derives, from the schemas, the types of the expression environment and
// the values that fill it. Absent values are zero: "", 0, false, an empty list,
// or an object whose exists is false.
type kinds struct {
	scope    *expression.Scope
	zeroUnit map[string]any
	zeros    map[*schema.Field]any
	absent   map[string]any // environment of a project without records
}

func newKinds(set *schema.Set) *kinds {
	env := types.Map{}
	k := &kinds{zeros: map[*schema.Field]any{}, absent: map[string]any{}}
	for _, f := range set.Data {
		k.zero(f.Root)
	}
	for _, f := range set.Forms {
		zero := k.zero(f.Root)
		if f.Repeated == "" {
			env[f.Name], k.absent[f.Name] = typeOf(f.Root), zero
			continue
		}
		item := typeOf(f.Root).(types.Map)
		item["file"] = types.String
		if _, own := item["number"]; !own {
			item["number"] = types.Int
		}
		item["ordinal"] = types.Int
		env[plural(f.Name)], env[f.Name] = types.Array(item), item
		none := maps.Clone(zero.(map[string]any))
		none["file"], none["number"], none["ordinal"] = "", 0, 0
		k.absent[plural(f.Name)], k.absent[f.Name] = []any{}, none
	}
	index := set.Form("index")
	if index != nil {
		doc := typeOf(index.Root.Child("documents").Item).(types.Map)
		env["documents"] = types.Array(doc)
	}
	if units := set.Form("units"); units != nil {
		unit := typeOf(units.Root.Child("units").Item)
		env["unit"], env["filer"] = unit, unit
		k.zeroUnit = k.zero(units.Root.Child("units").Item).(map[string]any)
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
	env["filedOn"], k.absent["filedOn"] = types.String, ""
	if contracts := env[plural("contract")]; contracts != nil {
		env["works"], k.absent["works"] = contracts, []any{}
	}
	env["agreedAmount"], k.absent["agreedAmount"] = types.Int, 0
	env["acceptedOn"], k.absent["acceptedOn"] = types.String, ""
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
	k.scope = expression.NewScope(env)
	return k
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

// zero returns the shared, read-only value of an absent field.
func (k *kinds) zero(f *schema.Field) any {
	switch f.Type {
	case schema.Int, schema.Amount:
		return 0
	case schema.Number:
		return float64(0)
	case schema.Bool:
		return false
	case schema.List:
		k.zero(f.Item) // so that the objects of its items are entered too
		return []any{}
	case schema.Object:
		if z, ok := k.zeros[f]; ok {
			return z
		}
		m := map[string]any{"exists": false}
		for _, c := range f.Fields {
			m[c.Key] = k.zero(c)
		}
		k.zeros[f] = m
		return m
	}
	return ""
}

// value turns a node into what expressions see. A value of the wrong type
// counts as absent: the schema has already reported it.
func (k *kinds) value(f *schema.Field, n *record.Node, file string) any {
	if n == nil {
		return k.zeroOf(f)
	}
	switch f.Type {
	case schema.Int:
		// 2027.0 is a whole number for JSON Schema.
		whole, decimals, _ := strings.Cut(n.Text, ".")
		if i, err := strconv.Atoi(whole); err == nil && n.Kind == record.Number && strings.Trim(decimals, "0") == "" {
			return i
		}
	case schema.Amount:
		if fen, err := value.ParseAmount(n.Text); err == nil && n.Kind == record.Number {
			return int(fen)
		}
	case schema.Number:
		if x, err := strconv.ParseFloat(n.Text, 64); err == nil && n.Kind == record.Number {
			return x
		}
	case schema.Bool:
		if n.Kind == record.Bool {
			return n.Text == "true"
		}
	case schema.List:
		if n.Kind == record.List {
			out := make([]any, len(n.Items))
			for i, it := range n.Items {
				out[i] = k.value(f.Item, it, file)
			}
			return out
		}
	case schema.Object:
		if n.Kind == record.Map {
			m := make(map[string]any, len(f.Fields)+2)
			m["exists"], m[refKey] = true, Ref{file, n}
			for _, c := range f.Fields {
				m[c.Key] = k.value(c, n.Get(c.Key), file)
			}
			return m
		}
	default:
		if n.Kind == record.String {
			return n.Text
		}
	}
	return k.zeroOf(f)
}

// zeroOf is zero without writing, for use by several goroutines: newKinds has
// entered every object.
func (k *kinds) zeroOf(f *schema.Field) any {
	switch f.Type {
	case schema.Object:
		return k.zeros[f]
	case schema.List:
		return []any{}
	}
	return k.zero(f)
}

// documents collects the document objects anywhere below a field's value.
func documents(f *schema.Field, v any, out []any) []any {
	switch f.Type {
	case schema.List:
		list, _ := v.([]any)
		for _, it := range list {
			out = documents(f.Item, it, out)
		}
	case schema.Object:
		m, _ := v.(map[string]any)
		if m["exists"] != true {
			return out
		}
		if IsDocument(f) {
			return append(out, v)
		}
		for _, c := range f.Fields {
			if c.Type == schema.Object || c.Type == schema.List && c.Item.Type == schema.Object {
				out = documents(c, m[c.Key], out)
			}
		}
	}
	return out
}

// IsDocument reports whether a field refers to a document of record.
func IsDocument(f *schema.Field) bool { return f.IsDocument() }

// PlaceAt returns the place of key below the object v: the value if it is
// there, else the object itself.
func PlaceAt(v any, key string) (finding.Place, bool) {
	ref, ok := RefOf(v)
	if !ok {
		return finding.Place{}, false
	}
	if k := ref.Node.Key(key); k != nil {
		if k.Value.Kind == record.Map || k.Value.Kind == record.List || k.Value.Kind == record.Null {
			return k.Place(ref.File), true
		}
		return k.Value.Place(ref.File), true
	}
	return ref.Node.Place(ref.File), true
}

// sortRecords puts the records into the order of a project's life.
func sortRecords(rs []*Record) {
	slices.SortStableFunc(rs, func(a, b *Record) int {
		if a.Form.Order != b.Form.Order {
			return a.Form.Order - b.Form.Order
		}
		return a.Number - b.Number
	})
}

// Placed gives an environment object the place that it stands for.
func Placed(v map[string]any, file string, n *record.Node) map[string]any {
	v[refKey] = Ref{file, n}
	return v
}
