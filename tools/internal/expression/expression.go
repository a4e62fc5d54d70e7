// Package expression compiles and runs the expressions of rules and of the
// lifecycle. They are typed against the schemas when they are loaded, so that a
// misspelt field is an error with its position, and they always end: the
// language has no loops but those over given lists. The package knows the
// language and its calendar functions, not what a project is.
package expression

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"taizhang/tools/internal/value"
)

// Kind is the type that an expression must have.
type Kind uint8

// The kinds of expressions.
const (
	Any Kind = iota
	Bool
	String
)

// Program is an expression that can be evaluated. It is parsed when it is asked
// what it mentions, and compiled when it is evaluated.
type Program struct {
	Source string
	text   func() (*text, error)
	code   func() (*vm.Program, error)
	types  *sync.Mutex
}

// text is what the parsed expression says without its types.
type text struct {
	tree     *parser.Tree
	roots    []string
	members  []string
	mentions []string
	needs    []string // what must be there for it to be true, or not zero
	list     string   // the list that it names, if it is a name
	literals [][2]string
}

// Err compiles the expression and returns what is wrong with it.
func (p *Program) Err() error {
	_, err := p.code()
	return err
}

// Roots are the names of the environment that the expression mentions, none
// where it cannot be parsed.
func (p *Program) Roots() []string { return p.parsed().roots }

// Members are the dotted paths that it reads: "declaration.estimate".
func (p *Program) Members() []string { return p.parsed().members }

// Mentions are the values of the environment that it rests on: "declaration.estimate"
// where it reads that alone, "contracts" where it reads the whole.
func (p *Program) Mentions() []string { return p.parsed().mentions }

// Void reports whether a condition surely does not hold, or a list is surely
// empty, because a form that it asks for is not there. It needs no compilation.
func (p *Program) Void(env map[string]any) bool {
	t := p.parsed()
	for _, name := range t.needs {
		form, _ := env[name].(map[string]any)
		if exists, known := form["exists"].(bool); known && !exists {
			return true
		}
	}
	items, isList := env[t.list].([]any)
	return isList && len(items) == 0
}

// Literals are its text constants with the call they are an argument of:
// reached("S40") gives {"reached", "S40"}, and reading("A-06") == "in" also
// {"reading A-06", "in"}.
func (p *Program) Literals() [][2]string { return p.parsed().literals }

func (p *Program) parsed() *text {
	t, err := p.text()
	if err != nil {
		return &text{}
	}
	return t
}

// Item returns the type of the items when the program gives a list.
func (p *Program) Item() (types.Type, bool) {
	code, err := p.code()
	if err != nil {
		return nil, false
	}
	p.types.Lock()
	defer p.types.Unlock()
	n := code.Node().Nature()
	if !n.IsArray() || n.Ref == nil {
		return nil, false
	}
	return inferred{*n.Ref}, true
}

// inferred is a type that the checker found.
type inferred struct{ nature nature.Nature }

func (t inferred) Nature() nature.Nature   { return t.nature }
func (t inferred) Equal(o types.Type) bool { return t.String() == o.String() }
func (t inferred) String() string          { return t.nature.String() }

// Scope is what an expression may mention. What the checker asks of it is
// computed once, not once an expression, and not before the first is compiled.
type Scope struct {
	nature func() (nature.Nature, error)
	shared *shared
}

// shared is what a scope and those derived from it have in common.
type shared struct {
	types sync.Mutex // the library's types remember what they were asked
	mu    sync.Mutex
	fault error // the first of the expressions that were put off
}

func (s *shared) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.fault = err
	}
}

// NewScope returns the scope of typed names, which are asked for when the first
// expression is compiled.
func NewScope(names func() types.Map) *Scope {
	return &Scope{sync.OnceValues(func() (nature.Nature, error) {
		given := names()
		for name := range given {
			if _, taken := builtin.Index[name]; taken {
				return nature.Nature{}, fmt.Errorf("%s is the name of a function of the language", name)
			}
		}
		return with(types.Map{}.Nature(), given), nil
	}), &shared{}}
}

// Err returns what is wrong with the first of the expressions that were found
// faulty after they had been put off. No verdict that they had a part in holds.
func (s *Scope) Err() error {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	return s.shared.fault
}

// With returns the scope with more names, or with others of the same name.
func (s *Scope) With(names types.Map) *Scope {
	return s.derive(func() (types.Map, error) { return names, nil }, with)
}

// WithItems returns the scope in which it is an item of a list.
func (s *Scope) WithItems(list *Program) *Scope {
	return s.derive(func() (types.Map, error) {
		if err := list.Err(); err != nil {
			return nil, err
		}
		item, ok := list.Item()
		if !ok {
			return nil, fmt.Errorf("%s is not a list", list.Source)
		}
		return types.Map{"it": item}, nil
	}, with)
}

// Only returns the scope of some names.
func (s *Scope) Only(names ...string) *Scope {
	return s.derive(func() (types.Map, error) { return nil, nil }, func(n nature.Nature, _ types.Map) nature.Nature {
		some := map[string]nature.Nature{}
		for _, name := range names {
			some[name] = n.Fields[name]
		}
		return of(n, some)
	})
}

func (s *Scope) derive(names func() (types.Map, error), join func(nature.Nature, types.Map) nature.Nature) *Scope {
	return &Scope{sync.OnceValues(func() (nature.Nature, error) {
		n, err := s.nature()
		if err != nil {
			return n, err
		}
		given, err := names()
		if err != nil {
			return n, err
		}
		s.shared.types.Lock()
		defer s.shared.types.Unlock()
		return join(n, given), nil
	}), s.shared}
}

func with(n nature.Nature, names types.Map) nature.Nature {
	all := maps.Clone(n.Fields)
	for name, t := range names {
		all[name] = t.Nature()
	}
	return of(n, all)
}

func of(n nature.Nature, fields map[string]nature.Nature) nature.Nature {
	data := *n.TypeData
	data.Fields, n.TypeData = fields, &data
	return n
}

// Compile checks src against the scope and returns the program. Division and modulo
// are refused: both are silent on zero and on fractions. The error names the
// line and column inside src.
func (s *Scope) Compile(src string, as Kind) (*Program, error) {
	p := s.program(src, as, func(err error) error { return err })
	return p, p.Err()
}

// Defer returns the program that Compile gives, and compiles it when it is needed.
// A fault that is found then is also that of the scope ([Scope.Err]); where words
// for the place.
func (s *Scope) Defer(where, src string, as Kind) *Program {
	return s.program(src, as, func(err error) error {
		err = fmt.Errorf("%s: %w", where, err)
		s.shared.note(err)
		return err
	})
}

func (s *Scope) program(src string, as Kind, fault func(error) error) *Program {
	p := &Program{Source: src, types: &s.shared.types}
	p.text = sync.OnceValues(func() (*text, error) {
		t, err := parse(src)
		if err != nil {
			return nil, fault(err)
		}
		return t, nil
	})
	p.code = sync.OnceValues(func() (*vm.Program, error) {
		t, err := p.text()
		if err != nil {
			return nil, err
		}
		code, err := s.compile(t.tree, src, as)
		if err != nil {
			return nil, fault(err)
		}
		return code, nil
	})
	return p
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
	for _, list := range []*[]string{&t.roots, &t.mentions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return t, nil
}

// compile types a parsed expression. The steps are those of the library's own
// Compile, which makes its tables anew for every expression.
func (s *Scope) compile(tree *parser.Tree, src string, as Kind) (*vm.Program, error) {
	n, err := s.nature()
	if err != nil {
		return nil, err
	}
	s.shared.types.Lock()
	defer s.shared.types.Unlock()
	config := *language()
	config.Env, config.Strict = n, n.Strict
	switch as {
	case Bool:
		expr.AsBool()(&config)
	case String:
		expr.AsKind(reflect.String)(&config)
	}
	if _, err := checker.Check(tree, &config); err != nil {
		return nil, positioned(err, src)
	}
	if err := optimizer.Optimize(&tree.Node, &config); err != nil {
		return nil, positioned(err, src)
	}
	code, err := compiler.Compile(tree, &config)
	if err != nil {
		return nil, positioned(err, src)
	}
	return code, nil
}

// language is what all expressions share: the built-in functions and ours. A
// compilation copies it and changes none of its tables.
var language = sync.OnceValue(func() *conf.Config {
	c := conf.CreateNew()
	c.MaxNodes = 2000
	for _, f := range functions() {
		f(c)
	}
	return c
})

// positioned keeps the library's "message (line:column)" and adds the source.
func positioned(err error, src string) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s in: %s", first, strings.TrimSpace(src))
}

// machines saves the memory that every evaluation needs for a moment.
var machines = sync.Pool{New: func() any { return new(vm.VM) }}

// Run evaluates the program.
func (p *Program) Run(env map[string]any) (any, error) {
	code, err := p.code()
	if err != nil {
		return nil, err
	}
	m := machines.Get().(*vm.VM)
	out, err := m.Run(code, env)
	machines.Put(m)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("evaluating %q: %s", p.Source, first)
	}
	return out, nil
}

// Bool evaluates a program compiled as Bool.
func (p *Program) Bool(env map[string]any) (bool, error) {
	out, err := p.Run(env)
	b, _ := out.(bool)
	return b, err
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

// functions are the pure functions that every expression may call. Dates are
// text YYYY-MM-DD, "" when absent; amounts are integer 分.
func functions() []expr.Option {
	return []expr.Option{
		expr.Function("wan", func(p ...any) (any, error) {
			fen, err := value.ParseAmount(fmt.Sprint(p[0]))
			return int(fen), err
		}, new(func(int) int), new(func(float64) int)),
		expr.Function("earliest", func(p ...any) (any, error) { return extreme(p[0], -1), nil }, new(func([]any) string), new(func([]string) string)),
		expr.Function("latest", func(p ...any) (any, error) { return extreme(p[0], 1), nil }, new(func([]any) string), new(func([]string) string)),
		expr.Function("wan2", func(p ...any) (any, error) { return value.FormatWan(int64(p[0].(int))) + " 万元", nil }, new(func(int) string)),
		expr.Function("share", func(p ...any) (any, error) { return value.Share(p[0].(int), p[1].(int)), nil }, new(func(int, int) int)),
		expr.Function("percent", func(p ...any) (any, error) { return value.FormatShare(p[0].(int)), nil }, new(func(int) string)),
		expr.Function("year", func(p ...any) (any, error) { return value.Year(p[0].(string)), nil }, new(func(string) int)),
		expr.Function("monthDay", func(p ...any) (any, error) { return value.MonthDay(p[0].(string)), nil }, new(func(string) string)),
		expr.Function("addMonths", func(p ...any) (any, error) { return value.AddMonths(p[0].(string), p[1].(int)), nil }, new(func(string, int) string)),
		expr.Function("addDays", func(p ...any) (any, error) { return value.AddDays(p[0].(string), p[1].(int)), nil }, new(func(string, int) string)),
		expr.Function("days", func(p ...any) (any, error) { d, _ := value.Days(p[0].(string), p[1].(string)); return d, nil }, new(func(string, string) int)),
	}
}

// extreme returns the smallest (sign -1) or largest (sign 1) text of a list that
// is not empty.
func extreme(list any, sign int) string {
	best := ""
	take := func(s string) {
		if s != "" && (best == "" || strings.Compare(s, best) == sign) {
			best = s
		}
	}
	switch l := list.(type) {
	case []any:
		for _, v := range l {
			s, _ := v.(string)
			take(s)
		}
	case []string:
		for _, s := range l {
			take(s)
		}
	}
	return best
}
