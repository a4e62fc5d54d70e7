package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a text into the form in which texts are compared: full and half
// width, upper and lower case, kinds of brackets, dashes and zeros are one; spaces,
// quotation marks, accents and the commas inside numbers are dropped; Roman
// numerals are the Chinese ones, which people type for them. It works character
// by character, so that a place in the result can be traced back.
// search-text.js does the same; a test compares the two on all of Unicode.
func Fold(s string) []rune {
	src := []rune(s)
	out := make([]rune, 0, len(src))
	for i := 0; i < len(src); i++ {
		r := src[i]
		if n, width := roman(src, i); n > 0 {
			out = append(out, []rune(numerals[n-1])...)
			i += width - 1
			continue
		}
		switch {
		case r == ',' && i > 0 && i+1 < len(src) && digit(src[i-1]) && digit(src[i+1]):
		case r < unicode.MaxASCII:
			out = appendFolded(out, r)
		case '\u4e00' <= r && r <= '\u9fff' && r != '零': // nearly all of a Chinese text, and always as it is
			out = append(out, r)
		default:
			for _, d := range norm.NFKD.String(string(r)) {
				out = appendFolded(out, d)
			}
		}
	}
	return out
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

var numerals = [...]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}

// roman returns the Roman numeral that begins at src[i] and how many characters
// it takes, 0 where there is none. Of Latin letters only several that stand by
// themselves are one: Ⅱ期 and II期, but neither V2 nor an X.
func roman(src []rune, i int) (n, width int) {
	switch r := src[i]; {
	case 'Ⅰ' <= r && r <= 'Ⅻ':
		return int(r-'Ⅰ') + 1, 1
	case 'ⅰ' <= r && r <= 'ⅻ':
		return int(r-'ⅰ') + 1, 1
	case !strings.ContainsRune("IVXivx", r) || i > 0 && alphanumeric(src[i-1]):
		return 0, 0
	}
	end := i
	for end < len(src) && alphanumeric(src[end]) {
		end++
	}
	switch strings.ToLower(string(src[i:end])) {
	case "ii":
		n = 2
	case "iii":
		n = 3
	case "iv":
		n = 4
	case "vi":
		n = 6
	case "vii":
		n = 7
	case "viii":
		n = 8
	case "ix":
		n = 9
	case "xi":
		n = 11
	case "xii":
		n = 12
	}
	return n, end - i
}

func alphanumeric(r rune) bool {
	return digit(r) || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func appendFolded(out []rune, r rune) []rune {
	switch r {
	case '[', '{', '〔', '【', '〖', '〈':
		return append(out, '(')
	case ']', '}', '〕', '】', '〗', '〉':
		return append(out, ')')
	case '‐', '‑', '‒', '–', '—', '―', '−', '~', '〜', '∼':
		return append(out, '-')
	case '"', '\'', '“', '”', '‘', '’', '「', '」', '『', '』', '《', '》', '·', '•', '‧', '∙', '・':
		return out
	case '○', '◯', '零':
		return append(out, '〇')
	case '×':
		return append(out, 'x')
	}
	if unicode.IsSpace(r) || unicode.In(r, unicode.M, unicode.Cc, unicode.Cf) {
		return out
	}
	return append(out, unicode.ToLower(r))
}
