package submit_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// tree is the files of a commit, path to text.
type tree map[string]string

// world is what a forge holds, in the shape that all three have in common. The
// faces in front of it speak as the forges do.
type world struct {
	*httptest.Server
	t  testing.TB
	mu sync.Mutex

	site     string // the one origin that may call
	commits  map[string]tree
	branches map[string]string // "owner/name:branch" → commit
	parent   map[string]string // fork → repository
	pulls    []*pull
	user     string // who signs in
	pushers  []string
	archived bool
	slowFork int // how many looks a new fork needs before it is ready

	deny      bool              // the person refuses access
	challenge map[string]string // code → S256 challenge
	tokens    map[string]string // token → user

	faults []*fault
	log    []string // "POST /repos/… {body}", without preflights
}

type pull struct {
	Number                                int
	Repo, Branch, Title, Body, By, Status string
}

// fault is how a call fails: with a status, or not at all in time. After tells
// that the forge does the work first and only the answer is lost.
type fault struct {
	call   string // "POST /pulls": a method and a part of the path
	status int
	after  bool
	mute   bool // no CORS headers, as when a proxy answers
	delay  time.Duration
	header map[string]string
	body   string
	times  int
}

const base = "qjp/registry"

func newWorld(t testing.TB, face func(*world) http.Handler) *world {
	w := &world{t: t, commits: map[string]tree{}, branches: map[string]string{}, parent: map[string]string{},
		user: "jyj", pushers: []string{"jyj"}, challenge: map[string]string{}, tokens: map[string]string{}}
	w.put(base, "main", tree{"README.md": "台账\n", "content/projects/2026/jyj/01/index.md": "---\ntitle: 旧\n---\n",
		"content/projects/2026/jyj/01/decisions/0001.json": "{}\n", "content/projects/2026/wjw/01/index.md": "x"})
	w.Server = httptest.NewServer(w.guard(face(w)))
	t.Cleanup(w.Close)
	return w
}

// guard keeps account of calls, lets them fail as told, answers as CORS asks
// and knows who calls.
func (w *world) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		h := rw.Header()
		var f *fault
		if r.Method != http.MethodOptions {
			var body json.RawMessage
			if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					w.t.Errorf("%s %s: %v", r.Method, r.URL, err)
				}
				r.Body = readAgain(body)
			}
			w.log = append(w.log, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL.Path, body)))
			f = w.fault(r)
		}
		if strings.HasSuffix(r.URL.Path, "/authorize") { // a page, not a call
			w.authorize(rw, r)
			return
		}
		if cookie := r.Header.Get("Cookie"); cookie != "" {
			w.t.Errorf("%s sends cookies", r.URL)
		}
		if r.Header.Get("Origin") == w.site && (f == nil || !f.mute) {
			h.Set("Access-Control-Allow-Origin", w.site)
			h.Set("Access-Control-Expose-Headers", "Retry-After, X-RateLimit-Remaining, X-RateLimit-Reset")
		}
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			return
		}
		if f != nil {
			if f.after {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			w.mu.Unlock()
			select {
			case <-time.After(f.delay):
			case <-r.Context().Done():
			}
			w.mu.Lock()
			for k, v := range f.header {
				h.Set(k, v)
			}
			if f.status != 0 {
				rw.WriteHeader(f.status)
				fmt.Fprint(rw, f.body)
				return
			}
		}
		if strings.HasSuffix(r.URL.Path, "/token") || strings.HasSuffix(r.URL.Path, "/access_token") {
			w.token(rw, r)
			return
		}
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if w.tokens[token] == "" {
			answer(rw, 401, map[string]any{"message": "invalid token"})
			return
		}
		next.ServeHTTP(rw, r)
	})
}

func (w *world) fault(r *http.Request) *fault {
	for _, f := range w.faults {
		method, part, _ := strings.Cut(f.call, " ")
		if f.times > 0 && r.Method == method && strings.Contains(r.URL.Path, part) {
			f.times--
			return f
		}
	}
	return nil
}

// authorize is the page where the person agrees, who does so at once.
func (w *world) authorize(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || !strings.HasPrefix(back.String(), w.site+"/") || back.RawQuery != "" || q.Get("client_id") != "the-client" ||
		q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 32 {
		w.t.Errorf("the sign-in asks for %s", r.URL)
	}
	answer := url.Values{"state": {q.Get("state")}}
	if w.deny {
		answer.Set("error", "access_denied")
	} else {
		code := fmt.Sprintf("code-%d", len(w.challenge))
		w.challenge[code] = q.Get("code_challenge")
		answer.Set("code", code)
	}
	http.Redirect(rw, r, back.String()+"?"+answer.Encode(), http.StatusSeeOther)
}

// token gives a token for a code, once, to who holds the verifier.
func (w *world) token(rw http.ResponseWriter, r *http.Request) {
	code, sum := r.PostFormValue("code"), sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	challenge := w.challenge[code]
	delete(w.challenge, code)
	if challenge == "" || challenge != base64.RawURLEncoding.EncodeToString(sum[:]) || r.PostFormValue("client_id") != "the-client" ||
		r.PostFormValue("grant_type") != "authorization_code" || r.PostForm.Has("client_secret") {
		answer(rw, 400, map[string]any{"error": "invalid_grant", "error_description": "failed PKCE code challenge"})
		return
	}
	answer(rw, 200, map[string]any{"access_token": w.grant(), "token_type": "bearer", "expires_in": 3600})
}

// grant makes a token for the user.
func (w *world) grant() string {
	token := fmt.Sprintf("secret_token_number_%04d", len(w.tokens))
	w.tokens[token] = w.user
	return token
}

// put makes a commit and points a branch to it.
func (w *world) put(repo, branch string, files tree) string {
	id := sha(fmt.Sprint(len(w.commits)))
	w.commits[id] = files
	w.branches[repo+":"+branch] = id
	return id
}

// change is a commit on top of another; a nil text deletes.
func (w *world) change(repo, branch, from string, texts map[string]*string) string {
	files := maps.Clone(w.commits[from])
	for p, text := range texts {
		if text == nil {
			delete(files, p)
		} else {
			files[p] = *text
		}
	}
	return w.put(repo, branch, files)
}

func (w *world) has(repo string) bool {
	return w.branches[repo+":main"] != "" || w.parent[repo] != ""
}

func (w *world) fork(repo string) {
	w.parent[repo] = base
	if w.slowFork == 0 {
		w.branches[repo+":main"] = w.branches[base+":main"]
	}
}

// tip is the commit of a branch, "" when there is none. A slow fork comes nearer
// with each look.
func (w *world) tip(repo, branch string) string {
	if w.parent[repo] != "" && branch == "main" && w.branches[repo+":main"] == "" {
		if w.slowFork--; w.slowFork <= 0 {
			w.branches[repo+":main"] = w.branches[base+":main"]
		}
		return ""
	}
	return w.branches[repo+":"+branch]
}

func (w *world) request(repo, branch, title, body string) *pull {
	p := &pull{len(w.pulls) + 1, repo, branch, title, body, w.user, "open"}
	w.pulls = append(w.pulls, p)
	return p
}

// open is the open request from a branch, nil when there is none.
func (w *world) open(repo, branch string) *pull {
	i := slices.IndexFunc(w.pulls, func(p *pull) bool { return p.Repo == repo && p.Branch == branch && p.Status == "open" })
	if i < 0 {
		return nil
	}
	return w.pulls[i]
}

// entry is a file or a folder in a listing.
type entry struct {
	path, id string
	folder   bool
}

// entries lists what is in a folder, or all files below it.
func (w *world) entries(commit, folder string, deep bool) []entry {
	var all []entry
	for _, p := range slices.Sorted(maps.Keys(w.commits[commit])) {
		rest, ok := strings.CutPrefix(p, folder+"/")
		if folder == "" {
			rest, ok = p, true
		}
		if !ok {
			continue
		}
		if first, _, below := strings.Cut(rest, "/"); below && !deep {
			e := entry{path.Join(folder, first), sha("tree " + commit + path.Join(folder, first)), true}
			if !slices.Contains(all, e) {
				all = append(all, e)
			}
			continue
		}
		all = append(all, entry{p, blob(w.commits[commit][p]), false})
	}
	return all
}

// writes gives the calls that change something, in order, with their paths
// alone.
func (w *world) writes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, line := range w.log {
		if method, rest, _ := strings.Cut(line, " "); method != "GET" && !strings.Contains(rest, "token") {
			p, _, _ := strings.Cut(rest, " ")
			all = append(all, method+" "+p)
		}
	}
	return all
}

func sha(s string) string {
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func blob(text string) string { return sha(fmt.Sprintf("blob %d\x00%s", len(text), text)) }

func answer(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(v)
}
