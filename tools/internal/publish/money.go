package publish

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// flow is one amount in a project's life, in 分.
type flow struct {
	zh, en string
	fen    int64
	on     string
	source *name
	kind   flowKind
}

type flowKind uint8

const (
	planned   flowKind = iota // what was asked for or granted
	committed                 // what it costs: compared with what was granted
	delta                     // a part that was added or taken away
	paid
)

// cashFlows collects the amounts of a project in the order of its life.
func (s *subject) cashFlows() []flow {
	var out []flow
	add := func(kind flowKind, zh, en string, fen int64, on string, source *name) {
		out = append(out, flow{zh, en, fen, on, source, kind})
	}
	from := func(r revealed) *name { return s.source(r.rec.Path) }
	for _, d := range s.all("declaration") {
		if fen, ok := d.root.fen("estimate"); ok {
			add(planned, "投资匡算", "Estimate", fen, d.root.str("submittedOn"), from(d))
		}
	}
	// A planned project that files its payments each year is no stock project.
	stocks := s.all("stock")
	if n := len(stocks); n > 0 && len(out) == 0 {
		d := stocks[n-1]
		if fen, ok := d.root.fen("total"); ok {
			add(planned, "备案总经费", "Total on file", fen, d.root.str("filedOn"), from(d))
		}
	}
	if entries := s.planned(); len(entries) > 0 {
		e := entries[len(entries)-1]
		if fen, _ := e["total"].(int); fen > 0 {
			year := fmt.Sprint(e["planYear"])
			add(planned, "年度计划总投资", "Annual plan", int64(fen), text(e["noticeOn"]), &name{Zh: year + " 年度计划", URL: "/plans/" + year + "/"})
		}
	}
	for _, a := range s.all("approval") {
		if fen, ok := a.root.fen("reply", "amount"); ok {
			add(planned, "立项批复", "Approval", fen, a.root.str("reply", "on"), from(a))
		}
	}
	s.contractFlows(add, from, stocks)
	for _, a := range s.all("accounts") {
		if fen, ok := a.root.fen("amount"); ok {
			add(committed, "竣工决算", "Final accounts", fen, a.root.str("on"), from(a))
		}
	}
	return out
}

// contractFlows adds contracts, approved changes and payments. The payments of
// the contracts count; a project that has recorded none there is shown with
// those of its newest stock filing, which lists all payments so far.
func (s *subject) contractFlows(add func(flowKind, string, string, int64, string, *name), from func(revealed) *name, stocks []revealed) {
	var sum, changed, spent int64
	var on, changedOn, spentOn string
	var source, changedBy, spentBy *name
	contracts := s.all("contract")
	for _, c := range contracts {
		fen, ok := c.root.fen("amount")
		if !ok {
			continue
		}
		sum += fen
		on = max(on, c.root.str("signedOn"))
		if source == nil {
			source = from(c)
		}
		for _, p := range c.root.list("payments") {
			fen, _ := p.fen("amount")
			spent, spentOn = spent+fen, max(spentOn, p.str("on"))
			if spentBy == nil {
				spentBy = from(c)
			}
		}
	}
	if source != nil {
		zh := "合同金额"
		if n := len(contracts); n > 1 {
			zh = fmt.Sprintf("合同金额（%d 份）", n)
		}
		add(committed, zh, "Contracts", sum, on, source)
	}
	for _, c := range s.all("change") {
		if fen, ok := c.root.fen("netDelta"); ok && c.root.str("approval", "result") == "同意" {
			changed, changedOn, changedBy = changed+fen, max(changedOn, c.root.str("approval", "on")), from(c)
		}
	}
	if changedBy != nil {
		add(delta, "批准变更增减", "Approved changes", changed, changedOn, changedBy)
		if source != nil {
			add(committed, "变更后合同金额", "Contracts with changes", sum+changed, changedOn, changedBy)
		}
	}
	if spentBy == nil && len(stocks) > 0 {
		last := stocks[len(stocks)-1]
		for _, p := range last.root.list("payments") {
			fen, _ := p.fen("amount")
			spent, spentOn, spentBy = spent+fen, max(spentOn, p.str("on")), from(last)
		}
		if spentOn == "" {
			spentOn = last.root.str("filedOn")
		}
	}
	if spentBy != nil {
		add(paid, "已支付", "Paid", spent, spentOn, spentBy)
	}
}

// current returns the amount of the latest stage: the accounts, else contracts
// with changes, else what was granted or asked for; nil when there is none.
func (s *subject) current() *flow {
	for i := len(s.flows) - 1; i >= 0; i-- {
		if k := s.flows[i].kind; k == planned || k == committed {
			return &s.flows[i]
		}
	}
	return nil
}

// money is the table of amounts. What was committed is compared with the amount
// of the approval or, without one, of the newest plan; payments with the
// contracts.
func (s *subject) money() []money {
	var most, granted, contracted int64
	var grant string
	for _, f := range s.flows {
		most = max(most, f.fen)
		switch {
		case f.zh == "年度计划总投资":
			granted, grant = f.fen, "计划"
		case f.zh == "立项批复":
			granted, grant = f.fen, "批复"
		case f.kind == committed && f.zh != "竣工决算":
			contracted = f.fen
		}
	}
	var out []money
	for _, f := range s.flows {
		m := money{Zh: f.zh, En: f.en, Amount: wan2(f.fen), Also: yi(f.fen), On: f.on, Source: f.source}
		if most > 0 && f.fen > 0 {
			m.Pct = int(f.fen * 100 / most)
		}
		switch {
		case f.kind == committed && granted > 0 && f.fen == granted:
			m.Note = "与" + grant + "一致"
		case f.kind == committed && granted > 0:
			m.Note = "较" + grant + " " + signed(percent(f.fen-granted, granted))
		case f.kind == delta:
			m.Amount = signed(m.Amount)
			if granted > 0 {
				m.Note = "占" + grant + " " + percent(f.fen, granted)
			}
		case f.kind == paid && contracted > 0:
			m.Note = "占合同 " + percent(f.fen, contracted)
		}
		out = append(out, m)
	}
	return out
}

// signed puts a plus before what is not negative.
func signed(s string) string {
	if strings.HasPrefix(s, "-") {
		return s
	}
	return "+" + s
}

// total sums rows in 分.
func total(rows []*row) int64 {
	var sum int64
	for _, r := range rows {
		sum += r.fen
	}
	return sum
}

// years lists the years of rows, newest first.
func years(rows []*row) []int {
	var out []int
	for _, r := range rows {
		y, _ := strconv.Atoi(r.Year)
		out = append(out, y)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	slices.Reverse(out)
	return out
}
