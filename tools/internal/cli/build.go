package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/site"
	"taizhang/tools/internal/value"
)

func (a *app) buildCommand() *cobra.Command {
	var out, baseURL, auditFrom string
	var noForm bool
	c := &cobra.Command{
		Use:   "build",
		Short: "检查台账并生成公开网站 · check the registry and build the public site",
		Long: `检查、投影出可以公开的内容、用 Hugo 生成网站、逐个文件核对，然后整体换上。
Checks, projects what may be public, runs Hugo, verifies every file, swaps the site in whole.

  taizhang build --out public

第一次会编译 Hugo 和填报页的检查程序，要几分钟，只此一次；PATH 上有版本正好的 hugo 就直接用。
The first run compiles Hugo and the judge of the form page, which takes minutes and happens once.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := a.siteBuilder(cmd.Context(), noForm)
			if err != nil {
				return err
			}
			if auditFrom != "" {
				if b.audit, err = a.auditPage(b.root, auditFrom); err != nil {
					return err
				}
			}
			res, err := b.build(cmd.Context(), a.abs(out), baseURL)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.io.Out, a.say("已生成 %s：%d 个文件，%.1f MB，公开项目 %d 个，用时 %.1f 秒\n", "built %s: %d files, %.1f MB, %d public projects, in %.1f s\n"),
				out, res.Files, float64(res.Bytes)/1e6, res.projects, res.Duration.Seconds())
			return nil
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "public", "网站文件夹 · folder of the site")
	c.Flags().StringVar(&baseURL, "base-url", "", "网站的网址，如 https://example.org/tz/ · address that the site will have")
	c.Flags().BoolVar(&noForm, "no-form", false, noFormUsage)
	c.Flags().StringVar(&auditFrom, "audit-from", "", "从这个可信的版本起审计主干，公布结果 · audit HEAD from this trusted revision and publish what it finds")
	return c
}

const noFormUsage = "不要填报页 · leave out the form page"

// siteBuilder builds the site of one registry again and again.
type siteBuilder struct {
	app   *app
	root  string
	hugo  site.Builder
	judge *publish.Judge // nil: no form page
	audit *publish.Audit // nil: no page of it
}

// built tells of a site that was put in place.
type built struct {
	site.Result
	projects int
}

func (a *app) siteBuilder(ctx context.Context, noForm bool) (*siteBuilder, error) {
	root, err := a.registryRoot()
	if err != nil {
		return nil, err
	}
	locator := &site.Locator{Root: root, Say: func(t finding.Text) { fmt.Fprintln(a.io.Err, t.In(a.lang)) }, Progress: a.compileProgress()}
	hugo, err := locator.Hugo(ctx)
	if err != nil {
		return nil, a.siteFailure(err)
	}
	b := &siteBuilder{app: a, root: root, hugo: site.Builder{Hugo: hugo}}
	if !noForm {
		locator.Progress = a.compileProgress()
		j, err := locator.Judge(ctx)
		if err != nil {
			return nil, a.siteFailure(err)
		}
		b.judge = &publish.Judge{Wasm: j.Wasm, Runtime: j.Runtime}
	}
	return b, nil
}

// compileProgress shows how far a one-time compilation is: a line
// that is overwritten on a terminal, one line every tenth elsewhere.
func (a *app) compileProgress() func(done, total int, what string) {
	last := -1
	return func(done, total int, what string) {
		if total == 0 {
			return
		}
		if a.io.ErrTTY {
			fmt.Fprintf(a.io.Err, "\r\033[K%s %d/%d %s", a.say("编译", "compiling"), done, total, path.Base(what))
			if done >= total {
				fmt.Fprintln(a.io.Err)
			}
			return
		}
		if tenth := done * 10 / total; tenth > last {
			last = tenth
			fmt.Fprintf(a.io.Err, "%s %d/%d\n", a.say("编译", "compiling"), done, total)
		}
	}
}

func (a *app) siteFailure(err error) error {
	var e *site.Error
	if errors.As(err, &e) {
		msg := errors.New(e.In(a.lang))
		if e.Err != nil {
			msg = fmt.Errorf("%s: %w", e.In(a.lang), e.Err)
		}
		return cannot(msg, "")
	}
	return cannot(err, "")
}

// build checks the registry and builds its site into out. Findings that block
// are printed and stop it.
func (b *siteBuilder) build(ctx context.Context, out, baseURL string) (*built, error) {
	w, err := b.hugo.Begin(ctx, out)
	if err != nil {
		return nil, b.app.siteFailure(err)
	}
	defer w.Close()
	manifest, err := b.projected(ctx, w.Projection, baseURL)
	if err != nil {
		return nil, err
	}
	debug.FreeOSMemory() // the registry is not needed any more, and Hugo needs much
	return b.make(ctx, w, w.Projection, baseURL, manifest)
}

// make lets Hugo make the site of a projection.
func (b *siteBuilder) make(ctx context.Context, w *site.Work, projection, baseURL string, manifest *publish.Manifest) (*built, error) {
	expected, patterns, err := b.own(manifest)
	if err != nil {
		return nil, cannot(err, "")
	}
	in := site.Input{Root: b.root, Projection: projection, Out: w.Out(), BaseURL: baseURL,
		Expected: expected, ExpectedPatterns: patterns, Forbidden: manifest.Forbidden}
	if manifest.Sums != nil {
		in.Sums = make(map[string][sha256.Size]byte, len(manifest.Sums))
		for name, sum := range manifest.Sums {
			in.Sums[name] = sum
		}
	}
	r, err := w.Build(ctx, in)
	if err != nil {
		return nil, b.app.siteFailure(err)
	}
	for _, w := range r.Warnings {
		fmt.Fprintln(b.app.io.Err, "hugo:", w)
	}
	return &built{r, manifest.Projects}, nil
}

// projected writes the projection and returns what the site will hold.
func (b *siteBuilder) projected(ctx context.Context, work, baseURL string) (*publish.Manifest, error) {
	p, err := b.app.project(ctx, b.root, work, baseURL, b.judge, b.audit)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	manifest, err := p.Finish(p.judge)
	if err != nil {
		return nil, cannot(err, "")
	}
	return manifest, nil
}

// projection is the public view of a registry that has been judged, to be
// finished as a site or as exports.
type projection struct {
	*publish.Builder
	judge *check.Judge
}

// project checks the registry and projects it into work. Findings that block
// are printed and stop it.
func (a *app) project(ctx context.Context, root, work, baseURL string, judge *publish.Judge, audited *publish.Audit) (_ *projection, err error) {
	files, err := disk.Open(root)
	if err != nil {
		return nil, cannot(err, "")
	}
	meta, err := siteMeta(root, files)
	if err != nil {
		return nil, cannot(err, "")
	}
	if meta.BaseURL, err = a.address(baseURL); err != nil {
		return nil, err
	}
	meta.Judge, meta.Audit = judge, audited
	pages, err := publish.New(work, meta)
	if err != nil {
		return nil, cannot(err, "")
	}
	defer func() {
		if err != nil {
			pages.Close()
		}
	}()
	var mu sync.Mutex
	var failed error
	res, err := check.All(files, check.Options{Context: ctx, Progress: a.progress(false), Inspect: attach.Inspect, Visit: func(v *check.Verdict) {
		if err := pages.Add(v); err != nil {
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
		}
	}})
	if err != nil {
		return nil, a.undefined(err)
	}
	res.Remind(a.today())
	if err := a.write([]output{{format: "text"}}, res, files, &checkOptions{color: "auto"}); err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, cannot(failed, "")
	}
	return &projection{pages, res.Judge}, nil
}

// address checks the address that a site will have and ends it with a slash.
func (a *app) address(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", misused(fmt.Errorf("--base-url %s: %s", s, a.say("不是完整网址", "is not a full address")),
			a.say("写成 https://example.org/tz/ 的形式", "write it like https://example.org/tz/"))
	}
	return strings.TrimSuffix(u.String(), "/") + "/", nil
}

// bundles are the scripts that the site puts together of several: fill.js of
// fill.js and fill-*.js.
func bundles() []string { return []string{"fill", "submit"} }

// own adds the files that the site brings itself: style sheets and scripts,
// whose names carry a fingerprint, and what lies in static/.
func (b *siteBuilder) own(manifest *publish.Manifest) (files, patterns []string, err error) {
	for _, dir := range []string{"assets/css", "assets/js"} {
		entries, err := os.ReadDir(filepath.Join(b.root, filepath.FromSlash(dir)))
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries {
			ext := path.Ext(e.Name())
			name := strings.TrimSuffix(e.Name(), ext)
			whole, _, _ := strings.Cut(name, "-")
			if b.judge == nil && slices.Contains([]string{"fill", "submit", "judge"}, whole) {
				continue // of the form page, which is left out
			}
			if name == "project" && manifest.Projects == 0 {
				continue // of the pages of projects, of which there are none yet
			}
			if ext == ".js" && slices.Contains(bundles(), whole) {
				name = whole
			} else {
				name += ".min"
			}
			patterns = append(patterns, path.Join(path.Base(dir), name+".*"+ext))
		}
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	files = manifest.Expected
	err = filepath.WalkDir(filepath.Join(b.root, "static"), func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(filepath.Join(b.root, "static"), p)
		files = append(files, filepath.ToSlash(rel))
		return err
	})
	return files, patterns, err
}

// siteMeta gathers what the site says of itself: the version of the data, the help
// pages, and the texts of its templates.
func siteMeta(root string, files *disk.Files) (publish.Meta, error) {
	m := publish.Meta{Guide: map[string][]byte{}}
	for _, p := range files.Paths() {
		if path.Dir(p) != registry.GuideDir || path.Ext(p) != ".md" {
			continue
		}
		data, err := files.Read(p, registry.RecordLimit)
		if err != nil {
			return m, err
		}
		m.Guide[path.Base(p)] = data
	}
	for _, dir := range []string{"i18n", "layouts", "static", "assets"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(p string, d os.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // an export needs no site
			}
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(p)
			m.Public = append(m.Public, data)
			return err
		})
		if err != nil {
			return m, err
		}
	}
	repo, err := gitobj.Open(root)
	if err != nil {
		return m, nil // a registry without Git has no version to name
	}
	defer repo.Close()
	if c, err := repo.Commit("HEAD"); err == nil {
		m.Commit, m.Date = c.Hash, value.Day(c.When)
	}
	return m, nil
}
