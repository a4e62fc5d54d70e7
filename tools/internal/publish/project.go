package publish

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

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
