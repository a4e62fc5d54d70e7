package record

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

const quotedStyles = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle

// scalar resolves a scalar by our own rule, not by that of a YAML version.
func (c *converter) scalar(node *Node, n *yaml.Node, start int) {
	node.Text = n.Value
	node.Kind = String
	at := place{int(node.Line), int(node.Col), int(node.EndCol)}
	if n.Style == 0 {
		switch {
		case n.Value == "true" || n.Value == "false":
			node.Kind = Bool
			return
		case isNumber(n.Value):
			node.Kind = Number
			if len(n.Value) > MaxNumber {
				c.bad("F-012", at, say(
					fmt.Sprintf("数字有 %d 个字符，超过 %d 个", len(n.Value), MaxNumber),
					fmt.Sprintf("the number has %d characters, more than %d", len(n.Value), MaxNumber),
					"金额按万元填写；编号、代码放进引号", "write amounts in 万元; put codes and numbers in quotes"))
			}
			return
		}
		if m, ok := ambiguous(n.Value); ok {
			c.bad("F-011", at, m)
			return
		}
	}
	if n.Style&yaml.DoubleQuotedStyle != 0 { // escapes may write what must not be there
		if i, _ := firstRefused([]byte(n.Value)); i >= 0 {
			c.bad("F-017", at, say("这段文字用转义写进了看不见的控制字符", "the text holds an invisible control character, written as an escape",
				"删去转义，只写看得见的文字", "remove the escape and write visible text only"))
			return
		}
	}
	c.templates(n, start, at)
}

// isNumber reports whether s is -?(0|[1-9][0-9]*)(\.[0-9]+)?.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, decimals, point := strings.Cut(s, ".")
	if !digits(whole, "") || point && !digits(decimals, "") {
		return false
	}
	return whole == "0" || whole[0] != '0'
}

// digits reports whether s is not empty and holds only digits and characters
// of more.
func digits(s, more string) bool {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && strings.IndexByte(more, s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// ambiguous reports whether a plain scalar is one that versions or readers of
// YAML take for different things, and what to say about it.
func ambiguous(s string) (message, bool) {
	if s == "" || len(s) > 300 || !strings.ContainsRune("+-.0123456789~nNyYtTfFoO", rune(s[0])) {
		return message{}, false
	}
	quoted := fmt.Sprintf(`"%s"`, s)
	switch strings.ToLower(s) {
	case "~", "null":
		return say(
			fmt.Sprintf("%s 表示空值，含义不明确", s), fmt.Sprintf("%s stands for no value, which is not clear", s),
			"没有内容就删除这一行；如果是文字，写成 "+quoted, "delete the line when there is nothing to say; if it is text, write "+quoted), true
	case "yes", "on", "y", "true":
		return boolMessage(s, "true", quoted), true
	case "no", "off", "n", "false":
		return boolMessage(s, "false", quoted), true
	case ".nan", "+.nan", "-.nan", ".inf", "+.inf", "-.inf":
		return numberMessage(s), true
	}
	if numberLike(s) {
		return numberMessage(s), true
	}
	return message{}, false
}

func boolMessage(s, meaning, quoted string) message {
	return say(
		fmt.Sprintf("%s 没有加引号，有的软件读成“是/否”，有的读成文字", s),
		fmt.Sprintf("%s without quotes is yes or no to some readers and text to others", s),
		fmt.Sprintf("表示是否，写 %s；表示文字，写 %s", meaning, quoted),
		fmt.Sprintf("write %s for a yes or no, %s for text", meaning, quoted))
}

func numberMessage(s string) message {
	return say(
		fmt.Sprintf("%s 这样写，不同的软件会读成不同的值", shorten(s)),
		fmt.Sprintf("%s without quotes is read as different values by different readers", shorten(s)),
		"数字只写成 10、-3、0.5 这样的形式；编号、电话、时间等文字放进引号",
		"write numbers like 10, -3 or 0.5; put codes, telephone numbers and times in quotes")
}

// numberLike reports whether some YAML reader takes s for a number although we
// do not: leading zeros, other bases, underscores, exponents, bare points,
// base 60.
func numberLike(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	if s == "" {
		return false
	}
	if len(s) > 2 && s[0] == '0' {
		switch rest := s[2:]; s[1] {
		case 'x', 'X':
			return digits(rest, "abcdefABCDEF_")
		case 'o', 'O', 'b', 'B':
			return digits(rest, "_")
		}
	}
	if strings.Contains(s, ":") {
		return sexagesimal(s)
	}
	mantissa, exponent, hasExponent := cutExponent(s)
	if hasExponent && !digits(strings.TrimLeft(exponent, "+-"), "_") {
		return false
	}
	whole, decimals, point := strings.Cut(mantissa, ".")
	if whole == "" && decimals == "" {
		return false
	}
	return (whole == "" || digits(whole, "_") && whole[0] != '_') &&
		(!point || decimals == "" || digits(decimals, "_"))
}

func cutExponent(s string) (mantissa, exponent string, ok bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// sexagesimal reports whether s is in base 60, as 12:30 is in YAML 1.1.
func sexagesimal(s string) bool {
	if s[0] < '0' || s[0] > '9' {
		return false
	}
	for i, part := range strings.Split(s, ":") {
		more := "_"
		if i > 0 {
			more = "._"
		}
		if !digits(part, more) {
			return false
		}
	}
	return true
}

// endOfScalar returns the offset after the part of a scalar that lies on its
// first line, quotes included.
func (c *converter) endOfScalar(n *yaml.Node, start int) int {
	text := c.y.text
	if start >= len(text) {
		return len(text)
	}
	line := bytes.TrimRight(firstLine(text[start:]), " \t\r\n")
	switch {
	case n.Style&quotedStyles != 0:
		if i := closingQuote(line); i > 0 {
			return start + i + 1
		}
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		i := 1
		for i < len(line) && bytes.IndexByte([]byte("+-0123456789"), line[i]) >= 0 {
			i++
		}
		return start + i
	default:
		if bytes.HasPrefix(text[start:], []byte(n.Value)) {
			return start + len(n.Value)
		}
		if i := bytes.Index(line, []byte(" #")); i >= 0 {
			line = bytes.TrimRight(line[:i], " \t")
		}
	}
	return start + len(line)
}

// closingQuote returns the index in line of the quote that closes its first
// character, or -1 when that is on another line.
func closingQuote(line []byte) int {
	if len(line) == 0 {
		return -1
	}
	for i := 1; i < len(line); i++ {
		switch {
		case line[0] == '"' && line[i] == '\\':
			i++
		case line[i] != line[0]:
		case line[0] == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		default:
			return i
		}
	}
	return -1
}

// endOfFlow returns the offset after the bracket that closes the flow
// collection at start, or after its first line. last is the end of its last
// child.
func (c *converter) endOfFlow(start, last int, closer byte) int {
	text := c.y.text
	for last < len(text) && bytes.IndexByte([]byte(" \t,:"), text[last]) >= 0 {
		last++
	}
	if last < len(text) && text[last] == closer && bytes.IndexByte(text[start:last], '\n') < 0 {
		return last + 1
	}
	return start + len(bytes.TrimRight(firstLine(text[start:]), " \t\r\n"))
}

// ReadsAsText reports whether s, written without quotes, is text to every
// reader: no number, no yes or no, and nothing that versions of YAML take for
// different things. Whether its characters need quotes is another question.
func ReadsAsText(s string) bool {
	if s == "" || s == "true" || s == "false" || isNumber(s) {
		return false
	}
	_, doubtful := ambiguous(s)
	return !doubtful
}

// IsNumber reports whether s is a number as records write them: 10, -3 or 0.5,
// of at most [MaxNumber] characters.
func IsNumber(s string) bool { return len(s) <= MaxNumber && isNumber(s) }
