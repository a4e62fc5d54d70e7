package due_test

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
)

// TestEveryDeadlineComesAndGoes judges the fixture, edited, on the days that
// each case names: "DAY SECTION [DUE]" where the deadline is listed, "DAY -"
// where it is not. Every definition has a case with both.
func TestEveryDeadlineComesAndGoes(t *testing.T) {
	base := fixture(t)
	shown, silent := map[string]bool{}, map[string]bool{}
	cases, err := filepath.Glob("../../../schemas/examples/deadlines/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		id := name[:len("D-00")]
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := maps.Clone(base)
			for _, f := range ar.Files {
				if p, ok := strings.CutSuffix(f.Name, " delete"); ok {
					delete(files, p)
				} else {
					edit(t, files, f.Name, string(f.Data))
				}
			}
			j, c := load(t, files)
			project := ""
			for line := range strings.Lines(string(ar.Comment)) {
				w := strings.Fields(line)
				switch {
				case len(w) == 0 || w[0] == "#":
				case w[0] == "project":
					project = w[1]
				default:
					items := compute(t, j, c, w[0], 30)
					got := "-"
					for _, x := range items {
						if x.ID == id && x.Project == project {
							got = strings.TrimSpace(string(x.Section) + " " + x.Due)
						}
					}
					if want := strings.Join(w[1:], " "); got != want {
						t.Errorf("on %s: %s, want %s", w[0], got, want)
					}
					shown[id], silent[id] = shown[id] || got != "-", silent[id] || got == "-"
				}
			}
		})
	}
	_, c := load(t, base)
	for _, d := range c.Definitions {
		if !shown[d.ID] || !silent[d.ID] {
			t.Errorf("%s (%s): no case shows it and one where it is silent", d.ID, d.What.Zh)
		}
	}
}

// TestDeadlinesShowPublicFieldsOnly looks up every field that a date is made of.
func TestDeadlinesShowPublicFieldsOnly(t *testing.T) {
	j, c := load(t, registrytest.Live(t))
	field := func(path string) *schema.Field {
		parts := strings.Split(path, ".")
		form := j.Registry.Schemas.Form(parts[0])
		if form == nil {
			form = j.Registry.Schemas.Form(strings.TrimSuffix(parts[0], "s"))
		}
		if form == nil {
			return nil
		}
		f := form.Root
		for _, key := range parts[1:] {
			f = f.Child(key)
		}
		return f
	}
	seen := 0
	for _, d := range c.Definitions {
		for _, m := range d.Shown() {
			f := field(m)
			if f == nil {
				continue
			}
			seen++
			if f.Visibility != schema.Public {
				t.Errorf("%s shows %s, which is %s", d.ID, m, f.Visibility)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d fields were looked up", seen)
	}
}

// TestLinkedRulesExist: a reader can ask `taizhang explain` for each.
// TestWhatIsNearIsAmongWhatIsFar: asked for fewer days, a calendar finds what
// Nearer leaves of what it finds for more, on both sides of each date.
func TestWhatIsNearIsAmongWhatIsFar(t *testing.T) {
	items := []due.Item{{ID: "waits", Section: due.Soon, DaysLeft: 31, Waits: true}, {ID: "far", Section: due.Soon, DaysLeft: 31},
		{ID: "near", Section: due.Soon, DaysLeft: 30}, {ID: "late", Section: due.Overdue, DaysLeft: -1}, {ID: "dateless", Section: due.Waiting, Waits: true}}
	want := slices.Concat([]due.Item{{ID: "waits", Section: due.Waiting, DaysLeft: 31, Waits: true}}, items[2:])
	if got := due.Nearer(items, 30); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	j, c := load(t, fixture(t))
	for _, today := range []string{"2026-03-02", "2026-11-20"} {
		far := compute(t, j, c, today, 366)
		seen := map[int]bool{}
		for _, x := range far {
			for _, days := range []int{x.DaysLeft - 1, x.DaysLeft} {
				if x.Section != due.Soon || days < 0 || seen[days] {
					continue
				}
				seen[days] = true
				if got, want := due.Nearer(far, days), compute(t, j, c, today, days); !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %d days: %v, want %v", today, days, got, want)
				}
			}
		}
		if len(seen) < 4 {
			t.Errorf("%s: only %d dates are near", today, len(seen))
		}
	}
}

func TestLinkedRulesExist(t *testing.T) {
	j, c := load(t, registrytest.Live(t))
	for _, d := range c.Definitions {
		if d.Rule != "" && j.Rules.Rule(d.Rule) == nil {
			t.Errorf("%s is linked to %s, which does not exist", d.ID, d.Rule)
		}
	}
}

// TestNoStateIsForgotten asks, for every state and kind of project, whose turn
// it is. Only states where a project rests or has ended may wait for nobody.
func TestNoStateIsForgotten(t *testing.T) {
	j, c := load(t, registrytest.Live(t))
	rest := []string{"S00", "S110", "S140", "S900", "S910"}
	entered := map[string]bool{}
	for _, tr := range j.Lifecycle.Transitions {
		for _, m := range tr.Moves {
			entered[m.To] = true
		}
	}
	for _, s := range j.Lifecycle.States {
		asked := 0
		for _, origin := range []string{"年度计划", "存量", "临时性新增"} {
			for _, category := range []string{"新建", "运维"} {
				for _, class := range []string{"一般", "重点"} {
					what, who := c.Turn(s.Code, map[string]any{"origin": origin, "category": category, "class": class})
					if slices.Contains(rest, s.Code) {
						if what.Zh != "" && s.Code != "S00" {
							t.Errorf("%s: waits for %v: %s", s.Code, who, what.Zh)
						}
						continue
					}
					if what.Zh == "" || len(who) == 0 {
						continue // not every kind of project comes into every state
					}
					asked++
				}
			}
		}
		if asked == 0 && !slices.Contains(rest, s.Code) {
			t.Errorf("%s %s: nobody's turn", s.Code, s.Zh)
		}
		if !entered[s.Code] && s.Code != "S00" {
			t.Errorf("%s is never entered", s.Code)
		}
	}
}

func TestFaultyDefinitionsAreRefused(t *testing.T) {
	const head = "deadlines:\n  - {id: D-01, clause: 三（一）第1句, zh: 甲, en: a, who: [BDB], "
	for _, c := range []struct{ name, entry, want string }{
		{"misspelt field", "kind: waiting, since: declaration.submitedOn}", "submitedOn"},
		{"deadline without a day", "kind: deadline, since: stateOn}", "needs due"},
		{"unknown state", "kind: waiting, states: [S999], since: stateOn}", "S999"},
		{"unknown reached state", `kind: waiting, since: 'reachedOn("S999")'}`, "S999"},
		{"unknown reading", `kind: waiting, since: 'reading("A-99") == "x" ? stateOn : ""'}`, "A-99"},
		{"no list", "kind: waiting, each: index.title, since: stateOn}", "not a list"},
		{"project field in the registry", "kind: deadline, scope: registry, since: today, due: stateOn}", "stateOn"},
		{"unknown key", "kind: waiting, since: stateOn, until: stateOn}", "until"},
		{"unknown role", "kind: waiting, since: stateOn, x: y}", "x"},
		{"division", `kind: waiting, since: 'year(today) / 2 > 0 ? stateOn : ""'}`, "not allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := fixture(t)
			files[due.File] = head + c.entry + "\n"
			j, err := check.NewJudge(files)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := due.Load(j); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), due.File) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	files := fixture(t)
	delete(files, due.File)
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := due.Load(j); err == nil {
		t.Error("a registry without deadlines is no error")
	}
}

// TestBrokenProjectsAreNotGuessedAt: a project whose records do not tell where
// it stands has no items.
func TestBrokenProjectsAreNotGuessedAt(t *testing.T) {
	files := fixture(t)
	files["content/projects/2027/jyj/01/declaration.md"] = "---\nplanYear: x\n---\n"
	j, c := load(t, files)
	j.Registry.Today = "2026-11-22"
	v := j.Project(j.Registry.Folder("2027-jyj-01"), nil)
	if items, err := c.Project(v, due.Options{}); v.Known || err != nil || len(items) > 0 {
		t.Errorf("known %v, %v, %v", v.Known, items, err)
	}
}

// TestTheLiveRegistryHasDeadlines runs over every record in content/.
func TestTheLiveRegistryHasDeadlines(t *testing.T) {
	registrytest.NeedSample(t)
	j, c := load(t, registrytest.Live(t))
	items := compute(t, j, c, "2026-11-22", 30)
	if len(items) == 0 {
		t.Error("nothing waits")
	}
}
