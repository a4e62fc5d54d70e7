package gitobj

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestDatesThatNoCalendarHoldsAreZero(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"甲 <a@b> 1790000000 +0800", "2026-09-21T22:13:20+08:00"},
		{"甲 <a@b> 253402214399 +2359", "9999-12-31T23:58:59+23:59"},
		{"甲 <a@b> 253402214400 +0000", "1970-01-01T00:00:00Z"},
		{"甲 <a@b> 99999999999999 +0000", "1970-01-01T00:00:00Z"},
		{"甲 <a@b> 99999999999999999999 +0000", "1970-01-01T00:00:00Z"},
		{"甲 <a@b> -62135596801 +0000", "1970-01-01T00:00:00Z"},
		{"甲 <a@b> 1790000000 +2400", "2026-09-21T14:13:20Z"},
		{"甲 <a@b> 1790000000 -9959", "2026-09-21T14:13:20Z"},
		{"甲 <a@b> 1790000000 east", "2026-09-21T14:13:20Z"},
		{"甲 <a@b>", "1970-01-01T00:00:00Z"},
		{"x <y> nonsense", "1970-01-01T00:00:00Z"},
		{"x", "1970-01-01T00:00:00Z"},
		{"", "1970-01-01T00:00:00Z"},
	} {
		_, when := parseSignature([]byte(c.line))
		if got := when.Format(time.RFC3339); got != c.want {
			t.Errorf("%q: %s, want %s", c.line, got, c.want)
		}
		if _, err := json.Marshal(when); err != nil {
			t.Errorf("%q: %v", c.line, err)
		}
	}
}

func TestCommitsOutOfShapeAreRefused(t *testing.T) {
	const tree, who = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n", "author a <a> 1 +0000\ncommitter a <a> 1 +0000\n\ntext"
	parent := "parent " + plumbing.ZeroHash.String() + "\n"
	for _, c := range []struct{ data, want string }{
		{tree + who, ""}, {tree + strings.Repeat(parent, maxParents) + who, ""},
		{tree + strings.Repeat(parent, maxParents+1) + who, "more than"},
		{"", "no tree"}, {parent + tree + who, "no tree"}, {tree, "no author"},
		{tree + "parent x\n" + who, "malformed parent"},
		{tree + "author a <a> 1 +0000\nauthor b <b> 1 +0000\ncommitter a <a> 1 +0000\n", "no committer"},
	} {
		if _, reason := parseCommit([]byte(c.data)); (reason == "") != (c.want == "") || !strings.Contains(reason, c.want) {
			t.Errorf("%.90q: %q, want %q", c.data, reason, c.want)
		}
	}
}
