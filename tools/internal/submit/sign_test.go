package submit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/registry"
)

type availability struct {
	How, Kind, Sign, TokenPage string
	SignedIn                   bool
}

func (c *client) available() (a availability) {
	c.t.Helper()
	c.Eval("Submit.available()", &a)
	return a
}

// leaks looks for what must not stay behind after a sign-in.
func (c *client) leaks() {
	c.t.Helper()
	var left struct {
		Address string
		Local   int
		Cookie  string
		Session string
	}
	c.Eval(`({Address: location.href, Local: localStorage.length, Cookie: document.cookie, Session: JSON.stringify(sessionStorage)})`, &left)
	if strings.Contains(left.Address, "code") || strings.Contains(left.Address, "state=") || left.Local > 0 || left.Cookie != "" || strings.Contains(left.Session, "verifier") || strings.Contains(left.Session, "refresh") {
		c.t.Errorf("left behind: %+v", left)
	}
	for _, e := range c.ConsoleErrors() {
		if strings.Contains(e, "secret_token") {
			c.t.Errorf("the console shows the token: %s", e)
		}
	}
}

func signingInKeepsThePage(t *testing.T, b *browser.Browser) {
	for _, f := range forges[:2] {
		t.Run(f.kind, func(t *testing.T) {
			c := open(t, b, f.kind, f.face)
			if a := c.available(); a.How != "api" || a.Sign != "oauth" || a.SignedIn {
				t.Errorf("before: %+v", a)
			}
			c.Eval(`window.typed = "still here"`, nil)
			c.Click("#sign")
			var said, typed, address string
			c.Eval("signing", &said)
			c.Eval("typed", &typed)
			c.Eval("location.search", &address)
			if said != "ok" || typed != "still here" || address != "?p=2027-jyj-02" || !c.available().SignedIn {
				t.Errorf("%q, %q, %q, %+v", said, typed, address, c.available())
			}
			c.leaks()
			if o := c.send(declare); o.Number != 1 {
				t.Errorf("%+v", o)
			}
		})
	}
}

// signingInWithoutWindows leaves the page and comes back to it.
func signingInWithoutWindows(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	c.Eval(`window.open = () => null, window.left = false`, nil)
	c.Eval(`location.hash = "draft"`, nil)
	c.Click("#sign")
	c.waitFor(`!("left" in window) && document.readyState === "complete" && !location.search.includes("code") && "Submit" in window`)
	if a := c.available(); !a.SignedIn {
		t.Errorf("%+v", a)
	}
	var address string
	c.Eval("location.search + location.hash", &address)
	if address != "?p=2027-jyj-02#draft" {
		t.Errorf("the page comes back as %q", address)
	}
	c.leaks()
	if o := c.send(declare); o.Number != 1 {
		t.Errorf("%+v", o)
	}
}

func signingInThatFails(t *testing.T, b *browser.Browser) {
	t.Run("refused by the person", func(t *testing.T) {
		c := open(t, b, "gitea", giteaFace)
		c.w.deny = true
		c.Click("#sign")
		var said string
		c.Eval("signing", &said)
		if !strings.Contains(said, "没有同意授权") || c.available().SignedIn {
			t.Errorf("%q", said)
		}
		c.leaks()
	})
	t.Run("an answer that nobody asked for", func(t *testing.T) {
		c := open(t, b, "gitea", giteaFace)
		c.w.challenge["stolen"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
		p := b.Page(c.site+"/fill/?code=stolen&state=p.attacker", 800, 600)
		defer p.Close()
		var said, address string
		p.Eval(`Submit.ready.then(() => "ok", (e) => e.zh + e.retry)`, &said)
		p.Eval("location.href", &address)
		if !strings.Contains(said, "对不上") || !strings.HasSuffix(said, "signIn") || address != c.site+"/fill/" {
			t.Errorf("%q at %q", said, address)
		}
		if n := len(c.w.log); n != 0 {
			t.Errorf("the code was used: %q", c.w.log)
		}
	})
	t.Run("a window that was closed", func(t *testing.T) {
		c := open(t, b, "gitea", giteaFace)
		c.Eval(`{ const real = window.open; window.open = () => { window.open = real; return {location: {replace() {}}}; }; }`, nil)
		c.Click("#sign")
		c.Click("#sign")
		var said string
		c.Eval("signing", &said)
		if said != "ok" || !c.available().SignedIn {
			t.Errorf("the second try: %q", said)
		}
	})
	t.Run("a token endpoint that refuses", func(t *testing.T) {
		c := open(t, b, "gitea", giteaFace)
		c.w.faults = []*fault{{call: "POST /access_token", status: 400, body: `{"error": "unauthorized_client", "error_description": "client is not authorized"}`, times: 1}}
		c.Click("#sign")
		var said string
		c.Eval("signing", &said)
		if !strings.Contains(said, "client is not authorized") {
			t.Errorf("%q", said)
		}
	})
	t.Run("a forge without CORS", func(t *testing.T) {
		c := open(t, b, "gitea", giteaFace)
		c.w.faults = []*fault{{call: "POST /access_token", mute: true, times: 1}}
		c.Click("#sign")
		var said string
		c.Eval("signing", &said)
		if !strings.Contains(said, "CORS") {
			t.Errorf("%q", said)
		}
	})
}

func tokenIsPastedForGitHub(t *testing.T, b *browser.Browser) {
	c := open(t, b, "github", githubFace)
	if a := c.available(); a.How != "api" || a.Sign != "token" || a.TokenPage != c.w.URL+"/settings/personal-access-tokens/new" {
		t.Errorf("%+v", a)
	}
	try := func(token string) (said string) {
		c.Eval(fmt.Sprintf(`Submit.signIn(%q).then(() => "ok", (e) => e.zh)`, token), &said)
		return said
	}
	if said := try("不是令牌"); !strings.Contains(said, "登录没有完成") || len(c.w.log) > 0 {
		t.Errorf("%q after %q", said, c.w.log)
	}
	if said := try("github_pat_00000000000000000000"); !strings.Contains(said, "请登录") || c.available().SignedIn {
		t.Errorf("%q", said)
	}
	c.w.mu.Lock()
	token := c.w.grant()
	c.w.mu.Unlock()
	if said := try("  " + token + "\n"); said != "ok" || !c.available().SignedIn {
		t.Errorf("%q", said)
	}
	c.leaks()
	if o := c.send(declare); o.Number != 1 {
		t.Errorf("%+v", o)
	}
}

func filesGoByHand(t *testing.T, b *browser.Browser) {
	type shown struct {
		How   string
		Pages []struct {
			Path, URL string
			Filled    bool
		}
	}
	look := func(f *registry.Forge) (s shown) {
		p := b.Page(site(t, f).URL+"/fill/", 800, 600)
		defer p.Close()
		p.Eval(`(async () => ({How: (await Submit.available()).how, Pages: Submit.pages([{path: "content/a/index.md", text: "一 & 二\n"}, {path: "content/a/long.md", text: "长".repeat(900)}, {path: "content/a/old.md", text: "x", was: "y"}])}))()`, &s)
		return s
	}
	for _, c := range []struct{ kind, url, how, fresh, bare, edit string }{
		{"gitea", "https://git.example.cn", "prefilled", "https://git.example.cn/qjp/registry/_new/main/?filename=content%2Fa%2Findex.md&value=%E4%B8%80%20%26%20%E4%BA%8C%0A",
			"https://git.example.cn/qjp/registry/_new/main/?filename=content%2Fa%2Flong.md", "https://git.example.cn/qjp/registry/_edit/main/content/a/old.md"},
		{"gitlab", "https://gitlab.com", "prefilled", "https://gitlab.com/qjp/registry/-/new/main?file_name=content%2Fa%2Findex.md&content=%E4%B8%80%20%26%20%E4%BA%8C%0A",
			"https://gitlab.com/qjp/registry/-/new/main?file_name=content%2Fa%2Flong.md", "https://gitlab.com/qjp/registry/-/edit/main/content/a/old.md"},
		{"github", "https://github.com", "api", "https://github.com/qjp/registry/new/main?filename=content%2Fa%2Findex.md&value=%E4%B8%80%20%26%20%E4%BA%8C%0A",
			"https://github.com/qjp/registry/new/main?filename=content%2Fa%2Flong.md", "https://github.com/qjp/registry/edit/main/content/a/old.md"},
		{"gitee", "https://gitee.com", "manual", "https://gitee.com/qjp/registry", "https://gitee.com/qjp/registry", "https://gitee.com/qjp/registry"},
	} {
		s := look(&registry.Forge{Kind: c.kind, URL: c.url, Repository: base, Branch: "main"})
		if s.How != c.how || s.Pages[0].URL != c.fresh || s.Pages[0].Filled != (c.kind != "gitee") || s.Pages[1].URL != c.bare || s.Pages[1].Filled || s.Pages[2].URL != c.edit || s.Pages[2].Filled {
			t.Errorf("%s: %+v", c.kind, s)
		}
	}
	if s := look(nil); s.How != "manual" || s.Pages[0].URL != "" {
		t.Errorf("without a forge: %+v", s)
	}
}

// waitFor waits until an expression holds, also across pages.
func (c *client) waitFor(js string) {
	c.t.Helper()
	for range 200 {
		var ok bool
		if c.Eval("Boolean("+js+")", &ok); ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatalf("never: %s", js)
}
