package record

import "testing"

func TestPlainBodyIsWhatAReaderSees(t *testing.T) {
	for body, want := range map[string]string{
		"":              "",
		"一段\n接着。\n\n二段": "一段 接着。\n二段",
		"## 标题\n\n- 一 [链接](https://a.example/x)\n- **二**": "标题\n一 链接\n二",
		"> 引用 `码` a\\*b &amp; c":                          "引用 码 a*b & c",
		"| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n":               "甲\n乙\n1\n2",
		"```\nx = 1\n```\n":                               "x = 1",
	} {
		if got := PlainBody([]byte(body)); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}
