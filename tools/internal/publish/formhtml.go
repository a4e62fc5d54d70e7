package publish

import "strings"

// The fields of a form are written here and not by the layouts: they are most of
// a project's page and the same for every form, and a template takes a hundred
// times as long. How they look is for the style sheet to say.

// rows writes the fields of a form as the rows of its sheet.
func (m *markup) rows(fields []*field) {
	for _, f := range fields {
		m.tag(`<tr><th>`)     // of its row, as HTML has it where data follow
		m.instead(f.Zh, f.En) // a sheet has room for both
		m.tag(`</th><td>`)
		m.value(f)
		m.tag("</td></tr>\n")
	}
}

// value writes the value of one field; groups call it again for their own.
func (m *markup) value(f *field) {
	switch {
	case f.Withheld:
		m.tag(`<span class="withheld">`)
		m.beside(notPublic.Zh, notPublic.En)
		m.tag(`</span>`)
	case f.Kind == "group":
		m.tag(`<dl class="group">`)
		for _, one := range f.Fields {
			m.tag(`<div><dt>`)
			m.instead(one.Zh, one.En)
			m.tag(`</dt><dd>`)
			m.value(one)
			m.tag(`</dd></div>`)
		}
		m.tag(`</dl>`)
	case f.Kind == "table":
		m.table(f)
	case f.Kind == "docs":
		m.papers(f.Docs, false) // the list of all documents has their hashes
	case f.Kind == "long":
		m.tag(`<div class="long">`)
		for line := range strings.Lines(f.Value) {
			if line = strings.TrimSpace(line); line != "" {
				m.tag(`<p>`)
				m.text(line)
				m.tag(`</p>`)
			}
		}
		m.tag(`</div>`)
	case strings.HasPrefix(f.Value, "https://") && !strings.ContainsAny(f.Value, " \t\r\n，、；。"):
		m.link(f.Value, f.Value) // a notice on another site
	default:
		m.instead(f.Value, f.ValueEn)
		if f.Unit != "" {
			m.tag(` <span class="unit">`)
			m.measure(f.Unit)
			m.tag(`</span>`)
		}
	}
}

// table writes a list of objects. On a phone each cell names its column, as the
// page's script tells it.
func (m *markup) table(f *field) {
	class := func(c *column) {
		switch {
		case c.Num:
			m.attribute("class", "num")
		case c.Date:
			m.attribute("class", "date")
		}
	}
	m.tag(`<table class="inner"><thead><tr>`)
	for i := range f.Columns {
		c := &f.Columns[i]
		m.tag(`<th`)
		class(c)
		m.tag(`>`)
		m.instead(c.Zh, c.En)
		m.tag(`</th>`)
	}
	m.tag(`</tr></thead><tbody>`)
	for _, row := range f.Rows {
		m.tag(`<tr>`)
		for i, cell := range row {
			c := &f.Columns[i]
			m.tag(`<td`)
			class(c)
			m.tag(`>`)
			m.instead(cell, c.Words[cell])
			m.tag(`</td>`)
		}
		m.tag(`</tr>`)
	}
	m.tag(`</tbody></table>`)
}

// documents writes a list of documents, each with what is needed to find and to
// check the paper.
func (m *markup) documents(docs []document) { m.papers(docs, true) }

func (m *markup) papers(docs []document, hashes bool) {
	m.tag(`<ul class="docs">`)
	for i := range docs {
		d := &docs[i]
		m.tag(`<li>`)
		if d.Kind.Zh != "" {
			m.tag(`<small>`)
			m.instead(d.Kind.Zh, d.Kind.En)
			m.tag(`</small> `)
		}
		m.link(d.URL, d.Title)
		if d.DocNo+d.On+d.ArchiveNo != "" {
			m.tag(`<p>`)
			if d.DocNo != "" {
				m.tag(`<span>`)
				m.text(d.DocNo)
				m.tag(`</span>`)
			}
			m.date(d.On)
			if d.ArchiveNo != "" {
				m.tag(`<span>`)
				m.instead("档号", "Archive number")
				m.tag(` `)
				m.text(d.ArchiveNo)
				m.tag(`</span>`)
			}
			m.tag(`</p>`)
		}
		if hashes && d.SHA256 != "" {
			m.tag(`<p class="hash">SHA-256 <code>`)
			m.text(d.SHA256)
			m.tag(`</code></p>`)
		}
		m.tag("</li>\n")
	}
	m.tag(`</ul>`)
}

// measure writes the unit behind a figure.
func (m *markup) measure(unit string) {
	en, known := measures[unit]
	switch {
	case !known:
		m.text(unit)
	case en == "":
		m.chinese(unit)
	default:
		m.instead(unit, en)
	}
}
