package site

import (
	"strings"
	"testing"
)

func TestForbiddenValuesAreFoundInEveryForm(t *testing.T) {
	f := newForbidden([][]byte{[]byte(""), []byte(`第 3 类 "内部" & <密>`), []byte("张三")})
	for text, want := range map[string]bool{
		"":                   false,
		"第 3 类":              false,
		"张 三":                false,
		"由张三办理":              true,
		`x第 3 类 "内部" & <密>x`: true,
		"第 3 类 &#34;内部&#34; &amp; &lt;密&gt;": true,
		`第 3 类 \"内部\" \u0026 \u003c密\u003e`:  true,
		"q=%E5%BC%A0%E4%B8%89":               true,
	} {
		if got := f.Any([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
		if got, err := f.inStream(strings.NewReader(text)); got != want || err != nil {
			t.Errorf("stream of %q: %v %v", text, got, err)
		}
	}
}
