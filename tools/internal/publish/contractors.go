package publish

import (
	"cmp"
	"slices"
	"strings"
)

// contract is one public contract of a project.
type contract struct {
	key      string // of the contractor; "" where it has no page
	name     string
	number   string
	kind     word
	fen      int64
	signedOn string
	change   int   // that it supplements; 0 for none
	delta    int64 // approved changes that have no contract of their own
	paid     int64
}

// contractorKey tells contractors apart by their unified social credit code.
// Only organisations get a page that gathers their contracts: a name without a
// code may be a person's, and a code that begins with 92 is that of a person's
// own business (GB 32100), so these are shown on their projects only.
func contractorKey(uscc string) string {
	if len(uscc) != 18 || strings.HasPrefix(uscc, "92") || !plainURL.MatchString("/"+uscc+"/") {
		return ""
	}
	return strings.ToUpper(uscc)
}

func contractorURL(key string) string {
	if key == "" {
		return ""
	}
	return "/contractors/" + key + "/"
}

// contracts lists the public contracts of a project; of a stock project that
// has none on record, what its newest filing says.
func (s *subject) contracts() []contract {
	var out []contract
	works, supplemented := []int{}, map[int]bool{}
	for i, c := range s.all("contract") {
		fen, _ := c.root.fen("amount")
		change, _ := c.rec.Env["change"].(int)
		one := contract{contractorKey(c.root.str("contractor", "uscc")), c.root.str("contractor", "name"), c.root.str("number"), c.root.word("kind"), fen, c.root.str("signedOn"), change, 0, payments(c.root)}
		if one.kind.Zh != "监理" {
			supplemented[change] = true
			if change == 0 {
				works = append(works, i)
			}
		}
		out = append(out, one)
	}
	// Changes do not say to which contract they belong: with one there is no doubt.
	for _, c := range s.all("change") {
		if delta, _ := c.root.fen("netDelta"); len(works) == 1 && !supplemented[c.rec.Number] && c.root.str("approval", "result") == "同意" {
			out[works[0]].delta += delta
		}
	}
	if stocks := s.all("stock"); len(out) == 0 && len(stocks) > 0 {
		last := stocks[len(stocks)-1].root
		if n := last.str("contractor", "name"); n != "" {
			fen, _ := last.fen("total")
			out = append(out, contract{contractorKey(last.str("contractor", "uscc")), n, "", word{"存量备案", "Stock filing"}, fen, last.str("period", "start"), 0, 0, payments(last)})
		}
	}
	return out
}

// payments sums what was paid under a contract or a stock filing, in 分.
func payments(of *shown) (sum int64) {
	for _, p := range of.list("payments") {
		fen, _ := p.fen("amount")
		sum += fen
	}
	return sum
}

// contractor is what the registry knows of one organisation.
type contractor struct {
	key, name string
	named     string // date of the contract that the name is taken from
	total     int64  // of the contracts
	delta     int64
	paid      int64
	projects  int
	lines     []contractLine
}

type contractLine struct {
	Title  string `json:"title"`
	ID     string `json:"id"`
	URL    string `json:"url"`
	Unit   link   `json:"unit"`
	Number string `json:"number,omitempty"`
	Kind   word   `json:"kind,omitzero"`
	Change int    `json:"change,omitempty"` // that it supplements
	Amount string `json:"amount,omitempty"`
	Delta  string `json:"delta,omitempty"`
	Paid   string `json:"paid,omitempty"`
	On     string `json:"on,omitempty"`
	State  *state `json:"state"`
}

type contractorView struct {
	pager
	En      string         `json:"en"`
	Name    string         `json:"name"`
	USCC    string         `json:"uscc"`
	Figures []figure       `json:"figures"`
	Lines   []contractLine `json:"lines"`
}

// contractors writes the page of each organisation that has a contract, and
// their list, the largest sum first.
func (s *pages) contractors() error {
	byKey := map[string]*contractor{}
	others, otherTotal := 0, int64(0)
	for _, r := range s.rows {
		seen := map[string]bool{}
		for _, c := range r.contracts {
			if c.key == "" {
				others, otherTotal = others+1, otherTotal+c.fen
				continue
			}
			one := byKey[c.key]
			if one == nil {
				one = &contractor{key: c.key}
				byKey[c.key] = one
			}
			if one.name == "" || c.signedOn > one.named {
				one.name, one.named = c.name, c.signedOn
			}
			if !seen[c.key] {
				seen[c.key] = true
				one.projects++
			}
			one.total, one.delta, one.paid = one.total+c.fen, one.delta+c.delta, one.paid+c.paid
			line := contractLine{Title: r.Title, ID: r.ID, URL: r.URL, Unit: r.Unit, Number: c.number, Kind: c.kind, Change: c.change, On: c.signedOn, State: r.State}
			if c.fen != 0 {
				line.Amount = wan2(c.fen)
			}
			if c.delta != 0 {
				line.Delta = signed(wan2(c.delta))
			}
			if c.paid != 0 {
				line.Paid = wan2(c.paid)
			}
			one.lines = append(one.lines, line)
		}
	}
	var all []*contractor
	for _, c := range byKey {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *contractor) int {
		return cmp.Or(cmp.Compare(b.total, a.total), strings.Compare(a.key, b.key))
	})
	for _, c := range all {
		if err := s.contractor(c); err != nil {
			return err
		}
	}
	type item struct {
		Name      string `json:"name"`
		URL       string `json:"url"`
		Projects  string `json:"projects"`
		Contracts string `json:"contracts"`
		Total     string `json:"total"`
		Pct       int    `json:"pct"`
	}
	type view struct {
		pager
		En          string `json:"en"`
		Items       []item `json:"items"`
		Others      string `json:"others,omitempty"`
		OthersTotal string `json:"othersTotal,omitempty"`
	}
	return paged("/contractors/", all, func(at string, part []*contractor, p pager) error {
		v := view{pager: p, En: "Contractors", Items: []item{}}
		for _, c := range part {
			one := item{c.name, contractorURL(c.key), count(c.projects), count(len(c.lines)), wan2(c.total), 0}
			if all[0].total > 0 {
				one.Pct = int(c.total * 100 / all[0].total)
			}
			v.Items = append(v.Items, one)
		}
		if others > 0 {
			v.Others, v.OthersTotal = count(others), wan2(otherTotal)
		}
		return s.out.add(newPage("contractors", "承建单位", at, v))
	})
}

func (s *pages) contractor(c *contractor) error {
	slices.SortStableFunc(c.lines, func(a, b contractLine) int { return strings.Compare(b.On, a.On) })
	figures := []figure{
		{Zh: "项目", En: "Projects", Value: count(c.projects), Unit: "个"},
		{Zh: "合同", En: "Contracts", Value: count(len(c.lines)), Unit: "份"},
		{Zh: "合同金额合计", En: "Sum of contracts", Value: wan2(c.total), Unit: "万元", Also: yi(c.total)},
	}
	if c.delta != 0 {
		figures = append(figures, figure{Zh: "加上批准的变更", En: "With approved changes", Value: wan2(c.total + c.delta), Unit: "万元", Also: yi(c.total + c.delta)})
	}
	figures = append(figures, figure{Zh: "已付合计", En: "Paid", Value: wan2(c.paid), Unit: "万元", Also: yi(c.paid)})
	return paged(contractorURL(c.key), c.lines, func(at string, part []contractLine, p pager) error {
		return s.out.add(newPage("contractor", c.name, at, contractorView{p, "Contractor", c.name, c.key, figures, part}))
	})
}
