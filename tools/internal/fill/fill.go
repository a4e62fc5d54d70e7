// Package fill fills in the forms that a step of a project asks for: it holds
// what was answered so far, asks the rest on the terminal in the order and the
// words of the schemas, and gives the files that come of it. It knows neither
// disk nor Git: whoever calls it reads, judges and writes.
package fill

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/steps"
	"taizhang/tools/internal/value"
)

// Sheet is one document being filled in.
type Sheet struct {
	Form   *schema.Form
	File   string   // path from the root of the registry
	Keys   []string // top-level keys that tell of the step
	Values map[string]any
	Body   string

	given    map[string]bool // keys that the beginning settled
	guess    map[string]bool // keys with what is likely, until somebody answers
	original []byte          // nil for a new file
	was      compose.Document
}

// Work is a step of a project being taken.
type Work struct {
	ID     string // of the project
	Dir    string // its folder
	Step   steps.Step
	Sheets []*Sheet // index.md first

	judge *check.Judge
}

// Start opens the documents that a step asks for. The files that are there must
// be readable; the error says where one is not.
func Start(j *check.Judge, id string, step steps.Step) (*Work, error) {
	pid, _ := value.ParseProjectID(id)
	w := &Work{ID: id, Dir: registry.ProjectsDir + "/" + pid.Path(), Step: step, judge: j}
	asks := slices.Clone(step.Forms)
	index := slices.IndexFunc(asks, func(a steps.Ask) bool { return a.Form.Name == "index" })
	if index < 0 {
		asks = slices.Insert(asks, 0, steps.Ask{Form: j.Registry.Schemas.Form("index"), File: "index.md", Exists: true})
	} else if index > 0 {
		a := asks[index]
		asks = slices.Insert(slices.Delete(asks, index, index+1), 0, a)
	}
	for _, a := range asks {
		s := &Sheet{Form: a.Form, File: path.Join(w.Dir, a.File), Keys: a.Keys, Values: map[string]any{}, given: map[string]bool{}, guess: map[string]bool{}}
		if strings.Contains(a.File, "/") {
			s.File = a.File
		}
		if j.Registry.Has(s.File) {
			if err := s.read(j); err != nil {
				return nil, err
			}
		}
		w.Sheets = append(w.Sheets, s)
	}
	if t := step.Transition; t != nil {
		w.Sheets[0].Values["state"] = step.To
	}
	return w, nil
}

func (s *Sheet) read(j *check.Judge) error {
	data, err := j.Registry.Read(s.File, registry.RecordLimit)
	if err != nil {
		return fmt.Errorf("%s: %w", s.File, err)
	}
	doc, findings := compose.Read(s.Form, s.File, data)
	if len(doc.Values) == 0 {
		f := findings[0]
		return &compose.Error{Text: f.Message}
	}
	s.original, s.was = data, doc
	s.Values, s.Body = maps.Clone(doc.Values), doc.Body
	return nil
}

// New reports whether the sheet is not a file yet.
func (s *Sheet) New() bool { return s.original == nil }

// Changed reports whether anything was filled in that is not in the file.
func (s *Sheet) Changed() bool {
	return s.New() && len(s.Values) > 0 || !s.New() && (!reflect.DeepEqual(s.Values, s.was.Values) || s.Body != s.was.Body)
}

// Render returns the sheet as a file. An error is a [*compose.Error].
func (s *Sheet) Render() ([]byte, error) {
	if s.New() {
		return compose.Write(s.Form, compose.Document{Values: s.Values, Body: s.Body})
	}
	set := map[string]any{}
	for k, v := range s.Values {
		if !reflect.DeepEqual(v, s.was.Values[k]) {
			set[k] = v
		}
	}
	for k := range s.was.Values {
		if _, stays := s.Values[k]; !stays {
			set[k] = nil
		}
	}
	var body *string
	if s.Body != s.was.Body {
		body = &s.Body
	}
	return compose.Amend(s.Form, s.File, s.original, set, body)
}

// Files returns the files that the work changes, by path.
func (w *Work) Files() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, s := range w.Sheets {
		if !s.Changed() {
			continue
		}
		data, err := s.Render()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(s.File), err)
		}
		out[s.File] = data
	}
	return out, nil
}

// Main are the sheets that the step is about: all but index.md, unless there is
// nothing else.
func (w *Work) Main() []*Sheet {
	if len(w.Sheets) == 1 {
		return w.Sheets
	}
	return w.Sheets[1:]
}

// Set enters what was typed for a field: "estimate", "attestation.unit", or with
// the form in front where several have it, "index:title". "body" is the text
// below the fields. An error is a [*compose.Error].
func (w *Work) Set(name, text string) error {
	s, key, err := w.find(name)
	if err != nil {
		return err
	}
	if key == "body" {
		s.Body = text
		return nil
	}
	return compose.Set(s.Form, s.Values, key, text)
}

// SetValue enters the whole value of a field, as [Work.Set] finds it.
func (w *Work) SetValue(name string, v any) error {
	s, key, err := w.find(name)
	if err != nil {
		return err
	}
	if text, is := v.(string); is && key == "body" {
		s.Body = text
	} else if s.Form.Root.Child(key) == nil {
		return compose.Set(s.Form, s.Values, key, "") // words the refusal
	} else if v == nil {
		delete(s.Values, key)
	} else {
		s.Values[key] = v
	}
	return nil
}

// find returns the sheet that a name is about and the name inside it.
func (w *Work) find(name string) (*Sheet, string, error) {
	all := append(slices.Clone(w.Main()), w.Sheets[0])
	if form, key, ok := strings.Cut(name, ":"); ok {
		var have []string
		for _, s := range all {
			if s.Form.Name == form || strings.TrimSuffix(path.Base(s.File), ".md") == form {
				return s, key, nil
			}
			have = append(have, s.Form.Name)
		}
		e := &compose.Error{Key: name}
		e.Text.Zh = fmt.Sprintf("这一步没有表单“%s”，有：%s", form, strings.Join(slices.Compact(have), "、"))
		e.Text.En = fmt.Sprintf("the step has no form %q but %s", form, strings.Join(slices.Compact(have), ", "))
		return nil, "", e
	}
	top, _, _ := strings.Cut(name, ".")
	for _, s := range all {
		if s.Form.Root.Child(top) != nil {
			return s, name, nil
		}
	}
	return all[0], name, nil
}

// draft is what is kept of unfinished work.
type draft struct {
	ID     string               `json:"id"`
	Step   string               `json:"step"` // id of the transition, "" without one
	Sheets map[string]draftPage `json:"sheets"`
}

type draftPage struct {
	Values map[string]any `json:"values"`
	Body   string         `json:"body,omitempty"`
}

func (w *Work) stepID() string {
	if w.Step.Transition == nil {
		return ""
	}
	return w.Step.Transition.ID
}

// Draft returns what was filled in so far, to be kept.
func (w *Work) Draft() ([]byte, error) {
	d := draft{ID: w.ID, Step: w.stepID(), Sheets: map[string]draftPage{}}
	for _, s := range w.Sheets {
		if s.Changed() {
			answered := maps.Clone(s.Values)
			maps.DeleteFunc(answered, func(k string, _ any) bool { return s.guess[k] })
			d.Sheets[path.Base(s.File)] = draftPage{answered, s.Body}
		}
	}
	return json.MarshalIndent(d, "", "  ")
}

// DraftOf returns the project and the transition that a draft is about; ok is
// false when it is no draft.
func DraftOf(data []byte) (id, step string, ok bool) {
	var d draft
	if json.Unmarshal(data, &d) != nil || d.Sheets == nil {
		return "", "", false
	}
	return d.ID, d.Step, true
}

// Resume takes up a draft. What the sheets of the draft said replaces what the
// work begins with; the state stays that of the step.
func (w *Work) Resume(data []byte) error {
	var d draft
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&d); err != nil {
		return err
	}
	for _, s := range w.Sheets {
		if p, ok := d.Sheets[path.Base(s.File)]; ok && p.Values != nil {
			before := s.Values
			s.Values, s.Body = p.Values, p.Body
			for k := range p.Values {
				delete(s.guess, k)
			}
			for k, v := range before {
				if _, answered := s.Values[k]; s.guess[k] && !answered || s.Form.Name == "index" && k == "state" {
					s.Values[k] = v
				}
			}
		}
	}
	return nil
}
