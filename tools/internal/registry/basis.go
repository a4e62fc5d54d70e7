package registry

import "taizhang/tools/internal/record"

// BasisFile holds the documents that the regulation rests on, and what has
// become of them.
const BasisFile = "data/legal-basis.yaml"

func (t *Tables) readBasis(r *Registry) {
	t.basis = []any{}
	form := r.Schemas.Form("legal-basis")
	if form == nil || !r.Has(BasisFile) {
		return
	}
	list := r.data(BasisFile, form.Name, &t.faults).Get("basis")
	if list == nil {
		return
	}
	t.basis, _ = r.kinds.value(r.Schemas.List(form.Name, "basis"), list, BasisFile).([]any)
}

// LegalBasis returns the documents that the regulation rests on, as entered.
func (r *Registry) LegalBasis() []*record.Node {
	var out []*record.Node
	for _, b := range r.tables().basis {
		if ref, ok := RefOf(b); ok {
			out = append(out, ref.Node)
		}
	}
	return out
}
