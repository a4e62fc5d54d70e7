package publish

import (
	"encoding/json"
	"strings"
	"testing"

	"taizhang/tools/internal/due"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/synth"
)

// TestAQueueListsWhatWaitsLongestFirst keeps what waits apart from what only has
// a date, and its figures in step with the rows.
func TestAQueueListsWhatWaitsLongestFirst(t *testing.T) {
	q := inTurn([]due.Item{
		{Project: "firm", Section: due.Overdue, Due: "2026-01-01", DaysLeft: -300, Firm: true},
		{Project: "short", Section: due.Overdue, Waits: true, Since: "2026-10-01", Waited: 50, Due: "2026-11-01", DaysLeft: -19},
		{Project: "loose", Section: due.Soon, Due: "2026-11-10", DaysLeft: -10},
		{Project: "today", Section: due.Soon, Due: "2026-11-20"},
		{Project: "far", Section: due.Waiting, Waits: true, Since: "2026-11-10", Waited: 10, Due: "2027-06-01", DaysLeft: 190},
		{Project: "long", Section: due.Waiting, Waits: true, Since: "2025-11-20", Waited: 365},
	})
	var order []string
	for _, x := range append(q.waits, q.dates...) {
		order = append(order, x.Project)
	}
	if got := strings.Join(order, " "); got != "long short far firm loose today" {
		t.Error(got)
	}
	if oldest, near, late := q.tally(); oldest != 365 || near != 1 || late != 3 {
		t.Errorf("oldest %d, near %d, late %d", oldest, near, late)
	}
	if f := (&queue{}).figures(); len(f) != 3 || f[0].Value != "0" {
		t.Errorf("an empty queue has the figures %v", f)
	}
}

func TestArrearsLeaveRoomForWhatCanStillBeMet(t *testing.T) {
	for _, tt := range []struct{ past, ahead, wantPast, wantAhead int }{{9, 9, 4, 4}, {2, 9, 2, 6}, {9, 1, 7, 1}, {9, 0, 8, 0}, {3, 5, 3, 5}, {0, 20, 0, 8}} {
		var items []due.Item
		for range tt.past {
			items = append(items, due.Item{DaysLeft: -1})
		}
		for range tt.ahead {
			items = append(items, due.Item{})
		}
		past := 0
		got := pressing(items, 8)
		for _, x := range got {
			if x.DaysLeft < 0 {
				past++
			}
		}
		if past != tt.wantPast || len(got)-past != tt.wantAhead {
			t.Errorf("of %d and %d: %d and %d", tt.past, tt.ahead, past, len(got)-past)
		}
	}
}

// TestLongQueuesOfUnitsHavePagesOfTheirOwn follows the links to whole queues.
func TestLongQueuesOfUnitsHavePagesOfTheirOwn(t *testing.T) {
	files := registrytest.Tree{}
	for p, text := range registrytest.Live(t) {
		if strings.HasPrefix(p, "schemas/") && !strings.HasPrefix(p, "schemas/examples/") {
			files[p] = text
		}
	}
	if err := synth.Generate(1, 100, func(path string, data []byte) error { files[path] = string(data); return nil }); err != nil {
		t.Fatal(err)
	}
	b := project(t, files, Meta{Date: "2026-11-22"}, 2)
	view := func(name string, into any) {
		t.Helper()
		if err := json.Unmarshal([]byte(b.files["content/"+name+".md"]), &struct{ Params struct{ V any } }{struct{ V any }{into}}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	long := 0
	for name := range b.files {
		code, ok := strings.CutPrefix(strings.TrimSuffix(name, ".md"), "content/units/")
		if !ok || strings.Contains(code, "-") || strings.Contains(code, "/") {
			continue
		}
		var u unitView
		view("units/"+code, &u)
		if len(u.Waits) > mostWaiting || len(u.Dates) > mostWaiting {
			t.Errorf("%s lists %d and %d", code, len(u.Waits), len(u.Dates))
		}
		if u.All == "" {
			continue
		}
		long++
		var q queueView
		view(strings.TrimSuffix(strings.TrimPrefix(contentFile(u.All), "content/"), ".md"), &q)
		if n := count(len(q.Waits) + len(q.Dates)); q.Total != u.More || n != u.More || q.Unit == nil || q.Unit.URL != unitURL(code) {
			t.Errorf("%s: %s of %s in all, %s listed", code, q.Total, u.More, n)
		}
	}
	if long == 0 {
		t.Error("no unit has a long queue")
	}
}
