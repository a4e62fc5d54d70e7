package value

import (
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

func TestAmountsAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		in    string
		unit  int64
		wan   string // "" when refused
		doubt bool
	}{
		{"128.5", FenPerWan, "128.5", false},
		{"1,280.5", FenPerWan, "1280.5", false},
		{"１２８．５", FenPerWan, "128.5", false},
		{"１，２８０", FenPerWan, "1280", false},
		{"465000", FenPerYuan, "46.5", false},
		{"465,000元整", 0, "46.5", false},
		{"￥465,000.00", FenPerYuan, "46.5", false},
		{"人民币46.5万元", FenPerYuan, "46.5", false},
		{"46万5千元", 0, "46.5", false},
		{"1亿2000万元", 0, "12000", false},
		{"1.2亿", FenPerWan, "12000", false},
		{"约30万元", 0, "30", true},
		{"30万元左右", 0, "30", true},
		{"12万元/年", 0, "12", true},
		{"33.3333333", FenPerWan, "33.333333", true},
		{"0.015", FenPerYuan, "0.000002", true},
		{" 30 万 元 ", 0, "30", false},
		{"-3.2", FenPerWan, "-3.2", false},
		{"30", 0, "", false},
		{"30-50万元", 0, "", false},
		{"30~50", FenPerWan, "", false},
		{"30至50万", 0, "", false},
		{"1,28.5", FenPerWan, "", false},
		{"128,5", FenPerWan, "", false},
		{"待定", FenPerWan, "", false},
		{"", FenPerWan, "", false},
		{"1.2.3", FenPerWan, "", false},
		{"5千万3亿", 0, "", false},
		{"10000000", FenPerWan, "10000000", false},
		{"10000000.000001", FenPerWan, "", false},
	} {
		fen, doubt, err := ReadAmount(c.in, c.unit)
		if c.wan == "" {
			if err == nil {
				t.Errorf("%q is read as %s", c.in, WanLiteral(fen))
			}
			continue
		}
		if err != nil || WanLiteral(fen) != c.wan || (doubt != finding.Text{}) != c.doubt {
			t.Errorf("%q: %s, doubt %q, %v; want %s, doubt %v", c.in, WanLiteral(fen), doubt.Zh, err, c.wan, c.doubt)
		}
	}
}

func TestDatesAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		in    string
		year  int
		want  string
		doubt bool
	}{
		{"2026-3-1", 0, "2026-03-01", false},
		{"2026/3/1", 0, "2026-03-01", false},
		{"2026.3.1", 0, "2026-03-01", false},
		{"2026。3。1", 0, "2026-03-01", false},
		{"２０２６．３．１", 0, "2026-03-01", false},
		{"20260301", 0, "2026-03-01", false},
		{"2026年3月1日", 0, "2026-03-01", false},
		{"2026年 3月 1日", 0, "2026-03-01", false},
		{"二〇二六年三月一日", 0, "2026-03-01", false},
		{"二○二六年十二月三十一日", 0, "2026-12-31", false},
		{"二零二六年十月二十日", 0, "2026-10-20", false},
		{"2026-03-01 00:00:00", 0, "2026-03-01", false},
		{"2026年3月1号", 0, "2026-03-01", false},
		{"26.3.1", 0, "2026-03-01", true},
		{"2026年3月", 0, "2026-03-31", true},
		{"2026.2", 0, "2026-02-28", true},
		{"2026年3月底前", 0, "2026-03-31", true},
		{"2026年3月上旬", 0, "2026-03-10", true},
		{"2026年第一季度", 0, "2026-03-31", true},
		{"2026年四季度", 0, "2026-12-31", true},
		{"2026Q2", 0, "2026-06-30", true},
		{"2026年上半年", 0, "2026-06-30", true},
		{"2026年底", 0, "2026-12-31", true},
		{"2026年", 0, "2026-12-31", true},
		{"3月1日", 2026, "2026-03-01", true},
		{"6月底", 2027, "2027-06-30", true},
		{"二季度", 2027, "2027-06-30", true},
		{"2027年3月-5月", 0, "2027-05-31", true},
		{"2027.3.1-2027.5.20", 0, "2027-05-20", true},
		{"3月1日", 0, "", false},
		{"2026-13-1", 0, "", false},
		{"2026-2-30", 0, "", false},
		{"2026年2月30日", 0, "", false},
		{"签订合同后30日", 2026, "", false},
		{"3/1/2026", 0, "", false},
		{"待定", 2026, "", false},
		{"", 2026, "", false},
	} {
		got, doubt, err := ReadDate(c.in, c.year)
		if got != c.want || (err == nil) != (c.want != "") || (doubt != finding.Text{}) != c.doubt {
			t.Errorf("%q: %q, doubt %q, %v; want %q, doubt %v", c.in, got, doubt.Zh, err, c.want, c.doubt)
		}
	}
}

func TestSerialDays(t *testing.T) {
	for _, c := range []struct {
		n    float64
		old  bool
		want string
	}{{46082, false, "2026-03-01"}, {46082.75, false, "2026-03-01"}, {44620, true, "2026-03-01"}, {1, false, ""}, {2026, false, ""}, {1e9, false, ""}, {-5, false, ""}} {
		if got := DayOfSerial(c.n, c.old); got != c.want {
			t.Errorf("%v: %q, want %q", c.n, got, c.want)
		}
	}
}

func TestOfficeTelephonesAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		"0517-00000001": "0517-00000001", "0517－００００００01": "0517-00000001", "（0517）0000 0001": "0517-00000001",
		"051700000001": "0517-00000001", "0517-00000001转801": "0517-00000001-801", "025 00000001": "025-00000001",
		"00000001": "", "13800000000": "", "0517": "", "无": "",
	} {
		if got, err := ReadLandline(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzReadAmount(f *testing.F) {
	for _, s := range []string{"约1,280.5万元", "1亿2000万", "30-50", "￥1", "46万5千元整"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fen, _, err := ReadAmount(s, FenPerWan)
		if err != nil {
			return
		}
		if again, doubt, err := ReadAmount(WanLiteral(fen), FenPerWan); err != nil || again != fen || doubt != (finding.Text{}) {
			t.Errorf("%q is %d, its literal %d, %v", s, fen, again, err)
		}
	})
}

func FuzzReadDate(f *testing.F) {
	for _, s := range []string{"2026-3-1", "二〇二六年三月一日", "3月-5月", "2026年底前", "廿日"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, _, from, to := FindDate(s, 2026); from < 0 || to < from || to > utf8.RuneCountInString(s) && utf8.ValidString(s) {
			t.Errorf("%q: %d to %d", s, from, to)
		}
		date, _, err := ReadDate(s, 2026)
		if err != nil {
			return
		}
		if again, doubt, err := ReadDate(date, 0); again != date || err != nil || doubt != (finding.Text{}) {
			t.Errorf("%q is %q, then %q, %v", s, date, again, err)
		}
	})
}
