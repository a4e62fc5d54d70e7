package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/search"
	"taizhang/tools/internal/value"
)

// namesSep stands between the names in one text.
const namesSep = "，"

// searchDir is where the search index stands on the site.
const searchDir = "search/"

// index gathers what search finds: the words of the views that pages are made
// from, and so of the revealed tree alone. Its texts wait in a temporary file.
type index struct {
	*search.Builder
	file *os.File

	mu    sync.Mutex
	names map[name]int      // of the parts of labels: how many projects have it
	of    map[string][]name // and which they are, by project; nil where none is taken anew
}

func newIndex(dir string, again bool) (*index, error) {
	f, err := os.CreateTemp(filepath.Dir(filepath.Clean(dir)), ".taizhang-search-*")
	if err != nil {
		return nil, fmt.Errorf("temporary file for the search index: %w", err)
	}
	x := &index{Builder: search.New(f), file: f, names: map[name]int{}}
	if again {
		x.of = map[string][]name{}
	}
	return x, nil
}

// forget drops the labels of projects; their texts are replaced or left out.
func (x *index) forget(ids map[string]bool) {
	for id := range ids {
		for _, n := range x.of[id] {
			if x.names[n]--; x.names[n] == 0 {
				delete(x.names, n)
			}
		}
		delete(x.of, id)
	}
}

// english returns what the parts of labels are called. Fields of two forms may
// share a name: the same one every time.
func (x *index) english() map[string]string {
	out := map[string]string{}
	for n := range x.names {
		if had, ok := out[n.Zh]; !ok || n.En < had {
			out[n.Zh] = n.En
		}
	}
	return out
}

func (x *index) close() {
	if x.file != nil {
		x.file.Close()
		os.Remove(x.file.Name())
		x.file = nil
	}
}

// card is what a result shows of a project besides the words that were found.
type card struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	Unit     link   `json:"unit"`
	Makers   []link `json:"makers"` // contractors; without address those that have no page
	State    *state `json:"state"`
	Category word   `json:"category,omitzero"`
	Class    word   `json:"class,omitzero"`
	Amount   string `json:"amount,omitempty"`
	On       string `json:"on,omitempty"`
	// Numbers of fields: of the one that introduces it, of the names of its
	// contractors and, with the address of its page, of the names of each unit.
	Intro int            `json:"intro,omitempty"`
	Built int            `json:"built,omitempty"`
	Units map[int]string `json:"units"`
}

// add enters the words of a project's page.
func (x *index) add(s *subject, v *projectView) error {
	r := s.row()
	c := card{ID: r.ID, Title: r.Title, URL: r.URL, Unit: r.Unit, Makers: s.makers(), State: r.State,
		Category: r.Category, Class: r.Class, Amount: r.Amount, On: r.On, Units: map[int]string{}}
	w := &wordList{seen: map[string]bool{}, names: map[name]bool{}}
	w.own(search.Title, "项目名称", "Title", v.Title)
	w.own(search.Name, "项目编号", "Project id", v.ID)
	for _, code := range s.units() {
		names := strings.Join(unitNames(s.project.Schemas(), s.project.Registry(), code), namesSep)
		if code == s.index.str("implementingUnit") {
			c.Units[w.own(search.Name, "实施单位", "Unit", names)] = unitURL(code)
		} else {
			c.Units[w.own(search.Text, "相关单位", "Other units", names)] = unitURL(code)
		}
	}
	c.Built = w.own(search.Name, "承建单位", "Contractor", strings.Join(s.contractors(), namesSep))
	w.own(search.Name, "状态", "State", strings.Join(nonEmpty(v.State.Zh, r.Stage), namesSep))
	c.Intro = w.own(search.Text, "项目简介", "About", record.PlainBody([]byte(v.Body)))
	delete(c.Units, 0)
	for _, p := range v.Plans {
		w.own(search.Text, "年度计划", "Annual plan", p.Year+"年度"+p.Kind.Zh)
	}
	for _, m := range v.Withheld {
		w.own(search.Text, "不予公开的内容", "Withheld", m.What+"，"+m.Ground)
	}
	for _, one := range v.Waivers {
		w.own(search.Text, "豁免", "Waiver", strings.Join(nonEmpty(one.Rule, one.Zh, one.Reason, one.By, one.DocNo), "，"))
	}
	for _, f := range v.Forms {
		w.name(f.Zh, f.En)
		w.fields(f.ID, f.Zh, f.Fields)
		w.add(search.Text, f.ID, f.Zh, record.PlainBody([]byte(f.Body)))
	}
	x.mu.Lock()
	for n := range w.names {
		x.names[n]++
		if x.of != nil {
			x.of[v.ID] = append(x.of[v.ID], n)
		}
	}
	x.mu.Unlock()
	return x.Add(v.ID, search.Doc{Card: c, Fields: w.list})
}

// makers lists the contractors with the addresses of their pages.
func (s *subject) makers() []link {
	out := []link{}
	contracts := s.contracts()
	for _, name := range s.contractors() {
		one := link{Name: name}
		if i := slices.IndexFunc(contracts, func(c contract) bool { return c.name == name && c.key != "" }); i >= 0 {
			one.URL = contractorURL(contracts[i].key)
		}
		out = append(out, one)
	}
	return out
}

// units lists the units that public fields of the project name, in their order.
func (s *subject) units() []string {
	var out []string
	for _, r := range s.records {
		r.root.each(func(v *shown) {
			if v.field.Format == "unit-code" && v.text != "" && !slices.Contains(out, v.text) {
				out = append(out, v.text)
			}
		})
	}
	return out
}

// unitNames lists all names that a unit goes by, the code last.
func unitNames(set *schema.Set, reg *registry.Registry, code string) []string {
	u := visibleUnit(set, reg.Unit(code))
	names := []string{text(u["shortName"]), text(u["name"])}
	aliases, _ := u["aliases"].([]any)
	for _, a := range aliases {
		names = append(names, text(a))
	}
	return nonEmpty(append(names, code)...)
}

// wordList collects the texts of a page, each text once: forms repeat a lot.
type wordList struct {
	list  []search.Field
	seen  map[string]bool
	names map[name]bool // of the parts of labels that have one in English
}

func (w *wordList) name(zh, en string) {
	if en != "" {
		w.names[name{Zh: zh, En: en}] = true
	}
}

// own adds a text that is no field of a form and returns its number, 0 where it
// is empty or stands there already: the first text is the title.
func (w *wordList) own(level search.Level, zh, en, text string) int {
	n := len(w.list)
	if w.add(level, "", zh, text); n == len(w.list) {
		return 0
	}
	w.name(zh, en)
	return n
}

func (w *wordList) add(level search.Level, anchor, label, text string) {
	if text = strings.TrimSpace(text); text != "" && !w.seen[text] {
		w.seen[text] = true
		w.list = append(w.list, search.Field{Level: level, Anchor: anchor, Label: label, Text: text})
	}
}

// fields adds the values of a form, not its labels: those stand on every page.
// Checksums are no words either.
func (w *wordList) fields(anchor, label string, fields []*field) {
	for _, f := range fields {
		w.name(f.Zh, f.En)
		at := label + search.LabelSep + f.Zh
		w.add(search.Text, anchor, at, f.Value)
		w.fields(anchor, at, f.Fields)
		rows := make([]string, len(f.Rows))
		for i, cells := range f.Rows {
			rows[i] = strings.Join(nonEmpty(cells...), "，")
		}
		w.add(search.Text, anchor, at, strings.Join(rows, "；"))
		for _, d := range f.Docs {
			w.add(search.Text, anchor, at, strings.Join(nonEmpty(d.Kind.Zh, d.Title, d.DocNo, d.ArchiveNo, d.URL), "，"))
		}
	}
}

// band is a step of the amount facet, in 万元.
type band struct {
	id, zh, en string
	from, to   int64 // to is not part of it; 0: no end
}

// bandsAt lists the steps. The first, from which works need supervision
// (三（四）第1段第3句), spans several of the others; limit 0 leaves it out.
func bandsAt(limit int) []band {
	if limit == 0 {
		return steps
	}
	first := band{fmt.Sprintf("%d-", limit), fmt.Sprintf("%d 万元及以上", limit), fmt.Sprintf("%g million yuan and more", float64(limit)/100), int64(limit), 0}
	return append([]band{first}, slices.DeleteFunc(slices.Clone(steps), func(b band) bool { return b.id == first.id })...)
}

var steps = []band{
	{"1000-", "1000 万元及以上", "10 million yuan and more", 1000, 0},
	{"500-1000", "500–1000 万元", "5–10 million", 500, 1000},
	{"200-500", "200–500 万元", "2–5 million", 200, 500},
	{"100-200", "100–200 万元", "1–2 million", 100, 200},
	{"50-100", "50–100 万元", "0.5–1 million", 50, 100},
	{"0-50", "50 万元以下", "below 0.5 million", 0, 50},
}

// bandsOf returns the steps of an amount, none without one.
func bandsOf(r *row, bands []band) []string {
	var out []string
	for _, b := range bands {
		if r.Amount != "" && r.fen >= b.from*value.FenPerWan && (b.to == 0 || r.fen < b.to*value.FenPerWan) {
			out = append(out, b.id)
		}
	}
	return out
}

// supervision says what is on record of a project's supervision: one of
// opendata.Supervisions.
func (s *subject) supervision() string {
	signed := false
	for _, c := range s.all("contract") {
		if c.root.str("kind") == "监理" {
			return "supervised"
		}
		signed = true
	}
	const exempt = "不适用（非工程类）"
	name := s.one("acceptance").str("supervisor", "name")
	switch {
	case name != "" && name != exempt:
		return "supervised"
	case name == exempt || s.index.str("engineering", "involved") == "false":
		return "exempt"
	case signed || len(s.all("stock")) > 0:
		return "none"
	}
	return "before"
}

// sectors returns the authorities that units of the register stand under.
func (s *pages) sectors() (codes []string, of map[string]string) {
	of = map[string]string{}
	for _, code := range s.j.Registry.UnitCodes() {
		u := visibleUnit(s.j.Registry.Schemas, s.j.Registry.Unit(code))
		if a := text(u["authority"]); a != "" {
			of[code], of[a] = a, a
			if !slices.Contains(codes, a) {
				codes = append(codes, a)
			}
		}
	}
	slices.Sort(codes)
	return codes, of
}

// waitsFor lists the roles that have to act on a project.
func waitsFor(r *row) []string {
	var out []string
	for i := range r.waits {
		for _, p := range r.waits[i].Who {
			if r.waits[i].Waits && !slices.Contains(out, p.Role) {
				out = append(out, p.Role)
			}
		}
	}
	return out
}

// matters lists what waits for projects or has a date within a year, in the
// order of the definitions, with how many projects each concerns.
func (s *pages) matters() ([]search.Value, map[string]int) {
	var out []search.Value
	n := map[string]int{}
	for _, r := range s.rows {
		ids := mattersOf(r)
		for _, id := range ids {
			n[id]++
		}
		for _, x := range r.ahead {
			if slices.Contains(ids, x.ID) && !slices.ContainsFunc(out, func(v search.Value) bool { return v.ID == x.ID }) {
				out = append(out, search.Value{ID: x.ID, Zh: x.What.Zh, En: x.What.En})
			}
		}
	}
	slices.SortFunc(out, func(a, b search.Value) int { return strings.Compare(a.ID, b.ID) })
	return out, n
}

// mattersOf leaves out dates that have passed and that nobody waits for.
func mattersOf(r *row) []string {
	var out []string
	for _, x := range r.ahead {
		if (x.Waits || x.DaysLeft >= 0) && !slices.Contains(out, x.ID) {
			out = append(out, x.ID)
		}
	}
	return out
}

// facets lists what results are counted and filtered by, and for each how a row
// has it.
func (s *pages) facets() ([]search.Facet, []func(*row) []string) {
	one := func(of func(*row) string) func(*row) []string {
		return func(r *row) []string { return nonEmpty(of(r)) }
	}
	var years_, stages, units, amounts, supervisions []search.Value
	for _, y := range years(s.rows) {
		years_ = append(years_, search.Value{ID: fmt.Sprintf("%04d", y)})
	}
	for _, g := range s.standings() {
		stages = append(stages, search.Value{ID: g.key, Zh: g.zh, En: g.en})
	}
	for _, code := range s.j.Registry.UnitCodes() {
		if len(s.byUnit[code]) > 0 {
			units = append(units, search.Value{ID: code, Zh: unitName(s.j.Registry, code)})
		}
	}
	sectors, sectorOf := s.sectors()
	var authorities, roles []search.Value
	for _, code := range sectors {
		authorities = append(authorities, search.Value{ID: code, Zh: unitName(s.j.Registry, code)})
	}
	for _, role := range append([]string{"UNIT", "LEAD"}, s.offices.codes...) {
		n := s.offices.role(role)
		roles = append(roles, search.Value{ID: role, Zh: n.Zh, En: n.En})
	}
	for _, v := range opendata.Supervisions() {
		supervisions = append(supervisions, search.Value{ID: v.Code, Zh: v.Zh, En: v.En})
	}
	matters, _ := s.matters()
	bands := bandsAt(s.j.Registry.Limit("supervision").Value)
	for _, b := range bands {
		amounts = append(amounts, search.Value{ID: b.id, Zh: b.zh, En: b.en})
	}
	return []search.Facet{
			{Key: "year", Zh: "年度", En: "Year", Values: years_, Sorted: true},
			{Key: "stage", Zh: "阶段", En: "Stage", Values: stages, Sorted: true},
			{Key: "unit", Zh: "实施单位", En: "Unit", Values: units},
			{Key: "sector", Zh: "行业主管部门及所属单位", En: "Sector authority and its units", Values: authorities},
			{Key: "class", Zh: "分类", En: "Class", Values: s.enum("index", "class"), Sorted: true},
			{Key: "category", Zh: "类别", En: "Category", Values: s.enum("index", "category"), Sorted: true},
			{Key: "origin", Zh: "来源", En: "Origin", Values: s.enum("index", "origin"), Sorted: true},
			{Key: "funding", Zh: "资金性质", En: "Funds", Values: s.enum("declaration", "fundingNature"), Sorted: true},
			{Key: "amount", Zh: "金额", En: "Amount", Values: amounts, Sorted: true},
			{Key: "supervision", Zh: "监理", En: "Supervision", Values: supervisions, Sorted: true},
			{Key: "waits", Zh: "等谁办理", En: "Waits for", Values: roles},
			{Key: "due", Zh: "待办与一年内的期限", En: "Waits, and dates within a year", Values: matters},
			{Key: "contractor", Zh: "承建单位", En: "Contractor"},
		}, []func(*row) []string{
			one(func(r *row) string { return r.Year }),
			one((*row).standing),
			one(func(r *row) string { return r.unit }),
			one(func(r *row) string { return sectorOf[r.unit] }),
			one(func(r *row) string { return r.Class.Zh }),
			one(func(r *row) string { return r.Category.Zh }),
			one(func(r *row) string { return r.Origin.Zh }),
			one(func(r *row) string { return r.funding }),
			func(r *row) []string { return bandsOf(r, bands) },
			one(func(r *row) string { return r.supervision }),
			waitsFor,
			mattersOf,
			func(r *row) []string { return r.contractors },
		}
}

// enum lists the values of a field that has a fixed choice.
func (s *pages) enum(form, key string) []search.Value {
	var out []search.Value
	f := s.j.Registry.Schemas.Form(form).Root.Child(key)
	for _, v := range f.Enum {
		out = append(out, search.Value{ID: v, Zh: v, En: f.EnumEn[v]})
	}
	return out
}

// search writes the search page and the index that its script reads.
func (s *pages) search() error {
	facets, of := s.facets()
	entries := make([]search.Entry, len(s.rows))
	for i, r := range s.rows {
		entries[i] = search.Entry{ID: r.ID, Amount: r.fen}
		for _, values := range of {
			entries[i].Values = append(entries[i].Values, values(r))
		}
	}
	same, err := s.b.index.Write(entries, facets, s.b.index.english(), func(name string, data []byte) error { return s.out.static(searchDir+name, data) })
	if err != nil {
		return err
	}
	if same {
		s.out.keep(func(name string) bool { return strings.HasPrefix(name, searchDir) })
	}
	return s.out.add(newPage("search", "搜索", "/search/", listView{En: "Search", Index: "/" + searchDir, Filters: s.filters()}))
}
