package value

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

// Units of money, in 分 of one.
const (
	FenPerYuan = 100
	FenPerYi   = 10_000 * FenPerWan
)

// Misread says why a text cannot be read as the value it should be.
type Misread struct{ finding.Text }

func (m *Misread) Error() string { return m.En }

func misread(zh, en string) *Misread { return &Misread{finding.Text{Zh: zh, En: en}} }

// ReadAmount reads an amount as people write it, "约1,280.5", "３５万元",
// "1亿2000万元", "465,000元整", "壹佰贰拾捌万伍仟元整", into 分; where it stands in
// words and in digits, both must say the same. unit is what one is worth, in 分, where
// the text itself names no unit; 0 means that it must. doubt says why a person
// should look at the reading; it is empty for a plain amount. The error is a
// *Misread: a range, words, or what no record may hold.
func ReadAmount(s string, unit int64) (fen int64, doubt finding.Text, err error) {
	t := strings.Map(dropSpace, FoldWidth(s))
	written := t
	if words, digits, ok := inBoth(t); ok {
		return readBoth(words, digits, unit)
	}
	t = strings.TrimLeft(trimFirst(t, strings.TrimPrefix, "(大写)", "大写"), ":")
	t = trimFirst(t, strings.TrimPrefix, "人民币", "RMB", "¥", "￥", "合计", "共计", "共")
	t = strings.TrimLeft(trimFirst(t, strings.TrimPrefix, "(大写)", "大写"), ":")
	approx := t
	t = trimFirst(t, strings.TrimPrefix, "大约", "约为", "约", "预计", "估算", "匡算", "不超过", "≈", "~")
	t = trimFirst(t, strings.TrimSuffix, "左右", "上下", "以内", "(估)")
	if t != approx {
		doubt = finding.Text{Zh: "不是确数，按写出的数读", En: "not an exact figure; read as the figure written"}
	}
	yearly := t
	t = trimFirst(t, strings.TrimSuffix, "/年", "每年", "/a")
	t = trimFirst(t, strings.TrimPrefix, "每年")
	if t != yearly {
		doubt = finding.Text{Zh: "写的是每年的金额，按一年读", En: "an amount a year; read as one year"}
	}
	t = trimFirst(t, strings.TrimSuffix, "人民币", "整", "正")
	positive := t
	t = trimFirst(t, strings.TrimPrefix, "-", "负")
	negative := t != positive
	if t == "" {
		return 0, finding.Text{}, misread("没有写金额", "there is no amount")
	}
	if strings.ContainsAny(t, "~-—–至到") || strings.Contains(t, "或") {
		return 0, finding.Text{}, misread("是一个范围，请写一个数", "a range: write one figure")
	}
	var form finding.Text
	if inWords(t) {
		fen, form, err = readWords(t, utf8.RuneCountInString(written[:strings.Index(written, t)]), unit)
	} else {
		fen, form, err = readFigures(t, unit)
	}
	switch {
	case err != nil:
		return 0, finding.Text{}, err
	case fen > MaxWan*FenPerWan:
		return 0, finding.Text{}, tooMuch()
	case form != (finding.Text{}):
		doubt = form
	}
	if negative {
		fen = -fen
	}
	return fen, doubt, nil
}

func tooMuch() *Misread { return misread("超过 1000 亿元", "more than 10,000,000 万元") }

// readFigures reads an amount in digits, of parts with ever smaller units.
func readFigures(t string, unit int64) (fen int64, doubt finding.Text, err error) {
	sum := new(big.Rat)
	last := int64(0) // unit of the part before
	for t != "" {
		digits, rest, bad := number1(t)
		if bad != nil {
			return 0, finding.Text{}, bad
		}
		size, rest, named := moneyUnit(rest)
		switch {
		case named:
		case rest == "" && unit == 0:
			return 0, finding.Text{}, misread("没有写单位（元、万元还是亿元）", "no unit: 元, 万元 or 亿元")
		case rest == "":
			size = unit
		}
		part, ok := new(big.Rat).SetString(digits)
		if !ok || !named && rest != "" || last != 0 && size >= last {
			return 0, finding.Text{}, misread("不是一个金额", "not an amount")
		}
		sum.Add(sum, part.Mul(part, new(big.Rat).SetInt64(size)))
		t, last = rest, size
	}
	if sum.Cmp(new(big.Rat).SetInt64(MaxWan*FenPerWan)) > 0 {
		return 0, finding.Text{}, tooMuch()
	}
	whole, remainder := new(big.Int).QuoRem(sum.Num(), sum.Denom(), new(big.Int))
	if fen = whole.Int64(); remainder.Sign() != 0 {
		if remainder.Lsh(remainder, 1).Cmp(sum.Denom()) >= 0 {
			fen++
		}
		doubt = finding.Text{Zh: "不到一分的零头四舍五入", En: "rounded to whole 分"}
	}
	return fen, doubt, nil
}

// readBoth reads an amount that is written twice.
func readBoth(words, digits string, unit int64) (fen int64, doubt finding.Text, err error) {
	fen, doubt, err = ReadAmount(words, unit)
	if err != nil {
		return 0, finding.Text{}, err
	}
	again, other, err := ReadAmount(digits, FenPerYuan) // what stands beside words is 元
	if err != nil {
		return 0, finding.Text{}, err
	}
	if fen != again {
		return 0, finding.Text{}, misread("大写是 "+FormatYuan(fen)+" 元，小写是 "+FormatYuan(again)+" 元，两处不一样", "the words say "+FormatYuan(fen)+" yuan, the digits "+FormatYuan(again))
	}
	if doubt == (finding.Text{}) {
		doubt = other
	}
	return fen, doubt, nil
}

// number1 takes a decimal number off the front of s; commas group thousands.
func number1(s string) (digits, rest string, bad *Misread) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == ',' || s[i] == '.') {
		i++
	}
	written, rest := s[:i], s[i:]
	if written == "" {
		return "", "", misread("不是数字", "not a number")
	}
	whole, decimals, point := strings.Cut(written, ".")
	groups := strings.Split(whole, ",")
	for k, g := range groups {
		if len(groups) > 1 && (k > 0 && len(g) != 3 || k == 0 && (len(g) == 0 || len(g) > 3)) {
			return "", "", misread("逗号的位置不对", "a comma stands in the wrong place")
		}
	}
	digits = strings.Join(groups, "")
	if digits == "" || len(written) > 32 || point && (decimals == "" || countDigits(decimals) != len(decimals)) {
		return "", "", misread("不是一个数字", "not a number")
	}
	if point {
		digits += "." + decimals
	}
	return digits, rest, nil
}

// moneyUnit takes a unit off the front of s.
func moneyUnit(s string) (fen int64, rest string, ok bool) {
	for _, u := range []struct {
		word string
		fen  int64
	}{{"亿元", FenPerYi}, {"亿", FenPerYi}, {"千万元", 1000 * FenPerWan}, {"百万元", 100 * FenPerWan}, {"万元", FenPerWan}, {"万", FenPerWan},
		{"千元", 1000 * FenPerYuan}, {"千", 1000 * FenPerYuan}, {"百元", 100 * FenPerYuan}, {"百", 100 * FenPerYuan}, {"元", FenPerYuan}} {
		if rest, ok := strings.CutPrefix(s, u.word); ok {
			// 元 alone closes what the units before it counted: 46万5千元.
			return u.fen, rest, true
		}
	}
	return 0, s, false
}

// AmountUnit finds the unit of money that a label or a note names, 分 of one:
// "投资（万元）", "单位：元"; 0 when it names none.
func AmountUnit(s string) int64 {
	s = strings.Map(dropSpace, FoldWidth(s))
	for _, u := range []struct {
		word string
		fen  int64
	}{{"亿元", FenPerYi}, {"万元", FenPerWan}, {"千元", 1000 * FenPerYuan}, {"元", FenPerYuan}} {
		if strings.Contains(s, u.word) {
			return u.fen
		}
	}
	return 0
}

// FoldWidth turns full-width letters, digits and marks into their half-width
// forms, rune for rune. It is for comparing and reading; storing never folds.
func FoldWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　' || r == '\u00a0' || r == '\t':
			return ' '
		case r == '。':
			return '.'
		}
		return r
	}, s)
}

// dropSpace drops spaces and marks that cannot be seen.
func dropSpace(r rune) rune {
	if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == '\u2060' {
		return -1
	}
	return r
}

// trimFirst cuts the first of words that is there.
func trimFirst(s string, cut func(string, string) string, words ...string) string {
	for _, w := range words {
		if t := cut(s, w); t != s {
			return t
		}
	}
	return s
}
