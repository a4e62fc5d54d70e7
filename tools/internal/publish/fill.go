package publish

import (
	"encoding/json"
	"strings"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/webform"
)

// fillURL is the page on which a form is filled in.
const fillURL = "/fill/"

type fillView struct {
	En    string `json:"en"`
	Forms string `json:"forms"` // address of the overview; forms/<name>.json below its folder are the forms
	// Addresses of the judge and of what it judges by.
	Wasm        string `json:"wasm"`
	Definitions string `json:"definitions"`
}

// fill writes the form page and what its script reads: which forms, steps and
// units there are, and each form by itself, since nobody fills in all of them.
func (s *pages) fill() error {
	if s.b.meta.Judge == nil {
		return nil
	}
	reg := s.j.Registry
	in := webform.Input{Schemas: reg.Schemas, Lifecycle: s.j.Lifecycle, Contacts: reg.Config.Contacts,
		AttachmentLimit: registry.AttachmentLimit, RecordLimit: registry.RecordLimit}
	for _, code := range reg.UnitCodes() {
		u := visibleUnit(reg.Schemas, reg.Unit(code))
		unit := webform.Unit{Code: code, Name: text(u["name"]), Short: text(u["shortName"])}
		also, _ := u["aliases"].([]any)
		for _, a := range also {
			unit.Also = append(unit.Also, text(a))
		}
		in.Units = append(in.Units, unit)
	}
	in.Last = map[string]string{}
	for _, r := range s.rows {
		of := r.ID[:strings.LastIndexByte(r.ID, '-')]
		in.Last[of] = max(in.Last[of], r.ID)
	}
	overview, forms, err := webform.Define(in)
	if err != nil {
		return err
	}
	write := func(name string, v any) error {
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		s.b.guard.text(string(data))
		return s.out.static(fillURL[1:]+name, data)
	}
	if err := write("forms.json", overview); err != nil {
		return err
	}
	for _, f := range overview.Forms {
		if err := write("forms/"+f.Name+".json", forms[f.Name]); err != nil {
			return err
		}
	}
	wasm, definitions, err := s.judge()
	if err != nil {
		return err
	}
	return s.out.add(newPage("fill", "填报", fillURL, fillView{"File a form", fillURL + "forms.json", wasm, definitions}))
}
