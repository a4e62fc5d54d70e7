package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/finding"
)

// matches reports whether a finding, written as "F-006 2:4-5" and its Chinese
// message, begins with want.
func matches(f finding.Finding, want string) bool {
	got := fmt.Sprintf("%s %d:%d-%d %s", f.Rule, f.Line, f.Col, f.EndCol, f.Message.Zh)
	return strings.HasPrefix(got, want)
}

// checkFindings compares findings with their expected beginnings and asserts
// what holds for every finding.
func checkFindings(t *testing.T, text string, got []finding.Finding, want ...string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range got {
		f := got[i]
		if f.Message.Zh == "" || f.Message.En == "" || f.Help.Zh == "" || f.Help.En == "" || f.Name == "" || !f.Severity.Valid() || f.File != "a.md" {
			t.Errorf("%q: incomplete finding %+v", text, f)
		}
		ok = ok && matches(f, want[i])
	}
	if !ok {
		var lines []string
		for _, f := range got {
			lines = append(lines, fmt.Sprintf("%s %d:%d-%d %s", f.Rule, f.Line, f.Col, f.EndCol, f.Message.Zh))
		}
		t.Errorf("%q:\n got %s\nwant %s", text, strings.Join(lines, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestEachFaultOfFrontMatterGivesOneFindingAtItsPlace(t *testing.T) {
	deep := strings.Repeat("[", 33) + "1" + strings.Repeat("]", 33)
	for _, tt := range []struct {
		front string
		want  string
	}{
		// Indentation and tabs.
		{"a:\n\tb: 1\n", "F-006 3:1-2 用制表符"},
		{"a:\n  \t\tb: 1\n", "F-006 3:3-5 用制表符"},
		{"a:\n -\tb: 1\n", "F-006 3:3-4 这里有制表符"},
		{"a: |\n\tx\n", "F-006 3:1-2 用制表符"},
		{"a: 1\n b: 2\n", "F-006 3:1-2 缩进不对"},
		{"a:\n  b: 1\n c: 2\n", "F-006 4:1-2 缩进不对"},
		{"a: |\n  x\n y\n", "F-006 4:1-2 缩进不对"},
		{"a:\n  - x\n - y\n", "F-006 4:2-3 这里不能出现列表项"},
		{"a: 1\n- b\n", "F-006 3:1-2 这里不能出现列表项"},
		{"- a\nb: 1\n", "F-006 3:1-2 缩进不对"},
		// Colons.
		{"a: b: c\n", "F-006 2:5-6 值里面又出现了冒号"},
		{"标题: 你好: c\n", "F-006 2:7-8 值里面又出现了冒号"},
		{"a: \"b\": c\n", "F-006 2:7-8 值里面又出现了冒号"},
		{"a:b\nc: 1\n", "F-006 2:2-3 冒号后面少了空格"},
		{"x: 1\na:b\n", "F-006 3:2-3 冒号后面少了空格"},
		{"a：b\n", "F-006 2:2-3 键后面用了中文冒号"},
		{"标题： b\nc: 1\n", "F-006 2:3-4 键后面用了中文冒号"},
		{"x: 1\na： b\nc: 1\n", "F-006 3:2-3 键后面用了中文冒号"},
		{"x: 1\nb\nc: 1\n", "F-006 3:1-2 这一行不是“键: 值”"},
		{"只有文字\n", "F-006 2:1-5 这一行不是“键: 值”"},
		{"a: 1\n: 2\n", "F-006 3:1-2 冒号前面没有键"},
		// Quotes, brackets, marks.
		{"a: \"x\nb: 1\n", "F-006 2:4-5 这里的引号没有配对"},
		{"标题: 'x\n", "F-006 2:5-6 这里的引号没有配对"},
		{"a: 'x' y\n", "F-006 2:8-9 结束引号后面还有文字"},
		{"a: \"x\nb: \"yz\"\n", "F-006 3:5-8 结束引号后面还有文字"},
		{"a: [1, 2\nb: 3\n", "F-006 2:4-5 这里的 [ 没有配对"},
		{"a: {b: 1\n", "F-006 2:4-5 这里的 { 没有配对"},
		{"a: [1, [2],\n", "F-006 2:4-5 这里的 [ 没有配对"},
		{"a: ]\n", "F-006 2:4-5 ] 出现在不该出现的地方"},
		{"a: , b\n", "F-006 2:4-5 , 出现在不该出现的地方"},
		{"a: @b\n", "F-006 2:4-5 值不能以 @ 开头"},
		{"a: `b`\n", "F-006 2:4-5 值不能以 ` 开头"},
		{"a: %b\n", "F-006 2:4-5 值不能以 % 开头"},
		{"a: - b\n", "F-006 2:4-5 列表不能与键写在同一行"},
		{"a: [b]#c\n", "F-006 2:7-8 # 前面没有空格"},
		{"a: \"D:\\q\"\n", "F-006 2:7-8 双引号里的反斜杠"},
		{"a: \"\\u12\"\n", "F-006 2:7-8 双引号里的反斜杠"},
		{"a: |x\n", "F-006 2:5-6 | 或 > 后面"},
		// Keys.
		{"a: 1\n标题: 1\n标题: 2\n", "F-007 4:1-3 “标题”写了两次，第一次在第 3 行"},
		{"a: {b: 1, \"b\": 2}\n", "F-007 2:11-14 “b”写了两次，第一次在第 2 行"},
		// Features.
		{"a: &x 1\n", "F-008 2:4-6 值以 & 开头"},
		{"a: &x\n  b: 1\n", "F-008 2:4-6 值以 & 开头"},
		{"&x a: 1\n", "F-008 2:1-3 值以 & 开头"},
		{"a: & b\n", "F-008 2:4-5 值以 & 开头"},
		{"a: *x\n", "F-008 2:4-6 值以 * 开头"},
		{"a: *重要*\n", "F-008 2:4-8 值以 * 开头"},
		{"a: [b, *c]\n", "F-008 2:8-10 值以 * 开头"},
		{"a: !x 1\n", "F-008 2:4-6 值以 ! 开头"},
		{"a: !!int x\n", "F-008 2:4-9 值以 ! 开头"},
		{"a: ! x\n", "F-008 2:4-5 值以 ! 开头"},
		{"a: !!map\n  b: 1\n", "F-008 2:4-9 值以 ! 开头"},
		{"a:\n- !!str\n", "F-008 3:3-8 值以 ! 开头"},
		{"a: !<x\n", "F-008 2:4-7 值以 ! 开头"},
		{"!!str a: 1\n", "F-008 2:1-6 值以 ! 开头"},
		{"a:\n  <<: {b: 1}\n", "F-008 3:3-5 这里用了合并键"},
		{"? a\n: b\n", "F-008 2:3-4 这里的键不是普通文字"},
		{"?\n  a\n: b\n", "F-008 3:3-4 这里的键不是普通文字"},
		{"{? a : b}\n", "F-008 2:4-5 这里的键不是普通文字"},
		{"[a]: 1\n", "F-008 2:1-2 这里的键不是普通文字"},
		{"%YAML 1.2\na: 1\n", "F-008 2:1-10 这里是 YAML 指令"},
		{"a: 1\n--- b\n", "F-009 3:1-6 登记项里不能再有文档分隔行"},
		{"a: 1\n...\nb: 1\n", "F-009 3:1-4 登记项里不能再有文档分隔行"},
		{"a: " + deep + "\n", "F-010 2:35-36 嵌套超过 32 层"},
		{"- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - a\n", "F-010 2:65-66 嵌套超过 32 层"},
		{"a: " + strings.Repeat("[", 1000) + "\n", "F-010 2:68-69 嵌套超过 32 层"},
		// Scalars.
		{"a: 12345678901234567890123456789012.5\n", "F-012 2:4-38 数字有 34 个字符"},
		// Template delimiters.
		{"a: {{ x }}\n", "F-014 2:4-6 不能出现 {{"},
		{"{{x}}: 1\n", "F-014 2:1-3 不能出现 {{"},
		// Nothing there.
		{"", "F-004 1:1-4 没有任何登记项"},
		{"# 以后填写\n", "F-004 1:1-4 没有任何登记项"},
		{"- a\n", "F-006 2:1-2 登记项最外层应当是“键: 值”"},
	} {
		for _, end := range []string{"\n", "\r\n"} {
			text := strings.ReplaceAll("---\n"+tt.front+"---\n正文\n", "\n", end)
			rec, got := Parse("a.md", []byte(text))
			checkFindings(t, text, got, tt.want)
			if rec != nil {
				t.Errorf("%q: the record is usable", text)
			}
		}
	}
}

func TestAmbiguousScalarsAreRefused(t *testing.T) {
	for _, s := range []string{
		"~", "null", "Null", "NULL", "yes", "No", "ON", "off", "y", "N", "True", "FALSE",
		"010", "-010", "00", "007.5", "0x1F", "0X1f", "0o7", "0b1", "1_000", "1e5", "1E+5", "1.5e-3", "12e03", ".5", "5.", "-.5", "+1", "+0.5", "01e5",
		".nan", ".NaN", ".inf", "-.INF", "12:30", "1:02:03", "-12:30", "12:30:45.5",
	} {
		text := "---\na: " + s + "\n---\n"
		rec, got := Parse("a.md", []byte(text))
		checkFindings(t, text, got, fmt.Sprintf("F-011 2:4-%d ", 4+len(s)))
		if rec != nil {
			t.Errorf("%s: the record is usable", s)
		}
	}
}

func TestEveryAmbiguousScalarOfAFileIsReported(t *testing.T) {
	text := "---\na: yes\nb: [010, ~]\n---\n"
	_, got := Parse("a.md", []byte(text))
	checkFindings(t, text, got, "F-011 2:4-7", "F-011 3:5-8", "F-011 3:10-11")
	text = "---\na:\n" + strings.Repeat("- ~\n", 100) + "---\n"
	if _, got := Parse("a.md", []byte(text)); len(got) != maxFindings {
		t.Errorf("%d findings about one file", len(got))
	}
}

func TestFaultsOfTheFile(t *testing.T) {
	const good = "---\na: 1\n---\n"
	for _, tt := range []struct {
		text   string
		usable bool
		want   string
	}{
		{"", false, "F-004 1:1-1 文件第一行不是 ---"},
		{"# 标题\n", false, "F-004 1:1-5 文件第一行不是 ---"},
		{"\n" + good, false, "F-004 1:1-1 文件第一行不是 ---"},
		{"+++\na = 1\n+++\n", false, "F-004 1:1-4 文件第一行不是 ---"},
		{"----\na: 1\n---\n", false, "F-004 1:1-5 文件第一行不是 ---"},
		{"---\na: 1\n", false, "F-005 1:1-4 登记项从这里开始"},
		{"---", false, "F-005 1:1-4 登记项从这里开始"},
		{"---\na: 1\n ---\n", false, "F-005 1:1-4 登记项从这里开始"},
		{"---\na: 标题\xff\n---\n", false, "F-001 2:6-7 不是 UTF-8 编码：字节 0xFF"},
		{"---\na: \xed\xa0\x80\n---\n", false, "F-001 2:4-5 不是 UTF-8 编码：字节 0xED"},
		{"---\na: \xb1\xea\xcc\xe2\n---\n", false, "F-001 2:4-5 不是 UTF-8 编码：字节 0xB1"},
		{"\ufeff" + good, true, "F-002 1:1-1 文件开头有看不见的字节顺序标记"},
		{"---\na: \x00\n---\n", false, "F-017 2:4-5 有看不见的控制字符 U+0000"},
		{"---\na: 标\x1b题\n---\n", false, "F-017 2:5-6 有看不见的控制字符 U+001B"},
		{"---\ra: 1\r---\r", false, "F-017 1:4-5 这里的换行是单独的回车符"},
		{good + "正文\r", false, "F-017 4:3-4 这里的换行是单独的回车符"},
		{good + "正文\u202e", false, "F-017 4:3-4 有看不见的控制字符 U+202E"},
		{good + "正&#x202e;文", true, "F-017 4:2-10 “&#x202e;”显示出来是看不见的控制字符"},
		{good + "正&ZeroWidthSpace;", true, "F-017 4:2-18 “&ZeroWidthSpace;”显示出来是看不见的控制字符"},
		{good + "正\u200b文", false, "F-017 4:2-3 有看不见的控制字符 U+200B"},
		{good + "正\u0085文", false, "F-017 4:2-3 有看不见的控制字符 U+0085"},
		{good + "正\u2028文", false, "F-017 4:2-3 有看不见的控制字符 U+2028"},
		{good + "\ufeff正文", false, "F-017 4:1-2 有看不见的控制字符 U+FEFF"},
		{good + strings.Repeat("x", MaxSize), false, "F-003 1:1-1 文件超过 256 KiB"},
		{"---\na: [" + strings.Repeat("1, ", maxMarks+1) + "]\n---\n", false, "F-003 2:1-"},
		{good + strings.Repeat("[x]\n\n", 3000), true, "F-003 4004:1-2 正文里的方括号"},
		{good + strings.Repeat("*a_", 3000) + "[", true, "F-003 4:7501-7502 正文里的强调符号"},
		{good + strings.Repeat("- a\n", 20_001), true, "F-003 20004:4-4 正文里的换行"},
	} {
		rec, got := Parse("a.md", []byte(tt.text))
		shown := tt.text[:min(len(tt.text), 60)]
		checkFindings(t, shown, got, tt.want)
		if (rec != nil) != tt.usable {
			t.Errorf("%q: usable is %v", shown, rec != nil)
		}
	}
}

func TestOrdinaryEntitiesPass(t *testing.T) {
	if _, got := Parse("a.md", []byte("---\na: 1\n---\n甲&amp;乙&#12290;&nbsp;丙 & 丁 &nosuch;")); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestDuplicateKeyPointsToTheFirst(t *testing.T) {
	_, got := Parse("a.md", []byte("---\n标题: 1\nb: 2\n标题: 3\n---\n"))
	if len(got) != 1 || len(got[0].Related) != 1 {
		t.Fatalf("%+v", got)
	}
	if p := got[0].Related[0]; p.File != "a.md" || p.Line != 2 || p.Col != 1 || p.EndCol != 3 || p.Label.Zh == "" {
		t.Errorf("the first is at %+v", p)
	}
}

func TestDuplicatesAmongManyKeysAreFound(t *testing.T) {
	var sb strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&sb, "k%d: 1\n", i)
	}
	text := "---\n" + sb.String() + "k500: 2\n---\n"
	_, got := Parse("a.md", []byte(text))
	checkFindings(t, "many keys", got, "F-007 1002:1-5 “k500”写了两次，第一次在第 502 行")
}

func TestTemplateDelimitersLeaveTheRecordUsable(t *testing.T) {
	for _, tt := range []struct{ front, want string }{
		{"a: \"{{ x\"\n", "F-014 2:5-7 不能出现 {{"},
		{"a: 标题 {{< x\n", "F-014 2:7-9 不能出现 {{"},
		{"a: |\n  x\n  标题 {{ z\n", "F-014 4:6-8 不能出现 {{"},
		{"a: x }}\n", "F-014 2:6-8 不能出现 }}"},
		{"a: \"\\x7b{\"\n", "F-014 2:4-11 不能出现 {{"},
		{"\"{{\": x\n", "F-014 2:2-4 不能出现 {{"},
	} {
		text := "---\n" + tt.front + "---\n"
		rec, got := Parse("a.md", []byte(text))
		checkFindings(t, text, got, tt.want)
		if rec == nil {
			t.Errorf("%q: the record is not usable", text)
		}
	}
}

func TestCatalogueIsSortedAndComplete(t *testing.T) {
	all := Catalogue()
	if !slices.IsSortedFunc(all, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the catalogue is not in order of id")
	}
	names := map[string]bool{}
	for _, e := range all {
		if names[e.Name] || names[e.ID] || !e.Severity.Valid() {
			t.Errorf("bad entry %+v", e)
		}
		names[e.Name], names[e.ID] = true, true
	}
}

func TestWhatLooksOddButIsClearIsRead(t *testing.T) {
	for front, want := range map[string]string{
		"a: <<\n": "<<", "a: =\n": "=", "a: 1.2.3\n": "1.2.3", "a: -a\n": "-a", "a: .a\n": ".a", "a: e5\n": "e5", "a: 0x\n": "0x",
		"a: 12:3x\n": "12:3x", "a: 1-2\n": "1-2", "a: 10%\n": "10%", "a: 2026-11-22\n": "2026-11-22", "a: 1 000\n": "1 000",
		"a: nullable\n": "nullable", "a: 不适用（非工程类）\n": "不适用（非工程类）", "a: a#b\n": "a#b", "a: b:c\n": "b:c", "a:\t1x\n": "1x",
		"a: 'yes'\n": "yes", "a: \"010\"\n": "010", "a: |\n  ~\n": "~\n", "a: ＊\n": "＊", "a: { b }\n": "",
	} {
		rec, fs := Parse("a.md", []byte("---\n"+front+"---\n"))
		checkFindings(t, front, fs)
		if rec != nil && (rec.Root.Get("a").Kind == Number || rec.Root.Get("a").Text != want) {
			t.Errorf("%q: %+v", front, rec.Root.Get("a"))
		}
	}
}
