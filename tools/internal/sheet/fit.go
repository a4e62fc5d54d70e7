package sheet

import (
	"strings"

	"taizhang/tools/internal/value"
)

// The page: A4 with the margins of an official form, in millimetres.
const (
	pageWidth, pageHeight   = 210.0, 297.0
	marginTop, marginBottom = 25.0, 18.0
	marginSide              = 24.0
	tableWidth              = pageWidth - 2*marginSide
	cellPadding             = 1.8 // left and right of the text of a cell
	rowPadding              = 2.4 // above and below it, together
	lineFactor              = 1.4 // height of a line over the size of its text
	mmPerPoint              = 25.4 / 72
)

// Sizes of text in points. That of the table is the first at which the sheet
// fits its page: 小四, 五号, 小五.
const (
	titleSize = 22.0 // 二号
	annexSize = 16.0 // 三号
	aboveSize = 14.0 // 四号
	noteSize  = 10.5 // 五号
)

var tableSizes = []float64{12, 10.5, 9}

// fit chooses the size of the text and the heights of the rows, so that a sheet
// fills its page as the printed form does and does not run over while the text
// can help it. Rows give up their free height in proportion to it.
func fit(s *Sheet) *Sheet {
	room := pageHeight - marginTop - marginBottom - head(s) - 2 // some for rounding
	for _, s.Size = range tableSizes {
		need := make([]float64, len(s.Rows))
		sum, least, free := 0.0, 0.0, 0.0
		for i := range s.Rows {
			need[i] = s.Rows[i].need(s.Size)
			least += need[i]
			free += max(0, float64(s.Rows[i].Height)-need[i])
		}
		if sum = least + free; sum <= room {
			return s
		}
		if least > room {
			continue
		}
		keep := (room - least) / free
		for i := range s.Rows {
			if slack := float64(s.Rows[i].Height) - need[i]; slack > 0 {
				s.Rows[i].Height = int(need[i] + slack*keep)
			}
		}
		return s
	}
	return s // long content runs over to a second page
}

// head is the height of everything outside the table.
func head(s *Sheet) float64 {
	line := func(points float64) float64 { return points * mmPerPoint * lineFactor }
	h := 0.0
	if s.Annex != "" || s.Mark != "" {
		h += line(annexSize)
	}
	for _, t := range s.Title {
		h += lines(t, tableWidth, titleSize) * line(titleSize)
	}
	h += 4 // below the title
	if s.Above != "" {
		h += lines(s.Above, tableWidth, aboveSize)*line(aboveSize) + 1
	}
	for _, n := range s.Notes {
		h += lines(n, tableWidth, noteSize) * line(noteSize)
	}
	return h
}

// splits reports whether a row may go on over the page's end: one of which much
// would be left blank before it.
func (r *Row) splits(size float64) bool { return r.need(size) > pageHeight/3 }

// need is the height in millimetres that the text of a row takes.
func (r *Row) need(size float64) float64 {
	most := 0.0
	for i := range r.Cells {
		c := &r.Cells[i]
		width := tableWidth*float64(c.Span)/Grid - 2*cellPadding
		n := 0.0
		for _, l := range c.Lines {
			if l.Text != "" {
				n += lines(l.Text, width, size)
			} else {
				n += float64(1 + len(l.hand())) // room to sign above it
			}
		}
		most = max(most, n)
	}
	return max(most, 1)*size*mmPerPoint*lineFactor + rowPadding
}

// lines is how many lines a text takes; it is a little generous, since the fonts
// of the reader are not known.
func lines(text string, width, size float64) float64 {
	perLine := max(2, int(width/(size*mmPerPoint)*2)-1) // half-width characters
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, (value.Width(line)+perLine-1)/perLine)
	}
	return float64(n)
}
