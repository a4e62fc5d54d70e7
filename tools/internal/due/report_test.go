package due_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/due"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

// The fixture in November 2027: something is overdue, near and waiting.
const day, within = "2027-11-01", 60

func report(t *testing.T, f due.Filter) *due.Report {
	t.Helper()
	j, c := load(t, fixture(t))
	items := compute(t, j, c, day, within)
	return c.Report(items, nil, f, due.Options{Within: within})
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReportsLookAsTheyShould(t *testing.T) {
	zh := report(t, due.Filter{})
	en := report(t, due.Filter{})
	en.Lang, en.ByUnit = "en", true
	for name, write := range map[string]func(io.Writer) error{"due.txt": zh.Text, "due.en.txt": en.Text, "due.json": zh.JSON,
		"due.md": zh.Markdown, "due.en.md": en.Markdown, "due.ics": zh.ICal} {
		got := written(t, write)
		file := filepath.Join("testdata", "golden", name)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs (go test -update rewrites it):\n%s", name, got)
		}
		if again := written(t, write); !bytes.Equal(got, again) {
			t.Errorf("%s: two runs differ", name)
		}
	}
}

func TestTextColumnsAreAligned(t *testing.T) {
	r := report(t, due.Filter{})
	starts := map[int]bool{}
	rows := 0
	for line := range strings.Lines(string(written(t, r.Text))) {
		switch {
		case strings.TrimSpace(line) == "":
			starts = map[int]bool{}
		case strings.HasPrefix(line, "  "):
			if i := strings.Index(line, "202"); i > 0 {
				starts[value.Width(line[:i])] = true
				rows++
			}
		}
		if len(starts) > 1 {
			t.Errorf("the dates do not stand below each other at %q", line)
		}
	}
	if rows < 5 {
		t.Errorf("only %d rows", rows)
	}
}

// TestCalendarIsWellFormed reads the calendar back by the letter of RFC 5545.
func TestCalendarIsWellFormed(t *testing.T) {
	r := report(t, due.Filter{})
	// Every length of title, so that folds fall on every octet of a character.
	for n := range 80 {
		x := r.Items[0]
		x.Title, x.UID, x.Due = strings.Repeat("a", n)+`逗号,分号;反斜杠\`+strings.Repeat("台账𠮷", 20), fmt.Sprint("x", n), "2027-12-31"
		r.Items = append(r.Items, x)
	}
	raw := string(written(t, r.ICal))
	if strings.Count(raw, "\n") != strings.Count(raw, "\r\n") || !strings.HasSuffix(raw, "\r\n") {
		t.Error("a line does not end in CRLF")
	}
	for _, line := range strings.Split(strings.TrimSuffix(raw, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.TrimSpace(line) == "" {
			t.Errorf("%d octets, valid %v: %q", len(line), utf8.ValidString(line), line)
		}
	}
	uids := map[string]bool{}
	var event map[string]string
	var open []string
	events := 0
	for _, line := range strings.Split(strings.TrimSuffix(strings.ReplaceAll(raw, "\r\n ", ""), "\r\n"), "\r\n") {
		name, v, ok := strings.Cut(line, ":")
		switch {
		case !ok:
			t.Errorf("no content line: %q", line)
		case name == "BEGIN":
			open = append(open, v)
			event = map[string]string{}
		case name == "END":
			if open[len(open)-1] != v {
				t.Fatalf("END:%s closes %s", v, open[len(open)-1])
			}
			open = open[:len(open)-1]
			if v != "VEVENT" {
				continue
			}
			events++
			if event["UID"] == "" || uids[event["UID"]] {
				t.Errorf("UID %q is empty or not the only one", event["UID"])
			}
			uids[event["UID"]] = true
			if event["DTSTAMP"] != "20271101T000000Z" || len(event["DTSTART;VALUE=DATE"]) != 8 || event["SUMMARY"] == "" {
				t.Errorf("event %v", event)
			}
		case event[name] != "":
			t.Errorf("%s twice", name)
		default:
			event[name] = v
		}
	}
	if len(open) > 0 || events < 80 {
		t.Errorf("open %v, %d events", open, events)
	}
	if want := strings.Repeat("a", 79) + `逗号\,分号\;反斜杠\\`; !strings.Contains(strings.ReplaceAll(raw, "\r\n ", ""), want) {
		t.Errorf("%q is not escaped", want)
	}
}

// TestUIDsStayWhenADateMoves: a calendar moves the event instead of doubling it.
func TestUIDsStayWhenADateMoves(t *testing.T) {
	uid := func(end string) (uid string) {
		files := fixture(t)
		edit(t, files, "content/projects/2026/dsjj/01/contract-01.md", "end: "+end)
		j, c := load(t, files)
		for _, x := range compute(t, j, c, "2027-03-20", 30) {
			if x.ID == "D-14" && x.Project == "2026-dsjj-01" {
				if x.Due != end {
					t.Errorf("due %s, want %s", x.Due, end)
				}
				uid = x.UID
			}
		}
		return uid
	}
	if a, b := uid("2027-04-01"), uid("2027-04-10"); a == "" || a != b {
		t.Errorf("%q and %q", a, b)
	}
}

func TestPublicReportsNameNoProjectThatIsNotPublic(t *testing.T) {
	hidden := []string{"2027-jyj-01", "2027-wjw-01", "课后服务", "检查检验"}
	j, c := load(t, fixture(t))
	items := compute(t, j, c, day, within)
	for _, public := range []bool{false, true} {
		r := c.Report(items, []string{"2027-jyj-09"}, due.Filter{Public: public}, due.Options{Within: within})
		out := string(written(t, r.Text)) + string(written(t, r.JSON)) + string(written(t, r.Markdown)) + string(written(t, r.ICal))
		for _, s := range append(hidden, "2027-jyj-09") {
			if strings.Contains(out, s) == public {
				t.Errorf("public %v: %s shown: %v", public, s, !public)
			}
		}
		if !strings.Contains(out, "2026-cgj-01") {
			t.Errorf("public %v: a public project is missing", public)
		}
	}
}

// TestNothingPrivateIsShown looks for every value of the fixture's fields that
// are not public.
func TestNothingPrivateIsShown(t *testing.T) {
	r := report(t, due.Filter{})
	out := string(written(t, r.Text)) + string(written(t, r.JSON)) + string(written(t, r.Markdown)) + string(written(t, r.ICal))
	for _, s := range []string{"0517-", "示例负责人", "与市级互认平台", "确需当年实施", "材料齐全", "写明"} {
		if strings.Contains(out, s) {
			t.Errorf("%s is shown", s)
		}
	}
}

func TestFiltersKeepWhatConcernsAUnitOrARole(t *testing.T) {
	for _, f := range []due.Filter{{Unit: "wjw"}, {Unit: "dsjj"}, {Role: "BDB"}, {Role: "UNIT", Unit: "yjj"}} {
		r := report(t, f)
		if len(r.Items) == 0 {
			t.Errorf("%+v: nothing", f)
		}
		for _, x := range r.Items {
			var seen bool
			for _, p := range x.Who {
				role := f.Role == "" || p.Role == f.Role
				unit := f.Unit == "" || x.Unit == f.Unit || slices.Contains(x.Beside, f.Unit) || strings.Contains(strings.Join(p.Units, " ")+" ", f.Unit+" ") || p.Units[0] == due.AllUnits
				seen = seen || role && unit
			}
			if !seen {
				t.Errorf("%+v: %s of %s is for %v", f, x.ID, x.Project, x.Who)
			}
		}
	}
}

func TestMarkdownFitsAnIssueAndStaysText(t *testing.T) {
	r := report(t, due.Filter{})
	for n := range 3000 {
		x := r.Items[n%7]
		x.Title, x.UID = "@everyone <img src=x> | `x` https://example.org #1 \u202e\x1b[31m"+strings.Repeat("长", 200), fmt.Sprint(n)
		x.Section = []due.Section{due.Overdue, due.Waiting}[n%2]
		r.Items = append(r.Items, x)
	}
	due.Sort(r.Items)
	out := string(written(t, r.Markdown))
	if len(out) > 61_000 {
		t.Errorf("%d bytes", len(out))
	}
	for _, unit := range []string{"区城管局", "区大数据管理局", "区市场监管局", "区应急局", "区教育局"} {
		if !strings.Contains(out, "#### "+unit) {
			t.Errorf("%s is pushed out by others", unit)
		}
	}
	for _, bad := range []string{"@everyone", "<img", "https://example", "#1 ", "\x1b", "\u202e"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q is live", bad)
		}
	}
	if !strings.Contains(out, "没有列出") || strings.Count(out, "<details>") != strings.Count(out, "</details>") {
		t.Error("it is cut without saying so, or inside a fold")
	}
}

func TestUnitsThatNobodyHoldsAreNamedByRole(t *testing.T) {
	files := fixture(t)
	files["data/units.yaml"] = strings.ReplaceAll(files["data/units.yaml"], "- DRC", "- AUD")
	edit(t, files, "content/projects/2026/yjj/01/index.md", "state: S300\nclass: null\nclassDecisions: null\nreviews: null")
	edit(t, files, "content/projects/2026/yjj/01/adhoc.md", "drcReview: null\ngovConsent: null")
	edit(t, files, "content/plans/2026.md", "supplements: null")
	j, c := load(t, files)
	r := c.Report(compute(t, j, c, day, within), nil, due.Filter{Role: "DRC"}, due.Options{Within: within})
	if out := string(written(t, r.Text)); !strings.Contains(out, "发展改革部门（单位登记册里没有）") {
		t.Error(out)
	}
}

func TestJSONKeepsItsShape(t *testing.T) {
	var got struct {
		Version int
		Today   string
		Items   []struct {
			ID, Section, Project, Unit, UID string
			Who                             []due.Party
			What                            finding.Text
		}
		Unjudged []string
	}
	if err := json.Unmarshal(written(t, report(t, due.Filter{}).JSON), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != 1 || got.Today != day || got.Unjudged == nil || len(got.Items) == 0 {
		t.Errorf("%+v", got)
	}
	for _, x := range got.Items {
		if x.ID == "" || x.Section == "" || x.Unit == "" || x.UID == "" || len(x.Who) == 0 || x.What.Zh == "" || x.What.En == "" {
			t.Errorf("%+v", x)
		}
	}
}
