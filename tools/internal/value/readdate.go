package value

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

// The pieces of a written date. Figures are Arabic or Chinese.
const (
	figYear  = `((?:19|20)[0-9]{2}|[一二][〇○零O0一二三四五六七八九]{3})`
	figMonth = `(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])`
	figDay   = `(3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])`
	vague    = `(初|上旬|中旬|下旬|底|末)?`
)

// spelling is one way to write a day, a month, a quarter or a year.
type spelling struct {
	re   *regexp.Regexp
	read func(m []string, year int) (civil, finding.Text)
}

func asEnd(what, whatEn string) finding.Text {
	return finding.Text{Zh: "只写到" + what + "，按最后一天读", En: "only the " + whatEn + " is given; read as its last day"}
}

// spellings in order: at one place the earlier wins.
var spellings = sync.OnceValue(func() []spelling {
	monthDay := func(y int, month, tail string) (civil, finding.Text) {
		d := civil{y, figure(month), 0}
		if d.month < 1 || d.month > 12 {
			return civil{}, finding.Text{}
		}
		switch tail {
		case "初", "上旬":
			d.day = 10
		case "中旬":
			d.day = 20
		default:
			d.day = monthLength(d.year, d.month)
			return d, asEnd("月", "month")
		}
		return d, finding.Text{Zh: "只写到旬，按最后一天读", En: "only a third of a month is given; read as its last day"}
	}
	quarter := func(y int, q string) (civil, finding.Text) {
		n := figure(q)
		return civil{y, n * 3, monthLength(y, n*3)}, asEnd("季度", "quarter")
	}
	half := func(y int, word string) (civil, finding.Text) {
		if strings.HasPrefix(word, "上") {
			return civil{y, 6, 30}, asEnd("半年", "half-year")
		}
		return civil{y, 12, 31}, asEnd("年", "year")
	}
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(s) }
	return []spelling{
		{re(figYear + `\s*年\s*` + figMonth + `\s*月\s*` + figDay + `\s*[日号]?`), func(m []string, _ int) (civil, finding.Text) {
			return civil{figure(m[1]), figure(m[2]), figure(m[3])}, finding.Text{}
		}},
		{re(`((?:19|20)[0-9]{2})\s*[-./]\s*([0-9]{1,2})\s*[-./]\s*([0-9]{1,2})日?(?:\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?`), func(m []string, _ int) (civil, finding.Text) {
			return civil{figure(m[1]), figure(m[2]), figure(m[3])}, finding.Text{}
		}},
		{re(`\b((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])\b`), func(m []string, _ int) (civil, finding.Text) {
			return civil{figure(m[1]), figure(m[2]), figure(m[3])}, finding.Text{}
		}},
		{re(`\b([0-9]{2})\s*[-./年]\s*([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})日?`), func(m []string, _ int) (civil, finding.Text) {
			return civil{2000 + figure(m[1]), figure(m[2]), figure(m[3])}, finding.Text{Zh: "年份只写了两位，按 20" + m[1] + " 年读", En: "the year has two digits; read as 20" + m[1]}
		}},
		{re(figYear + `\s*年?\s*第?([1-4一二三四])季度[末底]?|((?:19|20)[0-9]{2})\s*年?Q([1-4])`), func(m []string, _ int) (civil, finding.Text) {
			if m[1] == "" {
				return quarter(figure(m[3]), m[4])
			}
			return quarter(figure(m[1]), m[2])
		}},
		{re(figYear + `\s*年\s*` + figMonth + `\s*月份?` + vague), func(m []string, _ int) (civil, finding.Text) {
			return monthDay(figure(m[1]), m[2], m[3])
		}},
		{re(`((?:19|20)[0-9]{2})\s*[-./]\s*([0-9]{1,2})月?` + vague), func(m []string, _ int) (civil, finding.Text) { return monthDay(figure(m[1]), m[2], m[3]) }},
		{re(figYear + `\s*年?\s*(上半年|下半年|年底|年末|底|末)|` + figYear + `\s*年`), func(m []string, _ int) (civil, finding.Text) {
			if m[1] == "" {
				return half(figure(m[3]), "")
			}
			return half(figure(m[1]), m[2])
		}},
		// Without a year: the caller knows it or there is no date.
		{re(figMonth + `\s*月\s*` + figDay + `\s*[日号]?`), func(m []string, y int) (civil, finding.Text) {
			return civil{y, figure(m[1]), figure(m[2])}, finding.Text{}
		}},
		{re(figMonth + `\s*月份?` + vague), func(m []string, y int) (civil, finding.Text) { return monthDay(y, m[1], m[2]) }},
		{re(`第?([1-4一二三四])季度[末底]?`), func(m []string, y int) (civil, finding.Text) { return quarter(y, m[1]) }},
		{re(`(上半年|下半年|年底|年末)`), func(m []string, y int) (civil, finding.Text) { return half(y, m[1]) }},
	}
})

// withYear is how many of the spellings name the year themselves.
const withYear = 8

var (
	dateTail  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*(?:之?前|以前|左右)`) })
	dateRange = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*(?:-+|—+|–|~+|至|到)\s*`) })
)

// ReadDate reads a day as people write it, 2026-3-1, 2026/3/1, 2026.3.1,
// 20260301, 2026年3月1日, 二〇二六年三月一日, and with doubt also less than a day
// (2026年3月, 第一季度, 年底), into YYYY-MM-DD. year is the year of a text that
// names none; 0 means that it must. The error is a *Misread.
func ReadDate(s string, year int) (date string, doubt finding.Text, err error) {
	s = strings.TrimSpace(strings.Map(keepVisible, FoldWidth(s)))
	date, doubt, from, to := FindDate(s, year)
	if date != "" && from == 0 && to == utf8.RuneCountInString(s) {
		if !ValidDate(date) {
			return "", finding.Text{}, misread("没有这一天", "there is no such day")
		}
		return date, doubt, nil
	}
	return "", finding.Text{}, misread("不是日期，例如 2026-03-01 或 2026年3月1日", "not a date such as 2026-03-01 or 2026年3月1日")
}

// FindDate finds the first date in a text. from and to bound it, in runes of s.
// Of a stretch of time it is the end. date is "" where there is none; it may be
// a day that does not exist, as written.
func FindDate(s string, year int) (date string, doubt finding.Text, from, to int) {
	t := FoldWidth(s)
	d, doubt, start, end := findDate(t, year)
	if start < 0 {
		return "", finding.Text{}, 0, 0
	}
	if m := dateRange().FindString(t[end:]); m != "" {
		// 3-5月, 2027年3月至5月: the end of the stretch, in the year of its start.
		if last, more, s2, e2 := findDate(t[end+len(m):], d.year); s2 == 0 {
			d, doubt, end = last, more, end+len(m)+e2
			if doubt == (finding.Text{}) {
				doubt = finding.Text{Zh: "是一段时间，按结束日期读", En: "a stretch of time; read as its end"}
			}
		}
	}
	if m := dateTail().FindString(t[end:]); m != "" {
		end += len(m)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day), doubt, utf8.RuneCountInString(t[:start]), utf8.RuneCountInString(t[:end])
}

// findDate finds the first date in a folded text, by bytes; start is -1 where
// there is none.
func findDate(t string, year int) (d civil, doubt finding.Text, start, end int) {
	start = -1
	for i, sp := range spellings() {
		if i >= withYear && year == 0 {
			break
		}
		at := sp.re.FindStringSubmatchIndex(t)
		if at == nil || start >= 0 && at[0] >= start {
			continue
		}
		m := make([]string, len(at)/2)
		for k := range m {
			if at[2*k] >= 0 {
				m[k] = t[at[2*k]:at[2*k+1]]
			}
		}
		got, why := sp.read(m, year)
		if got.year == 0 {
			continue
		}
		if i >= withYear && why == (finding.Text{}) {
			why = finding.Text{Zh: fmt.Sprintf("没有写年份，按 %d 年读", year), En: fmt.Sprintf("no year; read as %d", year)}
		}
		d, doubt, start, end = got, why, at[0], at[1]
	}
	return d, doubt, start, end
}

// figure reads a number in Arabic or Chinese figures: 26, 二〇二六, 二十一.
func figure(s string) int {
	if countDigits(s) == len(s) {
		return number(s)
	}
	n, digit := 0, 0
	tens := strings.ContainsAny(s, "十廿")
	for _, r := range s {
		switch r {
		case '十':
			n, digit = max(digit, 1)*10, 0
		case '廿':
			n, digit = 20, 0
		default:
			v := strings.Index("〇一二三四五六七八九", string(r)) / 3
			if strings.ContainsRune("○零O0", r) {
				v = 0
			}
			if digit = v; !tens {
				n = n*10 + v
			}
		}
	}
	if tens {
		n += digit
	}
	return n
}

func keepVisible(r rune) rune {
	if r == '\n' || r == '\r' {
		return ' '
	}
	if r != ' ' && dropSpace(r) < 0 {
		return -1
	}
	return r
}

// DayOfSerial returns the day that a spreadsheet stores as a number: days since
// 1899-12-30, or since 1904-01-01 where the file says so. It returns "" outside
// the years 1950 to 2149, where a number is no date that anyone means here.
func DayOfSerial(serial float64, from1904 bool) string {
	epoch := "1899-12-30"
	if from1904 {
		epoch = "1904-01-01"
	}
	if !(serial >= 1 && serial < 200_000) {
		return ""
	}
	day := AddDays(epoch, int(serial))
	if y := Year(day); y < 1950 || y > 2149 {
		return ""
	}
	return day
}

// ReadLandline reads an office telephone as people write it, "(0517) 8360 0000
// 转 801", into "0517-83600000-801". A mobile number is no office telephone. The
// error is a *Misread that never repeats the number.
func ReadLandline(s string) (string, error) {
	t := strings.Map(dropSpace, FoldWidth(s))
	t = strings.NewReplacer("(", "", ")", "-", "—", "-", "–", "-", "转", "-", "分机", "-", "*", "-", "#", "-").Replace(t)
	for strings.Contains(t, "--") {
		t = strings.ReplaceAll(t, "--", "-")
	}
	t = strings.Trim(t, "-")
	if len(PersonalData(t)) > 0 {
		return "", misread("是手机号，这里只写办公座机", "a mobile number; only an office landline belongs here")
	}
	if n := countDigits(t); n == len(t) && n >= 10 && n <= 12 {
		area := 4
		if strings.HasPrefix(t, "010") || strings.HasPrefix(t, "02") {
			area = 3
		}
		t = t[:area] + "-" + t[area:]
	}
	if !IsLandline(t) {
		if n := countDigits(t); n == len(t) && (n == 7 || n == 8) {
			return "", misread("没有区号，例如 0517-00000001", "no area code, for example 0517-00000001")
		}
		return "", misread("不是办公座机，例如 0517-00000001", "not an office landline such as 0517-00000001")
	}
	return t, nil
}
