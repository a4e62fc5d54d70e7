package scenario_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// gitlab words a world as GitLab's REST API of version 4 does.
//
//   - Approvals are of persons, not of commits: what they were given on follows
//     from their time and from the versions of the merge request.
//   - Whoever takes an approval back, or has it taken, leaves none.
//   - A line that begins with /approve or /unapprove is GitLab's own command and
//     never gets into a comment.
//   - Whoever presses a button is the committer of what it makes.
var gitlab = face{
	kind: "gitlab", header: "Private-Token", value: token, routes: gitlabRoutes,
	committer:    func(by *account, _ string) string { return by.ident() },
	rebasesFirst: true,
	queue:        func(r *request, _ string) string { return fmt.Sprintf("refs/merge-requests/%d/train", r.number) },
	takes: func(w *world, r *request, by *account, body string) string {
		var kept []string
		for _, l := range strings.Split(body, "\n") {
			if ownCommand.MatchString(l) {
				w.press(r, by, "approve", "")
			} else {
				kept = append(kept, l)
			}
		}
		return strings.TrimSpace(strings.Join(kept, "\n"))
	},
}

var ownCommand = regexp.MustCompile(`^/approve(\s|$)`)

func gitlabRoutes(w *world, mux *http.ServeMux) {
	const api = "/api/v4/projects/{project}"
	user := func(a *account) object {
		return object{"id": a.id, "username": a.login, "name": a.login, "state": "active"}
	}
	pull := func(r *request) object {
		last := r.versions[len(r.versions)-1]
		p := object{
			"id": 1000 + r.number, "iid": r.number, "project_id": 7, "title": r.title, "author": user(r.author), "draft": false,
			"state":     map[string]string{"open": "opened", "closed": "closed", "merged": "merged"}[r.state],
			"web_url":   fmt.Sprintf("https://gitlab.example/qjp/registry/-/merge_requests/%d", r.number),
			"sha":       r.head,
			"diff_refs": object{"base_sha": last.leaves, "start_sha": last.leaves, "head_sha": r.head},
			// of one project: no fork
			"source_branch": r.branch, "target_branch": r.base, "source_project_id": 7, "target_project_id": 7,
			"merge_commit_sha": nil, "squash_commit_sha": nil, "merged_at": nil,
		}
		if r.state == "merged" {
			p["merged_at"] = stamp(r.mergedAt)
			switch parents := strings.Fields(w.git("rev-list", "--parents", "-n1", r.merge)); {
			case r.merge == r.head: // moved forward
			case len(parents) == 2:
				p["squash_commit_sha"] = r.merge
			default:
				p["merge_commit_sha"] = r.merge
			}
		}
		return p
	}
	note := func(c *comment) object {
		return object{"id": c.id, "type": nil, "author": user(c.by), "body": c.body, "created_at": stamp(c.created), "updated_at": stamp(c.updated), "system": false, "internal": false}
	}
	system := func(id int64, by *account, when time.Time, body string) object {
		return object{"id": 10000 + id, "type": nil, "author": user(by), "body": body, "created_at": stamp(when), "updated_at": stamp(when), "system": true, "internal": false}
	}
	notes := func(r *request) []object {
		out := word(r.comments, note)
		for _, v := range r.reviews {
			switch v.verdict {
			case "approve":
				out = append(out, system(v.id, v.by, v.when, "approved this merge request"))
			case "reject":
				out = append(out, system(v.id, v.by, v.when, "requested changes"))
			}
		}
		for _, e := range r.events {
			if e.kind == "retargeted" {
				out = append(out, system(e.id, e.by, e.when, fmt.Sprintf("changed target branch from `%s` to `%s`", e.from, e.to)))
			}
		}
		slices.SortStableFunc(out, func(a, b object) int { return strings.Compare(a["created_at"].(string), b["created_at"].(string)) })
		return out
	}
	// standing is what each person's last button press left.
	standing := func(r *request) []*review {
		var out []*review
		for _, v := range r.reviews {
			out = slices.DeleteFunc(out, func(o *review) bool { return o.by == v.by })
			if v.dismissed == nil {
				out = append(out, v)
			}
		}
		return out
	}
	mux.HandleFunc("GET "+api+"/merge_requests", func(rw http.ResponseWriter, req *http.Request) {
		gitlabPage(rw, req, word(w.openRequests(), pull))
	})
	mux.HandleFunc("GET "+api+"/merge_requests/{n}", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) { reply(rw, 200, pull(r)) }))
	mux.HandleFunc("GET "+api+"/merge_requests/{n}/approvals", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) {
		by := []object{}
		for _, v := range standing(r) {
			if v.verdict == "approve" {
				by = append(by, object{"user": user(v.by), "approved_at": stamp(v.when)})
			}
		}
		reply(rw, 200, object{"iid": r.number, "approved": len(by) > 0, "approved_by": by})
	}))
	mux.HandleFunc("GET "+api+"/merge_requests/{n}/reviewers", numbered(w, func(rw http.ResponseWriter, _ *http.Request, r *request) {
		states := map[string]string{"approve": "approved", "reject": "requested_changes", "remark": "reviewed"}
		reply(rw, 200, word(standing(r), func(v *review) object {
			return object{"user": user(v.by), "state": states[v.verdict], "created_at": stamp(r.versions[0].since)}
		}))
	}))
	mux.HandleFunc("GET "+api+"/merge_requests/{n}/versions", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		list := []object{}
		for i, v := range slices.Backward(r.versions) { // newest first
			list = append(list, object{"id": i + 1, "head_commit_sha": v.head, "base_commit_sha": v.leaves, "start_commit_sha": v.leaves, "created_at": stamp(v.since), "state": "collected"})
		}
		gitlabPage(rw, req, list)
	}))
	mux.HandleFunc("GET "+api+"/merge_requests/{n}/notes", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		gitlabPage(rw, req, notes(r))
	}))
	mux.HandleFunc("POST "+api+"/merge_requests/{n}/notes", numbered(w, func(rw http.ResponseWriter, req *http.Request, r *request) {
		reply(rw, 201, note(w.say(r, w.who("robot"), sent(req)["body"].(string))))
	}))
	mux.HandleFunc("PUT "+api+"/merge_requests/{n}/notes/{c}", rewritten(w, note))
	mux.HandleFunc("POST "+api+"/statuses/{sha}", func(rw http.ResponseWriter, req *http.Request) {
		s := sent(req)
		for _, old := range slices.Backward(w.statuses) {
			if old.sha == req.PathValue("sha") && old.name == s["name"] {
				if old.state == s["state"] { // GitLab takes no step from a state to itself
					fail(rw, http.StatusBadRequest)
					return
				}
				break
			}
		}
		w.setStatus(req.PathValue("sha"), s["name"], s["state"], s["description"])
		reply(rw, 201, object{"id": len(w.statuses), "sha": req.PathValue("sha"), "status": s["state"], "name": s["name"]})
	})
	mux.HandleFunc("GET "+api+"/repository/commits/{sha}/statuses", func(rw http.ResponseWriter, req *http.Request) {
		list := []object{}
		for _, s := range slices.Backward(w.statuses) { // the last of each name alone
			if s.sha == req.PathValue("sha") && s.name == req.URL.Query().Get("name") {
				list = append(list, object{"sha": s.sha, "name": s.name, "status": s.state})
				break
			}
		}
		gitlabPage(rw, req, list)
	})
	mux.HandleFunc("GET /api/v4/user", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, 200, user(w.who("robot"))) })
}

// gitlabPage answers with a page of a list, and names the next.
func gitlabPage(rw http.ResponseWriter, req *http.Request, list []object) {
	items, n, pages := page(req, list)
	if n < pages {
		rw.Header().Set("X-Next-Page", fmt.Sprint(n+1))
	}
	rw.Header().Set("X-Total-Pages", fmt.Sprint(pages))
	if items == nil {
		items = []object{}
	}
	reply(rw, 200, items)
}
