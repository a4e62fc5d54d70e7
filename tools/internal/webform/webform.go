// Package webform writes what the form page of the site is made from: the forms
// and their fields, the steps of a project's life, the units. All of it is
// derived from the schemas and the lifecycle; nothing is defined here, and no
// rule is repeated, since the page asks the judge itself. The package knows
// neither the page nor the registry's records.
package webform

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/schema"
)

// Input is what a definition is made from.
type Input struct {
	Schemas   *schema.Set
	Lifecycle *lifecycle.Lifecycle
	Units     []Unit
	// Last holds the highest published id of a project for each year and unit
	// ("2027-jyj"): a new one is numbered after it.
	Last     map[string]string
	Contacts string // sealed or outside: how contact persons are reported
	// AttachmentLimit and RecordLimit are the largest files, in bytes.
	AttachmentLimit, RecordLimit int
}

// Unit is a unit that a field may name, with all names it is known by.
type Unit struct {
	Code  string   `json:"code"`
	Name  string   `json:"name"`
	Short string   `json:"short,omitempty"`
	Also  []string `json:"also,omitempty"`
}

// Overview is what the page needs before a form is chosen.
type Overview struct {
	Version     string            `json:"version"` // of the forms: a draft says which it was begun with
	Forms       []Sheet           `json:"forms"`
	States      []State           `json:"states"`
	Draft       string            `json:"draft"` // the state before the first step
	Steps       []Step            `json:"steps"`
	Units       []Unit            `json:"units"`
	Last        map[string]string `json:"last"`
	Contacts    string            `json:"contacts"`
	Origins     []Choice          `json:"origins"` // how a project begins
	Attachments int               `json:"attachmentLimit"`
	Records     int               `json:"recordLimit"`
}

// Sheet names a form.
type Sheet struct {
	Name     string       `json:"name"`
	Title    finding.Text `json:"title"`
	Help     finding.Text `json:"help"`
	Annex    string       `json:"annex,omitempty"`
	Clause   string       `json:"clause,omitempty"`
	Repeated string       `json:"repeated,omitempty"` // round, number, year: what stands in the file name
}

// Form is one form with its fields.
type Form struct {
	Sheet
	Headings []string `json:"headings,omitempty"` // that the body must have
	Fields   []*Field `json:"fields"`
}

// Field is one field of a form.
type Field struct {
	Key        string                 `json:"key,omitempty"` // "" for the items of a list
	Label      finding.Text           `json:"label"`
	Help       finding.Text           `json:"help,omitzero"`
	Type       string                 `json:"type"` // text, int, number, amount (万元), date, bool, object, list
	Format     string                 `json:"format,omitempty"`
	Unit       string                 `json:"unit,omitempty"`
	Required   bool                   `json:"required,omitempty"`
	Visibility schema.Visibility      `json:"visibility"`
	Cells      []string               `json:"cells,omitempty"`
	Limits     map[string]json.Number `json:"limits,omitempty"`
	Choices    []Choice               `json:"choices,omitempty"`
	Document   bool                   `json:"document,omitempty"` // a document of record, which a file may be attached to
	Fields     []*Field               `json:"fields,omitempty"`   // of an object
	Item       *Field                 `json:"item,omitempty"`     // of a list
}

// Choice is one value that may be chosen, with its words.
type Choice struct {
	Value string `json:"value"`
	Zh    string `json:"zh,omitempty"` // when other than the value
	En    string `json:"en,omitempty"`
}

// State is a state of a project.
type State struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

// Step is a transition of the lifecycle.
type Step struct {
	ID      string   `json:"id"`
	Zh      string   `json:"zh"`
	En      string   `json:"en"`
	Clause  string   `json:"clause"`
	Moves   []Move   `json:"moves"`
	Setback bool     `json:"setback,omitempty"`
	Ahead   int      `json:"ahead,omitempty"` // years from the step to the year of the project that begins with it
	Forms   []string `json:"forms,omitempty"` // that must be there, and the one that tells of the step
}

// Move is one way that a step may go.
type Move struct {
	From     []string `json:"from"`
	To       string   `json:"to"` // "=": the project stays where it is
	Origin   []string `json:"origin,omitempty"`
	Category []string `json:"category,omitempty"`
	Class    []string `json:"class,omitempty"`
}

// Define returns the overview and every form by its name.
func Define(in Input) (*Overview, map[string]*Form, error) {
	out := &Overview{Draft: lifecycle.Draft, Units: in.Units, Last: in.Last, Contacts: in.Contacts, Attachments: in.AttachmentLimit, Records: in.RecordLimit}
	forms := map[string]*Form{}
	for _, f := range in.Schemas.Forms() {
		form, err := define(f)
		if err != nil {
			return nil, nil, err
		}
		out.Forms = append(out.Forms, form.Sheet)
		forms[f.Name] = form
	}
	for _, s := range in.Lifecycle.States {
		out.States = append(out.States, State{s.Code, s.Zh, s.En})
	}
	for _, t := range in.Lifecycle.Transitions {
		out.Steps = append(out.Steps, step(t, in.Schemas))
	}
	if index := in.Schemas.Form("index"); index != nil {
		out.Origins = choices(index.Root.Child("origin"))
	}
	data, err := json.Marshal(forms)
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(data)
	out.Version = hex.EncodeToString(sum[:6])
	return out, forms, nil
}

func define(f *schema.Form) (*Form, error) {
	out := &Form{Sheet: Sheet{Name: f.Name, Title: f.Title, Help: f.Root.Help, Annex: f.Annex, Clause: f.Clause, Repeated: f.Repeated}, Headings: f.Headings}
	var err error
	out.Fields, err = fields(f.Root)
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", f.Name, err)
	}
	return out, nil
}

func fields(parent *schema.Field) ([]*Field, error) {
	var out []*Field
	for _, f := range parent.Fields {
		d, err := field(f)
		if err != nil {
			return nil, err
		}
		d.Key, d.Required = f.Key, slices.Contains(parent.Required, f.Key)
		out = append(out, d)
	}
	return out, nil
}

var types = map[schema.Type]string{schema.Text: "text", schema.Int: "int", schema.Number: "number", schema.Amount: "amount",
	schema.Date: "date", schema.Bool: "bool", schema.Object: "object", schema.List: "list"}

func field(f *schema.Field) (*Field, error) {
	d := &Field{Label: f.Label, Help: f.Help, Type: types[f.Type], Unit: f.Unit, Visibility: f.Visibility, Cells: f.Cells, Limits: f.Limits,
		Choices: choices(f), Document: f.IsDocument()}
	if d.Type == "" {
		return nil, fmt.Errorf("field %s has a type without a place in the form", f.Key)
	}
	if f.Format != d.Type {
		d.Format = f.Format
	}
	if d.Visibility == "" {
		d.Visibility = schema.Internal
	}
	var err error
	if f.Item != nil {
		d.Item, err = field(f.Item)
	} else {
		d.Fields, err = fields(f)
	}
	return d, err
}

func choices(f *schema.Field) []Choice {
	if f == nil {
		return nil
	}
	var out []Choice
	for _, v := range f.Enum {
		out = append(out, Choice{v, f.EnumZh[v], f.EnumEn[v]})
	}
	return out
}

func step(t *lifecycle.Transition, set *schema.Set) Step {
	s := Step{ID: t.ID, Zh: t.Zh, En: t.En, Clause: t.Clause, Setback: t.Setback, Ahead: t.Ahead, Forms: slices.Clone(t.Requires)}
	if f := lifecycle.Source(t, set); f != nil && !slices.Contains(s.Forms, f.Name) {
		s.Forms = append(s.Forms, f.Name)
	}
	for _, m := range t.Moves {
		s.Moves = append(s.Moves, Move{m.From, m.To, m.For.Origin, m.For.Category, m.For.Class})
	}
	return s
}
