package opendata

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// budget is what was granted: by the approval, else by the plan, else what was
// asked for.
func (p *ocProject) budget(declaration map[string]any) Object {
	var out Object
	amount, approved := text(declaration, "estimate"), ""
	if amount == "" {
		amount = text(p.one("stock"), "total")
	}
	entries := p.planned()
	for _, e := range entries {
		amount, approved = cmp.Or(text(e.item, "total"), amount), cmp.Or(e.on, approved)
	}
	if reply := object(p.one("approval"), "reply"); reply != nil {
		amount, approved = cmp.Or(text(reply, "amount"), amount), cmp.Or(text(reply, "on"), approved)
	}
	out = out.with("amount", yuan(amount))
	if on := text(declaration, "submittedOn"); on != "" {
		out = append(out, Member{"requestDate", dateTime(on)})
	}
	if approved != "" {
		out = append(out, Member{"approvalDate", dateTime(approved)})
	}
	var breakdowns []any
	add := func(id, description string, parts []any) {
		if len(parts) > 0 {
			breakdowns = append(breakdowns, Object{{"id", id}, {"description", description}, {"budgetBreakdown", parts}})
		}
	}
	var annual, budgets, sources []any
	year := func(y string) Object { return period(y+"-01-01", y+"-12-31") }
	for _, e := range entries {
		one := Object{{"id", fmt.Sprint(len(annual) + 1)}, {"description", e.year + " 年度计划"}}.with("amount", yuan(text(e.item, "annual")))
		one = append(one, Member{"period", year(e.year)})
		if e.on != "" {
			one = append(one, Member{"approvalDate", dateTime(e.on)})
		}
		annual = append(annual, one)
	}
	for _, b := range objects(p.one("procurement"), "budget") {
		one := Object{{"id", fmt.Sprint(len(budgets) + 1)}}.with("description", text(b, "docNo")).with("amount", yuan(text(b, "amount")))
		if y := text(b, "fiscalYear"); y != "" {
			one = append(one, Member{"period", year(y)})
		}
		if on := text(b, "approvedOn"); on != "" {
			one = append(one, Member{"approvalDate", dateTime(on)})
		}
		if by := p.unit(text(b, "approvedBy"), "funder"); by != nil {
			one = append(one, Member{"sourceParty", by})
		}
		budgets = append(budgets, one)
	}
	for _, f := range objects(declaration, "funding") {
		sources = append(sources, Object{{"id", fmt.Sprint(len(sources) + 1)}}.with("description", text(f, "kind")).with("amount", yuan(text(f, "amount"))))
	}
	add("annual", "年度计划投资", annual)
	add("fiscal", "财政预算", budgets)
	add("sources", "资金来源", sources)
	return out.with("budgetBreakdowns", breakdowns).with("description", text(declaration, "fundingNature"))
}

// planEntry is an entry of an annual plan that lists the project.
type planEntry struct {
	year, on string
	item     map[string]any
}

func (p *ocProject) planned() []planEntry { return p.src.entries[p.Project.Project] }

// period is that of the plan, else that of the contracts.
func (p *ocProject) period() Object {
	start, end := "", ""
	for _, e := range p.planned() {
		span := object(e.item, "period")
		start, end = cmp.Or(start, text(span, "start")), cmp.Or(text(span, "end"), end)
	}
	if start == "" {
		for i, r := range p.Records {
			if s := text(p.data[i], "start"); r.Form == "contract" && s != "" && (start == "" || s < start) {
				start = s
			}
			if r.Form == "contract" {
				end = max(end, text(p.data[i], "end"))
			}
		}
	}
	if start == "" {
		span := object(p.one("stock"), "period")
		start, end = text(span, "start"), text(span, "end")
	}
	return period(start, end)
}

// milestones are the events of a project's life, then what it planned. The
// standard asks for a type that says what an event is for.
func (p *ocProject) milestones(declaration map[string]any) []any {
	types := map[string]string{"declaration": "preProcurement", "necessity": "assessment", "appraisal": "assessment", "plan": "approval", "adhoc": "approval",
		"scheme": "assessment", "review": "preProcurement", "approval": "approval", "procurement": "procurement", "contract": "contractClose",
		"change": "approval", "trial": "delivery", "acceptance": "delivery", "accounts": "financing", "evaluation": "assessment", "decommission": "approval"}
	codes := map[string]string{"plan": "projectApproval", "approval": "projectApproval", "contract": "commencement", "trial": "commissioning", "acceptance": "completion"}
	var out []any
	for _, e := range p.Events {
		form, _, _ := strings.Cut(e.Record, "-")
		code := codes[form]
		if form == "acceptance" && p.status(e.State) != "completion" {
			code = "" // asked for, not passed
		}
		o := Object{{"id", fmt.Sprint(len(out) + 1)}}.with("title", e.Name).with("type", types[form]).with("code", code).with("description", e.Clause)
		status, dated := "met", "dateMet"
		if refused(e.Name) {
			status, dated = "notMet", "dateModified"
		}
		out = append(out, append(o, Member{"status", status}, Member{dated, dateTime(e.On)}))
	}
	for _, s := range objects(declaration, "plannedSchedule") {
		if due := text(s, "due"); due != "" {
			o := Object{{"id", fmt.Sprint(len(out) + 1)}}.with("title", text(s, "name"))
			out = append(out, append(o, Member{"type", "delivery"}, Member{"dueDate", dateTime(due)}))
		}
	}
	return out
}

// refused reports whether a step, by its name, is a gate that was not passed.
func refused(name string) bool {
	return strings.Contains(name, "不通过") || strings.Contains(name, "未通过") || strings.Contains(name, "退回")
}

func (p *ocProject) completion() Object {
	out := Object{}
	for _, e := range p.Events {
		if p.status(e.State) == "completion" {
			out = append(out, Member{"endDate", dateTime(e.On)})
			break
		}
	}
	if len(out) == 0 {
		return nil
	}
	accounts, acceptance := p.one("accounts"), p.one("acceptance")
	out = out.with("finalValue", yuan(text(accounts, "amount")))
	if on := text(accounts, "on"); on != "" {
		out = append(out, Member{"finalValueDetails", "竣工财务决算，" + on})
	}
	return out.with("finalScope", text(acceptance, "content"))
}

func (p *ocProject) metrics() []any {
	var seen []any
	for i, r := range p.Records {
		if r.Form != "contract" {
			continue
		}
		for n, pr := range objects(p.data[i], "progress") {
			pct, ok := pr["percent"].(json.Number)
			on := text(pr, "on")
			if !ok || on == "" {
				continue
			}
			o := Object{{"id", fmt.Sprintf("%s-%d", r.Record, n+1)}, {"period", Object{{"endDate", dateTime(on)}}}, {"measure", pct}, {"unit", Object{{"name", "percent"}}}}
			seen = append(seen, o.with("notes", text(pr, "note")))
		}
	}
	if seen == nil {
		return nil
	}
	return []any{Object{{"id", "physicalProgress"}, {"title", "实施进度"}, {"observations", seen}}}
}

// costs are the yearly budgets of operation.
func (p *ocProject) costs() []any {
	var out []any
	for i, r := range p.Records {
		v := yuan(text(p.data[i], "budget"))
		if r.Form != "operation" || v == nil {
			continue
		}
		o := Object{{"id", r.Record}}
		if y := text(p.data[i], "year"); y != "" {
			o = append(o, Member{"date", dateTime(y + "-01-01")})
		}
		cost := Object{{"id", "1"}, {"value", v}}
		out = append(out, append(o, Member{"costGroups", []any{Object{{"id", "1"}, {"category", "operation"}, {"costs", []any{cost}}}}}))
	}
	return out
}

// policy is the basis that the declaration names.
func (p *ocProject) policy(declaration map[string]any) Object {
	var parts []string
	for _, b := range objects(declaration, "basis") {
		part := text(b, "text")
		if no := text(b, "docNo"); no != "" && !strings.Contains(part, no) {
			part += "（" + no + "）"
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		return nil
	}
	return Object{{"description", strings.Join(parts, "\n")}}
}
