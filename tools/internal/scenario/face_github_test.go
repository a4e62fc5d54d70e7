package scenario_test

import (
	"fmt"
	"net/http"
)

// github words a world as GitHub's REST API of version 3 does.
//
//   - After a force push it names the new head as the commit of older reviews.
//   - What it makes by itself is committed by its own account, but for a rebase.
//   - Events tell of force pushes, dismissals and changes of the base.
var github = face{
	kind: "github", header: "Authorization", value: "Bearer " + token, routes: githubRoutes,
	committer: func(by *account, method string) string {
		if method == "rebase" {
			return by.ident()
		}
		return "GitHub <noreply@github.com>"
	},
	queue: func(r *request, below string) string {
		return fmt.Sprintf("refs/heads/gh-readonly-queue/%s/pr-%d-%s", r.base, r.number, below)
	},
}

func githubRoutes(w *world, mux *http.ServeMux) {
	const api = "/api/v3/repos/qjp/registry"
	user := func(a *account) any {
		if a == nil {
			return nil
		}
		return object{"id": a.id, "login": a.login, "type": "User"}
	}
	link := func(r *request) string { return fmt.Sprintf("https://github.example/qjp/registry/pull/%d", r.number) }
	pull := func(r *request) object {
		p := object{
			"number": r.number, "title": r.title, "html_url": link(r), "user": user(r.author), "draft": false,
			"state": map[bool]string{true: "open", false: "closed"}[r.state == "open"], "merged": r.state == "merged",
			"commits": len(w.commits(r)),
			"base":    object{"ref": r.base, "sha": r.leaves, "repo": object{"full_name": "qjp/registry"}},
			"head":    object{"ref": r.branch, "sha": r.head, "repo": object{"full_name": "qjp/registry"}},
			// Before the merge, this is a trial that lies on no branch.
			"merge_commit_sha": "0123456789012345678901234567890123456789",
		}
		if r.state == "merged" {
			p["merge_commit_sha"], p["merged_at"], p["merged_by"] = r.merge, stamp(r.mergedAt), user(r.mergedBy)
		}
		return p
	}
	say := func(c *comment) object {
		return object{"id": c.id, "user": user(c.by), "body": c.body, "created_at": stamp(c.created), "updated_at": stamp(c.updated),
			"html_url": fmt.Sprintf("https://github.example/c/%d", c.id)}
	}
	reviewed := func(r *request) func(*review) object {
		return func(v *review) object {
			state := map[string]string{"approve": "APPROVED", "reject": "CHANGES_REQUESTED", "remark": "COMMENTED"}[v.verdict]
			if v.dismissed != nil {
				state = "DISMISSED"
			}
			o := object{"id": v.id, "user": user(v.by), "state": state, "body": v.body, "commit_id": v.commit, "submitted_at": stamp(v.when), "html_url": link(r)}
			for _, e := range r.events {
				if e.kind == "forced" && e.when.After(v.when) {
					o["commit_id"] = e.to
				}
			}
			return o
		}
	}
	noted := func(e event) object {
		o := object{"id": e.id, "actor": user(e.by), "created_at": stamp(e.when)}
		switch e.kind {
		case "forced":
			o["event"], o["commit_id"] = "head_ref_force_pushed", e.to
		case "retargeted":
			o["event"] = "base_ref_changed"
		case "dismissed":
			before := map[string]string{"approve": "approved", "reject": "changes_requested", "remark": "commented"}[e.review.verdict]
			o["event"], o["dismissed_review"] = "review_dismissed", object{"review_id": e.review.id, "state": before, "dismissal_message": "示例"}
		}
		return o
	}
	mux.HandleFunc("GET "+api+"/pulls", func(rw http.ResponseWriter, req *http.Request) {
		githubPage(rw, req, w.openRequests(), pull)
	})
	mux.HandleFunc("GET "+api+"/pulls/{n}", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) { reply(rw, 200, pull(r)) }))
	mux.HandleFunc("GET "+api+"/pulls/{n}/commits", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		githubPage(rw, req, w.commits(r), func(c written) object {
			return object{"sha": c.sha, "author": user(c.author), "committer": user(c.committer)}
		})
	}))
	mux.HandleFunc("GET "+api+"/pulls/{n}/reviews", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		githubPage(rw, req, r.reviews, reviewed(r))
	}))
	mux.HandleFunc("GET "+api+"/issues/{n}/events", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		githubPage(rw, req, r.events, noted)
	}))
	mux.HandleFunc("GET "+api+"/issues/{n}/comments", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		githubPage(rw, req, r.comments, say)
	}))
	mux.HandleFunc("POST "+api+"/issues/{n}/comments", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		reply(rw, 201, say(w.say(r, w.who("robot"), sent(req)["body"].(string))))
	}))
	mux.HandleFunc("PATCH "+api+"/issues/comments/{c}", rewritten(w, say))
	mux.HandleFunc("POST "+api+"/statuses/{sha}", func(rw http.ResponseWriter, req *http.Request) {
		s := sent(req)
		w.setStatus(req.PathValue("sha"), s["context"], s["state"], s["description"])
		reply(rw, 201, object{"id": len(w.statuses)})
	})
	mux.HandleFunc("POST /api/graphql", func(rw http.ResponseWriter, _ *http.Request) {
		me := w.who("robot")
		reply(rw, 200, object{"data": object{"viewer": object{"login": me.login, "databaseId": me.id}}})
	})
}

// githubPage answers with a page of a list, and links to the next.
func githubPage[T any](rw http.ResponseWriter, req *http.Request, list []T, how func(T) object) {
	items, n, pages := page(req, list)
	if n < pages {
		rw.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, req.Host, req.URL.Path, n+1))
	}
	reply(rw, 200, word(items, how))
}

// rewritten lets the robot change a comment of its own, named by {c}.
func rewritten(w *world, say func(*comment) object) http.HandlerFunc {
	return func(rw http.ResponseWriter, req *http.Request) {
		_, c := w.comment(int64(atoi(req.PathValue("c"))))
		if c == nil || c.by != w.who("robot") {
			fail(rw, http.StatusForbidden)
			return
		}
		w.rewrite(c, sent(req)["body"].(string))
		reply(rw, 200, say(c))
	}
}
