package judge

import (
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/steps"
)

type stepsResult struct {
	State string `json:"state"`
	// Known is false for a project whose records do not tell where it stands.
	Known bool   `json:"known"`
	Steps []step `json:"steps"`
}

// step is one thing to do next. Without a code it is the records that can be
// filled in without a move.
type step struct {
	Code      string     `json:"code"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Zh        string     `json:"zh"`
	En        string     `json:"en"`
	Clause    string     `json:"clause"`
	Setback   bool       `json:"setback"`
	Forms     []ask      `json:"forms"`
	Approvers []approver `json:"approvers"`
}

type ask struct {
	Form   string       `json:"form"`
	Title  finding.Text `json:"title"`
	File   string       `json:"file"` // in the project's folder; a plan from the root of the registry
	Exists bool         `json:"exists"`
}

type approver struct {
	Role  string   `json:"role"`
	As    string   `json:"as"`
	Count int      `json:"count"`
	Units []string `json:"units"`
}

// steps tells what can be done next with the project that the files are of; with
// a project that has none yet when there are no files.
func (j *Judge) steps(q question) (any, error) {
	var p struct {
		Files map[string]content
		Date  string // the day it is, YYYY-MM-DD
	}
	if err := q.into(&p); err != nil {
		return nil, err
	}
	files, err := q.files(p.Files)
	if err != nil {
		return nil, err
	}
	of, err := j.on(files)
	if err != nil {
		return nil, fault("登记簿的定义有误，无法检查：%v", "the definitions are broken and nothing can be judged: %v", err)
	}
	of.Registry.Today = p.Date
	r := stepsResult{Known: true, Steps: []step{}}
	var v *check.Verdict
	switch folders := of.Registry.Folders(); {
	case len(folders) > 1:
		return nil, fault("一次只看一个项目", "this looks at one project at a time")
	case len(folders) == 1:
		v = of.Project(folders[0], nil)
		if r.Known = v.Known; v.Known {
			r.State = v.History.State
		}
	}
	for _, s := range steps.Next(of, v) {
		out := step{From: s.From, To: s.To, Forms: []ask{}, Approvers: []approver{}}
		if t := s.Transition; t != nil {
			out.Code, out.Zh, out.En, out.Clause, out.Setback = t.ID, t.Zh, t.En, t.Clause, t.Setback
		}
		for _, a := range s.Forms {
			out.Forms = append(out.Forms, ask{a.Form.Name, a.Form.Title, a.File, a.Exists})
		}
		for _, a := range s.Approvers {
			units := a.Units
			if units == nil {
				units = []string{}
			}
			out.Approvers = append(out.Approvers, approver{a.Role, a.As, a.Count, units})
		}
		r.Steps = append(r.Steps, out)
	}
	return r, nil
}
