// Package lifecycle reads schemas/lifecycle.yaml, the one definition of states
// and transitions, and computes from the dated events in a project's records
// which state they allow. Nothing is allowed by being forgotten: an event that
// no transition permits at its point of a project's life is an error. The
// package knows nothing of rules, Git or approvals given.
package lifecycle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
)

// File is the one definition of states and transitions.
const File = "schemas/lifecycle.yaml"

// Draft is the state of a project without any event.
const Draft = "S00"

// Same as the target of a move means that the project stays where it is.
const Same = "="

// Stage is a step of the public step bar; states belong to one.
type Stage struct {
	Key string
	Zh  string
	En  string
}

// State is one state of a project.
type State struct {
	Code   string
	Zh     string
	En     string
	Stage  string // key of a Stage; empty for states outside the step bar
	OC4IDS string // projectStatus code of OC4IDS 0.9; empty: not exported
	Public bool
	Ended  bool // a project in it no longer competes with others of its name
	// Redraft names the forms, or single fields of them (acceptance.period), that
	// are filled in anew in this state; the dates of events stay.
	Redraft []string
}

// Approval says which department must agree to a transition, and as what: it
// approves, or receives (备案).
type Approval struct {
	Role  string
	As    string // approve (default), receipt, notice
	Count int    // persons, default 1
}

// Approvals says who agrees to what no step asks about, so that no change is
// merged unseen.
type Approvals struct {
	Default     []Approval // a change of a project for which no step asks anybody
	Plans       []Approval // annual plans
	Definitions []Approval // what the registry judges by: schemas, rules, units, people, tools
	Texts       []Approval // help pages
	Override    []Approval // persons who together may decide without a missing department
}

// Move is one way that a transition may go.
type Move struct {
	From []string // states; Draft for a project that begins
	To   string   // a state, or Same
	For  struct {
		Origin   []string
		Category []string
		Class    []string
	}
	When string // further condition, an expression
	when *expression.Program
}

// Transition is a dated event that moves a project from one state to another.
type Transition struct {
	ID     string
	Zh     string
	En     string
	Clause string
	// Statements are the statements of the regulation (N-027) that the step
	// carries out: out of order, it is refused.
	Statements []string
	// Event tells where the records hold it: On is an expression for its date,
	// "" when it has not happened. With Each it happens once per list item
	// (`it`); Take keeps only the first of them by date, or all the rest.
	Event struct {
		Each string
		When string
		On   string
		Take string // "", first, rest
		each *expression.Program
		when *expression.Program
		on   *expression.Program
	}
	Moves    []Move
	Setback  bool     // an outcome that nobody waits for: refused, returned, failed
	Propose  []string // roles
	Approve  []Approval
	Requires []string // forms that must be there
	// Ahead counts the years from the one of the event to the one that a project
	// is of which begins with it: 1 where the next year's plan is declared.
	Ahead    int
	order    int
	programs []*expression.Program
}

// Lifecycle is schemas/lifecycle.yaml, compiled.
type Lifecycle struct {
	// Settled names the fields, form.key.key, that approvals rest on.
	Settled     []string
	Stages      []Stage
	States      []State
	Transitions []*Transition
	Approvals   Approvals

	states map[string]*State
	byID   map[string]*Transition
}

// Load reads the lifecycle. Its expressions are typed by the schemas, and
// compiled when they are needed; [Lifecycle.Compile] looks at all of them.
func Load(data []byte, reg *registry.Registry) (*Lifecycle, error) {
	l := &Lifecycle{states: map[string]*State{}, byID: map[string]*Transition{}}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(l); err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	var errs []error
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf(File+": "+format, a...))
	}
	for i := range l.States {
		s := &l.States[i]
		if l.states[s.Code] != nil {
			bad("state %s is defined twice", s.Code)
		}
		if s.Stage != "" && !slices.ContainsFunc(l.Stages, func(g Stage) bool { return g.Key == s.Stage }) {
			bad("state %s: no stage %q", s.Code, s.Stage)
		}
		l.states[s.Code] = s
	}
	scope := reg.Scope()
	for i, t := range l.Transitions {
		t.order = i
		if l.byID[t.ID] != nil {
			bad("transition %s is defined twice", t.ID)
		}
		l.byID[t.ID] = t
		if t.Event.On == "" {
			bad("%s: event.on is missing", t.ID)
		}
		t.expressions(scope)
		for _, m := range t.Moves {
			for _, code := range append(slices.Clone(m.From), m.To) {
				if l.states[code] == nil && !(code == m.To && code == Same) {
					bad("%s: no state %q", t.ID, code)
				}
			}
		}
		for _, f := range t.Requires {
			if !reg.Schemas.Has(f) {
				bad("%s: requires form %q, which has no schema", t.ID, f)
			}
		}
	}
	if err := l.approvals(reg); err != nil {
		bad("%w", err)
	}
	return l, errors.Join(errs...)
}

// The roles that a project itself fills: the unit that carries it out and the
// one that leads. All others belong to units by data/units.yaml.
const (
	RoleUnit = "UNIT"
	RoleLead = "LEAD"
)

// approvals checks that every role exists, and that nothing can pass without
// anybody's agreement.
func (l *Lifecycle) approvals(reg *registry.Registry) error {
	known := []string{RoleUnit, RoleLead}
	if f := reg.Schemas.Form("units"); f != nil {
		if roles := f.Root.Child("units").Child("roles"); roles != nil {
			known = append(known, roles.Item.Enum...)
		}
	}
	var errs []error
	role := func(where, name string) {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("%s: there is no role %q", where, name))
		}
	}
	list := func(where string, as []Approval) {
		for i := range as {
			role(where, as[i].Role)
			if as[i].As == "" {
				as[i].As = "approve"
			}
			if !slices.Contains([]string{"approve", "receipt", "notice"}, as[i].As) {
				errs = append(errs, fmt.Errorf("%s: as must be approve, receipt or notice, not %q", where, as[i].As))
			}
			if as[i].Count == 0 {
				as[i].Count = 1
			}
			if as[i].Count < 0 || as[i].Count > maxQuorum {
				errs = append(errs, fmt.Errorf("%s: a count of %d persons", where, as[i].Count))
			}
		}
	}
	for _, t := range l.Transitions {
		list(t.ID, t.Approve)
		for _, p := range t.Propose {
			role(t.ID, p)
		}
	}
	a := &l.Approvals
	for _, must := range []struct {
		name string
		list []Approval
	}{{"default", a.Default}, {"plans", a.Plans}, {"definitions", a.Definitions}, {"texts", a.Texts}} {
		list("approvals."+must.name, must.list)
		if len(must.list) == 0 {
			errs = append(errs, fmt.Errorf("approvals.%s names nobody: such changes would pass unseen", must.name))
		}
	}
	list("approvals.override", a.Override)
	return errors.Join(errs...)
}

// maxQuorum bounds how many persons of one role a step may ask for.
const maxQuorum = 9

// expressions makes the programs of the transition, which are compiled when a
// project asks for them.
func (t *Transition) expressions(scope *expression.Scope) {
	one := func(what, src string, kind expression.Kind) *expression.Program {
		if src == "" {
			return nil
		}
		p := scope.Defer(File+": "+t.ID+": "+what, src, kind)
		t.programs = append(t.programs, p)
		return p
	}
	ev := &t.Event
	if ev.each = one("event.each", ev.Each, expression.Any); ev.each != nil {
		scope = scope.WithItems(ev.each)
	}
	ev.on, ev.when = one("event.on", ev.On, expression.String), one("event.when", ev.When, expression.Bool)
	for i := range t.Moves {
		t.Moves[i].when = one(fmt.Sprintf("moves[%d].when", i), t.Moves[i].When, expression.Bool)
	}
}

// Verify returns what is wrong with the names of fields, which Load leaves: it
// takes all schemas to tell.
func (l *Lifecycle) Verify(reg *registry.Registry) error {
	field := func(name string) bool {
		form, key, inside := strings.Cut(name, ".")
		f := reg.Schemas.Form(form)
		if f == nil || !inside {
			return f != nil
		}
		at := f.Root
		for k := range strings.SplitSeq(key, ".") {
			at = at.Child(k)
		}
		return at != nil
	}
	var errs []error
	for _, s := range l.Settled {
		if !field(s) {
			errs = append(errs, fmt.Errorf("%s: settled: no field %q", File, s))
		}
	}
	for _, s := range l.States {
		for _, r := range s.Redraft {
			if !field(r) {
				errs = append(errs, fmt.Errorf("%s: state %s: redraft: no form or field %q", File, s.Code, r))
			}
		}
	}
	return errors.Join(errs...)
}

// Compile compiles the expressions, which Load leaves until they are needed. The
// error says what is wrong with them.
func (l *Lifecycle) Compile(reg *registry.Registry) error {
	var errs []error
	for _, t := range l.Transitions {
		for _, p := range t.programs {
			errs = append(errs, p.Err())
			for _, lit := range p.Literals() {
				if err := reg.CheckLiteral(lit[0], lit[1]); err != nil {
					errs = append(errs, fmt.Errorf("%s: %s: %w", File, t.ID, err))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// State returns the state with the given code, or nil.
func (l *Lifecycle) State(code string) *State { return l.states[code] }

// Transition returns the transition with the given id, or nil.
func (l *Lifecycle) Transition(id string) *Transition { return l.byID[id] }

// Name returns "S80 实施中" or "S80 Under construction".
func (l *Lifecycle) Name(code string) finding.Text {
	if s := l.states[code]; s != nil {
		return finding.Text{Zh: s.Code + " " + s.Zh, En: s.Code + " " + s.En}
	}
	return finding.Text{Zh: code, En: code}
}

// redrafts reports whether a field of a form is filled in anew in the state.
func (s *State) redrafts(form, key string) bool {
	return s != nil && (slices.Contains(s.Redraft, form) || slices.Contains(s.Redraft, form+"."+key))
}

// allows reports whether the move is meant for the project as it was on the
// given day and starts at from.
func (m *Move) allows(from, on string, env map[string]any) (bool, error) {
	if !slices.Contains(m.From, from) || !m.fits(env, on) {
		return false, nil
	}
	if m.when == nil {
		return true, nil
	}
	return m.when.Bool(env)
}

func (m *Move) fits(env map[string]any, on string) bool {
	index, _ := env["index"].(map[string]any)
	in := func(list []string, v any) bool {
		s, _ := v.(string)
		return len(list) == 0 || slices.Contains(list, s)
	}
	return in(m.For.Origin, index["origin"]) && in(m.For.Category, index["category"]) && in(m.For.Class, classOn(env, on))
}

// classOn returns the class of the project on a day.
func classOn(env map[string]any, on string) string {
	if f, ok := env["classOn"].(func(string) string); ok {
		return f(on)
	}
	return ""
}
