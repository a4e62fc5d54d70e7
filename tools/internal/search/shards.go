package search

import (
	"encoding/binary"
	"math/bits"
	"runtime"
	"slices"
)

const (
	// perShard is how many characters of text there may be for each file of
	// grams, which comes to about as many bytes in it: a query fetches a few of
	// these files, so that small ones make it cheap.
	perShard = 3 << 10
	// perPart bounds for how many characters the grams are held in memory at a
	// time: about 20 bytes each, in each of the goroutines.
	perPart = 4 << 20
)

// grams writes the files of grams. What each project holds is filed by the part
// of the hashes it belongs to, and then part by part is sorted and written: each
// text is read once, and memory does not grow with the registry.
func (w *writer) grams() error {
	shards := 1 << w.root.Bits
	parts := 1
	for parts < shards && w.runes/parts > w.perPart {
		parts *= 2
	}
	workers := runtime.GOMAXPROCS(0)
	filed := make([][]stream, workers)
	err := parallel(workers, func(k int) error {
		n := len(w.stored)
		filed[k] = make([]stream, parts)
		return w.scatter(filed[k], n*k/workers, n*(k+1)/workers)
	})
	if err != nil {
		return err
	}
	return parallel(parts, func(part int) error {
		found, err := w.gather(filed, part)
		if err != nil {
			return err
		}
		each := shards / parts
		for n := part * each; n < (part+1)*each; n++ {
			var data []byte
			data, found = w.shard(n, found)
			if err := w.file("g", n, data); err != nil {
				return err
			}
		}
		return nil
	})
}

// stream is a sequence of numbers that is kept in the spool as it grows.
type stream struct {
	buf  []byte
	kept []span
}

// flush keeps what there is if it is at least so many bytes.
func (s *stream) flush(b *Builder, least int) error {
	if len(s.buf) < least || len(s.buf) == 0 {
		return nil
	}
	at, err := b.keep(s.buf)
	s.kept, s.buf = append(s.kept, at), s.buf[:0]
	return err
}

// scatter files the grams and values of some projects: for each project and
// part the number of the project, the number of grams, and the distances of
// hash<<2|level.
func (w *writer) scatter(parts []stream, from, to int) error {
	var all []uint64
	shift := 34 - bits.Len(uint(len(parts)-1))
	for n := from; n < to; n++ {
		texts, err := w.b.read(w.stored[n].texts)
		if err != nil {
			return err
		}
		all = all[:0]
		for i, f := range w.facets {
			for _, v := range w.values[i][n] {
				all = append(all, uint64(valueHash(f.Key, f.Values[v].ID))<<2)
			}
		}
		all = grams(all, texts)
		for rest := all; len(rest) > 0; {
			part := rest[0] >> shift
			end := len(rest)
			if i := slices.IndexFunc(rest, func(g uint64) bool { return g>>shift != part }); i > 0 {
				end = i
			}
			s := &parts[part]
			s.buf = binary.AppendUvarint(binary.AppendUvarint(s.buf, uint64(n)), uint64(end))
			last := uint64(0)
			for _, g := range rest[:end] {
				s.buf = binary.AppendUvarint(s.buf, g-last)
				last = g
			}
			rest = rest[end:]
			if err := s.flush(w.b, 1<<16); err != nil {
				return err
			}
		}
	}
	for i := range parts {
		if err := parts[i].flush(w.b, 0); err != nil {
			return err
		}
	}
	return nil
}

// found is a gram in a project: hash, number of the project, level.
type found struct {
	hash uint32
	doc  uint32 // number<<2 | level
}

// gather reads back one part, in the order of hashes and projects.
func (w *writer) gather(filed [][]stream, part int) ([]found, error) {
	var out []found
	for _, streams := range filed {
		for _, at := range streams[part].kept {
			data, err := w.b.read(at)
			if err != nil {
				return nil, err
			}
			next := func() uint64 {
				v, n := binary.Uvarint(data)
				data = data[n:]
				return v
			}
			for len(data) > 0 {
				doc, g := uint32(next()), uint64(0)
				for n := next(); n > 0; n-- {
					g += next()
					out = append(out, found{uint32(g >> 2), doc<<2 | uint32(g&3)})
				}
			}
		}
	}
	return byHash(out), nil
}

// byHash sorts by hash, keeping what has the same in its order (radix sort).
func byHash(all []found) []found {
	const digit = 11
	to := make([]found, len(all))
	for shift := 0; shift < 32; shift += digit {
		var at [1 << digit]int
		for i := range all {
			at[all[i].hash>>shift&(1<<digit-1)]++
		}
		sum := 0
		for i, n := range at {
			at[i], sum = sum, sum+n
		}
		for _, f := range all {
			d := f.hash >> shift & (1<<digit - 1)
			to[at[d]] = f
			at[d]++
		}
		all, to = to, all
	}
	return all
}

// shard makes the n-th file of grams from the beginning of all and returns the
// rest: for each gram the distance of its hash to the one before, and its list.
func (w *writer) shard(n int, all []found) (data []byte, rest []found) {
	last := uint32(uint64(n) << (32 - w.root.Bits))
	for len(all) > 0 && int(uint64(all[0].hash)>>(32-w.root.Bits)) == n {
		var p posting
		h := all[0].hash
		for len(all) > 0 && all[0].hash == h {
			level := all[0].doc & 3
			p[level] = append(p[level], all[0].doc>>2)
			all = all[1:]
		}
		data = p.list(binary.AppendUvarint(data, uint64(h-last)), len(w.entries))
		last = h
	}
	return data, all
}
