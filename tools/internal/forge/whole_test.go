package forge

import (
	"net/http"
	"strings"
	"testing"
)

// complete answers everything that is asked of a forge about request 7.
var complete = map[string]struct {
	root  string
	build func(f *fake)
}{
	GitHub: {"/api", func(f *fake) {
		f.json("GET /v3/repos/qjp/registry/pulls/7", githubPull(""))
		f.json("GET /v3/repos/qjp/registry/pulls/7/commits", `[{"author":{"id":12,"login":"xiaoli"}}]`)
		f.json("GET /v3/repos/qjp/registry/pulls/7/reviews", `[{"id":1,"user":{"id":21},"state":"APPROVED","commit_id":"`+shaB+`","submitted_at":"2026-09-01T01:00:00Z"}]`)
		f.json("GET /v3/repos/qjp/registry/issues/7/events", `[]`)
		f.json("GET /v3/repos/qjp/registry/issues/7/comments", "["+remark(1, 99, "robot", "m old")+"]")
		f.on("PATCH /v3/repos/qjp/registry/issues/comments/1", answer(200, remark(1, 99, "robot", "m new")))
		f.json("POST /graphql", `{"data":{"viewer":{"login":"robot","databaseId":99}}}`)
		f.on("POST /v3/repos/qjp/registry/statuses/"+shaB, answer(201, `{"id":1}`))
	}},
	GitLab: {gitlabRoot, func(f *fake) {
		f.json("GET "+gitlabMR, gitlabRequest)
		f.json("GET /projects/8", `{"id":8,"path_with_namespace":"jyj/registry"}`)
		f.json("GET "+gitlabMR+"/approvals", `{"approved_by":[{"user":{"id":21,"username":"zhao"},"approved_at":"2026-09-01T03:00:00Z"}]}`)
		f.json("GET "+gitlabMR+"/reviewers", `[]`)
		f.json("GET "+gitlabMR+"/versions", gitlabVersions)
		f.json("GET "+gitlabMR+"/notes", "["+remark(1, 99, "robot", "m old")+"]")
		f.on("PUT "+gitlabMR+"/notes/1", answer(200, remark(1, 99, "robot", "m new")))
		f.json("GET /user", `{"id":99,"username":"robot"}`)
		f.on("POST /projects/qjp%2Fregistry/statuses/"+shaB, answer(201, `{"id":1}`))
	}},
	Gitea: {giteaRoot, func(f *fake) {
		f.json("GET /repos/qjp/registry/pulls/7", giteaPull)
		f.on("GET /repos/qjp/registry/pulls/7/commits", f.paged(`[{"author":{"id":12,"login":"xiaoli"}}]`))
		f.on("GET /repos/qjp/registry/pulls/7/reviews", f.paged(`[{"id":1,"user":{"id":21},"state":"APPROVED","commit_id":"`+shaB+`","submitted_at":"2026-09-01T01:00:00Z"}]`))
		f.on("GET "+giteaTimeline, f.paged("[]"))
		f.json("GET /repos/qjp/registry/issues/7/comments", "["+remark(1, 99, "robot", "m old")+"]")
		f.on("PATCH /repos/qjp/registry/issues/comments/1", answer(200, remark(1, 99, "robot", "m new")))
		f.json("GET /user", `{"id":99,"login":"robot"}`)
		f.on("POST /repos/qjp/registry/statuses/"+shaB, answer(201, `{"id":1}`))
	}},
	Gitee: {giteeRoot, func(f *fake) {
		f.json("GET /repos/qjp/registry/pulls/7", giteeRequest)
		f.json("GET /repos/qjp/registry/pulls/7/commits", `[{"author":{"id":12,"login":"xiaoli"}}]`)
		f.on("GET /repos/qjp/registry/pulls/7/comments", f.paged("["+remark(1, 99, "robot", "m old")+"]"))
		f.on("PATCH /repos/qjp/registry/pulls/comments/1", answer(200, remark(1, 99, "robot", "m new")))
		f.json("GET /user", `{"id":99,"login":"robot"}`)
		f.json("GET /repos/qjp/registry/commits/"+shaB+"/check-runs", `{"check_runs":[]}`)
		f.on("POST /repos/qjp/registry/check-runs", answer(201, `{"id":1}`))
	}},
}

// tasks are what the gate does with a forge; each reports whether it came to
// something.
var tasks = map[string]func(Forge) (done bool, err error){
	"request": func(f Forge) (bool, error) { r, err := f.Request(ctx, 7); return r != nil, err },
	"reviews": func(f Forge) (bool, error) { r, err := f.Reviews(ctx, 7); return len(r) > 0, err },
	"comments": func(f Forge) (bool, error) {
		c, err := f.Comments(ctx, 7)
		return len(c) > 0, err
	},
	"comment": func(f Forge) (bool, error) { u, err := f.PutComment(ctx, 7, "m", "m new"); return u != "", err },
	"status": func(f Forge) (bool, error) {
		err := f.SetStatus(ctx, shaB, Status{Name: "x", State: Success})
		return err == nil, err
	},
}

func TestWhenAPartFailsTheWholeFails(t *testing.T) {
	for kind, c := range complete {
		for name, task := range tasks {
			t.Run(kind+"/"+name, func(t *testing.T) {
				f := newFake(t, c.root)
				c.build(f)
				forge, _ := f.open(kind)
				if done, err := task(forge); !done || err != nil {
					t.Fatalf("nothing is broken: got %v, %v", done, err)
				}
				var routes []string
				for _, call := range f.calls {
					routes = append(routes, call.method+" "+strings.TrimPrefix(call.path, f.root))
				}
				for _, route := range routes {
					for what, h := range map[string]http.HandlerFunc{
						"500":         answer(500, `{"message":"broken"}`),
						"wrong shape": answer(200, `"text"`),
						"empty":       answer(200, ``),
						"null":        answer(200, `null`),
						"[null]":      answer(200, `[null]`),
					} {
						f := newFake(t, c.root)
						c.build(f)
						f.on(route, h)
						forge, _ := f.open(kind)
						done, err := task(forge)
						if route == "GET "+giteaTimeline && what == "null" {
							continue // Gitea's way to say that nothing is there
						}
						if wrote := !strings.HasPrefix(route, "GET "); wrote && what != "500" && err == nil {
							continue // what a forge says of what it wrote matters little
						}
						if done || KindOf(err) != Unavailable {
							t.Errorf("%s is %s: got %v, %v", route, what, done, err)
						}
						if err != nil && strings.Contains(err.Error(), token) {
							t.Errorf("the token is in %v", err)
						}
					}
				}
			})
		}
	}
}

func TestARequestThatSaysLittleIsNone(t *testing.T) {
	for kind, c := range complete {
		f := newFake(t, c.root)
		c.build(f)
		forge, _ := f.open(kind)
		if _, err := forge.Request(ctx, 7); err != nil {
			t.Fatal(err)
		}
		route := f.calls[0].method + " " + strings.TrimPrefix(f.calls[0].path, f.root)
		for _, body := range []string{`{}`, `{"number":7,"iid":7}`, `{"number":8,"iid":8}`, `null`} {
			f.json(route, body)
			if r, err := forge.Request(ctx, 7); KindOf(err) != Unavailable {
				t.Errorf("%s: %s: got %+v, %v", kind, body, r, err)
			}
		}
	}
}
