package record

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// syntaxError reports what the library says about text that is not YAML, in
// words for people who write records and at the place they must change.
func (r *reader) syntaxError(y *yamlText, err error) {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		r.add("F-006", y.line, 1, 1, unreadable(err.Error()))
		return
	}
	e := yamlError{r: r, y: y, mark: spot{le.Mark.Line, le.Mark.Column}, from: spot{le.ContextMark.Line, le.ContextMark.Column}}
	switch text := le.Message; {
	case strings.HasPrefix(text, "exceeded max depth"):
		at := e.mark
		if c := e.runeAt(at); c != '[' && c != '{' && c != '-' && c != '?' && e.from.line > 0 {
			at = e.from
		}
		e.report("F-010", at, 1, deepMessage())
	case text == "mapping values are not allowed in this context":
		e.unexpectedColon()
	case text == "could not find expected ':'":
		r.notKeyValue(y, e.from.line)
	case strings.HasPrefix(text, "found unexpected end of stream"):
		e.report("F-006", e.from, 1, say(
			"这里的引号没有配对的结束引号", "the quote that opens here is never closed",
			"补上结束引号；文字里有引号时，整个值用另一种引号括起来", "close the quote; where the text itself has quotes, use the other kind around it"))
	case text == "did not find expected node content" && e.runeAt(e.mark) == 0 && e.openBracket():
	case strings.Contains(text, "document indicator"):
		r.notKeyValue(y, e.mark.line)
	case text == "did not find expected key", text == "did not find expected '-' indicator":
		e.misplacedLine()
	case strings.HasPrefix(text, "did not find expected ',' or "):
		e.unclosed(e.from)
	case text == "block sequence entries are not allowed in this context":
		e.report("F-006", e.mark, 1, say(
			"列表不能与键写在同一行", "a list cannot begin on the line of its key",
			"换行后再写“- ”；如果是文字，放进引号", "begin the list on the next line; if it is text, put it in quotes"))
	case text == "found a comment without preceding whitespace":
		e.report("F-006", e.mark, 1, say(
			"# 前面没有空格，不能开始注释", "a comment needs a space before the #",
			"在 # 前面加空格；如果是文字，整个值放进引号", "put a space before it; if it is text, put the whole value in quotes"))
	case strings.Contains(text, "escape"), strings.Contains(text, "hexadecimal"):
		e.report("F-006", e.mark, 1, say(
			"双引号里的反斜杠 \\ 开始了一个不认识的转义", "the backslash in double quotes begins an unknown escape",
			"改用单引号，或者把 \\ 写成 \\\\", "use single quotes, or write \\\\ for a backslash"))
	case text == "did not find expected comment or line break":
		e.report("F-006", e.mark, 1, say(
			"| 或 > 后面同一行不能再写文字", "no text may follow | or > on the same line",
			"从下一行起写，比键多缩进两格", "begin on the next line, indented by two more than the key"))
	default:
		e.other(text)
	}
}

// spot is a line and column of the document as the library counts them.
type spot struct{ line, col int }

type yamlError struct {
	r          *reader
	y          *yamlText
	mark, from spot // where the error is, and where what it is about began
}

// report reports id at a spot and the width of some characters. A spot after
// the end moves to the end of the last line that shows something.
func (e *yamlError) report(id string, at spot, width int, m message) {
	at.line, at.col = max(at.line, 1), max(at.col, 1)
	for at.line > 1 && (at.line > len(e.y.starts) || at.col == 1 && at.line == len(e.y.starts) && len(e.y.lineAt(at.line)) == 0) {
		at.line--
		at.col = 1 + utf8.RuneCount(e.y.lineAt(at.line))
	}
	limit := 1 + utf8.RuneCount(e.y.lineAt(at.line))
	at.col = min(at.col, limit)
	e.r.add(id, at.line+e.y.line-1, at.col, min(at.col+width, limit), m)
}

// runeAt returns the character at a spot, 0 past the end of the line.
func (e *yamlError) runeAt(at spot) rune {
	c, _ := utf8.DecodeRune(skipRunes(e.y.lineAt(at.line), at.col-1))
	if c == utf8.RuneError {
		return 0
	}
	return c
}

func skipRunes(line []byte, n int) []byte {
	for ; n > 0 && len(line) > 0; n-- {
		_, size := utf8.DecodeRune(line)
		line = line[size:]
	}
	return line
}

func (e *yamlError) unclosed(at spot) {
	open := e.runeAt(at)
	e.report("F-006", at, 1, say(
		fmt.Sprintf("这里的 %c 没有配对的结束括号，或者中间少了逗号", open),
		fmt.Sprintf("the %c that opens here is never closed, or a comma is missing after it", open),
		"补上括号或英文逗号；如果是文字，整个值放进引号", "add the bracket or the comma; if it is text, put the whole value in quotes"))
}

// openBracket reports the last bracket before the error that is not closed.
func (e *yamlError) openBracket() bool {
	depth := 0
	for n := min(e.mark.line, len(e.y.starts)); n > 0; n-- {
		line := e.y.lineAt(n)
		for i := len(line) - 1; i >= 0; i-- {
			switch line[i] {
			case ']', '}':
				depth++
			case '[', '{':
				if depth--; depth < 0 {
					e.unclosed(spot{n, 1 + utf8.RuneCount(line[:i])})
					return true
				}
			}
		}
	}
	return false
}

// unexpectedColon is about a colon where no value can begin. The cause is an
// earlier colon of the line, or the line before, or the indentation.
func (e *yamlError) unexpectedColon() {
	line := e.y.lineAt(e.mark.line)
	before := line[:len(line)-len(skipRunes(line, e.mark.col-1))]
	if bytes.Contains(before, []byte(": ")) || bytes.Contains(before, []byte(":\t")) {
		e.report("F-006", e.mark, 1, say(
			"值里面又出现了冒号加空格", "the value holds another colon with a space after it",
			"把整个值放进引号", "put the whole value in quotes"))
		return
	}
	above := e.mark.line - 1
	for above > 0 && skippable(e.y.lineAt(above)) {
		above--
	}
	if above > 0 && !hasKey(e.y.lineAt(above)) {
		e.r.notKeyValue(e.y, above)
		return
	}
	e.indentation(e.mark.line)
}

func (e *yamlError) indentation(line int) {
	text := e.y.lineAt(line)
	indent := len(text) - len(bytes.TrimLeft(text, " "))
	e.report("F-006", spot{line, 1}, max(indent, 1), say(
		"缩进不对：这一行与上面的键不在同一级，也不是它的下一级", "wrong indentation: the line is neither level with a key above nor inside it",
		"同级的键左边对齐，下一级多缩进两格", "align keys of one level, and indent the next level by two spaces"))
}

// misplacedLine is about a line, or the rest of one, that fits nowhere.
func (e *yamlError) misplacedLine() {
	line := e.y.lineAt(e.mark.line)
	rest := skipRunes(line, e.mark.col-1)
	before := bytes.TrimRight(line[:len(line)-len(rest)], " ")
	if n := len(before); n > 0 && (before[n-1] == '"' || before[n-1] == '\'') {
		e.report("F-006", e.mark, utf8.RuneCount(rest), say(
			"结束引号后面还有文字", "text follows the closing quote",
			"把整个值放进引号；文字里的双引号改用中文引号“”", "put the whole value inside the quotes; inside it, use quotes of the other kind"))
		return
	}
	switch c := e.runeAt(e.mark); {
	case c == ']' || c == '}' || c == ',':
		e.strayMark(c)
	case c == '-' && len(before) == 0 && e.runeAt(spot{e.mark.line, e.mark.col + 1}) == ' ':
		e.report("F-006", e.mark, 1, say(
			"这里不能出现列表项", "a list item cannot stand here",
			"列表写在没有值的键下面，各项左边对齐", "put the list below a key that has no value, all items aligned"))
	case c != 0 && len(before) == 0:
		e.indentation(e.mark.line)
	default:
		e.other("")
	}
}

func (e *yamlError) strayMark(c rune) {
	e.report("F-006", e.mark, 1, say(
		fmt.Sprintf("%c 出现在不该出现的地方", c), fmt.Sprintf("%c cannot stand here", c),
		"删除它；如果是文字，整个值放进引号", "delete it; if it is text, put the whole value in quotes"))
}

// other is about the marks that no value may begin with, and the rest.
func (e *yamlError) other(text string) {
	switch c := e.runeAt(e.mark); {
	case c == '\t':
		e.report("F-006", e.mark, 1, say(
			"这里有制表符（Tab），YAML 只认空格", "there is a tab here; YAML takes only spaces",
			"把制表符换成空格", "replace the tab with a space"))
	case c == '@' || c == '`' || c == '%':
		e.report("F-006", e.mark, 1, say(
			fmt.Sprintf("值不能以 %c 开头", c), fmt.Sprintf("a value cannot begin with %c", c),
			"把整个值放进引号", "put the whole value in quotes"))
	case e.feature() != 0: // reported there
	case c == ']' || c == '}' || c == ',':
		e.strayMark(c)
	default:
		e.report("F-006", e.mark, 1, unreadable(text))
	}
}

// feature reports an anchor, alias or tag that the library could not read,
// and returns its mark.
func (e *yamlError) feature() byte {
	for _, at := range []spot{e.from, e.mark} {
		if at.line == 0 {
			continue
		}
		line := e.y.lineAt(at.line)
		rest := skipRunes(line, at.col-1)
		// Some of the library's marks lie behind the mark they are about.
		for len(rest) < len(line) && (len(rest) == 0 || bytes.IndexByte([]byte("&*!"), rest[0]) < 0) {
			if c := line[len(line)-len(rest)-1]; c == ' ' || c == '\t' {
				break
			}
			rest = line[len(line)-len(rest)-1:]
		}
		if len(rest) > 0 && bytes.IndexByte([]byte("&*!"), rest[0]) >= 0 {
			col := 1 + utf8.RuneCount(line[:len(line)-len(rest)])
			e.report("F-008", spot{at.line, col}, max(utf8.RuneCount(word(rest)), 1), featureMessage(rest[0]))
			return rest[0]
		}
	}
	return 0
}

// notKeyValue reports a line that should be "key: value" and is not.
func (r *reader) notKeyValue(y *yamlText, number int) {
	e := yamlError{r: r, y: y}
	line := y.lineAt(number)
	shown := bytes.TrimLeft(line, " -")
	start := 1 + utf8.RuneCount(line[:len(line)-len(shown)])
	wide := bytes.Index(shown, []byte("："))
	narrow := bytes.IndexByte(shown, ':')
	switch {
	case wide >= 0 && (narrow < 0 || wide < narrow):
		e.report("F-006", spot{number, start + utf8.RuneCount(shown[:wide])}, 1, say(
			"键后面用了中文冒号“：”", "the key is followed by a full-width colon",
			"改成英文冒号加一个空格，如 year: 2027", "write an ASCII colon and a space, as in year: 2027"))
	case narrow >= 0 && narrow+1 < len(shown) && shown[narrow+1] != ' ':
		e.report("F-006", spot{number, start + utf8.RuneCount(shown[:narrow])}, 1, say(
			"冒号后面少了空格", "there is no space after the colon",
			"在冒号后面加一个空格，如 year: 2027", "put a space after the colon, as in year: 2027"))
	default:
		e.report("F-006", spot{number, start}, max(utf8.RuneCount(bytes.TrimRight(shown, " ")), 1), say(
			"这一行不是“键: 值”", "this line is not key: value",
			"写成“键: 值”；接上一行的文字，放进引号或用 | 写成多行", "write key: value; for text that goes on from the line above use quotes or |"))
	}
}

// skippable reports whether a line holds nothing but space or a comment.
func skippable(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	return len(line) == 0 || line[0] == '#'
}

// hasKey reports whether a line has a colon that ends a key.
func hasKey(line []byte) bool {
	line = bytes.TrimRight(line, " \t")
	return bytes.Contains(line, []byte(": ")) || bytes.HasSuffix(line, []byte{':'})
}

func unreadable(detail string) message {
	en := "this is not YAML as records use it"
	if detail != "" {
		en += ": " + detail
	}
	return say("这里不符合 YAML 写法，无法读下去", en,
		"检查这一行和上一行的引号、括号、冒号和缩进", "look at quotes, brackets, colons and indentation on this line and the one above")
}
