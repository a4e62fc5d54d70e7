// Package decision decides whether a transition has the approvals that it
// needs, and explains how. Decide is a pure function of the question, of what
// was said, of who may speak for whom, and of one moment: the same values give
// the same result at any later time, so that a decision can be replayed.
//
// It must not know forges, files, Git, signatures or the clock: where votes
// come from and what becomes of the result is for its callers.
package decision

import (
	"slices"
	"time"

	"taizhang/tools/internal/people"
)

// Verdict is what a vote says.
type Verdict string

// The verdicts. A verdict that is none of them gives nothing.
const (
	Approve  Verdict = "approve"
	Reject   Verdict = "reject"
	Withdraw Verdict = "withdraw" // takes back what the person said before
	Override Verdict = "override" // approves in spite of missing or refusing seats
)

// Propose is the As of the seat of those who ask. The membership of an author
// fills it without a vote; every other seat needs somebody else.
const Propose = "propose"

// Seat is one approval that a transition needs; a quorum of n is n seats.
type Seat struct {
	Role        string   `json:"role"`           // BDB, DRC, … of the lifecycle
	As          string   `json:"as"`             // approve, receipt (备案), notice (告知), propose
	Step        string   `json:"step,omitempty"` // T11; "" for the default approval
	Clause      string   `json:"clause,omitempty"`
	Departments []string `json:"departments"` // unit codes any of which may fill it; none: nobody can
}

// Question is a transition as Decide sees it.
type Question struct {
	ID      string            // of the transition
	Subject string            // "2027-jyj-01", "plans", "governance", "guide"
	Content map[string]string // path → new blob, "" for a deleted file
	Seats   []Seat
	// Override is the quorum that may lift missing seats and rejections; empty,
	// nothing can be overridden.
	Override []Seat
	Authors  []string // persons who wrote or committed the content
}

// Vote is what one person said once.
type Vote struct {
	Person     string // "" when the account or key belongs to nobody in the register
	Name       string // how the source shows the voter
	Department string // unit code that the voter speaks for; "" is any that the voter may
	Verdict    Verdict
	IDs        []string // transitions that the vote was given on
	// Content is what the voter saw, by subject, when the source knows: path → blob.
	Content  map[string]map[string]string
	When     time.Time
	Source   string // "github review 123", "statement 4f1c…", "simulated"
	Reason   string
	Bot      bool
	Edited   bool // the text was changed after it was given
	Evidence int  // the caller's index of the evidence
}

// Outcome is what Decide decides.
type Outcome string

// The outcomes. Approved and Overridden allow the transition.
const (
	Approved   Outcome = "approved"
	Missing    Outcome = "missing"
	Rejected   Outcome = "rejected"
	Overridden Outcome = "overridden"
)

// Allows reports whether the transition may take effect.
func (o Outcome) Allows() bool { return o == Approved || o == Overridden }

// Result is the outcome as a tree that explains itself. Votes and seats refer
// to each other by index.
type Result struct {
	ID       string       `json:"id"`
	Subject  string       `json:"subject"`
	On       string       `json:"on"` // day of the decision, YYYY-MM-DD in Asia/Shanghai
	Outcome  Outcome      `json:"outcome"`
	Why      Why          `json:"why,omitempty"` // why the question cannot be decided at all
	Seats    []SeatResult `json:"seats"`
	Override []SeatResult `json:"override"` // the quorum of an override
	Votes    []VoteResult `json:"votes"`    // by time; votes on other subjects are left out
}

// SeatResult is a seat with what became of it.
type SeatResult struct {
	Seat
	State State    `json:"state"`
	Why   Why      `json:"why,omitempty"` // why it cannot be filled
	By    *Filling `json:"by,omitempty"`  // who fills it
	Ask   []string `json:"ask,omitempty"` // who could, sorted
}

// State says what became of a seat.
type State string

// The states of a seat.
const (
	Filled     State = "filled"
	Open       State = "missing"
	Unfillable State = "unfillable"
)

// Why says why a question or a seat cannot be settled by any vote.
type Why string

// The reasons. All of them fail closed.
const (
	NoID         Why = "no-id"
	NoSeats      Why = "no-seats"
	NoDepartment Why = "no-department"
	Nobody       Why = "nobody"
	Excluded     Why = "excluded"
)

// Filling says who fills a seat.
type Filling struct {
	Person string `json:"person"`
	people.Membership
	Vote   int    `json:"vote"` // index in Result.Votes; -1 for an author who proposes
	Reason string `json:"reason,omitempty"`
}

// VoteResult is a vote with what became of it.
type VoteResult struct {
	Person     string    `json:"person,omitempty"`
	Name       string    `json:"name,omitempty"`
	Department string    `json:"department,omitempty"` // as the voter said
	Verdict    Verdict   `json:"verdict"`
	When       time.Time `json:"when"`
	Source     string    `json:"source"`
	Reason     string    `json:"reason,omitempty"`
	Status     Status    `json:"status"`
	Seat       int       `json:"seat"`              // of a counted vote, index in Seats or for an override in Override; else -1
	By         int       `json:"by"`                // the later vote that replaced this one, index in Votes; else -1
	Changed    []string  `json:"changed,omitempty"` // paths that differ from what a stale vote saw, sorted
	Evidence   int       `json:"evidence"`
}

// Status says what became of a vote.
type Status string

// What becomes of votes. Counted fills a seat, Blocks stands against the
// transition, the others say why a vote does neither.
const (
	Counted           Status = "counted"
	Blocks            Status = "blocks"
	Surplus           Status = "surplus"
	Withdrawal        Status = "withdrawal"
	Withdrawn         Status = "withdrawn"
	Superseded        Status = "superseded"
	Stale             Status = "stale"
	FromBot           Status = "bot"
	FromStranger      Status = "stranger"
	FromAuthor        Status = "author"
	Edited            Status = "edited"
	UnknownVerdict    Status = "unknown-verdict"
	Undated           Status = "undated"
	InFuture          Status = "future"
	OutsideTerm       Status = "outside-term"
	UnknownDepartment Status = "unknown-department"
	NotMember         Status = "not-member"
	NoSeat            Status = "no-seat"
	DelegatorActed    Status = "delegator-acted"
	DelegatorIsAuthor Status = "delegator-author"
	NoOverride        Status = "no-override"
	NoReason          Status = "no-reason"
)

// Decide decides q by the votes given until on. One person fills one seat and
// the latest vote of a person counts; authors fill no seat but one to propose;
// a person must be entitled on the day of the vote and on the day of the
// decision. What is unclear fails closed.
func Decide(q Question, votes []Vote, reg *people.Register, on time.Time) Result {
	h := newHearing(q, votes, reg, on)
	r := Result{ID: q.ID, Subject: q.Subject, On: h.day, Outcome: Missing, Seats: []SeatResult{}, Override: []SeatResult{}, Votes: []VoteResult{}}
	switch {
	case q.ID == "":
		r.Why = NoID
		return r
	case len(q.Seats) == 0:
		r.Why = NoSeats
		return r
	}
	h.settle()
	approving, overriding := h.voters()
	r.Seats = h.fill(q.Seats, approving)
	r.Override = h.fill(q.Override, overriding)
	r.Votes = h.results
	r.Outcome = outcome(&r)
	return r
}

func outcome(r *Result) Outcome {
	open := func(s SeatResult) bool { return s.State != Filled }
	rejected := slices.ContainsFunc(r.Votes, func(v VoteResult) bool { return v.Status == Blocks })
	switch {
	case !rejected && !slices.ContainsFunc(r.Seats, open):
		return Approved
	case len(r.Override) > 0 && !slices.ContainsFunc(r.Override, open):
		return Overridden
	case rejected:
		return Rejected
	}
	return Missing
}
