package site

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taizhang/tools/internal/finding"
)

// pinnedHugo finds Hugo as the command does. The first time on a machine it
// compiles it, which outlasts the patience of whoever is not told.
var pinnedHugo = sync.OnceValues(func() (string, error) {
	l := Locator{
		Root: "../../..",
		Say:  func(t finding.Text) { fmt.Fprintf(os.Stderr, "%s\n%s\n", t.Zh, t.En) },
	}
	return l.Hugo(context.Background())
})

// Build makes a site in one go; see [Builder.Begin] and [Work.Build].
func (b *Builder) Build(ctx context.Context, in Input) (Result, error) {
	if err := in.clean(); err != nil {
		return Result{}, err
	}
	w, err := b.Begin(ctx, in.Out)
	if err != nil {
		return Result{}, err
	}
	defer w.Close()
	return w.Build(ctx, in)
}

func builder(t *testing.T) *Builder {
	t.Helper()
	bin, err := pinnedHugo()
	if err != nil {
		t.Fatal(err)
	}
	return &Builder{Hugo: bin}
}

// sample is an input that builds, in folders of its own.
func sample(t *testing.T) Input {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"root", "projection"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("testdata", part))); err != nil {
			t.Fatal(err)
		}
	}
	return Input{
		Root:       filepath.Join(dir, "root"),
		Projection: filepath.Join(dir, "projection"),
		Out:        filepath.Join(dir, "out", "public"),
		Expected: []string{"index.html", "404.html", "a/index.html", "en/index.html", "en/404.html",
			"en/a/index.html", "zh/index.html", "export/all.json"},
		ExpectedPatterns: []string{"css/main.*.css"},
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	os.Remove(name) // a built site may share the file
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// readTree reads a folder, names to contents.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := make(map[string]string)
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		got[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBuildPutsExactlyTheExpectedFilesInPlace(t *testing.T) {
	b, in := builder(t), sample(t)
	before := readTree(t, in.Root)
	t.Setenv("HUGO_TITLE", "from the environment")
	in.BaseURL = "https://example.com/sub/"
	res, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Warnings) != 0 {
		t.Errorf("warnings: %q", res.Warnings)
	}
	got := readTree(t, in.Out)
	if res.Files != 9 || len(got) != 10 || res.Bytes == 0 || len(res.Hash) != 64 {
		t.Errorf("result %+v, files %v", res, slices.Sorted(maps.Keys(got)))
	}
	for _, want := range []string{"你好", "public-word", "甲", "正文", "https://example.com/sub/"} {
		if !strings.Contains(got["a/index.html"], want) {
			t.Errorf("a/index.html has no %q: %s", want, got["a/index.html"])
		}
	}
	if !strings.Contains(got["index.html"], "Test 测试") {
		t.Errorf("a variable of the environment changed the site: %s", got["index.html"])
	}
	if !maps.Equal(before, readTree(t, in.Root)) {
		t.Error("the build wrote into the project root")
	}
	if info, err := os.Stat(filepath.Join(in.Out, "index.html")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("permissions %v %v", info.Mode(), err)
	}
	alone(t, in.Out)
}

// alone checks that nothing is left beside out.
func alone(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(out) {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

func TestRebuildIsByteIdenticalAndReplaces(t *testing.T) {
	b, in := builder(t), sample(t)
	one, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	first := readTree(t, in.Out)
	two, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if one.Hash != two.Hash || !maps.Equal(first, readTree(t, in.Out)) {
		t.Error("two builds of one input differ")
	}
	write(t, filepath.Join(in.Projection, "static/export/all.json"), "{}")
	three, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if three.Hash == two.Hash || readTree(t, in.Out)["export/all.json"] != "{}" {
		t.Error("a changed input gave the old site")
	}
	alone(t, in.Out)
}

func TestAProjectionOfTheWorkFolderMovesIntoTheSite(t *testing.T) {
	b, in := builder(t), sample(t)
	want, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, taken := range []string{"", "a/index.html", "index.html/x"} {
		w, err := b.Begin(t.Context(), in.Out)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(w.Projection, os.DirFS(in.Projection)); err != nil {
			t.Fatal(err)
		}
		if taken != "" {
			write(t, filepath.Join(w.Projection, "static", taken), "x")
		}
		moved := in
		moved.Projection = w.Projection
		got, err := w.Build(t.Context(), moved)
		if taken == "" && (err != nil || got.Hash != want.Hash) {
			t.Errorf("%v, another site than from a projection elsewhere: %v", err, readTree(t, in.Out))
		}
		if taken != "" && (err == nil || !strings.Contains(err.Error(), "two places") || strings.Contains(err.Error(), filepath.Dir(in.Out))) {
			t.Errorf("a page and a file at %s: %v", taken, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		alone(t, in.Out)
	}
}

func TestManyRunsOfHugoGiveTheSiteOfOne(t *testing.T) {
	b, in := builder(t), sample(t)
	for i := range 7 {
		write(t, filepath.Join(in.Projection, fmt.Sprintf("content/many-%d.md", i)), fmt.Sprintf("---\ntitle: 页 %d\n---\n正文 %[1]d\n", i))
		in.Expected = append(in.Expected, fmt.Sprintf("many-%d/index.html", i))
	}
	whole, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	first := readTree(t, in.Out)
	b.Batch = 2 * pageCost
	if runs, err := b.batches(filepath.Join(in.Projection, "content"), nil); err != nil || len(runs) < 4 {
		t.Fatalf("runs %v %v, want several", runs, err)
	}
	parts, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Hash != parts.Hash || !maps.Equal(first, readTree(t, in.Out)) {
		t.Error("the site differs by how many runs of Hugo made it")
	}
	alone(t, in.Out)
}

func TestUnchangedPagesAreReused(t *testing.T) {
	b, in := builder(t), sample(t)
	b.Reuse = true
	write(t, filepath.Join(in.Root, "layouts/page.html"), `{{ with resources.Get "css/main.css" | minify | fingerprint }}{{ .RelPermalink }}{{ end }} {{ .Title }} {{ now.UnixNano }}`)
	page := func(name, title string) {
		write(t, filepath.Join(in.Projection, "content", name+".md"), fmt.Sprintf("{\"title\":%q,\"url\":\"/x/%s/\"}\n", title, name))
	}
	page("one", "一")
	page("two", "二")
	in.Expected = append(in.Expected, "x/one/index.html", "x/two/index.html")
	build := func() map[string]string {
		t.Helper()
		if _, err := b.Build(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		return readTree(t, in.Out)
	}
	first := build()
	moved := filepath.Join(filepath.Dir(in.Projection), "elsewhere")
	if err := os.Rename(in.Projection, moved); err != nil {
		t.Fatal(err)
	}
	in.Projection = moved
	if again := build(); again["x/one/index.html"] != first["x/one/index.html"] || again["x/two/index.html"] != first["x/two/index.html"] {
		t.Error("a page was made anew though nothing changed")
	}
	page("two", "弐")
	edited := build()
	if edited["x/one/index.html"] != first["x/one/index.html"] {
		t.Error("a page was made anew though another changed")
	}
	if !strings.Contains(edited["x/two/index.html"], "弐 ") {
		t.Errorf("the changed page is the old one: %s", edited["x/two/index.html"])
	}
	in.BaseURL = "https://example.com/sub/"
	readdressed := build()
	if readdressed["x/one/index.html"] == first["x/one/index.html"] {
		t.Error("a page was kept though the settings changed")
	}
	write(t, filepath.Join(in.Root, "assets/css/main.css"), "p{color:#123}")
	if build()["x/one/index.html"] == readdressed["x/one/index.html"] {
		t.Error("a page was kept though an asset changed")
	}
	alone(t, in.Out)
}

func TestTheRegistryBesideTheLayoutsIsNeverRead(t *testing.T) {
	b, in := builder(t), sample(t)
	write(t, filepath.Join(in.Root, "content/projects/raw.md"), "---\ntitle: raw\n---\nraw record\n")
	write(t, filepath.Join(in.Root, "data/facts.json"), `{"word":"raw record"}`)
	in.Forbidden = [][]byte{[]byte("raw record")}
	if _, err := b.Build(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(in.Root, "layouts/home.html"), `[{{ readFile "content/projects/raw.md" }}]`)
	if _, err := b.Build(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if got := readTree(t, in.Out)["index.html"]; got != "[]" {
		t.Errorf("a template read a record: %s", got)
	}
}

func TestRefusedBuildsLeaveTheOldSite(t *testing.T) {
	const secret = `机密 "意见" & <x>`
	long := []byte("这是一段不公开的审查意见，发布时绝不可以出现")
	tests := []struct {
		name   string
		change func(t *testing.T, in *Input)
		want   []string
	}{
		{"unexpected file", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/stray.txt"), "x")
		}, []string{"unexpected", "stray.txt"}},
		{"page where a file is", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/a/index.html"), "x")
		}, []string{"a/index.html"}},
		{"missing file", func(t *testing.T, in *Input) { in.Expected = append(in.Expected, "b/index.html") },
			[]string{"missing", "b/index.html"}},
		{"pattern matches nothing", func(t *testing.T, in *Input) { in.ExpectedPatterns = append(in.ExpectedPatterns, "js/*.js") },
			[]string{"missing", "js/*.js"}},
		{"only the first ten are named", func(t *testing.T, in *Input) {
			for i := range 12 {
				in.Expected = append(in.Expected, fmt.Sprintf("m%02d", i))
			}
		}, []string{"12: m00", "m09, …"}},
		{"template error", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Root, "layouts/page.html"), "{{ nosuch }}")
		}, []string{"layouts/page.html", "nosuch"}},
		{"mount of the registry", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Root, "hugo.toml"), "[[module.mounts]]\nsource = \"content\"\ntarget = \"static\"\n")
		}, []string{"module.mounts", `"content"`}},
		{"bad hugo.toml", func(t *testing.T, in *Input) { write(t, filepath.Join(in.Root, "hugo.toml"), "= [") },
			[]string{"hugo.toml"}},
		{"value as it is", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/export/all.json"), string(long))
			in.Forbidden = [][]byte{long}
		}, []string{"export/all.json"}},
		{"value escaped in JSON", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/export/all.json"), `{"a":"机密 \"意见\" \u0026 \u003cx\u003e"}`)
			in.Forbidden = [][]byte{[]byte(secret)}
		}, []string{"export/all.json"}},
		{"value escaped in HTML", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Root, "layouts/home.html"), "<p>{{ `"+secret+"` }}</p>")
			in.Forbidden = [][]byte{[]byte(secret)}
		}, []string{"index.html"}},
		{"value in a spreadsheet", func(t *testing.T, in *Input) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			w, _ := z.Create("xl/sharedStrings.xml")
			w.Write(bytes.Repeat(long, 50))
			z.Close()
			write(t, filepath.Join(in.Projection, "static/export/all.xlsx"), b.String())
			in.Expected = append(in.Expected, "export/all.xlsx")
			in.Forbidden = [][]byte{long}
		}, []string{"export/all.xlsx"}},
		{"value in a packed file", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/export/all.json"), gzipped("", string(bytes.Repeat(long, 50))))
			in.Forbidden = [][]byte{long}
		}, []string{"export/all.json"}},
		{"value in the second of two packed files", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/export/all.json"), gzipped("", "x")+gzipped("", string(long)))
			in.Forbidden = [][]byte{long}
		}, []string{"export/all.json"}},
		{"value in the name of a packed file", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/export/all.json"), gzipped("secret-name", "x"))
			in.Forbidden = [][]byte{[]byte("secret-name")}
		}, []string{"export/all.json"}},
		{"bytes after a packed file", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static/export/all.json"), gzipped("", "x")+string(long))
			in.Forbidden = [][]byte{long}
		}, []string{"export/all.json"}},
		{"value in a file name", func(t *testing.T, in *Input) {
			write(t, filepath.Join(in.Projection, "static", string(long)), "x")
			in.Expected = append(in.Expected, string(long))
			in.Forbidden = [][]byte{long}
		}, []string{"name of a file"}},
	}
	b := builder(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := sample(t)
			if _, err := b.Build(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			before := readTree(t, in.Out)
			tt.change(t, &in)
			_, err := b.Build(t.Context(), in)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), string(long)) || strings.Contains(err.Error(), "机密") {
				t.Errorf("the error tells the value: %v", err)
			}
			if !maps.Equal(before, readTree(t, in.Out)) {
				t.Error("the old site changed")
			}
			alone(t, in.Out)
		})
	}
}

func TestMountsAndSettingsOfBothSidesApply(t *testing.T) {
	b, in := builder(t), sample(t)
	config, err := os.ReadFile(filepath.Join(in.Root, "hugo.toml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(in.Root, "hugo.toml"), string(config)+`
[params]
who = "root"
other = "kept"

[[module.mounts]]
source = "i18n"
target = "assets/words"
`)
	write(t, filepath.Join(in.Root, "static/favicon.svg"), "<svg/>")
	write(t, filepath.Join(in.Projection, "hugo.json"), `{"params": {"who": "projection"}, "resourceDir": "/nowhere"}`)
	write(t, filepath.Join(in.Root, "layouts/home.html"),
		`{{ site.Params.who }} {{ site.Params.other }} {{ (resources.Get "words/en.yaml").Content }}`)
	in.Expected = append(in.Expected, "favicon.svg")
	if _, err := b.Build(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if got := readTree(t, in.Out)["index.html"]; got != "projection kept hello: hello\n" {
		t.Errorf("got %q", got)
	}
}

func TestMinifiedValuesAreRecognised(t *testing.T) {
	const secret = `不公开: 甲  "乙" & <丙> 'd' +1 = ` + "`e`\n\n末行"
	b, in := builder(t), sample(t)
	config, err := os.ReadFile(filepath.Join(in.Root, "hugo.toml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(in.Root, "hugo.toml"), "minify = {minifyOutput = true}\n"+string(config))
	in.Forbidden = [][]byte{[]byte(secret)}
	for _, layout := range []string{"<p>{{ site.Params.s }}</p>", `<p title="{{ site.Params.s }}">x</p>`,
		`<a href="?q={{ site.Params.s }}">x</a>`, `<p>{{ site.Params.s | jsonify }}</p>`,
		`{{ dict "s" site.Params.s | jsonify | safeHTML }}`} {
		config, err := json.Marshal(map[string]any{"params": map[string]string{"s": secret}})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(in.Projection, "hugo.json"), string(config))
		write(t, filepath.Join(in.Root, "layouts/home.html"), layout)
		if _, err := b.Build(t.Context(), in); err == nil || !strings.Contains(err.Error(), "index.html") {
			t.Errorf("%s: %v\n%s", layout, err, readTree(t, in.Out)["index.html"])
		}
	}
}

func TestHugoWarningsAreReported(t *testing.T) {
	b, in := builder(t), sample(t)
	write(t, filepath.Join(in.Root, "layouts/home.html"), `{{ warnf "look at %s" "this" }}x{{ i18n "nosuch" }}`)
	res, err := b.Build(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(res.Warnings, "|")
	if !strings.Contains(all, "look at this") || !strings.Contains(all, "nosuch") {
		t.Errorf("warnings %q", res.Warnings)
	}
}

func TestCancelledBuildStopsHugo(t *testing.T) {
	dir := t.TempDir()
	hang := filepath.Join(dir, "hugo")
	script(t, hang, "sleep 60 & wait")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	in := sample(t)
	start := time.Now()
	_, err := (&Builder{Hugo: hang}).Build(ctx, in)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 4*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(in.Out)); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// Runs of Hugo know their own pages alone, so a template that lists or looks up
// pages would show whichever happen to be in its run.
func TestLayoutsAskForNoOtherPage(t *testing.T) {
	asks := regexp.MustCompile(`[. ](GetPage|Ref|RelRef|Next|Prev|NextInSection|PrevInSection|Parent|CurrentSection|Sections|Home|Menus|Taxonomies|Pages|AllPages|RegularPages|RegularPagesRecursive)\b|\b(ref|relref) `)
	for name, text := range readTree(t, "../../../layouts") {
		if m := asks.FindString(text); m != "" {
			t.Errorf("layouts/%s asks for other pages: %s", name, m)
		}
	}
}

func gzipped(name, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Name = name
	z.Write([]byte(text))
	z.Close()
	return b.String()
}
