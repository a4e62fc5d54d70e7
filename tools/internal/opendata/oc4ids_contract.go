package opendata

import (
	"encoding/json"
	"fmt"

	"taizhang/tools/internal/value"
)

// processes makes one contracting process of each contract. The tender is the
// one that the contract names or, without, the latest that it followed; one that
// no contract rests on is a process of its own. Changes alter the main contract,
// and the payments of the supplementary contracts that carry them out are its
// transactions too.
func (p *ocProject) processes() []any {
	rounds := objects(p.one("procurement"), "rounds")
	used := map[int]bool{}
	main := true
	var out []any
	for i, r := range p.Records {
		c := p.data[i]
		if r.Form != "contract" || supplementary(c) {
			continue
		}
		supervision := text(c, "kind") == "监理"
		sum := Object{}.with("externalReference", text(c, "number")).with("nature", map[string][]string{"建设": {"design", "construction"}, "监理": {"supervision"}}[text(c, "kind")]).
			with("title", p.Title+"："+text(c, "kind")+"合同").with("status", p.contractStatus(c))
		if n := tenderOf(rounds, used, c); n >= 0 {
			used[n] = true
			sum = sum.with("tender", p.tender(rounds[n]))
		}
		suppliers := []any{}
		for _, org := range append([]map[string]any{object(c, "contractor")}, objects(c, "consortium")...) {
			if s := p.company(org, "supplier"); s != nil {
				suppliers = append(suppliers, s)
			}
		}
		sum = sum.with("suppliers", suppliers).with("contractValue", yuan(text(c, "amount"))).with("contractPeriod", period(text(c, "start"), text(c, "end")))
		paid := p.transactions(r.Record, c)
		if main && !supervision {
			main = false
			sum = sum.with("modifications", p.modifications(c)).with("finalValue", yuan(text(p.one("accounts"), "amount")))
			for k, more := range p.Records {
				if more.Form == "contract" && supplementary(p.data[k]) {
					paid = append(paid, p.transactions(more.Record, p.data[k])...)
				}
			}
		}
		out = append(out, Object{{"id", r.Record}, {"summary", sum.with("transactions", paid)}})
	}
	for n, round := range rounds {
		if !used[n] {
			status := "pre-award"
			if text(round, "failedOn") != "" || text(round, "awardOn") != "" && len(out) > 0 {
				status = "closed"
			}
			sum := Object{}.with("externalReference", text(round, "number")).with("title", fmt.Sprintf("%s：第 %d 轮采购", p.Title, n+1)).with("status", status)
			out = append(out, Object{{"id", fmt.Sprintf("procurement-%d", n+1)}, {"summary", sum.with("tender", p.tender(round))}})
		}
	}
	return out
}

// supplementary reports whether a contract carries out an approved change.
func supplementary(c map[string]any) bool { return text(c, "change") != "" }

// tenderOf finds the round of procurement that a contract rests on, -1 for none.
func tenderOf(rounds []map[string]any, used map[int]bool, c map[string]any) int {
	named, best := text(c, "procurement"), -1
	for n, round := range rounds {
		award := text(round, "awardOn")
		switch {
		case used[n] || award == "" || award > text(c, "signedOn"):
		case named != "" && text(round, "number") == named:
			return n
		case named == "" && text(c, "kind") != "监理":
			best = n
		}
	}
	return best
}

// contractStatus tells by the date of the data, not by a clock, whether a
// contract has run out; without one, by the state of the project.
func (p *ocProject) contractStatus(c map[string]any) string {
	if date := p.src.Site.Date; date != "" && text(c, "kind") == "运维" {
		if text(c, "end") < date {
			return "closed"
		}
		return "active"
	}
	switch p.status(p.State) {
	case "completion", "maintenance", "decommissioning", "decommissioned", "cancelled":
		return "closed"
	}
	return "active"
}

func (p *ocProject) tender(round map[string]any) Object {
	methods := map[string]string{"公开招标": "open", "邀请招标": "selective", "竞争性磋商": "limited", "竞争性谈判": "limited", "询价": "limited", "单一来源": "direct"}
	method := text(round, "method")
	out := Object{}.with("procurementMethod", methods[method]).with("procurementMethodDetails", method)
	if on := text(round, "noticeOn"); on != "" {
		out = append(out, Member{"datePublished", dateTime(on)})
	}
	if n, ok := round["tenderers"].(json.Number); ok {
		out = append(out, Member{"numberOfTenderers", n})
	}
	return out.with("costEstimate", yuan(text(round, "estimate"))).with("procuringEntity", p.unit(p.Unit, "procuringEntity"))
}

func (p *ocProject) transactions(record string, c map[string]any) []any {
	var out []any
	for i, pay := range objects(c, "payments") {
		o := Object{{"id", fmt.Sprintf("%s-%d", record, i+1)}}
		if on := text(pay, "on"); on != "" {
			o = append(o, Member{"date", dateTime(on)})
		}
		o = o.with("value", yuan(text(pay, "amount"))).with("payer", p.unit(p.Unit, "payer")).with("payee", p.company(object(c, "contractor"), "payee"))
		out = append(out, o)
	}
	return out
}

// modifications lists the approved changes with the contract before and after.
func (p *ocProject) modifications(c map[string]any) []any {
	sum, err := value.ParseAmount(text(c, "amount"))
	if err != nil {
		return nil
	}
	end := text(c, "end")
	var out []any
	for i, r := range p.Records {
		ch := p.data[i]
		if r.Form != "change" || text(object(ch, "approval"), "result") != "同意" {
			continue
		}
		delta, _ := value.ParseAmount(text(ch, "netDelta"))
		kind := "scope"
		if text(ch, "newEnd") != "" {
			kind = "duration"
		}
		if delta != 0 {
			kind = "value"
		}
		o := Object{{"id", r.Record}}
		if on := text(object(ch, "approval"), "on"); on != "" {
			o = append(o, Member{"date", dateTime(on)})
		}
		o = o.with("description", text(ch, "description")).with("rationale", text(ch, "reason")).with("type", kind).
			with("oldContractValue", yuanOf(sum)).with("newContractValue", yuanOf(sum+delta))
		sum += delta
		if to := text(ch, "newEnd"); to != "" {
			o = o.with("oldContractPeriod", period(text(c, "start"), end)).with("newContractPeriod", period(text(c, "start"), to))
			end = to
		}
		out = append(out, o)
	}
	return out
}
