package steps_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/steps"
)

func judge(t *testing.T, files registry.Files) *check.Judge {
	t.Helper()
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// told writes steps on a line each: id, states, files (* when there), roles.
func told(list []steps.Step) string {
	var b strings.Builder
	for _, s := range list {
		id := "–"
		if s.Transition != nil {
			id = s.Transition.ID
		}
		b.WriteString(id + " " + s.From + ">" + s.To + ":")
		for _, a := range s.Forms {
			b.WriteString(" " + a.File + map[bool]string{true: "*"}[a.Exists])
		}
		for _, a := range s.Approvers {
			b.WriteString(" " + a.Role + "/" + a.As + "/" + strings.Join(a.Units, "+"))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestNextFollowsTheLifecycle(t *testing.T) {
	registrytest.NeedSample(t)
	files := registrytest.Sample(t)
	for id, want := range map[string]string{
		"2027-jyj-01": `T02 S10>S20: necessity.md BDB/approve/dsjj
T03 S10>S11: necessity.md BDB/approve/dsjj
T60 S10>S900: index.md* BDB/approve/dsjj
– S10>S10: index.md* declaration.md* necessity.md
`,
		"2026-yjj-01": `T10 S40>S50: scheme-1.md BDB/notice/dsjj
T09 S40>S40: content/plans/2026.md* BDB/approve/dsjj
T80 S40>S40: index.md* BDB/approve/dsjj
T32 S40>S120: decommission-01.md BDB/receipt/dsjj
T61 S40>S910: index.md* BDB/approve/dsjj
– S40>S40: index.md* declaration.md* adhoc.md*
`,
		"2026-dsjj-01": `T22 S80>S100: acceptance.md BDB/notice/dsjj
T09 S80>S80: content/plans/2026.md* BDB/approve/dsjj
T17 S80>S80: procurement.md* BDB/notice/dsjj
T20 S80>S80: change-01.md BDB/approve/dsjj
T54 S80>S80: stock-2026.md BDB/receipt/dsjj
T51 S80>S80: ruling-01.md BDB/approve/dsjj
T19 S80>S80: procurement.md* BDB/approve/dsjj
T22F S80>S96: acceptance.md BDB/notice/dsjj
T32 S80>S120: decommission-01.md BDB/receipt/dsjj
T61 S80>S910: index.md* BDB/approve/dsjj
– S80>S80: index.md* declaration.md* necessity.md* appraisal.md* scheme-1.md* review.md* procurement.md* contract-01.md* contract-02.md change-01.md ruling-01.md acceptance.md
`,
		"2024-mzj-01": `T54 S140>S140: stock-2026.md BDB/receipt/dsjj
– S140>S140: index.md* declaration.md* necessity.md* appraisal.md* scheme-1.md* review.md* procurement.md* contract-01.md* contract-02.md trial.md* acceptance.md* accounts.md* evaluation-2025.md* operation-2025.md* operation-2026.md rationalisation.md* decommission-01.md*
`,
	} {
		j := judge(t, files)
		if got := told(steps.Next(j, j.Project(j.Registry.Folder(id), nil))); got != want {
			t.Errorf("%s:\n%swant\n%s", id, got, want)
		}
	}
}

func TestAProjectWithoutFilesCanOnlyBegin(t *testing.T) {
	j := judge(t, registrytest.Sample(t))
	j.Registry.Today = "2026-08-01"
	want := `T01 S00>S10: index.md declaration.md BDB/receipt/dsjj
T40 S00>S300: index.md adhoc.md declaration.md BDB/receipt/dsjj
T50 S00>S200: index.md stock-2026.md contract-01.md BDB/receipt/dsjj
`
	if got := told(steps.Next(j, nil)); got != want {
		t.Errorf("%swant\n%s", got, want)
	}
}

func TestNothingFollowsWhatCannotBeRead(t *testing.T) {
	files := registrytest.Sample(t)
	files["content/projects/2027/jyj/01/declaration.md"] = "---\nplanYear: x\n---\n"
	j := judge(t, files)
	if got := steps.Next(j, j.Project(j.Registry.Folder("2027-jyj-01"), nil)); got != nil {
		t.Error(told(got))
	}
}

// A project without the record of its last step stands where it stood before
// it, and that very step, with that very file, must be among those that follow.
func TestEveryLastStepWasOffered(t *testing.T) {
	registrytest.NeedSample(t)
	tried := map[string]bool{}
	for _, files := range []registrytest.Tree{registrytest.Sample(t), registrytest.Live(t)} {
		j := judge(t, files)
		for _, f := range j.Registry.Folders() {
			whole := j.Project(f, nil)
			for n := len(whole.History.Steps); whole.Known && n > 1; n-- {
				last := whole.History.Steps[n-1]
				file := last.Place.File
				if path.Base(file) == "index.md" || !strings.HasPrefix(file, f.Dir+"/") {
					break
				}
				f.Files = slices.DeleteFunc(slices.Clone(f.Files), func(name string) bool { return f.Dir+"/"+name == file })
				before := j.Project(f, nil)
				if !before.Known || len(before.History.Steps) != n-1 || before.History.State != last.From {
					break // the file told of more than this step
				}
				tried[last.Transition.ID] = true
				offered := slices.ContainsFunc(steps.Next(j, before), func(s steps.Step) bool {
					return s.Transition == last.Transition && s.To == last.To && slices.ContainsFunc(s.Forms, func(a steps.Ask) bool {
						return f.Dir+"/"+a.File == file || a.Form.Repeated == "year" && strings.HasPrefix(path.Base(file), a.Form.Name+"-")
					})
				})
				if !offered {
					t.Errorf("%s: %s to %s by %s is not among\n%s", f.ID, last.Transition.ID, last.To, file, told(steps.Next(j, before)))
				}
				whole = before
			}
		}
	}
	if len(tried) < 12 {
		t.Errorf("only %v were tried", slices.Sorted(maps.Keys(tried)))
	}
}

func TestNextIDIsNeverUsedAgain(t *testing.T) {
	ids := []string{"2027-jyj-01", "2027-jyj-04", "2027-jyj-02", "2026-jyj-07", "2027-wjw-09", "x", "2028-jyj-99", "2029-jyj-999"}
	for _, c := range []struct {
		year int
		unit string
		want string
	}{
		{2027, "jyj", "2027-jyj-05"}, {2026, "jyj", "2026-jyj-08"}, {2027, "czj", "2027-czj-01"}, {2028, "jyj", "2028-jyj-100"}, {2029, "jyj", ""},
		{2027, "JYJ", ""}, {2027, "", ""}, {-1, "jyj", ""}, {20270, "jyj", ""},
	} {
		if got := steps.NextID(ids, c.year, c.unit); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.year, c.unit, got, c.want)
		}
	}
}
