package opendata

import (
	"cmp"
	"encoding/json"
	"path"
	"strconv"

	"taizhang/tools/internal/finding"
)

// catalogue describes the files as a DCAT 3 catalogue in JSON-LD, with size and
// checksum of each, so that a portal can harvest them.
func catalogue(src *Source, views []View, files map[string]File) Object {
	s := &src.Site
	home := s.Address("/data/")
	words := func(t finding.Text) []any {
		out := []any{Object{{"@language", "zh"}, {"@value", t.Zh}}}
		if t.En != "" {
			out = append(out, Object{{"@language", "en"}, {"@value", t.En}})
		}
		return out
	}
	ref := func(id string) Object { return Object{{"@id", id}} }
	publisher := Object{{"@id", s.Address(cmp.Or(s.Publisher.URL, "/"))}, {"@type", "foaf:Agent"}, {"foaf:name", cmp.Or(s.Publisher.Name, s.Title.Zh)}}
	common := func(o Object) Object {
		o = append(o, Member{"dct:publisher", publisher}, Member{"dct:language", ref("http://publications.europa.eu/resource/authority/language/ZHO")})
		if s.Licence.URL != "" {
			o = append(o, Member{"dct:license", ref(s.Licence.URL)})
		} else if s.Licence.Zh != "" {
			o = append(o, Member{"dct:rights", s.Licence.Zh})
		}
		if s.Date != "" {
			o = append(o, Member{"dct:modified", Object{{"@type", "xsd:date"}, {"@value", s.Date}}})
		}
		return o
	}
	media := map[string]string{".json": "application/json", ".csv": "text/csv", ".jsonld": "application/ld+json",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	dist := func(name string, title finding.Text) (Object, bool) {
		f, ok := files[name]
		url := s.Address("/" + name)
		o := common(Object{{"@id", url}, {"@type", "dcat:Distribution"}, {"dct:title", words(title)}})
		return append(o, Member{"dcat:accessURL", ref(home)}, Member{"dcat:downloadURL", ref(url)},
			Member{"dcat:mediaType", ref("https://www.iana.org/assignments/media-types/" + media[path.Ext(name)])},
			Member{"dcat:byteSize", Object{{"@type", "xsd:nonNegativeInteger"}, {"@value", strconv.FormatInt(f.Size, 10)}}},
			Member{"spdx:checksum", Object{{"@type", "spdx:Checksum"}, {"spdx:algorithm", ref("spdx:checksumAlgorithm_sha256")}, {"spdx:checksumValue", f.SHA256}}}), ok
	}
	var sets []any
	add := func(key string, title, note finding.Text, landing string, dists ...Object) {
		o := common(Object{{"@id", s.Address("/"+Dir) + "catalog.jsonld#" + key}, {"@type", "dcat:Dataset"}, {"dct:identifier", key}, {"dct:title", words(title)}, {"dct:description", words(note)}})
		o = append(o, Member{"dcat:landingPage", ref(s.Address(landing))}, Member{"dct:accrualPeriodicity", ref("http://purl.org/cld/freq/irregular")},
			Member{"dcat:keyword", []any{Object{{"@language", "zh"}, {"@value", "政务信息化"}}, Object{{"@language", "en"}, {"@value", "government IT"}}}},
			Member{"dct:spatial", Object{{"@type", "dct:Location"}, {"dct:identifier", s.DivisionCode}, {"rdfs:label", words(finding.Text{Zh: s.City + s.District.Zh, En: s.District.En})}}})
		var list []any
		for _, d := range dists {
			list = append(list, d)
		}
		if list != nil {
			sets = append(sets, append(o, Member{"dcat:distribution", list}))
		}
	}
	one := func(name, zh, en string) []Object {
		if d, ok := dist(name, both(zh, en)); ok {
			return []Object{d}
		}
		return nil
	}
	for _, v := range views {
		dists := append(one(Dir+v.Name+".csv", v.Title.Zh+"（CSV）", v.Title.En+" (CSV)"), one(Dir+v.Name+".json", v.Title.Zh+"（JSON）", v.Title.En+" (JSON)")...)
		add(v.Name, v.Title, v.Note, "/data/"+v.Name+"/", dists...)
	}
	add("tables", both("全部表格", "All tables"), both("各表合成的一个 Excel 工作簿", "All tables in one workbook"), "/data/", one(Dir+"tables.xlsx", "工作簿", "Workbook")...)
	add("bulk", both("整套数据", "Everything"), both("全部项目、年度计划和单位，含各表单的全部公开内容", "All projects, plans and units with all public content of their forms"), "/data/", one(Dir+"bulk.json", "JSON", "JSON")...)
	add("oc4ids", both("OC4IDS 项目包", "OC4IDS project package"), OC4IDSNote(), "/data/", one(Dir+"oc4ids.json", "OC4IDS 0.9", "OC4IDS 0.9")...)
	add("fields", both("字段字典", "Dictionary of fields"), both("每个字段的名称、类型、单位、条款、表格位置、可选值和公开方式", "Name, type, unit, clause, cell, choices and visibility of each field"), "/data/fields/", one(Dir+"fields.csv", "CSV", "CSV")...)
	context := Object{{"dcat", "http://www.w3.org/ns/dcat#"}, {"dct", "http://purl.org/dc/terms/"}, {"foaf", "http://xmlns.com/foaf/0.1/"},
		{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"}, {"spdx", "http://spdx.org/rdf/terms#"}, {"xsd", "http://www.w3.org/2001/XMLSchema#"}}
	o := common(Object{{"@context", context}, {"@id", home}, {"@type", "dcat:Catalog"}, {"dct:title", words(finding.Text{Zh: s.Title.Zh + "：开放数据", En: s.Title.En + ": open data"})},
		{"dct:description", words(both("全部公开内容，每次合并后随网站重新生成。", "Everything public, written anew with the site after each change."))}})
	if s.Sample {
		o = append(o, Member{"rdfs:comment", words(both("示例数据", "Sample data"))})
	}
	return append(o, Member{"foaf:homepage", ref(s.Address("/"))}, Member{"dct:conformsTo", ref("https://www.w3.org/TR/vocab-dcat-3/")}, Member{"dcat:dataset", sets})
}

var _ json.Marshaler = Object{}
