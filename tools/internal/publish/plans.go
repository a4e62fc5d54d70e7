package publish

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// planReadable reports whether the plan of a year is published: it is issued
// and its file is sound. A draft names projects that nobody has decided on.
func planReadable(reg *registry.Registry, year any) bool {
	return slices.ContainsFunc(reg.Plans(), func(p *registry.Plan) bool {
		return p.Year == year && !p.Broken() && p.Env["status"] == issued
	})
}

// planPage is a published plan.
type planPage struct {
	year, url     string
	total, annual int64 // of all listed items, in 分
	view          planView
	texts         []string
}

type planView struct {
	pager
	En          string         `json:"en"`
	Year        string         `json:"year"`
	Status      word           `json:"status"`
	Notice      *notice        `json:"notice,omitempty"`
	GovApproval *meeting       `json:"govApproval,omitempty"`
	Totals      []figure       `json:"totals"`
	Items       []planItem     `json:"items"`
	ItemTotals  *planTotals    `json:"itemTotals,omitempty"`
	Supplements []supplement   `json:"supplements,omitempty"`
	Adjustments []adjustment   `json:"adjustments,omitempty"`
	Documents   string         `json:"documents,omitempty"` // HTML
	Decisions   []decisionView `json:"decisions,omitempty"`
	Body        string         `json:"body,omitempty"`
}

// planTotals is the last line of a table of entries.
type planTotals struct {
	Total  string `json:"total"`
	Annual string `json:"annual"`
}

// totalsOf sums entries; nil for fewer than two, whose sum says nothing.
func totalsOf(items []planItem) *planTotals {
	if len(items) < 2 {
		return nil
	}
	var total, annual int64
	for _, it := range items {
		total, annual = total+it.total, annual+it.annual
	}
	return &planTotals{wan2(total), wan2(annual)}
}

type notice struct {
	DocNo string `json:"docNo"`
	On    string `json:"on"`
	URL   string `json:"url,omitempty"`
	By    string `json:"by,omitempty"`
}

type meeting struct {
	Meeting string `json:"meeting"`
	On      string `json:"on"`
	DocNo   string `json:"docNo,omitempty"`
}

type planItem struct {
	Priority string `json:"priority"`
	ID       string `json:"id"`
	Title    string `json:"title"`
	URL      string `json:"url"`
	Unit     link   `json:"unit"`
	Class    word   `json:"class,omitzero"`
	Total    string `json:"total,omitempty"`
	Annual   string `json:"annual,omitempty"`
	Period   word   `json:"period,omitzero"`
	Funding  word   `json:"funding,omitzero"`
	State    *state `json:"state"`

	total, annual int64
}

type supplement struct {
	Number     string      `json:"number"`
	Notice     *notice     `json:"notice,omitempty"`
	GovConsent *meeting    `json:"govConsent,omitempty"`
	Items      []planItem  `json:"items"`
	Totals     *planTotals `json:"totals,omitempty"`
}

type adjustment struct {
	On          string      `json:"on"`
	Project     projectLink `json:"project"`
	What        string      `json:"what"`
	Reason      string      `json:"reason"`
	DecidedBy   string      `json:"decidedBy,omitempty"`
	GovApproval *meeting    `json:"govApproval,omitempty"`
}

type projectLink struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// published makes the plans that the public may see, newest first. Entries of
// projects that are not published are left out, with their amounts.
func (s *pages) published() []planPage {
	var out []planPage
	for _, p := range s.j.Registry.Plans() {
		if planReadable(s.j.Registry, p.Year) {
			out = append(out, s.plan(p))
		}
	}
	slices.SortFunc(out, func(a, b planPage) int { return strings.Compare(b.year, a.year) })
	return out
}

func (s *pages) plan(p *registry.Plan) planPage {
	root := open(s.j.Registry.Schemas.Form("plan").Root, p.Root, false)
	year := fmt.Sprintf("%04d", p.Year)
	out := planPage{year: year, url: "/plans/" + year + "/"}
	v := planView{En: "Annual plan " + year, Year: year, Status: root.word("status"), Notice: s.notice(root.get("notice")),
		GovApproval: meetingOf(root.get("govApproval")), Items: s.items(root.list("items")), Body: strings.TrimSpace(string(p.Rec.Body))}
	v.ItemTotals = totalsOf(v.Items)
	all := slices.Clone(v.Items)
	for _, sup := range root.list("supplements") {
		one := supplement{Number: sup.str("number"), Notice: s.notice(sup.get("notice")), GovConsent: meetingOf(sup.get("govConsent")), Items: s.items(sup.list("items"))}
		one.Totals = totalsOf(one.Items)
		all = append(all, one.Items...)
		v.Supplements = append(v.Supplements, one)
	}
	for _, a := range root.list("adjustments") {
		if r := s.b.rows[a.str("project")]; r != nil {
			v.Adjustments = append(v.Adjustments, adjustment{On: a.str("on"), Project: projectLink{r.ID, r.Title, r.URL}, What: a.str("what"),
				Reason: a.str("reason"), DecidedBy: unitName(s.j.Registry, a.str("decidedBy")), GovApproval: meetingOf(a.get("govApproval"))})
		}
	}
	var docs []document
	for _, d := range root.list("documents") {
		docs = append(docs, document{Kind: d.word("kind"), Title: d.str("title"), DocNo: d.str("docNo"), On: d.str("on"),
			URL: d.str("url"), SHA256: d.str("sha256"), ArchiveNo: d.str("archiveNo")})
	}
	v.Documents = written((*markup).documents, docs)
	v.Decisions = s.decider().views(s.decider().onPlan(p))
	key := 0
	for _, it := range all {
		out.total, out.annual = out.total+it.total, out.annual+it.annual
		if it.Class.Zh == "重点" {
			key++
		}
	}
	v.Totals = []figure{
		{Zh: "列入项目", En: "Projects", Value: count(len(all)), Unit: "个"},
		{Zh: "其中重点项目", En: "Key projects", Value: count(key), Unit: "个"},
		{Zh: "总投资", En: "Total", Value: wan2(out.total), Unit: "万元", Also: yi(out.total)},
		{Zh: "年度投资", En: "Annual", Value: wan2(out.annual), Unit: "万元", Also: yi(out.annual)},
	}
	out.view = v
	root.each(func(x *shown) {
		if x.field.Format != "project-id" {
			out.texts = append(out.texts, x.text)
		}
	})
	out.texts = append(out.texts, v.Body)
	return out
}

func (s *pages) notice(n *shown) *notice {
	if n == nil {
		return nil
	}
	return &notice{DocNo: n.str("docNo"), On: n.str("on"), URL: n.str("url"), By: unitName(s.j.Registry, n.str("by"))}
}

func meetingOf(m *shown) *meeting {
	if m == nil {
		return nil
	}
	return &meeting{Meeting: m.str("meeting"), On: m.str("on"), DocNo: m.str("docNo")}
}

// items lists the entries of published projects by priority.
func (s *pages) items(list []*shown) []planItem {
	out := []planItem{}
	rank := map[string]int{}
	for _, it := range list {
		r := s.b.rows[it.str("project")]
		if r == nil {
			continue
		}
		one := planItem{Priority: it.str("priority"), ID: r.ID, Title: r.Title, URL: r.URL, Unit: r.Unit, Class: it.word("class"),
			Period: months(it.str("period", "start"), it.str("period", "end")), Funding: it.word("funding"), State: r.State}
		if fen, ok := it.fen("total"); ok {
			one.total, one.Total = fen, wan2(fen)
		}
		if fen, ok := it.fen("annual"); ok {
			one.annual, one.Annual = fen, wan2(fen)
		}
		rank[r.ID], _ = strconv.Atoi(one.Priority)
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b planItem) int { return cmp.Compare(rank[a.ID], rank[b.ID]) })
	return out
}

// months writes a period by its months: 2026年3月 至 2026年12月.
func months(start, end string) word {
	first := func(on string) string { return on[:min(len("2026-03"), len(on))] }
	short := func(on string) string {
		zh := value.DateZh(on)
		if i := strings.Index(zh, "月"); i >= 0 {
			return zh[:i+len("月")]
		}
		return zh
	}
	return joined([]word{{short(start), first(start)}, {short(end), first(end)}}, " 至 ", " to ")
}

// planPages writes the pages of a plan: its entries in parts, and all the rest on
// the first. The sum stands below the last entry.
func (s *pages) planPages(p planPage) error {
	return paged(p.url, p.view.Items, func(at string, part []planItem, here pager) error {
		v := p.view
		v.pager, v.Items = here, part
		if here.Page < here.Pages {
			v.ItemTotals = nil
		}
		if here.Page > 1 {
			v.Supplements, v.Adjustments, v.Documents, v.Body = nil, nil, "", ""
		}
		return s.out.add(newPage("plan", p.year+" 年度政务信息化项目建设计划", at, v))
	})
}

// plans writes the pages of each published plan and their list.
func (s *pages) plans() error {
	type planRow struct {
		Year   string `json:"year"`
		URL    string `json:"url"`
		Status word   `json:"status"`
		Notice string `json:"notice,omitempty"`
		On     string `json:"on,omitempty"`
		Count  string `json:"count"`
		Key    string `json:"key"`
		Total  string `json:"total"`
		Annual string `json:"annual"`
	}
	rows := []planRow{}
	for _, p := range s.published() {
		r := planRow{Year: p.year, URL: p.url, Status: p.view.Status, Count: p.view.Totals[0].Value, Key: p.view.Totals[1].Value, Total: wan2(p.total), Annual: wan2(p.annual)}
		if n := p.view.Notice; n != nil {
			r.Notice, r.On = n.DocNo, n.On
		}
		rows = append(rows, r)
		if err := s.planPages(p); err != nil {
			return err
		}
	}
	return s.out.add(newPage("plans", "年度计划", "/plans/", struct {
		En     string    `json:"en"`
		Lead   string    `json:"lead"`
		LeadEn string    `json:"leadEn"`
		Rows   []planRow `json:"rows"`
	}{"Annual plans", "年度建设计划经区政府审议通过后印发，印发后在这里公开。", "Annual plans are deliberated by the district government, issued, and then published here.", rows}))
}
