package worksheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/value"
)

// beside is a label of a form that has its value to the right of it, or under it.
type beside struct {
	Found
	at     grid.Range
	values []*grid.Cell // one for each row that the label is merged over
}

// single is a sheet that is a form of one project, annex 1 as it is printed:
// labels with their values beside or under them, no table.
type single struct {
	labels []beside
	rows   map[int]bool // that hold labels
	titled []int        // rows that name a project
	titles []string     // their cells
	across []int        // rows with several values beside each other
	under  []string     // labels that have their values under them
	lines  int          // rows of such labels
}

// findSingle reads a sheet as a form, nil where it is none: a form names a
// project, and at least four fields of it in three rows. A sheet with several
// forms has a title for each.
func (r *reader) findSingle(s *grid.Sheet) *single {
	f := &single{rows: map[int]bool{}}
	at := map[string]int{} // path → its label
	sure, filled := map[string]bool{}, map[int]bool{}
	for _, row := range s.Rows() {
		if f.rows[row] {
			continue // values of the row above
		}
		labels, taken := r.beneath(s, row)
		if labels == nil {
			labels = r.besides(s, row, f.labels)
		} else {
			f.lines++
		}
		for _, under := range taken {
			f.rows[under] = true
		}
		if taken == nil && r.across(s.Row(row)) {
			f.across = append(f.across, row)
		}
		for _, l := range labels {
			if taken != nil && l.match.col != nil && len(l.values) > 0 {
				f.under = append(f.under, l.Label)
			}
			f.rows[row] = f.rows[row] || l.match.known()
			if l.Path != "" && !l.Fuzzy && len(l.values) > 0 {
				filled[row] = true
				if l.Path == titlePath {
					f.titled, f.titles = append(f.titled, row), append(f.titles, l.Cell)
				}
			}
			if k, ok := at[l.Path]; ok && l.Path != "" {
				if f.labels[k].Fuzzy && !l.Fuzzy {
					f.labels[k].drop()
				} else {
					l.drop()
				}
			}
			if l.Path != "" {
				at[l.Path] = len(f.labels)
				sure[l.Path] = sure[l.Path] || !l.Fuzzy
			}
			f.labels = append(f.labels, l)
		}
	}
	known := 0
	for _, yes := range sure {
		if yes {
			known++
		}
	}
	if !sure[titlePath] || known < 4 || len(filled) < 3 && f.lines < 2 {
		return nil
	}
	return f
}

// drop leaves a label unread: another says the same.
func (l *beside) drop() { l.Path, l.Fuzzy, l.match = "", false, match{} }

// besides finds the labels of a row and their values; what goes on a label of
// above that is merged down is added to it.
func (r *reader) besides(s *grid.Sheet, row int, above []beside) (out []beside) {
	cells := s.Row(row)
	for i := 0; i < len(cells); i++ {
		c := &cells[i]
		k := slices.IndexFunc(above, func(l beside) bool { return l.at.Top < row && row <= l.at.Bottom && c.Col == l.at.Right+1 })
		m := r.label(c, true)
		if k >= 0 && !m.known() {
			above[k].values = append(above[k].values, c)
			continue
		}
		valued := i+1 < len(cells) && !r.label(&cells[i+1], true).known()
		if !m.known() && valued {
			m = r.label(c, false)
		}
		if !m.known() && (i > 0 || !valued || !nameable(c)) {
			continue
		}
		l := beside{Found: Found{Col: c.Col, Cell: c.Ref(), Label: strings.Join(strings.Fields(c.Text), " "), Person: m.contact, Fuzzy: m.fuzzy, match: m}, at: grid.Range{Top: row, Left: c.Col, Bottom: row, Right: c.Col}}
		if l.money = value.AmountUnit(c.Text); m.col != nil {
			l.Path = m.col.Path
		}
		if at, ok := s.MergedAt(row, c.Col); ok {
			l.at = at
		}
		if valued {
			i++
			l.values = append(l.values, &cells[i])
		}
		out = append(out, l)
	}
	return out
}

// nameable reports whether a cell may be a label: short, and no whole statement.
func nameable(c *grid.Cell) bool {
	key := labelKey(c.Text)
	n := utf8.RuneCountInString(key)
	return c.Kind == grid.Text && n > 1 && n <= 16 && !pair.MatchString(strings.TrimRight(c.Text, "：: ")) && strings.Trim(key, "0123456789-") != ""
}

// label finds what a cell of a form is the label of.
func (r *reader) label(c *grid.Cell, exact bool) match {
	if !nameable(c) {
		return match{}
	}
	m := r.match(c.Text, exact)
	if m.contact && utf8.RuneCountInString(labelKey(c.Text)) > 8 {
		return match{} // a title or a sentence that speaks of persons
	}
	return m
}

// beats reports whether the sheet is the form rather than a table under that
// header: most labels stand outside of the header's rows.
func (f *single) beats(h *header) bool {
	if h == nil {
		return true
	}
	inside, outside := 0, 0
	for _, l := range f.labels {
		switch {
		case !l.match.known() || l.Fuzzy:
		case h.top <= l.at.Top && l.at.Top <= h.bottom:
			inside++
		default:
			outside++
		}
	}
	return outside > inside
}

// readSingle reads the form into the one row of t.
func (r *reader) readSingle(s *grid.Sheet, f *single, t *table) {
	rows := s.Rows()
	t.Single = true
	t.head = &header{top: f.labels[0].at.Top, bottom: f.labels[0].at.Top - 1}
	t.Header = fmt.Sprintf("%d-%d", t.head.top, rows[len(rows)-1])
	for _, row := range rows {
		if !f.rows[row] {
			r.aside(s, row, t)
		}
	}
	p := &Row{Sheet: s.Name, First: t.head.top, Last: f.labels[len(f.labels)-1].at.Bottom, Forms: map[string]map[string]any{}, Cells: map[string]string{}}
	t.Rows, p.year = append(t.Rows, p), r.opts.Year
	if p.year == 0 {
		p.year = t.year
	}
	for _, l := range f.labels {
		t.Columns = append(t.Columns, l.Found)
		for k, c := range l.values {
			switch {
			case l.Person && r.opts.Persons && !c.Struck:
				p.person.add(l.Label, c.Text)
			case l.match.col == nil:
			case s.HiddenRows[c.Row]:
				t.note(Note{Kind: Doubt, Cell: c.Ref(), Column: Clip(l.Label), Text: finding.Text{Zh: "这一行是隐藏的，没有读；要读就取消隐藏", En: "a hidden row: not read; show it to have it read"}})
			case k == 0 && l.Path == yearPath:
				if m := planYear.FindStringSubmatch(value.FoldWidth(c.Text) + "年"); m != nil && p.year == 0 {
					fmt.Sscan(m[1], &p.year)
				}
				r.cell(t, p, l.Found, c, s)
			case k == 0:
				r.cell(t, p, l.Found, c, s)
			default:
				r.add(t, p, l.Found, c)
			}
		}
	}
	if len(f.under) > 0 {
		t.note(Note{Kind: Said, Text: finding.Text{Zh: "“" + strings.Join(f.under, "”、“") + "”的内容读的是下面一行", En: "the values of “" + strings.Join(f.under, "”, “") + "” were read from the row under them"}})
	}
	if c := r.def.byPath[titlePath]; p.Title() == "" && !r.failed(p, c) {
		p.Notes = append(p.Notes, Note{Kind: Refuse, Column: c.Head(), Text: finding.Text{Zh: "没有写项目名称", En: "no project title"}, Mend: finding.Text{Zh: "在“项目名称”右边或下面的格子里写上", En: "write it in the cell beside or under 项目名称"}})
	}
	r.sayColumns(s, t)
	r.complete(t, p)
}
