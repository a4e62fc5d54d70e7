package browser

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	paint "image/draw"
	"image/png"
	"slices"
)

// Picture takes the part of the page from 12 pixels above the top of the element
// that selector names, which must be there, at most height pixels high, as a
// light PNG for a guide.
func (p *Page) Picture(selector string, height int) []byte {
	p.t.Helper()
	var top []int
	p.Eval(fmt.Sprintf(`(() => { document.activeElement.blur(); const e = document.querySelector(%q); return e ? [Math.round(e.getBoundingClientRect().top + scrollY)] : []; })()`, selector), &top)
	if len(top) == 0 {
		p.t.Fatalf("no %s on the page", selector)
	}
	whole, err := png.Decode(bytes.NewReader(p.Screenshot()))
	if err != nil {
		p.t.Fatal(err)
	}
	b := whole.Bounds()
	r := image.Rect(0, max(0, top[0]-12), b.Dx(), min(b.Dy(), top[0]-12+height))
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few(whole, r)); err != nil {
		p.t.Fatal(err)
	}
	return out.Bytes()
}

// few draws a part of a picture with the 32 colours that it has most of.
func few(m image.Image, r image.Rectangle) *image.Paletted {
	count := map[color.RGBA]int{}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			count[color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)]++
		}
	}
	colours := make([]color.RGBA, 0, len(count))
	for c := range count {
		colours = append(colours, c)
	}
	key := func(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
	slices.SortFunc(colours, func(a, b color.RGBA) int { return cmp.Or(count[b]-count[a], key(a)-key(b)) })
	var palette color.Palette
	for _, c := range colours {
		near := palette != nil && distance(palette[palette.Index(c)], c) < 24
		if !near && len(palette) < 32 {
			palette = append(palette, c)
		}
	}
	out := image.NewPaletted(image.Rect(0, 0, r.Dx(), r.Dy()), palette)
	paint.Draw(out, out.Bounds(), m, r.Min, paint.Src)
	return out
}

// distance is how far two colours are apart, 0 to 765.
func distance(a color.Color, b color.RGBA) int {
	x := a.(color.RGBA)
	abs := func(n int) int { return max(n, -n) }
	return abs(int(x.R)-int(b.R)) + abs(int(x.G)-int(b.G)) + abs(int(x.B)-int(b.B))
}
