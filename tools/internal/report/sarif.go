package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
)

// The parts of SARIF 2.1.0 that findings need, named as the standard names
// them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool      `json:"tool"`
		Language   string         `json:"language"`
		ColumnKind string         `json:"columnKind"`
		Results    []sarifResult  `json:"results"`
		Properties map[string]any `json:"properties"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name     string      `json:"name"`
		Version  string      `json:"version,omitempty"`
		Language string      `json:"language"`
		Rules    []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string         `json:"id"`
		Name       string         `json:"name,omitempty"`
		Short      *sarifMessage  `json:"shortDescription,omitempty"`
		Help       *sarifMessage  `json:"help,omitempty"`
		HelpURI    string         `json:"helpUri,omitempty"`
		Default    sarifConfig    `json:"defaultConfiguration"`
		Properties map[string]any `json:"properties,omitempty"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Fixes        []sarifFix         `json:"fixes,omitempty"`
		Properties   map[string]any     `json:"properties"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion  `json:"deletedRegion"`
		Inserted sarifMessage `json:"insertedContent"`
	}
)

// sarif writes the report for code scanning services.
func (r *report) sarif() error {
	rules, index := r.sarifRules()
	lang := r.words.pick("zh-CN", "en")
	run := sarifRun{
		Tool:     sarifTool{sarifDriver{Name: r.Tool, Version: r.Version, Language: lang, Rules: rules}},
		Language: lang, ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Properties: map[string]any{"projects": r.Summary.Projects, "records": r.Summary.Records,
			"plans": r.Summary.Plans, "base": r.Summary.Base, "head": r.Summary.Head, "partial": r.Summary.Partial},
	}
	prints := fingerprints(r.all)
	for i := range r.all {
		run.Results = append(run.Results, r.sarifResult(&r.all[i], index, prints[i]))
	}
	return r.encode(sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// sarifRules builds the table of rules, sorted by id: those given, and a bare
// entry for each rule that only a finding names.
func (r *report) sarifRules() ([]sarifRule, map[string]int) {
	rules := slices.Clone(r.rules)
	for _, f := range r.all {
		rules = append(rules, Rule{ID: f.Rule, Name: f.Name, Severity: f.Severity, Clause: f.Clause})
	}
	slices.SortStableFunc(rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	out, index := []sarifRule{}, map[string]int{}
	for _, rule := range rules {
		if _, ok := index[rule.ID]; ok {
			continue
		}
		index[rule.ID] = len(out)
		s := sarifRule{ID: rule.ID, Name: rule.Name, HelpURI: r.ruleURL(rule.ID), Default: sarifConfig{level(rule.Severity)},
			Short: messageOf(rule.Title.In(r.Lang)), Help: messageOf(rule.Help.In(r.Lang))}
		if rule.Clause != "" {
			s.Properties = map[string]any{"clause": rule.Clause}
		}
		out = append(out, s)
	}
	return out, index
}

func (r *report) sarifResult(f *finding.Finding, index map[string]int, print string) sarifResult {
	text := sarifText(f.Message.In(r.Lang))
	if help := f.Help.In(r.Lang); help != "" {
		text += "\n" + r.words.help + r.words.pick("：", ": ") + sarifText(help)
	}
	out := sarifResult{
		RuleID: f.Rule, RuleIndex: index[f.Rule], Level: level(f.Severity), Message: sarifMessage{text},
		Locations: []sarifLocation{}, Fingerprints: map[string]string{"taizhang/v1": print},
		Properties: map[string]any{"project": f.Project, "clause": f.Clause, "existing": f.Existing, "blocks": f.Blocks()},
	}
	if f.File != "" {
		out.Locations = append(out.Locations, sarifLocation{Physical: physical(f.Place), Message: messageOf(f.Label.In(r.Lang))})
	}
	for i, p := range f.Related {
		if p.File != "" {
			out.Related = append(out.Related, sarifLocation{ID: i + 1, Physical: physical(p), Message: messageOf(p.Label.In(r.Lang))})
		}
	}
	if f.Waived {
		out.Suppressions = []sarifSuppression{{"external", "accepted",
			r.words.pick("项目里记有豁免决定", "the project records a waiver")}}
	}
	if p := physical(f.Place); f.Suggest != "" && f.File != "" && p.Region.EndColumn > 0 {
		out.Fixes = []sarifFix{{
			Description: sarifMessage{r.words.suggest + r.words.pick("：", ": ") + sarifText(f.Suggest)},
			Changes:     []sarifChange{{p.Artifact, []sarifReplacement{{p.Region, sarifMessage{f.Suggest}}}}},
		}}
	}
	return out
}

func level(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warn:
		return "warning"
	}
	return "note"
}

// physical describes a place. Services drop results without a line, so a
// finding about a whole file points to its first line.
func physical(p finding.Place) sarifPhysical {
	out := sarifPhysical{sarifArtifact{fileURI(p.File), "%SRCROOT%"}, sarifRegion{StartLine: max(1, p.Line)}}
	if p.Line > 0 && p.Col > 0 {
		out.Region.StartColumn = p.Col
		if p.EndCol > p.Col {
			out.Region.EndColumn = p.EndCol
		}
	}
	return out
}

// fileURI writes a path as a relative URI reference. A colon is encoded, too,
// lest the first step of the path be read as a scheme.
func fileURI(file string) string {
	return strings.ReplaceAll((&url.URL{Path: "/" + file}).EscapedPath(), ":", "%3A")[1:]
}

// sarifText makes text literal within a SARIF message (3.11.5 and 3.11.6 of
// the standard): braces begin placeholders, brackets begin links.
func sarifText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", "{{", "}", "}}").Replace(OneLine(s))
}

func messageOf(s string) *sarifMessage {
	if s == "" {
		return nil
	}
	return &sarifMessage{sarifText(s)}
}

// fingerprints names each finding in a way that survives moved lines: rule,
// file, Chinese message, and a number that tells equal ones apart.
func fingerprints(fs []finding.Finding) []string {
	seen := map[string]int{}
	out := make([]string, len(fs))
	for i := range fs {
		key := strings.Join([]string{fs[i].Rule, fs[i].File, fs[i].Message.Zh, fs[i].Message.En}, "\x00")
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
		seen[key]++
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out
}
