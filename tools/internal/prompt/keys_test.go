package prompt

import (
	"strings"
	"testing"

	"charm.land/huh/v2"
)

// The library names its keys in English.
func TestFormsNameTheirKeysInTheLanguageAsked(t *testing.T) {
	zh := New(nil, nil, true, func(zh, _ string) string { return zh })
	en := New(nil, nil, true, func(_, en string) string { return en })
	for name, field := range map[string]func() huh.Field{
		"one of several": func() huh.Field { return huh.NewSelect[string]() },
		"any of several": func() huh.Field { return huh.NewMultiSelect[string]() },
		"a line":         func() huh.Field { return huh.NewInput() },
		"several lines":  func() huh.Field { return huh.NewText().ExternalEditor(false) },
	} {
		for lang, s := range map[string]*Session{"zh": zh, "en": en} {
			f := field()
			huh.NewForm(huh.NewGroup(f)).WithKeyMap(s.keys())
			seen := 0
			for _, k := range f.KeyBinds() {
				if !k.Enabled() {
					continue
				}
				seen++
				latin := strings.ContainsAny(k.Help().Desc, "abcdefghijklmnopqrstuvwxyz")
				if latin != (lang == "en") {
					t.Errorf("%s, %s: the key %s is named %q", name, lang, k.Help().Key, k.Help().Desc)
				}
			}
			if seen == 0 {
				t.Errorf("%s: no key is named", name)
			}
		}
	}
}
