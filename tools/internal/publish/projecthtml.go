package publish

import "strings"

// What stands on a project's page once for every step or event is written here,
// too, for the reason given with the fields of forms. The layout has the sections,
// their headings and their order.

// stepWords say how far a stage is.
var stepWords = map[string]word{
	"done": {"已完成", "done"}, "current": {"当前", "current"}, "todo": {"未到", "to come"}, "skipped": {"不适用", "not applicable"},
}

// facts writes what a project is as the pairs of a list.
func (m *markup) facts(facts []fact) {
	for i := range facts {
		f := &facts[i]
		m.tag(`<div><dt>`)
		m.beside(f.Zh, f.En)
		m.tag(`</dt><dd>`)
		m.named(f.Value)
		m.tag("</dd></div>\n")
	}
}

// steps writes the stages as the items of a list.
func (m *markup) steps(steps []step) {
	for i := range steps {
		s := &steps[i]
		said := stepWords[s.Status]
		m.tag(`<li`)
		m.attribute("class", "step step-"+s.Status)
		if s.Status == "current" {
			m.attribute("aria-current", "step")
		}
		m.tag(`><span class="step-what">`)
		m.beside(s.Zh, s.En)
		m.tag(` <span class="vh">`)
		m.instead(said.Zh, said.En)
		m.tag("</span></span>\n")
		m.tag(`<span class="step-on">`)
		if s.On != "" {
			m.date(s.On)
		} else if s.Status == "skipped" {
			m.instead(said.Zh, said.En)
		}
		m.tag(`</span>`)
		if s.Clause != "" {
			m.tag(`<span class="step-by">`)
			m.named(name{Zh: s.Clause, URL: s.ClauseURL})
			m.tag(`</span>`)
		}
		for j := range s.Agree {
			m.tag(`<span class="step-by">`)
			m.agreeing(&s.Agree[j])
			m.tag(`</span>`)
		}
		m.tag("</li>\n")
	}
}

// timeline writes the events as the items of a list.
func (m *markup) timeline(events []event) {
	for i := range events {
		e := &events[i]
		m.tag(`<li>`)
		m.date(e.On)
		m.tag(`<div><p>`)
		m.beside(e.Zh, e.En)
		m.tag(`</p>`)
		if e.Record != nil {
			m.tag(`<p>`)
			m.named(*e.Record)
			m.tag(`</p>`)
		}
		m.tag(`</div><p>`)
		if e.Clause != "" {
			m.instead("条款", "Clause")
			m.tag(` `)
			m.named(name{Zh: e.Clause, URL: e.ClauseURL})
		}
		for j := range e.Agree {
			m.tag(`<span class="sub">`)
			m.agreeing(&e.Agree[j])
			m.tag(`</span>`)
		}
		m.tag("</p></li>\n")
	}
}

// agreeing writes a department that has to agree to a step.
func (m *markup) agreeing(a *agree) {
	m.instead(a.Before.Zh, a.Before.En)
	m.tag(` `)
	m.named(a.Who)
	if a.After != "" {
		m.tag(` `)
		m.chinese(a.After)
	}
}

// named writes a pair that leads to another page of the site, or to a place of
// this one; the pair alone where there is no such address. The layout puts the
// path that the site is served under before href="/.
func (m *markup) named(n name) {
	within := strings.HasPrefix(n.URL, "#") || strings.HasPrefix(n.URL, "/") && !strings.HasPrefix(n.URL, "//")
	if !within || strings.ContainsAny(n.URL, "\\\t\r\n") { // which browsers take for a slash or leave out
		m.instead(n.Zh, n.En)
		return
	}
	m.tag(`<a`)
	m.attribute("href", n.URL)
	m.tag(`>`)
	m.instead(n.Zh, n.En)
	m.tag(`</a>`)
}

// written is HTML that one of the methods of markup writes of a list, "" of none.
func written[T any](write func(*markup, []T), list []T) string {
	var m markup
	if len(list) > 0 {
		write(&m, list)
	}
	return m.String()
}
