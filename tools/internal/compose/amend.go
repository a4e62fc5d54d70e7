package compose

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
)

// entry is one top-level key of a front matter with its lines.
type entry struct {
	key  string
	lead []byte // comments and empty lines before it
	own  []byte // its lines
	from int    // offset of its value in own, -1 when there is none
	to   int    // offset after its value
}

// Amend returns a file with some top-level keys set to other values, or deleted
// where the value is nil, and with another body unless that is nil. Every byte
// outside the lines of those keys stays: comments, order, unknown keys, line
// ends. A key that already has its value is not touched. An error is an
// [*Error].
func Amend(form *schema.Form, path string, original []byte, set map[string]any, body *string) ([]byte, error) {
	if len(set) == 0 && body == nil {
		return original, nil
	}
	rec, findings := record.Parse(path, original)
	if rec == nil {
		err := refuse("", "原文件读不出来，不能修改", "the file as it is cannot be read, so it cannot be amended")
		if len(findings) > 0 {
			f := findings[0]
			err = refuse("", fmt.Sprintf("%s:%d:%d %s", path, f.Line, f.Col, f.Message.Zh), fmt.Sprintf("%s:%d:%d %s", path, f.Line, f.Col, f.Message.En))
		}
		return nil, err
	}
	have, want := values(rec.Root), values(rec.Root)
	var changed []string
	for k, v := range set {
		if v == nil {
			delete(want, k)
		} else {
			want[k] = normalValue(v)
		}
		if rec.Root.Key(k) != nil && v == nil || v != nil && !reflect.DeepEqual(have[k], want[k]) {
			changed = append(changed, k)
		}
	}
	bom := original[:len(original)-len(rec.Raw)]
	end := len(rec.Raw) - len(rec.Body) // of the closing marker
	front, err := amendFront(form, rec, rec.Raw[:end], changed, want)
	if err != nil {
		return nil, err
	}
	text := rec.Body
	if body != nil {
		if err := checkText(Body, *body); err != nil {
			return nil, err
		}
	}
	if body != nil && !bytes.Equal(lf(rec.Body), withEnd([]byte(*body))) {
		text = bytes.ReplaceAll(withEnd([]byte(*body)), []byte("\n"), []byte(lineEnd(rec.Raw)))
		if len(text) > 0 && !bytes.HasSuffix(front, []byte("\n")) {
			front = append(slices.Clip(front), lineEnd(rec.Raw)...)
		}
	}
	return verified(form, path, slices.Concat(bom, front, text), want)
}

// lineEnd returns how a file ends its lines: as its first one.
func lineEnd(raw []byte) string {
	if i := bytes.IndexByte(raw, '\n'); i > 0 && raw[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// amendFront changes some keys between two marker lines, the markers included.
func amendFront(form *schema.Form, rec *record.Record, raw []byte, changed []string, want map[string]any) ([]byte, error) {
	if len(changed) == 0 {
		return raw, nil
	}
	if len(want) == 0 {
		return nil, refuse("", "不能把所有登记项都删掉", "a record cannot be left without any key")
	}
	f := newFront(rec, raw)
	if f.flow {
		// All keys stand on one line of braces: there are no lines to keep.
		front, err := renderFront(form, want, f.eol)
		return slices.Concat(f.open, front, f.close), err
	}
	for _, k := range order(form.Root, want) {
		if !slices.Contains(changed, k) {
			continue
		}
		lines, err := renderKey(form.Root, k, want[k])
		if err != nil {
			return nil, err
		}
		f.set(form.Root, k, lines)
	}
	for _, k := range changed {
		if _, stays := want[k]; !stays {
			f.delete(k)
		}
	}
	return f.bytes(), nil
}

// front is a front matter cut into its top-level entries.
type front struct {
	open    []byte // the first marker
	entries []entry
	close   []byte // what follows the last entry, with the marker
	eol     string
	indent  string
	flow    bool
}

func newFront(rec *record.Record, raw []byte) *front {
	f := &front{eol: lineEnd(raw)}
	starts := lineStarts(raw)
	root := rec.Root
	f.open = raw[:starts[1]]
	f.close = raw[starts[len(starts)-1]:]
	f.indent = strings.Repeat(" ", int(root.Keys[0].Col)-1)
	if raw[offset(raw, starts, root.Line, root.Col)] == '{' {
		f.flow = true
		return f
	}
	at := starts[1]
	for i := range root.Keys {
		k := &root.Keys[i]
		start := starts[k.Line-1]
		limit := starts[len(starts)-1]
		if i+1 < len(root.Keys) {
			limit = starts[root.Keys[i+1].Line-1]
		}
		e := entry{key: k.Name, lead: raw[at:start], from: -1}
		var end int
		if v := k.Value; v.Kind != record.Null {
			from := offset(raw, starts, v.Line, v.Col)
			var to int
			to, end = valueEnd(raw[:limit], from, len(f.indent))
			if v.Line == k.Line {
				e.from, e.to = from-start, to-start
			}
		} else {
			end = lineEndAt(raw, offset(raw, starts, k.Line, k.EndCol))
		}
		e.own = raw[start:end]
		f.entries = append(f.entries, e)
		at = end
	}
	f.close = raw[at:]
	return f
}

// lineStarts returns the offset of each line of raw. The last is that of the
// closing marker.
func lineStarts(raw []byte) []int {
	starts := []int{0}
	for i, c := range raw {
		if c == '\n' && i+1 < len(raw) {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// offset returns the byte at a line and column, which counts code points.
func offset(raw []byte, starts []int, line, col int32) int {
	at := starts[line-1]
	for range col - 1 {
		at++
		for at < len(raw) && raw[at]&0xc0 == 0x80 {
			at++
		}
	}
	return at
}

func lineEndAt(raw []byte, at int) int {
	if i := bytes.IndexByte(raw[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(raw)
}

// valueEnd returns the offset after the value that begins at from and ends
// before the end of raw, and after the last line that belongs to it.
func valueEnd(raw []byte, from, indent int) (to, end int) {
	switch raw[from] {
	case '"', '\'', '[', '{':
		to = closed(raw, from)
		return to, lineEndAt(raw, to)
	case '|', '>':
		head := raw[from:lineEndAt(raw, from)]
		if bytes.IndexByte(head[:len(head)-len(bytes.TrimLeft(head, "|>+-0123456789"))], '+') >= 0 {
			return len(raw), len(raw) // empty lines at the end are kept as text
		}
	}
	// What ends a block or plain text are the lines that say nothing: empty ones,
	// and comments no further in than the keys.
	end = len(raw)
	for {
		start := bytes.LastIndexByte(raw[:end-1], '\n') + 1
		line := raw[start:end]
		text := bytes.TrimLeft(line, " ")
		blank := len(bytes.TrimSpace(line)) == 0
		comment := len(text) > 0 && text[0] == '#' && len(line)-len(text) <= indent
		if start <= from || !blank && !comment {
			break
		}
		end = start
	}
	to = lineEndAt(raw, from)
	if to < end {
		return end, end
	}
	line := raw[from:end]
	if i := bytes.Index(line, []byte(" #")); i >= 0 && raw[from] != '|' && raw[from] != '>' {
		line = line[:i]
	}
	return from + len(bytes.TrimRight(line, " \t\r\n")), end
}

// closed returns the offset after the quote or bracket that closes the one at
// from.
func closed(raw []byte, from int) int {
	depth := 0
	for i := from; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '"', '\'':
			// Inside brackets a quote opens text only where a value may begin.
			if i > from && bytes.IndexByte([]byte(" \t\n,[{:"), raw[i-1]) < 0 {
				continue
			}
			for i++; i < len(raw); i++ {
				if c == '"' && raw[i] == '\\' {
					i++
				} else if raw[i] == c {
					if c == '\'' && i+1 < len(raw) && raw[i+1] == c {
						i++
						continue
					}
					break
				}
			}
		case '#':
			if raw[i-1] == ' ' || raw[i-1] == '\t' || raw[i-1] == '\n' {
				i = lineEndAt(raw, i) - 1
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth <= 0 {
			return min(i+1, len(raw))
		}
	}
	return len(raw)
}

// set gives a key other lines, at its place or, when it is new, where the form
// has it.
func (f *front) set(root *schema.Field, key, lines string) {
	var own []byte
	for line := range strings.Lines(lines) {
		if line != "\n" {
			own = append(own, f.indent...)
		}
		own = append(append(own, strings.TrimSuffix(line, "\n")...), f.eol...)
	}
	if i := f.index(key); i >= 0 {
		f.entries[i].replace(own)
		return
	}
	f.entries = slices.Insert(f.entries, f.place(root, key), entry{key: key, own: own, from: -1})
}

// replace gives an entry its new lines. One line for one line changes the value
// alone: a remark behind it stays.
func (e *entry) replace(own []byte) {
	oneLine := func(b []byte) bool { return bytes.IndexByte(b, '\n') == len(b)-1 }
	if e.from >= 0 && oneLine(own) && oneLine(e.own) {
		if colon := bytes.Index(own, []byte(": ")); colon >= 0 {
			e.own = slices.Concat(e.own[:e.from], bytes.TrimRight(own[colon+2:], "\r\n"), e.own[e.to:])
			e.from = -1
			return
		}
	}
	e.own = own
}

func (f *front) index(key string) int {
	return slices.IndexFunc(f.entries, func(e entry) bool { return e.key == key })
}

// place returns where a new key goes: behind the nearest key that comes before
// it in the form, else at the front; one that the form does not have, at the end.
func (f *front) place(root *schema.Field, key string) int {
	at := slices.IndexFunc(root.Fields, func(c *schema.Field) bool { return c.Key == key })
	if at < 0 {
		return len(f.entries)
	}
	for i := at - 1; i >= 0; i-- {
		if j := f.index(root.Fields[i].Key); j >= 0 {
			return j + 1
		}
	}
	return 0
}

func (f *front) delete(key string) {
	i := f.index(key)
	if i < 0 {
		return
	}
	lead := f.entries[i].lead
	f.entries = slices.Delete(f.entries, i, i+1)
	if i < len(f.entries) {
		f.entries[i].lead = slices.Concat(lead, f.entries[i].lead)
	} else {
		f.close = slices.Concat(lead, f.close)
	}
}

func (f *front) bytes() []byte {
	out := slices.Clone(f.open)
	for _, e := range f.entries {
		out = append(append(out, e.lead...), e.own...)
	}
	return append(out, f.close...)
}
