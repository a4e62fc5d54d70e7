package search

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math/bits"
	"sync"
)

// Numbers are written as groups of seven bits (unsigned LEB128) or packed seven
// bits a byte. Every byte but the beginnings of a long number is below 128, and
// none is so long that these beginnings could be two Chinese characters. So no
// text can be read in them by chance once the file is unpacked.

// packing makes the files of a version small for hosts that compress nothing.
// The same contents give the same bytes: no name or time is in them.
type packing struct{ writers sync.Pool }

func (p *packing) pack(data []byte) ([]byte, error) {
	var out bytes.Buffer
	z, ok := p.writers.Get().(*gzip.Writer)
	if !ok {
		z = gzip.NewWriter(nil)
	}
	defer p.writers.Put(z)
	z.Reset(&out)
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// packer writes numbers of a fixed width in bits, seven bits a byte.
type packer struct {
	out  []byte
	acc  uint32
	have int
}

func (p *packer) put(v uint32, width int) {
	for width > 0 {
		n := min(width, 7-p.have)
		p.acc |= (v & (1<<n - 1)) << p.have
		v >>= n
		width -= n
		if p.have += n; p.have == 7 {
			p.flush()
		}
	}
}

func (p *packer) flush() {
	if p.have > 0 {
		p.out = append(p.out, byte(p.acc))
		p.acc, p.have = 0, 0
	}
}

// posting is a list of projects that hold a gram, by level.
type posting [levels][]uint32

// list appends the posting of a gram. Each level that is not empty is a head
// (count<<4 | dense<<3 | level<<1 | whether another follows) and the projects:
// the distances between them, or, if that is shorter, one bit for each project
// of the registry.
func (p *posting) list(out []byte, projects int) []byte {
	for level := range p {
		docs := p[level]
		if len(docs) == 0 {
			continue
		}
		more := uint64(0)
		for _, later := range p[level+1:] {
			if len(later) > 0 {
				more = 1
			}
		}
		head := uint64(len(docs))<<4 | uint64(level)<<1 | more
		if sparse(docs) <= (projects+6)/7 {
			out = binary.AppendUvarint(out, head)
			last := uint32(0)
			for _, d := range docs {
				out = binary.AppendUvarint(out, uint64(d-last))
				last = d
			}
			continue
		}
		out = binary.AppendUvarint(out, head|8)
		bitmap := make([]byte, (projects+6)/7)
		for _, d := range docs {
			bitmap[d/7] |= 1 << (d % 7)
		}
		out = append(out, bitmap...)
	}
	return out
}

// sparse returns the size of a list of distances in bytes.
func sparse(docs []uint32) int {
	size, last := 0, uint32(0)
	for _, d := range docs {
		size += max(1, (bits.Len32(d-last)+6)/7)
		last = d
	}
	return size
}

// column appends one facet of a block: the width of its numbers in bits, for
// each project the number of its first value plus one (0: none), and then, for
// those with several, how many more there are and which: distance in projects
// and number.
func column(out []byte, values [][]uint32) []byte {
	most := uint32(0)
	for _, vs := range values {
		if len(vs) > 0 {
			most = max(most, vs[0]+1)
		}
	}
	width := bits.Len32(most)
	out = binary.AppendUvarint(out, uint64(width))
	p := packer{out: out}
	var further []byte
	n, last := uint64(0), 0
	for i, vs := range values {
		if len(vs) == 0 {
			p.put(0, width)
			continue
		}
		p.put(vs[0]+1, width)
		for _, v := range vs[1:] {
			further = binary.AppendUvarint(binary.AppendUvarint(further, uint64(i-last)), uint64(v))
			n, last = n+1, i
		}
	}
	p.flush()
	return append(binary.AppendUvarint(p.out, n), further...)
}
