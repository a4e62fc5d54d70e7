//go:build unix

package gitobj

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPipesInTheRepositoryKeepNobodyWaiting puts a pipe, which gives whoever opens
// it nothing to read and no end, where a repository keeps its files.
func TestPipesInTheRepositoryKeepNobodyWaiting(t *testing.T) {
	for _, place := range []string{"HEAD", "refs/heads/main", "packed-refs", "config", "shallow", "objects/info/alternates", "index", "loose", "pack"} {
		t.Run(strings.ReplaceAll(place, "/", "-"), func(t *testing.T) {
			r := newRepo(t)
			r.write("a.md", "a")
			r.commit("one")
			head := r.git("rev-parse", "HEAD")
			file := filepath.Join(r.dir, ".git", place)
			switch place {
			case "loose":
				file = filepath.Join(r.dir, ".git/objects", head[:2], head[2:])
			case "pack":
				r.git("gc", "-q")
				list, _ := filepath.Glob(filepath.Join(r.dir, ".git/objects/pack/*.pack"))
				file = list[0]
			}
			os.Remove(file)
			if err := syscall.Mkfifo(file, 0o666); err != nil {
				t.Skip(err)
			}
			done := make(chan error, 1)
			go func() {
				done <- func() error {
					repo, err := Open(r.dir)
					if err != nil {
						return err
					}
					defer repo.Close()
					if _, err := repo.Refs(""); err != nil {
						return err
					}
					if _, err := repo.Tree("main"); err != nil {
						return err
					}
					_, err = repo.Worktree()
					return err
				}()
			}()
			select {
			case err := <-done:
				if err == nil {
					t.Error("nothing is wrong with a pipe")
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it waits")
			}
		})
	}
}
