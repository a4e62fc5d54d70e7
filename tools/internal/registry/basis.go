package registry

import "taizhang/tools/internal/record"

// BasisFile holds the documents that the regulation rests on, and what has
// become of them.
const BasisFile = "data/legal-basis.yaml"

func (r *Registry) readBasis() {
	r.basis = []any{}
	form := r.Schemas.Form("legal-basis")
	if form == nil || !r.Has(BasisFile) {
		return
	}
	list := r.data(BasisFile, form.Name).Get("basis")
	if list == nil {
		return
	}
	r.basis, _ = r.kinds.value(form.Root.Child("basis"), list, BasisFile).([]any)
}

// LegalBasis returns the documents that the regulation rests on, as entered.
func (r *Registry) LegalBasis() []*record.Node {
	var out []*record.Node
	for _, b := range r.basis {
		if ref, ok := RefOf(b); ok {
			out = append(out, ref.Node)
		}
	}
	return out
}
