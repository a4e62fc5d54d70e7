// Package sheet puts a record on paper as officials know it: the values of a
// form become a [Sheet], and a Sheet becomes HTML or a Word file, one A4 page
// where the content allows.
//
// How an official annex looks is told once, in schemas/sheets/<form>.yaml
// ([Load]); a form without one gets a table of two columns from its schema. What
// may be seen is for the caller to say: the package prints the values it is
// given and leaves the place of all others blank. It knows neither files nor the
// network, nor projects and their states.
package sheet

import "strings"

// Grid is how many equal columns the table of a sheet has.
const Grid = 24

// Sheet is one printed form. Texts are plain.
type Sheet struct {
	ID    string   // of the record: declaration, stock-2026
	Annex string   // 附件1, "" for a form that is no annex
	Mark  string   // printed beside the annex: 示例
	Title []string // lines
	Above string   // the line above the table
	Rows  []Row
	Notes []string // below the table
	Size  float64  // of the text in points, chosen so that the sheet fits a page
}

// Row is a row of the table.
type Row struct {
	Height int // least height in millimetres
	Cells  []Cell
}

// Cell is a cell of the table; the spans of a row add up to [Grid].
type Cell struct {
	Label   bool // printed words that name the cells to the right
	Span    int
	Lines   []Line
	Changed bool // differs from the sheet it was compared with
}

// Line is a paragraph in a cell: text, or places for signatures with the day.
type Line struct {
	Text string
	Sign []string // words with blank room behind each of them
	Date string   // 2026年3月1日, or blank places for it; "" asks for no date
}

// Name is the title in one line.
func (s *Sheet) Name() string { return strings.Join(s.Title, "") }

// String is the text of a cell, its lines one below the other.
func (c *Cell) String() string {
	var out []string
	for _, l := range c.Lines {
		out = append(out, strings.TrimSpace(l.Text+strings.Join(l.Sign, " ")+" "+l.Date))
	}
	return strings.Join(out, "\n")
}

// Compare marks the cells of two versions of a sheet that differ. A row is known
// again by its labels; one that the other sheet does not have differs as a
// whole. Either sheet may be nil.
func Compare(old, now *Sheet) {
	for _, p := range [][2]*Sheet{{old, now}, {now, old}} {
		if p[0] == nil {
			continue
		}
		other := map[string]*Row{}
		if p[1] != nil {
			for i := range p[1].Rows {
				other[p[1].Rows[i].labels()] = &p[1].Rows[i]
			}
		}
		for i := range p[0].Rows {
			p[0].Rows[i].mark(other[p[0].Rows[i].labels()])
		}
	}
}

func (r *Row) mark(other *Row) {
	for i := range r.Cells {
		c := &r.Cells[i]
		c.Changed = !c.Label && (other == nil || i >= len(other.Cells) || c.String() != other.Cells[i].String())
	}
}

func (r *Row) labels() string {
	var out []string
	for i := range r.Cells {
		if r.Cells[i].Label {
			out = append(out, r.Cells[i].String())
		}
	}
	return strings.Join(out, "\x00")
}
