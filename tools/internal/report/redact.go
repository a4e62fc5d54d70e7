package report

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
)

// sources reads lines of files through Options.Source and keeps the file it
// read last: findings come sorted by file.
type sources struct {
	read  func(string) ([]byte, bool)
	file  string
	lines [][]byte
	ok    bool
}

// line returns line n (from 1) of a file without its line end.
func (s *sources) line(file string, n int) ([]byte, bool) {
	if s.read == nil || file == "" || n < 1 {
		return nil, false
	}
	if s.lines == nil || s.file != file {
		data, ok := s.read(file)
		s.file, s.ok, s.lines = file, ok, bytes.Split(data, []byte("\n"))
	}
	if !s.ok || n > len(s.lines) {
		return nil, false
	}
	return bytes.TrimSuffix(s.lines[n-1], []byte("\r")), true
}

// secrets knows which lines must not be shown and which words must not be
// repeated: the lines and the marked text of sensitive findings.
type secrets struct {
	places map[finding.Place]bool // File and Line only; Line 0 is the whole file
	values []string
	mask   *strings.Replacer
}

// minSecret is the shortest marked text, in display columns, that is masked
// where else it turns up: three Chinese characters or six digits. Anything
// shorter would blot out innocent words.
const minSecret = 6

func findSecrets(fs []finding.Finding, src *sources) secrets {
	s := secrets{places: map[finding.Place]bool{}}
	for i := range fs {
		if !fs[i].Sensitive {
			continue
		}
		for _, p := range append([]finding.Place{fs[i].Place}, fs[i].Related...) {
			s.places[finding.Place{File: p.File, Line: p.Line}] = true
			if line, ok := src.line(p.File, p.Line); ok {
				if v := marked(line, p); cells(v) >= minSecret {
					s.values = append(s.values, v)
				}
			}
		}
	}
	slices.SortFunc(s.values, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	s.values = slices.Compact(s.values)
	pairs := make([]string, 0, 2*len(s.values))
	for _, v := range s.values {
		pairs = append(pairs, v, "***")
	}
	s.mask = strings.NewReplacer(pairs...)
	return s
}

// marked cuts the text at p out of its line: the whole line without columns.
func marked(line []byte, p finding.Place) string {
	rs := []rune(string(line))
	from, to := p.Col-1, p.EndCol-1
	if from < 0 || to <= from {
		return strings.TrimSpace(string(line))
	}
	from, to = min(from, len(rs)), min(to, len(rs))
	return strings.Trim(string(rs[from:to]), " \t\"'")
}

// hides reports whether the line must stay out of the report.
func (s *secrets) hides(file string, line int, text []byte) bool {
	if s.places[finding.Place{File: file, Line: line}] || s.places[finding.Place{File: file}] {
		return true
	}
	return slices.ContainsFunc(s.values, func(v string) bool { return bytes.Contains(text, []byte(v)) })
}

// redact takes secrets out of the words of a finding. A suggestion for a
// sensitive place repeats most of what it replaces, so it goes altogether.
func (s *secrets) redact(f *finding.Finding) {
	if f.Sensitive {
		f.Suggest = ""
	}
	if len(s.values) == 0 {
		return
	}
	text := func(t finding.Text) finding.Text {
		return finding.Text{Zh: s.mask.Replace(t.Zh), En: s.mask.Replace(t.En)}
	}
	f.Message, f.Help, f.Label = text(f.Message), text(f.Help), text(f.Label)
	if s.mask.Replace(f.Suggest) != f.Suggest {
		f.Suggest = ""
	}
	f.Related = slices.Clone(f.Related)
	for i := range f.Related {
		f.Related[i].Label = text(f.Related[i].Label)
	}
}
