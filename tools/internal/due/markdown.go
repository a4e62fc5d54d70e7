package due

import (
	"fmt"
	"io"
	"strings"

	"taizhang/tools/internal/value"
)

// maxMarkdown is how many bytes of tables a Markdown report may have: forges
// refuse an issue of more than 65,536 characters, and fewer bytes are never
// more characters.
const maxMarkdown = 60_000

// Markdown writes the items for an issue: one table a unit or department, what
// only waits folded away.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s %s** · %s\n", r.say("截至", "As of"), r.Today, r.tally(r.Count(Overdue), r.Count(Soon), r.Count(Waiting)))
	if len(r.Items) == 0 {
		fmt.Fprintf(&b, "\n%s\n", r.say("没有要提醒的事。", "There is nothing to remind of."))
	}
	if s := r.unjudged(); s != "" {
		fmt.Fprintf(&b, "\n%s\n", md(s))
	}
	// What presses comes first for everybody. Where there is too much, every
	// table gets its share of the room, so that none is pushed out by another.
	var tables []table
	groups := r.groups()
	for _, waiting := range []bool{false, true} {
		for _, g := range groups {
			t := table{group: g, waiting: waiting}
			for i := range g.items {
				if x := &g.items[i]; (x.Section == Waiting) == waiting {
					t.rows = append(t.rows, r.row(x))
				}
			}
			if len(t.rows) > 0 {
				tables = append(tables, t)
			}
		}
	}
	left := 0
	for i, t := range tables {
		left += r.table(&b, t, (maxMarkdown-b.Len())/(len(tables)-i))
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n%s\n", r.say(fmt.Sprintf("太长，还有 %d 行没有列出；用 `taizhang due` 看全部。", left),
			fmt.Sprintf("Too long: %d more rows are left out, see `taizhang due`.", left)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// table is what one group has to do now, or waits for.
type table struct {
	group   *group
	waiting bool
	rows    []string
}

// table writes as many rows as room, in bytes, allows and returns how many it
// left out.
func (r *Report) table(b *strings.Builder, t table, room int) (left int) {
	head, foot := fmt.Sprintf("\n#### %s · %d\n", md(t.group.name), len(t.rows)), ""
	if t.waiting {
		head = fmt.Sprintf("\n<details>\n<summary>%s · %s %d</summary>\n", md(t.group.name), r.say("等待", "waiting"), len(t.rows))
		foot = "\n</details>\n"
	}
	head += "\n" + r.say("| 时间 | 日期 | 项目 | 要办的事 | 由谁办 | 依据 |", "| When | Date | Project | What | Who | Clause |") + "\n|---|---|---|---|---|---|\n"
	if room -= len(head) + len(foot); len(t.rows[0]) > room {
		return len(t.rows)
	}
	b.WriteString(head)
	for i, row := range t.rows {
		if room -= len(row); room < 0 {
			left = len(t.rows) - i
			break
		}
		b.WriteString(row)
	}
	b.WriteString(foot)
	return left
}

func (r *Report) row(x *Item) string {
	project := "—"
	if x.Project != "" {
		project = "<code>" + md(x.Project) + "</code> " + md(short(x.Title))
	}
	basis := md(x.Clause)
	if x.Rule != "" {
		basis = strings.TrimSpace(basis + " " + md(x.Rule))
	}
	status := md(r.status(x))
	if x.Section == Overdue {
		status = "**" + status + "**"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", status, md(r.day(x)), project, md(r.what(x)), md(r.who(x)), basis)
}

// short keeps a title to the width of a table cell.
func short(s string) string {
	if rs := []rune(s); len(rs) > 80 {
		return string(rs[:80]) + "…"
	}
	return s
}

// md makes text literal within a line of Markdown, in a table cell or in HTML.
func md(s string) string { return value.EscapeMarkdown(clean(s)) }
