package gitobj

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// maxConvert is the size up to which a file is looked at for line ends, in
// bytes; larger ones are hashed as they are, without being held in memory.
const maxConvert = 16 << 20

// scanned is one file found on disk or in the index.
type scanned struct {
	path string
	mode uint32
	id   plumbing.Hash
	disk diskFile
}

// scanner walks the working directory.
type scanner struct {
	repo      *Repo
	covers    func(node) bool
	index     *index
	ends      lineEnds
	fileModes bool // the executable bit on disk means something
	symlinks  bool // symbolic links are checked out as such
	trustTime bool // change times on disk can be relied on
	files     []scanned
	budget    budget
}

// scan lists the files that w covers.
func scan(w *Worktree) ([]scanned, error) {
	r := w.repo
	x, err := r.readIndex()
	if err != nil {
		return nil, err
	}
	s := &scanner{
		repo: r, covers: w.covers, index: x, ends: r.lineEnds(),
		fileModes: r.config.flag("filemode", true),
		symlinks:  r.config.flag("symlinks", true),
		trustTime: r.config.flag("trustctime", true),
		files:     make([]scanned, 0, len(x.entries)),
		budget:    maxEntries,
	}
	if err := s.dir("", nil, r.basePatterns(), false); err != nil {
		return nil, fmt.Errorf("read the working directory: %w", err)
	}
	if err := s.sparse(); err != nil {
		return nil, fmt.Errorf("read the sparse part of the index: %w", err)
	}
	return s.files, nil
}

// dir reads one folder. ignored says that the folder as a whole is ignored, so
// that only tracked files count.
func (s *scanner) dir(path string, parts []string, patterns []gitignore.Pattern, ignored bool) error {
	if err := checkDepth(path); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.repo.diskPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.budget.spend(path, len(entries)); err != nil {
		return err
	}
	for _, e := range entries {
		switch {
		case e.Name() == ".git" && path != "":
			// A repository inside the repository: Git would record a submodule.
			s.files = append(s.files, scanned{path: path, mode: ModeSubmodule})
			return nil
		case e.Name() == ".gitignore" && e.Type().IsRegular():
			own := readPatterns(filepath.Join(s.repo.diskPath(path), ".gitignore"), parts)
			patterns = append(patterns[:len(patterns):len(patterns)], own...)
		}
	}
	for _, e := range entries {
		if e.Name() == ".git" {
			continue
		}
		child, childParts := joinPath(path, e.Name()), append(parts[:len(parts):len(parts)], e.Name())
		if !e.IsDir() {
			if s.index.tracks(child, false) || !ignored && !ignores(patterns, childParts, false) {
				if err := s.file(child, e); err != nil {
					return err
				}
			}
			continue
		}
		if path == "" && !s.covers(node{name: e.Name(), mode: ModeDir}) {
			continue
		}
		if old, ok := s.index.find(child); ok && old.mode == ModeSubmodule {
			s.files = append(s.files, scanned{path: child, mode: ModeSubmodule, id: old.id})
			continue
		}
		hidden := ignored || ignores(patterns, childParts, true)
		if hidden && !s.index.tracks(child, true) {
			continue
		}
		if err := s.dir(child, childParts, patterns, hidden); err != nil {
			return err
		}
	}
	return nil
}

// file records a regular file or a symbolic link; sockets, pipes and devices
// are nothing to Git.
func (s *scanner) file(path string, e fs.DirEntry) error {
	info, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	old, tracked := s.index.find(path)
	f := scanned{path: path, mode: ModeFile, disk: diskFile{size: info.Size(), mtime: timestampOf(info)}}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(s.repo.diskPath(path))
		if err != nil {
			return err
		}
		f.mode = ModeSymlink
		f.id = hashObject(plumbing.BlobObject, []byte(filepath.ToSlash(target)))
		s.files = append(s.files, f)
		return nil
	case !info.Mode().IsRegular():
		return nil
	case tracked && !s.symlinks && old.mode == ModeSymlink:
		f.mode = ModeSymlink
	case tracked && !s.fileModes && old.mode&modeType == modeRegular:
		f.mode = old.mode
	case s.fileModes && info.Mode()&0o100 != 0:
		f.mode = ModeExec
	}
	if tracked && s.clean(old, info) {
		f.id, f.disk.clean = old.id, true
	} else if f.id, err = s.hash(path, old.id); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	s.files = append(s.files, f)
	return nil
}

// clean reports whether the stat data prove that a file is what the index
// says. A file that is not older than the index may have been written again
// within the same tick of the clock ("racily clean"): it has to be read.
func (s *scanner) clean(e indexEntry, info fs.FileInfo) bool {
	if e.intended || e.size == 0 || e.size != uint32(info.Size()) || e.mode&modeType != modeRegular && e.mode != ModeSymlink {
		return false
	}
	mtime := timestampOf(info)
	if e.mtime.nsec == 0 { // written by a tool that keeps seconds only
		mtime.nsec = 0
	}
	if e.mtime != mtime || !mtime.before(s.index.written) {
		return false
	}
	if mtime.nsec == 0 && mtime.sec >= s.index.written.sec {
		return false
	}
	if ctime, ok := changeTime(info); ok && s.trustTime && e.ctime != (timestamp{}) {
		if e.ctime.nsec == 0 {
			ctime.nsec = 0
		}
		return e.ctime == ctime
	}
	return true
}

// hash reads a file and returns the hash that Git would record: of its
// content, or of its content with LF line ends where Git turns them or where
// that alone makes it what the index says (recorded).
func (s *scanner) hash(path string, recorded plumbing.Hash) (plumbing.Hash, error) {
	disk := s.repo.diskPath(path)
	data, _, err := readRegular(disk, maxConvert)
	if big := (*TooLargeError)(nil); errors.As(err, &big) {
		return hashStream(disk)
	}
	if err != nil {
		return plumbing.ZeroHash, err
	}
	id := hashObject(plumbing.BlobObject, data)
	if id == recorded {
		return id, nil
	}
	if lf, ok := toLF(data); ok {
		if h := hashObject(plumbing.BlobObject, lf); h == recorded || s.ends.convert(path) {
			return h, nil
		}
	}
	return id, nil
}

func hashStream(path string) (plumbing.Hash, error) {
	f, err := os.Open(path)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", info.Size())
	if n, err := io.Copy(h, io.LimitReader(f, info.Size())); err != nil || n != info.Size() {
		return plumbing.ZeroHash, errors.Join(errors.New("changed while it was being read: run again"), err)
	}
	return plumbing.Hash(h.Sum(nil)), nil
}

func readLimited(f *os.File, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, &TooLargeError{f.Name(), size, limit}
	}
	data := make([]byte, 0, size+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > limit {
			return nil, &TooLargeError{f.Name(), int64(len(data)), limit}
		}
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// sparse adds what the index has but a sparse checkout leaves out.
func (s *scanner) sparse() error {
	var onDisk map[string]bool
	add := func(e Entry) error {
		if onDisk[e.Path] {
			return nil
		}
		if top, _, deep := strings.Cut(e.Path, "/"); deep && !s.covers(node{name: top, mode: ModeDir}) {
			return nil
		}
		id, _ := parseHash(e.Hash)
		s.files = append(s.files, scanned{path: e.Path, mode: e.Mode, id: id, disk: diskFile{absent: true}})
		return nil
	}
	for _, e := range s.index.entries {
		if !e.skip || e.stage != 0 {
			continue
		}
		if onDisk == nil {
			onDisk = make(map[string]bool, len(s.files))
			for _, f := range s.files {
				onDisk[f.path] = true
			}
		}
		path := strings.TrimSuffix(e.path, "/")
		n := node{mode: e.mode, id: e.id}
		if err := walk(&Tree{repo: s.repo}, path, n, &s.budget, add); err != nil {
			return err
		}
	}
	return nil
}
