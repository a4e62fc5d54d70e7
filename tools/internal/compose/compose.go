// Package compose turns the values of a form into a record's file and back, for
// everything that fills forms: the terminal, the page in the browser, work
// sheets. What it writes is read again before it is given away, so that no file
// says anything else than what was filled in.
//
// It must not know projects, rules, the lifecycle or files on disk: whether the
// values are right is for the judge to say.
package compose

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
)

// Document is one filled form. A value is a string, a bool, a json.Number (as
// it is written: 128.5, amounts in 万元), []any or map[string]any; what is not
// filled in has no key.
type Document struct {
	Values  map[string]any
	Unknown []string // top-level keys that the form does not have; they are in Values too
	Body    string   // lines end with LF; not empty, it ends with one
}

// Error says why values cannot be written, in the two languages.
type Error struct {
	Key  string // the top-level key it is about, [Body], or "" for the file as a whole
	Text finding.Text
}

// Body stands for the body where an [Error] names a key; no key is written so.
const Body = "#"

func (e *Error) Error() string { return e.Text.Zh + " · " + e.Text.En }

func refuse(key, zh, en string) *Error { return &Error{key, finding.Text{Zh: zh, En: en}} }

// Read takes a record apart into values. The findings are those about the text
// of the file, not about what it says; with an unusable front matter the
// document is empty.
func Read(form *schema.Form, path string, data []byte) (Document, []finding.Finding) {
	d := Document{Values: map[string]any{}}
	rec, findings := record.Parse(path, data)
	if rec == nil {
		return d, findings
	}
	for i := range rec.Root.Keys {
		k := &rec.Root.Keys[i]
		if form.Root.Child(k.Name) == nil {
			d.Unknown = append(d.Unknown, k.Name)
		}
	}
	d.Values = values(rec.Root)
	d.Body = string(lf(rec.Body))
	return d, findings
}

// values returns what a map says. A key without a value says nothing.
func values(root *record.Node) map[string]any {
	return filled(root.Plain()).(map[string]any)
}

func filled(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e == nil {
				delete(v, k)
				continue
			}
			v[k] = filled(e)
		}
	case []any:
		v = slices.DeleteFunc(v, func(e any) bool { return e == nil })
		for i := range v {
			v[i] = filled(v[i])
		}
		return v
	}
	return v
}

// Write returns a document as a new file: the keys in the order of the form,
// unknown ones behind them, LF, the body last. An error is an [*Error].
func Write(form *schema.Form, d Document) ([]byte, error) {
	set := normal(d.Values)
	front, err := renderFront(form, set, "\n")
	if err != nil {
		return nil, err
	}
	if err := checkText(Body, d.Body); err != nil {
		return nil, err
	}
	out := slices.Concat([]byte(marker), front, []byte(marker), withEnd([]byte(d.Body)))
	return verified(form, form.Name, out, set)
}

const marker = "---\n"

// verified reads what was composed and gives it away only if it says exactly
// want.
func verified(form *schema.Form, path string, out []byte, want map[string]any) ([]byte, error) {
	if len(out) > record.MaxSize {
		return nil, tooLarge(form, out, want)
	}
	rec, findings := record.Parse(path, out)
	if rec == nil {
		text := finding.Text{Zh: "写不成登记文件", En: "these values make no record"}
		if len(findings) > 0 {
			text = findings[0].Message
		}
		return nil, &Error{Text: text}
	}
	got := values(rec.Root)
	for k, v := range want {
		if !reflect.DeepEqual(got[k], v) {
			return nil, refuse(k, fmt.Sprintf("“%s”写下去再读出来就不一样了", k), fmt.Sprintf("%q would not read back as it was filled in", k))
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			return nil, refuse(k, fmt.Sprintf("写下去会多出“%s”", k), fmt.Sprintf("writing would bring %q along", k))
		}
	}
	return out, nil
}

// tooLarge names what takes most of the room in a file.
func tooLarge(form *schema.Form, out []byte, want map[string]any) error {
	most, size, body := "", 0, len(out)
	for _, k := range order(form.Root, want) {
		lines, err := renderKey(form.Root, k, want[k])
		if err != nil {
			return err
		}
		if body -= len(lines); len(lines) > size {
			most, size = k, len(lines)
		}
	}
	if body > size {
		most = Body
	}
	return refuse(most, fmt.Sprintf("整张表有 %d KiB，超过 %d KiB 的上限，这一项最长：请写短，或者作为附件", len(out)>>10, record.MaxSize>>10),
		fmt.Sprintf("the record has %d KiB, the limit is %d KiB, and most is here: shorten it, or attach it as a file", len(out)>>10, record.MaxSize>>10))
}

// normal returns values as a file holds them: line ends are LF. Keys without a
// value are left out. What is given is not changed.
func normal(v map[string]any) map[string]any {
	out := make(map[string]any, len(v))
	for k, e := range v {
		if e != nil {
			out[k] = normalValue(e)
		}
	}
	return out
}

func normalValue(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "\r\n", "\n")
	case map[string]any:
		return normal(v)
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if e != nil {
				out = append(out, normalValue(e))
			}
		}
		return out
	}
	return v
}

// lf ends lines with LF alone.
func lf(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }

// withEnd returns a body with LF at the end of each line, the last one too.
func withEnd(body []byte) []byte {
	body = lf(body)
	if len(body) > 0 && body[len(body)-1] != '\n' {
		body = append(slices.Clip(body), '\n')
	}
	return body
}

// checkText refuses what no record may hold, before it is hidden in an escape.
func checkText(key, s string) error {
	zh, en := "“"+key+"”", strconv.Quote(key)
	if key == Body {
		zh, en = "正文", "the body"
	}
	if !utf8.ValidString(s) {
		return refuse(key, zh+"不是 UTF-8 文字", en+" is not UTF-8 text")
	}
	if c, bad := record.Refused(s); bad {
		return refuse(key, fmt.Sprintf("%s里有看不见的控制字符 U+%04X，删除后再填", zh, c), fmt.Sprintf("%s holds an invisible control character U+%04X: delete it", en, c))
	}
	return nil
}
