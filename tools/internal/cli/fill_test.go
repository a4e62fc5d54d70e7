package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	until(t, p, `document.querySelector("[data-ptr='/title']") && document.activeElement.id === "fill-heading"`)
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
	until(t, p, `document.querySelector("[data-ptr='/estimate'] .finding-error")?.innerText.includes("应填")`) // not that it is empty, as it was at first
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
	p.Click(at("/basis", "> button"))
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
		plain, packed := weight(t, names[0])
		t.Logf("%s: %d bytes, %d packed", pattern, plain, packed)
		total += packed
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
