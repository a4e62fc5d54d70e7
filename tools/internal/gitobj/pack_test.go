package gitobj

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// entry is one entry of a pack that git would not write.
type entry struct {
	name plumbing.Hash       // under which the index has it
	typ  plumbing.ObjectType // 1 … 7
	size uint64              // as the header says
	base []byte              // what stands before the data of a delta
	data []byte              // to be compressed
	raw  []byte              // in place of compressed data
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// packOf writes a pack and its index into the repository, and returns where each
// entry is.
func (r *testRepo) packOf(entries ...entry) (offsets []int64) {
	r.t.Helper()
	pack := []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00")
	for i := range entries {
		e := &entries[i]
		offsets = append(offsets, int64(len(pack)))
		size, c := e.size>>4, byte(e.typ)<<4|byte(e.size&15)
		for ; size > 0; size >>= 7 {
			pack, c = append(pack, c|0x80), byte(size&0x7f)
		}
		pack = append(append(pack, c), e.base...)
		if e.raw == nil {
			e.raw = deflate(e.data)
		}
		pack = append(pack, e.raw...)
	}
	seal := func(b []byte) []byte { sum := sha1.Sum(b); return append(b, sum[:]...) }
	binary.BigEndian.PutUint32(pack[8:], uint32(len(entries)))
	pack = seal(pack)
	name := pack[len(pack)-20:]
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(entries[a].name[:], entries[b].name[:]) })
	index := []byte("\xfftOc\x00\x00\x00\x02")
	for c := range 256 {
		n := 0
		for _, e := range entries {
			if int(e.name[0]) <= c {
				n++
			}
		}
		index = binary.BigEndian.AppendUint32(index, uint32(n))
	}
	for _, i := range order {
		index = append(index, entries[i].name[:]...)
	}
	index = append(index, make([]byte, 4*len(entries))...)
	for _, i := range order {
		index = binary.BigEndian.AppendUint32(index, uint32(offsets[i]))
	}
	index = seal(append(index, name...))
	r.write(fmt.Sprintf(".git/objects/pack/pack-%x.pack", name), string(pack))
	r.write(fmt.Sprintf(".git/objects/pack/pack-%x.idx", name), string(index))
	return offsets
}

// deltaOf encodes the sizes of a delta and the operations behind them.
func deltaOf(base, result uint64, ops ...byte) []byte {
	return append(binary.AppendUvarint(binary.AppendUvarint(nil, base), result), ops...)
}

func blobName(content string) plumbing.Hash {
	return hashObject(plumbing.BlobObject, []byte(content))
}

func TestPacksOfAnyShapeAreRefusedWithoutHarm(t *testing.T) {
	const text = "content of a file"
	name := blobName(text)
	base := entry{name: blobName("base"), typ: plumbing.BlobObject, size: 4, data: []byte("base")}
	// on gives a delta that lies directly behind base in the pack.
	on := func(delta []byte) []entry {
		back := byte(1 + len(deflate([]byte("base"))))
		return []entry{base, {name: name, typ: plumbing.OFSDeltaObject, size: uint64(len(delta)), base: []byte{back}, data: delta}}
	}
	bomb := []byte{}
	for range 1000 {
		bomb = append(bomb, 0x80|0x10, 4) // copies the base once more
	}
	for _, c := range []struct {
		name string
		pack []entry
		want string // part of the error
	}{
		{"another content", []entry{{name: name, typ: plumbing.BlobObject, size: 4, data: []byte("else")}}, "another hash"},
		{"another type", []entry{{name: name, typ: plumbing.TreeObject, size: uint64(len(text)), data: []byte(text)}}, "a tree where a blob"},
		{"longer than it says", []entry{{name: name, typ: plumbing.BlobObject, size: 4, data: []byte(text)}}, "exceeds declared size"},
		{"shorter than it says", []entry{{name: name, typ: plumbing.BlobObject, size: 90, data: []byte(text)}}, "17 bytes where 90 are said"},
		{"says terabytes", []entry{{name: name, typ: plumbing.BlobObject, size: 1 << 42, data: []byte(text)}}, "more than the limit"},
		{"says more than can be counted", []entry{{name: name, typ: plumbing.BlobObject, size: 1<<63 + 5, data: []byte(text)}}, "overflow"},
		{"no type", []entry{{name: name, typ: 5, size: 17, data: []byte(text)}}, "it is a unknown"},
		{"not compressed", []entry{{name: name, typ: plumbing.BlobObject, size: 4, raw: []byte("base")}}, "zlib"},
		{"cut off", []entry{{name: name, typ: plumbing.BlobObject, size: uint64(len(text)), raw: deflate([]byte(text))[:9]}}, name.String()},
		{"a delta on itself", []entry{{name: name, typ: plumbing.REFDeltaObject, size: 2, base: name[:], data: deltaOf(4, 4)}}, "unfold to more"},
		{"a delta on nothing", []entry{{name: name, typ: plumbing.REFDeltaObject, size: 3, base: base.name[:], data: deltaOf(4, 4)}}, "base of a delta"},
		{"a delta on what lies before the pack", []entry{{name: name, typ: plumbing.OFSDeltaObject, size: 3, base: []byte{0x7f}, data: deltaOf(4, 4)}}, "invalid OFS delta"},
		{"a delta of another base", on(deltaOf(5, 4, 0x90, 4)), "invalid delta"},
		{"a delta that copies from behind its base", on(deltaOf(4, 4, 0x91, 1, 4)), "invalid delta"},
		{"a delta that makes less", on(deltaOf(4, 8, 0x90, 4)), "invalid delta"},
		{"a delta that makes more", on(deltaOf(4, 8, bomb...)), "invalid delta"},
		{"a delta that ends too early", on(deltaOf(4, 4, 9, 'x')), "invalid delta"},
		{"a delta that makes terabytes", on(deltaOf(4, 1<<42, 0x90, 4)), "unfold to more"},
		{"a delta without sizes", on([]byte{0x80}), "invalid delta"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRepo(t)
			r.packOf(c.pack...)
			data, err := r.open().Blob(name.String(), 1<<20)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("read %q, %v, want an error with %q", data, err, c.want)
			}
			if !errors.As(err, new(*CorruptObjectError)) && !errors.As(err, new(*TooLargeError)) {
				t.Errorf("the error has no type: %v", err)
			}
		})
	}
}

// TestDeltaBombIsStopped piles up deltas of a few bytes each of which makes its
// base sixteen times as long.
func TestDeltaBombIsStopped(t *testing.T) {
	r := newRepo(t)
	content := strings.Repeat("x", 1<<20)
	entries := []entry{{name: blobName("0"), typ: plumbing.BlobObject, size: 1 << 20, data: []byte(content)}}
	size := uint64(1 << 20)
	for i := range 4 {
		var ops []byte
		for range 16 { // 0xffffff bytes at most are copied at once
			for at := uint64(0); at < size; at += 0x800000 {
				n := min(size-at, 0x800000)
				ops = append(ops, 0xff, byte(at), byte(at>>8), byte(at>>16), byte(at>>24), byte(n), byte(n>>8), byte(n>>16))
			}
		}
		delta := deltaOf(size, 16*size, ops...)
		below := entries[len(entries)-1].name
		entries = append(entries, entry{name: blobName(string(rune('1' + i))), typ: plumbing.REFDeltaObject, size: uint64(len(delta)), base: below[:], data: delta})
		size *= 16
	}
	// The last makes little again, so that only what lies below it is large.
	delta := deltaOf(size, 1, 0x90, 1)
	below := entries[len(entries)-1].name
	entries = append(entries, entry{name: blobName("x"), typ: plumbing.REFDeltaObject, size: uint64(len(delta)), base: below[:], data: delta})
	r.packOf(entries...)
	if _, err := r.open().Blob(blobName("x").String(), 1<<20); !errors.As(err, new(*CorruptObjectError)) || !strings.Contains(err.Error(), "unfold to more") {
		t.Errorf("got %v", err)
	}
}

func TestMalformedIndexIsAnError(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	r.commit("one")
	r.git("gc", "-q")
	list, err := filepath.Glob(filepath.Join(r.dir, ".git/objects/pack/*.idx"))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	good, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		spoil func(b []byte) []byte
		want  string
	}{
		{"empty", func([]byte) []byte { return nil }, "idx: "},
		{"cut", func(b []byte) []byte { return b[:1100] }, "idx: "},
		{"of a later version", func(b []byte) []byte { b[7] = 9; return b }, "unsupported version"},
		{"falling counts", func(b []byte) []byte { b[8] = 1; return b }, "idx: "},
		{"more than there are", func(b []byte) []byte { b[1028] = 0x70; return b }, "idx: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			os.Remove(list[0])
			if err := os.WriteFile(list[0], c.spoil(slices.Clone(good)), 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := r.open().Tree("HEAD"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestIndexesOfAllSizesAreSearched(t *testing.T) {
	r := newRepo(t)
	for i := range 600 {
		r.write(fmt.Sprintf("d/%d", i), strings.Repeat("y", i))
	}
	r.commit("one")
	r.git("gc", "-q", "--prune=now")
	repo := r.open()
	n := 0
	err := tree(t, repo, "HEAD").Walk("", func(e Entry) error {
		n++
		_, err := repo.Blob(e.Hash, 1<<20)
		return err
	})
	if err != nil || n != 600 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestLooseObjectsOfAnyShapeAreRefusedWithoutHarm(t *testing.T) {
	const text = "content of a file"
	name := blobName(text).String()
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "EOF"},
		{"not compressed", "blob 17\x00" + text, "zlib"},
		{"no header", string(deflate([]byte(text))), "header is malformed"},
		{"no end of the header", string(deflate([]byte("blob " + strings.Repeat("1", 90)))), "header is malformed"},
		{"a signed size", string(deflate([]byte("blob -1\x00" + text))), "header is malformed"},
		{"terabytes", string(deflate([]byte("blob 999999999999\x00" + text))), "more than the limit"},
		{"a delta", string(deflate([]byte("ofs-delta 17\x00" + text))), "header is malformed"},
		{"longer than it says", string(deflate([]byte("blob 4\x00" + text))), "not as long as it says"},
		{"shorter than it says", string(deflate([]byte("blob 90\x00" + text))), "not as long as it says"},
		{"cut off", string(deflate([]byte("blob 17\x00" + text)))[:12], "corrupt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRepo(t)
			r.write(".git/objects/"+name[:2]+"/"+name[2:], c.file)
			if data, err := r.open().Blob(name, 1<<20); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("read %q, %v, want an error with %q", data, err, c.want)
			}
		})
	}
}
