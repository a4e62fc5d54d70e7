package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
)

// PlanForm is the form of the annual plans, which hold some events of projects.
const PlanForm = "plan"

// Opening is a transition that a project may take from where it stands.
type Opening struct {
	*Transition
	From, To string
	// Form is the one whose record will tell of the event: a form of the
	// project, or [PlanForm].
	Form *schema.Form
	// Record is the record of the project that the event goes into ("change-01"),
	// "" when it needs a new one.
	Record string
	// Keys are the top-level keys of the form that the event is told by.
	Keys []string
	// Asks are further forms that the way there asks about.
	Asks []*schema.Form
}

// Open returns the transitions that a project may take next, in the order of
// the lifecycle. What only the record to come can tell (its date, its outcome)
// is left to the judge. p is nil for a project that has no file yet; the history
// must be one that can be relied on.
func (l *Lifecycle) Open(p *registry.Project, h *History, set *schema.Set) []Opening {
	o := opener{l: l, p: p, h: h, set: set, state: Draft}
	if p != nil {
		o.state, o.env = h.State, maps.Clone(p.Env)
	}
	var out []Opening
	for _, t := range l.Transitions {
		if x, ok := o.open(t); ok {
			out = append(out, x)
		}
	}
	return out
}

type opener struct {
	l     *Lifecycle
	p     *registry.Project
	h     *History
	set   *schema.Set
	env   map[string]any
	state string
}

func (o *opener) open(t *Transition) (Opening, bool) {
	x := Opening{Transition: t, From: o.state, Form: o.source(t)}
	if x.Form == nil {
		return x, false
	}
	x.Keys = keys(t, x.Form)
	m := o.move(t, o.state)
	if m == nil {
		before, undone := o.undo(t)
		if !undone {
			return x, false
		}
		x.To = before
	} else if x.To = m.To; m.To == Same {
		x.To = o.state
	}
	if o.p == nil {
		return x, true
	}
	if m != nil && m.when != nil {
		for _, root := range m.when.Roots() {
			if f := formOf(root, o.set); f != nil && f != x.Form && !o.known(m.when, t) {
				x.Asks = append(x.Asks, f)
			}
		}
	}
	return x, o.fresh(t, &x)
}

// keys are the top-level keys of a form that an event mentions.
func keys(t *Transition, f *schema.Form) []string {
	var out []string
	for _, p := range []*expression.Program{t.Event.each, t.Event.on, t.Event.when} {
		if p == nil {
			continue
		}
		for _, m := range p.Members() {
			path := strings.Split(m, ".")
			own := path[0] == f.Name || path[0] == "it" && t.Event.each != nil && len(t.Event.each.Members()) == 0
			if own && len(path) > 1 && f.Root.Child(path[1]) != nil && !slices.Contains(out, path[1]) {
				out = append(out, path[1])
			}
		}
	}
	return out
}

// fresh reports whether the event can still happen, and finds its record.
func (o *opener) fresh(t *Transition, x *Opening) bool {
	ev := &t.Event
	if o.foreign(t) {
		return false
	}
	items := o.items(t)
	happened := 0
	for _, it := range items {
		if date := o.date(t, it); date != "" && (ev.when == nil || o.true(ev.when)) {
			happened++
		}
	}
	if ev.Take == "first" && happened > 0 || ev.Take == "rest" && happened == 0 {
		return false
	}
	if ev.each == nil && len(ev.on.Members()) == 1 && o.date(t, nil) != "" {
		return false // it has its date, and the date counted for another step
	}
	if ev.each != nil && o.again(t, x) {
		return false
	}
	if x.Form.Repeated == "" {
		if o.p.Record(x.Form.Name) != nil {
			x.Record = x.Form.Name
		}
	} else {
		for _, it := range items {
			if it, ok := it.(map[string]any); ok && o.date(t, it) == "" {
				x.Record, _ = it["file"].(string)
			}
		}
	}
	return x.Record != "" || x.Form.Name == PlanForm || o.beginning(x.Form) == nil || o.begins(t, x.Form)
}

// foreign reports whether a transition is not for such a project, whatever its
// records say.
func (o *opener) foreign(t *Transition) bool {
	when := t.Event.when
	return when != nil && slices.Equal(when.Roots(), []string{"index"}) && o.known(when, t) && !o.true(when)
}

// again reports whether a transition repeats one that has not happened yet: a
// filing of the same form that leads to the same state comes first.
func (o *opener) again(t *Transition, x *Opening) bool {
	return slices.ContainsFunc(o.l.Transitions, func(u *Transition) bool {
		if u == t || u.Event.each != nil || o.source(u) != x.Form || o.date(u, nil) != "" {
			return false
		}
		return slices.ContainsFunc(u.Moves, func(m Move) bool { return m.To == x.To && m.To != Same })
	})
}

// beginning returns a transition that every record of a form takes by being there:
// its date is a key that the form requires.
func (o *opener) beginning(f *schema.Form) *Transition {
	for _, t := range o.l.Transitions {
		if o.source(t) == f && o.begins(t, f) {
			return t
		}
	}
	return nil
}

func (o *opener) begins(t *Transition, f *schema.Form) bool {
	path := lastMember(t.Event.on.Members())
	if len(path) != 2 || !slices.Contains(f.Root.Required, path[1]) {
		return false
	}
	if t.Event.each == nil {
		return path[0] == f.Name
	}
	return path[0] == "it" && f.Repeated != "" && len(t.Event.each.Members()) == 0
}

// move returns the first way that the transition may go from a state, as far as
// that is known before the event.
func (o *opener) move(t *Transition, from string) *Move {
	var perhaps *Move
	for i := range t.Moves {
		m := &t.Moves[i]
		if !slices.Contains(m.From, from) || o.p != nil && !m.fits(o.env, latest) {
			continue
		}
		switch {
		case m.when == nil, o.p != nil && o.known(m.when, t) && o.true(m.when):
			return m
		case (perhaps == nil || perhaps.To == Same) && (o.p == nil || !o.known(m.when, t)):
			perhaps = m
		}
	}
	return perhaps
}

// known reports whether a condition says now what it will say at the event.
func (o *opener) known(cond *expression.Program, t *Transition) bool {
	if slices.Contains(cond.Roots(), "it") {
		return false
	}
	return !slices.ContainsFunc(cond.Members(), func(m string) bool {
		return slices.ContainsFunc(t.Event.on.Members(), func(on string) bool {
			// What stands beside the date inside a form comes with it.
			beside := on[:strings.LastIndexByte(on, '.')+1]
			return m == on || strings.Count(beside, ".") > 1 && strings.HasPrefix(m, beside)
		})
	})
}

// undo returns the state to which a transition takes a project back whose last
// steps it makes void: a withdrawn notice leaves the project where it was. Those
// steps are told by the same list as the transition, and each of them may also
// leave the project where it was.
func (o *opener) undo(t *Transition) (before string, ok bool) {
	if o.h == nil || t.Event.each == nil {
		return "", false
	}
	for i := len(o.h.Steps) - 1; i >= 0; i-- {
		s := &o.h.Steps[i]
		if s.Transition.Event.Each != t.Event.Each {
			break
		}
		stays := slices.ContainsFunc(s.Transition.Moves, func(m Move) bool {
			return m.To == Same && m.when != nil && slices.Contains(m.From, o.h.Steps[i].From)
		})
		if !stays || s.From == s.To || s.Transition == t {
			break
		}
		if o.move(t, s.From) != nil {
			return s.From, true
		}
	}
	return "", false
}

func (o *opener) source(t *Transition) *schema.Form { return Source(t, o.set) }

// Source returns the form whose records tell of a transition, nil for none.
func Source(t *Transition, set *schema.Set) *schema.Form {
	roots := t.Event.on.Roots()
	if t.Event.each != nil {
		roots = t.Event.each.Roots()
	}
	for _, r := range roots {
		if f := formOf(r, set); f != nil {
			return f
		}
	}
	return nil
}

// formOf returns the form behind a name of the environment.
func formOf(root string, set *schema.Set) *schema.Form {
	if root == "planned" {
		return set.Form(PlanForm)
	}
	for _, f := range set.Forms() {
		if f.Repeated == "" && f.Name == root || f.Repeated != "" && f.Name+"s" == root {
			return f
		}
	}
	return nil
}

func (o *opener) items(t *Transition) []any {
	if t.Event.each == nil {
		return []any{nil}
	}
	list, err := t.Event.each.Run(o.env)
	if err != nil {
		return nil
	}
	items, _ := list.([]any)
	return items
}

// date returns the date that the records give an event, or "". It leaves the
// item in the environment.
func (o *opener) date(t *Transition, item any) string {
	o.env["it"], _ = item.(map[string]any)
	on, err := t.Event.on.Run(o.env)
	if err != nil {
		return ""
	}
	date, _ := on.(string)
	return date
}

func (o *opener) true(p *expression.Program) bool {
	ok, err := p.Bool(o.env)
	return ok && err == nil
}

// Moves reports whether a further record of a form is a step by being there, so
// that none can be filled in without one.
func (l *Lifecycle) Moves(p *registry.Project, f *schema.Form, set *schema.Set) bool {
	o := opener{l: l, p: p, set: set, env: maps.Clone(p.Env)}
	return slices.ContainsFunc(l.Transitions, func(t *Transition) bool {
		if o.source(t) != f || !o.begins(t, f) || o.foreign(t) {
			return false
		}
		if t.Event.Take != "first" {
			return true
		}
		return !slices.ContainsFunc(o.items(t), func(it any) bool { return o.date(t, it) != "" && (t.Event.when == nil || o.true(t.Event.when)) })
	})
}
