package forge

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const githubRoot = "/api/v3"

func githubPull(change string) string {
	return strings.Replace(`{"number":7,"state":"open","draft":false,"merged":false,"merge_commit_sha":"`+shaC+`","title":"2027-jyj-01 列入储备库",
	  "html_url":"https://github.example/qjp/registry/pull/7","commits":2,
	  "user":{"id":11,"login":"xiaozhang","type":"User"},
	  "base":{"ref":"main","sha":"`+shaC+`"},"head":{"ref":"step","sha":"`+shaB+`","repo":{"full_name":"jyj/registry"}}}`,
		`"merged":false`, `"merged":false`+change, 1)
}

func TestGitHubReadsARequestWithEveryAuthor(t *testing.T) {
	f := newFake(t, githubRoot)
	f.json("GET /repos/qjp/registry/pulls/7", githubPull(""))
	f.on("GET /repos/qjp/registry/pulls/7/commits", f.paged(
		`[{"sha":"`+shaA+`","author":{"id":11,"login":"xiaozhang","type":"User"},"committer":{"id":19864447,"login":"web-flow","type":"User"}}]`,
		`[{"sha":"`+shaB+`","author":null,"committer":{"id":12,"login":"xiaoli","type":"User"}}]`))
	forge, _ := f.open(GitHub)
	got, err := forge.Request(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := &Request{
		Number: 7, URL: "https://github.example/qjp/registry/pull/7", Title: "2027-jyj-01 列入储备库",
		BaseBranch: "main", BaseSHA: shaC, MergeBase: shaC, HeadSHA: shaB, HeadRepo: "jyj/registry", Open: true,
		Author:  Account{ID: 11, Login: "xiaozhang"},
		Commits: []Commit{{shaA, []Account{{ID: 11, Login: "xiaozhang"}, {ID: 19864447, Login: "web-flow"}}}, {shaB, []Account{{ID: 12, Login: "xiaoli"}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestGitHubNamesAMergeOnlyAfterIt(t *testing.T) {
	f := newFake(t, githubRoot)
	f.json("GET /repos/qjp/registry/pulls/7", strings.Replace(strings.Replace(githubPull(""), `"merged":false`, `"merged":true`, 1), `"repo":{"full_name":"jyj/registry"}`, `"repo":null`, 1))
	f.json("GET /repos/qjp/registry/pulls/7/commits", "[]")
	forge, _ := f.open(GitHub)
	got, err := forge.Request(ctx, 7)
	if err != nil || got.MergeSHA != shaC || !got.Merged || got.HeadRepo != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestGitHubRefusesMoreCommitsThanItLists(t *testing.T) {
	f := newFake(t, githubRoot)
	f.json("GET /repos/qjp/registry/pulls/7", strings.Replace(githubPull(""), `"commits":2`, `"commits":251`, 1))
	forge, _ := f.open(GitHub)
	if _, err := forge.Request(ctx, 7); KindOf(err) != Refused {
		t.Errorf("got %v", err)
	}
	f.json("GET /repos/qjp/registry/pulls/7", strings.Replace(githubPull(""), `"commits":2`, `"commits":250`, 1))
	f.json("GET /repos/qjp/registry/pulls/7/commits", "[]")
	if _, err := forge.Request(ctx, 7); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestGitHubReadsReviewsOfAllPages(t *testing.T) {
	f := newFake(t, githubRoot)
	f.json("GET /repos/qjp/registry/pulls/7", githubPull(""))
	f.json("GET /repos/qjp/registry/issues/7/events", `[{"event":"labeled"}]`)
	f.on("GET /repos/qjp/registry/pulls/7/reviews", f.paged(
		`[{"id":1,"user":{"id":21,"login":"zhao","type":"User"},"state":"APPROVED","commit_id":"`+shaA+`","submitted_at":"2026-09-01T01:00:00Z","body":"同意"},
		  {"id":2,"user":{"id":22,"login":"qian","type":"User"},"state":"CHANGES_REQUESTED","commit_id":"`+shaB+`","submitted_at":"2026-09-01T02:00:00Z","html_url":"https://github.example/r2"},
		  {"id":3,"user":{"id":23,"login":"draft","type":"User"},"state":"PENDING","commit_id":"`+shaB+`"}]`,
		`[{"id":4,"user":{"id":24,"login":"robot[bot]","type":"Bot"},"state":"COMMENTED","commit_id":"`+shaB+`","submitted_at":"2026-09-01T03:00:00Z"},
		  {"id":5,"user":null,"state":"DISMISSED","commit_id":null,"submitted_at":"2026-09-01T04:00:00Z"}]`))
	forge, _ := f.open(GitHub)
	got, err := forge.Reviews(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := []Review{
		{ID: "1", By: Account{ID: 21, Login: "zhao"}, State: Approve, Commit: shaA, Body: "同意", When: at("2026-09-01T01:00:00Z")},
		{ID: "2", By: Account{ID: 22, Login: "qian"}, State: Reject, Commit: shaB, When: at("2026-09-01T02:00:00Z"), URL: "https://github.example/r2"},
		{ID: "4", By: Account{ID: 24, Login: "robot[bot]", Bot: true}, State: Remark, Commit: shaB, When: at("2026-09-01T03:00:00Z")},
		{ID: "5", State: Dismissed, When: at("2026-09-01T04:00:00Z")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// GitHub was seen to name the new head as the commit of an approval that was
// given before a force push.
func TestGitHubDoubtsApprovalsThatAForcePushMoved(t *testing.T) {
	const push = `{"event":"head_ref_force_pushed","commit_id":"` + shaB + `","created_at":"2026-09-01T02:00:00Z"}`
	for _, c := range []struct {
		name, timeline, state, commit, when string
		want                                string
	}{
		{"before the push, on the new head", push, "APPROVED", shaB, "2026-09-01T01:00:00Z", ""},
		{"in the same second", push, "APPROVED", shaB, "2026-09-01T02:00:00Z", ""},
		{"after it", push, "APPROVED", shaB, "2026-09-01T02:00:01Z", shaB},
		{"before it, still on the old head", push, "APPROVED", shaA, "2026-09-01T01:00:00Z", shaA},
		{"without a time", push, "APPROVED", shaB, "", ""},
		{"an objection before it", push, "CHANGES_REQUESTED", shaB, "2026-09-01T01:00:00Z", shaB},
		{"no force push", `{"event":"renamed"}`, "APPROVED", shaB, "2026-09-01T01:00:00Z", shaB},
		{"an event that names no commit", `{"event":"head_ref_force_pushed","created_at":"2026-09-01T02:00:00Z"}`, "APPROVED", shaA, "2026-09-01T01:00:00Z", ""},
		{"an event that names the old commit", strings.Replace(push, shaB, shaA, 1), "APPROVED", shaB, "2026-09-01T01:00:00Z", ""},
		{"before it asked into this branch", `{"event":"base_ref_changed","created_at":"2026-09-01T02:00:00Z"}`, "APPROVED", shaB, "2026-09-01T01:00:00Z", ""},
		{"before GitHub changed that by itself", `{"event":"automatic_base_change_succeeded","created_at":"2026-09-01T02:00:00Z"}`, "APPROVED", shaB, "2026-09-01T02:00:00Z", ""},
		{"since it asks into this branch", `{"event":"base_ref_changed","created_at":"2026-09-01T02:00:00Z"}`, "APPROVED", shaB, "2026-09-01T02:00:01Z", shaB},
		{"an intermediate head", strings.Replace(push, shaB, shaC, 1), "APPROVED", shaC, "2026-09-01T01:00:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t, githubRoot)
			f.json("GET /repos/qjp/registry/pulls/7", githubPull(""))
			f.on("GET /repos/qjp/registry/issues/7/events", f.paged(`[{"event":"labeled"}]`, "["+c.timeline+"]"))
			when := `"submitted_at":"` + c.when + `"`
			if c.when == "" {
				when = `"submitted_at":null`
			}
			f.json("GET /repos/qjp/registry/pulls/7/reviews", `[{"id":1,"user":{"id":21},"state":"`+c.state+`","commit_id":"`+c.commit+`",`+when+`}]`)
			forge, _ := f.open(GitHub)
			got, err := forge.Reviews(ctx, 7)
			if err != nil || len(got) != 1 || got[0].Commit != c.want {
				t.Errorf("got %+v, %v; want commit %q", got, err, c.want)
			}
		})
	}
}

func TestGitHubFailsWhenTheEventsAreHidden(t *testing.T) {
	f := newFake(t, githubRoot)
	f.json("GET /repos/qjp/registry/pulls/7", githubPull(""))
	f.json("GET /repos/qjp/registry/pulls/7/reviews", `[{"id":1,"user":{"id":21},"state":"APPROVED","commit_id":"`+shaB+`"}]`)
	f.on("GET /repos/qjp/registry/issues/7/events", answer(403, `{"message":"Resource not accessible by integration"}`))
	forge, _ := f.open(GitHub)
	if got, err := forge.Reviews(ctx, 7); KindOf(err) != Unauthorized || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestGitHubTellsEditedComments(t *testing.T) {
	f := newFake(t, githubRoot)
	f.on("GET /repos/qjp/registry/issues/7/comments", f.paged(
		`[{"id":1,"user":{"id":21,"login":"zhao"},"body":"/approve all","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z","html_url":"https://github.example/c1"}]`,
		`[{"id":2,"user":{"id":21,"login":"zhao"},"body":"/approve all","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:01Z"}]`))
	forge, _ := f.open(GitHub)
	got, err := forge.Comments(ctx, 7)
	if err != nil || len(got) != 2 || got[0].Edited || !got[1].Edited || got[0].URL == "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestGitHubAsksWhoseTokenItIsWhereAJobMay(t *testing.T) {
	f := newFake(t, "")
	f.on("POST /api/graphql", answer(200, `{"data":{"viewer":{"login":"github-actions[bot]","databaseId":41898282}}}`))
	f.json("GET /api/v3/repos/qjp/registry/issues/7/comments", `[
	  {"id":1,"user":{"id":666,"login":"stranger"},"body":"<!-- mark --> approved!","html_url":"https://github.example/c1"},
	  {"id":2,"user":{"id":41898282,"login":"github-actions[bot]"},"body":"<!-- mark --> old","html_url":"https://github.example/c2"}]`)
	f.on("PATCH /api/v3/repos/qjp/registry/issues/comments/2", answer(200, `{"id":2,"html_url":"https://github.example/c2"}`))
	forge, _ := f.open(GitHub)
	url, err := forge.PutComment(ctx, 7, "<!-- mark -->", "<!-- mark --> new")
	if err != nil || url != "https://github.example/c2" {
		t.Errorf("got %q, %v", url, err)
	}
	if c := f.to("PATCH /api/v3/repos/qjp/registry/issues/comments/2"); len(c) != 1 || !strings.Contains(c[0].body, "new") {
		t.Errorf("got %+v", c)
	}
}

func TestGitHubSetsAStatusOfAtMost140Characters(t *testing.T) {
	f := newFake(t, githubRoot)
	f.on("POST /repos/qjp/registry/statuses/"+shaB, answer(http.StatusCreated, `{"id":1}`))
	forge, _ := f.open(GitHub)
	err := forge.SetStatus(ctx, shaB, Status{Name: "taizhang/approvals (main)", State: Pending, Description: strings.Repeat("缺", 200), URL: "https://ci.example/1"})
	if err != nil {
		t.Fatal(err)
	}
	got := f.to("POST /repos/qjp/registry/statuses/" + shaB)[0].body
	for _, want := range []string{`"context":"taizhang/approvals (main)"`, `"state":"pending"`, `"target_url":"https://ci.example/1"`, `"description":"` + strings.Repeat("缺", 139) + "…\""} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestGitHubListsOpenRequests(t *testing.T) {
	f := newFake(t, githubRoot)
	f.on("GET /repos/qjp/registry/pulls", f.paged(`[{"number":9},{"number":3}]`, `[{"number":3},{"number":12}]`))
	forge, _ := f.open(GitHub)
	got, err := forge.OpenRequests(ctx)
	if err != nil || !reflect.DeepEqual(got, []int64{3, 9, 12}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestGitHubHostsHaveTheirAPIWhereTheyHaveIt(t *testing.T) {
	for base, want := range map[string]string{
		"":                          "https://api.github.com/",
		"https://github.com/":       "https://api.github.com/",
		"https://qjp.ghe.com":       "https://api.qjp.ghe.com/",
		"https://git.example.cn/gh": "https://git.example.cn/gh/api/v3/",
	} {
		forge, err := Open(Config{Kind: GitHub, BaseURL: base, Owner: "qjp", Repo: "registry"})
		if err != nil {
			t.Fatal(err)
		}
		if got := forge.(*github).client.BaseURL(); got != want {
			t.Errorf("%q: got %s, want %s", base, got, want)
		}
	}
}

// Whoever may push can dismiss the review of another.
func TestGitHubHearsObjectionsThatOthersDismissed(t *testing.T) {
	for name, c := range map[string]struct{ events, want string }{
		"by another":             {`{"event":"review_dismissed","actor":{"id":11},"dismissed_review":{"state":"changes_requested","review_id":1}}`, Reject},
		"by its author":          {`{"event":"review_dismissed","actor":{"id":21},"dismissed_review":{"state":"changes_requested","review_id":1}}`, Dismissed},
		"an approval":            {`{"event":"review_dismissed","actor":{"id":11},"dismissed_review":{"state":"approved","review_id":1}}`, Dismissed},
		"another review":         {`{"event":"review_dismissed","actor":{"id":11},"dismissed_review":{"state":"changes_requested","review_id":2}}`, Dismissed},
		"by nobody that is left": {`{"event":"review_dismissed","actor":null,"dismissed_review":{"state":"changes_requested","review_id":1}}`, Reject},
	} {
		f := newFake(t, githubRoot)
		f.json("GET /repos/qjp/registry/pulls/7", githubPull(""))
		f.on("GET /repos/qjp/registry/issues/7/events", f.paged("[]", "["+c.events+"]"))
		f.json("GET /repos/qjp/registry/pulls/7/reviews", `[{"id":1,"user":{"id":21},"state":"DISMISSED","commit_id":"`+shaB+`","submitted_at":"2026-09-01T01:00:00Z"}]`)
		forge, _ := f.open(GitHub)
		got, err := forge.Reviews(ctx, 7)
		if err != nil || len(got) != 1 || got[0].State != c.want || got[0].Commit != shaB {
			t.Errorf("%s: got %+v, %v; want %s", name, got, err, c.want)
		}
	}
}
