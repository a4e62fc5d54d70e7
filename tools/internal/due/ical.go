package due

import (
	"io"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/value"
)

// ICal writes the items that have a date as a calendar (RFC 5545): all-day
// events on the last day. The same item has the same UID in every export, so a
// calendar that subscribes moves an event instead of doubling it; the stamp is
// the day asked for, so that equal input gives equal bytes.
func (r *Report) ICal(w io.Writer) error {
	var b strings.Builder
	line := func(name, v string) { fold(&b, name+":"+v) }
	cfg := r.calendar.judge.Registry.Config
	name := cfg.District.In(r.Lang) + r.say("政务信息化项目到期提醒", " IT project deadlines")
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//taizhang//due//"+r.say("ZH", "EN"))
	line("CALSCALE", "GREGORIAN")
	line("NAME", escape(name))
	line("X-WR-CALNAME", escape(name))
	stamp := compact(r.Today) + "T000000Z"
	for i := range r.Items {
		x := &r.Items[i]
		if x.Due == "" {
			continue
		}
		summary := r.what(x)
		if x.Title != "" {
			summary += r.say("：", ": ") + x.Title
		}
		line("BEGIN", "VEVENT")
		line("UID", x.UID+"@"+cfg.DivisionCode+".taizhang")
		line("DTSTAMP", stamp)
		line("DTSTART;VALUE=DATE", compact(x.Due))
		if next := value.AddDays(x.Due, 1); next != "" {
			line("DTEND;VALUE=DATE", compact(next))
		}
		line("SUMMARY", escape(summary))
		line("DESCRIPTION", escape(r.description(x)))
		line("CATEGORIES", string(x.Section))
		line("TRANSP", "TRANSPARENT")
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) description(x *Item) string {
	var out []string
	row := func(zh, en, v string) {
		if v != "" {
			out = append(out, r.say(zh+"："+v, en+": "+v))
		}
	}
	row("由谁办", "Who", r.who(x))
	row("项目", "Project", x.Project)
	if x.Project != "" {
		row("单位", "Unit", r.unit(x.Unit, true))
	}
	row("从哪天起", "Since", x.Since)
	row("依据", "Clause", x.Clause)
	row("规则", "Rule", x.Rule)
	return strings.Join(out, "\n")
}

func compact(date string) string { return strings.ReplaceAll(date, "-", "") }

// escape writes text as a value of type TEXT (RFC 5545, 3.3.11).
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// fold writes a content line in pieces of at most 75 octets, never inside a
// character (RFC 5545, 3.1). The blank that begins a further piece counts.
func fold(b *strings.Builder, s string) {
	for limit := 75; len(s) > limit; limit = 74 {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}
