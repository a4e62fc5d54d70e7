package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// root is index.json.
type root struct {
	Version  string  `json:"version"`
	Projects int     `json:"projects"`
	Block    int     `json:"block"`
	Bits     int     `json:"bits"` // of a hash that name the file of grams
	InRoot   int     `json:"names"`
	Facets   []Facet `json:"facets"`
}

// Write makes the files of the index of the entries, each of which must have
// been added, in the order given. english names the parts of labels in English;
// one that is not in it is shown in Chinese. write gets names below the index's
// folder and is called from several goroutines. Afterwards more can be added and
// all be written again; same says that it would be what was written last, and that
// write was not called.
func (b *Builder) Write(entries []Entry, facets []Facet, english map[string]string, write func(name string, data []byte) error) (same bool, err error) {
	defer func(end int64) { b.end = end }(b.end) // what is kept meanwhile is needed no more
	w := &writer{b: b, entries: entries, english: english, perPart: perPart, write: write}
	if err := w.number(facets); err != nil {
		return false, err
	}
	if w.root.Version == b.version {
		return true, nil
	}
	for _, step := range []func() error{w.docs, w.labels, w.grams, w.blocks, w.names} {
		if err := step(); err != nil {
			return false, err
		}
	}
	data, err := json.Marshal(w.root)
	if err != nil {
		return false, fmt.Errorf("search: %w", err)
	}
	if err := write("index.json", data); err != nil {
		return false, err
	}
	b.version = w.root.Version
	return false, nil
}

type writer struct {
	b       *Builder
	entries []Entry
	english map[string]string
	stored  []stored
	facets  []Facet      // with all values
	values  [][][]uint32 // numbers of the values by facet and project
	root    root
	runes   int
	perPart int
	write   func(name string, data []byte) error
}

// number fixes the numbers of projects and values and the version.
func (w *writer) number(facets []Facet) error {
	sum := sha256.New()
	sum.Write([]byte(format))
	for _, e := range w.entries {
		s, ok := w.b.docs[e.ID]
		if !ok {
			return fmt.Errorf("search: project %s has no texts", e.ID)
		}
		w.stored = append(w.stored, s)
		w.runes += s.runes
		sum.Write(s.sum[:])
	}
	for i, f := range facets {
		f.Values = complete(f.Values, w.entries, i)
		at := map[string]uint32{}
		for n, v := range f.Values {
			at[v.ID] = uint32(n)
		}
		numbers := make([][]uint32, len(w.entries))
		for n, e := range w.entries {
			for _, id := range e.Values[i] {
				numbers[n] = append(numbers[n], at[id])
			}
		}
		w.facets, w.values = append(w.facets, f), append(w.values, numbers)
	}
	about, err := json.Marshal([]any{w.facets, w.values, amountRanks(w.entries), w.english})
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	sum.Write(about)
	w.root = root{Version: hex.EncodeToString(sum.Sum(nil)[:6]), Projects: len(w.entries), Block: BlockSize, InRoot: inRoot,
		Bits: max(1, bits.Len(uint(w.runes/perShard)))}
	for _, f := range w.facets {
		f.Values = f.Values[:min(inRoot, len(f.Values))]
		w.root.Facets = append(w.root.Facets, f)
	}
	return nil
}

// complete adds the values that entries have and the facet does not list, most
// frequent first.
func complete(values []Value, entries []Entry, facet int) []Value {
	values = slices.Clone(values)
	if values == nil {
		values = []Value{}
	}
	known := map[string]bool{}
	for _, v := range values {
		known[v.ID] = true
	}
	n := map[string]int{}
	for _, e := range entries {
		for _, id := range e.Values[facet] {
			if !known[id] {
				n[id]++
			}
		}
	}
	first := len(values)
	for id := range n {
		values = append(values, Value{ID: id})
	}
	slices.SortFunc(values[first:], func(a, b Value) int { return cmp.Or(n[b.ID]-n[a.ID], cmp.Compare(a.ID, b.ID)) })
	return values
}

func (w *writer) file(kind string, name any, data []byte) error {
	data, err := w.b.packing.pack(data)
	if err != nil {
		return fmt.Errorf("search: pack: %w", err)
	}
	return w.packed(kind, name, data)
}

func (w *writer) packed(kind string, name any, data []byte) error {
	return w.write(fmt.Sprintf("%s/%s/%v.bin", w.root.Version, kind, name), data)
}

// docs writes the texts of each project.
func (w *writer) docs() error {
	return parallel(len(w.stored), func(n int) error {
		data, err := w.b.read(w.stored[n].card)
		if err != nil {
			return err
		}
		return w.packed("d", n, data)
	})
}

// labels writes the English names of the parts of labels.
func (w *writer) labels() error {
	data, err := json.Marshal(w.english)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return w.file("l", "en", data)
}

// blocks writes the values of facets and the order of amounts, by block.
func (w *writer) blocks() error {
	ranks := amountRanks(w.entries)
	for at := 0; at < len(w.entries); at += BlockSize {
		end := min(at+BlockSize, len(w.entries))
		var data []byte
		for i := range w.facets {
			data = column(data, w.values[i][at:end])
		}
		if err := w.file("f", at/BlockSize, data); err != nil {
			return err
		}
		if err := w.file("a", at/BlockSize, column(nil, ranks[at:end])); err != nil {
			return err
		}
	}
	return nil
}

// amountRanks numbers the amounts from the smallest; equal ones get the same
// number. Sorting needs no more.
func amountRanks(entries []Entry) [][]uint32 {
	var amounts []int64
	for _, e := range entries {
		amounts = append(amounts, e.Amount)
	}
	slices.Sort(amounts)
	amounts = slices.Compact(amounts)
	out := make([][]uint32, len(entries))
	for i, e := range entries {
		rank, _ := slices.BinarySearch(amounts, e.Amount)
		out[i] = []uint32{uint32(rank)}
	}
	return out
}

// names writes the names of the values that index.json has no room for.
func (w *writer) names() error {
	for _, f := range w.facets {
		for at := inRoot; at < len(f.Values); at += inRoot {
			data, err := json.Marshal(f.Values[at:min(at+inRoot, len(f.Values))])
			if err != nil {
				return fmt.Errorf("search: %w", err)
			}
			if err := w.file("v", fmt.Sprintf("%s-%d", f.Key, at/inRoot), data); err != nil {
				return err
			}
		}
	}
	return nil
}

// parallel calls fn for 0 … n-1 from several goroutines; after an error no
// further call begins.
func parallel(n int, fn func(int) error) error {
	var mu sync.Mutex
	var failed error
	next := 0
	take := func(err error) (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		failed = errors.Join(failed, err)
		next++
		return next - 1, failed == nil && next <= n
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			var err error
			for i, ok := take(nil); ok; i, ok = take(err) {
				err = fn(i)
			}
		})
	}
	wg.Wait()
	return failed
}
