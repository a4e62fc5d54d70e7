package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"taizhang/tools/internal/cli"
)

// requestPeople are the voters of these tests: two of the managing department,
// one of another, one who writes changes.
const requestPeople = `people:
  - id: dsjj-01
    departments: [dsjj]
    accounts: [{forge: gitea, id: 21, from: 2026-01-01}]
  - id: dsjj-02
    departments: [dsjj]
    accounts: [{forge: gitea, id: 22, from: 2026-01-01}]
  - id: fgw-01
    departments: [fgw]
    accounts: [{forge: gitea, id: 23, from: 2026-01-01}]
`

// onGitea is a registry with a branch that declares a project, and a request
// for it on something that answers as Gitea does.
type onGitea struct {
	t    *testing.T
	dir  string
	head string
	url  string

	mu       sync.Mutex
	comments []map[string]any
	reviews  []map[string]any
	author   int
	closed   bool
	merged   string // commit of the merge
	mergedAt string
	from     string // merge base
	broken   string // path of which nothing is answered
	statuses []map[string]any
}

func (g *onGitea) write(name, text string) {
	g.t.Helper()
	file := filepath.Join(g.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		g.t.Fatal(err)
	}
}

func newOnGitea(t *testing.T) *onGitea {
	g := &onGitea{t: t, dir: fixture(t), author: 11}
	g.write("data/people.yaml", requestPeople)
	if err := dropRules(g.dir); err != nil { // votes are tried here, and each command would load them
		t.Fatal(err)
	}
	git(t, g.dir, "init", "-q", "-b", "main")
	git(t, g.dir, "add", "-A")
	git(t, g.dir, "commit", "-q", "-m", "registry")
	git(t, g.dir, "switch", "-q", "-c", "topic")
	archive, err := txtar.ParseFile("testdata/script/change_declare.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		g.write("content/projects/2027/jyj/02/"+f.Name, string(f.Data))
	}
	g.commit("declare")
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// commit makes what lies in the folder the head of the request.
func (g *onGitea) commit(message string) {
	git(g.t, g.dir, "add", "-A")
	git(g.t, g.dir, "commit", "-q", "--allow-empty", "-m", message)
	g.head = git(g.t, g.dir, "rev-parse", "HEAD")
}

// amend makes a new commit of the same content, as a rebase does.
func (g *onGitea) amend() {
	git(g.t, g.dir, "commit", "-q", "--amend", "-m", "the same in other words")
	g.head = git(g.t, g.dir, "rev-parse", "HEAD")
}

// change pushes other content.
func (g *onGitea) change() {
	g.t.Helper()
	const name = "content/projects/2027/jyj/02/index.md"
	data, err := os.ReadFile(filepath.Join(g.dir, filepath.FromSlash(name)))
	if err != nil {
		g.t.Fatal(err)
	}
	g.write(name, strings.Replace(string(data), "示例", "示例二", 1))
	g.commit("other content")
}

func (g *onGitea) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var sent map[string]any
	_ = json.Unmarshal(body, &sent)
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	reply := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	if r.Header.Get("Authorization") != "token t0ken" || g.broken != "" && strings.HasSuffix(path, g.broken) {
		w.WriteHeader(http.StatusForbidden)
		reply(map[string]any{"message": "token t0ken may not"})
		return
	}
	account := func(id int, login string) map[string]any { return map[string]any{"id": id, "login": login} }
	pull := map[string]any{"number": 1, "state": map[bool]string{false: "open", true: "closed"}[g.closed], "title": "申报 2027-jyj-02", "user": account(g.author, "clerk"),
		"base": map[string]any{"ref": "main", "sha": ""}, "head": map[string]any{"ref": "topic", "sha": g.head}}
	if g.merged != "" {
		pull["merged"], pull["merge_commit_sha"], pull["merge_base"] = true, g.merged, g.from
		if g.mergedAt != "" {
			pull["merged_at"] = g.mergedAt
		}
	}
	const repo = "/repos/qjp/registry"
	switch key := r.Method + " " + path; {
	case key == "GET /user":
		reply(account(99, "robot"))
	case key == "GET "+repo+"/pulls":
		w.Header().Set("X-Total-Count", "1")
		reply([]any{pull})
	case key == "GET "+repo+"/pulls/1":
		reply(pull)
	case key == "GET "+repo+"/pulls/1/commits":
		w.Header().Set("X-Total-Count", "1")
		reply([]any{map[string]any{"author": account(g.author, "clerk")}})
	case key == "GET "+repo+"/pulls/1/reviews":
		w.Header().Set("X-Total-Count", fmt.Sprint(len(g.reviews)))
		reply(append([]map[string]any{}, g.reviews...))
	case key == "GET "+repo+"/issues/1/timeline":
		reply(nil)
	case key == "GET "+repo+"/issues/1/comments":
		reply(append([]map[string]any{}, g.comments...))
	case key == "POST "+repo+"/issues/1/comments":
		reply(g.say(99, "robot", sent["body"].(string), time.Minute))
	case r.Method == "PATCH" && strings.HasPrefix(path, repo+"/issues/comments/"):
		for _, c := range g.comments {
			if fmt.Sprint(c["id"]) == strings.TrimPrefix(path, repo+"/issues/comments/") {
				c["body"] = sent["body"]
				reply(c)
			}
		}
	case r.Method == "POST" && strings.HasPrefix(path, repo+"/statuses/"):
		sent["sha"] = strings.TrimPrefix(path, repo+"/statuses/")
		g.statuses = append(g.statuses, sent)
		reply(map[string]any{"id": 1})
	default:
		w.WriteHeader(http.StatusNotFound)
		reply(map[string]any{"message": "not found"})
	}
}

// say adds a comment of some time ago.
func (g *onGitea) say(id int, login, body string, ago time.Duration) map[string]any {
	when := time.Now().Add(-ago).UTC().Format(time.RFC3339)
	n := len(g.comments) + 1
	c := map[string]any{"id": n, "user": map[string]any{"id": id, "login": login}, "body": body, "created_at": when, "updated_at": when, "html_url": fmt.Sprintf("%s/c%d", g.url, n)}
	g.comments = append(g.comments, c)
	return c
}

func (g *onGitea) press(id int, state, commit string, ago time.Duration) {
	g.reviews = append(g.reviews, map[string]any{"id": len(g.reviews) + 1, "user": map[string]any{"id": id, "login": fmt.Sprint("user", id)}, "state": state, "commit_id": commit,
		"submitted_at": time.Now().Add(-ago).UTC().Format(time.RFC3339)})
}

// review runs the command on the request and returns what it says and posts.
func (g *onGitea) review(args ...string) (code int, out, errs string, status map[string]any) {
	g.t.Helper()
	g.statuses = nil
	var o, e bytes.Buffer
	env := map[string]string{"TAIZHANG_TOKEN": "t0ken"}
	line := append([]string{"--lang", "zh", "review", "--forge", "gitea", "--forge-url", g.url, "--repo", "qjp/registry"}, args...)
	code = cli.Main(line, &cli.IO{Out: &o, Err: &e, Env: func(k string) string { return env[k] }, Dir: g.dir})
	if strings.Contains(o.String()+e.String(), "t0ken") {
		g.t.Errorf("the token is in the output: %s%s", o.String(), e.String())
	}
	if len(g.statuses) > 0 {
		status = g.statuses[len(g.statuses)-1]
	}
	return code, o.String(), e.String(), status
}

// id returns the id of the request's only transition.
func (g *onGitea) id() string {
	g.t.Helper()
	_, out, errs, _ := g.review("--request", "1", "--format", "json")
	var r struct {
		Transitions []struct{ ID string }
		Change      string
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Transitions) != 1 {
		g.t.Fatalf("%v in %s%s", err, out, errs)
	}
	return r.Transitions[0].ID
}

func (g *onGitea) want(step string, code int, state string, args ...string) {
	g.t.Helper()
	if len(args) == 0 {
		args = []string{"--request", "1", "--post"}
	}
	got, out, errs, status := g.review(args...)
	if got != code || status["state"] != state || status["sha"] != g.head || status["context"] != "taizhang/approvals (main)" {
		g.t.Errorf("%s: exit %d, status %v; want %d, %s\n%s%s", step, got, status, code, state, out, errs)
	}
}

func TestARequestIsApprovedByAComment(t *testing.T) {
	g := newOnGitea(t)
	g.want("nobody has spoken", 1, "pending")
	if len(g.comments) != 1 || !strings.Contains(g.comments[0]["body"].(string), "taizhang:review") {
		t.Fatalf("comments %v", g.comments)
	}
	id := g.id()
	g.say(666, "stranger", "/approve "+id[:12]+" as dsjj", time.Hour)
	g.say(23, "fgw", "/approve "+id[:12]+" as fgw", time.Hour)
	g.say(21, "zhao", "> /approve "+id[:12]+" as dsjj", time.Hour)
	g.say(21, "zhao", "/approve all", time.Hour)
	g.say(22, "qian", "/同意 "+id[:12]+" 代表 区大数据管理局", time.Hour)["updated_at"] = time.Now().UTC().Format(time.RFC3339)
	g.want("none of these counts", 1, "pending")
	page := g.comments[0]["body"].(string)
	if len(g.comments) != 6 || !strings.Contains(page, "all 不说明") || strings.Contains(page, "stranger comment") {
		t.Errorf("%d comments, ours: %s", len(g.comments), page)
	}
	g.say(21, "zhao", "看过了。\n\n/同意 "+id[:12]+" 代表 区大数据管理局", time.Minute)
	g.want("the managing department agrees", 0, "success")
	g.say(22, "qian", "/不同意 "+id[:12]+" 代表 dsjj：缺少预算依据", time.Minute)
	g.want("and disagrees", 1, "failure")
	g.say(22, "qian", "/撤回 all", time.Second)
	g.want("and takes that back", 0, "success")
	g.amend()
	g.want("the same content in another commit", 0, "success")
	g.change()
	g.want("other content", 1, "pending")
}

func TestARequestIsApprovedByTheButton(t *testing.T) {
	g := newOnGitea(t)
	g.press(21, "APPROVED", g.head, time.Hour)
	g.want("on the head", 0, "success", "--poll", "--post")
	g.amend()
	g.want("the same content in another commit", 0, "success")
	g.change()
	g.want("other content", 1, "pending")
	if page := g.comments[0]["body"].(string); !strings.Contains(page, "后来改了") {
		t.Errorf("the stale vote is not explained: %s", page)
	}
	g.press(22, "APPROVED", strings.Repeat("0", 40), time.Minute)
	g.want("a commit that is gone", 1, "pending")
	g.press(22, "REQUEST_CHANGES", strings.Repeat("0", 40), time.Second)
	g.want("an objection to a commit that is gone", 1, "failure")
	g.press(22, "APPROVED", g.head, 0)
	g.want("who objected agrees", 0, "success")
}

func TestAuthorsDoNotApproveTheirOwnRequest(t *testing.T) {
	g := newOnGitea(t)
	g.author = 21
	g.press(21, "APPROVED", g.head, time.Hour)
	g.want("the author", 1, "pending")
	g.press(22, "APPROVED", g.head, time.Hour)
	g.want("a colleague", 0, "success")
}

func TestWhatCannotBeJudgedIsNeverApproved(t *testing.T) {
	for _, c := range []struct{ broken, state string }{
		{"/reviews", "error"}, {"/issues/1/comments", "error"}, {"/pulls/1/commits", ""}, {"/pulls/1", ""}, {"/user", "success"},
	} {
		g := newOnGitea(t)
		g.press(21, "APPROVED", g.head, time.Hour)
		g.broken = c.broken
		code, out, errs, status := g.review("--request", "1", "--post")
		got, _ := status["state"].(string)
		if code != 3 || got != c.state || !strings.Contains(errs, "unauthorized (403)") {
			t.Errorf("%s: exit %d, status %v\n%s%s", c.broken, code, status, out, errs)
		}
	}
	g := newOnGitea(t)
	g.head = strings.Repeat("0", 40)
	if code, _, _, status := g.review("--request", "1", "--post"); code != 3 || status["state"] != "error" {
		t.Errorf("a head that was not fetched: exit %d, status %v", code, status)
	}
	if code, _, _, status := g.review("--poll", "--post"); code != 3 || status["state"] != "error" {
		t.Errorf("among others: exit %d, status %v", code, status)
	}
}

func TestAClosedRequestIsLeftAlone(t *testing.T) {
	g := newOnGitea(t)
	g.closed = true
	if code, _, _, status := g.review("--request", "1", "--post"); code != 0 || status != nil || len(g.comments) != 0 {
		t.Errorf("exit %d, status %v, comments %v", code, status, g.comments)
	}
}

func TestOnlyWhatWasReallySaidIsPosted(t *testing.T) {
	g := newOnGitea(t)
	if code, _, _, status := g.review("--request", "1", "--post", "--as", "dsjj-01=dsjj"); code != 2 || status != nil {
		t.Errorf("exit %d, status %v", code, status)
	}
	if code, _, _, status := g.review("--request", "1", "--as", "dsjj-01=dsjj"); code != 0 || status != nil || len(g.comments) != 0 {
		t.Errorf("without --post: exit %d, status %v, comments %v", code, status, g.comments)
	}
	if code, _, errs, _ := g.review("--post"); code != 2 || !strings.Contains(errs, "--request") {
		t.Errorf("no request: exit %d, %s", code, errs)
	}
}

// A vote is that of an account, by its number: another name takes nothing from
// it, and another account of the old name gets nothing.
func TestAnAccountKeepsItsVoteUnderAnotherName(t *testing.T) {
	g := newOnGitea(t)
	id := g.id()
	c := g.say(21, "zhao", "/同意 "+id[:12]+" 代表 dsjj", time.Hour)
	g.want("agreed", 0, "success")
	c["user"] = map[string]any{"id": 21, "login": "zhao-new"}
	g.want("the account has another name", 0, "success")
	c["user"] = map[string]any{"id": 666, "login": "zhao"}
	g.want("another account has the old name", 1, "pending")
}

// What a dismissed review said no longer fills a seat; an objection is not lifted
// by it, as whoever runs the forge could then silence a department.
func TestADismissedReviewFillsNoSeat(t *testing.T) {
	g := newOnGitea(t)
	g.press(21, "APPROVED", g.head, time.Hour)
	g.want("agreed", 0, "success")
	g.reviews[0]["dismissed"] = true
	g.want("dismissed", 1, "pending")
	g.press(22, "APPROVED", g.head, time.Minute)
	g.want("a colleague agrees", 0, "success")
	g.press(22, "REQUEST_CHANGES", g.head, 0)
	g.reviews[2]["dismissed"] = true
	g.want("an objection that was dismissed", 1, "failure")
}
