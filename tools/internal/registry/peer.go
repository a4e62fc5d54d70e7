package registry

import (
	"cmp"
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
			s = r.readSystem(r.byID[id])
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
	zero, _ := r.kinds.zeroOf(form.Root).(map[string]any)
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
	ratios func() Ratios
	upkeep func() map[string][]upkeep
}

// upkeep is one application for the maintenance of systems.
type upkeep struct {
	id     string
	year   int // plan year
	amount int // estimate, 分
}

func (r *Registry) newDistrict() *district {
	return &district{ratios: sync.OnceValue(r.maintenanceRatios), upkeep: sync.OnceValue(r.upkeep)}
}

// CompareWith makes the registry measure its projects against the district of
// another one. The two sides of a change are measured alike, and the district
// is looked at once.
func (r *Registry) CompareWith(o *Registry) { r.district = o.district }

// Ratios are the quartiles of the shares that the newest year of maintenance has
// in the cost of building, in units of 0.01 %, over the Count systems of which
// both are known.
type Ratios struct {
	Count  int `expr:"count"`
	Low    int `expr:"low"`
	Median int `expr:"median"`
	High   int `expr:"high"`
}

// maintenanceRatios compares the newest maintenance budget of every system with
// what building it cost (三（七）s1, 四（三）).
func (r *Registry) maintenanceRatios() Ratios {
	var shares []int
	for _, f := range r.Folders {
		operations := r.numbered(f, "operation")
		if len(operations) == 0 {
			continue
		}
		budget := amount(r.peek(f, operations[len(operations)-1].name)["budget"])
		if budget == 0 {
			continue
		}
		if built := r.built(f); built > 0 {
			shares = append(shares, value.Share(budget, built))
		}
	}
	slices.Sort(shares)
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

// upkeep gathers, by the system they maintain, the applications for maintenance
// that are not withdrawn or refused.
func (r *Registry) upkeep() map[string][]upkeep {
	out := map[string][]upkeep{}
	for _, f := range r.Folders {
		data, err := r.files.Read(path.Join(f.Dir, "index.md"), RecordLimit)
		if err != nil {
			continue
		}
		if top := topLines(data); top["category"] != "运维" || slices.Contains(gone, top["state"]) {
			continue
		}
		index := r.peek(f, "index")
		systems, _ := index["maintains"].([]any)
		if len(systems) == 0 {
			continue
		}
		d := r.peek(f, "declaration")
		u := upkeep{f.ID, amount(d["planYear"]), amount(d["estimate"])}
		for _, s := range systems {
			out[text(s)] = append(out[text(s)], u)
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
		f := p.registry.byID[id]
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
