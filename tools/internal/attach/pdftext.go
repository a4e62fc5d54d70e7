package attach

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"strings"

	"taizhang/tools/internal/finding"
)

// pages gives the text of every page in order, and of the parts that pages
// show. A page or part that is shown many times is read once.
func (f *pdfFile) pages() {
	seen := map[*pdfObject]bool{}
	number, unknown := 0, 0
	fonts := map[name]*font{} // of all pages, for what names none of its own
	read := func(o *pdfObject, contents []*pdfObject, at finding.Text) {
		t := &pageText{file: f, fonts: f.fontsOf(o)}
		if maps.Copy(fonts, t.fonts); len(t.fonts) == 0 {
			t.fonts = fonts
		}
		for _, c := range contents {
			if c == nil || c.stream == nil || seen[c] {
				continue
			}
			seen[c] = true
			data, ok := f.decode(c)
			if !ok {
				f.in.fail("有一部分内容无法解压", "a part of it cannot be decompressed")
				continue
			}
			t.run(data)
		}
		unknown += t.unknown
		f.in.say(inside(f.where, at), t.out.String())
	}
	page := func(o *pdfObject) {
		if seen[o] {
			return
		}
		seen[o] = true
		number++
		var contents []*pdfObject
		if list, ok := f.get(o.dict()["Contents"]).([]any); ok {
			for _, c := range list {
				contents = append(contents, f.object(c))
			}
		} else {
			contents = append(contents, f.object(o.dict()["Contents"]))
		}
		read(o, contents, finding.Text{Zh: fmt.Sprintf("第 %d 页", number), En: fmt.Sprintf("page %d", number)})
	}
	var walk func(v any)
	walk = func(v any) { // kids come after their parents in seen, so this ends
		o := f.object(v)
		if o == nil || seen[o] || !f.in.spend(1) {
			return
		}
		if kids, ok := f.get(o.dict()["Kids"]).([]any); ok && o.dict()["Type"] != name("Page") {
			seen[o] = true
			for _, k := range kids {
				if _, ok := k.(ref); ok && len(seen) < maxParts {
					walk(k)
				}
			}
			return
		}
		page(o)
	}
	for _, o := range f.all {
		if o.dict()["Type"] == name("Catalog") {
			walk(o.dict()["Pages"])
		}
	}
	for _, o := range f.all {
		switch d := o.dict(); {
		case d["Type"] == name("Page"):
			page(o)
		case d["Subtype"] == name("Form") && o.stream != nil:
			read(o, []*pdfObject{o}, finding.Text{Zh: "页面里的图文框", En: "a frame on a page"})
		}
	}
	// Saving a changed file may leave the former pages in it.
	for _, o := range f.all {
		if d := o.dict(); o.stream != nil && !seen[o] && d["Type"] == nil && d["Subtype"] == nil && d["Length1"] == nil && d["N"] == nil && d["FunctionType"] == nil {
			if data, ok := f.decode(o); ok && bytes.Contains(data, []byte("BT")) {
				t := &pageText{file: f, fonts: fonts}
				t.run(data)
				f.in.say(inside(f.where, finding.Text{Zh: "不再显示的旧内容", En: "former content that is no longer shown"}), t.out.String())
			}
		}
	}
	if unknown >= 11 { // fewer are no number of a person
		f.in.fail("有文字没有附字符对照表，读不出来", "it has text without a table of its characters")
	}
}

// fontsOf returns the fonts that a page or a form names. Pages inherit them.
func (f *pdfFile) fontsOf(o *pdfObject) map[name]*font {
	out := map[name]*font{}
	d := o.dict()
	for level := 0; level < maxDepth && d != nil; level++ {
		if resources, ok := f.get(d["Resources"]).(dict); ok {
			fonts, _ := f.get(resources["Font"]).(dict)
			for key, v := range fonts {
				if out[key] == nil {
					out[key] = f.font(v)
				}
			}
			return out
		}
		d, _ = f.get(d["Parent"]).(dict)
	}
	return out
}

// pageText follows the operators that show text (9.4) and puts the pieces into
// lines by where they stand. Widths are estimated: only whether two pieces
// touch is asked.
type pageText struct {
	file    *pdfFile
	fonts   map[name]*font
	out     strings.Builder
	unknown int // characters that no table explains

	font       *font
	size       float64
	leading    float64
	scale      float64 // of the text matrix
	x, y       float64 // where the next piece stands
	lineX      float64 // where the line began
	lineY      float64
	endX, endY float64 // where the last piece ended
	started    bool
}

func (t *pageText) run(data []byte) {
	l := &lexer{data: data, in: t.file.in}
	var args []any
	for {
		l.left = maxValues // contents are forgotten piece by piece
		v, ok := l.next()
		if !ok {
			return
		}
		op, isOperator := v.(operator)
		if !isOperator {
			if len(args) < 64 {
				args = append(args, v)
			}
			continue
		}
		if op == "ID" { // an image in the text: its bytes are no operators
			l.image()
		}
		t.operator(op, args)
		args = args[:0]
	}
}

// image skips to the end of an inline image.
func (l *lexer) image() {
	for l.at < len(l.data)-3 {
		if isSpace(l.data[l.at]) && l.data[l.at+1] == 'E' && l.data[l.at+2] == 'I' && isSpace(l.data[l.at+3]) {
			l.at += 3
			return
		}
		l.at++
	}
	l.at = len(l.data)
}

func (t *pageText) operator(op operator, args []any) {
	number := func(i int) float64 {
		if i < len(args) {
			n, _ := args[i].(float64)
			return n
		}
		return 0
	}
	last := func() any {
		if len(args) == 0 {
			return nil
		}
		return args[len(args)-1]
	}
	switch op {
	case "BT":
		t.scale, t.lineX, t.lineY, t.x, t.y = 1, 0, 0, 0, 0
	case "Tf":
		if len(args) > 0 {
			key, _ := args[0].(name)
			t.font = t.fonts[key]
		}
		t.size = math.Abs(number(1))
	case "TL":
		t.leading = number(0)
	case "Tm":
		t.scale = math.Max(math.Hypot(number(0), number(1)), 1e-6)
		t.lineX, t.lineY = number(4), number(5)
		t.x, t.y = t.lineX, t.lineY
	case "Td", "TD":
		if op == "TD" {
			t.leading = -number(1)
		}
		t.move(number(0), number(1))
	case "T*":
		t.move(0, -t.leading)
	case "Tj":
		t.show(last())
	case "'", "\"":
		t.move(0, -t.leading)
		t.show(last())
	case "TJ":
		list, _ := last().([]any)
		for _, it := range list {
			if n, ok := it.(float64); ok {
				t.x -= n / 1000 * t.size * t.scale
			}
			t.show(it)
		}
	}
}

func (t *pageText) move(x, y float64) {
	t.lineX += x * t.scale
	t.lineY += y * t.scale
	t.x, t.y = t.lineX, t.lineY
}

func (t *pageText) show(v any) {
	code, ok := v.(text)
	if !ok || len(code) == 0 {
		return
	}
	s, unknown := t.font.decode(code)
	t.unknown += unknown
	em := t.size * t.scale
	if em <= 0 {
		em = 10
	}
	if t.started {
		switch gap := t.x - t.endX; {
		case math.Abs(t.y-t.endY) > em/2:
			t.out.WriteByte('\n')
		case gap > 0.35*em || gap < -2*em:
			t.out.WriteByte(' ')
		}
	}
	t.started = true
	t.out.WriteString(s)
	for _, c := range s {
		if c < 0x2e80 {
			t.x += 0.52 * em
		} else {
			t.x += em
		}
	}
	t.endX, t.endY = t.x, t.y
}
