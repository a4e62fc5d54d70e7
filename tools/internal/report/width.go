package report

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// cells counts the columns a printed text takes: two for a Chinese character.
// It sums over code points, which is exact here since joiners and variation
// selectors never reach the screen, and does not look at the locale, so that
// output is the same everywhere.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	if r >= ' ' && r < 0x7f {
		return 1
	}
	c := runewidth.Condition{StrictEmojiNeutral: true}
	return c.RuneWidth(r)
}

// Punctuation that must not begin or end a line of Chinese text.
const (
	noStart = "，。、；：？！）》」』】〕”’,.;:?!)]}%…"
	noEnd   = "（《「『【〔“‘([{"
)

// wrap breaks text into lines of at most width columns, between words and
// between Chinese characters. A word longer than a line is left whole: broken
// paths and addresses can not be copied. Width 0 does not break.
func wrap(s string, width int) []string {
	if width <= 0 || cells(s) <= width {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	for _, piece := range pieces(s) {
		n := cells(strings.TrimRight(piece, " "))
		if used > 0 && used+n > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		line += piece
		used += cells(piece)
	}
	return append(lines, strings.TrimRight(line, " "))
}

// pieces splits text into what may not be broken: a word with the blanks after
// it, a Chinese character with the punctuation that clings to it.
func pieces(s string) []string {
	var out []string
	start := 0
	var last rune
	for i, r := range s {
		if i > 0 && mayBreak(last, r) {
			out = append(out, s[start:i])
			start = i
		}
		last = r
	}
	return append(out, s[start:])
}

func mayBreak(a, b rune) bool {
	if strings.ContainsRune(noStart, b) || strings.ContainsRune(noEnd, a) || b == ' ' {
		return false
	}
	return a == ' ' || wide(a) || wide(b)
}

func wide(r rune) bool { return runeCells(r) == 2 || unicode.Is(unicode.Han, r) }
