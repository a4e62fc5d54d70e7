package scenario_test

import (
	"fmt"
	"net/http"
	"slices"
)

// gitea words a world as the API of Gitea and Forgejo does.
//
//   - A review keeps its commit; one that an administrator dismissed, or its own
//     author by another, keeps its state, with a mark.
//   - Whoever presses a button is the committer of what it makes.
//   - Lists tell their length in a header; comments come all at once.
var gitea = face{
	kind: "gitea", header: "Authorization", value: "token " + token, routes: giteaRoutes,
	committer: func(by *account, _ string) string { return by.ident() },
}

func giteaRoutes(w *world, mux *http.ServeMux) {
	const api = "/api/v1/repos/qjp/registry"
	user := func(a *account) any {
		if a == nil {
			return nil
		}
		return object{"id": a.id, "login": a.login, "username": a.login}
	}
	link := func(r *request) string { return fmt.Sprintf("https://gitea.example/qjp/registry/pulls/%d", r.number) }
	pull := func(r *request) object {
		p := object{
			"number": r.number, "title": r.title, "html_url": link(r), "user": user(r.author), "draft": false,
			"state": map[bool]string{true: "open", false: "closed"}[r.state == "open"], "merged": r.state == "merged", "merge_base": r.leaves,
			"base": object{"ref": r.base, "sha": w.tip("refs/heads/" + r.base), "repo": object{"full_name": "qjp/registry"}},
			"head": object{"ref": r.branch, "sha": r.head, "repo": object{"full_name": "qjp/registry"}},
		}
		if r.state == "merged" {
			p["merge_commit_sha"], p["merged_at"], p["merged_by"] = r.merge, stamp(r.mergedAt), user(r.mergedBy)
		}
		return p
	}
	say := func(c *comment) object {
		return object{"id": c.id, "user": user(c.by), "body": c.body, "created_at": stamp(c.created), "updated_at": stamp(c.updated),
			"html_url": fmt.Sprintf("https://gitea.example/c/%d", c.id)}
	}
	// Who approves or objects again has dismissed what he said before.
	again := func(r *request, v *review) bool {
		return v.verdict != "remark" && slices.ContainsFunc(r.reviews, func(o *review) bool { return o.by == v.by && o.verdict != "remark" && o.when.After(v.when) })
	}
	reviewed := func(r *request) func(*review) object {
		return func(v *review) object {
			return object{"id": v.id, "user": user(v.by), "body": v.body, "commit_id": v.commit, "submitted_at": stamp(v.when), "html_url": link(r),
				"state":     map[string]string{"approve": "APPROVED", "reject": "REQUEST_CHANGES", "remark": "COMMENT"}[v.verdict],
				"dismissed": v.dismissed != nil || again(r, v), "stale": v.commit != r.head, "official": true}
		}
	}
	mux.HandleFunc("GET "+api+"/pulls", func(rw http.ResponseWriter, req *http.Request) {
		giteaPage(rw, req, w.openRequests(), pull)
	})
	mux.HandleFunc("GET "+api+"/pulls/{n}", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) { reply(rw, 200, pull(r)) }))
	mux.HandleFunc("GET "+api+"/pulls/{n}/commits", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		giteaPage(rw, req, w.commits(r), func(c written) object {
			return object{"sha": c.sha, "author": user(c.author), "committer": user(c.committer)}
		})
	}))
	mux.HandleFunc("GET "+api+"/pulls/{n}/reviews", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		giteaPage(rw, req, r.reviews, reviewed(r))
	}))
	mux.HandleFunc("GET "+api+"/issues/{n}/timeline", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		items, _, _ := page(req, giteaTimeline(r))
		rw.Header().Set("X-Total-Count", fmt.Sprint(len(items))) // of the page, whatever its name says
		if len(items) == 0 {
			reply(rw, 200, nil)
			return
		}
		reply(rw, 200, word(items, func(e event) object {
			kind := map[string]string{"pushed": "pull_push", "forced": "pull_push", "retargeted": "change_target_branch", "dismissed": "dismiss_review"}[e.kind]
			return object{"id": e.id, "type": kind, "user": user(e.by), "created_at": stamp(e.when), "updated_at": stamp(e.when),
				"body": map[string]string{"pushed": "{}", "forced": `{"is_force_push":true}`}[e.kind]}
		}))
	}))
	mux.HandleFunc("GET "+api+"/issues/{n}/comments", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) {
		reply(rw, 200, word(r.comments, say))
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
	mux.HandleFunc("GET /api/v1/user", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, 200, user(w.who("robot"))) })
}

// giteaTimeline is what is noted of a request. Whoever asks into another branch
// takes the pushes of before out of it, as does a forced push but for its kind.
func giteaTimeline(r *request) []event {
	var list []event
	for _, v := range r.versions {
		list = append(list, event{kind: "pushed", by: r.author, when: v.since})
	}
	for _, e := range r.events {
		if e.kind == "forced" || e.kind == "retargeted" {
			list = slices.DeleteFunc(list, func(o event) bool {
				return o.when.Before(e.when) && (o.kind == "pushed" || o.kind == "forced" && e.kind == "retargeted")
			})
		}
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b event) int { return a.when.Compare(b.when) })
	return list
}

// giteaPage answers with a page of a list, and tells its length.
func giteaPage[T any](rw http.ResponseWriter, req *http.Request, list []T, how func(T) object) {
	items, _, _ := page(req, list)
	rw.Header().Set("X-Total-Count", fmt.Sprint(len(list)))
	reply(rw, 200, word(items, how))
}
