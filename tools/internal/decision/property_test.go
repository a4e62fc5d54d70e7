package decision_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/people"
)

// scene is a random question with votes at distinct times.
type scene struct {
	reg   *people.Register
	q     decision.Question
	votes []decision.Vote
	on    time.Time
}

var persons = strings.Fields("a-01 a-02 b-01 ab-01 c-01 c-02")

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// newScene makes a scene. A plain one has neither delegations nor terms of
// office and one vote a person.
func newScene(t testing.TB, seed uint64, plain bool) *scene {
	r := rand.New(rand.NewPCG(seed, 1))
	lines := []string{"a-01: a", "a-02: a", "b-01: b", "ab-01: a b", "c-01: c", "c-02: c"}
	if !plain {
		lines[1] += pick(r, []string{"", " 2026-01-01..2026-03-10", " 2026-03-10..2026-12-31", " 2026-03-11..2026-12-31"})
		for i, from := range []string{"a-01: a", "b-01: b", "c-01: c"} {
			to := pick(r, persons)
			who, what, _ := strings.Cut(from, ":")
			if to != who && r.IntN(2) == 0 {
				lines = append(lines, fmt.Sprintf("%s > %s:%s 2026-03-0%d..2026-03-1%d", who, to, what, 7+i%3, r.IntN(3)))
			}
		}
	}
	s := &scene{reg: register(t, strings.Join(lines, "\n")), on: noon.Add(30 * time.Hour)}
	s.q = decision.Question{ID: "f1", Subject: "2027-jyj-01", Content: content}
	kinds := []string{"a", "b", "c", "a+b", "b+c", "propose:a", "propose:c", "x", "-"}
	for range 1 + r.IntN(4) {
		s.q.Seats = append(s.q.Seats, seats(kinds[min(r.IntN(12), r.IntN(len(kinds)))])...)
	}
	for range r.IntN(3) {
		s.q.Override = append(s.q.Override, seats(pick(r, []string{"a", "c", "b+c"}))...)
	}
	for range r.IntN(3) {
		s.q.Authors = append(s.q.Authors, pick(r, append(persons, "x-01")))
	}
	verdicts := strings.Fields("approve approve approve approve reject withdraw override maybe")
	count, voters := r.IntN(10), slices.Clone(persons)
	if plain {
		r.Shuffle(len(voters), func(i, j int) { voters[i], voters[j] = voters[j], voters[i] })
		count = min(count, len(voters))
	}
	times := r.Perm(2000)
	for n := range count {
		who := voters[n%len(voters)]
		if !plain {
			who = pick(r, append(persons, "-"))
		}
		text := who + " " + pick(r, verdicts)
		if r.IntN(3) == 0 {
			text += " as " + pick(r, strings.Fields("a b c x"))
		}
		text += ": because"
		if !plain {
			text += pick(r, []string{"", "", "", "", "", "", " | bot", " | edited", " | stale", " | elsewhere"})
		}
		v := vote(t, n, text)
		v.When = noon.Add(time.Duration(times[n]) * time.Minute) // some after the decision
		s.votes = append(s.votes, v)
	}
	return s
}

func (s *scene) decide(votes []decision.Vote) decision.Result {
	return decision.Decide(s.q, votes, s.reg, s.on)
}

func (s *scene) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", s.q)
	for _, v := range s.votes {
		fmt.Fprintf(&b, "%s %s as %q at %s %v %v %v\n", v.Person, v.Verdict, v.Department, v.When, v.IDs, v.Bot, v.Edited)
	}
	return b.String()
}

// properties checks what must hold of any scene.
func properties(t testing.TB, seed uint64) {
	s := newScene(t, seed, false)
	r := rand.New(rand.NewPCG(seed, 2))
	is := s.decide(s.votes)
	sound(t, s.q, s.votes, is)

	shuffled := slices.Clone(s.votes)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if got := s.decide(shuffled); !reflect.DeepEqual(got, is) {
		t.Errorf("the order of votes matters: %s, %s\n%s", brief(is), brief(got), s)
	}

	stranger := vote(t, 99, pick(r, []string{"-", "x-01"})+" "+pick(r, strings.Fields("approve reject withdraw override"))+" as a: because")
	bot := vote(t, 98, pick(r, persons)+" reject: because | bot")
	for _, v := range []decision.Vote{stranger, bot} {
		got := s.decide(append(slices.Clone(s.votes), v))
		if got.Outcome != is.Outcome || !slices.EqualFunc(got.Seats, is.Seats, sameFilling) || !slices.EqualFunc(got.Override, is.Override, sameFilling) {
			t.Errorf("who does not count changes %s to %s\n%s", brief(is), brief(got), s)
		}
	}

	withdrawal := vote(t, 97, pick(r, persons)+" withdraw")
	withdrawal.When = s.on
	if got := s.decide(append(slices.Clone(s.votes), withdrawal)); got.Outcome.Allows() && is.Outcome == decision.Missing {
		t.Errorf("%s withdraws and %s becomes %s\n%s", withdrawal.Person, brief(is), brief(got), s)
	}

	later := s.on
	s.on = s.on.Add(-8 * time.Hour)
	var until []decision.Vote
	for _, v := range s.votes {
		if !v.When.After(s.on) {
			until = append(until, v)
		}
	}
	if then, now := s.decide(until), s.decide(s.votes); then.Outcome != now.Outcome {
		t.Errorf("what is said later changes what was decided: %s, %s\n%s", brief(then), brief(now), s)
	}
	s.on = later

	if is.Outcome == decision.Approved {
		who := map[string]bool{}
		for _, seat := range is.Seats {
			if !slices.Contains(s.q.Authors, seat.By.Person) {
				who[seat.By.Person] = true
			}
		}
		proposed := 0
		for _, seat := range is.Seats {
			if seat.As == decision.Propose && slices.Contains(s.q.Authors, seat.By.Person) {
				proposed++
			}
		}
		if len(who) < len(is.Seats)-proposed {
			t.Errorf("%d persons approve %d seats: %s\n%s", len(who), len(is.Seats)-proposed, brief(is), s)
		}
	}
}

func sameFilling(a, b decision.SeatResult) bool {
	return a.State == b.State && (a.By == nil) == (b.By == nil) && (a.By == nil || a.By.Person == b.By.Person)
}

// plainProperties checks what holds where each person votes once and for
// himself, against a decision made by trying everything.
func plainProperties(t testing.TB, seed uint64) {
	s := newScene(t, seed, true)
	is := s.decide(s.votes)
	sound(t, s.q, s.votes, is)
	if want := byTrying(s); is.Outcome != want {
		t.Errorf("got %s, want %s\n%s", brief(is), want, s)
	}
	for i, v := range s.votes {
		if v.Verdict != decision.Approve {
			continue
		}
		if got := s.decide(slices.Delete(slices.Clone(s.votes), i, i+1)); got.Outcome == decision.Approved && is.Outcome == decision.Missing {
			t.Errorf("without the approval of %s %s becomes %s\n%s", v.Person, brief(is), brief(got), s)
		}
	}
}

// byTrying decides a plain scene as simply as can be.
func byTrying(s *scene) decision.Outcome {
	member := func(person, department string) bool {
		return strings.Contains(strings.Split(person, "-")[0], department)
	}
	author := func(person string) bool { return slices.Contains(s.q.Authors, person) }
	fits := func(v decision.Vote, seat decision.Seat) bool {
		return slices.ContainsFunc(seat.Departments, func(d string) bool {
			return member(v.Person, d) && (v.Department == "" || v.Department == d)
		})
	}
	var approving, overriding []decision.Vote
	rejected := false
	for _, v := range s.votes {
		if v.When.After(s.on) || author(v.Person) {
			continue
		}
		switch v.Verdict {
		case decision.Approve:
			approving = append(approving, v)
		case decision.Override:
			overriding = append(overriding, v)
		case decision.Reject:
			rejected = rejected || slices.ContainsFunc(s.q.Seats, func(seat decision.Seat) bool { return fits(v, seat) })
		}
	}
	var full func(seats []decision.Seat, votes []decision.Vote, proposers []string) bool
	full = func(seats []decision.Seat, votes []decision.Vote, proposers []string) bool {
		if len(seats) == 0 {
			return true
		}
		for i, v := range votes {
			if fits(v, seats[0]) && full(seats[1:], slices.Delete(slices.Clone(votes), i, i+1), proposers) {
				return true
			}
		}
		for i, p := range proposers {
			if seats[0].As == decision.Propose && fits(decision.Vote{Person: p}, seats[0]) && full(seats[1:], votes, slices.Delete(slices.Clone(proposers), i, i+1)) {
				return true
			}
		}
		return false
	}
	proposers := slices.Compact(slices.Sorted(slices.Values(s.q.Authors)))
	proposers = slices.DeleteFunc(proposers, func(p string) bool { return p == "x-01" })
	switch {
	case !rejected && full(s.q.Seats, approving, proposers):
		return decision.Approved
	case len(s.q.Override) > 0 && full(s.q.Override, overriding, nil):
		return decision.Overridden
	case rejected:
		return decision.Rejected
	}
	return decision.Missing
}

func TestPropertiesHoldOfRandomScenes(t *testing.T) {
	outcomes := map[decision.Outcome]int{}
	for seed := range uint64(4000) {
		properties(t, seed)
		plainProperties(t, seed)
		s := newScene(t, seed, false)
		outcomes[s.decide(s.votes).Outcome]++
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, o := range []decision.Outcome{decision.Approved, decision.Missing, decision.Rejected, decision.Overridden} {
		if outcomes[o] < 20 {
			t.Errorf("only %d scenes are %s", outcomes[o], o)
		}
	}
}

func FuzzDecide(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		properties(t, seed)
		plainProperties(t, seed)
	})
}
