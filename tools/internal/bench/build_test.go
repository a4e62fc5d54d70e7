//go:build linux

package bench_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/site"
)

// BenchmarkBuild is taizhang build, from the check of the registry to the
// verified site (without the form page, which is one file for any registry),
// against Hugo alone on the same pages: the content that the build hands to
// Hugo, with one template that prints a page's title and data. Both are whole
// processes with what they start: processor time, and the most memory that all
// of them held at one time.
func BenchmarkBuild(b *testing.B) {
	hugo, err := (&site.Locator{Root: root}).Hugo(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	bin := filepath.Join(b.TempDir(), "taizhang")
	if out, err := exec.Command("go", "build", "-o", bin, "taizhang/tools/taizhang").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	each(b, func(b *testing.B, w *world) {
		for _, name := range []string{"layouts", "assets", "i18n", "static"} {
			if err := os.CopyFS(filepath.Join(w.dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
				b.Fatal(err)
			}
		}
		for _, name := range []string{"hugo.toml", "go.mod"} {
			if err := os.Link(filepath.Join(root, name), filepath.Join(w.dir, name)); err != nil {
				b.Fatal(err)
			}
		}
		source := bare(b, w)
		out := b.TempDir()
		var ours, floor usage
		for b.Loop() {
			ours = watch(b, exec.Command(bin, "build", "--root", w.dir, "--no-form", "--out", filepath.Join(out, "site")))
			floor = watch(b, exec.Command(hugo, "build", "--source", source, "--destination", filepath.Join(out, "bare"), "--noBuildLock", "--noTimes"))
		}
		built, index := sizeOf(b, filepath.Join(out, "site")), sizeOf(b, filepath.Join(out, "site", "search"))
		b.ReportMetric(ours.cpu.Seconds(), "cpu-s")
		b.ReportMetric(ours.of["hugo"].Seconds(), "hugo-cpu-s")
		b.ReportMetric(floor.cpu.Seconds(), "bare-cpu-s")
		b.ReportMetric(ours.cpu.Seconds()/floor.cpu.Seconds(), "×cpu")
		b.ReportMetric(ours.peak, "peak-MB")
		b.ReportMetric(floor.peak, "bare-peak-MB")
		b.ReportMetric(ours.peak/floor.peak, "×peak")
		b.ReportMetric(built.mb, "site-MB")
		b.ReportMetric(float64(built.files), "files")
		b.ReportMetric(index.mb, "index-MB")
		b.ReportMetric(float64(sizeOf(b, filepath.Join(source, "content")).files), "pages")
	})
}

// bare writes the folder that Hugo alone is run in.
func bare(b *testing.B, w *world) (source string) {
	source = b.TempDir()
	projection := filepath.Join(source, "projection")
	pages, err := publish.New(projection, publish.Meta{})
	if err != nil {
		b.Fatal(err)
	}
	defer pages.Close()
	files, err := disk.Open(w.dir)
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	res, err := check.All(files, check.Options{Visit: func(v *check.Verdict) {
		if err := pages.Add(v); err != nil {
			mu.Lock()
			defer mu.Unlock()
			b.Error(err)
		}
	}})
	if err != nil || b.Failed() {
		b.Fatal(err)
	}
	if _, err := pages.Finish(res.Judge); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(filepath.Join(projection, "content"), filepath.Join(source, "content")); err != nil {
		b.Fatal(err)
	}
	if err := os.RemoveAll(projection); err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"hugo.toml": "disableKinds = [\"section\", \"taxonomy\", \"term\", \"RSS\", \"sitemap\", \"robotsTXT\", \"404\"]\n",
		"layouts/all.html": "<!doctype html><html><head><meta charset=\"utf-8\"><title>{{ .Title }}</title></head>" +
			"<body><h1>{{ .Title }}</h1><pre>{{ .Params.v | jsonify }}</pre></body></html>\n",
	} {
		name = filepath.Join(source, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return source
}

type size struct {
	files int
	mb    float64
}

func sizeOf(b *testing.B, dir string) (s size) {
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		info, err := d.Info()
		if err == nil {
			s.files++
			s.mb += float64(info.Size()) / 1e6
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}
