package compose_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
)

const repo = "../../.."

func schemas(t testing.TB) *schema.Set {
	t.Helper()
	return registrytest.Sample(t).Schemas(t)
}

func declaration(t testing.TB) *schema.Form { return schemas(t).Form("declaration") }

// formOf finds the form that a file name stands for.
func formOf(set *schema.Set, name string) *schema.Form {
	base := strings.TrimSuffix(filepath.Base(name), ".md")
	for base != "" {
		if f := set.Form(base); f != nil {
			return f
		}
		i := strings.LastIndex(base, "-")
		if i < 0 {
			return nil
		}
		base = base[:i]
	}
	return nil
}

func TestEveryRecordIsWrittenBackWithEqualValues(t *testing.T) {
	registrytest.NeedSample(t)
	set, seen := schemas(t), 0
	for _, top := range []string{"content/projects", "schemas/examples/content/projects"} {
		err := filepath.WalkDir(filepath.Join(repo, top), func(p string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".md") {
				return err
			}
			form := formOf(set, p)
			if form == nil {
				t.Fatalf("%s: no form", p)
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			d1, findings := compose.Read(form, p, data)
			if len(findings) > 0 || len(d1.Unknown) > 0 || len(d1.Values) == 0 {
				t.Fatalf("%s: %v %v", p, findings, d1.Unknown)
			}
			out, err := compose.Write(form, d1)
			if err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			if d2, _ := compose.Read(form, p, out); !reflect.DeepEqual(d1, d2) {
				t.Errorf("%s: not equal after writing:\n%s", p, out)
			}
			if again, err := compose.Amend(form, p, data, d1.Values, &d1.Body); err != nil || string(again) != string(data) {
				t.Errorf("%s: setting what is there changes the file: %v\n%s", p, err, again)
			}
			seen++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 400 {
		t.Errorf("only %d records", seen)
	}
}

func TestWriteFollowsTheForm(t *testing.T) {
	got, err := compose.Write(declaration(t), compose.Document{Body: "正文\r\n第二行", Values: map[string]any{
		"zz": "未知", "planYear": json.Number("2027"), "submittedOn": "2026-08-20", "unitHead": nil,
		"estimate": json.Number("128.5"), "content": "第一段\r\n\r\n第二段: #1\n", "expectedOutcome": "a\nb",
		"basis":       []any{map[string]any{"text": "文件, 一", "kind": "上级文件"}},
		"attestation": map[string]any{"unit": "jyj", "on": "2026-08-20"},
		"software":    map[string]any{"customDevelopment": true, "separateMaintenance": false},
		"funding": []any{map[string]any{"kind": strings.Repeat("长", 50), "amount": json.Number("1")},
			map[string]any{"amount": json.Number("2"), "kind": "一\n二"}},
		"aa": []any{"x", "true", []any{}, map[string]any{}},
	}})
	want := `---
planYear: 2027
submittedOn: 2026-08-20
estimate: 128.5
funding:
  - kind: ` + strings.Repeat("长", 50) + `
    amount: 1
  - kind: |-
      一
      二
    amount: 2
basis:
  - {kind: 上级文件, text: '文件, 一'}
content: |
  第一段

  第二段: #1
expectedOutcome: |-
  a
  b
software: {customDevelopment: true, separateMaintenance: false}
attestation: {unit: jyj, on: 2026-08-20}
aa:
  - x
  - 'true'
  - []
  - {}
zz: 未知
---
正文
第二行
`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}

// awkward are texts that careless writing turns into something else.
var awkward = []string{"", " ", "  x", "x ", "　全角空格　", "true", "True", "yes", "否", "null", "~", "1", "-3", "0.5", "1.", ".5", "1e3", "0x1f", "1_000",
	"2.0", "12:30", "2026-03-05", "0517-00000001", "91320812000000027D", "913208120000000271", "a: b", "a:", "a #b", "#a", "- a", "-", "--", "---", "...",
	"? a", "?", "! a", "!a", "&a", "*a", "|", ">", "%a", "@a", "`a`", "a, b", "[a]", "{a}", "{{a}", "}", "it's", "'", "''", `"`, `a"b`, `\`, `\n`, "=", "<<",
	"清发改投〔2026〕31号", "①②", "🏛️ 项目 👨‍👩‍👧", "a\tb", "\ta", "a\nb", "a\nb\n", "a\n\nb", "\na", "a\n\n", "\n", " a\nb", "a\n b", "a \nb", "a\n\tb", "a\n \nb",
	"a\n---\nb", "a\n...\nb", "a\n# b", "a\n%b", "https://example.org/a?b=c&d=e#f", strings.Repeat("字", 3000), strings.Repeat("a b\n", 500), "é", "\u00a0x", "a\u00a0"}

func TestAwkwardTextIsReadBackAsItWas(t *testing.T) {
	form := declaration(t)
	for _, s := range awkward {
		if strings.Contains(s, "{{") {
			continue // the record refuses it with words of its own
		}
		d := compose.Document{Values: map[string]any{"content": s, "k": []any{s, []any{s}, map[string]any{"a": s}}, "m": map[string]any{"a": s, "b": []any{s}}}}
		if s != "" && len(s) < 200 {
			d.Values["m"].(map[string]any)[s] = s
		}
		out, err := compose.Write(form, d)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		back, findings := compose.Read(form, "x.md", out)
		if len(findings) > 0 || !reflect.DeepEqual(back.Values, d.Values) {
			t.Errorf("%q: %v\n%s", s, findings, out)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	deep := any("x")
	for range 40 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"control character": "a\x07b", "next line": "a\u0085b", "bidi": "a\u202eb", "lone CR": "a\rb", "not UTF-8": "a\xffb", "byte order mark": "\ufeffa",
		"exponent": json.Number("1e3"), "no number": json.Number("x"), "empty number": json.Number(""), "long number": json.Number(strings.Repeat("1", 33)),
		"float": 1.5, "key without name": map[string]any{"": "x"}, "control in key": map[string]any{"a\x00": "x"},
		"too deep": deep, "too large": strings.Repeat("字", 100_000),
	} {
		_, err := compose.Write(declaration(t), compose.Document{Values: map[string]any{"content": v}})
		var e *compose.Error
		if !errors.As(err, &e) || e.Text.Zh == "" || e.Text.En == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := compose.Write(declaration(t), compose.Document{}); err == nil {
		t.Error("an empty document is written")
	}
	large, small := strings.Repeat("字", 90_000), "x"
	for _, x := range []struct{ content, remark, body, key string }{
		{large, small, small, "content"}, {small, large, small, "remark"}, {small, small, large, compose.Body},
		{"a\x00", small, small, "content"}, {small, small, "a\x0b", compose.Body},
	} {
		_, err := compose.Write(declaration(t), compose.Document{Values: map[string]any{"content": x.content, "remark": x.remark}, Body: x.body})
		if e := (*compose.Error)(nil); !errors.As(err, &e) || e.Key != x.key {
			t.Errorf("want an error about %s: %v", x.key, err)
		}
	}
}

func FuzzWriteIsReadBack(f *testing.F) {
	form := declaration(f)
	for _, s := range awkward {
		f.Add(s, "k", "正文\n")
	}
	f.Fuzz(func(t *testing.T, s, key, body string) {
		d := compose.Document{Body: body, Values: map[string]any{"content": s, key: []any{s, map[string]any{key: s, "b": s}}, "m": map[string]any{key: s}}}
		out, err := compose.Write(form, d)
		if err != nil {
			return
		}
		back, _ := compose.Read(form, "x.md", out)
		again, err := compose.Write(form, back)
		if err != nil || string(again) != string(out) {
			t.Fatalf("%v\n%s\n%s", err, out, again)
		}
		if !strings.Contains(s, "\r") && back.Values["m"].(map[string]any)[key] != s {
			t.Fatalf("%q became\n%s", s, out)
		}
	})
}
