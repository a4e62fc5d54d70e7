package record

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"taizhang/tools/internal/value"
)

// link checks one link or image whose destination is written as raw.
func (b *bodyReader) link(n ast.Node, raw []byte, reference, image bool) {
	target := string(resolve(raw))
	start, end := b.span(n.Pos(), raw, reference)
	b.check(target, image, start, end)
}

func (b *bodyReader) autoLink(n *ast.AutoLink) {
	start := max(n.Pos(), 0)
	end := start
	if i := bytes.IndexByte(b.rec.Body[start:], '>'); i >= 0 {
		end = start + i + 1
	}
	target := string(n.URL(b.rec.Body))
	if n.AutoLinkType == ast.AutoLinkEmail {
		target = "mailto:" + target
	}
	b.check(target, false, start, end)
}

// check keeps a link of an allowed form and reports any other.
func (b *bodyReader) check(target string, image bool, start, end int) {
	line, col := b.at(start)
	endCol := col + utf8.RuneCount(b.rec.Body[start:end])
	if zh, en := wrongLink(target); zh != "" {
		b.r.add("F-015", line, col, endCol, say(zh, en,
			"只用 https:// 开头的完整网址，或者本项目文件夹里的相对路径",
			"use a full address that begins with https://, or a relative path inside the project's folder"))
		return
	}
	b.rec.Links = append(b.rec.Links, Link{Target: target, Image: image, Line: line, Col: col, EndCol: endCol})
}

// resolve does to a destination what a renderer will do to it.
func resolve(raw []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(raw)))
}

// wrongLink says why a link target is refused, or returns nothing.
func wrongLink(target string) (zh, en string) {
	shown := shorten(target)
	lower := strings.ToLower(target)
	scheme, _, hasScheme := strings.Cut(target, ":")
	switch {
	case target == "":
		return "链接没有目标", "the link has no target"
	case strings.HasPrefix(lower, "https:"):
		if value.IsHTTPSURL(target) {
			return "", ""
		}
		return fmt.Sprintf("“%s”不是完整的 https 网址", shown), fmt.Sprintf("%q is not a full https address", shown)
	case strings.HasPrefix(target, "//"):
		return fmt.Sprintf("“%s”没有写明协议", shown), fmt.Sprintf("%q does not say its scheme", shown)
	case hasScheme && !strings.ContainsAny(scheme, "/?#"):
		return fmt.Sprintf("链接“%s”不是 https", shown), fmt.Sprintf("the link %q is not https", shown)
	case strings.HasPrefix(target, "/"):
		return fmt.Sprintf("“%s”是从网站根目录起的路径", shown), fmt.Sprintf("%q is a path from the root of the site", shown)
	}
	path, _, _ := strings.Cut(target, "#")
	for _, c := range target {
		if c <= ' ' || c == 0x7f || c == '\\' || c == utf8.RuneError {
			return fmt.Sprintf("路径“%s”里有空格、反斜杠或控制字符", shown), fmt.Sprintf("the path %q holds a space, backslash or control character", shown)
		}
	}
	if strings.ContainsAny(path, "%?") {
		return fmt.Sprintf("路径“%s”里有 %% 或 ?", shown), fmt.Sprintf("the path %q holds %% or ?", shown)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == ".." {
			return fmt.Sprintf("路径“%s”用 .. 跳出了所在文件夹", shown), fmt.Sprintf("the path %q leaves its folder with ..", shown)
		}
	}
	return "", ""
}

// span returns the offsets in the body of a link's destination as written.
// For a reference, whose destination stands elsewhere, it is the link's text.
func (b *bodyReader) span(pos int, raw []byte, reference bool) (start, end int) {
	body := b.rec.Body
	start = min(max(pos, 0), len(body))
	for at := start; !reference; {
		i := bytes.Index(body[at:], []byte("]("))
		// A link does not reach beyond its paragraph.
		if i < 0 || bytes.Contains(body[at:at+i], []byte("\n\n")) {
			break
		}
		at += i + 2
		open := at + len(body[at:]) - len(bytes.TrimLeft(body[at:], " \t\r\n<"))
		if bytes.HasPrefix(body[open:], raw) {
			return open, open + len(raw)
		}
	}
	line := bytes.TrimRight(firstLine(body[start:]), " \t\r\n")
	if i := bytes.IndexByte(line, ']'); i >= 0 {
		line = line[:i+1]
	}
	return start, start + len(line)
}
