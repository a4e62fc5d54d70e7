package record

import (
	"fmt"
	"strings"
	"testing"
)

// declaration is a record as most are: some forty values and a plain body.
func declaration() []byte {
	var sb strings.Builder
	sb.WriteString("---\nplanYear: 2027\nsubmittedOn: 2026-09-10\nproposedBy: jyj\nunitHead: 张某\nofficePhone: 0517-00000001\nestimate: 1280.5\nfundingNature: 区级财政投资\nbasis:\n")
	for i := range 3 {
		fmt.Fprintf(&sb, "  - kind: 上级文件\n    text: 关于加强教育信息化建设的通知（%d）\n    docNo: 苏政办发〔2021〕%d号\n", i, 24+i)
	}
	sb.WriteString("content: |\n  建设区教育系统统一数据平台，包括数据采集、治理、共享和分析。\n  覆盖全区 42 所学校。\nexpectedOutcome: 数据共享率达到 95% 以上\nplannedSchedule:\n")
	for i := range 4 {
		fmt.Fprintf(&sb, "  - name: 第%d阶段\n    due: 2027-%02d-30\n", i+1, i+4)
	}
	sb.WriteString("attestation:\n  unit: jyj\n  on: 2026-09-10\n---\n\n区教育局申请建设统一数据平台，供全区学校使用。\n")
	return []byte(sb.String())
}

func BenchmarkParsePlainBody(b *testing.B) {
	data := declaration()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fs := Parse("a.md", data); len(fs) != 0 {
			b.Fatal(fs)
		}
	}
}

func BenchmarkParseMarkdownBody(b *testing.B) {
	data := append(declaration(), "\n## 建设内容\n\n- 数据[目录](files/a.pdf)\n- **共享**平台\n\n| 年度 | 金额 |\n|---|---|\n| 2027 | 100 |\n"...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fs := Parse("a.md", data); len(fs) != 0 {
			b.Fatal(fs)
		}
	}
}
