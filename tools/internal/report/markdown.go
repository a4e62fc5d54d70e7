package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

const (
	// maxComment is how many bytes of tables a Markdown report may have. Forges
	// refuse comments over 65,536 characters; the rest is head and foot.
	maxComment = 56_000
	// maxOpen is how many findings are listed before they are folded.
	maxOpen = 20
	// maxCell is how many characters of one text a table cell shows.
	maxCell = 400
	// maxRelated is how many related places a table cell lists.
	maxRelated = 5
)

// markdown writes the report for comments on a request and step summaries.
func (r *report) markdown() {
	w := r.words
	title := "✅ " + w.passed
	if r.count(finding.Error) > 0 {
		title = "❌ " + w.failed
	}
	fmt.Fprintf(&r.buf, "### %s\n\n%s\n", title, md(r.verdict()))
	if s := r.others(); s != "" {
		fmt.Fprintf(&r.buf, "\n%s\n", md(s))
	}
	if s := r.advice(); s != "" {
		fmt.Fprintf(&r.buf, "\n%s\n", s)
	}
	blocking, rest := split(r.active)
	r.tables(w.pick("必须改正 ", "To be mended: ")+fmt.Sprint(len(blocking)), blocking, len(blocking) > maxOpen)
	r.tables(w.pick("请看一看 ", "To be looked at: ")+fmt.Sprint(len(rest)), rest, len(r.active) > maxOpen)
	r.tables(r.existingTitle(), r.existing, true)
	r.tables(r.waivedTitle(), r.waived, true)
}

// advice tells the reader what to do now; empty when there is nothing to do.
func (r *report) advice() string {
	w := r.words
	explain := "`" + r.Tool + " explain R-000`"
	for _, f := range r.active {
		if f.Rule != "" {
			explain = "<code>" + md(r.Tool+" explain "+f.Rule) + "</code>"
			break
		}
	}
	switch {
	case r.count(finding.Error) > 0:
		return w.pick("请按“怎么办”一栏改正全部错误，再提交一次；改完会自动重新检查。看不懂某条规则，可以运行 "+explain+"。",
			"Please mend every error as the last column says and push again; the check runs anew by itself. To read more about a rule, run "+explain+".")
	case len(r.active) > 0:
		return w.pick("没有拦下变更的错误。下面各条请看一看：能改的改正，不改的请在说明里写明理由。",
			"No error blocks this change. Please look at the points below: mend what can be mended and give the reason for what stays.")
	}
	return ""
}

// split parts what blocks from what does not.
func split(fs []finding.Finding) (blocking, rest []finding.Finding) {
	for _, f := range fs {
		if f.Blocks() {
			blocking = append(blocking, f)
		} else {
			rest = append(rest, f)
		}
	}
	return blocking, rest
}

// tables writes findings as one table per file, under a head per project. The
// title is one of ours and goes out as it is.
func (r *report) tables(title string, fs []finding.Finding, folded bool) {
	if len(fs) == 0 {
		return
	}
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b finding.Finding) int {
		if (a.Project == "") != (b.Project == "") { // what lies outside projects comes last
			return cmp.Compare(b.Project, a.Project)
		}
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.File, b.File))
	})
	if folded {
		fmt.Fprintf(&r.buf, "\n<details>\n<summary>%s</summary>\n", title)
	} else {
		fmt.Fprintf(&r.buf, "\n#### %s\n", title)
	}
	for i := range fs {
		f := &fs[i]
		text := r.row(f)
		if i == 0 || fs[i-1].Project != f.Project || fs[i-1].File != f.File {
			text = r.tableHead(f, i == 0 || fs[i-1].Project != f.Project) + text
		}
		if r.buf.Len()+len(text) > maxComment {
			fmt.Fprintf(&r.buf, "\n%s\n", md(r.more(len(fs)-i)))
			break
		}
		r.buf.WriteString(text)
	}
	if folded {
		r.buf.WriteString("\n</details>\n")
	}
}

// tableHead opens the table of a file, below the name of its project where that
// is a new one.
func (r *report) tableHead(f *finding.Finding, newProject bool) string {
	var s string
	if newProject {
		s = "\n**" + md(cmp.Or(f.Project, r.words.general)) + "**\n"
	}
	if f.File != "" {
		s += "\n<code>" + md(f.File) + "</code>\n"
	}
	w := r.words
	return s + fmt.Sprintf("\n| %s | %s | %s | %s |\n|---|---|---|---|\n", w.colPlace, w.colRule, w.colWhat, w.colFix)
}

func (r *report) row(f *finding.Finding) string {
	w := r.words
	where := w.wholeFile
	switch {
	case f.Line > 0:
		where = strings.TrimPrefix(place(finding.Place{Line: f.Line, Col: f.Col}), ":")
	case f.File == "":
		where = "—"
	}
	rule := md(f.Rule)
	if u := r.ruleURL(f.Rule); u != "" {
		rule = "[" + rule + "](<" + u + ">)"
	}
	rule = md(w.severity(f.Severity)) + " " + rule
	if f.Name != "" {
		rule += "<br>" + cell(f.Name)
	}
	if f.Clause != "" {
		rule += "<br>" + md(w.clause) + " " + cell(f.Clause)
	}
	what := cell(f.Message.In(r.Lang))
	for i, p := range f.Related {
		if i == maxRelated {
			what += "<br>…"
			break
		}
		at := place(finding.Place{File: path.Base(p.File), Line: p.Line, Col: p.Col})
		if p.File != f.File {
			at = place(p)
		}
		what += "<br>→ <code>" + cell(at) + "</code> " + cell(p.Label.In(r.Lang))
	}
	fix := cell(f.Help.In(r.Lang))
	if f.Suggest != "" {
		if fix != "" {
			fix += "<br>"
		}
		fix += md(w.suggest+w.pick("：", ": ")) + "<code>" + cell(f.Suggest) + "</code>"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", where, rule, strings.TrimSpace(what), fix)
}

// cell is md for text of any length.
func cell(s string) string {
	s = OneLine(s)
	if rs := []rune(s); len(rs) > maxCell {
		s = string(rs[:maxCell]) + "…"
	}
	return md(s)
}

// md makes text literal within a line of Markdown, in a table cell or in HTML.
func md(s string) string { return value.EscapeMarkdown(OneLine(s)) }
