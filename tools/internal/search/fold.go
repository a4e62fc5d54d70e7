package search

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a text into the form in which texts are compared: full and half
// width, upper and lower case, kinds of brackets and dashes are one; spaces,
// quotation marks, accents and the commas inside numbers are dropped. It works
// character by character, so that a place in the result can be traced back.
// search-engine.js does the same; a test compares the two on all of Unicode.
func Fold(s string) []rune {
	src := []rune(s)
	out := make([]rune, 0, len(src))
	for i, r := range src {
		switch {
		case r == ',' && i > 0 && i+1 < len(src) && digit(src[i-1]) && digit(src[i+1]):
		case r < unicode.MaxASCII:
			out = appendFolded(out, r)
		case '\u4e00' <= r && r <= '\u9fff': // nearly all of a Chinese text, and always as it is
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

func appendFolded(out []rune, r rune) []rune {
	switch r {
	case '[', '{', '〔', '【', '〖', '〈':
		return append(out, '(')
	case ']', '}', '〕', '】', '〗', '〉':
		return append(out, ')')
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return append(out, '-')
	case '"', '\'', '“', '”', '‘', '’', '「', '」', '『', '』', '《', '》', '·', '•', '・':
		return out
	}
	if unicode.IsSpace(r) || unicode.In(r, unicode.M, unicode.Cc, unicode.Cf) {
		return out
	}
	return append(out, unicode.ToLower(r))
}
