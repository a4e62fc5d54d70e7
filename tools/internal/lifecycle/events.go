package lifecycle

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
)

// Rests is the history of a project of which a change alters the words of index.md
// alone, and of which nothing else is read: it is in the state that it declares, and
// its steps are not told. That is not enough, and ok is false, where index.md may
// record a step, since whoever agreed to that is asked about its record, too.
func (l *Lifecycle) Rests(p *registry.Project) (h *History, ok bool) {
	file := p.Index().Path
	env := maps.Clone(p.Env)
	for _, t := range l.Transitions {
		if t.Event.each != nil && slices.Contains(t.Event.each.Roots(), "planned") {
			continue // in a plan
		}
		if t.Event.each == nil && len(t.Event.on.Roots()) != 1 {
			return nil, false // told by several records
		}
		found, err := t.dated(p, env, true)
		if err != nil || slices.ContainsFunc(found, func(s Step) bool { return s.Place.File == file }) {
			return nil, false
		}
	}
	index, _ := p.Env["index"].(map[string]any)
	h = begin(p)
	h.State, _ = index["state"].(string)
	return h, l.states[h.State] != nil
}

// events collects what the records say has happened, by date.
func (l *Lifecycle) events(p *registry.Project, env map[string]any) ([]Step, error) {
	var out []Step
	for _, t := range l.Transitions {
		found, err := t.dated(p, env, false)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b Step) int {
		return cmp.Or(strings.Compare(a.On, b.On), cmp.Compare(a.Transition.order, b.Transition.order), cmp.Compare(a.seq, b.seq))
	})
	return out, nil
}

// dated collects the events of one transition, by date: those whose condition holds,
// or whatever has a date.
func (t *Transition) dated(p *registry.Project, env map[string]any, whenever bool) ([]Step, error) {
	items := []any{nil}
	if t.Event.each != nil {
		if t.Event.each.Void(p.Env) {
			return nil, nil
		}
		list, err := t.Event.each.Run(p.Env)
		if err != nil {
			return nil, err
		}
		items, _ = list.([]any)
	}
	var found []Step
	for _, it := range items {
		item, _ := it.(map[string]any)
		env["it"] = item
		if t.Event.on.Void(env) {
			continue
		}
		on, err := t.Event.on.Run(env)
		if err != nil {
			return nil, err
		}
		date, _ := on.(string)
		if date == "" {
			continue
		}
		if t.Event.when != nil && !whenever {
			if ok, err := t.Event.when.Bool(env); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		found = append(found, Step{Transition: t, On: date, item: item, seq: len(found), Place: t.place(p, item)})
	}
	slices.SortStableFunc(found, func(a, b Step) int { return strings.Compare(a.On, b.On) })
	switch {
	case t.Event.Take == "first" && len(found) > 1:
		found = found[:1]
	case t.Event.Take == "rest" && len(found) > 0:
		found = found[1:]
	}
	return found, nil
}

// place finds where the event's date is written.
func (t *Transition) place(p *registry.Project, item map[string]any) finding.Place {
	if path := lastMember(t.Event.on.Members()); path != nil {
		if pl, ok := registry.PlacePath(p.Env, item, path); ok {
			return pl
		}
	}
	return statePlace(p)
}

// lastMember returns the longest dotted path of an expression, split.
func lastMember(members []string) []string {
	best := ""
	for _, m := range members {
		if len(m) > len(best) {
			best = m
		}
	}
	if best == "" {
		return nil
	}
	return strings.Split(best, ".")
}

// statePlace is where a project declares its state.
func statePlace(p *registry.Project) finding.Place {
	if pl, ok := registry.PlacePath(p.Env, nil, []string{"index", "state"}); ok {
		return pl
	}
	return finding.Place{File: p.Dir + "/index.md", Line: 1, Col: 1, EndCol: 4}
}
