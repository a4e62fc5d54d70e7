package search

import (
	"slices"
	"unicode/utf8"
)

// short is the length of the longest gram of any characters; long are those of
// grams of which at most every fourth character is not thin. Digits and brackets
// make up dates and document numbers: three of them are found nearly everywhere.
const short = 4

var long = [...]int{6, 8}

// thin reports whether a folded character tells little.
func thin(r rune) bool {
	return r < 0x7f || r == '年' || r == '月' || r == '日' || r == '号'
}

// hash files a gram. FNV-1a over code points, then mixed so that the first bits
// depend on all of them (the finaliser of MurmurHash3).
func hash(seed uint32, gram []rune) uint32 {
	h := seed
	for _, r := range gram {
		h = absorb(h, r)
	}
	return finish(h)
}

func absorb(h uint32, r rune) uint32 { return (h ^ uint32(r)) * 0x01000193 }

func finish(h uint32) uint32 {
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// Grams and the values of facets are hashed apart from each other.
const (
	gramSeed  = 0x811c9dc5
	facetSeed = 0x9e3779b9
)

// valueHash files a value of a facet: projects are filtered by the same lists.
func valueHash(facet, id string) uint32 {
	return hash(facetSeed, []rune(facet+"="+id))
}

// grams adds to all, which holds hash<<2|level, every gram of the folded texts
// and returns each once with its highest level, in the order of the hashes.
func grams(all []uint64, texts []byte) []uint64 {
	var field []rune
	for len(texts) > 0 {
		level := uint64(texts[0])
		texts = texts[1:]
		field = field[:0]
		for texts[0] != 0 {
			r, n := utf8.DecodeRune(texts)
			field = append(field, r)
			texts = texts[n:]
		}
		texts = texts[1:]
		for i := range field {
			h, thick := uint32(gramSeed), 0
			for n, r := range field[i:min(i+long[len(long)-1], len(field))] {
				if h = absorb(h, r); !thin(r) {
					thick++
				}
				if n >= short && thick > long[len(long)-1]/4 {
					break
				}
				if n < short || thick <= (n+1)/4 && slices.Contains(long[:], n+1) {
					all = append(all, uint64(finish(h))<<2|level)
				}
			}
		}
	}
	slices.Sort(all)
	out := all[:0]
	for i, g := range all {
		if i+1 == len(all) || all[i+1]>>2 != g>>2 {
			out = append(out, g)
		}
	}
	return out
}
