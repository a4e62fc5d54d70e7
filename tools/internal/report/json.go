package report

import (
	_ "embed"

	"taizhang/tools/internal/finding"
)

// JSONVersion is the version of the JSON format. It rises when a key changes
// its meaning or goes away; new keys may come without notice.
const JSONVersion = 1

//go:embed json.schema.json
var jsonSchema string

// JSONSchema returns the JSON Schema (2020-12) that describes the json format,
// key by key.
func JSONSchema() string { return jsonSchema }

type jsonReport struct {
	Version  int           `json:"version"`
	Tool     jsonTool      `json:"tool"`
	Summary  jsonSummary   `json:"summary"`
	Findings []jsonFinding `json:"findings"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonSummary struct {
	Errors   int    `json:"errors"`
	Warnings int    `json:"warnings"`
	Infos    int    `json:"infos"`
	Existing int    `json:"existing"`
	Waived   int    `json:"waived"`
	Passed   bool   `json:"passed"`
	Projects int    `json:"projects"`
	Records  int    `json:"records"`
	Plans    int    `json:"plans"`
	Base     string `json:"base"`
	Head     string `json:"head"`
	Partial  bool   `json:"partial"`
}

type jsonFinding struct {
	Rule          string           `json:"rule"`
	Name          string           `json:"name"`
	Severity      finding.Severity `json:"severity"`
	Blocks        bool             `json:"blocks"`
	Existing      bool             `json:"existing"`
	Waived        bool             `json:"waived"`
	Sensitive     bool             `json:"sensitive"`
	Clause        string           `json:"clause"`
	Project       string           `json:"project"`
	finding.Place                  // file, line, col, endCol, label
	Field         string           `json:"field"`
	Message       finding.Text     `json:"message"`
	Help          finding.Text     `json:"help"`
	Suggest       string           `json:"suggest"`
	URL           string           `json:"url"`
	Related       []finding.Place  `json:"related"`
}

// json writes the report for programs. It carries both languages whatever
// Options.Lang says, and never a source line.
func (r *report) json() error {
	s := r.Summary
	out := jsonReport{
		Version: JSONVersion,
		Tool:    jsonTool{r.Tool, r.Version},
		Summary: jsonSummary{
			Errors: r.count(finding.Error), Warnings: r.count(finding.Warn), Infos: r.count(finding.Info),
			Existing: len(r.existing), Waived: len(r.waived), Passed: r.count(finding.Error) == 0,
			Projects: s.Projects, Records: s.Records, Plans: s.Plans, Base: s.Base, Head: s.Head, Partial: s.Partial,
		},
		Findings: []jsonFinding{},
	}
	for i := range r.all {
		f := &r.all[i]
		related := f.Related
		if related == nil {
			related = []finding.Place{}
		}
		out.Findings = append(out.Findings, jsonFinding{
			Rule: f.Rule, Name: f.Name, Severity: f.Severity, Blocks: f.Blocks(), Existing: f.Existing,
			Waived: f.Waived, Sensitive: f.Sensitive, Clause: f.Clause, Project: f.Project, Place: f.Place, Field: f.Field,
			Message: f.Message, Help: f.Help, Suggest: f.Suggest, URL: r.ruleURL(f.Rule), Related: related,
		})
	}
	return r.encode(out)
}

func (r *report) encode(v any) error {
	b, err := jsonBytes(v)
	if err != nil {
		return err
	}
	r.buf.Write(b)
	return nil
}
