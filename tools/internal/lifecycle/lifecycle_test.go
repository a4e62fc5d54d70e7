package lifecycle_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/registrytest"
)

// overlay is the fixture registry of the rules with some files edited, or
// removed where the edit says so. The schemas are those of the registry itself.
type overlay struct {
	fixture, root *disk.Files
	edits         map[string]string
}

func (o overlay) Paths() []string {
	out := slices.Clone(o.fixture.Paths())
	for _, p := range o.root.Paths() {
		if strings.HasPrefix(p, "schemas/") {
			out = append(out, p)
		}
	}
	for p := range o.edits {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(out, func(p string) bool { return o.edits[p] == removed })
}

// removed is the edit that takes a file away.
const removed = "removed"

func (o overlay) Irregular() []string { return nil }

func (o overlay) Read(p string, limit int64) ([]byte, error) {
	from := o.fixture
	if strings.HasPrefix(p, "schemas/") {
		from = o.root
	}
	text, edited := o.edits[p]
	if !edited {
		return from.Read(p, limit)
	}
	old, _ := from.Read(p, limit)
	e := registrytest.Edit{Path: p, Text: text}
	return e.Apply(old), nil
}

// replay judges one project of the edited fixture.
func replay(t *testing.T, id string, edits map[string]string) *check.Verdict {
	t.Helper()
	fixture, err := disk.Open("../../../schemas/examples")
	if err != nil {
		t.Fatal(err)
	}
	root, err := disk.Open("../../..")
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(overlay{fixture, root, edits})
	if err != nil {
		t.Fatal(err)
	}
	var f *registry.Folder
	if f = j.Registry.Folder(id); f == nil {
		t.Fatalf("no project %s", id)
	}
	return j.Project(f, nil)
}

const (
	p27jyj = "content/projects/2027/jyj/01/"
	p27wjw = "content/projects/2027/wjw/01/"
	p26jyj = "content/projects/2026/jyj/01/"
	p26cgj = "content/projects/2026/cgj/01/"
	p26op  = "content/projects/2026/dsjj/01/"
	p26yjj = "content/projects/2026/yjj/01/"
	p25scj = "content/projects/2025/scjg/01/"
)

const meeting = `meetings:
  - on: 2026-10-20
    by: dsjj
    participants: [{role: EXP, count: 3}, {role: FIN}]
    aspects:
      necessity: {result: 通过, opinion: x}
      feasibility: {result: 不通过, opinion: x}
      security: {result: 通过, opinion: x}
      estimate: {result: 通过, opinion: x}
      dataSharing: {result: 通过, opinion: x}
    conclusion: 不通过
`

const notice = `kind: 停用
reason: 机构职能变更
noticeOn: 2026-10-08
plannedStopOn: 2026-11-30
attestation: {unit: jyj, on: 2026-10-08}
`

const failedFirst = `own:
  - {on: 2026-08-25, participants: [{role: UNIT}], result: 不通过, opinion: 缺测试报告, document: {kind: 验收意见, title: 验收意见}} # again
  - {on: 2026-08-30, participants: [{role: UNIT}], result: 通过, opinion: 同意, rectification: 补了测试报告, document: {kind: 验收意见, title: 验收意见}}
`

// nowKey makes the general project 2026-jyj-01 a key one after its filing. more
// is added to its scheme.
func nowKey(more string) map[string]string {
	return map[string]string{p26jyj + "procurement.md": removed, p26jyj + "contract-01.md": removed, p26jyj + "acceptance.md": removed,
		p26jyj + "scheme-1.md": more,
		p26jyj + "index.md": `class: 重点
classDecisions: [{class: 一般, by: dsjj, on: 2025-11-10, basis: 初步}, {class: 重点, by: dsjj, on: 2026-03-20, basis: 改为全区共用}]
`}
}

// with adds an edit to edits.
func with(edits map[string]string, file, text string) map[string]string {
	edits[file] = text
	return edits
}

const refiled = "refilings: [{on: 2026-04-08, receivedBy: dsjj, attestation: {unit: jyj, on: 2026-04-07}}]\n"

const secondScheme = `submittedOn: 2026-03-25
version: '2.0'
scheme: {kind: 建设方案, title: 建设方案第二版, sha256: 9b74c9897bac770ffc029102a200c5de4f1a0c1e5d2c3b4a596877869504a3b2}
result: 通过
decidedOn: 2026-04-02
decidedBy: dsjj
attestation: {unit: jyj, on: 2026-03-25}
`

// sidePaths are lives that the sample registry does not show.
var sidePaths = []struct {
	name, id, last, state string
	edits                 map[string]string
}{
	{"an appraisal fails and the declaration goes back", "2027-wjw-01", "T06", "S11",
		map[string]string{p27wjw + "appraisal.md": meeting}},
	{"a decommissioning is refused", "2026-jyj-01", "T36", "S101",
		map[string]string{p26jyj + "decommission-01.md": notice + "approval: {on: 2026-10-20, docNo: 清大数据发〔2026〕20号, by: dsjj, result: 不批准}\n"}},
	{"a decommissioning is withdrawn", "2026-jyj-01", "T36", "S101",
		map[string]string{p26jyj + "decommission-01.md": notice + "withdrawal: {on: 2026-10-12, reason: 继续使用}\n"}},
	{"a decommissioning is approved and then withdrawn", "2026-jyj-01", "T36", "S101",
		map[string]string{p26jyj + "decommission-01.md": notice + "approval: {on: 2026-10-20, docNo: 清大数据发〔2026〕20号, by: dsjj, result: 批准}\nwithdrawal: {on: 2026-11-02, reason: 继续使用}\n"}},
	{"a decommissioning is notified again after a refusal", "2026-jyj-01", "T33", "S121",
		map[string]string{p26jyj + "decommission-01.md": notice + "approval: {on: 2026-10-20, docNo: 清大数据发〔2026〕20号, by: dsjj, result: 不批准}\n",
			p26jyj + "decommission-02.md": strings.ReplaceAll(notice, "2026-10-08", "2027-01-05") + "approval: {on: 2027-01-20, docNo: 清大数据发〔2027〕2号, by: dsjj, result: 批准}\n"}},
	{"the unit does not accept and the filing follows the acceptance", "2026-jyj-01", "T23", "S101",
		map[string]string{p26jyj + "acceptance.md": failedFirst}},
	{"the unit does not accept", "2026-jyj-01", "T22F", "S96",
		map[string]string{p26jyj + "acceptance.md": strings.SplitAfter(failedFirst, "# again\n")[0] + "filing: null\n"}},
	{"an ad-hoc application is refused", "2026-yjj-01", "T43", "S900",
		map[string]string{"content/plans/2026.md": "supplements: null\n", p26yjj + "adhoc.md": "govConsent: null\nrefusal: {on: 2026-05-18, by: dsjj, reason: 可并入上级平台}\n"}},
	{"a stock project is accepted by its unit", "2025-scjg-01", "T52C", "S100",
		map[string]string{p25scj + "acceptance.md": `procurementNumber: CG-01
contractors: [{name: 示例软件有限公司, uscc: 91320812000000019J}]
period: {start: 2024-06-03, end: 2026-03-02}
contractAmount: 84.6
content: 归集企业信用信息
own: [{on: 2026-03-02, participants: [{role: UNIT}], result: 通过, opinion: 同意, document: {kind: 验收意见, title: 验收意见}}]
`}},
	{"a project that did not start is carried over to the next plan", "2026-yjj-01", "T09", "S40",
		map[string]string{"content/plans/2027.md": `year: 2027
status: 已印发
items: [{project: 2026-yjj-01, priority: 1, class: 一般, total: 38, annual: 38, period: {start: 2027-01-01, end: 2027-12-31}, funding: 区级财政投资}]
govApproval: {meeting: 区政府第七十次常务会议, on: 2027-01-12}
notice: {docNo: 清大数据发〔2027〕1号, on: 2027-01-20, by: dsjj}
`}},
	{"a general project becomes a key one after its filing", "2026-jyj-01", "T80", "S50", nowKey("")},
	{"its scheme is reviewed and fails", "2026-jyj-01", "T13", "S51", nowKey("result: 不通过\ndecidedOn: 2026-04-02\ndecidedBy: dsjj\nreasons: 缺数据共享\n")},
	{"its scheme passes and it is filed again", "2026-jyj-01", "T15R", "S52", with(nowKey("result: 通过\ndecidedOn: 2026-04-02\ndecidedBy: dsjj\n"), p26jyj+"review.md", refiled)},
	{"its scheme is handed in anew and passes", "2026-jyj-01", "T15R", "S52", with(with(nowKey(""), p26jyj+"scheme-2.md", secondScheme), p26jyj+"review.md", refiled)},
	{"a key project becomes a general one", "2026-cgj-01", "T80", "S51", map[string]string{p26cgj + "scheme-2.md": removed, p26cgj + "review.md": removed, p26cgj + "approval.md": removed,
		p26cgj + "procurement.md": removed, p26cgj + "contract-01.md": removed, p26cgj + "contract-02.md": removed, p26cgj + "trial.md": removed, p26cgj + "acceptance.md": removed,
		p26cgj + "index.md": "class: 一般\nclassDecisions: [{class: 重点, by: dsjj, on: 2025-11-10, basis: 初步}, {class: 一般, by: dsjj, on: 2026-03-02, basis: 规模缩小}]\n"}},
	{"two packages, one fails and is procured again after the other was signed", "2026-jyj-01", "T23", "S101",
		map[string]string{p26jyj + "procurement.md": `rounds:
  - {method: 竞争性磋商, number: CG-1, noticeOn: 2026-03-26, awardOn: 2026-04-10}
  - {method: 竞争性磋商, number: CG-2, noticeOn: 2026-03-28, failedOn: 2026-04-10, failure: 流标}
  - {method: 竞争性磋商, number: CG-2, noticeOn: 2026-04-24, failedOn: 2026-04-30, failure: 流标}
  - {method: 询价, number: CG-3, noticeOn: 2026-05-06, awardOn: 2026-05-15}
`}},
	{"a class is decided anew after the appraisal", "2026-cgj-01", "T25", "S100",
		map[string]string{p26cgj + "index.md": `classDecisions:
  - {class: 重点, by: dsjj, on: 2025-11-10, basis: 初步}
  - {class: 重点, by: dsjj, on: 2025-12-01, basis: 复核}
`}},
}

func TestSidePaths(t *testing.T) {
	registrytest.NeedSample(t)
	for _, c := range sidePaths {
		t.Run(c.name, func(t *testing.T) {
			v := replay(t, c.id, c.edits)
			for _, f := range v.Findings {
				if f.Rule == "L-002" || !v.Known {
					t.Errorf("%s:%d %s %s", f.File, f.Line, f.Rule, f.Message.En)
				}
			}
			if v.History.State != c.state || v.History.Steps[len(v.History.Steps)-1].Transition.ID != c.last {
				t.Errorf("in %s after %+v; want %s by %s", v.History.State, v.History.Steps, c.state, c.last)
			}
		})
	}
}

// TestTheSampleShowsEveryOtherTransition replays the sample registry: a
// transition that no life takes is a definition that nobody has seen work.
func TestTheSampleShowsEveryOtherTransition(t *testing.T) {
	registrytest.NeedSample(t)
	files, err := disk.Open("../../..")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	taken := map[string]bool{}
	for _, c := range sidePaths {
		taken[c.last] = true
	}
	res, err := check.All(files, check.Options{Visit: func(v *check.Verdict) {
		mu.Lock()
		defer mu.Unlock()
		for _, s := range v.History.Steps {
			taken[s.Transition.ID] = true
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range res.Judge.Lifecycle.Transitions {
		if !taken[tr.ID] {
			t.Errorf("no life takes %s %s", tr.ID, tr.Zh)
		}
	}
}

// TestSkippedAndMisplacedStepsAreRefused adds one record that does not belong.
func TestSkippedAndMisplacedStepsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, id, file, text, transition string
	}{
		{"procurement before the plan", "2027-jyj-01", p27jyj + "procurement.md", "rounds: [{method: 询价, number: CG-1, noticeOn: 2026-10-01}]\n", "T17"},
		{"a contract without procurement", "2027-jyj-01", p27jyj + "contract-01.md", "number: HT-1\nkind: 建设\ncontractor: {name: 示例软件有限公司, uscc: 91320812000000019J}\namount: 10\nsignedOn: 2026-10-01\nstart: 2026-10-01\nend: 2026-12-01\n", "T18"},
		{"a notice again before the procurement has failed", "2026-jyj-01", p26jyj + "procurement.md", "rounds:\n  - {method: 询价, number: CG-1, noticeOn: 2026-03-26}\n  - {method: 询价, number: CG-1, noticeOn: 2026-04-02, awardOn: 2026-04-10}\n", "T17"},
		{"a trial run of a maintenance project", "2026-dsjj-01", p26op + "trial.md", "completedOn: 2026-06-01\nstartedOn: 2026-06-01\n", "T21"},
		{"an evaluation before acceptance", "2026-dsjj-01", p26op + "evaluation-2026.md", "on: 2026-09-01\nby: dsjj\nsummary: 好\n", "T30"},
		{"appraisal before the reserve", "2027-jyj-01", p27jyj + "appraisal.md", meeting, "T06"},
		{"final accounts before the acceptance is filed", "2026-jyj-01", p26jyj + "accounts.md", "on: 2026-08-30\namount: 84.6\ndocument: {kind: 决算报告, title: 决算}\n", "T28"},
		{"switched off before it was approved", "2026-jyj-01", p26jyj + "decommission-01.md", notice + "actualStopOn: 2026-11-20\n", "T34"},
		{"a stop without a notice in force", "2026-jyj-01", p26jyj + "decommission-01.md", notice + "approval: {on: 2026-10-20, docNo: 清大数据发〔2026〕20号, by: dsjj, result: 不批准}\nactualStopOn: 2026-11-20\n", "T34"},
		{"a project under construction is switched off, not terminated", "2026-dsjj-01", p26op + "decommission-01.md", notice, "T32"},
		{"withdrawal after the plan", "2026-jyj-01", p26jyj + "index.md", "closure: {kind: 撤回, on: 2026-10-01, by: jyj, reason: x}\n", "T60"},
		{"an ad-hoc application of a planned project", "2026-jyj-01", p26jyj + "adhoc.md", "appliedOn: 2026-05-06\nproposedBy: jyj\nplanYear: 2026\nurgencyReason: 必须当年实施\nattestation: {unit: jyj, on: 2026-05-06}\n", "T40"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := replay(t, c.id, map[string]string{c.file: c.text})
			if !slices.ContainsFunc(v.History.Findings, func(f finding.Finding) bool {
				return f.Rule == "L-002" && f.File == c.file && f.Line > 1 && strings.Contains(f.Message.Zh, c.transition)
			}) {
				t.Errorf("not refused at its place: %+v", v.Findings)
			}
		})
	}
}

// TestEveryStateCanBeReachedAndLeft walks the definition itself.
func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	files, err := disk.Open("../../..")
	if err != nil {
		t.Fatal(err)
	}
	j, err := check.NewJudge(files)
	if err != nil {
		t.Fatal(err)
	}
	final := []string{"S140", "S900", "S910"}
	for _, s := range j.Lifecycle.States {
		in, out := false, false
		for _, tr := range j.Lifecycle.Transitions {
			for _, m := range tr.Moves {
				in = in || m.To == s.Code
				out = out || slices.Contains(m.From, s.Code) && m.To != "="
			}
		}
		if !in && s.Code != "S00" {
			t.Errorf("no transition leads to %s %s", s.Code, s.Zh)
		}
		if out == slices.Contains(final, s.Code) {
			t.Errorf("%s %s: leaving is possible: %v", s.Code, s.Zh, out)
		}
	}
	for _, tr := range j.Lifecycle.Transitions {
		if tr.Clause == "" || tr.Zh == "" || tr.En == "" || len(tr.Propose) == 0 {
			t.Errorf("%s lacks clause, names or proposer", tr.ID)
		}
	}
}
