package record

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// checkBytes refuses what no text file of the registry may hold and takes a
// byte order mark off the data. ok is false when reading ends here.
func (r *reader) checkBytes() (ok bool) {
	if len(r.data) > MaxSize {
		r.add("F-003", 1, 1, 1, say(
			"文件超过 256 KiB 的上限", "the file is larger than the limit of 256 KiB",
			"正文只写摘要，长材料作为附件登记", "keep summaries here and register long material as an attachment"))
		return false
	}
	if !utf8.Valid(r.data) {
		at := firstInvalid(r.data)
		r.add0("F-001", at, say(
			fmt.Sprintf("不是 UTF-8 编码：字节 0x%02X 无法识别", r.data[at]),
			fmt.Sprintf("not UTF-8: byte 0x%02X cannot be read", r.data[at]),
			"用编辑器把文件另存为 UTF-8（无 BOM），不要用 GBK", "save the file as UTF-8 without a byte order mark, not as GBK"))
		return false
	}
	if bytes.HasPrefix(r.data, byteOrderMark) {
		r.add("F-002", 1, 1, 1, say(
			"文件开头有看不见的字节顺序标记（BOM）", "the file begins with an invisible byte order mark (BOM)",
			"用编辑器把文件另存为 UTF-8（无 BOM）", "save the file as UTF-8 without a byte order mark"))
		r.data = r.data[len(byteOrderMark):]
	}
	if at, size := firstRefused(r.data); at >= 0 {
		c, _ := utf8.DecodeRune(r.data[at:])
		m := say(
			fmt.Sprintf("有看不见的控制字符 U+%04X", c),
			fmt.Sprintf("there is an invisible control character U+%04X", c),
			"删除这个字符；多半是从别处粘贴带来的", "delete the character; it probably came with pasted text")
		if c == '\r' {
			m = say("这里的换行是单独的回车符（CR）", "this line ends with a lone carriage return (CR)",
				"把换行统一为 LF 或 CRLF", "end lines with LF or CRLF")
		}
		line, col := position(r.data, at)
		r.add("F-017", line, col, col+min(size, 1), m)
		return false
	}
	return true
}

// add0 reports id at a byte of data that need not be valid UTF-8.
func (r *reader) add0(id string, offset int, m message) {
	line, col := position(r.data, offset)
	r.add(id, line, col, col+1, m)
}

var byteOrderMark = []byte("\ufeff")

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// firstRefused returns the place of the first character that text may not
// hold, or -1: control characters beside tab and line end, a CR without LF,
// the line ends that only some readers see, and marks that hide or reorder
// what a reviewer sees.
func firstRefused(data []byte) (at, size int) {
	for i, c := range data {
		switch {
		case c >= 0xe3 && c != 0xef || c >= ' ' && c < 0x7f || c == '\n' || c == '\t':
			continue
		case c == '\r':
			if i+1 < len(data) && data[i+1] == '\n' {
				continue
			}
			return i, 1
		case c < ' ' || c == 0x7f:
			return i, 1
		case c == 0xc2 || c == 0xe2 || c == 0xef:
			if r, size := utf8.DecodeRune(data[i:]); refused(r) {
				return i, size
			}
		}
	}
	return -1, 0
}

func refused(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f, // C1 controls
		r == 0x200b, r == 0x2060, // zero width: two names look the same and are not
		r == 0x2028, r == 0x2029, // line ends for YAML 1.1 and scripts, not for editors
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, // text direction
		r == 0xfeff, r == 0xfffe, r == 0xffff:
		return true
	}
	return false
}

// Refused returns the first character of s that no text of a record may hold,
// or ok false.
func Refused(s string) (c rune, ok bool) {
	at, _ := firstRefused([]byte(s))
	if at < 0 {
		return 0, false
	}
	c, _ = utf8.DecodeRuneInString(s[at:])
	return c, true
}
