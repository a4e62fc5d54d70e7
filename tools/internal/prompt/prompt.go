// Package prompt asks a person on the terminal, one question at a time: in a
// form where the terminal can draw one, else in plain lines, which screen readers
// read and scripts can answer. It knows nothing of what is asked about.
package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"charm.land/huh/v2"
)

// ErrStopped says that the person gave up, or that there are no more answers.
var ErrStopped = errors.New("stopped")

// Question is one thing to ask.
type Question struct {
	Title, Help string
	Default     string   // the answer when nothing is typed
	Choices     []Choice // to choose one of; none: free text
	Lines       bool     // free text of several lines
	// Check returns what is wrong with an answer, "" when it may stand.
	Check func(answer string) string
}

// Choice is one answer to choose.
type Choice struct{ Value, Label string }

// Session asks questions over one pair of streams.
type Session struct {
	in   *bufio.Reader
	raw  io.Reader
	out  io.Writer
	form bool
	say  func(zh, en string) string
	asks chan string // lines as they come in
}

// New starts a session. form draws forms, which needs a terminal at both ends;
// say picks the language of the session's own words.
func New(in io.Reader, out io.Writer, form bool, say func(zh, en string) string) *Session {
	return &Session{in: bufio.NewReader(in), raw: in, out: out, form: form, say: say}
}

// Ask puts one question and returns its answer, the value of a choice.
func (s *Session) Ask(ctx context.Context, q Question) (string, error) {
	if s.form {
		return s.askForm(ctx, q)
	}
	return s.askLine(ctx, q)
}

// Confirm asks for a yes or no.
func (s *Session) Confirm(ctx context.Context, title string, yes bool) (bool, error) {
	q := Question{Title: title, Default: "n", Choices: []Choice{{"y", s.say("是", "Yes")}, {"n", s.say("否", "No")}}}
	if yes {
		q.Default = "y"
	}
	answer, err := s.Ask(ctx, q)
	return answer == "y", err
}

// AskSeveral asks to choose any number of the choices; chosen are those to begin
// with.
func (s *Session) AskSeveral(ctx context.Context, q Question, chosen []string) ([]string, error) {
	if s.form {
		var options []huh.Option[string]
		for _, c := range q.Choices {
			options = append(options, huh.NewOption(c.Label, c.Value).Selected(slices.Contains(chosen, c.Value)))
		}
		answer := slices.Clone(chosen)
		field := huh.NewMultiSelect[string]().Title(q.Title).Description(q.Help).Options(options...).Height(min(len(options)+4, 16)).Value(&answer).
			Validate(func(v []string) error { return asError(q, strings.Join(v, ",")) })
		return answer, s.run(ctx, field)
	}
	one := q
	one.Choices = nil
	q.Help = strings.TrimSpace(q.Help + "\n" + s.say("可以选几项，用逗号隔开。", "Several may be chosen, with commas between."))
	one.Check = func(answer string) string {
		for _, word := range words(answer) {
			if _, wrong := s.judge(Question{Choices: q.Choices}, word); wrong != "" {
				return wrong
			}
		}
		if q.Check != nil {
			return q.Check(answer)
		}
		return ""
	}
	one.Default = strings.Join(chosen, ",")
	s.show(q)
	answer, err := s.answer(ctx, one)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, word := range words(answer) {
		if v, _ := s.judge(Question{Choices: q.Choices}, word); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out, nil
}

// words splits an answer at commas.
func words(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(",，、;；", c) }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func asError(q Question, answer string) error {
	if q.Check != nil {
		if wrong := q.Check(answer); wrong != "" {
			return errors.New(wrong)
		}
	}
	return nil
}

func (s *Session) askForm(ctx context.Context, q Question) (string, error) {
	answer := q.Default
	check := func(v string) error { return asError(q, v) }
	var field huh.Field
	switch {
	case len(q.Choices) > 0:
		var options []huh.Option[string]
		for _, c := range q.Choices {
			options = append(options, huh.NewOption(c.Label, c.Value))
		}
		field = huh.NewSelect[string]().Title(q.Title).Description(q.Help).Options(options...).Height(min(len(options)+4, 16)).Value(&answer)
	case q.Lines:
		field = huh.NewText().Title(q.Title).Description(q.Help).Lines(6).CharLimit(0).ExternalEditor(false).Validate(check).Value(&answer)
	default:
		field = huh.NewInput().Title(q.Title).Description(q.Help).Validate(check).Value(&answer)
	}
	return answer, s.run(ctx, field)
}

func (s *Session) run(ctx context.Context, field huh.Field) error {
	err := huh.NewForm(huh.NewGroup(field)).WithInput(s.raw).WithOutput(s.out).WithKeyMap(s.keys()).WithShowHelp(true).RunWithContext(ctx)
	if errors.Is(err, huh.ErrUserAborted) || ctx.Err() != nil {
		return ErrStopped
	}
	return err
}

// keys are the keys of a form, named in the language of the session.
func (s *Session) keys() *huh.KeyMap {
	k := huh.NewDefaultKeyMap()
	if s.say("zh", "en") == "en" {
		return k
	}
	one, several, line, lines := &k.Select, &k.MultiSelect, &k.Input, &k.Text
	one.Up.SetHelp("↑", "上")
	one.Down.SetHelp("↓", "下")
	one.Filter.SetHelp("/", "输入文字查找")
	one.SetFilter.SetHelp("esc", "查完了")
	one.ClearFilter.SetHelp("esc", "看全部")
	one.Submit.SetHelp("回车", "选定")
	several.Toggle.SetHelp("空格", "选上或去掉")
	several.Up.SetHelp("↑", "上")
	several.Down.SetHelp("↓", "下")
	several.Filter.SetHelp("/", "输入文字查找")
	several.SetFilter.SetHelp("esc", "查完了")
	several.ClearFilter.SetHelp("esc", "看全部")
	several.SelectAll.SetHelp("ctrl+a", "全选")
	several.SelectNone.SetHelp("ctrl+a", "全不选")
	several.Submit.SetHelp("回车", "选定")
	line.Submit.SetHelp("回车", "下一项")
	lines.NewLine.SetHelp("alt+回车", "换行")
	lines.Submit.SetHelp("回车", "下一项")
	return k
}

// maxWrong ends a plain session that only ever answers wrongly: a script, not a
// person.
const maxWrong = 20

// manyChoices are too many to read out unasked.
const manyChoices = 15

func (s *Session) askLine(ctx context.Context, q Question) (string, error) {
	s.show(q)
	return s.answer(ctx, q)
}

// show writes a question out in plain lines.
func (s *Session) show(q Question) {
	fmt.Fprintf(s.out, "\n%s\n", q.Title)
	if q.Help != "" {
		fmt.Fprintf(s.out, "  %s\n", strings.ReplaceAll(q.Help, "\n", "\n  "))
	}
	if len(q.Choices) > manyChoices {
		fmt.Fprintf(s.out, s.say("  （有 %d 个可选，填代码或名称里的字；填 ? 全部列出）\n", "  (%d choices: answer with a code or a part of the name; ? lists all)\n"), len(q.Choices))
	} else {
		s.list(q.Choices)
	}
	if q.Lines {
		fmt.Fprintln(s.out, s.say("  （可以写几行，单独一行 . 结束）", "  (several lines; end with a line of a single .)"))
	}
}

func (s *Session) list(choices []Choice) {
	for i, c := range choices {
		fmt.Fprintf(s.out, "  %d) %s\n", i+1, c.Label)
	}
}

// answer reads lines until one will do.
func (s *Session) answer(ctx context.Context, q Question) (string, error) {
	for range maxWrong {
		mark := "> "
		if q.Default != "" && !strings.Contains(q.Default, "\n") {
			mark = "[" + q.label(q.Default) + "] > "
		}
		fmt.Fprint(s.out, mark)
		answer, err := s.line(ctx)
		if err == nil && q.Lines && answer != "" && answer != "." {
			answer, err = s.more(ctx, answer)
		}
		if err != nil {
			fmt.Fprintln(s.out)
			return "", err
		}
		if len(q.Choices) > 0 && (answer == "?" || answer == "？") {
			s.list(q.Choices)
			continue
		}
		if answer == "" || q.Lines && answer == "." {
			answer = q.Default
		}
		answer, wrong := s.judge(q, answer)
		if wrong == "" {
			return answer, nil
		}
		fmt.Fprintf(s.out, "  ✗ %s\n", wrong)
	}
	return "", ErrStopped
}

// more reads the lines after the first up to a single point.
func (s *Session) more(ctx context.Context, text string) (string, error) {
	for {
		next, err := s.line(ctx)
		if err != nil {
			return "", err
		}
		if next == "." {
			return text, nil
		}
		text += "\n" + next
	}
}

// judge settles an answer: a choice may be given by number, value or label.
func (s *Session) judge(q Question, answer string) (value, wrong string) {
	if len(q.Choices) > 0 {
		i := slices.IndexFunc(q.Choices, func(c Choice) bool { return c.Value == answer || c.Label == answer })
		if n, err := strconv.Atoi(answer); i < 0 && err == nil && n >= 1 && n <= len(q.Choices) {
			i = n - 1
		}
		if i < 0 && answer != "" {
			i = only(q.Choices, answer)
		}
		if i < 0 {
			return "", s.say("填序号，或列出的词", "answer with a number or a word of the list")
		}
		answer = q.Choices[i].Value
	}
	if q.Check != nil {
		wrong = q.Check(answer)
	}
	return answer, wrong
}

// only returns the one choice whose label holds the answer, or -1.
func only(choices []Choice, answer string) int {
	found := -1
	for i, c := range choices {
		if strings.Contains(c.Label, answer) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

func (q *Question) label(value string) string {
	for _, c := range q.Choices {
		if c.Value == value {
			return c.Label
		}
	}
	return value
}

// line reads one line; it returns as soon as the context ends.
func (s *Session) line(ctx context.Context) (string, error) {
	if s.asks == nil {
		s.asks = make(chan string)
		go func() {
			defer close(s.asks)
			for {
				text, err := s.in.ReadString('\n')
				if text != "" {
					s.asks <- strings.TrimRight(text, "\r\n")
				}
				if err != nil {
					return
				}
			}
		}()
	}
	select {
	case text, ok := <-s.asks:
		if !ok {
			return "", ErrStopped
		}
		return text, nil
	case <-ctx.Done():
		return "", ErrStopped
	}
}
