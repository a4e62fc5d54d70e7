package prompt_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/prompt"
)

func session(input string, out io.Writer) *prompt.Session {
	return prompt.New(strings.NewReader(input), out, false, func(zh, _ string) string { return zh })
}

func TestPlainLinesAnswerQuestions(t *testing.T) {
	choices := []prompt.Choice{{"a", "甲"}, {"b", "乙"}}
	digits := func(s string) string {
		if strings.Trim(s, "0123456789") != "" {
			return "只写数字"
		}
		return ""
	}
	for _, c := range []struct {
		name  string
		q     prompt.Question
		input string
		want  string
	}{
		{"text", prompt.Question{Title: "t"}, "x y \r\n", "x y "},
		{"default", prompt.Question{Title: "t", Default: "d"}, "\n", "d"},
		{"last line without end", prompt.Question{Title: "t"}, "x", "x"},
		{"choice by number", prompt.Question{Title: "t", Choices: choices}, "2\n", "b"},
		{"choice by value", prompt.Question{Title: "t", Choices: choices}, "a\n", "a"},
		{"choice by label", prompt.Question{Title: "t", Choices: choices}, "乙\n", "b"},
		{"choice by a part", prompt.Question{Title: "t", Choices: []prompt.Choice{{"jyj", "jyj 教育局"}, {"czj", "czj 财政局"}}}, "局\n教育\n", "jyj"},
		{"wrong, then right", prompt.Question{Title: "t", Choices: choices}, "3\n0\nx\n1\n", "a"},
		{"checked", prompt.Question{Title: "t", Check: digits}, "x\n7\n", "7"},
		{"lines", prompt.Question{Title: "t", Lines: true}, "a\n\nb\n.\n", "a\n\nb"},
		{"no lines", prompt.Question{Title: "t", Lines: true, Default: "d\nd"}, ".\n", "d\nd"},
	} {
		if got, err := session(c.input, io.Discard).Ask(t.Context(), c.q); err != nil || got != c.want {
			t.Errorf("%s: %q %v", c.name, got, err)
		}
	}
}

func TestQuestionsFollowEachOther(t *testing.T) {
	s := session("a\nb\n", io.Discard)
	for _, want := range []string{"a", "b"} {
		if got, err := s.Ask(t.Context(), prompt.Question{Title: "t"}); got != want || err != nil {
			t.Errorf("%q %v", got, err)
		}
	}
	if _, err := s.Ask(t.Context(), prompt.Question{Title: "t"}); !errors.Is(err, prompt.ErrStopped) {
		t.Error(err)
	}
}

func TestTheSessionEnds(t *testing.T) {
	never, _ := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := prompt.New(never, io.Discard, false, func(zh, _ string) string { return zh })
	if _, err := s.Ask(ctx, prompt.Question{Title: "t"}); !errors.Is(err, prompt.ErrStopped) {
		t.Error(err)
	}
	wrong := session(strings.Repeat("x\n", 1000), io.Discard)
	if _, err := wrong.Ask(t.Context(), prompt.Question{Title: "t", Choices: []prompt.Choice{{"a", "甲"}}}); !errors.Is(err, prompt.ErrStopped) {
		t.Error(err)
	}
}

func TestPlainQuestionsShowWhatHelps(t *testing.T) {
	var out strings.Builder
	s := session("9\nn\n", &out)
	if yes, err := s.Confirm(t.Context(), "好吗？", true); yes || err != nil {
		t.Error(yes, err)
	}
	want := "\n好吗？\n  1) 是\n  2) 否\n[是] >   ✗ 填序号，或列出的词\n[是] > "
	if out.String() != want {
		t.Errorf("%q", out.String())
	}
}

func TestSeveralChoices(t *testing.T) {
	q := prompt.Question{Title: "t", Choices: []prompt.Choice{{"a", "甲"}, {"b", "乙"}, {"c", "丙"}}}
	for input, want := range map[string]string{"1，乙\n": "ab", "\n": "c", "4\n3,3\n": "c", "a\n": "a"} {
		got, err := session(input, io.Discard).AskSeveral(t.Context(), q, []string{"c"})
		if err != nil || strings.Join(got, "") != want {
			t.Errorf("%q: %v %v", input, got, err)
		}
	}
}

func TestManyChoicesAreListedWhenAsked(t *testing.T) {
	var choices []prompt.Choice
	for _, c := range "abcdefghijklmnopqrst" {
		choices = append(choices, prompt.Choice{Value: string(c), Label: "第" + string(c)})
	}
	var out strings.Builder
	if got, err := session("?\nq\n", &out).Ask(t.Context(), prompt.Question{Title: "t", Choices: choices}); got != "q" || err != nil || strings.Count(out.String(), "第r") != 1 {
		t.Errorf("%q %v\n%s", got, err, out.String())
	}
}

// The library behind the forms once lost every character beyond ASCII.
func TestFormsTakeChinese(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	in, keys := io.Pipe()
	go func() {
		io.WriteString(keys, "示例项目\r")
	}()
	s := prompt.New(in, io.Discard, true, func(zh, _ string) string { return zh })
	if got, err := s.Ask(ctx, prompt.Question{Title: "名称"}); got != "示例项目" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}
