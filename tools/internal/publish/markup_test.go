package publish

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parsed is what a reader's program makes of HTML.
type parsed struct {
	text     string
	elements map[string]int      // by name
	values   map[string][]string // of attributes, by name
}

func parse(t *testing.T, s string) parsed {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	out := parsed{elements: map[string]int{}, values: map[string][]string{}}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			out.text += n.Data
		case html.ElementNode:
			out.elements[n.Data]++
			for _, a := range n.Attr {
				out.values[a.Key] = append(out.values[a.Key], a.Val)
			}
		case html.DocumentNode:
		default:
			t.Errorf("a node of type %d", n.Type)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return out
}

// everything puts a text wherever people's words can stand in a form.
func everything(s string) []*field {
	docs := []document{{Kind: word{s, s}, Title: s, DocNo: s, On: s, URL: s, SHA256: s, ArchiveNo: s}, {Title: s, URL: "https://example.org/" + s}}
	cols := []column{{Zh: s, En: s, Num: true, Words: map[string]string{s: s}}, {Zh: s, Date: true}}
	return []*field{
		{Zh: s, En: s, Kind: "text", Value: s, ValueEn: s, Unit: s},
		{Zh: s, Kind: "long", Value: s},
		{Zh: s, Kind: "table", Columns: cols, Rows: [][]string{{s, s}}},
		{Zh: s, Kind: "docs", Docs: docs},
		{Zh: s, Kind: "group", Fields: []*field{{Zh: s, Kind: "text", Value: s}, {Zh: s, Withheld: true}}},
	}
}

// checkMarkup compares the HTML of a form that says s everywhere with that of
// one that says a harmless word: nothing but the texts may differ.
func checkMarkup(t *testing.T, s string) {
	t.Helper()
	rows := func(s string) string {
		n := name{s, s, s}
		agreed := []agree{{n, n, s}}
		return "<table><tbody>" + written((*markup).rows, everything(s)) + "</tbody></table>" +
			"<dl>" + written((*markup).facts, []fact{{s, s, n}}) + "</dl>" +
			"<ol>" + written((*markup).steps, []step{{Zh: s, En: s, Status: "done", On: s, Clause: s, ClauseURL: s, Agree: agreed}}) + "</ol>" +
			"<ol>" + written((*markup).timeline, []event{{On: s, Zh: s, En: s, Clause: s, ClauseURL: s, Record: &n, Agree: agreed}}) + "</ol>"
	}
	want, got := parse(t, rows("word")), parse(t, rows(s))
	// An address leads somewhere or not, a date is one or not, an empty text leaves its place out, and
	// each line is a paragraph.
	for _, name := range []string{"a", "p", "span", "bdi", "i"} {
		delete(want.elements, name)
		delete(got.elements, name)
	}
	if s != "" && !maps.Equal(want.elements, got.elements) {
		t.Errorf("%q makes the elements %v, not %v", s, got.elements, want.elements)
	}
	known := []string{"class", "lang", "href", "rel"}
	for name, values := range got.values {
		if !slices.Contains(known, name) {
			t.Errorf("%q makes the attribute %s", s, name)
		}
		for _, v := range values {
			if name == "class" && !slices.Contains(want.values["class"], v) || name == "lang" && v != "en" {
				t.Errorf("%q makes %s=%q", s, name, v)
			}
			if name == "href" {
				u, err := url.Parse(v)
				if err != nil || u.Scheme != "https" && (u.IsAbs() || u.Host != "" || strings.ContainsAny(v, "\\\t\r\n")) {
					t.Errorf("%q makes a link to %q", s, v)
				}
			}
		}
	}
	plain := strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	if !strings.Contains(strings.ToValidUTF8(got.text, "\uFFFD"), plain) {
		t.Errorf("%q is not shown as it is in %q", s, got.text)
	}
}

var hostile = []string{
	"", "word", "区教育局", "2026-03-01", "2026-13-01", "a & b &amp; c &lt;", `"'><script>alert(1)</script>`, `" onmouseover="alert(1)`, `' autofocus onfocus='x`,
	"</td></tr></table><h1>x", "<!-- x", "--> x", "<![CDATA[", "]]>", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)", "//evil.example/x", "/\\evil.example", "/\t/evil.example", "/a b<c", "#a b",
	`\\evil.example\x`, "/etc/passwd", "https:evil", "https:///x", "https://e.example/<>\"'", "data:text/html,x", "\x00", "a\x00b", "\xff\xfe", "a\r\nb\rc\n\nd", "\u2028\u2029\ufeff", "{{ .Site }}", "{{< x >}}", "&#x3c;b&#x3e;", "#x", "?a=<b>", "..//..//x",
}

func TestWhatPeopleWroteIsTextInForms(t *testing.T) {
	for _, s := range hostile {
		checkMarkup(t, s)
	}
}

func FuzzMarkup(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(checkMarkup)
}

func TestLinksLeadToTheWebOrBesideThePage(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.org/a?b=1&c=2": `<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">x</a>`,
		"files/scheme-v2.txt":           `<a href="files/scheme-v2.txt">x</a>`,
		"http://example.org/":           "x", "//example.org/": "x", "/data/": "x", "javascript:x": "x", "https:x": "x", "": "x", "%zz": "x",
	} {
		var m markup
		m.link(address, "x")
		if m.String() != want {
			t.Errorf("%q: %s", address, m.String())
		}
	}
}

func TestNamesLeadIntoTheSite(t *testing.T) {
	for address, want := range map[string]string{
		"/units/cgj/": `<a href="/units/cgj/">x</a>`, "#declaration": `<a href="#declaration">x</a>`, "/rules/#clause-3-1": `<a href="/rules/#clause-3-1">x</a>`,
		"": "x", "//example.org/": "x", "https://example.org/": "x", "javascript:x": "x", "units/": "x", "/\\example.org": "x", "/\t/example.org": "x",
	} {
		var m markup
		m.named(name{Zh: "x", URL: address})
		if m.String() != want {
			t.Errorf("%q: %s", address, m.String())
		}
	}
}

func TestFieldsAreWrittenInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		field field
		want  string
	}{
		{field{Kind: "text", Value: "3.50", Unit: "万元"}, `3.50 <span class="unit"><bdi>万元</bdi><i lang="en">× 10,000 yuan</i></span>`},
		{field{Kind: "text", Value: "3", Unit: "个"}, `3 <span class="unit"><bdi>个</bdi></span>`},
		{field{Kind: "text", Value: "3", Unit: "亩"}, `3 <span class="unit">亩</span>`},
		{field{Kind: "text", Value: "是", ValueEn: "Yes"}, `<bdi>是</bdi><i lang="en">Yes</i>`},
		{field{Kind: "text", Value: "https://example.org/a"}, `<a href="https://example.org/a" rel="noopener noreferrer">https://example.org/a</a>`},
		{field{Kind: "text", Value: "https://example.org/a，第 2 页"}, `https://example.org/a，第 2 页`},
		{field{Kind: "long", Value: "一\n\n 二 \n"}, `<div class="long"><p>一</p><p>二</p></div>`},
		{field{Withheld: true, Value: "秘密"}, `<span class="withheld"><bdi>不公开</bdi> <i class="en" lang="en">withheld</i></span>`},
		{field{Kind: "docs", Docs: []document{{Title: "文", On: "2026-03-01", SHA256: "0"}}},
			`<ul class="docs"><li>文<p><bdi>2026年3月1日</bdi><i lang="en">2026-03-01</i></p></li>` + "\n</ul>"},
	} {
		var m markup
		m.value(&c.field)
		if m.String() != c.want {
			t.Errorf("%+v:\n%s, not\n%s", c.field, m.String(), c.want)
		}
	}
}
