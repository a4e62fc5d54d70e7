package publish

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/search"
)

var update = flag.Bool("update", false, "rewrite golden files")

const (
	keyProject = "2026-cgj-01" // 重点, S100, released
	cgj        = "content/projects/2026/cgj/01/"
	draftID    = "2027-jyj-77" // S10: not public
	draftTitle = "只在内部讨论的课后服务系统"
)

// TestPagesAreAsRecorded compares one page of each kind with its golden file.
func TestPagesAreAsRecorded(t *testing.T) {
	b := project(t, registrytest.Sample(t), Meta{Date: "2026-11-22"}, 1)
	for golden, name := range map[string]string{
		"project": "projects/" + keyProject, "home": "_index", "unit": "units/cgj", "plan": "plans/2026", "statistics": "statistics/0-all",
		"departments": "departments/0-all", "department": "departments/bdb", "contractors": "contractors/0-all", "contractor": "contractors/91320812000000027D",
		"indicators": "indicators/0-all", "indicator": "indicators/missing", "compare": "compare/0-all",
	} {
		t.Run(golden, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, []byte(b.files["content/"+name+".md"]), "", " "); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			golden := filepath.Join("../../../schemas/examples/pages", golden+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("the page differs from %s; run with -update and read the difference", golden)
			}
		})
	}
}

func TestBytesDoNotDependOnOrder(t *testing.T) {
	files := registrytest.Sample(t)
	one, two := project(t, files, Meta{Date: "2026-11-22"}, 1), project(t, files, Meta{Date: "2026-11-22"}, 4)
	if !slices.Equal(one.manifest.Expected, two.manifest.Expected) {
		t.Error("expected files differ")
	}
	if !slices.EqualFunc(one.manifest.Forbidden, two.manifest.Forbidden, bytes.Equal) {
		t.Error("forbidden values differ")
	}
	if len(one.files) != len(two.files) {
		t.Errorf("%d and %d files", len(one.files), len(two.files))
	}
	for name, data := range one.files {
		if two.files[name] != data {
			t.Errorf("%s differs", name)
		}
	}
}

// TestHiddenFieldsStayHidden puts a unique value into every internal and review
// field of the public example projects and looks for it everywhere.
func TestHiddenFieldsStayHidden(t *testing.T) {
	for _, released := range []bool{false, true} {
		files := registrytest.Sample(t)
		j, err := check.NewJudge(files)
		if err != nil {
			t.Fatal(err)
		}
		c := &canaries{values: map[schema.Visibility][]string{}}
		for _, f := range j.Registry.Folders() {
			p := j.Registry.Project(f)
			for _, rec := range p.Records {
				if !released && rec.Form.Name == "index" {
					rec.Root.Keys = slices.DeleteFunc(rec.Root.Keys, func(k record.Key) bool { return k.Name == "disclosureReview" })
				}
				c.fill(rec.Form.Root, rec.Root)
				files[rec.Path] = write(t, rec.Record)
			}
		}
		if len(c.values[schema.Internal]) < 10 || len(c.values[schema.Review]) < 10 {
			t.Fatalf("only %d internal and %d review fields are tried", len(c.values[schema.Internal]), len(c.values[schema.Review]))
		}
		b := project(t, files, Meta{}, 2)
		if b.manifest.Projects < 3 {
			t.Fatalf("only %d projects are published: the test tries nothing", b.manifest.Projects)
		}
		for _, v := range c.values[schema.Internal] {
			if in := b.holding(v); len(in) > 0 {
				t.Errorf("internal value in %v", in)
			}
			if !slices.ContainsFunc(b.manifest.Forbidden, func(f []byte) bool { return string(f) == v }) {
				t.Errorf("internal value %s is not forbidden", v)
			}
		}
		shownValues := 0
		for _, v := range c.values[schema.Review] {
			in := b.holding(v)
			if len(in) > 0 && !released {
				t.Errorf("unreviewed value in %v", in)
			}
			shownValues += len(in)
			forbidden := slices.ContainsFunc(b.manifest.Forbidden, func(f []byte) bool { return string(f) == v })
			if forbidden != (len(in) == 0) {
				t.Errorf("%s: forbidden %v, shown in %v", v, forbidden, in)
			}
		}
		if released && shownValues == 0 {
			t.Error("no reviewed value is published after its review")
		}
		if !released && !strings.Contains(b.files["content/projects/"+keyProject+".md"], `<span class=\"withheld\">`) {
			t.Error("a field that awaits its review is not shown as withheld")
		}
		sheets := b.files["static/projects/"+strings.ReplaceAll(keyProject, "-", "/")+"/sheets/index.html"]
		head := regexp.MustCompile(`>单位负责人</th><td [^>]*>(.*?)</td>`).FindStringSubmatch(sheets)
		if head == nil || (head[1] != "") != released {
			t.Errorf("reviewed %v, the head of the unit on the official sheet is %q", released, head)
		}
	}
}

// TestSearchIndexIsTheSameWhateverIsHidden changes every hidden value: not one
// byte of the index may depend on them. Lists of grams show no text, so that
// looking for the values in them would prove nothing.
func TestSearchIndexIsTheSameWhateverIsHidden(t *testing.T) {
	var first map[string]string
	for _, start := range []int{0, 5000} {
		files := registrytest.Sample(t)
		j, err := check.NewJudge(files)
		if err != nil {
			t.Fatal(err)
		}
		c := &canaries{n: start, values: map[schema.Visibility][]string{}}
		for _, f := range j.Registry.Folders() {
			for _, rec := range j.Registry.Project(f).Records {
				if rec.Form.Name == "index" {
					rec.Root.Keys = slices.DeleteFunc(rec.Root.Keys, func(k record.Key) bool { return k.Name == "disclosureReview" })
				}
				c.fill(rec.Form.Root, rec.Root)
				files[rec.Path] = write(t, rec.Record)
			}
		}
		index := map[string]string{}
		for name, data := range project(t, files, Meta{}, 2).files {
			if strings.HasPrefix(name, "static/"+searchDir) {
				index[name] = data
			}
		}
		if first == nil {
			first = index
		}
		if len(index) < 5 || !maps.Equal(index, first) {
			t.Errorf("%d files of the index differ from the %d before", len(index), len(first))
		}
	}
}

// TestEveryPublicWordCanBeFound walks the revealed records by itself and looks
// for their texts among those of the index.
func TestEveryPublicWordCanBeFound(t *testing.T) {
	files := registrytest.Live(t)
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for name, data := range project(t, files, Meta{}, 2).files {
		if ok, _ := path.Match("static/search/*/d/*.bin", name); !ok {
			continue
		}
		var d struct {
			Card   struct{ ID string }
			Fields [][3]string
		}
		packed, err := gzip.NewReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewDecoder(packed).Decode(&d); err != nil {
			t.Fatal(err)
		}
		for _, f := range d.Fields {
			texts[d.Card.ID] += string(search.Fold(f[2])) + "\n"
		}
	}
	tried := 0
	for _, f := range j.Registry.Folders() {
		p := j.Registry.Project(f)
		if texts[p.ID] == "" {
			continue
		}
		s := &subject{project: p, lifecycle: j.Lifecycle, rules: j.Rules, clauses: clausesOf(j.Rules.All())}
		s.history, _ = j.Lifecycle.Replay(p)
		s.reveal()
		for _, r := range s.records {
			r.root.each(func(v *shown) {
				if v.field.Type != schema.Text || v.withheld || slices.Contains([]string{"sha256", "file-path", "project-id"}, v.field.Format) || len(v.field.EnumZh) > 0 || v.field.Key == "visibility" || v.field.Key == "state" {
					return
				}
				tried++
				if !strings.Contains(texts[p.ID], string(search.Fold(v.text))) {
					t.Errorf("%s %s: %s %q is not in the index", p.ID, r.rec.Name, v.field.Key, v.text)
				}
			})
		}
	}
	if tried < 1000 && sample(files) {
		t.Errorf("only %d texts are tried", tried)
	}
}

func TestProjectsThatAreNotPublicAppearNowhere(t *testing.T) {
	files := registrytest.Sample(t)
	// The pages of rules speak of the example under its own id and title.
	for name, data := range files {
		if rest, ok := strings.CutPrefix(name, "content/projects/2027/jyj/01/"); ok {
			delete(files, name)
			files["content/projects/2027/jyj/77/"+rest] = data
		}
	}
	draft := "content/projects/2027/jyj/77/index.md"
	files.Replace(draft, line(files[draft], "title"), draftTitle)
	// A public project names it, and so does an issued plan.
	files.Replace(cgj+"index.md", "state: S100", "state: S100\nsuccessor: "+draftID)
	files.Replace("content/plans/2026.md", "items:\n", "items:\n  - {project: "+draftID+", priority: 9, class: 一般, total: 7654.32, annual: 7654.32, period: {start: 2027-01-01, end: 2027-12-31}, funding: 区级财政投资}\n")
	b := project(t, files, Meta{}, 2)
	for _, secret := range []string{draftID, "projects/2027/jyj/77", draftTitle, "7,654.32"} {
		if in := b.holding(secret); len(in) > 0 {
			t.Errorf("%s in %v", secret, in)
		}
	}
	for _, secret := range []string{draftID, draftTitle} {
		if !slices.ContainsFunc(b.manifest.Forbidden, func(f []byte) bool { return string(f) == secret }) {
			t.Errorf("%s is not forbidden", secret)
		}
	}
	if v := b.view(t, keyProject); len(v.Related) > 0 {
		t.Errorf("related: %v", v.Related)
	}
}

// TestNoForbiddenValueIsProjected searches every projected byte, as the site
// builder does with what comes out of them.
func TestNoForbiddenValueIsProjected(t *testing.T) {
	for name, files := range map[string]registrytest.Tree{"example": registrytest.Sample(t), "live": registrytest.Live(t)} {
		t.Run(name, func(t *testing.T) {
			b := project(t, files, Meta{}, 2)
			if (len(b.manifest.Forbidden) == 0 || b.manifest.Withheld == 0) && (name == "example" || sample(files)) {
				t.Fatal("nothing is withheld: the test tries nothing")
			}
			for _, v := range b.manifest.Forbidden {
				if in := b.holding(string(v)); len(in) > 0 {
					t.Errorf("a forbidden value of %d bytes is in %v", len(v), in)
				}
			}
		})
	}
}

// TestOnlyPublishedProjectsAreNamed: an id that we make up as an example is that of
// a withheld project in some registry, which then cannot be built. (What layouts and
// guides say is known as public beforehand, and so are rules and the help of forms.)
func TestOnlyPublishedProjectsAreNamed(t *testing.T) {
	id := regexp.MustCompile(`\b[12][0-9]{3}-[a-z]{2,8}-[0-9]{2}\b`)
	files := registrytest.Sample(t)
	b := project(t, files, Meta{}, 2)
	var schemas strings.Builder
	for name, data := range files {
		if strings.HasPrefix(name, "schemas/") {
			schemas.WriteString(data)
		}
	}
	named := 0
	for name, data := range b.files {
		if strings.HasPrefix(name, "content/rules/") {
			continue
		}
		for _, found := range id.FindAllString(data, -1) {
			named++
			if b.files["static/"+opendata.ProjectFile(found)] == "" && !strings.Contains(schemas.String(), found) {
				t.Errorf("%s names %s, which is no published project", name, found)
			}
		}
	}
	if named < 1000 {
		t.Errorf("only %d ids found", named)
	}
}

func TestReviewThatForbidsClosesTheProject(t *testing.T) {
	files := registrytest.Sample(t)
	files.Replace(cgj+"index.md", "result: 可以公开", "result: 不予公开")
	b := project(t, files, Meta{}, 2)
	title := line(files[cgj+"index.md"], "title")
	for _, secret := range []string{keyProject, title} {
		in := slices.DeleteFunc(b.holding(secret), func(name string) bool { return strings.HasPrefix(name, "content/rules/") })
		if len(in) > 0 {
			t.Errorf("%s in %v", secret, in)
		}
	}
}

func TestDraftPlansAreNotPublished(t *testing.T) {
	files := registrytest.Sample(t)
	files["content/plans/2027.md"] = "---\nyear: 2027\nstatus: 草案\nitems: []\n---\n草案正文不应公开。\n"
	b := project(t, files, Meta{}, 2)
	if _, ok := b.files["content/plans/2027.md"]; ok || len(b.holding("草案正文不应公开")) > 0 {
		t.Error("a draft plan is published")
	}
	if !slices.Contains(b.manifest.Expected, "plans/2026/index.html") {
		t.Error("the issued plan is missing")
	}
}

func TestAttachmentsArePublishedWithTheirDocument(t *testing.T) {
	const file = "projects/2026/cgj/01/files/scheme-v2.txt"
	tests := []struct {
		name     string
		old, new string
		want     bool
	}{
		{"public", "", "", true},
		{"internal document", "  file: files/scheme-v2.txt", "  visibility: 内部\n  file: files/scheme-v2.txt", false},
		{"another file than was recorded", "sha256: 742ee12d", "sha256: 842ee12d", false},
		{"also named by an internal document", "attestation:", "documents: [{kind: 其他, title: 内部底稿甲乙丙, visibility: 内部, file: files/scheme-v2.txt, sha256: 742ee12df8581db8c3438888cc7340cd6d1fa8da7bff65e81a380f6db8d2390b}]\nattestation:", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := registrytest.Sample(t)
			if tt.old != "" {
				files.Replace(cgj+"scheme-2.md", tt.old, tt.new)
			}
			b := project(t, files, Meta{}, 2)
			_, copied := b.files["static/"+file]
			if copied != tt.want || slices.Contains(b.manifest.Expected, file) != tt.want {
				t.Errorf("copied %v, want %v", copied, tt.want)
			}
			if linked := strings.Contains(b.files["content/projects/"+keyProject+".md"], `href=\"files/scheme-v2.txt\"`); linked != tt.want {
				t.Errorf("linked %v, want %v", linked, tt.want)
			}
			if len(b.holding("内部底稿甲乙丙")) > 0 {
				t.Error("an internal document is listed")
			}
		})
	}
}

func TestRelatedProjectsLinkBothWays(t *testing.T) {
	files := registrytest.Sample(t)
	files.Replace("content/projects/2026/dsjj/01/index.md", "state:", "maintains: ["+keyProject+"]\nstate:")
	b := project(t, files, Meta{}, 2)
	if r := b.view(t, "2026-dsjj-01").Related; len(r) != 1 || r[0].URL != "/projects/2026/cgj/01/" {
		t.Errorf("forward: %v", r)
	}
	if r := b.view(t, keyProject).Related; len(r) != 1 || r[0].URL != "/projects/2026/dsjj/01/" || r[0].Zh != "运维项目" {
		t.Errorf("back: %v", r)
	}
}

// TestSupplementaryContractsCountOnce follows the money of a change that was put
// into a supplementary contract for less than it allowed, with a consortium.
func TestSupplementaryContractsCountOnce(t *testing.T) {
	files := registrytest.Sample(t)
	const dir = "content/projects/2025/nyj/01/"
	contractor := "{name: 示例集成有限公司, uscc: 91320812000000027D}"
	files[dir+"contract-02.md"] = "---\nnumber: NYJ-HT-2025-01-补1\nkind: 建设\ncontractor: " + contractor +
		"\nchange: 1\namount: 5.5\nsignedOn: 2025-07-22\nstart: 2025-07-22\nend: 2025-12-31\n---\n"
	files.Replace(dir+"contract-01.md", "amount: 305\n", "amount: 305\nconsortium: [{name: 示例数据有限公司, uscc: 91320812000000051X}]\n")
	files.Replace(dir+"acceptance.md", "contractAmount: 307", "contractAmount: 306.5")
	b := project(t, files, Meta{}, 1)
	v := b.view(t, "2025-nyj-01")
	for _, x := range v.Indicators {
		if strings.Contains(x.Value, "验收表上的合同金额与合同加变更不同") {
			t.Errorf("called inconsistent: %s", x.Value)
		}
	}
	got := map[string]string{}
	for _, m := range v.Money {
		got[m.Zh] = m.Amount
	}
	for zh, want := range map[string]string{"合同金额": "305.00", "批准变更增减": "+1.50", "变更后合同金额": "306.50"} {
		if got[zh] != want {
			t.Errorf("%s is %q, want %q; all: %v", zh, got[zh], want, got)
		}
	}
	for name, want := range map[string]string{
		"contractors/91320812000000027D": `"change":1,"amount":"5.50","on":"2025-07-22"|"amount":"305.00","delta":"-4.00"|"加上批准的变更"`,
		"units/nyj":                      `"plan":"320.00","agreed":"306.50","deviation":"-4.2%","settled":"300.00","paid":"300.00"`,
	} {
		page := b.files["content/"+name+".md"]
		for _, part := range strings.Split(want, "|") {
			if !strings.Contains(page, part) {
				t.Errorf("%s lacks %s: %s", name, part, page)
			}
		}
	}
	if !regexp.MustCompile(`>承建单位</bdi>[^/]*</i></dt><dd>示例集成有限公司、示例数据有限公司</dd>`).MatchString(strings.ReplaceAll(b.files["content/projects/2025-nyj-01.md"], `\"`, "'")) {
		t.Error("the consortium is not shown")
	}
}

func TestPagesAreFrontMatterWithPlainAddresses(t *testing.T) {
	files := registrytest.Sample(t)
	hostile := `"</script>\u2028{"a":1}\\';--`
	quoted, _ := json.Marshal(hostile)
	files.Replace(cgj+"index.md", "title: "+line(files[cgj+"index.md"], "title"), "title: "+string(quoted))
	b := project(t, files, Meta{}, 2)
	seen := map[string]bool{}
	for name, data := range b.files {
		if !strings.HasPrefix(name, "content/") {
			continue
		}
		var p page
		if !strings.HasPrefix(data, "{") || json.Unmarshal([]byte(data), &p) != nil {
			t.Errorf("%s is not JSON front matter", name)
		}
		url := p.URL
		if url == "" {
			url = "/"
		}
		if seen[url] || !slices.Contains(b.manifest.Expected, pageFile(url)) {
			t.Errorf("%s: address %q is taken or not expected", name, url)
		}
		seen[url] = true
		if base := filepath.Base(name); base == "index.md" || base == "_index.md" && name != "content/_index.md" {
			t.Errorf("%s would swallow its neighbours", name)
		}
	}
	if v := b.view(t, keyProject); v.Title != hostile {
		t.Errorf("title %q", v.Title)
	}
	for _, url := range []string{"/projects/", "/plans/", "/units/", "/rules/", "/guide/", "/about/", "/search/", "/404.html"} {
		if !seen[url] {
			t.Errorf("%s is missing", url)
		}
	}
}

func TestGuidePages(t *testing.T) {
	guide := map[string][]byte{
		"submit.md": []byte("---\ntitle: {zh: 填报与申报, en: For submitters}\nsummary: 填什么\norder: 2\n---\n正文\n"),
		"public.md": []byte("---\ntitle: 公众查阅\norder: 10\n---\n# 不是标题\n"),
		"about.md":  []byte("# 关于本站\n\n说明\n"),
	}
	b := project(t, registrytest.Sample(t), Meta{Guide: guide}, 2)
	for _, want := range []string{"guide/submit/index.html", "guide/public/index.html", "guide/index.html", "about/index.html"} {
		if !slices.Contains(b.manifest.Expected, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if at, later := strings.Index(b.files["content/guide/0-all.md"], "submit"), strings.Index(b.files["content/guide/0-all.md"], "public"); at < 0 || later < at {
		t.Error("the guide does not follow the key order")
	}
	if !strings.Contains(b.files["content/about/0-all.md"], `"title":"关于本站"`) {
		t.Error("the first heading is not the title")
	}
	dir := t.TempDir()
	bad, err := New(filepath.Join(dir, "p"), Meta{Guide: map[string][]byte{"../x.md": nil}})
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(registrytest.Sample(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bad.Finish(j); err == nil {
		t.Error("a guide page outside its folder is accepted")
	}
}

func TestFolderMustBeEmpty(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "old"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(dir, Meta{}); err == nil {
		t.Error("what an earlier run left would be published")
	}
}

// line returns a one-line value of front matter.
func line(data, key string) string {
	for l := range strings.Lines(data) {
		if v, ok := strings.CutPrefix(l, key+": "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
