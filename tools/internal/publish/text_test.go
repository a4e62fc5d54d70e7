package publish

import (
	"fmt"
	"strings"
	"testing"

	"taizhang/tools/internal/rule"
)

func TestAmountsAreWrittenExactly(t *testing.T) {
	const wan = 1_000_000
	for _, tt := range []struct{ got, want string }{
		{wan2(386 * wan), "386.00"},
		{wan2(1_280_500_000), "1,280.50"},
		{wan2(1), "0.000001"},
		{wan2(-3_200_000), "-3.20"},
		{yi(9_999 * wan), ""},
		{yi(10_000 * wan), "1.00 亿元"},
		{yi(10_268 * wan), "1.03 亿元"},
		{yi(-15_000 * wan), "-1.50 亿元"},
		{yi(10_000_000 * wan), "1,000.00 亿元"},
		{percent(32, 1000), "3.2%"},
		{percent(-27, 1000), "-2.7%"},
		{percent(1, 3), "33.3%"},
		{percent(1, 2000), "0.1%"},
		{percent(10_000_000*wan, wan), "1,000,000,000.0%"},
		{count(1024), "1,024"},
		{months("2026-03-01", "2026-12-31").Zh, "2026年3月 至 2026年12月"},
		{months("2026-03-01", "2026-12-31").En, "2026-03 to 2026-12"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestClausesHaveAPlaceInTheListOfRules(t *testing.T) {
	c := clausesOf([]*rule.Rule{{Clause: "三（四）第1段"}, {Clause: "二"}, {Clause: "一"}, {Clause: "附2"}})
	for clause, want := range map[string]string{
		"三（五）": "", "三（四）第1段第2句": "/rules/#clause-3-4", "二": "/rules/#clause-2", "一第1段第1句": "/rules/#clause-1",
		"附2①": "/rules/#annex-2", "": "", "国办发": "",
	} {
		if got := c.url(clause); got != want {
			t.Errorf("%q: %q, want %q", clause, got, want)
		}
	}
}

func TestListsAreSplitByFifty(t *testing.T) {
	for _, tt := range []struct{ rows, pages int }{{0, 1}, {50, 1}, {51, 2}, {150, 3}} {
		seen, pages := 0, 0
		err := paged("/projects/", make([]*row, tt.rows), func(url string, part []*row, v pager) error {
			pages++
			seen += len(part)
			if v.Page != pages || v.Pages != tt.pages || (v.Next == "") != (pages == tt.pages) || (v.Prev == "") != (pages == 1) {
				t.Errorf("%d rows, %s: %+v", tt.rows, url, v)
			}
			return nil
		})
		if err != nil || pages != tt.pages || seen != tt.rows {
			t.Errorf("%d rows: %d pages with %d rows, %v", tt.rows, pages, seen, err)
		}
	}
}

func TestHiddenValuesAreCutAtLines(t *testing.T) {
	var c collected
	c.hide("短\n这一行最长应当被用来查找\n较短的一行", minText)
	c.hide("太短", minText)
	c.hide("李四", minName)
	c.hide(strings.Repeat("长", 100), minText)
	want := []string{"这一行最长应当被用来查找", "李四", strings.Repeat("长", maxProbe)}
	if fmt.Sprint(c.hidden) != fmt.Sprint(want) {
		t.Errorf("got %v", c.hidden)
	}
}
