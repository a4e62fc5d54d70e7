package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shown reports whether a character may appear as itself. Controls would move
// the cursor or start an escape sequence, format characters (bidirectional
// controls, zero-width joiners, tags) and the default ignorables would make
// the reader see something else than what is there.
func shown(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f:
		return true
	case r < ' ', r == utf8.RuneError:
		return r == utf8.RuneError
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// glyph returns what stands for a character on the screen. Negative values are
// bytes that are not UTF-8, as decode makes them.
func glyph(r rune) string {
	switch {
	case r < 0:
		return fmt.Sprintf("<0x%02X>", -r)
	case r == '\t':
		return "    "
	case shown(r):
		return string(r)
	}
	return fmt.Sprintf("<U+%04X>", r)
}

// decode splits a line into its code points; a byte that is not UTF-8 becomes
// its negative value, so that columns count it as one.
func decode(line []byte) []rune {
	rs := make([]rune, 0, len(line))
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		if r == utf8.RuneError && n == 1 {
			r = -rune(line[0])
		}
		rs = append(rs, r)
		line = line[n:]
	}
	return rs
}

// OneLine makes text safe to print within a line: white space that breaks a
// line becomes a space, whatever can not be seen is spelled out.
func OneLine(s string) string {
	clean := true
	for _, r := range s {
		if !shown(r) || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	space := false
	for _, r := range decode([]byte(s)) {
		if r == '\n' || r == '\r' || r == '\t' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteString(glyph(r))
	}
	return strings.TrimSpace(b.String())
}

// command matches what a CI runner takes for an order when it stands in a log:
// "::name::" at the start of a line, "##[name]" and "##vso[name]" anywhere.
var command = regexp.MustCompile(`^\s*::|##[0-9A-Za-z]*\[`)

// LogLine takes the power out of a line of a log. Runners read the log of a
// step whatever format was asked for, so each printed line comes through here.
func LogLine(s string) string {
	return command.ReplaceAllStringFunc(s, func(m string) string {
		if rest, ok := strings.CutPrefix(m, "##"); ok {
			return "#<U+0023>" + rest
		}
		return strings.Replace(m, ":", "<U+003A>", 1)
	})
}

// jsonBytes encodes v with two spaces of indentation and a final newline. What
// can not be seen is written as \uXXXX, which loses nothing and keeps a
// terminal that shows the file safe.
func jsonBytes(v any) ([]byte, error) {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode json: %w", err)
	}
	var b bytes.Buffer
	for _, r := range string(raw) {
		switch {
		case r == '\n' || shown(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// webAddress returns s in a form that can stand anywhere, or nothing unless it
// is an http or https address.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return strings.NewReplacer("(", "%28", ")", "%29", "|", "%7C", "<", "%3C", ">", "%3E", "'", "%27").Replace(u.String())
}
