package cli_test

import (
	"fmt"
	"strings"
	"testing"

	"taizhang/tools/internal/browser"
)

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
