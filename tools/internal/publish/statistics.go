package publish

import (
	"cmp"
	"fmt"
	"slices"

	"taizhang/tools/internal/chart"
	"taizhang/tools/internal/lifecycle"
)

// unitsDrawn is how many units the picture by unit shows one by one.
const unitsDrawn = 12

// statistic is one picture with its table and how it was computed.
type statistic struct {
	ID      string    `json:"id"`
	Zh      string    `json:"zh"`
	En      string    `json:"en"`
	How     string    `json:"how"`
	HowEn   string    `json:"howEn"`
	Charts  []picture `json:"charts"`
	Columns []column  `json:"columns"`
	Rows    []statRow `json:"rows"`
}

// picture is a drawing with the words over it.
type picture struct {
	name
	SVG string `json:"svg"`
}

type statRow struct {
	Head  name     `json:"head"`
	Cells []string `json:"cells"`
}

// statistics writes the page of figures and pictures over all public projects.
func (s *pages) statistics() error {
	return s.out.add(newPage("statistics", "统计", "/statistics/", struct {
		En       string      `json:"en"`
		Date     string      `json:"date,omitempty"`
		Total    string      `json:"total"`
		Sections []statistic `json:"sections"`
	}{"Statistics", s.b.meta.Date, count(len(s.rows)),
		[]statistic{s.statByYear(), s.statByUnit(), s.statByStage(), s.statFlow(), s.statLead(), s.statPlanned()}}))
}

// rowGroup is a set of projects under one heading.
type rowGroup struct {
	head name
	rows []*row
	rest bool // of many: beside one, its bar would leave the others no length
}

func (g rowGroup) label() chart.Text { return chart.Text{Zh: g.head.Zh, En: g.head.En} }

// countAndMoney draws counts and sums of groups and sets them as a table.
func countAndMoney(st statistic, what column, groups []rowGroup) statistic {
	var counts, sums []chart.Row
	for _, g := range groups {
		n, fen := len(g.rows), total(g.rows)
		st.Rows = append(st.Rows, statRow{g.head, []string{count(n), wan2(fen)}})
		if g.rest {
			continue
		}
		counts = append(counts, chart.Row{Label: g.label(), Bars: []chart.Bar{{Value: int64(n), Word: chart.Text{Zh: count(n)}}}})
		sums = append(sums, chart.Row{Label: g.label(), Bars: []chart.Bar{{Value: max(fen, 0), Word: chart.Text{Zh: wan2(fen)}}}})
	}
	st.Columns = []column{what, {Zh: "项目数", En: "Projects", Num: true}, {Zh: "金额（万元）", En: "Amount (10,000 yuan)", Num: true}}
	drawn := func(id string, what name, rows []chart.Row) picture {
		return picture{what, chart.Bars(id, chart.Text{Zh: st.Zh + "：" + what.Zh, En: st.En + ": " + what.En},
			chart.Text{Zh: "每行一条，数值见旁边的表。", En: "One bar a row; the table beside it has the figures."}, nil, rows)}
	}
	st.Charts = []picture{drawn(st.ID+"-n", name{Zh: "项目数", En: "Projects"}, counts), drawn(st.ID+"-m", name{Zh: "金额（万元）", En: "Amount (10,000 yuan)"}, sums)}
	return st
}

func (s *pages) statByYear() statistic {
	lists := map[string][]*row{}
	for _, r := range s.rows {
		lists[r.Year] = append(lists[r.Year], r)
	}
	var groups []rowGroup
	for _, y := range years(s.rows) {
		year := fmt.Sprintf("%04d", y)
		groups = append(groups, rowGroup{head: name{Zh: year, URL: "/projects/" + year + "/"}, rows: lists[year]})
	}
	return countAndMoney(statistic{ID: "by-year", Zh: "按年度", En: "By year",
		How:   "年度是项目编号里的年度。金额是每个项目最近一个环节的金额：决算，没有的用合同（含变更），再没有的用批复、计划或匡算。",
		HowEn: "The year is that of the project id. The amount of a project is that of its latest step: final accounts, else contracts with changes, else approval, plan or estimate."},
		column{Zh: "年度", En: "Year"}, groups)
}

func (s *pages) statByUnit() statistic {
	var groups []rowGroup
	for code, rows := range s.byUnit {
		l := unitLink(s.j.Registry, code)
		groups = append(groups, rowGroup{head: name{Zh: l.Name, URL: l.URL}, rows: rows})
	}
	slices.SortFunc(groups, func(a, b rowGroup) int {
		return cmp.Or(cmp.Compare(total(b.rows), total(a.rows)), cmp.Compare(a.head.URL, b.head.URL))
	})
	if rest := groups[min(unitsDrawn, len(groups)):]; len(rest) > 1 {
		other := rowGroup{rest: true, head: name{Zh: fmt.Sprintf("其他 %d 个单位", len(rest)), En: fmt.Sprintf("%d other units", len(rest)), URL: "/units/"}}
		for _, g := range rest {
			other.rows = append(other.rows, g.rows...)
		}
		groups = append(groups[:unitsDrawn:unitsDrawn], other)
	}
	return countAndMoney(statistic{ID: "by-unit", Zh: "按实施单位", En: "By implementing unit",
		How:   fmt.Sprintf("金额最多的 %d 个单位，其余合为一行，不画。金额算法同上。", unitsDrawn),
		HowEn: fmt.Sprintf("The %d units with the largest sums, the others in one row that is not drawn; amounts as above.", unitsDrawn)},
		column{Zh: "实施单位", En: "Unit"}, groups)
}

func (s *pages) statByStage() statistic {
	var groups []rowGroup
	for _, g := range s.standings() {
		groups = append(groups, rowGroup{head: name{g.zh, g.en, g.url}, rows: s.where(func(r *row) bool { return r.standing() == g.key })})
	}
	return countAndMoney(statistic{ID: "by-stage", Zh: "按现在所处阶段", En: "By present stage",
		How: "每个项目只在现在所处的阶段计一次；已终止的不在任何阶段，另列一行。", HowEn: "A project counts once, where it stands; terminated ones stand in none and have a row of their own."},
		column{Zh: "阶段", En: "Stage"}, groups)
}

// gone are the projects whose way through the stages is on record from the
// declaration on: stock projects enter half-way.
func (s *pages) gone() []*row {
	return s.where(func(r *row) bool { return r.Origin.Zh != "存量" })
}

func (s *pages) statFlow() statistic {
	st := statistic{ID: "flow", Zh: "从申报走到验收、运行", En: "From declaration to acceptance and operation",
		How:     "到过每一阶段的公开项目数（存量项目不计；转入运行以后办的决算也算到过决算）。还没有列入计划的申报不公开，不在内。没有到过不一定是问题：运维项目不试运行，新项目还在前面的阶段。",
		HowEn:   "Public projects that have ever been in a stage, or did its step later, as accounts settled in operation; stock projects apart. Declarations that are not in a plan are not public. Not having been in a stage is no fault by itself.",
		Columns: []column{{Zh: "阶段", En: "Stage"}, {Zh: "到过的项目", En: "Projects", Num: true}, {Zh: "占全部", En: "Share", Num: true}}}
	rows := s.gone()
	var bars []chart.Row
	for i, g := range s.j.Lifecycle.Stages {
		n := 0
		for _, r := range rows {
			if r.entered[i] > 0 {
				n++
			}
		}
		share := "—"
		if len(rows) > 0 {
			share = percent(int64(n), int64(len(rows)))
		}
		st.Rows = append(st.Rows, statRow{name{Zh: g.Zh, En: g.En}, []string{count(n), share}})
		bars = append(bars, chart.Row{Label: chart.Text{Zh: g.Zh, En: g.En}, Bars: []chart.Bar{{Value: int64(n), Word: chart.Text{Zh: count(n)}}}})
	}
	st.Charts = []picture{{name{Zh: "到过的项目", En: "Projects that have been there"}, chart.Bars(st.ID, chart.Text{Zh: st.Zh, En: st.En}, chart.Text{Zh: "每个阶段一条，长度是到过这一阶段的项目数。", En: "One bar a stage, as long as the number of projects that have been in it."}, nil, bars)}}
	return st
}

// stays returns how many days projects stayed in a stage before the next one
// that they came to, ascending. Projects still in it are not counted, nor those
// that were past it already when it happened (accounts settled in operation).
func stays(rows []*row, stage int) []int {
	var out []int
	for _, r := range rows {
		from := r.entered[stage]
		next := int32(0)
		for _, to := range r.entered[min(stage+1, len(r.entered)):] {
			if to > 0 && (next == 0 || to < next) {
				next = to
			}
		}
		if from > 0 && next >= from {
			out = append(out, int(next-from))
		}
	}
	slices.Sort(out)
	return out
}

// between returns the days from coming to one stage to coming to a later one,
// ascending.
func between(rows []*row, from, to int) []int {
	var out []int
	for _, r := range rows {
		if a, b := r.entered[from], r.entered[to]; a > 0 && b >= a {
			out = append(out, int(b-a))
		}
	}
	slices.Sort(out)
	return out
}

// quantile returns the value that at least a share q (per mille) of the sorted
// values do not exceed: the nearest rank, so always one of the values.
func quantile(sorted []int, q int) int {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*q + 999) / 1000
	return sorted[max(rank, 1)-1]
}

func (s *pages) statLead() statistic {
	st := statistic{ID: "lead-time", Zh: "各阶段用时", En: "Time per stage",
		How:     "从进入一个阶段到进入下一个到过的阶段，日历天；还在这一阶段的不计，存量项目不计。圆点是中位数，粗线是从四分之一到四分之三；取最近秩，都是真实出现的天数。",
		HowEn:   "Calendar days from coming to a stage to coming to the next; projects still in it and stock projects are not counted. The dot is the median, the thick line runs from the first to the third quartile (nearest rank).",
		Columns: []column{{Zh: "阶段", En: "Stage"}, {Zh: "项目", En: "Projects", Num: true}, {Zh: "四分之一", En: "First quartile", Num: true}, {Zh: "中位（天）", En: "Median (days)", Num: true}, {Zh: "四分之三", En: "Third quartile", Num: true}}}
	rows, stages := s.gone(), s.j.Lifecycle.Stages
	var spans []chart.Span
	add := func(head name, days []int) {
		if len(days) == 0 {
			return
		}
		low, mid, high := quantile(days, 250), quantile(days, 500), quantile(days, 750)
		st.Rows = append(st.Rows, statRow{head, []string{count(len(days)), count(low), count(mid), count(high)}})
		spans = append(spans, chart.Span{Label: chart.Text{Zh: head.Zh, En: head.En}, Low: int64(low), Mid: int64(mid), High: int64(high),
			Word: chart.Text{Zh: count(mid) + " 天", En: several(mid, "day")}})
	}
	for i, g := range stages[:max(len(stages)-1, 0)] {
		add(name{Zh: g.Zh, En: g.En}, stays(rows, i))
	}
	at := func(key string) int {
		return slices.IndexFunc(s.j.Lifecycle.Stages, func(g lifecycle.Stage) bool { return g.Key == key })
	}
	if from, to := at("declare"), at("accept"); from >= 0 && to >= 0 {
		add(name{Zh: "合计：申报到验收", En: "In all: declaration to acceptance"}, between(rows, from, to))
	}
	st.Charts = []picture{{name{Zh: "天数", En: "Days"}, chart.Spans(st.ID, chart.Text{Zh: st.Zh + "（天）", En: st.En + " (days)"}, chart.Text{Zh: "每个阶段一条线，从四分之一到四分之三，圆点是中位数。", En: "One line a stage from the first to the third quartile, with a dot at the median."}, spans)}}
	return st
}

// statPlanned sets what was planned beside what it came to. Only projects that
// have both a plan and a contract can be compared.
func (s *pages) statPlanned() statistic {
	st := statistic{ID: "plan-actual", Zh: "计划与实际", En: "Plan against actual",
		How:     "只比既有年度计划金额又有合同的项目：计划总投资、合同（含批准的变更）、已付。偏差 =（合同 − 计划）÷ 计划。",
		HowEn:   "Only projects with both a planned amount and a contract: plan, contracts with approved changes, payments. Deviation is contracts less plan, divided by the plan.",
		Columns: []column{{Zh: "年度", En: "Year"}, {Zh: "项目", En: "Projects", Num: true}, {Zh: "计划（万元）", En: "Plan", Num: true}, {Zh: "合同（万元）", En: "Contracts", Num: true}, {Zh: "偏差", En: "Deviation", Num: true}, {Zh: "已付（万元）", En: "Paid", Num: true}}}
	type totals struct{ n, plan, agreed, paid int64 }
	byYear := map[string]*totals{}
	all := &totals{}
	for _, r := range s.rows {
		_, agreed, ok := r.amounts.agreed()
		if !ok || !r.amounts.has[inPlan] {
			continue
		}
		if byYear[r.Year] == nil {
			byYear[r.Year] = &totals{}
		}
		for _, t := range []*totals{byYear[r.Year], all} {
			t.n, t.plan, t.agreed, t.paid = t.n+1, t.plan+r.amounts.fen[inPlan], t.agreed+agreed, t.paid+r.amounts.fen[spent]
		}
	}
	line := func(head name, t *totals) {
		deviation := "—"
		if t.plan > 0 {
			deviation = signed(percent(t.agreed-t.plan, t.plan))
		}
		st.Rows = append(st.Rows, statRow{head, []string{count(int(t.n)), wan2(t.plan), wan2(t.agreed), deviation, wan2(t.paid)}})
	}
	var bars []chart.Row
	for _, y := range years(s.rows) {
		year := fmt.Sprintf("%04d", y)
		t := byYear[year]
		if t == nil {
			continue
		}
		line(name{Zh: year, URL: "/projects/" + year + "/"}, t)
		one := chart.Row{Label: chart.Text{Zh: year}}
		for _, fen := range []int64{t.plan, t.agreed, t.paid} {
			one.Bars = append(one.Bars, chart.Bar{Value: max(fen, 0), Word: chart.Text{Zh: wan2(fen)}})
		}
		bars = append(bars, one)
	}
	if all.n > 0 {
		line(name{Zh: "合计", En: "In all"}, all)
	}
	st.Charts = []picture{{name{Zh: "万元", En: "10,000 yuan"}, chart.Bars(st.ID, chart.Text{Zh: st.Zh + "（万元）", En: st.En + " (10,000 yuan)"},
		chart.Text{Zh: "每个年度三条：计划、合同、已付。", En: "Three bars a year: plan, contracts, payments."},
		[]chart.Series{{Name: chart.Text{Zh: "计划", En: "Plan"}}, {Name: chart.Text{Zh: "合同", En: "Contracts"}}, {Name: chart.Text{Zh: "已付", En: "Paid"}}}, bars)}}
	return st
}
