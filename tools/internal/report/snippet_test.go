package report

import (
	"strings"
	"testing"

	"taizhang/tools/internal/finding"
)

// columnsOf returns the first and the last display column of what stands
// between the characters of a line that satisfy is.
func columnsOf(line string, is func(rune) bool) (first, last int) {
	col := 0
	first = -1
	for _, r := range line {
		if is(r) {
			if first < 0 {
				first = col
			}
			last = col + cells(string(r))
		}
		col += cells(string(r))
	}
	return first, last
}

func TestMarkStandsUnderItsText(t *testing.T) {
	const fill = "测试填充文字abc"
	for _, c := range []struct {
		name, before, after string
	}{
		{"ascii", "title: ", " end"},
		{"wide glyphs", "标题：全角，", "之后"},
		{"tabs", "\t\tx:\t", "\ty"},
		{"combining", "e\u0301a\u0300: ", ""},
		{"hidden characters", "a\u202eb\u200dc\x1b[0m", "\u2066"},
		{"emoji and halfwidth", "🎉ｶﾅ ", "🎉"},
		{"invalid bytes", "\xff\xfe ", "\xff"},
		{"long before", strings.Repeat(fill, 40), ""},
		{"long after", "a", strings.Repeat(fill, 40)},
		{"long both", strings.Repeat(fill, 40), strings.Repeat(fill, 40)},
	} {
		t.Run(c.name, func(t *testing.T) {
			const target = "◆物件◆"
			col := len(decode([]byte(c.before))) + 1
			o := Options{Width: 80, Source: func(string) ([]byte, bool) { return []byte(c.before + target + c.after + "\r\n"), true }}
			out := render(t, "text", []finding.Finding{{Rule: "R-1", Severity: finding.Error,
				Place: finding.Place{File: "f.md", Line: 1, Col: col, EndCol: col + 4}}}, o)
			var source, under string
			for _, l := range strings.Split(out, "\n") {
				switch {
				case strings.Contains(l, "◆"):
					source = l
				case strings.Contains(l, "^"):
					under = l
				}
				if cells(l) > 80 {
					t.Errorf("line of %d columns: %s", cells(l), l)
				}
			}
			f1, l1 := columnsOf(source, func(r rune) bool { return strings.ContainsRune(target, r) })
			f2, l2 := columnsOf(under, func(r rune) bool { return r == '^' })
			if f1 != f2 || l1 != l2 {
				t.Errorf("text in columns %d–%d, mark in %d–%d:\n%s\n%s", f1, l1, f2, l2, source, under)
			}
		})
	}
}

func TestPlacesBeyondTheTextAreHarmless(t *testing.T) {
	o := Options{Source: func(string) ([]byte, bool) { return []byte("a: 1\n\n  b: 2"), true }}
	for _, p := range []finding.Place{
		{File: "f", Line: 1, Col: 99, EndCol: 120}, {File: "f", Line: 99, Col: 1, EndCol: 2}, {File: "f", Line: 2, Col: 1, EndCol: 1},
		{File: "f", Line: 3}, {File: "f", Line: 1, Col: 3, EndCol: 1}, {File: "f"}, {}, {File: "f", Line: -1, Col: -5, EndCol: -7},
	} {
		for _, format := range Formats() {
			render(t, format, []finding.Finding{{Rule: "R-1", Severity: finding.Error, Place: p, Related: []finding.Place{p}, Suggest: "x"}}, o)
		}
	}
}

func TestFarApartMarksOnOneLineGetTheirOwnWindow(t *testing.T) {
	line := "年：2026" + strings.Repeat("中", 200) + "月：13"
	o := Options{Width: 60, Source: func(string) ([]byte, bool) { return []byte(line), true }}
	out := render(t, "text", []finding.Finding{{Rule: "R-1", Severity: finding.Error,
		Place:   finding.Place{File: "f", Line: 1, Col: 209, EndCol: 211},
		Related: []finding.Place{{File: "f", Line: 1, Col: 3, EndCol: 7}}}}, o)
	if strings.Count(out, "  1 |") != 2 || !strings.Contains(out, "月：13") || !strings.Contains(out, "年：2026") {
		t.Errorf("both ends should be shown:\n%s", out)
	}
}

func TestWrapKeepsPunctuationAndWords(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"不换行", 0, "不换行"},
		{"这是一个句子，后面还有。", 14, "这是一个句子，|后面还有。"},
		{"one two three four", 9, "one two|three|four"},
		{"改 planYear 为 2027", 10, "改|planYear|为 2027"},
		{"averyveryverylongword x", 5, "averyveryverylongword|x"},
		{"（括号）在此", 6, "（括|号）在|此"},
	} {
		if got := strings.Join(wrap(c.in, c.width), "|"); got != c.want {
			t.Errorf("wrap(%q, %d) = %s, want %s", c.in, c.width, got, c.want)
		}
	}
}
