package registry

import "testing"

func TestSameBrandFoldsSpellingAndKnowsAliases(t *testing.T) {
	r := &Registry{tables: func() *Tables {
		return &Tables{brands: map[string]string{"新华三": "新华三", "h3c": "新华三"}}
	}}
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"示例甲", "示例甲", true},
		{" 示例甲　", "示例甲", true},
		{"Sample  A", "sample a", true},
		{"ＳＡＭＰＬＥ A", "Sample A", true},
		{"H3C", "新华三", true},
		{"ｈ３ｃ", " 新华三", true},
		{"示例甲", "示例乙", false},
		{"示例甲", "示例甲乙", false},
		{"H3C", "示例甲", false},
		{"示例甲", "", false},
	} {
		if got := r.sameBrand(c.a, c.b); got != c.same {
			t.Errorf("sameBrand(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
