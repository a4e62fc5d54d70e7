package browser

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAPageIsReadAsAReaderSeesIt(t *testing.T) {
	b := Open(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><h1>标题</h1><p>一<span hidden>二</span></p>
<input><button onclick="document.querySelector('h1').innerText='clicked'">x</button><div style="height:3000px"></div>`)
		case "/bad":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "img-src 'none'")
			fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="/missing.css"><img src="/x.png">
<script>console.error("told", 1); setTimeout(() => { throw new Error("thrown") })</script>`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()

	good := b.Page(srv.URL+"/good", 375, 667)
	if got := good.Text("h1"); got != "标题" {
		t.Errorf("h1 %q", got)
	}
	if got := good.Text("p"); got != "一" {
		t.Errorf("p %q", got)
	}
	var width int
	good.Eval("Promise.resolve(window.innerWidth)", &width)
	if width != 375 {
		t.Errorf("width %d", width)
	}
	good.Click("button")
	good.Type("input", "查询")
	var typed string
	if good.Eval("document.querySelector('input').value", &typed); typed != "查询" {
		t.Errorf("typed %q", typed)
	}
	if got := good.Text("h1"); got != "clicked" {
		t.Errorf("h1 %q", got)
	}
	img, err := png.Decode(bytes.NewReader(good.Screenshot()))
	if err != nil || img.Bounds().Dx() != 375 || img.Bounds().Dy() < 3000 {
		t.Errorf("screenshot %v %v", img.Bounds(), err)
	}
	if good.Status() != 200 || len(good.ConsoleErrors())+len(good.FailedRequests()) != 0 {
		t.Errorf("status %d, console %q, failed %q", good.Status(), good.ConsoleErrors(), good.FailedRequests())
	}

	bad := b.Page(srv.URL+"/bad", 1280, 800)
	console := strings.Join(bad.ConsoleErrors(), "\n")
	for _, want := range []string{`"told" 1`, "thrown", "img-src"} {
		if !strings.Contains(console, want) {
			t.Errorf("no %q in the console: %s", want, console)
		}
	}
	if got := strings.Join(bad.FailedRequests(), " "); !strings.Contains(got, "/missing.css: 404") {
		t.Errorf("failed requests %s", got)
	}
	if got := b.Page(srv.URL+"/nothing", 800, 600).Status(); got != 404 {
		t.Errorf("status %d", got)
	}
}
