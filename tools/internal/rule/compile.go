package rule

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/registry"
)

// concurrently calls fn for 0 … n-1, from as many goroutines as help.
func concurrently(n int, fn func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				fn(i)
			}
		})
	}
	wg.Wait()
}

type compiler struct {
	reg    *registry.Registry
	states []string
	scope  *expression.Scope
	one    sync.Mutex // the library's types remember what they were asked
}

func (c *compiler) program(src string, scope *expression.Scope, as expression.Kind) (*expression.Program, error) {
	c.one.Lock()
	defer c.one.Unlock()
	return scope.Compile(src, as)
}

// compile types a check's expressions. Errors name the file, and line and
// column inside the expression.
func (c *compiler) compile(r *Rule, ch *Check) (errs []error) {
	scope := c.scope
	one := func(what, src string, kind expression.Kind) *expression.Program {
		if src == "" {
			return nil
		}
		p, err := c.program(src, scope, kind)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", r.File, what, err))
			return nil
		}
		for _, lit := range p.Literals {
			if (lit[0] == "reached" || lit[0] == "reachedOn") && !slices.Contains(c.states, lit[1]) {
				errs = append(errs, fmt.Errorf("%s: %s: no state %q in the lifecycle", r.File, what, lit[1]))
			}
			if err := c.reg.CheckLiteral(lit[0], lit[1]); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s: %w", r.File, what, err))
			}
		}
		ch.roots = append(ch.roots, p.Roots...)
		if slices.Contains(p.Members, "index.state") {
			ch.roots = append(ch.roots, registry.StateRoot)
		}
		return p
	}
	if ch.each = one("each", ch.Each, expression.Any); ch.each != nil {
		item, ok := ch.each.Item()
		if !ok {
			return append(errs, fmt.Errorf("%s: each: %s is not a list", r.File, ch.Each))
		}
		scope = scope.With(types.Map{"it": item})
	}
	ch.ruleWhen = one("when", r.When, expression.Bool)
	ch.when = one("when", ch.When, expression.Bool)
	ch.assert = one("assert", ch.Assert, expression.Bool)
	if r.Downgrade != nil {
		ch.downgrade = one("downgrade.when", r.Downgrade.When, expression.Bool)
	}
	if r.Upgrade != nil {
		ch.upgrade = one("upgrade.when", r.Upgrade.When, expression.Bool)
	}
	if ch.At == "" {
		errs = append(errs, fmt.Errorf("%s: at is missing: which field does the finding point to?", r.File))
	} else if ch.at = strings.Split(ch.At, "."); ch.at[0] != "it" {
		ch.roots = append(ch.roots, ch.at[0])
	}
	words := c.visible(scope, ch.each)
	ch.zh, ch.en = newMessage(ch.Message.Zh, words), newMessage(ch.Message.En, words)
	ch.verify = func() error {
		var faults []error
		for _, v := range []struct {
			what string
			try  func() error
		}{
			{"at", func() error { _, err := c.program(ch.At, scope, expression.Any); return err }},
			{"message.zh", func() error { _, err := ch.zh.parts(); return err }},
			{"message.en", func() error { _, err := ch.en.parts(); return err }},
		} {
			if err := v.try(); err != nil {
				faults = append(faults, fmt.Errorf("%s: %s: %w", r.File, v.what, err))
			}
		}
		return errors.Join(faults...)
	}
	slices.Sort(ch.roots)
	ch.roots = slices.Compact(ch.roots)
	ch.onChange = slices.Contains(ch.roots, "base")
	ch.needsToday = slices.Contains(ch.roots, "today")
	ch.needsLife = slices.Contains(ch.roots, "reached") || slices.Contains(ch.roots, "reachedOn")
	return errs
}

// message is a text with {expression} parts, compiled when first asked for.
type message struct {
	src   string
	parts func() ([]any, error) // string or *expression.Program
}

func newMessage(src string, compile func(string) (*expression.Program, error)) *message {
	return &message{src, sync.OnceValues(func() ([]any, error) { return split(src, compile) })}
}

func split(src string, compile func(string) (*expression.Program, error)) (parts []any, err error) {
	for src != "" {
		i := strings.IndexByte(src, '{')
		if i < 0 {
			return append(parts, src), nil
		}
		j := strings.IndexByte(src[i:], '}')
		if j < 0 {
			return nil, fmt.Errorf("{ without }")
		}
		p, err := compile(src[i+1 : i+j])
		if err != nil {
			return nil, err
		}
		parts = append(parts, src[:i], p)
		src = src[i+j+1:]
	}
	return parts, nil
}

func (m *message) render(env map[string]any) string {
	parts, err := m.parts()
	if err != nil {
		return m.src // the text as it is written, never a value it may not show
	}
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case *expression.Program:
			v, err := p.Run(env)
			if err != nil {
				v = "?"
			}
			switch v := v.(type) {
			case string:
				if v == "" {
					v = "—"
				}
				b.WriteString(v)
			case []any:
				for i, it := range v {
					if i > 0 {
						b.WriteString("、")
					}
					fmt.Fprint(&b, it)
				}
			case float64:
				b.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
			default:
				fmt.Fprint(&b, v)
			}
		}
	}
	return b.String()
}
