package value

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

// numerals are the digits as bills, letters and hurried hands write them.
var numerals = map[rune]int64{
	'零': 0, '〇': 0, '○': 0,
	'壹': 1, '一': 1, '壱': 1, '弌': 1, '贰': 2, '二': 2, '貳': 2, '弍': 2, '两': 2, '叁': 3, '三': 3, '參': 3, '叄': 3, '参': 3, '弎': 3,
	'肆': 4, '四': 4, '伍': 5, '五': 5, '陆': 6, '六': 6, '陸': 6, '柒': 7, '七': 7, '捌': 8, '八': 8, '玖': 9, '九': 9,
}

// powers are the places within four digits, and those below 元.
var powers = map[rune]int{'仟': 3, '千': 3, '佰': 2, '百': 2, '拾': 1, '十': 1, '角': -1, '毛': -1, '分': -2}

// closers end four digits and say what they count.
var closers = map[rune]int{'亿': 8, '億': 8, '万': 4, '萬': 4, '元': 0, '圆': 0, '圓': 0}

// inWords reports whether an amount is written in words rather than in digits.
func inWords(s string) bool {
	digits, others := 0, 0
	for _, r := range s {
		_, numeral := numerals[r]
		_, closer := closers[r]
		switch {
		case r >= '0' && r <= '9':
			return false
		case numeral || powers[r] == 1:
			digits++
		case !closer && powers[r] == 0 && !strings.ContainsRune("整正负", r):
			others++
		}
	}
	return digits > others
}

// spoken is one digit of an amount in words.
type spoken struct {
	digit int64
	place int // power of ten of 元: 分 is -2
	bare  bool
	zero  bool // a 零 stands before it
	at    int  // of the digit, in runes
}

// wordReader reads an amount in words, greatest place first.
type wordReader struct {
	runes   []rune
	skipped int // runes of the cell before them
	digits  []spoken
	closed  int // digits whose place is known
	base    int // what the last closer counts; 12 before the first
	nought  bool
}

// readWords reads an amount in words, 壹佰贰拾捌万伍仟元整 or 一百二十八万五千元,
// into 分; skipped counts the characters before it in the cell, for the places
// that errors name. The form is that of 《正确填写票据和结算凭证的基本规定》: what
// can mean one amount only is read, with a doubt where a 零 is missing or one
// too many; what can mean two, or none, is refused.
func readWords(s string, skipped int, unit int64) (fen int64, doubt finding.Text, err error) {
	w := &wordReader{runes: []rune(s), skipped: skipped, base: 12}
	for i := 0; i < len(w.runes); {
		if i, err = w.next(i); err != nil {
			return 0, finding.Text{}, err
		}
	}
	if w.base > 0 && len(w.digits) > w.closed { // no 元 at the end
		if err := w.close(0, len(w.runes)); err != nil {
			return 0, finding.Text{}, err
		}
	}
	if len(w.digits) == 0 && !w.nought {
		return 0, finding.Text{}, w.fault(len(w.runes), "没有数", "there is no digit")
	}
	if doubt, err = w.form(); err != nil {
		return 0, finding.Text{}, err
	}
	small := !strings.ContainsAny(s, "元圆圓亿億万萬角毛分")
	if small && unit == 0 {
		return 0, finding.Text{}, misread("没有写单位（元、万元还是亿元）", "no unit: 元, 万元 or 亿元")
	}
	for _, d := range w.digits {
		part := d.digit * FenPerYuan
		if small {
			part = d.digit * unit
		}
		for p := d.place; p > 0; p-- {
			part *= 10
		}
		for p := d.place; p < 0; p++ {
			part /= 10
		}
		fen += part
	}
	return fen, doubt, nil
}

// fault refuses the character at i.
func (w *wordReader) fault(i int, zh, en string) error {
	if i >= len(w.runes) {
		return misread("大写金额没有写完："+zh, "the amount in words ends too early: "+en)
	}
	return misread(fmt.Sprintf("大写金额第 %d 个字“%c”：%s", w.skipped+i+1, w.runes[i], zh), fmt.Sprintf("amount in words, character %d, %c: %s", w.skipped+i+1, w.runes[i], en))
}

// next reads a digit with its place, or a closer, and returns where it ends.
func (w *wordReader) next(i int) (int, error) {
	r, from := w.runes[i], i
	if base, ok := closers[r]; ok {
		return i + 1, w.close(base, i)
	}
	d := spoken{at: i}
	if numerals[r] == 0 && powers[r] == 0 {
		if _, zero := numerals[r]; !zero {
			return 0, w.fault(i, "不是大写数字或单位", "neither a numeral nor a unit")
		}
		d.zero = true
		if i++; i == len(w.runes) || strings.ContainsRune("元圆圓", w.runes[i]) {
			if from > 0 {
				return 0, w.fault(from, "后面没有数", "no digit follows")
			}
			w.nought = true
			return i, nil
		}
		r = w.runes[i]
	}
	switch d.at = i; {
	case numerals[r] > 0:
		d.digit, i = numerals[r], i+1
	case powers[r] == 1 && i == 0: // 拾万: bills write 壹拾
		d.digit = 1
	default:
		return 0, w.fault(i, "前面少了数字", "a digit is missing before it")
	}
	d.bare = true
	if i < len(w.runes) {
		if p, ok := powers[w.runes[i]]; ok {
			d.place, d.bare = p, false
			i++
		} else if _, ok := closers[w.runes[i]]; !ok {
			return 0, w.fault(i, "前面少了拾、佰、仟、万或元", "a unit is missing before it")
		}
	}
	last := spoken{place: 12}
	if open := len(w.digits) > w.closed; open || w.base == 0 && len(w.digits) > 0 {
		last = w.digits[len(w.digits)-1]
	}
	switch {
	case w.base == 0 && d.place >= 0:
		return 0, w.fault(d.at, "元后面只能写角和分", "after 元 only 角 and 分 can follow")
	case last.place <= d.place, d.place < 0 && w.base > 0 && len(w.digits) > 0:
		return 0, w.fault(i-1, "位置不对", "stands in the wrong place")
	}
	w.digits = append(w.digits, d)
	if w.base == 0 || d.place < 0 {
		w.closed = len(w.digits)
		w.base = 0
	}
	return i, nil
}

// close gives the digits since the last closer their places.
func (w *wordReader) close(base, i int) error {
	switch {
	case w.nought && (base > 0 || len(w.digits) > 0):
		return w.fault(i, "位置不对", "stands in the wrong place")
	case base >= w.base:
		return w.fault(i, "位置不对", "stands in the wrong place")
	case len(w.digits) == w.closed && !w.nought && (base > 0 || w.base == 12):
		return w.fault(i, "前面少了数字", "a digit is missing before it")
	}
	for ; w.closed < len(w.digits); w.closed++ {
		w.digits[w.closed].place += base
	}
	w.base = base
	return nil
}

// form holds the 零 to the places where they belong: where noughts part two
// digits. After 万, 亿 and 元 the provisions leave it open when the nought ends
// the four digits before and the next place is written.
func (w *wordReader) form() (doubt finding.Text, err error) {
	for k := 1; k < len(w.digits); k++ {
		above, d := w.digits[k-1].place, w.digits[k]
		gap := above - d.place - 1
		leads := d.place == 3 || d.place == 7 || d.place == -1
		switch {
		case d.zero && gap == 0:
			doubt = finding.Text{Zh: fmt.Sprintf("第 %d 个字前多了一个“零”", w.skipped+d.at+1), En: fmt.Sprintf("a 零 too many before character %d", w.skipped+d.at+1)}
		case d.zero || gap == 0 || leads && above-d.place <= 4:
		case d.bare:
			return finding.Text{}, w.fault(d.at, "前面少了“零”，或者后面少了单位", "a 零 is missing before it, or a unit after it")
		default:
			doubt = finding.Text{Zh: fmt.Sprintf("第 %d 个字前少了“零”", w.skipped+d.at+1), En: fmt.Sprintf("a 零 is missing before character %d", w.skipped+d.at+1)}
		}
	}
	if len(w.digits) > 0 && w.digits[0].zero && !w.nought {
		return finding.Text{}, w.fault(w.digits[0].at-1, "前面没有数", "no digit stands before it")
	}
	return doubt, nil
}

// inBoth splits an amount that stands in words and in digits, "壹万元整
// (¥10,000.00)" or "10000元(大写:壹万元整)", into the two.
func inBoth(s string) (words, digits string, ok bool) {
	at := strings.Index(s, "(")
	if at < 0 || !strings.HasSuffix(s, ")") {
		if _, small, found := strings.Cut(s, "小写"); found {
			at = len(s) - len(small) - len("小写")
		} else if at = strings.Index(s, "大写"); at <= 0 {
			return "", "", false
		}
	}
	clean := func(s string) string {
		s = trimFirst(strings.Trim(s, "():,;"), strings.TrimPrefix, "大写", "小写", "即")
		return strings.Trim(s, ":,;")
	}
	words, digits = clean(s[:at]), clean(s[at:])
	if inWords(digits) {
		words, digits = digits, words
	}
	return words, digits, inWords(words) && strings.ContainsAny(digits, "0123456789") && utf8.RuneCountInString(s) < 120
}
