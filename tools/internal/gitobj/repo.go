// Package gitobj reads a registry out of Git: commits, the single merge base
// of two of them, the files of a commit or of the working directory, and what
// differs between two of those. It reads and writes objects alone: nothing is
// checked out, no reference is moved, no hook, filter or other code of the
// repository runs, and replace refs and grafts are not followed.
//
// Which function do I want?
//
//   - [Open] a repository from any directory inside it.
//   - [Repo.Commit] to turn what a user typed into a commit.
//   - [Repo.MergeBase] to know where a branch left another.
//   - [Repo.Tree] for the files of a commit, [Repo.Worktree] for those on disk.
//   - [Repo.Diff] for what changed from one to the other.
//   - [Repo.Between] for the commits of a change, [Repo.FirstParents] for the
//     history of a branch, [Repo.Refs] for references.
//   - [Repo.WriteBlob], [Repo.WriteTree], [Repo.WriteCommit] to make a commit.
//
// Everything that comes out of a repository is taken to be hostile: names,
// modes and order of tree entries are checked, sizes are asked for before
// reading, and content is checked against its hash.
//
// The package knows nothing of projects, forms or rules; which folders matter
// and what a mode or a name is worth is for the caller to say.
package gitobj

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// maxAlternates bounds the chain of borrowed object folders, as Git does.
const maxAlternates = 5

// maxBorrowed bounds those folders: a missing object is looked for in all of them.
const maxBorrowed = 32

// Repo is an open repository. Its methods may be called by several goroutines
// at once.
type Repo struct {
	root   string // working directory; empty in a bare repository
	gitDir string // of this worktree: HEAD, index
	common string // shared by all worktrees: objects, refs, config

	mu      sync.Mutex          // storage and objects are for one at a time
	storage *filesystem.Storage // references, and what is written
	objects []*objectFolder     // own objects first, then the alternates
	config  gitConfig
	shallow map[plumbing.Hash]bool // commits whose parents were cut off

	trees treeCache
}

// Open opens the repository that dir lies in: dir or the nearest directory
// above it that holds .git (a directory, or the file of a linked worktree or
// submodule) or that is itself a bare repository. It returns [ErrNoRepo] when
// there is none and [*UnsupportedError] when its format cannot be read.
func Open(dir string) (*Repo, error) { return OpenIn(dir, "") }

// OpenIn is [Open] for a hook: while a push is judged, Git keeps what it brings
// in an object folder of its own (GIT_QUARANTINE_PATH), named by incoming.
func OpenIn(dir, incoming string) (*Repo, error) {
	plainHash()
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	root, gitDir, err := findGitDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open repository at %s: %w", dir, err)
	}
	common, err := commonDir(gitDir)
	if err != nil {
		return nil, fmt.Errorf("open repository at %s: %w", gitDir, err)
	}
	r := &Repo{root: root, gitDir: gitDir, common: common}
	if r.config, err = readConfig(gitDir, common); err != nil {
		return nil, fmt.Errorf("open repository at %s: %w", gitDir, err)
	}
	if err := r.config.supported(); err != nil {
		return nil, err
	}
	if err := r.openStores(incoming); err != nil {
		return nil, fmt.Errorf("open repository at %s: %w", gitDir, err)
	}
	return r, nil
}

// Root returns the directory that holds the working tree, or "" when the
// repository is bare.
func (r *Repo) Root() string { return r.root }

// Shallow reports whether the history of this clone is cut.
func (r *Repo) Shallow() bool { return len(r.shallow) > 0 }

// Close releases the descriptors. The repository must not be used afterwards.
func (r *Repo) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	errs := []error{r.storage.Close()}
	for _, o := range r.objects {
		errs = append(errs, o.close())
	}
	return errors.Join(errs...)
}

func (r *Repo) openStores(incoming string) error {
	var shared billy.Filesystem // stays a nil interface unless the worktree is linked
	if r.common != r.gitDir {
		shared = plainFiles{osfs.New(r.common)}
	}
	r.storage = filesystem.NewStorage(dotgit.NewRepositoryFilesystem(plainFiles{osfs.New(r.gitDir)}, shared), cache.NewObjectLRU(0))
	own := filepath.Join(r.common, "objects")
	dirs, err := alternates(own, []string{own}, 0)
	if err != nil {
		return err
	}
	if incoming != "" {
		if info, err := os.Stat(incoming); err != nil || !info.IsDir() {
			return fmt.Errorf("object folder %s: %w", incoming, fs.ErrNotExist)
		}
		dirs = append(dirs, incoming)
	}
	known := &bases{BufferLRU: cache.NewBufferLRU(baseCache)}
	for _, d := range dirs {
		r.objects = append(r.objects, &objectFolder{dir: d, bases: known})
	}

	cuts, err := r.storage.Shallow()
	if err != nil {
		return fmt.Errorf("read the shallow boundary: %w", err)
	}
	if len(cuts) > 0 {
		r.shallow = make(map[plumbing.Hash]bool, len(cuts))
		for _, h := range cuts {
			r.shallow[h] = true
		}
	}
	return nil
}

func findGitDir(dir string) (root, gitDir string, err error) {
	for {
		dot := filepath.Join(dir, ".git")
		info, err := os.Stat(dot)
		switch {
		case err == nil && info.IsDir():
			return dir, dot, nil
		case err == nil:
			gitDir, err := readGitFile(dot)
			return dir, gitDir, err
		case !errors.Is(err, fs.ErrNotExist) && !isNotDir(dir):
			return "", "", err
		case isGitDir(dir):
			return "", dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", "", ErrNoRepo
		}
		dir = parent
	}
}

func isNotDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

func isGitDir(dir string) bool {
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	info, err := os.Stat(filepath.Join(dir, "HEAD"))
	return err == nil && info.Mode().IsRegular()
}

// readGitFile follows a .git file to the directory that it names.
func readGitFile(path string) (string, error) {
	b, err := readPlain(path)
	if err != nil {
		return "", err
	}
	dir, ok := strings.CutPrefix(strings.TrimRight(string(b), "\r\n"), "gitdir: ")
	if !ok {
		return "", fmt.Errorf("%s: no 'gitdir: ' line", path)
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(path), dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%s names %s: %w (was the repository moved? run 'git worktree repair')", path, dir, ErrNoRepo)
	}
	return filepath.Clean(dir), nil
}

func commonDir(gitDir string) (string, error) {
	b, err := readPlain(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return gitDir, nil
	}
	if err != nil {
		return "", err
	}
	dir := strings.TrimSpace(string(b))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(gitDir, dir)
	}
	if !isGitDir(dir) {
		return "", fmt.Errorf("commondir names %s: %w", dir, ErrNoRepo)
	}
	return filepath.Clean(dir), nil
}

// alternates lists the object folders that objects borrows from, nearest
// first.
func alternates(objects string, seen []string, depth int) ([]string, error) {
	b, err := readPlain(filepath.Join(objects, "info", "alternates"))
	if errors.Is(err, fs.ErrNotExist) {
		return seen, nil
	}
	if err != nil {
		return nil, err
	}
	if depth == maxAlternates {
		return nil, &UnsupportedError{What: "alternates nested too deep"}
	}
	for line := range strings.Lines(string(b)) {
		dir := strings.TrimRight(line, "\r\n")
		if dir == "" || strings.HasPrefix(dir, "#") {
			continue
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(objects, dir)
		}
		dir = filepath.Clean(dir)
		if slices.Contains(seen, dir) {
			continue
		}
		if len(seen) == maxBorrowed {
			return nil, &UnsupportedError{What: "too many alternates"}
		}
		if seen, err = alternates(dir, append(seen, dir), depth+1); err != nil {
			return nil, err
		}
	}
	return seen, nil
}
