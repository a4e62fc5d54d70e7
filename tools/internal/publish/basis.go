package publish

// basisItem is one document that the regulation rests on.
type basisItem struct {
	Title  string `json:"title"`
	DocNo  string `json:"docNo,omitempty"`
	Issuer string `json:"issuer,omitempty"`
	On     string `json:"on,omitempty"`
	Status words  `json:"status"`
	Later  word   `json:"later,omitzero"` // what took its place, and from when
	Note   string `json:"note,omitempty"`
}

// basis lists the documents of the preamble with what has become of them.
func (s *pages) basis() []basisItem {
	form := s.j.Registry.Schemas.Form("legal-basis")
	if form == nil {
		return nil
	}
	entry := form.Root.Child("basis").Item
	var out []basisItem
	for _, n := range s.j.Registry.LegalBasis() {
		b := reveal(entry, n, false)
		status := b.str("status")
		item := basisItem{Title: b.str("title"), DocNo: b.str("docNo"), Issuer: b.str("issuer"), On: b.str("issuedOn"),
			Status: words{status, status, entry.Child("status").EnumEn[status]}, Later: word{Zh: b.str("supersededBy", "docNo")}, Note: b.str("note")}
		if on := b.str("supersededBy", "effectiveOn"); on != "" && item.Later.Zh != "" {
			item.Later = word{item.Later.Zh + "，" + on + " 起施行", item.Later.Zh + ", in force from " + on}
		}
		out = append(out, item)
	}
	return out
}
