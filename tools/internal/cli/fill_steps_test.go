package cli_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"taizhang/tools/internal/browser"
)

// clerk fills in the form page with keys alone: parts that are closed are opened
// and rows added with Enter, choices made with Space and arrows.
type clerk struct {
	*browser.Page
	t *testing.T
}

// entry is what goes into one field; text is a part of the words of a choice.
type entry struct{ ptr, text string }

// reach puts the focus on the control of a field; what stands in between is
// opened first. It gives what kind of control it is.
const reach = `((ptr, text) => {
	const of = (p) => document.querySelector('[data-ptr="' + p + '"]');
	const open = (b) => { for (let d = b.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; b.focus(); return b; };
	const steps = ptr.split("/").slice(1);
	for (let n = 1; n <= steps.length; n++) {
		const p = "/" + steps.slice(0, n).join("/"), el = of(p);
		if (el && el.matches(".ff-closed")) { open(el.querySelector("button")); return "press"; }
		if (!el) {
			const list = of("/" + steps.slice(0, n - 1).join("/"));
			const add = list && list.querySelector(":scope > button");
			if (!add) return "no " + p;
			open(add);
			return "press";
		}
	}
	const el = of(ptr), choices = [...el.querySelectorAll("input[type=radio], input[type=checkbox]")];
	if (choices.length) {
		const hit = choices.find((c) => c.closest("label").innerText.includes(text));
		if (!hit) return "no choice " + text + " in " + el.innerText;
		open(hit);
		return hit.checked ? "done" : "tick";
	}
	const c = open(el.querySelector("input, textarea, select"));
	if (c.matches("select")) {
		const at = [...c.options].findIndex((o) => o.text.includes(text));
		return at < 0 ? "no option " + text : "down " + (at - c.selectedIndex);
	}
	if (c.matches("[role=combobox]")) { c.select(); return "unit"; }
	if (c.type === "date") return "day";
	c.select();
	return "type";
})(%q, %q)`

func (c *clerk) enter(list ...entry) {
	c.t.Helper()
	for _, e := range list {
		var kind string
		for range 8 {
			if c.Eval(fmt.Sprintf(reach, e.ptr, e.text), &kind); kind != "press" {
				break
			}
			c.Press("\r")
		}
		down, _ := strings.CutPrefix(kind, "down ")
		switch {
		case kind == "type":
			c.Press(e.text)
		case kind == "day":
			c.Press(day(e.text))
		case kind == "tick":
			c.Press(" ")
		case kind == "unit":
			c.Press(e.text)
			c.Press(kb.ArrowDown)
			c.Press("\r")
		case down != kind:
			var n int
			fmt.Sscan(down, &n)
			c.Press(strings.Repeat(kb.ArrowDown, n))
		case kind != "done":
			c.t.Fatalf("%s: %s\n%.3000s", e.ptr, kind, c.Text("#fill"))
		}
	}
}

// next goes on with Enter, and lets nothing be left to mend.
func (c *clerk) next(there string) {
	c.t.Helper()
	c.Eval(`document.querySelector(".fill-actions .main-button").focus()`, nil)
	c.Press("\r")
	until(c.t, c.Page, fmt.Sprintf("document.querySelector(%q) || document.activeElement.id === 'fill-summary'", there))
	var wrong string
	if c.Eval(`document.activeElement.id === "fill-summary" ? document.activeElement.innerText : ""`, &wrong); wrong != "" {
		c.t.Fatalf("%s, left to mend: %s", c.Text("#fill-heading"), wrong)
	}
}

// done is the last screen: nothing to mend, and the files, which the command
// judges beside those that the project had.
func (c *clerk) done(had map[string]string) map[string]string {
	c.t.Helper()
	until(c.t, c.Page, `document.querySelector(".aside-good, .aside-bad")`)
	if text := c.Text("#fill-view"); !strings.Contains(text, "检查通过") {
		c.t.Fatalf("not clean:\n%.3000s", text)
	}
	var files map[string]string
	c.Eval(`Object.fromEntries([...document.querySelectorAll(".file-list > li")].map(li => [li.querySelector(".sub").textContent.split(" · ")[0], li.querySelector("pre").textContent]))`, &files)
	all := map[string]string{}
	for name, text := range had {
		all[name] = text
	}
	for name, text := range files {
		all[name] = text
	}
	judged(c.t, all)
	return files
}

// anew begins a project of an origin.
func (c *clerk) anew(origin, unit string) {
	c.t.Helper()
	c.Eval(`location.hash = "#/new"`, nil)
	until(c.t, c.Page, `document.querySelector("[role=combobox]")`)
	c.enter(entry{"/origin", origin}, entry{"/unit", unit})
	c.Eval(`document.querySelector(".main-button").focus()`, nil)
	c.Press("\r")
	until(c.t, c.Page, `document.querySelector("[data-ptr='/title']")`)
}

// step opens a project of the sample for one of its next steps, by the words of it.
func (c *clerk) step(id, words, there string) map[string]string {
	c.t.Helper()
	had := recordsOf(c.t, id)
	opened(c.t, c.Page, id, had)
	c.take(words, there)
	out := map[string]string{}
	for name, text := range had {
		out["content/projects/"+strings.ReplaceAll(id, "-", "/")+"/"+name] = text
	}
	return out
}

// take chooses one of the steps or records of the project that is open.
func (c *clerk) take(words, there string) {
	c.t.Helper()
	var found bool
	c.Eval(fmt.Sprintf(`(() => { const li = [...document.querySelectorAll(".step-list li")].find((li) => li.innerText.includes(%q)); if (!li) return false; li.querySelector("button").focus(); return true; })()`, words), &found)
	if !found {
		c.t.Fatalf("%s is not among the steps:\n%s", words, c.Text("#fill-view"))
	}
	c.Press("\r")
	until(c.t, c.Page, fmt.Sprintf("document.querySelector('[data-ptr=%q]')", there))
}

func (c *clerk) value(ptr string) (v string) {
	c.t.Helper()
	c.Eval(fmt.Sprintf(`document.querySelector('[data-ptr="%s"]').querySelector("input, select, textarea").value`, ptr), &v)
	return v
}

// TestStepsAreFilledInToTheEnd fills in what a unit does with a project, each to
// a clean result that the command accepts.
func TestStepsAreFilledInToTheEnd(t *testing.T) {
	page := fillPage(t, browser.Open(t), fillBase(t), 1280)
	now := time.Now()
	year, today := now.Format("2006"), now.Format("2006-01-02")
	const send = ".file-list"
	for _, x := range []struct {
		name string
		fill func(*clerk)
	}{
		{"ad hoc", func(c *clerk) {
			c.anew("临时性新增", "应急管理局")
			c.enter(entry{"/title", "森林防火视频值守（示例）"}, entry{"/category", "新建"}, entry{"/systemKind", "业务系统"}, entry{"/scopeBasis", "直接适用"})
			c.Type("#fill-body", "在防火期内为重点林地提供视频值守。")
			c.next(`[data-ptr="/estimate"]`)
			if v := c.value("/planYear"); v != year {
				c.t.Errorf("an ad-hoc project is declared for %s", v)
			}
			c.enter(entry{"/unitHead", "示例甲"}, entry{"/officePhone", "0517-00000001"}, entry{"/estimate", "26"}, entry{"/fundingNature", "区级财政投资"},
				entry{"/basis/0/kind", "应用需求"}, entry{"/basis/0/text", "防火期值守靠人工巡查，覆盖不足"}, entry{"/content", "在应急指挥平台内扩展视频值守模块，接入重点林地视频，火情自动告警。"}, entry{"/expectedOutcome", "火情三分钟内发现。"},
				entry{"/plannedSchedule/0/name", "上线"}, entry{"/plannedSchedule/0/due", year + "-12-31"}, entry{"/attestation/unit", "应急管理局"}, entry{"/attestation/on", today})
			c.next(`[data-ptr="/urgencyReason"]`)
			if v := c.value("/planYear"); v != year {
				c.t.Errorf("an ad-hoc project is applied for %s", v)
			}
			c.enter(entry{"/urgencyReason", "防火期已到，现有手段不能及时发现火情。"}, entry{"/attestation/unit", "应急管理局"}, entry{"/attestation/on", today})
			c.next(send)
			if files := c.done(nil); len(files) != 3 {
				c.t.Errorf("files %v", files)
			}
			c.Eval(`window.print = () => { window.paper = document.querySelector("body > .paper").textContent; }`, nil)
			c.Eval(`[...document.querySelectorAll(".fill-actions button")].find((b) => b.innerText.includes("打印")).click()`, nil)
			until(c.t, c.Page, `window.paper`)
			var paper string
			c.Eval(`window.paper`, &paper)
			for _, want := range []string{"附件1", "森林防火视频值守（示例）", "投资匡算（万元）26", "清江浦区应急管理局", "火情三分钟内发现。", "上线", "办理状态S300 "} {
				if !strings.Contains(paper, want) {
					c.t.Errorf("the print lacks %s: %s", want, paper)
				}
			}
		}},
		{"stock", func(c *clerk) {
			c.anew("存量", "城市管理局")
			c.Eval(`location.hash = location.hash.replace(/\d+$/, "send")`, nil)
			until(c.t, c.Page, `document.querySelector(".more .step-list")`)
			if text := c.Text("#fill-view"); !strings.Contains(text, "须改正") || strings.Contains(text, "检查通过") {
				c.t.Errorf("empty forms are taken for clean:\n%s", text)
			}
			c.Eval(`location.hash = location.hash.replace("send", "0")`, nil)
			until(c.t, c.Page, `document.querySelector("[data-ptr='/title']")`)
			c.enter(entry{"/title", "环卫车辆定位系统（示例）"}, entry{"/category", "新建"}, entry{"/systemKind", "业务系统"}, entry{"/scopeBasis", "直接适用"})
			c.Type("#fill-body", "环卫车辆的定位和作业监管。")
			c.next(`[data-ptr="/signedOn"]`)
			c.enter(entry{"/number", "QJP-CGJ-202306-01"}, entry{"/kind", "建设"}, entry{"/contractor/name", "淮安示例运达系统集成有限公司"}, entry{"/contractor/uscc", "913208120000010629"}, entry{"/amount", "60"}, entry{"/signedOn", "2023-06-01"}, entry{"/start", "2023-06-05"}, entry{"/end", "2027-05-31"},
				entry{"/payments/0/on", "2023-06-20"}, entry{"/payments/0/batch", "1"}, entry{"/payments/0/amount", "30"})
			c.next(`[data-ptr="/total"]`)
			if c.value("/year") != year || c.value("/filedOn") != today {
				c.t.Errorf("filed in %s on %s", c.value("/year"), c.value("/filedOn"))
			}
			c.enter(entry{"/unitHead", "示例甲"}, entry{"/officePhone", "0517-00000001"}, entry{"/total", "60"}, entry{"/contractor/name", "淮安示例运达系统集成有限公司"}, entry{"/contractor/uscc", "913208120000010629"},
				entry{"/content", "为四百二十台环卫车辆安装定位终端，建设作业监管软件一套，按年度付款。"}, entry{"/period/start", "2023-06-01"}, entry{"/period/end", "2027-05-31"}, entry{"/period/endIsPlanned", "是"},
				entry{"/payments/0/year", "2023"}, entry{"/payments/0/on", "2023-06-20"}, entry{"/payments/0/batch", "1"}, entry{"/payments/0/amount", "30"},
				entry{"/nextYearNeed", "30"}, entry{"/attestation/unit", "城市管理局"}, entry{"/attestation/on", today})
			c.next(send)
			// It is public at once, so what is published must have been looked at: a
			// field that nobody fills in unasked. The last screen leads there.
			c.Eval(`[...document.querySelectorAll(".aside-bad a")].find((a) => a.innerText.includes("公开审查")).focus()`, nil)
			c.Press("\r")
			until(c.t, c.Page, `document.activeElement.closest("[data-ptr='/disclosureReview']")`)
			c.enter(entry{"/disclosureReview/by", "城市管理局"}, entry{"/disclosureReview/on", today}, entry{"/disclosureReview/result", "可以公开"})
			c.next(`[data-ptr="/signedOn"]`)
			c.Eval(`location.hash = location.hash.replace(/\d+$/, "send")`, nil)
			until(c.t, c.Page, `document.querySelector(".file-list")`)
			c.done(nil)
		}},
		{"contract", func(c *clerk) {
			had := c.step("2026-wxb-01", "procurement.md", "/rounds")
			c.enter(entry{"/rounds/1/tenderers", "4"}, entry{"/rounds/1/awardOn", "2026-11-19"}, entry{"/rounds/1/awardUrl", "https://cg.example.com/award/2026-wxb-01"})
			c.Eval(`document.querySelector(".draft-nav a").focus()`, nil)
			c.Press("\r")
			until(c.t, c.Page, `document.querySelector(".step-list button")`)
			c.take("签订合同", "/signedOn")
			c.enter(entry{"/procurement", "QJPCG-2026-309B"}, entry{"/number", "QJP-WXB-202611-01"}, entry{"/kind", "服务"}, entry{"/contractor/name", "淮安示例运达系统集成有限公司"}, entry{"/contractor/uscc", "913208120000010629"}, entry{"/amount", "27.5"}, entry{"/signedOn", "2026-11-20"}, entry{"/start", "2026-11-23"}, entry{"/end", "2027-11-22"})
			c.next(`[data-ptr="/implementingBody"]`)
			c.enter(entry{"/implementingBody", "区委网信办网络传播科"}, entry{"/responsiblePerson/post", "区委网信办分管副主任"})
			c.next(send)
			c.done(had)
		}},
		{"change", func(c *clerk) {
			had := c.step("2026-whj-01", "change-01.md", "/requestedOn")
			c.enter(entry{"/requestedOn", "2026-11-18"}, entry{"/reason", "新馆一层增设一个出入口。"}, entry{"/description", "入馆核验闸机由六台增加到八台，品牌型号不变。"}, entry{"/amountInvolved", "4.8"}, entry{"/netDelta", "4.8"}, entry{"/involvesEquipment", "是"},
				entry{"/items/0/name", "入馆核验闸机"}, entry{"/items/0/brandBefore", "示例云帆"}, entry{"/items/0/brandAfter", "示例云帆"}, entry{"/items/0/quantityBefore", "6"}, entry{"/items/0/quantityAfter", "8"},
				entry{"/expertReview/on", "2026-11-17"}, entry{"/expertReview/organiser", "文化广电"}, entry{"/expertReview/experts", "3"}, entry{"/expertReview/result", "通过"},
				entry{"/expertReview/document/kind", "专家论证意见"}, entry{"/expertReview/document/title", "项目变更专家论证意见"}, entry{"/expertReview/document/on", "2026-11-17"}, entry{"/expertReview/document/archiveNo", "QJP-2026-WHJ01-07"},
				entry{"/opinion/kind", "论证意见"}, entry{"/opinion/title", "项目变更论证意见"}, entry{"/opinion/on", "2026-11-17"}, entry{"/opinion/archiveNo", "QJP-2026-WHJ01-08"},
				entry{"/requestReport/kind", "变更请示"}, entry{"/requestReport/title", "关于增加入馆核验闸机的请示"}, entry{"/requestReport/on", "2026-11-18"}, entry{"/requestReport/archiveNo", "QJP-2026-WHJ01-09"},
				entry{"/attestation/unit", "文化广电"}, entry{"/attestation/on", "2026-11-18"})
			c.next(`[data-ptr="/title"]`)
			c.next(send)
			c.done(had)
		}},
		{"acceptance", func(c *clerk) {
			had := c.step("2026-nyj-01", "自行组织竣工验收通过", "/procurementNumber")
			c.enter(entry{"/procurementNumber", "QJPCG-2026-075C"}, entry{"/contractors/0/name", "淮安示例农信数字科技有限公司"}, entry{"/contractors/0/uscc", "91320812000001150P"},
				entry{"/period/start", "2026-04-20"}, entry{"/period/end", "2026-11-20"}, entry{"/contractAmount", "73.5"}, entry{"/content", "资金、资产、资源、合同四个模块，覆盖全区各村。"},
				entry{"/own/0/on", "2026-11-20"}, entry{"/own/0/participants/0/role", "实施单位"}, entry{"/own/0/participants/1/role", "专家"}, entry{"/own/0/participants/1/count", "3"}, entry{"/own/0/result", "通过"}, entry{"/own/0/opinion", "功能符合合同约定，同意通过验收。"},
				entry{"/own/0/document/kind", "验收意见"}, entry{"/own/0/document/title", "自行验收意见"}, entry{"/own/0/document/on", "2026-11-20"}, entry{"/own/0/document/archiveNo", "QJP-2026-NYJ01-08"})
			c.next(`[data-ptr="/title"]`)
			c.next(send)
			c.done(had)
		}},
	} {
		t.Run(x.name, func(t *testing.T) { x.fill(&clerk{page, t}) })
	}
	if e := page.ConsoleErrors(); len(e) > 0 {
		t.Errorf("console: %v", e)
	}
}
