package site

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// watching starts a watch and gives a channel that gets one value a change.
func watching(t *testing.T, paths ...string) <-chan struct{} {
	t.Helper()
	changes := make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Watch(ctx, paths, func() { changes <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("watch: %v", err)
		}
	})
	time.Sleep(200 * time.Millisecond) // until the folders are watched
	return changes
}

// told counts the changes until nothing more comes.
func told(changes <-chan struct{}) int {
	n := 0
	for wait := 3 * time.Second; ; wait = 2 * quiet {
		select {
		case <-changes:
			n++
		case <-time.After(wait):
			return n
		}
		if n > 50 {
			return n
		}
	}
}

func TestWatchTellsAChangeOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "src/a/b/page.md"), "1")
	write(t, filepath.Join(dir, "hugo.toml"), "1")
	changes := watching(t, filepath.Join(dir, "src"), filepath.Join(dir, "hugo.toml"))
	steps := []struct {
		name string
		do   func()
		want int
	}{
		{"many writes", func() {
			for range 5 {
				write(t, filepath.Join(dir, "src/a/b/page.md"), "2")
				time.Sleep(quiet / 10)
			}
		}, 1},
		{"single file replaced", func() {
			write(t, filepath.Join(dir, "hugo.toml.new"), "2")
			os.Rename(filepath.Join(dir, "hugo.toml.new"), filepath.Join(dir, "hugo.toml"))
		}, 1},
		{"removal", func() { os.Remove(filepath.Join(dir, "src/a/b/page.md")) }, 1},
		{"new folders", func() { write(t, filepath.Join(dir, "src/new/deep/x.md"), "1") }, 1},
		{"file in a new folder", func() { write(t, filepath.Join(dir, "src/new/deep/x.md"), "2") }, 1},
	}
	for _, s := range steps {
		s.do()
		if got := told(changes); got != s.want {
			t.Errorf("%s: told %d times", s.name, got)
		}
	}
}

func TestWatchIgnoresEditorFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "src/.git/HEAD"), "1")
	changes := watching(t, filepath.Join(dir, "src"))
	for _, name := range []string{".page.md.swp", "page.md~", "#page.md#", ".#page.md", "4913", "~$book.xlsx", "x.tmp", ".git/HEAD", "../other"} {
		write(t, filepath.Join(dir, "src", name), "2")
	}
	select {
	case <-changes:
		t.Error("told of a temporary file")
	case <-time.After(3 * quiet):
	}
}

func TestWatchCallsDoNotOverlap(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	running, most, calls := 0, 0, make(chan struct{}, 10)
	done := make(chan error, 1)
	go func() {
		done <- Watch(ctx, []string{dir}, func() {
			running++ // a second call at the same time is a race, too
			most = max(most, running)
			calls <- struct{}{}
			time.Sleep(4 * quiet)
			running--
		})
	}()
	time.Sleep(200 * time.Millisecond)
	write(t, filepath.Join(dir, "a"), "1")
	<-calls
	for range 2 { // two changes while the first is worked on
		write(t, filepath.Join(dir, "a"), "2")
		time.Sleep(quiet * 3 / 2)
	}
	<-calls
	cancel()
	if err := <-done; err != nil || most != 1 || len(calls) != 0 {
		t.Errorf("err %v, at once %d, more calls %d", err, most, len(calls))
	}
}
