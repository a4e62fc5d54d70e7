package gitobj

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Worktree is the files on disk as 'git add --all' would record them, at the
// moment when it was made: tracked files and files that are new but not
// ignored. What a sparse checkout leaves out is there with its recorded
// content. Symbolic links and submodules are listed, never followed. Filters
// (Git LFS, for one) are not run: of a file that Git holds to be unchanged one
// reads the recorded blob.
type Worktree struct {
	repo    *Repo
	top     map[string]bool // folders of the root that are read; nil for all
	id      plumbing.Hash   // of the root; zero when not all of it was read
	folders map[string]*diskFolder
	fresh   map[plumbing.Hash]string // paths of content that may not be in the object store
}

// diskFolder is a folder on disk; files[i] belongs to nodes[i].
type diskFolder struct {
	nodes []node
	files []diskFile
}

// diskFile is what was known of a file when the snapshot was made.
type diskFile struct {
	size   int64 // bytes
	mtime  timestamp
	clean  bool // its stat data match the index
	absent bool // left out by a sparse checkout
}

var _ Snapshot = (*Worktree)(nil)

// Worktree reads the working directory: the files of its root and those below
// the named folders of the root, or all without any. Files whose size and times
// match the index are not read.
func (r *Repo) Worktree(folders ...string) (*Worktree, error) {
	if r.root == "" {
		return nil, ErrBare
	}
	w := &Worktree{repo: r, folders: map[string]*diskFolder{}, fresh: map[plumbing.Hash]string{}}
	if len(folders) > 0 {
		w.top = map[string]bool{}
		for _, f := range folders {
			w.top[f] = true
		}
	}
	files, err := scan(w)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b scanned) int { return strings.Compare(a.path, b.path) })
	for _, f := range files {
		if !f.disk.clean && !f.disk.absent && f.mode&modeType == modeRegular {
			w.fresh[f.id] = f.path
		}
	}
	id := w.build("", files)
	if w.top == nil {
		w.id = id
	}
	return w, nil
}

// build makes the folders of sorted files below dir and returns the hash that
// the tree object of dir would have.
func (w *Worktree) build(dir string, files []scanned) plumbing.Hash {
	folder := &diskFolder{}
	start := 0
	if dir != "" {
		start = len(dir) + 1
	}
	for len(files) > 0 {
		f := files[0]
		name, _, deep := strings.Cut(f.path[start:], "/")
		if !deep {
			folder.nodes = append(folder.nodes, node{name, f.mode, f.id})
			folder.files = append(folder.files, f.disk)
			files = files[1:]
			continue
		}
		prefix := f.path[:start+len(name)+1]
		n := 1
		for n < len(files) && strings.HasPrefix(files[n].path, prefix) {
			n++
		}
		id := w.build(prefix[:len(prefix)-1], files[:n])
		folder.nodes = append(folder.nodes, node{name, ModeDir, id})
		folder.files = append(folder.files, diskFile{})
		files = files[n:]
	}
	w.folders[dir] = folder
	return hashObject(plumbing.TreeObject, encodeTree(folder.nodes))
}

func (w *Worktree) root() node { return node{mode: ModeDir, id: w.id} }

func (w *Worktree) covers(n node) bool { return w.top == nil || !n.isDir() || w.top[n.name] }

func (w *Worktree) list(path string, _ plumbing.Hash) ([]node, error) {
	if f := w.folders[path]; f != nil {
		return f.nodes, nil
	}
	return nil, nil
}

// Walk implements [Snapshot].
func (w *Worktree) Walk(prefix string, fn func(Entry) error) error { return walkPrefix(w, prefix, fn) }

// ReadDir implements [Snapshot].
func (w *Worktree) ReadDir(path string) ([]Entry, error) { return readDir(w, path) }

// Lookup implements [Snapshot]. The hash of a folder is that of the tree that
// would be recorded; that of the root is zero when not all folders were read.
func (w *Worktree) Lookup(path string) (Entry, bool, error) { return lookupEntry(w, path) }

// Read implements [Snapshot]. It returns [*ChangedError] when the file is no
// longer what it was when the snapshot was made.
func (w *Worktree) Read(path string, limit int64) ([]byte, error) {
	n, err := lookupFile(w, path)
	if err != nil {
		return nil, err
	}
	dir, _ := splitPath(path)
	_, i, _ := findNode(w.folders[dir].nodes, n.name)
	disk := w.folders[dir].files[i]
	if disk.absent {
		data, err := w.repo.blob(n.id.String(), limit)
		return data, nameError(path, err)
	}
	// Line ends may take up to half of the bytes on disk.
	data, info, err := readRegular(w.repo.diskPath(path), 2*min(limit, math.MaxInt64/2))
	switch big := (*TooLargeError)(nil); {
	case errors.As(err, &big) && !disk.clean:
		return nil, &TooLargeError{path, big.Size, limit}
	case errors.As(err, &big):
		// What a filter left on disk may be larger than what is recorded.
		data, err := w.repo.blob(n.id.String(), limit)
		return data, nameError(path, err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotRegular):
		return nil, &ChangedError{path}
	case err != nil:
		return nil, nameError(path, err)
	}
	if hashObject(plumbing.BlobObject, data) != n.id {
		lf, ok := toLF(data)
		switch {
		case ok && hashObject(plumbing.BlobObject, lf) == n.id:
			data = lf
		case disk.clean && info.Size() == disk.size && timestampOf(info) == disk.mtime:
			data, err := w.repo.blob(n.id.String(), limit)
			return data, nameError(path, err)
		default:
			return nil, &ChangedError{path}
		}
	}
	if size := int64(len(data)); size > limit {
		return nil, &TooLargeError{path, size, limit}
	}
	return data, nil
}

// ReadHash implements [Snapshot].
func (w *Worktree) ReadHash(hash string, limit int64) ([]byte, error) {
	if h, ok := parseHash(hash); ok {
		if path, ok := w.fresh[h]; ok {
			return w.Read(path, limit)
		}
	}
	return w.repo.blob(hash, limit)
}

func splitPath(path string) (dir, name string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

func (r *Repo) diskPath(path string) string { return filepath.Join(r.root, filepath.FromSlash(path)) }

// errNotRegular means that something else took the place of a file.
var errNotRegular = errors.New("not a regular file")

// readRegular reads a file of at most limit bytes and follows no link.
func readRegular(path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errNotRegular
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	opened, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !os.SameFile(info, opened) {
		return nil, nil, errNotRegular
	}
	data, err := readLimited(f, opened.Size(), limit)
	if err != nil {
		return nil, nil, err
	}
	// Asked again, so that a change during the reading is noticed.
	info, err = f.Stat()
	return data, info, err
}

func timestampOf(info fs.FileInfo) timestamp {
	t := info.ModTime()
	return timestamp{uint32(t.Unix()), uint32(t.Nanosecond())}
}
