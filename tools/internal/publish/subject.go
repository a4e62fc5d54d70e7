package publish

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/due"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/rule"
	"taizhang/tools/internal/sheet"
)

// subject is one project on its way to the public.
type subject struct {
	project   *registry.Project
	history   *lifecycle.History
	lifecycle *lifecycle.Lifecycle
	rules     *rule.Set
	clauses   clauses
	offices   *offices
	defined   []definition
	sheets    *sheet.Set
	waits     []due.Item
	ahead     []due.Item // waits, and what has a date later
	today     string     // the date of the data, "" where they have none

	index    *shown
	listed   *row // nil before it is asked for
	records  []revealed
	flows    []flow
	measured []measured // by indicator; nil before they are asked for
	// attachments are the files that are copied, below the project's folder.
	attachments []string
}

// revealed is the public part of one record.
type revealed struct {
	rec  *registry.Record
	root *shown
}

// review returns the result of the disclosure review, "" before it.
func (s *subject) review() string {
	if rec := s.project.Index(); rec != nil {
		if n := rec.Root.Get("disclosureReview").Get("result"); n != nil {
			return n.Text
		}
	}
	return ""
}

// released reports whether fields that need a review may be published.
func (s *subject) released() bool { return s.review() == "可以公开" }

// public reports whether the project may be published at all. A review that
// says 不予公开 closes the whole project, whatever its state.
func (s *subject) public() bool {
	return s.project.Index() != nil && publicState(s.lifecycle, s.history.State) != nil && s.review() != "不予公开"
}

// reveal computes the public part of all records.
func (s *subject) reveal() {
	for _, rec := range s.project.Records {
		root := open(rec.Form.Root, rec.Root, s.released())
		if rec.Form.Name == "index" {
			s.index = root
		}
		s.records = append(s.records, revealed{rec, root})
	}
	s.flows = s.cashFlows()
	s.attachments = s.published()
}

// all returns the public parts of the records of a form.
func (s *subject) all(form string) []revealed {
	var out []revealed
	for _, r := range s.records {
		if r.rec.Form.Name == form && r.root != nil {
			out = append(out, r)
		}
	}
	return out
}

// one returns the public part of the record of a form that occurs once.
func (s *subject) one(form string) *shown {
	if rs := s.all(form); len(rs) > 0 {
		return rs[0].root
	}
	return nil
}

func (s *subject) url() string { return projectURL(s.project.Folder) }

func projectURL(f *registry.Folder) string {
	return strings.TrimPrefix(f.Dir, "content") + "/"
}

// title falls back to the id where the title may not be shown.
func (s *subject) title() string { return cmp.Or(s.index.str("title"), s.project.ID) }

// row makes the project's line in lists.
func (s *subject) row() *row {
	if s.listed == nil {
		s.listed = s.newRow()
	}
	return s.listed
}

func (s *subject) newRow() *row {
	reg := s.project.Registry()
	st := s.lifecycle.State(s.history.State)
	r := &row{ID: s.project.ID, Title: s.title(), URL: s.url(), Year: strconv.Itoa(s.project.Year),
		Category: s.index.word("category"), Class: s.index.word("class"), Origin: s.index.word("origin"), State: stateView(st), refs: s.refs()}
	r.unit = s.index.str("implementingUnit")
	r.Unit = unitLink(reg, r.unit)
	for _, g := range s.lifecycle.Stages {
		if g.Key == st.Stage {
			r.stageKey, r.Stage = g.Key, g.Zh
		}
	}
	if f := s.current(); f != nil {
		r.fen, r.Amount = f.fen, wan2(f.fen)
	}
	steps := s.history.Steps
	if n := len(steps); n > 0 {
		r.On = steps[n-1].On
	}
	for i, e := range steps {
		if i < len(steps)-newsAtHome && (s.today == "" || monthOf(e.On) < monthsBack(s.today, monthsListed)) {
			continue
		}
		r.steps = append(r.steps, happened{strings.Clone(e.On), e.Transition})
	}
	first := s.entered()
	for _, g := range s.lifecycle.Stages {
		r.entered = append(r.entered, dayNumber(first[g.Key]))
	}
	r.amounts, r.contracts, r.paidIn, r.waits, r.ahead, r.measured = s.amounts(), s.contracts(), s.paidIn(), s.waits, s.ahead, s.measures()
	r.Why = s.why()
	r.funding, r.supervision, r.contractors = s.one("declaration").str("fundingNature"), s.supervision(), s.contractors()
	return r
}

// why says why a project was ended, or why it is to be switched off.
func (s *subject) why() string {
	if reason := s.index.str("closure", "reason"); reason != "" {
		return reason
	}
	if d := s.one("decommission"); d.str("withdrawal", "on") == "" {
		return d.str("explanation")
	}
	return ""
}

// contractors lists who builds or built the project, each once.
func (s *subject) contractors() []string {
	var out []string
	add := func(n string) {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, c := range s.all("contract") {
		if c.root.str("kind") != "监理" {
			add(c.root.str("contractor", "name"))
			for _, m := range c.root.list("consortium") {
				add(m.str("name"))
			}
		}
	}
	if len(out) == 0 {
		for _, c := range s.all("stock") {
			add(c.root.str("contractor", "name"))
		}
	}
	return out
}

// contractorPage returns the address of the page of the only organisation among
// those who build a project, "" where there are several or it has none.
func (s *subject) contractorPage(names []string) string {
	if len(names) == 1 {
		for _, c := range s.contracts() {
			if c.name == names[0] {
				return contractorURL(c.key)
			}
		}
	}
	return ""
}

// since returns the day on which the project came to its present state.
func (s *subject) since() string {
	on := ""
	for _, e := range s.history.Steps {
		if e.To == s.history.State && e.From != e.To {
			on = e.On
		}
	}
	return on
}
