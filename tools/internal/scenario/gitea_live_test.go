package scenario_test

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/giteatest"
)

// live is a real Gitea or Forgejo, on this machine alone.
type live struct{ *giteatest.Server }

func startGitea(t *testing.T) *live {
	g := &live{giteatest.Start(t, "[api]\nDEFAULT_PAGING_NUM = 2\nMAX_RESPONSE_ITEMS = 50\n")}
	g.Add("bureau", true)
	return g
}

// call speaks to the API as a user, and returns the code and the answer.
func (g *live) call(user, method, at string, body any) (int, object) {
	code, data := g.Call(user, method, at, body)
	var answer object
	_ = json.Unmarshal(data, &answer) // a list of them is not asked for
	return code, answer
}

// list asks the API as a user for a list.
func (g *live) list(user, at string) (answer []object) {
	_, data := g.Call(user, "GET", at, nil)
	_ = json.Unmarshal(data, &answer)
	return answer
}

// hall is a registry on a real Gitea, with requests from forks. Its stage is the
// local side: what people commit there, and what the gate has fetched.
type hall struct {
	*stage
	g     *live
	repo  string // bureau/NAME
	start string // trusted start of the audit
	said  map[string]int64
	seen  map[string]int64 // last review by account
}

func (h *hall) ok(user, method, at string, body any) object {
	h.t.Helper()
	code, answer := h.g.call(user, method, strings.ReplaceAll(at, "{repo}", "/repos/"+h.repo), body)
	if code > 299 {
		h.t.Fatalf("%s %s as %s: %d %v", method, at, user, code, answer)
	}
	return answer
}

func (h *hall) remote(user, repo string) string {
	return strings.Replace(h.g.URL, "://", "://"+user+":"+giteatest.Password+"@", 1) + "/" + repo + ".git"
}

// name is that of the repository, and of its forks.
func (h *hall) name() string { return path.Base(h.repo) }

func (h *hall) forkOf(a *account) string { return a.login + "/" + h.name() }

var halls int

func (g *live) open(t *testing.T) *hall {
	w := newWorld(t)
	halls++
	h := &hall{stage: &stage{world: w, face: gitea, url: g.URL, ids: map[string][]string{}}, g: g, repo: fmt.Sprintf("bureau/registry%d", halls), said: map[string]int64{}, seen: map[string]int64{}}
	for name, a := range w.people {
		if name == "qian" || name == "zhao" {
			a.login = fmt.Sprintf("%s.%d", name, halls)
		} else {
			a.login = fmt.Sprintf("%s-%d", name, halls)
		}
		a.email = fmt.Sprintf("%s-%d@example.org", name, halls)
		h.account(a)
	}
	h.token = h.ok(w.people["robot"].login, "POST", "/users/"+w.people["robot"].login+"/tokens", object{"name": "gate", "scopes": []string{"read:user", "write:repository", "write:issue"}})["sha1"].(string)
	people := registerOf(w.people)
	w.people["bureau"] = &account{login: "bureau"}
	w.now = time.Now()
	h.start = w.commit("refs/heads/main", commit{message: "people", author: maker, committer: maker, when: w.now, parents: []string{first}, edits: edits{"data/people.yaml": &people}})
	h.ok("bureau", "POST", "/user/repos", object{"name": h.name(), "default_branch": "main"})
	w.git("push", "-q", h.remote("bureau", h.repo), "main")
	for range 100 { // the forge learns of it by and by
		if h.ok("bureau", "GET", "{repo}", nil)["empty"] == false {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.ok("bureau", "PUT", "{repo}/collaborators/"+w.people["robot"].login, object{"permission": "write"})
	h.ok("bureau", "PATCH", "{repo}", object{"allow_fast_forward_only_merge": true, "allow_rebase_update": true, "default_delete_branch_after_merge": false})
	h.ok("bureau", "POST", "{repo}/branch_protections", object{"rule_name": "main", "enable_status_check": true, "status_check_contexts": []string{"taizhang/approvals (main)"},
		"enable_push": true, "enable_push_whitelist": true, "push_whitelist_usernames": []string{w.people["robot"].login}, "enable_merge_whitelist": true, "merge_whitelist_usernames": []string{"bureau"}})
	return h
}

// account makes an account on the forge.
func (h *hall) account(a *account) {
	h.t.Helper()
	made := h.ok("bureau", "POST", "/admin/users", object{"username": a.login, "email": a.email, "password": giteatest.Password, "must_change_password": false})
	a.id = int64(made["id"].(float64))
}

// pull gets what the forge has, as the workflows do.
func (h *hall) pull() {
	h.t.Helper()
	h.git("fetch", "-q", "--no-tags", h.remote(h.people["robot"].login, h.repo), "+refs/heads/*:refs/heads/*", "+refs/pull/*/head:refs/requests/*")
}

func (h *hall) onGitea(args ...string) (int, string, string) {
	h.t.Helper()
	return h.command(append(args[:1:1], append([]string{"--forge", "gitea", "--forge-url", h.url, "--repo", h.repo, "--request", fmt.Sprint(h.req.number)}, args[1:]...)...)...)
}

// send pushes a commit to the head branch of the request, in the fork of its author.
func (h *hall) send(by *account, sha string, force bool) {
	h.t.Helper()
	to := sha + ":refs/heads/" + h.req.branch
	if force {
		to = "+" + to
	}
	h.git("push", "-q", h.remote(by.login, h.forkOf(h.req.author)), to)
	h.req.head = sha
	for range 100 { // the forge learns of it by and by
		if got := h.ok("bureau", "GET", fmt.Sprintf("{repo}/pulls/%d", h.req.number), nil); got["head"].(object)["sha"] == sha {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.t.Fatal("the forge does not see the push")
}

func (h *hall) commitOn(by *account, parent, edit string) string {
	return h.commit("refs/heads/"+h.req.branch, commit{message: "edit", author: by.ident(), committer: by.ident(), when: time.Now(), parents: []string{parent}, edits: h.edits(parent, edit)})
}

// What a tester of the gate would do on a real forge.
func TestOnARealGitea(t *testing.T) {
	g := startGitea(t)
	for _, row := range slices.Concat(onGitea, otherWays) {
		t.Run(row.name, func(t *testing.T) { g.open(t).play(row.script) })
	}
}
