package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/steps"
)

// fillOptions are the flags that new and edit share.
type fillOptions struct {
	set                   []string
	values                string
	dryRun, force, resume bool
	branch, message       string
	commit                bool
}

func (o *fillOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&o.set, "set", nil, "填一项：键=值，可重复；不再提问 · fill in KEY=VALUE, repeatable; asks nothing")
	f.StringVar(&o.values, "values", "", "从 YAML 文件填写；不再提问 · fill in from a YAML file; asks nothing")
	f.BoolVar(&o.dryRun, "dry-run", false, "只显示要写的文件和检查结果 · show the files and the findings, write nothing")
	f.BoolVar(&o.force, "force", false, "检查有错误也写 · write even with errors")
	f.BoolVar(&o.resume, "resume", false, "接着上次的草稿 · go on from the draft")
	f.StringVar(&o.branch, "branch", "", "先建这个分支；不写名字就用项目编号和表单 · make this branch first")
	f.Lookup("branch").NoOptDefVal = auto
	f.BoolVar(&o.commit, "commit", false, "写好以后提交 · commit what was written")
	f.StringVarP(&o.message, "message", "m", "", "提交说明 · commit message")
}

// auto stands for a flag without a value.
const auto = "auto"

// asks reports whether a person is asked: not when the answers came as flags.
func (o *fillOptions) asks() bool { return len(o.set) == 0 && o.values == "" }

// filler is a step being taken on the terminal.
type filler struct {
	*app
	o     *fillOptions
	root  string
	judge *check.Judge
	work  *fill.Work
	asker *fill.Asker
	draft string // file that unfinished work is kept in
	again string // the command that goes on

	followed []string // states that were set after what the records allow
}

// openFiller opens the registry for filling in.
func (a *app) openFiller(o *fillOptions) (*filler, error) {
	j, root, err := a.registry()
	if err != nil {
		return nil, err
	}
	j.Registry.Today = a.today()
	return &filler{app: a, o: o, root: root, judge: j,
		asker: &fill.Asker{Session: a.prompt(), Lang: a.lang, Today: a.today(), Say: func(s string) { fmt.Fprintln(a.io.Err, s) }}}, nil
}

func (f *filler) ask(q prompt.Question) (string, error) {
	answer, err := f.asker.Session.Ask(f.ctx, q)
	if err != nil {
		return "", f.stopped(err)
	}
	return answer, nil
}

// keepIn names the draft of a step and returns the one that is there, if it is
// wanted; nil to begin anew.
func (f *filler) keepIn(name, again string, step steps.Step) ([]byte, error) {
	f.draft, f.again = filepath.Join(f.root, ".taizhang", "drafts", name+".json"), again
	f.asker.Save = f.save
	data, err := os.ReadFile(f.draft)
	if errors.Is(err, fs.ErrNotExist) {
		if f.o.resume {
			return nil, misused(errors.New(f.say("没有草稿", "there is no draft")), f.say("不用 --resume 重新开始", "begin without --resume"))
		}
		return nil, nil
	}
	if err != nil {
		return nil, cannot(err, "")
	}
	id := ""
	if step.Transition != nil {
		id = step.Transition.ID
	}
	_, of, ok := fill.DraftOf(data)
	switch {
	case !ok:
		if f.o.resume {
			return nil, cannot(fmt.Errorf(f.say("草稿读不出来，文件可能坏了：%s", "the draft cannot be read, the file may be damaged: %s"), f.draft), f.say("移走这个草稿，不用 --resume 重新开始", "move the draft away and begin without --resume"))
		}
		return nil, nil
	case of != id:
		if f.o.resume {
			return nil, cannot(fmt.Errorf(f.say("草稿不是这一步的：%s", "the draft is of another step: %s"), f.draft), f.say("选同一步，或移走草稿", "choose the same step, or move the draft away"))
		}
		return nil, nil
	case f.o.resume:
		return data, nil
	case !f.o.asks():
		return nil, nil
	}
	yes, err := f.asker.Session.Confirm(f.ctx, f.say("上次没有填完。接着填吗？（否则从头开始）", "There is unfinished work. Go on with it?"), true)
	if err != nil {
		return nil, f.stopped(err)
	}
	if !yes {
		return nil, nil
	}
	return data, nil
}

// resume takes up a draft.
func (f *filler) resume(data []byte) error {
	f.asker.Resumed = true
	if err := f.work.Resume(data); err != nil {
		return cannot(fmt.Errorf("%s: %w", f.draft, err), f.say("移走这个草稿，重新开始", "move the draft away and begin anew"))
	}
	return nil
}

// save keeps what was filled in so far. A draft that cannot be kept is told once
// and stops nobody.
func (f *filler) save() {
	data, err := f.work.Draft()
	if err == nil {
		dir := filepath.Dir(f.draft)
		if err = os.MkdirAll(dir, 0o700); err == nil {
			// Drafts are unchecked and stay on the machine, whatever the registry ignores.
			err = errors.Join(writeFile(filepath.Join(dir, ".gitignore"), []byte("*\n")), writeFile(f.draft, append(data, '\n')))
		}
	}
	if err != nil {
		fmt.Fprintln(f.io.Err, f.say("草稿没有保存：", "the draft is not kept: ")+err.Error())
		f.asker.Save = func() {}
	}
}

// kept tells where unfinished work is.
func (f *filler) kept() {
	if _, err := os.Stat(f.draft); err == nil {
		fmt.Fprintf(f.io.Err, f.say("填过的都在草稿里：%s\n接着填：%s\n", "what was filled in is kept in %s\ngo on: %s\n"), f.draft, f.again)
	}
}

// fillIn gets the answers, from the flags or by asking.
func (f *filler) fillIn() error {
	if f.o.asks() {
		if err := f.asker.All(f.ctx, f.work); err != nil {
			f.kept()
			return f.stopped(err)
		}
		return nil
	}
	if f.o.values != "" {
		if err := f.readValues(); err != nil {
			return err
		}
	}
	for _, s := range f.o.set {
		key, text, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return fmt.Errorf("--set %s: %s", s, f.say("要写成 键=值", "must be KEY=VALUE"))
		}
		if err := f.work.Set(key, text); err != nil {
			return f.badValue("--set "+key, err)
		}
	}
	return nil
}

func (f *filler) badValue(what string, err error) error {
	var e *compose.Error
	if errors.As(err, &e) {
		err = errors.New(e.Text.In(f.lang))
	}
	return misused(fmt.Errorf("%s: %w", what, err), f.say("taizhang schema 表单名 列出所有的键", "taizhang schema FORM lists all keys"))
}

func (f *filler) readValues() error {
	name := f.abs(f.o.values)
	data, err := os.ReadFile(name)
	if err != nil {
		return cannot(err, "")
	}
	root, findings := record.ParseYAML(f.o.values, data)
	values, _ := root.Plain().(map[string]any)
	if values == nil {
		if len(findings) > 0 {
			x := findings[0]
			return cannot(fmt.Errorf("%s:%d:%d: %s", x.File, x.Line, x.Col, x.Message.In(f.lang)), x.Help.In(f.lang))
		}
		return cannot(fmt.Errorf("%s: %s", f.o.values, f.say("要写成“键: 值”", "must be key: value")), "")
	}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		if group, ok := values[k].(map[string]any); ok && slices.ContainsFunc(f.work.Sheets, func(s *fill.Sheet) bool { return s.Form.Name == k && s.Form.Root.Child(k) == nil }) {
			for _, key := range slices.Sorted(maps.Keys(group)) {
				if err := f.work.SetValue(k+":"+key, group[key]); err != nil {
					return f.badValue(f.o.values+": "+k+"."+key, err)
				}
			}
			continue
		}
		if err := f.work.SetValue(k, values[k]); err != nil {
			return f.badValue(f.o.values+": "+k, err)
		}
	}
	return nil
}
