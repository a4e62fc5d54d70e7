package record

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is CommonMark with tables. A parser is not changed by parsing and
// serves any number of goroutines.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()

// readBody checks the body and collects its headings and links.
func (r *reader) readBody(rec *Record) {
	base := len(rec.Raw) - len(rec.Body)
	if !r.bodyTemplates(rec, base) || !r.bodyEntities(rec, base) || !r.bodyLimits(rec, base) || !needsParser(rec.Body) {
		return
	}
	b := bodyReader{r: r, rec: rec, base: base, cursor: newCursor(rec.Raw, base, rec.BodyLine)}
	doc := markdown.Parse(text.NewReader(rec.Body), parser.WithContext(parser.NewContext()))
	// The callback never fails, so neither does the walk.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if r.full() {
			return ast.WalkStop, nil
		}
		b.node(n)
		return ast.WalkContinue, nil
	})
}

// bodyTemplates refuses template delimiters, wherever they stand: the site
// generator looks for them before it knows what is code.
func (r *reader) bodyTemplates(rec *Record, base int) bool {
	ok := true
	c := newCursor(rec.Raw, base, rec.BodyLine)
	for at := 0; at+1 < len(rec.Body) && !r.full(); {
		i := bytes.IndexAny(rec.Body[at:], "{}")
		if i < 0 || at+i+1 >= len(rec.Body) {
			break
		}
		at += i
		if rec.Body[at] != rec.Body[at+1] {
			at++
			continue
		}
		line, col := c.to(base + at)
		r.add("F-014", line, col, col+2, templateMessage(string(rec.Body[at:at+2])))
		ok = false
		at += len(firstLine(rec.Body[at:])) // one finding for a line is enough
	}
	return ok
}

var entity = regexp.MustCompile(`&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});`)

// bodyEntities refuses the characters that text may not hold also where they
// are written as entities: a page shows both alike.
func (r *reader) bodyEntities(rec *Record, base int) bool {
	if !bytes.Contains(rec.Body, []byte("&")) {
		return true
	}
	ok := true
	c := newCursor(rec.Raw, base, rec.BodyLine)
	for _, m := range entity.FindAllIndex(rec.Body, -1) {
		written := string(rec.Body[m[0]:m[1]])
		at, _ := firstRefused([]byte(html.UnescapeString(written)))
		if at < 0 || r.full() {
			continue
		}
		line, col := c.to(base + m[0])
		r.add("F-017", line, col, col+len(written), say(
			"“"+written+"”显示出来是看不见的控制字符", "“"+written+"” shows as an invisible control character",
			"删除它；多半是从别处粘贴带来的", "delete it; it probably came with pasted text"))
		ok = false
	}
	return ok
}

// bodyLimits refuses a body that no person wrote. The Markdown parser's time
// grows with the square of the brackets and of the emphasis marks, its memory
// with the blocks.
func (r *reader) bodyLimits(rec *Record, base int) bool {
	if at := tooDeep(rec.Body); at >= 0 {
		r.addAt("F-010", base+at, base+at+1, say(
			fmt.Sprintf("正文的引用或列表套了 %d 层以上", MaxDepth), fmt.Sprintf("quotes or lists of the body are nested more than %d deep", MaxDepth),
			"减少层数", "use fewer levels"))
		return false
	}
	for _, limit := range []struct {
		marks  string
		most   int
		zh, en string
	}{
		{"[", 2_000, "方括号（[）", "square brackets"},
		{"*_", 5_000, "强调符号（* 或 _）", "emphasis marks"},
		{"|", 4_000, "表格竖线（|）", "table bars"},
		{"\n", 20_000, "换行", "lines"},
	} {
		over := nth(rec.Body, limit.marks, limit.most)
		if over < 0 {
			continue
		}
		r.addAt("F-003", base+over, base+over+1, say(
			fmt.Sprintf("正文里的%s超过 %d 个", limit.zh, limit.most),
			fmt.Sprintf("the body holds more than %d %s", limit.most, limit.en),
			"正文只写简介，长材料作为附件登记", "keep the body short and register long material as an attachment"))
		return false
	}
	return true
}

// tooDeep returns the offset of the first block mark that nests deeper than
// MaxDepth on its line, or -1: the Markdown parser's time grows with the depth.
func tooDeep(body []byte) int {
	depth, space, start := 0, 0, true
	for i, c := range body {
		switch {
		case c == '\n':
			depth, space, start = 0, 0, true
		case !start:
		case c == ' ' || c == '\t':
			if space++; space > 4*MaxDepth {
				start = false // indented code, or as deep as lists may go
			}
		case c == '>' || (c == '-' || c == '+' || c == '*') && i+1 < len(body) && (body[i+1] == ' ' || body[i+1] == '\t'):
			if depth++; depth > MaxDepth {
				return i
			}
		case c >= '0' && c <= '9' || c == '.' || c == ')':
			if c == '.' || c == ')' {
				if depth++; depth > MaxDepth {
					return i
				}
			}
		default:
			start = false
		}
	}
	return -1
}

// nth returns the offset of the first of marks that follows n others, or -1.
func nth(data []byte, marks string, n int) int {
	if len(data) <= n {
		return -1
	}
	for i, c := range data {
		if strings.IndexByte(marks, c) >= 0 {
			if n--; n < 0 {
				return i
			}
		}
	}
	return -1
}

// needsParser reports whether a body can hold anything but plain paragraphs:
// most do not, and parsing them would only cost time.
func needsParser(body []byte) bool {
	return bytes.ContainsAny(body, "<[#=") ||
		bytes.Contains(body, []byte("\n-")) || bytes.Contains(body, []byte("\n ")) || bytes.Contains(body, []byte("\n>"))
}

type bodyReader struct {
	r        *reader
	rec      *Record
	base     int // offset of the body in the file
	cursor   cursor
	htmlLine int // line of the last HTML that was reported
}

func (b *bodyReader) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.HTMLBlock:
		b.html(n.Pos())
	case *ast.RawHTML:
		b.html(n.Segments.At(0).Start)
	case *ast.Heading:
		line, col := b.at(n.Pos())
		b.rec.Headings = append(b.rec.Headings, Heading{Level: n.Level, Text: plainText(n, b.rec.Body), Line: line, Col: col})
	case *ast.Link:
		b.link(n, n.Destination, n.Reference != nil, false)
	case *ast.Image:
		b.link(n, n.Destination, n.Reference != nil, true)
	case *ast.AutoLink:
		b.autoLink(n)
	}
}

// at returns the place in the file of an offset in the body.
func (b *bodyReader) at(offset int) (line, col int) {
	return b.cursor.to(b.base + min(max(offset, 0), len(b.rec.Body)))
}

func (b *bodyReader) html(offset int) {
	body := b.rec.Body
	offset = min(max(offset, 0), len(body))
	// A block begins with its line, the mark may be indented.
	for offset < len(body) && (body[offset] == ' ' || body[offset] == '\t') {
		offset++
	}
	line, col := b.at(offset)
	if line == b.htmlLine {
		return // one finding for a line is enough
	}
	b.htmlLine = line
	shown := bytes.TrimRight(firstLine(body[offset:]), " \t\r\n")
	if i := bytes.IndexByte(shown, '>'); i >= 0 {
		shown = shown[:i+1]
	}
	b.r.add("F-013", line, col, col+utf8.RuneCount(shown), say(
		"正文里不能写 HTML", "HTML may not be written in the body",
		"改用 Markdown 写法；确需显示尖括号时，在 < 前面加反斜杠", "write it in Markdown; to show an angle bracket put a backslash before the <"))
}

// plainText returns the text of a heading without its marks.
func plainText(n ast.Node, source []byte) string {
	var sb strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			sb.Write(util.UnescapePunctuations(c.Segment.Value(source)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				sb.WriteByte(' ')
			}
		case *ast.String:
			sb.Write(c.Value)
		default:
			sb.WriteString(plainText(c, source))
		}
	}
	return strings.TrimSpace(sb.String())
}
