package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// reading is one call of each kind of forge that reads, for what holds for all.
var reading = []struct{ kind, root, route string }{
	{GitHub, githubRoot, "GET /repos/qjp/registry/pulls"},
	{GitLab, gitlabRoot, "GET /projects/qjp%2Fregistry/merge_requests"},
	{Gitea, giteaRoot, "GET /repos/qjp/registry/pulls"},
	{Forgejo, giteaRoot, "GET /repos/qjp/registry/pulls"},
	{Gitee, giteeRoot, "GET /repos/qjp/registry/pulls"},
}

func everywhere(t *testing.T, test func(t *testing.T, f *fake, kind, route string)) {
	for _, r := range reading {
		t.Run(r.kind, func(t *testing.T) { test(t, newFake(t, r.root), r.kind, r.route) })
	}
}

func TestErrorsTellWhatIsWrong(t *testing.T) {
	later := noon.Add(time.Hour)
	for _, c := range []struct {
		name   string
		code   int
		header map[string]string
		want   Kind
		until  time.Time
		calls  int
	}{
		{"400", 400, nil, Refused, time.Time{}, 1},
		{"401", 401, nil, Unauthorized, time.Time{}, 1},
		{"403", 403, nil, Unauthorized, time.Time{}, 1},
		{"404", 404, nil, NotFound, time.Time{}, 1},
		{"409", 409, nil, Conflict, time.Time{}, 1},
		{"410", 410, nil, NotFound, time.Time{}, 1},
		{"422", 422, nil, Refused, time.Time{}, 1},
		{"429 for long", 429, map[string]string{"Retry-After": "3600"}, RateLimited, later, 1},
		{"429 until a date", 429, map[string]string{"Retry-After": later.Format(http.TimeFormat)}, RateLimited, later, 1},
		{"403 that is a limit", 403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(later.Unix())}, RateLimited, later, 1},
		{"429 for a moment", 429, map[string]string{"Retry-After": "2"}, RateLimited, noon.Add(8 * time.Second), 4},
		{"429 without a word", 429, nil, RateLimited, time.Time{}, 4},
		{"429 with nonsense", 429, map[string]string{"Retry-After": "-5"}, RateLimited, time.Time{}, 4},
		{"500", 500, nil, Unavailable, time.Time{}, 4},
		{"503", 503, nil, Unavailable, time.Time{}, 4},
		{"202", 202, nil, Unavailable, time.Time{}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, f *fake, kind, route string) {
				f.on(route, func(w http.ResponseWriter, _ *http.Request) {
					for k, v := range c.header {
						w.Header().Set(k, v)
					}
					w.WriteHeader(c.code)
					fmt.Fprint(w, `{"message":"no `+token+` \u001b[31mred\u202e"}`)
				})
				forge, _ := f.open(kind)
				_, err := forge.OpenRequests(ctx)
				var e *Error
				if !errors.As(err, &e) {
					t.Fatalf("got %v", err)
				}
				if e.Kind != c.want || e.Status != c.code || !e.Until.Equal(c.until) {
					t.Errorf("got %+v", e)
				}
				if n := f.count(route); n != c.calls {
					t.Errorf("%d calls, want %d", n, c.calls)
				}
				if s := err.Error(); strings.Contains(s, token) || strings.ContainsAny(s, "\x1b\u202e") || !strings.Contains(s, "no ***") {
					t.Errorf("unsafe text: %q", s)
				}
			})
		})
	}
}

func TestWhatFailsForAMomentIsAskedAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		f.on(route, sequence(answer(502, "<html>"), answer(429, "{}"), answer(200, "[]")))
		forge, c := f.open(kind)
		if _, err := forge.OpenRequests(ctx); err != nil {
			t.Fatal(err)
		}
		if want := []time.Duration{time.Second, 2 * time.Second}; !slices.Equal(c.waited, want) {
			t.Errorf("waited %v, want %v", c.waited, want)
		}
	})
}

func TestHalfAListIsNoList(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		first := f.paged(fmt.Sprintf("[%s]", strings.TrimSuffix(strings.Repeat(`{"number":1,"iid":1},`, 100), ",")), "[]")
		f.on(route, sequence(first, answer(500, "{}")))
		forge, _ := f.open(kind)
		if got, err := forge.OpenRequests(ctx); KindOf(err) != Unavailable || got != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestAListWithoutEndIsRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		n := 0
		f.on(route, func(w http.ResponseWriter, r *http.Request) {
			n++
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, n+1))
			w.Header().Set("X-Next-Page", fmt.Sprint(n+1))
			fmt.Fprintf(w, `[{"number":%d,"iid":%[1]d}]`, n)
		})
		forge, _ := f.open(kind)
		if got, err := forge.OpenRequests(ctx); KindOf(err) != TooMuch || got != nil {
			t.Errorf("got %v, %v", got, err)
		}
		if n != maxPages {
			t.Errorf("%d pages read", n)
		}
	})
}

func TestTheTokenStaysWithTheForge(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		var leaked []string
		other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			leaked = append(leaked, fmt.Sprint(r.URL, r.Header))
		}))
		defer other.Close()
		f.on(route, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/steal", http.StatusFound)
		})
		forge, _ := f.open(kind)
		_, err := forge.OpenRequests(ctx)
		if KindOf(err) != Unavailable || !strings.Contains(err.Error(), "not followed") {
			t.Errorf("got %v", err)
		}
		if len(leaked) != 0 {
			t.Errorf("followed: %v", leaked)
		}
		sent := f.to(route)[0]
		if !strings.Contains(fmt.Sprint(sent.header), token) || strings.Contains(sent.query, token) {
			t.Errorf("the token belongs into a header: %+v", sent)
		}
	})
}

func TestAMoveInsideTheForgeIsFollowedForReadingOnly(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		f.on(route, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, f.root+"/moved?"+r.URL.RawQuery, http.StatusMovedPermanently)
		})
		f.on("GET /moved", f.paged(`[{"number":4,"iid":4}]`))
		forge, _ := f.open(kind)
		got, err := forge.OpenRequests(ctx)
		if err != nil || !slices.Equal(got, []int64{4}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	f := newFake(t, githubRoot)
	f.on("POST /repos/qjp/registry/statuses/"+shaA, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, f.root+"/moved", http.StatusMovedPermanently)
	})
	f.json("GET /moved", "{}")
	forge, _ := f.open(GitHub)
	if err := forge.SetStatus(ctx, shaA, Status{Name: "x", State: Success}); KindOf(err) != Unavailable || f.count("GET /moved") != 0 {
		t.Errorf("got %v: a status that was never set", err)
	}
}

func TestAnAnswerThatIsNoneIsSaidToBe(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		for name, c := range map[string]struct {
			h     http.HandlerFunc
			calls int
		}{
			"login page": {answer(200, "<html>sign in</html>"), 4},
			"cut off": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				fmt.Fprint(w, "[")
			}, 4},
			"huge": {func(w http.ResponseWriter, _ *http.Request) {
				for range maxAnswer/1024 + 1 {
					if _, err := w.Write([]byte(strings.Repeat(" ", 1024))); err != nil {
						return
					}
				}
			}, 1},
			"wrong shape": {answer(200, `{"number":"seven"}`), 1},
			"bottomless":  {answer(200, strings.Repeat("[", 200_000)), 4},
		} {
			before := f.count(route)
			f.on(route, c.h)
			forge, _ := f.open(kind)
			got, err := forge.OpenRequests(ctx)
			if want := map[bool]Kind{true: TooMuch, false: Unavailable}[name == "huge"]; KindOf(err) != want || got != nil {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
			if n := f.count(route) - before; n != c.calls {
				t.Errorf("%s: %d calls, want %d", name, n, c.calls)
			}
		}
	})
}

func TestASlowForgeIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, h := range map[string]http.HandlerFunc{
		"never answers": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		},
		"drips": func(w http.ResponseWriter, r *http.Request) {
			for {
				select {
				case <-release:
					return
				case <-r.Context().Done():
					return
				case <-time.After(time.Millisecond):
					fmt.Fprint(w, " ")
					w.(http.Flusher).Flush()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, githubRoot)
			f.on("GET /x", h)
			c := &clock{at: noon}
			hc, _, err := Config{Token: token, Wait: c.wait, Now: c.now}.client(f.server.URL+githubRoot, "Authorization", "Bearer ")
			if err != nil {
				t.Fatal(err)
			}
			hc.Transport.(*transport).callTimeout = 20 * time.Millisecond
			_, err = hc.Get(f.server.URL + githubRoot + "/x")
			if KindOf(err) != Unavailable || f.count("GET /x") != attempts {
				t.Errorf("got %v after %d calls", err, f.count("GET /x"))
			}
		})
	}
}

func TestAnInterruptEndsACallAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, f *fake, kind, route string) {
		ctx, cancel := context.WithCancel(context.Background())
		f.on(route, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		forge, _ := f.open(kind)
		_, err := forge.OpenRequests(ctx)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if n := f.count(route); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestWritingIsNotRepeatedBlindly(t *testing.T) {
	f := newFake(t, githubRoot)
	f.json("GET /repos/qjp/registry/issues/7/comments", "[]")
	f.on("POST /repos/qjp/registry/issues/7/comments", sequence(answer(500, "{}"), answer(201, `{"id":1}`)))
	forge, _ := f.open(GitHub, func(c *Config) { c.Account = "robot" })
	if _, err := forge.PutComment(ctx, 7, "m", "m"); KindOf(err) != Unavailable {
		t.Errorf("got %v: it may have been written", err)
	}
	f.on("POST /repos/qjp/registry/issues/7/comments", sequence(answer(429, "{}"), answer(201, `{"id":1,"html_url":"u"}`)))
	if _, err := forge.PutComment(ctx, 7, "m", "m"); err != nil {
		t.Errorf("got %v: a refused call may be repeated", err)
	}
}

func TestOpenRefusesWhatCannotWork(t *testing.T) {
	good := Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}
	if _, err := Open(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"unknown kind":     func(c *Config) { c.Kind = "svn"; c.BaseURL = "https://x.example" },
		"no address":       func(c *Config) { c.Kind = Gitea },
		"user in address":  func(c *Config) { c.BaseURL = "https://a:b@x.example" },
		"query in address": func(c *Config) { c.BaseURL = "https://x.example?token=1" },
		"other scheme":     func(c *Config) { c.BaseURL = "file:///etc" },
		"no owner":         func(c *Config) { c.Owner = "" },
		"no repository":    func(c *Config) { c.Repo = "" },
		"path in name":     func(c *Config) { c.Repo = ".." },
		"query in name":    func(c *Config) { c.Repo = "x?y" },
	} {
		cfg := good
		change(&cfg)
		if _, err := Open(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSetStatusRefusesWhatIsNone(t *testing.T) {
	f := newFake(t, githubRoot)
	forge, _ := f.open(GitHub)
	for name, c := range map[string]struct {
		sha string
		s   Status
	}{
		"short hash": {"abc1234", Status{Name: "x", State: Success}},
		"path":       {strings.Repeat("a", 36) + "/../", Status{Name: "x", State: Success}},
		"state":      {shaA, Status{Name: "x", State: "approved"}},
		"name":       {shaA, Status{State: Success}},
	} {
		if err := forge.SetStatus(ctx, c.sha, c.s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if len(f.calls) != 0 {
		t.Errorf("the forge was asked: %v", f.calls)
	}
}

func TestLongCommentsAreCutAtALine(t *testing.T) {
	body := strings.Repeat("同意\n", 100) + "```\n" + strings.Repeat("一行文字\n", 10_000) + "```\n"
	got := fit(body)
	if len(got) > MaxComment+200 || !strings.Contains(got, "太长") {
		t.Errorf("%d bytes", len(got))
	}
	if strings.Count(got, "```")%2 != 0 {
		t.Error("a fence stays open")
	}
	if fit("短") != "短" {
		t.Error("a short one changed")
	}
}
