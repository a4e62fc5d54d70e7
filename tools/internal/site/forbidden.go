package site

import (
	"bytes"
	"encoding/binary"
	"io"
	"iter"
	"math/bits"
	"slices"
	"sync"
)

// window is the length of the byte string by which a value is looked up.
const window = 8

// forbidden finds any of very many byte strings in a stream.
//
// Each value is filed under one window of 8 bytes that occurs in it, one
// that few values share; a scan hashes the window at every position, asks a
// bit map, and compares in full only where the bit is set. Its memory is a few
// times that of the values and its speed hardly depends on their number. (A
// registry has hundreds of thousands of internal texts; the Aho-Corasick
// libraries for Go then need gigabytes or fall to a few MB/s.) Values shorter
// than a window are few and searched one by one.
type forbidden struct {
	short   [][]byte
	filter  []uint64
	shift   uint
	filed   map[uint64][]place
	longest int
	buffers sync.Pool // of *[]byte, for inStream
}

// place is a value and where in it its window begins.
type place struct {
	value  []byte
	offset int
}

// newForbidden takes the values and adds the forms in which HTML, XML, JSON
// and URLs write them. Empty values are left out: they occur in every file.
func newForbidden(values [][]byte) *forbidden {
	f := &forbidden{filed: make(map[uint64][]place)}
	seen := make(map[string]bool)
	var long [][]byte
	for _, v := range values {
		for _, form := range writtenForms(string(v)) {
			if form == "" || seen[form] {
				continue
			}
			seen[form] = true
			f.longest = max(f.longest, len(form))
			if len(form) < window {
				f.short = append(f.short, []byte(form))
			} else {
				long = append(long, []byte(form))
			}
		}
	}
	shared := make(map[uint64]int)
	for _, v := range long {
		for i := range candidates(v) {
			shared[binary.LittleEndian.Uint64(v[i:])]++
		}
	}
	// 16 bits a value: about one position in 16 passes the filter by chance.
	size := max(10, bits.Len(uint(len(long)*16)))
	f.filter = make([]uint64, 1<<size/64)
	f.shift = uint(64 - size)
	for _, v := range long {
		best := 0
		for i := range candidates(v) {
			if shared[binary.LittleEndian.Uint64(v[i:])] < shared[binary.LittleEndian.Uint64(v[best:])] {
				best = i
			}
		}
		key := binary.LittleEndian.Uint64(v[best:])
		h := hash(key) >> f.shift
		f.filter[h/64] |= 1 << (h % 64)
		f.filed[key] = append(f.filed[key], place{v, best})
	}
	return f
}

// candidates yields where the windows of v begin that v may be filed under: at
// most 16, evenly spread, as looking at all would take minutes for many values.
func candidates(v []byte) iter.Seq[int] {
	last := len(v) - window
	step := last/16 + 1
	return func(yield func(int) bool) {
		for i := 0; i <= last; i += step {
			if !yield(i) {
				return
			}
		}
	}
}

// hash spreads a window over the high bits (Fibonacci hashing).
func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

// in reports whether one of the values occurs in data.
func (f *forbidden) in(data []byte) bool {
	for _, v := range f.short {
		if bytes.Contains(data, v) {
			return true
		}
	}
	if len(f.filed) == 0 {
		return false
	}
	for i := 0; i+window <= len(data); i++ {
		key := binary.LittleEndian.Uint64(data[i:])
		h := hash(key) >> f.shift
		if f.filter[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		if slices.ContainsFunc(f.filed[key], func(p place) bool {
			start := i - p.offset
			return start >= 0 && bytes.HasPrefix(data[start:], p.value)
		}) {
			return true
		}
	}
	return false
}

// inStream reports whether one of the values occurs in what r gives. It holds
// a block at a time, and of the one before it the tail in which a value may
// have begun.
func (f *forbidden) inStream(r io.Reader) (bool, error) {
	const block = 1 << 18
	keep := max(f.longest-1, 0)
	pooled, _ := f.buffers.Get().(*[]byte)
	if pooled == nil {
		b := make([]byte, keep+block)
		pooled = &b
	}
	defer f.buffers.Put(pooled)
	buf := (*pooled)[:0]
	for {
		n, err := io.ReadFull(r, buf[len(buf):len(buf)+block])
		buf = buf[:len(buf)+n]
		if n > 0 && f.in(buf) {
			return true, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		tail := min(keep, len(buf))
		buf = buf[:copy(buf, buf[len(buf)-tail:])]
	}
}
