package registry

import "testing"

func TestDecisionFilesHaveOnePath(t *testing.T) {
	for p, want := range map[string]struct {
		subject string
		n       int
	}{
		"content/projects/2027/jyj/01/decisions/0001.json":  {"2027-jyj-01", 1},
		"content/projects/2027/jyj/01/decisions/12345.json": {"2027-jyj-01", 12345},
		"data/decisions/plans/0010.json":                    {"plans", 10},
		"data/decisions/definitions/0002.json":              {"definitions", 2},
		"data/decisions/texts/9999.json":                    {"texts", 9999},
	} {
		subject, n, ok := ParseDecisionFile(p)
		if !ok || subject != want.subject || n != want.n || DecisionFile(subject, n) != p || !InDecisions(p) {
			t.Errorf("%s: %s %d %v", p, subject, n, ok)
		}
	}
	for _, p := range []string{
		"content/projects/2027/jyj/01/decisions/1.json", "content/projects/2027/jyj/01/decisions/0000.json", "content/projects/2027/jyj/01/decisions/-001.json",
		"content/projects/2027/jyj/01/decisions/+001.json", "content/projects/2027/jyj/01/decisions/00012.json", "content/projects/2027/jyj/01/decisions/x/0001.json",
		"content/projects/2027/jyj/01/0001.json", "content/projects/2027/jyj/decisions/0001.json", "data/decisions/0001.json", "data/decisions/others/0001.json",
		"content/projects/2027/jyj/01/decisions/0001.JSON", "data/decisions/plans/2027-jyj-01/0001.json",
	} {
		if s, n, ok := ParseDecisionFile(p); ok {
			t.Errorf("%s is taken for decision %d on %s", p, n, s)
		}
	}
}
