package review

import (
	"encoding/json"

	"taizhang/tools/internal/finding"
)

// JSONVersion is the version of the JSON format. It rises when a key changes
// its meaning or goes away; new keys may come without notice.
const JSONVersion = 1

type jsonFinding struct {
	Rule     string           `json:"rule"`
	Severity finding.Severity `json:"severity"`
	Blocks   bool             `json:"blocks"`
	Existing bool             `json:"existing"`
	Waived   bool             `json:"waived"`
	Clause   string           `json:"clause,omitempty"`
	Project  string           `json:"project,omitempty"`
	finding.Place
	Message finding.Text `json:"message"`
}

// JSON writes the report for programs, with both languages.
func (r *Report) JSON() ([]byte, error) {
	out := struct {
		Version   int            `json:"version"`
		Base      string         `json:"base"`
		Head      string         `json:"head"`
		MergeBase string         `json:"mergeBase"`
		Change    string         `json:"change"`
		Allowed   bool           `json:"allowed"`
		Simulated bool           `json:"simulated"`
		Items     []Item         `json:"transitions"`
		Findings  []jsonFinding  `json:"findings"`
		Mended    []jsonFinding  `json:"mended"`
		Problems  []Problem      `json:"problems"`
		Notes     []finding.Text `json:"notes"`
	}{JSONVersion, r.Base, r.Head, r.MergeBase, r.Change, r.Allows(), r.Simulated, r.Items, plain(r.Findings), plain(r.Mended), r.Problems, r.Notes}
	if out.Items == nil {
		out.Items = []Item{}
	}
	if out.Problems == nil {
		out.Problems = []Problem{}
	}
	if out.Notes == nil {
		out.Notes = []finding.Text{}
	}
	data, err := json.MarshalIndent(out, "", "  ")
	return append(data, '\n'), err
}

func plain(fs []finding.Finding) []jsonFinding {
	out := []jsonFinding{}
	for i := range fs {
		f := &fs[i]
		out = append(out, jsonFinding{f.Rule, f.Severity, f.Blocks(), f.Existing, f.Waived, f.Clause, f.Project, f.Place, f.Message})
	}
	return out
}
