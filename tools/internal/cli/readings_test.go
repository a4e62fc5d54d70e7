package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// choose puts another answer of an open reading in force and returns what undoes
// it. Nothing else of the registry changes.
func choose(t *testing.T, dir, id, value string) func() {
	t.Helper()
	name := filepath.Join(dir, "schemas", "interpretations.yaml")
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := regexp.MustCompile(`(?s)(- id: ` + id + `\n.*?\n    inForce: )[a-z0-9-]+`)
	if !at.Match(old) {
		t.Fatalf("no reading %s", id)
	}
	done := false
	changed := at.ReplaceAllFunc(old, func(m []byte) []byte {
		if done {
			return m
		}
		done = true
		return at.ReplaceAll(m, []byte("${1}"+value))
	})
	if err := os.WriteFile(name, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	return func() { os.WriteFile(name, old, 0o644) }
}

// TestReadingsDecide changes one switch at a time: the same records must be
// judged otherwise, and again as before when the switch is put back.
func TestReadingsDecide(t *testing.T) {
	dir := fixture(t)
	late := "projects/2026/jyj/01/declaration.md\nsubmittedOn: 2025-09-16\n"
	twelve := "projects/2025/nyj/01/change-02.md\namountInvolved: AMOUNT\nnetDelta: -4\n"
	for _, c := range []struct {
		id    string
		edits string
		says  [][2]string // answer, what the command says
	}{
		{"A-06", "projects/2026/jyj/01/declaration.md\nsubmittedOn: 2025-09-15\n",
			[][2]string{{"included", "clean"}, {"excluded", "R-032 warn"}}},
		{"A-07", late, [][2]string{{"accept-with-note", "R-032 warn"}, {"refuse", "R-032 error"}}},
		{"A-08", "projects/2027/jyj/01/index.md\nimplementingUnit: qjpsx\nfilingUnit: null\nexceptionReason: 上级直接下达到学校的试点任务\nprojects/2027/jyj/01/declaration.md\nproposedBy: qjpsx\n",
			[][2]string{{"exception-with-reason", "R-036 info"}, {"ban", "R-036 error"}}},
		{"A-12", "projects/2025/nyj/01/index.md\nscopeBasis: 参照-建设项目内含\nparentProject: {name: 示例产业园, total: 900, itShare: 150}\n",
			[][2]string{{"it-share", "R-077 error"}, {"whole", "no R-077"}}},
		{"A-14", "projects/2026/jyj/01/contract-01.md\nstart: 2026-01-20\n",
			[][2]string{{"earliest", "R-051 error"}, {"procurement", "no R-051"}, {"contract", "no R-051"}, {"work", "R-051 error"}}},
		{"A-14", "projects/2026/jyj/01/procurement.md\nrounds: [{method: 竞争性磋商, number: JSQJ-2026-018, noticeOn: 2026-01-22, awardOn: 2026-04-10}]\n",
			[][2]string{{"earliest", "R-051 error"}, {"procurement", "R-051 error"}, {"contract", "no R-051"}, {"work", "no R-051"}}},
		{"A-18", "projects/2026/jyj/01/review.md\nleaderOpinion: {text: 同意, on: 2026-03-05}\n",
			[][2]string{{"bureau-leader-last", "R-127 error"}, {"bureau-any-order", "no R-127"}}},
		{"A-19", "projects/2025/nyj/01/index.md\nstate: S105\n",
			[][2]string{{"engineering-only", "clean"}, {"all", "R-071 error, R-130 error"}}},
		{"A-20", "projects/2026/cgj/01/contract-02.md delete\nprojects/2026/cgj/01/declaration.md\nestimate: 190\nfunding: null\n",
			[][2]string{{"approved-plan-estimate", "R-071 error"}, {"contract", "R-071 error"}, {"estimate", "no R-071"}}},
		{"A-20", "projects/2026/jyj/01/acceptance.md\ncontractAmount: 205\n",
			[][2]string{{"approved-plan-estimate", "R-130 error"}, {"contract", "R-130 error"}, {"estimate", "no R-130"}}},
		{"A-21", with(twelve, "AMOUNT", "12.01"), [][2]string{{"cumulative", "R-076 error"}, {"per-change", "no R-076, no R-077"}}},
		{"A-21", with(twelve, "AMOUNT", "12"), [][2]string{{"cumulative", "no R-076"}, {"per-change", "no R-076"}}},
		{"A-22", with(twelve, "AMOUNT", "12"), [][2]string{{"gross-approved", "no R-076"}, {"gross-contract", "R-076 error"}, {"net-contract", "no R-076"}}},
		{"A-22", with(twelve, "AMOUNT", "12.01"), [][2]string{{"gross-approved", "R-076 error"}, {"net-approved", "no R-076"}}},
		{"A-25", applied("2025-07-15", "2025-09-14"), [][2]string{{"calendar-months", "R-085 error"}, {"sixty-days", "no R-085"}}},
		{"A-25", applied("2025-12-31", "2026-02-28"), [][2]string{{"calendar-months", "no R-085"}, {"sixty-days", "R-085 error"}}},
		{"A-31", "projects/2026/yjj/01/index.md\nstate: S40\n",
			[][2]string{{"skip", "clean"}, {"keep", "R-034 error, R-047 error, R-111 error"}}},
		{"A-31", adhocInFull, [][2]string{{"skip", "clean"}, {"keep", "clean"}}},
		{"A-31", with(adhocInFull, "2026-05-10, by: dsjj, result: 通过", "2026-05-16, by: dsjj, result: 通过"),
			[][2]string{{"skip", "no R-041"}, {"keep", "R-041 error"}}},
		{"A-32", "projects/2027/jyj/01/index.md\nimplementingUnit: heping\nfilingUnit: jyj\ncategory: 运维\nsubCategory: 运维续签\n",
			[][2]string{{"new-only", "R-114 warn"}, {"all", "R-114 error"}}},
		{"A-32", "projects/2027/jyj/01/index.md\nimplementingUnit: heping\nfilingUnit: jyj\n",
			[][2]string{{"new-only", "R-114 error"}, {"all", "R-114 error"}}},
	} {
		t.Run(c.id, func(t *testing.T) {
			defer apply(t, dir, edits(c.edits))()
			for _, s := range append(c.says, c.says[0]) { // and back again
				undo := choose(t, dir, c.id, s[0])
				out, got := verdicts(t, dir, "")
				undo()
				t.Logf("%s: %s → %v", c.id, s[0], got)
				hold(t, s[1], out, got)
			}
		})
	}
}

// adhocInFull is the ad-hoc project with the necessity review and the appraisal
// that it may take, and must where the reading says so.
const adhocInFull = `projects/2026/yjj/01/necessity.md
reviews:
  - {on: 2026-05-10, by: dsjj, result: 通过, opinion: 确需当年建成}
projects/2026/yjj/01/appraisal.md
meetings:
  - on: 2026-05-15
    by: dsjj
    participants: [{role: EXP, count: 3}, {role: CAC}, {role: CONF}, {role: CRYPT}, {role: FIN}, {role: DRC}]
    aspects:
      necessity: {result: 通过, opinion: 必要}
      feasibility: {result: 通过, opinion: 可行}
      security: {result: 通过, opinion: 按二级等级保护建设}
      estimate: {result: 通过, opinion: 匡算合理}
      dataSharing: {result: 通过, opinion: 已列出共享数据}
    conclusion: 通过
`

// TestAnUnknownReadingIsRefused puts an answer in force that is none.
func TestAnUnknownReadingIsRefused(t *testing.T) {
	dir := fixture(t)
	choose(t, dir, "A-06", "sometimes")
	out, got := verdicts(t, dir, "")
	hold(t, "S-004 error", out, got)
}

// TestAnErrorThatSaysSoMayBeWaived lets a rule file open its errors to waivers
// of the bureau; without the key the waiver is refused.
func TestAnErrorThatSaysSoMayBeWaived(t *testing.T) {
	dir := fixture(t)
	edit := func(name, old, new string) {
		t.Helper()
		file := filepath.Join(dir, filepath.FromSlash(name))
		data, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(data), old) {
			t.Fatalf("%s does not hold %q: %v", name, old, err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const project = "content/projects/2024/mzj/01"
	edit(project+"/contract-01.md", "amount: 60\n", "amount: 55\n")
	edit(project+"/acceptance.md", "contractAmount: 60\n", "contractAmount: 55\n")
	edit(project+"/accounts.md", "amount: 60\n", "amount: 55\n")
	edit(project+"/index.md", "state:", "waivers: [{rule: R-154, reason: 尾款按调解书支付, by: dsjj, ruledOn: 2024-09-01}]\nstate:")
	if _, got := judge(t, dir, project); !slices.Equal(got, []string{"R-154", "C-008"}) {
		t.Errorf("without the key: %v", got)
	}
	edit("schemas/rules/R-154.md", "severity: error\n", "severity: error\nwaivable: true\n")
	if code, out, _ := run(t, dir, "check", project); code != 0 {
		t.Errorf("the waiver is refused:\n%s", out)
	}
}

// TestOpenReadingsAreNotedOnce takes rulings back: a check of the whole registry
// names the readings without one, a check of a part or of a change does not.
func TestOpenReadingsAreNotedOnce(t *testing.T) {
	dir := fixture(t)
	file := filepath.Join(dir, "schemas/interpretations.yaml")
	ruled, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	open := regexp.MustCompile(`(?s)(- id: A-(?:06|28)\n.*?)    ruled: [^\n]*\n`).ReplaceAll(ruled, []byte("$1"))
	if err := os.WriteFile(file, open, 0o644); err != nil {
		t.Fatal(err)
	}
	out, got := verdicts(t, dir, "")
	hold(t, "R-118 info", out, got)
	if files, message := found(t, dir, "R-118"); len(files) != 1 || files[0] != "schemas/interpretations.yaml" || !strings.Contains(message, "2 处还没有负责解释的单位答复，检查按默认读法：A-06、A-28") {
		t.Errorf("%v %s", files, message)
	}
	if files, _ := found(t, dir, "R-118", "content/projects/2026/jyj/01"); len(files) > 0 {
		t.Error("noted in a check of one project")
	}
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "base")
	if err := os.WriteFile(filepath.Join(dir, "content/projects/2026/jyj/01/index.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if files, _ := found(t, dir, "R-118", "--base", "HEAD"); len(files) > 0 {
		t.Error("noted in a check of a change")
	}
}
