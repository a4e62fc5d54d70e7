package record

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"taizhang/tools/internal/finding"
)

// outline writes each value as "path kind text line:col-endCol".
func outline(n *Node, path string) []string {
	kinds := []string{"null", "bool", "number", "string", "list", "map"}
	lines := []string{fmt.Sprintf("%s %s %q %d:%d-%d", path, kinds[n.Kind], n.Text, n.Line, n.Col, n.EndCol)}
	for _, k := range n.Keys {
		lines = append(lines, fmt.Sprintf("%s.%s key %d:%d-%d", path, k.Name, k.Line, k.Col, k.EndCol))
		lines = append(lines, outline(k.Value, path+"."+k.Name)...)
	}
	for i, item := range n.Items {
		lines = append(lines, outline(item, fmt.Sprintf("%s[%d]", path, i))...)
	}
	return lines
}

func TestValuesHaveExactPlaces(t *testing.T) {
	const text = `---
title: 平台建设
标题: "引“号”" # 说明
'q''k': 'it''s'
on: 2026-11-22
yes: true
amount: -1280.50
zero: 0
code: "010"
empty:
none: ""
list:
  - 甲: 一
    乙:
  - x
  -
  - [a, "b,]", {}]
same:
- 1
flow: {二: 三, 四: [五]}
wide: [
  1, 2]
more: 第一行
  第二行 # c
text: |-
  一
  二
fold: >
  一
word: yes indeed
phone: 0517-83600000
url: https://a.cn/#x
time: 2026-11-22 10:30
version: 1.2.3
question: ?x
---
`
	rec, fs := Parse("a.md", []byte(text))
	checkFindings(t, text, fs)
	want := `
 map "" 2:1-6
.title key 2:1-6
.title string "平台建设" 2:8-12
.标题 key 3:1-3
.标题 string "引“号”" 3:5-11
.q'k key 4:1-7
.q'k string "it's" 4:9-16
.on key 5:1-3
.on string "2026-11-22" 5:5-15
.yes key 6:1-4
.yes bool "true" 6:6-10
.amount key 7:1-7
.amount number "-1280.50" 7:9-17
.zero key 8:1-5
.zero number "0" 8:7-8
.code key 9:1-5
.code string "010" 9:7-12
.empty key 10:1-6
.empty null "" 10:1-6
.none key 11:1-5
.none string "" 11:7-9
.list key 12:1-5
.list list "" 13:3-4
.list[0] map "" 13:5-6
.list[0].甲 key 13:5-6
.list[0].甲 string "一" 13:8-9
.list[0].乙 key 14:5-6
.list[0].乙 null "" 14:5-6
.list[1] string "x" 15:5-6
.list[2] null "" 16:3-4
.list[3] list "" 17:5-19
.list[3][0] string "a" 17:6-7
.list[3][1] string "b,]" 17:9-14
.list[3][2] map "" 17:16-18
.same key 18:1-5
.same list "" 19:1-2
.same[0] number "1" 19:3-4
.flow key 20:1-5
.flow map "" 20:7-21
.flow.二 key 20:8-9
.flow.二 string "三" 20:11-12
.flow.四 key 20:14-15
.flow.四 list "" 20:17-20
.flow.四[0] string "五" 20:18-19
.wide key 21:1-5
.wide list "" 21:7-8
.wide[0] number "1" 22:3-4
.wide[1] number "2" 22:6-7
.more key 23:1-5
.more string "第一行 第二行" 23:7-10
.text key 25:1-5
.text string "一\n二" 25:7-9
.fold key 28:1-5
.fold string "一\n" 28:7-8
.word key 30:1-5
.word string "yes indeed" 30:7-17
.phone key 31:1-6
.phone string "0517-83600000" 31:8-21
.url key 32:1-4
.url string "https://a.cn/#x" 32:6-21
.time key 33:1-5
.time string "2026-11-22 10:30" 33:7-23
.version key 34:1-8
.version string "1.2.3" 34:10-15
.question key 35:1-9
.question string "?x" 35:11-13`
	if rec == nil {
		return
	}
	got := "\n" + strings.Join(outline(rec.Root, ""), "\n")
	if got != want {
		gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
		for i := range min(len(gotLines), len(wantLines)) {
			if gotLines[i] != wantLines[i] {
				t.Errorf("got  %s\nwant %s", gotLines[i], wantLines[i])
			}
		}
	}
}

func TestPlacesAreTheSameWithCRLF(t *testing.T) {
	const text = "---\na: 标题\nb: |\n  x\n  y\nc: [1,\n 2]\n---\n# 标题\n\n[a](b)\n"
	unix, fs := Parse("a.md", []byte(text))
	checkFindings(t, text, fs)
	dos, fs := Parse("a.md", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	checkFindings(t, text, fs)
	if !reflect.DeepEqual(unix.Root, dos.Root) {
		t.Errorf("%q\n%q", outline(unix.Root, ""), outline(dos.Root, ""))
	}
	if !reflect.DeepEqual(unix.Headings, dos.Headings) || !reflect.DeepEqual(unix.Links, dos.Links) || unix.BodyLine != dos.BodyLine {
		t.Errorf("%+v\n%+v", unix, dos)
	}
}

func TestPlainGivesTheShapesOfJSON(t *testing.T) {
	n, fs := ParseYAML("a.md", []byte("a: 1.50\nb: [true, x, ]\nc:\nd: {e: \"1\"}\n"))
	checkFindings(t, "plain", fs)
	want := map[string]any{
		"a": json.Number("1.50"), "b": []any{true, "x"}, "c": nil, "d": map[string]any{"e": "1"},
	}
	if got := n.Plain(); !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
}

func TestNodesMayBeAbsent(t *testing.T) {
	var none *Node
	if none.Get("a") != nil || none.Key("a") != nil || none.Plain() != nil || none.Get("a").Get("b") != nil {
		t.Error("an absent node holds something")
	}
	if p := none.Place("f"); p != (finding.Place{File: "f"}) {
		t.Errorf("%+v", p)
	}
	n, _ := ParseYAML("f", []byte("a: 标题\n"))
	if p := n.Get("a").Place("f"); p != (finding.Place{File: "f", Line: 1, Col: 4, EndCol: 6}) {
		t.Errorf("%+v", p)
	}
	if p := n.Key("a").Place("f"); p != (finding.Place{File: "f", Line: 1, Col: 1, EndCol: 2}) {
		t.Errorf("%+v", p)
	}
}

func TestDataFiles(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"a: 1\n", nil},
		{"---\na: 1\n", nil},
		{"- a\n- b\n", nil},
		{"people: []\n", nil},
		{"", []string{"F-004 1:1-1"}},
		{"# nothing\n", []string{"F-004 1:1-10"}},
		{"text\n", []string{"F-006 1:1-5 这一行不是“键: 值”"}},
		{"---\na: b: c\n", []string{"F-006 2:5-6"}},
		{"a: 1\n---\nb: 1\n", []string{"F-009 2:1-4"}},
		{"a: 1\n...\n", []string{"F-009 2:1-4"}},
		{"a: yes\n", []string{"F-011 1:4-7"}},
		{"标题: 1\n标题: 1\n", []string{"F-007 2:1-3"}},
	} {
		n, fs := ParseYAML("a.md", []byte(tt.text))
		checkFindings(t, tt.text, fs, tt.want...)
		if (n == nil) != (len(tt.want) > 0) {
			t.Errorf("%q: %+v", tt.text, n)
		}
	}
}

func TestRecordKeepsItsParts(t *testing.T) {
	const text = "\ufeff---\t\r\na: 1\n---  \n第一段。\n\n第二段。"
	rec, _ := Parse("2027/jyj/01/index.md", []byte(text))
	if rec == nil || rec.Path != "2027/jyj/01/index.md" || rec.BodyLine != 4 || string(rec.Body) != "第一段。\n\n第二段。" || string(rec.Raw) != text[3:] {
		t.Errorf("%+v", rec)
	}
}

func TestNestingUpToTheLimitIsRead(t *testing.T) {
	// The map at the top is one level.
	lists := strings.Repeat("[", MaxDepth-1) + "1" + strings.Repeat("]", MaxDepth-1)
	if _, fs := ParseYAML("a.md", []byte("a: "+lists+"\n")); len(fs) != 0 {
		t.Errorf("%+v", fs)
	}
	number := strings.Repeat("9", MaxNumber)
	if n, fs := ParseYAML("a.md", []byte("a: "+number+"\n")); len(fs) != 0 || n.Get("a").Text != number {
		t.Errorf("%+v", fs)
	}
}
