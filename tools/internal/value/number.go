package value

import (
	"slices"

	"taizhang/tools/internal/finding"
)

func kindMobile() finding.Text { return finding.Text{Zh: "手机号码", En: "mobile number"} }
func kindID() finding.Text     { return finding.Text{Zh: "身份证号码", En: "ID number"} }
func kindBank() finding.Text   { return finding.Text{Zh: "银行卡号", En: "bank card number"} }
func kindEmail() finding.Text {
	return finding.Text{Zh: "个人电子邮箱", En: "personal e-mail address"}
}

// classify says what personal number the digits are that stand in groups.
func classify(digits []rune, groups []group) (finding.Text, bool) {
	switch n := len(digits); {
	case n == 11 && isMobile(digits, groups):
		return kindMobile(), true
	case (n == 13 || n == 15) && countryPrefix(digits) > 0 && isMobile(digits[countryPrefix(digits):], trimPrefix(groups, countryPrefix(digits))):
		return kindMobile(), true
	case n == 18 && isCitizenID(digits):
		return kindID(), true
	case n >= 16 && n <= 19 && isBankCard(digits, groups):
		return kindBank(), true
	}
	return finding.Text{}, false
}

// countryPrefix returns the length of +86 as digits, 0 when there is none.
func countryPrefix(digits []rune) int {
	switch {
	case len(digits) == 13 && string(digits[:2]) == "86":
		return 2
	case len(digits) == 15 && string(digits[:4]) == "0086":
		return 4
	}
	return 0
}

// trimPrefix drops n digits from the front of groups.
func trimPrefix(groups []group, n int) []group {
	if length := groups[0].end - groups[0].start; length <= n {
		return groups[1:]
	}
	rest := slices.Clone(groups)
	rest[0].start += n
	return rest
}

// isMobile judges 11 digits. People write them in few ways; other groupings
// are tables of figures, dates and codes.
func isMobile(digits []rune, groups []group) bool {
	if digits[0] != '1' || digits[1] < '3' || digits[1] > '9' || digits[10] > '9' || len(groups) == 0 {
		return false
	}
	switch lengths(groups) {
	case "11", "3 4 4", "7 4", "1 1 1 1 1 1 1 1 1 1 1":
		return true
	case "3 8":
		return !isCompactDate(digits[3:])
	case "4 4 3":
		return groups[0].next == space && groups[1].next == space
	}
	return false
}

// lengths writes the sizes of groups: "3 4 4".
func lengths(groups []group) string {
	b := make([]byte, 0, 24)
	for i, g := range groups {
		if i > 0 {
			b = append(b, ' ')
		}
		if n := g.end - g.start; n >= 10 {
			b = append(b, byte('0'+n/10%10), byte('0'+n%10))
		} else {
			b = append(b, byte('0'+n))
		}
	}
	return string(b)
}

// isCompactDate reports whether eight digits are a day of 1900 to 2099.
func isCompactDate(d []rune) bool {
	if d[0] != '1' && d[0] != '2' || d[0] == '1' && d[1] != '9' || d[0] == '2' && d[1] != '0' {
		return false
	}
	return ValidDate(string(d[:4]) + "-" + string(d[4:6]) + "-" + string(d[6:8]))
}

// isCitizenID judges 18 characters by birth date and mod-11 check (GB 11643).
// A credit code in which both of its own checks hold is not one.
func isCitizenID(d []rune) bool {
	sum := 0
	for i, c := range d[:17] {
		if c > '9' {
			return false
		}
		// The weight of a place is 2 to the power of its distance to the end.
		sum += int(c-'0') * (1 << (17 - i) % 11)
	}
	check := "10X98765432"[sum%11]
	last := d[17]
	if last == 'x' {
		last = 'X'
	}
	if last != rune(check) || d[0] == '0' || !isCompactDate(d[6:14]) {
		return false
	}
	return !(USCCChecksum(string(d)) && orgCodeChecksum(string(d[8:17])))
}

// orgCodeChecksum reports whether nine symbols are an organisation code with
// the right check (GB 11714).
func orgCodeChecksum(s string) bool {
	sum := 0
	for i, weight := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(s[i] - '0')
		if s[i] >= 'A' {
			v = int(s[i]-'A') + 10
		}
		sum += v * weight
	}
	return "0X987654321"[sum%11] == s[8]
}

// isBankCard judges 16 to 19 digits by their first ones and the Luhn check.
func isBankCard(d []rune, groups []group) bool {
	if d[len(d)-1] > '9' || !cardPrefix(d) || !luhn(d) || len(d) == 18 && USCCChecksum(string(d)) {
		return false
	}
	for i, g := range groups {
		if n := g.end - g.start; len(groups) > 1 && n != 4 && !(i == len(groups)-1 && n <= 7) && !(i == 0 && n == 6) {
			return false
		}
	}
	return true
}

// cardPrefix reports whether issuers use these first digits with this length:
// UnionPay 62, the older Chinese cards with 9 (91 to 93 begin credit codes),
// and the other networks, whose cards have 16 or 19 digits.
func cardPrefix(d []rune) bool {
	switch n := len(d); d[0] {
	case '6':
		return d[1] == '2' || d[1] != '1' && d[1] != '3' && (n == 16 || n == 19)
	case '4':
		return n == 16 || n == 19
	case '5':
		return n == 16
	case '3':
		return d[1] == '5' && n == 16
	case '9':
		return d[1] == '0' || d[1] >= '4'
	}
	return false
}

func luhn(d []rune) bool {
	sum := 0
	for i := range d {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
