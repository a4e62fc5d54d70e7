package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/transition"
)

// A vote that was signed and never used is none on doing the same again, once the
// files went to and fro.
func TestAVoteDoesNotServeForDoingTheSameAgain(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name   string
		before time.Duration // from the decision before it to the vote; less than zero: the vote came first
		file   string        // that it was on
		good   bool
	}{
		{"the vote before the last decision on the file", -time.Second, index, false},
		{"in the same second", 0, index, true},
		{"after it", time.Second, index, true},
		{"before a decision on another file of the project", -time.Second, "content/projects/2026/dsjj/01/adhoc.md", true},
		{"long before it", -disordered, index, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := *w
			w.t = t
			earlier := &seal.Decision{Version: 1, Registry: "320812", Number: 1, Base: "o", On: noon.Add(-time.Minute).Format(time.RFC3339), Outcome: decision.Approved,
				Authors: []string{}, Seats: []seal.Seat{}, Votes: []seal.Vote{}, Transition: seal.Transition{ID: "o", Subject: subject, Files: []transition.File{{Path: c.file}}}}
			base := maps.Clone(w.files)
			base[registry.DecisionFile(subject, 1)] = string(earlier.Encode())
			second := func(d *seal.Decision) {
				sum := sha256.Sum256(earlier.Encode())
				d.Number, d.Previous = 2, hex.EncodeToString(sum[:])
			}
			l := w.link("p", "c", base, w.words(base), noon)
			head := w.decide(l, story{vote: noon.Add(-time.Minute + c.before), decided: noon, merged: noon, spoil: second})
			e := w.hear(w.auditor(), w.link("p", "c", base, head, noon))
			if e.Good() != c.good || !c.good && !strings.Contains(says(e), "改过去又改回来") {
				t.Errorf("good %v: %s", e.Good(), says(e))
			}
		})
	}
}

const disordered = 90 * 24 * time.Hour
