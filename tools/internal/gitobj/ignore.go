package gitobj

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitattributes"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// maxIgnoreFile bounds .gitignore and .gitattributes, in bytes.
const maxIgnoreFile = 1 << 20

// basePatterns returns what the user and the repository ignore everywhere,
// weakest first. Unreadable files ignore nothing.
func (r *Repo) basePatterns() []gitignore.Pattern {
	var ps []gitignore.Pattern
	if path := r.config.excludesFile(); path != "" {
		ps = append(ps, readPatterns(path, nil)...)
	}
	return append(ps, readPatterns(filepath.Join(r.common, "info", "exclude"), nil)...)
}

// readPatterns reads an ignore file whose patterns hold below the folder
// domain.
func readPatterns(path string, domain []string) []gitignore.Pattern {
	var ps []gitignore.Pattern
	for line := range strings.Lines(readSmall(path)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		ps = append(ps, gitignore.ParsePattern(line, domain))
	}
	return ps
}

// readSmall returns the text of a regular file of moderate size, or "".
func readSmall(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return ""
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(string(b), "\ufeff")
}

// ignores applies patterns, the last that matches decides.
func ignores(patterns []gitignore.Pattern, path []string, dir bool) bool {
	for _, p := range slices.Backward(patterns) {
		if m := p.Match(path, dir); m != gitignore.NoMatch {
			return m == gitignore.Exclude
		}
	}
	return false
}

// lineEnds says for which files Git turns CRLF into LF when they are added.
type lineEnds struct {
	auto    bool
	matcher gitattributes.Matcher // of the root folder; nil without attributes
}

func (r *Repo) lineEnds() lineEnds {
	var l lineEnds
	l.auto = strings.EqualFold(r.config.get("core", "autocrlf"), "input") || r.config.flag("autocrlf", false)
	var stack []gitattributes.MatchAttribute
	for _, path := range []string{filepath.Join(r.root, ".gitattributes"), filepath.Join(r.common, "info", "attributes")} {
		for line := range strings.Lines(readSmall(path)) {
			// A line that cannot be parsed has no effect, as in Git.
			if list, err := gitattributes.ReadAttributes(io.Reader(strings.NewReader(line)), nil, true); err == nil {
				stack = append(stack, list...)
			}
		}
	}
	if len(stack) > 0 {
		l.matcher = gitattributes.NewMatcher(stack)
	}
	return l
}

// convert reports whether CRLF in the file at path becomes LF.
func (l lineEnds) convert(path string) bool {
	if l.matcher == nil {
		return l.auto
	}
	attrs, _ := l.matcher.Match(strings.Split(path, "/"), []string{"text", "eol", "binary"})
	if a, ok := attrs["binary"]; ok && a.IsSet() {
		return false
	}
	if a, ok := attrs["text"]; ok && !a.IsUnspecified() {
		return !a.IsUnset()
	}
	if a, ok := attrs["eol"]; ok && a.IsValueSet() {
		return true
	}
	return l.auto
}

// toLF turns CRLF into LF. It reports false when there is nothing to turn or
// when the content is not text in Git's eyes: it has a NUL or a bare CR.
func toLF(data []byte) ([]byte, bool) {
	found := false
	for i, c := range data {
		switch {
		case c == 0, c == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			return nil, false
		case c == '\r':
			found = true
		}
	}
	if !found {
		return nil, false
	}
	out := make([]byte, 0, len(data))
	for _, c := range data {
		if c != '\r' {
			out = append(out, c)
		}
	}
	return out, true
}
