package attach

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"testing"

	"taizhang/tools/internal/finding"
)

// inspect returns what is found, a line "where: text" for each piece without
// its line ends, and the English reason when something is not read.
func inspect(name string, data []byte) (pieces []string, reason string) {
	err := Inspect(name, data, func(where finding.Text, text string) {
		pieces = append(pieces, where.En+": "+strings.Join(strings.Fields(text), "|"))
	})
	var no *UnreadableError
	if errors.As(err, &no) {
		return pieces, no.Reason.En
	}
	return pieces, fmt.Sprint(err)
}

func contains(t *testing.T, pieces []string, want ...string) {
	t.Helper()
	all := strings.Join(pieces, "\n")
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Errorf("no %q in\n%s", w, all)
		}
	}
}

// archive makes a ZIP package of names and contents.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(files[i+1]))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const word = `<w:document><w:body><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>电话 138</w:t></w:r><w:r><w:t xml:space="preserve">00138000</w:t></w:r></w:p>` +
	`<w:p><w:r><w:t>甲&amp;乙</w:t></w:r></w:p></w:body></w:document>`

func TestDocumentParts(t *testing.T) {
	doc := archive(t,
		"[Content_Types].xml", "<Types/>",
		"word/document.xml", word,
		"word/comments.xml", `<w:comments><w:comment w:author="x"><w:p><w:r><w:t>批注一</w:t></w:r></w:p></w:comment></w:comments>`,
		"word/_rels/document.xml.rels", `<Relationships><Relationship Id="r1" Target="mailto:someone@mail.example.net"/></Relationships>`,
		"docProps/core.xml", `<cp:coreProperties><dc:creator>13900139000</dc:creator><dc:title>方案</dc:title></cp:coreProperties>`,
		"word/media/image1.png", string(picture(t, "Author", "13700137000")),
		"word/embeddings/table.xlsx", string(archive(t, "xl/sharedStrings.xml", `<sst><si><r><t>150</t></r><r><t>00150000</t></r></si><si><t>1</t></si></sst>`)),
		"word/fonts/font1.odttf", "13600136000",
	)
	pieces, reason := inspect("files/a.docx", doc)
	contains(t, pieces,
		"the text: 电话|13800138000|甲&乙",
		"the comments: 批注一",
		"mailto:someone@mail.example.net",
		"the file's properties: 13900139000|方案",
		"the properties of a picture: Author|13700137000",
		"the text in an embedded file: 15000150000|1",
	)
	if reason != "<nil>" || strings.Contains(strings.Join(pieces, ""), "136") {
		t.Error(reason, pieces)
	}
}

// picture makes a PNG of no pixels with a text chunk.
func picture(t testing.TB, key, text string) []byte {
	t.Helper()
	out := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind, body string) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
		out = append(out, kind+body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body)))
	}
	chunk("IHDR", "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00")
	chunk("tEXt", key+"\x00"+text)
	chunk("zTXt", "Comment\x00\x00"+deflated(text))
	chunk("iTXt", "Title\x00\x01\x00zh\x00标题\x00"+deflated("题 "+text))
	chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00<x:xmpmeta><a b=\"属性 "+text+"\"/></x:xmpmeta>")
	chunk("IEND", "")
	return out
}

func deflated(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func TestPictures(t *testing.T) {
	pieces, _ := inspect("files/a.docx", archive(t, "word/media/a.png", string(picture(t, "K", "13700137000"))))
	for _, want := range []string{"K|13700137000", ": 13700137000", "题|13700137000", "属性|13700137000"} {
		contains(t, pieces, want)
	}

	// EXIF: little-endian TIFF with the one tag Artist.
	tiff := "II*\x00\x08\x00\x00\x00\x01\x00\x3b\x01\x02\x00\x0c\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x0013600136000\x00"
	exif := "Exif\x00\x00" + tiff
	jpeg := "\xff\xd8\xff\xe1" + string(binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))) + exif +
		"\xff\xfe\x00\x0d13500135000" + "\xff\xda\x00\x02\xff\xd9"
	pieces, reason := inspect("files/a.docx", archive(t, "word/media/a.jpeg", jpeg))
	contains(t, pieces, "13600136000", "13500135000")
	if reason != "<nil>" {
		t.Error(reason)
	}
}

func TestWorkbookCellsStandApart(t *testing.T) {
	pieces, _ := inspect("files/a.xlsx", archive(t, "xl/worksheets/sheet1.xml",
		`<sheetData><row><c r="A1"><v>138</v></c><c r="B1"><v>00138000</v></c></row><row><c><v>13800138000</v></c></row></sheetData>`))
	contains(t, pieces, "the text: 138|00138000|13800138000")
}

// stream makes a stream object's body.
func stream(extra, data string) string {
	return fmt.Sprintf("<</Length %d%s>>\nstream\n%s\nendstream", len(data), extra, data)
}

// pdf makes a PDF of numbered objects, as old writers do without tables.
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer\n<</Root 1 0 R>>\n%%EOF\n")
	return b.Bytes()
}

const (
	catalog = "<</Type/Catalog/Pages 2 0 R>>"
	kids    = "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 5 0 R>>>>>>"
	page    = "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>"
	simple  = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
)

func TestPageText(t *testing.T) {
	for _, c := range []struct{ name, content, font, want string }{
		{"one string", "BT /F1 12 Tf (13800138000) Tj ET", simple, "page 1: 13800138000"},
		{"octal and hexadecimal", `BT (\0613800) Tj <313338 303030> Tj ET`, simple, "page 1: 13800138000"},
		{"kerning", "BT /F1 12 Tf [(138) -30 (0013) 20 (8000)] TJ ET", simple, "page 1: 13800138000"},
		{"a gap", "BT /F1 12 Tf [(138) -2000 (8000)] TJ ET", simple, "page 1: 138|8000"},
		{"a place for each digit", "BT /F1 10 Tf 1 0 0 1 50 700 Tm (1) Tj 1 0 0 1 55.6 700 Tm (3) Tj 1 0 0 1 61.1 700 Tm (8) Tj ET", simple, "page 1: 138"},
		{"two lines", "BT /F1 12 Tf (138) Tj 0 -14 Td (0013) Tj T* ET", simple, "page 1: 138|0013"},
		{"compressed", "", simple, "page 1: 13900139000"},
		{"glyph names", "BT /F1 9 Tf (abca) Tj ET", "<</Type/Font/Subtype/Type1/Encoding<</Differences[97/one/three/uni0038]>>>>", "page 1: 1381"},
		{"GBK", "BT /F1 9 Tf (\xb5\xe7\xbb\xb0138) Tj ET", "<</Type/Font/Subtype/Type0/Encoding/GBK-EUC-H>>", "page 1: 电话138"},
		{"an image between", "BT (1) Tj ET BI /W 1 ID \x00(x) Tj EI BT (2) Tj ET", simple, "page 1: 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			content := stream("", c.content)
			if c.content == "" {
				content = stream("/Filter/FlateDecode", deflated("BT (13900139000) Tj ET"))
			}
			pieces, reason := inspect("files/a.pdf", pdf(catalog, kids, page, content, c.font))
			contains(t, pieces, c.want)
			if reason != "<nil>" {
				t.Error(reason)
			}
		})
	}
}

func TestCharacterTables(t *testing.T) {
	table := stream("", "1 beginbfrange <0010> <0019> <0030> endbfrange 2 beginbfchar <0001> <7535> <0002> <2F0C> endbfchar 1 beginbfrange <0020> <0021> [<0041> <0042>] endbfrange")
	font := "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R>>"
	shown := stream("", "BT /F1 12 Tf <0001 0002 0011 0013 0018 0020 0021> Tj ET")
	pieces, reason := inspect("files/a.pdf", pdf(catalog, kids, page, shown, font, table))
	contains(t, pieces, "page 1: 电冂138AB") // the radical is folded
	if reason != "<nil>" {
		t.Error(reason)
	}
	many := stream("", "BT /F1 12 Tf <"+strings.Repeat("0099", 11)+"> Tj ET")
	if _, reason := inspect("files/a.pdf", pdf(catalog, kids, page, many, font, table)); reason != "it has text without a table of its characters" {
		t.Error(reason)
	}
	few := stream("", "BT /F1 12 Tf <"+strings.Repeat("0099", 10)+"> Tj ET")
	if _, reason := inspect("files/a.pdf", pdf(catalog, kids, page, few, font, table)); reason != "<nil>" {
		t.Error(reason)
	}
}

func TestWhatIsBesideThePages(t *testing.T) {
	inner := "8 0 9 30 <</Author(13800138000)>>           <</Title(\xfe\xff\x79\xd8\x5b\xc6)>>"
	pieces, reason := inspect("files/a.pdf", pdf(catalog, kids, page, stream("", "BT (1) Tj ET"), simple,
		stream("/Type/ObjStm/N 2/First 9", inner),
		"<</Type/Annot/Contents(note 13700137000)/A<</URI(mailto:a@b.example.net)>>>>",
		stream("/Type/Metadata/Subtype/XML", `<x><dc:creator id="13600136000">甲</dc:creator></x>`),
		stream("/Subtype/Form", "BT (13500135000) Tj ET"),
		stream("/Type/EmbeddedFile", string(archive(t, "word/document.xml", word))),
		stream("", "BT (former 15800158000) Tj ET"),
	))
	contains(t, pieces, "13800138000", "秘密", "note|13700137000", "mailto:a@b.example.net", "13600136000",
		"a frame on a page: 13500135000", "the text in an embedded file: 电话|13800138000", "no longer shown: former|15800158000")
	if reason != "<nil>" {
		t.Error(reason)
	}
}

// TestAPrintedPage reads what a browser printed.
func TestAPrintedPage(t *testing.T) {
	data, err := os.ReadFile("testdata/printed.pdf")
	if err != nil {
		t.Fatal(err)
	}
	pieces, reason := inspect("files/printed.pdf", data)
	contains(t, pieces, "page 1: 联系电话:13800138000", "手机13900139000", "2026|13600136000|12345", "示例|13700137000")
	if reason != "<nil>" {
		t.Error(reason)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	zeros := strings.Repeat("\x00", maxBytes+1)
	entries := strings.Repeat("PK\x01\x02", maxParts+1)
	nested := archive(t, "word/document.xml", "<p>1</p>")
	for range maxNested {
		nested = archive(t, "word/embeddings/a.docx", string(nested))
	}
	locked := archive(t, "word/document.xml", word)
	for _, mark := range []string{"PK\x03\x04\x14\x00", "PK\x01\x02\x14\x00\x14\x00"} {
		locked = bytes.Replace(locked, []byte(mark+"\x08"), []byte(mark+"\x09"), 1)
	}
	for _, c := range []struct {
		name, file string
		data       []byte
		want       string
	}{
		{"an encrypted document", "a.docx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "it is encrypted or of an old format (doc, xls)"},
		{"a locked package", "a.docx", locked, "the package is encrypted"},
		{"another kind", "a.pdf", []byte("hello"), "its content is not what its extension says"},
		{"nothing", "a.xlsx", nil, "its content is not what its extension says"},
		{"a cut package", "a.ofd", []byte("PK\x03\x04xx"), "the package is damaged"},
		{"a package that swells", "a.docx", archive(t, "word/document.xml", zeros), "it decompresses to more than 64 MiB"},
		{"a package of very many files", "a.docx", []byte("PK\x03\x04" + entries), "the package has too many files"},
		{"packages in packages", "a.docx", nested, "too many files inside files"},
		{"an unknown object", "a.docx", archive(t, "word/embeddings/oleObject1.bin", "\xd0\xcf\x11\xe0"), "an embedded object cannot be read"},
		{"an encrypted PDF", "a.pdf", []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Encrypt 2 0 R>>\n"), "it is encrypted"},
		{"a newer encrypted PDF", "a.pdf", pdf("<</Type/XRef/Encrypt 2 0 R>>"), "it is encrypted"},
		{"an empty PDF", "a.pdf", []byte("%PDF-1.7\n"), "it is no whole PDF file"},
		{"a PDF that swells", "a.pdf", pdf(catalog, kids, page, stream("/Filter/FlateDecode", deflated(zeros)), simple), "it decompresses to more than 64 MiB"},
		{"a deep PDF", "a.pdf", pdf(strings.Repeat("[", 100_000)), "its structure is too complex"},
		{"a PDF of very many values", "a.pdf", pdf("[" + strings.Repeat("1 ", maxValues) + "]"), "its structure is too complex"},
		{"another filter", "a.pdf", pdf(catalog, kids, page, stream("/Filter/LZWDecode", "x"), simple), "a part of it cannot be decompressed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, reason := inspect("files/"+c.file, c.data); reason != c.want {
				t.Errorf("%q, want %q", reason, c.want)
			}
		})
	}
}

// TestRepeatedPartsAreReadOnce: page trees that name themselves or one page
// very often end at once.
func TestRepeatedPartsAreReadOnce(t *testing.T) {
	pieces, reason := inspect("files/a.pdf", pdf(catalog, "<</Type/Pages/Count 100000/Kids["+strings.Repeat("2 0 R 3 0 R ", 20_000)+"]>>", page, stream("", "BT (1) Tj ET")))
	if len(pieces) != 1 || reason != "<nil>" {
		t.Error(len(pieces), reason)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add("a.docx", archive(f, "word/document.xml", word, "word/media/a.png", string(picture(f, "a", "b"))))
	f.Add("a.pdf", pdf(catalog, kids, page, stream("", `BT /F1 12 Tf [(1\061) -30 <31>] TJ T* ET`), simple, stream("/Type/ObjStm/N 1/First 4", "8 0 <</A(b)>>")))
	f.Add("a.pdf", pdf(catalog, kids, page, stream("/Filter/FlateDecode", deflated("BT (1) Tj ET")), "<</Subtype/Type0/ToUnicode 6 0 R>>", stream("", "<00> <ff> <0030> endbfrange")))
	if data, err := os.ReadFile("testdata/printed.pdf"); err == nil {
		f.Add("a.pdf", data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		total := 0
		err := Inspect(name, data, func(_ finding.Text, text string) { total += len(text) })
		if no := (*UnreadableError)(nil); err != nil && !errors.As(err, &no) {
			t.Error(err)
		}
		if total > 16*maxBytes {
			t.Errorf("%d bytes of text from %d", total, len(data))
		}
	})
}
