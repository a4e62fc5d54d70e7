package registry

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/value"
)

// What one project's rules may ask of others. A named system is read when a
// rule asks for it, and only the forms that tell how it fared. What takes a look
// at all projects is gathered once, in one pass over the few records that it
// needs, when the first rule asks. Nothing here judges the records: their own
// projects do.

// System is a project as the rules of others see it. All of it is public.
// Amounts are in 分, dates YYYY-MM-DD.
type System struct {
	Exists      bool         `expr:"exists"`
	AcceptedOn  string       `expr:"acceptedOn"` // "" while it is not accepted
	Built       int          `expr:"built"`      // final accounts, else building and service contracts
	Evaluations []Evaluation `expr:"evaluations"`
}

// Evaluation is one evaluation of a system, in order of Year, the year in which
// it was made.
type Evaluation struct {
	Year  int    `expr:"year"`
	On    string `expr:"on"`
	Grade string `expr:"grade"`
}

// system returns the function that looks a project up by id. Its answers are
// kept as long as the project whose rules ask.
func (r *Registry) system() func(id string) System {
	known := map[string]System{}
	return func(id string) System {
		s, ok := known[id]
		if !ok {
			s = r.readSystem(r.Folder(id))
			known[id] = s
		}
		return s
	}
}

func (r *Registry) readSystem(f *Folder) System {
	if f == nil {
		return System{}
	}
	s := System{Exists: true, AcceptedOn: acceptedOn(r.peek(f, "acceptance")), Built: r.built(f)}
	for _, n := range r.numbered(f, "evaluation") {
		e := r.peek(f, n.name)
		s.Evaluations = append(s.Evaluations, Evaluation{n.number, text(e["on"]), text(e["grade"])})
	}
	return s
}

// peek reads the front matter of one record without judging it. An absent or
// unusable record gives the values of none.
func (r *Registry) peek(f *Folder, name string) map[string]any {
	form, _, ok := r.ParseName(name)
	if !ok {
		return nil
	}
	zero, _ := form.Root.Zero().(map[string]any)
	if !slices.Contains(f.Files, name+".md") {
		return zero
	}
	file := path.Join(f.Dir, name+".md")
	data, err := r.files.Read(file, RecordLimit)
	if err != nil {
		return zero
	}
	root := record.FrontMatter(file, data)
	if root == nil {
		return zero
	}
	v, _ := r.kinds.value(form.Root, root, file).(map[string]any)
	return v
}

type numbered struct {
	name   string // evaluation-2025
	number int
}

// numbered lists the records of a repeated form in a folder, in their order.
func (r *Registry) numbered(f *Folder, form string) []numbered {
	var out []numbered
	for _, file := range f.Files {
		name, ok := strings.CutSuffix(file, ".md")
		if !ok || !strings.HasPrefix(name, form+"-") {
			continue
		}
		if g, n, ok := r.ParseName(name); ok && g.Name == form {
			out = append(out, numbered{name, n})
		}
	}
	slices.SortFunc(out, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	return out
}

// built returns what building a system cost, in 分: its final accounts, or else
// the building and service contracts.
func (r *Registry) built(f *Folder) int {
	if sum := amount(r.peek(f, "accounts")["amount"]); sum > 0 {
		return sum
	}
	sum := 0
	for _, n := range r.numbered(f, "contract") {
		if c := r.peek(f, n.name); c["kind"] == "建设" || c["kind"] == "服务" {
			sum += amount(c["amount"])
		}
	}
	return sum
}

func amount(v any) int { n, _ := v.(int); return n }

// district is what takes a look at all projects. Its parts are gathered when
// they are first asked for.
type district struct {
	shares *gathered[int]    // of maintenance in building cost
	works  *gathered[upkeep] // applications for maintenance
	ratios func() Ratios
	upkeep func() map[string][]upkeep
}

// upkeep is one application for the maintenance of systems.
type upkeep struct {
	id      string
	year    int // plan year
	amount  int // estimate, 分
	systems []any
}

// newDistrict returns the district of a registry that differs from that of was
// in the touched projects; was is nil where nothing is known.
func (r *Registry) newDistrict(was *district, touched map[string]*Folder) *district {
	d := &district{shares: &gathered[int]{}, works: &gathered[upkeep]{}}
	if was != nil {
		d.shares, d.works = was.shares.with(touched, r.maintenanceShare), was.works.with(touched, r.application)
	}
	d.ratios = sync.OnceValue(func() Ratios { return ratios(d.shares.all(r, r.maintenanceShare)) })
	d.upkeep = sync.OnceValue(func() map[string][]upkeep { return bySystem(d.works.all(r, r.application)) })
	return d
}

// gathered is what a look at all projects found, by their ids.
type gathered[T any] struct {
	mu    sync.Mutex
	found map[string]T // nil until it is asked for
}

// all looks at all projects, once.
func (g *gathered[T]) all(r *Registry, look func(*Folder) (T, bool)) map[string]T {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.found == nil {
		g.found = map[string]T{}
		for _, f := range r.Folders() {
			if v, ok := look(f); ok {
				g.found[f.ID] = v
			}
		}
	}
	return g.found
}

// with returns what is known once the touched projects are others: what was
// asked for before is looked up again in these alone.
func (g *gathered[T]) with(touched map[string]*Folder, look func(*Folder) (T, bool)) *gathered[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.found == nil {
		return &gathered[T]{}
	}
	n := &gathered[T]{found: maps.Clone(g.found)}
	for id, f := range touched {
		delete(n.found, id)
		if f == nil {
			continue
		}
		if v, ok := look(f); ok {
			n.found[id] = v
		}
	}
	return n
}

// CompareWith makes the registry measure its projects against the district of
// another one. The two sides of a change are measured alike, and the district
// is looked at once.
func (r *Registry) CompareWith(o *Registry) { r.district = o.district }

// Ratios returns what projects are compared with.
func (r *Registry) Ratios() Ratios { return r.district.ratios() }

// Ratios are the quartiles of the shares that the newest year of maintenance has
// in the cost of building, in units of 0.01 %, over the Count systems of which
// both are known.
type Ratios struct {
	Count  int `expr:"count"`
	Low    int `expr:"low"`
	Median int `expr:"median"`
	High   int `expr:"high"`
}

// maintenanceShare compares the newest maintenance budget of a system with what
// building it cost (三（七）第1句, 四（三）).
func (r *Registry) maintenanceShare(f *Folder) (int, bool) {
	operations := r.numbered(f, "operation")
	if len(operations) == 0 {
		return 0, false
	}
	budget := amount(r.peek(f, operations[len(operations)-1].name)["budget"])
	if budget == 0 {
		return 0, false
	}
	built := r.built(f)
	return value.Share(budget, built), built > 0
}

func ratios(of map[string]int) Ratios {
	shares := slices.Sorted(maps.Values(of))
	return Ratios{len(shares), quartile(shares, 1), quartile(shares, 2), quartile(shares, 3)}
}

// quartile returns the q-th quartile of a sorted list, between two values in
// proportion to its place (the inclusive method of spreadsheets).
func quartile(sorted []int, q int) int {
	if len(sorted) == 0 {
		return 0
	}
	at := q * (len(sorted) - 1)
	i, rest := at/4, at%4
	if rest == 0 {
		return sorted[i]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*rest/4
}

// application returns a project's application for maintenance, unless it is
// withdrawn or refused.
func (r *Registry) application(f *Folder) (upkeep, bool) {
	data, err := r.files.Read(path.Join(f.Dir, "index.md"), RecordLimit)
	if err != nil {
		return upkeep{}, false
	}
	if top := topLines(data); top["category"] != "运维" || slices.Contains(r.Ended, top["state"]) {
		return upkeep{}, false
	}
	systems, _ := r.peek(f, "index")["maintains"].([]any)
	d := r.peek(f, "declaration")
	return upkeep{f.ID, amount(d["planYear"]), amount(d["estimate"]), systems}, len(systems) > 0
}

// bySystem sorts applications by the systems that they maintain.
func bySystem(all map[string]upkeep) map[string][]upkeep {
	out := map[string][]upkeep{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		for _, s := range all[id].systems {
			out[text(s)] = append(out[text(s)], all[id])
		}
	}
	return out
}

// upkeepBefore returns, in 分, what the maintenance of systems took in the last
// year before year of which it is known: the budgets in their own records or
// the applications that maintain them, whichever is more, as one may repeat the
// other.
func (p *Project) upkeepBefore(systems []any, year int) int {
	budgets, applied := map[int]int{}, map[int]int{}
	counted := map[string]bool{p.ID: true}
	for _, it := range systems {
		id := text(it)
		f := p.registry.Folder(id)
		if f == nil {
			continue
		}
		for _, n := range p.registry.numbered(f, "operation") {
			if n.number < year {
				budgets[n.number] += amount(p.registry.peek(f, n.name)["budget"])
			}
		}
		for _, u := range p.registry.district.upkeep()[id] {
			if u.year < year && !counted[u.id] {
				counted[u.id] = true
				applied[u.year] += u.amount
			}
		}
	}
	last, sum := 0, 0
	for _, by := range []map[int]int{budgets, applied} {
		for y, n := range by {
			if n > 0 && (y > last || y == last && n > sum) {
				last, sum = y, n
			}
		}
	}
	return sum
}
