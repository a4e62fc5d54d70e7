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
	"strings"

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

// Set is all rules of a registry, compiled.
type Set struct {
	Rules []*Rule
	byID  map[string]*Rule
}

// Rule returns the rule with the given id, or nil.
func (s *Set) Rule(id string) *Rule { return s.byID[id] }

// Blocks reports whether a finding of the rule with an id can make a check fail.
// One that no rule file describes can.
func (s *Set) Blocks(id string) bool {
	r := s.byID[id]
	return r == nil || r.Severity == finding.Error || r.Upgrade != nil && r.Upgrade.To == finding.Error
}

// Blocking returns the set without the rules whose findings make no check fail.
// What the rule files say of them is still known.
func (s *Set) Blocking() *Set {
	return &Set{Rules: slices.DeleteFunc(slices.Clone(s.Rules), func(r *Rule) bool { return !s.Blocks(r.ID) }), byID: s.byID}
}

// Asks reports whether the rule with an id is among those that are evaluated.
func (s *Set) Asks(id string) bool {
	return slices.ContainsFunc(s.Rules, func(r *Rule) bool { return r.ID == id })
}

// Read parses the rule files (path below schemas/ → bytes). It needs nothing
// else and may run beside whatever else is loaded.
func Read(files map[string][]byte) ([]*Rule, error) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Dir(name) == "rules" && path.Ext(name) == ".md" {
			names = append(names, name)
		}
	}
	rules, faults := make([]*Rule, len(names)), make([]error, len(names))
	concurrently(len(names), func(i int) {
		r, err := parse("schemas/"+names[i], files[names[i]])
		if err == nil && r.ID+".md" != path.Base(names[i]) {
			err = fmt.Errorf("%s: id %s differs from the file name", r.File, r.ID)
		}
		rules[i], faults[i] = r, err
	})
	return rules, errors.Join(faults...)
}

// Load makes the rules ready for the environment of reg. What is compiled is
// compiled when it is needed; Compile looks at all of it. states are the codes
// that reached("…") may name, steps the ids of transitions. The texts of the
// rules get the limits that reg has in force.
func Load(rules []*Rule, reg *registry.Registry, states, steps []string) (*Set, error) {
	s := &Set{Rules: rules, byID: make(map[string]*Rule, len(rules))}
	c := &compiler{reg: reg, states: states, scope: reg.Scope()}
	var errs []error
	for _, r := range rules {
		s.byID[r.ID] = r
		for _, id := range r.Explains {
			if !slices.Contains(steps, id) {
				errs = append(errs, fmt.Errorf("%s: explains: no transition %q in the lifecycle", r.File, id))
			}
		}
		for _, text := range []*string{&r.Title.Zh, &r.Title.En, &r.Help.Zh, &r.Help.En, &r.Body} {
			filled, err := reg.FillLimits(*text)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", r.File, err))
				continue
			}
			*text = filled
		}
		for _, ch := range r.Checks {
			errs = append(errs, c.prepare(r, ch))
		}
	}
	return s, errors.Join(errs...)
}

// Compile compiles what Load leaves for later and returns what is wrong with
// it: expressions, places, and messages that are misspelt or show what is not
// public.
func (s *Set) Compile() error {
	var faults []error
	for _, r := range s.Rules {
		for _, ch := range r.Checks {
			faults = append(faults, ch.verify())
		}
	}
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
		return nil, fmt.Errorf("%s:%d:%d: %s", file, f.Line, f.Col, f.Message.En)
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

// OnChange reports whether some check of the rule compares with the base and
// so runs on a change only.
func (r *Rule) OnChange() bool {
	return slices.ContainsFunc(r.Checks, func(c *Check) bool { return c.facts().onChange })
}

// PlansAsk reports whether a rule about plans asks about the projects that they
// list, so that its verdict may change while the plan stays as it is.
func (s *Set) PlansAsk() bool {
	return slices.ContainsFunc(s.Rules, func(r *Rule) bool {
		return r.Scope == Plan && slices.ContainsFunc(r.Checks, func(c *Check) bool {
			return slices.ContainsFunc([]string{"known", "stateOf", "evaluationYears"}, func(ask string) bool { return slices.Contains(c.facts().roots, ask) })
		})
	})
}
