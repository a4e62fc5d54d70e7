package transition_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/synth"
	"taizhang/tools/internal/transition"
)

// TestAPlanAsksForEachProjectThatItMoves issues a plan of many projects in one
// request: every project is a transition of its own with the seats of its step,
// the plan one more, and who leaves one out agrees to the others alone.
func TestAPlanAsksForEachProjectThatItMoves(t *testing.T) {
	head := registrytest.Tree{}
	if err := synth.Generate(3, 400, func(path string, data []byte) error { head[path] = string(data); return nil }); err != nil {
		t.Fatal(err)
	}
	for p, text := range registrytest.Live(t) {
		if strings.HasPrefix(p, "schemas/") && !strings.HasPrefix(p, "schemas/examples/") {
			head[p] = text
		}
	}
	head["data/people.yaml"] = "people:\n  - {id: dsjj-01, departments: [dsjj]}\n  - {id: dsjj-02, departments: [dsjj]}\n"
	const plan = "content/plans/2026.md"
	base := maps.Clone(head)
	delete(base, plan)
	changed := []string{plan}
	moved := map[string]bool{}
	for p, data := range head {
		if strings.HasPrefix(p, "content/projects/2026/") && strings.HasSuffix(p, "/index.md") && strings.Contains(data, "state: S40\n") {
			base[p] = strings.Replace(data, "state: S40\n", "state: S30\n", 1)
			changed = append(changed, p)
			moved[strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(p, "content/projects/"), "/index.md"), "/", "-")] = true
		}
	}
	slices.Sort(changed)
	if len(moved) < 30 {
		t.Fatalf("only %d projects move", len(moved))
	}
	res, err := check.Change(base, head, changed, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var files []transition.File
	for _, p := range changed {
		f := transition.File{Path: p, Old: "old", New: "new"}
		if p == plan {
			f.Old = ""
		}
		files = append(files, f)
	}
	items := transition.Of(res, files)
	if len(items) != len(moved)+1 || items[len(items)-1].Subject != "plans" {
		t.Fatalf("%d transitions of %d projects", len(items), len(moved))
	}
	var ids []string
	for i := range items[:len(items)-1] {
		it := &items[i]
		if !moved[it.Subject] || it.From != "S30" || it.To != "S40" || len(it.Steps) != 1 || it.Steps[0].ID != "T07" {
			t.Errorf("%s: %s to %s by %v", it.Subject, it.From, it.To, it.Steps)
		}
		delete(moved, it.Subject)
		var seats []string
		for _, s := range it.Seats {
			seats = append(seats, s.Role+" "+s.As)
		}
		if !slices.Equal(seats, []string{"BDB approve", "BDB " + decision.Propose}) {
			t.Errorf("%s asks for %v", it.Subject, seats)
		}
		ids = append(ids, it.ID)
	}
	if last := items[len(items)-1]; len(last.Seats) != 1 || last.Seats[0].Role != "BDB" {
		t.Errorf("the plan asks for %+v", last.Seats)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		t.Error("two projects share an id")
	}

	// Two persons of the bureau agree to all but the first.
	now := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for i := range items {
		it := &items[i]
		var votes []decision.Vote
		for _, who := range []string{"dsjj-01", "dsjj-02"} {
			votes = append(votes, decision.Vote{Person: who, Department: "dsjj", Verdict: decision.Approve, IDs: append(ids[1:], items[len(items)-1].ID), When: now})
		}
		r := decision.Decide(decision.Question{ID: it.ID, Subject: it.Subject, Content: it.Content(), Seats: it.Seats, Override: it.Override}, votes, res.Base.Registry.People, now)
		if r.Outcome.Allows() != (i != 0) {
			t.Errorf("%s: %s", it.Subject, r.Outcome)
		}
	}
}
