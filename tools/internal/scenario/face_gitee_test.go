package scenario_test

import (
	"fmt"
	"net/http"
)

// gitee words a world as Gitee's API of version 5 does.
//
//   - Its button says who passed the review, not when nor on what.
//   - It keeps no statuses but check runs.
//   - Lists tell the number of their pages in a header.
var gitee = face{
	kind: "gitee", header: "Authorization", value: "Bearer " + token, routes: giteeRoutes,
	committer: func(*account, string) string { return "Gitee <noreply@gitee.com>" },
}

func giteeRoutes(w *world, mux *http.ServeMux) {
	const api = "/api/v5/repos/qjp/registry"
	user := func(a *account) object {
		if a == nil {
			return object{}
		}
		return object{"id": a.id, "login": a.login, "name": a.login, "type": "User"}
	}
	pull := func(r *request) object {
		p := object{
			"id": 1000 + r.number, "number": r.number, "title": r.title, "html_url": fmt.Sprintf("https://gitee.example/qjp/registry/pulls/%d", r.number),
			"state": r.state, "draft": false, "user": user(r.author), "assignees_number": 1,
			"base": object{"ref": r.base, "sha": r.leaves, "repo": object{"full_name": "qjp/registry"}},
			"head": object{"ref": r.branch, "sha": r.head, "repo": object{"full_name": "qjp/registry"}},
		}
		passed := []object{}
		for _, v := range r.reviews {
			a := user(v.by)
			a["accept"] = v.verdict == "approve" && v.dismissed == nil
			passed = append(passed, a)
		}
		p["assignees"] = passed
		if r.state == "merged" {
			p["merge_commit_sha"], p["merged_at"] = r.merge, stamp(r.mergedAt)
		}
		return p
	}
	say := func(c *comment) object {
		return object{"id": c.id, "user": user(c.by), "body": c.body, "created_at": stamp(c.created), "updated_at": stamp(c.updated), "comment_type": "pr_comment",
			"html_url": fmt.Sprintf("https://gitee.example/c/%d", c.id)}
	}
	mux.HandleFunc("GET "+api+"/pulls", func(rw http.ResponseWriter, req *http.Request) {
		giteePage(rw, req, w.openRequests(), pull)
	})
	mux.HandleFunc("GET "+api+"/pulls/{n}", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) { reply(rw, 200, pull(r)) }))
	mux.HandleFunc("GET "+api+"/pulls/{n}/commits", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) {
		reply(rw, 200, word(w.commits(r), func(c written) object {
			return object{"sha": c.sha, "author": user(c.author), "committer": user(c.committer)}
		}))
	}))
	mux.HandleFunc("GET "+api+"/pulls/{n}/comments", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		giteePage(rw, req, r.comments, say)
	}))
	mux.HandleFunc("POST "+api+"/pulls/{n}/comments", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		reply(rw, 201, say(w.say(r, w.who("robot"), sent(req)["body"].(string))))
	}))
	mux.HandleFunc("PATCH "+api+"/pulls/comments/{c}", rewritten(w, say))
	run := func(s object) (sha, name, state, text any) {
		state = map[any]string{"success": "success", "failure": "failure", nil: "pending"}[s["conclusion"]]
		output, _ := s["output"].(map[string]any)
		return s["head_sha"], s["name"], state, output["title"]
	}
	runs := map[int]string{} // commits by number
	mux.HandleFunc("GET "+api+"/commits/{sha}/check-runs", func(rw http.ResponseWriter, req *http.Request) {
		list := []object{}
		for id, sha := range runs {
			if sha == req.PathValue("sha") {
				list = append(list, object{"id": id, "name": req.URL.Query().Get("check_name")})
			}
		}
		reply(rw, 200, object{"total_count": len(list), "check_runs": list})
	})
	mux.HandleFunc("POST "+api+"/check-runs", func(rw http.ResponseWriter, req *http.Request) {
		sha, name, state, text := run(sent(req))
		runs[len(runs)+1] = sha.(string)
		w.setStatus(sha.(string), name, state, text)
		reply(rw, 201, object{"id": len(runs)})
	})
	mux.HandleFunc("PATCH "+api+"/check-runs/{id}", func(rw http.ResponseWriter, req *http.Request) {
		sha, known := runs[atoi(req.PathValue("id"))]
		if !known {
			fail(rw, http.StatusNotFound)
			return
		}
		_, name, state, text := run(sent(req))
		w.setStatus(sha, name, state, text)
		reply(rw, 200, object{"id": atoi(req.PathValue("id"))})
	})
	mux.HandleFunc("GET /api/v5/user", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, 200, user(w.who("robot"))) })
}

// giteePage answers with a page of a list, and tells how many there are.
func giteePage[T any](rw http.ResponseWriter, req *http.Request, list []T, how func(T) object) {
	items, _, pages := page(req, list)
	rw.Header().Set("Total_page", fmt.Sprint(pages))
	rw.Header().Set("Total_count", fmt.Sprint(len(list)))
	reply(rw, 200, word(items, how))
}
