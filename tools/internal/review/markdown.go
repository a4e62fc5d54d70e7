package review

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/value"
	"taizhang/tools/internal/vote"
)

// Marker is the first line of the comment, by which it is found again.
const Marker = "<!-- taizhang:review -->"

// Markdown writes the report as the comment that a request carries. It stays
// below the size that forges take.
func (r *Report) Markdown(names Names, lang string) string {
	w := &writer{Report: r, names: names, lang: lang}
	mark := "⏳"
	switch seats, refused := r.open(); {
	case r.Allows():
		mark = "✅"
	case r.errors() > 0 || refused > 0:
		mark = "❌"
	case seats == 0:
		mark = "ℹ️"
	}
	w.printf("%s\n### %s %s\n\n", Marker, mark, md(w.summary()))
	for _, p := range w.brief() {
		w.printf("- **%s**%s%s\n", md(p.Head), w.say("：", ": "), md(p.Text))
	}
	for i := range r.Items {
		it := &r.Items[i]
		head := "**" + md(w.subject(&it.Transition)) + "**"
		if m := w.moves(&it.Transition); m != "" {
			head += w.say("：", ": ") + md(m)
		}
		if w.buf.Len() > maxBytes-4000 {
			w.printf(w.say("\n…… 还有 %d 项。\n", "\n… and %d more.\n"), len(r.Items)-i)
			break
		}
		w.printf("\n%s\n", head)
		for k := range it.Steps {
			s := &it.Steps[k]
			w.printf("%s %s\n", md(w.step(s)), md(s.On))
		}
		for k := range it.Lost {
			w.printf("%s %s\n", w.say("撤去", "takes back"), md(w.step(&it.Lost[k])))
		}
		w.seats(it)
		if i < maxItems && w.buf.Len() < maxBytes*2/3 {
			w.fields(it)
		}
	}
	w.findingTable()
	w.how()
	for _, n := range r.Notes {
		w.printf("\n> %s\n", md(n.In(lang)))
	}
	if len(r.Problems) > 0 {
		w.printf("\n%s\n\n", w.say("没能当作意见的留言：", "Comments that were not taken as votes:"))
		for i, p := range r.Problems {
			if i == maxFindings {
				break
			}
			w.printf("- %s：%s\n", md(p.Source), md(p.Text.In(lang)))
		}
	}
	w.printf("\n<sub>%s</sub>\n", md(fmt.Sprintf("%s → %s · change %s", cut(r.Base), cut(r.Head), cut(r.Change))))
	return w.buf.String()
}

func cut(hash string) string { return hash[:min(12, len(hash))] }

// md makes text literal on one line of Markdown.
func md(s string) string { return value.EscapeMarkdown(report.OneLine(s)) }

func (w *writer) seats(it *Item) {
	w.printf("\n| | %s | %s | %s | %s |\n|---|---|---|---|---|\n", w.say("部门", "Department"), w.say("方式", "As"), w.say("依据", "Why"), w.say("情况", "State"))
	row := func(s *decision.SeatResult, extra string) {
		mark := "⏳"
		switch s.State {
		case decision.Filled:
			mark = "✅"
		case decision.Unfillable:
			mark = "⛔"
		}
		w.printf("| %s | %s | %s | %s | %s%s |\n", mark, md(w.units(s.Departments)), md(w.form(s.As)), md(w.why(&s.Seat)), md(w.state(s)), extra)
	}
	for i := range it.Decision.Seats {
		row(&it.Decision.Seats[i], "")
	}
	if it.Decision.Outcome == decision.Overridden {
		for i := range it.Decision.Override {
			s := it.Decision.Override[i]
			row(&s, w.say(" · 特批：", " · override: ")+md(short(s.By.Reason, maxValue)))
		}
	}
	for i, v := range uncounted(&it.Decision) {
		if i == maxVotes {
			break
		}
		mark := "▫️"
		if v.Status == decision.Blocks {
			mark = "❌"
		}
		text := w.label(v.Status.Label())
		if v.Reason != "" {
			text += w.say("；理由：", "; reason: ") + short(v.Reason, maxValue)
		}
		if len(v.Changed) > 0 {
			text += w.say("；后来改了：", "; changed since: ") + short(strings.Join(v.Changed, w.say("、", ", ")), maxValue)
		}
		w.printf("| %s | %s | %s | %s | %s |\n", mark, md(voter(&v)), md(w.label(v.Verdict.Label())), md(v.Source), md(text))
	}
	w.printf("\n%s `%s`\n", w.say("事项编号", "id"), it.ID[:vote.Firm])
}

func (w *writer) fields(it *Item) {
	if len(it.Fields) == 0 && len(it.Files) == 0 {
		return
	}
	w.printf("\n<details><summary>%s</summary>\n\n", w.say(fmt.Sprintf("改动：%d 个文件、%d 处", len(it.Files), len(it.Fields)), fmt.Sprintf("Changes: %d files, %d values", len(it.Files), len(it.Fields))))
	if len(it.Fields) > 0 {
		w.printf("| %s | %s | %s | %s |\n|---|---|---|---|\n", w.say("表单", "Form"), w.say("栏目", "Field"), w.say("原来", "Old"), w.say("现在", "New"))
	}
	for i := range it.Fields {
		if i == maxFields || w.buf.Len() > maxBytes {
			w.printf(w.say("\n…… 还有 %d 处\n", "\n… and %d more\n"), len(it.Fields)-i)
			break
		}
		f := &it.Fields[i]
		old, now := w.change(f)
		w.printf("| %s | %s | %s | %s |\n", md(f.Form.In(w.lang)), md(short(f.Label.In(w.lang), maxValue)), md(old), md(now))
	}
	listed := map[string]bool{}
	for i := range it.Fields {
		listed[it.Fields[i].File] = true
	}
	n := 0
	for _, f := range it.Files {
		if !listed[f.Path] && n < maxFields {
			if n == 0 {
				w.printf("\n")
			}
			n++
			w.printf("- %s\n", md(f.Path))
		}
	}
	w.printf("\n</details>\n")
}

func (w *writer) findingTable() {
	fresh := fresh(w.Findings)
	if len(fresh) > 0 {
		w.printf("\n| %s | %s | %s |\n|---|---|---|\n", w.say("检查发现", "Finding"), w.say("位置", "Place"), w.say("问题", "What is wrong"))
		for i, f := range fresh {
			if i == maxFindings || w.buf.Len() > maxBytes {
				w.printf(w.say("\n…… 还有 %d 个，见检查报告\n", "\n… and %d more, see the check\n"), len(fresh)-i)
				break
			}
			w.printf("| %s %s | %s:%d | %s |\n", report.Severity(f.Severity, w.lang), md(f.Rule), md(f.File), f.Line, md(short(f.Message.In(w.lang), 2*maxValue)))
		}
	}
	if n := len(w.Mended); n > 0 {
		w.printf(w.say("\n这次改好了 %d 个原有问题。\n", "\nThe change mends %d earlier findings.\n"), n)
	}
}

// how teaches the reader to vote.
func (w *writer) how() {
	seats, refused := w.open()
	if seats == 0 && refused == 0 {
		return
	}
	id := w.Change // of all transitions together
	if len(w.Items) == 1 {
		id = w.Items[0].ID
	}
	id = id[:vote.Firm]
	var units []string // each of which is still asked
	for i := range w.Items {
		for _, s := range w.Items[i].Decision.Seats {
			if s.State == decision.Open && len(s.Departments) > 0 && !slices.Contains(units, w.spoken(s.Departments[0])) {
				units = append(units, w.spoken(s.Departments[0]))
			}
		}
	}
	if len(units) == 0 {
		return
	}
	w.printf("\n%s\n\n```\n", w.say("**怎样表态**：用本页的评审按钮批准，或另发一条留言，只写本部门的一行：",
		"**How to vote**: approve with the review button, or post a new comment with the one line of your department:"))
	for _, u := range units[:min(len(units), maxVotes)] {
		w.printf(w.say("/同意 %s 代表 %s\n", "/approve %s as %s\n"), id, u)
	}
	w.printf(w.say("/不同意 %s 代表 %s：理由\n```\n", "/reject %s as %s: reason\n```\n"), id, units[0])
}

// spoken is a department as a comment may name it: by its code where its name
// would not be read as one word.
func (w *writer) spoken(code string) string {
	if name := w.names.Unit(code); w.lang != "en" && !strings.ContainsAny(name, " \t\n:：`") {
		return name
	}
	return code
}
