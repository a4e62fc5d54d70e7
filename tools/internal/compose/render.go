package compose

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// lineWidth is how many terminal cells a map or list on one line may take.
const lineWidth = 100

// writer renders values as YAML that the safe subset takes. key is the
// top-level key at work, for errors.
type writer struct {
	b   strings.Builder
	key string
	err error
}

// renderFront returns the lines of a whole front matter.
func renderFront(form *schema.Form, set map[string]any, eol string) ([]byte, error) {
	var b strings.Builder
	for _, k := range order(form.Root, set) {
		lines, err := renderKey(form.Root, k, set[k])
		if err != nil {
			return nil, err
		}
		b.WriteString(lines)
	}
	if b.Len() == 0 {
		return nil, refuse("", "一项也没有填", "nothing is filled in")
	}
	return []byte(strings.ReplaceAll(b.String(), "\n", eol)), nil
}

// renderKey returns the lines of one entry of the front matter.
func renderKey(root *schema.Field, key string, v any) (string, error) {
	w := writer{key: key}
	w.entry(root.Child(key), key, v, 0)
	return w.b.String(), w.err
}

// order returns the keys of a map: those of the form as it has them, then the
// others by name.
func order(f *schema.Field, m map[string]any) []string {
	keys := make([]string, 0, len(m))
	if f != nil && f.Type == schema.List {
		f = f.Item
	}
	if f != nil {
		for _, c := range f.Fields {
			if _, ok := m[c.Key]; ok {
				keys = append(keys, c.Key)
			}
		}
	}
	known := len(keys)
	for k := range m {
		if f.Child(k) == nil {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys[known:])
	return keys
}

// entry writes key and value from the start of a line, indented by some spaces,
// and ends the line.
func (w *writer) entry(f *schema.Field, key string, v any, indent int) {
	w.spaces(indent)
	w.mapEntry(f, key, v, indent)
}

func (w *writer) mapEntry(f *schema.Field, key string, v any, indent int) {
	if key == "" {
		w.fail(refuse(w.key, "有一项没有键名", "there is an entry without a key"))
		return
	}
	w.b.WriteString(w.name(key))
	w.b.WriteByte(':')
	switch v := v.(type) {
	case map[string]any:
		if w.inline(f, v, indent+value.Width(key)+2) {
			return
		}
		w.b.WriteByte('\n')
		for _, k := range order(f, v) {
			w.entry(f.Child(k), k, v[k], indent+2)
		}
	case []any:
		if !holdsMaps(v) && w.inline(f, v, indent+value.Width(key)+2) {
			return
		}
		w.b.WriteByte('\n')
		w.list(f, v, indent+2)
	default:
		w.b.WriteByte(' ')
		w.b.WriteString(w.leaf(v, false, indent))
		w.b.WriteByte('\n')
	}
}

// holdsMaps reports whether a list is one of maps: each takes a line of its own.
func holdsMaps(list []any) bool {
	return slices.ContainsFunc(list, func(e any) bool { _, is := e.(map[string]any); return is })
}

func (w *writer) list(f *schema.Field, list []any, indent int) {
	for _, v := range list {
		w.spaces(indent)
		w.b.WriteByte('-')
		switch v := v.(type) {
		case map[string]any:
			if w.inline(f, v, indent+2) {
				continue
			}
			w.b.WriteByte(' ')
			for i, k := range order(f, v) {
				if i > 0 {
					w.spaces(indent + 2)
				}
				w.mapEntry(f.Child(k), k, v[k], indent+2)
			}
		case []any:
			if w.inline(item(f), v, indent+2) {
				continue
			}
			w.b.WriteByte('\n')
			w.list(item(f), v, indent+2)
		default:
			w.b.WriteByte(' ')
			w.b.WriteString(w.leaf(v, false, indent))
			w.b.WriteByte('\n')
		}
	}
}

func item(f *schema.Field) *schema.Field {
	if f == nil {
		return nil
	}
	return f.Item
}

// inline writes a map or list on the rest of the line and reports true if it is
// of simple values and fits. An empty one always does. Nothing nests inside: two
// closing braces in a row are a template's.
func (w *writer) inline(f *schema.Field, v any, at int) bool {
	var parts []string
	left, right := "{", "}"
	switch v := v.(type) {
	case map[string]any:
		for _, k := range order(f, v) {
			if k == "" || !w.simple(v[k]) {
				return false
			}
			parts = append(parts, w.name(k)+": "+w.leaf(v[k], true, 0))
		}
	case []any:
		left, right = "[", "]"
		for _, e := range v {
			if !w.simple(e) {
				return false
			}
			parts = append(parts, w.leaf(e, true, 0))
		}
	}
	line := left + strings.Join(parts, ", ") + right
	if len(parts) > 0 && at+value.Width(line) > lineWidth {
		return false
	}
	w.b.WriteString(" " + line + "\n")
	return true
}

func (w *writer) simple(v any) bool {
	switch v := v.(type) {
	case map[string]any, []any:
		return false
	case string:
		return !strings.Contains(v, "\n")
	}
	return true
}

func (w *writer) spaces(n int) { w.b.WriteString(strings.Repeat(" ", n)) }

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// leaf renders a value that is no map or list.
func (w *writer) leaf(v any, flow bool, indent int) string {
	switch v := v.(type) {
	case string:
		return w.scalar(v, flow, indent)
	case bool:
		return fmt.Sprint(v)
	case json.Number:
		if !record.IsNumber(string(v)) {
			w.fail(refuse(w.key, fmt.Sprintf("“%s”的数字只能写成 10、-3、0.5 这样，最多 %d 个字符", w.key, record.MaxNumber),
				fmt.Sprintf("%q: write numbers like 10, -3 or 0.5, of at most %d characters", w.key, record.MaxNumber)))
		}
		return string(v)
	}
	w.fail(refuse(w.key, fmt.Sprintf("“%s”的值不是文字、数字、是否、列表或分项", w.key), fmt.Sprintf("%q: a value of type %T has no place in a record", w.key, v)))
	return "''"
}

// name renders a key. One that is a word needs no quotes, whatever readers
// make of it as a value: records know the key "on".
func (w *writer) name(key string) string {
	if word.MatchString(key) {
		return key
	}
	return w.scalar(key, true, 0)
}

var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// scalar renders text so that it is read back as the same text: without quotes
// where that is clear, several lines as a literal block.
func (w *writer) scalar(s string, flow bool, indent int) string {
	if err := checkText(w.key, s); err != nil {
		w.fail(err)
		return "''"
	}
	switch {
	case plain(s, flow):
		return s
	case !flow && literal(s):
		pad := "\n" + strings.Repeat(" ", indent+2)
		head, text := "|", strings.TrimSuffix(s, "\n")
		if text == s {
			head = "|-"
		}
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			if l != "" {
				l = pad + l
			} else {
				l = "\n"
			}
			lines[i] = l
		}
		return head + strings.Join(lines, "")
	case strings.ContainsAny(s, "\n\t"):
		return `"` + escape.Replace(s) + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

// plain reports whether s needs no quotes. It asks more than YAML does, so that
// one need not know YAML to read it.
func plain(s string, flow bool) bool {
	if !record.ReadsAsText(s) || strings.TrimSpace(s) != s || strings.ContainsAny(s, "\n\t\"'\\`") {
		return false
	}
	if strings.ContainsRune("-?:,[]{}#&*!|>%@=<~.", rune(s[0])) || strings.HasSuffix(s, ":") || strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return false
	}
	return !flow || !strings.ContainsAny(s, ",[]{}") && !strings.Contains(s, ":")
}

// literal reports whether s stands as it is in a literal block: several lines,
// nothing invisible at either end of one that decides what is read.
func literal(s string) bool {
	text := strings.TrimSuffix(s, "\n")
	if !strings.Contains(s, "\n") || text == "" || strings.HasSuffix(text, "\n") {
		return false
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.TrimRight(l, " \t") != l || strings.HasPrefix(l, "\t") || i == 0 && (l == "" || l[0] == ' ') {
			return false
		}
		if strings.ContainsRune(l[:len(l)-len(strings.TrimLeft(l, " \t"))], '\t') {
			return false
		}
	}
	return true
}
