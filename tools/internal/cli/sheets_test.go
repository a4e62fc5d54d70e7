package cli_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registrytest"
)

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)

// plainWords undoes what fonts and readers of PDF do to a text: signs of full
// width and circled numbers come back as plain ones.
var plainWords = strings.NewReplacer("（", "(", "）", ")", "：", ":", "①", "1")

// printed gives the number of pages of a PDF, its paper and its text without
// blanks.
func printed(t *testing.T, pdf []byte) (pages int, a4 bool, text string) {
	t.Helper()
	var b strings.Builder
	if err := attach.Inspect("sheet.pdf", pdf, func(_ finding.Text, s string) { b.WriteString(s) }); err != nil {
		t.Fatal(err)
	}
	text = plainWords.Replace(strings.Join(strings.Fields(b.String()), ""))
	return len(pdfPage.FindAll(pdf, -1)), regexp.MustCompile(`/MediaBox \[0 0 59[45][.0-9]* 84[12][.0-9]*\]`).Match(pdf), text
}

// TestOfficialSheetsPrintOnA4 prints the sheets of a project from the site: one
// page each, one alone where it is linked to, private cells blank.
func TestOfficialSheetsPrintOnA4(t *testing.T) {
	b := browser.Open(t)
	base := serveDir(t, builtSite(t))
	for _, c := range []struct {
		at    string
		pages int
		has   []string
		not   []string
	}{
		{"/projects/2024/jyj/01/sheets/", 5, []string{"附件1", "附件2", "附件3", "附件4"}, []string{"返回项目页"}},
		{"/projects/2024/jyj/01/sheets/#declaration", 1, []string{"附件1", "计划申报表（2024年度）", "（盖章）：清江浦区教育局", "1,260", "2024年6月30日：完成招标采购", "①填写“区级财政投资”"}, []string{"附件2"}},
		{"/projects/2024/jyj/01/sheets/#acceptance", 1, []string{"附件4", "监理单位", "2025年9月5日", "备注：200万元（含）以上项目需填写监理单位。"}, []string{"附件1"}},
		{"/projects/2024/jyj/01/sheets/#all", 5, []string{"附件1", "附件4"}, nil},
	} {
		t.Run(c.at, func(t *testing.T) {
			page := b.Page(base+c.at, 1280, 900)
			pages, a4, text := printed(t, page.PDF())
			if pages != c.pages || !a4 {
				t.Errorf("%d pages, A4 %v; want %d", pages, a4, c.pages)
			}
			for _, w := range c.has {
				if !strings.Contains(text, plainWords.Replace(w)) {
					t.Errorf("the print lacks %q: %s", w, text)
				}
			}
			for _, w := range c.not {
				if strings.Contains(text, plainWords.Replace(w)) {
					t.Errorf("the print has %q", w)
				}
			}
		})
	}
}

// TestListsArePrintedAsTables: paper is as narrow as a tablet, but has the room that
// a phone lacks. As cards the list took thirteen pages.
func TestListsArePrintedAsTables(t *testing.T) {
	page := browser.Open(t).Page(serveDir(t, builtSite(t))+"/projects/", 390, 900)
	pages, _, text := printed(t, page.PDF())
	if pages > 5 || strings.Count(text, "更新日期") > pages {
		t.Errorf("%d pages, which name the column of dates %d times", pages, strings.Count(text, "更新日期"))
	}
}

func TestPrintMakesAPDFOfOnePage(t *testing.T) {
	if browser.Find() == "" {
		browser.Open(t) // says that it is skipped, or fails where it must not be
	}
	registrytest.NeedSample(t)
	root, err := filepath.Abs(repoRoot)
	if err != nil {
		t.Fatal(err)
	}
	for form, want := range map[string]string{"declaration": "计划申报表", "stock-2026": "存量政务信息化项目备案表", "review": "审查表", "acceptance": "竣工验收"} {
		file := filepath.Join(t.TempDir(), form+".pdf")
		var stdout, stderr bytes.Buffer
		streams := &cli.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Env: func(string) string { return "" }, Dir: root}
		if code := cli.Main([]string{"print", "2024-jyj-01", form, "--out", file}, streams); code != 0 {
			t.Fatalf("print ended with %d: %s", code, stderr.String())
		}
		pdf, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if pages, a4, text := printed(t, pdf); pages != 1 || !a4 || !strings.Contains(text, want) {
			t.Errorf("%s: %d pages, A4 %v, text %.80s", form, pages, a4, text)
		}
	}
}

// visit waits until a command that serves a page has said where, reads the page
// as a browser would, and tries what is not for others: visit LOG PAGE.
func visit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: visit LOG PAGE")
	}
	address := regexp.MustCompile(`http://[^/\s]+/`)
	base := ""
	for start := time.Now(); base == ""; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			ts.Fatalf("no address in %s", args[0])
		}
		data, _ := os.ReadFile(ts.MkAbs(args[0]))
		base = address.FindString(string(data))
	}
	ask := func(method, path, host string) (*http.Response, []byte) {
		req, err := http.NewRequest(method, base+path, nil)
		ts.Check(err)
		if host != "" {
			req.Host = host
		}
		res, err := http.DefaultClient.Do(req)
		ts.Check(err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		ts.Check(err)
		return res, body
	}
	for _, c := range []struct {
		method, path, host string
		status             int
	}{{"GET", "sheets.css", "", 200}, {"GET", "review.css", "", 200}, {"GET", "other", "", 404}, {"POST", "", "", 405},
		{"GET", "", "evil.example", 403}, {"GET", "", "127.0.0.1.evil.example", 403}} {
		if res, _ := ask(c.method, c.path, c.host); res.StatusCode != c.status {
			ts.Fatalf("%s /%s for %q: %d, want %d", c.method, c.path, c.host, res.StatusCode, c.status)
		}
	}
	res, page := ask("GET", "", "")
	if policy := res.Header.Get("Content-Security-Policy"); res.StatusCode != 200 || !strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") || strings.Contains(policy, "script") {
		ts.Fatalf("status %d, policy %q", res.StatusCode, policy)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), page, 0o644))
}
