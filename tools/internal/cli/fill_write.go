package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/report"
)

// finish judges what was filled in, lets a person mend it, and writes it.
func (f *filler) finish() error {
	var files map[string][]byte
	blocked := false
	for {
		var err error
		if files, err = f.work.Files(); err != nil {
			f.save()
			f.kept()
			return f.badValue(f.say("不能写成文件", "cannot be written"), err)
		}
		if len(files) == 0 {
			fmt.Fprintln(f.io.Out, f.say("没有任何改动。", "Nothing was changed."))
			return nil
		}
		res, err := f.verdict(files)
		if err != nil {
			return err
		}
		if f.follow(res) {
			continue
		}
		f.tell(res, files)
		if blocked = slices.ContainsFunc(res.Findings, func(x finding.Finding) bool { return x.Blocks() }); !blocked || !f.o.asks() || f.o.dryRun {
			break
		}
		write, err := f.mend(res)
		if err != nil {
			return err
		}
		if write {
			break
		}
	}
	if f.o.dryRun {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(f.io.Out, "── %s ──\n%s", name, files[name])
		}
		if blocked {
			return errFindings
		}
		return nil
	}
	if blocked && !f.o.asks() && !f.o.force {
		f.save()
		fmt.Fprintln(f.io.Err, f.say("有错误，没有写入。", "There are errors; nothing was written."))
		f.kept()
		return errFindings
	}
	return f.write(files)
}

// follow sets the state to what the records now allow, where the step left it
// otherwise, and reports whether it did. Once is enough: a state that is refused
// again is for the person to see.
func (f *filler) follow(res *check.Result) bool {
	index := f.work.Sheets[0]
	for i := range res.Findings {
		x := &res.Findings[i]
		if x.Rule == stateRule && x.File == index.File && x.Suggest != "" && !slices.Contains(f.followed, x.Suggest) {
			f.followed = append(f.followed, x.Suggest)
			index.Values["state"] = x.Suggest
			fmt.Fprintf(f.io.Err, f.say("按材料，状态写成 %s\n", "by the records the state is %s\n"), f.judge.Lifecycle.Name(x.Suggest).In(f.lang))
			return true
		}
	}
	return false
}

// stateRule is the finding about a state that is not what the records allow.
const stateRule = "L-001"

// verdict judges the registry with the files in it.
func (f *filler) verdict(files map[string][]byte) (*check.Result, error) {
	res, err := f.judge.Change(fill.Over(f.judge.Registry.Files(), files), slices.Sorted(maps.Keys(files)), check.Options{Context: f.ctx, Inspect: attach.Inspect})
	if err != nil {
		return nil, cannot(err, "")
	}
	res.Findings = slices.DeleteFunc(res.Findings, func(x finding.Finding) bool { return x.Existing })
	return res, nil
}

// tell shows what the judge finds.
func (f *filler) tell(res *check.Result, files map[string][]byte) {
	if len(res.Findings) == 0 {
		fmt.Fprintln(f.io.Err, f.say("\n检查通过。", "\nThe check found nothing."))
		return
	}
	over := fill.Over(f.judge.Registry.Files(), files)
	fmt.Fprintln(f.io.Err)
	if err := report.Write(f.io.Err, "text", res.Findings, table(res.Judge.Rules), report.Options{Lang: f.lang, Width: f.io.Width, Version: version(),
		Color: f.io.ErrTTY && f.io.Env("NO_COLOR") == "", Summary: report.Summary(res.Summary),
		Source: func(file string) ([]byte, bool) {
			data, err := over.Read(file, registry.RecordLimit)
			return data, err == nil && len(data) <= registry.RecordLimit
		}}); err != nil {
		fmt.Fprintln(f.io.Err, err)
	}
}

// mend asks which field to fill in again. write says that the person wants the
// files as they are.
func (f *filler) mend(res *check.Result) (write bool, err error) {
	type target struct {
		sheet *fill.Sheet
		key   string
	}
	var choices []prompt.Choice
	targets := map[string]target{}
	for i := range res.Findings {
		x := &res.Findings[i]
		at := slices.IndexFunc(f.work.Sheets, func(s *fill.Sheet) bool { return s.File == x.File })
		if at < 0 || !x.Blocks() {
			continue
		}
		s := f.work.Sheets[at]
		key, _, _ := strings.Cut(strings.TrimPrefix(x.Field, "/"), "/")
		field := s.Form.Root.Child(key)
		name := path.Base(s.File) + " " + key
		if _, known := targets[name]; field == nil || known || s.Form.Name == "index" && key == "state" {
			continue
		}
		targets[name] = target{s, key}
		choices = append(choices, prompt.Choice{Value: name, Label: fmt.Sprintf(f.say("改“%s”（%s）", "Change “%s” (%s)"), field.Label.In(f.lang), path.Base(s.File))})
	}
	choices = append(choices, prompt.Choice{Value: "other", Label: f.say("改别的项", "Change something else")},
		prompt.Choice{Value: "stop", Label: f.say("停下，以后再填（草稿已保存）", "Stop and go on later (the draft is kept)")},
		prompt.Choice{Value: "write", Label: f.say("有错也先写下来", "Write it with the errors")})
	answer, err := f.ask(prompt.Question{Title: f.say("检查有错误，怎么办？", "The check found errors. What now?"), Choices: choices})
	if err != nil {
		f.kept()
		return false, err
	}
	switch answer {
	case "write":
		return true, nil
	case "stop":
		f.save()
		f.kept()
		return false, f.stopped(prompt.ErrStopped)
	case "other":
		f.asker.Resumed = true
		return false, f.fillIn()
	}
	t := targets[answer]
	field := t.sheet.Form.Root.Child(t.key)
	if err := f.asker.Field(f.ctx, t.sheet, field, slices.Contains(t.sheet.Form.Root.Required, t.key)); err != nil {
		f.kept()
		return false, f.stopped(err)
	}
	return false, nil
}

// write makes the branch, writes the files, all or none, and commits them.
func (f *filler) write(files map[string][]byte) error {
	names := slices.Sorted(maps.Keys(files))
	if err := f.speakable(); err != nil {
		f.save()
		f.kept()
		return err
	}
	if f.o.branch != "" {
		name := f.o.branch
		if name == auto {
			last := f.work.Sheets[len(f.work.Sheets)-1]
			name = f.work.ID + "-" + strings.TrimSuffix(path.Base(last.File), ".md")
		}
		if _, err := f.git(f.root, nil, "switch", "-q", "-c", name); err != nil {
			f.save()
			f.kept()
			return cannot(err, f.say("什么也没有写。换一个分支名，或不用 --branch", "nothing was written. Use another name, or no --branch"))
		}
		fmt.Fprintf(f.io.Out, f.say("已建分支 %s\n", "made branch %s\n"), name)
	}
	disk := map[string][]byte{}
	for _, n := range names {
		disk[filepath.Join(f.root, filepath.FromSlash(n))] = files[n]
	}
	if err := writeAll(disk); err != nil {
		f.save()
		f.kept()
		return cannot(err, f.say("什么也没有写", "nothing was written"))
	}
	for _, n := range names {
		fmt.Fprintf(f.io.Out, f.say("已写 %s\n", "wrote %s\n"), n)
	}
	if err := os.Remove(f.draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(f.io.Err, err)
	}
	if f.o.commit {
		if err := f.commitFiles(names); err != nil {
			return cannot(err, f.say("文件已经写好，没有提交：自己执行 git commit", "the files are written but not committed: run git commit"))
		}
	}
	f.whatNext()
	return nil
}

// speakable refuses a message or a branch that says what no file may say: it
// would be in the history as well.
func (f *filler) speakable() error {
	for _, part := range []struct {
		where finding.Text
		text  string
	}{
		{finding.Text{Zh: "提交说明", En: "the commit message"}, f.o.message},
		{finding.Text{Zh: "分支名", En: "the name of the branch"}, strings.NewReplacer("-", " ", "/", " ", ".", " ").Replace(f.o.branch)},
	} {
		for _, found := range f.judge.Rules.Within("", part.where, strings.ReplaceAll(part.text, "@", " ")) {
			return &failure{exitFindings, errors.New(found.Message.In(f.lang)), f.say("什么也没有写。换一个说法", "nothing was written. Use other words")}
		}
	}
	return nil
}

func (f *filler) commitFiles(names []string) error {
	message := f.o.message
	if message == "" {
		message = f.work.ID
		if t := f.work.Step.Transition; t != nil {
			message += " " + f.say(t.Zh, t.En)
		} else {
			message += " " + path.Base(f.work.Sheets[len(f.work.Sheets)-1].File)
		}
	}
	if _, err := f.git(f.root, nil, append([]string{"add", "--"}, names...)...); err != nil {
		return err
	}
	if _, err := f.git(f.root, []byte(message), append([]string{"commit", "-q", "-F", "-", "--"}, names...)...); err != nil {
		return err
	}
	first, _, _ := bytes.Cut([]byte(message), []byte("\n"))
	fmt.Fprintf(f.io.Out, f.say("已提交：%s\n", "committed: %s\n"), first)
	return nil
}

// whatNext says what is left to do and who has to agree.
func (f *filler) whatNext() {
	if len(f.work.Step.Approvers) > 0 {
		words := names(f.judge)
		var who []string
		for _, a := range f.work.Step.Approvers {
			var units []string
			for _, u := range a.Units {
				units = append(units, words.Unit(u))
			}
			as := map[string]string{"receipt": f.say("收件备案", "receives"), "notice": f.say("知悉", "takes note"), "approve": f.say("同意", "approves")}[a.As]
			who = append(who, strings.TrimSpace(words.Role(a.Role).In(f.lang)+f.say("（", " (")+strings.Join(append(units, as), f.say("，", ", "))+f.say("）", ")")))
		}
		fmt.Fprintf(f.io.Out, f.say("这一步要由：%s\n", "to be agreed by: %s\n"), strings.Join(who, f.say("、", ", ")))
	}
	if f.judge.Registry.Config.Sealed() && f.judge.Registry.Folder(f.work.ID) == nil {
		fmt.Fprintf(f.io.Out, f.say("联系人另外密封：taizhang contacts seal %s\n", "seal the contacts apart: taizhang contacts seal %s\n"), f.work.ID)
	}
}
