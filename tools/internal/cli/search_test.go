package cli_test

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/site"
)

func TestSearchFindsByAnyPublicWord(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	var form struct{ Action, Method, Name string }
	b.Page(base+"/", 390, 900).Eval(`(() => {
		const f = document.querySelector("main form");
		return {Action: new URL(f.action).pathname, Method: f.method, Name: f.querySelector("input").name};
	})()`, &form)
	if form.Action != "/search/" || form.Method != "get" || form.Name != "q" {
		t.Errorf("the search box of the home page leads to %+v", form)
	}
	for query, want := range map[string]string{
		"统管": "2025-dsjj-01", "一网统管中心": "2025-dsjj-01", // without its quotation marks
		"2025-dsjj-01": "2025-dsjj-01", "ＤＳＪＪ": "2025-dsjj-01",
		"区民政局": "2024-mzj-01", "清江浦区民政局": "2024-mzj-01",
		"QJP-DSJJ-202506": "2025-dsjj-01", "淮示例政发[2024]5号": "2025-dsjj-01",
		"会商 终端":      "2025-dsjj-01",
		"城市一网统管指挥中心": "2025-dsjj-01", // no text has it as a whole
		"民政局":        "实施单位 Unit：区民政局",
		"<b>":        "没有找到",
	} {
		page := b.Page(base+"/search/?q="+url.QueryEscape(query), 390, 900)
		if text := page.Text("main"); !strings.Contains(text, want) {
			t.Errorf("searching %q does not show %s:\n%.300s", query, want, text)
		}
		if want == "没有找到" && len(page.Text("#help")) == 0 {
			t.Errorf("searching %q gives no advice", query)
		}
		if e := page.ConsoleErrors(); len(e) > 0 {
			t.Errorf("searching %q: console: %v", query, e)
		}
	}
}

// shown is what a reader sees of a search.
type shown struct {
	Address, Status, Focus string
	Titles, Chosen, Marked []string
	List                   bool // the list that works without script
}

// look waits until the search rests: typing is answered after a short pause.
func look(page *browser.Page) shown {
	page.Eval(`new Promise((done) => {
		let quiet = 0;
		const again = () => {
			quiet = document.querySelector("#results[aria-busy]") ? 0 : quiet + 1;
			if (quiet > 10) done(); else setTimeout(again, 50);
		};
		again();
	})`, nil)
	var s shown
	page.Eval(`(() => {
		const texts = (of) => Array.from(document.querySelectorAll(of)).map((e) => e.innerText);
		const list = document.getElementById("list");
		return {Address: decodeURIComponent(location.pathname + location.search), Status: document.getElementById("status").innerText,
			Focus: document.activeElement.id, Titles: texts(".result-title"), Chosen: texts("#chosen button"), Marked: texts("#results mark"),
			List: Boolean(list && list.checkVisibility())};
	})()`, &s)
	return s
}

func TestFiltersStandInTheAddressAndCanBeTakenBack(t *testing.T) {
	page := browser.Open(t).Page(serveDir(t, builtSite(t))+"/projects/", 1280, 900)
	if s := look(page); !s.List || len(s.Titles) > 0 {
		t.Fatalf("before anything is asked the plain list should show: %+v", s)
	}
	page.Type("#q", "平台")
	first := look(page)
	if first.List || first.Address != "/projects/?q=平台" || len(first.Titles) != 10 || len(first.Marked) < 10 {
		t.Fatalf("after typing: %+v", first)
	}
	var title string
	if page.Eval(`document.title`, &title); !strings.HasPrefix(title, "平台 - ") {
		t.Errorf("the title is %q", title)
	}
	var count string
	page.Eval(`document.querySelector('#f-year-2025').closest("label").querySelector(".n").innerText`, &count)
	page.Click("#f-year-2025")
	chosen := look(page)
	if chosen.Address != "/projects/?q=平台&year=2025" || !strings.Contains(chosen.Status, "找到 "+count+" 个") || len(chosen.Chosen) != 2 {
		t.Errorf("after choosing a year that counts %s: %+v", count, chosen)
	}
	if chosen.Focus != "f-year-2025" {
		t.Errorf("the focus went to %q", chosen.Focus)
	}
	page.Eval(`history.back()`, nil)
	if s := look(page); s.Address != first.Address || s.Status != first.Status {
		t.Errorf("back: %+v", s)
	}
	page.Eval(`history.forward()`, nil)
	if s := look(page); s.Address != chosen.Address || s.Status != chosen.Status {
		t.Errorf("forward: %+v", s)
	}
	page.Click("#chosen li:last-child button")
	if s := look(page); !s.List || s.Address != "/projects/" {
		t.Errorf("after clearing all: %+v", s)
	}
}

// TestQuestionsAreAnsweredByFilters asks what a journalist would: which education
// projects of 2026 came to 200 万元, and had they supervision.
func TestQuestionsAreAnsweredByFilters(t *testing.T) {
	page := browser.Open(t).Page(serveDir(t, builtSite(t))+"/projects/", 1280, 900)
	got := look(page)
	for _, id := range []string{"f-sector-jyj", "f-year-2026", "f-amount-200-"} {
		page.Click("#" + id)
		got = look(page) // the filters are drawn anew
	}
	if got.Address != "/projects/?sector=jyj&year=2026&amount=200-" || len(got.Titles) != 1 || got.Titles[0] != "智慧教育云平台建设（二期）" {
		t.Errorf("%+v", got)
	}
	expiring := browser.Open(t).Page(serveDir(t, builtSite(t))+"/search/?due=D-14", 390, 900)
	if s := look(expiring); len(s.Titles) != 5 || !slices.Contains(s.Titles, "农村集体“三资”监管平台") {
		t.Errorf("contracts that end within a year: %+v", s)
	}
	var supervision []string
	page.Eval(`[...document.querySelectorAll('[id^="f-supervision-"]')].map(e => e.id.slice(14) + " " + e.closest("label").querySelector(".n").innerText)`, &supervision)
	if !slices.Equal(supervision, []string{"none 0", "supervised 0", "exempt 1", "before 0"}) {
		t.Errorf("their supervision: %q", supervision)
	}
}

// TestResultsLeadToContractorsAndBecomeATable asks what a company got, and saves
// what was found.
func TestResultsLeadToContractorsAndBecomeATable(t *testing.T) {
	b, base := browser.Open(t), serveDir(t, builtSite(t))
	page := b.Page(base+"/search/?q="+url.QueryEscape("示例聚远"), 390, 900)
	found := look(page)
	var to []string
	page.Eval(`[...document.querySelectorAll("#results .snippet a.own")].map(a => new URL(a.href).pathname)`, &to)
	if len(found.Titles) != 3 || len(to) != 3 || !strings.HasPrefix(to[0], "/contractors/91") || to[1] != to[0] {
		t.Fatalf("%+v leads to %q", found, to)
	}
	var table string
	page.Eval(`new Promise((done) => {
		URL.createObjectURL = (blob) => { blob.arrayBuffer().then(b => done(new TextDecoder("utf-8", {ignoreBOM: true}).decode(b))); return "#"; };
		document.getElementById("save").click();
	})`, &table)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff"))).ReadAll()
	if err != nil || !strings.HasPrefix(table, "\ufeff项目编号,项目名称,") || len(rows) != 4 {
		t.Fatalf("%v: %q", err, table)
	}
	for i, row := range rows[1:] {
		if row[1] != found.Titles[i] || !strings.Contains(row[8], "示例聚远") || !strings.HasSuffix(row[9], "/projects/"+strings.ReplaceAll(row[0], "-", "/")+"/") {
			t.Errorf("row %d: %q", i, row)
		}
	}
	if text := b.Page(base+to[0], 390, 900).Text("main"); !strings.Contains(text, "1,334.90") {
		t.Errorf("the contractor's page: %.300s", text)
	}
}

func TestQuotedUnitsLeadToTheirPages(t *testing.T) {
	b, base := browser.Open(t), serveDir(t, builtSite(t))
	for query, want := range map[string]string{"清江街道": "/units/qingjiang/", "区民政局": "/units/mzj/"} {
		page := b.Page(base+"/search/?q="+url.QueryEscape(query), 390, 900)
		s := look(page)
		var to []string
		page.Eval(`[...document.querySelectorAll("#results .snippet a")].map(a => new URL(a.href).pathname)`, &to)
		if len(s.Titles) < 3 || len(to) == 0 || slices.ContainsFunc(to, func(url string) bool { return url != want }) {
			t.Errorf("searching %s: %d results lead to %q", query, len(s.Titles), to)
		}
	}
}

// TestClosedFiltersAreNotCounted watches what a phone loads, where filters are
// folded, and unfolds them.
func TestClosedFiltersAreNotCounted(t *testing.T) {
	page := browser.Open(t).Page(serveDir(t, builtSite(t))+"/search/?q=平台", 390, 900)
	const columns = `performance.getEntriesByType("resource").filter(e => /\/f\/\d+\.bin$/.test(e.name)).length`
	if s := look(page); len(s.Titles) == 0 {
		t.Fatalf("nothing is found: %+v", s)
	}
	var before int
	page.Eval(columns, &before)
	page.Click("#facets summary")
	look(page)
	var after struct {
		Loaded int
		Counts string
	}
	page.Eval(`(async () => { for (let i = 0; i < 100 && !document.querySelector("#facet-list .n"); i++) await new Promise(r => setTimeout(r, 50));
		return {Loaded: `+columns+`, Counts: document.querySelector("#facet-list .n").innerText}; })()`, &after)
	if before != 0 || after.Loaded == 0 || after.Counts == "" {
		t.Errorf("%d files of columns before, %+v after", before, after)
	}
}

func TestSharedAddressShowsTheSame(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	address := "/search/?q=平台&stage=build&stage=operate&class=重点&sort=amount"
	s := look(b.Page(base+address, 390, 900))
	if s.Address != address || len(s.Titles) == 0 || len(s.Chosen) != 4 {
		t.Errorf("%+v", s)
	}
	if s := look(b.Page(base+"/search/?page=2", 390, 900)); len(s.Titles) != 10 {
		t.Errorf("the second page of all: %d results", len(s.Titles))
	}
}

func TestFailedLoadsAreSaidAndCanBeRetried(t *testing.T) {
	dir := builtSite(t)
	var broken atomic.Bool
	broken.Store(true)
	files := &site.Server{Dir: func() string { return dir }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() && strings.Contains(r.URL.Path, "/g/") {
			http.Error(w, "gone", http.StatusNotFound)
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	page := browser.Open(t).Page(server.URL+"/search/?q="+url.QueryEscape("平台"), 390, 900)
	if s := look(page); !strings.Contains(s.Status, "没有读到") || len(s.Titles) > 0 {
		t.Fatalf("a failed load: %+v", s)
	}
	broken.Store(false)
	page.Click("#help button")
	if s := look(page); !strings.Contains(s.Status, "找到") || len(s.Titles) == 0 {
		t.Errorf("after the retry: %+v", s)
	}
}

func TestListsLeadToSearchWithinThem(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	for _, p := range []string{"/projects/2025/", "/stages/build/", "/classes/key/", "/categories/new-build/"} {
		page := b.Page(base+p, 390, 900)
		total := page.Text(".total strong")
		var within string
		page.Eval(`document.querySelector(".list-search a").href`, &within)
		if s := look(b.Page(within, 390, 900)); !strings.Contains(s.Status, "找到 "+total+" 个") && !strings.Contains(s.Status, "共 "+total+" 个") {
			t.Errorf("%s lists %s projects, its search shows %+v", p, total, s)
		}
	}
}
