// Package transition tells what a change of the registry asks to be approved.
// A transition is everything that the change does to one subject: a project,
// the annual plans, the definitions that the registry judges by, or its help
// pages. Its id is a hash of what it does, so an approval survives a rebase, a
// squash and a mirror, and dies when the approved content changes.
//
// The package gets a judged change and the hashes of what differs; it knows
// neither Git nor forges, nor who has approved.
package transition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
)

// File is one path that a change touches: the hashes of its blobs, "" where
// there is none.
type File struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Step is a step of the lifecycle that a change takes or takes back.
type Step struct {
	ID     string       `json:"id"` // T11
	Name   finding.Text `json:"name"`
	Clause string       `json:"clause,omitempty"`
	On     string       `json:"on"` // date of the event
}

// Transition is what a change does to one subject.
type Transition struct {
	ID      string          `json:"id"`      // 64 hexadecimal digits
	Subject string          `json:"subject"` // 2027-jyj-01, plans, definitions, texts
	Title   string          `json:"title,omitempty"`
	From    string          `json:"from,omitempty"` // states of a project
	To      string          `json:"to,omitempty"`
	Steps   []Step          `json:"steps,omitempty"`
	Lost    []Step          `json:"lost,omitempty"` // recorded steps that the change removes
	Files   []File          `json:"files"`
	Fields  []Field         `json:"fields,omitempty"`
	Seats   []decision.Seat `json:"seats"`
	// Override lists the seats that may together decide without the others.
	Override []decision.Seat `json:"override,omitempty"`
}

// Short is how people write an id.
func (t *Transition) Short() string { return t.ID[:12] }

// Content maps each path of the transition to its new blob.
func (t *Transition) Content() map[string]string {
	out := make(map[string]string, len(t.Files))
	for _, f := range t.Files {
		out[f.Path] = f.New
	}
	return out
}

// ChangeID names all transitions of one change together.
func ChangeID(ts []Transition) string {
	h := sha256.New()
	for i := range ts {
		h.Write([]byte(ts[i].ID + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Of lists the transitions of a judged change: those of projects by id, then
// plans, definitions, texts. files are all paths that differ, sorted.
func Of(res *check.Result, files []File) []Transition {
	b := builder{res: res, units: unitsByRole(res.Base.Registry)}
	groups := map[string][]File{}
	for _, f := range files {
		s := subjectOf(f.Path)
		groups[s] = append(groups[s], f)
	}
	var out []Transition
	for i := range res.Pairs {
		p := &res.Pairs[i]
		if fs := groups[p.ID]; len(fs) > 0 {
			out = append(out, b.project(p, fs))
		}
		delete(groups, p.ID)
	}
	approvals := &res.Base.Lifecycle.Approvals
	for _, s := range []struct {
		subject string
		ask     []lifecycle.Approval
	}{{registry.SubjectPlans, approvals.Plans}, {registry.SubjectDefinitions, approvals.Definitions}, {registry.SubjectTexts, approvals.Texts}} {
		if fs := groups[s.subject]; len(fs) > 0 {
			t := Transition{Subject: s.subject, Files: fs}
			if s.subject == registry.SubjectPlans {
				t.Fields = b.plans(fs)
			}
			b.ask(&t, s.ask, "", nil)
			out = append(out, t)
		}
		delete(groups, s.subject)
	}
	// Whatever is left lies where no project can be: the check has refused it.
	var rest []string
	for s := range groups {
		rest = append(rest, s)
	}
	slices.Sort(rest)
	for _, s := range rest {
		t := Transition{Subject: s, Files: groups[s]}
		b.ask(&t, approvals.Definitions, "", nil)
		out = append(out, t)
	}
	for i := range out {
		b.finish(&out[i])
	}
	return out
}

// subjectOf files a path under what it belongs to.
func subjectOf(path string) string {
	switch {
	case strings.HasPrefix(path, registry.ProjectsDir+"/"):
		if parts := strings.SplitN(strings.TrimPrefix(path, registry.ProjectsDir+"/"), "/", 4); len(parts) == 4 {
			return strings.Join(parts[:3], "-")
		}
		return path
	case strings.HasPrefix(path, registry.PlansDir+"/"):
		return registry.SubjectPlans
	case strings.HasPrefix(path, registry.GuideDir+"/"):
		return registry.SubjectTexts
	}
	return registry.SubjectDefinitions
}

// id hashes what a transition does. Only what is approved is in it: not the
// commit, not the dates of the request, not who is asked.
func (t *Transition) id() string {
	canonical := struct {
		Version int         `json:"v"`
		Subject string      `json:"subject"`
		From    string      `json:"from"`
		To      string      `json:"to"`
		Steps   []string    `json:"steps"`
		Files   [][3]string `json:"files"`
	}{Version: 1, Subject: t.Subject, From: t.From, To: t.To, Steps: []string{}, Files: [][3]string{}}
	for _, s := range t.Steps {
		canonical.Steps = append(canonical.Steps, s.ID+" "+s.On)
	}
	for _, f := range t.Files {
		canonical.Files = append(canonical.Files, [3]string{f.Path, f.Old, f.New})
	}
	data, err := json.Marshal(canonical)
	if err != nil {
		panic(err) // strings and integers can always be written
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func steps(list []lifecycle.Step) []Step {
	var out []Step
	for i := range list {
		s := &list[i]
		out = append(out, Step{ID: s.Transition.ID, Name: finding.Text{Zh: s.Transition.Zh, En: s.Transition.En}, Clause: s.Transition.Clause, On: s.On})
	}
	return out
}
