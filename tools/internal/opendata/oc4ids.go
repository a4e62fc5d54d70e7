package opendata

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

// oc4idsVersion is the version of the standard that the package follows: Open
// Contracting for Infrastructure Data Standards 0.9.
const oc4idsVersion = "0.9"

// OC4IDSNote says what keeps the package from being conformant.
func OC4IDSNote() finding.Text {
	return both("还没有向 OC4IDS 登记编号前缀，项目编号以行政区划代码开头，不是登记过的前缀；统一社会信用代码的 scheme 用国家标准号，不是 org-id.guide 的代码。",
		"No OC4IDS id prefix is registered: project ids begin with the division code, which is not a registered prefix. The scheme of unified social credit codes is the number of the national standard, not a code of org-id.guide.")
}

// oc4idsPackage writes an OC4IDS project package, one project a line. Dates are
// days in Asia/Shanghai, amounts in yuan.
type oc4idsPackage struct {
	t   *jsonTable
	src *Source
}

func newOC4IDS(to Sink, name string, src *Source) (*oc4idsPackage, error) {
	f, err := to.Create(name)
	if err != nil {
		return nil, err
	}
	t := newLines(f)
	s := &src.Site
	uri := s.Address("/" + Dir + "oc4ids.json")
	if s.BaseURL == "" {
		uri = "urn:uuid:" + uuid("oc4ids", s.DivisionCode)
	}
	publisher := Object{{"name", cmp.Or(s.Publisher.Name, s.Title.Zh)}}
	if s.Publisher.USCC != "" {
		publisher = append(publisher, Member{"scheme", usccScheme}, Member{"uid", s.Publisher.USCC})
	}
	head := Object{{"version", oc4idsVersion}, {"uri", uri}, {"publishedDate", dateTime(cmp.Or(s.Date, earliest))}, {"publisher", publisher}}
	head = head.with("license", s.Licence.URL)
	if s.BaseURL != "" {
		head = append(head, Member{"publicationPolicy", s.Address("/data/")})
	}
	if s.Sample {
		head = append(head, Member{"sample", true})
	}
	return &oc4idsPackage{t, src}, t.open(append(head, Member{"note", OC4IDSNote()}), "projects")
}

// earliest stands for a date where data without a version need one.
const earliest = "2000-01-01"

const usccScheme = "GB 32100-2015"

func (p *oc4idsPackage) project(o *opened) error {
	data, err := encode(oc4ids(p.src, o))
	if err != nil {
		return err
	}
	return p.t.item(data)
}

func (p *oc4idsPackage) close() error {
	p.t.w.WriteString("\n]}\n")
	return errors.Join(p.t.w.Flush(), p.t.f.Close())
}

// ocProject maps one project.
type ocProject struct {
	*opened
	src     *Source
	index   map[string]any
	parties []*party
}

// party is an organisation with the parts that it has in a project.
type party struct {
	id, name, uscc string
	roles          []string
}

// oc4ids maps a project to OC4IDS 0.9.
func oc4ids(src *Source, o *opened) Object {
	p := &ocProject{opened: o, src: src, index: o.one("index")}
	declaration := o.one("declaration")
	unit := p.unit(o.Unit, "publicAuthority", "buyer")
	for _, role := range []string{"BDB", "DRC"} {
		for _, u := range src.Register {
			if slices.Contains(src.Unit(text(u, "code")).Roles, role) {
				p.unit(text(u, "code"), "reviewBody")
			}
		}
	}
	out := Object{{"id", p.id(o.Project.Project)}}
	out = out.with("identifiers", p.identifiers())
	if o.Updated != "" {
		out = append(out, Member{"updated", dateTime(o.Updated)})
	}
	out = append(out, Member{"language", "zh"}, Member{"title", o.Title}, Member{"publicAuthority", unit})
	out = out.with("description", p.content()).with("purpose", text(declaration, "expectedOutcome")).
		with("status", p.status(o.State)).with("type", p.kind()).with("sector", p.sectors()).
		with("additionalClassifications", p.classifications()).with("locations", p.locations()).
		with("budget", p.budget(declaration)).with("period", p.period())
	for _, s := range []string{"identification", "preparation", "implementation", "completion", "maintenance", "decommissioning"} {
		out = out.with(s+"Period", p.stagePeriod(s))
	}
	out = out.with("milestones", p.milestones(declaration)).with("contractingProcesses", p.processes()).with("completion", p.completion()).
		with("metrics", p.metrics()).with("costMeasurements", p.costs()).with("policyAlignment", p.policy(declaration)).
		with("documents", p.documents()).with("relatedProjects", p.related())
	// The parties are named while the rest is written.
	return append(out, Member{"parties", p.organisations()}, Member{"url", o.URL})
}

// id qualifies an id of the registry with the district.
func (p *ocProject) id(local string) string {
	return strings.TrimPrefix(p.src.Site.DivisionCode+"-"+local, "-")
}

// dateTime writes a day as the date-time of the standard.
func dateTime(day string) string { return day + "T00:00:00+08:00" }

// yuan writes an amount in 万元 as a value in yuan.
func yuan(wan string) Object {
	fen, err := value.ParseAmount(wan)
	if err != nil {
		return nil
	}
	return yuanOf(fen)
}

func yuanOf(fen int64) Object {
	whole, cents, sign := fen/100, fen%100, ""
	if fen < 0 {
		whole, cents, sign = -whole, -cents, "-"
	}
	digits := fmt.Sprintf("%s%d.%02d", sign, whole, cents)
	digits = strings.TrimSuffix(strings.TrimSuffix(digits, "0"), ".0")
	return Object{{"amount", json.Number(strings.TrimSuffix(digits, "."))}, {"currency", "CNY"}}
}

func period(start, end string) Object {
	var out Object
	if start != "" {
		out = append(out, Member{"startDate", dateTime(start)})
	}
	if end != "" && end >= start {
		out = append(out, Member{"endDate", dateTime(end)})
	}
	return out
}

// party enters an organisation and returns a reference to it.
func (p *ocProject) party(id, name, uscc string, roles ...string) Object {
	if id == "" || name == "" {
		return nil
	}
	var found *party
	for _, have := range p.parties {
		if have.id == id {
			found = have
		}
	}
	if found == nil {
		found = &party{id: id, name: name, uscc: uscc}
		p.parties = append(p.parties, found)
	}
	for _, r := range roles {
		if !slices.Contains(found.roles, r) {
			found.roles = append(found.roles, r)
		}
	}
	return Object{{"id", id}, {"name", found.name}}
}

func (p *ocProject) unit(code string, roles ...string) Object {
	if code == "" {
		return nil
	}
	u := p.src.Unit(code)
	return p.party(p.id(code), u.Name, u.USCC, roles...)
}

// company enters a firm by its credit code.
func (p *ocProject) company(org map[string]any, roles ...string) Object {
	name, uscc := text(org, "name"), text(org, "uscc")
	return p.party(cmp.Or(uscc, name), name, uscc, roles...)
}

func (p *ocProject) organisations() []any {
	var out []any
	for _, x := range p.parties {
		o := Object{{"id", x.id}, {"name", x.name}}
		if x.uscc != "" {
			o = append(o, Member{"identifier", Object{{"scheme", usccScheme}, {"id", x.uscc}, {"legalName", x.name}}})
		}
		out = append(out, o.with("roles", x.roles))
	}
	return out
}

func (p *ocProject) identifiers() []any {
	out := []any{Object{{"id", p.Project.Project}, {"scheme", "taizhang"}}}
	for _, code := range []string{text(p.index, "investmentCode"), text(p.one("approval"), "investmentCode")} {
		if code != "" && len(out) == 1 {
			out = append(out, Object{{"id", code}, {"scheme", "全国投资项目在线审批监管平台"}})
		}
	}
	return out
}

func (p *ocProject) content() string {
	for _, form := range []string{"declaration", "stock", "acceptance"} {
		if s := text(p.one(form), "content"); s != "" {
			return s
		}
	}
	return ""
}

func (p *ocProject) status(state string) string {
	for _, s := range p.src.States {
		if s.Code == state {
			return s.OC4IDS
		}
	}
	return ""
}

// kind maps the category; what is neither built nor altered (运维, 购买服务) has
// no type in the standard.
func (p *ocProject) kind() string {
	if text(p.index, "category") != "新建" {
		return ""
	}
	return map[string]string{"": "construction", "新建": "construction", "改扩建": "expansion", "升级": "rehabilitation"}[text(p.index, "subCategory")]
}

// sectors names the sector of IT, and the one that the sector authority serves.
func (p *ocProject) sectors() []string {
	out := []string{"governance", "communications"}
	u := p.src.Unit(p.Unit)
	names := u.Name
	if u.Authority != "" {
		names += p.src.Unit(u.Authority).Name
	}
	for _, s := range [][2]string{{"教育", "education"}, {"卫", "health"}} {
		if strings.Contains(names, s[0]) {
			out = append(out, s[1])
		}
	}
	return out
}

func (p *ocProject) classifications() []any {
	var out []any
	add := func(scheme, v string) {
		if v != "" {
			out = append(out, Object{{"scheme", "taizhang-" + scheme}, {"id", v}, {"description", v}})
		}
	}
	for _, key := range []string{"category", "subCategory", "class", "origin"} {
		add(key, text(p.index, key))
	}
	kinds, _ := p.index["systemKind"].([]any)
	for _, k := range kinds {
		s, _ := k.(string)
		add("systemKind", s)
	}
	return out
}

func (p *ocProject) locations() []any {
	s := &p.src.Site
	where := s.City + s.District.Zh
	if where == "" {
		return nil
	}
	return []any{Object{{"id", cmp.Or(s.DivisionCode, "1")}, {"description", where}, {"address", Object{{"locality", where}, {"countryName", "中国"}}}}}
}

// stagePeriod is the time that a project spent in the states of one status: of
// the last stay, if it came back.
func (p *ocProject) stagePeriod(status string) Object {
	start, end := "", ""
	for _, e := range p.Events {
		switch is := p.status(e.State) == status; {
		case is && start == "":
			start = e.On
		case is:
			end = ""
		case start != "" && end == "":
			end = e.On
		}
	}
	return period(start, end)
}

// documentTypes maps kinds of documents to the standard's open list of types.
var documentTypes = map[string]string{
	"计划申报表": "needsAssessment", "备案表": "needsAssessment", "审查表": "technicalAuditReport", "验收申请表": "completionCertificate",
	"请示报告": "projectPlan", "建设方案": "designReport", "服务方案": "serviceDescription", "论证意见": "technicalAuditReport",
	"技术评估意见": "technicalAuditReport", "年度计划文件": "budgetApproval", "项目建议书": "projectPlan", "可行性研究报告": "feasibilityStudy",
	"立项申请": "projectPlan", "立项批复": "budgetApproval", "采购公告": "tenderNotice", "中标公告": "awardNotice", "合同": "contractSigned",
	"变更请示": "contractAmendment", "变更批复": "contractAmendment", "专家论证意见": "technicalAuditReport", "试运行报告": "qualityAssuranceReport",
	"验收意见": "completionCertificate", "决算报告": "financialAuditReport", "绩效评价报告": "projectEvaluation", "停用申请": "decommissioningPlans",
	"停用批复": "termination", "运维制度": "maintenancePlan", "会议纪要": "minutes",
}

func (p *ocProject) documents() []any {
	var out []any
	for i := range p.Records {
		form := p.src.Forms.Form(p.Records[i].Form)
		if form == nil {
			continue
		}
		n := 0
		eachDocument(form.Root, p.data[i], "", func(_ string, doc map[string]any) {
			n++
			o := Object{{"id", fmt.Sprintf("%s-%d", p.Records[i].Record, n)}}
			o = o.with("documentType", documentTypes[text(doc, "kind")]).with("title", text(doc, "title")).with("description", text(doc, "docNo"))
			url := cmp.Or(text(doc, "file"), text(doc, "url"))
			if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
				o = append(o, Member{"url", url})
			}
			if on := text(doc, "on"); on != "" {
				o = append(o, Member{"datePublished", dateTime(on)})
			}
			out = append(out, o.with("language", "zh"))
		})
	}
	return out
}

func (p *ocProject) related() []any {
	var out []any
	add := func(id, relationship string) {
		if id != "" {
			ref := p.src.Project(id)
			out = append(out, Object{{"id", fmt.Sprint(len(out) + 1)}, {"scheme", "oc4ids"}, {"identifier", p.id(id)}, {"relationship", relationship}, {"title", cmp.Or(ref.Title, id)}})
		}
	}
	kept, _ := p.index["maintains"].([]any)
	for _, id := range kept {
		s, _ := id.(string)
		add(s, "construction")
	}
	add(text(p.index, "successor"), "replacement")
	return out
}
