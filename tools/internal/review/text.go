package review

import (
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/report"
)

// Text writes the report for a terminal.
func (r *Report) Text(names Names, lang string) string {
	w := &writer{Report: r, names: names, lang: lang}
	w.printf("%s\n", w.summary())
	for i := range r.Items {
		if i == maxItems {
			w.printf(w.say("\n…… 还有 %d 项，用 --format json 看全部\n", "\n… and %d more, all of them with --format json\n"), len(r.Items)-i)
			break
		}
		w.item(&r.Items[i])
	}
	w.findings()
	if len(r.Problems) > 0 {
		w.printf("\n%s\n", w.say("没能当作意见的：", "Not taken as votes:"))
		for _, p := range r.Problems {
			w.printf("  %s: %s\n", report.OneLine(p.Source), report.OneLine(p.Text.In(lang)))
		}
	}
	for _, n := range r.Notes {
		w.printf("\n%s\n", report.OneLine(n.In(lang)))
	}
	return lines(w.buf.String())
}

// lines takes the power out of what a runner would read as an order.
func lines(s string) string {
	list := strings.Split(s, "\n")
	for i := range list {
		list[i] = report.LogLine(list[i])
	}
	return strings.Join(list, "\n")
}

func (w *writer) item(it *Item) {
	t := &it.Transition
	w.printf("\n%s\n", w.subject(t))
	if m := w.moves(t); m != "" {
		w.printf("  %s\n", m)
	}
	for i := range t.Steps {
		w.printf("  %s  %s\n", w.step(&t.Steps[i]), t.Steps[i].On)
	}
	for i := range t.Lost {
		w.printf("  %s %s  %s\n", w.say("撤去", "takes back"), w.step(&t.Lost[i]), t.Lost[i].On)
	}
	w.changes(it)
	w.printf("  %s\n", w.say("要谁同意：", "Who must agree:"))
	for i := range it.Decision.Seats {
		s := &it.Decision.Seats[i]
		mark := "·"
		if s.State == decision.Filled {
			mark = "✓"
		}
		w.printf("    %s %s  %s  %s  — %s\n", mark, w.units(s.Departments), w.form(s.As), w.state(s), w.why(&s.Seat))
	}
	if it.Decision.Outcome == decision.Overridden {
		w.printf("    %s\n", w.say("特批：", "Override:"))
		for i := range it.Decision.Override {
			s := &it.Decision.Override[i]
			w.printf("    ✓ %s  %s：%s\n", w.units(s.Departments), w.state(s), short(report.OneLine(s.By.Reason), maxValue))
		}
	}
	for i, v := range uncounted(&it.Decision) {
		if i == maxVotes {
			break
		}
		why := ""
		if v.Reason != "" {
			why = w.say("；理由：", "; reason: ") + short(report.OneLine(v.Reason), maxValue)
		}
		w.printf("    - %s %s（%s）：%s%s\n", voter(&v), w.label(v.Verdict.Label()), report.OneLine(v.Source), w.label(v.Status.Label()), why)
		for _, p := range v.Changed {
			w.printf("        %s\n", report.OneLine(p))
		}
	}
	w.printf("  %s %s\n", w.say("事项编号", "id"), t.Short())
}

func (w *writer) changes(it *Item) {
	t := &it.Transition
	byFile := map[string][]int{}
	for i := range t.Fields {
		byFile[t.Fields[i].File] = append(byFile[t.Fields[i].File], i)
	}
	shown := 0
	for _, f := range t.Files {
		what := w.say("改", "changed")
		if f.Old == "" {
			what = w.say("新增", "new")
		} else if f.New == "" {
			what = w.say("删除", "deleted")
		}
		w.printf("  %s %s", what, report.OneLine(f.Path))
		fields := byFile[f.Path]
		if len(fields) > 0 {
			w.printf("  %s", t.Fields[fields[0]].Form.In(w.lang))
		}
		w.printf("\n")
		for k, i := range fields {
			if shown == maxFields {
				w.printf(w.say("    …… 还有 %d 处\n", "    … and %d more\n"), len(fields)-k)
				break
			}
			shown++
			x := &t.Fields[i]
			old, now := w.change(x)
			if f.Old == "" {
				w.printf("    %s: %s\n", report.OneLine(x.Label.In(w.lang)), now)
			} else {
				w.printf("    %s: %s → %s\n", report.OneLine(x.Label.In(w.lang)), old, now)
			}
		}
	}
}

// findings lists what the change introduces, and counts what it mends.
func (w *writer) findings() {
	fresh := fresh(w.Findings)
	if len(fresh) > 0 {
		w.printf("\n%s\n", w.say("检查发现：", "Findings:"))
		for i, f := range fresh {
			if i == maxFindings {
				w.printf(w.say("  …… 还有 %d 个，运行 taizhang check --base 看全部\n", "  … and %d more: run taizhang check --base\n"), len(fresh)-i)
				break
			}
			w.printf("  %s:%d %s %s  %s\n", report.OneLine(f.File), f.Line, report.Severity(f.Severity, w.lang), f.Rule, short(report.OneLine(f.Message.In(w.lang)), 2*maxValue))
		}
	}
	if n := len(w.Mended); n > 0 {
		w.printf(w.say("\n这次改好了 %d 个原有问题。\n", "\nThe change mends %d earlier findings.\n"), n)
	}
}

// fresh are the findings that belong to the change, errors first.
func fresh(fs []finding.Finding) []finding.Finding {
	var errs, rest []finding.Finding
	for _, f := range fs {
		switch {
		case f.Existing || f.Waived:
		case f.Blocks():
			errs = append(errs, f)
		default:
			rest = append(rest, f)
		}
	}
	return append(errs, rest...)
}
