package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
)

// mark is a stretch of a source line to underline.
type mark struct {
	finding.Place
	primary bool
}

// defaultWidth is the width of snippets when the terminal tells none: source
// lines may be 256 KiB long and are cut even where text is not wrapped.
const defaultWidth = 120

// minWindow keeps snippets legible on absurdly narrow terminals.
const minWindow = 24

// snippet prints the marked lines of the finding's file and returns the
// related places that it could not show there.
func (r *report) snippet(f *finding.Finding, tint string) (rest []finding.Place) {
	if f.Sensitive || f.Line == 0 {
		return f.Related
	}
	line, ok := r.sources.line(f.File, f.Line)
	if !ok {
		return f.Related
	}
	if r.secrets.hides(f.File, f.Line, line) {
		r.note("", r.words.hidden)
		return f.Related
	}
	marks := []mark{{f.Place, true}}
	for _, p := range f.Related {
		text, ok := r.sources.line(p.File, p.Line)
		if p.File != f.File || !ok || r.secrets.hides(p.File, p.Line, text) {
			rest = append(rest, p)
			continue
		}
		marks = append(marks, mark{p, false})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.Line, b.Line) })

	gutter := max(3, len(fmt.Sprint(marks[len(marks)-1].Line)))
	blank := strings.Repeat(" ", gutter) + " |"
	r.line(r.paint(blue, blank))
	for i, m := range marks {
		switch prev := i - 1; {
		case prev >= 0 && marks[prev].Line+1 < m.Line:
			r.line(r.paint(blue, strings.Repeat(".", gutter)))
			fallthrough
		case prev < 0 || marks[prev].Line != m.Line:
			r.sourceLine(marks[i:], gutter, tint)
		}
	}
	r.line(r.paint(blue, blank))
	return rest
}

// sourceLine prints the line of the first mark and, under it, each mark that
// lies on that line. Marks too far apart for one window get one each.
func (r *report) sourceLine(marks []mark, gutter int, tint string) {
	n := marks[0].Line
	text, _ := r.sources.line(marks[0].File, n)
	rs := decode(text)
	width := r.Width
	if width <= 0 {
		width = defaultWidth
	}
	var shownAt *window
	for _, m := range marks {
		if m.Line != n {
			break
		}
		from, to := span(rs, m.Place)
		if shownAt == nil || !shownAt.holds(from, to) {
			w := windowOn(rs, from, to, max(minWindow, width-gutter-3))
			shownAt = &w
			r.line(r.paint(blue, fmt.Sprintf("%*d |", gutter, n)) + " " + w.text)
		}
		sign, color := "^", tint
		if !m.primary {
			sign, color = "-", blue
		}
		pad, size := shownAt.under(from, to)
		under := strings.Repeat(sign, max(1, size))
		if label := OneLine(m.Label.In(r.Lang)); label != "" {
			under += " " + label
		}
		r.line(r.paint(blue, strings.Repeat(" ", gutter)+" |") + " " + strings.Repeat(" ", pad) + r.paint(color, under))
	}
}

// span turns a place into indexes of code points within its line; a place
// without columns is the line without its indentation.
func span(rs []rune, p finding.Place) (from, to int) {
	if p.Col <= 0 {
		for from < len(rs) && (rs[from] == ' ' || rs[from] == '\t') {
			from++
		}
		return from, max(from, len(rs))
	}
	from = min(p.Col-1, len(rs))
	return from, min(max(p.EndCol-1, from), len(rs))
}

// window is the part of a line that is printed.
type window struct {
	rs       []rune
	from, to int // code points shown
	lead     int // columns taken by the ellipsis before them
	text     string
}

// windowOn chooses the part of a line around [from,to) that fits into width
// columns: the marked text from its start, a third of the room before it, and
// whatever follows. It looks at no more of the line than it prints.
func windowOn(rs []rune, from, to, width int) window {
	const ellipsis = 1
	size := func(r rune) int { return cells(glyph(r)) }
	// Fill to the right of the mark's start, then to its left, then use up on
	// the right what the left did not need.
	left, right := from, from
	used, room := 0, width-2*ellipsis
	grow := func(limit int) {
		for right < len(rs) && used+size(rs[right]) <= limit {
			used += size(rs[right])
			right++
		}
	}
	for right < to && used+size(rs[right]) <= room*2/3 {
		used += size(rs[right])
		right++
	}
	reach := room
	if right < len(rs) {
		reach = min(room, used+room/3)
	}
	for left > 0 && used+size(rs[left-1]) <= reach {
		left--
		used += size(rs[left])
	}
	grow(room)
	for left > 0 && used+size(rs[left-1]) <= room {
		left--
		used += size(rs[left])
	}
	w := window{rs: rs, from: left, to: right}
	var b strings.Builder
	if left > 0 {
		w.lead = ellipsis
		b.WriteString("…")
	}
	for _, c := range rs[left:right] {
		b.WriteString(glyph(c))
	}
	if right < len(rs) {
		b.WriteString("…")
	}
	w.text = b.String()
	return w
}

// holds reports whether the window shows the stretch from its start to its end.
func (w *window) holds(from, to int) bool { return from >= w.from && to <= w.to }

// under tells how many columns precede a stretch in the window and how many
// it takes there.
func (w *window) under(from, to int) (pad, size int) {
	pad = w.lead
	for i, r := range w.rs[w.from:w.to] {
		switch at := w.from + i; {
		case at < from:
			pad += cells(glyph(r))
		case at < to:
			size += cells(glyph(r))
		}
	}
	return pad, size
}
