// Package synth makes registries of any size that are lawful and free of
// findings, for measuring and for trying things out. The same seed gives the
// same bytes. It knows the forms as a clerk knows them, from the outside: it
// must not know how they are read or judged, or the tests would prove nothing.
package synth

import (
	"fmt"
	"math/rand/v2"
)

// MaxProjects is the largest registry that can be made: more would not fit
// into annual plans of the size that a file may have.
const MaxProjects = 100_000

const (
	projectsAYear = 600  // of a district, before more years are added
	lastYear      = 2026 // of the plans, while the years before it suffice
	firstYear     = 2001 // of the earliest plan
	maxYears      = 90
)

// Generate makes a registry of the given number of projects and hands each of
// its files, by slash path from the registry's root, to emit. Schemas are no
// part of it. The projects have four files on average, exactly so when projects
// is a multiple of 40. An error of emit ends the work and is returned.
func Generate(seed uint64, projects int, emit func(path string, data []byte) error) error {
	if projects < 1 || projects > MaxProjects {
		return fmt.Errorf("%d projects: must be from 1 to %d", projects, MaxProjects)
	}
	years := min(maxYears, (projects+projectsAYear-1)/projectsAYear+2)
	first := max(firstYear, lastYear+1-years)
	g := &generator{numbers: map[string]int{}, plans: map[int]*plan{}}
	if err := g.data(emit); err != nil {
		return err
	}
	deal := newDealer(seed, projects)
	for i := range projects {
		// A stream of its own for each project: what one draws does not
		// change what the next one gets.
		p := g.project(rand.New(rand.NewPCG(seed, uint64(i)+1)), first+i%years, deal.life(i))
		for _, f := range p.files() {
			if err := emit(p.dir()+"/"+f.name, f.data); err != nil {
				return err
			}
		}
	}
	for y := first; y < first+years; y++ {
		if pl := g.plans[y]; pl != nil {
			if err := emit(fmt.Sprintf("content/plans/%d.md", y), pl.file()); err != nil {
				return err
			}
		}
	}
	return nil
}

// file is one file of a project.
type file struct {
	name string
	data []byte
}

// life says how far a project has come. Its files are index.md and the records
// that lead to the state.
type life struct {
	state string
	files int
}

// hand is how forty projects with 160 files together are spread over the
// lifecycle: most wait in an annual plan, and the few long lives are balanced
// by the short ones.
var hand = []struct {
	life
	count int
}{
	{life{"S10", 2}, 7}, {life{"S11", 3}, 2}, {life{"S20", 3}, 3}, {life{"S30", 4}, 3}, {life{"S40", 4}, 12},
	{life{"S50", 5}, 1}, {life{"S52", 6}, 1}, {life{"S70", 7}, 1}, {life{"S80", 8}, 2}, {life{"S101", 9}, 1},
	{life{"S110", 10}, 1}, {life{"S200", 3}, 6},
}

// dealer deals lives, each forty of them a shuffled hand.
type dealer struct {
	rng      *rand.Rand
	projects int
	cards    []life
}

func newDealer(seed uint64, projects int) *dealer {
	return &dealer{rng: rand.New(rand.NewPCG(seed, 0)), projects: projects}
}

// life returns the life of project i; the calls come in order. Projects beyond
// the last full hand have four files each.
func (d *dealer) life(i int) life {
	const size = 40
	if i >= d.projects/size*size {
		return life{"S40", 4}
	}
	if i%size == 0 {
		d.cards = d.cards[:0]
		for _, h := range hand {
			for range h.count {
				d.cards = append(d.cards, h.life)
			}
		}
		d.rng.Shuffle(size, func(a, b int) { d.cards[a], d.cards[b] = d.cards[b], d.cards[a] })
	}
	return d.cards[i%size]
}

// generator remembers what later projects depend on: the numbers given so far
// and the items of the plans.
type generator struct {
	numbers map[string]int
	plans   map[int]*plan
}
