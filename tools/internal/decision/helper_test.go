package decision_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/value"
)

var shanghai = value.Shanghai()

// noon is the day on which most votes of the tests are given.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, shanghai)

// register reads lines such as
//
//	a-01: a b 2026-01-01..2026-12-31
//	a-01 > b-01: a 2026-03-01..2026-03-31
//
// as persons and as delegations.
func register(t testing.TB, text string) *people.Register {
	t.Helper()
	var list []any
	byID := map[string]map[string]any{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		who, what, _ := strings.Cut(strings.TrimSpace(line), ":")
		from, to, delegates := strings.Cut(who, " > ")
		departments := []any{}
		span := map[string]any{}
		for _, word := range strings.Fields(what) {
			if first, last, ok := strings.Cut(word, ".."); ok {
				span["from"], span["until"] = first, last
			} else {
				departments = append(departments, word)
			}
		}
		if delegates {
			span["to"], span["department"] = to, departments[0]
			given, _ := byID[from]["delegations"].([]any)
			byID[from]["delegations"] = append(given, span)
			continue
		}
		span["id"], span["departments"] = who, departments
		byID[who] = span
		list = append(list, span)
	}
	r, err := people.Load(map[string]any{"people": list})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// seats reads "a b+c propose:u -": a seat of a, one that b or c may fill, one
// to propose for u, and one that no department has.
func seats(text string) []decision.Seat {
	var out []decision.Seat
	for _, word := range strings.Fields(text) {
		s := decision.Seat{Role: "ROLE", As: "approve", Departments: strings.Split(word, "+")}
		if d, ok := strings.CutPrefix(word, "propose:"); ok {
			s.As, s.Departments = decision.Propose, strings.Split(d, "+")
		}
		if word == "-" {
			s.Departments = nil
		}
		out = append(out, s)
	}
	return out
}

// vote reads "a-01 approve as a: reason | bot edited stale elsewhere day=2026-03-09 T0".
// Without a day it is given at noon, n minutes later.
func vote(t testing.TB, n int, text string) decision.Vote {
	t.Helper()
	text, marks, _ := strings.Cut(text, "|")
	words, reason, _ := strings.Cut(text, ":")
	parts := strings.Fields(words)
	v := decision.Vote{Person: parts[0], Name: parts[0], Verdict: decision.Verdict(parts[1]), IDs: []string{"f0", "f1"}, Reason: reason,
		When: noon.Add(time.Duration(n) * time.Minute), Source: fmt.Sprint("test ", n), Evidence: n}
	if v.Person == "-" {
		v.Person = ""
	}
	if len(parts) == 4 {
		v.Department = parts[3]
	}
	for _, mark := range strings.Fields(marks) {
		day, dated := strings.CutPrefix(mark, "day=")
		switch {
		case mark == "bot":
			v.Bot = true
		case mark == "edited":
			v.Edited = true
		case mark == "stale":
			v.IDs, v.Content = []string{"f0"}, map[string]map[string]string{"2027-jyj-01": {"a.md": "1", "b.md": "2", "gone.md": "4"}}
		case mark == "elsewhere":
			v.IDs, v.Content = []string{"f0"}, map[string]map[string]string{"2027-jyj-02": {"a.md": "1"}}
		case mark == "never":
			v.When = time.Time{}
		case dated:
			when, err := time.ParseInLocation("2006-01-02T15:04", day, shanghai)
			if err != nil {
				t.Fatal(err)
			}
			v.When = when
		default:
			t.Fatalf("mark %q", mark)
		}
	}
	return v
}

// content is what the question of the tests is about.
var content = map[string]string{"a.md": "1", "b.md": "3", "c.md": ""}

// brief writes a result on one line: the outcome, the seats, the override's
// seats after “or”, the votes by time.
func brief(r decision.Result) string {
	list := func(ss []decision.SeatResult) string {
		var out []string
		for _, s := range ss {
			text := "?" + strings.Join(s.Ask, ",")
			switch {
			case s.State == decision.Unfillable:
				text = "!" + string(s.Why)
			case s.By != nil && s.By.Vote < 0:
				text = s.By.Person + "*"
			case s.By != nil:
				text = s.By.Person
				if s.By.Via != "" {
					text += "/" + s.By.Via
				}
			}
			out = append(out, text)
		}
		return strings.Join(out, " ")
	}
	out := string(r.Outcome) + " [" + list(r.Seats) + "]"
	if len(r.Override) > 0 {
		out += " or [" + list(r.Override) + "]"
	}
	for _, v := range r.Votes {
		out += " " + string(v.Status)
	}
	return out
}
