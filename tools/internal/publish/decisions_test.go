package publish

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/transition"
)

// decided adds a sealed decision to a project. What a person is called or said
// holds the word canary.
func decided(files registrytest.Tree, id string, number int, d seal.Decision) {
	d.Version, d.Number, d.Transition.ID, d.Transition.Subject = 1, number, strings.Repeat("c", 64), id
	d.Authors = []string{"canary-author"}
	d.Request = &seal.Request{Forge: "gitea", Number: 987654321, Head: strings.Repeat("d", 40)}
	files[registry.DecisionFile(id, number)] = string(d.Encode())
}

func TestDecisionsNameDepartmentsAndNobody(t *testing.T) {
	files := registrytest.Live(t)
	const id = "2024-jyj-01"
	registrytest.NeedSample(t)
	decided(files, id, 1, seal.Decision{On: "2026-03-01T17:30:00Z", Outcome: decision.Approved,
		Transition: seal.Transition{Steps: []string{"T11 2026-02-27"}},
		Seats:      []seal.Seat{{Role: "BDB", As: "canary-role", Department: "dsjj", Person: "canary-1"}, {Role: "DRC", Department: "fgw", Person: "canary-2"}},
		Votes:      []seal.Vote{{Person: "canary-1", Department: "dsjj", Verdict: decision.Approve, Reason: "canary said yes", Statement: strings.Repeat("e", 64)}}})
	decided(files, id, 2, seal.Decision{On: "2026-03-02T01:00:00Z", Outcome: decision.Overridden,
		Override: []seal.Seat{{Role: "BDB", Department: "dsjj", Person: "canary-1"}},
		Votes:    []seal.Vote{{Person: "canary-1", Verdict: decision.Override, Reason: "防汛急需", Forge: &seal.ForgeVote{Forge: "gitea", Account: 987654321, ID: "canary"}}}})
	b := project(t, files, Meta{}, 2)
	var doc struct{ Decisions []opendata.Decision }
	if err := json.Unmarshal([]byte(b.file(t, "data/v1/projects/"+id+".json")), &doc); err != nil || len(doc.Decisions) != 2 {
		t.Fatalf("%d decisions, %v", len(doc.Decisions), err)
	}
	one, two := doc.Decisions[0], doc.Decisions[1]
	if one.On != "2026-03-02" || one.Proof != "signed" || len(one.Steps) != 1 || one.Steps[0].Name == "" || len(one.Seats) != 2 || one.Seats[1].DepartmentName != "区发改委" || one.Reasons != nil {
		t.Errorf("%+v", one)
	}
	if two.Outcome != "overridden" || two.Proof != "forge" || !two.Seats[0].Override || !slices.Equal(two.Reasons, []string{"防汛急需"}) {
		t.Errorf("%+v", two)
	}
	table := b.file(t, "data/v1/decisions.csv")
	if want := id + ",智慧教育云平台建设（一期）,jyj,区教育局,1,2026-03-02,approved,T11,"; strings.Count(table, "\r\n") != 4 || strings.Count(table, want) != 2 {
		t.Errorf("the table is %q", table)
	}
	for name, data := range b.files {
		if strings.Contains(data, "canary") || strings.Contains(data, "987654321") {
			t.Errorf("%s names a person or a request", name)
		}
	}
}

// TestDecisionsOnPlansStandWithTheirPlan seals two decisions on plans, of which
// one concerns the plan of a year that is published.
func TestDecisionsOnPlansStandWithTheirPlan(t *testing.T) {
	files := registrytest.Sample(t)
	agreed := func(number int, file string) {
		decided(files, "plans", number, seal.Decision{On: "2026-03-01T01:00:00Z", Outcome: decision.Approved,
			Transition: seal.Transition{Files: []transition.File{{Path: file}}},
			Seats:      []seal.Seat{{Role: "GOV", Department: "dsjj", Person: "canary-1"}, {Role: "BDB", Department: "fgw", Person: "canary-2"}},
			Votes:      []seal.Vote{{Person: "canary-1", Department: "dsjj", Verdict: decision.Approve, Reason: "canary"}}})
	}
	agreed(1, "content/plans/2026.md")
	agreed(2, "content/plans/2999.md")
	b := project(t, files, Meta{}, 2)
	var page struct{ Params struct{ V planView } }
	if err := json.Unmarshal([]byte(b.files["content/plans/2026.md"]), &page); err != nil {
		t.Fatal(err)
	}
	if d := page.Params.V.Decisions; len(d) != 1 || d[0].On != "2026-03-01" || d[0].Zh != "改动记录" || len(d[0].Departments) != 2 {
		t.Errorf("the plan's page has %+v", d)
	}
	table := b.file(t, "data/v1/plan-decisions.csv")
	if strings.Count(table, "\r\n") != 3 || strings.Count(table, "2026,1,2026-03-01,approved,") != 2 {
		t.Errorf("the table is %q", table)
	}
	if strings.Contains(b.file(t, "data/v1/decisions.csv"), "2026-03-01") {
		t.Error("the decision on a plan stands among those on projects")
	}
	for name, data := range b.files {
		if strings.Contains(data, "canary") || strings.Contains(data, "987654321") {
			t.Errorf("%s names a person or a request", name)
		}
	}
}
