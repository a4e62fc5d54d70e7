package scenario_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

const token = "t0ken-of-the-gate"

// face is one forge's way to word a world: its API, and what its buttons leave
// in the repository.
type face struct {
	kind   string
	header string // that carries the token
	value  string
	routes func(*world, *http.ServeMux)
	// committer is whom a commit names that the forge makes when by presses the
	// button for a method: merge, squash, rebase or update.
	committer func(by *account, method string) string
	// rebasesFirst says that to rebase, the request itself gets the new commits
	// before its base does.
	rebasesFirst bool
	// queue is the ref of the commit that a merge queue tries for a request, on top
	// of the commit below; nil: the forge has none.
	queue func(r *request, below string) string
	// takes is what becomes of a comment: a forge may take commands of its own out
	// of it. nil: it stays as it is.
	takes func(w *world, r *request, by *account, body string) string
}

var faces = map[string]face{"github": github, "gitlab": gitlab, "gitea": gitea, "gitee": gitee}

// serve answers as the forge does, to whoever shows the token.
func (f *face) serve(w *world) string {
	mux := http.NewServeMux()
	f.routes(w, mux)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if req.Header.Get(f.header) != f.value {
			fail(rw, http.StatusUnauthorized)
			return
		}
		if w.broken != "" && strings.HasSuffix(req.URL.Path, w.broken) {
			fail(rw, http.StatusForbidden)
			return
		}
		if _, pattern := mux.Handler(req); pattern == "" {
			w.t.Errorf("%s has no %s %s", f.kind, req.Method, req.URL)
		}
		mux.ServeHTTP(rw, req)
	}))
	w.t.Cleanup(server.Close)
	return server.URL
}

// object is a JSON object as an API writes it.
type object = map[string]any

func reply(rw http.ResponseWriter, code int, v any) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(code)
	_ = json.NewEncoder(rw).Encode(v)
}

func fail(rw http.ResponseWriter, code int) {
	reply(rw, code, object{"message": http.StatusText(code)})
}

// sent reads the body of a request.
func sent(req *http.Request) object {
	var v object
	data, _ := io.ReadAll(req.Body)
	_ = json.Unmarshal(data, &v)
	return v
}

// pageSize is what all faces give at once, whatever is asked for, so that who
// reads one page has not read all.
const pageSize = 2

// page cuts the page that is asked for out of a list, and says how many there are.
func page[T any](req *http.Request, list []T) (items []T, number, pages int) {
	number = max(1, atoi(req.URL.Query().Get("page")))
	pages = (len(list) + pageSize - 1) / pageSize
	from := min(len(list), (number-1)*pageSize)
	return list[from:min(len(list), from+pageSize)], number, pages
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// word writes each item of a list as the API does.
func word[T any](list []T, how func(T) object) []object {
	out := []object{}
	for _, v := range list {
		out = append(out, how(v))
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// numbered calls a handler with the request that the path names as {n}.
func numbered(w *world, h func(http.ResponseWriter, *http.Request, *request)) http.HandlerFunc {
	return func(rw http.ResponseWriter, req *http.Request) {
		if r := w.request(int64(atoi(req.PathValue("n")))); r != nil {
			h(rw, req, r)
			return
		}
		fail(rw, http.StatusNotFound)
	}
}

// openRequests are those that nobody has merged or closed.
func (w *world) openRequests() []*request {
	var out []*request
	for _, r := range w.requests {
		if r.state == "open" {
			out = append(out, r)
		}
	}
	return out
}

// written is a commit of a request, with the accounts of those whose address it
// bears.
type written struct {
	sha               string
	author, committer *account
}

func (w *world) commits(r *request) []written {
	var out []written
	by := func(address string) *account {
		for _, a := range w.people {
			if a.email == address {
				return a
			}
		}
		return nil
	}
	for _, line := range lines(w.git("log", "--reverse", "--format=%H %ae %ce", r.leaves+".."+r.head)) {
		var sha, ae, ce string
		fmt.Sscan(line, &sha, &ae, &ce)
		out = append(out, written{sha, by(ae), by(ce)})
	}
	return out
}

// setStatus notes a status, newest last.
func (w *world) setStatus(sha string, name, state, description any) {
	s := status{sha: sha}
	s.name, _ = name.(string)
	s.state, _ = state.(string)
	s.description, _ = description.(string)
	w.statuses = append(w.statuses, s)
}
