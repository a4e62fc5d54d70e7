// Package grid reads spreadsheet files, XLSX and CSV, into plain sheets of
// cells, and packs XLSX files so that equal content has equal bytes. It knows
// nothing of forms, registries or what a cell means.
//
// Reading is done in one pass over the parts of the file, with limits on all
// that it holds: the library that writes our files builds every row and column
// that a file claims to have, so that a sheet that is merely formatted to its
// last cell, let alone a hostile one, would take gigabytes.
package grid

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Limits on what is read.
const (
	MaxFile  = 20 << 20  // bytes of the file
	maxPart  = 64 << 20  // bytes of one unpacked part
	maxAll   = 128 << 20 // bytes of all unpacked parts
	maxParts = 2000
	maxCells = 200_000 // cells that hold something, in all sheets
	maxText  = 32_768  // characters of one cell, as in the format itself
	maxMerge = 3000
)

// Kind says what a cell holds.
type Kind uint8

// The kinds of cells. Error is a formula that failed: #REF!, #VALUE!.
const (
	Text Kind = iota
	Number
	Bool
	Error
)

// Cell is one cell that holds something. Rows and columns count from 1.
type Cell struct {
	Row, Col int
	Kind     Kind
	// Text is the content: of a number its decimal literal with the 15 digits
	// that a spreadsheet keeps, of a bool "1" or "0".
	Text    string
	Format  string // number format, "" for the general one
	Day     bool   // Format shows a day
	Formula bool   // the content was computed when the file was last saved
	Struck  bool   // shown struck through
}

// Ref returns the name of the cell: "C5".
func (c *Cell) Ref() string { return Ref(c.Row, c.Col) }

// Ref names a cell by row and column: "C5".
func Ref(row, col int) string { return ColumnName(col) + strconv.Itoa(row) }

// ColumnName names a column: 1 is "A", 27 "AA".
func ColumnName(col int) string {
	var b []byte
	for ; col > 0; col = (col - 1) / 26 {
		b = append(b, byte('A'+(col-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}

// parseRef reads "C5"; ok is false beyond XFD1048576.
func parseRef(s string) (row, col int, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= 'A' && s[i] <= 'Z' && i < 4; i++ {
		col = col*26 + int(s[i]-'A') + 1
	}
	n, err := strconv.ParseUint(s[i:], 10, 32)
	if i == 0 || err != nil || n < 1 || n > 1<<20 || col > 1<<14 {
		return 0, 0, false
	}
	return int(n), col, true
}

// Range is a block of cells, its ends included.
type Range struct{ Top, Left, Bottom, Right int }

// Sheet is one sheet of a file.
type Sheet struct {
	Name   string
	Hidden bool
	Cells  []Cell // that hold something, by row and column
	Merged []Range
	// HiddenRows and HiddenCols hold content that is not shown.
	HiddenRows map[int]bool
	HiddenCols map[int]bool
}

// At returns the cell at a place, or nil where it is empty.
func (s *Sheet) At(row, col int) *Cell {
	i, ok := slices.BinarySearchFunc(s.Cells, [2]int{row, col}, func(c Cell, at [2]int) int {
		return cmp.Or(cmp.Compare(c.Row, at[0]), cmp.Compare(c.Col, at[1]))
	})
	if !ok {
		return nil
	}
	return &s.Cells[i]
}

// Row returns the cells of one row.
func (s *Sheet) Row(row int) []Cell {
	at := func(n int) int {
		i, _ := slices.BinarySearchFunc(s.Cells, n, func(c Cell, n int) int { return cmp.Compare(c.Row, n) })
		return i
	}
	return s.Cells[at(row):at(row+1)]
}

// Rows returns the numbers of the rows that hold something.
func (s *Sheet) Rows() []int {
	var out []int
	for i := range s.Cells {
		if n := s.Cells[i].Row; len(out) == 0 || out[len(out)-1] != n {
			out = append(out, n)
		}
	}
	return out
}

// MergedAt returns the merged block that a cell belongs to.
func (s *Sheet) MergedAt(row, col int) (Range, bool) {
	for _, m := range s.Merged {
		if m.Top <= row && row <= m.Bottom && m.Left <= col && col <= m.Right {
			return m, true
		}
	}
	return Range{}, false
}

// Book is a spreadsheet file.
type Book struct {
	Sheets   []Sheet
	From1904 bool // days count from 1904-01-01
}

// Problem says why a file cannot be read, and what to do.
type Problem struct {
	Zh, En         string
	MendZh, MendEn string
}

func (p *Problem) Error() string { return p.En }

// tidy drops what cannot be seen from a cell's text and bounds it.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\u200b', '\ufeff', '\u2060':
			return -1
		case '\u00a0', '\t':
			return ' '
		case '\u2028', '\v', '\f':
			return '\n'
		}
		if r < ' ' && r != '\n' || r == '\ufffd' {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.Trim(s, " \n　")
	if len(s) > maxText {
		if r := []rune(s); len(r) > maxText {
			s = string(r[:maxText])
		}
	}
	return s
}

// digits15 writes a number as a spreadsheet shows it: with 15 significant
// digits, so that 0.1+0.2 is 0.3.
func digits15(s string) (string, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f != f || f > 1e20 || f < -1e20 {
		return "", false
	}
	f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		return "", false
	}
	return strconv.FormatFloat(f, 'f', -1, 64), true
}
