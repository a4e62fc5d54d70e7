package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"time"

	"taizhang/tools/internal/value"
)

// Fonts of Word files. A program that does not have one takes another Chinese
// font of its kind by the alternatives in fontTable.xml.
const (
	titleFont = "方正小标宋简体"
	annexFont = "黑体"
	bodyFont  = "仿宋_GB2312"
)

// DOCX writes sheets as a Word file (ECMA-376 WordprocessingML), each on a page
// of its own. The same sheets give the same bytes.
//
// It is written by hand: the libraries that exist bring a template of their own
// with dozens of styles and no way to say page size, fonts for Chinese or row
// heights but by filling in the XML oneself.
func DOCX(sheets []*Sheet) ([]byte, error) {
	var d docx
	for i, s := range sheets {
		d.sheet(s, i > 0)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"word/document.xml", d.document()},
		{"word/_rels/document.xml.rels", documentRels},
		{"word/styles.xml", styles},
		{"word/fontTable.xml", fontTable},
		{"word/settings.xml", settings},
		{"docProps/core.xml", core(sheets)},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = w.Write([]byte(xml.Header + part.text))
		}
		if err != nil {
			return nil, fmt.Errorf("write Word file: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write Word file: %w", err)
	}
	return out.Bytes(), nil
}

// twips are twentieths of a point, the unit of WordprocessingML.
func twips(mm float64) int { return int(math.Round(mm / mmPerPoint * 20)) }

type docx struct{ b strings.Builder }

func (d *docx) printf(format string, a ...any) { fmt.Fprintf(&d.b, format, a...) }

// paragraph is how a paragraph is set.
type paragraph struct {
	font    string
	size    float64 // points
	align   string  // left, center, right; "" is left
	before  float64 // free millimetres above it
	after   float64
	newPage bool
	tabs    []float64 // places of tab stops, millimetres from the left
}

// put writes a paragraph; a line end in text is a line break, a tab a tab stop.
func (d *docx) put(p paragraph, text string) {
	d.printf(`<w:p><w:pPr>`)
	if p.newPage {
		d.printf(`<w:pageBreakBefore/>`)
	}
	if p.tabs != nil {
		d.printf(`<w:tabs>`)
		for _, t := range p.tabs {
			kind := "left"
			if t < 0 {
				kind, t = "right", -t
			}
			d.printf(`<w:tab w:val="%s" w:pos="%d"/>`, kind, twips(t))
		}
		d.printf(`</w:tabs>`)
	}
	d.printf(`<w:spacing w:before="%d" w:after="%d" w:line="%d" w:lineRule="exact"/>`, twips(p.before), twips(p.after), int(p.size*lineFactor*20))
	if p.align != "" {
		d.printf(`<w:jc w:val="%s"/>`, p.align)
	}
	fonts := fmt.Sprintf(`<w:rPr><w:rFonts w:ascii="%[1]s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s"/><w:sz w:val="%[2]d"/><w:szCs w:val="%[2]d"/></w:rPr>`, p.font, int(p.size*2))
	d.printf(`%s</w:pPr>`, fonts)
	for i, line := range strings.Split(text, "\n") {
		for k, word := range strings.Split(line, "\t") {
			d.printf(`<w:r>%s`, fonts)
			if i > 0 && k == 0 {
				d.printf(`<w:br/>`)
			}
			if k > 0 {
				d.printf(`<w:tab/>`)
			}
			if word != "" {
				d.printf(`<w:t xml:space="preserve">`)
				_ = xml.EscapeText(&d.b, []byte(word)) // a strings.Builder does not fail
				d.printf(`</w:t>`)
			}
			d.printf(`</w:r>`)
		}
	}
	d.printf(`</w:p>`)
}

func (d *docx) sheet(s *Sheet, newPage bool) {
	if s.Annex != "" || s.Mark != "" {
		d.put(paragraph{font: annexFont, size: annexSize, newPage: newPage, tabs: []float64{-tableWidth}}, s.Annex+"\t"+s.Mark)
		newPage = false
	}
	d.put(paragraph{font: titleFont, size: titleSize, align: "center", after: 4, newPage: newPage}, strings.Join(s.Title, "\n"))
	if s.Above != "" {
		d.put(paragraph{font: bodyFont, size: aboveSize, after: 1}, s.Above)
	}
	d.printf(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`, twips(tableWidth))
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		size := 6
		if !strings.HasPrefix(side, "inside") {
			size = 12
		}
		d.printf(`<w:%s w:val="single" w:sz="%d" w:space="0" w:color="000000"/>`, side, size)
	}
	d.printf(`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="%[1]d" w:type="dxa"/><w:right w:w="%[1]d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`, twips(cellPadding))
	for i := range Grid {
		d.printf(`<w:gridCol w:w="%d"/>`, columns(i+1)-columns(i))
	}
	d.printf(`</w:tblGrid>`)
	for i := range s.Rows {
		d.row(&s.Rows[i], s.Size)
	}
	d.printf(`</w:tbl>`)
	for _, n := range s.Notes {
		d.put(paragraph{font: bodyFont, size: noteSize}, n)
	}
	if len(s.Notes) == 0 { // a table must be followed by a paragraph
		d.put(paragraph{font: bodyFont, size: 1}, "")
	}
}

// columns is where the column n of the grid begins, in twips.
func columns(n int) int { return twips(tableWidth) * n / Grid }

func (d *docx) row(r *Row, size float64) {
	free := max(0, float64(r.Height)-r.need(size))
	whole := `<w:cantSplit/>`
	if r.splits(size) {
		whole = ""
	}
	d.printf(`<w:tr><w:trPr>%s<w:trHeight w:val="%d" w:hRule="atLeast"/></w:trPr>`, whole, twips(float64(r.Height)))
	at := 0
	for i := range r.Cells {
		c := &r.Cells[i]
		align, stand := "", "center"
		switch {
		case c.signed():
			stand = "bottom"
		case c.Label || c.short():
			align = "center"
		}
		d.printf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:gridSpan w:val="%d"/><w:vAlign w:val="%s"/></w:tcPr>`, columns(at+c.Span)-columns(at), c.Span, stand)
		at += c.Span
		width := tableWidth*float64(c.Span)/Grid - 2*cellPadding
		for _, l := range c.Lines {
			if l.Text != "" {
				d.put(paragraph{font: bodyFont, size: size, align: align}, l.Text)
				continue
			}
			// The signatures stand at the foot of the cell, text at its head.
			before := free + size*lineFactor*mmPerPoint
			for i, words := range l.hand() {
				p := paragraph{font: bodyFont, size: size, before: before}
				if i == len(l.hand())-1 {
					p.after = rowPadding / 2
				}
				text := strings.Join(words, "\t")
				if last := words[len(words)-1]; len(words) == 1 || last == l.Date {
					p.align, text = "right", strings.Join(words, strings.Repeat("　", 6))
				} else {
					p.tabs = spread(words, width, size)
				}
				d.put(p, text)
				before = 0
			}
		}
		if len(c.Lines) == 0 {
			d.put(paragraph{font: bodyFont, size: size}, "")
		}
		d.printf(`</w:tc>`)
	}
	d.printf(`</w:tr>`)
}

// spread places words on a line with the same blank room behind each.
func spread(words []string, width, size float64) []float64 {
	long := 0.0
	for _, w := range words {
		long += float64(value.Width(w)) / 2 * size * mmPerPoint
	}
	gap := max(2, (width-long)/float64(len(words)))
	var stops []float64
	at := 0.0
	for _, w := range words[:len(words)-1] {
		at += float64(value.Width(w))/2*size*mmPerPoint + gap
		stops = append(stops, at)
	}
	return stops
}

func (d *docx) document() string {
	return `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + d.b.String() +
		fmt.Sprintf(`<w:sectPr><w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%[4]d" w:bottom="%[5]d" w:left="%[4]d" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`,
			twips(pageWidth), twips(pageHeight), twips(marginTop), twips(marginSide), twips(marginBottom))
}

func core(sheets []*Sheet) string {
	var b strings.Builder
	b.WriteString(`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>`)
	if len(sheets) > 0 {
		_ = xml.EscapeText(&b, []byte(sheets[0].Name()))
	}
	b.WriteString(`</dc:title><dc:language>zh-CN</dc:language></cp:coreProperties>`)
	return b.String()
}

const contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="application/xml"/>` +
	`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
	`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
	`<Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/>` +
	`<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>` +
	`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

const packageRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
	`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>` +
	`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

const documentRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
	`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>` +
	`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable" Target="fontTable.xml"/>` +
	`<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/></Relationships>`

const styles = `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>` +
	`<w:rFonts w:ascii="` + bodyFont + `" w:hAnsi="` + bodyFont + `" w:eastAsia="` + bodyFont + `" w:cs="Times New Roman"/><w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/>` +
	`</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>`

const fontTable = `<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">` +
	`<w:font w:name="` + titleFont + `"><w:altName w:val="华文中宋"/><w:charset w:val="86"/><w:family w:val="roman"/></w:font>` +
	`<w:font w:name="` + annexFont + `"><w:altName w:val="SimHei"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font>` +
	`<w:font w:name="` + bodyFont + `"><w:altName w:val="仿宋"/><w:charset w:val="86"/><w:family w:val="modern"/></w:font></w:fonts>`

const settings = `<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`
