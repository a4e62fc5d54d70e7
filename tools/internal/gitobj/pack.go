package gitobj

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

const (
	// maxChain bounds the deltas that lie on each other, as Git does; maxBase, in
	// bytes, what is unfolded on the way to an object, and maxWork all of it
	// together: a pack of a few kilobytes can ask for more than any machine has.
	maxChain = 4095
	maxBase  = 128 << 20
	maxWork  = 4 << 30
	// baseCache holds unfolded objects, in bytes: most are the base of another.
	baseCache = 24 * cache.MiByte
)

// pack is one pack of an object folder. go-git takes its parts apart; which of
// them are read, and how much of each, is decided here, as its own [packfile.Packfile]
// follows a delta that names itself until the stack overflows, and unfolds
// whatever it is given.
type pack struct {
	name  string // path without .idx or .pack
	key   int64  // of its objects among the bases
	bases *bases
	index *idxfile.MemoryIndex
	file  *os.File
	scan  *packfile.Scanner
}

// bases are unfolded objects of all packs, by pack and offset: most objects are
// kept as what differs from another. The last byte is the type.
type bases struct {
	*cache.BufferLRU
	packs int64
}

func openPack(name string, known *bases) (*pack, error) {
	file, err := openPlain(name + ".idx")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p := &pack{name: name, key: known.packs << 40, bases: known, index: idxfile.NewMemoryIndex()}
	known.packs++
	if err := idxfile.NewDecoder(sized{bufio.NewReaderSize(file, 1<<16), file}).Decode(p.index); err != nil {
		return nil, fmt.Errorf("%s.idx: %w", name, err)
	}
	if p.file, err = openPlain(name + ".pack"); err != nil {
		return nil, err
	}
	p.scan = packfile.NewScanner(p.file)
	return p, nil
}

// sized lets the decoder know how long an index is, so that it believes no count
// that does not fit.
type sized struct {
	*bufio.Reader
	file *os.File
}

func (s sized) Stat() (fs.FileInfo, error) { return s.file.Stat() }

// wanted says which object is asked for, and how much of it.
type wanted struct {
	hash  plumbing.Hash
	typ   plumbing.ObjectType // AnyObject for all
	limit int64               // bytes
}

// accept judges an object before its content is read.
func (w *wanted) accept(typ plumbing.ObjectType, size int64) error {
	if w.typ != plumbing.AnyObject && typ != w.typ {
		return &CorruptObjectError{w.hash.String(), fmt.Sprintf("it is a %s where a %s is expected", typ, w.typ)}
	}
	if size > w.limit {
		return &TooLargeError{w.hash.String(), size, w.limit}
	}
	return nil
}

// read unfolds the object at an offset. What it returns is shared with the cache:
// it must not be changed.
func (p *pack) read(at int64, want *wanted) (plumbing.ObjectType, []byte, error) {
	typ, data, size := plumbing.InvalidObject, []byte(nil), int64(-1)
	var deltas [][]byte // the one that makes the wanted object first
	var offsets []int64
	held, work := int64(0), int64(0)
	for data == nil {
		if kept, ok := p.bases.Get(p.key | at); ok {
			size := len(kept) - 1
			typ, data = plumbing.ObjectType(kept[size]), kept[:size:size]
			break
		}
		h, err := p.scan.SeekObjectHeader(at)
		if err != nil {
			return 0, nil, err
		}
		offsets = append(offsets, at)
		if typ = h.Type; !typ.IsDelta() {
			if size < 0 {
				size = h.Length
			}
			if err := want.accept(typ, size); err != nil {
				return 0, nil, err
			}
			if data, err = p.inflate(h.Length); err != nil {
				return 0, nil, err
			}
			p.keep(at, typ, data)
			break
		}
		if at = h.OffsetReference; typ == plumbing.REFDeltaObject {
			if at, err = p.index.FindOffset(h.Reference); err != nil {
				return 0, nil, fmt.Errorf("base of a delta: %w", err)
			}
		}
		delta, err := p.inflate(h.Length)
		if err != nil {
			return 0, nil, err
		}
		result, err := resultSize(delta)
		if err != nil {
			return 0, nil, err
		}
		if size < 0 {
			size = result
		}
		held, work = held+int64(len(delta)), work+result
		if deltas = append(deltas, delta); len(deltas) > maxChain || len(deltas) > 1 && result > maxBase || held > 2*maxBase || work > maxWork {
			return 0, nil, errors.New("its deltas unfold to more than can be held: run 'git repack -adf --depth=10'")
		}
	}
	if size < 0 {
		size = int64(len(data))
	}
	if err := want.accept(typ, size); err != nil {
		return 0, nil, err
	}
	for i := len(deltas) - 1; i >= 0; i-- {
		var err error
		if data, err = packfile.PatchDelta(data, deltas[i]); err != nil {
			return 0, nil, err
		}
		p.keep(offsets[i], typ, data)
	}
	return typ, slices.Clip(data), nil
}

// inflate reads the content of the entry whose header was read last.
func (p *pack) inflate(size int64) ([]byte, error) {
	if size > maxBase {
		return nil, fmt.Errorf("an entry of %d bytes", size)
	}
	var buf bytes.Buffer
	// The size is but said. What ends the reading wants its room, too, and leaves
	// some for the type.
	buf.Grow(int(min(size, 1<<20)) + bytes.MinRead)
	n, _, err := p.scan.NextObject(&buf)
	if err == nil && n != size {
		err = fmt.Errorf("%d bytes where %d are said", n, size)
	}
	return buf.Bytes(), err
}

func (p *pack) keep(at int64, typ plumbing.ObjectType, data []byte) {
	if len(data) < int(baseCache)/8 {
		p.bases.Put(p.key|at, append(data, byte(typ)))
	}
}

// resultSize reads how large the object is that a delta makes.
func resultSize(delta []byte) (int64, error) {
	_, used := binary.Uvarint(delta) // of its base
	if used <= 0 {
		return 0, packfile.ErrInvalidDelta
	}
	n, used := binary.Uvarint(delta[used:])
	if used <= 0 || n > 1<<50 {
		return 0, packfile.ErrInvalidDelta
	}
	return int64(n), nil
}
