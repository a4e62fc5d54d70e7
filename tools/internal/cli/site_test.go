package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/site"
)

// sampleSite is the site of the sample registry, built once by the command.
var sampleSite = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "taizhang-test-site-")
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "site")
	var stdout, stderr bytes.Buffer
	streams := &cli.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Env: func(string) string { return "" }, Dir: root}
	if code := cli.Main([]string{"build", "--out", out}, streams); code != 0 {
		return "", fmt.Errorf("build ended with %d:\n%s%s", code, stdout.String(), stderr.String())
	}
	return out, nil
})

func builtSite(t *testing.T) string {
	t.Helper()
	registrytest.NeedSample(t)
	dir, err := sampleSite()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// pages lists the pages of the built site, as addresses.
func pages(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".html" {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		out = append(out, "/"+strings.TrimSuffix(filepath.ToSlash(rel), "index.html"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// read returns a page of the built site by its address.
func read(t *testing.T, dir, page string) string {
	t.Helper()
	if strings.HasSuffix(page, "/") {
		page += "index.html"
	}
	html, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func TestEveryPageSaysThatItShowsSampleData(t *testing.T) {
	dir := builtSite(t)
	for _, p := range pages(t, dir) {
		html := read(t, dir, p)
		if !strings.Contains(html, "示例") || !strings.Contains(html, `lang="zh-CN"`) && !strings.Contains(html, "lang=zh-CN") {
			t.Errorf("%s lacks the sample banner or its language", p)
		}
	}
}

// TestTheSiteWorksInABrowser opens one page of each kind at phone and desktop
// width: it must be found, say nothing on the console, fit the screen and load
// nothing from elsewhere.
func TestTheSiteWorksInABrowser(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	for _, p := range kinds {
		for _, width := range []int{390, 1280} {
			t.Run(fmt.Sprintf("%s at %d", p, width), func(t *testing.T) {
				page := b.Page(base+p, width, 900)
				if s := page.Status(); s != 200 {
					t.Fatalf("status %d", s)
				}
				var box struct{ Scroll, Client, H1 int }
				page.Eval(`({Scroll: document.documentElement.scrollWidth, Client: document.documentElement.clientWidth, H1: document.querySelectorAll("h1").length})`, &box)
				if box.Scroll > box.Client {
					t.Errorf("the page is %d wide on a screen of %d", box.Scroll, box.Client)
				}
				if box.H1 != 1 {
					t.Errorf("%d main headings", box.H1)
				}
				if e := page.ConsoleErrors(); len(e) > 0 {
					t.Errorf("console: %v", e)
				}
				if f := page.FailedRequests(); len(f) > 0 {
					t.Errorf("failed requests: %v", f)
				}
			})
		}
	}
}

// TestLinksLeadSomewhere follows every internal link of every page.
func TestLinksLeadSomewhere(t *testing.T) {
	b := browser.Open(t)
	dir := builtSite(t)
	base := serveDir(t, dir)
	page := b.Page(base+"/", 1280, 900)
	list, err := json.Marshal(pages(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	var broken []string
	page.Eval(`(async () => {
		const bad = [], docs = new Map();
		const load = async (url) => {
			if (!docs.has(url)) {
				const r = await fetch(url);
				const html = (r.headers.get("content-type") || "").startsWith("text/html");
				docs.set(url, r.ok || url.endsWith("/404.html") ? (html ? new DOMParser().parseFromString(await r.text(), "text/html") : true) : null);
			}
			return docs.get(url);
		};
		for (const p of `+string(list)+`) {
			const doc = await load(location.origin + p);
			if (!doc) { bad.push(p); continue; }
			for (const a of doc.querySelectorAll("a[href]")) {
				const to = new URL(a.getAttribute("href"), location.origin + p);
				if (to.origin !== location.origin) continue;
				const hash = decodeURIComponent(to.hash.slice(1));
				to.hash = "";
				const target = await load(to.href.split("?")[0]);
				if (!target) bad.push(p + " → " + to.href);
				else if (hash && target.getElementById && !target.getElementById(hash)) bad.push(p + " → " + to.href + "#" + hash);
			}
		}
		return [...new Set(bad)].slice(0, 20);
	})()`, &broken)
	if len(broken) > 0 {
		t.Errorf("broken links:\n%s", strings.Join(broken, "\n"))
	}
}

// TestCalendarHoldsPublishedProjectsOnly reads the calendar of the site.
func TestCalendarHoldsPublishedProjectsOnly(t *testing.T) {
	dir := builtSite(t)
	ics, err := os.ReadFile(filepath.Join(dir, "data", "deadlines.ics"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("a checkout without history has no date to compute deadlines for")
	}
	if err != nil {
		t.Fatal(err)
	}
	projects := 0
	for _, m := range regexp.MustCompile(`(?m)^UID:(\d{4}-[a-z0-9]+-\d{2,})\.`).FindAllSubmatch(ics, -1) {
		projects++
		if _, err := os.Stat(filepath.Join(dir, "data", "v1", "projects", string(m[1])+".json")); err != nil {
			t.Errorf("%s is not published", m[1])
		}
	}
	if projects < 3 {
		t.Errorf("only %d entries of projects", projects)
	}
}

func TestTwoBuildsAreByteIdentical(t *testing.T) {
	first := builtSite(t)
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(t.TempDir(), "site")
	if code, out, stderr := run(t, root, "build", "--out", second); code != 0 {
		t.Fatal(out, stderr)
	}
	a, b := tree(t, first), tree(t, second)
	if !slices.Equal(a, b) {
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("first difference: %.120q against %.120q", a[i], b[i])
			}
		}
		t.Fatalf("%d files against %d", len(a), len(b))
	}
}

// tree lists names and contents of all files of a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out = append(out, rel+"\x00"+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// serveDir serves a built site until the test ends.
func serveDir(t *testing.T, dir string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		server := &site.Server{Dir: func() string { return dir }}
		if err := server.Serve(ctx, ln); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { stop(); <-done })
	return "http://" + ln.Addr().String()
}
