package vote

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// line is one line of a comment that its reader sees as plain text.
type line struct {
	number int // 1-based
	text   string
	inside bool // shown as part of a quotation or a list, without their mark
}

// reading collects lines in the order of the comment.
type reading struct {
	source     []byte
	at, number int // offset and number of the line found last
	lines      []line
}

// plainLines returns the lines of a comment's paragraphs that begin neither
// with a mark nor inside code or HTML. A line above --- makes a heading, as
// people sign off, so it counts too.
func plainLines(body string) []line {
	r := &reading{source: []byte(body), number: 1}
	// Of inline text only what can hide the beginning of a line is looked for:
	// the time for links and emphasis grows with the square of their marks.
	blocks := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(util.Prioritized(parser.NewCodeSpanParser(), 100), util.Prioritized(parser.NewRawHTMLParser(), 400)),
	)
	r.blocks(blocks.Parse(text.NewReader(r.source)), false)
	return r.lines
}

func (r *reading) blocks(parent ast.Node, inside bool) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					r.text(t.Segment.Start, inside)
				}
			}
		case ast.KindBlockquote, ast.KindList, ast.KindListItem:
			r.blocks(n, true)
		}
	}
}

// text takes the line on which a text starts, if nothing but space is before it.
func (r *reading) text(start int, inside bool) {
	first := bytes.LastIndexByte(r.source[:start], '\n') + 1
	if len(bytes.TrimSpace(r.source[first:start])) > 0 {
		return
	}
	r.number += bytes.Count(r.source[r.at:first], []byte{'\n'})
	r.at = first
	whole, _, _ := bytes.Cut(r.source[start:], []byte{'\n'})
	r.lines = append(r.lines, line{r.number, string(bytes.TrimSpace(whole)), inside})
}
