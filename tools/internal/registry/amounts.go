package registry

import "slices"

// supervision is the kind of a contract that watches the work instead of doing
// it: its fee is no part of what the work costs (三（四）第1段第3句).
const supervision = "监理"

// totalInvestment returns, in 分, the amount that every threshold compares
// (三（四）第1段, readings ): the IT share of a larger project (the
// whole of it where A-12 says so), else the approved amount, else that of the
// newest plan, else the estimate, else the total of the newest stock filing.
func (p *Project) totalInvestment() int {
	index := p.Env["index"]
	if at(index, "scopeBasis") == "参照-建设项目内含" {
		if p.registry.tables().readings["A-12"] == "whole" {
			return fen(index, "parentProject", "total")
		}
		return fen(index, "parentProject", "itShare")
	}
	if n := fen(p.Env["approval"], "reply", "amount"); n > 0 {
		return n
	}
	for _, e := range slices.Backward(p.registry.Planned(p.ID)) {
		if at(e, "issued") == true {
			return fen(e, "total")
		}
	}
	if n := fen(p.Env["declaration"], "estimate"); n > 0 {
		return n
	}
	if stocks := items(p.Env, "stocks"); len(stocks) > 0 {
		return fen(stocks[len(stocks)-1], "total")
	}
	return 0
}

// works returns the contracts for the work that the project was approved for.
// Supervision is none of them, nor is a supplementary contract, whose money is
// that of the change it carries out, nor what was signed after acceptance.
func (p *Project) works() []any {
	out := []any{}
	accepted := text(p.Env["acceptedOn"])
	for _, c := range items(p.Env, "contracts") {
		if at(c, "kind") != supervision && at(c, "change") == 0 && (accepted == "" || text(at(c, "signedOn")) <= accepted) {
			out = append(out, c)
		}
	}
	return out
}

// agreedAmount returns, in 分, what the work costs by contract: the works and
// the approved changes. A change that was put into supplementary contracts
// counts with their amounts, which may be less than it allowed; what it granted
// to the supervisor is no part of the work.
func (p *Project) agreedAmount() int {
	sum := 0
	for _, c := range items(p.Env, "works") {
		sum += fen(c, "amount")
	}
	for _, change := range items(p.Env, "changes") {
		if at(change, "approval", "result") != "同意" {
			continue
		}
		work, watched, supplemented := 0, 0, false
		for _, c := range items(p.Env, "contracts") {
			switch {
			case at(c, "change") != at(change, "ordinal"):
			case at(c, "kind") == supervision:
				watched += fen(c, "amount")
			default:
				work, supplemented = work+fen(c, "amount"), true
			}
		}
		if !supplemented {
			work = fen(change, "netDelta") - watched
		}
		sum += work
	}
	return sum
}

// fen returns the amount at the end of a path of keys, 0 where there is none.
func fen(v any, path ...string) int {
	n, _ := at(v, path...).(int)
	return n
}
