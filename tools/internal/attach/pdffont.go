package attach

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// font turns the codes of shown text into characters (9.10).
type font struct {
	toUnicode map[string]string // by code, one or two bytes
	wide      bool              // codes are two bytes where toUnicode knows no better
	chars     map[byte]string   // of a font with codes of one byte
	charset   string            // of a wide font: "utf16", "gbk", "" for unknown
	blind     bool              // codes that toUnicode does not know mean nothing
}

// font reads a font once.
func (f *pdfFile) font(v any) *font {
	o := f.object(v)
	if o == nil {
		return nil
	}
	if known := f.fonts[o]; known != nil {
		return known
	}
	d := o.dict()
	out := &font{wide: d["Subtype"] == name("Type0")}
	f.fonts[o] = out
	if table := f.object(d["ToUnicode"]); table != nil && table.stream != nil {
		if data, ok := f.decode(table); ok {
			out.toUnicode = f.cmap(data)
		}
	}
	encoding := f.get(d["Encoding"])
	if out.wide {
		switch e, _ := encoding.(name); {
		case strings.HasPrefix(string(e), "UniGB-UTF16"), strings.HasPrefix(string(e), "UniGB-UCS2"):
			out.charset = "utf16"
		case strings.HasPrefix(string(e), "GBK"), strings.HasPrefix(string(e), "GB-EUC"):
			out.charset = "gbk"
		default:
			out.blind = true
		}
		return out
	}
	base, _ := f.get(d["BaseFont"]).(name)
	subset := len(base) > 7 && base[6] == '+'
	out.blind = encoding == nil && subset && d["Subtype"] == name("TrueType")
	if e, ok := encoding.(dict); ok {
		out.chars = map[byte]string{}
		list, _ := f.get(e["Differences"]).([]any)
		code := 0
		for _, it := range list {
			switch it := it.(type) {
			case float64:
				code = int(it)
			case name:
				out.chars[byte(code)] = glyph(string(it))
				code++
			}
		}
	}
	return out
}

// decode returns the characters of shown text, and how many codes no table
// explains.
func (f *font) decode(code text) (s string, unknown int) {
	if f == nil {
		return string(utf8Of(code)), 0
	}
	if f.wide && f.toUnicode == nil {
		switch f.charset {
		case "utf16":
			return utf16Text(code, false), 0
		case "gbk":
			return gbText(code), 0
		}
	}
	var b strings.Builder
	for i := 0; i < len(code); {
		n := 1
		if f.wide && i+1 < len(code) {
			n = 2
		}
		if f.toUnicode != nil {
			found := false
			for _, try := range []int{n, 3 - n} {
				if i+try > len(code) {
					continue
				}
				if c, ok := f.toUnicode[string(code[i:i+try])]; ok {
					b.WriteString(c)
					i, found = i+try, true
					break
				}
			}
			if found {
				continue
			}
		}
		c, known := f.chars[code[i]]
		switch {
		case known && c != "":
			b.WriteString(c)
		case known || f.blind:
			b.WriteRune(utf8.RuneError)
			unknown++
		default:
			b.WriteRune(rune(code[i]))
		}
		i += n
	}
	return b.String(), unknown
}

// cmap reads the tables beginbfchar and beginbfrange.
func (f *pdfFile) cmap(data []byte) map[string]string {
	out := map[string]string{}
	l := &lexer{data: data, in: f.in}
	var args []any
	for {
		v, ok := l.next()
		if !ok {
			return out
		}
		op, isOperator := v.(operator)
		if !isOperator {
			args = append(args, v)
			continue
		}
		switch op {
		case "endbfchar":
			for i := 0; i+1 < len(args); i += 2 {
				from, ok1 := args[i].(text)
				to, ok2 := args[i+1].(text)
				if ok1 && ok2 {
					out[string(from)] = utf16Text(to, false)
				}
			}
		case "endbfrange":
			for i := 0; i+2 < len(args); i += 3 {
				f.bfrange(out, args[i], args[i+1], args[i+2])
			}
		}
		args = args[:0]
	}
}

func (f *pdfFile) bfrange(out map[string]string, from, upto, to any) {
	low, ok1 := from.(text)
	high, ok2 := upto.(text)
	if !ok1 || !ok2 || len(low) != len(high) || len(low) == 0 || len(low) > 2 {
		return
	}
	first, last := code(low), code(high)
	if last < first || !f.in.spend(last-first+1) {
		return
	}
	list, _ := to.([]any)
	start, _ := to.(text)
	base := []rune(utf16Text(start, false))
	for c := first; c <= last; c++ {
		key := string([]byte{byte(c >> 8), byte(c)}[2-len(low):])
		switch {
		case c-first < len(list):
			if t, ok := list[c-first].(text); ok {
				out[key] = utf16Text(t, false)
			}
		case len(base) > 0:
			out[key] = string(base[:len(base)-1]) + string(base[len(base)-1]+rune(c-first))
		}
	}
}

func code(t text) int {
	n := 0
	for _, b := range t {
		n = n<<8 | int(b)
	}
	return n
}

// glyph returns the character of a glyph name, "" when the name tells nothing.
// Of the names of the Adobe list those matter of which numbers and addresses
// are made.
func glyph(s string) string {
	if len(s) == 1 {
		return s
	}
	if c, ok := glyphs[s]; ok {
		return c
	}
	for _, prefix := range []string{"uni", "u"} {
		if h, ok := strings.CutPrefix(s, prefix); ok && len(h) >= 4 && len(h) <= 6 {
			if n, err := strconv.ParseUint(h, 16, 21); err == nil {
				return string(rune(n))
			}
		}
	}
	return ""
}

var glyphs = map[string]string{"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
	"seven": "7", "eight": "8", "nine": "9", "space": " ", "period": ".", "comma": ",", "hyphen": "-", "minus": "-", "endash": "-",
	"emdash": "-", "underscore": "_", "at": "@", "colon": ":", "semicolon": ";", "parenleft": "(", "parenright": ")", "slash": "/",
	"plus": "+", "fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", ".notdef": " ", "quotesingle": "'", "quoteright": "'",
	"quoteleft": "'", "quotedblleft": "\"", "quotedblright": "\"", "bullet": "•", "ampersand": "&", "percent": "%", "numbersign": "#",
	"equal": "=", "bracketleft": "[", "bracketright": "]", "question": "?", "exclam": "!", "asterisk": "*", "nbspace": " "}
