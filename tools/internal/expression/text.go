package expression

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
)

// text is what the parsed expression says without its types.
type text struct {
	tree     *parser.Tree
	roots    []string
	base     []string // the same of the project before a change: base.declaration
	anyBase  bool     // base may be asked for any name
	members  []string
	mentions []string
	needs    []string // what must be there for it to be true, or not zero
	list     string   // the list that it names, if it is a name
	literals [][2]string
}

// parse needs no types.
func parse(src string) (*text, error) {
	config := *language()
	config.Env = types.Map{}.Nature() // asked for names, else it would remember that it was
	tree, err := parser.ParseWithConfig(src, &config)
	if err != nil {
		return nil, positioned(err, src)
	}
	t := &text{tree: tree}
	v := &visitor{text: t, whole: map[string]int{}}
	if ast.Walk(&tree.Node, v); v.err != nil {
		return nil, v.err
	}
	t.anyBase = v.whole["base"] > 0
	for name, n := range v.whole {
		if n > 0 {
			t.mentions = append(t.mentions, name)
		}
	}
	switch n := tree.Node.(type) {
	case *ast.IdentifierNode:
		t.list = n.Value
	case *ast.MemberNode:
		if root, _, ok := strings.Cut(dotted(n), "."); ok && root != "base" {
			t.needs = []string{root}
		}
	default:
		t.needs = needs(tree.Node, nil)
	}
	for _, list := range []*[]string{&t.roots, &t.base, &t.mentions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return t, nil
}

type visitor struct {
	*text
	whole map[string]int // uses of a name that are not uses of one key of it
	err   error
}

// Visit implements ast.Visitor.
func (v *visitor) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		if n.Operator == "/" || n.Operator == "%" || n.Operator == "**" || n.Operator == "^" {
			v.err = fmt.Errorf("operator %s is not allowed in a rule: multiply the other side instead (x * 100 <= total * 10)", n.Operator)
		}
		v.compared(n.Left, n.Right)
		v.compared(n.Right, n.Left)
	case *ast.IdentifierNode:
		v.roots = append(v.roots, n.Value)
		v.whole[n.Value]++
	case *ast.MemberNode:
		if path := dotted(n); path != "" {
			v.members = append(v.members, path)
			v.key(path)
		}
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			for _, a := range n.Arguments {
				if s, ok := a.(*ast.StringNode); ok {
					v.literals = append(v.literals, [2]string{id.Value, s.Value})
				}
			}
		}
	}
}

// key notes that one key of a name is read; a name of base is one of its own. The
// name itself was visited before.
func (v *visitor) key(path string) {
	parent := path[:strings.LastIndexByte(path, '.')]
	name := strings.TrimPrefix(parent, "base.")
	switch {
	case parent == "base":
		v.base = append(v.base, strings.TrimPrefix(path, "base."))
		v.whole["base"]--
		v.whole[strings.TrimPrefix(path, "base.")]++
	case !strings.Contains(name, "."):
		v.whole[name]--
		v.mentions = append(v.mentions, name+path[len(parent):])
	}
}

// needs collects x of the conditions x.exists that are joined by and.
func needs(n ast.Node, out []string) []string {
	switch n := n.(type) {
	case *ast.BinaryNode:
		if n.Operator == "and" || n.Operator == "&&" {
			return needs(n.Right, needs(n.Left, out))
		}
	case *ast.MemberNode:
		if name, ok := strings.CutSuffix(dotted(n), ".exists"); ok && !strings.Contains(name, ".") {
			return append(out, name)
		}
	}
	return out
}

// compared notes that the answer of a call with one text is compared with text,
// or with the texts of a list.
func (v *visitor) compared(call, text ast.Node) {
	if list, ok := text.(*ast.ArrayNode); ok { // reading("A-22") in ["net", "gross"]
		for _, t := range list.Nodes {
			v.compared(call, t)
		}
		return
	}
	c, ok1 := call.(*ast.CallNode)
	s, ok2 := text.(*ast.StringNode)
	if !ok1 || !ok2 || len(c.Arguments) != 1 {
		return
	}
	id, ok1 := c.Callee.(*ast.IdentifierNode)
	arg, ok2 := c.Arguments[0].(*ast.StringNode)
	if ok1 && ok2 {
		v.literals = append(v.literals, [2]string{id.Value + " " + arg.Value, s.Value})
	}
}

func dotted(n *ast.MemberNode) string {
	prop, ok := n.Property.(*ast.StringNode)
	if !ok {
		return ""
	}
	switch b := n.Node.(type) {
	case *ast.IdentifierNode:
		return b.Value + "." + prop.Value
	case *ast.MemberNode:
		if base := dotted(b); base != "" {
			return base + "." + prop.Value
		}
	}
	return ""
}
