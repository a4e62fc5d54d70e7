package publish

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/value"
)

const wan = value.FenPerWan

func sumsOf(pairs ...int64) amounts {
	var a amounts
	for i := 0; i < len(pairs); i += 2 {
		a.set(sum(pairs[i]), pairs[i+1]*wan)
	}
	return a
}

func TestDeviationsCompareWithTheNearestEarlierAmount(t *testing.T) {
	full := []int64{int64(estimated), 1260, int64(inPlan), 1200, int64(approved), 1000, int64(contracted), 950, int64(changed), 30, int64(revised), 980, int64(spent), 490, int64(settled), 985}
	for _, tt := range []struct {
		name string
		of   amounts
		key  sum
		want []string
	}{
		{"plan on estimate", sumsOf(full...), inPlan, []string{"较匡算-4.8%"}},
		{"approval on plan", sumsOf(full...), approved, []string{"较计划-16.7%"}},
		{"approval without a plan", sumsOf(int64(estimated), 100, int64(approved), 110), approved, []string{"较匡算+10.0%"}},
		{"contracts on approval", sumsOf(full...), contracted, []string{"较批复-5.0%"}},
		{"contracts without approval", sumsOf(int64(inPlan), 100, int64(contracted), 100), contracted, []string{"与计划一致"}},
		{"changes as a share", sumsOf(full...), changed, []string{"占批复3.0%"}},
		{"revised contracts on both", sumsOf(full...), revised, []string{"较合同+3.2%", "较批复-2.0%"}},
		{"payments as a share", sumsOf(full...), spent, []string{"占变更后合同50.0%"}},
		{"accounts on both", sumsOf(full...), settled, []string{"较变更后合同+0.5%", "较批复-1.5%"}},
		{"stock project", sumsOf(int64(onFile), 200, int64(contracted), 214), contracted, []string{"较备案+7.0%"}},
		{"nothing to compare with", sumsOf(int64(contracted), 214), contracted, nil},
		{"nothing is no base", sumsOf(int64(inPlan), 0, int64(contracted), 214), contracted, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, d := range tt.of.deviations(tt.key) {
				got = append(got, d.Zh+d.Value)
				if d.En == "" {
					t.Errorf("%s has no English", d.Zh)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestQuantilesAreValuesThatOccur(t *testing.T) {
	for _, tt := range []struct {
		of             []int
		low, mid, high int
	}{
		{nil, 0, 0, 0},
		{[]int{7}, 7, 7, 7},
		{[]int{1, 9}, 1, 1, 9},
		{[]int{1, 2, 3, 4}, 1, 2, 3},
		{[]int{1, 2, 3, 4, 5}, 2, 3, 4},
	} {
		if low, mid, high := quantile(tt.of, 250), quantile(tt.of, 500), quantile(tt.of, 750); low != tt.low || mid != tt.mid || high != tt.high {
			t.Errorf("%v: %d %d %d, want %d %d %d", tt.of, low, mid, high, tt.low, tt.mid, tt.high)
		}
	}
}

func TestTimeInAStageRunsToTheNextThatWasEntered(t *testing.T) {
	day := func(dates ...string) *row {
		r := &row{}
		for _, d := range dates {
			r.entered = append(r.entered, dayNumber(d))
		}
		return r
	}
	rows := []*row{
		day("2026-01-01", "2026-01-31", "2026-03-01"),
		day("2026-01-01", "", "2026-01-11"),           // skipped the second
		day("2026-05-01", "2026-05-01", ""),           // on one day; still in the second
		day("2026-06-01", "", ""),                     // still in the first
		day("", "2026-09-01", "2026-02-01"),           // was past it when it happened
		day("2024-02-28", "2024-03-01", "2024-03-02"), // leap day
	}
	if got := fmt.Sprint(stays(rows, 0)); got != "[0 2 10 30]" {
		t.Errorf("first stage: %s", got)
	}
	if got := fmt.Sprint(stays(rows, 1)); got != "[1 29]" {
		t.Errorf("second stage: %s", got)
	}
	if got := fmt.Sprint(stays(rows, 2)); got != "[]" {
		t.Errorf("last stage: %s", got)
	}
	if got := fmt.Sprint(between(rows, 0, 2)); got != "[3 10 59]" {
		t.Errorf("first to last: %s", got)
	}
}

func TestOnlyOrganisationsAreGathered(t *testing.T) {
	for uscc, want := range map[string]string{
		"91320812000001004X": "91320812000001004X", "11320812000002014R": "11320812000002014R",
		"": "", "92320812000001004X": "", "9132081200000100": "", "91320812000001004/": "", "91 20812000001004X": "",
	} {
		if got := contractorKey(uscc); got != want {
			t.Errorf("%q: %q, want %q", uscc, got, want)
		}
	}
}

func TestADateThatPassedSaysWhetherItIsFirm(t *testing.T) {
	o := &offices{}
	for _, tt := range []struct {
		name string
		item due.Item
		tone string
		left string
		days string
	}{
		{"last day", due.Item{Due: "2026-11-22", DaysLeft: 0, Firm: true}, "soon", "0", ""},
		{"passed and firm", due.Item{Due: "2026-11-21", DaysLeft: -1, Firm: true}, "bad", "1", ""},
		{"passed and customary", due.Item{Due: "2026-11-21", DaysLeft: -1}, "warn", "1", ""},
		{"near", due.Item{Due: "2026-12-22", DaysLeft: soonDays}, "soon", "30", ""},
		{"far", due.Item{Due: "2026-12-23", DaysLeft: soonDays + 1}, "", "31", ""},
		{"only waiting", due.Item{Since: "2026-11-01", Waited: 21, Waits: true}, "", "", "21"},
		{"since when it counts is no waiting", due.Item{Since: "2022-11-14", Waited: 1470, Due: "2026-12-23", DaysLeft: 31}, "", "31", ""},
	} {
		if v := o.wait(&tt.item, nil); v.Tone != tt.tone || v.Left != tt.left || v.Days != tt.days {
			t.Errorf("%s: %+v", tt.name, v)
		}
	}
}

func TestNewsOfOneDayAndKindIsOneLine(t *testing.T) {
	plan, sign := &lifecycle.Transition{ID: "T07", Zh: "列入年度计划"}, &lifecycle.Transition{ID: "T18", Zh: "签订合同"}
	s := &pages{b: &Builder{meta: Meta{Date: "2026-03-02"}}}
	for i := range newsTogether + 2 {
		id := fmt.Sprintf("2027-jyj-%02d", i)
		s.rows = append(s.rows, &row{ID: id, Title: id, steps: []happened{{"2026-01-05", plan}}})
	}
	s.rows[0].steps = append(s.rows[0].steps, happened{"2026-03-01", sign})
	for i := range newsAtHome {
		s.rows[1].steps = append(s.rows[1].steps, happened{fmt.Sprintf("2025-01-%02d", i+1), sign})
	}
	got := s.newest()
	if len(got) != newsAtHome || got[0].On != "2026-03-01" || len(got[0].Items) != 1 {
		t.Fatalf("%d lines, the first of %+v", len(got), got[0])
	}
	if n := got[1]; n.What.Zh != "列入年度计划" || len(n.Items) != newsTogether || n.More == nil || *n.More != (moreNews{"6", "2", "/events/2026-01/"}) {
		t.Errorf("%+v", n)
	}
	if last := got[newsAtHome-1]; last.On != "2025-01-03" || last.More != nil {
		t.Errorf("the last line is of %s", last.On)
	}
}

func TestPlanTablesEndInTheirSum(t *testing.T) {
	if totalsOf([]planItem{{total: wan}}) != nil {
		t.Error("one entry is its own sum")
	}
	if got := totalsOf([]planItem{{total: 100 * wan, annual: 60 * wan}, {total: 50 * wan, annual: 50 * wan}}); got.Total != "150.00" || got.Annual != "110.00" {
		t.Errorf("%+v", got)
	}
}

// indicatorsAt publishes the example registry at a date and returns what each
// indicator says of a project, by its English name.
func indicatorsAt(t *testing.T, files registrytest.Tree, date, id string) map[string]indicator {
	t.Helper()
	out := map[string]indicator{}
	for _, x := range project(t, files, Meta{Date: date}, 2).view(t, id).Indicators {
		out[x.En] = x
	}
	return out
}

func TestTimeInAStateIsListedAfterHalfAYear(t *testing.T) {
	files := registrytest.Sample(t)
	since := project(t, files, Meta{Date: "2026-11-22"}, 2).view(t, keyProject).State.Since
	for days, flag := range map[int]bool{longStay: false, longStay + 1: true} {
		date := value.AddDays(since, days)
		got := indicatorsAt(t, files, date, keyProject)["Time in the present state"]
		if got.Flag != flag || got.ValueEn != fmt.Sprint(days)+" days" {
			t.Errorf("%d days: %+v", days, got)
		}
	}
	if got := indicatorsAt(t, files, "", keyProject); got["Time in the present state"].En != "" || got["Dates that have passed"].En != "" {
		t.Error("data without a date tell ages")
	}
}

// TestTheLimitOfChangesIsThatOfTheRules puts changes at both sides of the line
// and compares the indicator with what rules find.
func TestTheLimitOfChangesIsThatOfTheRules(t *testing.T) {
	change := func(n int, amount string) string {
		return fmt.Sprintf("---\nrequestedOn: 2026-07-0%d\nreason: 需求调整\ndescription: 调整模块\namountInvolved: %s\nnetDelta: %s\ninvolvesEquipment: false\nrequestReport: {kind: 变更请示, title: 变更请示, on: 2026-07-01}\nattestation: {unit: cgj, on: 2026-07-01}\napproval: {on: 2026-07-1%d, docNo: 清数〔2026〕%d号, by: dsjj, result: 同意}\n---\n", n, amount, amount, n, n)
	}
	limit := int64(0) // 分
	for _, tt := range []struct {
		name        string
		share       []int64 // of the limit, per mille
		extra       int64   // 分
		flag, found bool
		value       string
	}{
		{"below", []int64{790}, 0, false, false, "79.0%"},
		{"near", []int64{800}, 0, true, false, "80.0%"},
		{"at the limit", []int64{600, 400}, 0, true, false, "100.0%"},
		{"beyond", []int64{600, 400}, 1, true, true, "100.0%"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := registrytest.Sample(t)
			for name := range files {
				if strings.HasPrefix(name, cgj+"change-") {
					delete(files, name)
				}
			}
			if limit == 0 {
				p := judged(t, files, keyProject).Project
				limit = int64(p.Env["totalInvestment"].(func() int)() * p.Registry().Limit("changes").Value / 100)
			}
			for i, share := range tt.share {
				fen := limit * share / 1000
				if i == len(tt.share)-1 {
					fen += tt.extra
				}
				files[fmt.Sprintf("%schange-%02d.md", cgj, i+1)] = change(i+1, strings.ReplaceAll(wan2(fen), ",", ""))
			}
			v := judged(t, files, keyProject)
			if !v.Known {
				t.Fatal(v.Findings)
			}
			found := slices.ContainsFunc(v.Findings, func(f finding.Finding) bool { return f.Rule == "R-076" })
			got := indicatorsAt(t, files, "2026-11-22", keyProject)["Changes against their limit"]
			if found != tt.found || got.Flag != tt.flag || !strings.HasPrefix(got.Value, tt.value) {
				t.Errorf("rule %v, indicator %+v", found, got)
			}
		})
	}
}

func judged(t *testing.T, files registrytest.Tree, id string) *check.Verdict {
	t.Helper()
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	return j.Project(j.Registry.Folder(id), nil)
}

// TestPagesOfTheExampleAddUp looks at the pages that speak of all projects.
func TestPagesOfTheExampleAddUp(t *testing.T) {
	files := registrytest.Live(t)
	registrytest.NeedSample(t)
	b := project(t, files, Meta{Date: "2026-11-22"}, 2)
	page := func(name string, into any) {
		t.Helper()
		var p struct{ Params struct{ V json.RawMessage } }
		if err := json.Unmarshal([]byte(b.files["content/"+name+".md"]), &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := json.Unmarshal(p.Params.V, into); err != nil {
			t.Fatal(err)
		}
	}
	var stats struct{ Sections []statistic }
	page("statistics/0-all", &stats)
	for _, st := range stats.Sections {
		if len(st.Rows) == 0 || st.How == "" || st.HowEn == "" || len(st.Charts) == 0 {
			t.Errorf("%s: %d rows, %d pictures", st.ID, len(st.Rows), len(st.Charts))
		}
		if st.ID != "by-year" && st.ID != "by-unit" {
			continue
		}
		n := 0
		for _, r := range st.Rows {
			var one int
			fmt.Sscan(r.Cells[0], &one)
			n += one
		}
		if n != b.manifest.Projects {
			t.Errorf("%s counts %d projects of %d", st.ID, n, b.manifest.Projects)
		}
	}
	listed := func(key string) (out []string) {
		var v indicatorView
		page("indicators/"+key, &v)
		for _, x := range v.Items {
			out = append(out, x.ID+" "+x.Value)
		}
		return out
	}
	if got := listed("withheld"); len(got) < 4 || !strings.Contains(strings.Join(got, "\n"), "2025-jcy-01 线索内容和办理情况（《保守国家秘密法》第六十四条：涉及检察工作秘密）") {
		t.Errorf("withheld: %q", got)
	}
	if got := listed("overdue"); len(got) == 0 || !strings.Contains(got[0], "最久的已过 ") {
		t.Errorf("overdue: %q", got)
	}
	var overview struct{ Rows []indicatorRow }
	page("indicators/0-all", &overview)
	for _, r := range overview.Rows {
		var one indicatorView
		page(strings.TrimSuffix(strings.TrimPrefix(r.URL, "/"), "/"), &one)
		if one.Total != r.Listed || fmt.Sprint(len(one.Items)) != r.Listed {
			t.Errorf("%s: the overview lists %s, its page %s", r.Zh, r.Listed, one.Total)
		}
	}
	var queue queueView
	page("departments/bdb", &queue)
	items := slices.Concat(queue.Waits, queue.Dates)
	for _, x := range items {
		if !slices.Contains(b.manifest.Expected, strings.Trim(x.URL, "/")+"/index.html") || x.Title == "" {
			t.Errorf("the queue names %s, which has no page", x.ID)
		}
	}
	// The calendar tells its entries apart by the ids of deadlines, pages do not.
	named := slices.DeleteFunc(b.holding("D-01"), func(name string) bool { return strings.HasSuffix(name, ".ics") })
	if len(items) == 0 || len(named) > 0 {
		t.Errorf("%d items wait for the bureau", len(items))
	}
}

func TestHomeRemindsAllUnitsOfTheDeadlineToDeclare(t *testing.T) {
	for date, want := range map[string]bool{"2026-08-15": false, "2026-08-16": true, "2026-09-15": true, "2026-09-16": false} {
		b := project(t, registrytest.Sample(t), Meta{Date: date}, 2)
		var p struct {
			Params struct{ V homeView }
		}
		if err := json.Unmarshal([]byte(b.files["content/_index.md"]), &p); err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(p.Params.V.Due, func(v waitView) bool { return v.ID == "" && v.Due == "2026-09-15" && v.Tone == "soon" })
		if got != want {
			t.Errorf("%s: reminded %v", date, got)
		}
	}
}

// TestALongPlanIsSplit: the entries are split, each on one page alone; the sum
// stands below the last, and what belongs to the whole plan on the first.
func TestALongPlanIsSplit(t *testing.T) {
	for _, n := range []int{1, perPage, perPage + 1, 2*perPage + 1} {
		var items []planItem
		for i := range n {
			items = append(items, planItem{ID: fmt.Sprint(i), total: 1})
		}
		s := &pages{out: newSink(t.TempDir())}
		p := planPage{year: "2026", url: "/plans/2026/", view: planView{Items: items, ItemTotals: totalsOf(items), Body: "words", Supplements: []supplement{{Number: "1"}}}}
		if err := s.planPages(p); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		want := (n + perPage - 1) / perPage
		for i := 1; i <= want; i++ {
			file := "plans/2026"
			if i > 1 {
				file += fmt.Sprintf("/page/%d", i)
			}
			data, err := os.ReadFile(filepath.Join(s.out.dir, filepath.FromSlash(contentFile("/"+file+"/"))))
			if err != nil {
				t.Fatal(err)
			}
			var page struct{ Params struct{ V planView } }
			if err := json.Unmarshal(data, &page); err != nil {
				t.Fatal(err)
			}
			v := page.Params.V
			for _, it := range v.Items {
				seen[it.ID] = true
			}
			if (v.Body != "") != (i == 1) || (len(v.Supplements) > 0) != (i == 1) || (v.ItemTotals != nil) != (i == want && n > 1) || v.Pages != want {
				t.Errorf("%d entries, page %d: %+v", n, i, v.pager)
			}
		}
		if len(seen) != n {
			t.Errorf("%d entries, %d shown", n, len(seen))
		}
	}
}

// TestMonthsListEveryEventOnce holds the pages of the months against the events
// of the projects' documents.
func TestMonthsListEveryEventOnce(t *testing.T) {
	b := project(t, registrytest.Live(t), Meta{Date: "2026-11-22"}, 2)
	want := map[string][]string{}
	for name, data := range b.files {
		if !strings.HasPrefix(name, "static/data/v1/projects/") {
			continue
		}
		var p opendata.Project
		if err := json.Unmarshal([]byte(data), &p); err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Events {
			if e.On >= "2025-11-01" {
				want[e.On[:7]] = append(want[e.On[:7]], e.On+" "+e.Name+" "+p.Project)
			}
		}
	}
	got := map[string][]string{}
	for name, data := range b.files {
		month, ok := strings.CutPrefix(name, "content/events/20")
		if !ok {
			continue
		}
		var page struct{ Params struct{ V eventsView } }
		if err := json.Unmarshal([]byte(data), &page); err != nil {
			t.Fatal(err)
		}
		month = "20" + month[:5]
		for _, l := range page.Params.V.Lines {
			got[month] = append(got[month], l.On+" "+l.What.Zh+" "+l.ID)
		}
	}
	for _, lists := range []map[string][]string{want, got} {
		for _, l := range lists {
			slices.Sort(l)
		}
	}
	if len(want) == 0 && registrytest.IsSample() || !reflect.DeepEqual(got, want) {
		t.Errorf("months list %v, want %v", got, want)
	}
}

func TestMonthsAreCountedBack(t *testing.T) {
	for _, tt := range []struct {
		day  string
		n    int
		want string
	}{{"2026-11-22", 1, "2026-11"}, {"2026-11-22", 13, "2025-11"}, {"2026-01-31", 2, "2025-12"}, {"2026-12-01", 12, "2026-01"}} {
		if got := monthsBack(tt.day, tt.n); got != tt.want {
			t.Errorf("%d months back from %s begin with %s, want %s", tt.n, tt.day, got, tt.want)
		}
	}
}

func TestFacetsSayWhatIsOnRecordOfSupervision(t *testing.T) {
	for fen, want := range map[int64]string{0: "0-50", 50*wan - 1: "0-50", 50 * wan: "50-100", 200*wan - 1: "100-200", 200 * wan: "200- 200-500", 500 * wan: "200- 500-1000", 1000 * wan: "200- 1000-"} {
		if got := strings.Join(bandsOf(&row{Amount: "x", fen: fen}, bandsAt(200)), " "); got != want {
			t.Errorf("%d 分 is in %q, want %q", fen, got, want)
		}
	}
	if len(bandsOf(&row{}, bandsAt(0))) > 0 {
		t.Error("a project without an amount is in a band")
	}
	files := registrytest.Live(t)
	registrytest.NeedSample(t)
	for id, want := range map[string]string{"2024-gaj-01": "supervised", "2025-dsjj-01": "supervised", "2024-jyj-01": "exempt", "2026-whj-01": "none", "2026-zfhcj-01": "before"} {
		v := judged(t, files, id)
		s := &subject{project: v.Project, history: v.History, lifecycle: v.Judge.Lifecycle}
		s.reveal()
		if got := s.supervision(); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
}

// TestContractsAboveWhatWasGrantedAreListed holds the limits of the indicator
// from both sides: any amount above, a tenth below.
func TestContractsAboveWhatWasGrantedAreListed(t *testing.T) {
	for _, tt := range []struct {
		got    int64 // 分, against 1,000 分
		listed bool
		number string
	}{{1001, true, "0.1"}, {1000, false, "0.0"}, {999, false, "-0.1"}, {901, false, "-9.9"}, {900, true, "-10.0"}} {
		s := &subject{flows: []flow{{key: approved, fen: 1000}, {key: contracted, fen: tt.got}}}
		if m := s.contractDeviation(); m.flagged != tt.listed || m.number != tt.number {
			t.Errorf("%d: listed %v as %s, want %v as %s", tt.got, m.flagged, m.number, tt.listed, tt.number)
		}
	}
}
