package compose_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"taizhang/tools/internal/compose"
)

func TestSetEntersWhatWasTyped(t *testing.T) {
	form := declaration(t)
	values := map[string]any{}
	for _, s := range [][2]string{
		{"planYear", "2027"}, {"estimate", " 1,285,000元 "}, {"submittedOn", "2026年8月20日"}, {"unitHead", " 示例 "}, {"content", "a\nb"},
		{"attestation.unit", "jyj"}, {"attestation.on", "2026-08-20"}, {"software.customDevelopment", "是"},
		{"basis", "[{kind: 上级文件, text: x}]"}, {"basis.+", "{kind: 其他, text: '1'}"}, {"basis.1.text", "y"},
		{"plannedSchedule.1.name", "z"}, {"remark", "x"}, {"remark", ""}, {"funding.+.kind", "其他"}, {"funding.1", ""}, {"evaluations.1.year", "abc"},
	} {
		if err := compose.Set(form, values, s[0], s[1]); err != nil {
			t.Errorf("%s: %v", s[0], err)
		}
	}
	want := map[string]any{
		"planYear": json.Number("2027"), "submittedOn": "2026-08-20", "estimate": json.Number("128.5"), "unitHead": "示例", "content": "a\nb",
		"attestation": map[string]any{"unit": "jyj", "on": "2026-08-20"}, "software": map[string]any{"customDevelopment": true},
		"basis":           []any{map[string]any{"kind": "上级文件", "text": "y"}, map[string]any{"kind": "其他", "text": "1"}},
		"plannedSchedule": []any{map[string]any{"name": "z"}}, "evaluations": []any{map[string]any{"year": "abc"}},
	}
	if !reflect.DeepEqual(values, want) {
		t.Errorf("%v\nwant\n%v", values, want)
	}
	index := map[string]any{}
	if err := compose.Set(schemas(t).Form("index"), index, "systemKind", "业务系统，数据系统"); err != nil || !reflect.DeepEqual(index["systemKind"], []any{"业务系统", "数据系统"}) {
		t.Error(err, index)
	}
}

func TestSetRefusesWhatHasNoPlace(t *testing.T) {
	form := declaration(t)
	for _, s := range [][2]string{{"estimat", "1"}, {"xyz", "1"}, {"", "1"}, {"estimate.x", "1"}, {"attestation", "jyj"}, {"attestation.who", "x"}, {"basis", "x"},
		{"basis.3.text", "x"}, {"basis.0.text", "x"}, {"basis.x", "1"}, {"basis", "[{a: 1"}, {"basis", "[*a]"}} {
		var e *compose.Error
		values := map[string]any{"basis": []any{map[string]any{"text": "a"}}}
		if err := compose.Set(form, values, s[0], s[1]); !errors.As(err, &e) || e.Text.Zh == "" || e.Text.En == "" || len(values) != 1 {
			t.Errorf("%s=%s: %v", s[0], s[1], err)
		}
	}
}
