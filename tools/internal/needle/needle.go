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
	"slices"
)

const (
	// stride is how far apart the places of a text are at which windows of 16 bytes
	// are looked up; those of 8 bytes are at twice as many. A value is filed under as
	// many windows that follow each other, one of which the text shows at such a place.
	stride = 8
	// wide is how long a value must be to be filed under windows of 16 bytes: most
	// are. Many texts share one of 8, three Chinese characters, and the more values
	// share it the more there is to compare wherever it stands.
	wide = 16 + stride - 1
	// long is how long it must be for windows of 8 bytes.
	long = 8 + stride/2 - 1
	// middle is the window of shorter values, a name of two Chinese characters.
	middle = 6
	// block is how much of a stream is looked at in one go.
	block = 1 << 18
)

// Set is a set of values, told apart by their numbers.
type Set struct {
	values  [][]byte
	longest int
	wide    index
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
	var wides, longs, middles []int
	for n, v := range values {
		s.longest = max(s.longest, len(v))
		switch {
		case len(v) >= wide:
			wides = append(wides, n)
		case len(v) >= long:
			longs = append(longs, n)
		case len(v) >= middle:
			middles = append(middles, n)
		case len(v) > 0:
			s.short = append(s.short, n)
		}
	}
	s.wide.file(values, wides, 16, stride, key16)
	s.long.file(values, longs, 8, stride/2, key8)
	for _, n := range middles {
		v, at := values[n], 0 // of a Chinese character, if there is one: fewer places begin so
		for i := 0; i+middle <= len(v); i++ {
			if v[i] >= 0xe0 {
				at = i
				break
			}
		}
		s.begins[v[at]] = true
		s.middle.add(key6(v, at), place{n, at})
	}
	for _, x := range []*index{&s.wide, &s.long, &s.middle} {
		x.sift()
	}
	return s
}

// file files values under some of their windows that follow each other: where the
// one that most windows of all values share is shared by the fewest.
func (x *index) file(values [][]byte, which []int, width, windows int, key func([]byte, int) uint64) {
	shared := newTally(len(which) * 64)
	for _, n := range which {
		for i := range len(values[n]) - width + 1 {
			shared.add(key(values[n], i))
		}
	}
	var sharing []uint16 // of the windows of a value
	for _, n := range which {
		v, at := values[n], 0
		sharing = sharing[:0]
		for i := range len(v) - width + 1 {
			sharing = append(sharing, shared.of(key(v, i)))
		}
		least := slices.Max(sharing[:windows])
		for i := 1; i+windows <= len(sharing); i++ {
			if most := slices.Max(sharing[i : i+windows]); most < least {
				at, least = i, most
			}
		}
		for i := at; i < at+windows; i++ {
			x.add(key(v, i), place{n, i})
		}
	}
}

// tally counts keys, those that fall together as one: it is for choosing only.
type tally struct {
	counts []uint16
	shift  uint
}

func newTally(n int) tally {
	size := max(10, bits.Len(uint(n)))
	return tally{make([]uint16, 1<<size), uint(64 - size)}
}

func (t tally) add(key uint64) {
	if c := &t.counts[hash(key)>>t.shift]; *c < 1<<16-1 {
		*c++
	}
}

func (t tally) of(key uint64) uint16 { return t.counts[hash(key)>>t.shift] }

// key16, key8 and key6 make a key of the bytes at a place.
func key16(data []byte, at int) uint64 {
	return binary.LittleEndian.Uint64(data[at:]) ^ bits.RotateLeft64(hash(binary.LittleEndian.Uint64(data[at+8:])), 32)
}

func key8(data []byte, at int) uint64 { return binary.LittleEndian.Uint64(data[at:]) }

func key6(data []byte, at int) uint64 {
	return uint64(binary.LittleEndian.Uint32(data[at:])) | uint64(binary.LittleEndian.Uint16(data[at+4:]))<<32
}

func (x *index) add(key uint64, p place) {
	if x.filed == nil {
		x.filed = map[uint64][]place{}
	}
	x.filed[key] = append(x.filed[key], p)
}

// sift makes the bit map, when all is filed. Each window has two bits of one word
// and there are 16 bits for each, so that it stays in the processor's cache and few
// places pass by chance.
func (x *index) sift() {
	size := max(4, bits.Len(uint(len(x.filed)/4)))
	x.filter, x.shift = make([]uint64, 1<<size), uint(64-size)
	for key := range x.filed {
		at, mask := x.sieve(key)
		x.filter[at] |= mask
	}
}

// sieve returns which word of the bit map tells of a window, and by which bits.
func (x *index) sieve(key uint64) (at, mask uint64) {
	h := hash(key)
	return h >> x.shift, 1<<(h>>(x.shift-6)%64) | 1<<(h>>(x.shift-12)%64)
}

// may reports whether a window can be there.
func (x *index) may(key uint64) bool {
	at, mask := x.sieve(key)
	return x.filter[at]&mask == mask
}

// hash spreads a window over the high bits (Fibonacci hashing).
func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

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
	if len(s.wide.filed) > 0 {
		for i := 0; i+16 <= len(data); i += stride {
			if key := key16(data, i); s.wide.may(key) && !hit(&s.wide, key, i) {
				return
			}
		}
	}
	if len(s.long.filed) > 0 {
		for i := 0; i+8 <= len(data); i += stride / 2 {
			if key := key8(data, i); s.long.may(key) && !hit(&s.long, key, i) {
				return
			}
		}
	}
	if len(s.middle.filed) > 0 {
		for i, c := range data[:max(0, len(data)-middle+1)] {
			if !s.begins[c] {
				continue
			}
			if key := key6(data, i); s.middle.may(key) && !hit(&s.middle, key, i) {
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
