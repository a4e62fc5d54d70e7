// Package attach gives the text inside attachments: the text layer and the
// properties of PDF files, the parts of DOCX, XLSX and OFD packages, and what
// the pictures inside them carry. It must not know what the text is searched
// for, nor where files come from.
//
// An attachment is hostile: everything is read within a budget of bytes and of
// values, nothing recurses further than a few levels, and no reference in the
// file is followed twice. PDF is read by our own code for that reason: of the
// readers that could be had, a file of 6 KB kept one busy without end, and one
// of 5 MB took all memory, neither of which a caller can stop.
package attach

import (
	"bytes"
	"io"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"taizhang/tools/internal/finding"
)

// Limits on one attachment.
const (
	maxBytes  = 64 << 20 // decompressed, together
	maxValues = 4 << 20  // of a PDF, and characters of its fonts
	maxParts  = 10_000   // files in a package
	maxNested = 3        // packages inside packages
)

// UnreadableError says, in both languages, why an attachment or a part of it
// cannot be read. What could be read was given to found.
type UnreadableError struct{ Reason finding.Text }

func (e *UnreadableError) Error() string { return e.Reason.En }

// Text returns the reason.
func (e *UnreadableError) Text() finding.Text { return e.Reason }

func unreadable(zh, en string) error { return &UnreadableError{finding.Text{Zh: zh, En: en}} }

// Inspect calls found for each piece of text in an attachment, with words for
// where it stands. The extension of name says what the file should be. The
// error is an [*UnreadableError] where something could not be read.
func Inspect(name string, data []byte, found func(where finding.Text, text string)) error {
	in := &inspector{found: found, bytes: maxBytes, values: maxValues}
	if want := magic[path.Ext(name)]; want != "" && !strings.Contains(string(data[:min(len(data), 1024)]), want) {
		if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
			return unreadable("是加密的或旧格式（doc、xls）的文件", "it is encrypted or of an old format (doc, xls)")
		}
		return unreadable("内容与扩展名不符", "its content is not what its extension says")
	}
	in.file(finding.Text{}, data)
	return in.err
}

// magic is what a file of each extension has near its start.
var magic = map[string]string{".pdf": "%PDF-", ".docx": "PK\x03\x04", ".xlsx": "PK\x03\x04", ".ofd": "PK\x03\x04"}

// inspector is one attachment being read.
type inspector struct {
	found  func(where finding.Text, text string)
	bytes  int64
	values int
	depth  int
	err    error // the first reason why something was not read
}

// fail notes why a part cannot be read; the first reason is told.
func (in *inspector) fail(zh, en string) {
	if in.err == nil {
		in.err = unreadable(zh, en)
	}
}

// say gives a piece of text that holds anything.
func (in *inspector) say(where finding.Text, text string) {
	if strings.TrimSpace(text) != "" {
		// Fonts of PDF files often give 内 as the radical ⼌ or the like.
		in.found(where, norm.NFKC.String(text))
	}
}

// file reads a file, or one inside another, by what it begins with. It reports
// whether the kind is known.
func (in *inspector) file(where finding.Text, data []byte) bool {
	if in.depth++; in.depth > maxNested {
		in.fail("文件套文件的层数太多", "too many files inside files")
		return true
	}
	defer func() { in.depth-- }()
	switch {
	case bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")):
		in.pdf(where, data)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		in.pack(where, data)
	case isImage(data):
		in.image(where, data)
	default:
		return false
	}
	return true
}

// spend takes n values from the budget and reports whether there are any left.
func (in *inspector) spend(n int) bool {
	if in.values -= n; in.values < 0 {
		in.fail("结构过于复杂", "its structure is too complex")
		return false
	}
	return true
}

// readAll reads what r decompresses to, within the budget. What was read before
// an error is kept: damaged streams show their beginning elsewhere too.
func (in *inspector) readAll(r io.Reader) ([]byte, error) {
	if in.bytes <= 0 {
		return nil, io.ErrShortBuffer
	}
	data, err := io.ReadAll(io.LimitReader(r, in.bytes+1))
	if in.bytes -= int64(len(data)); in.bytes < 0 {
		in.fail("解压以后超过 64 MiB", "it decompresses to more than 64 MiB")
		return nil, io.ErrShortBuffer
	}
	return data, err
}

// inside words a place within an outer one.
func inside(outer, inner finding.Text) finding.Text {
	if outer == (finding.Text{}) {
		return inner
	}
	return finding.Text{Zh: outer.Zh + "里的" + inner.Zh, En: inner.En + " in " + outer.En}
}
