package value

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzDetectors(f *testing.F) {
	for _, s := range []string{"电话 138-0013-8000 a@b.cn", "4111 1111 1111 1111", "内部资料 注意保存", "1-1-1-1-1-1-1-1-1-1-1-1", "86 86 86 86 86 86 86", "00861380013800"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, h := range append(PersonalData(line), SecretMarks(line)...) {
			if h.Col < 1 || h.EndCol <= h.Col || h.EndCol > utf8.RuneCountInString(line)+1 {
				t.Errorf("%q: hit outside the line: %+v", line, h)
			}
		}
		NormalizeDocNo(line)
		if fen, err := ParseAmount(line); err == nil {
			if back, err := ParseAmount(WanLiteral(fen)); back != fen || err != nil {
				t.Errorf("%q: %d reads back as %d, %v", line, fen, back, err)
			}
		}
		IsHTTPSURL(line)
		Nearest(line, []string{"title", "新建"})
	})
}

func BenchmarkPersonalDataOrdinaryLine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		PersonalData("content: 建设区教育系统统一数据平台，2027-01-15 前完成，覆盖 42 所学校")
	}
}

func BenchmarkPersonalDataLongCode(b *testing.B) {
	line := strings.Repeat("1-", 100_000)
	b.ReportAllocs()
	for b.Loop() {
		PersonalData(line)
	}
}
