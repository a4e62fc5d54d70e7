package forge

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const giteeRoot = "/api/v5"

const giteeRequest = `{"id":7001,"number":7,"html_url":"https://gitee.example/qjp/registry/pulls/7","state":"open","draft":false,"title":"2027-jyj-01 列入储备库",
  "assignees_number":1,"testers_number":0,"user":{"id":11,"login":"xiaozhang","name":"小张"},
  "assignees":[{"id":21,"login":"zhao","assignee":true,"code_owner":false,"accept":true},{"id":22,"login":"qian","assignee":true,"accept":false}],
  "base":{"label":"main","ref":"main","sha":"` + shaC + `"},"head":{"label":"step","ref":"step","sha":"` + shaB + `","repo":{"full_name":"jyj/registry"}}}`

func TestGiteeReadsARequestWithEveryAuthor(t *testing.T) {
	f := newFake(t, giteeRoot)
	f.json("GET /repos/qjp/registry/pulls/7", giteeRequest)
	f.json("GET /repos/qjp/registry/pulls/7/commits", `[{"sha":"`+shaB+`","author":{"id":12,"login":"xiaoli"},"committer":{"id":11,"login":"xiaozhang"}},{"author":null,"committer":null}]`)
	forge, _ := f.open(Gitee)
	got, err := forge.Request(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := &Request{
		Number: 7, URL: "https://gitee.example/qjp/registry/pulls/7", Title: "2027-jyj-01 列入储备库",
		BaseBranch: "main", BaseSHA: shaC, MergeBase: shaC, HeadSHA: shaB, HeadRepo: "jyj/registry", Open: true,
		Author: Account{ID: 11, Login: "xiaozhang"}, Commits: []Commit{{shaB, []Account{{ID: 12, Login: "xiaoli"}, {ID: 11, Login: "xiaozhang"}}}, {}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestGiteeRefusesMoreCommitsThanItLists(t *testing.T) {
	for n, want := range map[int]Kind{249: "", 250: Refused} {
		f := newFake(t, giteeRoot)
		f.json("GET /repos/qjp/registry/pulls/7", giteeRequest)
		f.json("GET /repos/qjp/registry/pulls/7/commits", "["+strings.TrimSuffix(strings.Repeat(`{},`, n), ",")+"]")
		forge, _ := f.open(Gitee)
		if _, err := forge.Request(ctx, 7); KindOf(err) != want {
			t.Errorf("%d commits: got %v", n, err)
		}
	}
}

func TestGiteeReadsCommentsOfAllPages(t *testing.T) {
	f := newFake(t, giteeRoot)
	const route = "GET /repos/qjp/registry/pulls/7/comments"
	f.on(route, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("total_page", "2")
		f.paged(
			`[{"id":2,"user":{"id":21,"login":"zhao"},"body":"/同意 全部","created_at":"2026-09-01T10:00:00+08:00","updated_at":"2026-09-01T10:00:00+08:00"}]`,
			`[{"id":1,"user":{"id":22,"login":"qian"},"body":"x","created_at":"2026-09-01T09:00:00+08:00","updated_at":"2026-09-01T09:00:01+08:00"}]`)(w, r)
	})
	forge, _ := f.open(Gitee)
	got, err := forge.Comments(ctx, 7)
	if err != nil || len(got) != 2 || got[0].ID != "1" || !got[0].Edited || got[1].ID != "2" || got[1].Edited {
		t.Errorf("got %+v, %v", got, err)
	}
	if f.count(route) != 2 || !strings.Contains(f.to(route)[0].query, "comment_type=pr_comment") {
		t.Errorf("got %+v", f.to(route))
	}
}

func TestGiteeKeepsOneCheckRun(t *testing.T) {
	f := newFake(t, giteeRoot)
	const list = "GET /repos/qjp/registry/commits/" + shaB + "/check-runs"
	f.json(list, `{"total_count":0,"check_runs":[]}`)
	f.on("POST /repos/qjp/registry/check-runs", answer(201, `{"id":5}`))
	f.on("PATCH /repos/qjp/registry/check-runs/6", answer(200, `{"id":6}`))
	forge, _ := f.open(Gitee)
	if err := forge.SetStatus(ctx, shaB, Status{Name: "taizhang/approvals (main)", State: Pending, Description: "还缺 1 项"}); err != nil {
		t.Fatal(err)
	}
	f.json(list, `{"total_count":3,"check_runs":[{"id":5,"name":"taizhang/approvals (main)"},{"id":6,"name":"taizhang/approvals (main)"},{"id":9,"name":"build"}]}`)
	for _, state := range []string{Success, Failure} {
		if err := forge.SetStatus(ctx, shaB, Status{Name: "taizhang/approvals (main)", State: state}); err != nil {
			t.Fatal(err)
		}
	}
	made, changed := f.to("POST /repos/qjp/registry/check-runs"), f.to("PATCH /repos/qjp/registry/check-runs/6")
	if len(made) != 1 || !strings.Contains(made[0].body, `"in_progress"`) || strings.Contains(made[0].body, "conclusion") {
		t.Errorf("made %+v", made)
	}
	if len(changed) != 2 || !strings.Contains(changed[0].body, `"conclusion":"success"`) || !strings.Contains(changed[1].body, `"conclusion":"failure"`) {
		t.Errorf("changed %+v", changed)
	}
}

func TestGiteeListsOpenRequests(t *testing.T) {
	f := newFake(t, giteeRoot)
	f.on("GET /repos/qjp/registry/pulls", f.paged(`[{"number":9},{"number":3}]`, `[{"number":12}]`))
	forge, _ := f.open(Gitee)
	got, err := forge.OpenRequests(ctx)
	if err != nil || !slices.Equal(got, []int64{3, 9, 12}) {
		t.Errorf("got %v, %v", got, err)
	}
}
