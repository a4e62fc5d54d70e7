package site

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestForbiddenAgreesWithPlainSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte { // few letters, so that matches are common
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab中"[r.IntN(5)]
		}
		return b
	}
	for range 3000 {
		var values [][]byte
		for range 1 + r.IntN(6) {
			values = append(values, random(r.IntN(30)))
		}
		data := random(r.IntN(400))
		want := false
		for _, v := range values {
			want = want || len(v) > 0 && bytes.Contains(data, v)
		}
		f := newForbidden(values)
		if got := f.in(data); got != want {
			t.Fatalf("values %q data %q: got %v", values, data, got)
		}
		got, err := f.inStream(iotest.OneByteReader(bytes.NewReader(data)))
		if got != want || err != nil {
			t.Fatalf("stream: values %q data %q: got %v %v", values, data, got, err)
		}
	}
}

func TestForbiddenIsFoundAcrossBlocks(t *testing.T) {
	f := newForbidden([][]byte{[]byte("a value that is internal")})
	const block = 1 << 18
	for _, before := range []int{0, block - 10, block - 1, block, 3*block - 5, 3*block + 1} {
		text := strings.Repeat("x", before) + "a value that is internal" + strings.Repeat("y", block)
		if got, err := f.inStream(strings.NewReader(text)); !got || err != nil {
			t.Errorf("at %d: %v %v", before, got, err)
		}
	}
	if got, err := f.inStream(strings.NewReader(strings.Repeat("a value that is interna", block/4))); got || err != nil {
		t.Errorf("false alarm: %v %v", got, err)
	}
}

func BenchmarkForbidden(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func(n int) []byte {
		s := make([]rune, n)
		for i := range s {
			s[i] = rune(0x4e00 + r.IntN(3000))
		}
		return []byte(string(s))
	}
	page := text(1 << 20)
	for _, n := range []int{100, 10_000, 300_000} {
		values := make([][]byte, n)
		for i := range values {
			values[i] = append([]byte("经审查，该项目"), text(40)...)
		}
		start := time.Now()
		f := newForbidden(values)
		b.Logf("%d values filed in %v", n, time.Since(start))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				if f.in(page) {
					b.Fatal("found")
				}
			}
		})
	}
}
