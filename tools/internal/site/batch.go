package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// DefaultBatch is how many bytes of content one run of Hugo is given. Hugo
// holds about ten times that in memory and starts in a tenth of a second.
const DefaultBatch = 24 << 20

// pageCost is counted for every page besides its bytes.
const pageCost = 4 << 10

// generate builds the content of the projection into the folder out, in as many
// runs as its size asks for, and returns what Hugo warned of. The pages that are
// kept come from the site that is replaced.
//
// Hugo keeps every page in memory until the last one is written. As each page
// of a projection holds all that it shows, the runs need not know of each other:
// the memory is that of one run, however large the registry is.
func (b *Builder) generate(ctx context.Context, in Input, kept map[string]string, work, out string) (warnings []string, err error) {
	if warnings, err = b.pages(ctx, in, kept, work, out); err != nil {
		return warnings, err
	}
	static := filepath.Join(in.Projection, "static")
	if within(static, work) {
		err = merge(out, static, "")
	} else {
		err = placeStatic(out, static)
	}
	if err != nil {
		return warnings, err
	}
	return warnings, keep(in, kept, out)
}

// pages lets Hugo make the pages that are not kept.
func (b *Builder) pages(ctx context.Context, in Input, kept map[string]string, work, out string) (warnings []string, err error) {
	source, err := configure(in, work)
	if err != nil {
		return nil, fmt.Errorf("configure hugo: %w", err)
	}
	batches, err := b.batches(filepath.Join(in.Projection, "content"), kept)
	if err != nil {
		return nil, fmt.Errorf("look at the content: %w", err)
	}
	for i, files := range batches {
		content := filepath.Join(in.Projection, "content")
		if len(batches) > 1 || len(kept) > 0 {
			content = filepath.Join(work, fmt.Sprintf("content-%d", i))
			if err := gather(content, filepath.Join(in.Projection, "content"), files); err != nil {
				return nil, err
			}
		}
		if err := source.show(content, i > 0); err != nil {
			return nil, fmt.Errorf("configure hugo: %w", err)
		}
		said, err := b.run(ctx, in, source, out)
		for _, w := range said {
			if !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
			}
		}
		if errors.Is(err, errStalled) {
			err = b.diagnose(ctx, in, source, files)
		}
		if err != nil {
			return warnings, err
		}
	}
	return warnings, nil
}

// batches parts the files below dir that are not kept, in the order of their
// names but those of the home page first.
func (b *Builder) batches(dir string, kept map[string]string) ([][]string, error) {
	limit := b.Batch
	if limit <= 0 {
		limit = DefaultBatch
	}
	var home, rest []string
	var sizes = map[string]int64{}
	var total int64
	err := walk(dir, func(rel string, d fs.DirEntry) error {
		if _, ok := kept[rel]; ok {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sizes[rel] = info.Size() + pageCost
		total += sizes[rel]
		if strings.HasPrefix(rel, "_index.") {
			home = append(home, rel)
		} else {
			rest = append(rest, rel)
		}
		return nil
	})
	// Even batches: a small last one would be a run for little.
	runs := max(1, (total+limit-1)/limit)
	limit = total/runs + 1
	out := [][]string{nil}
	var size int64
	for _, f := range append(home, rest...) {
		if size >= limit {
			out, size = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], f)
		size += sizes[f]
	}
	return out, err
}

// walk calls fn for everything below dir that is no folder, with its path from
// there; a folder that does not exist is empty.
func walk(dir string, fn func(rel string, d fs.DirEntry) error) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if p == dir && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		return fn(rel, d)
	})
}

// gather puts files of one folder into another.
func gather(to, from string, files []string) error {
	made := map[string]bool{}
	for _, f := range files {
		target := filepath.Join(to, f)
		if dir := filepath.Dir(target); !made[dir] {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return fmt.Errorf("gather %s: %w", f, err)
			}
			made[dir] = true
		}
		err := link(filepath.Join(from, f), target)
		if errors.Is(err, fs.ErrExist) {
			return twoSources(f)
		}
		if err != nil {
			return fmt.Errorf("gather %s: %w", f, err)
		}
	}
	return nil
}

// merge moves what is in one folder into another, whole folders where they are new
// there: making a folder or a file costs ten times what moving it does. rel is
// where in the site they are.
func merge(to, from, rel string) error {
	entries, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	there, err2 := os.ReadDir(to)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("put together the site: %w", err)
	}
	have := make(map[string]bool, len(there)) // whether it is a folder
	for _, d := range there {
		have[d.Name()] = d.IsDir()
	}
	for _, d := range entries {
		old, target := filepath.Join(from, d.Name()), filepath.Join(to, d.Name())
		folder, taken := have[d.Name()]
		switch {
		case !taken:
			err = os.Rename(old, target)
		case folder && d.IsDir():
			err = merge(target, old, path.Join(rel, d.Name()))
		default:
			err = twoSources(path.Join(rel, d.Name()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func twoSources(name string) error {
	return fail(nil, "站点的 %s 有两个来源，站点未替换", "%s of the site comes from two places; the site was not replaced", filepath.ToSlash(name))
}

// placeStatic puts the files that are served as they are into the site. Hugo would
// copy them one by one, which for a large registry takes longer than all else
// that it does for a page.
func placeStatic(out, static string) error {
	var files []string
	if err := walk(static, func(rel string, _ fs.DirEntry) error {
		files = append(files, rel)
		return nil
	}); err != nil {
		return fmt.Errorf("list files to be served: %w", err)
	}
	return gather(out, static, files)
}

// link gives a file a second name, or copies it where that cannot be. A file
// that is there already is an error.
func link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fail(nil, "站点里不许有链接或特殊文件：%s", "the site must not hold links or special files: %s", from)
	}
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}
