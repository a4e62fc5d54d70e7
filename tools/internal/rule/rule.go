// Package rule reads the rule files of schemas/rules and evaluates them. One
// rule is one file: the clause, the expression that is really evaluated, the
// words of its findings, an explanation and examples. The package knows the
// environment that a registry gives, not where files come from.
package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
)

// Scope says what a rule is evaluated on.
type Scope string

// Project and Plan rules see a whole project or an annual plan, Registry rules
// what the registry itself says; Record rules one record's text; Schema rules
// are enforced by the form's schema, Builtin ones by the tool itself.
const (
	Project  Scope = "project"
	Plan     Scope = "plan"
	Registry Scope = "registry"
	Record   Scope = "record"
	Schema   Scope = "schema"
	Builtin  Scope = "builtin"
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
	When       string // of all checks, where there are several
	Checks     []*Check
	Downgrade  *Shift
	Waivable   bool // an error that the data bureau may waive in a single case
	Upgrade    *Shift
	Explains   []string // transitions of which a finding of the rule says why they are refused
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
	downgrade, upgrade           *expression.Program
	at                           []string
	facts                        func() *facts
	zh, en                       *message
	programs                     []*expression.Program
	verify                       func() error // compiles all of it
}

// Shift gives a finding another severity under a condition: a lower one where
// the text leaves room (downgrade), a higher one where a reading of the
// regulation is the stricter (upgrade).
type Shift struct {
	To   finding.Severity
	When string
}

// Set is the rules of a registry. Their files are read when a rule is asked for:
// many changes ask none.
type Set struct {
	*library
	asked func() map[Scope][]*Rule // what is evaluated
}

// library is all rule files.
type library struct {
	ids      []string // ascending
	rules    map[string]func() (*Rule, error)
	all      func() []*Rule
	blocking func() *Set
	reg      *registry.Registry // by which they were read
}

// New returns the rules of the files with the given ids. read gives the text of
// one. states are the codes that reached("…") may name, steps the ids of
// transitions. A file that cannot be used is a fault of reg ([registry.Registry.Err]),
// and so is an expression, once they are asked for; Compile asks for all of it.
// The texts of the rules get the limits that reg has in force.
func New(ids []string, read func(id string) ([]byte, error), reg *registry.Registry, states, steps []string) *Set {
	l := &library{ids: ids, rules: make(map[string]func() (*Rule, error), len(ids)), reg: reg}
	c := &compiler{reg: reg, states: states, scope: reg.Scope()}
	for _, id := range ids {
		l.rules[id] = sync.OnceValues(func() (*Rule, error) { return c.load(id, read, steps) })
	}
	l.all = sync.OnceValue(func() []*Rule {
		found := make([]*Rule, len(ids))
		concurrently(len(ids), func(i int) { found[i] = l.Rule(ids[i]) })
		return slices.DeleteFunc(found, func(r *Rule) bool { return r == nil })
	})
	return l.set()
}

// set returns the set of all rules, whose blocking ones are sorted out once.
func (l *library) set() *Set {
	l.blocking = sync.OnceValue(func() *Set { return l.part(func(r *Rule) bool { return l.Blocks(r.ID) }) })
	return l.part(func(*Rule) bool { return true })
}

// part returns the set that evaluates some of the rules.
func (l *library) part(of func(*Rule) bool) *Set {
	return &Set{l, sync.OnceValue(func() map[Scope][]*Rule {
		out := map[Scope][]*Rule{}
		for _, r := range l.all() {
			scope := r.Scope
			if scope == Schema { // evaluated on the same occasion
				scope = Project
			}
			if of(r) {
				out[scope] = append(out[scope], r)
			}
		}
		return out
	})}
}

// load reads one rule file.
func (c *compiler) load(id string, read func(id string) ([]byte, error), steps []string) (*Rule, error) {
	data, err := read(id)
	if err != nil {
		return nil, err
	}
	r, err := parse("schemas/rules/"+id+".md", data)
	if err != nil {
		return nil, err
	}
	var errs []error
	if r.ID != id {
		errs = append(errs, fmt.Errorf("%s: id %s differs from the file name", r.File, r.ID))
	}
	for _, step := range r.Explains {
		if !slices.Contains(steps, step) {
			errs = append(errs, fmt.Errorf("%s: explains: no transition %q in the lifecycle", r.File, step))
		}
	}
	for _, text := range []*string{&r.Title.Zh, &r.Title.En, &r.Help.Zh, &r.Help.En, &r.Body} {
		filled, err := c.reg.FillLimits(*text)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.File, err))
			continue
		}
		*text = filled
	}
	for _, ch := range r.Checks {
		errs = append(errs, c.prepare(r, ch))
	}
	return r, errors.Join(errs...)
}

// All returns all rules, ascending by id.
func (l *library) All() []*Rule { return l.all() }

// Rule returns the rule with the given id, or nil.
func (l *library) Rule(id string) *Rule {
	read := l.rules[id]
	if read == nil {
		return nil
	}
	r, err := read()
	if err != nil {
		l.reg.Fault(err)
		return nil
	}
	return r
}

// Err returns what is wrong with the definitions that were asked for.
func (l *library) Err() error { return l.reg.Err() }

// Blocks reports whether a finding of the rule with an id can make a check fail.
// One that no rule file describes can.
func (l *library) Blocks(id string) bool {
	r := l.Rule(id)
	return r == nil || r.Severity == finding.Error || r.Upgrade != nil && r.Upgrade.To == finding.Error
}

// Blocking returns the set that leaves out the rules whose findings make no check
// fail. What the rule files say of them is still known.
func (s *Set) Blocking() *Set { return s.blocking() }

// Asks reports whether the rule with an id is among those that are evaluated.
func (s *Set) Asks(id string) bool {
	r := s.Rule(id)
	for _, rules := range s.asked() {
		if slices.Contains(rules, r) {
			return true
		}
	}
	return false
}

// Compile compiles all rules and returns what is wrong with them: expressions, places, and messages that are misspelt or show what is not
// public.
func (s *Set) Compile() error {
	faults := make([]error, len(s.ids))
	concurrently(len(s.ids), func(i int) {
		r, err := s.rules[s.ids[i]]()
		if faults[i] = err; err != nil {
			return
		}
		for _, ch := range r.Checks {
			faults[i] = errors.Join(faults[i], ch.verify())
		}
	})
	return errors.Join(faults...)
}

func parse(file string, data []byte) (*Rule, error) {
	// The body is for people; only the front matter is read, so that loading
	// a hundred rules stays cheap.
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	front, body, ok := strings.Cut(text, "\n---\n")
	if !ok || !strings.HasPrefix(front, "---\n") {
		return nil, fmt.Errorf("%s:1:1: no front matter between two lines ---", file)
	}
	n, fs := record.ParseYAML(file, []byte(front+"\n"))
	for _, f := range fs {
		return nil, f.Err()
	}
	r := &Rule{ID: str(n, "id"), Name: str(n, "name"), Clause: str(n, "clause"), Title: txt(n.Get("title")), Severity: finding.Severity(str(n, "severity")),
		Scope: Scope(str(n, "scope")), When: str(n, "when"), Help: txt(n.Get("help")), Since: str(n, "since"), Waivable: str(n, "waivable") == "true", Body: body, File: file}
	for key, list := range map[string]*[]string{"statements": &r.Statements, "explains": &r.Explains} {
		if l := n.Get(key); l != nil {
			for _, it := range l.Items {
				*list = append(*list, it.Text)
			}
		}
	}
	shift := func(key string) *Shift {
		if d := n.Get(key); d != nil {
			return &Shift{To: finding.Severity(str(d, "to")), When: str(d, "when")}
		}
		return nil
	}
	r.Downgrade, r.Upgrade = shift("downgrade"), shift("upgrade")
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
		r.Checks, r.When = append(r.Checks, check(n)), ""
	}
	switch {
	case !r.Severity.Valid():
		return nil, fmt.Errorf("%s: severity %q is none of error, warn, info", file, r.Severity)
	case !slices.Contains([]Scope{Project, Plan, Registry, Record, Schema, Builtin}, r.Scope):
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

var ruleKeys = []string{"id", "name", "clause", "statements", "title", "severity", "scope", "when", "each", "assert", "at", "message", "help", "since", "downgrade", "upgrade", "explains", "waivable", "checks"}

func str(n *record.Node, key string) string {
	if v := n.Get(key); v != nil {
		return strings.TrimSpace(v.Text)
	}
	return ""
}

func txt(n *record.Node) finding.Text {
	return finding.Text{Zh: str(n, "zh"), En: str(n, "en")}
}

// PlansAsk reports whether a rule about plans asks about the projects that they
// list, so that its verdict may change while the plan stays as it is.
func (s *Set) PlansAsk() bool {
	return slices.ContainsFunc(s.asked()[Plan], func(r *Rule) bool {
		return slices.ContainsFunc(r.Checks, func(c *Check) bool {
			return slices.ContainsFunc([]string{"known", "stateOf", "evaluationYears"}, func(ask string) bool { return slices.Contains(c.facts().roots, ask) })
		})
	})
}
