package synth

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/value"
)

func (p *project) review() []byte {
	r := p.rng
	return record("", func(s *sheet) {
		s.wan("declared", p.estimate)
		s.text("necessity", p.theme+"工作"+pick(r, troubles)+"，有必要建设。")
		s.text("feasibility", pick(r, ways)+"，条件成熟。")
		s.text("budgetReason", "软件按功能点核定，服务按人月核定，单价参照近两年同类采购。")
		s.object("requestReport", func() {
			p.doc(s, "请示报告", "关于实施"+p.title+"的请示", p.signed, 4)
			s.text("docNo", p.docNo("清示例发", p.year))
		})
		s.word("applicantSignedOn", p.signed)
		s.text("preliminaryOpinion", "资料齐全，同意备案。")
		s.word("reviewedOn", value.AddDays(p.signed, 4))
		s.object("leaderOpinion", func() { s.text("text", "同意。"); s.word("on", p.filed) })
		s.word("filedOn", p.filed)
		s.word("receivedBy", "dsjj")
		p.attest(s, p.signed)
	})
}

// tender returns the number of the procurement.
func (p *project) tender() string {
	return fmt.Sprintf("QJPCG-%d-%s%02d", p.year, strings.ToUpper(p.unit.code), p.number)
}

func (p *project) procurement() []byte {
	r := p.rng
	return record("", func(s *sheet) {
		s.object("rounds", func() {
			s.item(func() {
				s.word("method", pick(r, []string{"公开招标", "竞争性磋商", "竞争性谈判", "询价"}))
				s.text("number", p.tender())
				s.word("noticeOn", p.noticed)
				s.text("noticeUrl", "https://cg.example.com/notice/"+strings.ToLower(p.tender()))
				s.text("venue", "区公共资源交易中心")
				s.wan("estimate", p.estimate)
				if p.reaches("S80") {
					s.int("tenderers", 3+r.IntN(5))
					s.word("awardOn", p.awarded)
				}
			})
		})
		s.object("budget", func() {
			s.item(func() {
				s.int("fiscalYear", p.year)
				s.int("planYear", p.year)
				s.wan("amount", p.estimate)
				s.word("approvedBy", "czj")
				s.word("approvedOn", fmt.Sprintf("%d-01-%02d", p.year, 10+r.IntN(15)))
				s.text("docNo", p.docNo("清示例财预", p.year))
			})
		})
	})
}

func (p *project) company(s *sheet) {
	s.text("name", p.maker)
	s.text("uscc", p.makerCode)
}

// firstPayment is what was paid when the contract was signed, in 分.
func (p *project) firstPayment() int64 { return p.price * 3 / 10 }

func (p *project) contract() []byte {
	r := p.rng
	return record("", func(s *sheet) {
		s.text("number", strings.Replace(p.tender(), "QJPCG", "QJPHT", 1))
		s.word("kind", "建设")
		s.object("contractor", func() { p.company(s) })
		s.wan("amount", p.price)
		s.word("signedOn", p.contracted)
		s.word("start", value.AddDays(p.contracted, 5))
		s.word("end", value.AddMonths(p.contracted, 6))
		s.object("items", func() {
			for _, m := range some(r, modules, 2) {
				s.item(func() {
					s.text("name", m+"模块")
					s.text("brand", "示例"+pick(r, makers))
					s.int("quantity", 1+r.IntN(20))
					s.text("unit", "套")
				})
			}
		})
		s.word("publishedOn", value.AddDays(p.contracted, 1))
		s.object("payments", func() {
			s.item(func() {
				s.word("on", value.AddDays(p.contracted, 20))
				s.int("batch", 1)
				s.wan("amount", p.firstPayment())
			})
		})
		s.object("documents", func() { s.item(func() { p.doc(s, "合同", p.title+"合同", p.contracted, 5) }) })
	})
}

func (p *project) acceptance() []byte {
	r := p.rng
	return record("", func(s *sheet) {
		s.text("procurementNumber", p.tender())
		s.object("contractors", func() { s.item(func() { p.company(s) }) })
		s.object("period", func() {
			s.word("start", p.contracted)
			s.word("end", p.accepted)
		})
		s.wan("contractAmount", p.price)
		s.text("content", content(r, p.theme))
		s.object("own", func() {
			s.item(func() {
				s.word("on", p.accepted)
				s.object("participants", func() {
					s.item(func() { s.word("role", "UNIT") })
					s.item(func() { s.word("role", "CONTR") })
					s.item(func() { s.word("role", "EXP"); s.int("count", 3) })
				})
				s.word("result", "通过")
				s.text("opinion", "系统运行正常，功能符合合同要求，同意通过验收。")
				s.object("document", func() { p.doc(s, "验收意见", "自行验收意见", p.accepted, 6) })
			})
		})
		s.object("filing", func() {
			s.word("on", p.acceptanceFiled)
			s.word("receivedBy", "dsjj")
		})
	})
}

func (p *project) operation() []byte {
	return record("", func(s *sheet) {
		s.int("year", value.Year(p.operating))
		s.word("startedOn", p.operating)
		s.wan("budget", p.price/10)
		s.object("contractor", func() { p.company(s) })
		s.text("basis", "按软件部分合同额百分之十测算")
		s.object("mechanism", func() { p.doc(s, "运维制度", "系统运行维护和数据安全管理制度", p.operating, 7) })
	})
}

// filing is the yearly filing of a stock project (附件2).
func (p *project) filing() []byte {
	r := p.rng
	began, filed := p.contracted, p.filed
	paid := p.firstPayment()
	return record("", func(s *sheet) {
		s.int("year", p.year)
		s.word("filedOn", filed)
		s.word("proposedBy", p.unit.code)
		s.text("unitHead", p.head())
		s.text("officePhone", p.phone())
		s.wan("total", p.price)
		s.object("contractor", func() { p.company(s) })
		s.text("content", content(r, p.theme))
		s.object("period", func() {
			s.word("start", began)
			s.word("end", value.AddMonths(filed, 6))
			s.word("endIsPlanned", "true")
		})
		s.object("payments", func() {
			s.item(func() {
				s.int("year", p.year-1)
				s.word("on", value.AddDays(began, 20))
				s.int("batch", 1)
				s.wan("amount", paid)
			})
		})
		s.wan("nextYearNeed", (p.price-paid)/2)
		p.attest(s, filed)
	})
}
