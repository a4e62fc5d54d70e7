// Package rule reads the rule files of schemas/rules and evaluates them. One
// rule is one file: the clause, the expression that is really evaluated, the
// words of its findings, an explanation and examples. The package knows the
// environment that a registry gives, not where files come from.
package rule

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
)

// Scope says what a rule is evaluated on.
type Scope string

// Project and Plan rules see a whole project or an annual plan; Record rules
// one record's text; Schema rules are enforced by the form's schema, Builtin
// ones by the tool itself.
const (
	Project Scope = "project"
	Plan    Scope = "plan"
	Record  Scope = "record"
	Schema  Scope = "schema"
	Builtin Scope = "builtin"
)

// Rule is one rule file.
type Rule struct {
	ID         string
	Name       string
	Clause     string
	Statements []string
	Title      finding.Text
	Severity   finding.Severity
	Scope      Scope
	When       string
	Checks     []*Check
	Downgrade  *Downgrade
	Help       finding.Text
	Since      string
	Body       string
	File       string
}

// Check is one assertion of a rule.
type Check struct {
	When, Each, Assert, At string
	Message                finding.Text

	ruleWhen, when, each, assert *expression.Program
	downgrade                    *expression.Program
	at                           []string
	roots                        []string
	onChange                     bool // mentions base: runs on a change only
	needsLife                    bool // asks what the project has reached
	zh, en                       *message
}

// Downgrade lowers the severity of a finding under a condition.
type Downgrade struct {
	To   finding.Severity
	When string
}

// Set is all rules of a registry, compiled.
type Set struct {
	Rules []*Rule
	byID  map[string]*Rule
}

// Rule returns the rule with the given id, or nil.
func (s *Set) Rule(id string) *Rule { return s.byID[id] }

// Load reads rule files (path below schemas/ → bytes) and compiles them against
// the environment of reg. states are the codes that reached("…") may name.
func Load(files map[string][]byte, reg *registry.Registry, states []string) (*Set, error) {
	s := &Set{byID: map[string]*Rule{}}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Dir(name) != "rules" || path.Ext(name) != ".md" {
			continue
		}
		r, err := parse("schemas/"+name, files[name])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if r.ID+".md" != path.Base(name) {
			errs = append(errs, fmt.Errorf("%s: id %s differs from the file name", r.File, r.ID))
		}
		s.Rules = append(s.Rules, r)
		s.byID[r.ID] = r
	}
	c := &compiler{reg: reg, states: states, env: reg.Types()}
	for _, r := range s.Rules {
		for _, ch := range r.Checks {
			errs = append(errs, c.compile(r, ch)...)
		}
	}
	return s, errors.Join(errs...)
}

func parse(file string, data []byte) (*Rule, error) {
	rec, fs := record.Parse(file, data)
	for _, f := range fs {
		if rec == nil || f.Rule < "F-013" {
			return nil, fmt.Errorf("%s:%d:%d: %s", file, f.Line, f.Col, f.Message.En)
		}
	}
	n := rec.Root
	r := &Rule{ID: str(n, "id"), Name: str(n, "name"), Clause: str(n, "clause"), Title: txt(n.Get("title")), Severity: finding.Severity(str(n, "severity")),
		Scope: Scope(str(n, "scope")), When: str(n, "when"), Help: txt(n.Get("help")), Since: str(n, "since"), Body: string(rec.Body), File: file}
	if st := n.Get("statements"); st != nil {
		for _, it := range st.Items {
			r.Statements = append(r.Statements, it.Text)
		}
	}
	if d := n.Get("downgrade"); d != nil {
		r.Downgrade = &Downgrade{To: finding.Severity(str(d, "to")), When: str(d, "when")}
	}
	check := func(n *record.Node) *Check {
		return &Check{When: str(n, "when"), Each: str(n, "each"), Assert: str(n, "assert"), At: str(n, "at"), Message: txt(n.Get("message"))}
	}
	if list := n.Get("checks"); list != nil {
		for _, it := range list.Items {
			ch := check(it)
			if ch.Each == "" {
				ch.Each = str(n, "each")
			}
			r.Checks = append(r.Checks, ch)
		}
	} else if n.Get("assert") != nil {
		r.Checks = append(r.Checks, check(n))
	}
	switch {
	case !r.Severity.Valid():
		return nil, fmt.Errorf("%s: severity %q is none of error, warn, info", file, r.Severity)
	case !slices.Contains([]Scope{Project, Plan, Record, Schema, Builtin}, r.Scope):
		return nil, fmt.Errorf("%s: unknown scope %q", file, r.Scope)
	case len(r.Checks) == 0 && r.Scope != Schema && r.Scope != Builtin:
		return nil, fmt.Errorf("%s: the rule asserts nothing", file)
	case r.Name == "" || r.Title.Zh == "" || r.Title.En == "":
		return nil, fmt.Errorf("%s: name and title (zh, en) are needed", file)
	}
	for _, k := range n.Keys {
		if !slices.Contains(ruleKeys, k.Name) {
			return nil, fmt.Errorf("%s:%d:%d: unknown key %s", file, k.Line, k.Col, k.Name)
		}
	}
	return r, nil
}

var ruleKeys = []string{"id", "name", "clause", "statements", "title", "severity", "scope", "when", "each", "assert", "at", "message", "help", "since", "downgrade", "checks"}

func str(n *record.Node, key string) string {
	if v := n.Get(key); v != nil {
		return strings.TrimSpace(v.Text)
	}
	return ""
}

func txt(n *record.Node) finding.Text {
	return finding.Text{Zh: str(n, "zh"), En: str(n, "en")}
}

type compiler struct {
	reg    *registry.Registry
	states []string
	env    types.Map
}

// compile types a check's expressions. Errors name the file, and line and
// column inside the expression.
func (c *compiler) compile(r *Rule, ch *Check) (errs []error) {
	scope := c.env
	one := func(what, src string, kind expression.Kind, env types.Map) *expression.Program {
		if src == "" {
			return nil
		}
		p, err := expression.Compile(src, env, kind)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", r.File, what, err))
			return nil
		}
		for _, lit := range p.Literals {
			if (lit[0] == "reached" || lit[0] == "reachedOn") && !slices.Contains(c.states, lit[1]) {
				errs = append(errs, fmt.Errorf("%s: %s: no state %q in the lifecycle", r.File, what, lit[1]))
			}
		}
		ch.roots = append(ch.roots, p.Roots...)
		return p
	}
	if ch.each = one("each", ch.Each, expression.Any, scope); ch.each != nil {
		item, ok := ch.each.Item()
		if !ok {
			return append(errs, fmt.Errorf("%s: each: %s is not a list", r.File, ch.Each))
		}
		scope = maps.Clone(c.env)
		scope["it"] = item
	}
	if r.When != ch.When {
		ch.ruleWhen = one("when", r.When, expression.Bool, scope)
	}
	ch.when = one("when", ch.When, expression.Bool, scope)
	ch.assert = one("assert", ch.Assert, expression.Bool, scope)
	if r.Downgrade != nil {
		ch.downgrade = one("downgrade.when", r.Downgrade.When, expression.Bool, scope)
	}
	if ch.At == "" {
		errs = append(errs, fmt.Errorf("%s: at is missing: which field does the finding point to?", r.File))
	} else {
		one("at", ch.At, expression.Any, scope)
		ch.at = strings.Split(ch.At, ".")
	}
	var err error
	if ch.zh, err = newMessage(ch.Message.Zh, c.visible(scope, ch.each)); err != nil {
		errs = append(errs, fmt.Errorf("%s: message.zh: %w", r.File, err))
	}
	if ch.en, err = newMessage(ch.Message.En, c.visible(scope, ch.each)); err != nil {
		errs = append(errs, fmt.Errorf("%s: message.en: %w", r.File, err))
	}
	slices.Sort(ch.roots)
	ch.roots = slices.Compact(ch.roots)
	ch.onChange = slices.Contains(ch.roots, "base")
	ch.needsLife = slices.Contains(ch.roots, "reached") || slices.Contains(ch.roots, "reachedOn")
	return errs
}

// message is a text with {expression} parts.
type message struct {
	parts []any // string or *expression.Program
}

func newMessage(src string, compile func(string) (*expression.Program, error)) (*message, error) {
	m := &message{}
	for src != "" {
		i := strings.IndexByte(src, '{')
		if i < 0 {
			m.parts = append(m.parts, src)
			break
		}
		j := strings.IndexByte(src[i:], '}')
		if j < 0 {
			return nil, fmt.Errorf("{ without }")
		}
		p, err := compile(src[i+1 : i+j])
		if err != nil {
			return nil, err
		}
		m.parts = append(m.parts, src[:i], p)
		src = src[i+j+1:]
	}
	return m, nil
}

func (m *message) render(env map[string]any) string {
	var b strings.Builder
	for _, p := range m.parts {
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

// OnChange reports whether some check of the rule compares with the base and
// so runs on a change only.
func (r *Rule) OnChange() bool {
	return slices.ContainsFunc(r.Checks, func(c *Check) bool { return c.onChange })
}
