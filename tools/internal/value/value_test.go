package value

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestParseAmount(t *testing.T) {
	for _, tt := range []struct {
		literal string
		fen     int64
		err     error
	}{
		{"0", 0, nil},
		{"-0", 0, nil},
		{"1", 1_000_000, nil},
		{"1280.5", 1_280_500_000, nil},
		{"-3", -3_000_000, nil},
		{"+3", 3_000_000, nil},
		{"0.000001", 1, nil},
		{"1.000000", 1_000_000, nil},
		{"0.1", 100_000, nil},
		{"4.35", 4_350_000, nil}, // no float: 4.35 is below itself there
		{"10000000", 10_000_000_000_000, nil},
		{"-10000000.000000", -10_000_000_000_000, nil},
		{"10000000.000001", 0, ErrAmountRange},
		{"10000001", 0, ErrAmountRange},
		{strings.Repeat("9", 400), 0, ErrAmountRange},
		{"0.0000001", 0, ErrAmountDecimals},
		{"1.0000000", 0, ErrAmountDecimals},
		{"", 0, ErrAmountForm},
		{"-", 0, ErrAmountForm},
		{".5", 0, ErrAmountForm},
		{"5.", 0, ErrAmountForm},
		{"1e5", 0, ErrAmountForm},
		{"1,280", 0, ErrAmountForm},
		{"--1", 0, ErrAmountForm},
		{" 1", 0, ErrAmountForm},
		{"１", 0, ErrAmountForm},
		{"128.5万元", 0, ErrAmountForm},
	} {
		fen, err := ParseAmount(tt.literal)
		if fen != tt.fen || !errors.Is(err, tt.err) {
			t.Errorf("%q: %d, %v, want %d, %v", tt.literal, fen, err, tt.fen, tt.err)
		}
	}
}

func TestAmountsAreWrittenWithoutLoss(t *testing.T) {
	for _, tt := range []struct {
		fen              int64
		literal, grouped string
	}{
		{0, "0", "0"},
		{1, "0.000001", "0.000001"},
		{-1, "-0.000001", "-0.000001"},
		{1_280_500_000, "1280.5", "1,280.5"},
		{-999_000_000, "-999", "-999"},
		{1_000_000_000, "1000", "1,000"},
		{10_000_000_000_000, "10000000", "10,000,000"},
		{1_234_567_000_010, "1234567.00001", "1,234,567.00001"},
		{math.MinInt64, "-9223372036854.775808", "-9,223,372,036,854.775808"},
	} {
		if got := WanLiteral(tt.fen); got != tt.literal {
			t.Errorf("%d: literal %s, want %s", tt.fen, got, tt.literal)
		}
		if got := FormatWan(tt.fen); got != tt.grouped {
			t.Errorf("%d: %s, want %s", tt.fen, got, tt.grouped)
		}
		if back, err := ParseAmount(tt.literal); tt.fen != math.MinInt64 && (back != tt.fen || err != nil) {
			t.Errorf("%s reads back as %d, %v", tt.literal, back, err)
		}
	}
}

func TestDates(t *testing.T) {
	for _, tt := range []struct {
		date string
		ok   bool
	}{
		{"2026-11-22", true}, {"2024-02-29", true}, {"2000-02-29", true}, {"0001-01-01", true}, {"9999-12-31", true},
		{"2026-02-29", false}, {"1900-02-29", false}, {"2026-04-31", false}, {"2026-13-01", false}, {"2026-00-01", false},
		{"2026-01-00", false}, {"2026-1-1", false}, {"2026/01/01", false}, {"0000-01-01", false}, {"", false},
		{"2026-01-01 ", false}, {"２０２６-01-01", false}, {"-026-01-01", false}, {"2026-+1-01", false},
	} {
		if got := ValidDate(tt.date); got != tt.ok {
			t.Errorf("ValidDate(%q) = %v", tt.date, got)
		}
	}
}

func TestAddMonthsClampsToTheEndOfTheMonth(t *testing.T) {
	for _, tt := range []struct {
		date string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-03-31", 1, "2026-04-30"},
		{"2026-12-15", 2, "2027-02-15"}, {"2026-11-22", 0, "2026-11-22"}, {"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"}, {"2024-02-29", 12, "2025-02-28"}, {"2026-11-22", -12, "2025-11-22"},
		{"9999-12-01", 1, ""}, {"0001-01-01", -1, ""}, {"2026-02-30", 1, ""}, {"", 1, ""}, {"2026-01-01", math.MaxInt, ""},
	} {
		if got := AddMonths(tt.date, tt.n); got != tt.want {
			t.Errorf("AddMonths(%q, %d) = %q, want %q", tt.date, tt.n, got, tt.want)
		}
	}
}

func TestDaysAndAddDaysAgree(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		days int
	}{
		{"2026-11-22", "2026-11-22", 0}, {"2026-02-28", "2026-03-01", 1}, {"2024-02-28", "2024-03-01", 2},
		{"2026-12-31", "2027-01-01", 1}, {"2027-01-01", "2026-01-01", -365}, {"0001-01-01", "9999-12-31", 3652058},
		{"1970-01-01", "2026-11-22", 20779},
	} {
		if got, ok := Days(tt.a, tt.b); got != tt.days || !ok {
			t.Errorf("Days(%s, %s) = %d, %v, want %d", tt.a, tt.b, got, ok, tt.days)
		}
		if got := AddDays(tt.a, tt.days); got != tt.b {
			t.Errorf("AddDays(%s, %d) = %q, want %s", tt.a, tt.days, got, tt.b)
		}
	}
	if _, ok := Days("", "2026-01-01"); ok {
		t.Error("Days of no date is ok")
	}
	if got := AddDays("9999-12-31", 1); got != "" {
		t.Errorf("a day after the last is %q", got)
	}
	if got := AddDays("0001-01-01", -1); got != "" {
		t.Errorf("a day before the first is %q", got)
	}
	if Year("2026-11-22") != 2026 || Year("") != 0 || MonthDay("2026-09-15") != "09-15" || MonthDay("x") != "" {
		t.Error("Year or MonthDay is wrong")
	}
	if DateZh("2026-03-01") != "2026年3月1日" || DateZh("later") != "later" {
		t.Error("DateZh is wrong")
	}
}

func TestNormalizeDocNo(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"国办发〔2019〕57号", "国办发〔2019〕57号"},
		{"国办发[2019]57号", "国办发〔2019〕57号"},
		{"国办发［2019］57号", "国办发〔2019〕57号"},
		{"国办发(2019)57号", "国办发〔2019〕57号"},
		{"国办发（2019）57号", "国办发〔2019〕57号"},
		{"国办发【2019】57号", "国办发〔2019〕57号"},
		{"国办发201957号", "国办发〔2019〕57号"},
		{" 国办发 〔2019〕 57 号　", "国办发〔2019〕57号"},
		{"国办发〔２０１９〕５７号", "国办发〔2019〕57号"},
		{"国办发〔2019〕第57号", "国办发〔2019〕57号"},
		{"国办发〔2019〕057号", "国办发〔2019〕57号"},
		{"川发改数字函〔2022〕805号", "川发改数字函〔2022〕805号"},
		{"淅政办[2025]6号", "淅政办〔2025〕6号"},
		{"国办发〔2019〕57", ""},
		{"国办发〔2019〕号", ""},
		{"国办发〔2019〕0号", ""},
		{"国办发〔19〕57号", ""},
		{"国办发〔3019〕57号", ""},
		{"〔2019〕57号", ""},
		{"abc〔2019〕57号", ""},
		{"主席令第53号", ""},
		{"国办发〔2019〕57号附件", ""},
		{"", ""},
		{strings.Repeat("国", 300), ""},
	} {
		got, ok := NormalizeDocNo(tt.in)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q: %q, %v, want %q", tt.in, got, ok, tt.want)
		}
		if IsDocNo(tt.in) != (tt.in == tt.want && tt.want != "") {
			t.Errorf("IsDocNo(%q) = %v", tt.in, IsDocNo(tt.in))
		}
	}
}

func TestUSCC(t *testing.T) {
	for _, tt := range []struct {
		code           string
		form, checksum bool
	}{
		{"91350100M000100Y43", true, true},
		{"91110000101623741K", true, true},
		{"911101066976941872", true, true},
		{"11320812000000019T", true, true},
		{"12320812000000019P", true, true},
		{"91320812000000019J", true, true},
		{"113208120000002460", true, true},
		{"11320812000000123Y", true, true},
		{"91310115MA1H8R7C6D", true, false},
		{"91310115MA1H8R7C67", true, true},
		{"91350211M0000XUF46", true, false},
		{"91350100M000100Y4", false, false},
		{"91350100M000100Y431", false, false},
		{"9135010OM000100Y43", false, false},
		{"91350100M000100I43", false, false},
		{"91350100m000100y43", false, false},
		{"91A50100M000100Y43", false, false},
		{"", false, false},
	} {
		if USCCForm(tt.code) != tt.form || USCCChecksum(tt.code) != tt.checksum {
			t.Errorf("%s: %v, %v", tt.code, USCCForm(tt.code), USCCChecksum(tt.code))
		}
	}
}

func TestForms(t *testing.T) {
	hash := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct {
		name  string
		judge func(string) bool
		good  []string
		bad   []string
	}{
		{"unit code", IsUnitCode, []string{"jyj", "qjpsx", "a1", "abcdefghijklmnop"}, []string{"", "a", "1a", "Jyj", "j-y", "abcdefghijklmnopq", "教育局"}},
		{"landline", IsLandline, []string{"0517-00000001", "010-12345678", "021-1234567", "0517-83600000-801"},
			[]string{"", "83600000", "051783600000", "0517-836000", "0517-836000000", "13800138000", "0517-83600000-", "0517 83600000", "0101-12345678", "051-83600000", "0017-83600000", "400-8001234"}},
		{"sha256", IsSHA256, []string{hash}, []string{"", hash[1:], strings.ToUpper(hash), hash[:63] + "g"}},
		{"file path", IsFilePath, []string{"files/a.pdf", "files/fang-an_v1.2.docx", "files/2026.ofd"},
			[]string{"", "a.pdf", "files/a.PDF", "files/a.exe", "files/../a.pdf", "files/a..pdf", "files/b/a.pdf", "/files/a.pdf", "files/.pdf", "files/方案.pdf", "files/a b.pdf", "files/-a.pdf", "files/a.pdf\n"}},
		{"https address", IsHTTPSURL, []string{"https://www.huaian.gov.cn", "https://a.cn/x?y=1&z=2#t", "https://a.cn:8443/", "https://a.cn/通知公告/1.html"},
			[]string{"", "http://a.cn", "https://", "https://a", "https://a.cn/ b", "https://u:p@a.cn/", "https://a.cn:/", "https://a.cn:x/", "https://a..cn", "https://-a.cn", "https://淮安.cn/", "https://a.cn/\"", "https://a.cn/<b>", "https://a.cn/\u202e", "https:/a.cn", "//a.cn", "https://a.cn/\n"}},
	} {
		for _, s := range tt.good {
			if !tt.judge(s) {
				t.Errorf("%s %q is refused", tt.name, s)
			}
		}
		for _, s := range tt.bad {
			if tt.judge(s) {
				t.Errorf("%s %q is accepted", tt.name, s)
			}
		}
	}
}

func TestParseProjectID(t *testing.T) {
	id, ok := ParseProjectID("2027-jyj-01")
	if want := (ProjectID{2027, "jyj", "01"}); !ok || id != want || id.String() != "2027-jyj-01" || id.Path() != "2027/jyj/01" {
		t.Errorf("%v, %v", id, ok)
	}
	for _, s := range []string{"", "2027-jyj", "2027-jyj-1", "2027-jyj-0001", "27-jyj-01", "2027-JYJ-01", "2027/jyj/01", "2027-j-01", "2027-jyj-01-02", "2027-jyj-0x"} {
		if _, ok := ParseProjectID(s); ok {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestNearest(t *testing.T) {
	enums := []string{"新建", "运维", "改扩建", "公开招标", "邀请招标", "竞争性磋商", "区财政局"}
	keys := []string{"title", "implementingUnit", "filingUnit", "on", "by", "planYear", "documents"}
	for _, tt := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"titel", keys, "title"},
		{"plan_year", keys, "planYear"},
		{"planyear", keys, "planYear"},
		{"implementUnit", keys, "implementingUnit"},
		{"document", keys, "documents"},
		{"colour", keys, ""},
		{"xy", keys, "by"},
		{"新健", enums, "新建"},
		{"公开招投标", enums, "公开招标"},
		{"财政局", enums, "区财政局"},
		{"公开招标采购方式", enums, "公开招标"},
		{"检修", enums, ""},
		{"招标", enums, ""}, // two candidates hold it
		{"", enums, ""},
		{"x", nil, ""},
	} {
		if got := Nearest(tt.word, tt.candidates); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestWidthDoesNotDependOnTheLocale(t *testing.T) {
	for _, locale := range []string{"C", "zh_CN.UTF-8", "ja_JP.UTF-8"} {
		t.Setenv("LC_ALL", locale)
		t.Setenv("RUNEWIDTH_EASTASIAN", fmt.Sprint(len(locale)%2))
		for s, want := range map[string]int{"": 0, "abc": 3, "项目": 4, "〔2019〕": 8, "★": 1, "①": 1, "é": 1, "，": 2} {
			if got := Width(s); got != want {
				t.Errorf("%s: Width(%q) = %d, want %d", locale, s, got, want)
			}
		}
	}
}

func TestDayIsThatOfShanghai(t *testing.T) {
	for moment, day := range map[string]string{"2026-03-10T15:59:59Z": "2026-03-10", "2026-03-10T16:00:00Z": "2026-03-11"} {
		at, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := Day(at); got != day {
			t.Errorf("Day(%s) = %s, want %s", moment, got, day)
		}
	}
}
