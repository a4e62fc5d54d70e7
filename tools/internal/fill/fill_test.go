package fill_test

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/prompt"
	"taizhang/tools/internal/registrytest"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/steps"
)

func judge(t *testing.T) *check.Judge {
	t.Helper()
	files, err := disk.Open("../../..")
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// begin starts a declaration of a unit.
func begin(t *testing.T, j *check.Judge) *fill.Work {
	t.Helper()
	step := fill.Beginnings(j)[0]
	if step.Transition.ID != "T01" {
		t.Fatal(step.Transition.ID)
	}
	w, err := fill.Start(j, steps.NextID(fill.IDs(j), 2099, "jyj"), step)
	if err != nil {
		t.Fatal(err)
	}
	w.Begin("jyj", 2099, "2098-08-20")
	return w
}

func TestACopyBringsWhatTimeDoesNotChange(t *testing.T) {
	registrytest.NeedSample(t)
	j := judge(t)
	copied := map[string]bool{}
	for _, f := range j.Registry.Folders() {
		w := begin(t, j)
		w.Copy(j.Registry.Project(f))
		for _, s := range w.Sheets {
			for k := range s.Values {
				copied[s.Form.Name+"."+k] = true
			}
		}
		if v := w.Main()[0].Values; v["submittedOn"] != "2098-08-20" || v["planYear"] != json.Number("2099") || w.Sheets[0].Values["state"] != "S10" || w.Sheets[0].Values["implementingUnit"] != "jyj" {
			t.Errorf("%s overrides the beginning: %v", f.ID, v)
		}
	}
	for _, want := range []string{"declaration.content", "declaration.estimate", "declaration.basis", "index.title", "index.systemKind", "index.beneficiaryUnits"} {
		if !copied[want] {
			t.Errorf("%s is not copied", want)
		}
	}
	for k := range copied {
		if slices.Contains([]string{"index.class", "index.classDecisions", "index.reviews", "index.investmentCode", "index.waivers", "index.closure", "index.corrections", "index.disclosureReview",
			"index.security", "declaration.attestation", "declaration.plannedSchedule", "declaration.resubmissions", "declaration.evaluations"}, k) {
			t.Errorf("%s is copied", k)
		}
	}
}

func TestADraftIsTakenUpAsItWas(t *testing.T) {
	j := judge(t)
	w := begin(t, j)
	for _, s := range [][2]string{{"estimate", "128.500"}, {"index:title", "示例项目"}, {"body", "介绍\n"}, {"basis", "[{kind: 其他, text: '1'}]"}, {"index:body", "公众介绍\n"}} {
		if err := w.Set(s[0], s[1]); err != nil {
			t.Fatal(err)
		}
	}
	data, err := w.Draft()
	if err != nil {
		t.Fatal(err)
	}
	if id, step, ok := fill.DraftOf(data); id != w.ID || step != "T01" || !ok {
		t.Error(id, step, ok)
	}
	again := begin(t, j)
	again.Main()[0].Values["submittedOn"] = "2098-09-01" // another day
	if err := again.Resume(data); err != nil {
		t.Fatal(err)
	}
	if d := again.Main()[0]; d.Values["estimate"] != json.Number("128.500") || d.Body != "介绍\n" || d.Values["submittedOn"] != "2098-09-01" {
		t.Errorf("%v %q: what nobody answered is not kept, what was answered is", d.Values, d.Body)
	}
	if again.Sheets[0].Body != "公众介绍\n" || again.Sheets[0].Values["state"] != "S10" {
		t.Error(again.Sheets[0].Values)
	}
	for _, bad := range []string{"", "x", "{}", "[]", `{"sheets":1}`, `{"id":"x","sheets":{"index.md":{"values":null}}}`} {
		w := begin(t, j)
		_ = w.Resume([]byte(bad)) // says so, or does nothing
		if w.Sheets[0].Values["state"] != "S10" {
			t.Errorf("%q: %v", bad, w.Sheets[0].Values)
		}
	}
}

// What is begun on a day is for the year that the rules ask of that day.
func TestAProjectBeginsInTheYearOfItsStep(t *testing.T) {
	registrytest.NeedSample(t)
	j := judge(t)
	for _, step := range fill.Beginnings(j) {
		for _, ahead := range []int{0, 1} {
			w, err := fill.Start(j, fmt.Sprintf("%d-jyj-01", 2098+ahead), step)
			if err != nil {
				t.Fatal(err)
			}
			w.Begin("jyj", 2098+ahead, "2098-08-20")
			for _, s := range w.Sheets { // the rest as another project has it: the rules read whole records
				for k, v := range found(t, j, s.Form) {
					if s.Values[k] == nil {
						s.Values[k] = v
					}
				}
			}
			files, err := w.Files()
			if err != nil {
				t.Fatal(err)
			}
			faults := 0
			of := j.Over(fill.Over(j.Registry.Files(), files))
			for _, f := range of.Project(of.Registry.Folder(w.ID), nil).Findings {
				if f.Rule == "R-031" || f.Rule == "R-112" {
					faults++
				}
			}
			if right := ahead == step.Transition.Ahead || step.Transition.ID == "T50"; right != (faults == 0) {
				t.Errorf("%s, %d years ahead: %d findings", step.Transition.ID, ahead, faults)
			}
		}
	}
}

// found returns what the registry's first record of a form says.
func found(t *testing.T, j *check.Judge, form *schema.Form) map[string]any {
	t.Helper()
	for _, f := range j.Registry.Folders() {
		for _, r := range j.Registry.Project(f).Records {
			if r.Form == form {
				doc, _ := compose.Read(form, r.Path, r.Raw)
				return doc.Values
			}
		}
	}
	t.Fatal("no record of " + form.Name)
	return nil
}

// Answers that go on for ever, or stop anywhere, never lose what came before.
func TestEveryAnswerIsKept(t *testing.T) {
	j := judge(t)
	answers := strings.Split("示例项目甲\n1\n1\n1\n\n2098-08-20\n示例甲\n0517-00000001\n12\n1\n1\n文件\n.\n\n\n"+strings.Repeat("内容", 20)+"\n.\n成效\n.\n采购\n2099-01-01\n\n\n\n\n\n", "\n")
	last := 0
	for n := range answers {
		w := begin(t, j)
		saved := 0
		q := &fill.Asker{Session: prompt.New(strings.NewReader(strings.Join(answers[:n], "\n")+"\n"), io.Discard, false, func(zh, _ string) string { return zh }),
			Today: "2098-08-20", Unit: "jyj", Say: func(string) {}, Save: func() { saved++ }}
		err := q.All(t.Context(), w)
		if err == nil {
			if _, err := w.Files(); err != nil || n < len(answers)-3 {
				t.Errorf("done after %d of %d answers: %v", n, len(answers), err)
			}
			return
		}
		if saved < last {
			t.Errorf("after %d answers %d are kept, one fewer answer kept %d", n, saved, last)
		}
		last = saved
	}
	t.Errorf("not done after %d answers, %d kept", len(answers), last)
}
