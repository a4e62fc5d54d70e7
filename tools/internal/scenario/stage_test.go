package scenario_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/cli"
)

// stage plays a script on one forge. Its lines are what people do, and what the
// shipped commands must then say:
//
//	open WHO EDIT [into BRANCH]      asks for an edit to be merged
//	push WHO EDIT                    adds a commit to the request
//	force WHO EDIT                   replaces the commits of the request by one on the base
//	update WHO                       merges the base into the request
//	press WHO approve|reject|remark  by the forge's own button
//	dismiss WHO WHOSE                takes away the last review of somebody
//	say WHO TEXT                     a comment; {id} is what was last looked at, a transition or several
//	edit WHO TEXT                    the last comment of somebody is rewritten
//	rename WHO LOGIN                 the account gets another login
//	account NAME LOGIN               a new account, of nobody in the register
//	retarget WHO BRANCH              the request asks into another branch
//	branch BRANCH EDIT               a branch beside main, with an edit on it
//	main EDIT                        main gets an edit meanwhile
//	merge|squash|rebase WHO          WHO presses that button
//	queue WHO                        WHO puts the request into the merge queue
//	leave                            and it goes out of the queue again
//	land WHO                         main is moved to all that the queue tried
//	tag NAME                         a tag on the head of the request
//	request N                        the lines below are about another request
//	seal [CODE]                      taizhang seal
//	? OUTCOME                        taizhang review --post, of the request or of what is in the queue
//	= OUTCOME                        taizhang audit
//
// A line that begins with @FORGE or @!FORGE is for that forge, or for the others, alone. An
// outcome that is said for one forge alone is not held against the others'.
type stage struct {
	*world
	face  face
	url   string
	req   *request
	queue []queued
	ids   map[string]string // of transitions by subject, at the last look at them
	id    string            // what {id} is
	looks []look
}

// queued is a request in the merge queue with the commit that is tried for it.
type queued struct {
	*request
	commit string
}

// look is what a command said at one line of a script, worded alike for all forges.
type look struct{ line, text string }

func play(t *testing.T, kind, script string) []look {
	w := newWorld(t)
	s := &stage{world: w, face: faces[kind], ids: map[string]string{}}
	s.url = s.face.serve(w)
	for n, l := range lines(script) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		apart := strings.HasPrefix(l, "@")
		if apart {
			var forge string
			forge, l, _ = strings.Cut(l[1:], " ")
			if name, not := strings.CutPrefix(forge, "!"); (name == kind) == not {
				continue
			}
		}
		s.do(fmt.Sprintf("%d: %s", n, l), strings.TrimSpace(l), apart)
		if t.Failed() {
			break
		}
	}
	return s.looks
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

func (s *stage) do(at, line string, apart bool) {
	s.t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	args := strings.Fields(rest)
	arg := func(i int) string {
		if i >= len(args) {
			s.t.Fatalf("%s: too short", at)
		}
		return args[i]
	}
	var by *account
	switch verb {
	case "?", "=", "branch", "main", "request", "leave", "seal", "account", "tag":
	default:
		by = s.who(arg(0))
	}
	switch verb {
	case "?":
		s.look(at, rest, apart)
	case "=":
		s.audit(at, rest, apart)
	case "open":
		base := "main"
		if len(args) > 2 && args[2] == "into" {
			base = arg(3)
		}
		s.req = s.open(by, base, title, s.edits("refs/heads/"+base, arg(1)))
	case "push":
		s.push(s.req, by, by, []string{s.req.head}, s.edits(s.req.head, arg(1)))
	case "force":
		s.rebase(s.req, by, s.edits(s.req.head, arg(1)))
	case "update":
		s.update(s.req, by, s.face.committer(by, verb))
	case "press":
		s.press(s.req, by, arg(1))
	case "dismiss":
		s.dismiss(s.req, by, s.who(arg(1)))
	case "say", "edit":
		text := strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(rest, args[0]+" "), "{id}", s.id), `\n`, "\n")
		if verb == "edit" {
			s.rewrite(s.last(s.req, by), text)
			return
		}
		if s.face.takes != nil {
			text = s.face.takes(s.world, s.req, by, text)
		}
		if text != "" {
			s.say(s.req, by, text)
		}
	case "rename":
		by.login = arg(1)
	case "account":
		s.people[arg(0)] = &account{id: 1000 + s.world.id(), login: arg(1), email: arg(0) + "@example.org"}
	case "retarget":
		s.retarget(s.req, by, arg(1))
	case "branch", "main":
		ref, edit := "refs/heads/main", arg(0)
		if verb == "branch" {
			ref, edit = "refs/heads/"+arg(0), arg(1)
		}
		s.commit(ref, commit{message: "edit", author: maker, committer: maker, when: s.tick(), parents: []string{s.tip("refs/heads/main")}, edits: s.edits("refs/heads/main", edit)})
	case "merge", "squash", "rebase":
		s.land(s.req, by, verb, &s.face)
	case "queue":
		s.enqueue(by)
	case "leave":
		s.queue = slices.DeleteFunc(s.queue, func(q queued) bool { return q.request == s.req })
	case "land":
		s.tick()
		for _, q := range s.queue {
			s.git("update-ref", "refs/heads/"+q.base, q.commit)
			s.landed(q.request, by, q.commit)
		}
		s.queue = nil
	case "tag":
		s.git("update-ref", "refs/tags/"+arg(0), s.req.head)
	case "request":
		s.req = s.requests[atoi(arg(0))-1]
	case "seal":
		s.seal(at, strings.Join(args, ""))
	default:
		s.t.Fatalf("%s: unknown", at)
	}
}

// enqueue makes the commit that a merge queue tries: the request merged on what
// the queue has before it.
func (s *stage) enqueue(by *account) {
	below := s.tip("refs/heads/" + s.req.base)
	if n := len(s.queue); n > 0 {
		below = s.queue[n-1].commit
	}
	c := commit{message: fmt.Sprintf("%s (#%d)", s.req.title, s.req.number), author: by.ident(), committer: s.face.committer(by, "merge"), when: s.tick(),
		parents: []string{below, s.req.head}, blobs: s.changes(below, s.req.head)}
	s.queue = append(s.queue, queued{s.req, s.commit(s.face.queue(s.req, below), c)})
}

// seal writes the decision after a merge: on the transition of the very id that
// was looked at before it, by whatever method it was merged.
func (s *stage) seal(at, want string) {
	s.t.Helper()
	was := s.tip("refs/heads/" + s.req.base)
	code, out, errs := s.command("seal", "--forge", s.face.kind, "--forge-url", s.url, "--repo", "qjp/registry", "--request", fmt.Sprint(s.req.number), "--into", s.req.base, "--key", gateKey)
	if code != atoi(want) {
		s.t.Errorf("%s: exit %d\n%s%s", at, code, out, errs)
		return
	}
	for _, path := range strings.Fields(s.git("diff", "--name-only", was, "refs/heads/"+s.req.base)) {
		var d struct{ Transition struct{ ID, Subject string } }
		if err := json.Unmarshal([]byte(s.read("refs/heads/"+s.req.base, path)), &d); err != nil || d.Transition.ID != s.ids[d.Transition.Subject] {
			s.t.Errorf("%s: %s is about %+v, looked at were %v: %v", at, path, d.Transition, s.ids, err)
		}
	}
}

// command runs a command in the repository and returns what it says.
func (s *stage) command(args ...string) (code int, out, errs string) {
	s.t.Helper()
	var o, e bytes.Buffer
	code = cli.Main(append([]string{"--lang", "en"}, args...), &cli.IO{Out: &o, Err: &e, Dir: s.dir, Env: func(k string) string {
		return map[string]string{"TAIZHANG_TOKEN": token}[k]
	}})
	if strings.Contains(o.String()+e.String(), token) {
		s.t.Errorf("the token is in the output of %v", args)
	}
	return code, o.String(), e.String()
}

// look judges the request and holds what is said, and what is posted, against
// the script.
func (s *stage) look(at, want string, apart bool) {
	s.t.Helper()
	sha := s.req.head
	args := []string{"review", "--forge", s.face.kind, "--forge-url", s.url, "--repo", "qjp/registry", "--request", fmt.Sprint(s.req.number), "--post", "--format", "json"}
	if i := slices.IndexFunc(s.queue, func(q queued) bool { return q.request == s.req }); i >= 0 { // as the workflow of the queue does
		sha = s.queue[i].commit
		args = append(args, "--base", s.git("rev-parse", sha+"^1"), "--head", sha)
	}
	before := len(s.statuses)
	code, out, errs := s.command(args...)
	got, state, wantCode := "cannot", "error", 3
	var r report
	if err := json.Unmarshal([]byte(out), &r); err == nil {
		got = r.String()
		state, wantCode = map[bool]string{true: "pending", false: "failure"}[r.waits()], 1
		if r.Allowed {
			state, wantCode = "success", 0
		}
		for i := range r.Transitions {
			s.ids[r.Transitions[i].Subject] = r.Transitions[i].ID
		}
		if len(r.Transitions) > 0 {
			s.id = r.Transitions[0].ID[:12]
		}
		if len(r.Transitions) > 1 {
			s.id = r.Change[:12]
		}
	}
	if got != want || code != wantCode {
		s.t.Errorf("%s: exit %d\n got %s\nwant %s\n%s", at, code, got, want, errs)
	}
	ours := 0
	for _, c := range s.req.comments {
		if c.by == s.people["robot"] && strings.HasPrefix(c.body, "<!-- taizhang:review -->") {
			ours++
		}
	}
	if state == "error" {
		ours = 1
	}
	if name := "taizhang/approvals (" + s.req.base + ")"; s.status(sha, name) != state || ours != 1 {
		s.t.Errorf("%s: %d comments and the statuses %+v; want %s: %s", at, ours, s.statuses, name, state)
	}
	for _, p := range s.statuses[before:] {
		if p.sha != sha {
			s.t.Errorf("%s: %s got a status, want %s alone", at, p.sha, sha)
		}
	}
	if !apart {
		s.looks = append(s.looks, look{at, s.alike(out)})
	}
}

// status is the last state of a name on a commit, as the others call it.
func (w *world) status(sha, name string) string {
	for _, p := range slices.Backward(w.statuses) {
		if p.sha == sha && p.name == name {
			return strings.Replace(p.state, "failed", "failure", 1)
		}
	}
	return ""
}

// audit proves main and holds the outcome against the script.
func (s *stage) audit(at, want string, apart bool) {
	s.t.Helper()
	code, out, errs := s.command("audit", "--from", first, "--quiet", "--format", "json")
	var a struct {
		Good    bool
		Commits []struct {
			Transitions []struct {
				Subject, Status, Proof string
				Filled                 []struct{ Department, Person string }
			}
			Faults []any
		}
	}
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		s.t.Fatalf("%s: %v\n%s%s", at, err, out, errs)
	}
	var parts []string
	for _, c := range a.Commits {
		for _, it := range c.Transitions {
			part := it.Subject + " " + strings.TrimSpace(it.Status+" "+it.Proof)
			for _, f := range it.Filled {
				part += " " + f.Department + "=" + f.Person
			}
			parts = append(parts, part)
		}
		if len(c.Faults) > 0 {
			parts = append(parts, fmt.Sprintf("%d faults", len(c.Faults)))
		}
	}
	if got := strings.Join(parts, ", "); got != want || (code == 0) != a.Good {
		s.t.Errorf("%s: exit %d\n got %s\nwant %s\n%s", at, code, got, want, errs)
	}
	if !apart {
		s.looks = append(s.looks, look{at, s.alike(out)})
	}
}

// report is what a review says, as far as scripts name it.
type report struct {
	Allowed     bool
	Change      string
	Transitions []struct {
		ID, Subject string
		Decision    struct {
			Outcome string
			Seats   []struct {
				Departments []string
				State, Why  string
				By          *struct{ Person, Via string }
			}
			Votes []struct{ Person, Status string }
		}
	}
	Findings []blocking
	Problems []any
}

type blocking struct {
	Rule   string
	Blocks bool
}

// String is like “missing [dsjj] dsjj-01:stale”: the outcome, each seat with who
// fills it, each vote of a person with what became of it, and what stands in the
// way. The subject is named where there are several.
func (r *report) String() string {
	var parts []string
	for i := range r.Transitions {
		t := &r.Transitions[i]
		var seats []string
		for _, s := range t.Decision.Seats {
			seat := strings.Join(s.Departments, "/")
			if s.By != nil {
				seat += "=" + s.By.Person
			}
			if s.Why != "" {
				seat += "!" + s.Why
			}
			seats = append(seats, seat)
		}
		part := t.Decision.Outcome + " [" + strings.Join(seats, " ") + "]"
		for _, v := range t.Decision.Votes {
			if v.Person != "" {
				part += " " + v.Person + ":" + v.Status
			}
		}
		if len(r.Transitions) > 1 {
			part = t.Subject + " " + part
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing")
	}
	for _, f := range r.Findings {
		if f.Blocks {
			parts = append(parts, f.Rule)
		}
	}
	if n := len(r.Problems); n > 0 {
		parts = append(parts, fmt.Sprintf("%d refused", n))
	}
	return strings.Join(parts, ", ")
}

// waits reports whether nothing stands in the way but that votes are missing.
func (r *report) waits() bool {
	for i := range r.Transitions {
		if r.Transitions[i].Decision.Outcome == "rejected" {
			return false
		}
	}
	return !slices.ContainsFunc(r.Findings, func(f blocking) bool { return f.Blocks })
}

var (
	hashes = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	times  = regexp.MustCompile(`"when": "[^"]*"`)
	days   = regexp.MustCompile(`"(on|source)": "[^"]*"`)
	votes  = regexp.MustCompile(`(?s)"votes": \[.*?\n {8}\]|"vote": -?\d+`)
)

// alike leaves out of a command's JSON what one forge cannot say like another:
// the hashes of what it committed, and by which of its means somebody voted. What
// was decided stays, with the ids of the transitions.
func (s *stage) alike(out string) string {
	names := map[string]string{}
	out = votes.ReplaceAllString(out, "")
	out = times.ReplaceAllString(out, "")
	out = days.ReplaceAllString(out, "")
	out = hashes.ReplaceAllStringFunc(out, func(h string) string {
		if names[h] == "" {
			names[h] = fmt.Sprintf("hash %d", len(names)+1)
		}
		return names[h]
	})
	return out
}
