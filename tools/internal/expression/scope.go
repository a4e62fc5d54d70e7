package expression

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Scope is what an expression may mention. What the checker asks of a name is
// computed once, not once an expression, and not before one mentions it.
type Scope struct {
	nature func(*text) (map[string]nature.Nature, error) // of the names that a text mentions
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

// NewScope returns the scope of names whose types find gives, nil for one that is
// none, when an expression that mentions them is compiled. Where base is a name,
// "base.declaration" is asked for what an expression reads of it, and "base.*"
// where that cannot be told.
func NewScope(find func(name string) types.Type) *Scope {
	s := &Scope{shared: &shared{}}
	known := map[string]nature.Nature{}
	of := func(name string) (n nature.Nature, ok bool) {
		if n, ok = known[name]; !ok {
			if t := find(name); t != nil {
				n, ok = t.Nature(), true
				known[name] = n
			}
		}
		return n, ok
	}
	s.nature = func(t *text) (map[string]nature.Nature, error) {
		s.shared.types.Lock()
		defer s.shared.types.Unlock()
		out := map[string]nature.Nature{}
		for _, name := range t.roots {
			n, ok := of(name)
			if !ok {
				continue
			}
			if _, taken := builtin.Index[name]; taken {
				return nil, fmt.Errorf("%s is the name of a function of the language", name)
			}
			if name == "base" && t.anyBase {
				n, _ = of("base.*")
			} else if name == "base" {
				fields := map[string]nature.Nature{}
				for _, key := range t.base {
					if f, ok := of("base." + key); ok {
						fields[key] = f
					}
				}
				n = with(fields)
			}
			out[name] = n
		}
		return out, nil
	}
	return s
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
	return s.with(func() (types.Map, error) { return names, nil })
}

// WithItems returns the scope in which it is an item of a list.
func (s *Scope) WithItems(list *Program) *Scope {
	return s.with(func() (types.Map, error) {
		if err := list.Err(); err != nil {
			return nil, err
		}
		item, ok := list.Item()
		if !ok {
			return nil, fmt.Errorf("%s is not a list", list.Source)
		}
		return types.Map{"it": item}, nil
	})
}

// Only returns the scope of some names.
func (s *Scope) Only(names ...string) *Scope {
	return &Scope{func(t *text) (map[string]nature.Nature, error) {
		out, err := s.nature(t)
		maps.DeleteFunc(out, func(name string, _ nature.Nature) bool { return !slices.Contains(names, name) })
		return out, err
	}, s.shared}
}

func (s *Scope) with(names func() (types.Map, error)) *Scope {
	more := sync.OnceValues(func() (map[string]nature.Nature, error) {
		given, err := names()
		s.shared.types.Lock()
		defer s.shared.types.Unlock()
		out := make(map[string]nature.Nature, len(given))
		for name, t := range given {
			out[name] = t.Nature()
		}
		return out, err
	})
	return &Scope{func(t *text) (map[string]nature.Nature, error) {
		given, err := more()
		if err != nil {
			return nil, err
		}
		out, err := s.nature(t)
		if err == nil {
			maps.Copy(out, given)
		}
		return out, err
	}, s.shared}
}

// with returns the nature of an object with the given fields and no others.
func with(fields map[string]nature.Nature) nature.Nature {
	n := types.Map{}.Nature()
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
		code, err := s.compile(t, src, as)
		if err != nil {
			return nil, fault(err)
		}
		return code, nil
	})
	return p
}

// compile types a parsed expression. The steps are those of the library's own
// Compile, which makes its tables anew for every expression.
func (s *Scope) compile(t *text, src string, as Kind) (*vm.Program, error) {
	tree := t.tree
	names, err := s.nature(t)
	if err != nil {
		return nil, err
	}
	s.shared.types.Lock()
	defer s.shared.types.Unlock()
	n := with(names)
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
