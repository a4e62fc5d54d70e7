package transition

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
)

// some returns a transition made of a few random words.
func some(r *rand.Rand) Transition {
	word := func() string { return fmt.Sprintf("%x", r.Uint64()) }
	t := Transition{Subject: word(), From: word(), To: word(), Title: word()}
	for range r.IntN(3) {
		t.Steps = append(t.Steps, Step{ID: word(), On: word()})
	}
	for range 1 + r.IntN(4) {
		t.Files = append(t.Files, File{Path: word(), Old: word(), New: word()})
	}
	return t
}

// An approval dies with any blob, mode, state or step that changes, and only
// with these.
func TestAnIDSaysAllThatIsDoneAndNothingElse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		one := some(r)
		id := one.id()
		other := one
		other.Title, other.Lost, other.Fields = "x", []Step{{ID: "T01"}}, []Field{{File: "x"}}
		other.Seats, other.Override = []decision.Seat{{Role: "BDB"}}, []decision.Seat{{Role: "BDB"}}
		other.Steps = slices.Clone(one.Steps)
		for i := range other.Steps {
			other.Steps[i].Name, other.Steps[i].Clause = finding.Text{Zh: "x"}, "x"
		}
		if other.id() != id {
			t.Fatalf("words about %+v change its id", one)
		}
		seen := map[string]string{id: "nothing"}
		try := func(what string, change func(*Transition)) {
			c := one
			c.Steps, c.Files = slices.Clone(one.Steps), slices.Clone(one.Files)
			change(&c)
			if before, known := seen[c.id()]; known {
				t.Fatalf("%s and %s give one id: %+v", what, before, one)
			}
			seen[c.id()] = what
		}
		try("subject", func(c *Transition) { c.Subject += "x" })
		try("from", func(c *Transition) { c.From += "x" })
		try("to", func(c *Transition) { c.To += "x" })
		try("states exchanged", func(c *Transition) { c.From, c.To = c.To, c.From })
		try("another step", func(c *Transition) { c.Steps = append(c.Steps, Step{ID: "T01", On: "2027-01-01"}) })
		try("another file", func(c *Transition) { c.Files = append(c.Files, File{Path: "x", New: "x"}) })
		try("a file less", func(c *Transition) { c.Files = c.Files[1:] })
		for i := range one.Steps {
			try(fmt.Sprint("step ", i), func(c *Transition) { c.Steps[i].ID += "x" })
			try(fmt.Sprint("day of step ", i), func(c *Transition) { c.Steps[i].On += "x" })
		}
		for i := range one.Files {
			try(fmt.Sprint("path ", i), func(c *Transition) { c.Files[i].Path += "x" })
			try(fmt.Sprint("old blob ", i), func(c *Transition) { c.Files[i].Old = "x" })
			try(fmt.Sprint("new blob ", i), func(c *Transition) { c.Files[i].New = "x" })
			try(fmt.Sprint("mode ", i), func(c *Transition) { c.Files[i].New += " 100755" })
			try(fmt.Sprint("deleted ", i), func(c *Transition) { c.Files[i].New = "" })
			try(fmt.Sprint("undone ", i), func(c *Transition) { c.Files[i].Old, c.Files[i].New = c.Files[i].New, c.Files[i].Old })
		}
	}
}
