package opendata

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Object is a JSON object with its members in order. Its values are string,
// bool, json.Number, []any, Object and what else encoding/json takes.
type Object []Member

// Member is one member of an object.
type Member struct {
	Key   string
	Value any
}

// MarshalJSON implements json.Marshaler.
func (o Object) MarshalJSON() ([]byte, error) { return appendJSON(nil, o) }

// appendJSON writes a value as JSON on one line. Characters that matter in HTML
// only are left as they are: the files are read by programs and people. Objects
// are written in one go, as a json.Marshaler within another is scanned again at
// every level.
func appendJSON(b []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case Object:
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, m.Key), ':')
			if b, err = appendJSON(b, m.Value); err != nil {
				return nil, fmt.Errorf("%s: %w", m.Key, err)
			}
		}
		return append(b, '}'), nil
	case []any:
		b = append(b, '[')
		for i, it := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(b, it); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case string:
		return appendText(b, v), nil
	case json.Number:
		if v != "" {
			return append(b, v...), nil
		}
	}
	data, err := encode(v)
	return append(b, data...), err
}

// appendText writes a text in quotes; one that needs escaping goes the long way.
func appendText(b []byte, s string) []byte {
	plain := func(r rune) bool {
		return r >= ' ' && r != '"' && r != '\\' && r != 0x7f && r != '\u2028' && r != '\u2029'
	}
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return append(append(append(b, '"'), s...), '"')
	}
	data, _ := encode(s) // encoding/json takes every string
	return append(b, data...)
}

// with adds a member unless its value is empty.
func (o Object) with(key string, value any) Object {
	switch v := value.(type) {
	case nil:
		return o
	case string:
		if v == "" {
			return o
		}
	case json.Number:
		if v == "" {
			return o
		}
	case []any:
		if len(v) == 0 {
			return o
		}
	case []string:
		if len(v) == 0 {
			return o
		}
	case Object:
		if len(v) == 0 {
			return o
		}
	}
	return append(o, Member{key, value})
}

// encode writes any value as JSON on one line, in the same way.
func encode(v any) ([]byte, error) {
	if o, ok := v.(Object); ok {
		return appendJSON(nil, o)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Pretty writes an object as JSON for people.
func (o Object) Pretty() ([]byte, error) {
	line, err := encode(o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, line, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// put writes one file of a sink.
func put(to Sink, name string, write func(io.Writer) error) error {
	f, err := to.Create(name)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 1<<16)
	if err := errors.Join(write(buf), buf.Flush(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// putBytes writes one file of a sink from memory.
func putBytes(to Sink, name string, data []byte, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	f, err := to.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// text returns a member of a decoded object as text, "" when it has none.
func text(m map[string]any, key string) string {
	switch v := m[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// object returns a member of a decoded object that is an object.
func object(m map[string]any, key string) map[string]any {
	v, _ := m[key].(map[string]any)
	return v
}

// objects returns the objects of a list.
func objects(m map[string]any, key string) []map[string]any {
	list, _ := m[key].([]any)
	var out []map[string]any
	for _, it := range list {
		if o, ok := it.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

// decode reads a JSON object; numbers keep their digits.
func decode(data []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var m map[string]any
	err := dec.Decode(&m)
	return m, err
}
