package record

import (
	"bytes"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

// maxFindings ends the reading of a file that is wrong all over: nobody reads
// more at once, and a hostile file must not fill the memory.
const maxFindings = 20

// reader collects the findings about one file.
type reader struct {
	path     string
	data     []byte
	findings []finding.Finding
}

// message is what a finding says: what is wrong, and what to do.
type message struct{ what, help finding.Text }

// say makes a message of its four sentences.
func say(whatZh, whatEn, helpZh, helpEn string) message {
	return message{finding.Text{Zh: whatZh, En: whatEn}, finding.Text{Zh: helpZh, En: helpEn}}
}

func (r *reader) full() bool { return len(r.findings) >= maxFindings }

// add reports id at a place of the file; nil is returned when enough is enough.
func (r *reader) add(id string, line, col, endCol int, m message) *finding.Finding {
	if r.full() {
		return nil
	}
	e := entry(id)
	r.findings = append(r.findings, finding.Finding{
		Rule: e.ID, Name: e.Name, Severity: e.Severity,
		Place:   finding.Place{File: r.path, Line: line, Col: col, EndCol: max(endCol, col)},
		Message: m.what, Help: m.help,
	})
	return &r.findings[len(r.findings)-1]
}

// addAt reports id for the bytes from start to end, as far as they lie on one
// line.
func (r *reader) addAt(id string, start, end int, m message) {
	line, col := position(r.data, start)
	stretch := r.data[start:min(max(start, end), len(r.data))]
	if i := bytes.IndexAny(stretch, "\r\n"); i >= 0 {
		stretch = stretch[:i]
	}
	r.add(id, line, col, col+utf8.RuneCount(stretch), m)
}

// position returns line and column, 1-based and in code points, of a byte.
func position(data []byte, offset int) (line, col int) {
	before := data[:offset]
	line = 1 + bytes.Count(before, newline)
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

var newline = []byte{'\n'}

// cursor finds columns of places that come in the order of the file, without
// counting a long line again from its start each time.
type cursor struct {
	data   []byte
	offset int
	line   int
	col    int
}

func newCursor(data []byte, offset, line int) cursor {
	return cursor{data: data, offset: offset, line: line, col: 1}
}

// to moves to the byte at offset. Going back is allowed and costs more.
func (c *cursor) to(offset int) (line, col int) {
	if offset < c.offset {
		c.line, c.col = position(c.data, offset)
		c.offset = offset
		return c.line, c.col
	}
	passed := c.data[c.offset:offset]
	if n := bytes.Count(passed, newline); n > 0 {
		c.line += n
		c.col = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	c.col += utf8.RuneCount(passed)
	c.offset = offset
	return c.line, c.col
}
