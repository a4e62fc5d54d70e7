package site

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Builder builds sites with one hugo binary.
type Builder struct {
	// Hugo is the path of the binary, as [Locator.Hugo] gives it.
	Hugo string
	// Batch is how many bytes of content one run of Hugo is given; 0 means
	// [DefaultBatch].
	Batch int64
	// Patience is how long Hugo may write nothing before it is taken to have stopped
	// for ever; 0 means half a minute.
	Patience time.Duration
	// Reuse takes pages whose content is as it was at the last build of this
	// Builder from the site at Out, as long as templates, assets and settings are
	// as they were, too. Nobody else may write there in between. Builds of one such
	// Builder must not overlap.
	Reuse bool

	last *basis // nil: nothing to reuse
	ours string // where nobody else writes: the folder of a Builder that reuses, once it has built there
}

// Input says what to build and what must come of it.
type Input struct {
	// Root is the project root; of it hugo.toml, layouts, assets, i18n and
	// static are used and nothing else. Nothing is written there, except Out if
	// it lies inside.
	Root string
	// Projection holds the folders content, data and static and a hugo.json with
	// settings that go before those of hugo.toml; each may be absent. Each page in
	// content but the home page is a regular page that holds what it shows: it may
	// not ask for another. The files in static become those of the site and must
	// not be written to any more.
	Projection string
	// Out is the folder that the built site replaces.
	Out string
	// BaseURL overrides the one of hugo.toml; empty keeps it.
	BaseURL string
	// Expected lists the files that must come out, relative to Out, with
	// slashes. Any other file is an error, as is a missing one.
	Expected []string
	// ExpectedPatterns holds further path.Match patterns, each of which must
	// match exactly one file: for names that carry a fingerprint.
	ExpectedPatterns []string
	// Forbidden holds byte strings that must occur in no file and no file name,
	// as they are or escaped as in HTML, XML, JSON or a URL; zip and gzip files
	// are searched inside. A value that a template breaks up is not recognised.
	Forbidden [][]byte
	// Sums are the SHA-256 of all files of the projection by their names below it, with
	// slashes; nil where they are not known. With them, a Builder that reuses writes
	// only what differs, into the site at Out itself, and of a large site nothing
	// else is read.
	Sums map[string][sha256.Size]byte
}

// Result tells of a site that was built and put in place.
type Result struct {
	Files    int
	Bytes    int64
	Hash     string   // SHA-256, hex, over the names and contents of all files
	Warnings []string // what Hugo warned of, one a line
	Duration time.Duration
}

// Work is one build on its way into a folder: its lock is held and what a crashed
// run left is cleaned away.
type Work struct {
	// Projection is an empty folder to project into. It is used up by the build:
	// what is served as it is moves from there into the site.
	Projection string

	builder *Builder
	out     string
	dir     string
	start   time.Time
	unlock  func()
}

// Begin prepares a build into the folder out. It waits for a build that is on its
// way there, and refuses a folder that may not be replaced before anything is
// spent on it. [Work.Close] must follow.
func (b *Builder) Begin(ctx context.Context, out string) (_ *Work, err error) {
	w := &Work{builder: b, start: time.Now()}
	if w.out, err = filepath.Abs(out); err != nil {
		return nil, err
	}
	if w.unlock, err = lockOut(ctx, w.out); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if err := recoverOut(w.out); err != nil {
		return nil, err
	}
	if b.ours != w.out {
		if err := replaceable(w.out); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(w.out), 0o755); err != nil {
		return nil, fail(err, "建不了放网站的文件夹", "cannot make the folder of the site")
	}
	if w.dir, err = os.MkdirTemp(filepath.Dir(w.out), workPattern(w.out)); err != nil {
		return nil, fail(err, "网站先在旁边生成，再整体换上；这里建不了临时文件夹，请用 --out 另选一个", "the site is made beside its place and swapped in, and no folder can be made here: choose another with --out")
	}
	w.Projection = filepath.Join(w.dir, "projection")
	if err := os.Mkdir(w.Projection, 0o755); err != nil {
		return nil, fmt.Errorf("make work folder beside %s: %w", w.out, err)
	}
	return w, nil
}

// Out is the folder that the site goes to.
func (w *Work) Out() string { return w.out }

// Close removes what the build needed and lets others into the folder.
func (w *Work) Close() error {
	var err error
	if w.dir != "" {
		err = os.RemoveAll(w.dir)
	}
	w.unlock()
	return err
}

// Build runs Hugo, where there is much content several times, into a fresh folder
// beside Out, verifies what came out, and puts it in the place of Out by a rename;
// an error leaves Out as it was. The same input gives the same bytes. in.Out is
// that of Begin, in.Projection that of the Work or any other folder, which is
// then left as it is.
func (w *Work) Build(ctx context.Context, in Input) (res Result, err error) {
	in.Out = w.out
	if err := in.clean(); err != nil {
		return res, err
	}
	b, work := w.builder, w.dir
	built := filepath.Join(work, "site")
	var old, now *basis
	if b.Reuse {
		old, b.last = b.last, nil // an error leaves nothing to reuse
		if now, err = survey(in, old); err != nil {
			return res, fmt.Errorf("look at what to build: %w", err)
		}
	}
	if now.updates(old, in) {
		all, warnings, err := w.update(ctx, in, old, now)
		if err != nil {
			return Result{Warnings: warnings}, err
		}
		res = w.done(sorted(all), in, now)
		res.Warnings = warnings
		return res, nil
	}
	kept := now.since(old)
	res.Warnings, err = b.generate(ctx, in, kept, work, built)
	if err != nil {
		return res, err
	}
	files, folders, err := list(built)
	if err != nil {
		return res, fmt.Errorf("list built site: %w", err)
	}
	if err := compare(files, in.Expected, in.ExpectedPatterns); err != nil {
		return res, err
	}
	if err := examine(ctx, built, files, newForbidden(in.Forbidden)); err != nil {
		return res, err
	}
	if err := seal(built, folders, manifestOf(files)); err != nil {
		return res, err
	}
	if !b.Reuse { // else it is gone with its Builder, and the disk may be busy for minutes
		if err := syncTree(built); err != nil {
			return res, err
		}
	}
	if err := ctx.Err(); err != nil {
		return res, err
	}
	// Asked again: minutes may have passed, in which someone used the folder.
	if b.ours != in.Out {
		if err := replaceable(in.Out); err != nil {
			return res, err
		}
	}
	if err := swap(built, in.Out, filepath.Join(work, oldName)); err != nil {
		return res, fmt.Errorf("put the site in place: %w", err)
	}
	warnings := res.Warnings
	res = w.done(files, in, now)
	res.Warnings = warnings
	return res, nil
}

// done tells of the site that is in place, and keeps what the next build can use.
func (w *Work) done(files []file, in Input, now *basis) Result {
	if now != nil {
		now.files, now.forbidden = make(map[string]file, len(files)), make(map[string]bool, len(in.Forbidden))
		for _, f := range files {
			now.files[f.path] = f
		}
		for _, v := range in.Forbidden {
			now.forbidden[string(v)] = true
		}
	}
	if w.builder.last = now; now != nil {
		w.builder.ours = w.out
	}
	res := Result{Files: len(files), Hash: hashOf(manifestOf(files)), Duration: time.Since(w.start)}
	for _, f := range files {
		res.Bytes += f.size
	}
	return res
}

// clean makes the paths absolute and refuses an Out that lies where sources
// are read from.
func (in *Input) clean() error {
	for _, p := range []*string{&in.Root, &in.Projection, &in.Out} {
		if *p == "" {
			return fmt.Errorf("build site: root, projection and out must all be given")
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = abs
	}
	sources := []string{in.Projection, filepath.Join(in.Root, "content")}
	for _, dir := range siteFolders() {
		sources = append(sources, filepath.Join(in.Root, dir))
	}
	for _, p := range sources {
		if within(in.Out, p) || within(p, in.Out) {
			return fail(nil, "输出目录 %[1]s 与源目录 %[2]s 重叠，请另选一个",
				"the output folder %[1]s overlaps the source folder %[2]s: choose another", in.Out, p)
		}
	}
	return nil
}

// within reports whether p is dir or lies below it.
func within(p, dir string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
