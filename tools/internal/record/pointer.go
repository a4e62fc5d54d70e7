package record

import (
	"strconv"
	"strings"
)

// escapePointer writes what a JSON pointer cannot hold as it is.
var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer returns the JSON pointer (RFC 6901) of a path of keys and indexes; ""
// is the whole.
func Pointer(path ...string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		escapePointer.WriteString(&b, p)
	}
	return b.String()
}

// PointerAt returns the JSON pointer of the innermost value that a place lies
// in, that of a key belonging to its value; "" when there is none. With around it
// is the map that begins at the place, for what is said about a missing key.
func (n *Node) PointerAt(line, col int, around bool) string {
	if n == nil || line < int(n.Line) {
		return ""
	}
	var path []string
	for {
		if around && n.Kind == Map && int(n.Line) == line && int(n.Col) == col {
			return Pointer(path...)
		}
		name, next := n.entryAt(line, col)
		if next == nil {
			return Pointer(path...)
		}
		path, n = append(path, name), next
	}
}

// entryAt returns the last entry of a map or list that begins at or before a
// place.
func (n *Node) entryAt(line, col int) (name string, v *Node) {
	before := func(l, c int32) bool { return int(l) < line || int(l) == line && int(c) <= col }
	for i := range n.Keys {
		if k := &n.Keys[i]; before(k.Line, k.Col) {
			name, v = k.Name, k.Value
		}
	}
	for i, it := range n.Items {
		if before(it.Line, it.Col) {
			name, v = strconv.Itoa(i), it
		}
	}
	return name, v
}
