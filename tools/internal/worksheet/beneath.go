package worksheet

import (
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/value"
)

// beneath reads a row of nothing but labels that has its values in the row under
// it, cell under cell; nil when the row is not surely that. A long text may go
// on in further rows. taken are the rows of the values.
func (r *reader) beneath(s *grid.Sheet, row int) (out []beside, taken []int) {
	cells := s.Row(row)
	known, adjoin := 0, len(cells) == 1
	for i := range cells {
		c := &cells[i]
		if !nameable(c) {
			return nil, nil
		}
		m := r.label(c, true)
		at := extent(s, c)
		if m.known() {
			known++
		}
		if i > 0 && m.known() && out[i-1].match.known() && out[i-1].at.Right+1 == at.Left {
			adjoin = true // beside each other, labels leave no room for a value
		}
		l := beside{Found: Found{Col: c.Col, Cell: c.Ref(), Label: strings.Join(strings.Fields(c.Text), " "), Person: m.contact, match: m}, at: at}
		if l.money = value.AmountUnit(c.Text); m.col != nil {
			l.Path = m.col.Path
		}
		out = append(out, l)
	}
	if known*3 < len(cells)*2 || !adjoin || slices.ContainsFunc(out, func(l beside) bool { return l.at.Bottom != out[0].at.Bottom }) {
		return nil, nil
	}
	next := out[0].at.Bottom + 1
	if !r.values(s, next, out) {
		return nil, nil
	}
	taken = append(taken, next)
	for more := next + 1; len(out) == 1 && r.values(s, more, out); more++ {
		taken = append(taken, more)
	}
	return out, taken
}

// values takes the cells of a row as the values of the labels above; false when
// one of them is a label itself, a note, or stands under none.
func (r *reader) values(s *grid.Sheet, row int, labels []beside) bool {
	cells := s.Row(row)
	under := make([]int, len(cells))
	for i := range cells {
		c := &cells[i]
		at := extent(s, c)
		under[i] = slices.IndexFunc(labels, func(l beside) bool { return l.at.Left == at.Left && l.at.Right == at.Right })
		if under[i] < 0 || r.label(c, true).known() || starts(c.Text, r.def.Notes) && pair.MatchString(c.Text) {
			return false
		}
	}
	for i, k := range under {
		labels[k].values = append(labels[k].values, &cells[i])
	}
	return len(cells) > 0
}

// extent is what a cell covers.
func extent(s *grid.Sheet, c *grid.Cell) grid.Range {
	if m, ok := s.MergedAt(c.Row, c.Col); ok {
		return m
	}
	return grid.Range{Top: c.Row, Left: c.Col, Bottom: c.Row, Right: c.Col}
}

// apart parts a sheet that holds several forms under each other, made from one
// template: each begins as the first does, with as many rows above its title
// as say the same there. nil when any of the parts is no whole form.
func (r *reader) apart(s *grid.Sheet, f *single) (out []*grid.Sheet) {
	var starts []int
	rows, shared := s.Rows(), true
	first := slices.Index(rows, f.titled[0])
	for k, row := range f.titled {
		at := slices.Index(rows, row)
		if k > 0 && row == f.titled[k-1] {
			return nil // beside each other
		}
		up := 0
		for k > 0 && up < first && alike(s.Row(rows[first-up-1]), s.Row(rows[at-up-1])) {
			up++
		}
		shared = shared && up == 0
		starts = append(starts, rows[at-up])
	}
	starts[0] = 0
	for k, from := range starts {
		to := rows[len(rows)-1] + 1
		if k+1 < len(starts) {
			to = starts[k+1]
		}
		part := *s
		part.Cells = slices.DeleteFunc(slices.Clone(s.Cells), func(c grid.Cell) bool {
			return (c.Row < from || c.Row >= to) && !(shared && c.Row < f.titled[0]) // one heading for all
		})
		if g := r.findSingle(&part); g == nil || len(g.titled) != 1 {
			return nil
		}
		out = append(out, &part)
	}
	return out
}

// alike reports whether two rows are the same line of one template: the same
// words up to a colon, whatever stands behind it, and whatever the year.
func alike(a, b []grid.Cell) bool {
	if len(a) == 0 || len(b) == 0 || a[0].Col != b[0].Col {
		return false
	}
	words := func(c grid.Cell) string {
		label, _, _ := strings.Cut(value.FoldWidth(c.Text), ":")
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, labelKey(label))
	}
	return words(a[0]) == words(b[0])
}

// severalForms says why a sheet with several forms was not read.
func severalForms(f *single) Note {
	cells := strings.Join(f.titles, "、")
	return Note{Kind: Doubt, Text: finding.Text{Zh: "一个工作表里有几份申报表（" + cells + "），分不清从哪一行到哪一行是一份，没有读", En: "several forms in one sheet (" + cells + ") that cannot be told apart: not read"},
		Mend: finding.Text{Zh: "每份放一个工作表，或者一份接一份往下排，每份的样子一样", En: "give each a sheet of its own, or put one under the other, all alike"}}
}

// across reports whether a row has several values beside its one label: a
// column for each project.
func (r *reader) across(cells []grid.Cell) bool {
	if len(cells) < 3 || !r.label(&cells[0], true).known() {
		return false
	}
	for i := 1; i < len(cells); i++ {
		if cells[i].Col != cells[i-1].Col+1 || r.label(&cells[i], true).known() {
			return false
		}
	}
	return true
}

var acrossForms = Note{Kind: Doubt, Text: finding.Text{Zh: "一列一个项目，没有读", En: "a column for each project: not read"},
	Mend: finding.Text{Zh: "在 Excel 或 WPS 里复制整张表，用“选择性粘贴 → 转置”粘贴成一行一个项目，再导入", En: "copy the table and paste it transposed, a row for each project"}}

// inOneCell finds the cell that holds label and title of a project in one.
func (r *reader) inOneCell(b *grid.Book) string {
	for i := range b.Sheets {
		for _, c := range b.Sheets[i].Cells {
			if m := pair.FindStringSubmatch(c.Text); m != nil && m[2] != "" && r.match(m[1], true).col == r.def.byPath[titlePath] {
				return b.Sheets[i].Name + "!" + c.Ref()
			}
		}
	}
	return ""
}
