package attach

import (
	"bytes"
	"strconv"
)

// The objects of a PDF (ISO 32000-1, 7.3): nil, bool, float64, name, text,
// []any, dict, ref, and, in page contents, operator.
type (
	name     string
	text     []byte
	dict     map[name]any
	ref      int
	operator string
)

// maxDepth is how deep lists and dictionaries may be nested.
const maxDepth = 50

// lexer reads objects one after the other. It never fails: what cannot be read
// is skipped.
type lexer struct {
	data []byte
	at   int
	in   *inspector
	refs bool // "1 0 R" is a reference; not so in page contents
	left int  // values that may be read; 0: what is left of the budget of all
}

// spend takes one value from the budget.
func (l *lexer) spend() bool {
	if l.left == 0 {
		return l.in.spend(1)
	}
	if l.left--; l.left == 0 {
		l.left = 1
		l.in.fail("结构过于复杂", "its structure is too complex")
		return false
	}
	return true
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func (l *lexer) skip() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// next returns the next object; ok is false at the end, or when the budget is
// spent.
func (l *lexer) next() (v any, ok bool) { return l.value(0) }

func (l *lexer) value(depth int) (any, bool) {
	l.skip()
	if l.at >= len(l.data) || !l.spend() {
		return nil, false
	}
	rest := l.data[l.at:]
	switch c := rest[0]; {
	case c == '/':
		l.at++
		return l.name(), true
	case c == '(':
		return l.literal(), true
	case bytes.HasPrefix(rest, []byte("<<")):
		l.at += 2
		return l.dict(depth)
	case c == '<':
		return l.hex(), true
	case c == '[':
		l.at++
		return l.list(depth)
	case c == ']' || c == '}' || c == '{' || c == ')':
		l.at++
		return operator(c), true
	case bytes.HasPrefix(rest, []byte(">>")):
		l.at += 2
		return operator(">>"), true
	case c == '>':
		l.at++
		return operator(">"), true
	}
	word := l.word()
	if f, err := strconv.ParseFloat(word, 64); err == nil && word[0] < 'A' {
		if l.refs && f >= 0 && f < 1<<31 && f == float64(int(f)) {
			if l.reference() {
				return ref(f), true
			}
		}
		return f, true
	}
	switch word {
	case "true":
		return true, true
	case "false":
		return false, true
	case "null":
		return nil, true
	}
	return operator(word), true
}

// word reads up to the next space or delimiter, at least one byte.
func (l *lexer) word() string {
	start := l.at
	for l.at++; l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]); l.at++ {
	}
	return string(l.data[start:min(l.at, start+64)])
}

// reference reads the " 0 R" of a reference, or nothing.
func (l *lexer) reference() bool {
	i := l.at
	for i < len(l.data) && isSpace(l.data[i]) {
		i++
	}
	digits := i
	for i < len(l.data) && '0' <= l.data[i] && l.data[i] <= '9' {
		i++
	}
	if i == digits || i-digits > 5 {
		return false
	}
	spaces := i
	for i < len(l.data) && isSpace(l.data[i]) {
		i++
	}
	if i == spaces || i >= len(l.data) || l.data[i] != 'R' || i+1 < len(l.data) && !isSpace(l.data[i+1]) && !isDelimiter(l.data[i+1]) {
		return false
	}
	l.at = i + 1
	return true
}

func (l *lexer) name() name {
	start := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]) {
		l.at++
	}
	raw := l.data[start:min(l.at, start+256)]
	if !bytes.Contains(raw, []byte("#")) {
		return name(raw)
	}
	var out []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			if b, err := strconv.ParseUint(string(raw[i+1:i+3]), 16, 8); err == nil {
				out, i = append(out, byte(b)), i+2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return name(out)
}

// literal reads a string in brackets.
func (l *lexer) literal() text {
	var out text
	level := 0
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '(':
			if level++; level == 1 {
				continue
			}
		case ')':
			if level--; level == 0 {
				l.at++
				return out
			}
		case '\\':
			l.at++
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	return out
}

// escape reads what follows a backslash and leaves at on its last byte.
func (l *lexer) escape(out text) text {
	if l.at >= len(l.data) {
		return out
	}
	c := l.data[l.at]
	if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
		return append(out, "\n\r\t\b\f"[i])
	}
	if c == '\r' && l.at+1 < len(l.data) && l.data[l.at+1] == '\n' {
		l.at++
		return out
	}
	if c == '\r' || c == '\n' {
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := 0
	for i := 0; i < 3 && l.at < len(l.data) && '0' <= l.data[l.at] && l.data[l.at] <= '7'; i++ {
		n = n*8 + int(l.data[l.at]-'0')
		l.at++
	}
	l.at--
	return append(out, byte(n))
}

// hex reads a string in angle brackets.
func (l *lexer) hex() text {
	var out text
	half, high := false, byte(0)
	for l.at++; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		if c == '>' {
			l.at++
			break
		}
		d := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if d < 0 || c < '0' {
			continue
		}
		if half = !half; half {
			high = byte(d) << 4
		} else {
			out = append(out, high|byte(d))
		}
	}
	if half {
		out = append(out, high)
	}
	return out
}

func (l *lexer) list(depth int) (any, bool) {
	if depth >= maxDepth {
		l.in.fail("结构过于复杂", "its structure is too complex")
		return nil, false
	}
	out := []any{}
	for {
		v, ok := l.value(depth + 1)
		if !ok || v == operator("]") {
			return out, ok
		}
		out = append(out, v)
	}
}

func (l *lexer) dict(depth int) (any, bool) {
	if depth >= maxDepth {
		l.in.fail("结构过于复杂", "its structure is too complex")
		return nil, false
	}
	out := dict{}
	for {
		k, ok := l.value(depth + 1)
		if !ok || k == operator(">>") {
			return out, ok
		}
		key, named := k.(name)
		if !named {
			if k == operator("endobj") || k == operator("stream") {
				return out, true // the dictionary was not closed
			}
			continue
		}
		v, ok := l.value(depth + 1)
		if !ok || v == operator(">>") {
			return out, ok
		}
		out[key] = v
	}
}
