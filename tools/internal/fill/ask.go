package fill

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
)

// Asker asks a person for what is not filled in yet.
type Asker struct {
	Session *prompt.Session
	Lang    string
	Today   string
	Unit    string // default of units
	// Save keeps what was filled in so far; it is called after every answer.
	Save func()
	// Resumed leaves out what was answered before.
	Resumed bool
	// Say shows a line that asks nothing.
	Say func(string)

	work *Work
}

func (q *Asker) say(zh, en string) string {
	if q.Lang == "en" {
		return en
	}
	return zh
}

func (q *Asker) label(f *schema.Field) string {
	t := f.Label.In(q.Lang)
	if t == "" {
		t = f.Key
	}
	if f.Unit != "" && !strings.Contains(t, f.Unit) {
		t += q.say("（", " (") + f.Unit + q.say("）", ")")
	}
	return t
}

// All asks for every sheet of the work in turn.
func (q *Asker) All(ctx context.Context, w *Work) error {
	q.work = w
	for i, s := range w.Sheets {
		if i == 0 && !s.New() && len(s.Keys) == 0 && len(w.Sheets) > 1 {
			continue // only its state changes
		}
		title := s.Form.Title.In(q.Lang)
		if s.Form.Annex != "" {
			title = s.Form.Annex + " " + title
		}
		q.Say(fmt.Sprintf("\n── %s · %s ──", title, s.File))
		if err := q.sheet(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// sheet asks first for what must be there and what tells of the step, then
// offers the rest.
func (q *Asker) sheet(ctx context.Context, s *Sheet) error {
	for _, f := range s.Form.Root.Fields {
		must := slices.Contains(s.Form.Root.Required, f.Key)
		tells := slices.Contains(s.Keys, f.Key)
		if settled(s, f) || !must && !tells || !s.New() && !tells && s.Values[f.Key] != nil {
			continue
		}
		if s.given[f.Key] || q.Resumed && !s.guess[f.Key] && s.Values[f.Key] != nil && q.wrong(s.Form, f.Key, s.Values[f.Key]) == "" {
			continue
		}
		if err := q.Field(ctx, s, f, must); err != nil {
			return err
		}
	}
	return q.rest(ctx, s)
}

// settled reports whether the step itself says what a field holds.
func settled(s *Sheet, f *schema.Field) bool {
	return s.Form.Name == "index" && f.Key == "state"
}

// rest offers the fields that may be filled in, and those that were, until the
// person is done.
func (q *Asker) rest(ctx context.Context, s *Sheet) error {
	for {
		choices := []prompt.Choice{{Value: "", Label: q.say("（填好了）", "(done)")}}
		for _, f := range s.Form.Root.Fields {
			if settled(s, f) {
				continue
			}
			label := q.label(f)
			if v := s.Values[f.Key]; v != nil {
				label += " = " + summary(f, v, q.Lang)
			}
			choices = append(choices, prompt.Choice{Value: f.Key, Label: label})
		}
		if s.Form.Name == "index" {
			choices = append(choices, prompt.Choice{Value: "body", Label: q.say("项目介绍（公众可见）", "Introduction for the public")})
		}
		key, err := q.Session.Ask(ctx, prompt.Question{Title: q.say("还要填写或修改哪一项？直接回车就是填好了", "What else to fill in or change? Enter when done"), Choices: choices})
		if err != nil || key == "" {
			return err
		}
		if key == "body" {
			if s.Body, err = q.Session.Ask(ctx, prompt.Question{Title: q.say("项目介绍", "Introduction"), Lines: true, Default: s.Body}); err != nil {
				return err
			}
			q.Save()
			continue
		}
		f := s.Form.Root.Child(key)
		if err := q.Field(ctx, s, f, slices.Contains(s.Form.Root.Required, key)); err != nil {
			return err
		}
	}
}

// Field asks for one top-level field of a sheet, with what it holds as default.
func (q *Asker) Field(ctx context.Context, s *Sheet, f *schema.Field, must bool) error {
	a := asking{q, ctx, s.Form}
	return a.field(f, []string{f.Key}, s.Values[f.Key], must, func(v any) {
		delete(s.guess, f.Key)
		if v == nil {
			delete(s.Values, f.Key)
		} else {
			s.Values[f.Key] = v
		}
		q.Save()
	})
}

// wrong says what a schema finds in a top-level value, "" when nothing.
func (q *Asker) wrong(form *schema.Form, key string, v any) string {
	return q.judge(form, []string{key}, v, func(at, field string) bool { return field == at || strings.HasPrefix(field, at+"/") })
}

// judge validates a document that holds one value alone and words the first
// error at the fields that about picks.
func (q *Asker) judge(form *schema.Form, path []string, v any, about func(at, field string) bool) string {
	at := make([]string, len(path))
	for i := len(path) - 1; i >= 0; i-- {
		if at[i] = path[i]; strings.Trim(path[i], "0123456789") == "" {
			at[i], v = "0", []any{v}
		} else {
			v = map[string]any{path[i]: v}
		}
	}
	text, err := compose.Write(form, compose.Document{Values: v.(map[string]any)})
	if err != nil {
		if e, ok := err.(*compose.Error); ok {
			return e.Text.In(q.Lang)
		}
		return err.Error()
	}
	fs := form.Validate("", record.FrontMatter("", text))
	q.work.judge.Rules.Complete(fs)
	for i := range fs {
		if f := &fs[i]; f.Severity == finding.Error && about(record.Pointer(at...), f.Field) {
			return strings.TrimSpace(f.Message.In(q.Lang) + q.say("。", ". ") + f.Help.In(q.Lang))
		}
	}
	return ""
}
