package synth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"taizhang/tools/internal/value"
)

// files writes the records that the project's life has led to.
func (p *project) files() []file {
	out := []file{{"index.md", p.index()}}
	if p.stock() {
		return append(out, file{fmt.Sprintf("stock-%d.md", p.year), p.filing()}, file{"contract-01.md", p.contract()})
	}
	for _, f := range []struct {
		state string
		name  string
		write func() []byte
	}{
		{"S10", "declaration.md", p.declaration}, {"S11", "necessity.md", p.necessity}, {"S30", "appraisal.md", p.appraisal},
		{"S50", "scheme-1.md", p.scheme}, {"S52", "review.md", p.review}, {"S70", "procurement.md", p.procurement},
		{"S80", "contract-01.md", p.contract}, {"S101", "acceptance.md", p.acceptance}, {"S110", fmt.Sprintf("operation-%d.md", value.Year(p.operating)), p.operation},
	} {
		if p.reaches(f.state) {
			out = append(out, file{f.name, f.write()})
		}
	}
	return out
}

func (p *project) index() []byte {
	r := p.rng
	return record(introduction(r, p.title, p.theme), func(s *sheet) {
		s.text("title", p.title)
		s.word("implementingUnit", p.unit.code)
		s.words("beneficiaryUnits", some(r, users(), r.IntN(3)))
		if p.stock() {
			s.word("origin", "存量")
		} else {
			s.word("origin", "年度计划")
		}
		s.word("category", p.category)
		if p.category == "运维" {
			s.word("subCategory", "运维续签")
		} else {
			s.word("subCategory", pick(r, []string{"新建", "改扩建", "升级", "购买服务"}))
		}
		if p.appraisedAlready() {
			s.word("class", p.class)
			s.object("classDecisions", func() {
				s.item(func() {
					s.word("class", p.class)
					s.word("by", "dsjj")
					s.word("on", p.appraised)
					s.text("basis", map[string]string{"一般": "单位内部使用、投资较小，列为一般项目", "重点": "跨部门使用、投资较大，列为重点项目"}[p.class])
				})
			})
		}
		s.words("systemKind", some(r, []string{"基础设施", "数据系统", "业务系统", "服务系统"}, 1+r.IntN(2)))
		s.word("scopeBasis", "直接适用")
		s.word("state", p.state)
		s.object("engineering", func() {
			s.word("involved", "false")
			s.text("basis", "软件开发和数据服务，不涉及工程施工")
		})
		s.text("implementingBody", p.unit.name+"信息中心")
		s.object("responsiblePerson", func() { s.text("post", p.unit.name+"分管负责人") })
		if p.appraisedAlready() {
			s.object("reviews", func() {
				for _, v := range [][2]string{{"网络与数据安全", "wxb"}, {"国产化替代", "jyao"}, {"密码应用", "mmj"}} {
					s.item(func() {
						s.word("kind", v[0])
						s.word("by", v[1])
						s.word("on", p.appraised)
						s.word("result", "通过")
						s.text("opinion", pick(r, opinions))
					})
				}
			})
		}
		s.object("dataResources", func() {
			for i := range 1 + r.IntN(3) {
				s.item(func() {
					s.text("name", p.theme+pick(r, modules)+"信息")
					s.text("catalogCode", fmt.Sprintf("QJP-%s-%02d%02d%d", strings.ToUpper(p.unit.code), p.year%100, p.number%100, i+1))
					s.word("share", pick(r, []string{"无条件共享", "有条件共享"}))
					s.word("open", pick(r, []string{"无条件开放", "有条件开放", "不予开放"}))
				})
			}
		})
		if p.reaches("S80") {
			s.object("security", func() {
				s.word("gradeLevel", "二级")
				s.word("gradeFiledOn", value.AddDays(p.contracted, 30))
			})
		}
		if p.listed() || p.stock() {
			shown := p.filed
			if p.listed() {
				shown = planNotice(p.year)
			}
			s.object("disclosureReview", func() {
				s.word("by", p.unit.code)
				s.word("on", shown)
				s.word("result", "可以公开")
			})
		}
	})
}

func (p *project) phone() string { return fmt.Sprintf("0517-0000%04d", p.rng.IntN(10_000)) }

func (p *project) head() string {
	return "示例" + pick(p.rng, []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"}) + pick(p.rng, []string{"子", "丑", "寅", "卯", "辰", "巳"})
}

func (p *project) docNo(agency string, year int) string {
	return fmt.Sprintf("%s〔%d〕%d号", agency, year, 1+p.rng.IntN(180))
}

func (p *project) archive(n int) string {
	return fmt.Sprintf("QJP-%d-%s%02d-%02d", p.year, strings.ToUpper(p.unit.code), p.number, n)
}

func (p *project) attest(s *sheet, on string) {
	s.object("attestation", func() { s.word("unit", p.unit.code); s.word("on", on) })
}

func (p *project) declaration() []byte {
	r := p.rng
	return record("", func(s *sheet) {
		s.int("planYear", p.year)
		s.word("submittedOn", p.declared)
		s.word("proposedBy", p.unit.code)
		s.text("unitHead", p.head())
		s.text("officePhone", p.phone())
		s.wan("estimate", p.estimate)
		s.word("fundingNature", p.funding)
		if p.funding == "区级财政投资" && r.IntN(3) == 0 {
			part := p.estimate * int64(2+r.IntN(5)) / 10
			s.object("funding", func() {
				s.item(func() { s.word("kind", "区级财政投资"); s.wan("amount", p.estimate-part) })
				s.item(func() { s.word("kind", "上级转移支付"); s.wan("amount", part) })
			})
		}
		s.object("basis", func() {
			s.item(func() {
				s.word("kind", "上级文件")
				s.text("text", fmt.Sprintf("%d年%s", p.year-1, pick(r, papers)))
				s.text("docNo", p.docNo(pick(r, agencies), p.year-1))
			})
			s.item(func() {
				s.word("kind", "应用需求")
				s.text("text", p.theme+"工作"+pick(r, troubles)+"，"+pick(r, people)+"多次提出改进要求")
			})
		})
		s.text("content", content(r, p.theme))
		s.text("expectedOutcome", fmt.Sprintf("%s，%s。", gain(r), gain(r)))
		s.object("plannedSchedule", func() {
			s.item(func() { s.text("name", "完成方案编制"); s.word("due", p.start) })
			s.item(func() { s.text("name", "签订合同"); s.word("due", value.AddMonths(p.start, 2)) })
			s.item(func() { s.text("name", "竣工验收"); s.word("due", p.end) })
		})
		p.attest(s, p.declared)
	})
}

func (p *project) necessity() []byte {
	return record("", func(s *sheet) {
		s.object("reviews", func() {
			s.item(func() {
				s.word("on", p.reviewed)
				s.word("by", "dsjj")
				if p.state == "S11" {
					s.word("result", "退回")
					s.text("opinion", pick(p.rng, returns))
					return
				}
				s.word("result", "通过")
				s.text("opinion", pick(p.rng, notes))
			})
		})
	})
}

func (p *project) appraisal() []byte {
	return record("", func(s *sheet) {
		s.object("meetings", func() {
			s.item(func() {
				s.word("on", p.appraised)
				s.word("by", "dsjj")
				s.object("participants", func() {
					for _, role := range []string{"BDB", "CAC", "CONF", "CRYPT", "FIN", "DRC"} {
						s.item(func() { s.word("role", role) })
					}
					s.item(func() { s.word("role", "EXP"); s.int("count", 3+2*p.rng.IntN(2)) })
				})
				s.object("aspects", func() {
					for _, a := range []string{"necessity", "feasibility", "security", "estimate", "dataSharing"} {
						s.object(a, func() { s.word("result", "通过"); s.text("opinion", pick(p.rng, opinions)) })
					}
				})
				s.word("conclusion", "通过")
				s.object("documents", func() { s.item(func() { p.doc(s, "论证意见", "项目论证意见", p.appraised, 1) }) })
			})
		})
	})
}

// doc fills in a document that is kept on paper.
func (p *project) doc(s *sheet, kind, title, on string, n int) {
	s.word("kind", kind)
	s.text("title", title)
	s.word("on", on)
	s.text("archiveNo", p.archive(n))
}

func (p *project) scheme() []byte {
	return record("", func(s *sheet) {
		s.word("submittedOn", p.schemed)
		s.word("version", "V1.0")
		s.object("scheme", func() {
			p.doc(s, "建设方案", p.title+"建设方案", p.schemed, 2)
			sum := sha256.Sum256([]byte(p.id()))
			s.text("sha256", hex.EncodeToString(sum[:]))
		})
		s.wan("amount", p.estimate)
		on := value.AddDays(p.schemed, 5)
		s.object("ownAppraisal", func() {
			s.word("on", on)
			s.object("participants", func() {
				s.item(func() { s.word("role", "UNIT") })
				s.item(func() { s.word("role", "EXP"); s.int("count", 5) })
			})
			s.word("conclusion", "通过")
			s.object("document", func() { p.doc(s, "论证意见", "建设方案专家论证意见", on, 3) })
		})
		p.attest(s, p.schemed)
	})
}
