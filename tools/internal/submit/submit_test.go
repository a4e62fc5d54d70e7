// Package submit holds the tests of assets/js/submit*.js in a real browser,
// against servers that answer as each forge does and, where there is one,
// against a real Gitea.
package submit_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/registry"
)

const scripts = "../../../assets/js"

// page is a page of the site with nothing but the script, under the policy that
// the form page has.
const page = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>fill</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'self' %s; form-action 'self'; base-uri 'none'">
%s<script type="module" src="/js/submit-page.js"></script></head>
<body><button id="sign">登录</button><script type="module" src="/sign.js"></script></body></html>`

// site serves the test page at /fill/ for a forge, as it is set when asked.
func site(t testing.TB, f *registry.Forge) *httptest.Server {
	mux := http.NewServeMux()
	mux.Handle("/js/", http.StripPrefix("/js/", http.FileServer(http.Dir(scripts))))
	mux.HandleFunc("/sign.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, `document.getElementById("sign").onclick = () => { window.signing = Submit.signIn().then(() => "ok", (e) => e.zh); };`)
	})
	mux.HandleFunc("/fill/", func(w http.ResponseWriter, r *http.Request) {
		block, origin := "", ""
		if f != nil {
			data, err := json.Marshal(map[string]string{"kind": f.Kind, "url": f.URL, "repository": f.Repository, "branch": f.Branch, "clientId": f.ClientID, "api": f.API()})
			if err != nil {
				t.Error(err)
			}
			block, origin = `<script type="application/json" id="forge">`+string(data)+"</script>", f.Origin()
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, page, origin, block)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// forges are the kinds that there is a fake of.
var forges = []struct {
	kind string
	face func(*world) http.Handler
}{{"gitea", giteaFace}, {"gitlab", gitlabFace}, {"github", githubFace}, {"forgejo", forgejoFace}}

// client is the page, signed in or not, in front of a world.
type client struct {
	*browser.Page
	w    *world
	t    testing.TB
	site string
}

// open shows the page until the test ends.
func open(t testing.TB, b *browser.Browser, kind string, face func(*world) http.Handler) *client {
	w := newWorld(t, face)
	f := &registry.Forge{Kind: kind, URL: w.URL, Repository: base, Branch: "main", ClientID: "the-client"}
	s := site(t, f)
	w.site = s.URL
	if kind == "github" {
		// The address of its interface is another one; the fake has but one.
		w.Config.Handler = http.StripPrefix("/api/v3", w.Config.Handler)
	}
	p := b.Page(s.URL+"/fill/?p=2027-jyj-02", 1000, 700)
	t.Cleanup(p.Close)
	return &client{p, w, t, s.URL}
}

// signIn gives the page a token, as a sign-in does.
func (c *client) signIn() {
	c.w.mu.Lock()
	token := c.w.grant()
	c.w.mu.Unlock()
	c.Eval(fmt.Sprintf(`sessionStorage.setItem("taizhang-submit-token", JSON.stringify({api: JSON.parse(document.getElementById("forge").textContent).api, token: %q}))`, token), nil)
}

// outcome is what a call of the script ends with.
type outcome struct {
	URL      string
	Number   int
	Updated  bool
	Zh, En   string
	Retry    string
	Status   int
	Paths    []string
	Progress []string
}

func (c *client) send(change string) (o outcome) {
	c.t.Helper()
	c.Eval(`(async () => { const said = []; const all = await Submit.send(`+change+`, (p) => said.push(p.step + "/" + p.of + " " + p.zh)).catch((e) => {
		if (!(e.zh && e.en)) throw e;
		return {Zh: e.zh, En: e.en, Retry: e.retry, Status: e.status, Paths: e.paths}; });
		return {...all, Progress: said}; })()`, &o)
	return o
}

const declare = `{branch: "fill/2027-jyj-02-declaration", title: "申报 2027-jyj-02", body: "请接收。", files: [
	{path: "content/projects/2027/jyj/02/index.md", text: "---\ntitle: 校园网络安全监测\n---\n"},
	{path: "content/projects/2027/jyj/02/declaration.md", text: "---\nestimate: 46.5\n---\n"},
	{path: "content/projects/2027/jyj/02/files/plan.pdf", bytes: new Uint8Array([37, 80, 68, 70, 0, 255, 10])}]}`

const amend = `{branch: "2026-jyj-01-change", title: "修改 2026-jyj-01", files: [
	{path: "content/projects/2026/jyj/01/index.md", text: "---\ntitle: 新\n---\n", was: "---\ntitle: 旧\n---\n"}], deletes: ["content/projects/2026/jyj/01/decisions/0001.json"]}`

// TestInTheBrowser runs all that needs Chromium in one of it.
func TestInTheBrowser(t *testing.T) {
	b := browser.Open(t)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *browser.Browser)
	}{
		{"challenge is that of RFC 7636", challenge},
		{"signing in keeps the page", signingInKeepsThePage},
		{"signing in without windows", signingInWithoutWindows},
		{"signing in that fails", signingInThatFails},
		{"a token is pasted for GitHub", tokenIsPastedForGitHub},
		{"submitting everywhere", submittingEverywhere},
		{"a retry goes on without duplicates", retryGoesOnWithoutDuplicates},
		{"failures say what to do", failuresSayWhatToDo},
		{"slow but in time", slowButInTime},
		{"offline", offline},
		{"what others did", whatOthersDid},
		{"changed between two tries", changedBetweenTwoTries},
		{"a copy that went its own way", copyThatWentItsOwnWay},
		{"an archived registry takes nothing", archivedRegistryTakesNothing},
		{"without an interface the files go by hand", filesGoByHand},
		{"the archive opens elsewhere", zipOpensElsewhere},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, b) })
	}
}

// challenge tries the vectors of RFC 7636, appendix B.
func challenge(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	var got string
	c.Eval(`Submit.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")`, &got)
	if got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("the challenge of appendix B is %q", got)
	}
}

// submittingEverywhere declares a project, with and without the right to
// write, amends the request, and reads the registry.
func submittingEverywhere(t *testing.T, b *browser.Browser) {
	for _, f := range forges {
		for _, way := range []string{"direct", "fork", "slow fork", "stale fork", "fork of another name"} {
			if f.kind == "forgejo" && way != "stale fork" {
				continue // the rest is as with Gitea
			}
			t.Run(f.kind+" "+way, func(t *testing.T) {
				c := open(t, b, f.kind, f.face)
				repo := base
				if way != "direct" {
					c.w.pushers, repo = nil, "jyj/registry"
				}
				switch way {
				case "slow fork":
					c.w.slowFork = 2
					c.patience()
				case "stale fork":
					c.w.parent[repo] = base
					c.w.put(repo, "main", tree{"README.md": "老的\n"})
				case "fork of another name":
					if f.kind == "gitlab" {
						t.Skip("GitLab goes by numbers")
					}
					repo = "jyj/qjp-registry"
					c.w.put("jyj/registry", "main", tree{"other": "another thing of that name\n"})
				}
				c.signIn()
				o := c.send(declare)
				if o.Number != 1 || !strings.HasPrefix(o.URL, c.w.URL) || o.Updated || len(o.Progress) != 5 || o.Progress[4] != "5/5 已提交" {
					t.Fatalf("%+v\n%s", o, strings.Join(c.w.log, "\n"))
				}
				p := c.w.pulls[0]
				if p.Repo != repo || p.Branch != "fill/2027-jyj-02-declaration" || p.Title != "申报 2027-jyj-02" || p.Body != "请接收。" {
					t.Errorf("the request is %+v", p)
				}
				c.holds(repo, p.Branch, tree{"content/projects/2027/jyj/02/index.md": "---\ntitle: 校园网络安全监测\n---\n",
					"content/projects/2027/jyj/02/declaration.md": "---\nestimate: 46.5\n---\n", "content/projects/2027/jyj/02/files/plan.pdf": "%PDF\x00\xff\n"})
				// The same once more changes nothing; with a correction it goes to the same request.
				before := len(c.w.writes())
				if o = c.send(declare); o.Number != 1 || !o.Updated || len(c.w.writes()) != before {
					t.Errorf("the same once more gives %+v after %q", o, c.w.writes()[before:])
				}
				if o = c.send(strings.Replace(declare, "46.5", "47", 1)); o.Number != 1 || !o.Updated || len(c.w.pulls) != 1 {
					t.Errorf("a correction gives %+v", o)
				}
				c.holds(repo, p.Branch, tree{"content/projects/2027/jyj/02/declaration.md": "---\nestimate: 47\n---\n"})
				if o = c.send(amend); o.Number != 2 {
					t.Errorf("an amendment gives %+v", o)
				}
				c.holds(repo, "2026-jyj-01-change", tree{"content/projects/2026/jyj/01/index.md": "---\ntitle: 新\n---\n", "content/projects/2026/jyj/01/decisions/0001.json": "", "README.md": "台账\n"})

				var list []string
				c.Eval(`Submit.list("content/projects/2026/jyj/")`, &list)
				if slices.Sort(list); !slices.Equal(list, []string{"content/projects/2026/jyj/01/decisions/0001.json", "content/projects/2026/jyj/01/index.md"}) {
					t.Errorf("the list is %q", list)
				}
				var texts []*string
				c.Eval(`Promise.all(["README.md", "no/such.md"].map(Submit.read))`, &texts)
				if len(texts) != 2 || texts[0] == nil || *texts[0] != "台账\n" || texts[1] != nil {
					t.Errorf("read gives %v", texts)
				}
				c.Eval(`Submit.list("content/projects/2031")`, &list)
				if len(list) != 0 {
					t.Errorf("a folder that is not there lists %q", list)
				}
				if e := c.ConsoleErrors(); way == "direct" && slices.ContainsFunc(e, func(s string) bool { return !strings.Contains(s, "404") }) {
					t.Errorf("the console says %q", e)
				}
			})
		}
	}
}

// holds compares files of a branch; an empty text means no file.
func (c *client) holds(repo, branch string, want tree) {
	c.t.Helper()
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	got, ok := c.w.commits[c.w.branches[repo+":"+branch]]
	if !ok {
		c.t.Fatalf("no branch %s of %s in %v", branch, repo, c.w.branches)
	}
	for p, text := range want {
		if got[p] != text {
			c.t.Errorf("%s of %s: %s is %q", branch, repo, p, got[p])
		}
	}
}

// patience makes the page wait less long.
func (c *client) patience() {
	c.Eval(`Promise.all([import("/js/submit-http.js").then((m) => { m.patience.seconds = 0.4; }), import("/js/submit-rest.js").then((m) => { m.forkPatience.ms = 10; m.forkPatience.tries = 5; })]).then(() => 0)`, nil)
}

func zipOpensElsewhere(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	var data string
	c.Eval(`(async () => { const z = Submit.zip([{path: "content/projects/2027/jyj/02/index.md", text: "标题\n"}, {path: "说明.bin", bytes: new Uint8Array([0, 255])}], new Date(2026, 8, 10, 15, 4, 6));
		return btoa(String.fromCharCode(...new Uint8Array(await z.arrayBuffer()))); })()`, &data)
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	want := tree{"content/projects/2027/jyj/02/index.md": "标题\n", "说明.bin": "\x00\xff"}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r) // checks the sum, too
		if err != nil || want[f.Name] != string(text) || f.NonUTF8 || f.Modified.Format("2006-01-02 15:04:05") != "2026-09-10 15:04:06" {
			t.Errorf("%s: %q, %v, %v", f.Name, text, err, f.Modified)
		}
		delete(want, f.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}
