package scenario_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/vote"
)

// command runs a command in the repository and returns what it says.
func (s *stage) command(args ...string) (code int, out, errs string) {
	s.t.Helper()
	var o, e bytes.Buffer
	code = cli.Main(append([]string{"--lang", "en"}, args...), &cli.IO{Out: &o, Err: &e, Dir: s.dir, Now: s.clock, Env: func(k string) string {
		return map[string]string{"TAIZHANG_TOKEN": s.token}[k]
	}})
	if strings.Contains(o.String()+e.String(), s.token) {
		s.t.Errorf("the token is in the output of %v", args)
	}
	return code, o.String(), e.String()
}

// onForge runs a command that is about the request.
func (s *stage) onForge(command string, args ...string) (code int, out, errs string) {
	s.t.Helper()
	return s.command(append([]string{command, "--forge", s.face.kind, "--forge-url", s.url, "--repo", "qjp/registry", "--request", fmt.Sprint(s.req.number)}, args...)...)
}

// look judges the request and holds what is said, and what is posted, against
// the script.
func (s *stage) look(at, want string, apart bool) {
	s.t.Helper()
	sha := s.req.head
	args := []string{"--post", "--format", "json"}
	if i := slices.IndexFunc(s.queue, func(q queued) bool { return q.request == s.req }); i >= 0 { // as the workflow of the queue does
		sha = s.queue[i].commit
		args = append(args, "--base", s.git("rev-parse", sha+"^1"), "--head", sha)
	}
	before := len(s.statuses)
	code, out, errs := s.onForge("review", args...)
	got, state, wantCode := "cannot", "error", 3
	var r report
	if err := json.Unmarshal([]byte(out), &r); err == nil {
		got = r.String()
		state, wantCode = map[bool]string{true: "pending", false: "failure"}[r.waits()], 1
		if r.Allowed {
			state, wantCode = "success", 0
		}
		for i := range r.Transitions {
			t := &r.Transitions[i]
			s.ids[t.Subject] = append(s.ids[t.Subject], t.ID)
		}
		if len(r.Transitions) > 0 {
			s.id = r.Transitions[0].ID[:vote.Firm]
		}
		if len(r.Transitions) > 1 {
			s.id = r.Change[:vote.Firm]
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
	if out := s.audited(at, want, first); !apart {
		s.looks = append(s.looks, look{at, s.alike(out)})
	}
}

// audited proves main after a commit and holds the outcome against what is wanted.
func (s *stage) audited(at, want, from string) (out string) {
	s.t.Helper()
	code, out, errs := s.command("audit", "--from", from, "--quiet", "--format", "json")
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
	return out
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
