package decision_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutants are faults that somebody could bring in, each as a change of one
// place. Together they say what the tests of this package and of people guard.
var mutants = []struct{ name, file, old, new string }{
	// The outcome.
	{"everything is approved", "decision.go", "\topen := func", "\treturn Approved\n\topen := func"},
	{"missing seats are approved", "decision.go", "\treturn Missing\n}", "\treturn Approved\n}"},
	{"rejections are forgotten", "decision.go", "return v.Status == Blocks })", "return false })"},
	{"a rejection goes before an override", "decision.go", "case len(r.Override) > 0 &&", "case !rejected && len(r.Override) > 0 &&"},
	{"no quorum is a full quorum", "decision.go", "case len(r.Override) > 0 && !", "case !"},
	{"without rejection nothing need be filled", "decision.go", "case !rejected && !slices", "case !rejected || !slices"},
	{"a quorum that exists need not be filled", "decision.go", "case len(r.Override) > 0 && !slices", "case len(r.Override) > 0 || !slices"},
	{"every question lacks an id", "decision.go", `case q.ID == "":`, `case q.ID != "":`},
	{"every question lacks seats", "decision.go", "case len(q.Seats) == 0:", "case len(q.Seats) != 0:"},
	{"only no quorum is a full quorum", "decision.go", "case len(r.Override) > 0 && !", "case len(r.Override) <= 0 && !"},
	{"half an override is enough", "decision.go", "len(r.Override) > 0 && !slices.ContainsFunc(r.Override, open)", "len(r.Override) > 0 && r.Override[0].State == Filled"},
	{"no seats at all is approved", "decision.go", "case len(q.Seats) == 0:", "case false:"},
	{"a question needs no id", "decision.go", `case q.ID == "":`, "case false:"},
	{"unfillable seats do not count", "decision.go", "return s.State != Filled }", "return s.State == Open }"},
	{"a rejected transition may take effect", "decision.go", "o == Approved ||", "o != Missing ||"},

	// Which votes are heard.
	{"bots count", "hearing.go", "\tcase v.Bot:\n\t\treturn FromBot\n", ""},
	{"strangers count", "hearing.go", "\tcase !h.reg.Has(v.Person):\n\t\treturn FromStranger\n", ""},
	{"edited comments count", "hearing.go", "\tcase v.Edited:\n\t\treturn Edited\n", ""},
	{"future votes count", "hearing.go", "\tcase v.When.After(h.on):\n\t\treturn InFuture\n", ""},
	{"a vote at the moment of decision is too late", "hearing.go", "v.When.After(h.on)", "!v.When.Before(h.on)"},
	{"undated votes count", "hearing.go", "\tcase v.When.IsZero():\n\t\treturn Undated\n", ""},
	{"stale votes count", "hearing.go", "\tcase !slices.Contains(v.IDs, h.q.ID):\n\t\treturn Stale\n", ""},
	{"votes on other subjects are shown", "hearing.go", "|| v.Content[q.Subject] != nil", "|| v.Content != nil"},
	{"an unknown verdict is no fault", "hearing.go", "\treturn UnknownVerdict\n", "\treturn \"\"\n"},
	{"new files are not changes", "hearing.go", "if _, ok := seen[p]; !ok {", "if false {"},
	{"removed files are not changes", "hearing.go", "!ok || other != blob", "ok && other != blob"},

	// What stands.
	{"the first vote counts", "hearing.go", "return a.When.Compare(b.When)", "return b.When.Compare(a.When)"},
	{"the order given counts, not the time", "hearing.go", "return a.When.Compare(b.When)", "return 0"},
	{"a withdrawal is ignored", "hearing.go", "delete(h.stands, v.Person)", "_ = before"},
	{"an edited comment lifts a rejection", "hearing.go", "!stands || h.votes[before].Verdict == Reject", "!stands"},
	{"an edited comment takes nothing back", "hearing.go", "!stands || h.votes[before].Verdict == Reject", "true"},
	{"a withdrawal is a vote", "hearing.go", "r.Status = Withdrawal\n", "r.Status = Withdrawal\n\t\t\th.stands[v.Person] = i\n"},

	// Who may speak.
	{"authors approve", "match.go", "if v.author && s.As != Propose {", "if false {"},
	{"authors are voters", "hearing.go", "\t\tcase h.author(p):\n", "\t\tcase false:\n"},
	{"authors do not propose", "match.go", "if v.author && s.As != Propose {", "if v.author {"},
	{"authors propose by delegation", "hearing.go", `return m.Via != "" })`, "return false })"},
	{"every author proposes twice", "hearing.go", "h.authors = slices.Compact(h.authors)", ""},
	{"the day of the vote does not matter", "hearing.go", "return !slices.Contains(then, m) })", "return then == nil && m.Via == \"-\" })"},
	{"the day of the decision does not matter", "hearing.go", "h.reg.Memberships(v.Person, value.Day(v.When)), h.reg.Memberships(v.Person, h.day)", "h.reg.Memberships(v.Person, value.Day(v.When)), h.reg.Memberships(v.Person, value.Day(v.When))"},
	{"days begin in Greenwich", "hearing.go", "day: value.Day(on)", "day: on.UTC().Format(time.DateOnly)"},
	{"days of votes begin in Greenwich", "hearing.go", "then, now := h.reg.Memberships(v.Person, value.Day(v.When))", "then, now := h.reg.Memberships(v.Person, v.When.UTC().Format(time.DateOnly))"},
	{"the named department does not matter", "hearing.go", "return m.Department != v.Department })", "return false })"},
	{"a delegate speaks beside the delegator", "hearing.go", "stands || h.last[m.Via] > at", "false && stands"},
	{"only a later word of the delegator counts", "hearing.go", "stands || h.last[m.Via] > at", "!stands && false || h.last[m.Via] > at"},
	{"a withdrawn word of the delegator does not count", "hearing.go", "stands || h.last[m.Via] > at", "stands"},
	{"a delegate speaks in an author's name", "hearing.go", "\tif h.author(m.Via) {\n\t\treturn DelegatorIsAuthor\n\t}\n", ""},
	{"any rejection blocks", "hearing.go", "case !concern(h.q.Seats, speaks):", "case v.Verdict != Reject && !concern(h.q.Seats, speaks):"},
	{"an override needs no reason", "hearing.go", `strings.TrimSpace(v.Reason) == ""`, `strings.TrimSpace(v.Reason) == "-"`},
	{"a reason of spaces is a reason", "hearing.go", `strings.TrimSpace(v.Reason) == ""`, `strings.TrimPrefix(v.Reason, "-") == ""`},
	{"a reason is a fault", "hearing.go", `strings.TrimSpace(v.Reason) == ""`, `strings.TrimSpace(v.Reason) != ""`},
	{"an override is an approval", "hearing.go", "overriding = append(overriding, newVoter(v, i, speaks))", "approving = append(approving, newVoter(v, i, speaks))"},
	{"anybody overrides", "hearing.go", "case !concern(h.q.Override, speaks):", "case false:"},

	{"an override is anything else", "hearing.go", "case v.Verdict == Override:", "case v.Verdict != Override:"},
	{"a rejection is anything else", "hearing.go", "case v.Verdict == Reject:", "case v.Verdict != Reject:"},
	{"who may not speak is heard", "hearing.go", "case status != \"\":", "case false:"},
	{"there is always an override", "hearing.go", "case len(h.q.Override) == 0:", "case false:"},
	{"there is never an override", "hearing.go", "case len(h.q.Override) == 0:", "case true:"},
	{"an author's vote is an author's proposal alone", "hearing.go", "if v.Verdict == Approve {", "if v.Verdict != Approve {"},

	// Seats.
	{"a voter fills every seat that fits", "match.go", "if taken[s] < 0 && fits(s) {\n\t\t\t\ttaken[s] = v\n\t\t\t\treturn true\n\t\t\t}", "if taken[s] < 0 && fits(s) {\n\t\t\t\ttaken[s] = v\n\t\t\t}"},
	{"nobody makes room", "match.go", "if place(taken[s], tried) {", "if false {"},
	{"who makes room is forgotten", "match.go", "if place(taken[s], tried) {", "if true {"},
	{"every voter fits every seat", "match.go", "return slices.Contains(s.Departments, m.Department) })", "return true })"},
	{"an exact vote goes last", "match.go", "first(a.exact, b.exact)", "first(b.exact, a.exact)"},
	{"authors go last", "match.go", "first(a.author, b.author)", "first(b.author, a.author)"},
	{"authors are asked", "match.go", "(s.As == Propose || !h.author(p)) && ", ""},
	{"who fills a seat is asked again", "match.go", "!seated[p] && ", ""},
	{"void delegates are asked", "match.go", "h.mayActFor(p, d) && ", ""},
	{"an author's proposal is laid on a vote for another department", "match.go", "if slices.Contains(v.voted, m) {", "if v.vote >= 0 {"},

	{"nobody is before anybody", "match.go", "case a == b:", "case a != b:"},
	{"an open seat needs nobody to ask", "match.go", "case len(s.Ask) > 0:", "case len(s.Ask) >= 0:"},
	{"who could be asked is not", "match.go", "case len(s.Ask) > 0:", "case false:"},
	{"a seat without departments is nobody's fault", "match.go", "case len(s.Departments) == 0:", "case len(s.Departments) != 0:"},
	{"the dead end is told wrongly", "match.go", "case known:", "case !known:"},

	// The register of people.
	{"no last day", "../people/people.go", "p.From <= day && day <= p.last()", "p.From <= day"},
	{"no first day", "../people/people.go", "p.From <= day && day <= p.last()", "day <= p.last()"},
	{"the last day is out", "../people/people.go", "day <= p.last()", "day < p.last()"},
	{"any text is a day", "../people/people.go", "return value.ValidDate(day) &&", "return (value.ValidDate(day) || true) &&"},
	{"unknown keys are ignored", "../people/people.go", "\tstrict.DisallowUnknownFields()", "\t_ = strict"},
	{"a term of office never ends", "../people/people.go", "if p == nil || !p.holds(on) {", "if p == nil {"},
	{"a delegation never ends", "../people/people.go", "if g.holds(on) && g.by.holds(on) {", "if g.by.holds(on) {"},
	{"who left still delegates", "../people/people.go", "if g.holds(on) && g.by.holds(on) {", "if g.holds(on) {"},
	{"a deleted account is somebody", "../people/people.go", "if id <= 0 { // what forges", "if id < 0 { // what forges"},
	{"a deleted account was somebody", "../people/people.go", "if id <= 0 { // as in ByAccount", "if id < 0 { // as in ByAccount"},
	{"keys are compared by their type", "../people/people.go", "return string(b), true", "return kind, true"},
	{"addresses are compared with case", "../people/people.go", "strings.ToLower(strings.TrimSpace(address))", "strings.TrimSpace(address)"},
	{"one may delegate to oneself", "../people/load.go", "case d.To == p.ID:", "case false:"},
	{"one may delegate to oneself alone", "../people/load.go", "case d.To == p.ID:", "case d.To != p.ID:"},
	{"delegates need no entry", "../people/load.go", "case c.persons[d.To] == nil:", "case false:"},
	{"anything may be delegated", "../people/load.go", "case !slices.Contains(p.Departments, d.Department):", "case false:"},
	{"accounts may be shared", "../people/load.go", "for _, pair := range c.accounts.clashes(false) {", "for _, pair := range c.accounts.clashes(false)[:0] {"},
	{"the longest entry is forgotten", "../people/load.go", "if e.last() > longest.last() {", "if true {"},
}

// TestMutantsAreKilled brings in one fault after the other and expects a test to
// fail. That takes minutes, so it is asked for with TAIZHANG_MUTANTS=1; that
// each fault still applies to the code is checked always.
func TestMutantsAreKilled(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			path, err := filepath.Abs(m.file)
			if err != nil {
				t.Fatal(err)
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), m.old); n != 1 {
				t.Fatalf("%s holds the place to change %d times", m.file, n)
			}
			if os.Getenv("TAIZHANG_MUTANTS") == "" {
				return
			}
			dir := t.TempDir()
			mutated, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
			table, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
			if err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{mutated: strings.Replace(string(source), m.old, m.new, 1), overlay: string(table)} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("go", "test", "-vet=off", "-failfast", "-timeout=60s", "-overlay="+overlay, filepath.Dir(path))
			cmd.Env = append(os.Environ(), "TAIZHANG_MUTANTS=")
			out, err := cmd.CombinedOutput()
			switch {
			case err == nil:
				t.Errorf("no test fails:\n%s", out)
			case !strings.Contains(string(out), "--- FAIL"):
				t.Errorf("the fault does not get as far as a test:\n%s", out)
			}
		})
	}
}
