package expression

import (
	"slices"
	"strconv"
	"strings"
)

// Most conditions begin with something that the text alone tells: a form is
// there, a field is of some value, a list is empty. Such an answer needs neither
// a compiled expression nor a machine, and is the one that they would give:
// where it is not surely that, it is unknown and they are asked.

type answer uint8

const (
	unknown answer = iota
	yes
	no
)

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

// condition is a choice (or) of conjunctions (and).
type condition [][]test

// test is one simple condition; a nil one is not simple.
type test func(env map[string]any) answer

// in answers as far as simple conditions do, in the order in which the
// expression asks them.
func (c condition) in(env map[string]any) answer {
	for _, all := range c {
		a := yes
		for _, t := range all {
			if t == nil {
				return unknown
			}
			if a = t(env); a != yes {
				break
			}
		}
		if a != no {
			return a
		}
	}
	return no
}

// conditionOf takes an expression apart, nil where nothing of it is simple.
func conditionOf(src string) condition {
	choices, ok := split(src, "or")
	if !ok {
		return nil
	}
	var c condition
	for _, choice := range choices {
		parts, _ := split(choice, "and")
		var all []test
		for _, part := range parts {
			t := testOf(part)
			all = append(all, t)
			if t == nil {
				break
			}
		}
		if c = append(c, all); all[len(all)-1] == nil && len(all) == 1 {
			break
		}
	}
	if c[0][0] == nil {
		return nil
	}
	return c
}

// split cuts an expression at a word that stands outside quotes and brackets.
// ok is false where there is an operator that binds less than the word.
func split(src, word string) (parts []string, ok bool) {
	depth, from := 0, 0
	var quote byte
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case quote != 0:
			if c == '\\' {
				return nil, false
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case depth > 0:
		case c == '?' || c == '|' || c == ';' || c == '&' || c == '#' || c == '/' && i+1 < len(src) && (src[i+1] == '/' || src[i+1] == '*'):
			return nil, false
		case c == word[0] && strings.HasPrefix(src[i:], word) && i > 0 && space(src[i-1]) && i+len(word) < len(src) && (space(src[i+len(word)]) || src[i+len(word)] == '('):
			parts, from = append(parts, src[from:i]), i+len(word)
			i = from - 1
		}
	}
	return append(parts, src[from:]), depth == 0 && quote == 0
}

func space(c byte) bool { return c == ' ' || c == '\n' }

// testOf understands
//
//	a.b.c     not a.b     a.b == "text"     a.b > 3     len(a.b) > 0     a.b in ["x", "y"]     a.b not in […]
func testOf(src string) test {
	src = strings.TrimSpace(src)
	if rest, not := strings.CutPrefix(src, "not "); not {
		path := pathOf(strings.TrimSpace(rest))
		if path == nil {
			return nil
		}
		return func(env map[string]any) answer { return truth(env, path, false) }
	}
	if path := pathOf(src); path != nil {
		return func(env map[string]any) answer { return truth(env, path, true) }
	}
	left, op, right := cutOperator(src)
	length := false
	if inner, ok := strings.CutPrefix(left, "len("); ok && strings.HasSuffix(inner, ")") {
		left, length = strings.TrimSuffix(inner, ")"), true
	}
	path := pathOf(left)
	if path == nil {
		return nil
	}
	if n, err := strconv.Atoi(right); err == nil && right == strconv.Itoa(n) && op != "in" && op != "not in" {
		return func(env map[string]any) answer { return number(env, path, length, op, n) }
	}
	var texts []string
	ok := false
	switch op {
	case "==", "!=":
		var t string
		t, ok = literal(right)
		texts = []string{t}
	case "in", "not in":
		texts, ok = literals(right)
	}
	if !ok || length {
		return nil
	}
	among := op == "==" || op == "in"
	return func(env map[string]any) answer {
		v, _ := lookup(env, path)
		s, isText := v.(string)
		if !isText {
			return unknown
		}
		return answerOf(slices.Contains(texts, s) == among)
	}
}

// truth answers whether the value at a path is want.
func truth(env map[string]any, path []string, want bool) answer {
	v, _ := lookup(env, path)
	b, ok := v.(bool)
	if !ok {
		return unknown
	}
	return answerOf(b == want)
}

func number(env map[string]any, path []string, length bool, op string, n int) answer {
	v, _ := lookup(env, path)
	x, ok := v.(int)
	if length {
		var list []any
		list, ok = v.([]any)
		x = len(list)
	}
	if !ok {
		return unknown
	}
	switch op {
	case "==":
		return answerOf(x == n)
	case "!=":
		return answerOf(x != n)
	case ">":
		return answerOf(x > n)
	case ">=":
		return answerOf(x >= n)
	case "<":
		return answerOf(x < n)
	case "<=":
		return answerOf(x <= n)
	}
	return unknown
}

// cutOperator cuts a comparison apart.
func cutOperator(src string) (left, op, right string) {
	for _, op := range []string{" == ", " != ", " >= ", " <= ", " > ", " < ", " not in ", " in "} {
		if left, right, ok := strings.Cut(src, op); ok {
			return strings.TrimSpace(left), strings.TrimSpace(op), strings.TrimSpace(right)
		}
	}
	return "", "", ""
}

// literal reads a text in quotes without escapes.
func literal(src string) (string, bool) {
	if len(src) < 2 || src[0] != '"' && src[0] != '\'' || src[len(src)-1] != src[0] {
		return "", false
	}
	inner := src[1 : len(src)-1]
	return inner, !strings.ContainsAny(inner, "\\\"'\n")
}

// literals reads a list of them.
func literals(src string) (out []string, ok bool) {
	if len(src) < 2 || src[0] != '[' || src[len(src)-1] != ']' {
		return nil, false
	}
	for part := range strings.SplitSeq(src[1:len(src)-1], ",") {
		t, ok := literal(strings.TrimSpace(part))
		if !ok {
			return nil, false
		}
		out = append(out, t)
	}
	return out, true
}

// words that look like a name and are none.
var reserved = []string{"true", "false", "nil", "not", "and", "or", "in", "let", "if", "else", "matches", "contains", "startsWith", "endsWith"}

// pathOf splits a dotted path of names, nil for anything else.
func pathOf(src string) []string {
	for i := range len(src) {
		c := src[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && !(i > 0 && (c == '.' && src[i-1] != '.' || src[i-1] != '.' && c >= '0' && c <= '9')) {
			return nil
		}
	}
	if src == "" || src[len(src)-1] == '.' {
		return nil
	}
	path := strings.Split(src, ".")
	if slices.ContainsFunc(path, func(name string) bool { return slices.Contains(reserved, name) }) {
		return nil
	}
	return path
}

// lookup finds the value at a path; it is not found where any part is absent.
func lookup(env map[string]any, path []string) (v any, ok bool) {
	m := env
	for i, name := range path {
		if v, ok = m[name]; !ok || v == nil {
			return nil, false
		}
		if i+1 < len(path) {
			if m, ok = v.(map[string]any); !ok || m == nil {
				return nil, false
			}
		}
	}
	return v, ok
}
