package attach

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"maps"
	"slices"
	"strconv"

	"taizhang/tools/internal/finding"
)

// pdfFile is a PDF taken apart by looking for its objects, not by its tables:
// so a damaged file is read too, and so is what a later edition of the file
// has replaced, which is still in it.
type pdfFile struct {
	in      *inspector
	where   finding.Text
	objects map[int]*pdfObject // the last of each number
	all     []*pdfObject
	fonts   map[*pdfObject]*font
}

type pdfObject struct {
	value  any
	stream []byte // as stored; nil for none
}

func (o *pdfObject) dict() dict {
	if o == nil {
		return nil
	}
	d, _ := o.value.(dict)
	return d
}

// pdf reads the text of the pages, and the strings of everything else.
func (in *inspector) pdf(where finding.Text, data []byte) {
	f := &pdfFile{in: in, where: where, objects: map[int]*pdfObject{}, fonts: map[*pdfObject]*font{}}
	if f.encrypted(data) || !f.scan(data) {
		in.fail("有密码，内容被加密", "it is encrypted")
		return
	}
	if len(f.all) == 0 {
		in.fail("不是完整的 PDF 文件", "it is no whole PDF file")
		return
	}
	f.pages()
	for _, o := range f.all {
		f.strings(o.value)
		f.other(o)
	}
}

// encrypted looks into the trailers.
func (f *pdfFile) encrypted(data []byte) bool {
	for rest := data; ; {
		_, after, ok := bytes.Cut(rest, []byte("trailer"))
		if !ok {
			return false
		}
		l := &lexer{data: after[:min(len(after), 8<<10)], in: f.in, refs: true}
		if v, _ := l.next(); v != nil {
			if d, _ := v.(dict); d["Encrypt"] != nil {
				return true
			}
		}
		rest = after
	}
}

// scan finds the objects "12 0 obj". It reports false for an encrypted file.
func (f *pdfFile) scan(data []byte) bool {
	noEnd := false
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("obj"))
		if i < 0 {
			break
		}
		at += i + 3
		number, ok := objectNumber(data[max(0, at-3-32) : at-3])
		if !ok {
			continue
		}
		l := &lexer{data: data, at: at, in: f.in, refs: true}
		v, ok := l.next()
		if !ok {
			break
		}
		o := &pdfObject{value: v}
		at = l.at
		l.skip()
		if rest := data[l.at:]; bytes.HasPrefix(rest, []byte("stream")) && !noEnd {
			rest = bytes.TrimPrefix(bytes.TrimPrefix(rest[len("stream"):], []byte("\r")), []byte("\n"))
			var n int
			if o.stream, n = cutStream(rest, o.dict()["Length"]); n < 0 {
				noEnd = true
				o.stream, n = rest, 0
			}
			at = len(data) - len(rest) + n
		}
		if d := o.dict(); d["Type"] == name("XRef") && d["Encrypt"] != nil {
			return false
		}
		f.add(number, o)
	}
	for _, o := range slices.Clone(f.all) {
		if o.dict()["Type"] == name("ObjStm") {
			f.unpack(o)
		}
	}
	return true
}

func (f *pdfFile) add(number int, o *pdfObject) {
	f.objects[number] = o
	f.all = append(f.all, o)
}

// objectNumber reads the number from the "12 0 " that data ends with.
func objectNumber(data []byte) (int, bool) {
	fields := bytes.Fields(data)
	if len(fields) < 2 || len(data) > 0 && !isSpace(data[len(data)-1]) {
		return 0, false
	}
	digits := fields[len(fields)-2]
	for len(digits) > 0 && (digits[0] < '0' || digits[0] > '9') {
		digits = digits[1:] // "endobj12 0 obj" is seen in the wild
	}
	n, err := strconv.Atoi(string(digits))
	_, bad := strconv.Atoi(string(fields[len(fields)-1]))
	return n, err == nil && bad == nil
}

// cutStream returns the bytes of a stream and how far it reaches, -1 when its
// end is not marked. The stated length counts when the mark stands there.
func cutStream(data []byte, length any) ([]byte, int) {
	end := []byte("endstream")
	if f, ok := length.(float64); ok && f >= 0 && f <= float64(len(data)) {
		n := int(f)
		if bytes.HasPrefix(bytes.TrimLeft(data[n:min(len(data), n+16)], "\r\n "), end) {
			return data[:n], n
		}
	}
	n := bytes.Index(data, end)
	if n < 0 {
		return nil, -1
	}
	return data[:n], n
}

// unpack adds the objects of an object stream (7.5.7).
func (f *pdfFile) unpack(o *pdfObject) {
	data, ok := f.decode(o)
	first, isNumber := o.dict()["First"].(float64)
	if !ok || !isNumber || !(first >= 0 && first <= float64(len(data))) {
		f.in.fail("有一部分内容无法解压", "a part of it cannot be decompressed")
		return
	}
	head := &lexer{data: data[:int(first)], in: f.in}
	for {
		number, ok1 := head.next()
		offset, ok2 := head.next()
		if !ok1 || !ok2 {
			return
		}
		n, ok1 := number.(float64)
		at, ok2 := offset.(float64)
		if !ok1 || !ok2 || !(at >= 0 && first+at < float64(len(data))) {
			continue
		}
		l := &lexer{data: data, at: int(first + at), in: f.in, refs: true}
		v, ok := l.next()
		if !ok {
			return
		}
		inner := &pdfObject{value: v}
		f.all = append(f.all, inner)
		if old := f.objects[int(n)]; old == nil || old.stream == nil {
			f.objects[int(n)] = inner
		}
	}
}

// decode undoes the filters of a stream; ok is false for filters that are not
// known. Damaged data give what they begin with.
func (f *pdfFile) decode(o *pdfObject) (data []byte, ok bool) {
	data = o.stream
	for _, filter := range f.filters(o) {
		switch filter {
		case "FlateDecode", "Fl":
			r, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, false
			}
			if data, _ = f.in.readAll(r); data == nil {
				return nil, false
			}
		case "ASCII85Decode", "A85":
			data, _, _ = bytes.Cut(data, []byte("~>"))
			if data, _ = f.in.readAll(ascii85.NewDecoder(bytes.NewReader(data))); data == nil {
				return nil, false
			}
		case "ASCIIHexDecode", "AHx":
			l := &lexer{data: append([]byte("<"), data...), in: f.in}
			data = l.hex()
		default:
			return nil, false
		}
	}
	if p, _ := f.get(o.dict()["DecodeParms"]).(dict); p["Predictor"] != nil && p["Predictor"] != float64(1) {
		return nil, false
	}
	return data, true
}

func (f *pdfFile) filters(o *pdfObject) []name {
	d := o.dict()
	v := f.get(d["Filter"])
	if n, ok := v.(name); ok {
		return []name{n}
	}
	var out []name
	list, _ := v.([]any)
	for _, it := range list {
		if n, ok := f.get(it).(name); ok && len(out) < 4 {
			out = append(out, n)
		}
	}
	return out
}

// get follows a reference, once.
func (f *pdfFile) get(v any) any {
	if r, ok := v.(ref); ok {
		if o := f.objects[int(r)]; o != nil {
			return o.value
		}
		return nil
	}
	return v
}

func (f *pdfFile) object(v any) *pdfObject {
	if r, ok := v.(ref); ok {
		return f.objects[int(r)]
	}
	if d, ok := v.(dict); ok {
		return &pdfObject{value: d}
	}
	return nil
}

// strings gives the strings of an object: title and author of the file, notes,
// form fields, bookmarks, addresses of links.
func (f *pdfFile) strings(v any) {
	switch v := v.(type) {
	case text:
		f.in.say(inside(f.where, finding.Text{Zh: "文件属性、批注或表单域", En: "the properties, comments or form fields"}), string(utf8Of(v)))
	case []any:
		for _, it := range v {
			f.strings(it)
		}
	case dict:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "ID" || k == "Contents" && v["ByteRange"] != nil || k == "Cert" { // signatures and hashes
				continue
			}
			f.strings(v[k])
		}
	}
}

// other reads the streams that are no page content: metadata, embedded files,
// photographs.
func (f *pdfFile) other(o *pdfObject) {
	d := o.dict()
	if o.stream == nil || d == nil {
		return
	}
	switch {
	case d["Type"] == name("Metadata"):
		if data, ok := f.decode(o); ok {
			f.in.say(inside(f.where, finding.Text{Zh: "文件属性", En: "the file's properties"}), attributesText(data))
		}
	case d["Type"] == name("EmbeddedFile"):
		at := inside(f.where, finding.Text{Zh: "嵌入的文件", En: "an embedded file"})
		data, ok := f.decode(o)
		if !ok || !f.in.file(at, data) {
			f.in.fail("嵌入的文件无法读取", "an embedded file cannot be read")
		}
	case slices.Equal(f.filters(o), []name{"DCTDecode"}):
		f.in.image(inside(f.where, finding.Text{Zh: "图片的属性", En: "the properties of a picture"}), o.stream)
	}
}
