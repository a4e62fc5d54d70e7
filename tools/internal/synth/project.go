package synth

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"taizhang/tools/internal/value"
)

const wan = value.FenPerWan

// project is one project before it is written down. Dates are YYYY-MM-DD,
// amounts 分.
type project struct {
	life
	rng      *rand.Rand
	unit     *unit
	year     int // of the plan
	number   int
	title    string
	theme    string
	category string
	class    string
	funding  string
	estimate int64
	start    string // of the planned period
	end      string

	maker, makerCode string // the company that builds it
	price            int64  // of the contract

	// The days of its life in order; those beyond its state are not written.
	declared, reviewed, appraised        string
	schemed, signed, filed               string
	noticed, awarded, contracted         string
	accepted, acceptanceFiled, operating string
}

// project draws a project of the given plan year and enters it in the plan when
// its life has come that far.
func (g *generator) project(r *rand.Rand, year int, l life) *project {
	all := builders()
	p := &project{life: l, rng: r, unit: all[r.IntN(len(all))], year: year, category: "新建", class: "一般"}
	key := fmt.Sprint(year, p.unit.code)
	g.numbers[key]++
	p.number = g.numbers[key]
	p.theme = pick(r, p.unit.themes)
	verbs := newVerbs
	if l.files <= 4 && l.state != "S200" && r.IntN(4) == 0 {
		p.category, verbs = "运维", runVerbs
	}
	p.title = p.theme + pick(r, systems) + pick(r, verbs)
	p.estimate = int64(80+r.IntN(870)) * wan / 10
	if l.files <= 4 && l.state != "S200" && p.category == "新建" && r.IntN(5) == 0 {
		p.class, p.estimate = "重点", int64(1200+r.IntN(8000))*wan/10
	}
	p.funding = []string{"区级财政投资", "区级财政投资", "区级财政投资", "非税收入", "非税收入"}[r.IntN(5)]
	p.maker, p.makerCode = company(r)
	p.dates()
	if p.stock() { // its contract was signed before the rules asked for anything
		p.contracted = value.AddDays(fmt.Sprintf("%d-03-01", year-1), r.IntN(200))
		p.filed = value.AddDays(fmt.Sprintf("%d-07-01", year), r.IntN(70))
	}
	p.price = p.estimate * int64(90+r.IntN(9)) / 100 / 10_000 * 10_000
	if p.listed() {
		g.enter(p)
	}
	return p
}

// dates draws the days of a project's life, each after the one before.
func (p *project) dates() {
	day := fmt.Sprintf("%d-07-01", p.year-1)
	next := func(from string, least, spread int) string {
		return value.AddDays(from, least+p.rng.IntN(spread))
	}
	p.declared = next(day, 0, 76) // until 15 September
	p.reviewed = next(fmt.Sprintf("%d-09-20", p.year-1), 0, 30)
	p.appraised = next(fmt.Sprintf("%d-11-01", p.year-1), 0, 28)
	p.start = fmt.Sprintf("%d-%02d-01", p.year, 2+p.rng.IntN(5))
	p.end = value.AddMonths(p.start, 6+p.rng.IntN(10))
	p.schemed = next(fmt.Sprintf("%d-01-20", p.year), 0, 30)
	p.signed = next(p.schemed, 8, 7)
	p.filed = next(p.signed, 8, 7)
	p.noticed = next(p.filed, 5, 10)
	p.awarded = next(p.noticed, 21, 10)
	p.contracted = next(p.awarded, 5, 15)
	p.accepted = next(p.contracted, 120, 60)
	p.acceptanceFiled = next(p.accepted, 2, 5)
	p.operating = next(p.acceptanceFiled, 3, 15)
}

func (p *project) id() string { return fmt.Sprintf("%d-%s-%02d", p.year, p.unit.code, p.number) }

func (p *project) dir() string {
	return fmt.Sprintf("content/projects/%d/%s/%02d", p.year, p.unit.code, p.number)
}

// stock reports whether the project began before the rules did.
func (p *project) stock() bool { return p.state == "S200" }

// listed reports whether an annual plan lists the project.
func (p *project) listed() bool { return p.reaches("S40") }

// appraisedAlready reports whether the project has passed its appraisal.
func (p *project) appraisedAlready() bool { return p.reaches("S30") }

// way is the ordinary life of a project, as far as lives go here.
var way = []string{"S10", "S11", "S20", "S30", "S40", "S50", "S52", "S70", "S80", "S101", "S110"}

// reaches reports whether the project has come as far as a state on the
// ordinary way.
func (p *project) reaches(state string) bool {
	return !p.stock() && slices.Index(way, p.state) >= slices.Index(way, state)
}
