package fill

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// asking is one field of a form being asked for. put stores the value as far as
// it is known; path leads to it, with the places of list items.
type asking struct {
	*Asker
	ctx  context.Context
	form *schema.Form
}

func (a asking) field(f *schema.Field, path []string, have any, must bool, put func(any)) error {
	switch f.Type {
	case schema.Object:
		return a.object(f, path, have, put)
	case schema.List:
		return a.list(f, path, have, put)
	}
	return a.leaf(f, path, have, must, put)
}

func (a asking) object(f *schema.Field, path []string, have any, put func(any)) error {
	values := map[string]any{}
	if old, ok := have.(map[string]any); ok {
		for k, v := range old {
			values[k] = v
		}
	}
	if len(path) == 1 || len(f.Required) == 0 {
		a.Say("\n" + a.label(f) + ": " + f.Help.In(a.Lang))
	}
	child := func(c *schema.Field, must bool) error {
		return a.field(c, append(slices.Clone(path), c.Key), values[c.Key], must, func(v any) {
			if values[c.Key] = v; v == nil {
				delete(values, c.Key)
			}
			if len(values) == 0 {
				put(nil)
			} else {
				put(values)
			}
		})
	}
	var more []*schema.Field
	var labels []string
	filled := false
	for _, c := range f.Fields {
		if !slices.Contains(f.Required, c.Key) {
			more, labels = append(more, c), append(labels, a.label(c))
			filled = filled || values[c.Key] != nil
			continue
		}
		if err := child(c, true); err != nil {
			return err
		}
	}
	if len(more) == 0 {
		return nil
	}
	if len(f.Required) > 0 {
		yes, err := a.Session.Confirm(a.ctx, a.say("还有选填项：", "Optional: ")+strings.Join(labels, a.say("、", ", "))+a.say("。要填吗？", ". Fill them in?"), filled)
		if err != nil || !yes {
			return err
		}
	}
	for _, c := range more {
		if c.Type == schema.Object || c.Type == schema.List {
			yes, err := a.Session.Confirm(a.ctx, fmt.Sprintf(a.say("要填“%s”吗？", "Fill in “%s”?"), a.label(c)), values[c.Key] != nil)
			if err != nil {
				return err
			}
			if !yes {
				continue
			}
		}
		if err := child(c, false); err != nil {
			return err
		}
	}
	return nil
}

func (a asking) list(f *schema.Field, path []string, have any, put func(any)) error {
	old, _ := have.([]any)
	items := slices.Clone(old)
	edit := func(i int) error {
		if i == len(items) {
			items = append(items, nil)
		}
		stored := false
		one := *f.Item
		if one.Label == (finding.Text{}) {
			one.Label = f.Label
		}
		err := a.field(&one, append(slices.Clone(path), fmt.Sprint(i)), items[i], true, func(v any) {
			items[i], stored = v, true
			put(slices.DeleteFunc(slices.Clone(items), func(e any) bool { return e == nil }))
		})
		if !stored && items[i] == nil {
			items = items[:i]
		}
		return err
	}
	if choices := a.choices(f.Item); choices != nil {
		return a.several(f, items, choices, put)
	}
	a.Say("\n" + a.label(f) + ": " + f.Help.In(a.Lang))
	if len(items) == 0 {
		if err := edit(0); err != nil {
			return err
		}
	}
	for {
		choices := []prompt.Choice{{Value: "done", Label: a.say("（填好了）", "(done)")}, {Value: "+", Label: a.say("再加一项", "One more")}}
		for i, v := range items {
			choices = append(choices, prompt.Choice{Value: fmt.Sprintf("#%d", i+1), Label: fmt.Sprintf(a.say("改第 %d 项：%s", "Change item %d: %s"), i+1, summary(f.Item, v, a.Lang))})
		}
		answer, err := a.Session.Ask(a.ctx, prompt.Question{Title: fmt.Sprintf(a.say("“%s”已有 %d 项", "“%s” has %d items"), a.label(f), len(items)), Choices: choices, Default: "done"})
		if err != nil || answer == "done" {
			return err
		}
		i := len(items)
		if answer != "+" {
			fmt.Sscanf(answer, "#%d", &i)
			i--
		}
		if err := edit(i); err != nil {
			return err
		}
	}
}

// choices are the answers that a field allows, nil where it is free.
func (a asking) choices(f *schema.Field) []prompt.Choice {
	var out []prompt.Choice
	switch {
	case f.Type == schema.Bool:
		return []prompt.Choice{{Value: "true", Label: a.say("是", "Yes")}, {Value: "false", Label: a.say("否", "No")}}
	case len(f.Enum) > 0:
		for _, e := range f.Enum {
			out = append(out, prompt.Choice{Value: e, Label: a.word(f, e)})
		}
	case f.Format == "unit-code":
		for _, code := range a.work.judge.Registry.UnitCodes() {
			name, _ := a.work.judge.Registry.Unit(code)["name"].(string)
			out = append(out, prompt.Choice{Value: code, Label: code + " " + name})
		}
	}
	return out
}

// several asks for a list whose items are chosen.
func (a asking) several(f *schema.Field, have []any, choices []prompt.Choice, put func(any)) error {
	var chosen []string
	for _, v := range have {
		text, _ := compose.ToText(v)
		chosen = append(chosen, text)
	}
	read := func(words []string) any {
		var list []any
		for _, w := range words {
			list = append(list, compose.FromText(f.Item, w))
		}
		if list == nil {
			return nil
		}
		return list
	}
	answer, err := a.Session.AskSeveral(a.ctx, prompt.Question{Title: a.label(f), Help: f.Help.In(a.Lang), Choices: choices}, chosen)
	if err == nil {
		put(read(answer))
	}
	return err
}

// noAnswer deletes what a field holds.
const noAnswer = "-"

func (a asking) leaf(f *schema.Field, path []string, have any, must bool, put func(any)) error {
	q := prompt.Question{Title: a.label(f), Help: f.Help.In(a.Lang)}
	if q.Default, _ = compose.ToText(have); have == nil {
		q.Default = a.usual(f, path)
	}
	if q.Choices = a.choices(f); q.Choices == nil {
		long := strings.Repeat("字", 40)
		q.Lines = f.Type == schema.Text && a.about(path, long+"\n"+long) == ""
	}
	switch {
	case len(q.Choices) > 0 && !must:
		q.Choices = append([]prompt.Choice{{Value: "", Label: a.say("（不填）", "(leave out)")}}, q.Choices...)
	case !must && have != nil:
		q.Help += a.say("\n填 - 删去。", "\nType - to delete it.")
	case !must:
		q.Help += a.say("\n可以不填。", "\nMay be left out.")
	}
	q.Check = func(answer string) string {
		v := a.read(f, answer, must)
		if v == nil {
			if must {
				return a.say("这一项必填", "this is required")
			}
			return ""
		}
		return a.about(path, v)
	}
	answer, err := a.Session.Ask(a.ctx, q)
	if err != nil {
		return err
	}
	v := a.read(f, answer, must)
	if n, ok := compose.ToText(v); ok && f.Type == schema.Amount {
		if fen, err := value.ParseAmount(n); err == nil {
			a.Say("  = " + value.FormatYuan(fen) + a.say(" 元，", " yuan, ") + value.Words(fen))
		}
	}
	put(v)
	return nil
}

func (a asking) read(f *schema.Field, answer string, must bool) any {
	if !must && strings.TrimSpace(answer) == noAnswer {
		return nil
	}
	return compose.FromText(f, answer)
}

func (a asking) about(path []string, v any) string {
	return a.judge(a.form, path, v, func(at, field string) bool { return field == at })
}

// usual is the answer that most give: the day of today for when something is
// handed in or confirmed, the project's unit for who does.
func (a asking) usual(f *schema.Field, path []string) string {
	switch {
	case f.Format == "unit-code" && len(path) > 1 && path[len(path)-2] == "attestation":
		return a.Unit
	case f.Type == schema.Date && len(path) > 1 && path[len(path)-2] == "attestation":
		return a.Today
	}
	return ""
}

func (a asking) word(f *schema.Field, code string) string {
	zh, en := f.EnumZh[code], f.EnumEn[code]
	if zh == "" {
		zh = code
	}
	if a.Lang == "en" && en != "" && en != code {
		return code + " " + en
	}
	return zh
}
