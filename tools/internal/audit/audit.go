// Package audit proves, from the registry's own files alone, what main says was
// decided: each transition is judged by the rules, units and people of the
// commit before it, and each decision is replayed from the votes that it keeps.
// It needs no forge and no network, and trusts nothing but the starting point.
//
// It gets commits as values and knows neither Git nor how they are shown.
package audit

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/transition"
	"taizhang/tools/internal/value"
)

// Status says how well a transition is founded.
type Status string

// The statuses. The first two are good.
const (
	Proven     Status = "proven"     // the votes are there and hold
	Overridden Status = "overridden" // decided in place of a department, with reasons
	Unsealed   Status = "unsealed"   // merged through a request whose decision was never written down
	Unapproved Status = "unapproved" // nobody is known to have agreed
	Illegal    Status = "illegal"    // the rules of its time refuse it, or its decision does not hold
)

// Good reports whether a transition may stand in main.
func (s Status) Good() bool { return s == Proven || s == Overridden }

// Label names the status.
func (s Status) Label() finding.Text { return labels[string(s)] }

// Proof says what a proven transition rests on, strongest first.
type Proof string

// The proofs.
const (
	Signed   Proof = "signed"   // signatures of the persons themselves
	Attested Proof = "attested" // the seal of the gate, which read the votes on a forge
	Recorded Proof = "recorded" // a decision without seal: whoever could push could write it
	Trailers Proof = "trailers" // Approved-by lines of the commit: likewise
)

// Label names the proof.
func (p Proof) Label() finding.Text { return labels[string(p)] }

var labels = map[string]finding.Text{
	"proven":     {Zh: "已证明", En: "proven"},
	"overridden": {Zh: "特批", En: "overridden"},
	"unsealed":   {Zh: "未封存", En: "unsealed"},
	"unapproved": {Zh: "未经批准", En: "unapproved"},
	"illegal":    {Zh: "不合规定", En: "illegal"},
	"signed":     {Zh: "本人签名", En: "signed by the persons"},
	"attested":   {Zh: "审批程序盖章", En: "attested by the gate"},
	"recorded":   {Zh: "只有记录", En: "a record alone"},
	"trailers":   {Zh: "提交说明里的署名", En: "trailers of the commit"},
}

// Link is one commit of main with its first parent.
type Link struct {
	Commit, Parent string
	When           time.Time // committer's date
	After          time.Time // that of the parent
	Message        string
	Merge          bool              // it has further parents
	Authors        []string          // addresses of those who wrote what it brings
	Base, Head     registry.Files    // the registry before and after
	Files          []transition.File // every path that differs, sorted
}

// Item is one transition of a link.
type Item struct {
	transition.Transition
	Status   Status         `json:"status"`
	Proof    Proof          `json:"proof,omitempty"`
	Decision string         `json:"decision,omitempty"` // path of the file
	Sealed   string         `json:"sealedBy,omitempty"` // commit that brought the decision, when a later one did
	Seats    []Seat         `json:"filled,omitempty"`
	Why      []finding.Text `json:"why,omitempty"` // what is wrong
	question decision.Question
	reg      *people.Register
	registry string
	parent   string
	after    time.Time // date of the parent: nothing was decided before it
	before   time.Time // date of the commit
}

// Hear takes a signed statement as a vote on the item, at a moment.
func (i *Item) Hear(signed *statement.Signed, on time.Time) (decision.Vote, finding.Text) {
	return seal.Hear(signed, i.reg, i.registry, on)
}

// Seat says who filled a seat.
type Seat struct {
	Department string `json:"department"`
	As         string `json:"as"`
	Person     string `json:"person"`
	Reason     string `json:"reason,omitempty"` // of an override
}

// Fault is a breach of history itself: a decision dropped, edited, reordered.
type Fault struct {
	Path string       `json:"path"`
	Text finding.Text `json:"text"`
}

// Entry is what was found about one commit of main.
type Entry struct {
	Commit string    `json:"commit"`
	Parent string    `json:"parent"`
	When   time.Time `json:"when"`
	Title  string    `json:"title"` // first line of its message
	// Request is the number of the request that the message says was merged, 0
	// when it says none. Whoever wrote the message may say anything.
	Request int64   `json:"-"`
	Items   []*Item `json:"transitions"`
	Faults  []Fault `json:"faults"`
}

// Good reports whether nothing is wrong with a commit.
func (e *Entry) Good() bool {
	return len(e.Faults) == 0 && !slices.ContainsFunc(e.Items, func(i *Item) bool { return !i.Status.Good() })
}

// Demand takes away the good status of transitions that rest on no proof of the
// given kinds.
func (e *Entry) Demand(proofs ...Proof) {
	for _, it := range e.Items {
		if it.Status.Good() && !slices.Contains(proofs, it.Proof) {
			it.Status = Unapproved
			it.Why = append(it.Why, finding.Text{Zh: "只凭“" + it.Proof.Label().Zh + "”，谁能推送主干谁就写得出来", En: "it rests on “" + it.Proof.Label().En + "” alone, which whoever could push could write"})
		}
	}
}

// asked names a transition by its id and the commit that it was made on.
type asked struct{ id, base string }

// Auditor judges the links of main one after the other, oldest first. What the
// judge of one link has read serves for the next.
type Auditor struct {
	pending map[asked]*Item // of earlier links, still without a decision
	commit  string          // the last one that was looked at
	judge   *check.Judge    // of the registry at it, nil when it is not known
}

// Look is what a link did, by the definitions before it.
type Look struct {
	link   Link
	entry  *Entry
	judge  *check.Judge
	sealed []transition.File
	err    error
}

// Look makes ready to judge the next link and returns what does. That takes most of
// the time and may run beside those of other links.
func (a *Auditor) Look(l Link) func(check.Options) *Look {
	k := &Look{link: l, entry: l.entry(), judge: a.judge}
	if k.judge == nil || a.commit != l.Parent {
		k.judge, k.err = check.NewJudge(l.Base)
	}
	a.judge, a.commit = nil, l.Commit
	if k.err != nil {
		return func(check.Options) *Look { return k }
	}
	var content []transition.File
	var changed []string
	redefined := false
	for _, f := range l.Files {
		inside := strings.HasPrefix(f.Path, "content/")
		if inside {
			changed = append(changed, f.Path)
		}
		if registry.InDecisions(f.Path) {
			k.sealed = append(k.sealed, f)
			continue
		}
		content = append(content, f)
		redefined = redefined || !inside
	}
	if !redefined {
		a.judge = k.judge.With(l.Head, changed)
	}
	return func(o check.Options) *Look {
		if len(content) > 0 {
			k.err = k.transitions(content, o)
		}
		return k
	}
}

// entry begins what is said about a link.
func (l *Link) entry() *Entry {
	title, _, _ := strings.Cut(l.Message, "\n")
	return &Entry{Commit: l.Commit, Parent: l.Parent, When: l.When, Title: value.MaskPersonal(strings.TrimSpace(title)), Request: requestOf(l.Message), Items: []*Item{}, Faults: []Fault{}}
}

// Unjudged is the entry of a link that cannot be judged, nor what lies behind it:
// its files, or the definitions among them, are not what any registry holds. left
// is the number of commits that are not looked at for that.
func Unjudged(l Link, path string, why error, left int) *Entry {
	e := l.entry()
	e.Faults = append(e.Faults, Fault{path, finding.Text{
		Zh: fmt.Sprintf("从这个提交起无法判断（后面还有 %d 个提交没有审计）：%v", left, why),
		En: fmt.Sprintf("from this commit on nothing can be judged (%d commits behind it were not audited): %v", left, why)}})
	return e
}

// Hear holds what a link did against the decisions that it brings. Links are heard
// in their order. An error means that one could not be judged at all.
func (a *Auditor) Hear(k *Look) (*Entry, error) {
	if k.err != nil {
		return nil, fmt.Errorf("commit %s: %w", k.link.Commit, k.err)
	}
	e := k.entry
	h := &hearing{link: k.link, entry: e, pending: a.pending, judge: k.judge}
	h.decisions(k.sealed)
	for _, it := range e.Items {
		if it.Status == "" {
			h.without(it)
		}
	}
	for _, it := range e.Items {
		if it.Status == Unsealed || it.Status == Unapproved {
			if a.pending == nil {
				a.pending = map[asked]*Item{}
			}
			a.pending[asked{it.ID, it.parent}] = it
		}
	}
	return e, nil
}

// transitions computes what the link did.
func (k *Look) transitions(content []transition.File, o check.Options) error {
	var changed []string
	for _, f := range content {
		changed = append(changed, f.Path)
	}
	l := &k.link
	res, err := k.judge.Change(l.Head, changed, o)
	if err != nil {
		return err
	}
	reg := res.Base.Registry.People
	var authors []string
	for _, address := range l.Authors {
		if p, ok := reg.ByEmail(address); ok && !slices.Contains(authors, p) {
			authors = append(authors, p)
		}
	}
	items := transition.Of(res, content)
	for _, t := range items {
		it := &Item{Transition: t, reg: reg, registry: res.Base.Registry.Config.DivisionCode, parent: l.Parent, after: l.After, before: l.When,
			question: decision.Question{ID: t.ID, Subject: t.Subject, Content: t.Content(), Seats: t.Seats, Override: t.Override, Authors: authors}}
		k.entry.Items = append(k.entry.Items, it)
	}
	accuse(k.entry.Items, res.Findings)
	return nil
}

// maxWhy bounds what is said against one transition.
const maxWhy = 100

// accuse holds findings against the transitions that they are about: by project,
// or by file, and whatever is found against new definitions. One that is about none
// of a commit stands against all of them.
func accuse(items []*Item, findings []finding.Finding) {
	bySubject, byFile := map[string]*Item{}, map[string]*Item{}
	for _, it := range items {
		bySubject[it.Subject] = it
		for _, f := range it.Files {
			byFile[f.Path] = it
		}
	}
	for i := range findings {
		f := &findings[i]
		if !f.Blocks() {
			continue
		}
		about := byFile[f.File]
		if f.Project != "" {
			about = bySubject[f.Project]
		}
		var accused []*Item
		for _, it := range []*Item{about, bySubject[registry.SubjectDefinitions]} {
			if it != nil && !slices.Contains(accused, it) {
				accused = append(accused, it)
			}
		}
		if len(accused) == 0 {
			accused = items
		}
		for _, it := range accused {
			if it.Status = Illegal; len(it.Why) < maxWhy {
				it.Why = append(it.Why, finding.Text{Zh: f.Rule + " " + f.File + "：" + f.Message.Zh, En: f.Rule + " " + f.File + ": " + f.Message.En})
			}
		}
	}
}

// request matches how forges name the request in the message of a merge.
var request = regexp.MustCompile(`(?:^Merge pull request #|\(#|[ (]!|See merge request \S*!)([0-9]+)`)

// requestOf returns the number of the request that a message names, 0 for none.
func requestOf(message string) int64 {
	m := request.FindStringSubmatch(message)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0 // too large
	}
	return n
}

// without judges a transition for which no decision was found.
func (h *hearing) without(it *Item) {
	if h.trailers(it) {
		return
	}
	it.Status = Unapproved
	it.Why = append(it.Why, finding.Text{Zh: "没有任何人同意的记录", En: "nothing says that anybody agreed"})
	if h.link.Merge || h.entry.Request != 0 {
		it.Status = Unsealed
		it.Why[len(it.Why)-1] = finding.Text{Zh: "经合并请求合入，但没有封存决定", En: "it came through a request, but its decision was not sealed"}
	}
}

// trailers takes Approved-by lines of the commit's message as votes:
// "Approved-by: dsjj-01 (dsjj)". They prove only that somebody wrote them.
func (h *hearing) trailers(it *Item) bool {
	var votes []decision.Vote
	for line := range strings.Lines(h.link.Message) {
		key, who, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || !strings.EqualFold(key, "approved-by") {
			continue
		}
		person, department, _ := strings.Cut(strings.TrimSpace(who), " ")
		votes = append(votes, decision.Vote{Person: person, Name: person, Department: strings.Trim(department, "() "), Verdict: decision.Approve,
			IDs: []string{it.ID}, When: h.link.When, Source: "trailer"})
	}
	if len(votes) == 0 {
		return false
	}
	r := decision.Decide(it.question, votes, it.reg, h.link.When)
	if !r.Outcome.Allows() {
		return false
	}
	it.Status, it.Proof, it.Seats = Proven, Trailers, filled(&r)
	return true
}

func filled(r *decision.Result) []Seat {
	var out []Seat
	for _, list := range [][]decision.SeatResult{r.Seats, r.Override} {
		for _, s := range list {
			if s.State == decision.Filled {
				out = append(out, Seat{Department: s.By.Department, As: s.As, Person: s.By.Person, Reason: s.By.Reason})
			}
		}
	}
	return out
}
