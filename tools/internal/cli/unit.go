package cli

import (
	"fmt"
	"slices"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/worksheet"
)

// unitFlag resolves the unit that a flag names by its code or a name of it.
func (a *app) unitFlag(r *registry.Registry, flag, name string) (string, error) {
	if code, ok := unitCode(r, name); ok {
		return code, nil
	}
	mend := a.say("单位代码见 data/units.yaml", "the codes of units are in data/units.yaml")
	if u, _ := worksheet.FindUnit(units(r), name); u != nil {
		mend = fmt.Sprintf(a.say("是不是想写 %s（%s）？", "did you mean %s (%s)?"), u.Code, u.Short)
	}
	return "", misused(fmt.Errorf("--%s %s: %s", flag, name, a.say("没有这个单位", "there is no such unit")), mend)
}

// unitCode resolves a unit by code, or by a name that only one unit has.
func unitCode(r *registry.Registry, name string) (string, bool) {
	var found []string
	for _, u := range units(r) {
		if u.Code == name {
			return name, true
		}
		if name != "" && (u.Name == name || u.Short == name || slices.Contains(u.Aliases, name)) {
			found = append(found, u.Code)
		}
	}
	if len(found) != 1 {
		return name, false
	}
	return found[0], true
}

// units lists the register of units as work sheets know them.
func units(r *registry.Registry) (out []worksheet.Unit) {
	for _, code := range r.UnitCodes() {
		u := r.Unit(code)
		str := func(k string) string { s, _ := u[k].(string); return s }
		w := worksheet.Unit{Code: code, Name: str("name"), Short: str("shortName")}
		if w.Short == "" {
			w.Short = w.Name
		}
		aliases, _ := u["aliases"].([]any)
		for _, n := range aliases {
			w.Aliases = append(w.Aliases, fmt.Sprint(n))
		}
		out = append(out, w)
	}
	return out
}
