package decision

import (
	"maps"
	"slices"
	"strings"
	"time"

	"taizhang/tools/internal/people"
	"taizhang/tools/internal/value"
)

// hearing is one run of Decide.
type hearing struct {
	q       Question
	reg     *people.Register
	on      time.Time
	day     string
	authors []string // registered ones, sorted, each once

	votes   []Vote       // on the question's subject, by time
	results []VoteResult // one for each vote
	stands  map[string]int
	last    map[string]int // by person: the latest vote that can be understood, from 1
}

func newHearing(q Question, votes []Vote, reg *people.Register, on time.Time) *hearing {
	h := &hearing{q: q, reg: reg, on: on, day: value.Day(on), results: []VoteResult{}, stands: map[string]int{}, last: map[string]int{}}
	for _, a := range q.Authors {
		if reg.Has(a) {
			h.authors = append(h.authors, a)
		}
	}
	slices.Sort(h.authors)
	h.authors = slices.Compact(h.authors)
	for _, v := range votes {
		if slices.Contains(v.IDs, q.ID) || v.Content[q.Subject] != nil {
			h.votes = append(h.votes, v)
		}
	}
	slices.SortStableFunc(h.votes, func(a, b Vote) int { return a.When.Compare(b.When) })
	for _, v := range h.votes {
		h.results = append(h.results, VoteResult{Person: v.Person, Name: v.Name, Department: v.Department, Verdict: v.Verdict,
			When: v.When.In(value.Shanghai()), Source: v.Source, Reason: v.Reason, Seat: -1, By: -1, Evidence: v.Evidence})
	}
	return h
}

func (h *hearing) author(person string) bool { return slices.Contains(h.authors, person) }

// settle finds what each person has said last. A vote that cannot be understood
// takes back an approval, for the person did speak again, but not a rejection.
func (h *hearing) settle() {
	for i := range h.votes {
		v, r := &h.votes[i], &h.results[i]
		r.Status = h.screen(v)
		if r.Status == Stale {
			r.Changed = changed(v.Content[h.q.Subject], h.q.Content)
		}
		unclear := r.Status == Edited || r.Status == UnknownVerdict
		if r.Status != "" && !unclear {
			continue
		}
		before, stands := h.stands[v.Person]
		if unclear && (!stands || h.votes[before].Verdict == Reject) {
			continue
		}
		if stands {
			old := &h.results[before]
			old.Status, old.By = Superseded, i
			if v.Verdict == Withdraw {
				old.Status = Withdrawn
			}
			delete(h.stands, v.Person)
		}
		if unclear {
			continue
		}
		h.last[v.Person] = i + 1
		if v.Verdict == Withdraw {
			r.Status = Withdrawal
		} else {
			h.stands[v.Person] = i
		}
	}
}

// screen says why a vote cannot be heard, "" when it can.
func (h *hearing) screen(v *Vote) Status {
	switch {
	case v.Bot:
		return FromBot
	case !h.reg.Has(v.Person):
		return FromStranger
	case v.When.IsZero():
		return Undated
	case v.When.After(h.on):
		return InFuture
	case !slices.Contains(v.IDs, h.q.ID):
		return Stale
	case v.Edited:
		return Edited
	}
	switch v.Verdict {
	case Approve, Reject, Withdraw, Override:
		return ""
	}
	return UnknownVerdict
}

// changed returns the paths whose blobs differ, sorted.
func changed(seen, now map[string]string) []string {
	var out []string
	for p, blob := range seen {
		if other, ok := now[p]; !ok || other != blob {
			out = append(out, p)
		}
	}
	for p := range now {
		if _, ok := seen[p]; !ok {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// voters returns those who may fill seats and those who may override, and says
// of every other standing vote what becomes of it.
func (h *hearing) voters() (approving, overriding []*voter) {
	for _, a := range h.authors {
		own := slices.DeleteFunc(h.reg.Memberships(a, h.day), func(m people.Membership) bool { return m.Via != "" })
		approving = append(approving, &voter{person: a, author: true, speaks: own})
	}
	for _, p := range slices.Sorted(maps.Keys(h.stands)) {
		i := h.stands[p]
		v := &h.votes[i]
		speaks, status := h.speaks(i)
		switch {
		case h.author(p):
			status = FromAuthor
			if v.Verdict == Approve {
				approving[slices.Index(h.authors, p)].votes(i, speaks)
			}
		case status != "":
		case v.Verdict == Override:
			if status = h.override(v, speaks); status == "" {
				overriding = append(overriding, newVoter(v, i, speaks))
			}
		case !concern(h.q.Seats, speaks):
			status = NoSeat
		case v.Verdict == Reject:
			status = Blocks
		default:
			approving = append(approving, newVoter(v, i, speaks))
		}
		h.results[i].Status = status
	}
	return approving, overriding
}

// override says why a vote cannot override, "" when it can.
func (h *hearing) override(v *Vote, speaks []people.Membership) Status {
	switch {
	case len(h.q.Override) == 0:
		return NoOverride
	case strings.TrimSpace(v.Reason) == "":
		return NoReason
	case !concern(h.q.Override, speaks):
		return NoSeat
	}
	return ""
}

// speaks returns the memberships by which a vote speaks, or why there are none.
func (h *hearing) speaks(i int) ([]people.Membership, Status) {
	v := &h.votes[i]
	then, now := h.reg.Memberships(v.Person, value.Day(v.When)), h.reg.Memberships(v.Person, h.day)
	held := slices.DeleteFunc(now, func(m people.Membership) bool { return !slices.Contains(then, m) })
	if len(held) == 0 {
		return nil, OutsideTerm
	}
	if v.Department != "" {
		held = slices.DeleteFunc(held, func(m people.Membership) bool { return m.Department != v.Department })
		if len(held) == 0 {
			if len(h.reg.Members(v.Department, h.day)) == 0 {
				return nil, UnknownDepartment
			}
			return nil, NotMember
		}
	}
	var void Status
	held = slices.DeleteFunc(held, func(m people.Membership) bool {
		why := h.void(m, i+1)
		if why != "" {
			void = why
		}
		return why != ""
	})
	if len(held) == 0 {
		return nil, void
	}
	return held, ""
}

// void says why nobody can speak by a delegated membership with a vote that is
// the at-th, "" when one can: nobody speaks in the name of an author, nor of
// somebody who speaks himself or has spoken later.
func (h *hearing) void(m people.Membership, at int) Status {
	if m.Via == "" {
		return ""
	}
	if h.author(m.Via) {
		return DelegatorIsAuthor
	}
	if _, stands := h.stands[m.Via]; stands || h.last[m.Via] > at {
		return DelegatorActed
	}
	return ""
}
