// Package opendata writes the public part of a registry in the formats that
// other people's programs read: JSON, CSV, XLSX, OC4IDS, DCAT, feeds, a site
// map, and the schemas and dictionaries that describe them.
//
// Which function do I want?
//
//   - [Write] writes everything, or the formats asked for.
//   - [WriteProject] writes the document and the feeds of one project.
//   - [Views] and [Fields] describe the tables and the forms.
//   - [WriteSitemap] lists the pages of a finished site for search engines.
//
// It is given public values only: projects as the publisher reveals them, and
// the schemas that label them. It must not know records, the registry, Git or
// the site, so that an internal value has no way into a file. Time comes with
// the data (dates of events, the date of the version), never from a clock: the
// same input gives the same bytes.
package opendata

import (
	"encoding/json"
	"io"
	"iter"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
)

// Version is the version of the JSON documents and tables. Within it keys and
// columns are added, never renamed or removed, and addresses stay.
const Version = 1

// Dir is where the files stand on the site, a slash path from its root.
const Dir = "data/v1/"

// Site says whose data it is.
type Site struct {
	BaseURL      string // of the site, ending in a slash; "" when it is not known
	Title        finding.Text
	District     finding.Text
	City         string
	DivisionCode string // of the district (GB/T 2260)
	Publisher    Unit   // the unit that keeps the registry
	Licence      Licence
	Sample       bool   // the data are an example and speak of nothing real
	Commit       string // version of the data; "" when there is none
	Date         string // of that version, YYYY-MM-DD; "" when there is none
}

// Licence says what others may do with the data. Its zero value says that
// nothing was stated.
type Licence struct {
	finding.Text
	URL string
}

// Unit is a unit of the register, as far as other data name it.
type Unit struct {
	Code, Name string
	URL        string   // page, from the root of the site
	USCC       string   // unified social credit code (GB 32100-2015)
	Authority  string   // code of the sector authority
	Roles      []string // BDB, DRC …
}

// Address writes a path from the root of the site ("/units/jyj/") as an
// address: absolute where the site knows its own.
func (s *Site) Address(path string) string {
	if s.BaseURL == "" || !strings.HasPrefix(path, "/") {
		return path
	}
	return s.BaseURL + strings.TrimPrefix(path, "/")
}

// Source is the public part of a registry.
type Source struct {
	Site   Site
	Forms  *schema.Set
	States []State
	Stages []Stage
	// Projects gives the public projects by id. It is ranged over once.
	Projects iter.Seq2[*Project, error]
	// Plans are the issued annual plans by year, and Register the register of
	// units by code, as the public sees them.
	Plans    []Plan
	Register []map[string]any
	// Unit and Project look up what other data name by code and by id.
	Unit    func(code string) Unit
	Project func(id string) Ref
	// Example is the id of one of the projects, to show how one is asked for: any
	// other could be that of a project that is not public. "" leaves it out.
	Example string

	entries map[string][]planEntry // of the plans, by project
}

// State is a public state of a project's life.
type State struct {
	Code, Stage, OC4IDS string
	Name                finding.Text
}

// Stage is a step of the public step bar.
type Stage struct {
	Key  string
	Name finding.Text
}

// Ref is what tables say of a project in other tables than its own.
type Ref struct{ ID, Title, Unit string }

// Project is the document of one public project. Its members up to URL are
// columns of the table of projects. Dates are YYYY-MM-DD, amounts 万元.
type Project struct {
	Version     int         `json:"version"`
	Sample      bool        `json:"sample,omitempty"`
	Project     string      `json:"project"` // id
	Title       string      `json:"title"`
	Unit        string      `json:"unit"` // code of the implementing unit
	UnitName    string      `json:"unitName"`
	Year        int         `json:"year"`
	State       string      `json:"state"`
	StateName   string      `json:"stateName"`
	StateNameEn string      `json:"stateNameEn,omitempty"`
	Stage       string      `json:"stage,omitempty"`
	StageName   string      `json:"stageName,omitempty"`
	Updated     string      `json:"updated,omitempty"` // date of the latest event
	Amount      json.Number `json:"amount,omitempty"`  // of the latest step that has one
	URL         string      `json:"url"`               // page
	// Supervision is one of [Supervisions]. Contractors are those who build or
	// built it, each once.
	Supervision string      `json:"supervision"`
	Contractors []string    `json:"contractors"`
	Licence     string      `json:"licence,omitempty"` // address of the licence
	Events      []Event     `json:"events"`
	Amounts     []Amount    `json:"amounts"`
	Decisions   []Decision  `json:"decisions"`
	Waits       []Wait      `json:"waits"`
	Indicators  []Indicator `json:"indicators"`
	Records     []Record    `json:"records"`
	Undisclosed []string    `json:"undisclosed,omitempty"` // fields that await the disclosure review

	written []byte // the document as it was read
}

// Event is one step of a project's life.
type Event struct {
	On         string `json:"on"`
	Transition string `json:"transition"`
	Name       string `json:"name"`
	NameEn     string `json:"nameEn,omitempty"`
	State      string `json:"state"` // that it led to
	Clause     string `json:"clause,omitempty"`
	Record     string `json:"record,omitempty"` // "contract-01", "plan-2026"
}

// Wait is what a project waits for at the date of the data, or has a date for
// within a year from then.
type Wait struct {
	What       string      `json:"what"`
	WhatEn     string      `json:"whatEn,omitempty"`
	Waits      bool        `json:"waits"` // somebody is waited for; else only the date counts
	Since      string      `json:"since,omitempty"`
	Days       json.Number `json:"days,omitempty"` // calendar days waited
	Due        string      `json:"due,omitempty"`
	DaysLeft   json.Number `json:"daysLeft,omitempty"` // calendar days to Due, negative after it
	Firm       bool        `json:"firm"`               // Due follows from a clause
	Clause     string      `json:"clause,omitempty"`
	Roles      []string    `json:"roles"` // who has to act: BDB, DRC …; UNIT, LEAD
	RoleNames  []string    `json:"roleNames"`
	Actors     []string    `json:"actors"` // codes of the units that have the roles
	ActorNames []string    `json:"actorNames"`
}

// Indicator is what an indicator says of a project that it applies to. It
// proves nothing by itself.
type Indicator struct {
	Indicator string      `json:"indicator"`
	Name      string      `json:"name"`
	NameEn    string      `json:"nameEn,omitempty"`
	Listed    bool        `json:"listed"` // the indicator's page lists the project
	Number    json.Number `json:"number"` // in Unit: 天, 件, 项, %
	Unit      string      `json:"numberUnit"`
	Value     string      `json:"value"` // in words
	ValueEn   string      `json:"valueEn,omitempty"`
}

// Decision is a sealed decision: which departments agreed to which steps, when,
// and what proves it. Who sat for them is not public.
type Decision struct {
	Number  int            `json:"number"` // on the project, from 1
	On      string         `json:"on"`
	Outcome string         `json:"outcome"`         // approved, overridden
	Steps   []DecisionStep `json:"steps,omitempty"` // none: records were changed
	Seats   []Seat         `json:"seats"`
	Reasons []string       `json:"reasons,omitempty"` // of a decision in place of a department
	Proof   string         `json:"proof"`             // signed, forge
	SHA256  string         `json:"sha256"`            // of its file in the registry
}

// DecisionStep is a step that was decided.
type DecisionStep struct {
	Transition string `json:"transition"`
	Name       string `json:"name"`
	NameEn     string `json:"nameEn,omitempty"`
	Clause     string `json:"clause,omitempty"`
	On         string `json:"on,omitempty"`
}

// Seat is a department that agreed.
type Seat struct {
	Role           string `json:"role"` // in which it agreed: BDB, DRC …
	Department     string `json:"department"`
	DepartmentName string `json:"departmentName"`
	Override       bool   `json:"override,omitempty"` // it decided in place of another
}

// Outcomes and proofs of decisions, with their words.
var (
	outcomes = choice{{"approved", both("批准", "Approved")}, {"overridden", both("特批", "Overridden")}}
	proofs   = choice{{"signed", both("审批人签名", "Signed by the reviewers")}, {"forge", both("平台上的评审", "Reviews on a forge")}}
)

// Supervisions are the codes of what is on record of a project's supervision,
// which works need from a limit on (三（四）第1段第3句), with their words.
func Supervisions() []struct {
	Code string
	finding.Text
} {
	return supervisions
}

var supervisions = choice{{"none", both("已签合同，没有监理记录", "Contracted, none on record")}, {"supervised", both("有监理", "Supervised")},
	{"exempt", both("注明不涉及工程类", "Stated: no works involved")}, {"before", both("还没有签合同", "Not contracted yet")}}

// choice is a fixed choice of codes.
type choice []struct {
	Code string
	finding.Text
}

func (c choice) name(code string) string {
	for _, v := range c {
		if v.Code == code {
			return v.Zh
		}
	}
	return ""
}

func (c choice) codes() []string {
	var out []string
	for _, v := range c {
		out = append(out, v.Code)
	}
	return out
}

// column makes a column of the choice.
func (c choice) column(key string, label finding.Text) Column {
	col := Column{Key: key, Label: label, of: given, Enum: c.codes(), EnumZh: map[string]string{}, EnumEn: map[string]string{}}
	for _, v := range c {
		col.EnumZh[v.Code], col.EnumEn[v.Code] = v.Zh, v.En
	}
	return col
}

// Amount is one amount of a project's life; none replaces another.
type Amount struct {
	Name   string      `json:"name"`
	NameEn string      `json:"nameEn,omitempty"`
	Amount json.Number `json:"amount"`
	On     string      `json:"on,omitempty"`
}

// Record is the public part of one form or record.
type Record struct {
	Record string          `json:"record"` // "contract-01"
	Form   string          `json:"form"`   // "contract"
	On     string          `json:"on,omitempty"`
	Data   json.RawMessage `json:"data"`           // by the form's schema
	Body   string          `json:"body,omitempty"` // Markdown
}

// Plan is an issued annual plan. Entries of projects that are not public are
// left out, and with them the total.
type Plan struct {
	Year    int             `json:"year"`
	URL     string          `json:"url"`
	Updated string          `json:"updated,omitempty"`
	Data    json.RawMessage `json:"data"`
	Body    string          `json:"body,omitempty"`
	// Decisions are those that changed it; their numbers are counted over the
	// plans of all years.
	Decisions []Decision `json:"decisions"`
}

// Sink takes files by their slash paths from the root of the site. Closing a
// file completes it.
type Sink interface {
	Create(name string) (io.WriteCloser, error)
}

// ProjectFile is where the document of a project stands, from the site's root.
func ProjectFile(id string) string { return Dir + "projects/" + id + ".json" }
