package sheet

import (
	"crypto/sha256"
	_ "embed" // the style sheet
	"encoding/base64"
	"fmt"
	"html"
	"slices"
	"strings"

	"taizhang/tools/internal/value"
)

//go:embed sheet.css
var css string

// heightStep is how finely the rows of HTML sheets tell their height, in
// millimetres: a policy that allows no inline styles asks for a class each.
const heightStep = 2

// CSS is the style sheet of pages that hold sheets.
func CSS() string {
	var b strings.Builder
	b.WriteString(css)
	for n := 1; n <= Grid; n++ {
		fmt.Fprintf(&b, ".w%d{width:%.4f%%}", n, 100*float64(n)/Grid)
	}
	for h := heightStep; h <= pageHeight; h += heightStep {
		fmt.Fprintf(&b, ".h%d{height:%dmm}", h, h)
	}
	b.WriteString("\n")
	return b.String()
}

// HTML writes the sheet as an article for a page that has the style sheet of
// [CSS]. prefix makes its ids unique on
// the page, level is that of its heading.
func (s *Sheet) HTML(prefix string, level int) string {
	var b strings.Builder
	id := html.EscapeString(prefix + s.ID)
	class := map[float64]string{10.5: " s105", 9: " s9"}[s.Size]
	fmt.Fprintf(&b, `<article class="sheet%s" id="%s" lang="zh-CN">`+"\n", class, id)
	if s.Annex != "" || s.Mark != "" {
		fmt.Fprintf(&b, "<p class=\"annex\"><span>%s</span><span>%s</span></p>\n", html.EscapeString(s.Annex), html.EscapeString(s.Mark))
	}
	var title []string
	for _, t := range s.Title {
		title = append(title, html.EscapeString(t))
	}
	fmt.Fprintf(&b, "<h%[1]d class=\"name\">%[2]s</h%[1]d>\n", level, strings.Join(title, "<br>"))
	if s.Above != "" {
		fmt.Fprintf(&b, "<p class=\"above\">%s</p>\n", html.EscapeString(s.Above))
	}
	cols := s.columns()
	b.WriteString("<table>\n<colgroup>")
	for i, at := range cols[:len(cols)-1] {
		fmt.Fprintf(&b, `<col class="w%d">`, cols[i+1]-at)
	}
	b.WriteString("</colgroup>\n<tbody>\n")
	for i := range s.Rows {
		split := ""
		if s.Rows[i].splits(s.Size) {
			split = " split"
		}
		fmt.Fprintf(&b, "<tr class=\"h%d%s\">", max(heightStep, min(s.Rows[i].Height/heightStep*heightStep, int(pageHeight)/heightStep*heightStep)), split)
		at := 0
		for k := range s.Rows[i].Cells {
			c := &s.Rows[i].Cells[k]
			first, _ := slices.BinarySearch(cols, at)
			at += c.Span
			last, _ := slices.BinarySearch(cols, at)
			c.html(&b, last-first)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n")
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "<p class=\"note\">%s</p>\n", html.EscapeString(n))
	}
	b.WriteString("</article>\n")
	return b.String()
}

// columns returns where on the grid a cell of some row begins, and its end: a
// table has no column in which none begins.
func (s *Sheet) columns() []int {
	cols := []int{0, Grid}
	for i := range s.Rows {
		at := 0
		for _, c := range s.Rows[i].Cells {
			cols = append(cols, at)
			at += c.Span
		}
	}
	slices.Sort(cols)
	return slices.Compact(cols)
}

// html writes a cell that spans the given number of columns.
func (c *Cell) html(b *strings.Builder, columns int) {
	if c.Label {
		fmt.Fprintf(b, `<th scope="row" colspan="%d">`, columns)
		for i, l := range c.Lines {
			if i > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(html.EscapeString(l.Text))
		}
		b.WriteString("</th>")
		return
	}
	var class []string
	switch {
	case c.signed():
		class = append(class, "signed")
	case c.short():
		class = append(class, "short")
	}
	if c.Changed {
		class = append(class, "changed")
	}
	fmt.Fprintf(b, `<td colspan="%d"`, columns)
	if class != nil {
		fmt.Fprintf(b, ` class="%s"`, strings.Join(class, " "))
	}
	b.WriteString(">")
	for _, l := range c.Lines {
		switch {
		case l.Text != "":
			fmt.Fprintf(b, "<p>%s</p>", html.EscapeString(l.Text))
		default:
			b.WriteString(`<div class="hand">`)
			for _, row := range l.hand() {
				if len(row) > 1 && l.Date != row[1] {
					b.WriteString(`<p class="spread">`)
				} else {
					b.WriteString("<p>")
				}
				for _, w := range row {
					fmt.Fprintf(b, "<span>%s</span>", html.EscapeString(w))
				}
				b.WriteString("</p>")
			}
			b.WriteString("</div>")
		}
	}
	b.WriteString("</td>")
}

// signed reports whether a cell has a place for signatures: text stands at its
// top then and the signatures at its foot.
func (c *Cell) signed() bool {
	for _, l := range c.Lines {
		if l.Text == "" {
			return true
		}
	}
	return false
}

// short reports whether a cell is centred as names and amounts are.
func (c *Cell) short() bool {
	return len(c.Lines) == 1 && value.Width(c.Lines[0].Text) <= 24 && c.Span <= Grid/2
}

// hand are the rows of a place for signatures: a single one that ends in a colon
// has the day behind it, others above it.
func (l *Line) hand() [][]string {
	switch {
	case len(l.Sign) == 0:
		return [][]string{{l.Date}}
	case l.Date == "":
		return [][]string{l.Sign}
	case len(l.Sign) == 1 && strings.HasSuffix(l.Sign[0], "："):
		return [][]string{{l.Sign[0], l.Date}}
	}
	return [][]string{l.Sign, {l.Date}}
}

// Page is a page of sheets by itself.
type Page struct {
	Title string
	// Style is the address of the style sheet, "" to carry it in the page.
	Style string
	// Head and Desk are HTML: of the head, and above the sheets on a screen.
	Head, Desk string
}

// HTML writes the page. Its policy allows nothing but the style sheet.
func (p *Page) HTML(sheets []*Sheet) []byte {
	var b strings.Builder
	style, policy := `<link rel="stylesheet" href="`+html.EscapeString(p.Style)+`">`, "'self'"
	if p.Style == "" {
		text := CSS()
		sum := sha256.Sum256([]byte(text))
		style, policy = "<style>"+text+"</style>", "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'"
	}
	fmt.Fprintf(&b, `<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src %s; img-src 'self'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<title>%s</title>
%s
%s</head>
<body>
`, policy, html.EscapeString(p.Title), style, p.Head)
	if p.Desk != "" {
		fmt.Fprintf(&b, "<header class=\"desk\">\n%s</header>\n", p.Desk)
	}
	b.WriteString("<main>\n")
	for _, s := range sheets {
		b.WriteString(s.HTML("", 2))
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	return []byte(b.String())
}
