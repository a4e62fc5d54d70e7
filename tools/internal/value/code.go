package value

import "strings"

// usccSymbols are the 31 symbols of a unified social credit code in order of
// their values (GB 32100-2015).
const usccSymbols = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// USCCForm reports whether s has the form of a unified social credit code
// (统一社会信用代码, GB 32100-2015): 18 symbols, digits in positions 3 to 8.
func USCCForm(s string) bool {
	if len(s) != 18 {
		return false
	}
	for i := range len(s) {
		v := strings.IndexByte(usccSymbols, s[i])
		if v < 0 || i >= 2 && i < 8 && v > 9 {
			return false
		}
	}
	return true
}

// USCCChecksum reports whether s is a unified social credit code whose last
// symbol is the right check of the others.
func USCCChecksum(s string) bool {
	if !USCCForm(s) {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(usccSymbols, s[i]) * weight
		weight = weight * 3 % 31
	}
	return usccSymbols[(31-sum%31)%31] == s[17]
}

// IsUnitCode reports whether s can be the code of a unit: "jyj".
func IsUnitCode(s string) bool {
	if len(s) < 2 || len(s) > 16 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		if !isLowerOrDigit(s[i]) {
			return false
		}
	}
	return true
}

func isLowerOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// ProjectID is the id of a project taken apart. Number keeps its leading zero:
// it is a path element too.
type ProjectID struct {
	Year   int
	Unit   string
	Number string
}

// ParseProjectID reads "2027-jyj-01".
func ParseProjectID(s string) (id ProjectID, ok bool) {
	year, rest, ok1 := strings.Cut(s, "-")
	unit, nn, ok2 := strings.Cut(rest, "-")
	if !ok1 || !ok2 || len(year) != 4 || countDigits(year) != 4 || !IsUnitCode(unit) ||
		len(nn) < 2 || len(nn) > 3 || countDigits(nn) != len(nn) || strings.Trim(nn, "0") == "" {
		return ProjectID{}, false
	}
	return ProjectID{Year: number(year), Unit: unit, Number: nn}, true
}

// String returns the id as text, "2027-jyj-01".
func (id ProjectID) String() string { return id.join("-") }

// Path returns the id as a slash-separated path, "2027/jyj/01".
func (id ProjectID) Path() string { return id.join("/") }

func (id ProjectID) join(sep string) string {
	year := string([]byte{byte('0' + id.Year/1000%10), byte('0' + id.Year/100%10), byte('0' + id.Year/10%10), byte('0' + id.Year%10)})
	return year + sep + id.Unit + sep + id.Number
}

// IsLandline reports whether s is an office telephone: area code, 7 or 8
// digits, optional extension, joined by hyphens: "0517-83600000-801".
func IsLandline(s string) bool {
	area, rest, ok := strings.Cut(s, "-")
	if !ok || len(area) < 3 || len(area) > 4 || area[0] != '0' || countDigits(area) != len(area) {
		return false
	}
	// Only 010 and 02x have three digits; no other area begins below 03.
	if short := area == "010" || area[1] == '2'; short != (len(area) == 3) || !short && area[1] < '3' {
		return false
	}
	digits, extension, extended := strings.Cut(rest, "-")
	if len(digits) < 7 || len(digits) > 8 || countDigits(digits) != len(digits) {
		return false
	}
	return !extended || len(extension) >= 1 && len(extension) <= 6 && countDigits(extension) == len(extension)
}

// IsSHA256 reports whether s is a SHA-256 sum: 64 lower-case hex digits.
func IsSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
