package publish

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/due"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// Limits of the indicators. They are the registry's own, unlike the limit of
// changes, which is the regulation's and stands in schemas/limits.yaml.
const (
	longStay  = 180 // calendar days in one state
	farOff    = 100 // per mille of what was granted
	nearLimit = 800 // per mille of what changes may come to
	payWithin = 12  // months from a contract to its first recorded payment

	namedMissing = 2 // of the documents that lack something
)

// measured is what an indicator says of one project. The zero value says that
// it does not apply.
type measured struct {
	applies, flagged bool
	zh, en           string
	number           string // the same for computing, in the definition's unit
	rank             int64  // of what is listed, the largest first
}

// definition is one indicator. Indicators point to where a look is worth while;
// none is a verdict. They read the public part of a project and nothing else.
type definition struct {
	key, zh, en, how, howEn string
	unit                    string
	measure                 func(*subject) measured
	apart                   bool // the project's page says it elsewhere
}

func definitions(reg *registry.Registry) []definition {
	changes := reg.Limit("changes")
	return slices.DeleteFunc([]definition{
		{"time-in-state", "在当前状态的时间", "Time in the present state",
			fmt.Sprintf("数据日期减去进入当前状态的日期，日历天。还有人要办下一步的项目才算，运行维护中的不算；超过 %d 天的列出。", longStay),
			fmt.Sprintf("Calendar days from the day of entering the state to the date of the data, where somebody has to act next and the system is not in operation; listed above %d days.", longStay),
			"天", (*subject).stay, false},
		{"overdue", "过了期限的事项", "Dates that have passed",
			"按公开日期和条文推算的期限，在数据日期已经过去、而记录里还没有办的件数。只计有依据的期限，按惯例提醒的不计。",
			"Dates that follow from public dates and clauses, have passed at the date of the data and are not done by the records; customary ones are not counted.",
			"件", (*subject).overdue, false},
		{"contract-deviation", "合同与批准金额的偏差", "Contracts against what was granted",
			fmt.Sprintf("（合同合计，含批准的变更 − 批复）÷ 批复；没有批复的用年度计划。高出的都列出，低 %d%% 及以上的也列出。", farOff/10),
			fmt.Sprintf("Contracts with approved changes less the approval (else the plan), divided by it; listed where they are higher, or lower by %d%% or more.", farOff/10),
			"%", (*subject).contractDeviation, false},
		{"final-deviation", "决算与合同的偏差", "Final accounts against contracts",
			"（决算 − 合同合计，含批准的变更）÷ 合同合计。决算高于合同的列出。",
			"Final accounts less the contracts with approved changes, divided by them; listed where the accounts are higher.",
			"%", (*subject).finalDeviation, false},
		{"change-limit", "变更金额离上限多远", "Changes against their limit",
			fmt.Sprintf("批复同意的变更涉及金额 ÷ 上限（总投资的 %s，%s；按解释口径 A-21、A-22 计算）。用去 %d%% 及以上的列出。", changes, changes.Clause, nearLimit/10),
			fmt.Sprintf("What approved changes concern, divided by the limit of %s of the total (readings A-21 and A-22); listed from %d%% of the limit.", changes, nearLimit/10),
			"%", (*subject).changeLimit, false},
		{"missing", "记录里缺什么", "What the records lack",
			"逐项查看：公开审查、合同公告、付款记录（签约满 12 个月）、公开文件的校验值（或者网址、档号）。缺任何一项的列出。",
			"Disclosure review, announcement of contracts, recorded payments 12 months after a contract, digest, address or archive number of public documents; listed where any is missing.",
			"项", (*subject).missing, false},
		{"inconsistent", "记录之间对不上", "Records that disagree",
			"逐项比较：已付超过合同、决算低于已付、验收表上的合同金额与合同加变更不同、合同到期晚于计划周期。任何一项对不上的列出。",
			"Payments above contracts, accounts below payments, an acceptance form with another contract amount, a contract that ends after the planned period; listed where any is found.",
			"项", (*subject).inconsistent, false},
		{"withheld", "不予公开的内容", "What is withheld",
			"公开审查记下不予公开的内容和依据。有任何一项的列出，逐项写明。",
			"What the disclosure review withheld, and on which ground; listed where there is any.",
			"项", (*subject).withholds, true},
	}, func(d definition) bool { return d.key == "change-limit" && changes.Value == 0 })
}

// measures applies all indicators, in their order, once.
func (s *subject) measures() []measured {
	if s.measured == nil {
		for _, d := range s.defined {
			s.measured = append(s.measured, d.measure(s))
		}
	}
	return s.measured
}

// indicators are those that apply, as the project's page shows them.
func (s *subject) indicators() []indicator {
	var out []indicator
	ms := s.measures()
	for i, d := range s.defined {
		if m := ms[i]; m.applies && !d.apart {
			out = append(out, indicator{Zh: d.zh, En: d.en, Value: m.zh, ValueEn: m.en, Flag: m.flagged, URL: indicatorURL(d.key)})
		}
	}
	return out
}

// openIndicators are those that apply, for other people's programs.
func (s *subject) openIndicators() []opendata.Indicator {
	out := []opendata.Indicator{}
	ms := s.measures()
	for i, d := range s.defined {
		if m := ms[i]; m.applies {
			out = append(out, opendata.Indicator{Indicator: d.key, Name: d.zh, NameEn: d.en, Listed: m.flagged, Number: json.Number(m.number), Unit: d.unit, Value: m.zh, ValueEn: m.en})
		}
	}
	return out
}

func indicatorURL(key string) string { return "/indicators/" + key + "/" }

func (s *subject) stay() measured {
	since := s.since()
	n, ok := value.Days(since, s.today)
	waiting := slices.ContainsFunc(s.waits, func(x due.Item) bool { return x.Waits })
	if !ok || n < 0 || !waiting || s.lifecycle.State(s.history.State).OC4IDS == "maintenance" {
		return measured{}
	}
	return measured{true, n > longStay, count(n) + " 天", several(n, "day"), strconv.Itoa(n), int64(n)}
}

func (s *subject) overdue() measured {
	if s.today == "" {
		return measured{}
	}
	n, days, what := 0, 0, finding.Text{}
	for i := range s.waits {
		if x := &s.waits[i]; x.Section == due.Overdue {
			if n++; -x.DaysLeft > days {
				days, what = -x.DaysLeft, x.What
			}
		}
	}
	m := measured{true, n > 0, count(n) + " 件", count(n), strconv.Itoa(n), int64(days)}
	if n > 0 {
		m.zh += "，最久的已过 " + count(days) + " 天：" + what.Zh
		m.en += ", the longest by " + count(days) + " days: " + what.En
	}
	return m
}

// figureOf takes a percentage for computing out of its words.
func figureOf(percent string) string {
	return strings.ReplaceAll(strings.TrimSuffix(percent, "%"), ",", "")
}

// deviationOf words how far got is from base, in 分.
func deviationOf(got, base int64, flagged bool) measured {
	part := percent(got-base, base)
	text, wan := signed(part), signed(wan2(got-base))
	return measured{true, flagged, text + "（" + wan + " 万元）", text + " (" + wan + " × 10,000 yuan)", figureOf(part), (got - base) * 1000 / base}
}

func (s *subject) contractDeviation() measured {
	a := s.amounts()
	_, got, ok1 := a.agreed()
	_, base, ok2 := a.first(approved, inPlan)
	if !ok1 || !ok2 || base <= 0 {
		return measured{}
	}
	far := (got - base) * 1000
	return deviationOf(got, base, far > 0 || far <= -base*farOff)
}

func (s *subject) finalDeviation() measured {
	a := s.amounts()
	_, base, ok := a.agreed()
	if !ok || !a.has[settled] || base <= 0 {
		return measured{}
	}
	return deviationOf(a.fen[settled], base, a.fen[settled] > base)
}

// changeLimit computes what rules compare, by the readings in
// force.
func (s *subject) changeLimit() measured {
	reading, _ := s.project.Env["reading"].(func(string) string)
	total, _ := s.project.Env["totalInvestment"].(func() int)
	if reading == nil || total == nil {
		return measured{}
	}
	whole := int64(total())
	by := reading("A-22")
	if by == "gross-contract" || by == "net-contract" {
		whole, _ = s.works()
	}
	net := by == "net-approved" || by == "net-contract"
	var sum, most int64
	n := 0
	for _, c := range s.all("change") {
		if c.root.str("approval", "result") != "同意" {
			continue
		}
		involved, _ := c.root.fen("amountInvolved")
		delta, _ := c.root.fen("netDelta")
		one := max(involved, delta, -delta)
		if net {
			one = delta
		}
		n, sum, most = n+1, sum+one, max(most, one, -one)
	}
	used := max(sum, -sum)
	if reading("A-21") != "cumulative" {
		used = most
	}
	if n == 0 || whole <= 0 {
		return measured{}
	}
	most = whole * int64(s.project.Registry().Limit("changes").Value) / 100
	part, wan := percent(used, most), wan2(used)+" / "+wan2(most)
	return measured{true, used*1000 >= most*nearLimit, part + "（" + wan + " 万元）", part + " (" + wan + " × 10,000 yuan)", figureOf(part), used * 1000 / max(most, 1)}
}

// found words what an examination of several things found.
func found(zh, en []string) measured {
	if len(zh) == 0 {
		return measured{applies: true, zh: "没有发现", en: "none found", number: "0"}
	}
	return measured{true, true, strings.Join(zh, "；"), strings.Join(en, "; "), strconv.Itoa(len(zh)), int64(len(zh))}
}

func (s *subject) missing() measured {
	var zh, en []string
	add := func(ok bool, z, e string) {
		if !ok {
			zh, en = append(zh, z), append(en, e)
		}
	}
	add(s.index.get("disclosureReview") != nil, "没有公开审查记录", "no disclosure review")
	unannounced, unpaid := 0, 0
	for _, c := range s.all("contract") {
		if c.root.str("publishedOn") == "" && s.index.str("origin") != "存量" {
			unannounced++
		}
		until := value.AddMonths(c.root.str("signedOn"), payWithin)
		fen, _ := c.root.fen("amount") // a supplementary contract may add none
		if fen > 0 && len(c.root.list("payments")) == 0 && !s.amounts().has[spent] && until != "" && s.today > until {
			unpaid++
		}
	}
	add(unannounced == 0, fmt.Sprintf("%d 份合同没有公告日期", unannounced), several(unannounced, "contract")+" without announcement")
	add(unpaid == 0, fmt.Sprintf("%d 份合同签订满 %d 个月没有付款记录", unpaid, payWithin), fmt.Sprintf("%s without payments after %d months", several(unpaid, "contract"), payWithin))
	f := &former{s: s}
	for _, r := range s.records {
		f.form(r)
	}
	var bare []string
	for _, d := range f.documents {
		if d.SHA256 == "" && d.URL == "" && d.ArchiveNo == "" {
			bare = append(bare, d.Title)
		}
	}
	which := strings.Join(nonEmpty(bare[:min(len(bare), namedMissing)]...), "、")
	if len(bare) > namedMissing {
		which += "……"
	}
	add(len(bare) == 0, fmt.Sprintf("%d 份文件没有校验值、网址和档号（%s）", len(bare), which),
		fmt.Sprintf("%s without digest, address or archive number (%s)", several(len(bare), "document"), which))
	return found(zh, en)
}

// several counts in English: 1 contract, 2 contracts.
func several(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return count(n) + " " + what
}

func (s *subject) inconsistent() measured {
	a := s.amounts()
	var zh, en []string
	add := func(bad bool, z, e string) {
		if bad {
			zh, en = append(zh, z), append(en, e)
		}
	}
	with, agreed, ok := a.agreed()
	add(ok && a.has[spent] && a.fen[spent] > agreed, "已付超过"+sumName(with).Zh, "payments above "+sumName(with).En)
	add(a.has[settled] && a.has[spent] && a.fen[spent] > a.fen[settled], "决算低于已付", "accounts below payments")
	works, end := s.works()
	if form, has := s.one("acceptance").fen("contractAmount"); has && works > 0 {
		add(form != works+a.fen[changed], "验收表上的合同金额与合同加变更不同", "acceptance form with another contract amount")
	}
	if es := s.planned(); len(es) > 0 && end != "" {
		last := periodEnd(es[len(es)-1])
		add(last != "" && end > last, "合同到期晚于计划周期（"+last+"）", "a contract ends after the planned period ("+last+")")
	}
	return found(zh, en)
}

func (s *subject) withholds() measured {
	var all []string
	for _, w := range s.index.list("withheld") {
		all = append(all, w.str("what")+"（"+w.str("ground")+"）")
	}
	return measured{applies: true, flagged: len(all) > 0, zh: strings.Join(all, "；"), number: strconv.Itoa(len(all)), rank: int64(len(all))}
}

// works sums the contracts for the work itself, in 分, and returns the last day
// of their terms: without supervision, without supplementary contracts, which
// belong to their changes, and without what was signed after acceptance.
func (s *subject) works() (sum int64, end string) {
	accepted := text(s.project.Env["acceptedOn"])
	for _, c := range s.all("contract") {
		fen, has := c.root.fen("amount")
		if has && c.root.str("kind") != "监理" && c.rec.Env["change"] == 0 && (accepted == "" || c.root.str("signedOn") <= accepted) {
			sum, end = sum+fen, max(end, c.root.str("end"))
		}
	}
	return sum, end
}

// periodEnd returns the end of a plan entry's period.
func periodEnd(entry map[string]any) string {
	p, _ := entry["period"].(map[string]any)
	return text(p["end"])
}

type indicator struct {
	Zh      string `json:"zh"`
	En      string `json:"en"`
	Value   string `json:"value"`
	ValueEn string `json:"valueEn,omitempty"`
	Flag    bool   `json:"flag,omitempty"`
	URL     string `json:"url"`
}

// indicatorRow is an indicator over all public projects, or one listed project.
type indicatorRow struct {
	Zh      string `json:"zh"`
	En      string `json:"en,omitempty"`
	How     string `json:"how,omitempty"`
	HowEn   string `json:"howEn,omitempty"`
	URL     string `json:"url"`
	Listed  string `json:"listed"`
	Checked string `json:"checked"`
	Share   string `json:"share,omitempty"`
	Pct     int    `json:"pct"`
}

type listedProject struct {
	Title   string `json:"title"`
	ID      string `json:"id"`
	URL     string `json:"url"`
	Unit    link   `json:"unit"`
	State   *state `json:"state"`
	Value   string `json:"value"`
	ValueEn string `json:"valueEn,omitempty"`
}

type indicatorView struct {
	pager
	indicatorRow
	Date  string          `json:"date,omitempty"`
	Items []listedProject `json:"items"`
}

// indicators writes the overview of all indicators and, for each, the projects
// that it lists.
func (s *pages) indicators() error {
	rows := []indicatorRow{}
	for i, d := range s.b.defined {
		var listed []*row
		checked := 0
		for _, r := range s.rows {
			if m := r.measured[i]; m.applies {
				checked++
				if m.flagged {
					listed = append(listed, r)
				}
			}
		}
		slices.SortFunc(listed, func(a, b *row) int {
			return cmp.Or(cmp.Compare(b.measured[i].rank, a.measured[i].rank), cmp.Compare(a.unit, b.unit), cmp.Compare(a.ID, b.ID))
		})
		one := indicatorRow{Zh: d.zh, En: d.en, How: d.how, HowEn: d.howEn, URL: indicatorURL(d.key), Listed: count(len(listed)), Checked: count(checked)}
		if checked > 0 {
			one.Share, one.Pct = percent(int64(len(listed)), int64(checked)), len(listed)*100/checked
		}
		rows = append(rows, one)
		err := paged(one.URL, listed, func(at string, part []*row, p pager) error {
			v := indicatorView{p, one, s.b.meta.Date, []listedProject{}}
			for _, r := range part {
				v.Items = append(v.Items, listedProject{r.Title, r.ID, r.URL, r.Unit, r.State, r.measured[i].zh, r.measured[i].en})
			}
			return s.out.add(newPage("indicator", d.zh, at, v))
		})
		if err != nil {
			return err
		}
	}
	return s.out.add(newPage("indicators", "指标，不是结论", "/indicators/", struct {
		En    string         `json:"en"`
		Date  string         `json:"date,omitempty"`
		Total string         `json:"total"`
		Rows  []indicatorRow `json:"rows"`
	}{"Indicators, not verdicts", s.b.meta.Date, count(len(s.rows)), rows}))
}
