package publish

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sum names an amount in a project's life.
type sum uint8

const (
	estimated  sum = iota // 投资匡算
	onFile                // 备案总经费 of a stock project
	inPlan                // 年度计划总投资
	approved              // 立项批复
	contracted            // all contracts as signed
	changed               // approved changes, net
	revised               // contracts with approved changes
	spent                 // paid so far
	settled               // 竣工决算
	sums
)

// amounts holds the amounts of one project in 分, and which of them there are.
type amounts struct {
	fen [sums]int64
	has [sums]bool
}

func (a *amounts) set(k sum, fen int64) { a.fen[k], a.has[k] = fen, true }

// first returns the first of the given amounts that there is.
func (a *amounts) first(keys ...sum) (sum, int64, bool) {
	for _, k := range keys {
		if a.has[k] {
			return k, a.fen[k], true
		}
	}
	return 0, 0, false
}

// agreed is what its contracts come to: with changes, else as signed.
func (a *amounts) agreed() (sum, int64, bool) { return a.first(revised, contracted) }

// flow is one line of the table of amounts, in 分.
type flow struct {
	key    sum
	zh, en string
	fen    int64
	on     string
	source *name
}

// cashFlows collects the amounts of a project in the order of its life.
func (s *subject) cashFlows() []flow {
	var out []flow
	add := func(key sum, zh, en string, fen int64, on string, source *name) {
		out = append(out, flow{key, zh, en, fen, on, source})
	}
	from := func(r revealed) *name { return s.source(r.rec.Path) }
	for _, d := range s.all("declaration") {
		if fen, ok := d.root.fen("estimate"); ok {
			add(estimated, "投资匡算", "Estimate", fen, d.root.str("submittedOn"), from(d))
		}
	}
	// A planned project that files its payments each year is no stock project.
	stocks := s.all("stock")
	if n := len(stocks); n > 0 && len(out) == 0 {
		d := stocks[n-1]
		if fen, ok := d.root.fen("total"); ok {
			add(onFile, "备案总经费", "Total on file", fen, d.root.str("filedOn"), from(d))
		}
	}
	if entries := s.planned(); len(entries) > 0 {
		e := entries[len(entries)-1]
		if fen, _ := e["total"].(int); fen > 0 {
			year := fmt.Sprint(e["planYear"])
			add(inPlan, "年度计划总投资", "Annual plan", int64(fen), text(e["noticeOn"]), &name{Zh: year + " 年度计划", En: "Plan " + year, URL: "/plans/" + year + "/"})
		}
	}
	for _, a := range s.all("approval") {
		if fen, ok := a.root.fen("reply", "amount"); ok {
			add(approved, "立项批复", "Approval", fen, a.root.str("reply", "on"), from(a))
		}
	}
	s.contractFlows(add, from, stocks)
	for _, a := range s.all("accounts") {
		if fen, ok := a.root.fen("amount"); ok {
			add(settled, "竣工决算", "Final accounts", fen, a.root.str("on"), from(a))
		}
	}
	return out
}

// contractFlows adds contracts, approved changes and payments. A change that was
// put into supplementary contracts counts with their amounts, and they do not
// count as contracts again. The payments of the contracts count; a project that
// has recorded none there is shown with those of its newest stock filing, which
// lists all payments so far.
func (s *subject) contractFlows(add func(sum, string, string, int64, string, *name), from func(revealed) *name, stocks []revealed) {
	var total, delta, given int64
	var on, changedOn, spentOn string
	var source, changedBy, spentBy *name
	count := 0
	supplements, forWork := map[int]int64{}, map[int]bool{}
	for _, c := range s.all("contract") {
		fen, ok := c.root.fen("amount")
		if !ok {
			continue
		}
		if change, _ := c.rec.Env["change"].(int); change != 0 {
			supplements[change] += fen
			forWork[change] = forWork[change] || c.root.str("kind") != "监理"
		} else {
			total, on, count = total+fen, max(on, c.root.str("signedOn")), count+1
			if source == nil {
				source = from(c)
			}
		}
		for _, p := range c.root.list("payments") {
			fen, _ := p.fen("amount")
			given, spentOn = given+fen, max(spentOn, p.str("on"))
			if spentBy == nil {
				spentBy = from(c)
			}
		}
	}
	if source != nil {
		zh := "合同金额"
		if count > 1 {
			zh = fmt.Sprintf("合同金额（%d 份）", count)
		}
		add(contracted, zh, "Contracts", total, on, source)
	}
	for _, c := range s.all("change") {
		if fen, ok := c.root.fen("netDelta"); ok && c.root.str("approval", "result") == "同意" {
			if forWork[c.rec.Number] {
				fen = supplements[c.rec.Number]
			}
			delta, changedOn, changedBy = delta+fen, max(changedOn, c.root.str("approval", "on")), from(c)
		}
	}
	if changedBy != nil {
		add(changed, "批准变更增减", "Approved changes", delta, changedOn, changedBy)
		if source != nil {
			add(revised, "变更后合同金额", "Contracts with changes", total+delta, changedOn, changedBy)
		}
	}
	if spentBy == nil && len(stocks) > 0 {
		last := stocks[len(stocks)-1]
		for _, p := range last.root.list("payments") {
			fen, _ := p.fen("amount")
			given, spentOn, spentBy = given+fen, max(spentOn, p.str("on")), from(last)
		}
		if spentOn == "" {
			spentOn = last.root.str("filedOn")
		}
	}
	if spentBy != nil {
		add(spent, "已支付", "Paid", given, spentOn, spentBy)
	}
}

// amounts gathers the lines of the table by what they are.
func (s *subject) amounts() amounts {
	var a amounts
	for _, f := range s.flows {
		a.set(f.key, f.fen)
	}
	return a
}

// current returns the amount of the latest stage: the accounts, else contracts
// with changes, else what was granted or asked for; nil when there is none.
func (s *subject) current() *flow {
	for i := len(s.flows) - 1; i >= 0; i-- {
		if k := s.flows[i].key; k != changed && k != spent {
			return &s.flows[i]
		}
	}
	return nil
}

// compared says what an amount is measured against: one comparison for each
// list, with the first of its amounts that there is. share asks for the part it
// is of them, not for the difference.
func compared(k sum) (with [][]sum, share bool) {
	switch k {
	case inPlan:
		return [][]sum{{estimated}}, false
	case approved:
		return [][]sum{{inPlan, estimated}}, false
	case contracted:
		return [][]sum{{approved, inPlan, onFile}}, false
	case revised:
		return [][]sum{{contracted}, {approved, inPlan, onFile}}, false
	case settled:
		return [][]sum{{revised, contracted}, {approved, inPlan, onFile}}, false
	case changed:
		return [][]sum{{approved, inPlan, onFile}}, true
	case spent:
		return [][]sum{{revised, contracted, onFile}}, true
	}
	return nil, false
}

// sumName is the short name of an amount, as deviations cite it.
func sumName(k sum) name {
	return [sums]name{{Zh: "匡算", En: "estimate"}, {Zh: "备案", En: "filing"}, {Zh: "计划", En: "plan"}, {Zh: "批复", En: "approval"},
		{Zh: "合同", En: "contracts"}, {Zh: "变更", En: "changes"}, {Zh: "变更后合同", En: "revised contracts"}, {Zh: "支付", En: "payments"}, {Zh: "决算", En: "accounts"}}[k]
}

// deviations compares one amount with those before it.
func (a *amounts) deviations(k sum) []deviation {
	against, share := compared(k)
	var out []deviation
	for _, keys := range against {
		with, base, ok := a.first(keys...)
		if !ok || base <= 0 {
			continue
		}
		n := sumName(with)
		switch {
		case share:
			out = append(out, deviation{"占" + n.Zh, "of " + n.En, percent(a.fen[k], base)})
		case a.fen[k] == base:
			out = append(out, deviation{"与" + n.Zh + "一致", "as " + n.En, ""})
		default:
			out = append(out, deviation{"较" + n.Zh, "on " + n.En, signed(percent(a.fen[k]-base, base))})
		}
	}
	return out
}

// money is the table of amounts, each with its deviation from those before it.
func (s *subject) money() []money {
	all := s.amounts()
	var most int64
	for _, f := range s.flows {
		most = max(most, f.fen)
	}
	var out []money
	for _, f := range s.flows {
		m := money{Zh: f.zh, En: f.en, Amount: wan2(f.fen), Also: yi(f.fen), On: f.on, Source: f.source, Deviations: all.deviations(f.key)}
		if most > 0 && f.fen > 0 {
			m.Pct = int(f.fen * 100 / most)
		}
		if f.key == changed {
			m.Amount = signed(m.Amount)
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
