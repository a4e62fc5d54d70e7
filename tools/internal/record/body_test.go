package record

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func parseBody(body string) (*Record, []string) {
	rec, fs := Parse("a.md", []byte("---\na: 1\n---\n"+body))
	var shown []string
	for _, f := range fs {
		shown = append(shown, fmt.Sprintf("%s %d:%d-%d", f.Rule, f.Line, f.Col, f.EndCol))
	}
	return rec, shown
}

func TestBodyFindings(t *testing.T) {
	for _, tt := range []struct {
		body string
		want []string
	}{
		{"", nil},
		{"只有文字，a < b，c > d，1 & 2，“引号”。\n", nil},
		{"`<b>` 与 `[a](http://b)` 是代码\n\n    <p>\n\n```html\n<div>\n```\n", nil},
		{"\\<b>\n", nil},
		{"| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n", nil},
		// Raw HTML.
		{"<div>\nx\n</div>\n", []string{"F-013 4:1-6"}},
		{"正文\n\n  <p>\n", []string{"F-013 6:3-6"}},
		{"正文 <b>x</b>\n", []string{"F-013 4:4-7"}},
		{"正文 <b\ntitle=\"x\">y\n", []string{"F-013 4:4-6"}},
		{"一\n<!--more-->\n二\n", []string{"F-013 5:1-12"}},
		{"<script>alert(1)</script>\n", []string{"F-013 4:1-9"}},
		{"> 引用 <br/>\n", []string{"F-013 4:6-11"}},
		{"- 列表\n\n  <hr>\n", []string{"F-013 6:3-7"}},
		{"| 甲 <br> |\n|---|\n", []string{"F-013 4:5-9"}},
		{"<?php ?>\n", []string{"F-013 4:1-9"}},
		{"一 <b>\n二 <i>\n", []string{"F-013 4:3-6", "F-013 5:3-6"}},
		// Template delimiters.
		{"正文 {{< figure >}}\n", []string{"F-014 4:4-6"}},
		{"```\n{{% x %}}\n```\n", []string{"F-014 5:1-3"}},
		{"一 }}\n二 {{\n", []string{"F-014 4:3-5", "F-014 5:3-5"}},
		{"{ { } }\n", nil},
		{"{{ <b>\n", []string{"F-014 4:1-3"}},
		// Links.
		{"[甲](https://www.huaian.gov.cn/x?y=1#z) [乙](files/a.pdf) [丙](./b.md) [丁](#x) [戊](c/d.md#e)\n", nil},
		{"<https://a.cn/x>\n", nil},
		{"[甲](http://a.cn)\n", []string{"F-015 4:5-16"}},
		{"[甲](javascript:alert(1))\n", []string{"F-015 4:5-24"}},
		{"[甲](java&#115;cript:x)\n", []string{"F-015 4:5-22"}},
		{"[甲](JAVASCRIPT&colon;x)\n", []string{"F-015 4:5-23"}},
		{"![图](data:image/png;base64,AA)\n", []string{"F-015 4:6-30"}},
		{"[甲](//a.cn/x)\n", []string{"F-015 4:5-13"}},
		{"[甲](\\//a.cn/x)\n", []string{"F-015 4:5-14"}},
		{"[甲](../../x.md)\n", []string{"F-015 4:5-15"}},
		{"[甲](a/../b.md)\n", []string{"F-015 4:5-14"}},
		{"[甲](/x)\n", []string{"F-015 4:5-7"}},
		{"[甲]()\n", []string{"F-015 4:5-5"}},
		{"[甲](%2e%2e/x)\n", []string{"F-015 4:5-13"}},
		{"[甲](a.md?x)\n", []string{"F-015 4:5-11"}},
		{"[甲](<a b.md>)\n", []string{"F-015 4:6-12"}},
		{"[甲](a\\\\b)\n", []string{"F-015 4:5-9"}},
		{"[甲](https://a)\n", []string{"F-015 4:5-14"}},
		{"[甲](https:a.cn)\n", []string{"F-015 4:5-15"}},
		{"[甲](https://u@a.cn/)\n", []string{"F-015 4:5-20"}},
		{"[甲](mailto:a@b.cn)\n", []string{"F-015 4:5-18"}},
		{"<a@b.cn>\n", []string{"F-015 4:1-9"}},
		{"正文 <ftp://a.cn>\n", []string{"F-015 4:4-16"}},
		{"见[甲][1]。\n\n[1]: http://a.cn\n", []string{"F-015 4:2-5"}},
		{"见[甲]。\n\n[甲]: javascript:x\n", []string{"F-015 4:2-5"}},
		{"[![图](a.png)](http://b.cn)\n", []string{"F-015 4:15-26"}},
		{"> [甲\n> 乙](http://a.cn)\n", []string{"F-015 5:6-17"}},
		{"- 一 [甲](http://a.cn)\n- 二 [乙](http://b.cn)\n", []string{"F-015 4:9-20", "F-015 5:9-20"}},
		{"# [甲](http://a.cn)\n", []string{"F-015 4:7-18"}},
		{"| [甲](http://a.cn) |\n|---|\n", []string{"F-015 4:7-18"}},
		{"**[甲](http://a.cn)**\n", []string{"F-015 4:7-18"}},
	} {
		rec, got := parseBody(tt.body)
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q:\n got %q\nwant %q", tt.body, got, tt.want)
		}
		if rec == nil {
			t.Errorf("%q: the record is not usable", tt.body)
		}
	}
}

func TestHeadingsAndLinksAreCollected(t *testing.T) {
	rec, got := parseBody("# 一 *重* `码` \\*\n\n正文\n\n建设内容\n---\n\n见 [附件](files/a.pdf \"名\")、![图](b.png)、<https://a.cn/x>、[引][r]。\n\n> ### 三 ###\n\n[r]: https://b.cn/?a=1&amp;b=2\n")
	if got != nil {
		t.Fatal(got)
	}
	headings := []Heading{{1, "一 重 码 *", 4, 1}, {2, "建设内容", 8, 1}, {3, "三", 13, 3}}
	if !reflect.DeepEqual(rec.Headings, headings) {
		t.Errorf("%+v", rec.Headings)
	}
	links := []Link{
		{"files/a.pdf", false, 11, 8, 19},
		{"b.png", true, 11, 30, 35},
		{"https://a.cn/x", false, 11, 37, 53},
		{"https://b.cn/?a=1&b=2", false, 11, 54, 57},
	}
	if !reflect.DeepEqual(rec.Links, links) {
		t.Errorf("%+v", rec.Links)
	}
}

func TestShortCutForPlainBodiesMissesNothing(t *testing.T) {
	for _, body := range []string{"一\n===\n", "一\n---\n", "一\n  ---\n", "> 一\n> ---\n", "# 一\n", "- 一\n  ---\n", "一\n-\n", "1. 一\n   ==\n", "* > 一\n  > -\n"} {
		if rec, _ := parseBody(body); len(rec.Headings) != 1 {
			t.Errorf("%q: %d headings", body, len(rec.Headings))
		}
	}
}

func TestBodiesMayBeReadAtTheSameTime(t *testing.T) {
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			name := fmt.Sprintf("f%d.md", i)
			body := strings.Repeat(fmt.Sprintf("# h%d\n\n[a](%s) *b*\n\n", i, name), 50)
			rec, fs := parseBody(body)
			if len(fs) != 0 || len(rec.Headings) != 50 || len(rec.Links) != 50 || rec.Links[49].Target != name {
				t.Errorf("%d: %v %+v", i, fs, rec.Links)
			}
		})
	}
	group.Wait()
}
