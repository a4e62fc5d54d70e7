package report

import (
	"encoding/json"
	"strings"
	"testing"

	"taizhang/tools/internal/finding"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

func TestJSONFollowsItsSchema(t *testing.T) {
	schema, err := jsonschema.CompileString("report.schema.json", JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	for name, fs := range map[string][]finding.Finding{"sample": sample(), "hostile": hostile(), "clean": nil} {
		var v any
		if err := json.Unmarshal([]byte(render(t, "json", fs, options("zh"))), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

func TestJSONIsFreeOfTheLanguage(t *testing.T) {
	if render(t, "json", sample(), options("zh")) != render(t, "json", sample(), options("en")) {
		t.Error("json depends on the language")
	}
}

// TestSARIFIsWellFormed checks what the standard asks of the parts that we
// write and what code scanning services refuse.
func TestSARIFIsWellFormed(t *testing.T) {
	for name, fs := range map[string][]finding.Finding{"sample": sample(), "hostile": hostile(), "clean": nil, "nowhere": {{Rule: "C-001", Severity: finding.Info}}} {
		t.Run(name, func(t *testing.T) {
			var log sarifLog
			dec := json.NewDecoder(strings.NewReader(render(t, "sarif", fs, options("zh"))))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&log); err != nil {
				t.Fatal(err)
			}
			if log.Version != "2.1.0" || len(log.Runs) != 1 {
				t.Fatalf("version %q, %d runs", log.Version, len(log.Runs))
			}
			run := log.Runs[0]
			if run.Tool.Driver.Name == "" || run.ColumnKind != "unicodeCodePoints" || run.Results == nil {
				t.Error("driver, column kind or results missing")
			}
			ids := map[string]bool{}
			for _, rule := range run.Tool.Driver.Rules {
				if ids[rule.ID] {
					t.Errorf("rule %s listed twice", rule.ID)
				}
				ids[rule.ID] = true
			}
			if len(run.Results) != len(fs) {
				t.Errorf("%d results for %d findings", len(run.Results), len(fs))
			}
			prints := map[string]bool{}
			for _, res := range run.Results {
				if run.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID {
					t.Errorf("ruleIndex of %s points to another rule", res.RuleID)
				}
				if p := res.Fingerprints["taizhang/v1"]; p == "" || prints[p] {
					t.Errorf("fingerprint %q of %s is empty or not unique", p, res.RuleID)
				} else {
					prints[p] = true
				}
				for _, l := range append(res.Locations, res.Related...) {
					g := l.Physical.Region
					if g.StartLine < 1 || g.EndColumn != 0 && g.EndColumn <= g.StartColumn {
						t.Errorf("bad region %+v", g)
					}
					if u := l.Physical.Artifact.URI; u == "" || strings.ContainsAny(u, ": \n") || strings.HasPrefix(u, "/") {
						t.Errorf("bad uri %q", u)
					}
				}
			}
		})
	}
}

func TestFingerprintsSurviveMovedLines(t *testing.T) {
	moved := sample()
	for i := range moved {
		moved[i].Line += 7
	}
	a, b := fingerprints(sample()), fingerprints(moved)
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("fingerprint of finding %d changes with its line", i)
		}
	}
}
