package search

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestPartsDoNotShow works through the hashes in one part and in many.
func TestPartsDoNotShow(t *testing.T) {
	var first map[string][]byte
	for _, perPart := range []int{1 << 20, 500} {
		f, err := os.Create(filepath.Join(t.TempDir(), "spool"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b := New(f)
		var entries []Entry
		for n := range 400 {
			id := fmt.Sprint("p", n)
			text := fmt.Sprintf("第%d号项目，共 %d 万元，编号 %x", n, n*n, n*7919)
			if err := b.Add(id, Doc{Fields: []Field{{Level: Title, Text: text}}}); err != nil {
				t.Fatal(err)
			}
			entries = append(entries, Entry{ID: id, Values: [][]string{{fmt.Sprint(n % 9)}}})
		}
		var mu sync.Mutex
		files := map[string][]byte{}
		w := &writer{b: b, entries: entries, perPart: perPart, write: func(name string, data []byte) error {
			mu.Lock()
			defer mu.Unlock()
			files[name] = data
			return nil
		}}
		if err := w.number([]Facet{{Key: "last"}}); err != nil {
			t.Fatal(err)
		}
		if err := w.grams(); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = files
		}
		if len(files) < 4 || !maps.EqualFunc(files, first, bytes.Equal) {
			t.Errorf("%d characters a part give other files", perPart)
		}
	}
}
