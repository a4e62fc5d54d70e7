package record

import (
	"encoding/json"

	"taizhang/tools/internal/finding"
)

// Kind says what a node of front matter is.
type Kind uint8

// The kinds of node.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// Node is one value of front matter with its place in the file. Line and Col
// are 1-based and count code points; EndCol is exclusive and lies on the first
// line of a value that takes several. A null has the place of its key.
type Node struct {
	Kind              Kind
	Text              string // scalar text after unquoting, a number as written
	Line, Col, EndCol int32
	Keys              []Key   // of a map, in the order of the file
	Items             []*Node // of a list
}

// Key is one entry of a map. The place is that of the key itself.
type Key struct {
	Name              string
	Line, Col, EndCol int32
	Value             *Node
}

// Key returns the entry called name, or nil. n may be nil.
func (n *Node) Key(name string) *Key {
	if n == nil {
		return nil
	}
	for i := range n.Keys {
		if n.Keys[i].Name == name {
			return &n.Keys[i]
		}
	}
	return nil
}

// Get returns the value of the entry called name, or nil. n may be nil.
func (n *Node) Get(name string) *Node {
	if k := n.Key(name); k != nil {
		return k.Value
	}
	return nil
}

// Place returns where the value stands in file. A nil node has no line.
func (n *Node) Place(file string) finding.Place {
	if n == nil {
		return finding.Place{File: file}
	}
	return finding.Place{File: file, Line: int(n.Line), Col: int(n.Col), EndCol: int(n.EndCol)}
}

// Place returns where the key stands in file.
func (k *Key) Place(file string) finding.Place {
	if k == nil {
		return finding.Place{File: file}
	}
	return finding.Place{File: file, Line: int(k.Line), Col: int(k.Col), EndCol: int(k.EndCol)}
}

// Plain returns the value as map[string]any, []any, json.Number, string, bool
// or nil, the shapes that JSON Schema validation takes.
func (n *Node) Plain() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	case List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = item.Plain()
		}
		return items
	case Map:
		entries := make(map[string]any, len(n.Keys))
		for i := range n.Keys {
			entries[n.Keys[i].Name] = n.Keys[i].Value.Plain()
		}
		return entries
	}
	return nil
}
