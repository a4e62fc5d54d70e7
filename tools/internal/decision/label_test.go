package decision

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"testing"

	"taizhang/tools/internal/finding"
)

// TestEveryCodeHasAText compares the constants of the package with its table,
// in both directions.
func TestEveryCodeHasAText(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "decision.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	label := map[string]func(string) finding.Text{
		"Verdict": func(s string) finding.Text { return Verdict(s).Label() },
		"Outcome": func(s string) finding.Text { return Outcome(s).Label() },
		"State":   func(s string) finding.Text { return State(s).Label() },
		"Why":     func(s string) finding.Text { return Why(s).Label() },
		"Status":  func(s string) finding.Text { return Status(s).Label() },
	}
	left := maps.Clone(labels)
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			kind, ok := v.Type.(*ast.Ident)
			if !ok {
				continue
			}
			code, _ := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			l := label[kind.Name](code)
			if l.Zh == "" || l.En == "" {
				t.Errorf("%s has no text", v.Names[0])
			}
			for key, other := range left {
				if other == l {
					delete(left, key)
				}
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("texts of no code: %v", slices.Collect(maps.Keys(left)))
	}
}
