package scenario_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// stage plays a script on one forge. Its lines are what people do, and what the
// shipped commands must then say:
//
//	open WHO EDIT [into BRANCH]      asks for an edit to be merged
//	push WHO EDIT [with WHO]         adds a commit to the request
//	force WHO EDIT                   replaces the commits of the request by one on the base
//	update WHO [with EDIT]           merges the base into the request, as a button does, or by hand
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
//	queue WHO [squash]               WHO puts the request into the merge queue
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
	token string           // of the gate
	clock func() time.Time // of the commands; nil is the system's
	req   *request
	queue []queued
	ids   map[string][]string // of transitions by subject, that were looked at
	id    string              // what {id} is
	looks []look
}

// queued is a request in the merge queue with the commit that is tried for it.
type queued struct {
	*request
	commit string
}

// look is what a command said at one line of a script, worded alike for all forges.
type look struct{ line, text string }

func newStage(t *testing.T, kind string) *stage {
	w := newWorld(t)
	s := &stage{world: w, face: faces[kind], token: token, ids: map[string][]string{}}
	s.url = s.face.serve(w)
	return s
}

// play plays a script on a forge and returns what was said.
func play(t *testing.T, kind, script string) []look {
	s := newStage(t, kind)
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
		message := "edit"
		if len(args) > 2 && args[2] == "with" {
			message += "\n\nCo-authored-by: " + s.who(arg(3)).ident()
		}
		s.push(s.req, by, message, s.req.head, s.edits(s.req.head, arg(1)))
	case "force":
		s.rebase(s.req, by, s.edits(s.req.head, arg(1)))
	case "update":
		own, committer := "same", s.face.committer(by, verb)
		if len(args) > 2 && args[1] == "with" {
			own, committer = arg(2), by.ident()
		}
		s.update(s.req, by, committer, s.edits(s.req.head, own))
	case "press":
		s.press(s.req, by, arg(1), strings.ReplaceAll(strings.Join(args[2:], " "), "{id}", s.id))
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
		s.enqueue(by, len(args) > 1)
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
func (s *stage) enqueue(by *account, squash bool) {
	below := s.tip("refs/heads/" + s.req.base)
	if n := len(s.queue); n > 0 {
		below = s.queue[n-1].commit
	}
	c := commit{message: fmt.Sprintf("%s (#%d)", s.req.title, s.req.number), author: by.ident(), committer: s.face.committer(by, "merge"), when: s.tick(),
		parents: []string{below, s.req.head}, blobs: s.changes(below, s.req.head)}
	if squash {
		c.author, c.parents = s.req.author.ident(), c.parents[:1]
	}
	s.queue = append(s.queue, queued{s.req, s.commit(s.face.queue(s.req, below), c)})
}

// seal writes the decision after a merge: on the transition of the very id that
// was looked at before it, by whatever method it was merged; where a forge put
// several commits to one project on main, on each of them.
func (s *stage) seal(at, want string) {
	s.t.Helper()
	was := s.tip("refs/heads/" + s.req.base)
	code, out, errs := s.onForge("seal", "--into", s.req.base, "--key", gateKey)
	if code != atoi(want) {
		s.t.Errorf("%s: exit %d\n%s%s", at, code, out, errs)
		return
	}
	paths := strings.Fields(s.git("diff", "--name-only", was, "refs/heads/"+s.req.base))
	for _, path := range paths {
		var d struct{ Transition struct{ ID, Subject string } }
		if err := json.Unmarshal([]byte(s.read("refs/heads/"+s.req.base, path)), &d); err != nil {
			s.t.Fatalf("%s: %s: %v", at, path, err)
		}
		several := slices.ContainsFunc(paths, func(p string) bool { return p != path && filepath.Dir(p) == filepath.Dir(path) })
		if !several && !slices.Contains(s.ids[d.Transition.Subject], d.Transition.ID) {
			s.t.Errorf("%s: %s is about %+v, looked at were %v", at, path, d.Transition, s.ids)
		}
	}
}
