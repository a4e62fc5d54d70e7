package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/transition"
)

func newSigner(t *testing.T) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, statement.Authorized(signer.PublicKey())
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestAStatementIsHeardOnlyFromWhoSignedIt(t *testing.T) {
	own, key := newSigner(t)
	stranger, _ := newSigner(t)
	colleague, colleagues := newSigner(t)
	reg, err := people.Load(map[string]any{"people": []any{
		map[string]any{"id": "a-01", "departments": []any{"a"}, "sshKeys": []any{map[string]any{"key": key, "from": "2026-03-01", "until": "2026-03-31"}}},
		map[string]any{"id": "a-02", "departments": []any{"a"}, "sshKeys": []any{map[string]any{"key": colleagues}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	said := statement.Statement{Version: 1, Registry: "320812", Person: "a-01", Department: "a", Verdict: "approve", On: "2026-03-10T01:00:00Z",
		Ballots: []statement.Ballot{{Subject: "plans", ID: strings.Repeat("ab", 32), Content: map[string]string{"x": "y"}}}}
	for _, c := range []struct {
		name, refused string // part of the refusal, "" when it is heard
		by            ssh.Signer
		on, counted   string
		registry      string
	}{
		{name: "its signer"},
		{name: "a stranger", by: stranger, refused: "belonged to nobody"},
		{name: "a colleague", by: colleague, refused: "but the key is that of a-02"},
		{name: "another registry", registry: "320813", refused: "another registry"},
		{name: "the day before the key", on: "2026-02-28T15:59:59Z", refused: "belonged to nobody"},
		{name: "the first moment of the key", on: "2026-02-28T16:00:00Z"},
		{name: "the last moment of the key", on: "2026-03-31T15:59:59Z", counted: "2026-03-31T15:59:59Z"},
		{name: "after the key", on: "2026-03-31T16:00:00Z", refused: "belonged to nobody"},
		{name: "counted when the key is withdrawn", counted: "2026-03-31T16:00:00Z", refused: "no longer valid"},
	} {
		st := said
		by, counted := own, "2026-03-20T00:00:00Z"
		if c.by != nil {
			by = c.by
		}
		if c.on != "" {
			st.On = c.on
		}
		if c.counted != "" {
			counted = c.counted
		}
		if c.registry != "" {
			st.Registry = c.registry
		}
		signed, err := statement.Sign(&st, by)
		if err != nil {
			t.Fatal(err)
		}
		v, refusal := Hear(signed, reg, "320812", at(t, counted))
		if !strings.Contains(refusal.En, c.refused) || (refusal.En == "") != (c.refused == "") {
			t.Errorf("%s: refusal %q", c.name, refusal.En)
		}
		if c.refused == "" && (v.Person != "a-01" || v.Department != "a" || v.Verdict != decision.Approve || v.IDs[0] != said.Ballots[0].ID || v.Content["plans"]["x"] != "y") {
			t.Errorf("%s: vote %+v", c.name, v)
		}
		forged := *signed
		forged.Document = bytes.Replace(forged.Document, []byte(`"approve"`), []byte(`"withdraw"`), 1)
		if _, refusal := Hear(&forged, reg, "320812", at(t, counted)); !strings.Contains(refusal.En, "signature does not hold") {
			t.Errorf("%s, altered: refusal %q", c.name, refusal.En)
		}
	}
	// What was signed for another purpose is no vote.
	other, err := statement.SignDocument(&said, own, Namespace)
	if err != nil {
		t.Fatal(err)
	}
	if _, refusal := Hear(other, reg, "320812", at(t, "2026-03-20T00:00:00Z")); !strings.Contains(refusal.En, "signature does not hold") {
		t.Errorf("another namespace: refusal %q", refusal.En)
	}
}

func sealed(t *testing.T) (*Decision, string) {
	t.Helper()
	signer, key := newSigner(t)
	d := &Decision{Version: 1, Registry: "320812", Number: 2, Previous: "ab", Base: "cd", On: "2026-03-10T01:00:00Z",
		Transition: Of(&transition.Transition{ID: "ef", Subject: "2027-jyj-01", From: "S10", To: "S20", Steps: []transition.Step{{ID: "T02", On: "2026-03-09"}}, Files: []transition.File{{Path: "x", New: "y"}}}),
		Outcome:    decision.Approved, Authors: []string{"jyj-01"}, Seats: []Seat{{Role: "BDB", As: "approve", Department: "dsjj", Person: "dsjj-01"}},
		Votes:   []Vote{{Person: "dsjj-01", Verdict: decision.Approve, On: "2026-03-10T00:00:00Z", Forge: &ForgeVote{Forge: "gitea", Account: 21, Kind: "review", ID: "7"}}},
		Request: &Request{Forge: "gitea", Number: 12, Head: "01"}}
	if err := d.Sign(signer); err != nil {
		t.Fatal(err)
	}
	return d, key
}

func TestASealHoldsForEveryWordOfADecision(t *testing.T) {
	d, key := sealed(t)
	again, err := Decode(d.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if by, err := again.Sealer(); err != nil || by != key || again.Hash() != d.Hash() {
		t.Errorf("sealed by %q, %v", by, err)
	}
	for name, forge := range map[string]func(d *Decision){
		"registry": func(d *Decision) { d.Registry = "x" }, "number": func(d *Decision) { d.Number++ }, "previous": func(d *Decision) { d.Previous = "x" },
		"base": func(d *Decision) { d.Base = "x" }, "time": func(d *Decision) { d.On = "2026-03-11T01:00:00Z" }, "outcome": func(d *Decision) { d.Outcome = decision.Overridden },
		"transition": func(d *Decision) { d.Transition.ID = "x" }, "step": func(d *Decision) { d.Transition.Steps = nil }, "file": func(d *Decision) { d.Transition.Files = nil },
		"authors": func(d *Decision) { d.Authors = nil }, "seat": func(d *Decision) { d.Seats[0].Person = "x" }, "override": func(d *Decision) { d.Override = d.Seats },
		"vote": func(d *Decision) { d.Votes[0].Verdict = decision.Reject }, "account": func(d *Decision) { d.Votes[0].Forge.Account++ }, "request": func(d *Decision) { d.Request = nil },
	} {
		d, _ := sealed(t)
		forge(d)
		if by, err := d.Sealer(); err == nil {
			t.Errorf("%s: the seal of %s still holds", name, by)
		}
	}
	d.Seal = ""
	if by, err := d.Sealer(); by != "" || err != nil {
		t.Errorf("without seal: %q, %v", by, err)
	}
}

func TestADecisionHasOneSpelling(t *testing.T) {
	d, _ := sealed(t)
	good := string(d.Encode())
	for name, bad := range map[string]string{
		"more behind it":    good + "{}",
		"another space":     good + "\n",
		"an unknown key":    strings.Replace(good, `"v": 1,`, `"v": 1, "w": 1,`, 1),
		"a key twice":       strings.Replace(good, `"v": 1,`, `"v": 1, "v": 1,`, 1),
		"another version":   strings.Replace(good, `"v": 1,`, `"v": 2,`, 1),
		"number zero":       strings.Replace(good, `"number": 2,`, `"number": 0,`, 1),
		"a local time":      strings.Replace(good, `"on": "2026-03-10T01:00:00Z"`, `"on": "2026-03-10T09:00:00+08:00"`, 1),
		"no time":           strings.Replace(good, `"on": "2026-03-10T01:00:00Z"`, `"on": ""`, 1),
		"a subject as path": strings.Replace(good, `"subject": "2027-jyj-01"`, `"subject": "../x"`, 1),
		"too large":         strings.Replace(good, "320812", strings.Repeat("3", Limit), 1),
		"nothing":           "",
	} {
		if bad == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := Decode(data); err == nil && !bytes.Equal(d.Encode(), data) {
			t.Errorf("%q is written as %q", data, d.Encode())
		}
	})
}
