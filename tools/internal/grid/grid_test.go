package grid

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// pack makes an XLSX file of parts; sheet is the first sheet.
func pack(t testing.TB, sheet string, more ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, text string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	add("xl/workbook.xml", `<workbook><sheets><sheet name="甲" sheetId="1" r:id="r1"/></sheets></workbook>`)
	add("xl/worksheets/sheet1.xml", sheet)
	for i := 0; i+1 < len(more); i += 2 {
		add(more[i], more[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCellsAsALibraryWritesThem(t *testing.T) {
	f := excelize.NewFile()
	day, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	struck, _ := f.NewStyle(&excelize.Style{Font: &excelize.Font{Strike: true}})
	zh, _ := f.NewStyle(&excelize.Style{CustomNumFmt: new(`yyyy"年"m"月"d"日"`)})
	for _, err := range []error{
		f.SetCellValue("Sheet1", "A1", " 项目\r\n名称 "), f.SetCellValue("Sheet1", "B1", 0.1+0.2), f.SetCellValue("Sheet1", "C1", 46082), f.SetCellStyle("Sheet1", "C1", "C1", day),
		f.SetCellValue("Sheet1", "D1", true), f.SetCellValue("Sheet1", "E1", "旧"), f.SetCellStyle("Sheet1", "E1", "E1", struck),
		f.SetCellValue("Sheet1", "F1", 46082), f.SetCellStyle("Sheet1", "F1", "F1", zh), f.SetCellValue("Sheet1", "G1", "001"),
		f.SetCellValue("Sheet1", "C3", "x"), f.MergeCell("Sheet1", "A3", "B5"), f.SetRowVisible("Sheet1", 3, false), f.SetColVisible("Sheet1", "C", false),
		f.SetCellRichText("Sheet1", "H1", []excelize.RichTextRun{{Text: "甲"}, {Text: "乙", Font: &excelize.Font{Bold: true}}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var raw bytes.Buffer
	if err := f.Write(&raw); err != nil {
		t.Fatal(err)
	}
	b, err := Read(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	s := b.Sheets[0]
	var got []string
	for _, c := range s.Cells {
		got = append(got, fmt.Sprintf("%s %d %q day=%v struck=%v", c.Ref(), c.Kind, c.Text, c.Day, c.Struck))
	}
	want := []string{`A1 0 "项目\n名称" day=false struck=false`, `B1 1 "0.3" day=false struck=false`, `C1 1 "46082" day=true struck=false`, `D1 2 "1" day=false struck=false`,
		`E1 0 "旧" day=false struck=true`, `F1 1 "46082" day=true struck=false`, `G1 0 "001" day=false struck=false`, `H1 0 "甲乙" day=false struck=false`, `C3 0 "x" day=false struck=false`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if m, ok := s.MergedAt(4, 2); !ok || m != (Range{3, 1, 5, 2}) || !s.HiddenRows[3] || !s.HiddenCols[3] {
		t.Errorf("merged %v, hidden %v %v", m, s.HiddenRows, s.HiddenCols)
	}
}

func TestTextTablesInTheirEncodings(t *testing.T) {
	const text = "项目名称,投资（万元）\r\n\"智慧\n校园\",\"1,280.5\"\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"utf-8": text, "mark": "\ufeff" + text, "gb18030": gb, "tabs": strings.NewReplacer(",投", "\t投", ",\"", "\t\"").Replace(text)} {
		b, err := Read([]byte(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s := b.Sheets[0]; len(s.Cells) != 4 || s.At(2, 1).Text != "智慧\n校园" || s.At(2, 2).Text != "1,280.5" {
			t.Errorf("%s: %+v", name, s.Cells)
		}
	}
}

func TestFilesThatAreNotReadSayWhy(t *testing.T) {
	var word, zeros bytes.Buffer
	z := zip.NewWriter(&word)
	_, _ = z.Create("word/document.xml")
	_ = z.Close()
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":     {nil, "空的"},
		"old":       {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"), "旧格式"},
		"password":  {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), utf16le("EncryptedPackage")...), "密码"},
		"web page":  {[]byte("<html><table>"), "网页"},
		"word":      {word.Bytes(), "Word"},
		"cut short": {pack(t, `<worksheet/>`)[:80], "损坏"},
		"bad xml":   {pack(t, `<worksheet><sheetData><row r="1"><c r="A1"><v>1</row>`), "损坏"},
		"entities":  {pack(t, `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`), "损坏"},
		"deep":      {pack(t, strings.Repeat("<a>", maxDepth+1)+strings.Repeat("</a>", maxDepth+1)), "损坏"},
		"text":      {pack(t, `<worksheet><sheetData><row><c t="s"><v>7</v></c></row></sheetData></worksheet>`), "损坏"},
		"bomb":      {pack(t, `<worksheet>`+strings.Repeat(" ", maxPart)+`</worksheet>`), "太大"},
		"binary":    {append(zeros.Bytes(), 1, 0, 2, 0), "认不出"},
		"too large": {make([]byte, MaxFile+1), "20 MB"},
		"cells":     {pack(t, `<worksheet><sheetData>`+strings.Repeat(`<row><c><v>1</v></c></row>`, maxCells+1)+`</sheetData></worksheet>`), "太多"},
	} {
		_, err := Read(c.data)
		var p *Problem
		if !errors.As(err, &p) || !strings.Contains(p.Zh, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A sheet that is formatted to its last row and column, or holds its last cell,
// costs what it holds.
func TestSheetsAreAsLargeAsWhatTheyHold(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<worksheet><dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" hidden="1"/></cols><sheetData>`)
	for row := 1; row <= 1<<20; row += 1 << 10 {
		fmt.Fprintf(&b, `<row r="%d"><c r="XFD%d" s="1"/></row>`, row, row)
	}
	b.WriteString(`<row r="1048576"><c r="XFD1048576"><v>7</v></c></row></sheetData></worksheet>`)
	book, err := Read(pack(t, b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if s := book.Sheets[0]; len(s.Cells) != 1 || s.Cells[0].Ref() != "XFD1048576" || len(s.HiddenCols) != 1 {
		t.Errorf("%d cells, %v", len(s.Cells), s.HiddenCols)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f, `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`))
	f.Add([]byte("a,b\n1,2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(data)
		var p *Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatal(err)
		}
		if err == nil {
			for _, s := range b.Sheets {
				for _, n := range s.Rows() {
					_ = s.Row(n)
				}
			}
		}
	})
}

// FuzzSheet reads what a hostile author would put into a sheet.
func FuzzSheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="e"><v>#REF!</v></c></row></sheetData></worksheet>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		_, err := Read(pack(t, sheet, "xl/sharedStrings.xml", `<sst><si><r><t>a</t></r></si></sst>`, "xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`))
		var p *Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatal(err)
		}
	})
}
