package value

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
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
		if back, ok := spelled(w); !ok || back != fen {
			t.Errorf("%d: %s reads back as %d", fen, w, back)
		}
		if strings.Contains(w, "零零") || strings.Contains(w, "零万") || strings.Contains(w, "零亿") || strings.Contains(w, "亿万") {
			t.Errorf("%d: %s is no proper form", fen, w)
		}
		if -MaxWan*FenPerWan <= fen && fen <= MaxWan*FenPerWan {
			if back, doubt, err := ReadAmount(w, 0); back != fen || err != nil || doubt != (finding.Text{}) {
				t.Errorf("%d: %s is read as %d, %v %v", fen, w, back, doubt, err)
			}
		}
		if yuan := strings.HasSuffix(w, "元整"); yuan != (fen%100 == 0) {
			t.Errorf("%d: 整 in %s", fen, w)
		}
	})
}

// spelled adds up what the characters stand for, from the smallest part to
// the greatest.
func spelled(w string) (fen int64, ok bool) {
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

func TestAmountsInWordsAreRead(t *testing.T) {
	for _, c := range []struct {
		text  string
		unit  int64
		yuan  string
		doubt string
	}{
		{"壹佰贰拾叁万肆仟元整", 0, "1,234,000.00", ""},
		{"人民币（大写）：壹佰贰拾叁万肆仟圆正", FenPerWan, "1,234,000.00", ""},
		{"一百二十八万五千元", 0, "1,285,000.00", ""},
		{"　壹 拾 万 柒仟元伍角叁分", 0, "107,000.53", ""}, // both forms of the provisions
		{"壹仟陆佰捌拾元叁角贰分", 0, "1,680.32", ""},
		{"拾万元", 0, "100,000.00", ""},
		{"贰佰萬圓", 0, "2,000,000.00", ""},
		{"两百万", 0, "2,000,000.00", ""},
		{"壹佰贰拾捌", FenPerWan, "1,280,000.00", ""}, // the header says 万元
		{"一亿二千万元", 0, "120,000,000.00", ""},
		{"约叁拾伍万元", 0, "350,000.00", "不是确数，按写出的数读"},
		{"零元整", 0, "0.00", ""},
		{"负贰仟捌佰元整", 0, "-2,800.00", ""},
		{"壹仟亿元整", 0, "100,000,000,000.00", ""},
		{"壹佰贰拾叁万零肆仟元整", 0, "1,234,000.00", "第 8 个字前多了一个“零”"},
		{"壹佰零贰拾元整", 0, "120.00", "第 4 个字前多了一个“零”"},
		{"壹拾万伍佰元整", 0, "100,500.00", "第 4 个字前少了“零”"},
		{"1,234,000.00元（大写：壹佰贰拾叁万肆仟元整）", 0, "1,234,000.00", ""},
		{"大写：壹佰贰拾叁万肆仟元整 小写：￥1,234,000.00", FenPerWan, "1,234,000.00", ""},
		{"壹佰贰拾叁万肆仟元整（¥123.4万元）", 0, "1,234,000.00", ""},
	} {
		fen, doubt, err := ReadAmount(c.text, c.unit)
		if FormatYuan(fen) != c.yuan || doubt.Zh != c.doubt || err != nil {
			t.Errorf("%s: %s %q %v, want %s %q", c.text, FormatYuan(fen), doubt.Zh, err, c.yuan, c.doubt)
		}
	}
	for text, want := range map[string]string{
		"壹佰贰拾叁":       "没有写单位（元、万元还是亿元）",
		"壹贰叁元":        "大写金额第 2 个字“贰”：前面少了拾、佰、仟、万或元",
		"壹仟伍元整":       "大写金额第 3 个字“伍”：前面少了“零”，或者后面少了单位",
		"人民币壹拾佰元整":    "大写金额第 6 个字“佰”：前面少了数字",
		"贰拾叁佰元":       "大写金额第 4 个字“佰”：位置不对",
		"壹万贰亿元":       "大写金额第 4 个字“亿”：位置不对",
		"万元":          "不是数字",
		"壹佰零元":        "大写金额第 3 个字“零”：后面没有数",
		"壹佰零零伍元":      "大写金额第 4 个字“零”：前面少了数字",
		"零伍分":         "大写金额第 1 个字“零”：前面没有数",
		"壹元贰佰":        "大写金额第 3 个字“贰”：元后面只能写角和分",
		"壹元叁分伍角":      "大写金额第 6 个字“角”：位置不对",
		"壹拾伍角":        "大写金额第 4 个字“角”：位置不对",
		"壹万伍角":        "大写金额第 4 个字“角”：位置不对",
		"壹佰元元":        "大写金额第 4 个字“元”：位置不对",
		"伍角元":         "大写金额第 3 个字“元”：位置不对",
		"壹佰万叁":        "大写金额第 4 个字“叁”：前面少了“零”，或者后面少了单位",
		"壹佰贰拾叁点肆万元":   "大写金额第 6 个字“点”：前面少了拾、佰、仟、万或元",
		"壹佰至贰佰万元":     "是一个范围，请写一个数",
		"壹仟零壹亿元整":     "超过 1000 亿元",
		"零佰元":         "大写金额第 2 个字“佰”：前面少了数字",
		"1000元（壹万元整）": "大写是 10,000.00 元，小写是 1,000.00 元，两处不一样",
		"一期工程的第二部分":   "不是数字",
	} {
		fen, doubt, err := ReadAmount(text, 0)
		if m, ok := err.(*Misread); !ok || m.Zh != want {
			t.Errorf("%s: %s %q %v, want %s", text, FormatYuan(fen), doubt.Zh, err, want)
		}
	}
}

// FuzzReadWords reads any words there are: what is taken without a doubt is the
// very amount that Words writes so, but for the 零 that the provisions leave open.
func FuzzReadWords(f *testing.F) {
	for _, s := range []string{"壹佰贰拾叁万肆仟元整", "壹拾万零柒仟元伍角叁分", "拾万", "零元", "壹仟伍元", "壹亿零万元", "伍角零分", "负零元", "壹万(10000)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fen, doubt, err := ReadAmount(s, 0)
		if err != nil || doubt != (finding.Text{}) || !inWords(s) || strings.Trim(s, "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整") != "" || strings.HasPrefix(s, "拾") {
			return
		}
		bare := strings.NewReplacer("零", "", "整", "", "人民币", "", "元", "").Replace
		if w := Words(fen); bare(w) != bare(s) {
			t.Errorf("%s is read as %s", s, w)
		}
	})
}
