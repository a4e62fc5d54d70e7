// Package record reads the files of the registry: YAML front matter in a safe
// subset, and a CommonMark body. It gives every value its exact place and
// refuses, with one finding at the exact place, whatever two readers could
// understand differently.
//
// It must not know schemas, rules or the lifecycle, and takes bytes, never a
// file name to open: which keys belong where is for the packages above to say.
package record

import (
	"bytes"

	"taizhang/tools/internal/finding"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 256 << 10

// MaxDepth is how many levels maps and lists may be nested.
const MaxDepth = 32

// MaxNumber is the longest number literal, in characters.
const MaxNumber = 32

// Record is one file of the registry taken apart.
type Record struct {
	Path     string
	Root     *Node  // the front matter, a map
	Body     []byte // what follows the front matter, shares Raw
	BodyLine int    // line of the file that Body starts on
	Raw      []byte // the file, without a byte order mark
	Headings []Heading
	Links    []Link
}

// Heading is one heading of the body.
type Heading struct {
	Level     int // 1 to 6
	Text      string
	Line, Col int
}

// Link is one link or image of the body whose form is allowed: an https
// address, a relative path or a fragment. Whether a relative target exists is
// not known here.
type Link struct {
	Target            string // entities and escapes resolved
	Image             bool
	Line, Col, EndCol int // of the target as written, or of a reference's text
}

// Parse takes a record apart. The record is nil when its front matter cannot
// be used; the findings then say why. Findings about a byte order mark, the
// body or template delimiters leave the record usable.
func Parse(path string, data []byte) (*Record, []finding.Finding) { return ParseAfter(nil, path, data) }

// ParseAfter is Parse of a file of which was is an earlier version that nothing was
// wrong with, or nil: front matter that is the very same is not read again, and
// both share its nodes.
func ParseAfter(was *Record, path string, data []byte) (*Record, []finding.Finding) {
	r := &reader{path: path, data: data}
	if !r.checkBytes() {
		return nil, r.findings
	}
	start, end, body, ok := r.split()
	if !ok {
		return nil, r.findings
	}
	var root *Node
	if was != nil && was.Path == path && len(was.Raw)-len(was.Body) == body && bytes.Equal(was.Raw[:body], r.data[:body]) {
		root = was.Root
	} else {
		root = r.readYAML(start, end, 2)
	}
	if root == nil {
		return nil, r.findings
	}
	if root.Kind != Map {
		r.add("F-006", int(root.Line), int(root.Col), int(root.EndCol), say(
			"登记项最外层应当是“键: 值”，这里却是列表", "the front matter must be key: value at the top, this is a list",
			"按表单说明写上键", "write the keys that the form asks for"))
		return nil, r.findings
	}
	rec := &Record{Path: path, Root: root, Raw: r.data, Body: r.data[body:]}
	rec.BodyLine, _ = position(r.data, body)
	r.readBody(rec)
	return rec, r.findings
}

// FrontMatter reads the front matter alone, for those who only want to know what
// it says: nil when it cannot be used, and no word about why.
func FrontMatter(path string, data []byte) *Node {
	r := &reader{path: path, data: data}
	if !r.checkBytes() {
		return nil
	}
	start, end, _, ok := r.split()
	if !ok {
		return nil
	}
	if root := r.readYAML(start, end, 2); root != nil && root.Kind == Map {
		return root
	}
	return nil
}

// ParseYAML reads a plain YAML data file under the same rules as front matter.
// The node, a map or a list, is nil when the file cannot be used.
func ParseYAML(path string, data []byte) (*Node, []finding.Finding) {
	r := &reader{path: path, data: data}
	if !r.checkBytes() {
		return nil, r.findings
	}
	// One marker may open the document, as many YAML files have it.
	start, line := 0, 1
	if first := firstLine(r.data); isMarker(first) {
		start, line = len(first), 2
	}
	root := r.readYAML(start, len(r.data), line)
	return root, r.findings
}

// split finds the front matter between two lines of three hyphens: the bytes
// from start to end. body is the offset of what follows.
func (r *reader) split() (start, end, body int, ok bool) {
	first := firstLine(r.data)
	if !isMarker(first) {
		line := bytes.TrimRight(first, "\r\n")
		r.addAt("F-004", 0, len(line), say(
			"文件第一行不是 ---，没有登记项（front matter）", "the first line is not ---: the record has no front matter",
			"第一行写 ---，登记项写完后再用一行 --- 结束，正文写在后面",
			"begin with a line ---, write the keys, end them with another line ---, then the body"))
		return 0, 0, 0, false
	}
	for at := len(first); at < len(r.data); {
		line := firstLine(r.data[at:])
		if isMarker(line) {
			return len(first), at, at + len(line), true
		}
		at += len(line)
	}
	r.add("F-005", 1, 1, 4, say(
		"登记项从这里开始，但没有用一行 --- 结束", "the front matter begins here and is not ended by a line ---",
		"在最后一个登记项下面加一行 ---，行首不留空格", "add a line --- below the last key, with no space before it"))
	return 0, 0, 0, false
}

// firstLine returns the first line of data with its line end.
func firstLine(data []byte) []byte {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return data[:i+1]
	}
	return data
}

// isMarker reports whether a line is three hyphens and nothing visible more.
func isMarker(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) && len(bytes.TrimRight(line[3:], " \t\r\n")) == 0
}
