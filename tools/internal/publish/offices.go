package publish

import (
	"cmp"

	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
)

// offices names the roles of the process and the units that have them.
type offices struct {
	reg   *registry.Registry
	codes []string // in the order of the schema
	words *schema.Field
	units map[string][]string // role → codes of units
}

func newOffices(reg *registry.Registry) *offices {
	words := reg.Schemas.Form("units").Root.Child("units").Item.Child("roles").Item
	o := &offices{reg: reg, codes: words.Enum, words: words, units: map[string][]string{}}
	for _, code := range reg.UnitCodes() {
		roles, _ := reg.Unit(code)["roles"].([]any)
		for _, r := range roles {
			o.units[text(r)] = append(o.units[text(r)], code)
		}
	}
	return o
}

// role returns the words for a role.
func (o *offices) role(code string) name {
	switch code {
	case "UNIT":
		return name{Zh: "实施单位", En: "Implementing unit"}
	case "LEAD":
		return name{Zh: "牵头或申报部门", En: "Lead or declaring unit"}
	}
	return name{Zh: cmp.Or(o.words.EnumZh[code], code), En: o.words.EnumEn[code]}
}

// holders lists the units that have a role.
func (o *offices) holders(role string) []name {
	out := []name{}
	for _, code := range o.units[role] {
		l := unitLink(o.reg, code)
		out = append(out, name{Zh: l.Name, URL: l.URL})
	}
	return out
}

// agreeing names who has to agree to a step, the unit where one has the role,
// and as what. It says what the lifecycle asks for, not that it was given.
func (o *offices) agreeing(a lifecycle.Approval) agree {
	out := agree{Who: o.role(a.Role)}
	if hs := o.holders(a.Role); len(hs) == 1 {
		out.Who = hs[0]
	}
	switch a.As {
	case "receipt":
		out.Before, out.After = name{Zh: "须报", En: "to be filed with"}, "备案"
	case "notice":
		out.Before = name{Zh: "须告知", En: "to be notified to"}
	default:
		out.Before, out.After = name{Zh: "须经", En: "to be approved by"}, "批准"
	}
	return out
}
