package forge

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const (
	gitlabRoot = "/api/v4"
	gitlabMR   = "/projects/qjp%2Fregistry/merge_requests/7"
)

const gitlabRequest = `{"id":900,"iid":7,"project_id":3,"title":"2027-jyj-01 列入储备库","state":"opened","draft":false,
  "target_branch":"main","source_branch":"step","source_project_id":8,"target_project_id":3,
  "sha":"` + shaB + `","merge_commit_sha":null,"squash_commit_sha":null,"web_url":"https://gitlab.example/qjp/registry/-/merge_requests/7",
  "author":{"id":11,"username":"xiaozhang","state":"active"},"diff_refs":{"base_sha":"` + shaA + `","head_sha":"` + shaB + `","start_sha":"` + shaC + `"}}`

func TestGitLabReadsARequest(t *testing.T) {
	f := newFake(t, gitlabRoot)
	f.json("GET "+gitlabMR, gitlabRequest)
	f.json("GET /projects/8", `{"id":8,"path_with_namespace":"jyj/registry"}`)
	forge, _ := f.open(GitLab)
	got, err := forge.Request(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := &Request{
		Number: 7, URL: "https://gitlab.example/qjp/registry/-/merge_requests/7", Title: "2027-jyj-01 列入储备库",
		BaseBranch: "main", BaseSHA: shaC, MergeBase: shaA, HeadSHA: shaB, HeadRepo: "jyj/registry", Open: true,
		Author: Account{ID: 11, Login: "xiaozhang"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestGitLabReadsARequestWhoseForkIsGoneOrHidden(t *testing.T) {
	f := newFake(t, gitlabRoot)
	f.json("GET "+gitlabMR, gitlabRequest)
	forge, _ := f.open(GitLab)
	if got, err := forge.Request(ctx, 7); err != nil || got.HeadRepo != "" {
		t.Errorf("hidden: got %+v, %v", got, err)
	}
	f.json("GET "+gitlabMR, strings.Replace(gitlabRequest, `"source_project_id":8`, `"source_project_id":null`, 1))
	if got, err := forge.Request(ctx, 7); err != nil || got.HeadRepo != "" {
		t.Errorf("gone: got %+v, %v", got, err)
	}
	f.json("GET "+gitlabMR, strings.Replace(gitlabRequest, `"source_project_id":8`, `"source_project_id":3`, 1))
	if got, err := forge.Request(ctx, 7); err != nil || got.HeadRepo != "qjp/registry" {
		t.Errorf("no fork: got %+v, %v", got, err)
	}
}

func TestGitLabNamesTheCommitOfAMergeHoweverItWasMade(t *testing.T) {
	for name, c := range map[string]struct{ merge, squash, want string }{
		"merge commit":    {`"` + shaC + `"`, "null", shaC},
		"squash":          {"null", `"` + shaA + `"`, shaA},
		"squash and then": {`"` + shaC + `"`, `"` + shaA + `"`, shaC},
		"fast-forward":    {"null", "null", shaB},
	} {
		f := newFake(t, gitlabRoot)
		f.json("GET "+gitlabMR, strings.NewReplacer(`"state":"opened"`, `"state":"merged"`, `"merge_commit_sha":null`, `"merge_commit_sha":`+c.merge, `"squash_commit_sha":null`, `"squash_commit_sha":`+c.squash).Replace(gitlabRequest))
		forge, _ := f.open(GitLab)
		if got, err := forge.Request(ctx, 7); err != nil || got.MergeSHA != c.want || !got.Merged || got.Open {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

const gitlabVersions = `[{"id":2,"head_commit_sha":"` + shaB + `","created_at":"2026-09-01T02:00:00.500Z"},
  {"id":1,"head_commit_sha":"` + shaA + `","created_at":"2026-09-01T01:00:00.000Z"}]`

// GitLab's API says who approved and when, but not what.
func TestGitLabBindsApprovalsToTheVersionOfTheirTime(t *testing.T) {
	for _, c := range []struct{ name, approved, notes, want string }{
		{"first version", `"2026-09-01T01:30:00.000Z"`, "", shaA},
		{"last version", `"2026-09-01T02:00:00.501Z"`, "", shaB},
		{"before any version", `"2026-09-01T00:59:59.999Z"`, "", ""},
		{"at the very time of a push", `"2026-09-01T02:00:00.500Z"`, "", ""},
		{"time from GitLab's own note", "null", `{"id":5,"system":true,"author":{"id":21},"body":"approved this merge request","created_at":"2026-09-01T01:30:00Z"}`, shaA},
		{"the last of such notes", "null", `{"id":5,"system":true,"author":{"id":21},"body":"approved this merge request","created_at":"2026-09-01T01:30:00Z"},{"id":6,"system":true,"author":{"id":21},"body":"approved this merge request","created_at":"2026-09-01T03:00:00Z"}`, shaB},
		{"a note that a person wrote", "null", `{"id":5,"system":false,"author":{"id":21},"body":"approved this merge request","created_at":"2026-09-01T03:00:00Z"}`, ""},
		{"a note about another", "null", `{"id":5,"system":true,"author":{"id":22},"body":"approved this merge request","created_at":"2026-09-01T03:00:00Z"}`, ""},
		{"no time at all", "null", "", ""},
		{"before it asked into this branch", `"2026-09-01T03:00:00Z"`, `{"id":5,"system":true,"author":{"id":11},"body":"changed target branch from ` + "`a` to `b`" + `","created_at":"2026-09-01T03:00:00Z"}`, ""},
		{"before its branch was deleted", `"2026-09-01T03:00:00Z"`, `{"id":5,"system":true,"author":{"id":11},"body":"deleted the ` + "`a` branch. This merge request now targets the `b`" + ` branch","created_at":"2026-09-01T03:30:00Z"}`, ""},
		{"since it asks into this branch", `"2026-09-01T03:00:00Z"`, `{"id":5,"system":true,"author":{"id":11},"body":"changed target branch from ` + "`a` to `b`" + `","created_at":"2026-09-01T02:30:00Z"}`, shaB},
		{"a person says that it did", `"2026-09-01T03:00:00Z"`, `{"id":5,"system":false,"author":{"id":11},"body":"changed target branch from ` + "`a` to `b`" + `","created_at":"2026-09-01T03:30:00Z"}`, shaB},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t, gitlabRoot)
			f.json("GET "+gitlabMR+"/approvals", `{"approved":true,"approved_by":[{"user":{"id":21,"username":"zhao"},"approved_at":`+c.approved+`}]}`)
			f.json("GET "+gitlabMR+"/reviewers", `[]`)
			f.on("GET "+gitlabMR+"/versions", f.paged(gitlabVersions))
			f.on("GET "+gitlabMR+"/notes", f.paged("["+c.notes+"]"))
			forge, _ := f.open(GitLab)
			got, err := forge.Reviews(ctx, 7)
			if err != nil || len(got) != 1 || got[0].State != Approve || got[0].By.ID != 21 || got[0].Commit != c.want {
				t.Errorf("got %+v, %v; want commit %q", got, err, c.want)
			}
		})
	}
}

func TestGitLabHearsObjections(t *testing.T) {
	f := newFake(t, gitlabRoot)
	f.json("GET "+gitlabMR+"/approvals", `{"approved_by":[{"user":{"id":21,"username":"zhao"},"approved_at":"2026-09-01T03:00:00Z"}]}`)
	f.json("GET "+gitlabMR+"/reviewers", `[
	  {"user":{"id":22,"username":"qian"},"state":"requested_changes","created_at":"2026-08-01T00:00:00Z"},
	  {"user":{"id":23,"username":"sun"},"state":"requested_changes","created_at":"2026-08-01T00:00:00Z"},
	  {"user":{"id":24,"username":"li"},"state":"unreviewed","created_at":"2026-08-01T00:00:00Z"}]`)
	f.on("GET "+gitlabMR+"/versions", f.paged(gitlabVersions))
	f.on("GET "+gitlabMR+"/notes", f.paged("[]", `[{"id":5,"system":true,"author":{"id":22},"body":"requested changes","created_at":"2026-09-01T01:30:00Z"}]`))
	forge, _ := f.open(GitLab)
	got, err := forge.Reviews(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := []Review{
		{ID: "objection-22", By: Account{ID: 22, Login: "qian"}, State: Reject, Commit: shaA, When: at("2026-09-01T01:30:00Z")},
		{ID: "objection-23", By: Account{ID: 23, Login: "sun"}, State: Reject, Commit: shaB, When: at("2026-09-01T02:00:00.5Z")},
		{ID: "approval-21", By: Account{ID: 21, Login: "zhao"}, State: Approve, Commit: shaB, When: at("2026-09-01T03:00:00Z")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestGitLabReadsTheConversationAndNothingElse(t *testing.T) {
	f := newFake(t, gitlabRoot)
	f.on("GET "+gitlabMR+"/notes", f.paged(`[
	  {"id":1,"type":null,"author":{"id":21,"username":"zhao"},"body":"/approve all","created_at":"2026-09-01T01:00:00.123Z","updated_at":"2026-09-01T01:00:00.123Z"},
	  {"id":2,"system":true,"author":{"id":21},"body":"approved this merge request","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z"},
	  {"id":3,"type":"DiffNote","author":{"id":21},"body":"on a line","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z"},
	  {"id":4,"internal":true,"author":{"id":21},"body":"between us","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z"}]`,
		`[{"id":5,"type":"DiscussionNote","author":{"id":31,"username":"project_3_bot_ab12"},"body":"late","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-02T01:00:00Z"}]`))
	forge, _ := f.open(GitLab)
	got, err := forge.Comments(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].ID != "1" || got[0].Edited || got[1].ID != "5" || !got[1].Edited || !got[1].By.Bot {
		t.Errorf("got %+v", got)
	}
	if want := f.server.URL + "/qjp/registry/-/merge_requests/7#note_1"; got[0].URL != want {
		t.Errorf("got %s, want %s", got[0].URL, want)
	}
}

func TestGitLabSetsAStatusToWhatItIs(t *testing.T) {
	const route, read = "POST /projects/qjp%2Fregistry/statuses/" + shaB, "GET /projects/qjp%2Fregistry/repository/commits/" + shaB + "/statuses"
	refused := answer(http.StatusBadRequest, `{"message":"Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via \"enqueue\")"}`)
	for _, c := range []struct {
		name, now string
		ok        bool
	}{
		{"is so already", `[{"id":1,"status":"pending","name":"x"}]`, true},
		{"is something else", `[{"id":1,"status":"success","name":"x"}]`, false},
		{"is not there", `[]`, false},
	} {
		f := newFake(t, gitlabRoot)
		f.on(route, refused)
		f.json(read, c.now)
		forge, _ := f.open(GitLab)
		err := forge.SetStatus(ctx, shaB, Status{Name: "x", State: Pending})
		if (err == nil) != c.ok || err != nil && KindOf(err) != Refused {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	f := newFake(t, gitlabRoot)
	f.on(route, answer(201, `{"id":1}`))
	forge, _ := f.open(GitLab)
	for state, want := range map[string]string{Success: "success", Failure: "failed", Broken: "failed", Pending: "pending"} {
		if err := forge.SetStatus(ctx, shaB, Status{Name: "taizhang/approvals (main)", State: state, Description: "还缺 1 项"}); err != nil {
			t.Fatal(err)
		}
		calls := f.to(route)
		if body := calls[len(calls)-1].body; !strings.Contains(body, `"state":"`+want+`"`) || !strings.Contains(body, "taizhang/approvals (main)") {
			t.Errorf("%s: sent %s", state, body)
		}
	}
}
