// Package expression compiles and runs the expressions of rules and of the
// lifecycle. They are typed against the schemas when they are loaded, so that a
// misspelt field is an error with its position, and they always end: the
// language has no loops but those over given lists. The package knows the
// language and its calendar functions, not what a project is.
package expression

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/checker/nature"
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
		if l, ok := env[name].(*Later); ok && l.Absent {
			return true
		}
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

// positioned keeps the library's "message (line:column)" and adds the source.
func positioned(err error, src string) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s in: %s", first, strings.TrimSpace(src))
}

// machines saves the memory that every evaluation needs for a moment.
var machines = sync.Pool{New: func() any { return new(vm.VM) }}

// Later is a value of the environment that is made when a program that mentions it
// is evaluated.
type Later struct {
	Absent bool // it is a form that is not there
	Value  func() any
}

// settle makes the values of the environment that the expression mentions.
func (t *text) settle(env map[string]any) {
	for _, name := range t.roots {
		if l, ok := env[name].(*Later); ok {
			env[name] = l.Value()
		}
	}
	base, _ := env["base"].(map[string]any)
	names := t.base
	if t.anyBase {
		names = slices.Collect(maps.Keys(base))
	}
	for _, name := range names {
		if l, ok := base[name].(*Later); ok {
			base[name] = l.Value()
		}
	}
}

// Run evaluates the program. It may make values of env that were put off.
func (p *Program) Run(env map[string]any) (any, error) {
	code, err := p.code()
	if err != nil {
		return nil, err
	}
	p.parsed().settle(env)
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
