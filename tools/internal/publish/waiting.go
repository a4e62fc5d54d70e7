package publish

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/opendata"
)

const (
	// soonDays is how far ahead, from the data's date, a deadline is near.
	soonDays = 30
	// dueAtHome and newsAtHome bound the lists of the home page.
	dueAtHome    = 8
	newsAtHome   = 10
	yearsAtHome  = 8
	newsTogether = 4 // projects in one line of news
)

// waitView is one thing that waits or is due at the date of the data, as pages
// show it.
type waitView struct {
	Zh        string `json:"zh"`
	En        string `json:"en,omitempty"`
	Clause    string `json:"clause,omitempty"`
	ClauseURL string `json:"clauseUrl,omitempty"`
	Since     string `json:"since,omitempty"`
	Days      string `json:"days,omitempty"` // waited, calendar days; "" where only the deadline counts
	Due       string `json:"due,omitempty"`
	Left      string `json:"left,omitempty"` // calendar days to Due; how many it has passed by
	Tone      string `json:"tone,omitempty"` // bad: a firm date has passed; warn: near, or another date has passed
	Firm      bool   `json:"firm,omitempty"`
	Who       []name `json:"who,omitempty"`
	Title     string `json:"title,omitempty"`
	ID        string `json:"id,omitempty"`
	URL       string `json:"url,omitempty"`
	State     *state `json:"state,omitempty"`
}

// waits returns what waits and is due soon for a published project, and beside it
// what is due up to a year from now. Everything that deadlines are made of is public
// (tested beside their definitions), so only what stands in a state that the public
// does not see is left out.
func (b *Builder) waits(v *check.Verdict) (soon, ahead []due.Item, err error) {
	if b.meta.Date == "" {
		return nil, nil, nil // data without a date: nothing can be late
	}
	ahead, err = b.calendar.Project(v, due.Options{Within: calendarDays, Today: b.meta.Date})
	if err != nil {
		return nil, nil, err
	}
	ahead = slices.DeleteFunc(ahead, func(x due.Item) bool { return !x.Public })
	soon = due.Nearer(ahead, soonDays)
	due.Sort(soon)
	due.Sort(ahead)
	return soon, ahead, nil
}

// wait words an item, with the addresses of clauses.
func (o *offices) wait(x *due.Item, c clauses) waitView {
	v := waitView{Zh: x.What.Zh, En: x.What.En, Clause: x.Clause, ClauseURL: c.url(x.Clause), Due: x.Due, Firm: x.Firm}
	if x.Waits && x.Since != "" {
		v.Since, v.Days = x.Since, count(x.Waited)
	}
	switch {
	case x.Due == "":
	case x.DaysLeft < 0:
		v.Left, v.Tone = count(-x.DaysLeft), "warn"
		if x.Firm {
			v.Tone = "bad"
		}
	default:
		v.Left = count(x.DaysLeft)
		if x.DaysLeft <= soonDays {
			v.Tone = "soon"
		}
	}
	for _, p := range x.Who {
		for _, code := range p.Units {
			if code != due.AllUnits {
				l := unitLink(o.reg, code)
				n := name{Zh: l.Name, URL: l.URL}
				if !slices.Contains(v.Who, n) {
					v.Who = append(v.Who, n)
				}
			}
		}
		if len(p.Units) == 0 {
			v.Who = append(v.Who, o.role(p.Role))
		}
	}
	return v
}

// openWaits are what waits and is due, for other people's programs.
func (s *subject) openWaits() []opendata.Wait {
	out := []opendata.Wait{}
	for _, x := range s.ahead {
		w := opendata.Wait{What: x.What.Zh, WhatEn: x.What.En, Waits: x.Waits, Due: x.Due, Firm: x.Firm, Clause: x.Clause,
			Roles: []string{}, RoleNames: []string{}, Actors: []string{}, ActorNames: []string{}}
		if x.Waits && x.Since != "" {
			w.Since, w.Days = x.Since, json.Number(strconv.Itoa(x.Waited))
		}
		if x.Due != "" {
			w.DaysLeft = json.Number(strconv.Itoa(x.DaysLeft))
		}
		for _, p := range x.Who {
			w.Roles, w.RoleNames = append(w.Roles, p.Role), append(w.RoleNames, s.offices.role(p.Role).Zh)
			for _, code := range p.Units {
				if !slices.Contains(w.Actors, code) {
					w.Actors, w.ActorNames = append(w.Actors, code), append(w.ActorNames, unitLink(s.offices.reg, code).Name)
				}
			}
		}
		out = append(out, w)
	}
	return out
}

// dated lists what has a date that is near or has passed, most pressing first:
// of all projects, and what concerns all units.
func (s *pages) dated() ([]due.Item, error) {
	var out []due.Item
	if s.b.meta.Date != "" {
		var err error
		if out, err = s.b.calendar.Registry(due.Options{Within: soonDays, Today: s.b.meta.Date}); err != nil {
			return nil, err
		}
	}
	out = append(out, s.waiting...)
	out = slices.DeleteFunc(out, func(x due.Item) bool { return x.Section == due.Waiting })
	due.Sort(out)
	return out, nil
}

// queues lists what waits in all published projects, most pressing first, and
// sorts it by who has to act: by role for departments, by code for units.
func (s *pages) queues() {
	for _, r := range s.rows {
		s.waiting = append(s.waiting, r.waits...)
	}
	due.Sort(s.waiting)
	s.byRole, s.byActor = map[string][]due.Item{}, map[string][]due.Item{}
	for _, x := range s.waiting {
		var units []string
		for _, p := range x.Who {
			if p.Role != "UNIT" && p.Role != "LEAD" {
				s.byRole[p.Role] = append(s.byRole[p.Role], x)
			}
			units = append(units, p.Units...)
		}
		slices.Sort(units)
		for _, code := range slices.Compact(units) {
			s.byActor[code] = append(s.byActor[code], x)
		}
	}
}

// waitViews words items of several projects; one of none concerns all units.
func (s *pages) waitViews(items []due.Item) []waitView {
	out := []waitView{}
	for i := range items {
		v, r := s.offices.wait(&items[i], s.b.listed), s.b.rows[items[i].Project]
		if r != nil {
			v.Title, v.ID, v.URL, v.State = r.Title, r.ID, r.URL, r.State
		}
		out = append(out, v)
	}
	return out
}

type queueView struct {
	pager
	Role    name       `json:"role"`
	Holders []name     `json:"holders"`
	Date    string     `json:"date,omitempty"`
	Unit    *link      `json:"unit,omitempty"` // whose queue it is, if not a department's
	Figures []figure   `json:"figures"`
	Waits   []waitView `json:"waits,omitempty"`
	Dates   []waitView `json:"dates,omitempty"`
}

// queue is what somebody has to act on.
type queue struct {
	waits []due.Item // somebody waits for it, longest first
	dates []due.Item // only a date comes near or has passed, most pressing first
}

// inTurn parts items, most pressing first, into a queue.
func inTurn(items []due.Item) (q queue) {
	for _, x := range items {
		if x.Waits && x.Since != "" {
			q.waits = append(q.waits, x)
		} else {
			q.dates = append(q.dates, x)
		}
	}
	slices.SortStableFunc(q.waits, func(a, b due.Item) int { return strings.Compare(a.Since, b.Since) })
	return q
}

// tally is a queue in numbers.
func (q *queue) tally() (oldest, near, late int) {
	for _, x := range slices.Concat(q.waits, q.dates) {
		switch {
		case x.Due == "":
		case x.DaysLeft < 0:
			late++
		case x.DaysLeft <= soonDays:
			near++
		}
	}
	if len(q.waits) > 0 {
		oldest = q.waits[0].Waited
	}
	return oldest, near, late
}

// figures are the head of a queue's page.
func (q *queue) figures() []figure {
	oldest, near, late := q.tally()
	out := []figure{{Zh: "等待办理", En: "Waiting", Value: count(len(q.waits)), Unit: "项"}}
	if len(q.waits) > 0 {
		out = append(out, figure{Zh: "最久已等", En: "Longest wait", Value: count(oldest), Unit: "天"})
	}
	return append(out,
		figure{Zh: fmt.Sprintf("%d 天内到期", soonDays), En: fmt.Sprintf("Due within %d days", soonDays), Value: count(near), Unit: "项"},
		figure{Zh: "期限已过", En: "Past the date", Value: count(late), Unit: "项"})
}

// queuePages writes a queue, what waits before what only has a date.
func (s *pages) queuePages(url, title string, q *queue, v queueView) error {
	v.Date, v.Figures = s.b.meta.Date, q.figures()
	left := len(q.waits)
	return paged(url, slices.Concat(q.waits, q.dates), func(at string, part []due.Item, p pager) error {
		one, n := v, min(left, len(part))
		left -= n
		one.pager, one.Waits, one.Dates = p, s.waitViews(part[:n]), s.waitViews(part[n:])
		return s.out.add(newPage("department", title, at, one))
	})
}

// departments writes the queue of each department that has a part in the
// process, and their list.
func (s *pages) departments() error {
	type office struct {
		name
		Holders []name `json:"holders"`
		Count   string `json:"count"`
		Oldest  string `json:"oldest,omitempty"`
		Late    string `json:"late"`
	}
	offices := []office{}
	for _, role := range s.offices.codes {
		ws := s.byRole[role]
		n := s.offices.role(role)
		holders := s.offices.holders(role)
		if len(holders) == 0 && len(ws) == 0 {
			continue
		}
		n.URL = departmentURL(role)
		q := inTurn(ws)
		oldest, _, late := q.tally()
		one := office{name: n, Holders: holders, Count: count(len(q.waits)), Late: count(late)}
		if len(q.waits) > 0 {
			one.Oldest = count(oldest)
		}
		offices = append(offices, one)
		if err := s.queuePages(n.URL, n.Zh, &q, queueView{Role: n, Holders: holders}); err != nil {
			return err
		}
	}
	matters := []tally{}
	values, n := s.matters()
	for _, v := range values {
		matters = append(matters, tally{Zh: v.Zh, En: v.En, Count: count(n[v.ID]), URL: "/search/?due=" + v.ID})
	}
	return s.out.add(newPage("departments", "部门待办", "/departments/", struct {
		En      string   `json:"en"`
		Date    string   `json:"date,omitempty"`
		Offices []office `json:"offices"`
		Matters []tally  `json:"matters"`
	}{"What waits for whom", s.b.meta.Date, offices, matters}))
}

func departmentURL(role string) string { return "/departments/" + strings.ToLower(role) + "/" }
