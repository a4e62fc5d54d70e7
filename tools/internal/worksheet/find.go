package worksheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/value"
)

// Found is a column of a table and what it was taken for.
type Found struct {
	Col    int
	Cell   string
	Label  string
	Path   string // "" when it is not read
	Fuzzy  bool
	Person bool // names persons: left out
	money  int64
	match  match
}

// header is where a table's header stands.
type header struct {
	top, bottom int
	columns     []Found
	score       int
}

// maxHeaderRow is how far down a header is looked for.
const maxHeaderRow = 60

// findHeader finds the rows of labels: those that name most columns, the title
// of the project among them.
func (r *reader) findHeader(s *grid.Sheet) *header {
	var best *header
	for _, row := range s.Rows() {
		if row > maxHeaderRow {
			break
		}
		for height := 1; height <= 3; height++ {
			if height > 1 && !spans(s, row, height) {
				continue
			}
			h := r.readHeader(s, row, row+height-1)
			if h != nil && (best == nil || h.score > best.score || h.score == best.score && height <= best.bottom-best.top) {
				best = h
			}
		}
	}
	return best
}

// spans reports whether height rows can be one header: something in the first
// is merged down to the last, or merged across with labels under it.
func spans(s *grid.Sheet, row, height int) bool {
	return slices.ContainsFunc(s.Merged, func(m grid.Range) bool {
		return m.Top == row && (m.Bottom == row+height-1 || m.Bottom == row && m.Right > m.Left && m.Right-m.Left < 12 && height == 2)
	})
}

func (r *reader) readHeader(s *grid.Sheet, top, bottom int) *header {
	h := &header{top: top, bottom: bottom}
	seen := map[string]bool{}
	title := false
	for _, col := range columnsOf(s, top, bottom) {
		parts := r.labels(s, top, bottom, col)
		if len(parts) == 0 {
			continue
		}
		if slices.ContainsFunc(parts, func(p string) bool { return utf8.RuneCountInString(p) > 40 }) {
			return nil // sentences are no labels
		}
		f := Found{Col: col, Cell: grid.Ref(top, col), Label: strings.Join(strings.Fields(strings.Join(parts, " ")), " ")}
		f.match = r.matchParts(parts)
		for i := len(parts) - 1; i >= 0 && f.money == 0; i-- {
			f.money = value.AmountUnit(parts[i])
		}
		m := f.match
		switch {
		case m.col != nil && m.choice == "" && seen[m.col.Path]:
			f.match = match{}
		case m.col != nil:
			f.Path, f.Fuzzy = m.col.Path, m.fuzzy
			seen[m.col.Path] = true
			title = title || m.col.Path == titlePath
			h.score += 4
			if m.fuzzy {
				h.score -= 2
			}
		case m.contact, m.skip:
			h.score++
			f.Person = m.contact
		}
		h.columns = append(h.columns, f)
	}
	r.tickColumns(h)
	// The same column named twice: the one that names it exactly counts.
	if !title || h.score < 6 {
		return nil
	}
	return h
}

// matchParts finds the column for the labels that stand above each other.
func (r *reader) matchParts(parts []string) match {
	last := parts[len(parts)-1]
	if len(parts) > 1 {
		// Under a label of money, a column for each source of it.
		for _, c := range r.def.Columns {
			if !c.splits() {
				continue
			}
			if v, ok := c.choose(last); ok && (value.AmountUnit(parts[0]) != 0 || r.match(parts[0], false).col != nil) {
				return match{col: c, choice: v}
			}
		}
	}
	for _, exact := range []bool{true, false} {
		for _, label := range []string{strings.Join(parts, ""), last} {
			if m := r.match(label, exact); m.known() {
				return m
			}
		}
	}
	return match{}
}

// labels returns the distinct texts of a column's header, top down.
func (r *reader) labels(s *grid.Sheet, top, bottom, col int) (out []string) {
	for row := top; row <= bottom; row++ {
		at := [2]int{row, col}
		if m, ok := s.MergedAt(row, col); ok {
			at = [2]int{m.Top, m.Left}
		}
		if at[0] < top {
			continue
		}
		if c := s.At(at[0], at[1]); c != nil && c.Text != "" && !slices.Contains(out, c.Text) {
			if c.Kind != grid.Text {
				return nil
			}
			out = append(out, c.Text)
		}
	}
	return out
}

// columnsOf returns the columns that a header covers.
func columnsOf(s *grid.Sheet, top, bottom int) (out []int) {
	for row := top; row <= bottom; row++ {
		for _, c := range s.Row(row) {
			right := c.Col
			if m, ok := s.MergedAt(c.Row, c.Col); ok {
				right = min(m.Right, c.Col+50)
			}
			for col := c.Col; col <= right; col++ {
				out = append(out, col)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pair is "label：value" beside a table.
var pair = regexp.MustCompile(`^\s*([^：:]{1,14}?)\s*[：:]\s*(.*)$`)

// pairGap parts the pairs of one line.
var pairGap = regexp.MustCompile(`[ 　]{2,}|[\n|]|[；;]\s*`)

// aside reads what stands above or under a table: values for all of its rows.
func (r *reader) aside(s *grid.Sheet, row int, t *table) {
	cells := s.Row(row)
	for i := range cells {
		c := &cells[i]
		if c.Kind == grid.Error {
			continue
		}
		txt := strings.Trim(c.Text, "()（）【】")
		pieces := pairGap.Split(txt, -1)
		for k, piece := range pieces {
			m := pair.FindStringSubmatch(piece)
			if m == nil {
				continue
			}
			label, v := m[1], strings.Trim(strings.TrimSpace(m[2]), "_＿ 　")
			next := c
			if v == "" && k == len(pieces)-1 && i+1 < len(cells) && !strings.ContainsAny(cells[i+1].Text, "：:") {
				next = &cells[i+1]
				v = next.Text
			}
			r.pair(t, c, next, label, v)
		}
		if t.money == 0 && strings.Contains(labelKey(c.Text), "单位") {
			t.money = value.AmountUnit(c.Text)
		}
	}
	if row < t.head.top {
		r.heading(cells, t)
	}
}

// pair takes one "label：value" for the rows that say nothing else.
func (r *reader) pair(t *table, c, at *grid.Cell, label, v string) {
	m := r.match(label, true)
	switch {
	case labelKey(label) == "单位" && value.AmountUnit(v) != 0 && utf8.RuneCountInString(v) <= 4, strings.Contains(labelKey(label), "金额单位"):
		t.money = value.AmountUnit(v)
	case m.contact, m.col != nil && len(value.PersonalData(v)) > 0:
		t.note(Note{Kind: Said, Cell: c.Ref(), Column: label, Text: finding.Text{Zh: "是联系人信息，没有读入，也不显示", En: "about a person: not read and not shown"}})
	case m.col != nil && m.col.Path != titlePath && v != "":
		if _, taken := t.common[m.col.Path]; !taken {
			cell := *at
			if at == c {
				cell.Kind, cell.Text, cell.Day = grid.Text, v, false
			}
			t.common[m.col.Path] = commonCell{cell, c.Ref()}
		}
	}
}

type commonCell struct {
	cell grid.Cell
	ref  string
}

var planYear = regexp.MustCompile(`(20[0-9]{2})\s*年`)

// heading reads year, unit and money out of a title.
func (r *reader) heading(cells []grid.Cell, t *table) {
	for i := range cells {
		c := &cells[i]
		folded := value.FoldWidth(c.Text)
		if pair.MatchString(folded) {
			continue
		}
		if m := planYear.FindStringSubmatch(folded); m != nil && t.year == 0 {
			fmt.Sscan(m[1], &t.year)
			t.yearAt = c.Ref()
		}
		if t.unit == "" && utf8.RuneCountInString(folded) >= 6 {
			best := ""
			for k := range r.opts.Units {
				u := &r.opts.Units[k]
				for _, n := range append([]string{u.Name, u.Short}, u.Aliases...) {
					if utf8.RuneCountInString(n) >= 3 && strings.Contains(unitKey(c.Text), unitKey(n)) && len(n) > len(best) {
						best, t.unit, t.unitAt = n, u.Code, c.Ref()
					}
				}
			}
		}
		if t.money == 0 && (strings.Contains(folded, "(万元)") || strings.Contains(folded, "(元)") || strings.Contains(folded, "(亿元)")) {
			t.money = value.AmountUnit(folded)
		}
	}
}

// splits reports whether a column may stand as one column of amounts for each
// choice: a list of choices with amounts.
func (c *Column) splits() bool {
	_, choice, amount := c.parts()
	return choice != nil && amount != nil
}
