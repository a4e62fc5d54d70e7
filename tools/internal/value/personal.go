package value

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

// PersonalData finds personal data in one line: mobile numbers, ID numbers,
// bank cards, personal e-mail, and private keys, which open what is sealed of
// persons (rule R-140). Digits may be full-width and
// grouped by spaces or hyphens. Numbers that are part of a longer code, a hash,
// an amount, an office telephone or a credit code are left alone.
func PersonalData(line string) []Hit {
	if !mayHoldPersonalData(line) {
		return nil
	}
	s := scan{text: []rune(line)}
	s.fold()
	s.keys()
	s.emails()
	s.findGroups()
	for i := 0; i < len(s.groups); {
		i += max(s.numberAt(i), 1)
	}
	if len(s.hits) == 0 {
		s.disguised()
	}
	slices.SortFunc(s.hits, func(a, b Hit) int { return a.Col - b.Col })
	return s.hits
}

// mobiles are further spellings of a mobile number that mean nothing else: with
// the trunk prefix 0, grouped 3-4-4 by other marks, the area in brackets, behind
// a Latin label, or as a whole segment of an address.
var mobiles = regexp.MustCompile(`(?:^|[^0-9A-Za-z])0(1[3-9][0-9]{9})(?:[^0-9A-Za-z]|$)` +
	`|(?:^|[^0-9A-Za-z])(1[3-9][0-9][.·_/][0-9]{4}[.·_/][0-9]{4})(?:[^0-9]|$)` +
	`|(?:^|[^0-9A-Za-z])(\(1[3-9][0-9]\)[ -]?[0-9]{8})(?:[^0-9]|$)` +
	`|(?i:tel|phone|mobile|mob)[:=-]?(1[3-9][0-9]{9})(?:[^0-9]|$)` +
	`|://[^ ]*/(1[3-9][0-9]{9})(?:[/?#"]|$)`)

func (s *scan) disguised() {
	text := string(s.text)
	for _, m := range mobiles.FindAllStringSubmatchIndex(text, -1) {
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				s.hit(finding.Text{Zh: "手机号码", En: "mobile number"}, utf8.RuneCountInString(text[:m[i]]), utf8.RuneCountInString(text[:m[i+1]]))
			}
		}
	}
}

// mayHoldPersonalData answers no for nearly every line, cheaply.
func mayHoldPersonalData(line string) bool {
	if strings.Contains(line, "-") && privateKey.MatchString(line) {
		return true
	}
	count := 0
	for _, c := range line {
		switch {
		case '0' <= c && c <= '9' || '０' <= c && c <= '９':
			if count++; count == 11 {
				return true
			}
		case c == '@' || c == '＠':
			return true
		}
	}
	return false
}

// maxCode is how far a code is followed back, in characters.
const maxCode = 64

// scan is one line under examination.
type scan struct {
	text   []rune // with full-width forms folded to ASCII
	groups []group
	hits   []Hit
}

// group is a run of digits. An ID number may end in X, which then belongs to
// the run.
type group struct {
	start, end int
	next       separator // what stands between this group and the next one
}

type separator uint8

const (
	apart separator = iota
	space
	hyphen
)

// fold maps full-width forms to ASCII one by one, so that columns stay.
func (s *scan) fold() {
	for i, c := range s.text {
		switch {
		case '！' <= c && c <= '～':
			s.text[i] = c - '！' + '!'
		case c == '\u3000' || c == '\u00a0' || c == '\t':
			s.text[i] = ' '
		case strings.ContainsRune("‐‑‒–—―−", c):
			s.text[i] = '-'
		}
	}
}

func (s *scan) at(i int) rune {
	if i < 0 || i >= len(s.text) {
		return 0
	}
	return s.text[i]
}

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

// isWord reports whether c belongs to a code as ASCII letters and digits do.
func isWord(c rune) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func (s *scan) hit(kind finding.Text, start, end int) {
	s.hits = append(s.hits, Hit{Kind: kind, Col: start + 1, EndCol: end + 1})
}

// privateKey is a private key of age, whole or cut short, or the first line of
// one of OpenSSH, OpenSSL or PGP.
var privateKey = regexp.MustCompile(`(?i:AGE-SECRET-KEY-(?:PQ-)?1[0-9a-z]{8,})|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----`)

func (s *scan) keys() {
	text := string(s.text)
	for _, m := range privateKey.FindAllStringIndex(text, -1) {
		start := utf8.RuneCountInString(text[:m[0]])
		end := start + utf8.RuneCountInString(text[m[0]:m[1]])
		s.hit(finding.Text{Zh: "私钥（拿到它就能打开密封的联系人）", En: "a private key (which opens what is sealed)"}, start, end)
		clear(s.text[start:end])
	}
}

func (s *scan) findGroups() {
	for i := 0; i < len(s.text); i++ {
		if !isDigit(s.text[i]) {
			continue
		}
		g := group{start: i}
		for isDigit(s.at(i)) {
			i++
		}
		if c := s.at(i); (c == 'X' || c == 'x') && !isWord(s.at(i+1)) {
			i++
		}
		g.end = i
		gap := i
		for s.at(gap) == ' ' || s.at(gap) == '-' {
			gap++
		}
		if gap > i && gap-i <= 3 && isDigit(s.at(gap)) {
			g.next = space
			if slices.Contains(s.text[i:gap], '-') {
				g.next = hyphen
			}
		}
		s.groups = append(s.groups, g)
		i--
	}
}

// numberAt reports the number that begins with group i and returns how many
// groups it takes, 0 when there is none.
func (s *scan) numberAt(i int) int {
	if !s.freeLeft(i) {
		return 0
	}
	digits := make([]rune, 0, 40)
	for j := i; j < len(s.groups) && len(digits) < 20; j++ {
		g := s.groups[j]
		digits = append(digits, s.text[g.start:g.end]...)
		if kind, ok := classify(digits, s.groups[i:j+1]); ok && s.freeRight(i, j) {
			s.hit(kind, s.groups[i].start, g.end)
			return j - i + 1
		}
		if g.next == apart || digits[len(digits)-1] > '9' {
			break
		}
	}
	return 0
}

// freeLeft reports whether the group begins a number, rather than going on
// with a word, a decimal, a path or a code like JSZC-320812-13800138000.
func (s *scan) freeLeft(i int) bool {
	start := s.groups[i].start
	switch before := s.at(start - 1); {
	case isWord(before):
		return false
	case s.afterHit(start - 1):
		return true // one of a list: 13800138000/13900139000
	case before == '.':
		return !isWord(s.at(start - 2))
	case before == '/':
		return !isWord(s.at(start-2)) && s.at(start-2) != '/'
	}
	for at := start - 1; at > start-maxCode && (isWord(s.at(at)) || s.at(at) == '-'); at-- {
		if !isDigit(s.at(at)) && s.at(at) != '-' {
			return false
		}
	}
	return true
}

func (s *scan) afterHit(end int) bool {
	return len(s.hits) > 0 && s.hits[len(s.hits)-1].EndCol == end+1
}

// freeRight reports whether groups i to j end a number, and, when they are
// more than one, that no further group belongs to the same code.
func (s *scan) freeRight(i, j int) bool {
	end := s.groups[j].end
	after := s.at(end)
	if isWord(after) || (after == '.' || after == '-') && isWord(s.at(end+1)) && !isDigit(s.at(end+1)) || after == '.' && isDigit(s.at(end+1)) {
		return false
	}
	rest := end
	for s.at(rest) == ' ' {
		rest++
	}
	if strings.ContainsRune("元万亿", s.at(rest)) {
		return false
	}
	if i == j {
		return true
	}
	return s.groups[j].next != hyphen && (i == 0 || s.groups[i-1].next != hyphen)
}

// emails finds addresses of people and takes them out of the text. Those of government domains are an
// office's, those of reserved domains nobody's.
func (s *scan) emails() {
	for i, c := range s.text {
		if c != '@' {
			continue
		}
		start, end := i, i+1
		for isWord(s.at(start-1)) || start > 0 && strings.ContainsRune(".%+-", s.at(start-1)) {
			start--
		}
		for isWord(s.at(end)) || s.at(end) == '.' && isWord(s.at(end+1)) || s.at(end) == '-' {
			end++
		}
		for start < i && !isWord(s.text[start]) {
			start++
		}
		domain := strings.ToLower(string(s.text[i+1 : end]))
		top := domain[strings.LastIndexByte(domain, '.')+1:]
		if start == i || !strings.Contains(domain, ".") || len(top) < 2 || !unicode.IsLetter(rune(top[0])) || impersonal(domain) {
			continue
		}
		s.hit(kindEmail(), start, end)
		clear(s.text[start:end])
	}
}

func impersonal(domain string) bool {
	for _, suffix := range []string{"gov.cn", "example", "example.com", "example.org", "example.net", "invalid", "test"} {
		if domain == suffix || strings.HasSuffix(domain, "."+suffix) {
			return true
		}
	}
	return false
}

// MaskPersonal replaces the numbers of persons in a text by asterisks.
func MaskPersonal(s string) string {
	hits := PersonalData(s)
	if len(hits) == 0 {
		return s
	}
	rs := []rune(s)
	for _, h := range hits {
		for i := h.Col - 1; i < h.EndCol-1 && i < len(rs); i++ {
			rs[i] = '*'
		}
	}
	return string(rs)
}
