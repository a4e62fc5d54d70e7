package due

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// AllUnits stands for the code of a unit where a date concerns every unit.
const AllUnits = "*"

// Section says under which heading an item belongs.
type Section string

// Overdue items have passed a firm date. Soon ones have a date inside the asked
// days, or have passed one that is not firm. Waiting ones have none so near.
const (
	Overdue Section = "overdue"
	Soon    Section = "soon"
	Waiting Section = "waiting"
)

// Party is a role that has to act, with the units that have it. Units is empty
// when the register names none.
type Party struct {
	Role  string   `json:"role"`
	Units []string `json:"units"`
}

// Item is one thing that waits or is due. Dates are YYYY-MM-DD, "" when there
// is none.
type Item struct {
	ID       string       `json:"id"` // of the definition; the state where the lifecycle alone speaks
	Section  Section      `json:"section"`
	Project  string       `json:"project,omitempty"`
	Title    string       `json:"title,omitempty"`
	State    string       `json:"state,omitempty"`
	Unit     string       `json:"unit"` // implementing unit; AllUnits
	Who      []Party      `json:"who"`
	Approve  []string     `json:"approve,omitempty"` // roles that the step needs after that
	What     finding.Text `json:"what"`
	Since    string       `json:"since,omitempty"`
	Waited   int          `json:"waitedDays"` // calendar days since Since
	Due      string       `json:"due,omitempty"`
	DaysLeft int          `json:"daysLeft"` // calendar days to Due, negative after it; 0 also without Due
	Firm     bool         `json:"firm"`
	Clause   string       `json:"clause,omitempty"`
	Rule     string       `json:"rule,omitempty"`
	File     string       `json:"file,omitempty"` // record that it is about
	UID      string       `json:"uid"`            // the same as long as it is the same thing
	Public   bool         `json:"-"`              // may be shown outside the departments
	Waits    bool         `json:"-"`              // somebody is waited for since Since; else only Due counts
	Beside   []string     `json:"-"`              // filing and lead unit, where they are others
}

// Options say what is asked for.
type Options struct {
	Within int // days ahead that a deadline is shown
	// Today is the day that is asked about, YYYY-MM-DD; "" is the one that the
	// registry is judged at.
	Today string
}

// Project returns what waits and is due for one judged project. A project whose
// history cannot be relied on has nothing: v.Known is false.
func (c *Calendar) Project(v *check.Verdict, o Options) ([]Item, error) {
	if !v.Known {
		return nil, nil
	}
	p, today := v.Project, cmp.Or(o.Today, c.judge.Registry.Today)
	index, _ := p.Env["index"].(map[string]any)
	env := maps.Clone(p.Env)
	state, stateOn, publicOn := c.standing(v.History)
	env["state"], env["stateOn"], env["publicOn"] = state, stateOn, publicOn
	env["today"], env["addWorkdays"] = today, addWorkdays(p.Env["workdays"])
	s := c.judge.Lifecycle.State(state)
	base := Item{Project: p.ID, Title: clean(p.Title()), State: state, Unit: text(index["implementingUnit"]), Public: s != nil && s.Public && !closed(index), Beside: beside(index)}
	var out []Item
	spoken := false
	for _, d := range c.Definitions {
		if d.Registry || len(d.States) > 0 && !slices.Contains(d.States, state) {
			continue
		}
		items := []any{nil}
		if d.each != nil {
			all, err := d.each.Run(env)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", p.ID, d.ID, err)
			}
			items = list(all)
		}
		for i, it := range items {
			env["it"] = it
			dates, ok, err := d.dates(env)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", p.ID, d.ID, err)
			}
			if !ok {
				continue
			}
			spoken = spoken || len(d.States) > 0
			x := base
			x.Since, x.Due, x.File = dates.since, dates.due, p.Dir+"/index.md"
			if ref, ok := registry.RefOf(it); ok {
				x.File = ref.File
			}
			if x.fill(d, today, o.Within) {
				x.Who = c.parties(d.Who, index, today)
				x.UID = strings.Join([]string{p.ID, d.ID, fmt.Sprint(i + 1), x.Since}, ".")
				out = append(out, x)
			}
		}
	}
	if t, ok := next(c.judge.Lifecycle, state, index); ok && !spoken {
		x := base
		x.ID, x.Since, x.What, x.Clause, x.File, x.Waits = state, stateOn, t.what, t.clause, p.Dir+"/index.md", true
		if x.place(today, o.Within, true) {
			x.Who, x.Approve = c.parties(t.who, index, today), t.approve
			x.UID = strings.Join([]string{p.ID, state, x.Since}, ".")
			out = append(out, x)
		}
	}
	return out, nil
}

// Nearer returns what [Calendar.Project] would have found of items, had it been
// asked for fewer days ahead.
func Nearer(items []Item, within int) []Item {
	var out []Item
	for _, x := range items {
		if x.Section == Soon && x.DaysLeft > within {
			if x.Section = Waiting; !x.Waits {
				continue
			}
		}
		out = append(out, x)
	}
	return out
}

// Registry returns what concerns all units.
func (c *Calendar) Registry(o Options) ([]Item, error) {
	env := c.judge.Registry.PlanEnv(&registry.Plan{})
	today := cmp.Or(o.Today, c.judge.Registry.Today)
	env["today"], env["addWorkdays"] = today, addWorkdays(env["workdays"])
	var out []Item
	for _, d := range c.Definitions {
		if !d.Registry {
			continue
		}
		dates, ok, err := d.dates(env)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.ID, err)
		}
		x := Item{Unit: AllUnits, Since: dates.since, Due: dates.due, Public: true, UID: d.ID + "." + dates.due}
		if ok && x.fill(d, today, o.Within) {
			x.Who = c.parties(d.Who, nil, today)
			out = append(out, x)
		}
	}
	return out, nil
}

// closed reports whether the disclosure review closes a project to the public.
func closed(index map[string]any) bool {
	review, _ := index["disclosureReview"].(map[string]any)
	return text(review["result"]) == "不予公开"
}

// standing returns where a project is, since when, and when it first came into
// a state that the public sees.
func (c *Calendar) standing(h *lifecycle.History) (state, stateOn, publicOn string) {
	for i := range h.Steps {
		s := &h.Steps[i]
		if s.From != s.To {
			stateOn = s.On
		}
		if st := c.judge.Lifecycle.State(s.To); st != nil && st.Public && publicOn == "" {
			publicOn = s.On
		}
	}
	return h.State, stateOn, publicOn
}

type dates struct{ since, due string }

// dates evaluates a definition; ok is false when it does not apply.
func (d *Definition) dates(env map[string]any) (x dates, ok bool, err error) {
	if d.when != nil {
		if ok, err = d.when.Bool(env); err != nil || !ok {
			return x, false, err
		}
	}
	for _, v := range []struct {
		to *string
		by *expression.Program
	}{{&x.since, d.since}, {&x.due, d.due}} {
		if v.by == nil {
			continue
		}
		got, err := v.by.Run(env)
		if err != nil {
			return x, false, err
		}
		if *v.to = text(got); !value.ValidDate(*v.to) {
			*v.to = ""
		}
	}
	return x, true, nil
}

// fill takes what the definition says and reports whether the item is to be
// shown today.
func (x *Item) fill(d *Definition, today string, within int) bool {
	x.ID, x.What, x.Clause, x.Rule, x.Firm, x.Waits = d.ID, d.What, d.Clause, d.Rule, d.Firm && x.Due != "", d.Waiting
	return x.place(today, within, d.Waiting)
}

// place sorts the item under its heading. The last day is not yet overdue.
func (x *Item) place(today string, within int, waiting bool) bool {
	if x.Since > today {
		return false
	}
	if x.Since != "" {
		x.Waited, _ = value.Days(x.Since, today)
	}
	x.Section = Waiting
	if x.Due == "" {
		return waiting
	}
	x.DaysLeft, _ = value.Days(today, x.Due)
	switch {
	case x.DaysLeft < 0 && x.Firm:
		x.Section = Overdue
	case x.DaysLeft <= within:
		x.Section = Soon
	default:
		return waiting
	}
	return true
}

// parties finds the units that have roles at a day: UNIT and LEAD are the
// project's own.
func (c *Calendar) parties(roles []string, index map[string]any, today string) []Party {
	out := make([]Party, 0, len(roles))
	for _, role := range roles {
		p := Party{Role: role, Units: []string{}}
		switch {
		case role != "UNIT" && role != "LEAD":
			for _, h := range c.holders[role] {
				if h.until == "" || h.until >= today {
					p.Units = append(p.Units, h.code)
				}
			}
		case index == nil:
			p.Units = append(p.Units, AllUnits)
		case role == "UNIT":
			p.Units = append(p.Units, text(index["implementingUnit"]))
		default:
			if p.Units = beside(index); len(p.Units) == 0 {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// beside returns the units that act for a project besides its own.
func beside(index map[string]any) (codes []string) {
	for _, key := range []string{"filingUnit", "leadUnit"} {
		if code := text(index[key]); code != "" && code != text(index["implementingUnit"]) {
			codes = with(codes, code)
		}
	}
	return codes
}

// addWorkdays returns a function that gives the nth working day after a date by
// the registry's calendar, or "" when there is no such day.
func addWorkdays(count any) func(string, int) string {
	workdays, _ := count.(func(string, string) int)
	return func(from string, n int) string {
		if workdays == nil || n < 1 || n > 250 || !value.ValidDate(from) {
			return ""
		}
		for d := value.AddDays(from, n); d != ""; d = value.AddDays(d, 1) {
			if workdays(from, d) >= n {
				return d
			}
		}
		return ""
	}
}

// Sort puts what is most pressing first.
func Sort(items []Item) {
	rank := map[Section]int{Overdue: 0, Soon: 1, Waiting: 2}
	slices.SortFunc(items, func(a, b Item) int {
		when := strings.Compare(a.Due, b.Due)
		if a.Section == Waiting && b.Section == Waiting {
			when = strings.Compare(a.Since, b.Since)
		}
		return cmp.Or(cmp.Compare(rank[a.Section], rank[b.Section]), when, strings.Compare(a.Project, b.Project), strings.Compare(a.UID, b.UID))
	})
}
