package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// object is a JSON object that remembers the order of its keys: the order of
// properties in a schema is the order of the printed form.
type object struct {
	keys []string
	vals map[string]any
}

func (o *object) get(key string) any {
	if o == nil {
		return nil
	}
	return o.vals[key]
}

func (o *object) obj(key string) *object { v, _ := o.get(key).(*object); return v }
func (o *object) str(key string) string  { v, _ := o.get(key).(string); return v }
func (o *object) strs(key string) []string {
	list, _ := o.get(key).([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// decodeOrdered reads one JSON document; objects become *object, arrays []any.
func decodeOrdered(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := decodeValue(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the document at byte %d", dec.InputOffset())
	}
	return v, nil
}

func decodeValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		o := &object{vals: map[string]any{}}
		for dec.More() {
			k, err := dec.Token()
			if err != nil {
				return nil, err
			}
			key := k.(string)
			if _, dup := o.vals[key]; dup {
				return nil, fmt.Errorf("duplicate key %q at byte %d", key, dec.InputOffset())
			}
			v, err := decodeValue(dec)
			if err != nil {
				return nil, err
			}
			o.keys, o.vals[key] = append(o.keys, key), v
		}
		_, err = dec.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := decodeValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	}
	return tok, nil
}

// pointer walks a decoded document along unescaped JSON pointer segments.
func pointer(v any, segments []string) any {
	for _, s := range segments {
		switch t := v.(type) {
		case *object:
			v = t.get(s)
		case []any:
			i := 0
			if _, err := fmt.Sscanf(s, "%d", &i); err != nil || i < 0 || i >= len(t) {
				return nil
			}
			v = t[i]
		default:
			return nil
		}
	}
	return v
}
