package value

import "strings"

// Words writes an amount in 分 as it stands on a bill, in the capital numerals
// of 票据: 人民币壹佰贰拾捌万伍仟元整. It follows 《正确填写票据和结算凭证的基本规定》
// (支付结算办法, annex 1): 整 follows 元 and neither 角 nor 分, and a 零 stands
// wherever zeros part two other digits.
func Words(fen int64) string {
	var b strings.Builder
	b.WriteString("人民币")
	// The magnitude is unsigned so that the least int64 has one too.
	n := uint64(fen)
	if fen < 0 {
		n = -n
		b.WriteString("负")
	}
	yuan, jiao, rest := n/100, n/10%10, n%10
	if yuan > 0 || n == 0 {
		b.WriteString(capital(yuan))
		b.WriteString("元")
	}
	if jiao == 0 && rest == 0 {
		b.WriteString("整")
		return b.String()
	}
	if yuan > 0 && (yuan%10 == 0 || jiao == 0) {
		b.WriteString("零")
	}
	if jiao > 0 {
		b.WriteString(digit(jiao) + "角")
	}
	if rest > 0 {
		b.WriteString(digit(rest) + "分")
	}
	return b.String()
}

func digit(d uint64) string { return strings.Split("零壹贰叁肆伍陆柒捌玖", "")[d] }

// capital writes a whole number, as what stands before its greatest unit, that
// unit, and the rest.
func capital(n uint64) string {
	if n < 10 {
		return digit(n)
	}
	for _, u := range []struct {
		size uint64
		name string
	}{{1e8, "亿"}, {1e4, "万"}, {1000, "仟"}, {100, "佰"}, {10, "拾"}} {
		if n < u.size {
			continue
		}
		head, rest := n/u.size, n%u.size
		words := capital(head) + u.name
		switch {
		case rest == 0:
			return words
		case rest < u.size/10 || head >= 10 && head%10 == 0:
			return words + "零" + capital(rest)
		}
		return words + capital(rest)
	}
	return "" // not reached: n is at least 10
}

// FormatYuan writes 分 in 元 for people, with two decimals: "12,805,000.00".
func FormatYuan(fen int64) string {
	n := uint64(fen)
	var b []byte
	if fen < 0 {
		n = -n
		b = append(b, '-')
	}
	b = appendGrouped(b, n/100)
	return string(append(b, '.', byte('0'+n/10%10), byte('0'+n%10)))
}
