// Package chart draws small pictures of figures as SVG: bars that may be
// grouped, and ranges with a middle. A picture carries a title and a
// description for those who do not see it, has no colour of its own (the style
// sheet gives the classes c0, c1, c2 theirs, for light, dark and paper), and
// fits a phone as it stands. It knows nothing of what the figures mean; the
// exact values stand in a table beside it.
package chart

import (
	"fmt"
	"strings"
	"unicode"
)

// Text is a text in Chinese with its English, which may be empty. A page shows
// the one or the other.
type Text struct{ Zh, En string }

// Series names one of several bars of each row.
type Series struct{ Name Text }

// Row is one label with a value for each series. Value is what its length
// shows and must not be negative; Word is how it is written beside the bar.
type Row struct {
	Label Text
	Bars  []Bar
}

// Bar is one bar.
type Bar struct {
	Value int64
	Word  Text
}

// Span is one label with a range from Low to High around Mid; Word is how it is
// written.
type Span struct {
	Label          Text
	Low, Mid, High int64
	Word           Text
}

// The measures of a picture, in its own units: about a pixel on a phone.
const (
	width  = 360
	line   = 18 // height of a line of text
	bar    = 12
	gap    = 4
	apart  = 8  // between rows
	digit  = 7  // width of a Latin letter or figure
	square = 13 // width of a Chinese character
)

// Bars draws rows of horizontal bars on one scale. id makes the names inside
// unique on a page. Where there are several series a legend names them.
func Bars(id string, title, desc Text, series []Series, rows []Row) string {
	var most, room int64 = 1, 0
	for _, r := range rows {
		for _, b := range r.Bars {
			most, room = max(most, b.Value), max(room, wide(b.Word.Zh), wide(b.Word.En))
		}
	}
	scale := float64(width-room-gap) / float64(most)
	p := &picture{}
	p.legend(series)
	for _, r := range rows {
		p.label(r.Label)
		for i, b := range r.Bars {
			long := float64(b.Value) * scale
			fmt.Fprintf(&p.body, `<rect class="c%d" x="0" y="%d" width="%.1f" height="%d"/>`, i%3, p.y+1, long, bar)
			p.text(b.Word, long+gap, p.y+bar-1, "value")
			p.y += bar + gap
		}
		p.y += apart
	}
	return p.done(id, title, desc)
}

// Spans draws ranges on one scale that begins at 0: a line from Low to High and
// a dot at Mid.
func Spans(id string, title, desc Text, rows []Span) string {
	var most, room int64 = 1, 0
	for _, r := range rows {
		most, room = max(most, r.High), max(room, wide(r.Word.Zh), wide(r.Word.En))
	}
	const radius = 5
	scale := float64(width-room-gap-2*radius) / float64(most)
	p := &picture{}
	for _, r := range rows {
		p.label(r.Label)
		low, mid, high := radius+float64(r.Low)*scale, radius+float64(r.Mid)*scale, radius+float64(r.High)*scale
		fmt.Fprintf(&p.body, `<rect class="track" x="0" y="%d" width="%d" height="2"/>`, p.y+5, width-room-gap)
		fmt.Fprintf(&p.body, `<rect class="c1" x="%.1f" y="%d" width="%.1f" height="6"/>`, low, p.y+3, max(high-low, 1))
		fmt.Fprintf(&p.body, `<circle class="c0" cx="%.1f" cy="%d" r="%d"/>`, mid, p.y+6, radius)
		p.text(r.Word, float64(width-room), p.y+bar-1, "value")
		p.y += bar + gap + apart
	}
	return p.done(id, title, desc)
}

// picture is a drawing that grows downward.
type picture struct {
	body strings.Builder
	y    int
}

func (p *picture) label(t Text) {
	p.text(t, 0, p.y+13, "label")
	p.y += line
}

func (p *picture) legend(series []Series) {
	if len(series) < 2 {
		return
	}
	x := 0.0
	for i, s := range series {
		need := float64(max(wide(s.Name.Zh), wide(s.Name.En)) + 32)
		if x > 0 && x+need > width {
			x, p.y = 0, p.y+line
		}
		fmt.Fprintf(&p.body, `<rect class="c%d" x="%.0f" y="%d" width="%d" height="%d"/>`, i%3, x, p.y+2, bar, bar)
		p.text(s.Name, x+bar+gap, p.y+13, "label")
		x += need
	}
	p.y += line + apart
}

// text writes both languages at one place; a page shows one of them.
func (p *picture) text(t Text, x float64, y int, class string) {
	if t.En == "" || t.En == t.Zh {
		fmt.Fprintf(&p.body, `<text class="%s" x="%.1f" y="%d">%s</text>`, class, x, y, escape(t.Zh))
		return
	}
	fmt.Fprintf(&p.body, `<text class="%s zh" x="%.1f" y="%d">%s</text>`, class, x, y, escape(t.Zh))
	fmt.Fprintf(&p.body, `<text class="%s en-x" lang="en" x="%.1f" y="%d">%s</text>`, class, x, y, escape(t.En))
}

func (p *picture) done(id string, title, desc Text) string {
	return fmt.Sprintf(`<svg class="chart" role="img" aria-labelledby="%[1]s-t %[1]s-d" viewBox="0 0 %[2]d %[3]d" focusable="false"><title id="%[1]s-t">%[4]s</title><desc id="%[1]s-d">%[5]s</desc>%[6]s</svg>`,
		escape(id), width, max(p.y, 1), escape(both(title)), escape(both(desc)), p.body.String())
}

func both(t Text) string {
	if t.En == "" {
		return t.Zh
	}
	return t.Zh + " " + t.En
}

// wide estimates how wide a text is drawn.
func wide(s string) int64 {
	n := int64(0)
	for _, r := range s {
		if unicode.Is(unicode.Han, r) || r > 0x2e80 {
			n += square
		} else {
			n += digit
		}
	}
	return n
}

// escape makes a text safe inside an element or a quoted attribute.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s)
}
