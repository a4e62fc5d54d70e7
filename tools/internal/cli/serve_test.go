package cli

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/publish"
)

// edited is a copy of the sample registry that a preview follows.
type edited struct {
	t       *testing.T
	dir     string
	said    bytes.Buffer
	preview *preview
}

func edit(t *testing.T) *edited {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	e := &edited{t: t, dir: t.TempDir()}
	for _, name := range []string{"content", "data", "schemas", "layouts", "assets", "i18n", "static"} {
		if err := os.CopyFS(filepath.Join(e.dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"hugo.toml", "go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(e.dir, name), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	a := &app{ctx: t.Context(), io: &IO{In: strings.NewReader(""), Out: &e.said, Err: io.Discard, Env: func(string) string { return "" }, Dir: e.dir}, root: e.dir, lang: "en"}
	b, err := a.siteBuilder(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	e.preview = newPreview(b, t.TempDir(), "http://localhost:1313/")
	t.Cleanup(e.preview.close)
	return e
}

// projects lists the folders of all projects, from the root of the registry.
func (e *edited) projects() []string {
	found, err := filepath.Glob(filepath.Join(e.dir, "content/projects/*/*/*"))
	if err != nil {
		e.t.Fatal(err)
	}
	for i := range found {
		found[i] = strings.TrimPrefix(found[i], e.dir+"/")
	}
	return found
}

func (e *edited) read(name string) string {
	data, err := os.ReadFile(filepath.Join(e.dir, name))
	if err != nil {
		e.t.Fatal(err)
	}
	return string(data)
}

func (e *edited) write(name, text string) {
	if err := os.WriteFile(filepath.Join(e.dir, name), []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

// replace alters a file once and returns what undoes it.
func (e *edited) replace(name, old, new string) (undo func()) {
	e.t.Helper()
	before := e.read(name)
	if !strings.Contains(before, old) {
		e.t.Fatalf("%s does not say %q", name, old)
	}
	e.write(name, strings.Replace(before, old, new, 1))
	return func() { e.write(name, before) }
}

// fresh projects the registry from the beginning.
func (e *edited) fresh() (*publish.Manifest, map[string]string, error) {
	work := filepath.Join(e.t.TempDir(), "projection")
	m, err := e.preview.projected(e.t.Context(), work, e.preview.baseURL)
	return m, tree(e.t, work), err
}

// written tells when a file that is served as it is was projected.
func (e *edited) written(name string) time.Time {
	e.t.Helper()
	info, err := os.Stat(filepath.Join(e.preview.work, "projection", "static", name))
	if err != nil {
		e.t.Fatal(err)
	}
	return info.ModTime()
}

// same compares the preview with a registry that is projected, or with whole with a
// site that is built, from the beginning.
func (e *edited) same(what string, whole bool) {
	e.t.Helper()
	e.said.Reset()
	err := e.preview.update(e.t.Context())
	want, files, freshErr := e.fresh()
	if (err == nil) != (freshErr == nil) {
		e.t.Fatalf("%s: the preview says %v, a build %v\n%s", what, err, freshErr, e.said.String())
	}
	if err != nil {
		return
	}
	equal := func(got, want map[string]string) {
		e.t.Helper()
		var differ []string
		for name := range maps.Keys(want) {
			if got[name] != want[name] {
				differ = append(differ, name)
			}
		}
		for name := range got {
			if _, ok := want[name]; !ok {
				differ = append(differ, name+" (left over)")
			}
		}
		if slices.Sort(differ); len(differ) > 0 {
			e.t.Errorf("%s: %d files are not those of a build: %v", what, len(differ), differ[:min(len(differ), 20)])
		}
	}
	equal(tree(e.t, filepath.Join(e.preview.work, "projection")), files)
	e.preview.pages.Again(e.preview.meta, nil)
	j, err := check.NewJudge(e.preview.files)
	if err != nil {
		e.t.Fatal(err)
	}
	got, err := e.preview.pages.Finish(j)
	if err != nil {
		e.t.Fatal(err)
	}
	if !slices.Equal(got.Expected, want.Expected) || !slices.EqualFunc(got.Forbidden, want.Forbidden, bytes.Equal) || got.Withheld != want.Withheld {
		e.t.Errorf("%s: the site may hold and must not hold other things than a build's", what)
	}
	if !whole {
		return
	}
	out := filepath.Join(e.t.TempDir(), "site")
	hugo := e.preview.hugo
	hugo.Reuse = false
	b := *e.preview.siteBuilder
	b.hugo = hugo
	if _, err := b.build(e.t.Context(), out, e.preview.baseURL); err != nil {
		e.t.Fatal(err)
	}
	equal(tree(e.t, e.preview.out), tree(e.t, out))
}

// TestAPreviewIsTheSiteOfABuild edits the sample registry, by plan and at random,
// and compares what the preview makes of it with what a build makes.
func TestAPreviewIsTheSiteOfABuild(t *testing.T) {
	e := edit(t)
	index := func(id string) string { return "content/projects/" + id + "/index.md" }
	e.same("at first", false)

	// What others say of a project: its name on their pages, whether it is public.
	undo := e.replace(index("2024/cgj/01"), "title: ", "title: 改名的")
	e.same("a project that another maintains has a new name", false)
	undo()
	undo = e.replace(index("2024/cgj/01"), "result: 可以公开", "result: 不予公开")
	e.same("a project is withheld", false)
	undo()

	// Faults stop the preview, which stays as it was, and are no obstacle to it later.
	before := tree(t, e.preview.out)
	undo = e.replace(index("2024/dsjj/01"), "title: ", "titel: ")
	second := e.replace(index("2026/cgj/01"), "title: ", "title: 又一个")
	e.same("a faulty record", false)
	if said := e.said.String(); !strings.Contains(said, "titel") {
		t.Errorf("the fault is not told: %s", said)
	}
	if !maps.Equal(before, tree(t, e.preview.out)) {
		t.Error("a faulty record changed the site")
	}
	undo()
	e.same("the fault is mended and what was edited meanwhile is shown", false)
	second()

	// What belongs to no project, and the definitions.
	undo = e.replace("content/plans/2026.md", "\n---\n", "\n---\n\n另附说明。\n")
	e.same("a plan", false)
	undo()
	undo = e.replace("content/guide/about.md", "\n---\n", "\n---\n\n补充一句。\n")
	e.same("a page of the guide", false)
	undo()
	was := e.written("data/v1/bulk.json")
	if err := e.preview.update(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !e.written("data/v1/bulk.json").Equal(was) {
		t.Error("the data files are made again although they cannot differ")
	}
	undo = e.replace("layouts/baseof.html", "<body", "<body data-edited")
	e.same("a template", false)
	undo()
	undo = e.replace("data/registry.yaml", "sample: true", "sample: false")
	e.same("a definition", false)
	undo()
	e.same("the definition is as it was", false)

	// At random: a sentence, a title or an amount; a record or a project goes.
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 5 {
		folders := e.projects()
		dir := folders[r.IntN(len(folders))]
		records, err := filepath.Glob(filepath.Join(e.dir, dir, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(records[r.IntN(len(records))], e.dir+"/")
		text := e.read(name)
		what := ""
		undo := func() { e.write(name, text) }
		switch r.IntN(5) {
		case 0, 1:
			what = "a sentence in " + name
			e.write(name, text+fmt.Sprintf("\n第 %d 次补充说明。\n", n))
		case 2:
			what, name = "the title of "+dir, dir+"/index.md"
			text = e.read(name)
			e.write(name, strings.Replace(text, "title: ", fmt.Sprintf("title: 第 %d 版", n), 1))
		case 3:
			what = "without " + name
			if err := os.Remove(filepath.Join(e.dir, name)); err != nil {
				t.Fatal(err)
			}
		case 4:
			what = "without " + dir
			away := filepath.Join(t.TempDir(), "away")
			if err := os.Rename(filepath.Join(e.dir, dir), away); err != nil {
				t.Fatal(err)
			}
			undo = func() {
				if err := os.Rename(away, filepath.Join(e.dir, dir)); err != nil {
					t.Fatal(err)
				}
			}
		}
		e.same(what, n == 4)
		if r.IntN(2) == 0 {
			undo()
		}
		if err := e.preview.update(t.Context()); err != nil {
			undo() // a fault would hide what comes after it
		}
	}
}

// TestARegistryWithoutProjectsHasASite is the first day of a district: nothing is
// filed yet, then there are the first projects.
func TestARegistryWithoutProjectsHasASite(t *testing.T) {
	e := edit(t)
	away := t.TempDir()
	move := func(from, to string) {
		for _, name := range []string{"projects", "plans"} {
			if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	content := filepath.Join(e.dir, "content")
	move(content, away)
	e.same("no project", true)
	move(away, content)
	e.same("the first projects", false)
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		out[strings.TrimPrefix(p, dir+"/")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
