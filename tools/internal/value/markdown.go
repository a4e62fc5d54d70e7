package value

import (
	"regexp"
	"strings"
)

// reference matches what forges turn into links and notices by themselves:
// @people, #issues, !requests, $snippets, addresses.
var reference = regexp.MustCompile(`(?i)[@#!%~&]["\pL\pN_]|://|www\.`)

// EscapeMarkdown makes one line of text literal in Markdown, in a table cell and
// in HTML. A word joiner, which cannot be seen, breaks what a forge would turn
// into a link or a notice.
func EscapeMarkdown(line string) string {
	line = reference.ReplaceAllStringFunc(line, func(m string) string {
		if strings.HasSuffix(m, ".") {
			return m[:3] + "\u2060."
		}
		return m[:1] + "\u2060" + m[1:]
	})
	return markdownEscapes.Replace(line)
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "$", "<span>$</span>",
)
