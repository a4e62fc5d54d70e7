package record

import "testing"

func TestAPlaceIsNamedByThePointerOfItsField(t *testing.T) {
	rec, _ := Parse("x.md", []byte(`---
title: 名称
basis:
  - kind: 其他
    text: |-
      一
      二
  - {kind: 其他, "a/b~c": 1}
last: [1, 2]
---
正文
`))
	if rec == nil {
		t.Fatal("not read")
	}
	for _, c := range []struct {
		line, col int
		around    bool
		want      string
	}{
		{2, 1, false, "/title"}, {2, 8, false, "/title"}, {2, 1, true, ""},
		{3, 1, false, "/basis"}, {4, 5, false, "/basis/0/kind"}, {4, 5, true, "/basis/0"}, {5, 11, false, "/basis/0/text"}, {6, 7, false, "/basis/0/text"},
		{8, 5, true, "/basis/1"}, {8, 6, false, "/basis/1/kind"}, {8, 16, false, "/basis/1/a~1b~0c"}, {9, 11, false, "/last/1"}, {1, 1, false, ""},
	} {
		if got := rec.Root.PointerAt(c.line, c.col, c.around); got != c.want {
			t.Errorf("%d:%d around %v is %q, want %q", c.line, c.col, c.around, got, c.want)
		}
	}
}
