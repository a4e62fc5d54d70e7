package forge

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const giteaRoot = "/api/v1"

const giteaTimeline = "/repos/qjp/registry/issues/7/timeline"

const giteaPull = `{"id":70,"number":7,"user":{"id":11,"login":"xiaozhang"},"title":"2027-jyj-01 列入储备库","state":"open","draft":false,
  "html_url":"https://gitea.example/qjp/registry/pulls/7","merged":false,"merge_commit_sha":null,
  "base":{"label":"main","ref":"main","sha":"` + shaC + `","repo":{"full_name":"qjp/registry"}},
  "head":{"label":"step","ref":"step","sha":"` + shaB + `","repo":{"full_name":"jyj/registry"}}}`

func TestGiteaReadsARequestWithEveryAuthor(t *testing.T) {
	f := newFake(t, giteaRoot)
	f.json("GET /repos/qjp/registry/pulls/7", giteaPull)
	f.on("GET /repos/qjp/registry/pulls/7/commits", f.paged(
		`[{"sha":"`+shaA+`","author":{"id":11,"login":"xiaozhang"},"committer":null}]`,
		`[{"sha":"`+shaB+`","author":null,"committer":{"id":12,"login":"xiaoli"}}]`))
	forge, _ := f.open(Forgejo)
	got, err := forge.Request(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := &Request{
		Number: 7, URL: "https://gitea.example/qjp/registry/pulls/7", Title: "2027-jyj-01 列入储备库",
		BaseBranch: "main", BaseSHA: shaC, HeadSHA: shaB, HeadRepo: "jyj/registry", Open: true,
		Author: Account{ID: 11, Login: "xiaozhang"}, Commits: []Commit{{shaA, []Account{{ID: 11, Login: "xiaozhang"}}}, {shaB, []Account{{ID: 12, Login: "xiaoli"}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if forge.Name() != Forgejo {
		t.Errorf("named %s", forge.Name())
	}
}

func TestGiteaReadsReviews(t *testing.T) {
	f := newFake(t, giteaRoot)
	f.on("GET /repos/qjp/registry/pulls/7/reviews", f.paged(`[
	  {"id":3,"user":{"id":23,"login":"sun"},"state":"APPROVED","commit_id":"`+shaA+`","stale":true,"dismissed":true,"submitted_at":"2026-09-01T03:00:00Z"},
	  {"id":1,"user":{"id":21,"login":"zhao"},"state":"APPROVED","commit_id":"`+shaA+`","stale":true,"submitted_at":"2026-09-01T01:00:00+08:00","html_url":"https://gitea.example/r1","body":"同意"},
	  {"id":2,"user":{"id":22,"login":"qian"},"state":"REQUEST_CHANGES","commit_id":"`+shaB+`","submitted_at":"2026-09-01T02:00:00Z"},
	  {"id":4,"user":{"id":24,"login":"li"},"state":"REQUEST_REVIEW","commit_id":"","submitted_at":"2026-09-01T02:00:00Z"},
	  {"id":5,"user":{"id":24,"login":"li"},"state":"PENDING","commit_id":"`+shaB+`","submitted_at":"2026-09-01T02:00:00Z"}]`,
		`[{"id":7,"user":{"id":25,"login":"zhou"},"state":"REQUEST_CHANGES","commit_id":"`+shaA+`","dismissed":true,"submitted_at":"2026-09-01T05:00:00Z"},
		  {"id":6,"user":null,"team":{"id":1},"state":"COMMENT","commit_id":"`+shaB+`","submitted_at":"2026-09-01T04:00:00Z"}]`))
	// Two pages of which nothing is shown do not end the timeline.
	f.on("GET "+giteaTimeline, f.paged(`[{"type":"pull_push","created_at":"2026-09-01T00:59:00+08:00"}]`, "null", "null", `[{"type":"change_target_branch","created_at":"2026-09-01T01:00:00+08:00"}]`, "null", "null", "null", "{}"))
	forge, _ := f.open(Gitea)
	got, err := forge.Reviews(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	var short []string
	for _, r := range got {
		short = append(short, r.ID+" "+r.By.Login+" "+r.State+" "+r.Commit[:min(1, len(r.Commit))])
	}
	if want := []string{"1 zhao approve ", "2 qian reject b", "3 sun dismissed a", "6  comment b", "7 zhou reject a"}; !slices.Equal(short, want) {
		t.Errorf("got %q, want %q", short, want)
	}
}

func TestGiteaDoubtsApprovalsOfBeforeWhatItShows(t *testing.T) {
	push := func(at, body string) string {
		return `{"type":"pull_push","created_at":"2026-09-01T` + at + `Z","body":"` + body + `"}`
	}
	const forced = `{\"is_force_push\":true,\"commit_ids\":[]}`
	moved := `{"type":"change_target_branch","created_at":"2026-09-01T05:00:00Z"}`
	hidden := []any{"null", "null", "null"}
	for name, c := range map[string]struct {
		pages   []any
		believe bool // an approval at 04:00:00
	}{
		"a push before it":                       {[]any{"[" + push("03:00:00", "{}") + "]"}, true},
		"a push of the same second":              {[]any{"[" + push("04:00:00", "{}") + "]"}, true},
		"a flood with nothing behind it":         {append([]any{"[" + push("03:00:00", "{}") + "]"}, hidden...), true},
		"a flood that hides another branch":      {append(append([]any{`[{"type":"comment"}]`}, hidden...), "["+moved+","+push("05:00:00", "{}")+"]"), false},
		"another branch within the pages":        {[]any{`[{"type":"comment"}]`, "null", "[" + moved + "," + push("05:00:00", "{}") + "]"}, false},
		"a flood, but all is given at once":      {append([]any{"[" + push("03:00:00", "{}") + "]", "null", "null", "null"}, "["+moved+"]"), false},
		"a forced push after it":                 {[]any{"[" + push("05:00:00", "{}") + "," + push("05:00:00", forced) + "]"}, true},
		"another branch, then a forced push":     {[]any{"[" + moved + "," + push("06:00:00", forced) + "]"}, false},
		"a push after it that says that it is":   {[]any{"[" + push("05:00:00", "is_force_push") + "]"}, false},
		"a comment that says it is a forced one": {[]any{`[{"type":"comment","created_at":"2026-09-01T05:00:00Z","body":"` + forced + `"}]`}, false},
		"nothing at all":                         {[]any{"null"}, false},
	} {
		f := newFake(t, giteaRoot)
		f.on("GET /repos/qjp/registry/pulls/7/reviews", f.paged(`[{"id":1,"user":{"id":21,"login":"zhao"},"state":"APPROVED","commit_id":"`+shaA+`","submitted_at":"2026-09-01T04:00:00Z"}]`))
		pages := f.paged(append(slices.Clone(c.pages), hidden...)...)
		f.on("GET "+giteaTimeline, func(w http.ResponseWriter, r *http.Request) {
			if old := strings.Contains(name, "at once"); old && r.URL.Query().Get("page") == "0" {
				answer(200, c.pages[len(c.pages)-1])(w, r)
				return
			}
			pages(w, r)
		})
		forge, _ := f.open(Gitea)
		got, err := forge.Reviews(ctx, 7)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if believed := got[0].Commit == shaA; believed != c.believe {
			t.Errorf("%s: believed is %t", name, believed)
		}
	}
}

func TestGiteaBelievesTheNumberOfItemsOverTheSizeOfAPage(t *testing.T) {
	f := newFake(t, giteaRoot)
	total := "3"
	f.on("GET /repos/qjp/registry/pulls", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Total-Count", total)
		f.paged(`[{"number":1},{"number":2}]`, `[{"number":3}]`, `[]`)(w, r)
	})
	forge, _ := f.open(Gitea)
	if got, err := forge.OpenRequests(ctx); err != nil || !slices.Equal(got, []int64{1, 2, 3}) || f.count("GET /repos/qjp/registry/pulls") != 2 {
		t.Errorf("got %v, %v after %d calls", got, err, f.count("GET /repos/qjp/registry/pulls"))
	}
	total = "4"
	if got, err := forge.OpenRequests(ctx); KindOf(err) != Unavailable {
		t.Errorf("one is missing: got %v, %v", got, err)
	}
}

func TestGiteaKnowsItsOwnJobs(t *testing.T) {
	f := newFake(t, giteaRoot)
	f.json("GET /repos/qjp/registry/issues/7/comments", `[
	  {"id":1,"user":{"id":666,"login":"stranger"},"body":"<!-- m --> x","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z"},
	  {"id":2,"user":{"id":-2,"login":"gitea-actions"},"body":"<!-- m --> old","html_url":"u2","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z"}]`)
	f.on("PATCH /repos/qjp/registry/issues/comments/2", answer(200, `{"id":2,"html_url":"u2"}`))
	forge, _ := f.open(Gitea, func(c *Config) { c.Account = "gitea-actions" })
	if u, err := forge.PutComment(ctx, 7, "<!-- m -->", "<!-- m --> new"); err != nil || u != "u2" {
		t.Errorf("got %q, %v", u, err)
	}
	got, err := forge.Comments(ctx, 7)
	if err != nil || got[0].By.Bot || !got[1].By.Bot {
		t.Errorf("got %+v, %v", got, err)
	}
}
