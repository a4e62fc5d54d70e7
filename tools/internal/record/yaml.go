package record

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// maxMarks is how many flow and comment marks a document may hold. The YAML
// library spends some two kilobytes on each; no honest record comes near.
const maxMarks = 10_000

// yamlText is a YAML document inside a file.
type yamlText struct {
	text   []byte
	base   int   // offset of text in the file
	line   int   // line of the file that text starts on
	starts []int // offset in text of each line
}

// lineAt returns line n of the document, 1-based, without its line end.
func (y *yamlText) lineAt(n int) []byte {
	if n < 1 || n > len(y.starts) {
		return nil
	}
	return bytes.TrimRight(firstLine(y.text[y.starts[n-1]:]), "\r\n")
}

// readYAML turns a document into nodes, or returns nil when there are findings.
// It takes the bytes from start to end, which begin on the given line.
func (r *reader) readYAML(start, end, line int) *Node {
	y := &yamlText{text: r.data[start:end], base: start, line: line}
	if !r.scanLines(y) {
		return nil
	}
	doc, err := load(y.text)
	if err != nil {
		r.syntaxError(y, err)
		return nil
	}
	if doc == nil || len(doc.Content) == 0 {
		r.addAt("F-004", 0, len(firstLine(r.data)), say("没有任何登记项", "there are no keys at all",
			"按表单说明填写登记项", "write the keys that the form asks for"))
		return nil
	}
	c := converter{r: r, y: y, cursor: newCursor(y.text, 0, 1)}
	root := c.root(doc.Content[0])
	if c.unusable || r.full() {
		return nil
	}
	return root
}

// stopDepth is where the library stops. It lies beyond MaxDepth, so that our
// own count, which knows the exact place, comes first in all but hostile files.
const stopDepth = 2 * MaxDepth

// load runs the YAML library. A panic of its own becomes an error: the text
// comes from anyone, and one file must not end the whole check.
func load(text []byte) (doc *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml reader gave up: %v", p)
		}
	}()
	doc = new(yaml.Node)
	err = yaml.Load(text, doc, yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(stopDepth))))
	if le := (*yaml.LoadError)(nil); errors.As(err, &le) && le.Message == "yaml: no documents in stream" {
		return nil, nil
	}
	return doc, err
}

// scanLines makes the line table and refuses, before the library sees them,
// the lines that would make it read something else than what stands there.
func (r *reader) scanLines(y *yamlText) bool {
	y.starts = make([]int, 0, bytes.Count(y.text, newline)+1)
	marks := 0
	for at := 0; at < len(y.text); {
		y.starts = append(y.starts, at)
		line := firstLine(y.text[at:])
		visible := bytes.TrimRight(line, " \t\r\n")
		start, end := y.base+at, y.base+at+len(visible)
		switch {
		case bytes.HasPrefix(line, []byte("---")), bytes.Equal(visible, []byte("...")), bytes.HasPrefix(line, []byte("... ")):
			r.addAt("F-009", start, end, say(
				"登记项里不能再有文档分隔行（--- 或 ...）", "the front matter may not hold another document marker (--- or ...)",
				"删除这一行；确需写横线的文字，放进引号", "delete the line, or put the text in quotes"))
			return false
		case line[0] == '%':
			r.addAt("F-008", start, end, say(
				"这里是 YAML 指令（% 开头），登记项不允许使用", "this is a YAML directive (%), which records may not use",
				"删除这一行；如果是文字，放进引号", "delete the line; if it is text, put it in quotes"))
			return false
		}
		indent := len(line) - len(bytes.TrimLeft(line, " \t"))
		if tab := bytes.IndexByte(line[:indent], '\t'); tab >= 0 && len(visible) > indent {
			end := tab
			for end < indent && line[end] == '\t' {
				end++
			}
			r.addAt("F-006", start+tab, start+end, say(
				"用制表符（Tab）缩进，YAML 只认空格", "the line is indented with a tab; YAML takes only spaces",
				"把制表符换成空格，每级两个", "replace the tab with spaces, two for each level"))
			return false
		}
		for _, c := range visible {
			switch c {
			case ',', '[', ']', '{', '}', '&', '*', '!', '#', '?':
				marks++
			}
		}
		if marks > maxMarks {
			r.addAt("F-003", start, end, say(
				fmt.Sprintf("登记项里的 YAML 符号超过 %d 个，不像一份登记", maxMarks),
				fmt.Sprintf("the front matter holds more than %d YAML marks; it does not look like a record", maxMarks),
				"拆成几份，或者作为附件登记", "split it, or register it as an attachment"))
			return false
		}
		at += len(line)
	}
	return true
}
