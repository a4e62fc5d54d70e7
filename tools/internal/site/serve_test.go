package site

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serving starts a server on a free port and gives its address.
func serving(t *testing.T, dir func() string) string {
	t.Helper()
	ln, _, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- (&Server{Dir: dir, Log: func(err error) { t.Log(err) }}).Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return "http://" + ln.Addr().String()
}

func sampleSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"index.html": "home", "404.html": "没有", "en/404.html": "none", "a/index.html": "a", "a b/中.csv": "甲",
		"x.js": "x", "x.css": "x", "x.wasm": "x", "noindex/file.txt": "x", ".git/config": "x", Marker: "x",
		".well-known/security.txt": "x", "feed.xml": "<x/>", "all.xlsx": "x", "data.json": "{}", "unknown.qqq": "x",
	} {
		write(t, filepath.Join(dir, name), content)
	}
	if err := os.Symlink("/etc/hosts", filepath.Join(dir, "link.txt")); err != nil {
		t.Log(err)
	}
	return dir
}

func TestServerAnswers(t *testing.T) {
	dir := sampleSite(t)
	base := serving(t, func() string { return dir })
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	const html, plain = "text/html; charset=utf-8", "text/plain; charset=utf-8"
	tests := []struct {
		method, path string
		status       int
		kind, body   string // body of a redirect: its target
	}{
		{"GET", "/", 200, html, "home"},
		{"HEAD", "/", 200, html, ""},
		{"GET", "/index.html", 200, html, "home"},
		{"GET", "/a/", 200, html, "a"},
		{"GET", "/a?q=1", 301, html, "/a/?q=1"},
		{"GET", "/x.js/", 301, html, "/x.js"},
		{"GET", "/a%20b/%E4%B8%AD.csv", 200, "text/csv; charset=utf-8", "甲"},
		{"GET", "/x.js", 200, "text/javascript; charset=utf-8", "x"},
		{"GET", "/x.css", 200, "text/css; charset=utf-8", "x"},
		{"GET", "/x.wasm", 200, "application/wasm", "x"},
		{"GET", "/feed.xml", 200, "application/xml; charset=utf-8", "<x/>"},
		{"GET", "/data.json", 200, "application/json; charset=utf-8", "{}"},
		{"GET", "/all.xlsx", 200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "x"},
		{"GET", "/unknown.qqq", 200, "application/octet-stream", "x"},
		{"GET", "/.well-known/security.txt", 200, plain, "x"},
		{"GET", "/noindex/", 404, html, "没有"},
		{"GET", "/noindex", 404, html, "没有"},
		{"GET", "/missing", 404, html, "没有"},
		{"GET", "/en/deep/missing", 404, html, "none"},
		{"GET", "/" + Marker, 404, html, "没有"},
		{"GET", "/.git/config", 404, html, "没有"},
		{"GET", "/a/../.git/config", 404, html, "没有"},
		{"GET", "/%2e%2e/%2e%2e/etc/hosts", 404, html, "没有"},
		{"GET", "//example.com/", 404, html, "没有"},
		{"GET", "/a%5Cb", 404, html, "没有"},
		{"GET", "/a%00", 404, html, "没有"},
		{"GET", "/link.txt", 404, html, "没有"},
		{"POST", "/", 405, plain, "只读 (read only)\n"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, base+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			got := string(body)
			if res.StatusCode == 301 {
				got = res.Header.Get("Location")
			}
			if res.StatusCode != tt.status || got != tt.body || res.Header.Get("Content-Type") != tt.kind {
				t.Errorf("%d %s %q", res.StatusCode, res.Header.Get("Content-Type"), got)
			}
			h := res.Header
			if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'self'") ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-cache" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestServerSwitchesToARebuiltFolder(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	write(t, filepath.Join(one, "index.html"), "1")
	write(t, filepath.Join(two, "index.html"), "2")
	same := time.Now()
	var dir atomic.Value
	dir.Store(one)
	base := serving(t, func() string { return dir.Load().(string) })
	get := func(tag string) (int, string, string) {
		req, _ := http.NewRequest("GET", base, nil)
		req.Header.Set("If-None-Match", tag)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body), res.Header.Get("ETag")
	}
	_ = os.Chtimes(filepath.Join(two, "index.html"), same, same.Add(time.Millisecond))
	_, body, tag := get("")
	if status, _, _ := get(tag); body != "1" || status != http.StatusNotModified {
		t.Errorf("first %q, again %d", body, status)
	}
	dir.Store(two)
	if status, body, _ := get(tag); status != 200 || body != "2" {
		t.Errorf("after the switch: %d %q", status, body)
	}
	dir.Store(filepath.Join(two, "absent"))
	if status, _, _ := get(""); status != http.StatusServiceUnavailable {
		t.Errorf("without a site: %d", status)
	}
}

func TestListenNamesATakenPort(t *testing.T) {
	held, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	addr := held.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	_, _, err = Listen(addr)
	if err == nil || !strings.Contains(err.Error(), "port "+port+" is in use") || !strings.Contains(err.Error(), "--addr localhost:") {
		t.Errorf("got %v", err)
	}
	if _, _, err = Listen("1313"); err == nil || !strings.Contains(err.Error(), "host:port") {
		t.Errorf("got %v", err)
	}
}

func TestListenTakesTheNextPortByDefault(t *testing.T) {
	held, _, err := Listen("") // 1313 or, when something else has it, a later one
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	ln, note, err := Listen("")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if note == nil || !strings.Contains(note.En, "using "+port) || !strings.Contains(note.Zh, "1313") {
		t.Errorf("note %v for %s", note, port)
	}
}
