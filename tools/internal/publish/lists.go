package publish

import (
	"cmp"
	"encoding/json"
	"fmt"
	neturl "net/url"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/search"
)

const (
	perPage     = 50
	notFoundURL = "/404.html"
)

// pages writes what speaks of more than one project.
type pages struct {
	b   *Builder
	j   *check.Judge
	out *sink

	rows   []*row            // latest first
	byUnit map[string][]*row // in the order of rows
	guides []guidePage

	offices *offices
	waiting []due.Item            // most pressing first
	byRole  map[string][]due.Item // by the role of a department that has to act
	byActor map[string][]due.Item // by the code of a unit that has to act
}

// sort brings the rows into the order of the lists, which does not depend on
// the order that projects were added in.
func (s *pages) sort() {
	for _, r := range s.b.rows {
		s.rows = append(s.rows, r)
	}
	slices.SortFunc(s.rows, func(a, b *row) int {
		return cmp.Or(strings.Compare(b.On, a.On), strings.Compare(a.ID, b.ID))
	})
	s.byUnit = map[string][]*row{}
	for _, r := range s.rows {
		s.byUnit[r.unit] = append(s.byUnit[r.unit], r)
	}
}

func (s *pages) where(ok func(*row) bool) []*row {
	var out []*row
	for _, r := range s.rows {
		if ok(r) {
			out = append(out, r)
		}
	}
	return out
}

// list writes the pages of one list of projects; v holds what is the same on
// each.
func (s *pages) list(url, zh string, v listView, rows []*row) error {
	return paged(url, rows, func(at string, part []*row, p pager) error {
		v.pager, v.Rows = p, slices.Concat([]*row{}, part)
		return s.out.add(newPage("list", zh, at, v))
	})
}

// projects writes the list of all projects and those that its filters lead to.
func (s *pages) projects() error {
	all := listView{En: "Projects", Lead: "按最近一次办理日期排列。金额为当前最近一个环节的金额。", LeadEn: "Latest event first. The amount is that of the latest stage.", Crumbs: []name{}, Filters: s.filters(), Index: "/" + searchDir}
	if err := s.list("/projects/", "项目", all, s.rows); err != nil {
		return err
	}
	sub := func(url, zh, en string, lead word, query, feed string, ok func(*row) bool) error {
		v := listView{En: en, Lead: lead.Zh, LeadEn: lead.En, Crumbs: []name{{Zh: "项目", En: "Projects", URL: "/projects/"}}, Search: query, Feed: feed, Why: strings.HasPrefix(url, "/states/")}
		return s.list(url, zh, v, s.where(ok))
	}
	for _, y := range years(s.rows) {
		year := fmt.Sprintf("%04d", y)
		if err := sub("/projects/"+year+"/", year+" 年度项目", "Projects of "+year, word{}, "/search/?year="+year, "", func(r *row) bool { return r.Year == year }); err != nil {
			return err
		}
	}
	for _, g := range s.stages() {
		if err := sub(g.url, g.zh, g.en, word{"现在处于这个阶段的项目。", "Projects in this stage now."}, "/search/?stage="+g.key, "/"+opendata.FeedName("stage", g.key), func(r *row) bool { return r.stageKey == g.key }); err != nil {
			return err
		}
	}
	for _, st := range s.j.Lifecycle.States {
		if !st.Public {
			continue
		}
		if err := sub("/states/"+st.Code+"/", st.Zh, st.En, word{"现在处于这个状态的项目。", "Projects in this state now."}, "", "", func(r *row) bool { return r.State.Code == st.Code }); err != nil {
			return err
		}
	}
	for _, k := range s.kinds() {
		for _, v := range k.values {
			if err := sub(k.url(v), v.Zh+"项目", v.En, word{}, "/search/?"+k.key+"="+neturl.QueryEscape(v.ID), s.feed(k, v), func(r *row) bool { return k.of(r) == v.ID }); err != nil {
				return err
			}
		}
	}
	return nil
}

// kind is a property with few values, each of which has a list.
type kind struct {
	key, zh, en, dir string
	values           []search.Value
	of               func(*row) string
}

func (k *kind) url(v search.Value) string {
	return "/" + k.dir + "/" + strings.ReplaceAll(strings.ToLower(v.En), " ", "-") + "/"
}

// feed is the feed of a value, "" where there is none: only classes have some.
func (s *pages) feed(k kind, v search.Value) string {
	for _, c := range opendata.Classes(s.j.Registry.Schemas) {
		if k.key == "class" && c.Name.Zh == v.ID {
			return "/" + opendata.FeedName("class", c.Key)
		}
	}
	return ""
}

// kinds lists the properties of index.md that the lists are divided by.
func (s *pages) kinds() []kind {
	return []kind{
		{"class", "按分类", "By class", "classes", s.enum("index", "class"), func(r *row) string { return r.Class.Zh }},
		{"category", "按类别", "By category", "categories", s.enum("index", "category"), func(r *row) string { return r.Category.Zh }},
	}
}

type stage struct{ key, zh, en, url string }

// stages lists the stages that a public project can be in.
func (s *pages) stages() []stage {
	var out []stage
	for _, g := range s.j.Lifecycle.Stages {
		for _, st := range s.j.Lifecycle.States {
			if st.Public && st.Stage == g.Key {
				out = append(out, stage{g.Key, g.Zh, g.En, "/stages/" + g.Key + "/"})
				break
			}
		}
	}
	return out
}

// standings lists where a public project can stand: a stage or, as terminated
// ones do, a state outside of all stages. The latter are left out while no
// project is in them.
func (s *pages) standings() []stage {
	out := s.stages()
	for _, st := range s.j.Lifecycle.States {
		if st.Public && st.Stage == "" && slices.ContainsFunc(s.rows, func(r *row) bool { return r.State.Code == st.Code }) {
			out = append(out, stage{st.Code, st.Zh, st.En, "/states/" + st.Code + "/"})
		}
	}
	return out
}

// standing is the key of the standing that a project has.
func (r *row) standing() string { return cmp.Or(r.stageKey, r.State.Code) }

func (s *pages) filters() []filter {
	byYear := filter{Zh: "按年度", En: "By year", Items: []tally{}}
	for _, t := range s.byYear() {
		byYear.Items = append(byYear.Items, tally{Zh: t.Year, Count: t.Count, URL: t.URL})
	}
	out := []filter{byYear, {Zh: "按阶段", En: "By stage", Items: s.byStage()}}
	for _, k := range s.kinds() {
		by := filter{Zh: k.zh, En: k.en, Items: []tally{}}
		for _, v := range k.values {
			n := len(s.where(func(r *row) bool { return k.of(r) == v.ID }))
			by.Items = append(by.Items, tally{Zh: v.Zh, En: v.En, Count: count(n), URL: k.url(v)})
		}
		out = append(out, by)
	}
	return append(out, s.byUnits())
}

// mostUnits is how many units the list of all projects links to by itself.
const mostUnits = 12

// byUnits links to the units with most projects, and to all.
func (s *pages) byUnits() filter {
	out := filter{Zh: "按单位", En: "By unit", Items: []tally{}}
	codes := slices.DeleteFunc(slices.Clone(s.j.Registry.UnitCodes()), func(code string) bool { return len(s.byUnit[code]) == 0 })
	slices.SortStableFunc(codes, func(a, b string) int { return len(s.byUnit[b]) - len(s.byUnit[a]) })
	for _, code := range codes[:min(mostUnits, len(codes))] {
		out.Items = append(out.Items, tally{Zh: unitName(s.j.Registry, code), Count: count(len(s.byUnit[code])), URL: unitURL(code)})
	}
	out.Items = append(out.Items, tally{Zh: "全部单位", En: "All units", Count: count(len(codes)), URL: "/units/"})
	return out
}

func (s *pages) byYear() []tally {
	var out []tally
	most := 1
	lists := map[string][]*row{}
	for _, r := range s.rows {
		lists[r.Year] = append(lists[r.Year], r)
		most = max(most, len(lists[r.Year]))
	}
	for _, y := range years(s.rows) {
		year := fmt.Sprintf("%04d", y)
		rows := lists[year]
		out = append(out, tally{Year: year, Count: count(len(rows)), Total: wan2(total(rows)), Pct: len(rows) * 100 / most, URL: "/projects/" + year + "/"})
	}
	return out
}

func (s *pages) byStage() []tally {
	n := map[string]int{}
	most := 1
	for _, r := range s.rows {
		n[r.standing()]++
		most = max(most, n[r.standing()])
	}
	out := []tally{}
	for _, g := range s.standings() {
		out = append(out, tally{Zh: g.zh, En: g.en, Count: count(n[g.key]), Pct: n[g.key] * 100 / most, URL: g.url})
	}
	return out
}

// settings writes the parameters of the site.
func (s *pages) settings() error {
	type words struct {
		Zh  string `json:"zh"`
		En  string `json:"en"`
		URL string `json:"url,omitempty"`
	}
	c := s.j.Registry.Config
	keeper := words{}
	if code := maintainer(s.j.Registry); code != "" {
		keeper = words{Zh: text(s.j.Registry.Unit(code)["name"]), URL: unitURL(code)}
	}
	t := s.siteTitle()
	feedback := words{}
	if c.Feedback != "" {
		feedback = words{"在线反映", "Report online", c.Feedback}
	}
	data, err := json.MarshalIndent(map[string]any{"title": t.Zh, "params": map[string]any{
		"feedback":   feedback,
		"forge":      forge(c.Forge),
		"sample":     c.Sample,
		"siteTitle":  words{Zh: t.Zh, En: t.En},
		"district":   words{Zh: c.District.Zh, En: c.District.En},
		"maintainer": keeper,
		"licence":    words{Zh: c.Licence.Zh, En: c.Licence.En, URL: c.Licence.URL},
		"audited":    s.b.meta.Audit != nil,
		"form":       s.b.meta.Judge != nil,
		"measures":   measures,
		"builtFrom":  map[string]string{"commit": s.b.meta.Commit, "date": s.b.meta.Date},
	}}, "", "  ")
	if err != nil {
		return fmt.Errorf("site settings: %w", err)
	}
	return s.out.file("hugo.json", append(data, '\n'))
}

// forge is what the form page must know to submit, nil for a registry that
// names no forge.
func forge(f registry.Forge) map[string]string {
	if f.Kind == "" {
		return nil
	}
	return map[string]string{"kind": f.Kind, "url": f.URL, "repository": f.Repository, "branch": f.Branch,
		"clientId": f.ClientID, "api": f.API(), "origin": f.Origin()}
}

// publicTexts tells the guard what the site shows apart from records.
func (s *pages) publicTexts() {
	g := s.b.guard
	for _, t := range s.b.meta.Public {
		g.text(string(t))
	}
	g.text(s.b.meta.Commit, s.b.meta.Date)
	g.text(s.b.official.Words()...)
	c := s.j.Registry.Config
	g.text(c.Licence.Zh, c.Licence.En, c.Licence.URL)
	for _, text := range forge(c.Forge) {
		g.text(text)
	}
	g.text(c.Feedback, c.District.Zh, c.District.En, c.City, c.DivisionCode, c.Title.Zh, c.Title.En)
	for _, data := range s.b.meta.Guide {
		g.text(string(data))
	}
	for _, st := range s.j.Lifecycle.States {
		g.text(st.Zh, st.En, st.Code)
	}
	for _, st := range s.j.Lifecycle.Stages {
		g.text(st.Zh, st.En)
	}
	for _, t := range s.j.Lifecycle.Transitions {
		g.text(t.Zh, t.En, t.Clause)
	}
	for _, r := range s.j.Rules.All() {
		g.text(r.Name, r.Title.Zh, r.Title.En, r.Clause, r.When, r.Help.Zh, r.Help.En, r.Body)
		for _, ch := range r.Checks {
			g.text(ch.When, ch.Each, ch.Assert, ch.At, ch.Message.Zh, ch.Message.En)
		}
	}
	for _, f := range s.j.Registry.Schemas.Forms() {
		g.text(f.Title.Zh, f.Title.En)
		g.labels(f.Root)
	}
	for _, code := range s.j.Registry.UnitCodes() {
		g.unit(s.j.Registry.Schemas, s.j.Registry.Unit(code))
	}
	for _, p := range s.published() {
		g.text(p.texts...)
	}
	for _, y := range years(s.rows) {
		g.text(strconv.Itoa(y))
	}
}
