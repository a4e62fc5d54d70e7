package check

import (
	"fmt"
	"slices"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// citations reports units and projects that a project's records name and the
// registry does not hold. The implementing and the filing unit are R-003's.
func (j *Judge) citations(p *registry.Project) []finding.Finding {
	var out []finding.Finding
	for _, r := range p.Records {
		j.cite(r.Path, r.Form.Root, r.Root, &out)
	}
	return out
}

// ownUnits are the unit fields of index.md that R-003 judges.
var ownUnits = []string{"implementingUnit", "filingUnit", "leadUnit", "participatingUnits", "beneficiaryUnits", "userUnits"}

func (j *Judge) cite(file string, f *schema.Field, n *record.Node, out *[]finding.Finding) {
	if f == nil || n == nil {
		return
	}
	switch n.Kind {
	case record.Map:
		for i := range n.Keys {
			j.cite(file, f.Child(n.Keys[i].Name), n.Keys[i].Value, out)
		}
	case record.List:
		for _, it := range n.Items {
			j.cite(file, f.Item, it, out)
		}
	case record.String:
		switch f.Format {
		case "unit-code":
			if slices.Contains(ownUnits, f.Key) || !value.IsUnitCode(n.Text) || j.Registry.Unit(n.Text)["exists"] == true {
				return
			}
			*out = append(*out, finding.Finding{Rule: "P-005", Place: n.Place(file), Suggest: value.Nearest(n.Text, j.Registry.UnitCodes()),
				Message: finding.Text{Zh: fmt.Sprintf("“%s”写的单位代码 %s 不在单位登记册里", f.Label.Zh, n.Text), En: fmt.Sprintf("“%s” names unit %s, which is not in the register", f.Label.En, n.Text)},
				Help:    finding.Text{Zh: "在 data/units.yaml 里查到单位代码后填写", En: "look the code up in data/units.yaml"}})
		case "project-id":
			if _, ok := value.ParseProjectID(n.Text); !ok || j.Registry.Folder(n.Text) != nil {
				return
			}
			*out = append(*out, finding.Finding{Rule: "P-005", Place: n.Place(file),
				Message: finding.Text{Zh: fmt.Sprintf("“%s”写的项目 %s 不在登记簿里", f.Label.Zh, n.Text), En: fmt.Sprintf("“%s” names project %s, which the registry does not hold", f.Label.En, n.Text)},
				Help:    finding.Text{Zh: "核对项目编号", En: "check the project id"}})
		}
	}
}
