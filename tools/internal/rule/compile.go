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
}

// prepare makes a check's programs. They are compiled when a project asks for
// them: that of most rules is decided by what its first words say.
func (c *compiler) prepare(r *Rule, ch *Check) error {
	scope := c.scope
	one := func(what, src string, kind expression.Kind) *expression.Program {
		if src == "" {
			return nil
		}
		p := scope.Defer(r.File+": "+what, src, kind)
		ch.programs = append(ch.programs, p)
		return p
	}
	if ch.each = one("each", ch.Each, expression.Any); ch.each != nil {
		scope = scope.WithItems(ch.each)
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
	words := c.visible(scope, ch.each)
	ch.zh, ch.en = newMessage(ch.Message.Zh, words), newMessage(ch.Message.En, words)
	ch.verify = func() error { return c.verify(r, ch, scope) }
	if ch.At == "" {
		return fmt.Errorf("%s: at is missing: which field does the finding point to?", r.File)
	}
	ch.at = strings.Split(ch.At, ".")
	ch.facts = sync.OnceValue(ch.read)
	return nil
}

// facts is what the text of a check's expressions says without their types.
type facts struct {
	roots      []string
	mentions   []string // values that decide it
	onChange   bool     // mentions base: runs on a change only
	needsLife  bool     // asks what the project has reached
	needsToday bool     // asks what waiting has brought
}

func (ch *Check) read() *facts {
	f := &facts{}
	for _, p := range ch.programs {
		f.roots, f.mentions = append(f.roots, p.Roots()...), append(f.mentions, p.Mentions()...)
		if slices.Contains(p.Members(), registry.StateRoot) {
			f.roots = append(f.roots, registry.StateRoot)
		}
	}
	if ch.at[0] != "it" {
		f.roots = append(f.roots, ch.at[0])
	}
	slices.Sort(f.roots)
	f.roots = slices.Compact(f.roots)
	f.onChange = slices.Contains(f.roots, "base")
	f.needsToday = slices.Contains(f.roots, "today")
	f.needsLife = slices.Contains(f.roots, "reached") || slices.Contains(f.roots, "reachedOn")
	return f
}

// verify compiles all of a check. Errors name the file, and line and column
// inside the expression.
func (c *compiler) verify(r *Rule, ch *Check, scope *expression.Scope) error {
	var faults []error
	fault := func(what string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: %w", r.File, what, err))
		}
	}
	for _, p := range ch.programs {
		if err := p.Err(); err != nil {
			faults = append(faults, err)
			continue
		}
		for _, lit := range p.Literals() {
			if (lit[0] == "reached" || lit[0] == "reachedOn") && !slices.Contains(c.states, lit[1]) {
				fault("expression", fmt.Errorf("no state %q in the lifecycle", lit[1]))
			}
			fault("expression", c.reg.CheckLiteral(lit[0], lit[1]))
		}
	}
	if ch.each != nil {
		if _, ok := ch.each.Item(); !ok && ch.each.Err() == nil {
			fault("each", fmt.Errorf("%s is not a list", ch.Each))
		}
	}
	_, err := scope.Compile(ch.At, expression.Any)
	fault("at", err)
	_, err = ch.zh.parts()
	fault("message.zh", err)
	_, err = ch.en.parts()
	fault("message.en", err)
	return errors.Join(faults...)
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
