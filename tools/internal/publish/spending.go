package publish

import (
	"maps"
	"slices"
	"strings"
)

// spendingLine is a year of a unit's money: what its projects of that year were
// planned at and came to, and what was paid in that calendar year; "" for none.
type spendingLine struct {
	Head      name   `json:"head"`
	Projects  string `json:"projects"`
	Plan      string `json:"plan"`
	Agreed    string `json:"agreed"`
	Deviation string `json:"deviation"` // of those that have both
	Settled   string `json:"settled"`
	Paid      string `json:"paid"`
}

// spending sums amounts, in 分.
type spending struct {
	n                     int
	plan, agreed, settled int64
	base, against         int64 // plan and contracts of projects that have both
	paid                  int64
}

func (t *spending) add(r *row) {
	_, agreed, signed := r.amounts.agreed()
	t.n++
	t.plan, t.settled = t.plan+r.amounts.fen[inPlan], t.settled+r.amounts.fen[settled]
	if signed {
		t.agreed += agreed
	}
	if signed && r.amounts.has[inPlan] {
		t.base, t.against = t.base+r.amounts.fen[inPlan], t.against+agreed
	}
}

func (t *spending) line(head name) spendingLine {
	some := func(fen int64) string {
		if fen == 0 {
			return ""
		}
		return wan2(fen)
	}
	out := spendingLine{Head: head, Projects: count(t.n), Plan: some(t.plan), Agreed: some(t.agreed), Settled: some(t.settled), Paid: some(t.paid)}
	if t.base > 0 {
		out.Deviation = signed(percent(t.against-t.base, t.base))
	}
	return out
}

// spendingOf sets a unit's money by year, the latest first, and all of it last.
func spendingOf(rows []*row) []spendingLine {
	byYear, all := map[string]*spending{}, &spending{}
	in := func(year string) *spending {
		if byYear[year] == nil {
			byYear[year] = &spending{}
		}
		return byYear[year]
	}
	for _, r := range rows {
		in(r.Year).add(r)
		all.add(r)
		for year, fen := range r.paidIn {
			in(year).paid += fen
			all.paid += fen
		}
	}
	var out []spendingLine
	for _, year := range slices.Backward(slices.Sorted(maps.Keys(byYear))) {
		out = append(out, byYear[year].line(name{Zh: year}))
	}
	if len(out) > 1 {
		out = append(out, all.line(name{Zh: "合计", En: "In all"}))
	}
	return out
}

// paidIn sums the payments that count (see contractFlows) by the year they were
// made in.
func (s *subject) paidIn() map[string]int64 {
	out := map[string]int64{}
	add := func(of *shown) {
		for _, p := range of.list("payments") {
			if year, _, dated := strings.Cut(p.str("on"), "-"); dated {
				fen, _ := p.fen("amount")
				out[strings.Clone(year)] += fen
			}
		}
	}
	for _, c := range s.all("contract") {
		add(c.root)
	}
	if stocks := s.all("stock"); len(out) == 0 && len(stocks) > 0 {
		add(stocks[len(stocks)-1].root)
	}
	return out
}
