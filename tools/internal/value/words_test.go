package value

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAmountsInWordsFollowTheRulesOfBills(t *testing.T) {
	for _, c := range []struct {
		yuan, words string
	}{
		// The examples of the provisions themselves.
		{"1,409.50", "人民币壹仟肆佰零玖元伍角"},
		{"6,007.14", "人民币陆仟零柒元壹角肆分"},
		{"1,680.32", "人民币壹仟陆佰捌拾元零叁角贰分"},
		{"107,000.53", "人民币壹拾万零柒仟元零伍角叁分"},
		{"16,409.02", "人民币壹万陆仟肆佰零玖元零贰分"},
		{"325.04", "人民币叁佰贰拾伍元零肆分"},

		{"0.00", "人民币零元整"},
		{"0.01", "人民币壹分"},
		{"0.10", "人民币壹角"},
		{"0.53", "人民币伍角叁分"},
		{"1.00", "人民币壹元整"},
		{"10.00", "人民币壹拾元整"},
		{"10.05", "人民币壹拾元零伍分"},
		{"15.00", "人民币壹拾伍元整"},
		{"101.10", "人民币壹佰零壹元壹角"},
		{"9,999.99", "人民币玖仟玖佰玖拾玖元玖角玖分"},
		{"10,000.00", "人民币壹万元整"},
		{"10,001.00", "人民币壹万零壹元整"},
		{"100,000.50", "人民币壹拾万元零伍角"},
		{"1,285,000.00", "人民币壹佰贰拾捌万伍仟元整"},
		{"12,805,000.00", "人民币壹仟贰佰捌拾万零伍仟元整"},
		{"10,000,001.00", "人民币壹仟万零壹元整"},
		{"100,000,000.00", "人民币壹亿元整"},
		{"100,005,000.00", "人民币壹亿零伍仟元整"},
		{"1,000,000,001.00", "人民币壹拾亿零壹元整"},
		{"2,030,040,050.06", "人民币贰拾亿零叁仟零肆万零伍拾元零陆分"},
		{"100,000,000,000.00", "人民币壹仟亿元整"}, // the largest that a record may state
		{"-2,800.00", "人民币负贰仟捌佰元整"},
	} {
		fen := int64(0)
		for _, r := range c.yuan {
			if '0' <= r && r <= '9' {
				fen = fen*10 + int64(r-'0')
			}
		}
		if strings.HasPrefix(c.yuan, "-") {
			fen = -fen
		}
		if got := Words(fen); got != c.words {
			t.Errorf("%s: %s, want %s", c.yuan, got, c.words)
		}
		if got := FormatYuan(fen); got != c.yuan {
			t.Errorf("%s is formatted as %s", c.yuan, got)
		}
	}
}

// FuzzWords reads the words back by a reader of its own, and holds them to what
// the provisions ask of their form.
func FuzzWords(f *testing.F) {
	for _, fen := range []int64{0, 1, 10, 100, 1005, 140950, 10700053, 128500000, 10000500000, MaxWan * FenPerWan, math.MaxInt64, math.MinInt64} {
		f.Add(fen)
	}
	f.Fuzz(func(t *testing.T, fen int64) {
		w := Words(fen)
		if back, ok := readWords(w); !ok || back != fen {
			t.Errorf("%d: %s reads back as %d", fen, w, back)
		}
		if strings.Contains(w, "零零") || strings.Contains(w, "零万") || strings.Contains(w, "零亿") || strings.Contains(w, "亿万") {
			t.Errorf("%d: %s is no proper form", fen, w)
		}
		if yuan := strings.HasSuffix(w, "元整"); yuan != (fen%100 == 0) {
			t.Errorf("%d: 整 in %s", fen, w)
		}
	})
}

// readWords adds up what the characters stand for, from the smallest part to
// the greatest.
func readWords(w string) (fen int64, ok bool) {
	w, ok = strings.CutPrefix(w, "人民币")
	w, negative := strings.CutPrefix(w, "负")
	var n uint64
	if whole, rest, has := strings.Cut(w, "元"); has {
		n, w = 100*wholeOf(whole), rest
	}
	var last uint64
	for _, r := range strings.TrimSuffix(w, "整") {
		switch r {
		case '角':
			n += 10 * last
		case '分':
			n += last
		default:
			last = numeral(string(r))
		}
	}
	if negative {
		n = -n
	}
	return int64(n), ok
}

func wholeOf(w string) uint64 {
	for _, u := range []struct {
		name string
		size uint64
	}{{"亿", 1e8}, {"万", 1e4}, {"仟", 1000}, {"佰", 100}, {"拾", 10}} {
		if i := strings.LastIndex(w, u.name); i >= 0 {
			return wholeOf(w[:i])*u.size + wholeOf(w[i+len(u.name):])
		}
	}
	return numeral(strings.TrimPrefix(w, "零"))
}

// numeral reads one digit; nothing is nought.
func numeral(w string) uint64 {
	before, _, _ := strings.Cut("零壹贰叁肆伍陆柒捌玖", w)
	return uint64(utf8.RuneCountInString(before))
}
