package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/prompt"
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
  taizhang new contract --project 2026-slj-01   已有项目的材料 · a record of a project

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
	f.work.Begin(unit, year, f.today())
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
		return steps.Step{}, misused(fmt.Errorf(f.say("“%s”是已有项目的材料，不能用来新建项目", "%q is a record of a project, no project begins with it"), form),
			fmt.Sprintf(f.say("写明项目：taizhang new %s --project 项目编号", "name the project: taizhang new %s --project ID"), form))
	}
	mend := f.say("项目从这些开始：", "a project begins with: ") + strings.Join(names, " ")
	if near := f.nearest(form, append(names, formNames(f)...)); near != "" {
		mend = near + mend
	}
	return steps.Step{}, misused(fmt.Errorf(f.say("没有表单“%s”", "there is no form %q"), form), mend)
}

func formNames(f *filler) []string {
	var out []string
	for _, form := range f.judge.Registry.Schemas.Forms() {
		out = append(out, form.Name)
	}
	return out
}

func (f *filler) year(o *newOptions, step steps.Step) (int, error) {
	year := o.year
	if year == 0 {
		year = value.Year(f.today()) + step.Transition.Ahead
		if f.o.asks() {
			answer, err := f.ask(prompt.Question{Title: f.say("哪一年度？", "Which year?"), Default: fmt.Sprint(year), Check: func(s string) string {
				if n, err := strconv.Atoi(strings.TrimSpace(s)); err != nil || !validYear(n) {
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
	if !validYear(year) {
		return 0, f.badYear(year)
	}
	return year, nil
}

func (f *filler) unit(o *newOptions) (string, error) {
	r := f.judge.Registry
	if o.unit != "" {
		return f.unitFlag(r, "unit", o.unit)
	}
	if !f.o.asks() {
		return "", misused(fmt.Errorf("--unit: %s", f.say("没有写实施单位", "the implementing unit is missing")), "")
	}
	var choices []prompt.Choice
	for _, code := range r.UnitCodes() {
		name, _ := r.Unit(code)["name"].(string)
		choices = append(choices, prompt.Choice{Value: code, Label: code + " " + name})
	}
	return f.ask(prompt.Question{Title: f.say("实施单位", "Implementing unit"), Help: f.say("选一个，或填代码、序号；它的代码写进项目编号", "choose one, or type its code or number; the code becomes part of the id"), Choices: choices})
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
