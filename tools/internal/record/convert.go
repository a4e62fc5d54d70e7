package record

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"taizhang/tools/internal/finding"
)

// converter turns the library's nodes into ours in one pass and checks the
// safe subset on the way.
type converter struct {
	r        *reader
	y        *yamlText
	cursor   cursor
	slab     []Node
	unusable bool
}

// bad reports a finding that makes the front matter unusable.
func (c *converter) bad(id string, at place, m message) *finding.Finding {
	c.unusable = true
	return c.note(id, at, m)
}

func (c *converter) note(id string, at place, m message) *finding.Finding {
	return c.r.add(id, at.line, at.col, at.endCol, m)
}

// place is a stretch of one line of the file.
type place struct{ line, col, endCol int }

// fileLine turns a line of the document into one of the file.
func (c *converter) fileLine(line int) int { return line + c.y.line - 1 }

// locate returns the offset of a place that the library names. The library
// counts code points, as we do.
func (c *converter) locate(line, col int) int {
	cur := &c.cursor
	if line > len(c.y.starts) || line < 1 {
		return len(c.y.text)
	}
	if line != cur.line || col < cur.col {
		cur.line, cur.col, cur.offset = line, 1, c.y.starts[line-1]
	}
	for cur.col < col && cur.offset < len(c.y.text) && c.y.text[cur.offset] != '\n' {
		_, size := utf8.DecodeRune(c.y.text[cur.offset:])
		cur.offset += size
		cur.col++
	}
	return cur.offset
}

// root converts the top of a document, which must be a map or a list.
func (c *converter) root(n *yaml.Node) *Node {
	if n.Kind == yaml.ScalarNode && !c.featureAt(n, c.locate(n.Line, n.Column)) {
		c.unusable = true
		c.r.notKeyValue(c.y, n.Line)
		return nil
	}
	node, _ := c.node(n, 1, place{c.fileLine(1), 1, 1})
	return node
}

func (c *converter) alloc() *Node {
	if len(c.slab) == 0 {
		c.slab = make([]Node, 16)
	}
	n := &c.slab[0]
	c.slab = c.slab[1:]
	return n
}

// node converts n, which stands at the given nesting depth. owner is the place
// of its key or list mark: where a value that is not there is reported. end is
// the offset after the part of n that lies on its first line.
func (c *converter) node(n *yaml.Node, depth int, owner place) (node *Node, end int) {
	node = c.alloc()
	if n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 && n.Anchor == "" && !c.tagged(n) {
		node.Line, node.Col, node.EndCol = int32(owner.line), int32(owner.col), int32(owner.endCol)
		return node, -1
	}
	start := c.locate(n.Line, n.Column)
	node.Line, node.Col = int32(c.fileLine(n.Line)), int32(n.Column)
	if c.featureAt(n, start) || depth > MaxDepth && c.tooDeep(n) {
		return node, start
	}
	switch n.Kind {
	case yaml.ScalarNode:
		end = c.endOfScalar(n, start)
		c.setEnd(node, start, end)
		c.scalar(node, n, start)
	case yaml.SequenceNode:
		end = c.list(node, n, start, depth)
		c.setEnd(node, start, end)
	case yaml.MappingNode:
		if bytes.HasPrefix(c.y.text[start:], []byte("{{")) {
			c.bad("F-014", place{int(node.Line), n.Column, n.Column + 2}, templateMessage("{{"))
			return node, start
		}
		end = c.mapping(node, n, start, depth)
		c.setEnd(node, start, end)
	}
	return node, end
}

func (c *converter) setEnd(node *Node, start, end int) {
	node.EndCol = node.Col + int32(utf8.RuneCount(c.y.text[start:end]))
}

func (c *converter) list(node *Node, n *yaml.Node, start, depth int) (end int) {
	node.Kind = List
	node.Items = make([]*Node, 0, len(n.Content))
	last := start + 1
	for _, item := range n.Content {
		if c.r.full() {
			break
		}
		dash := place{c.fileLine(item.Line), max(item.Column-1, 1), max(item.Column, 2)}
		child, end := c.node(item, depth+1, dash)
		node.Items = append(node.Items, child)
		last = max(last, end)
	}
	if n.Style&yaml.FlowStyle == 0 {
		return start + 1 // the hyphen
	}
	return c.endOfFlow(start, last, ']')
}

func (c *converter) mapping(node *Node, n *yaml.Node, start, depth int) (end int) {
	node.Kind = Map
	node.Keys = make([]Key, 0, len(n.Content)/2)
	flow := n.Style&yaml.FlowStyle != 0
	var seen map[string]int
	if len(n.Content) > 16 {
		seen = make(map[string]int, len(n.Content)/2)
	}
	last := start + 1
	firstEnd := start
	for i := 0; i+1 < len(n.Content) && !c.r.full(); i += 2 {
		key, keyEnd, ok := c.key(n.Content[i], flow, n.Column)
		if !ok {
			return start
		}
		if i == 0 {
			firstEnd = keyEnd
		}
		if earlier := find(node.Keys, seen, key.Name); earlier != nil {
			c.duplicate(key, earlier)
		}
		if seen != nil {
			seen[key.Name] = len(node.Keys)
		}
		at := place{int(key.Line), int(key.Col), int(key.EndCol)}
		var end int
		key.Value, end = c.node(n.Content[i+1], depth+1, at)
		last = max(last, keyEnd, end)
		node.Keys = append(node.Keys, key)
	}
	if !flow {
		return firstEnd
	}
	return c.endOfFlow(start, last, '}')
}

func find(keys []Key, seen map[string]int, name string) *Key {
	if seen != nil {
		if i, ok := seen[name]; ok {
			return &keys[i]
		}
		return nil
	}
	for i := range keys {
		if keys[i].Name == name {
			return &keys[i]
		}
	}
	return nil
}

// key converts the key of an entry. column is that of the map.
func (c *converter) key(n *yaml.Node, flow bool, column int) (key Key, end int, ok bool) {
	start := c.locate(n.Line, n.Column)
	if c.featureAt(n, start) {
		return key, start, false
	}
	key = Key{Name: n.Value, Line: int32(c.fileLine(n.Line)), Col: int32(n.Column)}
	if n.Kind == yaml.ScalarNode {
		end = c.endOfScalar(n, start)
	} else {
		end = start + 1
	}
	key.EndCol = key.Col + int32(utf8.RuneCount(c.y.text[start:end]))
	at := place{int(key.Line), n.Column, int(key.EndCol)}
	switch {
	case n.Kind != yaml.ScalarNode, !flow && n.Column != column, c.explicit(start):
		c.bad("F-008", at, say(
			"这里的键不是普通文字，登记项不允许使用", "the key here is not plain text, which records may not use",
			"写成“键: 值”；如果是文字，整个放进引号", "write key: value; if it is text, put all of it in quotes"))
	case n.Value == "<<" && n.Style == 0:
		c.bad("F-008", at, say(
			"这里用了合并键（<<），登记项不允许使用", "this is a merge key (<<), which records may not use",
			"把要合并的内容直接写出来", "write out what it would merge"))
	case n.Value == "":
		at.endCol = max(at.endCol, at.col+1)
		c.bad("F-006", at, say(
			"冒号前面没有键", "there is no key before the colon",
			"在冒号前面写上键，或者删除这一行", "write the key before the colon, or delete the line"))
	default:
		c.templates(n, start, at)
		return key, end, true
	}
	return key, end, false
}

// explicit reports whether the key at start is introduced by a question mark.
func (c *converter) explicit(start int) bool {
	before := bytes.TrimRight(c.y.text[:start], " ")
	return len(before) > 0 && len(before) < start && before[len(before)-1] == '?'
}

func (c *converter) duplicate(key Key, earlier *Key) {
	f := c.bad("F-007", place{int(key.Line), int(key.Col), int(key.EndCol)}, say(
		fmt.Sprintf("“%s”写了两次，第一次在第 %d 行", shorten(key.Name), earlier.Line),
		fmt.Sprintf("%q is written twice, first on line %d", shorten(key.Name), earlier.Line),
		"只留一个；要登记多项内容，用列表", "keep one of them; use a list for several values"))
	if f == nil {
		return
	}
	first := earlier.Place(c.r.path)
	first.Label = finding.Text{Zh: "第一次写在这里", En: "first written here"}
	f.Related = []finding.Place{first}
}

func (c *converter) tagged(n *yaml.Node) bool { return n.Style&yaml.TaggedStyle != 0 || n.Tag == "!" }

// featureAt refuses anchors, aliases and tags. Nothing else that the library
// accepts begins with one of their marks.
func (c *converter) featureAt(n *yaml.Node, start int) bool {
	if start >= len(c.y.text) {
		return false
	}
	mark := c.y.text[start]
	if mark != '&' && mark != '!' && mark != '*' {
		return false
	}
	line, col := c.fileLine(n.Line), n.Column
	c.bad("F-008", place{line, col, col + utf8.RuneCount(word(c.y.text[start:]))}, featureMessage(mark))
	return true
}

func featureMessage(mark byte) message {
	zh, en := "锚点（&）", "an anchor (&)"
	switch mark {
	case '*':
		zh, en = "引用（*）", "an alias (*)"
	case '!':
		zh, en = "类型标记（!）", "a tag (!)"
	}
	return say(
		fmt.Sprintf("值以 %c 开头，在 YAML 里是%s，登记项不允许使用", mark, zh),
		fmt.Sprintf("a value that begins with %c is %s in YAML, which records may not use", mark, en),
		"如果是文字，整个值放进引号；否则把内容直接写出来", "if it is text, put the whole value in quotes; otherwise write it out")
}

// word returns the text up to the next space, line end or flow mark.
func word(text []byte) []byte {
	if i := bytes.IndexAny(text, " \t\r\n,]}"); i >= 0 {
		return text[:i]
	}
	return text
}

func (c *converter) tooDeep(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return false
	}
	c.bad("F-010", place{c.fileLine(n.Line), n.Column, n.Column + 1}, deepMessage())
	return true
}

func deepMessage() message {
	return say(
		fmt.Sprintf("嵌套超过 %d 层", MaxDepth), fmt.Sprintf("nested more than %d levels deep", MaxDepth),
		"按表单的结构填写，不需要这么多层", "follow the structure of the form, which needs far fewer levels")
}

// templates refuses template delimiters in text that a page will show.
func (c *converter) templates(n *yaml.Node, start int, at place) {
	mark := "{{"
	if !strings.Contains(n.Value, mark) {
		if mark = "}}"; !strings.Contains(n.Value, mark) {
			return
		}
	}
	if c.r.full() {
		return
	}
	// Where the text stands as it is written the exact place is known. A quoted
	// escape can spell the mark in other ways, then the whole value is shown.
	if found := bytes.Index(c.y.text[start:], []byte(mark)); found >= 0 && bytes.IndexByte(c.y.text[start:start+found], '\\') < 0 {
		line, col := position(c.y.text, start+found)
		at = place{c.fileLine(line), col, col + len(mark)}
	}
	c.note("F-014", at, templateMessage(mark))
}

func templateMessage(mark string) message {
	return say(
		fmt.Sprintf("不能出现 %s，网站生成工具会把它当作指令", mark),
		fmt.Sprintf("%s may not occur: the site generator takes it for a command", mark),
		"删除它，或者在两个括号之间加空格", "delete it, or put a space between the two braces")
}

// shorten makes text short enough to stand in a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
