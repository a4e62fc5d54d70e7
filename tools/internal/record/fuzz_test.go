package record

import (
	"strings"
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

func FuzzParse(f *testing.F) {
	for _, front := range []string{"a: 1\n", "a: [一, {二: 三}]\n", "a: |\n  x\n", "a: 'x' y\n", "a: &x\n", "? a\n", "a： b\nc: 1\n", "a: [1,\n", "a: \"\\u12\"\n", "标题: 1\n标题: 2\n", "a: {{ x }}\n", "a:\n- x\n-\n", "a: >-2\n   x\n"} {
		f.Add([]byte("---\n" + front + "---\n# 标题 [a](b.md)\n\n<b> *x* [r]\n\n[r]: http://a.b\n"))
		f.Add([]byte(strings.ReplaceAll("---\n"+front+"---\n", "\n", "\r\n")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, fs := Parse("a.md", data)
		if rec == nil && len(fs) == 0 {
			t.Errorf("%q: no record and no finding", data)
		}
		checkPlaces(t, data, fs)
		if rec != nil {
			checkNode(t, lengths(rec.Raw), rec.Root, 1)
			for _, l := range rec.Links {
				checkPlace(t, lengths(rec.Raw), "link", l.Line, l.Col, l.EndCol)
			}
			for _, h := range rec.Headings {
				checkPlace(t, lengths(rec.Raw), "heading", h.Line, h.Col, h.Col)
			}
		}
		_, fs = ParseYAML("a.md", data)
		checkPlaces(t, data, fs)
	})
}

// lengths returns the number of code points in each line.
func lengths(data []byte) []int {
	var n []int
	for line := range strings.SplitSeq(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		n = append(n, utf8.RuneCountInString(line))
	}
	return n
}

func checkPlaces(t *testing.T, data []byte, fs []finding.Finding) {
	for _, f := range fs {
		if f.Rule == "" || f.Message.Zh == "" || f.Message.En == "" || f.Help.Zh == "" || f.Help.En == "" {
			t.Errorf("incomplete finding %+v", f)
		}
		if f.Line == 0 && f.Rule == "F-003" {
			continue
		}
		checkPlace(t, lengths(data), f.Rule, f.Line, f.Col, f.EndCol)
	}
	if len(fs) > maxFindings {
		t.Errorf("%d findings", len(fs))
	}
}

func checkPlace(t *testing.T, lines []int, what string, line, col, endCol int) {
	if line < 1 || line > len(lines) || col < 1 || endCol < col || endCol > lines[line-1]+2 {
		t.Errorf("%s: place %d:%d-%d lies outside the file", what, line, col, endCol)
	}
}

func checkNode(t *testing.T, lines []int, n *Node, depth int) {
	checkPlace(t, lines, "value", int(n.Line), int(n.Col), int(n.EndCol))
	if depth > MaxDepth && (n.Kind == List || n.Kind == Map) {
		t.Error("too deep")
	}
	for i := range n.Keys {
		k := &n.Keys[i]
		checkPlace(t, lines, "key", int(k.Line), int(k.Col), int(k.EndCol))
		if n.Key(k.Name) != k {
			t.Errorf("key %q is there twice", k.Name)
		}
		checkNode(t, lines, k.Value, depth+1)
	}
	for _, item := range n.Items {
		checkNode(t, lines, item, depth+1)
	}
}
