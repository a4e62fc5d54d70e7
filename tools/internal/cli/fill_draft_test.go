package cli_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
)

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
	inStore(p, `s.openCursor().onsuccess = (e) => { const c = e.target.result; if (c) { c.update({...c.value, saved: c.value.saved - 7 * 864e5, version: "old", docs: c.value.docs.map((d) => d.form === "index" ? {...d, values: {...d.values, gone: "旧表单里的一项"}, unknown: ["gone"]} : d.form === "declaration" ? {...d, values: {...d.values, estimate: "12x"}} : d)}); c.continue(); } };`)
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
	// What is wrong in it is told before anything is touched, what is missing is not.
	p.Eval(`location.hash = location.hash.replace(/0$/, "1")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/estimate'] .finding-error")`)
	if text := p.Text("[data-ptr='/unitHead'] .ff-error"); text != "" {
		t.Errorf("what is merely missing is blamed: %s", text)
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
