// Package needle finds which of very many byte strings occur in a text. Its speed
// hardly depends on their number and its memory is a few times theirs. (A registry
// has hundreds of thousands of internal texts; the Aho-Corasick libraries for Go
// then need gigabytes or fall to a few MB/s.) It knows nothing of what the strings
// mean.
package needle

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"
)

const (
	// long is the window by which most values are looked up, every stride bytes of
	// the text: such a value is filed under as many windows that follow each other,
	// one of which the text shows at a place that is looked at.
	long, stride = 8, 4
	// middle is the window of shorter values, a name of two Chinese characters.
	middle = 6
	// block is how much of a stream is looked at in one go.
	block = 1 << 18
)

// Set is a set of values, told apart by their numbers.
type Set struct {
	values  [][]byte
	longest int
	long    index
	middle  index
	begins  [256]bool // the first bytes of middle windows
	short   []int     // below a window: few, and searched one by one
}

// index files windows; a bit map says of nearly all that are not there.
type index struct {
	filter []uint64
	shift  uint
	filed  map[uint64][]place
}

// place is a value and where in it its window begins.
type place struct{ value, offset int }

// New files the values by their place in the list. Empty ones are never found.
func New(values [][]byte) *Set {
	s := &Set{values: values}
	var longs, middles int
	shared := map[uint64]int{}
	for _, v := range values {
		s.longest = max(s.longest, len(v))
		switch {
		case len(v) >= long+stride-1:
			longs++
			for i := range candidates(len(v) - long + 1) {
				shared[binary.LittleEndian.Uint64(v[i:])]++
			}
		case len(v) >= middle:
			middles++
		}
	}
	s.long.size(longs * stride)
	s.middle.size(middles)
	for n, v := range values {
		switch {
		case len(v) >= long+stride-1:
			at := rarest(v, shared)
			for i := at; i < at+stride; i++ {
				s.long.add(binary.LittleEndian.Uint64(v[i:]), place{n, i})
			}
		case len(v) >= middle:
			at := 0 // of a Chinese character, if there is one: fewer places begin so
			for i := 0; i+middle <= len(v); i++ {
				if v[i] >= 0xe0 {
					at = i
					break
				}
			}
			s.begins[v[at]] = true
			s.middle.add(window(v, at), place{n, at})
		case len(v) > 0:
			s.short = append(s.short, n)
		}
	}
	return s
}

// candidates yields up to 16 of n places, evenly spread: looking at all would take
// minutes for many values.
func candidates(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i += (n-1)/16 + 1 {
			if !yield(i) {
				return
			}
		}
	}
}

// rarest returns where the windows begin that v is filed under: at one that few
// values share.
func rarest(v []byte, shared map[uint64]int) int {
	best, least := 0, 0
	for i := range candidates(len(v) - long - stride + 2) {
		if n := shared[binary.LittleEndian.Uint64(v[i:])]; least == 0 || n < least {
			best, least = i, n
		}
	}
	return best
}

// window returns the six bytes at a place.
func window(data []byte, at int) uint64 {
	return uint64(binary.LittleEndian.Uint32(data[at:])) | uint64(binary.LittleEndian.Uint16(data[at+4:]))<<32
}

// size makes room for n windows: 16 bits for each, so that about one place in 16
// passes by chance.
func (x *index) size(n int) {
	size := max(10, bits.Len(uint(n*16)))
	x.filter, x.shift, x.filed = make([]uint64, 1<<size/64), uint(64-size), make(map[uint64][]place, n)
}

// hash spreads a window over the high bits (Fibonacci hashing).
func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

func (x *index) add(key uint64, p place) {
	h := hash(key) >> x.shift
	x.filter[h/64] |= 1 << (h % 64)
	x.filed[key] = append(x.filed[key], p)
}

// may reports whether a window can be there.
func (x *index) may(key uint64) bool {
	h := hash(key) >> x.shift
	return x.filter[h/64]&(1<<(h%64)) != 0
}

// In calls found with the number of each value that occurs in data, perhaps
// several times, until it returns false.
func (s *Set) In(data []byte, found func(n int) bool) {
	for _, n := range s.short {
		if bytes.Contains(data, s.values[n]) && !found(n) {
			return
		}
	}
	// hit compares in full the values filed under the window at a place.
	hit := func(x *index, key uint64, i int) bool {
		for _, p := range x.filed[key] {
			if start := i - p.offset; start >= 0 && bytes.HasPrefix(data[start:], s.values[p.value]) && !found(p.value) {
				return false
			}
		}
		return true
	}
	if len(s.long.filed) > 0 {
		for i := 0; i+long <= len(data); i += stride {
			if key := binary.LittleEndian.Uint64(data[i:]); s.long.may(key) && !hit(&s.long, key, i) {
				return
			}
		}
	}
	if len(s.middle.filed) > 0 {
		for i, c := range data[:max(0, len(data)-middle+1)] {
			if !s.begins[c] {
				continue
			}
			if key := window(data, i); s.middle.may(key) && !hit(&s.middle, key, i) {
				return
			}
		}
	}
}

// Any reports whether one of the values occurs in data.
func (s *Set) Any(data []byte) (any bool) {
	s.In(data, func(int) bool { any = true; return false })
	return any
}

// Stream is In for what r gives. It holds a block at a time, and of the one before
// it the tail in which a value may have begun. buf is taken to work in and
// returned for the next call; it may be nil.
func (s *Set) Stream(r io.Reader, buf []byte, found func(n int) bool) ([]byte, error) {
	keep := max(s.longest-1, 0)
	if cap(buf) < keep+block {
		buf = make([]byte, keep+block)
	}
	buf = buf[:0]
	for {
		n, err := io.ReadFull(r, buf[len(buf):len(buf)+block])
		buf = buf[:len(buf)+n]
		more := true
		if n > 0 {
			s.In(buf, func(n int) bool { more = found(n); return more })
		}
		if !more || err == io.EOF || err == io.ErrUnexpectedEOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
		tail := min(keep, len(buf))
		buf = buf[:copy(buf, buf[len(buf)-tail:])]
	}
}
