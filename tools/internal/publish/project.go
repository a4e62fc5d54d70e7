package publish

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/due"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/rule"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/sheet"
	"taizhang/tools/internal/value"
)

// subject is one project on its way to the public.
type subject struct {
	project   *registry.Project
	history   *lifecycle.History
	lifecycle *lifecycle.Lifecycle
	rules     *rule.Set
	clauses   clauses
	offices   *offices
	sheets    *sheet.Set
	waits     []due.Item
	ahead     []due.Item // waits, and what has a date later
	today     string     // the date of the data, "" where they have none

	index    *shown
	listed   *row // nil before it is asked for
	records  []revealed
	flows    []flow
	measured []measured // by indicator; nil before they are asked for
	// attachments are the files that are copied, below the project's folder.
	attachments []string
}

// revealed is the public part of one record.
type revealed struct {
	rec  *registry.Record
	root *shown
}

// review returns the result of the disclosure review, "" before it.
func (s *subject) review() string {
	if rec := s.project.Index(); rec != nil {
		if n := rec.Root.Get("disclosureReview").Get("result"); n != nil {
			return n.Text
		}
	}
	return ""
}

// released reports whether fields that need a review may be published.
func (s *subject) released() bool { return s.review() == "可以公开" }

// public reports whether the project may be published at all. A review that
// says 不予公开 closes the whole project, whatever its state.
func (s *subject) public() bool {
	return s.project.Index() != nil && publicState(s.lifecycle, s.history.State) != nil && s.review() != "不予公开"
}

// reveal computes the public part of all records.
func (s *subject) reveal() {
	for _, rec := range s.project.Records {
		root := open(rec.Form.Root, rec.Root, s.released())
		if rec.Form.Name == "index" {
			s.index = root
		}
		s.records = append(s.records, revealed{rec, root})
	}
	s.flows = s.cashFlows()
	s.attachments = s.published()
}

// all returns the public parts of the records of a form.
func (s *subject) all(form string) []revealed {
	var out []revealed
	for _, r := range s.records {
		if r.rec.Form.Name == form && r.root != nil {
			out = append(out, r)
		}
	}
	return out
}

// one returns the public part of the record of a form that occurs once.
func (s *subject) one(form string) *shown {
	if rs := s.all(form); len(rs) > 0 {
		return rs[0].root
	}
	return nil
}

func (s *subject) url() string { return projectURL(s.project.Folder) }

func projectURL(f *registry.Folder) string {
	return strings.TrimPrefix(f.Dir, "content") + "/"
}

// title falls back to the id where the title may not be shown.
func (s *subject) title() string { return cmp.Or(s.index.str("title"), s.project.ID) }

// refs lists the projects that public fields name.
func (s *subject) refs() []ref {
	var out []ref
	for _, r := range s.records {
		r.root.each(func(v *shown) {
			if v.field.Format == "project-id" && v.text != s.project.ID {
				out = append(out, ref{v.field.Key, v.text})
			}
		})
	}
	slices.SortFunc(out, func(a, b ref) int { return strings.Compare(a.key+" "+a.id, b.key+" "+b.id) })
	return slices.Compact(out)
}

// row makes the project's line in lists.
func (s *subject) row() *row {
	if s.listed == nil {
		s.listed = s.newRow()
	}
	return s.listed
}

func (s *subject) newRow() *row {
	reg := s.project.Registry()
	st := s.lifecycle.State(s.history.State)
	r := &row{ID: s.project.ID, Title: s.title(), URL: s.url(), Year: strconv.Itoa(s.project.Year),
		Category: s.index.word("category"), Class: s.index.word("class"), Origin: s.index.word("origin"), State: stateView(st), refs: s.refs()}
	r.unit = s.index.str("implementingUnit")
	r.Unit = unitLink(reg, r.unit)
	for _, g := range s.lifecycle.Stages {
		if g.Key == st.Stage {
			r.stageKey, r.Stage = g.Key, g.Zh
		}
	}
	if f := s.current(); f != nil {
		r.fen, r.Amount = f.fen, wan2(f.fen)
	}
	steps := s.history.Steps
	if n := len(steps); n > 0 {
		r.On = steps[n-1].On
	}
	for i, e := range steps {
		if i < len(steps)-newsAtHome && (s.today == "" || monthOf(e.On) < monthsBack(s.today, monthsListed)) {
			continue
		}
		r.steps = append(r.steps, happened{strings.Clone(e.On), e.Transition})
	}
	first := s.entered()
	for _, g := range s.lifecycle.Stages {
		r.entered = append(r.entered, dayNumber(first[g.Key]))
	}
	r.amounts, r.contracts, r.paidIn, r.waits, r.ahead, r.measured = s.amounts(), s.contracts(), s.paidIn(), s.waits, s.ahead, s.measures()
	r.funding, r.supervision, r.contractors = s.one("declaration").str("fundingNature"), s.supervision(), s.contractors()
	return r
}

// contractors lists who builds or built the project, each once.
func (s *subject) contractors() []string {
	var out []string
	add := func(n string) {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, c := range s.all("contract") {
		if c.root.str("kind") != "监理" {
			add(c.root.str("contractor", "name"))
			for _, m := range c.root.list("consortium") {
				add(m.str("name"))
			}
		}
	}
	if len(out) == 0 {
		for _, c := range s.all("stock") {
			add(c.root.str("contractor", "name"))
		}
	}
	return out
}

// contractorPage returns the address of the page of the only organisation among
// those who build a project, "" where there are several or it has none.
func (s *subject) contractorPage(names []string) string {
	if len(names) == 1 {
		for _, c := range s.contracts() {
			if c.name == names[0] {
				return contractorURL(c.key)
			}
		}
	}
	return ""
}

// view is what the project's page says. resolve gives other public projects;
// named lists those that name this one.
func (s *subject) view(resolve func(id string) *row, named []ref) *projectView {
	st := s.lifecycle.State(s.history.State)
	v := &projectView{ID: s.project.ID, Title: s.title(), State: stateView(st), Facts: s.facts(), Steps: s.steps(),
		Timeline: s.timeline(), Money: s.money(), Plans: s.plans(), Decisions: s.decisions(), Waivers: s.waivers(), Related: s.related(resolve, named),
		Evaluations: s.evaluations(), Indicators: s.indicators(), Date: s.today}
	v.State.Since = s.since()
	for i := range s.waits {
		v.Waiting = append(v.Waiting, s.offices.wait(&s.waits[i], s.clauses))
	}
	for _, w := range s.index.list("withheld") {
		v.Withheld = append(v.Withheld, withheld{w.str("what"), w.str("ground")})
	}
	if n := s.unreviewed(); n > 0 {
		v.Unreviewed = count(n)
	}
	f := &former{s: s, resolve: resolve}
	for _, r := range s.records {
		if made := f.form(r); made != nil {
			v.Forms = append(v.Forms, *made)
		}
	}
	v.Documents = f.documents
	if rec := s.project.Index(); rec != nil {
		v.Body = f.body(rec)
	}
	v.JSON, v.Feed = "/"+opendata.ProjectFile(v.ID), "/"+opendata.FeedName("project", v.ID)
	return v
}

func (s *subject) page(v *projectView) *page {
	shown := projectPage{projectView: v, Facts: written((*markup).facts, v.Facts), Steps: written((*markup).steps, v.Steps),
		Timeline: written((*markup).timeline, v.Timeline), Documents: written((*markup).documents, v.Documents)}
	for i := range v.Forms {
		shown.Forms = append(shown.Forms, formPage{&v.Forms[i], written((*markup).rows, v.Forms[i].Fields)})
	}
	p := newPage("project", v.Title, s.url(), shown)
	p.Description = strings.Join(nonEmpty(unitName(s.project.Registry(), s.index.str("implementingUnit")), s.index.str("category"), v.State.Zh, v.ID), " · ")
	return p
}

// since returns the day on which the project came to its present state.
func (s *subject) since() string {
	on := ""
	for _, e := range s.history.Steps {
		if e.To == s.history.State && e.From != e.To {
			on = e.On
		}
	}
	return on
}

// unreviewed counts the fields that are not shown before the disclosure review.
func (s *subject) unreviewed() int {
	n := 0
	for _, r := range s.records {
		r.root.each(func(v *shown) {
			if v.withheld {
				n++
			}
		})
	}
	return n
}

// evaluations lists the yearly evaluations, newest first.
func (s *subject) evaluations() []evaluation {
	var out []evaluation
	for _, r := range s.all("evaluation") {
		one := evaluation{Year: strconv.Itoa(r.rec.Number), On: r.root.str("on"), By: unitName(s.project.Registry(), r.root.str("by")),
			Score: r.root.str("score"), Grade: r.root.word("grade"), Summary: r.root.str("summary"), URL: "#" + r.rec.Name}
		for _, x := range r.root.list("rectifications") {
			one.Rectify = append(one.Rectify, rectify{x.str("issue"), x.str("dueOn"), x.str("doneOn")})
		}
		out = append(out, one)
	}
	slices.Reverse(out)
	return out
}

func (s *subject) facts() []fact {
	reg := s.project.Registry()
	var out []fact
	add := func(zh, en string, v word, url string) {
		if v.Zh != "" {
			out = append(out, fact{zh, en, name{v.Zh, v.En, url}})
		}
	}
	unit := func(key, zh, en string) {
		if code := s.index.str(key); code != "" {
			l := unitLink(reg, code)
			add(zh, en, word{Zh: l.Name}, l.URL)
		}
	}
	unit("implementingUnit", "实施单位", "Implementing unit")
	if s.index.str("filingUnit") != s.index.str("implementingUnit") {
		unit("filingUnit", "申报部门", "Declaring unit")
	}
	unit("leadUnit", "牵头单位", "Lead unit")
	var kinds []word
	for _, k := range s.index.list("systemKind") {
		kinds = append(kinds, wordOf(k.field, k.text))
	}
	add("类别", "Category", joined([]word{s.index.word("category"), joined(kinds, "、", ", ")}, " · ", " · "), "")
	if c := s.index.word("class"); c.Zh != "" {
		add("分类", "Class", word{c.Zh + "项目", c.En}, "")
	}
	origin, plan := s.index.word("origin"), ""
	if ps := s.plans(); len(ps) > 0 {
		last := ps[len(ps)-1]
		in := last.name()
		if origin.Zh == "临时性新增" {
			in = joined([]word{origin, in}, "，", ", ")
		}
		origin, plan = in, last.URL
	}
	add("来源", "Origin", origin, plan)
	add("资金性质", "Funds", s.one("declaration").word("fundingNature"), "")
	makers := s.contractors()
	add("承建单位", "Contractor", word{Zh: strings.Join(makers, "、")}, s.contractorPage(makers))
	grade := s.index.word("security", "gradeLevel")
	if on := s.index.str("security", "assessedOn"); on != "" {
		grade = joined([]word{grade, {value.DateZh(on) + "完成测评", "assessed on " + on}}, "，", ", ")
	}
	add("网络安全等级保护", "Security grade", grade, "")
	if f := s.current(); f != nil {
		wan := value.FormatWan(f.fen)
		add("当前金额", "Current amount", word{wan + " 万元（" + f.zh + "）", wan + " × 10,000 yuan (" + f.en + ")"}, "")
	}
	return out
}

// plans lists the issued plans that the project is in.
func (s *subject) plans() []planRef {
	var out []planRef
	for _, e := range s.planned() {
		year := fmt.Sprint(e["planYear"])
		out = append(out, planRef{Year: year, Kind: planKind(text(e["kind"])), URL: "/plans/" + year + "/", Priority: number(e["priority"])})
	}
	return out
}

// planKind names what lists a project: a plan or a supplement to it.
func planKind(zh string) word {
	return word{zh, map[string]string{"计划": "Plan", "增补": "Supplement"}[zh]}
}

// name says which plan it is.
func (p *planRef) name() word {
	return word{p.Year + " 年度" + p.Kind.Zh, p.Kind.En + " " + p.Year}
}

// planned returns the entries of published plans that list the project.
func (s *subject) planned() []map[string]any {
	var out []map[string]any
	for _, v := range s.project.Registry().Planned(s.project.ID) {
		if e, ok := v.(map[string]any); ok && e["status"] == issued && planReadable(s.project.Registry(), e["planYear"]) {
			out = append(out, visibleEntry(s.project.Schemas(), e))
		}
	}
	return out
}

// visibleEntry drops from a plan entry what its schema does not make public.
func visibleEntry(set *schema.Set, entry map[string]any) map[string]any {
	items := set.Form("plan").Root.Child("items")
	out := maps.Clone(entry)
	maps.DeleteFunc(out, func(key string, _ any) bool {
		f := items.Child(key)
		return f != nil && accessOf(f) != always
	})
	return out
}

func (s *subject) waivers() []waiver {
	var out []waiver
	for _, w := range s.index.list("waivers") {
		one := waiver{Rule: w.str("rule"), Reason: w.str("reason"), By: unitName(s.project.Registry(), w.str("by")),
			On: w.str("ruledOn"), Until: w.str("until"), DocNo: w.str("docNo")}
		if r := s.rules.Rule(one.Rule); r != nil {
			one.Zh, one.En, one.RuleURL = r.Title.Zh, r.Title.En, ruleURL(r.ID)
		}
		out = append(out, one)
	}
	return out
}

// related lists the public projects that this one names and that name it.
func (s *subject) related(resolve func(string) *row, named []ref) []related {
	if resolve == nil {
		return nil
	}
	labels := map[string]*schema.Field{}
	for _, r := range s.records {
		r.root.each(func(v *shown) {
			if v.field.Format == "project-id" && labels[v.field.Key] == nil {
				labels[v.field.Key] = v.field
			}
		})
	}
	var out []related
	for _, to := range s.refs() {
		if r := resolve(to.id); r != nil {
			l := projectLabel(s.project.Schemas(), to.key, labels[to.key])
			out = append(out, related{l.Zh, l.En, r.Title, r.URL})
		}
	}
	reverse := map[string]name{"maintains": {Zh: "运维项目", En: "Maintenance"}, "successor": {Zh: "前身项目", En: "Predecessor"}}
	for _, from := range named {
		if r := resolve(from.id); r != nil {
			l := reverse[from.key]
			out = append(out, related{cmp.Or(l.Zh, "相关项目"), cmp.Or(l.En, "Related"), r.Title, r.URL})
		}
	}
	return out
}

// projectLabel returns the label of a field that names projects; the items of a
// list carry the label of the type, so the list's own is looked up.
func projectLabel(set *schema.Set, key string, f *schema.Field) name {
	for _, form := range set.Forms() {
		if own := form.Root.Child(key); own != nil {
			f = own
			break
		}
	}
	if f == nil {
		return name{Zh: "相关项目", En: "Related"}
	}
	return name{Zh: f.Label.Zh, En: f.Label.En}
}
