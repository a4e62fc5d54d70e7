package publish

import (
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
)

// agreeing lists who has to agree to a step.
func (s *subject) agreeing(t *lifecycle.Transition) []agree {
	var out []agree
	for _, a := range t.Approve {
		out = append(out, s.offices.agreeing(a))
	}
	return out
}

// entrance returns the event that first brought the project into a stage on a
// day, nil where it is not known.
func (s *subject) entrance(stage, on string) *lifecycle.Transition {
	for _, e := range s.history.Steps {
		if st := s.lifecycle.State(e.To); e.On == on && e.From != e.To && st != nil && st.Stage == stage {
			return e.Transition
		}
	}
	return nil
}

// entered returns the first date of each stage: of being in one of its states,
// or of an event that usually leads to one but came when the project was past
// it (accounts settled during operation).
func (s *subject) entered() map[string]string {
	first := map[string]string{}
	note := func(code, on string) {
		if st := s.lifecycle.State(code); st != nil && on != "" && (first[st.Stage] == "" || on < first[st.Stage]) {
			first[st.Stage] = on
		}
	}
	for _, st := range s.lifecycle.States {
		note(st.Code, s.history.ReachedOn(st.Code))
	}
	for _, e := range s.history.Steps {
		if e.From != e.To {
			continue
		}
		for _, m := range e.Transition.Moves {
			note(m.To, e.On)
		}
	}
	return first
}

// steps is the bar of public stages. A stage before the present one that the
// project never was in does not apply to it.
func (s *subject) steps() []step {
	now, current := s.lifecycle.State(s.history.State), -1
	first := s.entered()
	for i, g := range s.lifecycle.Stages {
		if g.Key == now.Stage {
			current = i
		}
	}
	var out []step
	for i, g := range s.lifecycle.Stages {
		one := step{Zh: g.Zh, En: g.En, On: first[g.Key]}
		switch {
		case i == current:
			one.Status = "current"
		case current >= 0 && i > current:
			one.Status, one.On = "todo", "" // gone back from it, or still to come
		case one.On != "":
			one.Status = "done"
		default:
			one.Status = "skipped"
		}
		if t := s.entrance(g.Key, one.On); t != nil && one.On != "" {
			one.Clause, one.ClauseURL, one.Agree = t.Clause, s.clauses.url(t.Clause), s.agreeing(t)
		}
		out = append(out, one)
	}
	return out
}

func (s *subject) timeline() []event {
	out := []event{}
	for _, e := range s.history.Steps {
		out = append(out, event{On: e.On, Zh: e.Transition.Zh, En: e.Transition.En, Transition: e.Transition.ID,
			Clause: e.Transition.Clause, ClauseURL: s.clauses.url(e.Transition.Clause), Record: s.source(e.Place.File), Agree: s.agreeing(e.Transition)})
	}
	return out
}

// source names the record or plan that a file is, with its place on the site.
func (s *subject) source(file string) *name {
	base := strings.TrimSuffix(path.Base(file), ".md")
	if path.Dir(file) == registry.PlansDir {
		if !slices.ContainsFunc(s.plans(), func(p planRef) bool { return p.Year == base }) {
			return nil
		}
		return &name{Zh: base + " 年度计划", En: "Plan " + base, URL: "/plans/" + base + "/"}
	}
	for _, r := range s.records {
		if r.rec.Path == file && r.root != nil {
			t := s.formTitle(r)
			return &name{Zh: t.Zh, En: t.En, URL: "#" + r.rec.Name}
		}
	}
	return nil
}
