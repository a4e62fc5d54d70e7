package registry

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
)

// BrandsFile holds the names under which one brand is known.
const BrandsFile = "data/brands.yaml"

func (t *Tables) readBrands(r *Registry) {
	t.brands = map[string]string{}
	if !r.Has(BrandsFile) {
		return
	}
	list := r.data(BrandsFile, "brands", &t.faults).Get("brands")
	if list == nil {
		return
	}
	for _, b := range list.Items {
		name := b.Get("name")
		if textOf(name) == "" {
			continue
		}
		main := brandKey(name.Text)
		spellings := []*record.Node{name}
		if aliases := b.Get("aliases"); aliases != nil {
			spellings = append(spellings, aliases.Items...)
		}
		for _, s := range spellings {
			key := brandKey(s.Text)
			if other, taken := t.brands[key]; taken && other != main {
				t.faults.add(finding.Finding{Rule: "F-007", Place: s.Place(BrandsFile),
					Message: finding.Text{Zh: fmt.Sprintf("“%s”登记在两个品牌下面", s.Text), En: fmt.Sprintf("“%s” is entered under two brands", s.Text)},
					Help:    finding.Text{Zh: "一个写法只能属于一个品牌", En: "a spelling belongs to one brand"}})
				continue
			}
			t.brands[key] = main
		}
	}
}

// sameBrand reports whether two texts name one brand: the same after trimming
// and folding, or both spellings of one entry of the brand table (三（四）第2段第2项).
func (r *Registry) sameBrand(a, b string) bool {
	return r.brand(a) == r.brand(b)
}

func (r *Registry) brand(s string) string {
	key := brandKey(s)
	if main, ok := r.tables().brands[key]; ok {
		return main
	}
	return key
}

// brandKey folds what clerks write differently without meaning another brand:
// space, letter case, full-width letters and digits.
func brandKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if c >= '！' && c <= '～' {
			return c - '！' + '!'
		}
		return c
	}, s)), " "))
}
