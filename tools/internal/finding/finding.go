// Package finding defines what a check reports: a value that says what is
// wrong, where, why and what to do. It knows nothing of files, rules or output
// formats and imports the standard library alone.
package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says what a finding does to a change: an error blocks it, a warning
// asks for attention (原则上 in the regulation), an info reminds.
type Severity string

// The three severities, in the words of rule files and JSON output.
const (
	Error Severity = "error"
	Warn  Severity = "warn"
	Info  Severity = "info"
)

// Valid reports whether s is one of the three severities.
func (s Severity) Valid() bool { return s == Error || s == Warn || s == Info }

// Text is one sentence in the two languages of the registry.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// In returns the text in lang ("en" or anything else for Chinese) and falls
// back to the other language when that one is empty.
func (t Text) In(lang string) string {
	if lang == "en" && t.En != "" || t.Zh == "" {
		return t.En
	}
	return t.Zh
}

// Place is a stretch of one line of a file. Line and Col are 1-based, columns
// count Unicode code points, EndCol is exclusive. Line 0 means the file as a
// whole.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Col    int    `json:"col"`
	EndCol int    `json:"endCol"`
	Label  Text   `json:"label,omitzero"`
}

// Finding is one thing that is wrong at one place.
type Finding struct {
	Rule     string   // permanent id: "R-031", "F-003"
	Name     string   // kebab-case name of the rule
	Severity Severity //
	Clause   string   // clause of the regulation: "三（一）第1句"; empty for format rules
	Project  string   // id of the project, "2027-jyj-01"; empty outside projects
	Place             // where
	// Field is the part of the front matter that the finding is about, as a JSON
	// pointer (RFC 6901): "/basis/0/docNo". It is also given for a key that is
	// missing; empty means the file as a whole.
	Field   string
	Related []Place // other places that explain the finding
	Message Text    // what is wrong and why
	Help    Text    // what to do
	Suggest string  // replacement for the text at Place, when sure
	// Step is the transition that a finding about the lifecycle refuses or
	// misses. A rule that explains it says more and takes its place.
	Step string
	// Sensitive findings are about text that must not be repeated: no output
	// shows the line they point to.
	Sensitive bool
	// Existing findings were there before the change under judgement.
	Existing bool
	// Waived findings are suppressed by a waiver that the project records.
	Waived bool
}

// Blocks reports whether the finding makes a check fail.
func (f *Finding) Blocks() bool { return f.Severity == Error && !f.Existing && !f.Waived }

// Err returns the finding as an error in both languages: of a definition that
// cannot be used there is no report.
func (f *Finding) Err() error {
	return fmt.Errorf("%s:%d:%d: %s · %s", f.File, f.Line, f.Col, f.Message.Zh, f.Message.En)
}

// Sort orders findings by file, line, column, rule and message, so that output
// does not depend on how the work was divided.
func Sort(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message.Zh, b.Message.Zh))
	})
}
