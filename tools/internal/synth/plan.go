package synth

import "fmt"

// plan is one annual plan in the making.
type plan struct {
	year  int
	items []*project
}

// planNotice is the day on which the plan of a year is issued.
func planNotice(year int) string { return fmt.Sprintf("%d-12-24", year-1) }

func (g *generator) enter(p *project) {
	if g.plans[p.year] == nil {
		g.plans[p.year] = &plan{year: p.year}
	}
	// The plan keeps what it prints, not the random stream.
	item := *p
	item.rng = nil
	g.plans[p.year].items = append(g.plans[p.year].items, &item)
}

func (pl *plan) file() []byte {
	key, total := 0, int64(0)
	for _, p := range pl.items {
		total += p.estimate
		if p.class == "重点" {
			key++
		}
	}
	meeting := fmt.Sprintf("区政府%d年第十二次常务会议", pl.year-1)
	body := fmt.Sprintf("本计划共列入项目%d个，其中重点项目%d个，经%s审议通过。\n\n> 本页为合成数据。\n", len(pl.items), key, meeting)
	return record(body, func(s *sheet) {
		s.int("year", pl.year)
		s.word("status", "已印发")
		s.object("items", func() {
			for i, p := range pl.items {
				s.item(func() {
					s.text("project", p.id())
					s.int("priority", i+1)
					s.word("class", p.class)
					s.wan("total", p.estimate)
					s.wan("annual", p.estimate)
					s.object("period", func() { s.word("start", p.start); s.word("end", p.end) })
					s.word("funding", p.funding)
				})
			}
		})
		s.object("participants", func() {
			s.item(func() { s.word("role", "BDB") })
			s.item(func() { s.word("role", "DRC") })
		})
		s.object("govApproval", func() {
			s.text("meeting", meeting)
			s.word("on", fmt.Sprintf("%d-12-18", pl.year-1))
		})
		s.object("notice", func() {
			s.text("docNo", fmt.Sprintf("清示例数据〔%d〕43号", pl.year-1))
			s.word("on", planNotice(pl.year))
			s.word("by", "dsjj")
		})
		s.wan("total", total)
	})
}
