package publish

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/opendata"
)

// dataFile is a file on offer.
type dataFile struct {
	Zh     string `json:"zh,omitempty"`
	En     string `json:"en,omitempty"`
	Note   string `json:"note,omitempty"`
	NoteEn string `json:"noteEn,omitempty"`
	Kind   string `json:"kind"` // JSON, CSV …
	URL    string `json:"url"`
	Size   string `json:"size"`
	SHA256 string `json:"sha256"`
}

// dataTable is a table on offer.
type dataTable struct {
	Name   string     `json:"name"`
	Zh     string     `json:"zh"`
	En     string     `json:"en"`
	Note   string     `json:"note"`
	NoteEn string     `json:"noteEn"`
	URL    string     `json:"url"`
	Rows   string     `json:"rows"`
	Files  []dataFile `json:"files"`
}

// example is something to copy.
type example struct {
	Zh   string `json:"zh"`
	En   string `json:"en"`
	Code string `json:"code"`
}

type dataView struct {
	En       string       `json:"en"`
	Tables   []dataTable  `json:"tables"`
	Whole    []dataFile   `json:"whole"`
	Examples []example    `json:"examples"`
	Project  string       `json:"project,omitempty"` // one to show addresses by
	Feeds    []name       `json:"feeds"`
	Calendar string       `json:"calendar,omitempty"`
	OC4IDS   finding.Text `json:"oc4ids"`
	Cite     string       `json:"cite"`
	Date     string       `json:"date,omitempty"`
	Commit   string       `json:"commit,omitempty"`
}

// dataField is a line of the dictionary.
type dataField struct {
	Key        string       `json:"key"`
	Zh         string       `json:"zh"`
	En         string       `json:"en,omitempty"`
	Type       finding.Text `json:"type"`
	Unit       string       `json:"unit,omitempty"`
	Required   bool         `json:"required,omitempty"`
	Visibility string       `json:"visibility,omitempty"` // public, review, internal
	Cells      string       `json:"cells,omitempty"`
	Choices    []string     `json:"choices,omitempty"`
	Help       string       `json:"help,omitempty"`
	HelpEn     string       `json:"helpEn,omitempty"`
	Field      *name        `json:"field,omitempty"` // of a form, that a column is taken from
}

type tableView struct {
	En      string      `json:"en"`
	Lead    string      `json:"lead"`
	LeadEn  string      `json:"leadEn,omitempty"`
	Crumbs  []name      `json:"crumbs"`
	Rows    string      `json:"rows,omitempty"`
	Date    string      `json:"date,omitempty"`
	Files   []dataFile  `json:"files,omitempty"`
	Fields  []dataField `json:"fields"`
	Clause  string      `json:"clause,omitempty"`
	Annex   string      `json:"annex,omitempty"`
	Example string      `json:"example,omitempty"`
}

const (
	dataURL      = "/data/"
	fieldsURL    = "/data/fields/"
	calendarFile = "data/deadlines.ics"
)

// dataPages writes the page of the open data, one of each table, and the
// dictionary, one page a form.
func (s *pages) dataPages(src *opendata.Source, written *opendata.Written) error {
	site := &src.Site
	file := func(name, kind string, zh, en finding.Text) dataFile {
		f := written.Files[opendata.Dir+name]
		return dataFile{Zh: zh.Zh, En: zh.En, Note: en.Zh, NoteEn: en.En, Kind: kind, URL: "/" + f.Name, Size: size(f.Size), SHA256: f.SHA256}
	}
	both := func(zh, en string) finding.Text { return finding.Text{Zh: zh, En: en} }
	var none finding.Text
	v := dataView{En: "Open data", OC4IDS: opendata.OC4IDSNote(), Date: s.b.meta.Date, Commit: s.b.meta.Commit, Examples: examples(site, src.Example), Project: src.Example}
	v.Cite = fmt.Sprintf("%s《%s》，数据版本 %s，%s", site.Publisher.Name, site.Title.Zh, strings.TrimSpace(site.Date+" "+short(site.Commit)), site.Address(dataURL))
	for i := range written.Views {
		t := &written.Views[i]
		one := dataTable{Name: t.Name, Zh: t.Title.Zh, En: t.Title.En, Note: t.Note.Zh, NoteEn: t.Note.En, URL: dataURL + t.Name + "/", Rows: count(written.Rows[t.Name]),
			Files: []dataFile{file(t.Name+".csv", "CSV", none, none), file(t.Name+".json", "JSON", none, none)}}
		v.Tables = append(v.Tables, one)
		if err := s.tablePage(one, t, site); err != nil {
			return err
		}
	}
	v.Whole = []dataFile{
		file("tables.xlsx", "XLSX", both("全部表格", "All tables"), both("下列各表，一个工作簿，中文表头，可筛选", "The tables below in one workbook")),
		file("bulk.json", "JSON", both("整套数据", "Everything"), both("全部项目、年度计划和单位，含各表单的全部公开内容，一行一个项目", "All projects with all public content of their forms, plans, units; one project a line")),
		file("oc4ids.json", "JSON", both("OC4IDS 0.9 项目包", "OC4IDS 0.9 project package"), both("开放合同基础设施数据标准", "Open Contracting for Infrastructure Data Standards")),
		file("catalog.jsonld", "JSON-LD", both("数据目录（DCAT 3）", "Catalogue (DCAT 3)"), both("供数据门户采集", "For data portals to harvest")),
		file("openapi.json", "JSON", both("接口说明（OpenAPI 3.1）", "API description (OpenAPI 3.1)"), both("每个文件的地址和内容", "Address and content of each file")),
		file("fields.csv", "CSV", both("字段字典", "Dictionary of fields"), both("各表单字段和各表列名", "Fields of all forms, columns of all tables")),
	}
	v.Feeds = append(v.Feeds, name{Zh: "最新动态", En: "Latest events", URL: "/" + opendata.FeedName("", "")})
	for _, c := range opendata.Classes(src.Forms) {
		v.Feeds = append(v.Feeds, name{Zh: c.Name.Zh + "项目", En: c.Name.En, URL: "/" + opendata.FeedName("class", c.Key)})
	}
	for _, g := range src.Stages {
		v.Feeds = append(v.Feeds, name{Zh: g.Name.Zh, En: g.Name.En, URL: "/" + opendata.FeedName("stage", g.Key)})
	}
	if s.b.meta.Date != "" {
		v.Calendar = "/" + calendarFile
	}
	p := newPage("data", "开放数据", dataURL, v)
	p.Description = "下载全部公开数据：JSON、CSV、XLSX、OC4IDS、DCAT、订阅"
	if err := s.out.add(p); err != nil {
		return err
	}
	return s.dictionary(src)
}

func (s *pages) tablePage(t dataTable, view *opendata.View, site *opendata.Site) error {
	v := tableView{En: t.En, Lead: t.Note + "。", LeadEn: t.NoteEn + ".", Crumbs: []name{{Zh: "开放数据", En: "Open data", URL: dataURL}}, Rows: t.Rows, Files: t.Files, Date: s.b.meta.Date,
		Example: "curl -O " + address(site, t.Files[0].URL)}
	for _, c := range view.Columns {
		f := dataField{Key: c.Key, Zh: c.Label.Zh, En: c.Label.En, Type: c.TypeText(), Unit: c.Unit, Help: c.Help.Zh, HelpEn: c.Help.En}
		for _, e := range c.Enum {
			f.Choices = append(f.Choices, strings.Join(nonEmpty(e, c.EnumZh[e], c.EnumEn[e]), " "))
		}
		if c.Form != "" {
			f.Field = &name{Zh: c.Form + "." + c.Path, URL: fieldsURL + c.Form + "/"}
		}
		v.Fields = append(v.Fields, f)
	}
	p := newPage("dataset", t.Zh+"数据", t.URL, v)
	p.Description = t.Note
	return s.out.add(p)
}

// dictionary writes the pages of the dictionary.
func (s *pages) dictionary(src *opendata.Source) error {
	type formLink struct {
		name
		Annex  string `json:"annex,omitempty"`
		Clause string `json:"clause,omitempty"`
		Count  string `json:"count"`
	}
	var list []formLink
	up := []name{{Zh: "开放数据", En: "Open data", URL: dataURL}, {Zh: "字段字典", En: "Dictionary", URL: fieldsURL}}
	for _, form := range opendata.Described(src.Forms) {
		v := tableView{En: form.Title.En, Lead: form.Root.Help.Zh, LeadEn: form.Root.Help.En, Crumbs: up, Clause: form.Clause, Annex: form.Annex}
		for _, e := range opendata.Fields(form) {
			f := dataField{Key: e.Path, Zh: e.Label.Zh, En: e.Label.En, Type: e.Type, Unit: e.Unit, Required: e.Required, Visibility: string(e.Visibility),
				Cells: strings.Join(e.Cells, "、"), Help: e.Help.Zh, HelpEn: e.Help.En}
			for _, c := range e.Choices {
				f.Choices = append(f.Choices, strings.Join(nonEmpty(c.Value, c.Zh, c.En), " "))
			}
			v.Fields = append(v.Fields, f)
		}
		url := fieldsURL + form.Name + "/"
		list = append(list, formLink{name{form.Title.Zh, form.Title.En, url}, form.Annex, form.Clause, count(len(v.Fields))})
		if err := s.out.add(newPage("formfields", form.Title.Zh, url, v)); err != nil {
			return err
		}
	}
	return s.out.add(newPage("fields", "字段字典", fieldsURL, struct {
		En     string     `json:"en"`
		Lead   string     `json:"lead"`
		LeadEn string     `json:"leadEn"`
		Crumbs []name     `json:"crumbs"`
		File   string     `json:"file"`
		Forms  []formLink `json:"forms"`
	}{"Dictionary of fields", "台账里每一张表有哪些字段：叫什么、填什么、出自哪一条、是否公开。由表单定义生成。",
		"The fields of every form: what they are called, what goes in, by which clause, and whether they are public. Made from the definitions of the forms.", up[:1], "/" + opendata.Dir + "fields.csv", list}))
}

// address is one that can be typed: with a placeholder where the site does not
// know its own.
func address(site *opendata.Site, path string) string {
	if site.BaseURL == "" {
		return "https://example.org" + path
	}
	return site.Address(path)
}

// examples are lines to copy. project is a published one, "" where there is none.
func examples(site *opendata.Site, project string) []example {
	at := func(name string) string { return address(site, "/"+opendata.Dir+name) }
	out := []example{
		{"下载一张表", "Download a table", "curl -O " + at("contracts.csv")},
		{"Python：各单位合同金额", "Python: contracts by unit", "import pandas as pd\nt = pd.read_csv(\"" + at("contracts.csv") + "\", dtype={\"contractor.uscc\": str})\nprint(t.groupby(\"unitName\")[\"amount\"].sum())"},
		{"jq：变更过的项目", "jq: projects with changes", "curl -s " + at("changes.json") + " | jq -r '.rows[] | [.project, .title, .netDelta] | @tsv'"},
	}
	if project != "" {
		out = append(out, example{"JavaScript：一个项目", "JavaScript: one project", "const r = await fetch(\"" + at("projects/"+project+".json") + "\");\nconst p = await r.json();\nconsole.log(p.title, p.stateName, p.amount, \"万元\");"})
	}
	return out
}

func short(commit string) string { return commit[:min(12, len(commit))] }

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
