package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/rule"
	"taizhang/tools/internal/value"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]",
		Short: "解释一条规则，或列出全部规则 · explain a rule, or list all",
		Long: `显示一条规则：条款、实际计算的表达式、为什么、怎么改、正例和反例。不带编号时列出全部规则。
Shows a rule: clause, the expression that is evaluated, why, how to fix, examples. Lists all rules without an id.

  taizhang explain R-031
  taizhang explain plan-year-is-next-year`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			j, _, err := a.registry()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var ids []string
			for _, r := range j.Rules.All() {
				ids = append(ids, r.ID+"\t"+r.Title.Zh)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			j, _, err := a.registry()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				a.listRules(j.Rules)
				return nil
			}
			return a.explain(j.Rules, args[0])
		},
	}
}

func (a *app) listRules(s *rule.Set) {
	for _, r := range s.All() {
		clause := r.Clause
		if clause == "" {
			clause = "—"
		}
		pad := strings.Repeat(" ", max(1, 14-value.Width(clause)))
		fmt.Fprintf(a.io.Out, "%s  %-5s  %s%s%s\n", r.ID, r.Severity, clause, pad, r.Title.In(a.lang))
	}
}

func (a *app) explain(s *rule.Set, id string) error {
	r := s.Rule(strings.ToUpper(id))
	if r == nil {
		if i := slices.IndexFunc(s.All(), func(r *rule.Rule) bool { return r.Name == id }); i >= 0 {
			r = s.All()[i]
		}
	}
	if r == nil {
		var names []string
		for _, x := range s.All() {
			names = append(names, x.ID, x.Name)
		}
		err := fmt.Errorf("%s: %s", id, a.say("没有这条规则", "no such rule"))
		if near := value.Nearest(id, names); near != "" {
			return misused(err, a.say("是不是想看 ", "did you mean ")+near+a.say("？", "?"))
		}
		return misused(err, a.say("taizhang explain 列出全部规则", "taizhang explain lists all rules"))
	}
	w := a.io.Out
	fmt.Fprintf(w, "%s %s · %s\n%s\n\n", r.ID, r.Name, r.Severity, r.Title.In(a.lang))
	row := func(zh, en, v string) {
		if v != "" {
			fmt.Fprintf(w, "%s: %s\n", a.say(zh, en), v)
		}
	}
	row("条款", "clause", r.Clause)
	row("规范语句", "statements", strings.Join(r.Statements, ", "))
	row("适用", "when", r.When)
	for _, c := range r.Checks {
		row("逐项", "for each", c.Each)
		row("条件", "when", c.When)
		row("要求", "asserts", c.Assert)
		row("指向", "points to", c.At)
	}
	for _, shift := range []*rule.Shift{r.Downgrade, r.Upgrade} {
		if shift != nil {
			row("级别改为 "+string(shift.To), "severity becomes "+string(shift.To), shift.When)
		}
	}
	if r.Waivable {
		row("豁免", "waiver", a.say("大数据主管部门可以个案豁免", "the data bureau may waive it in a single case"))
	}
	row("怎么办", "what to do", r.Help.In(a.lang))
	row("规则文件", "rule file", r.File)
	fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(r.Body))
	return nil
}
