package sheet

import (
	"errors"
	"fmt"
	"strings"
)

// template is a text with places for values:
//
//	{path}       the value there
//	{a|b|=字}    the first of them that is there; =字 are plain words
//	{?path}      asks for a value without printing it
//	[…]          printed only when all values inside are there
type template []piece

type piece struct {
	text  string
	paths []string // a place: alternatives
	ask   bool
	group template
}

func parseTemplate(s string) (template, error) {
	t, rest, err := parsePieces(s, false)
	if err == nil && rest != "" {
		err = fmt.Errorf("“%s”：多了 ] · ] without [", s)
	}
	return t, err
}

func parsePieces(s string, inside bool) (t template, rest string, err error) {
	for s != "" {
		i := strings.IndexAny(s, "{[]}")
		if i < 0 {
			t, s = append(t, piece{text: s}), ""
			break
		}
		if i > 0 {
			t = append(t, piece{text: s[:i]})
		}
		switch s[i] {
		case '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 2 {
				return nil, "", fmt.Errorf("“%s”：{ 后面要有栏目和 } · { without a field and }", s)
			}
			name, ask := strings.CutPrefix(s[i+1:i+end], "?")
			t, s = append(t, piece{paths: strings.Split(name, "|"), ask: ask}), s[i+end+1:]
		case '[':
			if inside {
				return nil, "", fmt.Errorf("“%s”：[ 里面不能再有 [ · [ inside [", s)
			}
			var group template
			if group, s, err = parsePieces(s[i+1:], true); err != nil {
				return nil, "", err
			}
			if s == "" {
				return nil, "", errors.New("[ 没有对应的 ] · [ without ]")
			}
			t, s = append(t, piece{group: group}), s[1:]
		case ']':
			return t, s[i:], nil
		default:
			return nil, "", fmt.Errorf("“%s”：多了 } · } without {", s)
		}
	}
	return t, s, nil
}

// fill writes the template with the values that look gives; there tells whether
// every place had one.
func (t template) fill(look func(path string) string) (text string, there bool) {
	var b strings.Builder
	there = true
	for _, p := range t {
		switch {
		case p.group != nil:
			if inner, ok := p.group.fill(look); ok {
				b.WriteString(inner)
			}
		case p.paths != nil:
			v := ""
			for _, path := range p.paths {
				words, plain := strings.CutPrefix(path, "=")
				if v = words; !plain {
					v = look(path)
				}
				if v != "" {
					break
				}
			}
			there = there && v != ""
			if !p.ask {
				b.WriteString(v)
			}
		default:
			b.WriteString(p.text)
		}
	}
	return b.String(), there
}

// paths calls fn for every place of the template with its alternatives.
func (t template) paths(fn func(alternatives []string)) {
	for _, p := range t {
		if p.group != nil {
			p.group.paths(fn)
		} else if p.paths != nil {
			fn(p.paths)
		}
	}
}
