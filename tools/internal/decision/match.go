package decision

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"taizhang/tools/internal/people"
)

// voter is somebody who may fill one seat.
type voter struct {
	person string
	author bool
	exact  bool // the vote names its department
	when   time.Time
	speaks []people.Membership // in the order of preference
	voted  []people.Membership // those of speaks that rest on a vote
	vote   int                 // its index
}

func newVoter(v *Vote, i int, speaks []people.Membership) *voter {
	return &voter{person: v.Person, exact: v.Department != "", when: v.When, vote: i, speaks: speaks, voted: speaks}
}

// votes adds to an author's own memberships what an explicit vote covers.
func (v *voter) votes(i int, speaks []people.Membership) {
	v.vote, v.voted = i, speaks
	v.speaks = slices.Concat(speaks, v.speaks)
}

// membership returns by which membership a voter can fill a seat.
func (v *voter) membership(s Seat) (m people.Membership, ok bool) {
	if v.author && s.As != Propose {
		return m, false
	}
	i := slices.IndexFunc(v.speaks, func(m people.Membership) bool { return slices.Contains(s.Departments, m.Department) })
	if i < 0 {
		return m, false
	}
	return v.speaks[i], true
}

// concern reports whether one of the memberships can fill one of the seats.
func concern(seats []Seat, speaks []people.Membership) bool {
	v := voter{speaks: speaks}
	return slices.ContainsFunc(seats, func(s Seat) bool { _, ok := v.membership(s); return ok })
}

// match gives as many seats as possible a voter, and each voter at most one
// seat. Authors go first, for they can fill nothing else; then those who name a
// department; then those who spoke first. The result gives for each seat the
// index of its voter, or -1.
func match(seats []Seat, voters []*voter) []int {
	slices.SortFunc(voters, func(a, b *voter) int {
		return cmp.Or(first(a.author, b.author), first(a.exact, b.exact), a.when.Compare(b.when), strings.Compare(a.person, b.person))
	})
	taken := slices.Repeat([]int{-1}, len(seats))
	// place seats a voter, on a free seat or by moving others to other seats.
	var place func(v int, tried []bool) bool
	place = func(v int, tried []bool) bool {
		fits := func(s int) bool { _, ok := voters[v].membership(seats[s]); return ok }
		for s := range seats {
			if taken[s] < 0 && fits(s) {
				taken[s] = v
				return true
			}
		}
		for s := range seats {
			if tried[s] || !fits(s) {
				continue
			}
			tried[s] = true
			if place(taken[s], tried) {
				taken[s] = v
				return true
			}
		}
		return false
	}
	for v := range voters {
		place(v, make([]bool, len(seats)))
	}
	return taken
}

// first orders what is so before what is not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// fill matches voters to seats and says what became of both.
func (h *hearing) fill(seats []Seat, voters []*voter) []SeatResult {
	taken := match(seats, voters)
	seated := map[string]bool{}
	out := make([]SeatResult, len(seats))
	for _, v := range voters {
		if !v.author {
			h.results[v.vote].Status = Surplus
		}
	}
	for s, t := range taken {
		out[s] = SeatResult{Seat: seats[s], State: Filled}
		if t < 0 {
			continue
		}
		v := voters[t]
		seated[v.person] = true
		m, _ := v.membership(seats[s])
		by := &Filling{Person: v.person, Membership: m, Vote: -1}
		if slices.Contains(v.voted, m) {
			by.Vote, by.Reason = v.vote, h.votes[v.vote].Reason
			h.results[v.vote].Status, h.results[v.vote].Seat = Counted, s
		}
		out[s].By = by
	}
	for s := range out {
		if out[s].By == nil {
			h.ask(&out[s], seated)
		}
	}
	return out
}

// ask says who could fill an open seat, or why nobody can.
func (h *hearing) ask(s *SeatResult, seated map[string]bool) {
	known := false
	for _, d := range s.Departments {
		for _, p := range h.reg.Members(d, h.day) {
			known = true
			if !seated[p] && (s.As == Propose || !h.author(p)) && h.mayActFor(p, d) && !slices.Contains(s.Ask, p) {
				s.Ask = append(s.Ask, p)
			}
		}
	}
	slices.Sort(s.Ask)
	s.State = Unfillable
	switch {
	case len(s.Ask) > 0:
		s.State = Open
	case len(s.Departments) == 0:
		s.Why = NoDepartment
	case known:
		s.Why = Excluded
	default:
		s.Why = Nobody
	}
}

// mayActFor reports whether a person's vote could speak for a department now.
func (h *hearing) mayActFor(person, department string) bool {
	return slices.ContainsFunc(h.reg.Memberships(person, h.day), func(m people.Membership) bool {
		return m.Department == department && h.void(m, len(h.votes)) == ""
	})
}
