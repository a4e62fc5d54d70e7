package value

import (
	"fmt"
	"time"
)

// Shanghai is the time zone of all days. It has had no daylight saving since 1991,
// so a fixed offset needs no zone database.
func Shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// Day returns the day of a moment, YYYY-MM-DD in Shanghai.
func Day(t time.Time) string { return t.In(Shanghai()).Format(time.DateOnly) }

// ValidDate reports whether s is a real day written YYYY-MM-DD.
func ValidDate(s string) bool {
	_, ok := parseDate(s)
	return ok
}

// AddMonths returns the day n calendar months after date. The day the period
// starts is not counted, its last day is the corresponding day, and where the
// month has no such day the end of the month (Civil Code 201, 202). It returns
// "" when date is not a date or the result lies outside the years 1 to 9999.
func AddMonths(date string, n int) string {
	d, ok := parseDate(date)
	if !ok || n < -120_000 || n > 120_000 {
		return ""
	}
	months := d.year*12 + d.month - 1 + n
	if months < 12 {
		return ""
	}
	year, month := months/12, months%12+1
	return civil{year, month, min(d.day, monthLength(year, month))}.text()
}

// AddDays returns the day n calendar days after date, or "" as AddMonths does.
func AddDays(date string, n int) string {
	d, ok := parseDate(date)
	if !ok || n < -4_000_000 || n > 4_000_000 {
		return ""
	}
	number := d.number() + n
	if number < 0 {
		return ""
	}
	return fromNumber(number).text()
}

// Days returns the number of calendar days from a to b, negative when b comes
// first; ok is false when either is not a date.
func Days(a, b string) (days int, ok bool) {
	from, okFrom := parseDate(a)
	to, okTo := parseDate(b)
	if !okFrom || !okTo {
		return 0, false
	}
	return to.number() - from.number(), true
}

// Year returns the year of date, or 0 when date is not a date.
func Year(date string) int {
	d, _ := parseDate(date)
	return d.year
}

// MonthDay returns month and day of date, "09-15", or "" when date is not one.
func MonthDay(date string) string {
	if !ValidDate(date) {
		return ""
	}
	return date[5:]
}

// DateZh writes a date as Chinese text does, 2026年3月1日, and returns s itself
// when it is not a date.
func DateZh(s string) string {
	d, ok := parseDate(s)
	if !ok {
		return s
	}
	return fmt.Sprintf("%d年%d月%d日", d.year, d.month, d.day)
}

// civil is a day of the proleptic Gregorian calendar, the zero value none.
type civil struct{ year, month, day int }

func parseDate(s string) (civil, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return civil{}, false
	}
	d := civil{number(s[:4]), number(s[5:7]), number(s[8:])}
	if d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > monthLength(d.year, d.month) {
		return civil{}, false
	}
	return d, true
}

// number reads a short run of digits, -1 when there is anything else.
func number(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func monthLength(year, month int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// number counts the days since 0001-01-01.
func (d civil) number() int {
	y := d.year - 1
	n := y*365 + y/4 - y/100 + y/400
	for m := 1; m < d.month; m++ {
		n += monthLength(d.year, m)
	}
	return n + d.day - 1
}

func fromNumber(n int) civil {
	year := n/366 + 1
	for (civil{year + 1, 1, 1}).number() <= n {
		year++
	}
	n -= civil{year, 1, 1}.number()
	month := 1
	for n >= monthLength(year, month) {
		n -= monthLength(year, month)
		month++
	}
	return civil{year, month, n + 1}
}

func (d civil) text() string {
	if d.year < 1 || d.year > 9999 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}
