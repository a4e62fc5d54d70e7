package site

import (
	"bytes"
	"encoding/json"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"strings"
)

var (
	blanks = regexp.MustCompile(`[ \t\r\n]+`)
	spaces = regexp.MustCompile(`[ \t]+`)
	octets = regexp.MustCompile(`%[0-9A-F]{2}`)
)

// writtenForms gives s as it is and as the files of a site may write it:
// escaped for HTML, XML, JSON or a URL, its blanks run together and its
// entities shortened by the HTML minifier.
func writtenForms(s string) []string {
	forms := []string{s}
	if strings.ContainsAny(s, " \t\r\n") {
		forms = append(forms, strings.ReplaceAll(s, "\r\n", "\n"), blanks.ReplaceAllString(s, " "),
			spaces.ReplaceAllString(s, " "), blanks.ReplaceAllStringFunc(s, func(run string) string {
				if strings.ContainsAny(run, "\r\n") {
					return "\n"
				}
				return " "
			}))
	}
	if strings.ContainsAny(s, "<>&'\"`+=\\") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		for _, base := range forms {
			forms = append(forms, escaped(base)...)
		}
	}
	const longestInURL = 200 // bytes; nobody puts an opinion into an address
	if len(s) <= longestInURL {
		query := strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		// html/template writes the octets small.
		forms = append(forms, url.QueryEscape(s), query, octets.ReplaceAllStringFunc(query, strings.ToLower), url.PathEscape(s))
	}
	return forms
}

func escaped(s string) []string {
	forms := []string{
		html.EscapeString(s),
		template.HTMLEscapeString(s),
		// html/template also escapes the plus sign.
		strings.ReplaceAll(html.EscapeString(s), "+", "&#43;"),
		// goldmark and encoding/xml name the double quote.
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s),
		// The minifier resolves what need not be escaped in text or in a
		// quoted attribute.
		strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(s),
		strings.ReplaceAll(s, "<", "&lt;"),
		strings.ReplaceAll(s, `"`, "&#34;"),
		strings.ReplaceAll(s, `"`, "&quot;"),
		strings.ReplaceAll(s, "'", "&#39;"),
	}
	for _, escapeHTML := range []bool{false, true} {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(escapeHTML)
		if enc.Encode(s) == nil {
			forms = append(forms, string(b.Bytes()[1:b.Len()-2])) // without quotes and line end
		}
	}
	return forms
}
