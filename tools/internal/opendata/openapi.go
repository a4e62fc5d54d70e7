package opendata

import "fmt"

// openAPI describes the files as an interface (OpenAPI 3.1): every one is a
// static file that GET returns.
func openAPI(src *Source, views []View) Object {
	s := &src.Site
	root := "/"
	if s.BaseURL != "" {
		root = s.BaseURL
	}
	info := Object{{"title", s.Title.Zh + " 开放数据"}, {"version", fmt.Sprintf("%d.0.0", Version)},
		{"description", "静态文件，只读，不需要密钥。金额为万元，日期为北京时间的日子。\n\nStatic files, read only, no key. Amounts are in 万元 (10,000 yuan), dates are days in Asia/Shanghai."}}
	if s.Licence.Zh != "" {
		licence := Object{{"name", s.Licence.Zh}}
		info = append(info, Member{"license", licence.with("url", s.Licence.URL)})
	}
	paths := Object{}
	add := func(path, id, zh, en string, params []any, contents Object) {
		ok := Object{{"description", zh + " " + en}, {"content", contents}}
		responses := Object{{"200", ok}}
		if params != nil {
			responses = append(responses, Member{"404", Object{{"description", "没有公开，或没有 Not public, or none"}}})
		}
		op := Object{{"operationId", id}, {"summary", zh}, {"description", en}}.with("parameters", params)
		paths = append(paths, Member{path, Object{{"get", append(op, Member{"responses", responses})}}})
	}
	content := func(kind string, schema any) Object { return Object{{kind, Object{{"schema", schema}}}} }
	ref := func(name string) Object { return Object{{"$ref", "schema/" + name + ".schema.json"}} }
	text, file, anything := Object{{"type", "string"}}, Object{}, Object{{"type", "object"}}
	param := func(name, zh, example string) any {
		return Object{{"name", name}, {"in", "path"}, {"required", true}, {"description", zh}, {"schema", text}}.with("example", example)
	}
	at := "/" + Dir
	add(at+"projects/{project}.json", "project", "一个项目的全部公开内容", "Everything public of one project", []any{param("project", "项目编号 Project id", src.Example)}, content("application/json", ref("project")))
	for i := range views {
		v := &views[i]
		add(at+v.Name+".json", v.Name, v.Note.Zh, v.Note.En, nil, content("application/json", ref(v.Name)))
		add(at+v.Name+".csv", v.Name+"Csv", v.Note.Zh+"（CSV）", v.Note.En+" (CSV)", nil, content("text/csv", text))
	}
	add(at+"bulk.json", "bulk", "全部项目、年度计划和单位", "All projects, annual plans and units", nil, content("application/json", anything))
	add(at+"tables.xlsx", "tables", "全部表格，一个工作簿", "All tables in one workbook", nil, content("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file))
	add(at+"oc4ids.json", "oc4ids", "OC4IDS 0.9 项目包", "OC4IDS 0.9 project package", nil, content("application/json", anything))
	add(at+"catalog.jsonld", "catalog", "数据目录（DCAT 3）", "Catalogue (DCAT 3)", nil, content("application/ld+json", anything))
	add(at+"fields.csv", "fields", "字段字典", "Dictionary of fields", nil, content("text/csv", text))
	key := []any{param("kind", "unit、stage、class 或 project", "unit"), param("key", "单位代码、阶段、分类或项目编号 Unit code, stage, class or project id", src.Project(src.Example).Unit)}
	for _, f := range [][2]string{{"atom", "application/atom+xml"}, {"json", "application/feed+json"}} {
		add("/feeds/all."+f[0], "feed"+f[0], "最新动态", "Latest events", nil, content(f[1], text))
		add("/feeds/{kind}/{key}."+f[0], "feedOf"+f[0], "一个单位、阶段、分类或项目的动态", "Events of a unit, stage, class or project", key, content(f[1], text))
	}
	return Object{{"openapi", "3.1.0"}, {"info", info}, {"jsonSchemaDialect", draft}, {"servers", []any{Object{{"url", root}}}}, {"security", []any{}}, {"paths", paths}}
}
