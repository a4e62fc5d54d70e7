package cli_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/rule"
)

// vector is a hand-computed case of the regulation: edits of the fixture
// registry and what the shipped command must say of them. A want names rules
// with their severity ("R-032 warn"), rules that must not be reported
// ("no R-031"), or "clean" for no finding at all.
type vector struct {
	name  string
	want  string
	today string
	edits string
}

// edits reads blocks of top-level keys, each after the file that it replaces
// them in; "path delete" removes the file.
func edits(text string) rule.Example {
	var e rule.Example
	for line := range strings.Lines(text) {
		path, del := strings.CutSuffix(strings.TrimSpace(line), " delete")
		if strings.HasPrefix(line, "projects/") || strings.HasPrefix(line, "plans/") {
			e.Edits = append(e.Edits, rule.Edit{Path: "content/" + path, Delete: del})
			continue
		}
		e.Edits[len(e.Edits)-1].Text += line
	}
	return e
}

// verdicts returns "R-032 warn" for each finding of the registry in dir.
func verdicts(t *testing.T, dir, today string) (out string, got []string) {
	t.Helper()
	args := []string{"check", "--format", "json"}
	if today != "" {
		args = append(args, "--today", today)
	}
	_, out, stderr := run(t, dir, args...)
	if stderr != "" {
		t.Fatal(stderr)
	}
	var r jsonReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	for _, f := range r.Findings {
		got = append(got, f.Rule+" "+f.Severity)
	}
	return out, got
}

// hold compares findings with what a vector wants.
func hold(t *testing.T, want string, out string, got []string) {
	t.Helper()
	for w := range strings.SplitSeq(want, ", ") {
		id, not := strings.CutPrefix(w, "no ")
		switch {
		case w == "clean":
			if len(got) > 0 {
				t.Errorf("findings %v:\n%s", got, out)
			}
		case not:
			if slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, id+" ") }) {
				t.Errorf("%s is reported:\n%s", id, out)
			}
		case !slices.Contains(got, w):
			t.Errorf("want %s, got %v", w, got)
		}
	}
}

// TestVectors runs the hand-computed cases, both sides of every threshold,
// through the shipped command.
func TestVectors(t *testing.T) {
	dir := fixture(t)
	for _, v := range slices.Concat(declarationVectors, buildVectors, afterVectors) {
		t.Run(v.name, func(t *testing.T) {
			defer apply(t, dir, edits(v.edits))()
			out, got := verdicts(t, dir, v.today)
			hold(t, v.want, out, got)
		})
	}
}

var declarationVectors = []vector{
	{name: "on 15 September", want: "clean", edits: `projects/2026/jyj/01/declaration.md
submittedOn: 2025-09-15
`},
	{name: "on 16 September", want: "R-032 warn, no R-031", edits: `projects/2026/jyj/01/declaration.md
submittedOn: 2025-09-16
`},
	{name: "in January for the same year", want: "R-031 error, no R-032", edits: `projects/2026/jyj/01/declaration.md
submittedOn: 2026-01-03
`},
	{name: "ad hoc in January for the same year", want: "clean", edits: `projects/2026/yjj/01/adhoc.md
appliedOn: 2026-01-03
attestation: {unit: yjj, on: 2026-01-03}
projects/2026/yjj/01/declaration.md
submittedOn: 2026-01-03
attestation: {unit: yjj, on: 2026-01-03}
`},
	{name: "ad hoc in December for the next year", want: "R-112 error", edits: `projects/2026/yjj/01/adhoc.md
appliedOn: 2025-12-30
attestation: {unit: yjj, on: 2025-12-30}
`},
	{name: "a township builds", want: "R-114 error", edits: `projects/2027/jyj/01/index.md
implementingUnit: heping
filingUnit: jyj
`},
	{name: "a district bureau builds for fourteen sub-districts", want: "clean", edits: `projects/2026/cgj/01/index.md
beneficiaryUnits: [chengnan, qingjiang, pulou, zhakou, qingpu, fuqian, changxi, huaihai, changdong, liushuwan, shuidukou, qinghe, wudun, yanhe]
`},
	{name: "a school files itself", want: "R-036 warn", edits: `projects/2027/jyj/01/index.md
implementingUnit: qjpsx
filingUnit: qjpsx
`},
	{name: "the education bureau files for a school", want: "clean", edits: `projects/2027/jyj/01/index.md
implementingUnit: qjpsx
filingUnit: jyj
`},
	{name: "a contract before the plan", want: "R-051 error", edits: `projects/2026/jyj/01/contract-01.md
signedOn: 2026-03-01
plans/2026.md
notice: {docNo: 清大数据发〔2026〕1号, on: 2026-03-20, by: dsjj}
`},
	{name: "a stock contract of 2023", want: "clean", edits: `projects/2025/scjg/01/contract-01.md
signedOn: 2023-06-15
`},
	{name: "a scheme handed in again unchanged", want: "R-059 error", edits: `projects/2026/cgj/01/scheme-2.md
scheme: {kind: 建设方案, title: 城市管理智慧感知中心建设方案, on: 2026-03-04, sha256: 9b74c9897bac770ffc029102a200c5de4f1a0c1e5d2c3b4a596877869504a3b2}
`},
	{name: "stock paid in full and a fen more", want: "R-123 error", edits: `projects/2025/scjg/01/stock-2025.md
total: 100
payments:
  - {year: 2023, on: 2023-07-10, amount: 60}
  - {year: 2024, on: 2024-07-12, amount: 40.01}
nextYearNeed: 0
`},
	{name: "stock paid in full", want: "no R-123, no R-124", edits: `projects/2025/scjg/01/stock-2025.md
total: 100
payments:
  - {year: 2023, on: 2023-07-10, amount: 60}
  - {year: 2024, on: 2024-07-12, amount: 40}
  - {year: 2025, amount: 0}
nextYearNeed: 0
`},
	{name: "stock asks for more than is left", want: "R-124 error, no R-123", edits: `projects/2025/scjg/01/stock-2025.md
total: 100
payments: [{year: 2023, on: 2023-07-10, amount: 60}]
nextYearNeed: 41
`},
	{name: "stock asks for what is left", want: "no R-124, no R-123", edits: `projects/2025/scjg/01/stock-2025.md
total: 100
payments: [{year: 2023, on: 2023-07-10, amount: 60}]
nextYearNeed: 40
`},
}

const approved = `projects/2026/cgj/01/approval.md
reply: {docNo: 清发改投〔2026〕31号, on: 2026-03-27, amount: AMOUNT, by: fgw}
`

const thirdChange = `projects/2025/nyj/01/change-03.md
requestedOn: 2025-08-20
reason: 村民查询的口径调整
description: 调整村民查询页面的展示内容。
amountInvolved: AMOUNT
netDelta: 0
involvesEquipment: false
requestReport: {kind: 变更请示, title: 关于调整村民查询页面的请示, on: 2025-08-20}
opinion: {kind: 论证意见, title: 调整村民查询页面论证意见, on: 2025-08-19}
approval: {on: 2025-08-26, docNo: 清大数据发〔2025〕26号, by: dsjj, result: 同意}
effectiveOn: 2025-08-26
attestation: {unit: nyj, on: 2025-08-20}
`

const threeHundred = `projects/2025/nyj/01/approval.md
reply: {docNo: 清发改投〔2025〕18号, on: 2025-03-14, amount: 300, by: fgw}
`

func with(text, old, value string) string { return strings.ReplaceAll(text, old, value) }

func change(number, amount, net string) string {
	return "projects/2025/nyj/01/change-" + number + ".md\namountInvolved: " + amount + "\nnetDelta: " + net + "\n"
}

func brands(contract, before, after string) string {
	return `projects/2025/nyj/01/contract-01.md
items: [{name: 交换机, brand: ` + contract + `, model: S1, quantity: 4, unit: 台}]
projects/2025/nyj/01/change-01.md
items: [{name: 交换机, brandBefore: ` + before + `, brandAfter: ` + after + `, modelBefore: S1, modelAfter: S2, quantityBefore: 4, quantityAfter: 4}]
`
}

var buildVectors = []vector{
	{name: "works of exactly 200 without supervision", want: "R-071 error", edits: with(approved, "AMOUNT", "200") + "projects/2026/cgj/01/contract-02.md delete\n"},
	{name: "works of exactly 200 with supervision", want: "no R-071, no R-130", edits: with(approved, "AMOUNT", "200")},
	{name: "works of 199.99 without supervision", want: "R-074 info, no R-071", edits: with(approved, "AMOUNT", "199.99") + `projects/2026/cgj/01/contract-02.md delete
projects/2026/cgj/01/acceptance.md delete
projects/2026/cgj/01/index.md
state: S90
`},
	{name: "500 without works", want: "no R-071, no R-130", edits: with(approved, "AMOUNT", "500") + `projects/2026/cgj/01/contract-02.md delete
projects/2026/cgj/01/index.md
engineering: {involved: false, basis: 只开发软件，不含施工}
projects/2026/cgj/01/acceptance.md
supervisor: {name: 不适用（非工程类）, basis: 只开发软件，不含施工}
`},
	{name: "contract of 200 without works, the cell blank", want: "R-130 error, no R-071", edits: `projects/2026/jyj/01/acceptance.md
contractAmount: 200
`},
	{name: "works estimated at 180, contract of 205, the cell blank", want: "R-130 error", edits: `projects/2026/jyj/01/index.md
engineering: {involved: true, basis: 包含机房装修}
projects/2026/jyj/01/declaration.md
estimate: 180
funding: null
projects/2026/jyj/01/acceptance.md
contractAmount: 205
`},
	{name: "changes of 10, 10 and 10 in 300", want: "no R-076, no R-077", edits: threeHundred + change("01", "10", "6") + change("02", "10", "-4") + with(thirdChange, "AMOUNT", "10")},
	{name: "changes of 10, 10 and 10.01 in 300", want: "R-076 error, no R-077", edits: threeHundred + change("01", "10", "6") + change("02", "10", "-4") + with(thirdChange, "AMOUNT", "10.01")},
	{name: "a change of plus 20 and one of minus 20 in 300", want: "R-076 error, no R-077", edits: threeHundred + change("01", "20", "20") + change("02", "20", "-20")},
	{name: "a change of 30.01 in 300", want: "R-077 error", edits: threeHundred + change("01", "30.01", "6")},
	{name: "a change of 30 in 300", want: "no R-077", edits: threeHundred + change("01", "30", "6")},
	{name: "another brand", want: "R-079 error", edits: brands("华为", "华为", "新华三")},
	{name: "another name of the same brand", want: "clean", edits: brands("H3C", "H3C", "新华三")},
	{name: "another model without expert review", want: "R-080 error", edits: `projects/2025/nyj/01/change-01.md
expertReview: null
`},
}

// applied is the key project's request for acceptance on a day after a trial run
// that began on another; only the rule on the wait is asked about.
func applied(start, on string) string {
	return `projects/2025/nyj/01/trial.md
completedOn: ` + start + `
startedOn: ` + start + `
endedOn: null
projects/2025/nyj/01/acceptance.md
applications:
  - contractorAppliedOn: ` + on + `
    unitOpinionOn: ` + on + `
    unitOpinion: 试运行良好
    appliedOn: ` + on + `
    attestation: {unit: nyj, on: ` + on + `}
`
}

// lawful is the key project's request for acceptance on a day after the trial run
// that it really had, from 15 September 2025.
func lawful(on string) string {
	return `projects/2025/nyj/01/trial.md
endedOn: 2025-11-14
projects/2025/nyj/01/acceptance.md
applications:
  - contractorAppliedOn: 2025-11-14
    unitOpinionOn: 2025-11-14
    unitOpinion: 试运行良好，同意申请验收
    appliedOn: ` + on + `
    decidedOn: 2025-12-05
    decidedBy: dsjj
    result: 通过
    opinion: 同意通过竣工验收
    participants: [{role: BDB, count: 2}, {role: DRC, count: 1}, {role: EXP, count: 5}]
    attestation: {unit: nyj, on: ` + on + `}
    documents: [{kind: 验收意见, title: 农村集体资产监管平台竣工验收意见, on: 2025-12-05}]
`
}

// accepted is the key project as accepted on a day and without final accounts.
func accepted(on string) string {
	return applied("2024-03-15", on) + `    decidedOn: ` + on + `
    decidedBy: dsjj
    result: 通过
    opinion: 同意通过竣工验收
projects/2025/nyj/01/accounts.md delete
projects/2025/nyj/01/index.md
state: S100
`
}

func stop(notice, on string) string {
	return `projects/2024/mzj/01/decommission-01.md
noticeOn: ` + notice + `
plannedStopOn: ` + on + `
actualStopOn: ` + on + `
attestation: {unit: mzj, on: ` + notice + `}
`
}

var afterVectors = []vector{
	{name: "applied a day before two months", want: "R-085 error", edits: applied("2025-03-15", "2025-05-14")},
	{name: "applied after two months to the day", want: "no R-085", edits: applied("2025-03-15", "2025-05-15")},
	{name: "applied after two months to the day, in a whole life", want: "clean", edits: lawful("2025-11-15")},
	{name: "applied today, the last day of the two months", want: "R-085b info, no R-085", today: "2025-11-15", edits: lawful("2025-11-15")},
	{name: "applied on the last day of the two months, which is over", want: "no R-085b, no R-085", today: "2025-11-16", edits: lawful("2025-11-15")},
	{name: "applied today, a day after the two months", want: "no R-085b, no R-085", today: "2025-11-16", edits: lawful("2025-11-16")},
	{name: "applied a day before two months, in a whole life", want: "R-085 error, no L-002", edits: lawful("2025-11-14")},
	{name: "two months end in February", want: "no R-085", edits: applied("2025-12-31", "2026-02-28")},
	{name: "a day before two months end in February", want: "R-085 error", edits: applied("2025-12-31", "2026-02-27")},
	{name: "a day before two months end in a leap year", want: "R-085 error", edits: applied("2023-12-30", "2024-02-28")},
	{name: "two months end in a leap year", want: "no R-085", edits: applied("2023-12-30", "2024-02-29")},
	{name: "a general project without a trial run", want: "clean", edits: `projects/2026/jyj/01/acceptance.md
contractAmount: 84.6
`},
	{name: "no final accounts after a year", want: "R-090 error", today: "2025-07-01", edits: accepted("2024-06-30")},
	{name: "no final accounts within a year", want: "no R-090", today: "2025-06-30", edits: accepted("2024-06-30")},
	{name: "switched off a day before a month has passed", want: "R-100 error", edits: stop("2026-01-31", "2026-02-27")},
	{name: "switched off after a month to the day", want: "clean", edits: stop("2026-01-31", "2026-02-28")},
	{name: "switched off before the approval", want: "R-101 error", edits: `projects/2024/mzj/01/decommission-01.md
approval: {on: 2026-03-03, docNo: 清大数据发〔2026〕3号, by: dsjj, result: 批准}
`},
	{name: "a class of data without an action", want: "R-105 error", edits: `projects/2024/mzj/01/decommission-01.md
dataAssessment:
  on: 2026-02-24
  document: {kind: 数据评估报告, title: 停用前数据评估报告, on: 2026-02-24}
  classes:
    - {name: 津贴申领和发放记录, level: 重要, action: 迁移, target: 市级养老服务平台, doneOn: 2026-02-27}
    - {name: 社区受理日志, level: 一般, doneOn: 2026-03-04}
`},
}
