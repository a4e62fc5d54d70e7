package gitobj

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Entry is one file, or what stands in its place: a symbolic link, a
// submodule. Lookup and ReadDir also give folders.
type Entry struct {
	Path string // from the root, with slashes
	Mode uint32 // ModeFile in a well-kept registry
	Hash string // 40 hexadecimal digits: of the blob, the tree, the submodule's commit
}

// IsDir reports whether the entry is a folder.
func (e Entry) IsDir() bool { return e.Mode == ModeDir }

// Snapshot is a set of files at one moment: a [*Tree] of a commit or the
// [*Worktree]. It may be used by several goroutines at once.
type Snapshot interface {
	// Walk calls fn for each file at or below prefix (a folder or a file; ""
	// for all), sorted by path. An error of fn ends the walk and is returned.
	// A prefix that does not exist has no files.
	Walk(prefix string, fn func(Entry) error) error
	// ReadDir lists a folder, not what is below it, sorted by path. A folder
	// that does not exist is empty.
	ReadDir(path string) ([]Entry, error)
	// Lookup finds a file or a folder.
	Lookup(path string) (Entry, bool, error)
	// Read returns the content of a regular file, which must not be changed: it may
	// be shared. It wraps fs.ErrNotExist when there is none; content of more than
	// limit bytes is a [*TooLargeError].
	Read(path string, limit int64) ([]byte, error)
	// ReadHash returns the content of a blob of this snapshot by its hash, with
	// the limit of Read.
	ReadHash(hash string, limit int64) ([]byte, error)

	folder
}

// folder is what walking and comparing need of a snapshot.
type folder interface {
	// root is the node of the root folder.
	root() node
	// list returns the sorted entries of a folder, which must not be changed.
	list(path string, id plumbing.Hash) ([]node, error)
	// covers reports whether the snapshot knows about an entry of the root.
	covers(n node) bool
}

// Tree is the files of a commit.
type Tree struct {
	Commit Commit
	repo   *Repo
	id     plumbing.Hash
}

// Tree returns the files of a commit, named by any revision.
func (r *Repo) Tree(rev string) (*Tree, error) {
	c, err := r.Commit(rev)
	if err != nil {
		return nil, err
	}
	id, _ := parseHash(c.Tree)
	return &Tree{Commit: c, repo: r, id: id}, nil
}

var _ Snapshot = (*Tree)(nil)

func (t *Tree) root() node { return node{mode: ModeDir, id: t.id} }

func (t *Tree) covers(node) bool { return true }

func (t *Tree) list(path string, id plumbing.Hash) ([]node, error) { return t.repo.tree(path, id) }

// Walk implements [Snapshot].
func (t *Tree) Walk(prefix string, fn func(Entry) error) error { return walkPrefix(t, prefix, fn) }

// ReadDir implements [Snapshot].
func (t *Tree) ReadDir(path string) ([]Entry, error) { return readDir(t, path) }

// Lookup implements [Snapshot].
func (t *Tree) Lookup(path string) (Entry, bool, error) { return lookupEntry(t, path) }

// Read implements [Snapshot].
func (t *Tree) Read(path string, limit int64) ([]byte, error) {
	n, err := lookupFile(t, path)
	if err != nil {
		return nil, err
	}
	data, err := t.repo.blob(n.id.String(), limit)
	return data, nameError(path, err)
}

// ReadHash implements [Snapshot].
func (t *Tree) ReadHash(hash string, limit int64) ([]byte, error) { return t.repo.blob(hash, limit) }

// nameError makes an error about an object speak of the file.
func nameError(path string, err error) error {
	if err == nil {
		return nil
	}
	if big, ok := err.(*TooLargeError); ok {
		return &TooLargeError{path, big.Size, big.Limit}
	}
	return fmt.Errorf("read %s: %w", path, err)
}

func entryOf(path string, n node) Entry { return Entry{path, n.mode, n.id.String()} }

// lookup finds the node at a path; "" is the root. A path that is not in its
// simplest form is not found.
func lookup(f folder, path string) (node, bool, error) {
	n := f.root()
	if path == "" {
		return n, true, nil
	}
	if !fs.ValidPath(path) || path == "." {
		return n, false, nil
	}
	dir := ""
	for name := range strings.SplitSeq(path, "/") {
		if !n.isDir() {
			return n, false, nil
		}
		nodes, err := f.list(dir, n.id)
		if err != nil {
			return n, false, err
		}
		var ok bool
		if n, _, ok = findNode(nodes, name); !ok {
			return n, false, nil
		}
		dir = joinPath(dir, name)
	}
	return n, true, nil
}

func lookupEntry(f folder, path string) (Entry, bool, error) {
	n, ok, err := lookup(f, path)
	if err != nil || !ok {
		return Entry{}, false, err
	}
	return entryOf(path, n), true, nil
}

func lookupFile(f folder, path string) (node, error) {
	n, ok, err := lookup(f, path)
	if err != nil {
		return n, err
	}
	if !ok {
		return n, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	if n.mode&modeType != modeRegular {
		return n, &NotFileError{path, n.mode}
	}
	return n, nil
}

func readDir(f folder, path string) ([]Entry, error) {
	n, ok, err := lookup(f, path)
	if err != nil || !ok || !n.isDir() {
		return nil, err
	}
	nodes, err := f.list(path, n.id)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(nodes))
	for i, n := range nodes {
		entries[i] = entryOf(joinPath(path, n.name), n)
	}
	return entries, nil
}

// budget bounds one walk or comparison: a few crafted trees that hold each
// other many times over would unfold to more files than any machine can list.
type budget int

func (b *budget) spend(path string, entries int) error {
	if *b -= budget(entries); *b < 0 {
		return &TreeError{path, "tree bomb: more entries than are looked at"}
	}
	return nil
}

func checkDepth(path string) error {
	if strings.Count(path, "/") >= maxDepth {
		return &TreeError{path, fmt.Sprintf("more than %d folders deep", maxDepth)}
	}
	return nil
}

func walkPrefix(f folder, prefix string, fn func(Entry) error) error {
	n, ok, err := lookup(f, strings.TrimSuffix(prefix, "/"))
	if err != nil || !ok {
		return err
	}
	b := budget(maxEntries)
	return walk(f, strings.TrimSuffix(prefix, "/"), n, &b, fn)
}

func walk(f folder, path string, n node, b *budget, fn func(Entry) error) error {
	if !n.isDir() {
		return fn(entryOf(path, n))
	}
	if err := checkDepth(path); err != nil {
		return err
	}
	nodes, err := f.list(path, n.id)
	if err != nil {
		return err
	}
	if err := b.spend(path, len(nodes)); err != nil {
		return err
	}
	for _, n := range nodes {
		if err := walk(f, joinPath(path, n.name), n, b, fn); err != nil {
			return err
		}
	}
	return nil
}
