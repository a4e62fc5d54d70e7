package submit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
)

// calls of a submission that write, by forge.
var commits = map[string]string{"gitea": "POST /contents", "gitlab": "POST /repository/commits", "github": "POST /git/refs"}
var requests = map[string]string{"gitea": "POST /pulls", "gitlab": "POST /merge_requests", "github": "POST /pulls"}

// retryGoesOnWithoutDuplicates lets each write fail, before and after the
// forge has done it, and presses submit again.
func retryGoesOnWithoutDuplicates(t *testing.T, b *browser.Browser) {
	for _, f := range forges[:3] {
		for _, way := range []string{"direct", "fork"} {
			c := open(t, b, f.kind, f.face)
			c.patience()
			if way == "fork" {
				c.w.pushers = nil
			}
			c.signIn()
			n := 0
			for _, call := range []string{"POST /fork", commits[f.kind], requests[f.kind]} {
				for _, fail := range []fault{{status: 502, mute: true}, {status: 500, body: "<html>oops", after: true}, {delay: 600 * time.Millisecond, status: 504, after: true}} {
					if way == "direct" && call == "POST /fork" {
						continue
					}
					t.Run(fmt.Sprint(f.kind, way, call, fail.status, fail.mute, fail.after, fail.delay), func(t *testing.T) {
						c.t = t
						n++
						change := project(n)
						fail.call, fail.times = call, 1
						c.w.mu.Lock()
						if way == "fork" && call == "POST /fork" {
							c.w.parent = map[string]string{}
							for name := range c.w.branches {
								if strings.HasPrefix(name, "jyj/") {
									delete(c.w.branches, name)
								}
							}
						}
						c.w.faults = []*fault{&fail}
						pulls, branches := len(c.w.pulls), len(c.w.branches)
						if way == "fork" && call == "POST /fork" {
							branches++ // main of the copy
						}
						c.w.mu.Unlock()
						o := c.send(change)
						if o.Retry != "again" || !strings.Contains(o.Zh, "不会重复提交") {
							t.Errorf("the first time gives %+v", o)
						}
						if fail.times != 0 {
							t.Error("the call that was to fail was not made")
						}
						o = c.send(change)
						if o.URL == "" || len(c.w.pulls) != pulls+1 || len(c.w.branches) != branches+1 {
							t.Errorf("the second time gives %+v, %d requests, branches %v", o, len(c.w.pulls)-pulls, c.w.branches)
						}
					})
				}
			}
		}
	}
}

// failuresSayWhatToDo looks at the words for each way in which a forge may
// refuse.
func failuresSayWhatToDo(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	c.patience()
	for n, f := range []struct {
		name  string
		fault fault
		retry string
		zh    []string
		en    string
	}{
		{"signed out", fault{call: "GET /user", status: 401, body: `{"message": "token expired"}`}, "signIn", []string{"登录已经过期"}, "Sign in"},
		{"signed out half-way", fault{call: "POST /pulls", status: 401}, "signIn", []string{"登录"}, "Sign in"},
		{"no right", fault{call: "POST /contents", status: 403, body: `{"message": "only 管理员"}`}, "", []string{"不准", "平台说：only 管理员", "管理员"}, "administrator"},
		{"rate limit of GitHub", fault{call: "GET /user", status: 403, header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}}, "again", []string{"请求太多", "请等 1 秒"}, "too many"},
		{"too many", fault{call: "POST /pulls", status: 429, header: map[string]string{"Retry-After": "7"}}, "again", []string{"请等 7 秒"}, "Wait 7 seconds"},
		{"no repository", fault{call: "GET /repos/qjp/registry", status: 404}, "", []string{"找不到", "看不到"}, "administrator"},
		{"refused", fault{call: "POST /contents", status: 422, body: `{"message": "bad\nname"}`}, "again", []string{"422", "平台说：bad name", "下载"}, "download"},
		{"archived", fault{call: "POST /contents", status: 423}, "", []string{"归档"}, "archived"},
		{"a failing forge", fault{call: "GET /branches", status: 500}, "again", []string{"出错了（500）"}, "(500)"},
		{"a page instead of an answer", fault{call: "GET /user", status: 200, body: "<html>请登录"}, "", []string{"登录页或代理"}, "proxy"},
		{"no CORS", fault{call: "GET /user", status: 200, mute: true}, "again", []string{"CORS", "连不上"}, "CORS"},
		{"too slow", fault{call: "GET /user", status: 200, delay: 600 * time.Millisecond}, "again", []string{"等了 0.4 秒"}, "0.4 seconds"},
	} {
		t.Run(f.name, func(t *testing.T) {
			c.t = t
			c.signIn()
			f.fault.times = 1
			c.w.mu.Lock()
			c.w.faults = []*fault{&f.fault}
			before := len(c.w.pulls)
			c.w.mu.Unlock()
			change := project(n)
			o := c.send(change)
			if o.Retry != f.retry || !strings.Contains(o.En, f.en) {
				t.Errorf("%+v", o)
			}
			for _, words := range f.zh {
				if !strings.Contains(o.Zh, words) {
					t.Errorf("%q does not say %q", o.Zh, words)
				}
			}
			if signed := c.available().SignedIn; signed != (o.Status != 401) {
				t.Errorf("signed in: %v", signed)
			}
			c.leaks()
			if o.Status == 401 {
				if o = c.send(change); o.Retry != "signIn" {
					t.Errorf("without a sign-in: %+v", o)
				}
				c.signIn()
			}
			if o = c.send(change); o.URL == "" || len(c.w.pulls) != before+1 {
				t.Errorf("after that: %+v", o)
			}
		})
	}
}

// project is the declaration of the n-th project.
func project(n int) string {
	return strings.NewReplacer("2027-jyj-02", fmt.Sprintf("2027-jyj-%02d", n), "2027/jyj/02", fmt.Sprintf("2027/jyj/%02d", n)).Replace(declare)
}

func slowButInTime(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	c.signIn()
	c.w.faults = []*fault{{call: "GET /user", delay: 300 * time.Millisecond, times: 1}, {call: "POST /contents", delay: 300 * time.Millisecond, times: 1}}
	if o := c.send(declare); o.Number != 1 {
		t.Errorf("%+v", o)
	}
}

func offline(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	c.signIn()
	c.Eval(`Object.defineProperty(navigator, "onLine", {value: false, configurable: true})`, nil)
	if o := c.send(declare); o.Retry != "again" || !strings.Contains(o.Zh, "没有连上网络") || len(c.w.log) > 0 {
		t.Errorf("%+v after %q", o, c.w.log)
	}
	c.Eval(`delete navigator.onLine`, nil)
	if o := c.send(declare); o.Number != 1 {
		t.Errorf("%+v", o)
	}
}

// whatOthersDid: the registry moves on and names are taken while one types.
func whatOthersDid(t *testing.T, b *browser.Browser) {
	for _, f := range forges[:3] {
		t.Run(f.kind, func(t *testing.T) {
			c := open(t, b, f.kind, f.face)
			c.signIn()
			if o := c.send(`{branch: "b", title: "t", files: [{path: "README.md", text: "台账\n"}]}`); o.Retry != "" || !strings.Contains(o.Zh, "没有要提交的改动") {
				t.Errorf("nothing to do: %+v", o)
			}
			// Another file changes: no matter. The same file: look again.
			text := "x"
			c.w.change(base, "main", c.w.branches[base+":main"], map[string]*string{"content/other.md": &text})
			old := strings.Replace(amend, "旧", "更旧", 1)
			if o := c.send(old); o.Retry != "read" || !slices.Equal(o.Paths, []string{"content/projects/2026/jyj/01/index.md"}) || !strings.Contains(o.Zh, "别人改了 content/projects/2026/jyj/01/index.md") {
				t.Errorf("a change meanwhile: %+v", o)
			}
			// A new file whose place is taken.
			if o := c.send(strings.Replace(amend, ", was", ", wasnt", 1)); o.Retry != "number" || o.Status != 409 || !strings.Contains(o.Zh, "换一个编号") || len(o.Paths) != 1 {
				t.Errorf("a place taken: %+v", o)
			}
			if len(c.w.writes()) > 0 {
				t.Errorf("written: %q", c.w.writes())
			}
			// The branch belongs to somebody else, with a request and without.
			c.w.change(base, "2026-jyj-01-change", c.w.branches[base+":main"], map[string]*string{"mine.md": &text, "content/projects/2026/jyj/01/index.md": &text})
			c.w.change(base, "2026-jyj-01-change-2", c.w.branches[base+":main"], map[string]*string{"content/projects/2026/jyj/01/index.md": &text})
			c.w.request(base, "2026-jyj-01-change", "someone's", "").By = "wjw"
			o := c.send(amend)
			if p := c.w.open(base, "2026-jyj-01-change-3"); o.Updated || p == nil || p.Number != 2 {
				t.Errorf("%+v, %v", o, c.w.pulls[len(c.w.pulls)-1])
			}
			c.holds(base, "2026-jyj-01-change", tree{"mine.md": "x", "content/projects/2026/jyj/01/index.md": "x"})
		})
	}
}

// changedBetweenTwoTries: what the tab left half done is mended, not made
// a second time.
func changedBetweenTwoTries(t *testing.T, b *browser.Browser) {
	for _, f := range forges[:3] {
		t.Run(f.kind, func(t *testing.T) {
			c := open(t, b, f.kind, f.face)
			c.signIn()
			c.w.faults = []*fault{{call: requests[f.kind], status: 500, times: 1}}
			if o := c.send(declare); o.Retry != "again" {
				t.Errorf("%+v", o)
			}
			if o := c.send(strings.Replace(declare, "46.5", "48", 1)); o.Number != 1 || o.Updated {
				t.Errorf("%+v", o)
			}
			if len(c.w.branches) != 2 {
				t.Errorf("branches: %v", c.w.branches)
			}
			c.holds(base, "fill/2027-jyj-02-declaration", tree{"content/projects/2027/jyj/02/declaration.md": "---\nestimate: 48\n---\n"})
		})
	}
}

// copyThatWentItsOwnWay cannot be used on Gitea; the words say so.
func copyThatWentItsOwnWay(t *testing.T, b *browser.Browser) {
	c := open(t, b, "gitea", giteaFace)
	c.w.pushers = nil
	c.w.fork("jyj/registry")
	c.w.put("jyj/registry", "main", tree{"own": "x"})
	c.signIn()
	if o := c.send(declare); o.Retry != "" || !strings.Contains(o.Zh, "jyj/registry") || !strings.Contains(o.Zh, "删除这个副本") {
		t.Errorf("%+v", o)
	}
}

func archivedRegistryTakesNothing(t *testing.T, b *browser.Browser) {
	for _, f := range forges {
		c := open(t, b, f.kind, f.face)
		c.w.archived = true
		c.signIn()
		if o := c.send(declare); o.Retry != "" || !strings.Contains(o.Zh, "归档") || len(c.w.writes()) > 0 {
			t.Errorf("%s: %+v", f.kind, o)
		}
	}
}
