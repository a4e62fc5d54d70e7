package cli_test

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	paint "image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
)

// camera walks through a page and keeps the pictures of the guides.
type camera struct {
	*browser.Page
	t *testing.T
}

func (c *camera) waitFor(js string) {
	c.t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(50 * time.Millisecond) {
		var ok bool
		if c.Eval("Boolean("+js+")", &ok); ok {
			return
		}
	}
	c.t.Fatalf("never: %s", js)
}

// set fills a field of the form page as a person would leave it.
func (c *camera) set(ptr, text string) {
	c.t.Helper()
	c.Eval(fmt.Sprintf(`(() => {
		const i = document.querySelector('[data-ptr="%s"]').querySelector("input, textarea");
		i.focus();
		if (i.type === "radio" || i.type === "checkbox") [...document.querySelectorAll('[data-ptr="%[1]s"] input')].find(x => !%[2]q || x.closest("label").innerText.includes(%[2]q)).click();
		else { i.value = %[2]q; for (const e of ["input", "change"]) i.dispatchEvent(new Event(e, {bubbles: true})); }
		i.blur();
	})()`, ptr, text), nil)
}

// shot takes the part of the page from the top of one element, which must be
// there, at most height pixels high. Without -update it only looks for the part.
func (c *camera) shot(name, from string, height int) {
	c.t.Helper()
	if !slices.Contains(shots, name) {
		c.t.Fatalf("%s is not one of the pictures", name)
	}
	var top []int
	c.Eval(fmt.Sprintf(`(() => { document.activeElement.blur(); const e = document.querySelector(%q); return e ? [Math.round(e.getBoundingClientRect().top + scrollY)] : []; })()`, from), &top)
	if len(top) == 0 {
		c.t.Fatalf("%s: no %s on the page", name, from)
	}
	if !*update {
		return
	}
	whole, err := png.Decode(bytes.NewReader(c.Screenshot()))
	if err != nil {
		c.t.Fatal(err)
	}
	b := whole.Bounds()
	r := image.Rect(0, max(0, top[0]-12), b.Dx(), min(b.Dy(), top[0]-12+height))
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few(whole, r)); err != nil {
		c.t.Fatal(err)
	}
	dir := filepath.Join(repoRoot, shotDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), out.Bytes(), 0o644); err != nil {
		c.t.Fatal(err)
	}
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
