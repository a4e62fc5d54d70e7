package registry

import "testing"

func TestLimitsFillTextsAndAreAskedForByName(t *testing.T) {
	r := &Registry{tables: func() *Tables {
		return &Tables{Limits: []Limit{{ID: "changes", Value: 15, Unit: "%"}, {ID: "supervision", Value: 200, Unit: "万元"}}}
	}}
	if a, b := r.Limit("changes").Number(), r.Limit("supervision").Number(); a != 15 || b != 200_000_000 {
		t.Errorf("15 percent is %d, 200 万元 are %d 分", a, b)
	}
	for text, want := range map[string]string{
		"": "", "一次 10%": "一次 10%",
		`至多{limitText("changes")}`: "至多15%",
		`{limitText("changes")}、{limitText("supervision")}和{limitText("changes")}`: "15%、200 万元和15%",
		`{limitText("none")}`:  "error",
		`{limitText("changes)`: "error",
	} {
		got, err := r.FillLimits(text)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
	for _, call := range []string{"limit", "limitText"} {
		if r.CheckLiteral(call, "changes") != nil || r.CheckLiteral(call, "change") == nil {
			t.Errorf("%s tells known from unknown names wrongly", call)
		}
	}
	if r.CheckLiteral("unitName", "change") != nil {
		t.Error("the argument of another function is judged")
	}
}
