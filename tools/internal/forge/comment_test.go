package forge

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// writing is where each forge keeps comments; %d is the comment's number.
var writing = []struct{ kind, root, self, selfSays, list, create, update string }{
	{GitHub, "/api", "POST /graphql", `{"data":{"viewer":{"login":"robot","databaseId":99}}}`,
		"GET /v3/repos/qjp/registry/issues/7/comments", "POST /v3/repos/qjp/registry/issues/7/comments", "PATCH /v3/repos/qjp/registry/issues/comments/%d"},
	{GitLab, gitlabRoot, "GET /user", `{"id":99,"username":"robot"}`,
		"GET " + gitlabMR + "/notes", "POST " + gitlabMR + "/notes", "PUT " + gitlabMR + "/notes/%d"},
	{Gitea, giteaRoot, "GET /user", `{"id":99,"login":"robot"}`,
		"GET /repos/qjp/registry/issues/7/comments", "POST /repos/qjp/registry/issues/7/comments", "PATCH /repos/qjp/registry/issues/comments/%d"},
	{Gitee, giteeRoot, "GET /user", `{"id":99,"login":"robot"}`,
		"GET /repos/qjp/registry/pulls/7/comments", "POST /repos/qjp/registry/pulls/7/comments", "PATCH /repos/qjp/registry/pulls/comments/%d"},
}

func numbered(route string, id int) string { return strings.Replace(route, "%d", fmt.Sprint(id), 1) }

// remark is a comment in the shape of all four forges at once.
func remark(id, user int, login, body string) string {
	return fmt.Sprintf(`{"id":%d,"user":{"id":%d,"login":%q},"author":{"id":%[2]d,"username":%[3]q},"body":%q,
	  "created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z","html_url":"https://forge.example/c%[1]d"}`, id, user, login, body)
}

func TestOneCommentIsKept(t *testing.T) {
	const marker = "<!-- taizhang -->"
	stranger := remark(1, 666, "stranger", marker+" 已批准 approved")
	namesake := remark(2, 667, "ROBOT", marker+" 已批准 approved")
	chatter := remark(3, 99, "robot", "something else of ours")
	for _, w := range writing {
		for name, c := range map[string]struct {
			there, made string
			changed     int
		}{
			"none yet":      {"", "yes", 0},
			"only others'":  {stranger + "," + namesake + "," + chatter, "yes", 0},
			"ours, old":     {stranger + "," + remark(4, 99, "robot", marker+" old"), "", 4},
			"ours, renamed": {remark(4, 99, "robot-before", marker+" old"), "", 4},
			"two of ours":   {remark(4, 99, "robot", marker+" old") + "," + remark(5, 99, "robot", marker+" new"), "", 4},
			"ours, as is":   {remark(4, 99, "robot", marker+" new"), "", 0},
		} {
			t.Run(w.kind+"/"+name, func(t *testing.T) {
				f := newFake(t, w.root)
				f.on(w.self, answer(200, w.selfSays))
				f.on(w.list, f.paged("["+c.there+"]"))
				f.on(w.create, answer(http.StatusCreated, remark(8, 99, "robot", "")))
				for id := range 9 {
					f.on(numbered(w.update, id), answer(200, remark(id, 99, "robot", "")))
				}
				forge, _ := f.open(w.kind)
				url, err := forge.PutComment(ctx, 7, marker, marker+" new")
				if err != nil || url == "" {
					t.Fatalf("got %q, %v", url, err)
				}
				if made := f.count(w.create) == 1; made != (c.made != "") {
					t.Errorf("made %v", made)
				}
				for id := range 9 {
					calls := f.to(numbered(w.update, id))
					if (len(calls) == 1) != (id == c.changed && id != 0) {
						t.Errorf("changed comment %d %d times", id, len(calls))
					}
					if len(calls) == 1 && !strings.Contains(calls[0].body, "new") {
						t.Errorf("sent %s", calls[0].body)
					}
				}
			})
		}
	}
}

func TestNoCommentIsWrittenBeforeItIsKnownWhoWeAre(t *testing.T) {
	for _, w := range writing {
		t.Run(w.kind, func(t *testing.T) {
			f := newFake(t, w.root)
			f.on(w.self, answer(403, `{"message":"Resource not accessible by integration"}`))
			f.on(w.list, f.paged("[]"))
			f.on(w.create, answer(http.StatusCreated, remark(8, 99, "robot", "")))
			forge, _ := f.open(w.kind)
			if _, err := forge.PutComment(ctx, 7, "m", "m"); KindOf(err) != Unauthorized || f.count(w.create) != 0 {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestALongCommentIsSentCut(t *testing.T) {
	for _, w := range writing {
		t.Run(w.kind, func(t *testing.T) {
			f := newFake(t, w.root)
			f.on(w.list, f.paged("[]"))
			f.on(w.create, answer(http.StatusCreated, remark(8, 99, "robot", "")))
			forge, _ := f.open(w.kind, func(c *Config) { c.Account = "robot" })
			if _, err := forge.PutComment(ctx, 7, "m", "m\n"+strings.Repeat("缺一个部门的意见\n", 10_000)); err != nil {
				t.Fatal(err)
			}
			if n := len(f.to(w.create)[0].body); n > MaxComment+10_000 || n < MaxComment/2 {
				t.Errorf("%d bytes", n)
			}
		})
	}
}
