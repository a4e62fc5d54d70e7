package compose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"taizhang/tools/internal/compose"
)

const original = `---
# 第一行说明
planYear: 2027   # 下一年
submittedOn: 2026-08-20


# 单位
unitHead: "示例 \"负责人\"" # 不公开
basis:
  - {kind: 上级文件, text: "a, } b"}
  # 列表里的说明
  - kind: 应用需求
    text: x
# 列表后的说明
content: |
  第一段
  # 不是注释

  第二段

# 末尾说明
extra: [a,
  b]  # 未知
---
正文
`

func TestAmendChangesOnlyTheLinesOfItsKeys(t *testing.T) {
	for _, c := range []struct {
		name     string
		set      map[string]any
		old, new string // the one difference
	}{
		{"number with a remark", map[string]any{"planYear": json.Number("2028")}, "planYear: 2027   # 下一年", "planYear: 2028   # 下一年"},
		{"quoted text with a remark", map[string]any{"unitHead": "示例"}, `"示例 \"负责人\"" #`, "示例 #"},
		{"plain text", map[string]any{"submittedOn": "2026-08-21"}, "2026-08-20", "2026-08-21"},
		{"list", map[string]any{"basis": []any{"a"}}, "basis:\n  - {kind: 上级文件, text: \"a, } b\"}\n  # 列表里的说明\n  - kind: 应用需求\n    text: x\n", "basis: [a]\n"},
		{"block", map[string]any{"content": "一行"}, "content: |\n  第一段\n  # 不是注释\n\n  第二段\n", "content: 一行\n"},
		{"list of several lines", map[string]any{"extra": "x"}, "extra: [a,\n  b]  # 未知\n", "extra: x\n"},
		{"text of several lines", map[string]any{"submittedOn": "a\nb"}, "submittedOn: 2026-08-20\n", "submittedOn: |-\n  a\n  b\n"},
		{"new key", map[string]any{"estimate": json.Number("5")}, "# 不公开\n", "# 不公开\nestimate: 5\n"},
		{"new last key", map[string]any{"attestation": map[string]any{"unit": "jyj"}}, "  第二段\n", "  第二段\nattestation: {unit: jyj}\n"},
		{"new unknown key", map[string]any{"other": true}, "# 未知\n", "# 未知\nother: true\n"},
		{"deleted", map[string]any{"submittedOn": nil}, "submittedOn: 2026-08-20\n", ""},
		{"deleted last", map[string]any{"extra": nil}, "extra: [a,\n  b]  # 未知\n", ""},
		{"deleted that is not there", map[string]any{"remark": nil}, "", ""},
		{"same value", map[string]any{"unitHead": "示例 \"负责人\"", "planYear": json.Number("2027")}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := strings.Replace(original, c.old, c.new, 1)
			got, err := compose.Amend(declaration(t), "x.md", []byte(original), c.set, nil)
			if err != nil || string(got) != want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, want)
			}
			crlf := strings.ReplaceAll(original, "\n", "\r\n")
			got, err = compose.Amend(declaration(t), "x.md", []byte(crlf), c.set, nil)
			if err != nil || string(got) != strings.ReplaceAll(want, "\n", "\r\n") {
				t.Errorf("with CRLF: %v\n%q", err, got)
			}
		})
	}
}

func TestAmendKeepsOddFiles(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"indented":           {"---\n  a: |\n    x\n\n    y\n  # note\n---\n", "---\n  planYear: 1\n  a: |\n    x\n\n    y\n  # note\n---\n"},
		"braces":             {"---\n{b: 1, a: '}'}\n---\nx", "---\nplanYear: 1\na: '}'\nb: 1\n---\nx"},
		"no last line end":   {"---\na: 1\n---", "---\nplanYear: 1\na: 1\n---"},
		"kept empty lines":   {"---\nsubmittedOn: |+\n  a\n\n\nplanYear: 2\n\n---\n", "---\nsubmittedOn: |+\n  a\n\n\nplanYear: 1\n\n---\n"},
		"no value":           {"---\nplanYear:   # to do\nb: 1\n---\n", "---\nplanYear: 1\nb: 1\n---\n"},
		"value on next line": {"---\nplanYear:\n  2\nb: 1\n---\n", "---\nplanYear: 1\nb: 1\n---\n"},
		"quoted key":         {"---\n'planYear':  2\n---\n", "---\n'planYear':  1\n---\n"},
		"byte order mark":    {"\ufeff---\nplanYear: 2\n---\n", "\ufeff---\nplanYear: 1\n---\n"},
		"sharp in quotes":    {"---\nplanYear: 'a # b' # c\n---\n", "---\nplanYear: 1 # c\n---\n"},
		"no spaces":          {"---\nb: [x,'y']\nplanYear: {a: \"}\", b: 'it''s'}\n---\n", "---\nb: [x,'y']\nplanYear: 1\n---\n"},
	} {
		got, err := compose.Amend(declaration(t), "x.md", []byte(c.in), map[string]any{"planYear": json.Number("1")}, nil)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestAmendReplacesTheBody(t *testing.T) {
	body := "新正文\n第二行"
	for in, want := range map[string]string{
		"---\na: 1\n---\nold\n":          "---\na: 1\n---\n新正文\n第二行\n",
		"---\r\na: 1\r\n---\r\nold\r\n":  "---\r\na: 1\r\n---\r\n新正文\r\n第二行\r\n",
		"---\na: 1\n---":                 "---\na: 1\n---\n新正文\n第二行\n",
		"---\r\na: 1\r\n---\r\n新正文\n第二行": "---\r\na: 1\r\n---\r\n新正文\r\n第二行\r\n",
	} {
		got, err := compose.Amend(declaration(t), "x.md", []byte(in), nil, &body)
		if err != nil || string(got) != want {
			t.Errorf("%q: %v %q", in, err, got)
		}
	}
}

func TestAmendRefusesWhatItCannotRead(t *testing.T) {
	form := declaration(t)
	for _, in := range []string{"", "x", "---\na: b: c\n---\n", "---\n- a\n---\n", "---\n---\n", "\xff"} {
		if _, err := compose.Amend(form, "x.md", []byte(in), map[string]any{"a": "1"}, nil); err == nil {
			t.Errorf("%q is amended", in)
		}
		if out, err := compose.Amend(form, "x.md", []byte(in), nil, nil); err != nil || string(out) != in {
			t.Errorf("%q: nothing set is not the identity", in)
		}
	}
	if _, err := compose.Amend(form, "x.md", []byte("---\na: 1\n---\n"), map[string]any{"a": nil}, nil); err == nil {
		t.Error("the last key is deleted")
	}
}

func FuzzAmendKeepsTheRest(f *testing.F) {
	form := declaration(f)
	for _, s := range awkward {
		f.Add(original, s)
		f.Add("---\na: "+s+"\nb: 1\n---\n", s)
		f.Add("---\na: |+\n  x\n\nb: '\n  # '\n---", s)
	}
	f.Fuzz(func(t *testing.T, in, text string) {
		d, _ := compose.Read(form, "x.md", []byte(in))
		if _, has := d.Values["zz"]; has || strings.Contains(in, "zz:") || len(d.Values) == 0 {
			return
		}
		added, err := compose.Amend(form, "x.md", []byte(in), map[string]any{"zz": text}, nil)
		if err != nil {
			return
		}
		back, err := compose.Amend(form, "x.md", added, map[string]any{"zz": nil}, nil)
		if err != nil {
			t.Fatalf("%v\n%q", err, added)
		}
		if inBraces(in) {
			return
		}
		if string(back) != in {
			t.Fatalf("adding and deleting a key changed\n%q into\n%q by\n%q", in, back, added)
		}
		for key := range d.Values {
			if out, err := compose.Amend(form, "x.md", []byte(in), map[string]any{key: text}, nil); err == nil {
				if got, _ := compose.Read(form, "x.md", out); !strings.Contains(text, "\r") && got.Values[key] != text {
					t.Fatalf("%q: %q", key, out)
				}
			}
		}
	})
}

// inBraces reports whether all keys stand on one line of braces, which is
// written anew.
func inBraces(in string) bool {
	for line := range strings.Lines(in) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line != "" && !strings.HasPrefix(line, "---") && line[0] != '#' {
			return line[0] == '{'
		}
	}
	return false
}
