package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/transition"
)

const (
	subject = "2026-dsjj-01"
	index   = "content/projects/2026/dsjj/01/index.md"
)

// noon is the moment of the merge in these tests.
var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

// world is the sample registry with one person of the data bureau, and gate.
type world struct {
	t      *testing.T
	files  registrytest.Tree
	person ssh.Signer
	gate   ssh.Signer
	judge  *check.Judge // of files
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, files: registrytest.Sample(t), person: newKey(t, 1), gate: newKey(t, 2)}
	w.files[registry.PeopleFile] = "people:\n  - id: dsjj-01\n    departments: [dsjj]\n    emails: [one@example.org]\n    accounts: [{forge: gitea, id: 21, from: 2026-01-01}]\n    sshKeys: [{key: " + public(w.person) + ", from: 2026-01-01}]\n"
	w.files[registry.ConfigFile] += "gateKeys:\n  - {key: " + public(w.gate) + ", from: 2026-01-01}\n"
	var err error
	if w.judge, err = check.NewJudge(w.files); err != nil {
		t.Fatal(err)
	}
	return w
}

func newKey(t *testing.T, seed byte) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(slices.Repeat([]byte{seed}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func public(s ssh.Signer) string { return statement.Authorized(s.PublicKey()) }

// link is the step from one tree to another.
func (w *world) link(parent, commit string, base, head registrytest.Tree, when time.Time) Link {
	l := Link{Commit: commit, Parent: parent, When: when, After: when.Add(-time.Hour), Message: "words", Base: base, Head: head}
	hash := func(files registrytest.Tree, p string) string {
		if data, ok := files[p]; ok {
			sum := sha256.Sum256([]byte(data))
			return hex.EncodeToString(sum[:20])
		}
		return ""
	}
	paths := append(base.Paths(), head.Paths()...)
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		if old, now := hash(base, p), hash(head, p); old != now {
			l.Files = append(l.Files, transition.File{Path: p, Old: old, New: now})
		}
	}
	return l
}

// words is a change of the project's text.
func (w *world) words(files registrytest.Tree) registrytest.Tree {
	out := maps.Clone(files)
	out[index] += "一句说明。\n"
	return out
}

// story is how a decision comes about; each test changes a word of it.
type story struct {
	vote, decided, merged time.Time
	forge                 bool // the vote is one on a forge, with the seal of the gate
	spoil                 func(*seal.Decision)
}

// decide writes the decision on what a link does into a copy of its head.
func (w *world) decide(l Link, s story) registrytest.Tree {
	w.t.Helper()
	var content []string
	for _, f := range l.Files {
		content = append(content, f.Path)
	}
	res, err := w.judge.Change(l.Head, content, check.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	items := transition.Of(res, l.Files)
	if len(items) != 1 {
		w.t.Fatalf("%d transitions", len(items))
	}
	it := &items[0]
	head := maps.Clone(l.Head.(registrytest.Tree))
	d := &seal.Decision{Version: 1, Registry: "320812", Number: 1, Base: l.Parent, On: s.decided.Format(time.RFC3339), Transition: seal.Of(it), Authors: []string{}}
	v := seal.Vote{Person: "dsjj-01", Department: "dsjj", Verdict: decision.Approve, On: s.vote.Format(time.RFC3339)}
	if s.forge {
		v.Forge = &seal.ForgeVote{Forge: "gitea", Account: 21, Kind: "review", ID: "1"}
		d.Request = &seal.Request{Forge: "gitea", Number: 1}
	} else {
		signed, err := statement.Sign(&statement.Statement{Version: 1, Registry: "320812", Person: "dsjj-01", Department: "dsjj", Verdict: "approve", On: v.On,
			Ballots: []statement.Ballot{{Subject: it.Subject, ID: it.ID, From: it.From, To: it.To, Content: it.Content()}}}, w.person)
		if err != nil {
			w.t.Fatal(err)
		}
		v.Statement = signed.Hash()
		head[seal.StatementFile(v.Statement)] = string(signed.Encode())
	}
	d.Votes = []seal.Vote{v}
	q := decision.Question{ID: it.ID, Subject: it.Subject, Content: it.Content(), Seats: it.Seats, Override: it.Override}
	r := decision.Decide(q, []decision.Vote{{Person: v.Person, Department: v.Department, Verdict: v.Verdict, IDs: []string{it.ID}, When: s.decided}}, res.Base.Registry.People, s.decided)
	d.Fill(&r)
	if s.spoil != nil {
		s.spoil(d)
	}
	if s.forge {
		if err := d.Sign(w.gate); err != nil {
			w.t.Fatal(err)
		}
	}
	head[registry.DecisionFile(subject, d.Number)] = string(d.Encode())
	return head
}

// auditor has judged what led to the sample.
func (w *world) auditor() *Auditor { return &Auditor{commit: "p", judge: w.judge} }

func (w *world) hear(a *Auditor, l Link) *Entry {
	w.t.Helper()
	e, err := a.Hear(a.Look(l)(check.Options{}))
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// says are the faults and reasons of an entry, in one text.
func says(e *Entry) string {
	var out []string
	for _, f := range e.Faults {
		out = append(out, f.Text.Zh)
	}
	for _, it := range e.Items {
		for _, y := range it.Why {
			out = append(out, y.Zh)
		}
	}
	return strings.Join(out, "\n")
}

func TestADecisionHoldsAtTheTimesThatItNames(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name string
		s    story
		good bool
		want string
	}{
		{"in order", story{vote: noon.Add(-time.Hour), decided: noon, merged: noon}, true, ""},
		{"the vote in the moment of the decision", story{vote: noon, decided: noon, merged: noon}, true, ""},
		{"the vote a second later", story{vote: noon.Add(time.Second), decided: noon, merged: noon}, false, "按当时的人员表重算"},
		{"the vote in another year", story{vote: noon.AddDate(1, 0, 0), decided: noon, merged: noon}, false, "按当时的人员表重算"},
		{"decided a day after the commit", story{vote: noon, decided: noon.Add(skew), merged: noon}, true, ""},
		{"and a second", story{vote: noon, decided: noon.Add(skew + time.Second), merged: noon}, false, "时间与提交的时间不符"},
		{"decided a day before the parent", story{vote: noon.Add(-2*skew - time.Hour), decided: noon.Add(-skew - time.Hour), merged: noon}, true, ""},
		{"and a second", story{vote: noon.Add(-2*skew - time.Hour), decided: noon.Add(-skew - time.Hour - time.Second), merged: noon}, false, "时间与提交的时间不符"},
		{"the seal of the gate does not move the date in one commit", story{vote: noon, decided: noon.Add(skew + time.Second), merged: noon, forge: true}, false, "时间与提交的时间不符"},
		{"a word of the seats", story{vote: noon, decided: noon, merged: noon, spoil: func(d *seal.Decision) { d.Seats[0].Department = "fgw" }}, false, "与按意见重算的不同"},
		{"a word of the vote", story{vote: noon, decided: noon, merged: noon, spoil: func(d *seal.Decision) { d.Votes[0].Reason = "x" }}, false, "抄的与签名的不同"},
		{"without votes", story{vote: noon, decided: noon, merged: noon, spoil: func(d *seal.Decision) { d.Votes = []seal.Vote{} }}, false, "重算"},
		{"another base", story{vote: noon, decided: noon, merged: noon, spoil: func(d *seal.Decision) { d.Base = "p0" }}, false, "不是这次合并"},
		{"the second of none", story{vote: noon, decided: noon, merged: noon, spoil: func(d *seal.Decision) { d.Number = 2 }}, false, "前一份决定"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := *w
			w.t = t
			l := w.link("p", "c", w.files, w.words(w.files), c.s.merged)
			e := w.hear(w.auditor(), w.link("p", "c", w.files, w.decide(l, c.s), c.s.merged))
			if e.Good() != c.good || !strings.Contains(says(e), c.want) {
				t.Errorf("good %v: %s", e.Good(), says(e))
			}
			if c.good && (e.Items[0].Status != Proven || e.Items[0].Proof != Signed) {
				t.Errorf("%s, %s", e.Items[0].Status, e.Items[0].Proof)
			}
		})
	}
}

// A decision that follows the merge is believed about its time, and about votes
// on a forge, as far as the gate has sealed it.
func TestALaterSealIsBelievedByTheGate(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		merged time.Time // date of the commit
		gate   bool
		status Status
		proof  Proof
	}{
		{"merged today, sealed by the gate", noon, true, Proven, Attested},
		{"merged today, a record", noon, false, Proven, Recorded},
		{"an old commit, moved today, sealed by the gate", noon.AddDate(0, 0, -9), true, Proven, Attested},
		{"an old commit, moved today, a record", noon.AddDate(0, 0, -9), false, Unsealed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := *w
			w.t = t
			head := w.words(w.files)
			first := w.link("p", "c", w.files, head, c.merged)
			first.Message = "words (#1)"
			sealed := w.decide(first, story{vote: noon.Add(-time.Hour), decided: noon, forge: true})
			if !c.gate {
				file := registry.DecisionFile(subject, 1)
				d, err := seal.Decode([]byte(sealed[file]))
				if err != nil {
					t.Fatal(err)
				}
				d.Seal = ""
				sealed[file] = string(d.Encode())
			}
			a := w.auditor()
			e := w.hear(a, first)
			w.hear(a, w.link("c", "s", head, sealed, noon))
			if it := e.Items[0]; it.Status != c.status || it.Proof != c.proof {
				t.Errorf("%s, %s: %s", it.Status, it.Proof, says(e))
			}
		})
	}
}

// What an auditor carries from link to link is what it would read anew.
func TestLinksAreJudgedAlikeAloneAndInARow(t *testing.T) {
	w := newWorld(t)
	trees := []registrytest.Tree{w.files}
	for _, edit := range []func(registrytest.Tree){
		func(f registrytest.Tree) { f[index] += "一句。\n" },
		func(f registrytest.Tree) {
			f["schemas/limits.yaml"] = strings.Replace(f["schemas/limits.yaml"], "value: 10\n", "value: 1\n", 1)
		},
		func(f registrytest.Tree) { f["content/projects/2025/nyj/01/change-01.md"] += "一句。\n" },
		func(f registrytest.Tree) { f[index] = strings.Replace(f[index], "state: ", "state: S9", 1) },
		func(f registrytest.Tree) { f["content/guide/x.md"] = "---\ntitle: x\n---\n" },
	} {
		next := maps.Clone(trees[len(trees)-1])
		edit(next)
		trees = append(trees, next)
	}
	row := &Auditor{}
	for i := range trees[1:] {
		l := w.link(fmt.Sprint(i), fmt.Sprint(i+1), trees[i], trees[i+1], noon)
		one, all := w.hear(&Auditor{}, l), w.hear(row, l)
		if a, b := says(one), says(all); a != b || len(one.Items) != len(all.Items) {
			t.Errorf("link %d alone: %s\nin a row: %s", i+1, a, b)
		}
		for k := range one.Items {
			if one.Items[k].ID != all.Items[k].ID || one.Items[k].Status != all.Items[k].Status {
				t.Errorf("link %d: %s %s, in a row %s %s", i+1, one.Items[k].ID, one.Items[k].Status, all.Items[k].ID, all.Items[k].Status)
			}
		}
	}
}

func TestMessagesOfForgesNameTheirRequests(t *testing.T) {
	for message, want := range map[string]int64{
		"Merge pull request #12 from a/b": 12, "Declare (#12)": 12, "Merge branch 'a' into 'main'\n\nSee merge request qjp/registry!12": 12, "!12 申报": 0, "合并 !12 申报": 12,
		"Declare": 0, "see #12": 0, "Merge branch 'a'": 0, "#12": 0, "Declare (#99999999999999999999)": 0,
	} {
		if got := requestOf(message); got != want {
			t.Errorf("%q: %d, want %d", message, got, want)
		}
	}
}

func TestDemandsTakeGoodStatusAway(t *testing.T) {
	for _, c := range []struct {
		status Status
		proof  Proof
		want   Status
	}{
		{Proven, Signed, Proven}, {Proven, Attested, Proven}, {Overridden, Signed, Overridden}, {Overridden, Recorded, Unapproved},
		{Proven, Recorded, Unapproved}, {Proven, Trailers, Unapproved}, {Illegal, Signed, Illegal}, {Unsealed, "", Unsealed},
	} {
		e := &Entry{Items: []*Item{{Status: c.status, Proof: c.proof}}}
		e.Demand(Signed, Attested)
		it := e.Items[0]
		if it.Status != c.want || (it.Status != c.status) != (len(it.Why) == 1) || e.Good() != c.want.Good() {
			t.Errorf("%s by %s becomes %s: %v", c.status, c.proof, it.Status, it.Why)
		}
	}
	if (&Entry{Faults: []Fault{{}}}).Good() {
		t.Error("a breach of history is good")
	}
}

func TestFindingsStandAgainstWhatTheyAreAbout(t *testing.T) {
	const plan = "content/plans/2026.md"
	project := transition.Transition{Subject: subject, Files: []transition.File{{Path: index}}}
	plans := transition.Transition{Subject: registry.SubjectPlans, Files: []transition.File{{Path: plan}}}
	definitions := transition.Transition{Subject: registry.SubjectDefinitions}
	for _, c := range []struct {
		project, file string
		of            []transition.Transition
		accused       []bool
	}{
		{subject, index, []transition.Transition{project, plans}, []bool{true, false}},
		{"", index, []transition.Transition{project, plans}, []bool{true, false}},
		{"", plan, []transition.Transition{project, plans}, []bool{false, true}},
		{subject, plan, []transition.Transition{project, plans}, []bool{true, false}},
		{subject, index, []transition.Transition{project, definitions}, []bool{true, true}},
		{"", plan, []transition.Transition{project, definitions}, []bool{false, true}},
		{"2026-cgj-01", "x", []transition.Transition{project, plans}, []bool{true, true}},
		{"", "content/plans/2025.md", []transition.Transition{project, plans}, []bool{true, true}},
	} {
		var items []*Item
		for _, x := range c.of {
			items = append(items, &Item{Transition: x})
		}
		f := finding.Finding{Rule: "R-001", Severity: finding.Error, Project: c.project, Place: finding.Place{File: c.file}}
		warning := f
		warning.Severity = finding.Warn
		accuse(items, []finding.Finding{warning})
		for i, it := range items {
			if it.Status != "" {
				t.Errorf("a warning stands against item %d", i)
			}
		}
		accuse(items, slices.Repeat([]finding.Finding{f}, maxWhy+1))
		for i, it := range items {
			if got := it.Status == Illegal; got != c.accused[i] || got && len(it.Why) != maxWhy {
				t.Errorf("%q %s: item %d is accused: %v, for %d reasons", c.project, c.file, i, got, len(it.Why))
			}
		}
	}
}
