package worksheet

import (
	"regexp"
	"strings"

	"taizhang/tools/internal/value"
)

// Person is the contact person of a row: for sealing, never for showing.
type Person struct{ Name, Dept, Post, Mobile string }

var mobile = regexp.MustCompile(`1[3-9][0-9]{9}`)

// add takes a cell of a column that names persons: a name, a mobile, a
// department or post, or a name with its mobile.
func (p *Person) add(label, text string) {
	key := labelKey(label)
	digits := strings.NewReplacer(" ", "", "-", "").Replace(value.FoldWidth(text))
	if m := mobile.FindString(digits); m != "" && p.Mobile == "" {
		p.Mobile = m
	}
	words := strings.Trim(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '-' || r == ' ' || r == '\n' {
			return -1
		}
		return r
	}, value.FoldWidth(text)), " ,:;()/、：（）")
	switch {
	case words == "" || blank(words):
	case strings.Contains(key, "部门") || strings.Contains(key, "科室") || strings.Contains(key, "职务"):
		dept, post, two := strings.Cut(words, "/")
		switch {
		case two:
			p.Dept, p.Post = strings.TrimSpace(dept), strings.TrimSpace(post)
		case strings.Contains(key, "职务"):
			p.Post = words
		default:
			p.Dept = words
		}
	case (strings.Contains(key, "联系人") || strings.Contains(key, "联络人") || strings.Contains(key, "姓名")) && p.Name == "":
		p.Name = words
	}
}
