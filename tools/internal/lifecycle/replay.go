package lifecycle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// Step is one event of a project's life.
type Step struct {
	Transition *Transition
	From, To   string // states; equal when the event does not move the project
	On         string // date
	Place      finding.Place
	item       map[string]any // the list item of the event, if it has one
	seq        int
}

// Key identifies the event across versions of the project.
func (s *Step) Key() string { return s.Transition.ID + " " + s.On + " " + s.Place.File }

// History is a project's life as its records tell it.
type History struct {
	Steps    []Step // legal events in order
	State    string // the state after them
	Findings []finding.Finding
	reached  map[string]string // state → first date
}

// ReachedOn returns the first date on which the project was in a state, or "".
func (h *History) ReachedOn(state string) string { return h.reached[state] }

// begin is the history of a project of which nothing has been read.
func begin(p *registry.Project) *History {
	h := &History{State: Draft, reached: map[string]string{}}
	p.Env["reached"] = func(code string) bool { _, ok := h.reached[code]; return ok }
	p.Env["reachedOn"] = h.ReachedOn
	return h
}

// Replay computes the history of a project. A project with records that could
// not be read has no history that one could rely on: known is false then.
func (l *Lifecycle) Replay(p *registry.Project) (h *History, known bool) {
	h = begin(p)
	if len(p.Broken) > 0 {
		return h, false
	}
	env := maps.Clone(p.Env) // with the list item of the event at hand
	events, err := l.events(p, env)
	if err != nil {
		h.Findings = append(h.Findings, finding.Finding{Rule: "L-002", Place: statePlace(p),
			Message: finding.Text{Zh: "无法推算状态：" + err.Error(), En: "the state cannot be computed: " + err.Error()}})
		return h, false
	}
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].On == events[0].On {
			n++
		}
		if refused := l.day(p, h, env, events[:n]); refused != nil {
			// What comes after a misplaced step cannot be judged: one fault, one
			// finding.
			f := l.refuse(p, h, *refused)
			if later := len(events) - 1; later > 0 {
				f.Message.Zh += fmt.Sprintf("；其后的 %d 步要等它改正后再判断", later)
				f.Message.En += fmt.Sprintf("; %d later steps are judged once it is mended", later)
			}
			h.Findings = append(h.Findings, f)
			return h, false
		}
		events = events[n:]
	}
	l.declared(p, h)
	return h, true
}

// day applies the events of one date, in any order that the lifecycle allows,
// and returns the first that it does not allow.
func (l *Lifecycle) day(p *registry.Project, h *History, env map[string]any, events []Step) *Step {
	rest := slices.Clone(events)
	for len(rest) > 0 {
		i, to := l.next(env, h.State, rest)
		if i < 0 {
			return &rest[0]
		}
		e := rest[i]
		rest = slices.Delete(rest, i, i+1)
		e.From, e.To = h.State, to
		h.State = to
		if _, seen := h.reached[to]; !seen {
			h.reached[to] = e.On
		}
		h.Steps = append(h.Steps, e)
		for _, form := range e.Transition.Requires {
			if !has(p, form) {
				h.Findings = append(h.Findings, finding.Finding{Rule: "L-002", Place: e.Place, Clause: e.Transition.Clause, Step: e.Transition.ID,
					Message: finding.Text{Zh: fmt.Sprintf("“%s”（%s）需要材料“%s”（%s.md），项目里没有", e.Transition.Zh, e.Transition.ID, title(p, form).Zh, form),
						En: fmt.Sprintf("“%s” (%s) needs the record “%s” (%s.md), which is missing", e.Transition.En, e.Transition.ID, title(p, form).En, form)},
					Help: finding.Text{Zh: "补齐这份材料", En: "add the record"}})
			}
		}
	}
	return nil
}

func has(p *registry.Project, form string) bool {
	return slices.ContainsFunc(p.Records, func(r *registry.Record) bool { return r.Form.Name == form })
}

func title(p *registry.Project, form string) finding.Text { return p.Schemas().Form(form).Title }

// next finds an event that is allowed now. Moves come before events that stay,
// so that a change signed on the day of a step does not depend on file order.
func (l *Lifecycle) next(env map[string]any, state string, events []Step) (int, string) {
	for i, e := range events {
		env["it"] = e.item
		for j := range e.Transition.Moves {
			m := &e.Transition.Moves[j]
			if ok, err := m.allows(state, e.On, env); ok && err == nil {
				if m.To == Same {
					return i, state
				}
				return i, m.To
			}
		}
	}
	return -1, ""
}

// refuse words an event that the lifecycle does not allow at its point.
func (l *Lifecycle) refuse(p *registry.Project, h *History, e Step) finding.Finding {
	var froms, conditions []string
	for i := range e.Transition.Moves {
		m := &e.Transition.Moves[i]
		if !m.fits(p.Env, e.On) {
			continue
		}
		for _, code := range m.From {
			if !slices.Contains(froms, code) {
				froms = append(froms, code)
			}
		}
		if slices.Contains(m.From, h.State) {
			conditions = append(conditions, m.When)
		}
	}
	t, at := e.Transition, l.Name(h.State)
	f := finding.Finding{Rule: "L-002", Place: e.Place, Clause: t.Clause, Step: t.ID}
	index, _ := p.Env["index"].(map[string]any)
	if len(froms) == 0 {
		class := classOn(p.Env, e.On)
		f.Message = finding.Text{Zh: fmt.Sprintf("“%s”（%s，%s）不适用于这个项目：来源“%v”、类别“%v”、分类“%v”", t.Zh, t.ID, e.On, index["origin"], index["category"], class),
			En: fmt.Sprintf("“%s” (%s, %s) is not for this project: origin “%v”, category “%v”, class “%v”", t.En, t.ID, e.On, index["origin"], index["category"], class)}
		f.Help = finding.Text{Zh: "核对项目基本信息里的来源、类别和分类，或删去这份记录", En: "check origin, category and class in index.md, or remove the record"}
		return f
	}
	if len(conditions) > 0 {
		either := strings.Join(conditions, " / ")
		f.Message = finding.Text{Zh: fmt.Sprintf("“%s”（%s，%s）时项目处于“%s”，但这一步的条件不具备：%s", t.Zh, t.ID, e.On, at.Zh, either),
			En: fmt.Sprintf("at “%s” (%s, %s) the project was in “%s”, but what the step asks for is not given: %s", t.En, t.ID, e.On, at.En, either)}
		f.Help = finding.Text{Zh: "核对条件里的各项和它们的日期", En: "check the fields of the condition and their dates"}
		return f
	}
	names := finding.Text{}
	for i, c := range froms {
		if i > 0 {
			names.Zh, names.En = names.Zh+"、", names.En+", "
		}
		names.Zh, names.En = names.Zh+l.Name(c).Zh, names.En+l.Name(c).En
	}
	f.Message = finding.Text{Zh: fmt.Sprintf("“%s”（%s，%s）时项目处于“%s”，而这一步只能从“%s”开始：中间的步骤被跳过，或日期先后不对", t.Zh, t.ID, e.On, at.Zh, names.Zh),
		En: fmt.Sprintf("at “%s” (%s, %s) the project was in “%s”, but this step starts only from “%s”: a step was skipped or the dates are out of order", t.En, t.ID, e.On, at.En, names.En)}
	f.Help = finding.Text{Zh: "先补齐中间步骤的记录和日期；核对这里的日期", En: "add the records and dates of the steps between; check this date"}
	return f
}

// declared compares the state that index.md declares with the computed one.
func (l *Lifecycle) declared(p *registry.Project, h *History) {
	index, _ := p.Env["index"].(map[string]any)
	code, _ := index["state"].(string)
	place := statePlace(p)
	if l.states[code] == nil {
		f := finding.Finding{Rule: "L-003", Place: place,
			Message: finding.Text{Zh: fmt.Sprintf("没有“%s”这个状态", code), En: fmt.Sprintf("there is no state “%s”", code)},
			Help:    finding.Text{Zh: "按材料，现在应是 " + l.Name(h.State).Zh, En: "by the records the project is in " + l.Name(h.State).En}}
		for _, s := range l.States {
			if s.Zh == code || strings.EqualFold(s.En, code) {
				f.Suggest = s.Code
			}
		}
		if f.Suggest == "" {
			f.Suggest = value.Nearest(code, slices.Sorted(maps.Keys(l.states)))
		}
		h.Findings = append(h.Findings, f)
		p.Broken[registry.StateRoot] = true
		return
	}
	if code == h.State && code != Draft {
		return
	}
	f := finding.Finding{Rule: "L-001", Place: place, Suggest: h.State}
	if h.State == Draft {
		f.Suggest = ""
		_, f.Step = l.lacking(p, h.State, code)
		f.Message = finding.Text{Zh: fmt.Sprintf("声明的状态是“%s”，但项目还没有任何申报记录", l.Name(code).Zh), En: fmt.Sprintf("the declared state is “%s”, but no declaration is recorded", l.Name(code).En)}
		f.Help = finding.Text{Zh: "加上 declaration.md（附件1）；存量项目用 stock-<年份>.md（附件2），临时性新增用 adhoc.md", En: "add declaration.md (annex 1); stock-<year>.md (annex 2) for stock projects, adhoc.md for ad-hoc ones"}
	} else {
		f.Message = finding.Text{Zh: fmt.Sprintf("声明的状态是“%s”，而材料支持的是“%s”", l.Name(code).Zh, l.Name(h.State).Zh), En: fmt.Sprintf("the declared state is “%s”, but the records allow “%s”", l.Name(code).En, l.Name(h.State).En)}
		f.Help, f.Step = l.lacking(p, h.State, code)
		if n := len(h.Steps); n > 0 {
			last := h.Steps[n-1]
			pl := last.Place
			pl.Label = finding.Text{Zh: fmt.Sprintf("最后一步：%s %s", last.Transition.ID, last.Transition.Zh), En: fmt.Sprintf("last step: %s %s", last.Transition.ID, last.Transition.En)}
			f.Related = append(f.Related, pl)
		}
	}
	h.Findings = append(h.Findings, f)
}

// latest stands for the date of an event to come: the project as it is now.
const latest = "9999-12-31"

// lacking says which step, not recorded yet, would lead on from state, and
// names it.
func (l *Lifecycle) lacking(p *registry.Project, state, want string) (help finding.Text, step string) {
	for _, t := range l.Transitions {
		for i := range t.Moves {
			m := &t.Moves[i]
			if m.To == want && slices.Contains(m.From, state) && m.fits(p.Env, latest) {
				return finding.Text{Zh: fmt.Sprintf("要到“%s”，还需要“%s”（%s，%s）的记录：%s", l.Name(want).Zh, t.Zh, t.ID, t.Clause, t.Event.On),
					En: fmt.Sprintf("to be in “%s” record “%s” (%s, %s): %s", l.Name(want).En, t.En, t.ID, t.Clause, t.Event.On)}, t.ID
			}
		}
	}
	return finding.Text{Zh: fmt.Sprintf("从“%s”不能一步到“%s”；把 state 改成 %s，或补齐中间各步的记录", l.Name(state).Zh, l.Name(want).Zh, state),
		En: fmt.Sprintf("there is no single step from “%s” to “%s”; set state to %s or record the steps between", l.Name(state).En, l.Name(want).En, state)}, ""
}
