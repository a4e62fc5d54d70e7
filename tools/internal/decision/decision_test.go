package decision_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/people"
)

// staff is the register of most tests. a-03 is in office in March only.
const staff = `
	a-01: a
	a-02: a
	a-03: a 2026-03-01..2026-03-31
	b-01: b
	b-02: b
	ab-01: a b
	c-01: c
	u-01: u
	u-02: u
	g-01: g
	g-02: g`

func TestDecide(t *testing.T) {
	for _, tt := range []struct {
		name     string
		people   string // further lines of the register
		seats    string
		override string
		authors  string
		votes    []string
		want     string
	}{
		{name: "one approval", seats: "a", votes: []string{"a-01 approve"}, want: "approved [a-01] counted"},
		{name: "no vote", seats: "c", want: "missing [?c-01]"},
		{name: "who is asked", seats: "a b+c", want: "missing [?a-01,a-02,a-03,ab-01 ?ab-01,b-01,b-02,c-01]"},
		{name: "a department that may fill a shared seat", seats: "b+c", votes: []string{"c-01 approve"}, want: "approved [c-01] counted"},
		{name: "one of two", seats: "a c", votes: []string{"a-01 approve"}, want: "missing [a-01 ?c-01] counted"},
		{name: "a department that is not asked", seats: "c", votes: []string{"a-01 approve"}, want: "missing [?c-01] no-seat"},

		// One person, one seat.
		{name: "a quorum of two needs two persons", seats: "c c", votes: []string{"c-01 approve", "c-01 approve"}, want: "missing [c-01 !excluded] superseded counted"},
		{name: "two persons are a quorum of two", seats: "b b", votes: []string{"b-01 approve", "b-02 approve"}, want: "approved [b-01 b-02] counted counted"},
		{name: "a third is surplus", seats: "b b", votes: []string{"b-02 approve", "ab-01 approve", "b-01 approve"}, want: "approved [b-02 ab-01] counted counted surplus"},
		{name: "a member of two departments fills one seat", seats: "a b", votes: []string{"ab-01 approve"}, want: "missing [ab-01 ?b-01,b-02] counted"},
		{name: "the one who can fill another seat makes room", seats: "a b", votes: []string{"ab-01 approve", "a-01 approve"}, want: "approved [a-01 ab-01] counted counted"},
		{name: "making room goes on", seats: "a b c", people: "abc-01: a b c\nbc-01: b c", votes: []string{"abc-01 approve", "bc-01 approve", "a-01 approve"}, want: "approved [a-01 bc-01 abc-01] counted counted counted"},
		{name: "there is no room for all", seats: "a b", votes: []string{"a-01 approve", "a-02 approve", "ab-01 approve"}, want: "approved [a-01 ab-01] counted surplus counted"},
		{name: "who names the department goes first", seats: "b", votes: []string{"b-01 approve", "b-02 approve as b"}, want: "approved [b-02] surplus counted"},
		{name: "who spoke first goes first", seats: "b", votes: []string{"b-02 approve", "b-01 approve"}, want: "approved [b-02] counted surplus"},
		{name: "the named department alone", seats: "a b", votes: []string{"ab-01 approve as b"}, want: "missing [?a-01,a-02,a-03 ab-01] counted"},

		// Who does not count.
		{name: "a stranger", seats: "c", votes: []string{"- approve", "x-01 approve as c"}, want: "missing [?c-01] stranger stranger"},
		{name: "a bot", seats: "c", votes: []string{"c-01 approve | bot"}, want: "missing [?c-01] bot"},
		{name: "an edited comment", seats: "c", votes: []string{"c-01 approve | edited"}, want: "missing [?c-01] edited"},
		{name: "an unknown verdict", seats: "c", votes: []string{"c-01 lgtm", "c-01 APPROVE"}, want: "missing [?c-01] unknown-verdict unknown-verdict"},
		{name: "no verdict", seats: "c", votes: []string{"c-01 -"}, want: "missing [?c-01] unknown-verdict"},
		{name: "another content", seats: "c", votes: []string{"c-01 approve | stale"}, want: "missing [?c-01] stale"},
		{name: "another subject is left out", seats: "c", votes: []string{"c-01 approve | elsewhere", "c-01 approve"}, want: "approved [c-01] counted"},
		{name: "without a time", seats: "c", votes: []string{"c-01 approve | never"}, want: "missing [?c-01] undated"},
		{name: "at the very moment of the decision", seats: "c", votes: []string{"c-01 approve | day=2026-03-11T12:00"}, want: "approved [c-01] counted"},
		{name: "after the decision", seats: "c", votes: []string{"c-01 approve | day=2026-03-11T12:01"}, want: "missing [?c-01] future"},
		{name: "for a department of others", seats: "a c", votes: []string{"c-01 approve as a"}, want: "missing [?a-01,a-02,a-03,ab-01 ?c-01] not-member"},
		{name: "for a department of nobody", seats: "c", votes: []string{"c-01 approve as x"}, want: "missing [?c-01] unknown-department"},

		// Changing one's mind.
		{name: "the later vote counts", seats: "c", votes: []string{"c-01 reject", "c-01 approve"}, want: "approved [c-01] superseded counted"},
		{name: "the later rejection counts", seats: "c", votes: []string{"c-01 approve", "c-01 reject"}, want: "rejected [?c-01] superseded blocks"},
		{name: "a withdrawal", seats: "c", votes: []string{"c-01 approve", "c-01 withdraw"}, want: "missing [?c-01] withdrawn withdrawal"},
		{name: "a withdrawal lifts a rejection", seats: "b", votes: []string{"b-01 approve", "b-02 reject", "b-02 withdraw"}, want: "approved [b-01] counted withdrawn withdrawal"},
		{name: "nothing to withdraw", seats: "c", votes: []string{"c-01 withdraw", "c-01 approve"}, want: "approved [c-01] withdrawal counted"},
		{name: "what was withdrawn does not revive", seats: "c", votes: []string{"c-01 approve", "c-01 approve as a", "c-01 withdraw", "c-01 withdraw"}, want: "missing [?c-01] superseded withdrawn withdrawal withdrawal"},
		{name: "what was superseded does not revive", seats: "c", votes: []string{"c-01 approve", "c-01 approve as a"}, want: "missing [?c-01] superseded not-member"},
		{name: "an edited comment takes back an approval", seats: "c", votes: []string{"c-01 approve", "c-01 approve | edited"}, want: "missing [?c-01] superseded edited"},
		{name: "an unknown verdict takes back an approval", seats: "c", votes: []string{"c-01 approve", "c-01 hmm"}, want: "missing [?c-01] superseded unknown-verdict"},
		{name: "an edited comment lifts no rejection", seats: "b", votes: []string{"b-01 approve", "b-02 reject", "b-02 approve | edited", "b-02 withdraw | edited"}, want: "rejected [b-01] counted blocks edited edited"},
		{name: "an edited comment takes back an override", seats: "c", override: "g", votes: []string{"g-01 override: why", "g-01 override: why | edited"}, want: "missing [?c-01] or [?g-01,g-02] superseded edited"},
		{name: "after an edited comment one may vote again", seats: "c", votes: []string{"c-01 approve | edited", "c-01 approve"}, want: "approved [c-01] edited counted"},
		{name: "a vote on other content changes nothing", seats: "c", votes: []string{"c-01 approve", "c-01 reject | stale", "c-01 withdraw | stale"}, want: "approved [c-01] counted stale stale"},
		{name: "a bot changes nothing", seats: "c", votes: []string{"c-01 approve", "c-01 withdraw | bot"}, want: "approved [c-01] counted bot"},
		{name: "the future changes nothing", seats: "c", votes: []string{"c-01 approve", "c-01 reject | day=2026-03-12T00:00"}, want: "approved [c-01] counted future"},

		// Rejections.
		{name: "a rejection blocks", seats: "b", votes: []string{"b-01 approve", "b-02 reject: no site named"}, want: "rejected [b-01] counted blocks"},
		{name: "a rejection of who could fill another seat blocks", seats: "b c", votes: []string{"b-01 approve", "c-01 approve", "b-02 reject as b"}, want: "rejected [b-01 c-01] counted counted blocks"},
		{name: "a rejection of who could propose blocks", seats: "propose:u c", authors: "u-01", votes: []string{"c-01 approve", "u-02 reject"}, want: "rejected [u-01* c-01] counted blocks"},
		{name: "a rejection by an unasked department is shown", seats: "c", votes: []string{"c-01 approve", "b-01 reject"}, want: "approved [c-01] counted no-seat"},
		{name: "a rejection for an unasked department is shown", seats: "a", votes: []string{"a-01 approve", "ab-01 reject as b"}, want: "approved [a-01] counted no-seat"},
		{name: "a rejection for another's department is shown", seats: "a", votes: []string{"a-01 approve", "b-01 reject as a"}, want: "approved [a-01] counted not-member"},
		{name: "a stranger rejects nothing", seats: "a", votes: []string{"a-01 approve", "- reject as a"}, want: "approved [a-01] counted stranger"},

		// Authors.
		{name: "an author fills no seat", seats: "c", authors: "c-01", votes: []string{"c-01 approve"}, want: "missing [!excluded] author"},
		{name: "a committer fills no seat", seats: "a", authors: "u-01 a-01", votes: []string{"a-01 approve", "a-02 approve"}, want: "approved [a-02] author counted"},
		{name: "an author cannot reject", seats: "b", authors: "b-01", votes: []string{"b-01 reject", "b-02 approve"}, want: "approved [b-02] author counted"},
		{name: "an author may withdraw", seats: "b", authors: "b-01", votes: []string{"b-01 reject", "b-01 withdraw", "b-02 approve"}, want: "approved [b-02] withdrawn withdrawal counted"},
		{name: "an author cannot override", seats: "c", override: "g g", authors: "g-01", votes: []string{"g-01 override: why", "g-02 override: why"}, want: "missing [?c-01] or [g-02 !excluded] author counted"},
		{name: "an author who is nobody", seats: "c", authors: "x-01", votes: []string{"c-01 approve"}, want: "approved [c-01] counted"},
		{name: "an author proposes", seats: "propose:u c", authors: "u-01", votes: []string{"c-01 approve"}, want: "approved [u-01* c-01] counted"},
		{name: "an author proposes for another department", seats: "propose:u c", authors: "a-01", votes: []string{"c-01 approve"}, want: "missing [?u-01,u-02 c-01] counted"},
		{name: "another may propose by a vote", seats: "propose:u c", authors: "a-01", votes: []string{"c-01 approve", "u-02 approve"}, want: "approved [u-02 c-01] counted counted"},
		{name: "who proposes does not approve too", seats: "propose:a a", authors: "u-01", votes: []string{"a-01 approve"}, want: "missing [a-01 ?a-02,a-03,ab-01] counted"},
		{name: "an author proposes and another approves", seats: "propose:a a", authors: "a-01", votes: []string{"a-01 approve", "a-02 approve"}, want: "approved [a-01 a-02] counted counted"},
		{name: "an author leaves the seats of approval to others", seats: "a propose:a", authors: "a-01", votes: []string{"a-02 approve as a"}, want: "approved [a-02 a-01*] counted"},
		{name: "one author proposes once", seats: "propose:u propose:u", authors: "u-01 u-01", want: "missing [u-01* ?u-02]"},
		{name: "two authors propose", seats: "propose:u propose:u", authors: "u-02 u-01", want: "approved [u-01* u-02*]"},
		{name: "one author proposes and the other too many", seats: "propose:u c", authors: "u-01 u-02", votes: []string{"u-02 approve", "c-01 approve"}, want: "approved [u-01* c-01] author counted"},
		{name: "an author's vote for one department leaves the proposal for another", seats: "propose:a", authors: "ab-01", votes: []string{"ab-01 approve as b"}, want: "approved [ab-01*] author"},
		{name: "a colleague's vote is not needed to propose", seats: "propose:u", authors: "u-02", votes: []string{"u-01 approve as u"}, want: "approved [u-02*] surplus"},
		{name: "an author out of office does not propose", people: "v-01: u 2026-01-01..2026-03-10", seats: "propose:u", authors: "v-01", want: "missing [?u-01,u-02]"},
		{name: "an author proposes on the last day", people: "v-01: u 2026-01-01..2026-03-11", seats: "propose:u", authors: "v-01", want: "approved [v-01*]"},

		// Terms of office, on the day of the vote and of the decision.
		{name: "in office on both days", seats: "a", votes: []string{"a-03 approve | day=2026-03-01T00:00"}, want: "approved [a-03] counted"},
		{name: "not yet in office when voting", seats: "a", votes: []string{"a-03 approve | day=2026-02-28T23:59"}, want: "missing [?a-01,a-02,a-03,ab-01] outside-term"},
		{name: "out of office when deciding", people: "c-02: c 2026-01-01..2026-03-10", seats: "c", votes: []string{"c-02 approve"}, want: "missing [?c-01] outside-term"},
		{name: "a rejection ends with the office", people: "c-02: c 2026-01-01..2026-03-10", seats: "c", votes: []string{"c-02 reject", "c-01 approve"}, want: "approved [c-01] outside-term counted"},
		{name: "a person of no department", people: "n-01: 2026-01-01..2026-12-31", seats: "c", votes: []string{"n-01 approve"}, want: "missing [?c-01] outside-term"},

		// Delegation.
		{name: "a delegate fills a seat", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", votes: []string{"b-01 approve"}, want: "approved [b-01/c-01] counted"},
		{name: "a delegate is asked", people: "c-01 > b-01: c 2026-03-11..2026-03-11", seats: "c", want: "missing [?b-01,c-01]"},
		{name: "own membership goes before a delegated one", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "b+c", votes: []string{"b-01 approve"}, want: "approved [b-01] counted"},
		{name: "a delegate fills one seat all the same", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "b c", votes: []string{"b-01 approve"}, want: "missing [b-01 ?c-01] counted"},
		{name: "before the delegation", people: "c-01 > b-01: c 2026-03-11..2026-03-31", seats: "c", votes: []string{"b-01 approve as c"}, want: "missing [?b-01,c-01] not-member"},
		{name: "after the delegation", people: "c-01 > b-01: c 2026-03-01..2026-03-10", seats: "c", votes: []string{"b-01 approve as c"}, want: "missing [?c-01] not-member"},
		{name: "after the delegation without naming it", people: "c-01 > b-01: c 2026-03-01..2026-03-10", seats: "c", votes: []string{"b-01 approve"}, want: "missing [?c-01] no-seat"},
		{name: "the delegator acts after the delegate", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c c", votes: []string{"b-01 approve as c", "c-01 approve"}, want: "missing [c-01 !excluded] delegator-acted counted"},
		{name: "the delegator acts before the delegate", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c c", votes: []string{"c-01 approve", "b-01 approve as c"}, want: "missing [c-01 !excluded] counted delegator-acted"},
		{name: "the delegator's rejection stands alone", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", votes: []string{"b-01 approve as c", "c-01 reject"}, want: "rejected [?c-01] delegator-acted blocks"},
		{name: "the delegator's approval voids the delegate's rejection", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", votes: []string{"b-01 reject as c", "c-01 approve"}, want: "approved [c-01] delegator-acted counted"},
		{name: "a withdrawal of the delegator voids what was said before", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", votes: []string{"b-01 approve as c", "c-01 withdraw"}, want: "missing [?b-01,c-01] delegator-acted withdrawal"},
		{name: "a withdrawal of the delegator leaves it to the delegate", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", votes: []string{"c-01 approve", "c-01 withdraw", "b-01 approve as c"}, want: "approved [b-01/c-01] withdrawn withdrawal counted"},
		{name: "a vote of the delegator on other content voids nothing", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", votes: []string{"b-01 approve as c", "c-01 reject | stale"}, want: "approved [b-01/c-01] counted stale"},
		{name: "an own membership outlasts a void one", people: "b-02 > b-01: b 2026-03-10..2026-03-11", seats: "b b", votes: []string{"b-01 approve", "b-02 approve"}, want: "approved [b-01 b-02] counted counted"},
		{name: "one of two delegators acts", people: "c-02: c\nc-01 > b-01: c 2026-03-10..2026-03-11\nc-02 > b-01: c 2026-03-10..2026-03-11", seats: "c c", votes: []string{"b-01 approve as c", "c-01 approve"}, want: "approved [b-01/c-02 c-01] counted counted"},
		{name: "nobody speaks in an author's name", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "c", authors: "c-01", votes: []string{"b-01 approve as c"}, want: "missing [!excluded] delegator-author"},
		{name: "an author does not propose by delegation alone", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "propose:c", authors: "b-01", want: "missing [?b-01,c-01]"},
		{name: "an author may propose by delegation with a vote", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "propose:c", authors: "b-01", votes: []string{"b-01 approve"}, want: "approved [b-01/c-01] counted"},
		{name: "an author's void delegation proposes nothing", people: "c-01 > b-01: c 2026-03-10..2026-03-11", seats: "propose:c", authors: "b-01", votes: []string{"b-01 approve", "c-01 withdraw"}, want: "missing [?b-01,c-01] author withdrawal"},

		// What nobody can fill.
		{name: "no department", seats: "c -", votes: []string{"c-01 approve"}, want: "missing [c-01 !no-department] counted"},
		{name: "a department of nobody to ask", seats: "c x", votes: []string{"c-01 approve"}, want: "missing [c-01 !nobody] counted"},
		{name: "a department whose people are out of office", people: "d-01: d 2026-01-01..2026-03-10", seats: "d", want: "missing [!nobody]"},
		{name: "only authors are left", seats: "c", authors: "c-01", want: "missing [!excluded]"},

		// Override.
		{name: "an override lifts a missing seat", seats: "c", override: "g", votes: []string{"g-01 override as g: meeting 12"}, want: "overridden [?c-01] or [g-01] counted"},
		{name: "an override lifts a rejection", seats: "c", override: "g", votes: []string{"c-01 reject", "g-01 override: meeting 12"}, want: "overridden [?c-01] or [g-01] blocks counted"},
		{name: "an override lifts what nobody can fill", seats: "-", override: "g", votes: []string{"g-01 override: meeting 12"}, want: "overridden [!no-department] or [g-01] counted"},
		{name: "an override that is not needed", seats: "c", override: "g", votes: []string{"c-01 approve", "g-01 override: meeting 12"}, want: "approved [c-01] or [g-01] counted counted"},
		{name: "half an override", seats: "c", override: "g g", votes: []string{"c-01 reject", "g-01 override: meeting 12"}, want: "rejected [?c-01] or [g-01 ?g-02] blocks counted"},
		{name: "a whole override of two", seats: "c", override: "g g", votes: []string{"g-01 override: why", "g-02 override: why"}, want: "overridden [?c-01] or [g-01 g-02] counted counted"},
		{name: "too many overrides", seats: "c", override: "g", votes: []string{"g-02 override: why", "g-01 override: why"}, want: "overridden [?c-01] or [g-02] counted surplus"},
		{name: "an override without a reason", seats: "c", override: "g", votes: []string{"g-01 override:  \t"}, want: "missing [?c-01] or [?g-01,g-02] no-reason"},
		{name: "an override of who is not asked for it", seats: "c", override: "g", votes: []string{"c-01 override: why"}, want: "missing [?c-01] or [?g-01,g-02] no-seat"},
		{name: "an override for another's department", seats: "c", override: "g", votes: []string{"c-01 override as g: why"}, want: "missing [?c-01] or [?g-01,g-02] not-member"},
		{name: "an override where there is none", seats: "g", votes: []string{"g-01 override: why"}, want: "missing [?g-01,g-02] no-override"},
		{name: "an override is no approval", seats: "g", override: "g g", votes: []string{"g-01 override: why"}, want: "missing [?g-01,g-02] or [g-01 ?g-02] counted"},
		{name: "an approval is no override", seats: "c", override: "g", votes: []string{"g-01 approve"}, want: "missing [?c-01] or [?g-01,g-02] no-seat"},
		{name: "an override quorum that nobody can fill", seats: "c", override: "-", votes: []string{"g-01 override: why"}, want: "missing [?c-01] or [!no-department] no-seat"},
		{name: "an override is withdrawn", seats: "c", override: "g", votes: []string{"g-01 override: why", "g-01 withdraw"}, want: "missing [?c-01] or [?g-01,g-02] withdrawn withdrawal"},
		{name: "an override by a delegate", people: "g-01 > b-01: g 2026-03-10..2026-03-11", seats: "c", override: "g", votes: []string{"b-01 override: why"}, want: "overridden [?c-01] or [b-01/g-01] counted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reg := register(t, staff+"\n"+tt.people)
			q := decision.Question{ID: "f1", Subject: "2027-jyj-01", Content: content, Seats: seats(tt.seats), Override: seats(tt.override), Authors: strings.Fields(tt.authors)}
			var votes []decision.Vote
			for n, v := range tt.votes {
				votes = append(votes, vote(t, n, v))
			}
			r := decision.Decide(q, votes, reg, noon.AddDate(0, 0, 1))
			if got := brief(r); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			sound(t, q, votes, r)
		})
	}
}

// sound checks what holds of every result.
func sound(t testing.TB, q decision.Question, votes []decision.Vote, r decision.Result) {
	t.Helper()
	for _, ss := range [][]decision.SeatResult{r.Seats, r.Override} {
		persons := map[string]bool{}
		for i, s := range ss {
			if s.State.Label().Zh == "" || (s.Why != "") != (s.State == decision.Unfillable) || (s.By != nil) != (s.State == decision.Filled) || (len(s.Ask) > 0) != (s.State == decision.Open) || !slices.IsSorted(s.Ask) {
				t.Errorf("seat %d: %+v", i, s)
			}
			if s.By == nil {
				continue
			}
			if persons[s.By.Person] {
				t.Errorf("%s fills two seats", s.By.Person)
			}
			persons[s.By.Person] = true
			if s.As != decision.Propose && slices.Contains(q.Authors, s.By.Person) {
				t.Errorf("author %s fills seat %d", s.By.Person, i)
			}
			if !slices.Contains(s.Departments, s.By.Department) {
				t.Errorf("seat %d is filled for %s", i, s.By.Department)
			}
			if s.By.Vote >= 0 {
				v := r.Votes[s.By.Vote]
				if v.Person != s.By.Person || v.Seat != i || v.Status != decision.Counted || v.Reason != s.By.Reason || v.Department != "" && v.Department != s.By.Department {
					t.Errorf("seat %d rests on vote %+v", i, v)
				}
			} else if !slices.Contains(q.Authors, s.By.Person) {
				t.Errorf("seat %d rests on no vote", i)
			}
		}
	}
	for i, v := range r.Votes {
		if v.Status.Label().Zh == "" || v.Status.Label().En == "" {
			t.Errorf("status %q has no text", v.Status)
		}
		if (v.Seat >= 0) != (v.Status == decision.Counted) || (v.By >= 0) != (v.Status == decision.Superseded || v.Status == decision.Withdrawn) || v.By >= 0 && (v.By <= i || r.Votes[v.By].Person != v.Person) {
			t.Errorf("vote %d: %+v", i, v)
		}
		if !slices.ContainsFunc(votes, func(w decision.Vote) bool {
			return w.Evidence == v.Evidence && w.Source == v.Source && w.When.Equal(v.When)
		}) {
			t.Errorf("vote %d is none of those given", i)
		}
	}
}

func decide(t testing.TB, q decision.Question, votes ...string) decision.Result {
	t.Helper()
	var all []decision.Vote
	for n, v := range votes {
		all = append(all, vote(t, n, v))
	}
	return decision.Decide(q, all, register(t, staff), noon.AddDate(0, 0, 1))
}

func TestAQuestionWithoutIDOrSeatsIsNeverApproved(t *testing.T) {
	q := decision.Question{ID: "f1", Subject: "2027-jyj-01", Override: seats("g"), Authors: []string{"u-01"}}
	if r := decide(t, q, "g-01 override: why"); r.Outcome != decision.Missing || r.Why != decision.NoSeats {
		t.Errorf("%+v", r)
	}
	q.Seats, q.ID = seats("a"), ""
	v := vote(t, 0, "a-01 approve")
	v.IDs = []string{""}
	if r := decision.Decide(q, []decision.Vote{v}, register(t, staff), noon); r.Outcome != decision.Missing || r.Why != decision.NoID {
		t.Errorf("%+v", r)
	}
}

func TestNobodyIsRegistered(t *testing.T) {
	q := decision.Question{ID: "f1", Seats: seats("a propose:u"), Authors: []string{"u-01"}}
	r := decision.Decide(q, []decision.Vote{vote(t, 0, "a-01 approve")}, &people.Register{}, noon.Add(time.Hour))
	if got, want := brief(r), "missing [!nobody !nobody] stranger"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestDaysBeginInShanghai(t *testing.T) {
	reg := register(t, "a-01: a 2026-03-10..2026-03-10")
	q := decision.Question{ID: "f1", Seats: seats("a")}
	for _, tt := range []struct {
		vote, on string // UTC
		want     string
	}{
		{"2026-03-09T15:59", "2026-03-10T15:59", "missing"},
		{"2026-03-09T16:00", "2026-03-10T15:59", "approved"},
		{"2026-03-09T16:00", "2026-03-10T16:00", "missing"},
	} {
		at := func(s string) time.Time {
			when, err := time.Parse("2006-01-02T15:04", s)
			if err != nil {
				t.Fatal(err)
			}
			return when
		}
		v := vote(t, 0, "a-01 approve")
		v.When = at(tt.vote)
		r := decision.Decide(q, []decision.Vote{v}, reg, at(tt.on))
		if string(r.Outcome) != tt.want {
			t.Errorf("%+v: %s", tt, brief(r))
		}
		if want := map[string]string{"2026-03-10T15:59": "2026-03-10", "2026-03-10T16:00": "2026-03-11"}[tt.on]; r.On != want {
			t.Errorf("decided on %s, not %s", r.On, want)
		}
		if z := r.Votes[0].When.Format("-0700"); z != "+0800" {
			t.Errorf("the time of the vote is told in %s", z)
		}
	}
}

func TestAStaleVoteTellsWhatChanged(t *testing.T) {
	q := decision.Question{ID: "f1", Subject: "2027-jyj-01", Content: content, Seats: seats("a")}
	r := decide(t, q, "a-01 approve | stale")
	if got := strings.Join(r.Votes[0].Changed, " "); got != "b.md c.md gone.md" {
		t.Errorf("changed: %s", got)
	}
	if r = decide(t, q, "a-01 approve"); r.Votes[0].Changed != nil {
		t.Errorf("changed: %v", r.Votes[0].Changed)
	}
}

func TestVotesAtOneTimeCountInTheOrderGiven(t *testing.T) {
	q := decision.Question{ID: "f1", Seats: seats("a")}
	yes, no := vote(t, 0, "a-01 approve"), vote(t, 0, "a-01 reject")
	for want, votes := range map[decision.Outcome][]decision.Vote{decision.Rejected: {yes, no}, decision.Approved: {no, yes}} {
		if r := decision.Decide(q, votes, register(t, staff), noon); r.Outcome != want {
			t.Errorf("got %s", brief(r))
		}
	}
	// Persons who speak at one time are ordered by their ids.
	a, b := vote(t, 0, "a-01 approve"), vote(t, 0, "a-02 approve")
	for _, votes := range [][]decision.Vote{{a, b}, {b, a}} {
		if r := decision.Decide(q, votes, register(t, staff), noon); r.Seats[0].By.Person != "a-01" {
			t.Errorf("got %s", brief(r))
		}
	}
}

func TestAVoteOnSeveralTransitionsAndOneWhoseContentIsKnown(t *testing.T) {
	q := decision.Question{ID: "f1", Subject: "2027-jyj-01", Content: content, Seats: seats("a")}
	v := vote(t, 0, "a-01 approve")
	v.Content = map[string]map[string]string{"2027-jyj-01": content}
	if r := decision.Decide(q, []decision.Vote{v}, register(t, staff), noon); r.Outcome != decision.Approved {
		t.Errorf("got %s", brief(r))
	}
	v.IDs = nil // the same content asked about in another transition
	r := decision.Decide(q, []decision.Vote{v}, register(t, staff), noon)
	if brief(r) != "missing [?a-01,a-02,a-03,ab-01] stale" || r.Votes[0].Changed != nil {
		t.Errorf("got %s %v", brief(r), r.Votes[0].Changed)
	}
}

func TestTheInputIsLeftAsItWas(t *testing.T) {
	q := decision.Question{ID: "f1", Seats: seats("b+a propose:u"), Authors: []string{"u-02", "u-01", "u-01"}}
	votes := []decision.Vote{vote(t, 2, "a-01 approve"), vote(t, 1, "a-02 approve")}
	before := fmt.Sprintf("%+v %+v", q, votes)
	decision.Decide(q, votes, register(t, staff), noon.AddDate(0, 0, 1))
	if after := fmt.Sprintf("%+v %+v", q, votes); after != before {
		t.Errorf("\n was %s\n  is %s", before, after)
	}
}

func TestTheResultAsJSON(t *testing.T) {
	q := decision.Question{ID: "f1", Subject: "2027-jyj-01", Content: content, Seats: seats("a c propose:u"), Authors: []string{"u-01"}}
	text, err := json.MarshalIndent(decide(t, q, "a-01 approve as a: fine", "x-01 approve"), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "id": "f1",
 "subject": "2027-jyj-01",
 "on": "2026-03-11",
 "outcome": "missing",
 "seats": [
  {
   "role": "ROLE",
   "as": "approve",
   "departments": [
    "a"
   ],
   "state": "filled",
   "by": {
    "person": "a-01",
    "department": "a",
    "vote": 0,
    "reason": " fine"
   }
  },
  {
   "role": "ROLE",
   "as": "approve",
   "departments": [
    "c"
   ],
   "state": "missing",
   "ask": [
    "c-01"
   ]
  },
  {
   "role": "ROLE",
   "as": "propose",
   "departments": [
    "u"
   ],
   "state": "filled",
   "by": {
    "person": "u-01",
    "department": "u",
    "vote": -1
   }
  }
 ],
 "override": [],
 "votes": [
  {
   "person": "a-01",
   "name": "a-01",
   "department": "a",
   "verdict": "approve",
   "when": "2026-03-10T12:00:00+08:00",
   "source": "test 0",
   "reason": " fine",
   "status": "counted",
   "seat": 0,
   "by": -1,
   "evidence": 0
  },
  {
   "person": "x-01",
   "name": "x-01",
   "verdict": "approve",
   "when": "2026-03-10T12:01:00+08:00",
   "source": "test 1",
   "status": "stranger",
   "seat": -1,
   "by": -1,
   "evidence": 1
  }
 ]
}`
	if string(text) != want {
		t.Errorf("%s", text)
	}
	var back decision.Result
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back.Seats[0].By, &decision.Filling{Person: "a-01", Membership: people.Membership{Department: "a"}, Reason: " fine"}) {
		t.Errorf("%v %+v", err, back.Seats[0].By)
	}
}

func TestOnlyApprovedAndOverriddenAllow(t *testing.T) {
	for o, want := range map[decision.Outcome]bool{decision.Approved: true, decision.Overridden: true, decision.Missing: false, decision.Rejected: false, "": false} {
		if o.Allows() != want {
			t.Errorf("%q: %v", o, o.Allows())
		}
	}
}
