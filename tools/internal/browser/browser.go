// Package browser lets tests look at pages in a real Chromium, as a reader
// would: what a page says, whether its console stays clean, whether all it asks
// for arrives, how it looks.
//
// It is for tests alone and knows nothing of the site. A machine without
// Chromium skips such tests, loudly; TAIZHANG_REQUIRE_BROWSER=1 makes that a
// failure, for the runs that must not skip.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds one page load or look; a loaded machine is slow.
const patience = time.Minute

// Browser is a headless Chromium with a profile of its own.
type Browser struct {
	ctx context.Context
	t   testing.TB
}

// Find gives the path of Chromium, or "".
func Find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// Open starts Chromium; it ends with the test.
func Open(t testing.TB) *Browser {
	t.Helper()
	bin := Find()
	if bin == "" {
		if os.Getenv("TAIZHANG_REQUIRE_BROWSER") == "1" {
			t.Fatal("没有找到 Chromium，而 TAIZHANG_REQUIRE_BROWSER=1 (no Chromium, but TAIZHANG_REQUIRE_BROWSER=1)")
		}
		// Standard error shows also without -v.
		fmt.Fprintf(os.Stderr, "*** 跳过浏览器测试 %[1]s：请安装 chromium\n*** browser test %[1]s SKIPPED: install chromium\n", t.Name())
		t.Skip("no Chromium")
	}
	// Not t.TempDir: Chromium's helpers may write for a moment after it ended,
	// which would fail the test's own clean-up.
	profile, err := os.MkdirTemp("", "taizhang-browser-*")
	if err != nil {
		t.Fatal(err)
	}
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	opts = append(opts,
		chromedp.ExecPath(bin),
		chromedp.UserDataDir(profile),
		chromedp.NoFirstRun,
		chromedp.NoSandbox, // as root, as in containers, the sandbox cannot start
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "zh-CN"),
		// What is tested is on this machine; nothing else is to be reached.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1 , EXCLUDE [::1]"),
		chromedp.Flag("no-proxy-server", true),
		chromedp.WSURLReadTimeout(patience),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeTab := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for Chromium to end
		closeTab()
		stop()
		os.RemoveAll(profile)
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", bin, err)
	}
	return &Browser{ctx: ctx, t: t}
}

// Page is an open page.
type Page struct {
	t     testing.TB
	ctx   context.Context
	close func()

	mu      sync.Mutex
	console []string
	failed  []network.RequestID
	reasons map[network.RequestID]string
	open    map[network.RequestID]bool
	asked   map[network.RequestID]string
	last    time.Time // of the last request's begin or end
	status  int64
}

// Page loads url in a window of width × height CSS pixels, up to its load event
// and until no request has been open for 300 ms.
func (b *Browser) Page(url string, width, height int) *Page {
	b.t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	b.t.Cleanup(closeTab)
	p := &Page{t: b.t, ctx: ctx, close: closeTab, last: time.Now(),
		open: make(map[network.RequestID]bool), asked: make(map[network.RequestID]string),
		reasons: make(map[network.RequestID]string)}
	// The first call makes the tab, which lives as long as this very context;
	// later ones have a time limit.
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatalf("open a tab: %v", err)
	}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		b.t.Fatalf("listen to the tab: %v", err)
	}
	p.run("load "+url,
		enable(network.Enable), enable(runtime.Enable), enable(log.Enable),
		chromedp.EmulateViewport(int64(width), int64(height)),
		chromedp.Navigate(url),
		p.settle())
	return p
}

// enable turns on the events of a part of Chromium, with default settings.
func enable[P any](c cdp.Command[P, cdp.Empty]) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		var defaults P
		_, err := cdp.Call(ctx, t, c, defaults)
		return err
	})
}

// quiet waits until no request has been open for 300 ms.
func (p *Page) quiet(ctx context.Context) error {
	for {
		p.mu.Lock()
		idle := len(p.open) == 0 && time.Since(p.last) > 300*time.Millisecond
		p.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// listen keeps account of the requests and of what the console shows in red.
// It runs in the loop that reads from Chromium and must be quick.
func (p *Page) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.asked[e.RequestID] = e.Request.URL
		p.last = time.Now()
		if e.LoaderID != "" { // the end of a worker's script is told to the worker alone
			p.open[e.RequestID] = true
		}
	case *network.EventLoadingFinished:
		delete(p.open, e.RequestID)
		p.last = time.Now()
	case *network.EventLoadingFailed:
		delete(p.open, e.RequestID)
		p.last = time.Now()
		// A page may give up a fetch, but that Chromium gives up one of these
		// means a wrong type or a breach of a policy.
		fatal := e.Type == network.ResourceTypeStylesheet || e.Type == network.ResourceTypeScript || e.Type == network.ResourceTypeFont
		if !e.Canceled || fatal {
			p.fail(e.RequestID, strings.TrimSpace(e.ErrorText+" "+string(e.BlockedReason)))
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && p.status == 0 {
			p.status = e.Response.Status
		}
		p.answered(e.RequestID, e.Response.Status)
	case *network.EventResponseReceivedExtraInfo: // comes also for what is then blocked
		p.answered(e.RequestID, e.StatusCode)
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return
		}
		var words []string
		for _, a := range e.Args {
			if a.Description != "" {
				words = append(words, a.Description)
			} else {
				words = append(words, string(a.Value))
			}
		}
		p.console = append(p.console, strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
		p.console = append(p.console, text)
	case *log.EventEntryAdded: // also breaches of the content security policy
		if e.Entry.Level == log.EntryLevelError && !icon(e.Entry.URL) {
			p.console = append(p.console, strings.TrimSpace(e.Entry.Text+" "+e.Entry.URL))
		}
	}
}

// fail notes why a request failed, the first reason only.
func (p *Page) fail(id network.RequestID, why string) {
	if _, told := p.reasons[id]; told {
		return
	}
	p.reasons[id] = why
	p.failed = append(p.failed, id)
}

// answered notes a status that is a fault. It says more than that Chromium gave
// the request up, which may be told first.
func (p *Page) answered(id network.RequestID, status int64) {
	if status >= 400 {
		p.fail(id, "")
		p.reasons[id] = fmt.Sprint(status)
	}
}

// icon knows the file that Chromium asks for when a page names none.
func icon(url string) bool { return strings.HasSuffix(url, "/favicon.ico") }

func (p *Page) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func get[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Close closes the page before the test ends, for tests of very many.
func (p *Page) Close() { p.close() }

// Status is the HTTP status of the page itself.
func (p *Page) Status() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.status)
}

// Text gives the visible text of the first element that the CSS selector
// finds; none is a failure of the test.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	var found []string
	p.Eval(fmt.Sprintf("Array.from(document.querySelectorAll(%q)).slice(0, 1).map(e => e.innerText)", selector), &found)
	if len(found) == 0 {
		p.t.Fatalf("no element %s", selector)
	}
	return found[0]
}

// Eval runs a JavaScript expression, waits for it if it is a promise, and
// stores its value, as JSON, in the variable that into points to; nil drops it.
func (p *Page) Eval(js string, into any) {
	p.t.Helper()
	if into == nil {
		get(p, fmt.Sprintf("evaluate %.200s", js), chromedp.Evaluate[chromedp.Void](js, chromedp.EvalAwaitPromise))
		return
	}
	raw := get(p, fmt.Sprintf("evaluate %.200s", js), chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise))
	if err := json.Unmarshal(raw, into); err != nil {
		p.t.Fatalf("evaluate %s: %v", js, err)
	}
}

// Click clicks the first element that the CSS selector finds, once it is
// visible, and waits for the requests that follow. One that the page replaces
// after it was found is sought again.
func (p *Page) Click(selector string) {
	p.t.Helper()
	click := chromedp.Click(chromedp.CSS(selector))
	p.run("click "+selector, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			done, err := click(ctx, t)
			if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node with given id") {
				return done, err
			}
		}
	}, p.settle())
}

// Type puts text into the field that the CSS selector finds, key by key.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.run("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text), p.settle())
}

// Press sends keys to the element that has the focus; for the names of keys
// that write nothing see package chromedp/kb.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.run("press keys", chromedp.KeyEvent(keys), p.settle())
}

func (p *Page) settle() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { return p.quiet(ctx) })
}

// Screenshot gives the whole page, also what is below the window, as PNG.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	return get(p, "take a screenshot", chromedp.FullScreenshot(100))
}

// PDF prints the page on the paper and with the margins that its style asks for.
func (p *Page) PDF() []byte {
	p.t.Helper()
	return get(p, "print to PDF", chromedp.PrintToPDF(func(o *page.PrintToPDFParams) {
		own := true
		o.PreferCSSPageSize = &own
	}))
}

// ConsoleErrors gives what scripts threw or reported as an error and what
// Chromium itself complained of, the content security policy included.
func (p *Page) ConsoleErrors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.console...)
}

// FailedRequests gives the requests that did not arrive or were answered with
// a status of 400 or more, the page itself included.
func (p *Page) FailedRequests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, id := range p.failed {
		if url := p.asked[id]; !icon(url) {
			all = append(all, url+": "+p.reasons[id])
		}
	}
	return all
}
