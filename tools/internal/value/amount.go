package value

import (
	"errors"
	"strconv"
)

// FenPerWan is the number of 分 in one 万元: six decimals of 万元 are exact 分.
const FenPerWan = 1_000_000

// MaxWan is the largest amount, in 万元, that a record may state.
const MaxWan = 10_000_000

// What can be wrong with an amount literal.
var (
	ErrAmountForm     = errors.New("not a plain decimal number")
	ErrAmountDecimals = errors.New("more than six decimals")
	ErrAmountRange    = errors.New("beyond 10,000,000 万元")
)

// ParseAmount reads a number literal in 万元 ("1280.5", "-3") into 分. It never
// passes through a float. The error is one of ErrAmountForm, ErrAmountDecimals
// and ErrAmountRange.
func ParseAmount(literal string) (fen int64, err error) {
	s := literal
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	whole, point, decimals, ok := splitDecimal(s)
	if !ok {
		return 0, ErrAmountForm
	}
	if point && len(decimals) > 6 {
		return 0, ErrAmountDecimals
	}
	for _, c := range []byte(whole) {
		fen = fen*10 + int64(c-'0')
		if fen > MaxWan {
			return 0, ErrAmountRange
		}
	}
	unit := int64(FenPerWan)
	fen *= unit
	for _, c := range []byte(decimals) {
		unit /= 10
		fen += int64(c-'0') * unit
	}
	if fen > MaxWan*FenPerWan {
		return 0, ErrAmountRange
	}
	if negative {
		fen = -fen
	}
	return fen, nil
}

// splitDecimal takes digits[.digits] apart; both parts need a digit.
func splitDecimal(s string) (whole string, point bool, decimals string, ok bool) {
	i := countDigits(s)
	whole, s = s[:i], s[i:]
	if i == 0 || s == "" {
		return whole, false, "", i > 0
	}
	if s[0] != '.' {
		return whole, false, "", false
	}
	s = s[1:]
	return whole, true, s, s != "" && countDigits(s) == len(s)
}

func countDigits(s string) int {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}

// WanLiteral writes 分 as a number literal in 万元: "1280.5", without trailing
// zeros.
func WanLiteral(fen int64) string { return string(appendWan(nil, fen, false)) }

// FormatWan writes 分 in 万元 for people: "1,280.5".
func FormatWan(fen int64) string { return string(appendWan(nil, fen, true)) }

func appendWan(b []byte, fen int64, group bool) []byte {
	// The magnitude is unsigned so that the least int64 has one too.
	magnitude := uint64(fen)
	if fen < 0 {
		magnitude = -magnitude
		b = append(b, '-')
	}
	if whole := magnitude / FenPerWan; group {
		b = appendGrouped(b, whole)
	} else {
		b = strconv.AppendUint(b, whole, 10)
	}
	decimals := magnitude % FenPerWan
	if decimals == 0 {
		return b
	}
	b = append(b, '.')
	for unit := uint64(FenPerWan / 10); decimals > 0; unit /= 10 {
		b = append(b, byte('0'+decimals/unit))
		decimals %= unit
	}
	return b
}

// appendGrouped writes a whole number with a comma before every three digits.
func appendGrouped(b []byte, n uint64) []byte {
	digits := strconv.FormatUint(n, 10)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, digits[i])
	}
	return b
}
