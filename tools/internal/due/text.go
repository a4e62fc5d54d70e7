package due

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"taizhang/tools/internal/value"
)

// Text writes the items as aligned tables, one a unit or department.
func (r *Report) Text(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s %s · %s\n", r.say("到期提醒", "Due on"), r.Today, r.tally(r.Count(Overdue), r.Count(Soon), r.Count(Waiting)))
	for _, g := range r.groups() {
		fmt.Fprintf(b, "\n%s · %s\n", g.name, r.tally(g.count(Overdue), g.count(Soon), g.count(Waiting)))
		rows := make([][]string, len(g.items))
		var width [4]int
		for i := range g.items {
			x := &g.items[i]
			what := r.what(x)
			if r.ByUnit {
				what = r.say(r.who(x)+"："+what, r.who(x)+": "+what)
			}
			about := x.Title
			if x.Clause != "" {
				what += r.say("（"+x.Clause+"）", " ["+x.Clause+"]")
			}
			rows[i] = []string{r.status(x), r.day(x), x.Project, what, about}
			for k := range width {
				width[k] = max(width[k], value.Width(rows[i][k]))
			}
		}
		for _, row := range rows {
			line := " "
			for k, cell := range row {
				line += " " + cell
				if k < len(width) {
					line += strings.Repeat(" ", width[k]-value.Width(cell)+1)
				}
			}
			fmt.Fprintln(b, strings.TrimRight(line, " "))
		}
	}
	if s := r.unjudged(); s != "" {
		fmt.Fprintf(b, "\n%s\n", s)
	}
	return b.Flush()
}
