package cli_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/schema"
)

// kinds is one page of each kind that the site has.
var kinds = []string{"/", "/projects/", "/projects/2025/dsjj/01/", "/projects/2024/mzj/01/", "/projects/2024/slj/01/", "/projects/2024/jyj/01/sheets/", "/plans/", "/plans/2025/",
	"/units/", "/units/jyj/", "/departments/", "/departments/bdb/", "/contractors/", "/contractors/9132081200000102XQ/", "/statistics/",
	"/indicators/", "/indicators/missing/", "/compare/?p=2024-jyj-01&p=2024-slj-01", "/rules/", "/rules/R-053/", "/coverage/",
	"/stages/build/", "/events/", "/events/2026-01/", "/search/?q=平台", "/fill/", "/data/", "/data/contracts/", "/data/fields/", "/data/fields/acceptance/", "/guide/", "/guide/accessibility/", "/about/", "/404.html"}

// TestPagesAreAccessible lets axe-core judge one page of each kind at phone
// width, and those with most colours also in dark at desktop width. Each page is
// then read in English: no word of a fixed choice may be left in Chinese.
func TestPagesAreAccessible(t *testing.T) {
	axe := browser.Axe(t)
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	judge := func(t *testing.T, page *browser.Page) {
		for _, v := range page.Violations(axe) {
			t.Errorf("%s: %s: %s", v.ID, v.Help, strings.Join(v.Nodes, " | "))
		}
	}
	words := fixedWords(t)
	for _, p := range kinds {
		t.Run(p, func(t *testing.T) {
			page := b.Page(base+p, 390, 900)
			judge(t, page)
			var wider int
			page.Eval(`(() => {
				const root = document.documentElement;
				root.dataset.size = "large";
				const wider = root.scrollWidth - root.clientWidth;
				delete root.dataset.size;
				return wider;
			})()`, &wider)
			if wider > 0 {
				t.Errorf("in large type the page is %d wider than the screen", wider)
			}
			switch {
			case strings.HasPrefix(p, "/fill/"), strings.HasSuffix(p, "/sheets/"): // in Chinese
			case p == "/data/contracts/", strings.HasPrefix(p, "/data/fields/"): // the words as data has them, with their English
			default:
				if left := chinese(t, page, words); len(left) > 0 {
					t.Errorf("to readers of English it shows: %q", left)
				}
			}
		})
	}
	for _, p := range []string{"/", "/projects/2024/jyj/01/", "/statistics/", "/search/?q=平台", "/rules/R-031/", "/data/"} {
		t.Run(p+" dark", func(t *testing.T) {
			page := b.Page(base+p, 1280, 900)
			page.Dark()
			judge(t, page)
		})
	}
	for _, way := range []string{"lang=en", "size=large"} {
		t.Run("a project with "+way, func(t *testing.T) {
			key, value, _ := strings.Cut(way, "=")
			page := b.Page(base+"/projects/2024/jyj/01/", 390, 900)
			page.Eval(fmt.Sprintf(`document.documentElement.setAttribute("data-%s", %q)`, key, value), nil)
			judge(t, page)
		})
	}
}

// TestDisplaySettingsAreRemembered chooses a language and large type and looks
// at the next page.
func TestDisplaySettingsAreRemembered(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	page := b.Page(base+"/", 390, 900)
	both := page.Text("#latest")
	if !strings.Contains(both, "最新动态") || !strings.Contains(both, "Latest") {
		t.Errorf("at first the heading is %q, not in both languages", both)
	}
	page.Click(`.prefs button[data-value="en"]`)
	page.Click(`.prefs button[data-value="large"]`)
	var at struct {
		Lang, Size, Heading, Nav, Title, Label string
		Pressed                                int
		Font                                   float64
		Wide                                   bool
	}
	look := `({Lang: document.documentElement.dataset.lang || "", Size: document.documentElement.dataset.size || "", Heading: document.querySelector("#progress").innerText,
		Nav: document.querySelector(".mainnav a").innerText, Title: document.title, Label: document.querySelector(".inner td").dataset.en, Pressed: document.querySelectorAll('.prefs [aria-pressed="true"]').length,
		Font: parseFloat(getComputedStyle(document.documentElement).fontSize), Wide: document.documentElement.scrollWidth > innerWidth})`
	page = b.Page(base+"/projects/2024/jyj/01/", 390, 900)
	page.Eval(look, &at)
	if at.Lang != "en" || at.Size != "large" || at.Heading != "Progress" || at.Nav != "Home" || at.Title != "智慧教育云平台建设（一期） - Qingjiangpu Government IT Project Registry" || at.Label != "Class decided" || at.Pressed != 2 || at.Font != 20 || at.Wide {
		t.Errorf("the next page shows %+v", at)
	}
	page.Click(`.prefs button[data-value="zh"]`)
	page.Click(`.prefs button[data-value="large"]`)
	if page.Eval("document.title", &at.Title); at.Title != "智慧教育云平台建设（一期） - 清江浦区政务信息化项目台账" {
		t.Errorf("back in Chinese the title is %q", at.Title)
	}
	page = b.Page(base+"/projects/2024/jyj/01/", 390, 900)
	page.Eval(look, &at)
	if at.Lang != "zh" || at.Size != "" || at.Heading != "办理进度" || at.Font != 16 {
		t.Errorf("after choosing Chinese and ordinary type it shows %+v", at)
	}
	page.Click(`.prefs button[data-value=""]`)
}

// TestProjectPagesAreLight weighs the fullest page of a project with the styles and
// scripts that it loads, as it comes over the wire, and all such pages as they are.
func TestProjectPagesAreLight(t *testing.T) {
	dir := builtSite(t)
	fullest, most := "", 0
	var sizes []int
	for _, p := range pages(t, dir) {
		if strings.HasPrefix(p, "/projects/") && strings.Count(p, "/") == 5 {
			n := len(read(t, dir, p))
			if sizes = append(sizes, n); n > most {
				fullest, most = p, n
			}
		}
	}
	slices.Sort(sizes)
	_, total := weight(t, filepath.Join(dir, filepath.FromSlash(fullest), "index.html"))
	for _, load := range regexp.MustCompile(`(?:<script [^>]*src|rel="stylesheet" [^>]*href)="([^"]+)"`).FindAllStringSubmatch(read(t, dir, fullest), -1) {
		_, packed := weight(t, filepath.Join(dir, filepath.FromSlash(load[1])))
		total += packed
	}
	t.Logf("%s: %d bytes, %d packed with styles and scripts; half of %d pages have at most %d bytes", fullest, most, total, len(sizes), sizes[len(sizes)/2])
	if total > 40_000 || most > 120_000 || sizes[len(sizes)/2] > 60_000 {
		t.Errorf("%s weighs %d bytes packed, %d alone and plain; the middle page %d", fullest, total, most, sizes[len(sizes)/2])
	}
}

// weight tells how many bytes a file has, and how many of them go over the wire.
func weight(t *testing.T, file string) (plain, packed int) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(data)
	z.Close()
	return len(data), b.Len()
}

// fixedWords gives the English of the words that schemas fix.
func fixedWords(t *testing.T) map[string]string {
	t.Helper()
	words := map[string]string{"是": "Yes", "否": "No", "无": "None", "万元": "× 10,000 yuan"}
	var walk func(*schema.Field)
	walk = func(f *schema.Field) {
		for _, w := range f.Enum {
			if en := f.EnumEn[w]; en != "" && en != w {
				words[cmp.Or(f.EnumZh[w], w)] = en
			}
		}
		for _, c := range f.Fields {
			walk(c)
		}
		if f.Item != nil {
			walk(f.Item)
		}
	}
	for _, f := range judgeOf(t, repoRoot).Registry.Schemas.Forms() {
		walk(f.Root)
	}
	return words
}

// chinese returns those of the given words that a page still shows in Chinese
// to a reader who chose English.
func chinese(t *testing.T, page *browser.Page, words map[string]string) []string {
	t.Helper()
	data, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	page.Eval(`(words => {
		document.documentElement.dataset.lang = "en";
		document.querySelectorAll("details").forEach(d => d.open = true);
		const left = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const at = walk.currentNode.parentElement;
			if (!at.checkVisibility() || at.closest(".prefs, .prose, pre, [lang=en], .docs a, .result-title")) continue;
			for (const part of walk.currentNode.data.split(/[、·]/)) if (Object.hasOwn(words, part.trim())) left.add(part.trim());
		}
		return [...left];
	})(`+string(data)+`)`, &left)
	return left
}

// TestComparingSetsProjectsSideBySide follows the links of two projects.
func TestComparingSetsProjectsSideBySide(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	page := b.Page(base+"/compare/?p=2024-jyj-01&p=2024-SLJ-01&p=2027-xx-99&p=%3Cimg%3E", 390, 900)
	var got struct {
		Heads  []string
		Rows   map[string][]string
		Status string
		Wide   bool
		Inputs []string
	}
	page.Eval(`({Heads: [...document.querySelectorAll(".compare thead a[href*=projects]")].map(a => a.innerText),
		Rows: Object.fromEntries([...document.querySelectorAll(".compare tbody tr")].map(r => [r.cells[0].innerText.trim(), [...r.cells].slice(1).map(c => c.innerText.trim())])),
		Status: document.getElementById("compare-status").innerText, Wide: document.documentElement.scrollWidth > innerWidth,
		Inputs: [...document.querySelectorAll(".compare-ids input")].map(i => i.value)})`, &got)
	if len(got.Heads) != 2 || got.Heads[0] != "智慧教育云平台建设（一期）" {
		t.Errorf("heads %q", got.Heads)
	}
	if r := got.Rows["立项批复 Approval"]; len(r) != 2 || !strings.HasPrefix(r[0], "1,238.00") || r[1] != "—" {
		t.Errorf("the approvals are %q in %v", r, got.Rows)
	}
	if r := got.Rows["采购 Procurement"]; len(r) != 2 || r[0] != "2024年5月24日" {
		t.Errorf("the steps are %q", r)
	}
	if !strings.Contains(got.Status, "2027-xx-99") || !strings.Contains(got.Status, "<img>") || got.Wide || got.Inputs[1] != "2024-slj-01" {
		t.Errorf("%+v", got)
	}
	// The page of a third project brings along what was chosen.
	page = b.Page(base+"/projects/2025/dsjj/01/", 390, 900)
	var link string
	page.Eval(`sessionStorage.setItem("taizhang-compare", '["2024-jyj-01","2024-slj-01","javascript:1"]')`, nil)
	page.Eval(`(async () => { const s = document.querySelector("script[src*=project]").src; await new Promise(done => { const e = document.createElement("script"); e.src = s; e.onload = done; document.head.append(e); }); return document.querySelector(".compare-link").search; })()`, &link)
	if link != "?p=2024-jyj-01&p=2024-slj-01&p=2025-dsjj-01" {
		t.Errorf("the link leads to %q", link)
	}
}

// TestTablesThatAreShownWholeCanBeSorted sorts what a company got by amount, by
// date and back, on a phone, where the table has no head.
func TestTablesThatAreShownWholeCanBeSorted(t *testing.T) {
	page := browser.Open(t).Page(serveDir(t, builtSite(t))+"/contractors/913208120000010891/", 390, 900)
	sorted := func(by string) (out []string) {
		quoted, _ := json.Marshal(by)
		page.Eval(`(() => {
			const select = document.querySelector(".table-sort select"), option = [...select.options].find(o => o.text.startsWith(`+string(quoted)+`));
			select.value = option.value;
			select.dispatchEvent(new Event("change"));
			return [...document.querySelectorAll("table.register tbody .num:nth-child(5)")].map(e => e.textContent.trim());
		})()`, &out)
		return out
	}
	given := []string{"23.70", "83.20", "32.00", "1,196.00"} // the latest first
	for _, tt := range []struct {
		by   string
		want []string
	}{{"金额", []string{"1,196.00", "83.20", "32.00", "23.70"}}, {"签订日期", given}, {"变更", given}, {"金额", []string{"1,196.00", "83.20", "32.00", "23.70"}}, {"原来", given}} {
		if got := sorted(tt.by); !slices.Equal(got, tt.want) {
			t.Errorf("by %s: %q, want %q", tt.by, got, tt.want)
		}
	}
}

// TestPagesAreWholeWithoutScripts reads pages as they are sent: everything but
// search, comparison and display settings must be there.
func TestPagesAreWholeWithoutScripts(t *testing.T) {
	dir := builtSite(t)
	for page, wants := range map[string][]string{
		"/":                                {"近期期限", "最新动态", "/departments/", "常问的事", "/events/20", "/states/S910/"},
		"/states/S910/":                    {"省级统一建设的房屋安全管理系统"},
		"/departments/":                    {"/search/?due=D-14"},
		"/statistics/":                     {"<svg class=\"chart\" role=\"img\"", "<title", "<desc", "算法", "中位"},
		"/compare/":                        {"<noscript>", "/projects/2024/"},
		"/projects/2024/jyj/01/":           {"较批复", "-3.4%", "须经", "不能证明有问题", "/compare/?p=2024-jyj-01"},
		"/departments/bdb/":                {"等待办理", "还有"},
		"/contractors/9132081200000102XQ/": {"合同金额合计", "已付合计"},
		"/units/jyj/":                      {"分年度的金额", "当年支付", "837.20"},
		"/indicators/":                     {"单凭一项指标不能证明有问题"},
	} {
		html := read(t, dir, page)
		for _, want := range wants {
			if !strings.Contains(html, want) {
				t.Errorf("%s lacks %q", page, want)
			}
		}
	}
}
