package publish

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/rule"
)

type words struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en,omitempty"`
}

type ruleView struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	Title      finding.Text `json:"title"`
	Clause     string       `json:"clause,omitempty"`
	Statements []string     `json:"statements,omitempty"`
	Severity   words        `json:"severity"`
	Scope      words        `json:"scope"`
	When       string       `json:"when,omitempty"` // of all checks
	Checks     []ruleCheck  `json:"checks,omitempty"`
	Shifts     []ruleShift  `json:"shifts,omitempty"`
	Help       finding.Text `json:"help,omitzero"`
	Since      string       `json:"since,omitempty"`
	Enforced   finding.Text `json:"enforced,omitzero"`
	Body       string       `json:"body,omitempty"`
	Prev       *ruleLink    `json:"prev,omitempty"`
	Next       *ruleLink    `json:"next,omitempty"`
	Coverage   string       `json:"coverage,omitempty"` // where statements are listed
}

// ruleShift says under which condition a finding of the rule weighs more or
// less.
type ruleShift struct {
	To   words  `json:"to"`
	When string `json:"when"`
}

type ruleCheck struct {
	When    string       `json:"when,omitempty"`
	Each    string       `json:"each,omitempty"`
	Assert  string       `json:"assert"`
	At      string       `json:"at,omitempty"`
	Message finding.Text `json:"message,omitzero"`
}

type ruleLink struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

func severityWords(s finding.Severity) words {
	switch s {
	case finding.Error:
		return words{string(s), "错误", "Error"}
	case finding.Warn:
		return words{string(s), "警告", "Warning"}
	}
	return words{string(s), "提醒", "Note"}
}

func scopeWords(s rule.Scope) words {
	switch s {
	case rule.Project:
		return words{string(s), "整个项目", "Whole project"}
	case rule.Plan:
		return words{string(s), "年度计划", "Annual plan"}
	case rule.Registry:
		return words{string(s), "整个台账", "Whole registry"}
	case rule.Record:
		return words{string(s), "每份记录的文字", "Text of each record"}
	case rule.Schema:
		return words{string(s), "表单的填写项", "Fields of a form"}
	}
	return words{string(s), "文件与流程", "Files and steps"}
}

func enforcement(s finding.Severity) finding.Text {
	if s == finding.Error {
		return finding.Text{Zh: "每次变更请求自动检查；不通过不能合并。", En: "Checked on every change; a failing change cannot be merged."}
	}
	return finding.Text{Zh: "每次变更请求自动检查；只提示，不阻止合并。", En: "Checked on every change; reported without blocking it."}
}

// clauseGroup gives the group of rules that a clause of the regulation belongs
// to: the chapter and, where it has them, the section, the annex, preamble or
// end, or the other law that an article is of. 三（四）第1段第2句 → 三（四）, anchor
// clause-3-4; 附2① → 附件2, anchor annex-2; 政府信息公开条例第十七条 → 《政府信息公开条例》.
func clauseGroup(clause string) (title, anchor string) {
	numerals := []rune("一二三四五六七八九十")
	rs := []rune(clause)
	switch {
	case len(rs) == 0:
		return "", ""
	case clause == "前言":
		return clause, "clause-0"
	case clause == "末":
		return "文末（解释）", "clause-11"
	}
	if law, _, ok := strings.Cut(clause, "第"); ok && law != "" && strings.HasSuffix(clause, "条") {
		return "《" + law + "》", "law-" + law
	}
	if rs[0] == '附' {
		if annex := digits.FindString(clause); annex != "" {
			return "附件" + annex, "annex-" + annex
		}
		return "", ""
	}
	chapter := slices.Index(numerals, rs[0])
	if chapter < 0 {
		return "", ""
	}
	title, anchor = string(rs[:1]), "clause-"+strconv.Itoa(chapter+1)
	if len(rs) >= 4 && rs[1] == '（' && rs[3] == '）' {
		if section := slices.Index(numerals, rs[2]); section >= 0 {
			return string(rs[:4]), anchor + "-" + strconv.Itoa(section+1)
		}
	}
	return title, anchor
}

// clauses are the anchors of the clause groups that some rule belongs to.
type clauses map[string]bool

func clausesOf(rules []*rule.Rule) clauses {
	c := clauses{}
	for _, r := range rules {
		if _, anchor := clauseGroup(r.Clause); anchor != "" {
			c[anchor] = true
		}
	}
	return c
}

// url is where the rules of a clause are listed, "" where there are none.
func (c clauses) url(clause string) string {
	if _, anchor := clauseGroup(clause); c[anchor] {
		return "/rules/#" + anchor
	}
	return ""
}

var digits = regexp.MustCompile(`[0-9]+`)

type ruleItem struct {
	ID       string `json:"id"`
	URL      string `json:"url"`
	Zh       string `json:"zh"`
	En       string `json:"en,omitempty"`
	Clause   string `json:"clause,omitempty"`
	Severity words  `json:"severity"`
}

type ruleGroup struct {
	ID    string     `json:"id"`
	Zh    string     `json:"zh"`
	En    string     `json:"en,omitempty"`
	Count string     `json:"count"`
	Items []ruleItem `json:"items"`
}

// rules writes the page of each rule and the list of all, by clause.
func (s *pages) rules() error {
	all := s.j.Rules.All()
	counts := map[finding.Severity]int{}
	var groups []*ruleGroup
	outline := ""
	if hasCoverage(s.j) {
		outline = coverageURL
	}
	for i, r := range all {
		v := ruleView{Coverage: outline, ID: r.ID, Name: r.Name, Title: r.Title, Clause: r.Clause, Statements: r.Statements, Severity: severityWords(r.Severity),
			Scope: scopeWords(r.Scope), When: r.When, Help: r.Help, Since: r.Since, Enforced: enforcement(r.Severity), Body: strings.TrimSpace(r.Body)}
		for _, c := range r.Checks {
			v.Checks = append(v.Checks, ruleCheck{c.When, c.Each, c.Assert, c.At, c.Message})
		}
		for _, shift := range []*rule.Shift{r.Downgrade, r.Upgrade} {
			if shift != nil {
				v.Shifts = append(v.Shifts, ruleShift{severityWords(shift.To), shift.When})
			}
		}
		if i > 0 {
			v.Prev = &ruleLink{all[i-1].ID, ruleURL(all[i-1].ID)}
		}
		if i+1 < len(all) {
			v.Next = &ruleLink{all[i+1].ID, ruleURL(all[i+1].ID)}
		}
		p := newPage("rule", r.ID+" "+r.Title.Zh, ruleURL(r.ID), v)
		p.Description = strings.Join(nonEmpty(r.Title.Zh, r.Clause), "，")
		if err := s.out.add(p); err != nil {
			return err
		}
		counts[r.Severity]++
		groups = enter(groups, r)
	}
	slices.SortStableFunc(groups, func(a, b *ruleGroup) int { return cmp.Compare(rank(a.ID), rank(b.ID)) })
	for _, g := range groups {
		g.Count = count(len(g.Items))
	}
	figures := []figure{}
	for _, sev := range []finding.Severity{finding.Error, finding.Warn, finding.Info} {
		if n := counts[sev]; n > 0 {
			w := severityWords(sev)
			figures = append(figures, figure{Zh: w.Zh, En: w.En, Value: count(n), Unit: "条"})
		}
	}
	basis := s.basis()
	return s.out.add(newPage("rules", "规则", "/rules/", struct {
		En         string       `json:"en"`
		Lead       string       `json:"lead"`
		LeadEn     string       `json:"leadEn"`
		NotChecked word         `json:"notChecked"`
		Total      string       `json:"total"`
		Counts     []figure     `json:"counts"`
		Groups     []*ruleGroup `json:"groups"`
		Coverage   string       `json:"coverage,omitempty"`
		Basis      []basisItem  `json:"basis,omitempty"`
	}{"Rules", "一条规则一个文件：条款、真正执行的表达式、解释与正反例。下列规则由工具在每次变更时自动检查。",
		"One rule a file: the clause, the expression that really runs, what it means, good and bad examples. These rules are checked on every change.",
		word{"必要性、可行性、价格是否公允、承诺是否真实、数据是否确已销毁，机器不能判断，由部门审核并负责。",
			"Need, feasibility, fair prices, true promises and data that was really destroyed: no machine can tell; departments review and answer for them."}, count(len(all)), figures, groups, outline, basis}))
}

// enter files a rule under its clause, or under its letter where it has none.
func enter(groups []*ruleGroup, r *rule.Rule) []*ruleGroup {
	letters := map[string]finding.Text{"F": {Zh: "文件格式", En: "File format"}, "S": {Zh: "表单填写", En: "Forms"}, "L": {Zh: "办理流程", En: "Lifecycle"},
		"P": {Zh: "文件位置", En: "Paths"}, "C": {Zh: "修改", En: "Changes"}, "H": {Zh: "主干审计", En: "Audit"}}
	title, anchor := clauseGroup(r.Clause)
	letter := r.ID[:1]
	name := finding.Text{Zh: title}
	if anchor == "" || letter != "R" {
		anchor, name = "rules-"+strings.ToLower(letter), letters[letter]
		if name.Zh == "" {
			name.Zh = "其他"
		}
	}
	i := slices.IndexFunc(groups, func(g *ruleGroup) bool { return g.ID == anchor })
	if i < 0 {
		i = len(groups)
		groups = append(groups, &ruleGroup{ID: anchor, Zh: name.Zh, En: name.En})
	}
	groups[i].Items = append(groups[i].Items, ruleItem{r.ID, ruleURL(r.ID), r.Title.Zh, r.Title.En, r.Clause, severityWords(r.Severity)})
	return groups
}

// rank orders the groups: clauses by chapter and section, then the others.
func rank(anchor string) int {
	if annex, ok := strings.CutPrefix(anchor, "annex-"); ok {
		n, _ := strconv.Atoi(annex)
		return 500 + n
	}
	if strings.HasPrefix(anchor, "law-") {
		return 600
	}
	rest, ok := strings.CutPrefix(anchor, "clause-")
	if !ok {
		return 1000 + strings.Index("rfslpch", strings.TrimPrefix(anchor, "rules-"))
	}
	chapter, section, _ := strings.Cut(rest, "-")
	c, _ := strconv.Atoi(chapter)
	n, _ := strconv.Atoi(section)
	return c*20 + n
}
