package publish

import (
	"net/url"
	"strings"
	"text/template"

	"taizhang/tools/internal/value"
)

// markup is HTML in the making. Layouts hand it on as it is, so nothing may get
// into it but by the methods below: tag takes what stands in this package's own
// source, all else is escaped.
type markup struct{ b strings.Builder }

// tag is HTML of this package's own. A text of the registry is a string and does
// not become one without a conversion that catches the eye.
type tag string

func (m *markup) tag(t tag) { m.b.WriteString(string(t)) }

// text writes what people wrote, between tags or inside a quoted attribute.
func (m *markup) text(s string) {
	if strings.ContainsAny(s, "\x00&<>\"'") {
		s = template.HTMLEscapeString(s)
	}
	m.b.WriteString(s)
}

func (m *markup) String() string { return m.b.String() }

// beside writes a word with its English beside it.
func (m *markup) beside(zh, en string) { m.pair(zh, ` <i class="en" lang="en">`, en) }

// instead writes a word where there is no room for both: its English shows only
// to those who chose it.
func (m *markup) instead(zh, en string) { m.pair(zh, `<i lang="en">`, en) }

func (m *markup) pair(zh string, open tag, en string) {
	if en == "" {
		m.text(zh)
		return
	}
	m.chinese(zh)
	m.tag(open)
	m.text(en)
	m.tag(`</i>`)
}

// chinese writes what only readers of Chinese see. A page has a thousand of these,
// so they are short elements that mean nothing else; the style sheet tells them.
func (m *markup) chinese(zh string) {
	m.tag(`<bdi>`)
	m.text(zh)
	m.tag(`</bdi>`)
}

// attribute writes name="value" after a space, nothing for an empty value.
func (m *markup) attribute(name tag, value string) {
	if value != "" {
		m.tag(" " + name + `="`)
		m.text(value)
		m.tag(`"`)
	}
}

// date writes YYYY-MM-DD as people read it; anything else is shown as it is.
func (m *markup) date(on string) {
	if zh := value.DateZh(on); zh != on {
		m.instead(zh, on)
	} else {
		m.text(on)
	}
}

// link writes a text that leads to an address: one on the web, or a file beside
// the page. An address of another kind leaves the text alone.
func (m *markup) link(address, text string) {
	to, err := url.Parse(address)
	web := err == nil && to.Scheme == "https" && to.Host != ""
	if err != nil || !web && (to.IsAbs() || to.Host != "" || to.Path == "" || strings.HasPrefix(address, "/")) {
		m.text(text)
		return
	}
	m.tag(`<a`)
	m.attribute("href", to.String())
	if web {
		m.attribute("rel", "noopener noreferrer")
	}
	m.tag(`>`)
	m.text(text)
	m.tag(`</a>`)
}
