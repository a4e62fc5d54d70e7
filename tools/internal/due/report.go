package due

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"taizhang/tools/internal/finding"
)

// Report is a list of items with what is needed to print it.
type Report struct {
	Items    []Item // sorted
	Unjudged []string
	Today    string
	Within   int
	ByUnit   bool // group by implementing unit, not by who has to act
	Lang     string

	calendar *Calendar
}

// Filter says which items are wanted; zero values want all.
type Filter struct {
	Unit   string // items of this unit's projects, and those that it has to act on
	Role   string // items that this role has to act on
	Public bool   // only what may be shown outside the departments
}

// Report sorts items and keeps the wanted ones. unjudged are the projects whose
// records do not tell where they stand.
func (c *Calendar) Report(items []Item, unjudged []string, f Filter, o Options) *Report {
	r := &Report{Unjudged: slices.Sorted(slices.Values(unjudged)), Today: cmp.Or(o.Today, c.judge.Registry.Today), Within: o.Within, calendar: c}
	if f.Public { // they may be projects that the public does not know
		r.Unjudged = nil
	}
	for _, x := range items {
		mine := f.Unit == "" || x.Unit == f.Unit || slices.Contains(x.Beside, f.Unit)
		acts := f.Role == ""
		for _, p := range x.Who {
			acts = acts || p.Role == f.Role
			mine = mine || slices.Contains(p.Units, f.Unit) || slices.Contains(p.Units, AllUnits)
		}
		if mine && acts && (x.Public || !f.Public) {
			r.Items = append(r.Items, x)
		}
	}
	Sort(r.Items)
	return r
}

// Count returns the number of items under a heading.
func (r *Report) Count(s Section) int {
	n := 0
	for i := range r.Items {
		if r.Items[i].Section == s {
			n++
		}
	}
	return n
}

// Roles returns the codes of all roles that an item can name, sorted.
func (c *Calendar) Roles() []string {
	var out []string
	for role := range c.roles {
		out = append(out, role)
	}
	slices.Sort(out)
	return out
}

func (r *Report) say(zh, en string) string { return finding.Text{Zh: zh, En: en}.In(r.Lang) }

// group is what one unit or department has before it.
type group struct {
	key   string
	name  string
	items []Item
}

// groups divides the items by who has to act or by whose project it is. An item
// with two parties stands with both.
func (r *Report) groups() []*group {
	byKey := map[string]*group{}
	var out []*group
	add := func(key string, name func() string, x Item) {
		g := byKey[key]
		if g == nil {
			g = &group{key: key, name: name()}
			byKey[key] = g
			out = append(out, g)
		}
		if n := len(g.items); n == 0 || g.items[n-1].UID != x.UID {
			g.items = append(g.items, x)
		}
	}
	for _, x := range r.Items {
		if r.ByUnit {
			add(x.Unit, func() string { return r.unit(x.Unit, true) }, x)
			continue
		}
		for _, p := range x.Who {
			for _, code := range p.Units {
				add(code, func() string { return r.unit(code, true) }, x)
			}
			if len(p.Units) == 0 {
				add("?"+p.Role, func() string {
					return r.role(p.Role) + r.say("（单位登记册里没有）", " (no unit in the register)")
				}, x)
			}
		}
	}
	slices.SortFunc(out, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.count(Overdue), a.count(Overdue)), strings.Compare(a.key, b.key))
	})
	return out
}

func (g *group) count(s Section) int {
	n := 0
	for i := range g.items {
		if g.items[i].Section == s {
			n++
		}
	}
	return n
}

// unit returns a unit's short name, with its code where asked for.
func (r *Report) unit(code string, withCode bool) string {
	if code == AllUnits {
		return r.say("所有单位", "All units")
	}
	name := clean(text(r.calendar.judge.Registry.Unit(code)["shortName"]))
	switch {
	case name == "":
		return code
	case withCode && r.Lang == "en":
		return name + " (" + code + ")"
	case withCode:
		return name + "（" + code + "）"
	}
	return name
}

func (r *Report) role(code string) string {
	if t, ok := r.calendar.roles[code]; ok {
		return t.In(r.Lang)
	}
	return code
}

// who names all who have to act.
func (r *Report) who(x *Item) string {
	var names []string
	for _, p := range x.Who {
		for _, code := range p.Units {
			names = with(names, r.unit(code, false))
		}
		if len(p.Units) == 0 {
			names = with(names, r.role(p.Role))
		}
	}
	return strings.Join(names, r.say("、", ", "))
}

// what says what is to be done, and who has to agree after that.
func (r *Report) what(x *Item) string {
	s := x.What.In(r.Lang)
	var roles []string
	for _, role := range x.Approve {
		if !slices.ContainsFunc(x.Who, func(p Party) bool { return p.Role == role }) {
			roles = append(roles, r.role(role))
		}
	}
	if len(roles) > 0 {
		s += r.say("（随后由"+strings.Join(roles, "、")+"办理）", " (then "+strings.Join(roles, ", ")+")")
	}
	return s
}

// status says how pressing it is.
func (r *Report) status(x *Item) string {
	n := x.DaysLeft
	switch {
	case x.Section == Waiting:
		return r.say(fmt.Sprintf("已等 %d 天", x.Waited), fmt.Sprintf("waiting %d d", x.Waited))
	case x.Section == Overdue:
		return r.say(fmt.Sprintf("逾期 %d 天", -n), fmt.Sprintf("overdue %d d", -n))
	case n < 0:
		return r.say(fmt.Sprintf("已过 %d 天", -n), fmt.Sprintf("passed %d d", -n))
	case n == 0:
		return r.say("今天到期", "due today")
	}
	return r.say(fmt.Sprintf("还剩 %d 天", n), fmt.Sprintf("%d d left", n))
}

// day is the date that the status counts from or to.
func (r *Report) day(x *Item) string {
	if x.Section == Waiting {
		return r.say(x.Since+" 起", "since "+x.Since)
	}
	return r.say(x.Due+" 止", "until "+x.Due)
}

// tally sums up in one line.
func (r *Report) tally(overdue, soon, waiting int) string {
	return r.say(fmt.Sprintf("逾期 %d · %d 天内 %d · 等待 %d", overdue, r.Within, soon, waiting),
		fmt.Sprintf("overdue %d · within %d days %d · waiting %d", overdue, r.Within, soon, waiting))
}

// unjudged says which projects are left out; "" when none is.
func (r *Report) unjudged() string {
	if len(r.Unjudged) == 0 {
		return ""
	}
	names := strings.Join(r.Unjudged[:min(len(r.Unjudged), 20)], r.say("、", ", "))
	if len(r.Unjudged) > 20 {
		names += " …"
	}
	return r.say(fmt.Sprintf("另有 %d 个项目的材料有错误，推算不出状态，没有列入：%s。先用 taizhang check 改正。", len(r.Unjudged), names),
		fmt.Sprintf("%d projects are left out, as their records do not tell where they stand: %s. Mend them with taizhang check.", len(r.Unjudged), names))
}

// JSON writes the items for other programs. Its version changes when the
// meaning of a key does.
func (r *Report) JSON(w io.Writer) error {
	type out struct {
		Version  int      `json:"version"`
		Today    string   `json:"today"`
		Within   int      `json:"within"`
		Overdue  int      `json:"overdue"`
		Soon     int      `json:"soon"`
		Waiting  int      `json:"waiting"`
		Items    []Item   `json:"items"`
		Unjudged []string `json:"unjudged"`
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out{1, r.Today, r.Within, r.Count(Overdue), r.Count(Soon), r.Count(Waiting),
		append([]Item{}, r.Items...), append([]string{}, r.Unjudged...)})
}

// clean makes a text from a record safe to print on one line: no control
// characters and none that turn the direction of writing.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
