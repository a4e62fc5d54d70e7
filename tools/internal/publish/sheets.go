package publish

import (
	"fmt"
	"html"
	"strings"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/sheet"
)

// The official sheets of a project stand together on one page, each a sheet of
// A4 that can be shown and printed alone. The page is written here and served as
// it is: it has nothing of the site's frame, and each page more that Hugo makes
// costs time and memory for every project.
const (
	sheetsURL = "sheets/" // below that of the project
	sheetsCSS = "sheets.css"
)

// official makes the value that may be printed of what may be seen.
func (s *shown) official() *sheet.Value {
	if s == nil || s.withheld {
		return nil
	}
	v := &sheet.Value{Field: s.field, Text: s.text}
	for _, it := range s.items {
		if item := it.official(); item != nil {
			v.Items = append(v.Items, item)
		}
	}
	for _, k := range s.kids {
		if kid := k.official(); kid != nil {
			v.Kids = append(v.Kids, kid)
		}
	}
	return v
}

// sheeted are the records of a project that have an official sheet.
func (s *subject) sheeted() []revealed {
	var out []revealed
	for _, r := range s.records {
		if r.root != nil && s.sheets.Filed(r.rec.Form.Name, r.root.official()) {
			out = append(out, r)
		}
	}
	return out
}

// sheetURL is the address of the sheet of a record, "" where it has none.
func (s *subject) sheetURL(r revealed) string {
	if r.root == nil || !s.sheets.Filed(r.rec.Form.Name, r.root.official()) {
		return ""
	}
	return s.url() + sheetsURL + "#" + r.rec.Name
}

// sheets writes the page with the official sheets of a project, if it has any.
func (b *Builder) sheets(s *subject) error {
	var sheets []*sheet.Sheet
	var links strings.Builder
	reg := s.project.Registry()
	words := sheet.Words{
		Unit:    func(code string) string { return fullName(reg, code) },
		Project: func(string) string { return "" }, // others may not be public
	}
	mark := ""
	if reg.Config.Sample {
		mark = "示例"
	}
	index := s.index.official()
	for _, r := range s.sheeted() {
		made := s.sheets.Fill(&sheet.Filling{Form: r.rec.Form, ID: r.rec.Name, Record: r.root.official(), Index: index, Words: words, Mark: mark})
		for i, one := range made {
			name := r.rec.Form.Annex + " " + s.formTitle(r).Zh
			if len(made) > 1 {
				name += fmt.Sprintf("（第 %d 次）", i+1)
			}
			fmt.Fprintf(&links, "<li><a href=\"#%s\">%s</a></li>\n", html.EscapeString(one.ID), html.EscapeString(name))
		}
		sheets = append(sheets, made...)
	}
	if len(sheets) == 0 {
		return nil
	}
	where := strings.Trim(s.url(), "/") + "/" + sheetsURL
	sample := ""
	if mark != "" {
		sample = "<p><strong>示例</strong> 本站数据为示例，不对应任何真实项目。 <span lang=\"en\">Sample data: no real project.</span></p>\n"
	}
	root := strings.Repeat("../", strings.Count(where, "/"))
	page := sheet.Page{
		Title: s.title() + " - 公文表样",
		Style: root + sheetsCSS,
		Head: "<link rel=\"canonical\" href=\"../\">\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"" + root + "favicon.svg\">\n" +
			"<meta name=\"robots\" content=\"noindex\">\n",
		Desk: sample + "<p><a href=\"../\">返回项目页 <span lang=\"en\">Back to the project</span></a></p>\n" +
			"<h1>" + html.EscapeString(s.title()) + "：公文表样</h1>\n" +
			"<p>用浏览器的打印功能，一张表印一页 A4；点一张表的名称，只看、只印这一张。联系人、签字等不公开的栏目留空。 " +
			"<span lang=\"en\">Print from the browser: each form takes a page of A4. Select one to show and print it alone. What is not public stays blank.</span></p>\n" +
			"<ul>\n" + links.String() + "<li><a href=\"#all\" id=\"all\">全部 <span lang=\"en\">All</span></a></li>\n</ul>\n",
	}
	return b.out.static(where+"index.html", page.HTML(sheets))
}

// fullName is the name of a unit on paper.
func fullName(reg *registry.Registry, code string) string {
	u := visibleUnit(reg.Schemas, reg.Unit(code))
	if name := text(u["name"]); name != "" {
		return name
	}
	return unitName(reg, code)
}

// scalar writes a value as people read it. Another project is named by its title
// where it is public, and not at all elsewhere.
func (f *former) scalar(s *shown) string {
	return sheet.Scalar(s.field, s.text, sheet.Words{
		Unit: func(code string) string { return unitName(f.s.project.Registry(), code) },
		Project: func(id string) string {
			if f.resolve != nil {
				if r := f.resolve(id); r != nil {
					return r.Title + "（" + r.ID + "）"
				}
			}
			return ""
		},
	})
}
