package scenario_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// live is a real Gitea or Forgejo of its own, on this machine alone.
//
//	TAIZHANG_TEST_GITEA=/usr/local/bin/gitea go test ./tools/internal/scenario -run RealGitea
//
// TAIZHANG_TEST_GITEA_STATIC names the folder of its templates for a binary that
// was built without them.
type live struct {
	t        *testing.T
	url, dir string
	exe      func(args ...string) *exec.Cmd
}

const password = "Only-for-a-test-1"

func startGitea(t *testing.T) *live {
	bin := os.Getenv("TAIZHANG_TEST_GITEA")
	if bin == "" {
		t.Skip("TAIZHANG_TEST_GITEA names no Gitea")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	g := &live{t: t, url: fmt.Sprintf("http://127.0.0.1:%d", port), dir: t.TempDir()}
	config := fmt.Sprintf("WORK_PATH = %[1]s\nRUN_MODE = prod\nI_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true\n[server]\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = %[2]d\nROOT_URL = %[3]s/\nOFFLINE_MODE = true\nDISABLE_SSH = true\nSTATIC_ROOT_PATH = %[4]s\n"+
		"[database]\nDB_TYPE = sqlite3\nPATH = %[1]s/gitea.db\n[security]\nINSTALL_LOCK = true\n[log]\nLEVEL = error\nROOT_PATH = %[1]s/log\n[api]\nDEFAULT_PAGING_NUM = 2\nMAX_RESPONSE_ITEMS = 50\n",
		g.dir, port, g.url, os.Getenv("TAIZHANG_TEST_GITEA_STATIC"))
	file := filepath.Join(g.dir, "app.ini")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	g.exe = func(args ...string) *exec.Cmd {
		cmd := exec.Command(bin, append(args, "--config", file)...)
		// It writes into the global configuration of Git, which must not be the
		// null device of these tests: Git would put a file in its place.
		cmd.Env = append(os.Environ(), "HOME="+g.dir, "GITEA_WORK_DIR="+g.dir, "GIT_CONFIG_GLOBAL="+filepath.Join(g.dir, "gitconfig"))
		return cmd
	}
	if out, err := g.exe("migrate").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := g.exe("admin", "user", "create", "--username", "bureau", "--password", password, "--email", "bureau@example.org", "--must-change-password=false", "--admin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	web := g.exe("web")
	if err := web.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = web.Process.Kill(); _ = web.Wait() })
	for range 600 {
		if resp, err := http.Get(g.url + "/api/v1/version"); err == nil {
			resp.Body.Close()
			return g
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("it does not start")
	return nil
}

// call speaks to the API as a user, and returns the code and the answer.
func (g *live) call(t *testing.T, user, method, path string, body any) (int, object) {
	t.Helper()
	data, _ := json.Marshal(body)
	req, _ := http.NewRequest(method, g.url+"/api/v1"+path, bytes.NewReader(data))
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer any
	_ = json.NewDecoder(resp.Body).Decode(&answer)
	object, _ := answer.(map[string]any)
	return resp.StatusCode, object
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

func (h *hall) ok(user, method, path string, body any) object {
	h.t.Helper()
	code, answer := h.g.call(h.t, user, method, strings.ReplaceAll(path, "{repo}", "/repos/"+h.repo), body)
	if code > 299 {
		h.t.Fatalf("%s %s as %s: %d %v", method, path, user, code, answer)
	}
	return answer
}

func (h *hall) remote(user, repo string) string {
	return strings.Replace(h.g.url, "://", "://"+user+":"+url.QueryEscape(password)+"@", 1) + "/" + repo + ".git"
}

var halls int

func (g *live) open(t *testing.T) *hall {
	w := newWorld(t)
	halls++
	h := &hall{stage: &stage{world: w, face: gitea, url: g.url, ids: map[string][]string{}}, g: g, repo: fmt.Sprintf("bureau/registry%d", halls), said: map[string]int64{}, seen: map[string]int64{}}
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
	name := strings.TrimPrefix(h.repo, "bureau/")
	h.ok("bureau", "POST", "/user/repos", object{"name": name, "default_branch": "main"})
	w.git("push", "-q", h.remote("bureau", h.repo), "main")
	h.ok("bureau", "PUT", "{repo}/collaborators/"+w.people["robot"].login, object{"permission": "write"})
	h.ok("bureau", "PATCH", "{repo}", object{"allow_fast_forward_only_merge": true, "allow_rebase_update": true, "default_delete_branch_after_merge": false})
	h.ok("bureau", "POST", "{repo}/branch_protections", object{"rule_name": "main", "enable_status_check": true, "status_check_contexts": []string{"taizhang/approvals (main)"},
		"enable_push": true, "enable_push_whitelist": true, "push_whitelist_usernames": []string{w.people["robot"].login}, "enable_merge_whitelist": true, "merge_whitelist_usernames": []string{"bureau"}})
	return h
}

// account makes an account on the forge.
func (h *hall) account(a *account) {
	h.t.Helper()
	made := h.ok("bureau", "POST", "/admin/users", object{"username": a.login, "email": a.email, "password": password, "must_change_password": false})
	a.id = int64(made["id"].(float64))
}

// pull gets what the forge has, as the workflows do.
func (h *hall) pull() {
	h.t.Helper()
	h.git("fetch", "-q", "--no-tags", h.remote("robot-"+strings.TrimPrefix(h.repo, "bureau/registry"), h.repo), "+refs/heads/*:refs/heads/*", "+refs/pull/*/head:refs/requests/*")
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
	fork := h.req.author.login + strings.TrimPrefix(h.repo, "bureau")
	h.git("push", "-q", h.remote(by.login, fork), to)
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
	for _, row := range onGitea {
		t.Run(row.name, func(t *testing.T) { g.open(t).play(row.script) })
	}
}
