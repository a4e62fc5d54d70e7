package publish

import (
	"cmp"
	"fmt"
	"slices"

	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/schema"
)

// mostWaiting bounds each list of what waits on a unit's page.
const mostWaiting = 10

type unitView struct {
	pager
	En        string         `json:"en,omitempty"`
	Code      string         `json:"code"`
	Name      string         `json:"name"`
	Kind      word           `json:"kind"`
	Aliases   []string       `json:"aliases,omitempty"`
	USCC      string         `json:"uscc,omitempty"`
	Authority *link          `json:"authority,omitempty"`
	Roles     []word         `json:"roles,omitempty"`
	Figures   []figure       `json:"figures"`
	Rows      []*row         `json:"rows"`
	Spending  []spendingLine `json:"spending,omitempty"`
	Until     string         `json:"until,omitempty"`
	// Waits and Dates are the beginning of what this unit has to do; All leads
	// to the whole, More says how much that is, Queues where departments have
	// what they have to do.
	Waits  []waitView `json:"waits,omitempty"`
	Dates  []waitView `json:"dates,omitempty"`
	More   string     `json:"more,omitempty"`
	All    string     `json:"all,omitempty"`
	Queues []name     `json:"queues,omitempty"`
	Date   string     `json:"date,omitempty"`
	Feed   string     `json:"feed,omitempty"` // without extension
}

// visibleUnit returns what the public may see of a unit's entry.
func visibleUnit(set *schema.Set, u map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range set.Form("units").Root.Child("units").Item.Fields {
		if accessOf(f) == always {
			out[f.Key] = u[f.Key]
		}
	}
	return out
}

// unit tells the guard the texts of a unit's page.
func (g *guard) unit(set *schema.Set, u map[string]any) {
	for _, v := range visibleUnit(set, u) {
		switch v := v.(type) {
		case string:
			g.text(v)
		case []any:
			for _, it := range v {
				g.text(text(it))
			}
		}
	}
}

// labels tells the guard the words of a form.
func (g *guard) labels(f *schema.Field) {
	g.text(f.Label.Zh, f.Label.En)
	g.text(f.Enum...)
	for _, zh := range f.EnumZh {
		g.text(zh)
	}
	for _, c := range f.Fields {
		g.labels(c)
	}
	if f.Item != nil {
		g.labels(f.Item)
	}
}

// units writes the page of each unit and the list of all, by kind.
func (s *pages) units() error {
	type item struct {
		Name  string `json:"name"`
		URL   string `json:"url"`
		Count string `json:"count"`
	}
	type kindGroup struct {
		Zh    string `json:"zh"`
		En    string `json:"en,omitempty"`
		ID    string `json:"id"`
		Items []item `json:"items"`
	}
	entry := s.j.Registry.Schemas.Form("units").Root.Child("units").Item
	kinds := entry.Child("kind")
	byKind := map[string][]item{}
	for _, code := range s.j.Registry.UnitCodes() {
		u := visibleUnit(s.j.Registry.Schemas, s.j.Registry.Unit(code))
		l := unitLink(s.j.Registry, code)
		kind := text(u["kind"])
		byKind[kind] = append(byKind[kind], item{l.Name, l.URL, count(len(s.byUnit[code]))})
		if err := s.unit(code, u, entry); err != nil {
			return err
		}
	}
	groups := []kindGroup{}
	for i, kind := range kinds.Enum {
		if len(byKind[kind]) > 0 {
			groups = append(groups, kindGroup{kind, kinds.EnumEn[kind], fmt.Sprintf("kind-%d", i+1), byKind[kind]})
		}
	}
	return s.out.add(newPage("units", "单位", "/units/", struct {
		En     string      `json:"en"`
		Lead   string      `json:"lead"`
		LeadEn string      `json:"leadEn"`
		Total  string      `json:"total"`
		Groups []kindGroup `json:"groups"`
	}{"Units", "使用财政资金建设、运行政务信息系统的单位，按性质分组；名称后的数字是公开的项目数。", "Organisations that build or run IT systems with public money, by kind; the figure behind a name counts its public projects.", count(len(s.j.Registry.UnitCodes())), groups}))
}

func (s *pages) unit(code string, u map[string]any, entry *schema.Field) error {
	rows := s.byUnit[code]
	v := unitView{Code: code, Name: cmp.Or(text(u["name"]), code), Kind: wordOf(entry.Child("kind"), text(u["kind"])), USCC: text(u["uscc"]), Until: text(u["until"]), Feed: "/" + opendata.FeedName("unit", code)}
	short := text(u["shortName"])
	aliases, _ := u["aliases"].([]any)
	for _, a := range append([]any{short}, aliases...) {
		if t := text(a); t != "" && t != v.Name && !slices.Contains(v.Aliases, t) {
			v.Aliases = append(v.Aliases, t)
		}
	}
	if a := text(u["authority"]); a != "" {
		l := unitLink(s.j.Registry, a)
		v.Authority = &l
	}
	list, _ := u["roles"].([]any)
	for _, r := range list {
		v.Roles = append(v.Roles, wordOf(entry.Child("roles").Item, text(r)))
	}
	building := 0
	for _, r := range rows {
		if r.stageKey == "build" {
			building++
		}
	}
	sum := total(rows)
	v.Figures = []figure{
		{Zh: "在册项目", En: "Projects", Value: count(len(rows)), Unit: "个"},
		{Zh: "正在建设", En: "Under way", Value: count(building), Unit: "个"},
		{Zh: "合计金额", En: "Total", Value: wan2(sum), Unit: "万元", Also: yi(sum)},
	}
	q := inTurn(s.byActor[code])
	v.Date, v.Spending = s.b.meta.Date, spendingOf(rows)
	v.Waits, v.Dates = s.waitViews(q.waits[:min(mostWaiting, len(q.waits))]), s.waitViews(q.dates[:min(mostWaiting, len(q.dates))])
	if n := len(q.waits) + len(q.dates); n > len(v.Waits)+len(v.Dates) {
		v.More, v.All = count(n), unitURL(code)+"waiting/"
		own := link{Name: cmp.Or(short, v.Name), URL: unitURL(code)}
		if err := s.queuePages(v.All, own.Name, &q, queueView{Role: name{Zh: own.Name}, Unit: &own}); err != nil {
			return err
		}
	}
	for _, r := range list {
		if len(s.byRole[text(r)]) > 0 {
			n := s.offices.role(text(r))
			v.Queues = append(v.Queues, name{n.Zh, n.En, departmentURL(text(r))})
		}
	}
	return paged(unitURL(code), rows, func(at string, part []*row, p pager) error {
		one := v
		one.Rows, one.pager = part, p
		return s.out.add(newPage("unit", cmp.Or(short, v.Name), at, one))
	})
}
