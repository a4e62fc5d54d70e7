package synth

import (
	"strconv"
	"strings"

	"taizhang/tools/internal/value"
)

// sheet writes one record: front matter in block style, then the body.
type sheet struct {
	b     []byte
	depth int
	dash  bool // the next key begins a list item
}

func record(body string, fill func(*sheet)) []byte {
	s := &sheet{b: []byte("---\n")}
	fill(s)
	s.b = append(s.b, "---\n"...)
	if body != "" {
		s.b = append(append(s.b, '\n'), body...)
	}
	return s.b
}

func (s *sheet) key(name string) {
	indent := s.depth * 2
	if s.dash {
		indent -= 2
	}
	for range indent {
		s.b = append(s.b, ' ')
	}
	if s.dash {
		s.b, s.dash = append(s.b, "- "...), false
	}
	s.b = append(append(s.b, name...), ':')
}

// text writes a text of our own making: no YAML mark stands in it but those
// that quotes or a block make harmless. An empty text is left out.
func (s *sheet) text(key, v string) {
	if v == "" {
		return
	}
	s.key(key)
	switch {
	case strings.Contains(v, "\n"):
		s.b = append(s.b, " |-\n"...)
		for line := range strings.Lines(v) {
			for range s.depth*2 + 2 {
				s.b = append(s.b, ' ')
			}
			s.b = append(s.b, line...)
		}
	case v[0] < 0x80:
		s.b = strconv.AppendQuote(append(s.b, ' '), v)
	default:
		s.b = append(append(s.b, ' '), v...)
	}
	s.b = append(s.b, '\n')
}

// word writes a plain scalar: a code, a date, a Chinese word.
func (s *sheet) word(key, v string) {
	s.key(key)
	s.b = append(append(append(s.b, ' '), v...), '\n')
}

func (s *sheet) int(key string, n int) { s.word(key, strconv.Itoa(n)) }

// wan writes an amount, given in 分, as 万元.
func (s *sheet) wan(key string, fen int64) { s.word(key, value.WanLiteral(fen)) }

func (s *sheet) object(key string, fill func()) {
	s.key(key)
	s.b = append(s.b, '\n')
	s.depth++
	fill()
	s.depth--
}

// item writes one item of a list of objects; it stands inside object.
func (s *sheet) item(fill func()) {
	s.depth++
	s.dash = true
	fill()
	s.depth--
}

// words writes a list of plain scalars.
func (s *sheet) words(key string, list []string) {
	if len(list) == 0 {
		return
	}
	s.object(key, func() {
		for _, v := range list {
			for range s.depth * 2 {
				s.b = append(s.b, ' ')
			}
			s.b = append(append(append(s.b, "- "...), v...), '\n')
		}
	})
}
