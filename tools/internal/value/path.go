package value

import (
	"strings"
	"unicode"
)

// IsFilePath reports whether s names an attachment inside a project folder:
// files/<name>.<pdf|ofd|docx|xlsx|txt>, lower-case ASCII, no further folder.
func IsFilePath(s string) bool {
	name, ok := strings.CutPrefix(s, "files/")
	if !ok || len(name) > 120 {
		return false
	}
	stem, ext, ok := cutLast(name, '.')
	if !ok || stem == "" || !isLowerOrDigit(stem[0]) || strings.Contains(name, "..") {
		return false
	}
	for i := range len(stem) {
		if c := stem[i]; !isLowerOrDigit(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	switch ext {
	case "pdf", "ofd", "docx", "xlsx", "txt":
		return true
	}
	return false
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// IsHTTPSURL reports whether s is an absolute https address with a plain host
// name: no user, no spaces, nothing that could end an attribute or a link.
// Letters beyond ASCII may stand in the path, never in the host, where they
// could imitate another one.
func IsHTTPSURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || len(s) > 2000 {
		return false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, port, hasPort := strings.Cut(rest[:end], ":")
	if !isHost(host) || hasPort && (port == "" || len(port) > 5 || countDigits(port) != len(port)) {
		return false
	}
	for _, r := range rest[end:] {
		switch {
		case r <= ' ' || r == 0x7f || r == unicode.ReplacementChar, strings.ContainsRune("\"'<>\\^`{|}", r):
			return false
		case r > 0x7f && !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P):
			return false
		}
	}
	return true
}

// isHost reports whether s is a dotted host name in ASCII.
func isHost(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i] | 0x20; !isLowerOrDigit(c) && label[i] != '-' {
				return false
			}
		}
	}
	return true
}
