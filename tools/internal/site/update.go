package site

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// updates reports whether the site at Out can be made the new one by writing only
// what differs: it is known file by file, and so is what the new one is made from.
func (m *basis) updates(old *basis, in Input) bool {
	if m == nil || old == nil || old.files == nil || in.Sums == nil || m.rest != old.rest {
		return false
	}
	for rel, p := range old.pages {
		if _, stays := m.pages[rel]; !stays && p.file == "" {
			return false // what came of it is not known
		}
	}
	return true
}

// update makes the site at Out the new one: what differs is made and verified beside
// it and then moved into it file by file. Values that were not forbidden before are
// looked for in all of it.
func (w *Work) update(ctx context.Context, in Input, old, now *basis) (files map[string]file, warnings []string, err error) {
	built := filepath.Join(w.dir, "site")
	if warnings, err = w.builder.pages(ctx, in, now.since(old), w.dir, built); err != nil {
		return nil, warnings, err
	}
	files = maps.Clone(old.files)
	var changed []string
	for rel, p := range old.pages {
		if _, stays := now.pages[rel]; !stays {
			delete(files, p.file)
		}
	}
	for name := range old.static {
		if _, stays := now.static[name]; !stays {
			delete(files, name)
		}
	}
	for name, sum := range now.static {
		if was, had := old.static[name]; !had || was != sum {
			changed = append(changed, filepath.FromSlash(name))
		}
	}
	if err := gather(built, filepath.Join(in.Projection, "static"), changed); err != nil {
		return nil, warnings, err
	}
	made, folders, err := list(built)
	if err != nil {
		return nil, warnings, fmt.Errorf("list built site: %w", err)
	}
	for _, dir := range folders {
		if err := os.Chmod(dir, 0o755); err != nil {
			return nil, warnings, err
		}
	}
	rest := maps.Clone(files)
	for _, f := range made {
		files[f.path] = f
		delete(rest, f.path)
	}
	if err := compare(sorted(files), in.Expected, in.ExpectedPatterns); err != nil {
		return nil, warnings, err
	}
	if err := examine(ctx, built, made, newForbidden(in.Forbidden)); err != nil {
		return nil, warnings, err
	}
	fresh := slices.DeleteFunc(slices.Clone(in.Forbidden), func(v []byte) bool { return old.forbidden[string(v)] })
	if len(fresh) > 0 {
		if err := examine(ctx, in.Out, sorted(rest), newForbidden(fresh)); err != nil {
			return nil, warnings, err
		}
	}
	for _, f := range made {
		files[f.path] = f // with its checksum
	}
	return files, warnings, errors.Join(ctx.Err(), w.apply(built, in.Out, old.files, files, made))
}

// apply moves the made files into the site and removes those that are gone.
func (w *Work) apply(built, out string, old, now map[string]file, made []file) error {
	at := func(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for name := range old {
		if _, stays := now[name]; stays {
			continue
		}
		if err := os.Remove(at(out, name)); err != nil {
			return fmt.Errorf("update the site: %w", err)
		}
		for dir := filepath.Dir(at(out, name)); dir != out && os.Remove(dir) == nil; {
			dir = filepath.Dir(dir) // the folder is empty
		}
	}
	for _, f := range made {
		if err := os.MkdirAll(filepath.Dir(at(out, f.path)), 0o755); err != nil {
			return fmt.Errorf("update the site: %w", err)
		}
		if err := os.Rename(at(built, f.path), at(out, f.path)); err != nil {
			return fmt.Errorf("update the site: %w", err)
		}
	}
	marker := filepath.Join(w.dir, "marker")
	if err := os.WriteFile(marker, marked(manifestOf(sorted(now))), 0o644); err != nil {
		return fmt.Errorf("write marker: %w", err)
	}
	if err := os.Rename(marker, filepath.Join(out, Marker)); err != nil {
		return fmt.Errorf("write marker: %w", err)
	}
	return nil
}

func sorted(files map[string]file) []file {
	return slices.SortedFunc(maps.Values(files), func(a, b file) int { return strings.Compare(a.path, b.path) })
}
