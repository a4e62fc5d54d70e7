package opendata

import (
	"fmt"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
)

const draft = "https://json-schema.org/draft/2020-12/schema"

// schemaFile is where the JSON Schema of a table or of the document of a
// project stands, from the site's root.
func schemaFile(name string) string { return Dir + "schema/" + name + ".schema.json" }

// ProjectSchema returns the JSON Schema (2020-12) of the document of a project:
// exactly the fields that the forms make public.
func ProjectSchema(src *Source) Object {
	text, date := Object{{"type", "string"}}, Object{{"type", "string"}, {"format", "date"}}
	texts, whole, yes := Object{{"type", "array"}, {"items", text}}, Object{{"type", "integer"}}, Object{{"type", "boolean"}}
	defs, shapes, names := Object{}, []any{}, []string{}
	for _, form := range src.Forms.Forms() {
		defs = append(defs, Member{form.Name, publicObject(form.Root, form.Title)})
		names = append(names, form.Name)
		shapes = append(shapes, Object{{"required", []string{"form"}}, {"properties", Object{{"form", Object{{"const", form.Name}}}, {"data", Object{{"$ref", "#/$defs/" + form.Name}}}}}})
	}
	list := func(zh, en string, required []string, props Object) Object {
		return titled(zh, en, Object{{"type", "array"}, {"items", Object{{"type", "object"}, {"required", required}, {"properties", props}, {"additionalProperties", false}}}})
	}
	props := Object{
		{"version", Object{{"const", Version}}},
		{"sample", titled("示例数据", "Sample data", Object{{"type", "boolean"}})},
		{"project", titled("项目编号", "Project id", Object{{"type", "string"}, {"pattern", "^[0-9]{4}-[a-z][a-z0-9]*-[0-9]{2,}$"}})},
		{"title", titled("项目名称", "Title", text)},
		{"unit", titled("实施单位代码", "Code of the implementing unit", text)},
		{"unitName", titled("实施单位", "Implementing unit", text)},
		{"year", titled("年度", "Year", Object{{"type", "integer"}})},
		{"state", titled("状态代码", "State code", Object{{"enum", stateCodes(src)}})},
		{"stateName", titled("状态", "State", text)},
		{"stateNameEn", titled("状态（英文）", "State in English", text)},
		{"stage", titled("阶段代码", "Stage key", text)},
		{"stageName", titled("阶段", "Stage", text)},
		{"updated", titled("最近办理日期", "Date of the latest event", date)},
		{"amount", titled("当前金额（万元）", "Amount of the latest stage that has one, in 万元", Object{{"type", "number"}})},
		{"url", titled("网页", "Page", Object{{"type", "string"}, {"format", "uri-reference"}})},
		{"supervision", titled("监理代码", "Supervision on record", Object{{"enum", supervisions.codes()}})},
		{"contractors", titled("承建单位", "Contractors", texts)},
		{"licence", titled("许可", "Licence", Object{{"type", "string"}, {"format", "uri"}})},
		{"events", list("办理过程", "Events", []string{"on", "transition", "name", "state"}, Object{{"on", date}, {"transition", text}, {"name", text}, {"nameEn", text}, {"state", text}, {"clause", text}, {"record", text}})},
		{"amounts", list("资金变化（万元）", "Amounts of each stage, in 万元; none replaces another", []string{"name", "amount"}, Object{{"name", text}, {"nameEn", text}, {"amount", Object{{"type", "number"}}}, {"on", date}})},
		{"decisions", list("审批决定", "Sealed decisions: which departments agreed to which steps", []string{"number", "on", "outcome", "seats", "proof", "sha256"}, Object{
			{"number", Object{{"type", "integer"}, {"minimum", 1}}}, {"on", date}, {"outcome", Object{{"enum", outcomes.codes()}}},
			{"steps", list("步骤", "Steps", []string{"transition", "name"}, Object{{"transition", text}, {"name", text}, {"nameEn", text}, {"clause", text}, {"on", date}})},
			{"seats", list("同意的部门", "Departments that agreed", []string{"role", "department", "departmentName"}, Object{{"role", text}, {"department", text}, {"departmentName", text}, {"override", Object{{"type", "boolean"}}}})},
			{"reasons", Object{{"type", "array"}, {"items", text}}}, {"proof", Object{{"enum", proofs.codes()}}}, {"sha256", text}})},
		{"waits", list("待办与期限", "What waits at the date of the data, and dates within a year from then; days are calendar days", []string{"what", "waits", "firm", "roles", "actors"}, Object{
			{"what", text}, {"whatEn", text}, {"waits", yes}, {"since", date}, {"days", whole}, {"due", date}, {"daysLeft", whole}, {"firm", yes}, {"clause", text},
			{"roles", texts}, {"roleNames", texts}, {"actors", texts}, {"actorNames", texts}})},
		{"indicators", list("指标", "Indicators that apply; none proves anything by itself", []string{"indicator", "name", "listed", "number", "numberUnit", "value"}, Object{
			{"indicator", text}, {"name", text}, {"nameEn", text}, {"listed", yes}, {"number", Object{{"type", "number"}}}, {"numberUnit", text}, {"value", text}, {"valueEn", text}})},
		{"records", titled("表单与记录", "Forms and records", Object{{"type", "array"}, {"items", Object{{"type", "object"}, {"required", []string{"record", "form", "data"}},
			{"properties", Object{{"record", text}, {"form", Object{{"enum", names}}}, {"on", date}, {"data", Object{{"type", "object"}}}, {"body", titled("正文（Markdown）", "Text in Markdown", text)}}},
			{"additionalProperties", false}, {"oneOf", shapes}}}})},
		{"undisclosed", titled("有内容、待公开审查的字段", "Fields that hold something and await the disclosure review", Object{{"type", "array"}, {"items", text}})},
	}
	return Object{{"$schema", draft}, {"$id", schemaID(src, "project")}, {"title", "项目 Project"}, {"type", "object"},
		{"required", []string{"version", "project", "title", "unit", "unitName", "year", "state", "stateName", "url", "events", "amounts", "records"}},
		{"properties", props}, {"additionalProperties", false}, {"$defs", defs}}
}

// schemaID names a schema: by its address, or by a name of its own where the
// site does not know its address.
func schemaID(src *Source, name string) string {
	if src.Site.BaseURL == "" {
		return fmt.Sprintf("https://taizhang.example/open/v%d/%s.schema.json", Version, name)
	}
	return src.Site.Address("/" + schemaFile(name))
}

func stateCodes(src *Source) []string {
	var out []string
	for _, s := range src.States {
		out = append(out, s.Code)
	}
	return out
}

// titled puts labels before the other keywords of a schema.
func titled(zh, en string, o Object) Object {
	return append(Object{}.with("title", zh).with("description", en), o...)
}

// publicObject is the schema of the public part of an object. Nothing in it is
// required: what a record does not hold, or may not show, is not there.
func publicObject(f *schema.Field, title finding.Text) Object {
	props := Object{}
	for _, c := range f.Fields {
		if c.Visibility == schema.Public || c.Visibility == schema.Review {
			props = append(props, Member{c.Key, publicField(c)})
		}
	}
	return titled(title.Zh, title.En, Object{{"type", "object"}, {"properties", props}, {"additionalProperties", false}})
}

func publicField(f *schema.Field) Object {
	switch f.Type {
	case schema.Object:
		return publicObject(f, f.Label)
	case schema.List:
		return titled(f.Label.Zh, f.Label.En, Object{{"type", "array"}, {"items", publicField(f.Item)}})
	}
	label := f.Label
	if f.Unit != "" {
		label.En += " (" + f.Unit + ")"
	}
	return titled(label.Zh, label.En, scalarSchema(f.Type, f.Format, f.Enum))
}

func scalarSchema(t schema.Type, format string, enum []string) Object {
	out := Object{{"type", map[schema.Type]string{schema.Text: "string", schema.Date: "string", schema.Bool: "boolean", schema.Int: "integer", schema.Number: "number", schema.Amount: "number"}[t]}}
	switch {
	case t == schema.Date:
		out = append(out, Member{"format", "date"})
	case format == "https-url" || format == "file-path":
		out = append(out, Member{"format", "uri-reference"})
	case t == schema.Text && len(enum) > 0:
		out = append(out, Member{"enum", enum})
	}
	return out
}

// tableSchema is the JSON Schema of the JSON file of a table.
func tableSchema(src *Source, v *View) Object {
	cells := Object{}
	for _, c := range v.Columns {
		of := scalarSchema(c.Type, c.Format, c.Enum)
		if c.List {
			of = Object{{"type", "array"}, {"items", of}}
		}
		label := c.Label
		if c.Unit != "" {
			label.En += " (" + c.Unit + ")"
		}
		cells = append(cells, Member{c.Key, titled(label.Zh, label.En, of)})
	}
	text := Object{{"type", "string"}}
	words := Object{{"type", "object"}, {"properties", Object{{"zh", text}, {"en", text}, {"url", text}}}}
	return Object{{"$schema", draft}, {"$id", schemaID(src, v.Name)}, {"title", v.Title.Zh + " " + v.Title.En}, {"description", v.Note.En}, {"type", "object"},
		{"required", []string{"version", "table", "title", "rows", "count"}},
		{"properties", Object{{"version", Object{{"const", Version}}}, {"table", Object{{"const", v.Name}}}, {"title", words}, {"publisher", text}, {"date", text}, {"commit", text},
			{"licence", words}, {"sample", Object{{"type", "boolean"}}}, {"note", words},
			{"rows", Object{{"type", "array"}, {"items", Object{{"type", "object"}, {"properties", cells}, {"additionalProperties", false}}}}},
			{"count", Object{{"type", "integer"}, {"minimum", 0}}}}}, {"additionalProperties", false}}
}
