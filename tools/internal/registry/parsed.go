package registry

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
)

// parsed is what one file of a project says by itself, whatever stands around
// it. It is never altered, so that both sides of a change may share it.
type parsed struct {
	record   *Record           // nil when the file could not be taken apart
	raw      []byte            // of a file without record, as far as it was read
	findings []finding.Finding // about reading and schema
}

// parse reads a file. was is what it said before a change, or nil.
func (r *Registry) parse(was *parsed, file string, form *schema.Form, number int, name string) *parsed {
	data, err := r.files.Read(file, RecordLimit)
	if err != nil {
		return &parsed{findings: []finding.Finding{{Rule: "P-005", Place: finding.Place{File: file, Line: 1, Col: 1},
			Message: finding.Text{Zh: "无法读取：" + err.Error(), En: "cannot be read: " + err.Error()}}}}
	}
	var before *record.Record
	if was != nil && was.record != nil && len(was.findings) == 0 {
		before = was.record.Record
	}
	rec, fs := record.ParseAfter(before, file, data)
	if rec == nil {
		return &parsed{findings: fs, raw: data[:min(len(data), RecordLimit)]}
	}
	if before != nil && rec.Root == before.Root { // nothing was wrong with it
		same := *was.record
		same.Record = rec
		return &parsed{record: &same, findings: fs}
	}
	fs = append(fs, form.Validate(file, rec.Root)...)
	out := &Record{Record: rec, Form: form, Name: strings.TrimSuffix(name, ".md"), Number: number}
	out.Env, _ = r.kinds.value(form.Root, rec.Root, file).(map[string]any)
	if form.Repeated != "" {
		out.Env["file"], out.Env["ordinal"] = out.Name, number
		if form.Root.Child("number") == nil {
			out.Env["number"] = number
		}
		if y := rec.Root.Get("year"); form.Repeated == "year" && y != nil && y.Text != fmt.Sprint(number) {
			fs = append(fs, finding.Finding{Rule: "P-006", Place: y.Place(file),
				Message: finding.Text{Zh: fmt.Sprintf("文件名的年份是 %d，内容写的是 %s", number, y.Text), En: fmt.Sprintf("the file name says %d, the content %s", number, y.Text)},
				Help:    finding.Text{Zh: "改成一致", En: "make them agree"}})
		}
	}
	return &parsed{record: out, findings: fs}
}

// take adds what a file says to its project.
func (p *Project) take(name string, form *schema.Form, is *parsed) {
	p.parsed[name] = is
	fs := is.findings
	if is.record != nil {
		fs = append(slices.Clone(fs), p.registry.body(p, form, is.record.Record)...)
		p.Records = append(p.Records, is.record)
	} else if is.raw != nil {
		if p.Unread == nil {
			p.Unread = map[string][]byte{}
		}
		p.Unread[path.Join(p.Dir, name)] = is.raw
	}
	p.Findings = append(p.Findings, fs...)
	if is.record == nil || slices.ContainsFunc(fs, breaks) {
		p.distrust(form)
	}
}

// distrust marks the records of a form as not to be relied on.
func (p *Project) distrust(form *schema.Form) {
	p.Broken[form.Name] = true
	if form.Repeated != "" {
		p.Broken[plural(form.Name)] = true
	}
}

// breaks reports whether a finding means that values may be missing or of the
// wrong type, so that rules about them would only repeat it.
func breaks(f finding.Finding) bool {
	switch f.Rule {
	case "S-010", "R-001", "F-013", "F-014", "F-015", "P-005", "P-006":
		return false
	}
	return true
}

// body judges links and required headings of the Markdown body.
func (r *Registry) body(p *Project, form *schema.Form, rec *record.Record) []finding.Finding {
	var fs []finding.Finding
	for _, l := range rec.Links {
		target, _, _ := strings.Cut(l.Target, "#")
		if target == "" || strings.Contains(target, "://") || r.Has(path.Join(p.Dir, target)) {
			continue
		}
		fs = append(fs, finding.Finding{Rule: "F-015", Place: finding.Place{File: rec.Path, Line: l.Line, Col: l.Col, EndCol: l.EndCol},
			Message: finding.Text{Zh: fmt.Sprintf("链接指向的文件“%s”不存在", l.Target), En: fmt.Sprintf("the link points to “%s”, which does not exist", l.Target)},
			Help:    finding.Text{Zh: "核对路径，或把文件放进项目文件夹的 files/", En: "check the path or put the file into files/ of the project"}})
	}
	for _, h := range form.Headings {
		if !slices.ContainsFunc(rec.Headings, func(x record.Heading) bool { return x.Text == h }) {
			fs = append(fs, finding.Finding{Rule: "S-001", Place: finding.Place{File: rec.Path, Line: rec.BodyLine, Col: 1},
				Message: finding.Text{Zh: "正文缺少标题“" + h + "”", En: "the body lacks the heading “" + h + "”"}})
		}
	}
	return fs
}
