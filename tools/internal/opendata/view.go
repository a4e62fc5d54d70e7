package opendata

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
)

// View is a table that is made of all projects: one row a project, a record or
// an item of a list. Columns come from the public fields of a form, in the
// order of the form, after those that say whose row it is.
type View struct {
	Name    string // also of its files
	Title   finding.Text
	Note    finding.Text // what a row is
	Form    string       // of the records that it is made of; "" for derived tables
	Columns []Column

	each   string   // list of the form with one row an item
	prefix string   // of the item's columns, where the record's stand beside them
	with   []string // the record's columns beside the item's; nil with a prefix: all
}

// Column is one column of a table. Its key is the path of the field in the
// form, so it is found again in the document of the project.
type Column struct {
	Key    string
	Label  finding.Text
	Help   finding.Text
	Type   schema.Type
	List   bool // values of a list; one cell joins them
	Unit   string
	Format string
	Enum   []string
	EnumEn map[string]string
	EnumZh map[string]string
	Form   string // "" for a derived column
	Path   string // of the field in the form

	of   source
	name bool     // the value is the code of a unit, the cell its name
	keys []string // where the value is
}

// source says what a column takes its value from.
type source uint8

const (
	fromRow    source = iota // of the record or item
	fromParent               // the record that the item belongs to
	given                    // derived by position
)

func both(zh, en string) finding.Text { return finding.Text{Zh: zh, En: en} }

// tables are the views, in the order in which they are listed.
func tables() []View {
	return []View{
		{Name: "projects", Form: "index", Title: both("项目", "Projects"), Note: both("一行一个项目：名称、单位、分类、现在的状态和金额", "One row a project: name, unit, class, present state and amount")},
		{Name: "events", Title: both("办理过程", "Events"), Note: both("一行一步：哪天办了哪一步、依据哪一条、进入什么状态", "One row a step: when, by which clause, into which state")},
		{Name: "amounts", Title: both("资金变化", "Amounts"), Note: both("一行一个环节的金额；各环节的金额互不覆盖，不要相加", "One row a stage's amount; none replaces another, do not add them up")},
		{Name: "decisions", Title: both("审批决定", "Decisions"), Note: both("一行一个部门对一次审批决定的同意：哪天、哪几步、凭什么证明", "One row a department's consent in a sealed decision: when, to which steps, proven by what")},
		{Name: "waiting", Title: both("待办与期限", "What waits and is due"), Note: both("一行一件等人办理的事，或者一年以内（从数据日期算）的一个期限：等谁、从哪天起、到哪天", "One row a thing that somebody has to do, or a date within a year from that of the data: who, since when, until when")},
		{Name: "indicators", Title: both("指标", "Indicators"), Note: both("一行一个项目的一项指标；算法见指标页，指标本身不能证明什么", "One row an indicator that applies to a project; the indicators' pages tell how each is computed, and none proves anything by itself")},
		{Name: "plans", Title: both("年度计划", "Annual plans"), Note: both("一行一个列入年度计划或增补的项目", "One row a project in an annual plan or a supplement to it")},
		{Name: "plan-decisions", Title: both("年度计划审批", "Decisions on plans"), Note: both("一行一个部门对一次改动年度计划的审批决定的同意", "One row a department's consent in a sealed decision that changed an annual plan")},
		{Name: "units", Title: both("单位", "Units"), Note: both("一行一个单位，其他表的单位代码在这里查", "One row a unit; unit codes of other tables are found here")},
		{Name: "declarations", Form: "declaration", Title: both("计划申报", "Declarations"), Note: both("一行一份计划申报表（附件1）", "One row a declaration (annex 1)")},
		{Name: "procurements", Form: "procurement", each: "rounds", with: []string{}, Title: both("采购", "Procurements"), Note: both("一行一轮采购", "One row a round of procurement")},
		{Name: "contracts", Form: "contract", Title: both("合同", "Contracts"), Note: both("一行一份合同", "One row a contract")},
		{Name: "payments", Form: "contract", each: "payments", with: []string{"number", "contractor.name"}, Title: both("付款", "Payments"), Note: both("一行一笔合同付款；存量项目每年备案的付款在 filings 和项目文件里", "One row a payment under a contract; those that stock projects file each year are in filings and in the project's document")},
		{Name: "changes", Form: "change", Title: both("变更", "Changes"), Note: both("一行一次项目变更", "One row a change of a project")},
		{Name: "acceptances", Form: "acceptance", each: "applications", prefix: "application", Title: both("验收", "Acceptances"), Note: both("一行一次验收；重点项目申请几次就有几行", "One row an acceptance; a key project has one for each application")},
		{Name: "evaluations", Form: "evaluation", Title: both("绩效评估", "Evaluations"), Note: both("一行一次绩效评估", "One row a performance evaluation")},
		{Name: "filings", Form: "stock", Title: both("存量备案", "Stock filings"), Note: both("一行一份存量项目备案表（附件2）", "One row a filing of a stock project (annex 2)")},
		{Name: "decommissions", Form: "decommission", Title: both("停用", "Decommissions"), Note: both("一行一次停用或终止报备", "One row a notice of decommissioning or termination")},
		{Name: "documents", Title: both("文件", "Documents"), Note: both("一行一份文件：名称、文号、日期、网址和 SHA-256", "One row a document: title, number, date, address and SHA-256")},
	}
}

// Views returns the tables with their columns. A table whose form or list the
// schemas do not have is left out: another district may have dropped it.
func Views(src *Source) ([]View, error) {
	var out []View
	for _, v := range tables() {
		v.Columns = []Column{
			{Key: "project", Label: both("项目编号", "Project"), Help: both("年度-单位代码-序号；各表用它相连", "Year-unit-number; joins the tables"), Format: "project-id", of: given},
			{Key: "title", Label: both("项目名称", "Title"), of: given},
			{Key: "unit", Label: both("实施单位代码", "Unit code"), Format: "unit-code", of: given},
			{Key: "unitName", Label: both("实施单位", "Implementing unit"), of: given},
		}
		var known bool
		switch {
		case v.Name == "projects":
			known = v.projectColumns(src)
		case v.Form != "":
			known = v.recordColumns(src.Forms)
		default:
			known = v.derivedColumns(src)
		}
		if !known {
			continue
		}
		have := map[string]bool{}
		for _, c := range v.Columns {
			if have[c.Key] {
				return nil, fmt.Errorf("table %s: two columns are called %s", v.Name, c.Key)
			}
			have[c.Key] = true
		}
		out = append(out, v)
	}
	return out, nil
}

func (v *View) add(c ...Column) { v.Columns = append(v.Columns, c...) }

func (v *View) projectColumns(src *Source) bool {
	form := src.Forms.Form(v.Form)
	if form == nil {
		return false
	}
	codes := Column{Key: "state", Label: both("状态代码", "State code"), of: given, EnumZh: map[string]string{}, EnumEn: map[string]string{}}
	for _, s := range src.States {
		codes.Enum = append(codes.Enum, s.Code)
		codes.EnumZh[s.Code], codes.EnumEn[s.Code] = s.Name.Zh, s.Name.En
	}
	v.add(Column{Key: "year", Label: both("年度", "Year"), Type: schema.Int, of: given},
		codes,
		Column{Key: "stateName", Label: both("状态", "State"), of: given},
		Column{Key: "stageName", Label: both("阶段", "Stage"), of: given},
		Column{Key: "updated", Label: both("最近办理日期", "Latest event"), Type: schema.Date, of: given},
		Column{Key: "amount", Label: both("当前金额", "Current amount"), Help: both("最近一个有金额的环节的金额", "Of the latest stage that has one"), Type: schema.Amount, Unit: "万元", of: given},
		Column{Key: "url", Label: both("网页", "Page"), of: given},
		supervisions.column("supervision", both("监理代码", "Supervision code")),
		Column{Key: "supervisionName", Label: both("监理", "Supervision"), of: given},
		Column{Key: "contractors", Label: both("承建单位", "Contractors"), List: true, of: given})
	have := map[string]bool{"title": true, "state": true, "implementingUnit": true} // stand before them
	v.fields(form, form.Root, "", nil, fromRow, func(path string) bool { return !have[path] })
	return true
}

func (v *View) recordColumns(set *schema.Set) bool {
	form := set.Form(v.Form)
	if form == nil {
		return false
	}
	v.add(Column{Key: "record", Label: both("记录", "Record"), Help: both("项目文件里的记录名", "Name of the record in the project's document"), of: given})
	if v.each == "" {
		v.fields(form, form.Root, "", nil, fromRow, nil)
		return true
	}
	list := form.Root.Child(v.each)
	if list == nil || list.Item == nil || len(list.Item.Fields) == 0 {
		return false
	}
	v.fields(form, form.Root, "", nil, fromParent, func(path string) bool {
		return v.prefix != "" && v.with == nil || slices.Contains(v.with, path)
	})
	prefix := ""
	if v.prefix != "" {
		prefix = v.prefix + "."
	}
	v.fields(form, list.Item, prefix, nil, fromRow, nil)
	return true
}

// fields adds the public scalars of an object, those of the objects in it too.
// Documents have a table of their own, and lists of objects are in the document
// of the project.
func (v *View) fields(form *schema.Form, f *schema.Field, prefix string, keys []string, of source, want func(path string) bool) {
	for _, c := range f.Fields {
		if c.Visibility != schema.Public && c.Visibility != schema.Review {
			continue
		}
		at := append(slices.Clone(keys), c.Key)
		path := strings.Join(at, ".")
		scalar, list := c, false
		if c.Type == schema.List {
			scalar, list = c.Item, true
		}
		switch {
		case scalar.Type == schema.Object && !list && !scalar.IsDocument():
			v.fields(form, c, prefix, at, of, want)
			continue
		case scalar.Type == schema.Object, want != nil && !want(path):
			continue
		}
		full := path
		if of == fromRow && v.each != "" {
			full = v.each + "[]." + path
		}
		col := Column{Key: prefix + path, Label: label(f, c), Help: c.Help, Type: scalar.Type, List: list, Unit: c.Unit, Format: scalar.Format,
			Enum: scalar.Enum, EnumEn: scalar.EnumEn, EnumZh: scalar.EnumZh, Form: form.Name, Path: full, of: of, keys: at}
		v.add(col)
		if scalar.Format == "unit-code" && !list {
			named := Column{Key: col.Key + "Name", Label: both(col.Label.Zh+"名称", col.Label.En+" (name)"), of: of, name: true, keys: at}
			v.add(named)
		}
	}
}

// label names a field inside an object together with the object, as a table
// shows it without.
func label(parent, f *schema.Field) finding.Text {
	if parent.Key == "" || parent.Type == schema.List || parent.Label.Zh == "" || strings.Contains(f.Label.Zh, parent.Label.Zh) {
		return f.Label
	}
	return both(parent.Label.Zh+"："+f.Label.Zh, parent.Label.En+": "+f.Label.En)
}

func (v *View) derivedColumns(src *Source) bool {
	date := func(key, zh, en string) Column {
		return Column{Key: key, Label: both(zh, en), Type: schema.Date, of: given}
	}
	word := func(key, zh, en string) Column { return Column{Key: key, Label: both(zh, en), of: given} }
	switch v.Name {
	case "events":
		v.add(date("on", "日期", "Date"), word("transition", "步骤代码", "Transition"), word("name", "步骤", "Step"), word("nameEn", "步骤（英文）", "Step in English"),
			word("state", "进入状态", "State after it"), word("clause", "条款", "Clause"), word("record", "记录", "Record"))
	case "amounts":
		v.add(word("name", "环节", "Stage"), word("nameEn", "环节（英文）", "Stage in English"),
			Column{Key: "amount", Label: both("金额", "Amount"), Type: schema.Amount, Unit: "万元", of: given}, date("on", "日期", "Date"))
	case "decisions", "plan-decisions":
		counted := both("在这个项目里从 1 起", "On the project, from 1")
		if v.Name == "plan-decisions" {
			counted = both("各年度计划一起从 1 起", "On the plans of all years, from 1")
			v.Columns = []Column{{Key: "planYear", Label: both("计划年度", "Plan year"), Type: schema.Int, of: given}}
		}
		v.add(Column{Key: "number", Label: both("决定序号", "Number"), Help: counted, Type: schema.Int, of: given},
			date("on", "日期", "Date"), outcomes.column("outcome", both("结果", "Outcome")),
			Column{Key: "transitions", Label: both("步骤代码", "Transitions"), List: true, of: given},
			Column{Key: "steps", Label: both("步骤", "Steps"), Help: both("空：只改动了记录", "Empty: records were changed"), List: true, of: given},
			Column{Key: "clauses", Label: both("条款", "Clauses"), List: true, of: given},
			roleColumn(src.Forms),
			Column{Key: "department", Label: both("部门代码", "Department code"), Format: "unit-code", of: given}, word("departmentName", "部门", "Department"),
			Column{Key: "override", Label: both("代为决定", "In place of another"), Type: schema.Bool, of: given},
			proofs.column("proof", both("证明", "Proof")), word("sha256", "决定文件的 SHA-256", "SHA-256 of the decision's file"))
	case "waiting":
		yes := func(key, zh, en string) Column {
			return Column{Key: key, Label: both(zh, en), Type: schema.Bool, of: given}
		}
		days := func(key, zh, en string, help finding.Text) Column {
			return Column{Key: key, Label: both(zh, en), Help: help, Type: schema.Int, Unit: "天", of: given}
		}
		list := func(key, zh, en string) Column { return Column{Key: key, Label: both(zh, en), List: true, of: given} }
		v.add(word("what", "事项", "What"), word("whatEn", "事项（英文）", "What, in English"), yes("waits", "在等人办理", "Somebody is waited for"),
			date("since", "从哪天起", "Since"), days("days", "已等天数", "Days waited", both("日历天，到数据日期为止", "Calendar days up to the date of the data")),
			date("due", "期限", "Due"), days("daysLeft", "离期限天数", "Days left", both("日历天，从数据日期算；负数：已过", "Calendar days from the date of the data; negative: passed")),
			yes("firm", "期限有依据", "Date by a clause"), word("clause", "条款", "Clause"),
			list("roles", "由谁办理（代码）", "Roles that act"), list("roleNames", "由谁办理", "Names of the roles"), list("actors", "办理单位代码", "Codes of the units that act"), list("actorNames", "办理单位", "Units that act"))
	case "indicators":
		v.add(word("indicator", "指标代码", "Indicator"), word("name", "指标", "Name"), word("nameEn", "指标（英文）", "Name in English"),
			Column{Key: "listed", Label: both("列出", "Listed"), Help: both("指标页列出这个项目", "The indicator's page lists the project"), Type: schema.Bool, of: given},
			Column{Key: "number", Label: both("数值", "Number"), Type: schema.Number, of: given}, word("numberUnit", "数值单位", "Unit of the number"),
			word("value", "结果", "In words"), word("valueEn", "结果（英文）", "In words, English"))
	case "documents":
		v.add(word("record", "记录", "Record"), word("field", "字段", "Field"))
		doc := documentField(src.Forms)
		if doc == nil {
			return false
		}
		for _, c := range doc.Fields {
			if c.Key != "visibility" {
				v.add(Column{Key: "document." + c.Key, Label: label(&schema.Field{Key: "document", Label: doc.Label}, c), Help: c.Help, Type: c.Type, Format: c.Format, Enum: c.Enum, EnumEn: c.EnumEn, Form: "document", Path: c.Key, keys: []string{c.Key}})
			}
		}
	case "plans":
		form := src.Forms.Form("plan")
		if form == nil || form.Root.Child("items") == nil {
			return false
		}
		v.add(Column{Key: "planYear", Label: both("计划年度", "Plan year"), Type: schema.Int, of: given},
			Column{Key: "kind", Label: both("计划或增补", "Plan or supplement"), Enum: []string{"计划", "增补"}, EnumEn: map[string]string{"计划": "Plan", "增补": "Supplement"}, of: given},
			Column{Key: "supplement", Label: both("增补次序", "Supplement number"), Type: schema.Int, of: given},
			Column{Key: "noticeDocNo", Label: both("印发文号", "Notice"), Format: "doc-no", of: given}, date("noticeOn", "印发日期", "Issued on"))
		v.each = "items"
		v.fields(form, form.Root.Child("items").Item, "", nil, fromRow, func(path string) bool { return path != "project" })
	case "units":
		form := src.Forms.Form("units")
		if form == nil || form.Root.Child("units") == nil {
			return false
		}
		v.Columns = nil
		v.each = "units"
		v.fields(form, form.Root.Child("units").Item, "", nil, fromRow, nil)
		v.add(word("url", "网页", "Page"))
	}
	return true
}

// roleColumn is the role that a department agreed in, in the words of the
// register of units.
func roleColumn(set *schema.Set) Column {
	c := Column{Key: "role", Label: both("职责", "Role"), of: given}
	if form := set.Form("units"); form != nil {
		if roles := form.Root.Child("units").Item.Child("roles"); roles != nil {
			c.Enum, c.EnumZh, c.EnumEn = roles.Item.Enum, roles.Item.EnumZh, roles.Item.EnumEn
		}
	}
	return c
}

// documentField returns the schema of a document of record.
func documentField(set *schema.Set) *schema.Field {
	for _, form := range set.Forms() {
		if f := form.Root.Child("documents"); f != nil && f.Item.IsDocument() {
			return f.Item
		}
	}
	return nil
}

// TableNames lists the names of the tables.
func TableNames() []string {
	var out []string
	for _, v := range tables() {
		out = append(out, v.Name)
	}
	return out
}
