package publish

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

const (
	eventsURL = "/events/"
	// monthsListed is how many months back, that of the data included, have a
	// page of their events. Older events are on the projects' pages and in the
	// open data.
	monthsListed = 13
	// eventsPerPage is how many events a page of a month holds.
	eventsPerPage = 100
)

// monthOf returns the month of a day, "2026-03".
func monthOf(day string) string { return day[:min(len("2026-03"), len(day))] }

// monthsBack returns the first of n months that end with that of the day.
func monthsBack(day string, n int) string {
	y, _ := strconv.Atoi(day[:min(4, len(day))])
	m, _ := strconv.Atoi(strings.Trim(day[min(5, len(day)):min(7, len(day))], "-"))
	m += 12*y - 1 - (n - 1)
	return pad(m/12, 4) + "-" + pad(m%12+1, 2)
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// monthWords writes a month for readers: 2026年3月.
func monthWords(month string) word {
	y, m, _ := strings.Cut(month, "-")
	return word{y + "年" + strings.TrimPrefix(m, "0") + "月", month}
}

type monthView struct {
	Zh       string `json:"zh"`
	En       string `json:"en"`
	URL      string `json:"url"`
	Count    string `json:"count"`
	Projects string `json:"projects"`
	Pct      int    `json:"pct"`
}

type eventLine struct {
	On    string `json:"on"`
	What  name   `json:"what"`
	Title string `json:"title"`
	ID    string `json:"id"`
	URL   string `json:"url"`
	Unit  link   `json:"unit"`
	State *state `json:"state"` // of the project, now
}

type eventsView struct {
	pager
	En     string      `json:"en"`
	Crumbs []name      `json:"crumbs"`
	Date   string      `json:"date,omitempty"`
	Feed   string      `json:"feed,omitempty"`
	Months []monthView `json:"months,omitempty"`
	Kinds  []figure    `json:"kinds,omitempty"` // what happened how often
	Lines  []eventLine `json:"lines,omitempty"`
	Before *name       `json:"before,omitempty"` // another month
	After  *name       `json:"after,omitempty"`
}

// monthURL returns the page of the events of a day's month, "" where that is too
// long ago.
func (s *pages) monthURL(day string) string {
	today := s.b.meta.Date
	if today == "" && len(s.rows) > 0 {
		today = s.rows[0].On
	}
	if today == "" || monthOf(day) < monthsBack(today, monthsListed) {
		return ""
	}
	return eventsURL + monthOf(day) + "/"
}

// events writes what happened in each of the last months, and the list of them.
func (s *pages) events() error {
	byMonth := map[string][]eventLine{}
	for _, r := range s.rows {
		for _, e := range r.steps {
			if m := monthOf(e.on); s.monthURL(e.on) != "" {
				byMonth[m] = append(byMonth[m], eventLine{On: e.on, What: name{Zh: e.what.Zh, En: e.what.En}, Title: r.Title, ID: r.ID, URL: r.URL, Unit: r.Unit, State: r.State})
			}
		}
	}
	v := eventsView{En: "What changed, by month", Crumbs: []name{}, Date: s.b.meta.Date, Feed: "/feeds/all", pager: pager{Page: 1, Pages: 1}}
	most := 1
	for _, lines := range byMonth {
		most = max(most, len(lines))
	}
	months := slices.Sorted(func(yield func(string) bool) {
		for m := range byMonth {
			if !yield(m) {
				return
			}
		}
	})
	slices.Reverse(months)
	for i, m := range months {
		lines := byMonth[m]
		slices.SortFunc(lines, func(a, b eventLine) int {
			return cmp.Or(strings.Compare(b.On, a.On), strings.Compare(a.What.Zh, b.What.Zh), strings.Compare(a.ID, b.ID))
		})
		of := map[string]bool{}
		for _, l := range lines {
			of[l.ID] = true
		}
		w := monthWords(m)
		v.Months = append(v.Months, monthView{Zh: w.Zh, En: w.En, URL: s.monthURL(m), Count: count(len(lines)), Projects: count(len(of)), Pct: len(lines) * 100 / most})
		at := func(i int) *name {
			if i < 0 || i >= len(months) {
				return nil
			}
			w := monthWords(months[i])
			return &name{w.Zh, w.En, s.monthURL(months[i])}
		}
		if err := s.month(m, lines, at(i+1), at(i-1)); err != nil {
			return err
		}
	}
	return s.out.add(newPage("events", "每月动态", eventsURL, v))
}

// month writes the events of one month, with the months before and after it that
// have some.
func (s *pages) month(m string, lines []eventLine, before, after *name) error {
	w := monthWords(m)
	v := eventsView{En: "What changed in " + w.En, Crumbs: []name{{Zh: "每月动态", En: "By month", URL: eventsURL}}, Date: s.b.meta.Date, Kinds: kindsOf(lines), Before: before, After: after}
	return pagedBy(eventsPerPage, s.monthURL(m), lines, func(at string, part []eventLine, p pager) error {
		one := v
		one.pager, one.Lines = p, part
		return s.out.add(newPage("events", w.Zh+"动态", at, one))
	})
}

// kindsOf counts events by what happened, most frequent first.
func kindsOf(lines []eventLine) []figure {
	n := map[name]int{}
	for _, l := range lines {
		n[l.What]++
	}
	kinds := []name{}
	for k := range n {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b name) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), strings.Compare(a.Zh, b.Zh))
	})
	out := []figure{}
	for _, k := range kinds {
		out = append(out, figure{Zh: k.Zh, En: k.En, Value: count(n[k])})
	}
	return out
}
