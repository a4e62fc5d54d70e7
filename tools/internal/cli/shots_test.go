package cli_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
)

// The pictures of the guides, and how heavy they may be.
const (
	shotDir   = "static/guide"
	shotWidth = 1280    // pixels, at most
	shotSize  = 80_000  // bytes each, at most
	shotsSize = 600_000 // bytes together, at most
)

// shots are the pictures that the test below takes; those of a real Gitea are
// taken by package submit's TestUploadByHand.
var shots = []string{"fill-start", "fill-new", "fill-project", "fill-error", "fill-manual", "fill-submit", "review", "review-pair", "sheet", "gitea-file", "gitea-branch", "gitea-request"}

// TestGuidesShowTheirPictures keeps the pictures and the guides together: each
// picture is shown with words for those who do not see it, and is light.
func TestGuidesShowTheirPictures(t *testing.T) {
	guides, err := filepath.Glob(filepath.Join(repoRoot, "content/guide/*.md"))
	if err != nil || len(guides) == 0 {
		t.Fatal("no guides", err)
	}
	shown := map[string]bool{}
	for _, file := range guides {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`!\[([^\]]*)\]\(([^)]*)\)`).FindAllStringSubmatch(string(text), -1) {
			name, ok := strings.CutPrefix(m[2], "/guide/")
			name, isPNG := strings.CutSuffix(name, ".png")
			if !ok || !isPNG || !slices.Contains(shots, name) {
				t.Errorf("%s shows %s, which no test makes", file, m[2])
			}
			if len([]rune(m[1])) < 8 {
				t.Errorf("%s: the words for %s are %q", file, m[2], m[1])
			}
			shown[name] = true
		}
	}
	files, err := os.ReadDir(filepath.Join(repoRoot, shotDir))
	if err != nil && !os.IsNotExist(err) { // a district may do without pictures
		t.Fatal(err)
	}
	total := 0
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".png")
		if !shown[name] {
			t.Errorf("no guide shows %s", f.Name())
		}
		delete(shown, name)
		data, err := os.ReadFile(filepath.Join(repoRoot, shotDir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width > shotWidth || len(data) > shotSize {
			t.Errorf("%s: %d pixels wide, %d bytes, %v", f.Name(), c.Width, len(data), err)
		}
		total += len(data)
	}
	if len(shown) > 0 || total > shotsSize {
		t.Errorf("missing pictures %v; %d bytes in all", shown, total)
	}
}

// TestGuidesStepsWork does what the guides tell a clerk and a reviewer to do, on
// the site of the sample: a declaration from the start screen to the last, then
// its review. With -update it takes the pictures that the guides and the README show.
func TestGuidesStepsWork(t *testing.T) {
	dir := builtSite(t)
	connected := false // whether the site names a forge to submit to
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fill/" && connected {
			html := strings.Replace(read(t, dir, "/fill/"), "</head>", `<script type="application/json" id="forge">{"kind":"gitea","url":"https://git.example.gov.cn","repository":"qjp/registry","branch":"main","clientId":"example","api":"https://git.example.gov.cn/api/v1"}</script></head>`, 1)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(html))
			return
		}
		http.FileServer(http.Dir(dir)).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	b := browser.Open(t)

	home := &camera{b.Page(server.URL+"/", 1280, 900), t}
	home.keep(".github/screenshot.png", "body", 912)

	c := &camera{b.Page(server.URL+"/fill/", 760, 900), t}
	c.waitFor(`document.querySelector(".choices")`)
	c.waitFor(`!document.getElementById("fill-notes").innerText.trim()`) // the judge is there
	c.shot("fill-start", "#fill-title", 610)

	c.Click(".choices a[href='#/new']")
	c.waitFor(`document.querySelector("[role=combobox]")`)
	c.Type("[role=combobox]", "民政局")
	c.Press("\t")
	c.set("/year", "2027")
	c.shot("fill-new", "#fill-heading", 660)
	c.Click(".main-button")
	c.waitFor(`document.querySelector("[data-ptr='/title']")`)
	c.set("/title", "智慧养老服务平台（示例）")
	c.set("/category", "新建")
	c.set("/systemKind", "业务系统")
	c.set("/scopeBasis", "直接适用")
	c.Type("#fill-body", "为全区老年人提供统一的养老服务。")
	c.waitFor(`document.querySelector(".draft-nav .count-done")`) // judged, and nothing found
	c.shot("fill-project", ".draft-bar", 700)
	c.Click(".fill-actions .main-button")
	c.waitFor(`document.querySelector("[data-ptr='/estimate']")`)
	for _, f := range [][2]string{{"/planYear", "2027"}, {"/submittedOn", "2026-08-20"}, {"/unitHead", "示例甲"}, {"/officePhone", "0517-00000001"},
		{"/fundingNature", "区级财政投资"}, {"/basis/0/kind", "应用需求"}, {"/basis/0/text", "市级养老服务建设要求"},
		{"/content", "建设覆盖全区的养老服务平台，接入机构、社区和居家服务，统一派单和评价。"}, {"/expectedOutcome", "服务申请一个工作日内响应。"},
		{"/plannedSchedule/0/name", "完成采购"}, {"/plannedSchedule/0/due", "2027-06-30"},
		{"/attestation/unit", "区民政局"}, {"/attestation/on", "2026-08-20"}, {"/estimate", "12x"}} {
		c.set(f[0], f[1])
	}
	c.waitFor(`document.querySelector("[data-ptr='/estimate'] .finding-error")`)
	c.shot("fill-error", "[data-ptr='/estimate']", 290)
	c.set("/estimate", "128.5")
	c.waitFor(`!document.querySelector("[data-ptr='/estimate'] .finding-error")`)
	c.waitFor(`document.querySelector("[data-ptr='/estimate']").innerText.includes("壹佰贰拾捌万伍仟元")`)
	c.Click(".fill-actions .main-button")
	c.waitFor(`document.querySelector(".send")`)
	c.shot("fill-manual", "#fill-heading", 720)
	var files []struct{ Path, Text string }
	c.Eval(`[...document.querySelectorAll(".file-list > li")].map(li => ({Path: li.querySelector(".sub").innerText, Text: li.querySelector("pre").textContent}))`, &files)
	if len(files) != 2 {
		t.Fatalf("the form made %v", files)
	}

	connected = true
	c.Eval(`location.reload()`, nil)
	c.waitFor(`document.querySelector(".send-do .main-button")`)
	c.shot("fill-submit", ".send", 190)
	c.Eval(`location.hash = "#/drafts"`, nil)
	c.waitFor(`document.querySelector(".drafts a")?.innerText.includes("智慧养老服务平台")`)
	c.Close()

	paper := &camera{b.Page(server.URL+"/projects/2024/jyj/01/sheets/#declaration", 900, 900), t}
	paper.shot("sheet", "#declaration", 1000)
	paper.Close()

	reg := sampleRepository(t)
	branch(t, reg, "declare", func() {
		for _, f := range files {
			path := strings.TrimSpace(f.Path)
			if err := os.MkdirAll(filepath.Dir(filepath.Join(reg, path)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(reg, path), []byte(f.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	})
	look := &camera{b.Page(reviewPage(t, reg, "declare"), 900, 900), t}
	look.waitFor(`document.body.innerText.includes("智慧养老服务平台")`)
	look.shot("review", "h1", 760)
	commentIsAsShown(t, reg, "declare")
	look.Close()
	branch(t, reg, "pay", func() {
		file := filepath.Join(reg, "content/projects/2026/whj/01/contract-01.md")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(data), "progress:\n", "  - on: 2026-11-16\n    batch: 2\n    amount: 60\nprogress:\n", 1)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	})
	pair := &camera{b.Page(reviewPage(t, reg, "pay"), 1120, 900), t}
	pair.waitFor(`document.querySelector(".changed")`)
	pair.shot("review-pair", ".pair", 760)
	pair.Close()

	if *update {
		return // the site was built with the pictures as they were
	}
	for _, page := range []string{"/guide/submit/", "/guide/review/", "/guide/upload/"} {
		p := b.Page(server.URL+page, 390, 900)
		var bad []string
		p.Eval(`[...document.querySelectorAll(".prose img")].filter(i => !i.naturalWidth || !i.alt || i.getBoundingClientRect().right > innerWidth).map(i => i.src)`, &bad)
		var n int
		if p.Eval(`document.querySelectorAll(".prose img").length`, &n); n == 0 || len(bad) > 0 {
			t.Errorf("%s: of %d pictures these do not show: %v", page, n, bad)
		}
		p.Close()
	}
}

// commentIsAsShown compares the comment that a request gets with the one that the
// guide shows.
func commentIsAsShown(t *testing.T, dir, head string) {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join(repoRoot, "content/guide/review.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ := run(t, dir, "--lang", "zh", "review", "--base", "main", "--head", head, "-f", "markdown")
	shown := regexp.MustCompile(`(?m)^> (- \*\*.*)$`).FindAllStringSubmatch(string(guide), -1)
	for _, line := range shown {
		if !strings.Contains(out, "\n"+line[1]+"\n") {
			t.Errorf("the guide shows %s\nthe comment is\n%s", line[1], out)
		}
	}
	if len(shown) != 3 {
		t.Errorf("the guide shows %d lines of a comment", len(shown))
	}
}

// sampleRepository is a repository of the sample's records and definitions, in
// which who commits is known.
func sampleRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"content", "data", "schemas"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(repoRoot, part))); err != nil {
			t.Fatal(err)
		}
	}
	people, err := os.OpenFile(filepath.Join(dir, "data/people.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer people.Close()
	if _, err := people.WriteString("  - id: mzj-01\n    departments:\n      - mzj\n    from: 2026-01-01\n    emails:\n      - clerk@example.org\n"); err != nil {
		t.Fatal(err)
	}
	gitIn(t, dir, "init", "-q", "-b", "main")
	gitIn(t, dir, "add", "-A")
	gitIn(t, dir, "commit", "-q", "-m", "registry")
	return dir
}

// branch commits a change of main on a branch of its own.
func branch(t *testing.T, dir, name string, change func()) {
	t.Helper()
	gitIn(t, dir, "checkout", "-q", "-b", name, "main")
	change()
	gitIn(t, dir, "add", "-A")
	gitIn(t, dir, "commit", "-q", "-m", name)
}

func gitIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=clerk", "-c", "user.email=clerk@example.org"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

// reviewPage starts `taizhang review --serve` and gives the page's address.
func reviewPage(t *testing.T, dir, head string) string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command("taizhang", "--lang", "zh", "review", "--base", "main", "--head", head, "--serve", "--addr", "localhost:0")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(50 * time.Millisecond) {
		data, err := os.ReadFile(log)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if at := regexp.MustCompile(`http://[^/\s]+/`).Find(data); at != nil {
			return string(at)
		}
	}
	data, _ := os.ReadFile(log)
	t.Fatalf("no page: %s", data)
	return ""
}
