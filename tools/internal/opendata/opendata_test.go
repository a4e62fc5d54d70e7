package opendata

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// memory is a sink that keeps files.
type memory map[string]*bytes.Buffer

func (m memory) Create(name string) (io.WriteCloser, error) {
	if m[name] != nil {
		return nil, fmt.Errorf("%s is written twice", name)
	}
	m[name] = &bytes.Buffer{}
	return nopCloser{m[name]}, nil
}

func TestCellsThatCouldRunAsFormulasAreDefused(t *testing.T) {
	hostile := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'quoted", "''", "=cmd|' /C calc'!A1"}
	harmless := []string{"", "a=1", "12", "清江浦区", " =1", "《=》", "（-1）"}
	var b bytes.Buffer
	w, err := writeCSV(nopCloser{&b}, []string{"text", "number", "list"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(hostile, harmless...) {
		if err := w.row(row{s, json.Number("-3.2"), []string{s, "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	data, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range append(hostile, harmless...) {
		got := rows[i+1]
		want := strings.ReplaceAll(s, "\r", "") // lines end in CR LF only
		if i < len(hostile) {
			want = "'" + want
		}
		if got[0] != want {
			t.Errorf("%q is written as %q", s, got[0])
		}
		if first := strings.IndexAny(got[0]+" ", "=+-@＝＋－＠\t\r\n"); first == 0 {
			t.Errorf("%q begins like a formula", got[0])
		}
		if got[1] != "-3.2" {
			t.Errorf("a number is written as %q", got[1])
		}
	}
}

func TestLinesEndAsRFC4180Says(t *testing.T) {
	var b bytes.Buffer
	w, _ := writeCSV(nopCloser{&b}, []string{"a", "b"})
	w.row(row{"x,y", `say "hi"`})
	w.close()
	if want := "\ufeffa,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestYuanIsExact(t *testing.T) {
	for wan, want := range map[string]string{"1": "10000", "0.000001": "0.01", "128.5": "1285000", "0.00001": "0.1", "-3.2": "-32000", "0": "0", "9999999.999999": "99999999999.99"} {
		data, err := encode(yuan(wan))
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"amount":` + want + `,"currency":"CNY"}`; string(data) != want {
			t.Errorf("%s 万元 is %s, want %s", wan, data, want)
		}
	}
	if yuan("") != nil || yuan("x") != nil {
		t.Error("an amount that is none has a value")
	}
}

func TestJSONIsWrittenAsTheLibraryReadsIt(t *testing.T) {
	for _, s := range []string{"", "plain", "中文", "a\"b", "a\\b", "a\nb", "\x00\x1f\x7f", "\u2028", "\xff\xfe", "<b>&", "😀"} {
		data, err := encode(Object{{s, []any{s, true, json.Number("1.50"), nil, Object{}}}})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string][]any
		if err := json.Unmarshal(data, &back); err != nil {
			t.Errorf("%q: %v in %s", s, err, data)
			continue
		}
		valid := strings.ToValidUTF8(s, "\ufffd")
		if s == "\xff\xfe" {
			valid = "\ufffd\ufffd"
		}
		if back[valid] == nil || back[valid][0] != any(valid) {
			t.Errorf("%q comes back as %q", s, back)
		}
	}
}

func TestFeedsAreBoundedAndDatedByTheirEvents(t *testing.T) {
	site := &Site{BaseURL: "https://example.org/tz/", DivisionCode: "320812"}
	p := &Project{Project: "2026-jyj-01", Title: "A & B <项目>", URL: site.Address("/projects/2026/jyj/01/")}
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 300 {
		p.Events = append(p.Events, Event{On: day.AddDate(0, 0, i).Format(time.DateOnly), Transition: "T54", Name: "付款"})
	}
	out := memory{}
	if err := WriteProject(out, site, p); err != nil {
		t.Fatal(err)
	}
	var atom struct {
		Updated string `xml:"updated"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(out["feeds/project/2026-jyj-01.atom"].Bytes(), &atom); err != nil {
		t.Fatal(err)
	}
	if len(atom.Entries) != feedSize || atom.Updated != "2020-10-26T00:00:00+08:00" || atom.Entries[0].Updated != atom.Updated {
		t.Errorf("%d entries, updated %s", len(atom.Entries), atom.Updated)
	}
	if atom.Entries[0].Title != "A & B <项目>：付款" {
		t.Errorf("title %q", atom.Entries[0].Title)
	}
	ids := map[string]bool{}
	for _, e := range atom.Entries {
		if ids[e.ID] || !strings.HasPrefix(e.ID, "urn:uuid:") {
			t.Errorf("id %s", e.ID)
		}
		ids[e.ID] = true
		if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
			t.Error(err)
		}
	}
	var feed struct {
		Version string
		Items   []struct {
			ID, URL string
			Date    string `json:"date_published"`
		}
	}
	if err := json.Unmarshal(out["feeds/project/2026-jyj-01.json"].Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.Version != "https://jsonfeed.org/version/1.1" || len(feed.Items) != feedSize || feed.Items[0].ID != atom.Entries[0].ID || feed.Items[0].URL != "https://example.org/tz/projects/2026/jyj/01/" {
		t.Errorf("JSON feed: %+v", feed.Items[:1])
	}
}

func TestSiteMapIsSplitAtTheLimit(t *testing.T) {
	site := &Site{BaseURL: "https://example.org/tz/"}
	pages := []Page{{"/", ""}, {"/a/", "2026-01-02"}, {"/b&c/", "2026-01-01"}}
	for most, want := range map[int]int{3: 1, 2: 3} {
		out := memory{}
		if err := writeSitemap(out, site, pages, most); err != nil {
			t.Fatal(err)
		}
		maps := 0
		for name, data := range out {
			if !strings.HasSuffix(name, ".xml") {
				continue
			}
			maps++
			var doc struct{}
			if err := xml.Unmarshal(data.Bytes(), &doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if maps != want {
			t.Errorf("limit %d: %d maps, want %d", most, maps, want)
		}
		if s := out["robots.txt"].String(); !strings.Contains(s, "Sitemap: https://example.org/tz/sitemap.xml\n") {
			t.Errorf("robots.txt: %s", s)
		}
		if most == 2 && !strings.Contains(out["sitemap.xml"].String(), "<loc>https://example.org/tz/sitemap-1.xml</loc><lastmod>2026-01-02</lastmod>") {
			t.Errorf("index: %s", out["sitemap.xml"])
		}
		if most == 2 && !strings.Contains(out["sitemap-2.xml"].String(), "https://example.org/tz/b&amp;c/") {
			t.Errorf("second part: %s", out["sitemap-2.xml"])
		}
	}
	out := memory{}
	if err := WriteSitemap(out, &Site{}, pages); err != nil {
		t.Fatal(err)
	}
	if len(out) != 1 || strings.Contains(out["robots.txt"].String(), "Sitemap") {
		t.Errorf("a site that does not know its address: %v", out)
	}
}

func TestSameNameHasTheSameUUID(t *testing.T) {
	if a, b := uuid("event", "x"), uuid("event", "x"); a != b || len(a) != 36 || a[14] != '5' {
		t.Errorf("%s and %s", a, b)
	}
	if uuid("a", "b") == uuid("a", "c") {
		t.Error("different names have one UUID")
	}
}
