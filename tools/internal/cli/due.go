package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/value"
)

// dueOptions are the flags of taizhang due.
type dueOptions struct {
	within      int
	today       string
	unit, role  string
	by          string
	formats     []string
	public      bool
	failOverdue bool
	quiet       bool
}

// maxWithin is how many days ahead due looks at most.
const maxWithin = 3660

var dueFormats = []string{"text", "json", "markdown", "ical"}

func (a *app) dueCommand() *cobra.Command {
	o := &dueOptions{}
	c := &cobra.Command{
		Use:   "due",
		Short: "到期提醒 · what waits for whom, what becomes overdue",
		Long: `谁在等谁办什么、从哪天等起，哪些事逾期了或快要到期：按部门或单位列出。
What waits for whom and since when, what is overdue or soon will be, for each department or unit.

  taizhang due                              今后 30 天 · the next 30 days
  taizhang due --role BDB --within 60       大数据主管部门，60 天 · one department
  taizhang due --unit jyj                   一个单位的项目和要办的事 · one unit
  taizhang due --by unit                    按项目的实施单位分组 · grouped by implementing unit
  taizhang due --within 365 --format ical=due.ics   日历文件 · a calendar file
  taizhang due --format text --format markdown=due.md   几种输出 · several outputs

轮到谁办由 schemas/lifecycle.yaml 推算，期限写在 schemas/deadlines.yaml。
Whose turn it is comes from schemas/lifecycle.yaml, the dates from schemas/deadlines.yaml.
输出供各部门内部使用，含还没有公开的项目的名称；对外用 --public，只列公开状态的项目。
The output is for the departments and names projects that are not public yet; with --public
it lists projects in public states only. 日历只含有日期的事 · the calendar holds what has a date.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runDue(o) },
	}
	f := c.Flags()
	f.IntVar(&o.within, "within", 30, "提前多少天列出期限 · days ahead that a deadline is listed")
	f.StringVar(&o.today, "today", "", "按哪一天计算（YYYY-MM-DD），默认今天 · the day to compute for, today by default")
	f.StringVar(&o.unit, "unit", "", "只看这个单位（代码） · only this unit, by code")
	f.StringVar(&o.role, "role", "", "只看这个职责要办的，例如 BDB、DRC、UNIT · only what this role has to do")
	f.StringVar(&o.by, "by", "who", "分组：who 由谁办，unit 实施单位 · grouping: who acts, or the implementing unit")
	f.StringArrayVarP(&o.formats, "format", "f", []string{"text"}, "输出 F[=文件]，可重复："+strings.Join(dueFormats, " ")+" · output, repeatable")
	f.BoolVar(&o.public, "public", false, "只列公开状态的项目 · only projects in public states")
	f.BoolVar(&o.failOverdue, "fail-overdue", false, "有逾期时退出码为 1 · exit with 1 when something is overdue")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "不显示进度 · no progress")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(dueFormats, cobra.ShellCompDirectiveNoSpace))
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions([]string{"who", "unit"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runDue(o *dueOptions) error {
	root, err := a.registryRoot()
	if err != nil {
		return err
	}
	outs, err := a.outputs(o.formats, dueFormats)
	if err != nil {
		return err
	}
	switch {
	case o.within < 0 || o.within > maxWithin:
		return fmt.Errorf(a.say("--within %d：写天数，0 到 %d", "--within %d: a number of days, 0 to %d"), o.within, maxWithin)
	case o.by != "who" && o.by != "unit":
		return fmt.Errorf(a.say("--by %s：只能是 who（等谁办）或 unit（哪个单位的项目）", "--by %s: who or unit"), o.by)
	}
	if err := a.dayFlag("today", &o.today); err != nil {
		return err
	}
	r, err := a.due(root, o)
	if err != nil {
		return err
	}
	if err := a.emit(outs, func(w io.Writer, out output) error {
		return map[string]func(io.Writer) error{"text": r.Text, "json": r.JSON, "markdown": r.Markdown, "ical": r.ICal}[out.format](w)
	}); err != nil {
		return err
	}
	if o.failOverdue && r.Count(due.Overdue) > 0 {
		return errFindings
	}
	return nil
}

// due goes through the registry, one project at a time.
func (a *app) due(root string, o *dueOptions) (*due.Report, error) {
	files, err := disk.Open(root)
	if err != nil {
		return nil, cannot(err, "")
	}
	var (
		mu       sync.Mutex
		calendar *due.Calendar
		items    []due.Item
		unjudged []string
		failed   error
	)
	opts := due.Options{Within: o.within}
	load := func(j *check.Judge) bool {
		if calendar == nil && failed == nil {
			calendar, failed = due.Load(j)
		}
		return failed == nil
	}
	res, err := check.All(files, check.Options{Context: a.ctx, Today: o.today, Progress: a.progress(o.quiet), Visit: func(v *check.Verdict) {
		mu.Lock()
		ok := load(v.Judge)
		mu.Unlock()
		if !ok {
			return
		}
		found, err := calendar.Project(v, opts)
		mu.Lock()
		defer mu.Unlock()
		failed = errors.Join(failed, err)
		items = append(items, found...)
		if !v.Known {
			unjudged = append(unjudged, v.Project.ID)
		}
	}})
	if err == nil && load(res.Judge) {
		var all []due.Item
		all, err = calendar.Registry(opts)
		items = append(items, all...)
	}
	if err = errors.Join(err, failed); err != nil {
		return nil, a.undefined(err)
	}
	if reg := res.Judge.Registry; o.unit != "" {
		if o.unit, err = a.unitFlag(reg, "unit", o.unit); err != nil {
			return nil, err
		}
	}
	if roles := calendar.Roles(); o.role != "" && !slices.Contains(roles, o.role) {
		err := fmt.Errorf(a.say("--role %s：没有这个角色，有 %s", "--role %s: no such role, but %s"), o.role, strings.Join(roles, ", "))
		return nil, misused(err, a.nearest(o.role, roles))
	}
	r := calendar.Report(items, unjudged, due.Filter{Unit: o.unit, Role: o.role, Public: o.public}, opts)
	r.ByUnit, r.Lang = o.by == "unit", a.lang
	return r, nil
}

// nearest asks whether another word was meant; "" when none is near.
func (a *app) nearest(word string, words []string) string {
	if near := value.Nearest(word, words); near != "" {
		return a.say("是不是想写 "+near+"？", "did you mean "+near+"?")
	}
	return ""
}
