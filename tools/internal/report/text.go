package report

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/finding"
)

// ANSI colours. Only paint writes them, and only when colour is asked for.
const (
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[1;34m"
	green  = "\x1b[1;32m"
	plain  = "\x1b[0m"
)

// maxShort is how many findings outside the verdict are listed in full view.
const maxShort = 50

func (r *report) paint(color, s string) string {
	if !r.Color || s == "" {
		return s
	}
	return color + s + plain
}

// line prints one line of text.
func (r *report) line(s string) {
	r.buf.WriteString(strings.TrimRight(LogLine(s), " "))
	r.buf.WriteByte('\n')
}

func tint(s finding.Severity) string {
	switch s {
	case finding.Error:
		return red
	case finding.Warn:
		return yellow
	}
	return blue
}

// text writes the report for a terminal.
func (r *report) text() {
	for i := range r.active {
		r.full(&r.active[i])
		r.line("")
	}
	r.short(r.existingTitle(), r.existing)
	r.short(r.waivedTitle(), r.waived)
	if s := r.others(); s != "" {
		r.wrapped("", s, "")
	}
	color := green
	for i := range r.active {
		if r.active[i].Blocks() {
			color = red
			break
		}
		if r.active[i].Severity == finding.Warn {
			color = yellow
		}
	}
	r.wrapped("", r.verdict(), color)
}

// full prints a finding with everything that helps to mend it.
func (r *report) full(f *finding.Finding) {
	w, color := r.words, tint(f.Severity)
	r.line(r.head(f))
	r.wrapped("  ", OneLine(f.Message.In(r.Lang)), bold)
	rest := r.snippet(f, color)
	if f.Sensitive {
		r.note("", w.hidden)
	}
	for _, p := range rest {
		s := "    --> " + place(p)
		if label := OneLine(p.Label.In(r.Lang)); label != "" {
			s += " " + label
		}
		r.line(s)
	}
	r.note(w.clause, OneLine(f.Clause))
	r.note(w.help, OneLine(f.Help.In(r.Lang)))
	r.note(w.suggest, OneLine(f.Suggest))
	explain := r.Tool + " explain " + OneLine(f.Rule)
	if u := r.ruleURL(f.Rule); u != "" {
		explain += "  " + u
	}
	r.note(w.see, explain)
}

// head is the line by which editors and people find the place.
func (r *report) head(f *finding.Finding) string {
	return fmt.Sprintf("%s %s %s %s", r.paint(bold, place(f.Place)),
		r.paint(tint(f.Severity), r.words.severity(f.Severity)), r.paint(bold, OneLine(f.Rule)), OneLine(f.Name))
}

// note prints a labelled remark below a snippet, nothing when it is empty.
func (r *report) note(label, s string) {
	if s == "" {
		return
	}
	if label != "" {
		s = label + r.words.pick("：", ": ") + s
	}
	r.wrapped("    = ", s, "")
}

// wrapped prints text after a prefix and hangs further lines under its start.
func (r *report) wrapped(prefix, s, color string) {
	width := r.Width
	if width > 0 {
		width = max(minWindow, width-cells(prefix))
	}
	for i, l := range wrap(s, width) {
		if i == 1 {
			prefix = strings.Repeat(" ", cells(prefix))
		}
		r.line(prefix + r.paint(color, l))
	}
}

// short lists findings that stay outside the verdict, two lines each at most.
func (r *report) short(title string, fs []finding.Finding) {
	if len(fs) == 0 {
		return
	}
	r.line(r.paint(bold, title))
	for i := range fs {
		if i == maxShort {
			r.line("  " + r.more(len(fs)-i))
			break
		}
		r.line("  " + r.head(&fs[i]))
		r.wrapped("      ", OneLine(fs[i].Message.In(r.Lang)), "")
	}
	r.line("")
}
