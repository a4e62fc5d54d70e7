package compose

import (
	"encoding/json"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// FromText returns what a person typed as a value of a field's type, or nil when
// nothing was typed: amounts in 万元 unless they name another unit, days in any
// spelling that leaves no doubt. What does not fit the type stays text: the judge says what
// is wrong with it.
func FromText(f *schema.Field, text string) any {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return nil
	}
	if f == nil {
		return text
	}
	switch f.Type {
	case schema.Int, schema.Number, schema.Amount:
		if record.IsNumber(trimmed) {
			return json.Number(trimmed)
		}
		if fen, doubt, err := value.ReadAmount(trimmed, value.FenPerWan); f.Type == schema.Amount && err == nil && doubt == (finding.Text{}) {
			return json.Number(value.WanLiteral(fen))
		}
	case schema.Date:
		if day, doubt, err := value.ReadDate(trimmed, 0); err == nil && doubt == (finding.Text{}) {
			return day
		}
		return trimmed
	case schema.Bool:
		switch strings.ToLower(trimmed) {
		case "true", "yes", "y", "是":
			return true
		case "false", "no", "n", "否":
			return false
		}
	case schema.Text:
		if !strings.Contains(trimmed, "\n") {
			return trimmed
		}
	}
	return text
}

// ToText returns a simple value as a person would type it, and false for lists
// and maps.
func ToText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return string(v), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}
