package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Set enters what a person typed for one field: path is dotted, with the number
// of an item in a list, counted from 1, or + for one more (attestation.unit,
// payments.2.amount, payments.+). A list or group may be typed as YAML in
// brackets, a list of words with commas between. Empty text deletes. An error is
// an [*Error].
func Set(form *schema.Form, values map[string]any, path, text string) error {
	key, rest, deep := strings.Cut(path, ".")
	v, err := set(form.Root, values[key], key, key, rest, deep, text)
	if err != nil {
		return err
	}
	if v == nil {
		delete(values, key)
	} else {
		values[key] = v
	}
	return nil
}

// set returns the value of the child called key with the rest of the path set.
func set(parent *schema.Field, have any, whole, key, rest string, deep bool, text string) (any, error) {
	f := parent.Child(key)
	if f == nil {
		var keys []string
		for _, c := range parent.Fields {
			keys = append(keys, c.Key)
		}
		near := value.Nearest(key, keys)
		if near != "" {
			return nil, refuse(whole, fmt.Sprintf("表单里没有“%s”，是不是 %s？", key, near), fmt.Sprintf("the form has no %q; did you mean %s?", key, near))
		}
		return nil, refuse(whole, fmt.Sprintf("表单里没有“%s”", key), fmt.Sprintf("the form has no %q", key))
	}
	return setIn(f, have, whole, rest, deep, text)
}

// setIn sets what stands below the field f, whose value is have.
func setIn(f *schema.Field, have any, whole, rest string, deep bool, text string) (any, error) {
	if !deep {
		return typed(f, whole, text)
	}
	key, rest, deep := strings.Cut(rest, ".")
	switch f.Type {
	case schema.Object:
		old, _ := have.(map[string]any)
		v, err := set(f, old[key], whole, key, rest, deep, text)
		if err != nil {
			return nil, err
		}
		out := map[string]any{}
		for k, e := range old {
			out[k] = e
		}
		if out[key] = v; v == nil {
			delete(out, key)
		}
		if len(out) == 0 {
			return nil, nil
		}
		return out, nil
	case schema.List:
		list, _ := have.([]any)
		n, err := strconv.Atoi(key)
		if key == "+" {
			n, err = len(list)+1, nil
		}
		if err != nil || n < 1 || n > len(list)+1 {
			return nil, refuse(whole, fmt.Sprintf("“%s”是列表，现有 %d 项：写第几项，或用 + 加一项", f.Label.Zh, len(list)), fmt.Sprintf("%q is a list of %d: give the number of an item, or + for one more", f.Label.En, len(list)))
		}
		list = slices.Clone(list)
		if n > len(list) {
			list = append(list, nil)
		}
		if list[n-1], err = setIn(f.Item, list[n-1], whole, rest, deep, text); err != nil {
			return nil, err
		}
		if list = slices.DeleteFunc(list, func(e any) bool { return e == nil }); len(list) == 0 {
			return nil, nil
		}
		return list, nil
	}
	return nil, refuse(whole, fmt.Sprintf("“%s”下面没有分项", f.Label.Zh), fmt.Sprintf("there is nothing below %q", f.Label.En))
}

// typed reads what was typed for a whole field.
func typed(f *schema.Field, whole, text string) (any, error) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return nil, nil
	}
	if f.Type != schema.List && f.Type != schema.Object {
		return FromText(f, text), nil
	}
	if trimmed[0] == '[' || trimmed[0] == '{' {
		root, findings := record.ParseYAML("", []byte(trimmed))
		if root == nil {
			why := refuse(whole, "读不出来", "cannot be read")
			if len(findings) > 0 {
				why.Text = findings[0].Message
			}
			return nil, why
		}
		v := filled(root.Plain())
		if one, is := v.(map[string]any); is && f.Type == schema.List {
			return []any{one}, nil
		}
		return v, nil
	}
	if f.Type == schema.List && f.Item != nil && f.Item.Type != schema.Object && f.Item.Type != schema.List {
		var list []any
		for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(",，、;；\n", c) }) {
			if v := FromText(f.Item, word); v != nil {
				list = append(list, v)
			}
		}
		return list, nil
	}
	return nil, refuse(whole, fmt.Sprintf("“%s”有分项：逐项写（%s.分项=值），或写成 [{键: 值}]", f.Label.Zh, whole), fmt.Sprintf("%q has parts: write them one by one (%s.part=value), or as [{key: value}]", f.Label.En, whole))
}
