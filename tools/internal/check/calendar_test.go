package check_test

import (
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
)

// TestWorkingDaysFollowTheHolidayNotices counts by hand around the days on which
// the notices differ from plain weeks.
func TestWorkingDaysFollowTheHolidayNotices(t *testing.T) {
	registrytest.NeedSample(t)
	j := judge(t)
	workdays := j.Registry.PlanEnv(j.Registry.Plans()[0])["workdays"].(func(string, string) int)
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2025-01-24", "2025-01-26", 1},  // the Sunday before the Spring Festival is worked
		{"2025-01-27", "2025-02-04", 0},  // the festival
		{"2025-01-24", "2025-02-08", 6},  // 26, 27 January, 5 to 8 February
		{"2024-09-30", "2024-10-07", 0},  // National Day
		{"2024-10-07", "2024-10-12", 5},  // the Saturday after it is worked
		{"2026-05-08", "2026-05-09", 1},  // so is the one after Labour Day
		{"2026-09-24", "2026-10-08", 4},  // 28 to 30 September, 8 October
		{"2026-02-13", "2026-03-02", 7},  // 14, 24 to 28 February, 2 March
		{"2023-10-02", "2023-10-06", 4},  // a year without a notice: plain weekdays
		{"2025-12-31", "2026-01-04", 1},  // across two notices: only 4 January
		{"2025-03-03", "2025-03-03", 0},  // the day itself does not count
		{"2025-03-04", "2025-03-03", -1}, // backwards
	} {
		if got := workdays(c.from, c.to); got != c.want {
			t.Errorf("from %s to %s: %d working days, want %d", c.from, c.to, got, c.want)
		}
	}
}

// TestHolidaysAreWhole asks of each year that its days lie in it, that days made
// up for fall on a weekend, and that as many are made up as were moved.
func TestHolidaysAreWhole(t *testing.T) {
	files, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	data, err := files.Read(registry.HolidaysFile, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	doc, fs := record.ParseYAML(registry.HolidaysFile, data)
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	// Days off by the law itself, weekends among them made good by the notice:
	// 11 until 2024, 13 since 2025.
	for _, y := range doc.Get("years").Items {
		year := y.Get("year").Text
		weekdays := 0
		for _, key := range []string{"holidays", "workdays"} {
			for _, d := range y.Get(key).Items {
				on, err := time.Parse(time.DateOnly, d.Text)
				if err != nil || !strings.HasPrefix(d.Text, year+"-") {
					t.Errorf("%s: %s", year, d.Text)
				}
				weekend := on.Weekday() == time.Saturday || on.Weekday() == time.Sunday
				if key == "workdays" && !weekend {
					t.Errorf("%s is a weekday anyway", d.Text)
				}
				if key == "holidays" && !weekend {
					weekdays++
				}
			}
		}
		law := 13
		if year == "2024" {
			law = 11
		}
		if free := weekdays - len(y.Get("workdays").Items); free != law {
			t.Errorf("%s: %d weekdays off beyond those made up, the law gives %d", year, free, law)
		}
	}
}
