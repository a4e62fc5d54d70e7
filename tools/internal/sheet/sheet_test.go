package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// schemasDir holds the definitions and the examples.
const schemasDir = "../../../schemas"

var update = flag.Bool("update", false, "write the golden files")

// examples is the example registry under the definitions of this one.
func examples(t testing.TB) (files registrytest.Tree, set *schema.Set) {
	t.Helper()
	files = registrytest.Sample(t)
	return files, files.Schemas(t)
}

func load(t testing.TB) (*registry.Registry, *Set) {
	t.Helper()
	files, schemas := examples(t)
	r := registry.New(files, schemas)
	s, err := Load(r)
	if err != nil {
		t.Fatal(err)
	}
	return r, s
}

// filling takes a record of an example.
func filling(t testing.TB, r *registry.Registry, project, name string) *Filling {
	t.Helper()
	p := r.Project(r.Folder(project))
	rec := p.Record(name)
	if rec == nil {
		t.Fatalf("%s has no %s", project, name)
	}
	return &Filling{Form: rec.Form, ID: name, Record: Of(rec.Form.Root, rec.Root, nil), Index: Of(p.Index().Form.Root, p.Index().Root, nil),
		Mark: "示例", Words: Words{Unit: func(code string) string { return code + "（全称）" }}}
}

// tight drops the blanks with which printed labels are spaced out.
func tight(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// TestSheetsAndSchemasNameTheSameCells holds the two sides of the definition
// together: every cell that a schema says a field fills is on the sheet, filled
// from that field, and a sheet fills no cell from a field that does not say so.
func TestSheetsAndSchemasNameTheSameCells(t *testing.T) {
	r, set := load(t)
	for name, d := range set.forms {
		if d.form.Annex == "" {
			t.Errorf("%s has a sheet and is no annex", name)
		}
		said := map[string][]string{} // cell → paths of the fields that name it
		var collect func(f *schema.Field, prefix, at string)
		collect = func(f *schema.Field, prefix, at string) {
			for _, c := range f.Cells {
				if cell, ok := strings.CutPrefix(c, d.form.Annex+"/"); ok {
					said[cell] = append(said[cell], prefix+at)
				}
			}
			kids := f.Fields
			if f.Item != nil {
				kids = f.Item.Fields
			}
			for _, k := range kids {
				collect(k, prefix, strings.TrimPrefix(at+"."+k.Key, "."))
			}
		}
		if collect(d.form.Root, "", ""); len(said) == 0 {
			t.Errorf("no field of %s names a cell of %s", name, d.form.Annex)
		}
		collect(set.index.Root, indexPrefix, "")
		places := d.places()
		for cell, fields := range said {
			for _, field := range fields {
				if !slices.ContainsFunc(places, func(p place) bool { return p.is(cell) && p.fills(field) }) {
					t.Errorf("%s: the schema says that %s fills “%s”, the sheet does not", name, field, cell)
				}
			}
		}
		for _, p := range places {
			for i, field := range p.fields {
				if strings.HasPrefix(field, contactPrefix) || strings.HasPrefix(field, "=") || i > 0 && p.instead {
					continue
				}
				found := false
				for cell, fields := range said {
					for _, said := range fields {
						found = found || p.is(cell) && p.fills(said)
					}
				}
				if !found {
					t.Errorf("%s: the sheet prints %s in “%s”, which no schema says", name, field, p.words)
				}
			}
		}
	}
	for _, f := range r.Schemas.Forms() {
		if f.Annex != "" && !set.Official(f.Name) {
			t.Errorf("%s is %s and has no sheet", f.Name, f.Annex)
		}
	}
}

// place is a printed cell: its words and the fields that fill it.
type place struct {
	words   string // label of the row and words printed in the cell, tight
	fields  []string
	instead bool // fields after the first stand in for it
}

func (p place) is(cell string) bool {
	for part := range strings.SplitSeq(cell, "/") {
		if !strings.Contains(p.words, tight(part)) {
			return strings.Contains(p.words, tight(cell))
		}
	}
	return true
}

func (p place) fills(field string) bool {
	return slices.ContainsFunc(p.fields, func(f string) bool { return f == field || strings.HasPrefix(f, field+".") })
}

func (d *definition) places() []place {
	var out []place
	add := func(label string, t template, each string) {
		// The words around each place of its own, so that one line is one cell.
		blank, _ := t.fill(func(string) string { return "" })
		words := tight(label + blank + strings.Join(texts(t), ""))
		t.paths(func(alternatives []string) {
			p := place{words: words, instead: true}
			for _, a := range alternatives {
				if each != "" {
					a = each + "." + a
				}
				p.fields = append(p.fields, a)
			}
			out = append(out, p)
		})
	}
	for _, t := range d.title {
		add("", t, "")
	}
	add("", d.above, "")
	for _, r := range d.rows {
		label := ""
		for _, c := range r.cells {
			if c.label != "" {
				label = c.label
			}
			for _, l := range c.lines {
				add(label, l.text, l.each)
				if l.date != "" {
					out = append(out, place{words: tight(label + strings.Join(l.sign, "")), fields: []string{l.date}})
				}
			}
		}
	}
	return out
}

// TestSheetsAreAsRecorded compares every kind of sheet, filled and blank, with
// what was last looked at, in schemas/examples/sheets.
func TestSheetsAreAsRecorded(t *testing.T) {
	r, set := load(t)
	pages := map[string]string{}
	add := func(page string, f *Filling) {
		for _, s := range set.Fill(f) {
			pages[page] += s.HTML("", 2)
		}
	}
	for _, f := range [][2]string{{"2026-cgj-01", "declaration"}, {"2025-scjg-01", "stock-2025"}, {"2026-cgj-01", "review"}, {"2026-cgj-01", "acceptance"}, {"2026-cgj-01", "contract-01"}} {
		add(f[1], filling(t, r, f[0], f[1]))
	}
	for _, form := range r.Schemas.Forms() {
		if set.Official(form.Name) {
			add("blank", &Filling{Form: form, ID: form.Name})
		}
	}
	for name, got := range pages {
		file := filepath.Join(schemasDir, "examples/sheets", name+".html")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the sheet differs from %s; run with -update and read the difference", file)
		}
	}
}

func TestFillPrintsOneSheetForEachApplication(t *testing.T) {
	r, set := load(t)
	f := filling(t, r, "2026-cgj-01", "acceptance")
	list := f.Record.Get("applications")
	if !set.Filed("acceptance", f.Record) || len(set.Fill(f)) != 1 {
		t.Error("one application is not one sheet")
	}
	list.Items = append(list.Items, list.Items[0])
	if got := set.Fill(f); len(got) != 2 || got[0].ID != "acceptance" || got[1].ID != "acceptance-2" {
		t.Errorf("two applications are %d sheets", len(got))
	}
	list.Items = nil
	if set.Filed("acceptance", f.Record) || len(set.Fill(f)) != 1 {
		t.Error("without an application the annex is not filed, and printed blank")
	}
}

func TestContactsAreBlankUntilTheyAreGiven(t *testing.T) {
	r, set := load(t)
	f := filling(t, r, "2026-cgj-01", "declaration")
	f.Contacts = []Contact{{"示例甲", "信息科", "科长", "13800000000"}, {"示例乙", "", "", ""}}
	with := set.Fill(f)[0].HTML("", 2)
	f.Contacts = nil
	without := set.Fill(f)[0].HTML("", 2)
	for _, s := range []string{"<p>示例甲、示例乙</p>", "信息科/科长", "13800000000"} {
		if !strings.Contains(with, s) || strings.Contains(without, s) {
			t.Errorf("%s: given %v, not given %v", s, strings.Contains(with, s), strings.Contains(without, s))
		}
	}
}

func TestHiddenValuesLeaveABlank(t *testing.T) {
	r, set := load(t)
	p := r.Project(r.Folder("2026-cgj-01"))
	rec := p.Record("review")
	f := &Filling{Form: rec.Form, ID: "review", Record: Of(rec.Form.Root, rec.Root, func(f *schema.Field) bool { return f.Visibility != schema.Public })}
	page := set.Fill(f)[0].HTML("", 2)
	day := value.DateZh(rec.Root.Get("leaderOpinion").Get("on").Text)
	for _, n := range []string{rec.Root.Get("preliminaryOpinion").Text, rec.Root.Get("leaderOpinion").Get("text").Text, rec.Root.Get("requestReport").Get("title").Text} {
		if strings.Contains(page, n) {
			t.Errorf("prints %s", n)
		}
	}
	if !strings.Contains(page, rec.Root.Get("necessity").Text) || !strings.Contains(page, day) {
		t.Error("does not print what is public")
	}
}

func TestTemplates(t *testing.T) {
	values := map[string]string{"a": "甲", "b": "乙"}
	look := func(p string) string { return values[p] }
	for _, c := range []struct{ text, want string }{
		{"字", "字"}, {"{a}", "甲"}, {"{a}和{b}", "甲和乙"}, {"{x}", ""}, {"{x|a}", "甲"}, {"{x|=空}年", "空年"},
		{"{a}[（{b}）]", "甲（乙）"}, {"{a}[（{x}）]", "甲"}, {"[{?b}有]", "有"}, {"[{?x}有]", ""}, {"[{a}、{x}]无", "无"},
	} {
		tpl, err := parseTemplate(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got, _ := tpl.fill(look); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
	for _, bad := range []string{"{", "}", "{}", "a}", "[", "]", "[{a}", "{a}]", "[[{a}]]", "{a", "x[y"} {
		if _, err := parseTemplate(bad); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestLoadRefusesDefinitionsThatDoNotFitTheForm(t *testing.T) {
	_, schemas := examples(t)
	head := "title: [" + schemas.Form("review").Title.Zh + "]\nrows:\n  - height: 10\n    cells:\n"
	for _, c := range []struct{ why, file, text, want string }{
		{"a form that does not exist", "nothing", head + "      - {label: 甲, span: 24}\n", "there is no form nothing"},
		{"another title", "review", strings.Replace(head, "审查表", "表", 1) + "      - {label: 甲, span: 24}\n", "title is not that of the form"},
		{"a row that is too narrow", "review", head + "      - {label: 甲, span: 23}\n", "23 columns wide"},
		{"an unknown field", "review", head + "      - {text: \"{declard}\", span: 24}\n", "no field declard"},
		{"an unknown field of index.md", "review", head + "      - {text: \"{index.tilte}\", span: 24}\n", "no field index.tilte"},
		{"an unknown detail of a contact", "review", head + "      - {text: \"{contact.mail}\", span: 24}\n", "a contact has"},
		{"a field of several values", "review", head + "      - {text: \"{leaderOpinion}\", span: 24}\n", "holds several values"},
		{"a list that is none", "review", head + "      - {each: declared, text: 甲, span: 24}\n", "declared is no list"},
		{"a date that is none", "review", head + "      - {lines: [{sign: [章], date: declared}], span: 24}\n", "declared is no date"},
		{"a cell of two kinds", "review", head + "      - {label: 甲, text: 乙, span: 24}\n", "a label, a text or lines"},
		{"a broken template", "review", head + "      - {text: \"{declared\", span: 24}\n", "without a field and }"},
		{"an unknown key", "review", head + "      - {txt: 甲, span: 24}\n", "txt"},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, err := Load(registry.New(registrytest.Tree{Dir + "/" + c.file + ".yaml": c.text}, schemas))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

// TestFitKeepsLongContentOnThePage tries both sides of the page's end.
func TestFitKeepsLongContentOnThePage(t *testing.T) {
	const page = pageHeight - marginTop - marginBottom
	for _, c := range []struct {
		chars int
		size  float64
		over  bool
	}{{1, 12, false}, {1067, 12, false}, {1068, 10.5, false}, {1414, 10.5, false}, {1415, 9, false}, {1944, 9, false}, {1945, 9, true}} {
		s := fit(&Sheet{Annex: "附件", Title: []string{"表"}, Notes: []string{"注"}, Rows: []Row{
			{Height: 40, Cells: []Cell{{Label: true, Span: 4, Lines: []Line{{Text: "甲"}}}, {Span: 20}}},
			{Height: 150, Cells: []Cell{{Label: true, Span: 4, Lines: []Line{{Text: "乙"}}}, {Span: 20, Lines: []Line{{Text: strings.Repeat("字", c.chars)}}}}}}})
		sum := head(s)
		for i := range s.Rows {
			sum += max(float64(s.Rows[i].Height), s.Rows[i].need(s.Size))
		}
		if s.Size != c.size || sum > page != c.over {
			t.Errorf("%d characters: %v points and %.0f mm of %.0f", c.chars, s.Size, sum, page)
		}
		if c.over && (s.Rows[0].splits(s.Size) || !s.Rows[1].splits(s.Size)) {
			t.Errorf("%d characters: the long row, and it alone, may go on over the page's end", c.chars)
		}
	}
}

func TestCompareMarksWhatDiffers(t *testing.T) {
	r, set := load(t)
	f := filling(t, r, "2026-cgj-01", "declaration")
	old := set.Fill(f)[0]
	f.Record.Get("estimate").Text = "1300"
	f.Record.Kids = slices.DeleteFunc(f.Record.Kids, func(v *Value) bool { return v.Field.Key == "expectedOutcome" })
	now := set.Fill(f)[0]
	Compare(old, now)
	for _, s := range []*Sheet{old, now} {
		var got []string
		for i := range s.Rows {
			label := ""
			for _, c := range s.Rows[i].Cells {
				if c.Label {
					label = tight(c.String())
				} else if c.Changed {
					got = append(got, label)
				}
			}
		}
		if want := []string{"投资匡算（万元）", "预期成效特色亮点"}; !slices.Equal(got, want) {
			t.Errorf("marks %q, want %q", got, want)
		}
	}
	Compare(nil, now)
	if !now.Rows[0].Cells[1].Changed || now.Rows[0].Cells[0].Changed {
		t.Error("of a new sheet all values are new, and no label")
	}
}

func TestDOCXIsWellFormedAndTheSameEachTime(t *testing.T) {
	r, set := load(t)
	f := filling(t, r, "2026-cgj-01", "declaration")
	f.Record.Get("content").Text = "一<二>&\x00\x0b]]>\u202e三"
	one, err := DOCX(set.Fill(f))
	if err != nil {
		t.Fatal(err)
	}
	two, err := DOCX(set.Fill(f))
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("two files of one record differ: %v", err)
	}
	z, err := zip.NewReader(bytes.NewReader(one), int64(len(one)))
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, part := range z.File {
		in, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		dec := xml.NewDecoder(in)
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", part.Name, err)
			}
			if s, ok := tok.(xml.CharData); ok && part.Name == "word/document.xml" {
				text += string(s)
			}
		}
		in.Close()
	}
	for _, want := range []string{"附件1", "申报部门（盖章）：cgj（全称）", "一<二>&", "①填写“区级财政投资”或“非税收入”或“自筹资金”。"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{a}", "[{a}]", "{a|b|=c}", "]{", "[{?a}字]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if tpl, err := parseTemplate(s); err == nil {
			tpl.fill(func(string) string { return "" })
		}
	})
}
