package scenario_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// account is somebody on the forge. The number stays, the login may change.
type account struct {
	id     int64
	login  string
	email  string
	person string // of the register; "" for a stranger
	office string
}

func (a *account) ident() string { return a.login + " <" + a.email + ">" }

// The people of all scenarios. The robot is the account of the gate's token.
func cast() map[string]*account {
	return map[string]*account{
		"clerk":    {11, "clerk", "clerk@example.org", "jyj-01", "jyj"},
		"zhao":     {21, "zhao", "zhao@example.org", "dsjj-01", "dsjj"},
		"qian":     {22, "qian", "qian@example.org", "dsjj-02", "dsjj"},
		"zhao-2":   {24, "zhao-2", "zhao-2@example.org", "dsjj-01", "dsjj"}, // of the same person
		"sun":      {23, "sun", "sun@example.org", "fgw-01", "fgw"},
		"stranger": {666, "stranger", "stranger@example.org", "", ""},
		"robot":    {99, "robot", "robot@example.org", "", ""},
	}
}

var kinds = []string{"github", "gitlab", "gitea", "gitee"}

// register is data/people.yaml: everybody of the cast with an account of the
// same number on each forge.
func register() string { return registerOf(cast()) }

func registerOf(people map[string]*account) string {
	var b strings.Builder
	b.WriteString("people:\n")
	for _, name := range []string{"zhao", "sun", "clerk", "qian"} {
		a := people[name]
		fmt.Fprintf(&b, "  - id: %s\n    departments: [%s]\n    emails: [%s]\n    accounts:\n", a.person, a.office, a.email)
		for _, k := range kinds {
			for _, of := range people {
				if of.person == a.person {
					fmt.Fprintf(&b, "      - {forge: %s, id: %d, from: 2020-01-01}\n", k, of.id)
				}
			}
		}
	}
	return b.String()
}

// world is a forge with one repository as it is meant, before any API words it:
// what people did, in their order and at their times.
type world struct {
	repo
	now      time.Time
	people   map[string]*account
	requests []*request
	statuses []status // newest last
	serial   int64    // of reviews, comments and events
	broken   string   // end of the paths of which the API tells nothing

	mu sync.Mutex // held while an API answers
}

type request struct {
	number   int64
	title    string
	author   *account
	branch   string // of the head
	base     string // branch it asks into
	head     string
	agit     bool   // made by a push to refs/for/
	leaves   string // merge base at the last push or change of the base
	state    string // open, closed, merged
	mergedBy *account
	mergedAt time.Time
	merge    string // commit that the merge left on the base
	versions []version
	reviews  []*review
	comments []*comment
	events   []event
}

// version is what was to be reviewed from a time on.
type version struct {
	head, leaves string
	since        time.Time
}

type review struct {
	id        int64
	by        *account
	verdict   string // approve, reject, remark
	body      string
	commit    string // head at the time
	when      time.Time
	dismissed *event
}

type comment struct {
	id               int64
	by               *account
	body             string
	created, updated time.Time
}

// event is something that forges note beside a request.
type event struct {
	id       int64
	kind     string // forced, retargeted, dismissed
	by       *account
	when     time.Time
	from, to string
	review   *review
}

type status struct{ sha, name, state, description string }

func newWorld(t *testing.T) *world {
	w := &world{now: begin, people: cast()}
	w.t, w.dir = t, t.TempDir()
	if err := os.CopyFS(w.dir, os.DirFS(start)); err != nil {
		t.Fatal(err)
	}
	return w
}

// tick lets a minute pass, so that no two things happen at one time.
func (w *world) tick() time.Time { w.now = w.now.Add(time.Minute); return w.now }

func (w *world) id() int64 { w.serial++; return w.serial }

func (w *world) who(name string) *account {
	w.t.Helper()
	a := w.people[name]
	if a == nil {
		w.t.Fatalf("who is %q?", name)
	}
	return a
}

func (w *world) request(n int64) *request {
	if n < 1 || n > int64(len(w.requests)) {
		return nil
	}
	return w.requests[n-1]
}

// open asks for edits to be merged into a base branch.
func (w *world) open(by *account, base, title string, e edits) *request {
	n := int64(len(w.requests) + 1)
	r := &request{number: n, title: title, author: by, branch: fmt.Sprintf("topic-%d", n), base: base, state: "open"}
	w.requests = append(w.requests, r)
	w.push(r, by, "edit", w.tip("refs/heads/"+base), e)
	return r
}

// push puts a commit on parent at the head of a request.
func (w *world) push(r *request, by *account, message, parent string, e edits) {
	c := commit{message: message, author: by.ident(), committer: by.ident(), when: w.tick(), parents: []string{parent}, edits: e}
	w.moved(r, by, w.commit(r.ref(), c))
}

func (r *request) ref() string { return fmt.Sprintf("refs/pull/%d/head", r.number) }

// moved notes that a request has another head.
func (w *world) moved(r *request, by *account, head string) {
	w.git("update-ref", "refs/heads/"+r.branch, head)
	if r.head != "" && w.git("merge-base", r.head, head) != r.head {
		r.events = append(r.events, event{id: w.id(), kind: "forced", by: by, when: w.now, to: head})
	}
	r.head = head
	w.compared(r)
}

// compared notes what there is to review from now on.
func (w *world) compared(r *request) {
	r.leaves = w.git("merge-base", "refs/heads/"+r.base, r.head)
	r.versions = append(r.versions, version{r.head, r.leaves, w.now})
}

// rebase replaces the commits of a request by one on the tip of its base: with
// the same content, and the edits on top of it.
func (w *world) rebase(r *request, by *account, e edits) {
	base := "refs/heads/" + r.base
	c := commit{message: "edit", author: r.author.ident(), committer: by.ident(), when: w.tick(), parents: []string{w.tip(base)}, blobs: w.changes(base, r.head), edits: e}
	w.moved(r, by, w.commit(r.ref(), c))
}

// update merges the base into a request, as the button beside an old one does.
func (w *world) update(r *request, by *account, committer string, own edits) {
	base := "refs/heads/" + r.base
	c := commit{message: "Merge branch '" + r.base + "'", author: by.ident(), committer: committer, when: w.tick(),
		parents: []string{r.head, w.tip(base)}, blobs: w.changes(r.head, base), edits: own}
	w.moved(r, by, w.commit(r.ref(), c))
}

// retarget asks for a request to be merged into another branch.
func (w *world) retarget(r *request, by *account, base string) {
	r.events = append(r.events, event{id: w.id(), kind: "retargeted", by: by, when: w.tick(), from: r.base, to: base})
	r.base = base
	w.compared(r)
}

func (w *world) press(r *request, by *account, verdict, body string) {
	r.reviews = append(r.reviews, &review{id: w.id(), by: by, verdict: verdict, body: body, commit: r.head, when: w.tick()})
}

// dismiss takes the last review of somebody away.
func (w *world) dismiss(r *request, by, whose *account) {
	for _, v := range slices.Backward(r.reviews) {
		if v.by == whose {
			e := event{id: w.id(), kind: "dismissed", by: by, when: w.tick(), review: v}
			v.dismissed = &e
			r.events = append(r.events, e)
			return
		}
	}
	w.t.Fatalf("%s has reviewed nothing", whose.login)
}

func (w *world) say(r *request, by *account, body string) *comment {
	c := &comment{id: w.id(), by: by, body: body, created: w.tick()}
	c.updated = c.created
	r.comments = append(r.comments, c)
	return c
}

// rewrite edits a comment.
func (w *world) rewrite(c *comment, body string) { c.body, c.updated = body, w.tick() }

func (w *world) last(r *request, whose *account) *comment {
	for _, c := range slices.Backward(r.comments) {
		if c.by == whose {
			return c
		}
	}
	w.t.Fatalf("%s has said nothing", whose.login)
	return nil
}

func (w *world) comment(id int64) (*request, *comment) {
	for _, r := range w.requests {
		for _, c := range r.comments {
			if c.id == id {
				return r, c
			}
		}
	}
	return nil, nil
}

// land merges a request by a method, as the one who presses the button.
func (w *world) land(r *request, by *account, method string, f *face) {
	base := "refs/heads/" + r.base
	c := commit{author: by.ident(), committer: f.committer(by, method), when: w.tick(), parents: []string{w.tip(base)}, blobs: w.changes(base, r.head),
		message: fmt.Sprintf("%s (#%d)", r.title, r.number)}
	switch method {
	case "merge":
		c.parents = append(c.parents, r.head)
		w.commit(base, c)
	case "squash":
		c.author = r.author.ident()
		w.commit(base, c)
	case "rebase":
		tip := c.parents[0]
		for _, old := range lines(w.git("rev-list", "--reverse", "--no-merges", tip+".."+r.head)) {
			one := commit{committer: c.committer, when: w.now, parents: []string{tip}, blobs: w.changes(old+"~1", old)}
			one.author, one.message, _ = strings.Cut(w.git("show", "-s", "--format=%an <%ae>%x00%B", old), "\x00")
			tip = w.commit("refs/rebased", one)
		}
		if f.rebasesFirst {
			w.moved(r, by, tip)
		}
		w.git("update-ref", base, tip)
	}
	w.landed(r, by, w.tip(base))
}

func (w *world) landed(r *request, by *account, merge string) {
	r.state, r.mergedBy, r.mergedAt, r.merge = "merged", by, w.now, merge
}
