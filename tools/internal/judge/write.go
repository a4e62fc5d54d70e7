package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// form returns the form that a file is filled in by.
func (j *Judge) form(file string) (*schema.Form, error) {
	if path.Dir(file) == registry.PlansDir {
		return j.defs.Registry.Schemas.Form("plan"), nil
	}
	if form, _, ok := j.defs.Registry.ParseName(strings.TrimSuffix(path.Base(file), ".md")); ok && path.Ext(file) == ".md" {
		return form, nil
	}
	return nil, fault("%s 不是任何表单的文件名", "%s is the file name of no form", file)
}

type readResult struct {
	Form    string         `json:"form"`
	Values  map[string]any `json:"values"`
	Unknown []string       `json:"unknown"` // keys that the form does not have
	Body    string         `json:"body"`
	Faults  []fileFault    `json:"findings"`
}

// fileFault is what is wrong with the text of a file, apart from what it says.
type fileFault struct {
	Rule string `json:"rule"`
	finding.Place
	Message finding.Text `json:"message"`
	Help    finding.Text `json:"help"`
}

// read takes a file apart into the values of its form.
func (j *Judge) read(q question) (any, error) {
	var p struct{ Path, Text string }
	if err := q.into(&p); err != nil {
		return nil, err
	}
	form, err := j.form(p.Path)
	if err != nil {
		return nil, err
	}
	d, fs := compose.Read(form, p.Path, []byte(p.Text))
	r := readResult{Form: form.Name, Values: d.Values, Unknown: d.Unknown, Body: d.Body, Faults: []fileFault{}}
	if r.Unknown == nil {
		r.Unknown = []string{}
	}
	for _, f := range fs {
		r.Faults = append(r.Faults, fileFault{f.Rule, f.Place, f.Message, f.Help})
	}
	return r, nil
}

// write puts values into a file: a new one, or the original with nothing
// changed but what the values change. Of an original only the given keys are
// touched; null takes a key out.
func (j *Judge) write(q question) (any, error) {
	var p struct {
		Path     string
		Original *string
		Values   map[string]any
		Body     *string
	}
	d := json.NewDecoder(bytes.NewReader(q.params))
	d.UseNumber() // amounts never pass through a float
	if err := d.Decode(&p); err != nil {
		return nil, fault("参数不对：%v", "the parameters are not as they should be: %v", err)
	}
	form, err := j.form(p.Path)
	if err != nil {
		return nil, err
	}
	var text []byte
	if p.Original != nil {
		was, _ := compose.Read(form, p.Path, []byte(*p.Original))
		maps.DeleteFunc(p.Values, func(k string, v any) bool { return v != nil && same(was.Values[k], v) })
		text, err = compose.Amend(form, p.Path, []byte(*p.Original), p.Values, p.Body)
	} else {
		doc := compose.Document{Values: map[string]any{}}
		for k, v := range p.Values {
			if v != nil {
				doc.Values[k] = v
			}
		}
		if p.Body != nil {
			doc.Body = *p.Body
		}
		text, err = compose.Write(form, doc)
	}
	if e := (*compose.Error)(nil); errors.As(err, &e) {
		if f := form.Root.Child(e.Key); f != nil { // the person knows it by its label
			e.Text.Zh = strings.Replace(e.Text.Zh, "“"+e.Key+"”", "“"+f.Label.Zh+"”", 1)
			e.Text.En = strings.Replace(e.Text.En, strconv.Quote(e.Key), strconv.Quote(f.Label.En), 1)
		}
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{"text": string(text)}, nil
}

// same compares values as a browser has them: it knows numbers and not how they
// were written, so that 298.00 comes back as 298.
func same(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		x, errA := value.ParseAmount(a.String())
		y, errB := value.ParseAmount(b.String())
		return ok && (a == b || errA == nil && errB == nil && x == y)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, same)
	}
	return a == b
}

// seal encrypts contact persons to the registered keys.
func (j *Judge) seal(q question) (any, error) {
	var p struct{ Contacts []contacts.Contact }
	if err := q.into(&p); err != nil {
		return nil, err
	}
	sealed, err := contacts.Seal(p.Contacts, j.defs.Registry.Tables().Recipients)
	if err != nil {
		return nil, err
	}
	return map[string]string{"text": string(sealed)}, nil
}
