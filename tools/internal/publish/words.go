package publish

import (
	"cmp"
	"slices"
	"strings"

	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// word is a word of a fixed choice, or a figure with its unit, in both
// languages. Names, titles and what people wrote stay as they are: no English.
type word struct {
	Zh string `json:"zh"`
	En string `json:"en,omitempty"`
}

// notPublic stands for a value that awaits the disclosure review.
var notPublic = word{"不公开", "withheld"}

// measures are the units behind figures; what counts things needs no word in
// English.
var measures = map[string]string{"个": "", "项": "", "份": "", "条": "", "家": "", "人": "persons", "天": "days",
	"分": "points", "毫米": "mm", "%": "%", "万元": "× 10,000 yuan"}

// wordOf puts a value of a field with a fixed choice into words, as the schema
// has them.
func wordOf(f *schema.Field, text string) word {
	if i := slices.Index(f.Enum, text); i >= 0 {
		text = f.Enum[i] // not a part of the record, which need not be kept
	}
	return word{cmp.Or(f.EnumZh[text], text), f.EnumEn[text]}
}

// word returns the words of a scalar below s, none when it is absent.
func (s *shown) word(keys ...string) word {
	if s = s.get(keys...); s == nil {
		return word{}
	}
	return wordOf(s.field, s.text)
}

// joined writes several words as one text. It has an English form only when all
// of them do.
func joined(words []word, zh, en string) word {
	var out [2][]string
	for _, w := range words {
		if w.Zh == "" {
			continue
		}
		out[0] = append(out[0], w.Zh)
		if w.En != "" {
			out[1] = append(out[1], w.En)
		}
	}
	w := word{Zh: strings.Join(out[0], zh)}
	if len(out[1]) == len(out[0]) {
		w.En = strings.Join(out[1], en)
	}
	return w
}

// english writes a value for readers of English, "" when it is a name, a number
// or what somebody wrote.
func english(f *schema.Field, text string) string {
	switch f.Type {
	case schema.Bool:
		if text == "true" {
			return "Yes"
		}
		return "No"
	case schema.Date:
		if value.DateZh(text) != text {
			return text
		}
		return ""
	}
	return f.EnumEn[text]
}
