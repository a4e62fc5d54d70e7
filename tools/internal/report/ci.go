package report

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/finding"
)

// github writes workflow commands, which GitHub shows as annotations on the
// lines of a request. It shows ten per severity and step, so findings outside
// the verdict go to a folded part of the log instead.
func (r *report) github() {
	for i := range r.active {
		r.buf.WriteString(r.annotation(&r.active[i]))
	}
	r.group(r.existingTitle(), r.existing)
	r.group(r.waivedTitle(), r.waived)
	if s := r.others(); s != "" {
		r.line(s)
	}
	r.line(r.verdict())
}

func (r *report) annotation(f *finding.Finding) string {
	name := "notice"
	switch f.Severity {
	case finding.Error:
		name = "error"
	case finding.Warn:
		name = "warning"
	}
	var props []string
	if f.File != "" {
		props = append(props, "file="+property(OneLine(f.File)))
		if f.Line > 0 {
			props = append(props, fmt.Sprintf("line=%d", f.Line))
			if f.Col > 0 {
				props = append(props, fmt.Sprintf("col=%d", f.Col))
				if f.EndCol > f.Col {
					props = append(props, fmt.Sprintf("endColumn=%d", f.EndCol))
				}
			}
		}
	}
	props = append(props, "title="+property(strings.TrimSpace(OneLine(f.Rule)+" "+OneLine(f.Name))))
	return fmt.Sprintf("::%s %s::%s\n", name, strings.Join(props, ","), data(r.paragraph(f)))
}

// paragraph puts what a finding says into a few lines of plain text.
func (r *report) paragraph(f *finding.Finding) string {
	w := r.words
	lines := []string{OneLine(f.Message.In(r.Lang))}
	add := func(label, s string) {
		if s = OneLine(s); s != "" {
			lines = append(lines, label+w.pick("：", ": ")+s)
		}
	}
	add(w.clause, f.Clause)
	add(w.help, f.Help.In(r.Lang))
	add(w.suggest, f.Suggest)
	for _, p := range f.Related {
		lines = append(lines, strings.TrimSpace("--> "+place(p)+" "+OneLine(p.Label.In(r.Lang))))
	}
	see := r.ruleURL(f.Rule)
	if see == "" {
		see = r.Tool + " explain " + f.Rule
	}
	add(w.see, see)
	for i := range lines {
		lines[i] = LogLine(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (r *report) group(title string, fs []finding.Finding) {
	if len(fs) == 0 {
		return
	}
	fmt.Fprintf(&r.buf, "::group::%s\n", data(title))
	for i := range fs {
		f := &fs[i]
		r.line(fmt.Sprintf("%s %s %s %s: %s", place(f.Place), r.words.severity(f.Severity),
			OneLine(f.Rule), OneLine(f.Name), OneLine(f.Message.In(r.Lang))))
	}
	r.buf.WriteString("::endgroup::\n")
}

// data escapes the message of a workflow command, property a value in its
// head. The runner undoes both.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// codeQuality is one entry of a GitLab Code Quality report.
type codeQuality struct {
	Description string          `json:"description"`
	CheckName   string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// gitlab writes a Code Quality report. Existing findings are in it, since
// GitLab compares the reports of two branches by fingerprint and would take
// them for mended; waived ones are not.
func (r *report) gitlab() error {
	out := []codeQuality{}
	prints := fingerprints(r.all)
	for i := range r.all {
		f := &r.all[i]
		if f.Waived {
			continue
		}
		severity := "info"
		switch {
		case f.Blocks():
			severity = "blocker"
		case f.Severity == finding.Error:
			severity = "major"
		case f.Severity == finding.Warn:
			severity = "minor"
		}
		text := OneLine(f.Rule) + " " + OneLine(f.Message.In(r.Lang))
		if help := OneLine(f.Help.In(r.Lang)); help != "" {
			text += r.words.pick(" 怎么办：", " Help: ") + help
		}
		file := f.File
		if file == "" {
			file = "." // the format wants a path for each entry
		}
		out = append(out, codeQuality{text, f.Rule, prints[i], severity,
			qualityLocation{file, qualityLines{max(1, f.Line)}}})
	}
	return r.encode(out)
}
