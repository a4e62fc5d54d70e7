package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/steps"
)

type editOptions struct {
	fillOptions
	step, form string
	list       bool
}

func (a *app) editCommand() *cobra.Command {
	o := &editOptions{}
	c := &cobra.Command{
		Use:   "edit [PROJECT]",
		Short: "办理项目的下一步，或补充材料 · take the next step of a project, or add to its records",
		Long: `显示项目现在的状态和接下来可以办的步骤，选一步，填写它要的表单；index.md 的状态跟着改。
Shows where a project stands and what can follow; choose a step and fill in its forms. The state in index.md follows.

  taizhang edit 2026-slj-01                 选一步，一项一项填写 · choose a step and fill it in
  taizhang edit 2026-slj-01 --list          只列出可以办的步骤 · only list the steps
  taizhang edit 2026-slj-01 --step T18      办这一步 · take this step
  taizhang edit 2026-slj-01 --form contract 填这张表 · fill in this form
  taizhang edit 2026-cgj-01 --form contract-01 --set 'payments.+={on: 2026-11-20, batch: 3, amount: 10.44}'

已有的文件只改填过的那几行，注释、顺序、别的内容都不动。
Of a file that is there only the lines of what you fill in change.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := a.openFiller(&o.fillOptions)
			if err != nil {
				return err
			}
			if o.list {
				return f.listSteps(append(args, "")[0])
			}
			return f.edit(append(args, "")[0], o.step, o.form)
		},
	}
	o.flags(c)
	c.Flags().StringVar(&o.step, "step", "", "步骤编号，例如 T18 · id of the step")
	c.Flags().StringVar(&o.form, "form", "", "表单或文件名，例如 contract、contract-01 · form or file name")
	c.Flags().BoolVar(&o.list, "list", false, "只列出状态和步骤 · only list state and steps")
	return c
}

// standing finds a project and what can be done next with it.
func (f *filler) standing(name string) (*registry.Folder, []steps.Step, error) {
	if name == "" {
		if !f.o.asks() {
			return nil, nil, misused(fmt.Errorf("%s", f.say("没有写项目编号", "the id of the project is missing")), "")
		}
		var choices []prompt.Choice
		for _, p := range f.judge.Registry.Folders() {
			choices = append(choices, prompt.Choice{Value: p.ID, Label: p.ID + " " + f.judge.Registry.Project(p).Title()})
		}
		var err error
		if name, err = f.ask(prompt.Question{Title: f.say("哪个项目？", "Which project?"), Choices: choices}); err != nil {
			return nil, nil, err
		}
	}
	folder, err := f.folder(f.judge, f.root, name)
	if err != nil {
		return nil, nil, err
	}
	v := f.judge.Project(folder, nil)
	if !v.Known {
		return nil, nil, cannot(fmt.Errorf(f.say("%s 的材料有错，推算不出现在的状态", "the records of %s have faults, so its state is not known"), folder.ID),
			fmt.Sprintf(f.say("先改正：taizhang check %s", "mend them first: taizhang check %s"), folder.Dir))
	}
	fmt.Fprintf(f.io.Err, "%s %s\n%s%s\n", folder.ID, v.Project.Title(), f.say("现在：", "state: "), f.judge.Lifecycle.Name(v.History.State).In(f.lang))
	return folder, steps.Next(f.judge, v), nil
}

// stepLabel words a step: T18 签订合同，开始实施 → S80 实施中：contract-01.md.
func (f *filler) stepLabel(s steps.Step) string {
	var files []string
	for _, a := range s.Forms {
		files = append(files, a.File)
	}
	if s.Transition == nil {
		return f.say("补充或修改材料，不改变状态：", "add to the records, no step: ") + strings.Join(files, " ")
	}
	to := ""
	if s.To != s.From {
		to = " → " + f.judge.Lifecycle.Name(s.To).In(f.lang)
	}
	return fmt.Sprintf("%s %s%s: %s", s.Transition.ID, f.say(s.Transition.Zh, s.Transition.En), to, strings.Join(files, " "))
}

func (f *filler) listSteps(name string) error {
	_, list, err := f.standing(name)
	if err != nil {
		return err
	}
	for _, s := range list {
		fmt.Fprintln(f.io.Out, f.stepLabel(s))
	}
	return nil
}

// edit takes a step of a project: the one that is named, or one that is chosen.
func (f *filler) edit(name, stepID, form string) error {
	folder, list, err := f.standing(name)
	if err != nil {
		return err
	}
	step, err := f.chooseStep(list, stepID, form)
	if err != nil {
		return err
	}
	if step.Transition == nil && len(step.Forms) > 1 {
		if step.Forms, err = f.chooseRecord(step.Forms, form); err != nil {
			return err
		}
	}
	if f.work, err = fill.Start(f.judge, folder.ID, step); err != nil {
		return cannot(err, f.say("先改正这个文件", "mend that file first"))
	}
	f.asker.Unit = folder.Unit
	again := "taizhang edit " + folder.ID
	if step.Transition != nil {
		again += " --step " + step.Transition.ID
	} else {
		again += " --form " + strings.TrimSuffix(step.Forms[0].File, ".md")
	}
	kept, err := f.keepIn(folder.ID, again, step)
	if err == nil && kept != nil {
		err = f.resume(kept)
	}
	if err != nil {
		return err
	}
	if err := f.fillIn(); err != nil {
		return err
	}
	return f.finish()
}

func (f *filler) chooseStep(list []steps.Step, stepID, form string) (steps.Step, error) {
	var choices []prompt.Choice
	for i, s := range list {
		switch {
		case stepID != "" && s.Transition != nil && strings.EqualFold(s.Transition.ID, stepID):
			return s, nil
		case stepID == "" && form != "" && f.tells(s, form):
			return s, nil
		}
		choices = append(choices, prompt.Choice{Value: fmt.Sprint(i + 1), Label: f.stepLabel(s)})
	}
	var lines []string
	for _, s := range list {
		lines = append(lines, f.stepLabel(s))
	}
	mend := f.say("现在可以办：\n    ", "what can be done now:\n    ") + strings.Join(lines, "\n    ")
	switch {
	case stepID != "":
		return steps.Step{}, misused(fmt.Errorf(f.say("现在不能办 %s", "step %s cannot be taken now"), stepID), mend)
	case form != "":
		return steps.Step{}, misused(fmt.Errorf(f.say("现在不能填 %s", "%s cannot be filled in now"), form), mend)
	case !f.o.asks():
		return steps.Step{}, misused(fmt.Errorf("%s", f.say("没有写 --step 或 --form", "--step or --form is missing")), mend)
	}
	answer, err := f.ask(prompt.Question{Title: f.say("办哪一步？", "Which step?"), Choices: choices})
	if err != nil {
		return steps.Step{}, err
	}
	i, _ := strconv.Atoi(answer)
	return list[i-1], nil
}

// tells reports whether a step is the one that a form, or a file of it, is about.
func (f *filler) tells(s steps.Step, form string) bool {
	if s.Transition == nil {
		return slices.ContainsFunc(s.Forms, func(a steps.Ask) bool { return form == a.Form.Name || form == strings.TrimSuffix(a.File, ".md") })
	}
	for _, a := range s.Forms {
		if a.Keys != nil && !s.Transition.Setback && (form == a.Form.Name && a.Form.Name != "index" || form == strings.TrimSuffix(a.File, ".md") && !a.Exists) {
			return true
		}
	}
	return false
}

// chooseRecord picks the one record to fill in.
func (f *filler) chooseRecord(all []steps.Ask, form string) ([]steps.Ask, error) {
	var choices []prompt.Choice
	var found []steps.Ask
	for _, a := range all {
		name := strings.TrimSuffix(a.File, ".md")
		if name == form {
			return []steps.Ask{a}, nil
		}
		if a.Form.Name == form {
			found = append(found, a)
		}
		label := name + "  " + a.Form.Title.In(f.lang)
		if !a.Exists {
			label += f.say("（新）", " (new)")
		}
		choices = append(choices, prompt.Choice{Value: name, Label: label})
	}
	if len(found) > 0 {
		return found[len(found)-1:], nil
	}
	answer, err := f.ask(prompt.Question{Title: f.say("哪一份材料？", "Which record?"), Choices: choices})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(a steps.Ask) bool { return strings.TrimSuffix(a.File, ".md") == answer })
	return all[i : i+1], nil
}
