package submit_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/giteatest"
	"taizhang/tools/internal/registry"
)

// gitea is a real one, which lives as long as the test.
type gitea struct {
	*giteatest.Server
	t testing.TB
}

// realGitea starts one with the users qjp, who owns the registry, and jyj, and
// lets calls from a site in.
func realGitea(t testing.TB, site string) *gitea {
	g := &gitea{giteatest.Start(t, "[cors]\nENABLED = true\nALLOW_DOMAIN = "+site+"\n"), t}
	g.Add("qjp", false)
	g.Add("jyj", false)
	return g
}

// ask calls the interface as a user and reads the answer into into.
func (g *gitea) ask(user, method, path string, body, into any) {
	g.t.Helper()
	code, answer := g.Call(user, method, path, body)
	if code >= 300 {
		g.t.Fatalf("%s %s: %d %s", method, path, code, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			g.t.Fatal(err)
		}
	}
}

func (g *gitea) write(path, text string) {
	g.ask("qjp", "POST", "/repos/qjp/registry/contents/"+path, map[string]string{"content": base64.StdEncoding.EncodeToString([]byte(text)), "message": path}, nil)
}

// signIn signs in by Gitea's own pages and lets the site in.
func (g *gitea) signIn(c *client) {
	c.waitFor(`document.getElementById("user_name")`)
	c.Type("#user_name", "jyj")
	c.Type("#password", giteatest.Password)
	c.Click("form .ui.primary.button")
	c.waitFor(`document.getElementById("authorize-app")`)
	if text := c.Text("body"); !strings.Contains(text, "台账填报") {
		c.t.Errorf("the page asks: %s", text)
	}
	c.Click("#authorize-app")
}

// TestRealGitea signs in by the pages of a real Gitea, submits from a copy,
// corrects the request, and goes on when the registry has moved.
func TestRealGitea(t *testing.T) {
	f := &registry.Forge{Kind: "gitea", Repository: "qjp/registry", Branch: "main"}
	s := site(t, f)
	g := realGitea(t, s.URL)
	g.ask("qjp", "POST", "/user/repos", map[string]any{"name": "registry", "auto_init": true, "default_branch": "main"}, nil)
	g.write("content/projects/2026/jyj/01/index.md", "---\ntitle: 旧\n---\n")
	g.write("content/projects/2026/jyj/01/decisions/0001.json", "{}\n")
	var app struct {
		ID string `json:"client_id"`
	}
	g.ask("qjp", "POST", "/user/applications/oauth2", map[string]any{"name": "台账填报", "confidential_client": false, "skip_secondary_authorization": true, "redirect_uris": []string{s.URL + "/fill/"}}, &app)
	f.URL, f.ClientID = g.URL, app.ID

	b := browser.Open(t)
	c := &client{b.Page(s.URL+"/fill/?p=2027-jyj-02", 1000, 700), &world{}, t, s.URL}
	c.Eval(`window.open = () => null`, nil) // one window, so that its pages can be used
	c.Click("#sign")
	g.signIn(c)
	c.waitFor(`document.readyState === "complete" && "Submit" in window`)
	if a := c.available(); !a.SignedIn {
		var said string
		c.Eval(`Submit.ready.then(() => "ok", (e) => e.zh)`, &said)
		t.Fatalf("not signed in: %s", said)
	}
	c.leaks()

	// The unit may not write: a copy is made.
	o := c.send(declare)
	if o.Number != 1 || o.Updated || !strings.HasSuffix(o.URL, "/qjp/registry/pulls/1") {
		t.Fatalf("%+v", o)
	}
	if o = c.send(declare); o.Number != 1 || !o.Updated {
		t.Errorf("the same once more: %+v", o)
	}
	if o = c.send(strings.Replace(declare, "46.5", "47", 1)); o.Number != 1 || !o.Updated {
		t.Errorf("a correction: %+v", o)
	}
	var changed []struct{ Filename, Status string }
	g.ask("qjp", "GET", "/repos/qjp/registry/pulls/1/files", nil, &changed)
	if len(changed) != 3 || changed[0].Status != "added" {
		t.Errorf("the request changes %+v", changed)
	}
	// The registry moves on; the copy is brought up to date.
	g.write("content/projects/2026/wjw/01/index.md", "---\ntitle: 别的\n---\n")
	if o = c.send(amend); o.Number != 2 {
		t.Errorf("an amendment: %+v", o)
	}
	g.ask("qjp", "GET", "/repos/qjp/registry/pulls/2/files", nil, &changed)
	if len(changed) != 2 {
		t.Errorf("the second request changes %+v", changed)
	}
	if o = c.send(strings.Replace(amend, "旧", "更旧", 1)); o.Retry != "read" {
		t.Errorf("a change meanwhile: %+v", o)
	}
	var list []string
	c.Eval(`Submit.list("content/projects/2026")`, &list)
	if len(list) != 3 {
		t.Errorf("the list is %q", list)
	}
	var text *string
	c.Eval(`Submit.read("content/projects/2026/jyj/01/index.md")`, &text)
	if text == nil || *text != "---\ntitle: 旧\n---\n" {
		t.Errorf("read gives %v", text)
	}

	// A copy that went its own way.
	g.ask("jyj", "POST", "/repos/jyj/registry/contents/own.md", map[string]string{"content": "eA==", "message": "own"}, nil)
	g.write("content/projects/2026/wjw/02/index.md", "x")
	if o = c.send(strings.ReplaceAll(declare, "jyj/02", "jyj/03")); o.Status != 409 || !strings.Contains(o.Zh, "jyj/registry") {
		t.Errorf("a copy that went its own way: %+v", o)
	}

	// With the right to write, it goes straight into the registry.
	g.ask("qjp", "PUT", "/repos/qjp/registry/collaborators/jyj", map[string]string{"permission": "write"}, nil)
	direct := strings.NewReplacer("jyj/02", "jyj/04", "2027-jyj-02", "2027-jyj-04").Replace(declare)
	if o = c.send(direct); o.Number != 3 {
		t.Errorf("with the right to write: %+v", o)
	}
	// A token that the forge took back.
	c.Eval(`sessionStorage.setItem("taizhang-submit-token", sessionStorage.getItem("taizhang-submit-token").replace(/"token":"...../, '"token":"00000'))`, nil)
	if o = c.send(direct); o.Retry != "signIn" || c.available().SignedIn {
		t.Errorf("a token taken back: %+v", o)
	}
	// Signing in again, now in a small window, that closes by itself.
	c.Click("#sign")
	var said string
	if c.Eval("signing", &said); said != "ok" {
		t.Errorf("signing in by a window: %s", said)
	}
	if o = c.send(direct); o.Number != 3 || !o.Updated {
		t.Errorf("after that: %+v", o)
	}
}
