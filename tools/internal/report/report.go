// Package report turns findings into what people and machines read: text for
// a terminal, versioned JSON, SARIF 2.1.0, GitHub workflow commands, GitLab
// Code Quality and Markdown for comments and step summaries.
//
// It must not know how findings come about: no rules, records, Git or files.
// Source lines for snippets come in through [Options.Source].
//
// What it prints was written by strangers. Three promises hold in each format:
//
//   - hostile text stays text: control, bidirectional and invisible characters
//     are shown as <U+202E>, and nothing in a finding can become a line break,
//     a terminal escape, a workflow command, HTML or Markdown;
//   - the line a sensitive finding points to is never shown, nor is the marked
//     text repeated in the message of any other finding;
//   - the same findings give the same bytes, in whatever order they arrive.
package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"taizhang/tools/internal/finding"
)

// Options says for whom a report is written.
type Options struct {
	Lang  string // "en", or anything else for Chinese; JSON carries both
	Color bool   // ANSI colours in text
	Width int    // display columns of text; 0 means not to wrap
	// Source returns the content of a file that findings point to. It may be
	// nil; snippets are then left out and sensitive text can not be looked up
	// to keep it out of other messages, so give it for every format.
	Source  func(file string) ([]byte, bool)
	RuleURL func(id string) string // page of a rule, https; may be nil
	Tool    string                 // name of the command; "taizhang" when empty
	Version string                 // of the command
	Summary Summary
}

// Summary counts what was checked, whether or not anything was found.
type Summary struct {
	Projects int    // projects looked at
	Records  int    // record files in them
	Plans    int    // annual plans
	Base     string // revision the change starts from; empty without a change
	Head     string // revision the change ends in
	Partial  bool   // a part of the registry was looked at, not the whole
}

// Rule describes a rule for formats that carry a table of rules.
type Rule struct {
	ID, Name string
	Severity finding.Severity
	Clause   string // clause of the regulation: "三（一）第1句"
	Title    finding.Text
	Help     finding.Text
}

// Formats lists the output formats in the order in which help shows them.
func Formats() []string { return []string{"text", "json", "sarif", "github", "gitlab", "markdown"} }

// Write writes the findings in one format, all at once: nothing reaches w
// unless the whole report could be made. fs is left as it is.
func Write(w io.Writer, format string, fs []finding.Finding, rules []Rule, o Options) error {
	if o.Lang != "en" {
		o.Lang = "zh"
	}
	if o.Tool == "" {
		o.Tool = "taizhang"
	}
	r := newReport(fs, rules, o)
	var err error
	switch format {
	case "text":
		r.text()
	case "json":
		err = r.json()
	case "sarif":
		err = r.sarif()
	case "github":
		r.github()
	case "gitlab":
		err = r.gitlab()
	case "markdown":
		r.markdown()
	default:
		err = fmt.Errorf("no format %q", format)
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if _, err := w.Write(r.buf.Bytes()); err != nil {
		return fmt.Errorf("write %s report: %w", format, err)
	}
	return nil
}

// Detect picks the format for where the command runs, given a way to read the
// environment: github in GitHub Actions, gitlab in GitLab CI, else text.
func Detect(env func(string) string) string {
	switch {
	case env("GITHUB_ACTIONS") == "true":
		return "github"
	case env("GITLAB_CI") == "true":
		return "gitlab"
	}
	return "text"
}

// report is one report in the making.
type report struct {
	Options
	rules []Rule
	// The three fates of a finding: part of the verdict, there before the
	// change, suppressed by a waiver. Each is sorted.
	active, existing, waived []finding.Finding
	all                      []finding.Finding
	secrets                  secrets
	sources                  sources
	words                    words
	buf                      bytes.Buffer
}

func newReport(fs []finding.Finding, rules []Rule, o Options) *report {
	r := &report{Options: o, sources: sources{read: o.Source}, words: wordsIn(o.Lang)}
	r.all = slices.Clone(fs)
	finding.Sort(r.all)
	r.secrets = findSecrets(r.all, &r.sources)
	for i := range r.all {
		r.secrets.redact(&r.all[i])
		switch f := r.all[i]; {
		case f.Waived:
			r.waived = append(r.waived, f)
		case f.Existing:
			r.existing = append(r.existing, f)
		default:
			r.active = append(r.active, f)
		}
	}
	r.rules = slices.Clone(rules)
	return r
}

// count says how many findings of the verdict have the severity.
func (r *report) count(s finding.Severity) int {
	n := 0
	for i := range r.active {
		if r.active[i].Severity == s {
			n++
		}
	}
	return n
}

// touched says in how many projects the findings of the verdict lie.
func (r *report) touched() int {
	seen := map[string]bool{}
	for i := range r.active {
		if p := r.active[i].Project; p != "" {
			seen[p] = true
		}
	}
	return len(seen)
}

// ruleURL returns the page of a rule, or nothing unless it is a web address.
func (r *report) ruleURL(id string) string {
	if r.RuleURL == nil || id == "" {
		return ""
	}
	return webAddress(r.RuleURL(id))
}

// place writes where a finding lies as file:line:col, as far as it is known.
func place(p finding.Place) string {
	s := OneLine(p.File)
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
		if p.Col > 0 {
			s += fmt.Sprintf(":%d", p.Col)
		}
	}
	return s
}
