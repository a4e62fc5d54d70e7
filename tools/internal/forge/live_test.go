package forge

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/giteatest"
)

// live is a real Gitea or Forgejo, on this machine alone.
type live struct {
	*giteatest.Server
	t      *testing.T
	dir    string // holds a clone
	tokens map[string]string
}

func startLive(t *testing.T) *live {
	g := &live{giteatest.Start(t, "[api]\nMAX_RESPONSE_ITEMS = 2\n"), t, t.TempDir(), map[string]string{}}
	for _, user := range []string{"qjp", "jyj", "zhao", "qian", "robot"} {
		g.tokens[user] = g.Add(user, user == "qjp")
	}
	return g
}

// call speaks to the API as a user.
func (g *live) call(user, method, path string, body any) map[string]any {
	g.t.Helper()
	code, answer := g.Call(user, method, path, body)
	if code > 299 {
		g.t.Fatalf("%s %s as %s: %d %s", method, path, user, code, answer)
	}
	var object map[string]any
	_ = json.Unmarshal(answer, &object) // a list of them is not asked for
	return object
}

func (g *live) git(args ...string) string {
	g.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = filepath.Join(g.dir, "clone")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=jyj", "GIT_AUTHOR_EMAIL=jyj@example.org", "GIT_COMMITTER_NAME=jyj", "GIT_COMMITTER_EMAIL=jyj@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		g.t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (g *live) open(user string) Forge {
	f, err := Open(Config{Kind: Gitea, BaseURL: g.URL, Owner: "qjp", Repo: "registry", Token: g.tokens[user]})
	if err != nil {
		g.t.Fatal(err)
	}
	return f
}

func TestLiveGitea(t *testing.T) {
	g := startLive(t)
	const repo = "/repos/qjp/registry"
	g.call("qjp", "POST", "/user/repos", map[string]any{"name": "registry", "auto_init": true, "default_branch": "main"})
	for user, right := range map[string]string{"jyj": "write", "zhao": "read", "qian": "read", "robot": "write"} {
		g.call("qjp", "PUT", repo+"/collaborators/"+user, map[string]any{"permission": right})
	}
	clone := filepath.Join(g.dir, "clone")
	if err := os.Mkdir(clone, 0o755); err != nil {
		t.Fatal(err)
	}
	g.git("clone", "-q", strings.Replace(g.URL, "://", "://jyj:"+g.tokens["jyj"]+"@", 1)+"/qjp/registry.git", ".")
	push := func(branch, text string, args ...string) string {
		if err := os.WriteFile(filepath.Join(clone, branch+".md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		g.git("add", "-A")
		g.git(append([]string{"commit", "-q", "-m", text}, args...)...)
		g.git("push", "-q", "-f", "origin", "HEAD:"+branch)
		return g.git("rev-parse", "HEAD")
	}
	for _, branch := range []string{"one", "two", "three"} {
		g.git("switch", "-q", "-c", branch, "origin/main")
		push(branch, branch)
		g.call("jyj", "POST", repo+"/pulls", map[string]any{"head": branch, "base": "main", "title": branch})
	}
	robot := g.open("robot")

	if got, err := robot.OpenRequests(ctx); err != nil || fmt.Sprint(got) != "[1 2 3]" {
		t.Errorf("open requests: %v, %v", got, err)
	}
	g.git("switch", "-q", "one")
	first := g.git("rev-parse", "HEAD")
	r, err := robot.Request(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.HeadSHA != first || r.BaseBranch != "main" || r.BaseSHA == "" || !r.Open || r.Merged || r.MergeSHA != "" || r.HeadRepo != "qjp/registry" || r.Author.Login != "jyj" || len(r.Commits) != 1 || r.Commits[0].SHA != first || len(r.Commits[0].By) != 1 || r.Commits[0].By[0] != r.Author {
		t.Errorf("request: %+v", r)
	}

	review := func(user, event string) {
		g.call(user, "POST", repo+"/pulls/1/reviews", map[string]any{"event": event, "body": "示例"})
	}
	review("zhao", "APPROVED")
	review("qian", "REQUEST_CHANGES")
	review("robot", "COMMENT")
	wantReviews := func(step, want string) []Review {
		t.Helper()
		list, err := robot.Reviews(ctx, 1)
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		var got []string
		for _, v := range list {
			on := map[bool]string{true: "first", false: "later"}[v.Commit == first]
			got = append(got, v.By.Login+" "+v.State+" "+on)
			if v.When.IsZero() || v.URL == "" {
				t.Errorf("%s: %+v", step, v)
			}
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: got %s, want %s", step, s, want)
		}
		return list
	}
	wantReviews("on the head", "zhao approve first, qian reject first, robot comment first")
	push("one", "other content")
	time.Sleep(2 * time.Second)
	wantReviews("after a push", "zhao approve first, qian reject first, robot comment first")
	rewritten := push("one", "again other content", "--amend")
	time.Sleep(2 * time.Second)
	list := wantReviews("after a force push", "zhao approve first, qian reject first, robot comment first")
	g.call("qjp", "POST", repo+"/pulls/1/reviews/"+list[1].ID+"/dismissals", map[string]any{"message": "override"})
	g.call("qjp", "POST", repo+"/pulls/1/reviews/"+list[0].ID+"/dismissals", map[string]any{"message": "override"})
	wantReviews("dismissed by an administrator", "zhao dismissed first, qian reject first, robot comment first")
	review("zhao", "APPROVED")
	wantReviews("again", "zhao dismissed first, qian reject first, robot comment first, zhao approve later")

	g.call("qjp", "POST", repo+"/branches", map[string]any{"new_branch_name": "side", "old_branch_name": "main"})
	g.call("jyj", "PATCH", repo+"/pulls/1", map[string]any{"base": "side"})
	for _, v := range wantReviews("it asks into another branch", "zhao dismissed first, qian reject first, robot comment first, zhao approve later") {
		if v.State == Approve && v.Commit != "" {
			t.Errorf("an approval of changes to main counts for those to side: %+v", v)
		}
	}
	g.call("jyj", "PATCH", repo+"/pulls/1", map[string]any{"base": "main"})
	time.Sleep(1100 * time.Millisecond)
	review("zhao", "APPROVED")
	if list = wantReviews("and back", "zhao dismissed first, qian reject first, robot comment first, zhao dismissed later, zhao approve later"); list[4].Commit != rewritten {
		t.Errorf("after it: %+v", list[4])
	}

	said := g.call("zhao", "POST", repo+"/issues/1/comments", map[string]any{"body": "/approve all"})
	for _, body := range []string{"二", "三", "<!-- mark --> 冒充"} {
		g.call("qian", "POST", repo+"/issues/1/comments", map[string]any{"body": body})
	}
	comments, err := robot.Comments(ctx, 1)
	if err != nil || len(comments) != 4 || comments[0].Edited || comments[0].By.Login != "zhao" || comments[0].URL == "" {
		t.Errorf("comments: %+v, %v", comments, err)
	}
	time.Sleep(1100 * time.Millisecond)
	g.call("qjp", "PATCH", fmt.Sprintf("%s/issues/comments/%.0f", repo, said["id"]), map[string]any{"body": "/reject all"})
	if comments, err = robot.Comments(ctx, 1); err != nil || !comments[0].Edited || comments[1].Edited {
		t.Errorf("edited: %+v, %v", comments, err)
	}
	url, err := robot.PutComment(ctx, 1, "<!-- mark -->", "<!-- mark --> one")
	again, err2 := robot.PutComment(ctx, 1, "<!-- mark -->", "<!-- mark --> two")
	if err != nil || err2 != nil || url != again || url == "" {
		t.Errorf("put: %q, %v; %q, %v", url, err, again, err2)
	}
	if comments, err = robot.Comments(ctx, 1); err != nil || len(comments) != 5 || comments[3].Body != "<!-- mark --> 冒充" || comments[4].Body != "<!-- mark --> two" {
		t.Errorf("after put: %+v, %v", comments, err)
	}

	const name = "taizhang/approvals (main)"
	for _, state := range []string{Pending, Failure, Broken, Success} {
		if err := robot.SetStatus(ctx, rewritten, Status{Name: name, State: state, Description: "还缺 1 个部门同意", URL: url}); err != nil {
			t.Fatal(err)
		}
	}
	combined := g.call("zhao", "GET", repo+"/commits/"+rewritten+"/status", nil)
	if s := fmt.Sprint(combined["statuses"]); combined["state"] != "success" || !strings.Contains(s, name) {
		t.Errorf("status: %v", combined)
	}
	if err := g.open("zhao").SetStatus(ctx, rewritten, Status{Name: name, State: Success}); KindOf(err) != Unauthorized && KindOf(err) != NotFound {
		t.Errorf("a reader sets a status: %v", err)
	}

	g.call("qjp", "POST", repo+"/pulls/2/merge", map[string]any{"Do": "merge"})
	if r, err := robot.Request(ctx, 2); err != nil || r.Open || !r.Merged || len(r.MergeSHA) != 40 {
		t.Errorf("merged: %+v, %v", r, err)
	}
	if _, err := robot.Request(ctx, 99); KindOf(err) != NotFound {
		t.Errorf("no such request: %v", err)
	}
	g.tokens["nobody"] = "0123456789012345678901234567890123456789"
	if _, err := g.open("nobody").Request(ctx, 1); KindOf(err) != Unauthorized && KindOf(err) != NotFound {
		t.Errorf("a wrong token: %v", err)
	}
}
