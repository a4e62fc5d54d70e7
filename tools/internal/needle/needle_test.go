package needle

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestSetAgreesWithPlainSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte { // few letters, so that matches are common
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab中"[r.IntN(5)]
		}
		return b
	}
	for range 5000 {
		var values [][]byte
		for range 1 + r.IntN(6) {
			values = append(values, random(r.IntN(30)))
		}
		data := random(r.IntN(400))
		if len(data) > 50 { // long ones, too, which do not occur by chance
			at := r.IntN(len(data) - 40)
			values = append(values, data[at:at+1+r.IntN(40)])
		}
		var want []int
		for n, v := range values {
			if len(v) > 0 && bytes.Contains(data, v) {
				want = append(want, n)
			}
		}
		collect := func(search func(found func(int) bool)) []int {
			var got []int
			search(func(n int) bool { got = append(got, n); return true })
			slices.Sort(got)
			return slices.Compact(got)
		}
		s := New(values)
		if got := collect(func(found func(int) bool) { s.In(data, found) }); !slices.Equal(got, want) {
			t.Fatalf("values %q data %q: got %v, want %v", values, data, got, want)
		}
		if s.Any(data) != (len(want) > 0) {
			t.Fatalf("values %q data %q: Any is %v", values, data, !(len(want) > 0))
		}
		got := collect(func(found func(int) bool) {
			if _, err := s.Stream(iotest.OneByteReader(bytes.NewReader(data)), nil, found); err != nil {
				t.Fatal(err)
			}
		})
		if !slices.Equal(got, want) {
			t.Fatalf("stream: values %q data %q: got %v, want %v", values, data, got, want)
		}
	}
}

func TestAValueIsFoundAcrossBlocks(t *testing.T) {
	for _, value := range []string{"a value that is internal", "张三丰", "李四", "李"} {
		s := New([][]byte{[]byte(value)})
		var buf []byte
		for _, before := range []int{0, block - 10, block - 2, block - 1, block, 3*block - 5, 3*block - 1, 3*block + 1} {
			text := strings.Repeat("x", before) + value + strings.Repeat("y", block)
			hits := 0
			var err error
			if buf, err = s.Stream(strings.NewReader(text), buf, func(int) bool { hits++; return true }); hits == 0 || err != nil {
				t.Errorf("%s at %d: %v %v", value, before, hits, err)
			}
		}
		var err error
		if _, err = s.Stream(strings.NewReader(strings.Repeat(value[:len(value)-1], block/4)), buf, func(int) bool { t.Errorf("false alarm on %s", value); return false }); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkAny(b *testing.B) {
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
			if i%10 == 0 {
				values[i] = text(3) // a name
			}
		}
		start := time.Now()
		s := New(values)
		b.Logf("%d values filed in %v", n, time.Since(start))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				s.Any(page)
			}
		})
	}
}
