package publish

import (
	"cmp"
	"slices"
	"strings"

	"taizhang/tools/internal/due"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
)

// news is what happened to one or several projects on a day.
type news struct {
	On    string     `json:"on"`
	What  name       `json:"what"`
	Items []newsItem `json:"items"`
	More  *moreNews  `json:"more,omitempty"`
}

// moreNews says how much of what happened is not shown, and where it is listed.
type moreNews struct {
	All  string `json:"all"`
	Rest string `json:"rest"`
	URL  string `json:"url"`
}

type newsItem struct {
	Title string `json:"title"`
	URL   string `json:"url"`
	Unit  string `json:"unit"`
	State *state `json:"state"`
}

type homeView struct {
	DistrictName string      `json:"districtName"`
	Lead         string      `json:"lead"`
	LeadEn       string      `json:"leadEn"`
	Date         string      `json:"date,omitempty"`
	Figures      []figure    `json:"figures"`
	Latest       []news      `json:"latest"`
	Events       string      `json:"events"`
	Due          []waitView  `json:"due,omitempty"`
	DueMore      string      `json:"dueMore,omitempty"` // how many there are, when not all are shown
	ByYear       []tally     `json:"byYear"`
	ByStage      []tally     `json:"byStage"`
	TakePart     []guideLink `json:"takePart,omitempty"`
	Asked        []name      `json:"asked"`
}

func (s *pages) home() error {
	c := s.j.Registry.Config
	v := homeView{DistrictName: c.District.Zh, Figures: s.figures(), ByYear: s.byYear(), ByStage: s.byStage(), Latest: s.newest(), Events: eventsURL, Date: s.b.meta.Date, Asked: s.asked(),
		Lead:   "全区财政资金建设、运行的信息化项目，从申报、审定、建设到验收、运维、停用，一个项目一份台账，依法公开，可查可核。",
		LeadEn: "Every government IT project of the district, from declaration to decommissioning."}
	dated, err := s.dated()
	if err != nil {
		return err
	}
	if len(v.ByYear) > yearsAtHome {
		v.ByYear = v.ByYear[:yearsAtHome]
	}
	v.Due = s.waitViews(pressing(dated, dueAtHome))
	if len(dated) > dueAtHome {
		v.DueMore = count(len(dated))
	}
	for _, g := range s.guides {
		if g.link.URL != aboutURL {
			v.TakePart = append(v.TakePart, g.link)
		}
	}
	p := newPage("home", s.siteTitle().Zh, "", v)
	p.Description = s.siteTitle().Zh + "：项目、年度计划、单位与规则"
	if err := s.out.add(p); err != nil {
		return err
	}
	return s.out.add(newPage("notfound", "没有找到这个页面", notFoundURL, struct {
		En string `json:"en"`
	}{"Page not found"}))
}

// asked leads to what people ask for most, each one step away.
func (s *pages) asked() []name {
	var out []name
	if s.b.meta.Date != "" {
		m, month := monthsBack(s.b.meta.Date, 2), eventsURL
		if slices.ContainsFunc(s.rows, func(r *row) bool {
			return slices.ContainsFunc(r.steps, func(h happened) bool { return monthOf(h.on) == m })
		}) {
			month = s.monthURL(m)
		}
		out = append(out, name{Zh: "上个月办了什么", En: "What changed last month", URL: month},
			name{Zh: "什么卡在哪个部门、多久了", En: "What waits for which department, and how long", URL: "/departments/"},
			name{Zh: "一年内什么到期、停用、该评估", En: "What expires, is switched off or evaluated within a year", URL: "/departments/#matters"})
	}
	out = append(out, name{Zh: "哪家公司得了哪些合同", En: "Which company got which contracts", URL: "/contractors/"},
		name{Zh: "哪个单位花了多少，计划与实际", En: "What each unit spent, planned and actual", URL: "/units/"})
	if limit := s.j.Registry.Limit("supervision").Value; limit > 0 {
		from := bandsAt(limit)[0]
		out = append(out, name{Zh: from.zh + "、没有监理记录的", En: from.en + ", no supervision on record", URL: "/search/?amount=" + from.id + "&supervision=none"})
	}
	for _, d := range s.b.defined {
		switch d.key {
		case "contract-deviation":
			out = append(out, name{Zh: "合同高出批复或计划的", En: "Contracts above approval or plan", URL: indicatorURL(d.key)})
		case "change-limit":
			out = append(out, name{Zh: "变更接近上限的", En: "Changes near their limit", URL: indicatorURL(d.key)})
		}
	}
	for _, g := range s.standings()[len(s.stages()):] {
		out = append(out, name{Zh: g.zh + "的项目和原因", En: g.en + ", and why", URL: g.url})
	}
	return out
}

// pressing chooses n of what has a date, most pressing first, so that old
// arrears leave half of the places to what can still be met.
func pressing(dated []due.Item, n int) []due.Item {
	if len(dated) <= n {
		return dated
	}
	var past, ahead []due.Item
	for _, x := range dated {
		if x.DaysLeft < 0 {
			past = append(past, x)
		} else {
			ahead = append(ahead, x)
		}
	}
	late := min(len(past), max(n/2, n-len(ahead)))
	return slices.Concat(past[:late], ahead[:min(len(ahead), n-late)])
}

// newest lists the latest events of all projects, newest first; what happened to
// several on one day, as when a plan is issued, is one line.
func (s *pages) newest() []news {
	type one struct {
		row *row
		happened
	}
	var all []one
	for _, r := range s.rows {
		for _, e := range r.steps {
			all = append(all, one{r, e})
		}
	}
	slices.SortFunc(all, func(a, b one) int {
		return cmp.Or(strings.Compare(b.on, a.on), strings.Compare(b.what.ID, a.what.ID), strings.Compare(a.row.ID, b.row.ID))
	})
	out := []news{}
	n := 0
	for i, e := range all {
		if i == 0 || all[i-1].on != e.on || all[i-1].what != e.what {
			if len(out) == newsAtHome {
				break
			}
			out, n = append(out, news{On: e.on, What: name{Zh: e.what.Zh, En: e.what.En}}), 0
		}
		last := &out[len(out)-1]
		if n++; n <= newsTogether {
			last.Items = append(last.Items, newsItem{e.row.Title, e.row.URL, e.row.Unit.Name, e.row.State})
		} else {
			last.More = &moreNews{count(n), count(n - newsTogether), s.monthURL(e.on)}
		}
	}
	return out
}

func (s *pages) siteTitle() finding.Text { return siteTitle(s.j.Registry.Config) }

func siteTitle(c registry.Config) finding.Text {
	t := c.Title
	if t.Zh == "" {
		t = finding.Text{Zh: "政务信息化项目台账", En: "Register of Government IT Projects"}
	}
	return t
}

// figures are the numbers of the home page; those of stages count exactly what
// the page that they link to lists.
func (s *pages) figures() []figure {
	out := []figure{{Zh: "在册项目", En: "Projects", Value: count(len(s.rows)), Unit: "个", URL: "/projects/"}}
	if plans := s.published(); len(plans) > 0 {
		p := plans[0]
		out = append(out, figure{Zh: p.year + " 年度计划投资", En: "Planned for " + p.year, Value: wan2(p.annual), Unit: "万元", Also: yi(p.annual), URL: p.url})
	}
	for _, f := range []figure{{Zh: "正在建设", En: "Under way", URL: "/stages/build/"}, {Zh: "已投入运行", En: "In operation", URL: "/stages/operate/"}} {
		for i, g := range s.stages() {
			if g.url == f.URL {
				f.Value, f.Unit = s.byStage()[i].Count, "个"
				out = append(out, f)
			}
		}
	}
	return out
}
