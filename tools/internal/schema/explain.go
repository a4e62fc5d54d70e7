package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/value"
)

var typeWords = map[string]finding.Text{
	"string": {Zh: "文字", En: "text"}, "integer": {Zh: "整数", En: "a whole number"}, "number": {Zh: "数字", En: "a number"},
	"boolean": {Zh: "true 或 false", En: "true or false"}, "object": {Zh: "一组“键: 值”", En: "a group of “key: value”"}, "array": {Zh: "列表（每项以 - 开头）", En: "a list (each item starts with -)"},
}

var kindWords = map[record.Kind]finding.Text{
	record.Null: {Zh: "空值", En: "nothing"}, record.Bool: {Zh: "true/false", En: "true/false"}, record.Number: {Zh: "数字", En: "a number"},
	record.String: {Zh: "文字", En: "text"}, record.List: {Zh: "列表", En: "a list"}, record.Map: {Zh: "一组“键: 值”", En: "a group of “key: value”"},
}

var formatWords = map[string]finding.Text{
	"date":       {Zh: "真实存在的日期，写成 2026-03-01 的形式", En: "a real date written like 2026-03-01"},
	"amount":     {Zh: "以万元为单位的金额，最多 6 位小数，不超过 1000 亿元", En: "an amount in 万元 with at most 6 decimals and at most 10,000,000"},
	"doc-no":     {Zh: "发文字号，写成 国办发〔2019〕57号 的形式（六角括号，序号不加“第”和前导零）", En: "a document number like 国办发〔2019〕57号"},
	"uscc":       {Zh: "18 位统一社会信用代码（不含字母 I、O、S、V、Z）", En: "an 18-character unified credit code"},
	"unit-code":  {Zh: "登记在册的单位：从列表选，或写代码，如 jyj（见 data/units.yaml）", En: "a registered unit: choose one of the list, or write its code, such as jyj (see data/units.yaml)"},
	"project-id": {Zh: "项目编号，写成 2027-jyj-01 的形式", En: "a project id like 2027-jyj-01"},
	"landline":   {Zh: "办公座机，区号加号码，如 0517-00000001；不要填手机号", En: "an office landline with area code; no mobile number"},
	"https-url":  {Zh: "以 https:// 开头的网址", En: "an address that starts with https://"},
	"sha256":     {Zh: "文件的 SHA-256 值：64 位小写十六进制", En: "a SHA-256 value: 64 lower-case hex digits"},
	"file-path":  {Zh: "项目文件夹内的路径，如 files/plan.pdf", En: "a path inside the project folder such as files/plan.pdf"},
}

// explain puts one schema failure into words. arg is the keyword's value in the
// schema, n the offending value.
func explain(kw string, arg any, n *record.Node, fl *Field, label finding.Text) (id string, msg, help finding.Text, suggest string) {
	help = helpOf(fl)
	say := func(zh, en string, a ...any) finding.Text {
		return finding.Text{Zh: fmt.Sprintf("“%s”", label.Zh) + fmt.Sprintf(zh, a...), En: fmt.Sprintf("“%s” ", label.En) + fmt.Sprintf(en, a...)}
	}
	limit := fmt.Sprint(arg)
	got := clip(n.Text)
	if !public(fl) {
		got = "…"
	}
	switch kw {
	case "type":
		want := typeWords[limit]
		if fl != nil && fl.Type == Amount {
			want = finding.Text{Zh: "以万元为单位的数字", En: "a number in 万元"}
		}
		suggest = numberIn(n, limit)
		if limit == "string" && (n.Kind == record.Number || n.Kind == record.Bool) {
			suggest = `"` + n.Text + `"`
		}
		return "S-003", finding.Text{Zh: fmt.Sprintf("“%s”应填%s，这里是%s", label.Zh, want.Zh, kindWords[n.Kind].Zh), En: fmt.Sprintf("“%s” must be %s, but is %s", label.En, want.En, kindWords[n.Kind].En)}, help, suggest
	case "enum", "const":
		var options []string
		if fl != nil {
			options = fl.Enum
			for _, o := range options {
				if strings.EqualFold(fl.EnumEn[o], n.Text) {
					suggest = o
				}
			}
		}
		if suggest == "" {
			suggest = value.Nearest(n.Text, options)
		}
		shown := list(options)
		if fl != nil && fl.Rule != "" {
			shown = strings.Join(options, "、")
		}
		return "S-004", say("填的是“%s”，不在可选值之内", "is “%s”, which is not one of the choices", got), finding.Text{Zh: "可选：" + shown, En: "choose one of: " + shown}, suggest
	case "minLength":
		return "S-005", say("只有 %d 个字，至少要 %s 个字", "has %d characters, at least %s are needed", utf8.RuneCountInString(n.Text), limit), help, ""
	case "maxLength":
		return "S-005", say("有 %d 个字，最多 %s 个字", "has %d characters, at most %s are allowed", utf8.RuneCountInString(n.Text), limit), help, ""
	case "pattern":
		return "S-005", say("“%s”的写法不对", "“%s” is not written as it must be", got), help, ""
	case "minimum":
		return "S-006", say("是 %s，不能小于 %s", "is %s, but must not be less than %s", got, limit), help, ""
	case "exclusiveMinimum":
		return "S-006", say("是 %s，必须大于 %s", "is %s, but must be more than %s", got, limit), help, ""
	case "maximum":
		return "S-006", say("是 %s，不能大于 %s", "is %s, but must not be more than %s", got, limit), help, ""
	case "exclusiveMaximum":
		return "S-006", say("是 %s，必须小于 %s", "is %s, but must be less than %s", got, limit), help, ""
	case "format":
		want := formatWords[limit]
		id = "S-007"
		switch limit {
		case "amount":
			id = "S-006"
		case "doc-no":
			if normal, ok := value.NormalizeDocNo(n.Text); ok {
				suggest = normal
			}
		case "date":
			suggest = dateIn(n.Text)
		}
		if limit == "landline" { // a mobile number typed here must not be repeated
			return id, say("不是办公座机号码", "is not an office landline"), want, ""
		}
		return id, say("填的是“%s”，不合要求", "is “%s”, which is not acceptable", got), finding.Text{Zh: "应为" + want.Zh, En: "write " + want.En}, suggest
	case "minItems":
		return "S-008", say("至少要有 %s 项，现有 %d 项", "needs at least %s items, has %d", limit, len(n.Items)), help, ""
	case "maxItems":
		return "S-008", say("最多 %s 项，现有 %d 项", "may have at most %s items, has %d", limit, len(n.Items)), help, ""
	case "uniqueItems":
		return "S-008", say("列表中有重复的项", "has duplicate items"), help, ""
	}
	return "S-009", say("不符合表单的要求（%s）", "does not fit the form (%s)", kw), help, ""
}

func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + "…"
	}
	return s
}

// numberIn finds the plain number in texts such as "128万元" or "1,280.5".
func numberIn(n *record.Node, want string) string {
	if n.Kind != record.String || want != "number" && want != "integer" {
		return ""
	}
	fen, _, err := value.ReadAmount(n.Text, value.FenPerWan)
	if err != nil {
		return ""
	}
	return value.WanLiteral(fen)
}

// dateIn reads the common spellings of a day: 2026.3.1, 2026/3/1, 2026年3月1日.
func dateIn(s string) string {
	date, doubt, err := value.ReadDate(s, 0)
	if err != nil || doubt != (finding.Text{}) {
		return ""
	}
	return date
}
