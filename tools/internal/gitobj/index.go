package gitobj

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// indexEntry is what the index remembers of a file.
type indexEntry struct {
	path           string // a sparse folder ends in a slash and has ModeDir
	mode           uint32
	id             plumbing.Hash
	size           uint32    // bytes, modulo 2^32
	ctime, mtime   timestamp // of the file when it was last compared
	stage          int       // not 0 while a merge conflict is open
	skip, intended bool      // left out by a sparse checkout; added by name only
}

// timestamp is a time as the index keeps it: seconds and nanoseconds.
type timestamp struct{ sec, nsec uint32 }

func (t timestamp) before(o timestamp) bool {
	return t.sec < o.sec || t.sec == o.sec && t.nsec < o.nsec
}

// index is the parsed index of a worktree, sorted by path.
type index struct {
	entries []indexEntry
	written timestamp // modification time of the index file
}

// find returns the entry of a path that is not in conflict.
func (x *index) find(path string) (indexEntry, bool) {
	i, ok := x.search(path)
	if !ok || x.entries[i].stage != 0 {
		return indexEntry{}, false
	}
	return x.entries[i], true
}

// tracks reports whether the path, or for a folder a path inside it, is in
// the index.
func (x *index) tracks(path string, dir bool) bool {
	if dir {
		path += "/"
		i, _ := x.search(path)
		return i < len(x.entries) && strings.HasPrefix(x.entries[i].path, path)
	}
	_, ok := x.search(path)
	return ok
}

func (x *index) search(path string) (int, bool) {
	return slices.BinarySearchFunc(x.entries, path, func(e indexEntry, p string) int {
		return strings.Compare(e.path, p)
	})
}

// errIndex means that the index is damaged. The mend is to rebuild it.
var errIndex = errors.New("the index is damaged: delete it and run 'git reset'")

// readIndex reads the index of this worktree. It does not use go-git's
// decoder, which refuses sparse indexes and those without a checksum.
func (r *Repo) readIndex() (*index, error) {
	f, err := openPlain(r.gitDir + "/index")
	if errors.Is(err, fs.ErrNotExist) {
		return &index{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	x := &index{written: timestampOf(info)}
	if x.entries, err = parseIndex(data); err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	return x, nil
}

// parseIndex reads versions 2 to 4 of the format in gitformat-index(5).
func parseIndex(data []byte) ([]indexEntry, error) {
	const header, trailer = 12, sha1.Size
	if len(data) < header+trailer || string(data[:4]) != "DIRC" {
		return nil, errIndex
	}
	version, count := binary.BigEndian.Uint32(data[4:]), int(binary.BigEndian.Uint32(data[8:]))
	if version < 2 || version > 4 {
		return nil, &UnsupportedError{What: fmt.Sprintf("index version %d", version)}
	}
	body, sum := data[:len(data)-trailer], data[len(data)-trailer:]
	// With index.skipHash the checksum is left out.
	if actual := sha1.Sum(body); !bytes.Equal(sum, make([]byte, trailer)) && !bytes.Equal(sum, actual[:]) {
		return nil, errIndex
	}
	body = body[header:]
	if count > len(body)/63+1 {
		return nil, errIndex
	}
	entries := make([]indexEntry, 0, count)
	last, sorted := "", true
	for range count {
		e, n := parseIndexEntry(body, version, last)
		if n == 0 {
			return nil, errIndex
		}
		sorted = sorted && e.path != "" && e.path >= last
		last, body = e.path, body[n:]
		entries = append(entries, e)
	}
	// Asked first, since a split index has entries without a name.
	if err := checkExtensions(body); err != nil {
		return nil, err
	}
	if !sorted {
		return nil, errIndex
	}
	return entries, nil
}

// parseIndexEntry reads one entry and returns its length, or 0 when it is
// malformed.
func parseIndexEntry(b []byte, version uint32, last string) (e indexEntry, n int) {
	const fixed = 62
	if len(b) < fixed {
		return e, 0
	}
	u32 := func(i int) uint32 { return binary.BigEndian.Uint32(b[i:]) }
	e.ctime, e.mtime = timestamp{u32(0), u32(4)}, timestamp{u32(8), u32(12)}
	e.mode, e.size = u32(24), u32(36)
	copy(e.id[:], b[40:60])
	flags := binary.BigEndian.Uint16(b[60:])
	e.stage = int(flags >> 12 & 3)
	n = fixed
	if flags&0x4000 != 0 {
		if version < 3 || len(b) < fixed+2 {
			return e, 0
		}
		more := binary.BigEndian.Uint16(b[fixed:])
		e.skip, e.intended = more&0x4000 != 0, more&0x2000 != 0
		n += 2
	}
	keep := 0
	if version == 4 {
		drop, width := parseOffset(b[n:])
		if width == 0 || drop > len(last) {
			return e, 0
		}
		keep = len(last) - drop
		n += width
	}
	length := bytes.IndexByte(b[n:], 0)
	if length < 0 {
		return e, 0
	}
	e.path = last[:keep] + string(b[n:n+length])
	n += length + 1
	if version < 4 {
		n = (n + 7) &^ 7 // one to eight NULs make the length a multiple of eight
	}
	if n > len(b) {
		return e, 0
	}
	return e, n
}

// parseOffset reads the variable width number of offset deltas.
func parseOffset(b []byte) (value, width int) {
	for i, c := range b {
		if i == 4 {
			break
		}
		if i > 0 {
			value++
		}
		value = value<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return value, i + 1
		}
	}
	return 0, 0
}

// checkExtensions refuses an index that cannot be read without an extension
// that is not known here; those have lower-case names.
func checkExtensions(b []byte) error {
	for len(b) > 0 {
		if len(b) < 8 {
			return errIndex
		}
		name, size := string(b[:4]), binary.BigEndian.Uint32(b[4:])
		if uint64(size) > uint64(len(b)-8) {
			return errIndex
		}
		switch {
		case name == "link":
			return &UnsupportedError{What: "split index", Mend: "git update-index --no-split-index"}
		case name[0] >= 'a' && name != "sdir":
			return &UnsupportedError{What: "index extension " + name}
		}
		b = b[8+size:]
	}
	return nil
}
