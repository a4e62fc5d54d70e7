package record

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// PlainBody returns the words of a body that a reader sees, without marks, one
// line for each block. Addresses of links are not among them.
func PlainBody(body []byte) string {
	var sb strings.Builder
	doc := markdown.Parse(text.NewReader(body), parser.WithContext(parser.NewContext()))
	// The callback never fails, so neither does the walk.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock && sb.Len() > 0 {
				sb.WriteByte('\n')
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			word := util.ResolveEntityNames(util.ResolveNumericReferences(n.Segment.Value(body)))
			sb.Write(util.UnescapePunctuations(word))
			if n.SoftLineBreak() || n.HardLineBreak() {
				sb.WriteByte(' ')
			}
		case *ast.String:
			sb.Write(n.Value)
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			lines := n.Lines()
			for i := range lines.Len() {
				line := lines.At(i)
				sb.Write(line.Value(body))
			}
		}
		return ast.WalkContinue, nil
	})
	lines := strings.FieldsFunc(sb.String(), func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
