package forge

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const token = "s3cret-tok3n"

// fake is a forge that answers from a table: "GET /path" to what it says. Paths
// are without the API's root; what is not in the table is 404.
type fake struct {
	t      *testing.T
	server *httptest.Server
	root   string // of the API, "/api/v4"
	routes map[string]http.HandlerFunc

	mu    sync.Mutex
	calls []call
}

type call struct {
	method, path, query, body string
	header                    http.Header
}

func newFake(t *testing.T, root string) *fake {
	f := &fake{t: t, root: root, routes: map[string]http.HandlerFunc{}}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f.mu.Lock()
	f.calls = append(f.calls, call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header.Clone()})
	handler := f.routes[r.Method+" "+strings.TrimPrefix(r.URL.EscapedPath(), f.root)]
	f.mu.Unlock()
	if handler == nil {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"Not Found"}`)
		return
	}
	handler(w, r)
}

// on sets what a route says from now on.
func (f *fake) on(route string, h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.routes[route] = h
}

// json answers a route with a value, or with text that is JSON already.
func (f *fake) json(route string, v any) { f.on(route, answer(http.StatusOK, v)) }

func answer(code int, v any) http.HandlerFunc {
	text, ok := v.(string)
	if !ok {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		text = string(data)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, text)
	}
}

// sequence answers call after call, and goes on with the last.
func sequence(handlers ...http.HandlerFunc) http.HandlerFunc {
	var n int
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[min(n, len(handlers)-1)]
		n++
		mu.Unlock()
		h(w, r)
	}
}

// count returns how often a route was called.
func (f *fake) count(route string) int { return len(f.to(route)) }

func (f *fake) to(route string) []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []call
	for _, c := range f.calls {
		if c.method+" "+strings.TrimPrefix(c.path, f.root) == route {
			list = append(list, c)
		}
	}
	return list
}

// clock is a time that stands still but for being waited on.
type clock struct {
	mu     sync.Mutex
	at     time.Time
	waited []time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	c.waited = append(c.waited, d)
	return ctx.Err()
}

// open opens the fake as a forge of a kind, with a clock at noon.
func (f *fake) open(kind string, change ...func(*Config)) (Forge, *clock) {
	f.t.Helper()
	c := &clock{at: noon}
	cfg := Config{Kind: kind, BaseURL: f.server.URL, Owner: "qjp", Repo: "registry", Token: token, Wait: c.wait, Now: c.now}
	for _, ch := range change {
		ch(&cfg)
	}
	forge, err := Open(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	return forge, c
}

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

var ctx = context.Background()

// paged answers with one page of items, and links to the next as GitHub does.
func (f *fake) paged(pages ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := 1
		fmt.Sscan(r.URL.Query().Get("page"), &n)
		n = max(n, 1)
		if n < len(pages) {
			w.Header().Set("Link", fmt.Sprintf(`<https://elsewhere.example%s?page=%d>; rel="next"`, r.URL.Path, n+1))
			w.Header().Set("X-Next-Page", fmt.Sprint(n+1))
		}
		if n > len(pages) {
			answer(200, "[]")(w, r)
			return
		}
		answer(200, pages[n-1])(w, r)
	}
}

const (
	shaA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	shaB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	shaC = "cccccccccccccccccccccccccccccccccccccccc"
)
