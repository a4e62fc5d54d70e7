package value

import (
	"strings"
	"unicode"
)

// IsDocNo reports whether s is a document number (发文字号) in normal form:
// agency word, year in 〔〕, serial without leading zero, 号 (GB/T 9704-2012,
// 7.2.5): 国办发〔2019〕57号.
func IsDocNo(s string) bool {
	normal, ok := NormalizeDocNo(s)
	return ok && normal == s
}

// NormalizeDocNo brings the usual ways of writing a document number to the
// normal form: other brackets or lost ones, spaces, full-width digits, 第,
// leading zeros. ok is false when s cannot be read as one.
func NormalizeDocNo(s string) (normal string, ok bool) {
	r := make([]rune, 0, 32)
	for _, c := range s {
		switch {
		case c == ' ' || c == '\u00a0' || c == '\u3000':
			continue
		case '０' <= c && c <= '９':
			c -= '０' - '0'
		}
		if r = append(r, c); len(r) > 40 {
			return "", false
		}
	}
	agency := 0
	for agency < len(r) && unicode.Is(unicode.Han, r[agency]) {
		agency++
	}
	if agency < 2 || agency > 20 {
		return "", false
	}
	rest := r[agency:]
	rest = skipRune(rest, "〔[［(（【〖")
	if len(rest) < 4 || !allDigits(rest[:4]) || !(rest[0] == '1' && rest[1] == '9' || rest[0] == '2' && rest[1] == '0') {
		return "", false
	}
	year := rest[:4]
	rest = skipRune(rest[4:], "〕]］)）】〗")
	rest = skipRune(rest, "第")
	if len(rest) < 2 || rest[len(rest)-1] != '号' {
		return "", false
	}
	serial := rest[:len(rest)-1]
	for len(serial) > 1 && serial[0] == '0' {
		serial = serial[1:]
	}
	if !allDigits(serial) || len(serial) > 5 || serial[0] == '0' {
		return "", false
	}
	return string(r[:agency]) + "〔" + string(year) + "〕" + string(serial) + "号", true
}

// skipRune drops the first rune when it is one of set.
func skipRune(r []rune, set string) []rune {
	if len(r) > 0 && strings.ContainsRune(set, r[0]) {
		return r[1:]
	}
	return r
}

func allDigits(r []rune) bool {
	for _, c := range r {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
