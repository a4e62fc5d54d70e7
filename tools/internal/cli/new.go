package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/steps"
	"taizhang/tools/internal/value"
)

type newOptions struct {
	fillOptions
	unit, from, project string
	year                int
}

func (a *app) newCommand() *cobra.Command {
	o := &newOptions{}
	c := &cobra.Command{
		Use:   "new [FORM]",
		Short: "新建项目或表单，一项一项填写 · begin a project or fill in a form, question by question",
		Long: `在终端里一项一项填写：每项说明怎么写，单位和选项可以选，填完先检查再写文件。
Asks for each field, with its help and its choices; checks the whole before anything is written.

  taizhang new declaration                      申报一个新项目（附件1） · declare a project
  taizhang new adhoc                            临时性新增 · an ad-hoc project
  taizhang new stock                            存量项目备案（附件2） · file a stock project
  taizhang new contract --project 2026-jyj-01   已有项目的材料 · a record of a project

编号自动取下一个，可以从本单位以前的项目复制不随时间变化的内容。
The id is the next free one; what time does not change can be copied from an earlier project.

没填完就停下的，填过的都在 .taizhang/drafts/，下次接着填。
What was filled in before you stopped is kept in .taizhang/drafts/ and taken up next time.

不提问 · without questions:
  taizhang new declaration --unit jyj --set index:title=智慧校园 --set estimate=128.5 --values rest.yaml --dry-run
  键写成 estimate、attestation.unit、basis.1.text、basis.+；几张表都有的写 index:title。
  几项内容写成 YAML：--set 'basis=[{kind: 应用需求, text: 示例}]'。taizhang schema declaration 列出所有的键。
  TERM=dumb、ACCESSIBLE=1 或者不在终端里时，一行问一行答 · plain lines with TERM=dumb, ACCESSIBLE=1 or outside a terminal.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.runNew(o, append(args, "")[0]) },
	}
	o.flags(c)
	f := c.Flags()
	f.StringVar(&o.unit, "unit", "", "实施单位：代码或简称 · implementing unit")
	f.IntVar(&o.year, "year", 0, "编号的年度：申报默认下一年，其他默认今年 · year of the id")
	f.StringVar(&o.from, "from", "", "从这个项目复制 · copy from this project")
	f.StringVar(&o.project, "project", "", "已有项目的编号 · id of the project that the form belongs to")
	return c
}

func (a *app) runNew(o *newOptions, form string) error {
	f, err := a.openFiller(&o.fillOptions)
	if err != nil {
		return err
	}
	if o.project != "" {
		return f.edit(o.project, "", form)
	}
	step, err := f.beginning(form)
	if err != nil {
		return err
	}
	main := mainForm(step)
	kept, err := f.keepIn("new-"+main, "taizhang new "+main, step)
	if err != nil {
		return err
	}
	if kept != nil { // of the same year and unit; the number may be another by now
		id, _, _ := fill.DraftOf(kept)
		if was, ok := value.ParseProjectID(id); ok {
			o.year, o.unit = was.Year, was.Unit
		}
	}
	year, err := f.year(o, step)
	if err != nil {
		return err
	}
	unit, err := f.unit(o)
	if err != nil {
		return err
	}
	// Yearly forms are named after the year that the project begins in.
	f.judge.Registry.Today = fmt.Sprintf("%04d-01-01", year)
	if step, err = f.beginning(main); err != nil {
		return err
	}
	id := steps.NextID(fill.IDs(f.judge), year, unit)
	if id == "" {
		return cannot(fmt.Errorf(f.say("%d 年 %s 没有空着的编号", "no id is left for %d and %s"), year, unit), "")
	}
	fmt.Fprintf(f.io.Err, f.say("新项目编号：%s\n", "id of the new project: %s\n"), id)
	if f.work, err = fill.Start(f.judge, id, step); err != nil {
		return cannot(err, "")
	}
	f.asker.Unit = unit
	f.work.Begin(unit, year, today())
	if kept != nil {
		err = f.resume(kept)
	} else {
		err = f.copy(o, unit)
	}
	if err != nil {
		return err
	}
	if err := f.fillIn(); err != nil {
		return err
	}
	return f.finish()
}

// mainForm is the form that tells of a step.
func mainForm(s steps.Step) string {
	for _, a := range s.Forms {
		if a.Keys != nil {
			return a.Form.Name
		}
	}
	return s.Forms[len(s.Forms)-1].Form.Name
}

// beginning returns the step with which a project begins by a form.
func (f *filler) beginning(form string) (steps.Step, error) {
	all := fill.Beginnings(f.judge)
	var names []string
	var choices []prompt.Choice
	for _, s := range all {
		name := mainForm(s)
		if name == form {
			return s, nil
		}
		names = append(names, name)
		choices = append(choices, prompt.Choice{Value: name, Label: fmt.Sprintf("%s  %s", name, f.say(s.Transition.Zh, s.Transition.En))})
	}
	if form == "" && f.o.asks() {
		answer, err := f.ask(prompt.Question{Title: f.say("要新建什么？", "What to begin?"), Choices: choices})
		if err != nil {
			return steps.Step{}, err
		}
		return all[slices.Index(names, answer)], nil
	}
	if f.judge.Registry.Schemas.Form(form) != nil {
		return steps.Step{}, &failure{exitUsage, fmt.Errorf(f.say("“%s”是已有项目的材料，不能用来新建项目", "%q is a record of a project, no project begins with it"), form),
			fmt.Sprintf(f.say("写明项目：taizhang new %s --project 项目编号", "name the project: taizhang new %s --project ID"), form)}
	}
	mend := f.say("项目从这些开始：", "a project begins with: ") + strings.Join(names, " ")
	if near := f.nearest(form, append(names, formNames(f)...)); near != "" {
		mend = near + mend
	}
	return steps.Step{}, &failure{exitUsage, fmt.Errorf(f.say("没有表单“%s”", "there is no form %q"), form), mend}
}

func formNames(f *filler) []string {
	var out []string
	for _, form := range f.judge.Registry.Schemas.Forms {
		out = append(out, form.Name)
	}
	return out
}

func (f *filler) year(o *newOptions, step steps.Step) (int, error) {
	year := o.year
	if year == 0 {
		year = time.Now().In(shanghai()).Year() + step.Transition.Ahead
		if f.o.asks() {
			answer, err := f.ask(prompt.Question{Title: f.say("哪一年度？", "Which year?"), Default: fmt.Sprint(year), Check: func(s string) string {
				if n, err := strconv.Atoi(strings.TrimSpace(s)); err != nil || n < 2000 || n > 2100 {
					return f.say("写四位数年份", "write a year of four digits")
				}
				return ""
			}})
			if err != nil {
				return 0, err
			}
			year, _ = strconv.Atoi(strings.TrimSpace(answer))
		}
	}
	if year < 2000 || year > 2100 {
		return 0, fmt.Errorf("--year %d: %s", year, f.say("写四位数年份", "write a year of four digits"))
	}
	return year, nil
}

func (f *filler) unit(o *newOptions) (string, error) {
	r := f.judge.Registry
	if o.unit != "" {
		code, ok := unitCode(r, o.unit)
		if !ok {
			return "", &failure{exitUsage, fmt.Errorf("--unit %s: %s", o.unit, f.say("没有这个单位", "there is no such unit")), f.nearest(o.unit, r.UnitCodes())}
		}
		return code, nil
	}
	if !f.o.asks() {
		return "", &failure{exitUsage, fmt.Errorf("--unit: %s", f.say("没有写实施单位", "the implementing unit is missing")), ""}
	}
	var choices []prompt.Choice
	for _, code := range r.UnitCodes() {
		name, _ := r.Unit(code)["name"].(string)
		choices = append(choices, prompt.Choice{Value: code, Label: code + " " + name})
	}
	return f.ask(prompt.Question{Title: f.say("实施单位", "Implementing unit"), Help: f.say("填代码或序号；以后编号里就是它", "the code or the number; it becomes part of the id"), Choices: choices})
}

// copy offers an earlier project of the unit to copy from.
func (f *filler) copy(o *newOptions, unit string) error {
	from := o.from
	earlier := fill.Earlier(f.judge, unit)
	if from == "" && f.o.asks() && len(earlier) > 0 {
		choices := []prompt.Choice{{Value: "", Label: f.say("（不复制）", "(none)")}}
		for _, e := range earlier {
			choices = append(choices, prompt.Choice{Value: e.ID, Label: e.ID + " " + f.judge.Registry.Project(e).Title()})
		}
		var err error
		if from, err = f.ask(prompt.Question{Title: f.say("从以前的项目复制？", "Copy from an earlier project?"), Help: f.say("复制不随时间变化的内容，每一项都可以再改", "what time does not change; every field can still be changed"), Choices: choices}); err != nil {
			return err
		}
	}
	if from == "" {
		return nil
	}
	folder, err := f.folder(f.judge, f.root, from)
	if err != nil {
		return err
	}
	f.work.Copy(f.judge.Registry.Project(folder))
	return nil
}

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

  taizhang edit 2026-jyj-01                 选一步，一项一项填写 · choose a step and fill it in
  taizhang edit 2026-jyj-01 --list          只列出可以办的步骤 · only list the steps
  taizhang edit 2026-jyj-01 --step T18      办这一步 · take this step
  taizhang edit 2026-jyj-01 --form contract 填这张表 · fill in this form
  taizhang edit 2026-jyj-01 --form contract-01 --set 'payments.+={on: 2026-05-08, batch: 1, amount: 74.4}'

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
			return nil, nil, &failure{exitUsage, fmt.Errorf("%s", f.say("没有写项目编号", "the id of the project is missing")), ""}
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
		return steps.Step{}, &failure{exitUsage, fmt.Errorf(f.say("现在不能办 %s", "step %s cannot be taken now"), stepID), mend}
	case form != "":
		return steps.Step{}, &failure{exitUsage, fmt.Errorf(f.say("现在不能填 %s", "%s cannot be filled in now"), form), mend}
	case !f.o.asks():
		return steps.Step{}, &failure{exitUsage, fmt.Errorf("%s", f.say("没有写 --step 或 --form", "--step or --form is missing")), mend}
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
