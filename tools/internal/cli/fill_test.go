package cli_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/chromedp/chromedp/kb"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/cli"
)

// fillBase serves the sample site with the form page and its judge.
func fillBase(t *testing.T) string {
	t.Helper()
	dir := builtSite(t)
	if _, err := os.Stat(filepath.Join(dir, "fill/index.html")); err != nil {
		t.Skip("the site was built without the form page")
	}
	return serveDir(t, dir)
}

// fillProxy stands before a site; act may answer a request itself, or hold it up.
func fillProxy(t *testing.T, base string, act func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !act(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// until waits for what a script brings about.
func until(t *testing.T, p *browser.Page, js string) {
	t.Helper()
	for range 300 {
		var ok bool
		if p.Eval("Boolean("+js+")", &ok); ok {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("never came: %s\nconsole: %v\n%.2000s", js, p.ConsoleErrors(), p.Text("#fill"))
}

// tabTo presses Tab until the focus is on what the selector finds.
func tabTo(t *testing.T, p *browser.Page, selector string) {
	t.Helper()
	for range 150 {
		var there bool
		if p.Eval(fmt.Sprintf("document.activeElement.matches(%q)", selector), &there); there {
			return
		}
		p.Press("\t")
	}
	t.Fatalf("Tab never comes to %s\n%.2000s", selector, p.Text("#fill"))
}

// at selects the control of a field by its JSON pointer.
func at(ptr, control string) string { return fmt.Sprintf(`[data-ptr="%s"] %s`, ptr, control) }

// day is a date as the keys that a date field takes in an American Chromium.
func day(iso string) string { return iso[5:7] + iso[8:10] + iso[:4] }

func fillPage(t *testing.T, b *browser.Browser, base string, width int) *browser.Page {
	t.Helper()
	p := b.Page(base+"/fill/", width, 900)
	until(t, p, `document.querySelector(".choices")`)
	return p
}

// begin starts a declaration with the mouse, as far as its first form.
func begin(t *testing.T, p *browser.Page) {
	t.Helper()
	p.Eval(`location.hash = "#/new"`, nil)
	until(t, p, `document.querySelector("[role=combobox]")`)
	p.Type("[role=combobox]", "教育局")
	p.Press("\t")
	p.Click(".main-button")
	until(t, p, `document.querySelector("[data-ptr='/title']")`)
}

// TestADeclarationIsFiledByKeyboardAlone goes from the start page to a clean
// result without a mouse, and lets the command judge the files.
func TestADeclarationIsFiledByKeyboardAlone(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 1280)
	tabTo(t, p, ".choice")
	p.Press("\r")
	until(t, p, `document.querySelector("[role=combobox]")`)
	tabTo(t, p, "[role=combobox]")
	p.Press("教育")
	p.Press(kb.ArrowDown)
	p.Press("\r")
	tabTo(t, p, ".main-button")
	p.Press("\r")
	until(t, p, `document.querySelector("[data-ptr='/title']")`)
	var focus string
	if p.Eval("document.activeElement.id", &focus); focus != "fill-heading" {
		t.Errorf("on the form the focus is on %q", focus)
	}
	fill := func(ptr, control, keys string) {
		t.Helper()
		tabTo(t, p, at(ptr, control))
		p.Press(keys)
	}
	fill("/title", "input", "智慧校园安防平台（示例）")
	fill("/category", "input", " ")
	fill("/systemKind", "input[value=业务系统]", " ")
	fill("/scopeBasis", "input", " ")
	tabTo(t, p, "#fill-body")
	p.Press("为全区中小学建设统一的校园安防平台。")
	tabTo(t, p, ".fill-actions .main-button")
	p.Press("\r")
	until(t, p, `document.querySelector("[data-ptr='/estimate']")`)

	tabTo(t, p, at("/submittedOn", "input"))
	p.Press(day("2026-08-20"))
	fill("/unitHead", "input", "示例甲")
	fill("/officePhone", "input", "0517-00000001")
	fill("/estimate", "input", "128.5")
	fill("/fundingNature", "input", " ")
	fill("/basis/0/kind", "input", " ")
	fill("/basis/0/text", "textarea", "市级校园安全防范建设要求")
	fill("/content", "textarea", "建设覆盖全区中小学的校园安防平台，接入视频、门禁和一键报警，统一告警处置。")
	fill("/expectedOutcome", "textarea", "校园突发事件五分钟内到场处置。")
	fill("/plannedSchedule/0/name", "input", "完成采购")
	tabTo(t, p, at("/plannedSchedule/0/due", "input"))
	p.Press(day("2027-06-30"))
	fill("/attestation/unit", "input", "区教育局")
	tabTo(t, p, at("/attestation/on", "input"))
	p.Press(day("2026-08-20"))
	until(t, p, `document.querySelector("[data-ptr='/estimate'] .ff-echo").innerText.includes("壹佰贰拾捌万伍仟元整")`)
	tabTo(t, p, ".fill-actions .main-button")
	p.Press("\r")
	until(t, p, `document.querySelector(".aside-good, .aside-bad, #fill-summary:not([hidden])")`)
	if text := p.Text("#fill"); !strings.Contains(text, "检查通过") {
		t.Fatalf("not clean:\n%s", text)
	}
	var files map[string]string
	until(t, p, `document.querySelectorAll(".file-list pre").length === 2`)
	p.Eval(`Object.fromEntries([...document.querySelectorAll(".file-list > li")].map(li => [li.querySelector(".sub").textContent, li.querySelector("pre").textContent]))`, &files)
	judged(t, files)
	if e := p.ConsoleErrors(); len(e) > 0 {
		t.Errorf("console: %v", e)
	}
}

// judged lets the command check files in a copy of the registry.
func judged(t *testing.T, files map[string]string) {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"schemas", "data", "content"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join(repoRoot, dir))); err != nil {
			t.Fatal(err)
		}
	}
	var folder string
	for name := range files {
		folder = filepath.Dir(name)
	}
	if err := os.RemoveAll(filepath.Join(root, folder)); err != nil { // the number may be taken by a project that is not public
		t.Fatal(err)
	}
	for name, text := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	streams := &cli.IO{In: strings.NewReader(""), Out: &out, Err: &errs, Env: func(string) string { return "" }, Dir: root}
	if code := cli.Main([]string{"check", folder, "--format", "text"}, streams); code != 0 {
		t.Errorf("taizhang check ends with %d:\n%s%s", code, out.String(), errs.String())
	}
}

// TestWhatIsTypedIsJudgedBesideItsField types what people type.
func TestWhatIsTypedIsJudgedBesideItsField(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 390)
	begin(t, p)
	hostile := `"><img src=x onerror=alert(1)> #: & 名称 😀`
	p.Type(at("/title", "input"), hostile)
	p.Eval(`location.hash = location.hash.replace(/0$/, "1")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/estimate']")`)
	p.Type(at("/estimate", "input"), "约128.5万元")
	until(t, p, `document.querySelector("[data-ptr='/estimate'] .finding-error")`)
	var said struct {
		Message, Described string
		Invalid            bool
		Untouched          int
	}
	p.Eval(`(() => {
		const f = document.querySelector("[data-ptr='/estimate']"), i = f.querySelector("input");
		return {Message: f.querySelector(".finding").innerText, Invalid: i.getAttribute("aria-invalid") === "true",
			Described: i.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).innerText).join(" "),
			Untouched: document.querySelectorAll("[data-ptr='/unitHead'] .finding").length};
	})()`, &said)
	if !strings.Contains(said.Message, "应填以万元为单位的数字") || !said.Invalid || !strings.Contains(said.Described, "应填") || said.Untouched != 0 {
		t.Errorf("%+v", said)
	}
	p.Click(at("/estimate", ".link-button")) // 改为“128.5”
	until(t, p, `!document.querySelector("[data-ptr='/estimate'] .finding-error")`)
	p.Type(at("/officePhone", "input"), "13800000000")
	until(t, p, `document.querySelector("[data-ptr='/officePhone'] .finding-error")`)
	if text := p.Text(at("/officePhone", ".ff-error")); strings.Contains(text, "13800000000") {
		t.Errorf("a mobile number is repeated: %s", text)
	}
	p.Click(at("/basis", "button.remove"))
	p.Click(at("/basis", "button"))
	p.Type(at("/basis/0/docNo", "input"), "清政办发[2026]012号")
	until(t, p, `document.querySelector("[data-ptr='/basis/0/docNo'] .finding")`)
	// What cannot be written at all is told as soon, where it is: characters that a
	// program for letters leaves behind, a text that is too long for a record.
	put := func(ptr, js string) {
		p.Eval(fmt.Sprintf(`(() => { const i = document.querySelector('[data-ptr="%s"]').querySelector("textarea"); i.value = %s; i.dispatchEvent(new Event("input")); })()`, ptr, js), nil)
	}
	put("/content", `"甲\v乙\0丙"`)
	until(t, p, `document.querySelector("[data-ptr='/content'] .finding-error")?.innerText.includes("“建设（运维）内容”里有看不见的控制字符 U+000B")`)
	if text := p.Text(at("/officePhone", ".ff-error")); text == "" {
		t.Error("what was found before is forgotten")
	}
	p.Click(at("/content", ".link-button"))
	until(t, p, `document.querySelector("[data-ptr='/content'] .finding-error")?.innerText.includes("U+0000")`)
	p.Click(at("/content", ".link-button"))
	until(t, p, `!document.querySelector("[data-ptr='/content'] .ff-error").innerText.includes("看不见")`)
	var mended string
	if p.Eval(`document.querySelector("[data-ptr='/content'] textarea").value`, &mended); mended != "甲\n乙丙" {
		t.Errorf("without the characters it is %q", mended)
	}
	put("/expectedOutcome", `"长".repeat(100000)`)
	until(t, p, `document.querySelector("[data-ptr='/expectedOutcome'] .finding-error")?.innerText.includes("超过 256 KiB")`)
	put("/expectedOutcome", `""`)
	until(t, p, `!document.querySelector("[data-ptr='/expectedOutcome'] .ff-error").innerText.includes("KiB")`)
	p.Eval(`document.getElementById("fill-body").closest("details").open = true`, nil)
	put("#", `"见 <b>附件</b>"`)
	until(t, p, `document.getElementById("fill-body").closest(".ff").querySelector(".finding-error")`)
	put("#", `""`)
	p.Click(".fill-actions .main-button")
	until(t, p, `!document.getElementById("fill-summary").hidden`)
	var focus string
	if p.Eval("document.activeElement.id", &focus); focus != "fill-summary" {
		t.Errorf("after asking, the focus is on %q", focus)
	}
	p.Click("#fill-summary a")
	var inside bool
	if p.Eval("Boolean(document.activeElement.closest('[data-ptr]'))", &inside); !inside {
		t.Error("a link of the summary does not lead to a field")
	}
	p.Eval(`location.hash = location.hash.replace(/1$/, "0")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/title']")`)
	var title string
	if p.Eval(`document.querySelector("[data-ptr='/title'] input").value`, &title); title != hostile {
		t.Errorf("the title became %q", title)
	}
	if e := p.ConsoleErrors(); len(e) > 0 {
		t.Errorf("console: %v", e)
	}
}

// inStore runs a script on the drafts of the browser.
func inStore(p *browser.Page, js string) {
	p.Eval(`new Promise((done, fail) => { const r = indexedDB.open("taizhang-fill"); r.onerror = fail; r.onsuccess = () => {
		const t = r.result.transaction("drafts", "readwrite"), s = t.objectStore("drafts");
		t.oncomplete = () => { r.result.close(); done(); }; t.onabort = fail;
		`+js+` }; })`, nil)
}

// TestADraftIsThereAWeekLater closes the page and comes back after the forms
// have changed.
func TestADraftIsThereAWeekLater(t *testing.T) {
	b := browser.Open(t)
	base := fillBase(t)
	p := fillPage(t, b, base, 1280)
	begin(t, p)
	p.Type(at("/title", "input"), "一周后接着填的项目")
	until(t, p, `document.getElementById("fill-saved").innerText.includes("已保存")`)
	p.Eval(`location.hash = "#/"`, nil)
	until(t, p, `document.querySelector(".drafts")`)
	inStore(p, `s.openCursor().onsuccess = (e) => { const c = e.target.result; if (c) { c.update({...c.value, saved: c.value.saved - 7 * 864e5, version: "old", docs: c.value.docs.map((d) => d.form === "index" ? {...d, values: {...d.values, gone: "旧表单里的一项"}, unknown: ["gone"]} : d)}); c.continue(); } };`)
	p = fillPage(t, b, base, 390)
	until(t, p, `document.querySelector(".drafts")`)
	if text := p.Text(".drafts"); !strings.Contains(text, "一周后接着填的项目") || !strings.Contains(text, "7 天前") {
		t.Errorf("the drafts: %s", text)
	}
	p.Click(".drafts a")
	until(t, p, `document.querySelector("[data-ptr='/title']")`)
	if text := p.Text("#fill"); !strings.Contains(text, "表单在您上次填写以后有更新") || !strings.Contains(text, "旧表单里的一项") {
		t.Errorf("the reopened draft: %.1500s", text)
	}
	var title string
	if p.Eval(`document.querySelector("[data-ptr='/title'] input").value`, &title); title != "一周后接着填的项目" {
		t.Errorf("title %q", title)
	}
	p.Eval(`location.hash = "#/"`, nil)
	until(t, p, `document.querySelector(".drafts")`)
	p.Click(".drafts .remove")
	p.Click(".drafts .remove")
	until(t, p, `!document.querySelector(".drafts li")`)
}

// TestTwoTabsLoseNothing opens one draft twice.
func TestTwoTabsLoseNothing(t *testing.T) {
	b := browser.Open(t)
	base := fillBase(t)
	one := fillPage(t, b, base, 1280)
	begin(t, one)
	one.Type(at("/title", "input"), "两个标签页")
	until(t, one, `document.getElementById("fill-saved").innerText.includes("已保存")`)
	var hash string
	one.Eval("location.hash", &hash)
	two := b.Page(base+"/fill/"+hash, 1280, 900)
	until(t, two, `document.getElementById("fill").innerText.includes("另一个标签页")`)
	one.Type(at("/title", "input"), "的项目")
	two.Click(".main-button")
	until(t, two, `document.querySelector("[data-ptr='/title']")`)
	var title string
	if two.Eval(`document.querySelector("[data-ptr='/title'] input").value`, &title); title != "两个标签页的项目" {
		t.Errorf("the second tab shows %q", title)
	}
	until(t, one, `document.querySelector("[data-ptr='/title'] input").disabled`)
	// A save that could not be noticed in time, as without messages between tabs,
	// is refused and kept as a copy.
	inStore(two, `s.openCursor().onsuccess = (e) => { const c = e.target.result; if (c) { c.update({...c.value, rev: c.value.rev + 5}); c.continue(); } };`)
	two.Type(at("/title", "input"), "！")
	until(t, two, `document.getElementById("note-tab")`)
	two.Eval(`location.hash = "#/"`, nil)
	until(t, two, `document.querySelectorAll(".drafts li").length === 2`)
	if text := two.Text(".drafts"); !strings.Contains(text, "两个标签页的项目！") {
		t.Errorf("the copy is not there: %s", text)
	}
}

// TestWithoutAStoreTheDraftIsDownloaded works where the browser keeps nothing:
// first it has no room, then it allows no store at all.
func TestWithoutAStoreTheDraftIsDownloaded(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 390)
	// Leaving would be asked about, which nobody answers here.
	p.Eval(`addEventListener("beforeunload", (e) => e.stopImmediatePropagation(), true)`, nil)
	note := func(words, text string) {
		t.Helper()
		begin(t, p)
		p.Type(at("/title", "input"), text)
		until(t, p, `document.getElementById("note-store")?.innerText.includes("`+words+`")`)
		p.Eval(`location.hash = "#/"`, nil)
		until(t, p, `document.querySelector(".drafts")`)
		if list := p.Text(".drafts"); !strings.Contains(list, text) {
			t.Errorf("back on the first screen, %s is not among %s", text, list)
		}
		p.Eval(`globalThis.draft = null; URL.createObjectURL = (blob) => { blob.text().then((text) => { draft = text; }); return "#"; }; HTMLAnchorElement.prototype.click = () => {}`, nil)
		p.Click("#note-store button, .drafts button")
		until(t, p, `draft`)
		var kept string
		if p.Eval(`draft`, &kept); !strings.Contains(kept, text) {
			t.Errorf("downloaded is %s", kept)
		}
	}
	p.Eval(`IDBObjectStore.prototype.real = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function () { Object.defineProperty(this.transaction, "error", {value: new DOMException("full", "QuotaExceededError")}); this.transaction.abort(); }`, nil)
	note("存储空间满了", "没有地方存的项目")
	p.Eval(`IDBObjectStore.prototype.put = IDBObjectStore.prototype.real; IDBFactory.prototype.open = function () { throw new DOMException("no", "SecurityError"); }`, nil)
	note("不允许保存草稿", "不许保存的项目")

	// The file is a draft again, dropped on the first screen of a browser that has
	// none; a broken one is refused.
	drop := func(text string) {
		p.Eval(fmt.Sprintf(`(() => { const d = new DataTransfer(); d.items.add(new File([%s], "draft.json")); document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})); })()`, text), nil)
	}
	p.Eval(`location.hash = "#/"; globalThis.kept = draft`, nil)
	until(t, p, `document.querySelector(".choices")`)
	drop(`kept.replace("content/projects", "content/../projects").replace(/"form"/g, '"from"')`)
	until(t, p, `document.querySelector(".open .finding-error:not(:empty)")`)
	p.Eval(`location.hash = "#/"`, nil)
	until(t, p, `document.querySelector(".choices")`)
	drop(`"{}"`)
	until(t, p, `document.querySelector(".open .finding-error")?.innerText.includes("没有找到台账的表单或草稿")`)
	drop(`kept`)
	until(t, p, `document.querySelector("[data-ptr='/title'] input")?.value === "不许保存的项目"`)
	if e := p.ConsoleErrors(); len(e) > 0 {
		t.Errorf("console: %v", e)
	}
}

// TestWithoutTheJudgeNothingIsLost fills in while the checker cannot be had.
func TestWithoutTheJudgeNothingIsLost(t *testing.T) {
	b := browser.Open(t)
	base := fillBase(t)
	broken := fillProxy(t, base, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "worker") {
			http.Error(w, "gone", http.StatusNotFound)
			return true
		}
		return false
	})
	p := fillPage(t, b, broken, 390)
	until(t, p, `document.getElementById("note-judge") && document.getElementById("note-judge").innerText.includes("重试")`)
	begin(t, p)
	p.Type(at("/title", "input"), "没有检查程序也能填")
	until(t, p, `document.getElementById("fill-saved").innerText.includes("已保存")`)
	p.Eval(`location.hash = location.hash.replace(/0$/, "send")`, nil)
	until(t, p, `document.getElementById("fill").innerText.includes("现在不能提交")`)
}

// TestASlowNetworkIsTold loads the page over a poor line.
func TestASlowNetworkIsTold(t *testing.T) {
	b := browser.Open(t)
	slow := fillProxy(t, fillBase(t), func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "worker") || strings.Contains(r.URL.Path, "/forms") {
			time.Sleep(2 * time.Second)
		}
		return false
	})
	p := fillPage(t, b, slow, 390)
	begin(t, p)
	p.Type(at("/title", "input"), "先填后查的项目")
	until(t, p, `document.querySelector(".draft-nav .count")`)
	until(t, p, `!document.getElementById("note-judge")`)
}

// TestAProjectIsOpenedForItsNextStep hands the page the files of a project.
func TestAProjectIsOpenedForItsNextStep(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 1280)
	files := recordsOf(t, "2027-jyj-01")
	files["index.md"] = strings.Replace(files["index.md"], "---\n", "---\n# 手工加的注释\n", 1)
	opened(t, p, "2027-jyj-01", files)
	if text := p.Text("#fill"); !strings.Contains(text, "现在的状态") {
		t.Errorf("%.1000s", text)
	}
	p.Eval(`location.reload()`, nil)
	until(t, p, `document.querySelector(".step-list button")`)
	p.Click(".step-list button")
	until(t, p, `document.querySelector(".sheet-fields")`)
	p.Eval(`location.hash = location.hash.replace(/\d+$/, "send")`, nil)
	until(t, p, `document.querySelector(".file-list")`)
	var text string
	p.Eval(`[...document.querySelectorAll(".file-list > li")].find((li) => li.querySelector(".sub").textContent.includes("index.md")).querySelector("pre").textContent`, &text)
	was, now := strings.Split(files["index.md"], "\n"), strings.Split(text, "\n")
	var changed []string
	for i := range min(len(was), len(now)) {
		if was[i] != now[i] {
			changed = append(changed, now[i])
		}
	}
	if len(was) != len(now) || len(changed) != 1 || changed[0] != "state: S50" {
		t.Errorf("index.md changes %q:\n%s", changed, text)
	}
}

// TestEveryFormIsAccessible opens each form with all its parts at phone width.
func TestEveryFormIsAccessible(t *testing.T) {
	axe := browser.Axe(t)
	b := browser.Open(t)
	p := fillPage(t, b, fillBase(t), 390)
	begin(t, p)
	var names []string
	p.Eval(`fetch("/fill/forms.json").then((r) => r.json()).then((o) => o.forms.map((f) => f.name))`, &names)
	if len(names) < 20 {
		t.Fatalf("forms %v", names)
	}
	p.Eval(`location.hash = "#/"`, nil)
	until(t, p, `document.querySelector(".drafts")`)
	for _, lang := range []string{"zh", "en"} {
		if lang == "en" { // the longest ones: what differs is the width of words
			names = []string{"index", "declaration", "change", "decommission"}
		}
		for _, name := range names {
			inStore(p, fmt.Sprintf(`s.put({id: "x%[1]s%[2]s", rev: 1, saved: Date.now(), project: "2027-jyj-01", base: {}, attachments: {}, docs: [{path: "content/projects/2027/jyj/01/%[1]s.md", form: "%[1]s", values: {}, body: "", asked: true}]});`, name, lang))
			p.Eval(fmt.Sprintf(`document.documentElement.dataset.lang = %q; location.hash = "#/d/x%s%s/0"`, lang, name, lang), nil)
			until(t, p, `document.querySelector(".sheet-fields") && document.querySelector(".draft-nav a[aria-current]").href === location.href`)
			p.Eval(`(async () => { for (let n = 0; n < 6; n++) { document.querySelectorAll("details").forEach((d) => { d.open = true; });
				const closed = document.querySelectorAll(".ff-closed button"); if (!closed.length) break; while (document.querySelector(".ff-closed button")) document.querySelector(".ff-closed button").click(); } })()`, nil)
			var wide bool
			if p.Eval("document.documentElement.scrollWidth > innerWidth", &wide); wide {
				t.Errorf("%s %s scrolls sideways", name, lang)
			}
			for _, v := range p.Violations(axe) {
				t.Errorf("%s %s: %s: %s: %s", name, lang, v.ID, v.Help, strings.Join(v.Nodes, " | "))
			}
			p.Eval(`location.hash = "#/drafts"`, nil)
			until(t, p, `document.querySelector(".drop")`)
		}
	}
	p.Dark()
	for hash, there := range map[string]string{"#/": ".choices", "#/new": "[role=combobox]", "#/open": ".drop", "#/drafts": ".drafts", "#/d/xdeclarationen/0": ".sheet-fields", "#/d/xdeclarationen/send": ".file-list"} {
		p.Eval(fmt.Sprintf(`location.hash = %q`, hash), nil)
		until(t, p, fmt.Sprintf(`document.querySelector(%q)`, there))
		for _, v := range p.Violations(axe) {
			t.Errorf("%s dark: %s: %s: %s", hash, v.ID, v.Help, strings.Join(v.Nodes, " | "))
		}
	}
	if e := p.ConsoleErrors(); len(e) > 0 {
		t.Errorf("console: %v", e)
	}
}

// TestAnotherLanguageKeepsWhatIsTyped changes the language in the middle.
func TestAnotherLanguageKeepsWhatIsTyped(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 1280)
	begin(t, p)
	p.Type(at("/title", "input"), "双语项目")
	p.Click(`.prefs button[data-value="en"]`)
	until(t, p, `document.querySelector(".fill-actions .main-button").innerText === "Check and go on"`)
	var now []string
	p.Eval(`[document.querySelector("[data-ptr='/title'] .ff-label").innerText, document.querySelector("[data-ptr='/title'] input").value]`, &now)
	if !strings.HasPrefix(now[0], "Project title") || now[1] != "双语项目" {
		t.Errorf("%q", now)
	}
	p.Click(".fill-actions .main-button")
	until(t, p, `!document.getElementById("fill-summary").hidden`)
	if text := p.Text("#fill-summary"); !strings.Contains(text, "to mend") || !strings.Contains(text, "is missing") {
		t.Errorf("the summary: %s", text)
	}
	p.Click(`.prefs button[data-value=""]`)
}

// TestTheFormPageIsLight holds what the page loads before a form is chosen,
// the judge and the forge's part apart, to 30 KB.
func TestTheFormPageIsLight(t *testing.T) {
	dir := builtSite(t)
	total := 0
	for _, pattern := range []string{"js/fill.*.js", "css/fill.*.css", "fill/forms.json"} {
		names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil || len(names) != 1 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		data, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		z.Write(data)
		z.Close()
		t.Logf("%s: %d bytes, %d packed", pattern, len(data), packed.Len())
		total += packed.Len()
	}
	if total > 30_000 {
		t.Errorf("the form page weighs %d bytes packed", total)
	}
}

// opened hands the page the files of a project of the sample, as one who picks
// them, and waits for what can be done next.
func opened(t *testing.T, p *browser.Page, id string, files map[string]string) {
	t.Helper()
	p.Eval(`location.hash = "#/open"`, nil)
	until(t, p, `document.getElementById("open-id")`)
	p.Type("#open-id", id)
	data, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	p.Eval(`(() => { const d = new DataTransfer(), files = `+string(data)+`;
		for (const [name, text] of Object.entries(files)) d.items.add(new File([text], name));
		const i = document.getElementById("pick-files"); i.files = d.files; i.dispatchEvent(new Event("change")); })()`, nil)
	until(t, p, `document.querySelector(".step-list button")`)
}

// recordsOf reads the records of a project of the sample.
func recordsOf(t *testing.T, id string) map[string]string {
	t.Helper()
	dir := filepath.Join(repoRoot, "content/projects", strings.ReplaceAll(id, "-", "/"))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Skipf("%v: not the sample's records", err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if data, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil && strings.HasSuffix(e.Name(), ".md") {
			files[e.Name()] = string(data)
		}
	}
	return files
}

// TestAFailedRequestKeepsEverything lets the forge fail, then answer.
func TestAFailedRequestKeepsEverything(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 390)
	p.Eval(`globalThis.sent = []; globalThis.Submit = {ready: Promise.resolve(), zip: async () => new Blob(), available: async () => ({how: "api", sign: "oauth", signedIn: sent.length !== 1, url: "https://forge.example"}),
		signIn: async () => { sent.push("signed in"); },
		send: async (r, tell) => { tell({step: 1, of: 3, zh: "新建分支", en: "branch"}); sent.push(r); if (sent.length < 3) throw {zh: "登录已过期", en: "signed out", retry: "signIn"}; return {url: "https://forge.example/pulls/7"}; }}`, nil)
	opened(t, p, "2027-wjw-01", recordsOf(t, "2027-wjw-01"))
	p.Eval(`[...document.querySelectorAll(".step-list li")].find((li) => li.innerText.includes("index.md")).querySelector("button").click()`, nil)
	until(t, p, `document.getElementById("fill-body")`)
	p.Type("#fill-body", "补充一句介绍。")
	p.Eval(`location.hash = location.hash.replace(/\d+$/, "send")`, nil)
	until(t, p, `document.querySelector(".send-do button")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-note").innerText.includes("登录已过期")`)
	if text := p.Text(".send-note"); !strings.Contains(text, "填的内容都还在") {
		t.Errorf("after a failure: %s", text)
	}
	until(t, p, `document.querySelector(".send-do button").innerText.includes("登录")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-do button").innerText.includes("提交")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-note a")`)
	var request struct {
		Branch, Title string
		Files         []struct{ Path, Text, Was string }
	}
	p.Eval(`sent[2]`, &request)
	if request.Branch != "fill/2027-wjw-01-edit" || len(request.Files) != 1 || !strings.Contains(request.Files[0].Text, "补充一句介绍。") || request.Files[0].Was == "" || request.Files[0].Path != "content/projects/2027/wjw/01/index.md" {
		t.Errorf("the request: %+v", request)
	}
	if text := p.Text(".send-note"); !strings.Contains(text, "https://forge.example/pulls/7") {
		t.Errorf("after success: %s", text)
	}

	// Meanwhile another has changed the same file. What only they changed is taken
	// in, what only the person changed stays, and what both did is named.
	p.Eval(fmt.Sprintf(`globalThis.sent = []; Submit.send = async (r) => { sent.push(r); if (sent.length < 2) throw {zh: "文件已被别人改过", en: "changed meanwhile", status: 409, retry: "read", paths: [r.files[0].path]}; return {url: "https://forge.example/pulls/9"}; };
		Submit.available = async () => ({how: "api", sign: "oauth", signedIn: true, url: "https://forge.example"}); Submit.read = async () => %q`,
		strings.Replace(request.Files[0].Was, "\norigin: ", "\nleadUnit: wxb\norigin: ", 1)), nil)
	p.Eval(`dispatchEvent(new Event("hashchange"))`, nil)
	until(t, p, `document.querySelector(".send-do button")?.innerText.includes("提交") && !document.querySelector(".send-note a")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-note").innerText.includes("文件已被别人改过")`)
	p.Click(".send-note button")
	until(t, p, `document.querySelector(".send-note").innerText.includes("已读入别人的修改") && !document.querySelector(".send-do")`)
	p.Eval(`dispatchEvent(new Event("hashchange"))`, nil)
	until(t, p, `document.querySelector(".file-list pre")?.textContent.includes("leadUnit: wxb") && document.querySelector(".send-do button")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-note a")`)
	p.Eval(`sent[1]`, &request)
	if f := request.Files[0]; !strings.Contains(f.Text, "leadUnit: wxb") || !strings.Contains(f.Text, "补充一句介绍。") || !strings.Contains(f.Was, "leadUnit: wxb") {
		t.Errorf("after taking in what others filed: %+v", request)
	}
}

// TestRowsAndFilesOfAForm works on lists with the keyboard and attaches a file.
func TestRowsAndFilesOfAForm(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 1280)
	begin(t, p)
	p.Eval(`location.hash = location.hash.replace(/0$/, "1")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/plannedSchedule']")`)
	p.Type(at("/plannedSchedule/0/name", "input"), "甲")
	add := `[data-ptr="/plannedSchedule"] > button`
	p.Eval(fmt.Sprintf("document.querySelector(%q).focus()", add), nil)
	p.Press("\r")
	p.Press("乙") // the focus is in the new row
	tabTo(t, p, `[data-ptr="/plannedSchedule"] li:nth-child(2) > .ff-tools .up`)
	p.Press("\r")
	var now struct {
		Names []string
		Focus string
	}
	look := `({Names: [...document.querySelectorAll("[data-ptr$='/name'] input")].map((i) => i.value), Focus: document.activeElement.getAttribute("aria-label") || ""})`
	if p.Eval(look, &now); strings.Join(now.Names, "") != "乙甲" || now.Focus != "把第 1 项下移" {
		t.Errorf("after moving up: %+v", now)
	}
	tabTo(t, p, `[data-ptr="/plannedSchedule"] li:first-child > .ff-tools .remove`)
	p.Press("\r")
	if p.Eval(look, &now); strings.Join(now.Names, "") != "甲" || now.Focus != "删除第 1 项" {
		t.Errorf("after deleting: %+v", now)
	}
	p.Eval(`(() => { const f = document.querySelector("[data-ptr='/documents']"); f.closest("details").open = true; f.querySelector("button").click();
		const d = new DataTransfer(); d.items.add(new File(["扫描件"], "会议纪要 2026.TXT")); const i = document.querySelector("[data-ptr='/documents/0'] input[type=file]"); i.files = d.files; i.dispatchEvent(new Event("change")); })()`, nil)
	until(t, p, `document.querySelector("[data-ptr='/documents/0/sha256'] input").value`)
	var doc []string
	p.Eval(`["file", "sha256", "title"].map((k) => document.querySelector("[data-ptr='/documents/0/" + k + "'] input").value)`, &doc)
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte("扫描件"))); doc[0] != "files/2026.txt" || doc[1] != want || doc[2] != "会议纪要 2026" {
		t.Errorf("the document: %q", doc)
	}
	p.Eval(`location.hash = location.hash.replace(/1$/, "send")`, nil)
	until(t, p, `[...document.querySelectorAll(".file-list .sub")].some((s) => s.innerText.includes("files/2026.txt"))`)
}

// TestContactsAreNeverInADraft types contact persons where they are sealed, and
// opens what the page has sealed.
func TestContactsAreNeverInADraft(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealed := fillProxy(t, fillBase(t), func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/fill/forms.json":
			data, err := os.ReadFile(filepath.Join(builtSite(t), "fill/forms.json"))
			if err != nil {
				t.Error(err)
			}
			w.Write(bytes.Replace(data, []byte(`"contacts":"outside"`), []byte(`"contacts":"sealed"`), 1))
		case strings.HasPrefix(r.URL.Path, "/fill/definitions."):
			w.Write(withRecipient(t, filepath.Join(builtSite(t), filepath.FromSlash(r.URL.Path)), key))
		default:
			return false
		}
		return true
	})
	p := fillPage(t, browser.Open(t), sealed, 390)
	begin(t, p)
	p.Eval(`location.hash = location.hash.replace(/0$/, "contacts")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/people/0/mobile']")`)
	p.Type(at("/people/0/name", "input"), "示例乙某")
	p.Type(at("/people/0/mobile", "input"), "13900000000")
	p.Eval(`location.hash = location.hash.replace(/contacts$/, "0")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/title']")`)
	p.Type(at("/title", "input"), "有联络人的项目")
	until(t, p, `document.getElementById("fill-saved").innerText.includes("已保存")`)
	var kept string
	p.Eval(`new Promise((done) => { const r = indexedDB.open("taizhang-fill"); r.onsuccess = () => { r.result.transaction("drafts").objectStore("drafts").getAll().onsuccess = (e) => done(JSON.stringify(e.target.result) + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})); }; })`, &kept)
	if !strings.Contains(kept, "有联络人的项目") || strings.Contains(kept, "13900000000") || strings.Contains(kept, "示例乙某") {
		t.Errorf("the browser keeps %s", kept)
	}
	p.Eval(`location.hash = location.hash.replace(/0$/, "contacts")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/people/0/mobile']")`)
	var mobile string
	if p.Eval(`document.querySelector("[data-ptr='/people/0/mobile'] input").value`, &mobile); mobile != "13900000000" {
		t.Errorf("coming back, the mobile number is %q", mobile)
	}
	p.Type(at("/people/0/dept", "input"), "办公室")
	p.Type(at("/people/0/post", "input"), "科员")
	p.Click(".fill-actions .main-button")
	until(t, p, `document.querySelector("#fill .aside-good")`)
	p.Eval(`globalThis.packed = ""; globalThis.Submit = {ready: Promise.resolve(), available: async () => ({how: "manual"}), zip: async (list) => { packed = JSON.stringify(list); return new Blob(); }}`, nil)
	p.Eval(`location.hash = location.hash.replace(/contacts$/, "send")`, nil)
	until(t, p, `[...document.querySelectorAll(".file-list .sub")].some((s) => s.textContent.includes("contacts.age"))`)
	p.Click(".file-list + .fill-actions button")
	until(t, p, `packed`)
	var packed string
	if p.Eval(`packed`, &packed); !strings.Contains(packed, "contacts.age") || strings.Contains(packed, "13900000000") || strings.Contains(packed, "示例乙某") {
		t.Errorf("what is taken away is %s", packed)
	}
	var text string
	p.Eval(`[...document.querySelectorAll(".file-list > li")].find((li) => li.querySelector(".sub").textContent.includes("contacts.age")).querySelector("pre").textContent`, &text)
	open, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), key)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	clear, err := io.ReadAll(open)
	if err != nil || !bytes.Contains(clear, []byte("13900000000")) || !bytes.Contains(clear, []byte("示例乙某")) {
		t.Errorf("sealed is %s, %v", clear, err)
	}

	// The command opens it as well, in the registry that the files went into.
	root := t.TempDir()
	for _, dir := range []string{"schemas", "data"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join(repoRoot, dir))); err != nil {
			t.Fatal(err)
		}
	}
	settings, err := os.ReadFile(filepath.Join(repoRoot, "data/registry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var sent []struct{ Path, Text string }
	if err := json.Unmarshal([]byte(packed), &sent); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"key": key.String() + "\n", "data/recipients.yaml": recipients(key),
		"data/registry.yaml": strings.Replace(string(settings), "contacts: outside", "contacts: sealed", 1)}
	project := ""
	for _, f := range sent {
		files[f.Path] = f.Text
		project = strings.ReplaceAll(strings.TrimPrefix(filepath.Dir(f.Path), "content/projects/"), "/", "-")
	}
	for name, text := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	streams := &cli.IO{In: strings.NewReader(""), Out: &out, Err: &errs, Env: func(string) string { return "" }, Dir: root}
	if code := cli.Main([]string{"contacts", "open", project, "-i", "key", "--pipe"}, streams); code != 0 || !strings.Contains(out.String(), "13900000000") {
		t.Errorf("taizhang contacts open %s ends with %d:\n%s%s", project, code, out.String(), errs.String())
	}
}

// recipients is the register of keys with one of them.
func recipients(key *age.X25519Identity) string {
	return "recipients:\n  - {unit: dsjj, key: " + key.Recipient().String() + "}\n"
}

// withRecipient is the bundle of definitions of a registry that seals contacts.
func withRecipient(t *testing.T, bundle string, key *age.X25519Identity) []byte {
	t.Helper()
	data, err := os.ReadFile(bundle)
	if err != nil {
		t.Error(err)
		return nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Error(err)
		return nil
	}
	var defs struct {
		Version int               `json:"version"`
		Files   map[string]string `json:"files"`
	}
	if err := json.NewDecoder(z).Decode(&defs); err != nil {
		t.Error(err)
	}
	defs.Files["data/registry.yaml"] = strings.Replace(defs.Files["data/registry.yaml"], "contacts: outside", "contacts: sealed", 1)
	defs.Files["data/recipients.yaml"] = recipients(key)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if err := json.NewEncoder(w).Encode(defs); err != nil {
		t.Error(err)
	}
	w.Close()
	return out.Bytes()
}

// TestANumberThatIsTakenIsReplaced lets the forge say that a project's number is
// taken.
func TestANumberThatIsTakenIsReplaced(t *testing.T) {
	p := fillPage(t, browser.Open(t), fillBase(t), 1280)
	begin(t, p)
	p.Eval(`globalThis.sent = []; globalThis.Submit = {ready: Promise.resolve(), zip: async () => new Blob(), available: async () => ({how: "api", sign: "oauth", signedIn: true, url: "https://forge.example"}),
		list: async (dir) => ["01", "02", "05"].map((n) => dir + n + "/index.md"),
		send: async (r) => { sent.push(r); if (sent.length < 2) throw {zh: "编号已被使用", en: "taken", retry: "number"}; return {url: "https://forge.example/pulls/8"}; }}`, nil)
	inStore(p, `s.put({id: "clean", rev: 1, saved: Date.now(), project: "2027-jyj-01", base: {}, attachments: {}, docs: [
		{path: "content/projects/2027/jyj/01/index.md", form: "index", body: "介绍。", values: {title: "校园安防平台（示例）", implementingUnit: "jyj", origin: "年度计划", category: "新建", systemKind: ["业务系统"], scopeBasis: "直接适用", state: "S10"}},
		{path: "content/projects/2027/jyj/01/declaration.md", form: "declaration", body: "", values: {planYear: 2027, submittedOn: "2026-08-20", proposedBy: "jyj", unitHead: "示例甲", officePhone: "0517-00000001", estimate: 128.5, fundingNature: "区级财政投资",
			basis: [{kind: "应用需求", text: "校园安全防范"}], content: "建设覆盖全区中小学的校园安防平台，接入视频、门禁和一键报警，统一告警处置。", expectedOutcome: "五分钟到场。", plannedSchedule: [{name: "完成采购", due: "2027-06-30"}], attestation: {unit: "jyj", on: "2026-08-20"}}}]});`)
	p.Eval(`location.hash = "#/d/clean/send"`, nil)
	until(t, p, `document.querySelector(".send-do button")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-note").innerText.includes("编号已被使用")`)
	p.Click(".send-note button")
	until(t, p, `document.querySelector(".file-list").innerText.includes("2027/jyj/06/declaration.md")`)
	p.Click(".send-do button")
	until(t, p, `document.querySelector(".send-note a")`)
}
