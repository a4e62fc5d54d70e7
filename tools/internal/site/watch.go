package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long nothing must happen before a change is told: saving one
// file is several events, switching a branch thousands.
const quiet = 300 * time.Millisecond

// Watch calls onChange after files or folders at or below the paths changed,
// once for changes that follow each other within 300 ms. Calls do not overlap:
// what changes during one leads to one more. It returns nil when ctx ends.
func Watch(ctx context.Context, paths []string, onChange func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return watchError(err)
	}
	defer w.Close()
	t := &tree{watcher: w, files: make(map[string]bool)}
	for _, p := range paths {
		if err := t.start(p); err != nil {
			return watchError(err)
		}
	}

	timer := time.NewTimer(quiet)
	timer.Stop()
	var running chan struct{} // open while onChange runs
	pending := false
	defer func() {
		if running != nil {
			<-running
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			if t.relevant(e) {
				timer.Reset(quiet)
			}
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return watchError(err)
			}
			for _, dir := range t.roots { // events were lost: folders may be new
				if err := t.add(dir); err != nil {
					return watchError(err)
				}
			}
			timer.Reset(quiet)
		case <-timer.C:
			if running != nil {
				pending = true
				continue
			}
			running = call(onChange)
		case <-running:
			running = nil
			if pending {
				pending = false
				running = call(onChange)
			}
		}
	}
}

func call(f func()) chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	return done
}

// tree is what is watched: folders with all below them, and single files, for
// which the folder is watched because editors replace a file by another.
type tree struct {
	watcher *fsnotify.Watcher
	roots   []string
	files   map[string]bool
}

func (t *tree) start(p string) error {
	p, err := filepath.Abs(p)
	if err != nil {
		return err
	}
	info, err := os.Stat(p)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		t.files[p] = true
		return t.watcher.Add(filepath.Dir(p))
	}
	t.roots = append(t.roots, p)
	return t.add(p)
}

// add watches dir and the folders below it.
func (t *tree) add(dir string) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // gone again meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		if !d.IsDir() {
			return nil
		}
		if p != dir && temporary(p) {
			return filepath.SkipDir
		}
		if err := t.watcher.Add(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// relevant says whether an event is a change, and follows new folders.
func (t *tree) relevant(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod { // indexers and virus scanners touch files
		return false
	}
	name := filepath.Clean(e.Name)
	if t.files[name] {
		return true
	}
	if temporary(name) || !t.below(name) {
		return false
	}
	if e.Has(fsnotify.Create) {
		if info, err := os.Lstat(name); err == nil && info.IsDir() {
			// Files put there before the watch began are read by the rebuild
			// that this event leads to. A folder that cannot be watched shows
			// its change by its parent only.
			_ = t.add(name)
		}
	}
	return true
}

func (t *tree) below(name string) bool {
	for _, root := range t.roots {
		if within(name, root) {
			return true
		}
	}
	return false
}

// temporary knows the files that editors, file managers and Git make for
// themselves.
func temporary(name string) bool {
	base := filepath.Base(name)
	switch {
	case strings.HasPrefix(base, "."), // also .swp, .#lock, .goutputstream, .git
		strings.HasSuffix(base, "~"),
		strings.HasPrefix(base, "~$"), // Office
		strings.HasPrefix(base, "#") && strings.HasSuffix(base, "#"),
		strings.HasSuffix(base, "___jb_tmp___"), strings.HasSuffix(base, "___jb_old___"),
		base == "4913", base == "Thumbs.db":
		return true
	}
	switch strings.ToLower(filepath.Ext(base)) {
	case ".tmp", ".temp", ".swp", ".swx", ".swo", ".bak", ".part", ".crswap":
		return true
	}
	return false
}

func watchError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		return fail(err, "可监视的目录数已到系统上限；请调高 fs.inotify.max_user_watches 或 max_user_instances，或不监视",
			"the system's limit of watched folders is reached: raise fs.inotify.max_user_watches or max_user_instances, or do without watching")
	}
	return fmt.Errorf("watch for changes: %w", err)
}
