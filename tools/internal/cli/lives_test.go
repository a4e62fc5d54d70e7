package cli_test

import "testing"

// TestLives runs whole lives, lawful and unlawful, along the side paths of the
// regulation: a class that changes, work that is given up, tenders that fail,
// acceptance that is refused, plans that are missed.
func TestLives(t *testing.T) {
	dir := fixture(t)
	for _, v := range lives {
		t.Run(v.name, func(t *testing.T) {
			defer apply(t, dir, edits(v.edits))()
			out, got := verdicts(t, dir, v.today)
			hold(t, v.want, out, got)
		})
	}
}

// unbuilt takes from the general project 2026-jyj-01 what followed its filing.
const unbuilt = `projects/2026/jyj/01/procurement.md delete
projects/2026/jyj/01/contract-01.md delete
projects/2026/jyj/01/acceptance.md delete
`

// reclassified makes it a key project after its filing (三（二）¶1).
const reclassified = unbuilt + `projects/2026/jyj/01/index.md
class: 重点
classDecisions:
  - {class: 一般, by: dsjj, on: 2025-11-10, basis: 单一业务系统}
  - {class: 重点, by: dsjj, on: 2026-03-20, basis: 扩大为全区共用的学籍数据平台}
`

// passedAsKey has its scheme pass and the form filled in and filed again.
const passedAsKey = `projects/2026/jyj/01/scheme-1.md
result: 通过
decidedOn: 2026-04-02
decidedBy: dsjj
techAssessment: {held: false, document: {kind: 技术评估意见, title: 建设方案技术评估意见, on: 2026-04-01}}
projects/2026/jyj/01/review.md
applicantSignedOn: 2026-04-03
reviewedOn: 2026-04-07
leaderOpinion: {text: 同意, on: 2026-04-08}
refilings: [{on: 2026-04-09, receivedBy: dsjj, attestation: {unit: jyj, on: 2026-04-03}}]
`

const approvedAsKey = `projects/2026/jyj/01/approval.md
submittedOn: 2026-04-10
planYear: 2026
package:
  - {kind: 年度计划文件, title: 2026年度政务信息化项目建设计划, docNo: 清大数据发〔2026〕1号, on: 2026-01-23}
  - {kind: 建设方案, title: 义务教育入学服务平台建设方案, on: 2026-02-24}
  - {kind: 技术评估意见, title: 建设方案技术评估意见, on: 2026-04-01}
  - {kind: 可行性研究报告, title: 可行性研究报告, on: 2026-02-20}
reply: {docNo: 清发改投〔2026〕33号, on: 2026-04-15, amount: 86.5, by: fgw}
`

func state(project, code string) string {
	return "projects/" + project + "/index.md\nstate: " + code + "\n"
}

const jyj, cgj, nyj, mzj, scjg, yjj, wjw = "2026/jyj/01", "2026/cgj/01", "2025/nyj/01", "2024/mzj/01", "2025/scjg/01", "2026/yjj/01", "2027/wjw/01"

// meeting is an appraisal that was passed.
func meeting(on string) string {
	return "  - on: " + on + `
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
}

// twoRounds has the supervision of the key project put out to tender as well.
func twoRounds(outcome string) string {
	return `projects/2026/cgj/01/procurement.md
rounds:
  - {method: 公开招标, number: JSQJ-2026-022, noticeOn: 2026-03-30, noticeUrl: "https://example.org/notice/2026-022", venue: 区公共资源交易中心, estimate: 255, tenderers: 5, awardOn: 2026-04-21, awardUrl: "https://example.org/award/2026-022"}
  - {method: 竞争性磋商, number: JSQJ-2026-023, noticeOn: 2026-04-02, noticeUrl: "https://example.org/notice/2026-023", venue: 区公共资源交易中心, estimate: 5, tenderers: 3, ` + outcome + `}
`
}

// stopped is a notice of a stop; more is what has happened to it.
func stopped(project, unit, number, kind, notice, planned, more string) string {
	return "projects/" + project + "/decommission-" + number + ".md\nkind: " + kind + "\nreason: 工作内容变更\nnoticeOn: " + notice +
		"\nplannedStopOn: " + planned + "\nattestation: {unit: " + unit + ", on: " + notice + "}\n" + more
}

const refusedNotice = "approval: {on: 2026-10-20, docNo: 清大数据发〔2026〕20号, by: dsjj, result: 不批准}\n"

var lives = []vector{
	{name: "a general project becomes a key one after its filing", want: "clean", edits: reclassified + state(jyj, "S50")},
	{name: "its scheme passes, it is filed again and approved", want: "clean", edits: reclassified + passedAsKey + approvedAsKey + state(jyj, "S60")},
	{name: "it is approved without having been filed again", want: "R-060 error, no L-002", edits: reclassified + approvedAsKey + state(jyj, "S60")},
	{name: "the form that is filed again was signed before the scheme passed", want: "R-061 error, no L-002", edits: reclassified + passedAsKey + `projects/2026/jyj/01/review.md
applicantSignedOn: 2026-04-01
` + state(jyj, "S52")},
	{name: "it is put out to tender as if it were still general", want: "R-062 error, no L-002", edits: `projects/2026/jyj/01/index.md
class: 重点
classDecisions:
  - {class: 一般, by: dsjj, on: 2025-11-10, basis: 单一业务系统}
  - {class: 重点, by: dsjj, on: 2026-03-12, basis: 扩大为全区共用的学籍数据平台}
`},
	{name: "construction is terminated", want: "clean", edits: `projects/2026/jyj/01/acceptance.md delete
projects/2026/jyj/01/index.md
state: S910
closure: {kind: 终止, on: 2026-07-02, by: dsjj, reason: 上级平台统一建设}
`},
	{name: "a running system is terminated by a note in the index alone", want: "R-101 error, no L-002", edits: `projects/2026/cgj/01/acceptance.md delete
projects/2026/cgj/01/index.md
state: S910
closure: {kind: 终止, on: 2026-10-09, by: dsjj, reason: 上级平台统一建设}
`},
	{name: "a running system is terminated by notice, a month ahead", want: "clean", edits: `projects/2026/cgj/01/acceptance.md delete
` + stopped(cgj, "cgj", "01", "终止", "2026-10-09", "2026-11-09", "approval: {on: 2026-10-20, docNo: 清大数据发〔2026〕20号, by: dsjj, result: 批准}\n") + state(cgj, "S121")},
	{name: "the termination of a running system is refused", want: "clean", edits: `projects/2026/cgj/01/acceptance.md delete
` + stopped(cgj, "cgj", "01", "终止", "2026-10-09", "2026-11-09", refusedNotice) + state(cgj, "S90")},
	{name: "a stop is refused and notified again", want: "clean", edits: stopped(jyj, "jyj", "01", "停用", "2026-10-09", "2026-11-30", refusedNotice) +
		stopped(jyj, "jyj", "02", "停用", "2027-01-05", "2027-02-05", "") + state(jyj, "S120")},
	{name: "a second notice while the first is pending", want: "L-002 error", edits: stopped(jyj, "jyj", "01", "停用", "2026-10-09", "2026-11-30", "") +
		stopped(jyj, "jyj", "02", "停用", "2026-10-15", "2026-11-30", "") + state(jyj, "S120")},
	{name: "a project in reserve is withdrawn", want: "clean", edits: `projects/2027/wjw/01/index.md
state: S900
closure: {kind: 撤回, on: 2026-11-02, by: wjw, reason: 并入市级平台}
`},
	{name: "a tender fails and is repeated", want: "clean", edits: `projects/2026/jyj/01/procurement.md
rounds:
  - {method: 竞争性磋商, number: JSQJ-2026-011, noticeOn: 2026-03-12, noticeUrl: "https://example.org/notice/2026-011", venue: 区公共资源交易中心, estimate: 86.5, tenderers: 1, failedOn: 2026-03-17}
  - {method: 竞争性磋商, number: JSQJ-2026-018, noticeOn: 2026-03-18, noticeUrl: "https://example.org/notice/2026-018", venue: 区公共资源交易中心, estimate: 86.5, tenderers: 4, awardOn: 2026-04-10, awardUrl: "https://example.org/award/2026-018"}
`},
	{name: "a tender of a key project fails", want: "clean", edits: `projects/2026/cgj/01/contract-01.md delete
projects/2026/cgj/01/contract-02.md delete
projects/2026/cgj/01/trial.md delete
projects/2026/cgj/01/acceptance.md delete
projects/2026/cgj/01/procurement.md
rounds: [{method: 公开招标, number: JSQJ-2026-022, noticeOn: 2026-03-30, noticeUrl: "https://example.org/notice/2026-022", venue: 区公共资源交易中心, estimate: 255, failedOn: 2026-04-21}]
` + state(cgj, "S60")},
	{name: "supervision is put out to tender beside the work", want: "clean", edits: twoRounds("awardOn: 2026-04-21, awardUrl: \"https://example.org/award/2026-023\"")},
	{name: "one of two tenders fails", want: "clean", edits: twoRounds("failedOn: 2026-04-22")},
	{name: "one of two tenders fails before the other is awarded", want: "clean", edits: twoRounds("failedOn: 2026-04-10")},
	{name: "a class is changed when the contract has been signed", want: "L-002 error", edits: `projects/2026/jyj/01/index.md
class: 重点
classDecisions:
  - {class: 一般, by: dsjj, on: 2025-11-10, basis: 单一业务系统}
  - {class: 重点, by: dsjj, on: 2026-05-12, basis: 扩大为全区共用的学籍数据平台}
`},
	{name: "a contract after a tender that failed", want: "L-002 error", edits: `projects/2026/jyj/01/procurement.md
rounds: [{method: 竞争性磋商, number: JSQJ-2026-018, noticeOn: 2026-03-18, noticeUrl: "https://example.org/notice/2026-018", estimate: 86.5, failedOn: 2026-04-10}]
`},
	{name: "a project is deferred, appraised again and planned for the next year", want: "clean", edits: unbuilt + `projects/2026/jyj/01/scheme-1.md delete
projects/2026/jyj/01/review.md delete
projects/2026/jyj/01/index.md
state: S40
projects/2026/jyj/01/appraisal.md
meetings:
` + meeting("2025-10-28") + meeting("2026-10-28") + `projects/2026/jyj/01/index.md
deferrals: [{on: 2026-01-16, planYear: 2026, reason: 资金安排不足}]
disclosureReview: {by: jyj, on: 2027-01-22, result: 可以公开}
plans/2026.md
items:
  - {project: 2026-cgj-01, priority: 1, class: 重点, total: 260, annual: 260, period: {start: 2026-02-01, end: 2026-12-31}, funding: 区级财政投资, content: 指挥大厅}
  - {project: 2026-dsjj-01, priority: 3, class: 一般, total: 48, annual: 48, period: {start: 2026-04-01, end: 2027-03-31}, funding: 区级财政投资, content: 驻场运维}
total: 346
plans/2027.md
year: 2027
status: 已印发
items: [{project: 2026-jyj-01, priority: 1, class: 一般, total: 86.5, annual: 86.5, period: {start: 2027-02-01, end: 2027-12-31}, funding: 区级财政投资, content: 入学报名}]
participants: [{role: BDB}, {role: DRC}, {role: FIN}]
govApproval: {meeting: 区政府第七十次常务会议, on: 2027-01-12}
notice: {docNo: 清大数据发〔2027〕1号, on: 2027-01-20, by: dsjj}
total: 86.5
`},
	{name: "acceptance is refused, a change is approved and acceptance passed", want: "clean", edits: `projects/2025/nyj/01/acceptance.md
contractAmount: 308
applications:
  - contractorAppliedOn: 2025-11-18
    unitOpinionOn: 2025-11-19
    unitOpinion: 试运行良好，同意申请验收
    appliedOn: 2025-11-20
    decidedOn: 2025-11-21
    decidedBy: dsjj
    result: 不通过
    opinion: 两个村居没有覆盖
    participants: [{role: BDB}, {role: DRC}, {role: EXP, count: 5}]
    attestation: {unit: nyj, on: 2025-11-20}
  - contractorAppliedOn: 2025-12-02
    unitOpinionOn: 2025-12-02
    unitOpinion: 已经整改
    appliedOn: 2025-12-03
    decidedOn: 2025-12-05
    decidedBy: dsjj
    result: 通过
    opinion: 同意通过竣工验收
    participants: [{role: BDB}, {role: DRC}, {role: EXP, count: 5}]
    rectification: 增加两个村居的终端
    attestation: {unit: nyj, on: 2025-12-03}
` + change("02", "11", "-4") + with(thirdChange, "2025-08-", "2025-11-") + `amountInvolved: 1
netDelta: 1
requestedOn: 2025-11-24
opinion: {kind: 论证意见, title: 增加终端论证意见, on: 2025-11-23}
requestReport: {kind: 变更请示, title: 关于增加终端的请示, on: 2025-11-24}
attestation: {unit: nyj, on: 2025-11-24}
`},
	{name: "a change after acceptance", want: "L-002 error", edits: with(with(thirdChange, "2025-08-", "2025-12-"), "AMOUNT", "1")},
	{name: "a stock project is not accepted by its unit, then is", want: "clean", edits: `projects/2025/scjg/01/acceptance.md
procurementNumber: SCJG-2023
contractors: [{name: 示例数据有限公司, uscc: 91320812000000051X}]
period: {start: 2023-06-15, end: 2026-03-20}
contractAmount: 180
content: 企业信用信息归集、双随机抽查管理和信用修复三个模块
own:
  - {on: 2026-03-02, participants: [{role: UNIT}], result: 不通过, opinion: 模块缺失, document: {kind: 验收意见, title: 验收意见, on: 2026-03-02}}
  - {on: 2026-03-20, participants: [{role: UNIT}], result: 通过, opinion: 同意, rectification: 已补齐, document: {kind: 验收意见, title: 验收意见, on: 2026-03-20}}
projects/2025/scjg/01/index.md
state: S100
noDataReason: 数据归入市级信用平台
`},
	{name: "a stock project is terminated", want: "clean", edits: `projects/2025/scjg/01/index.md
state: S910
closure: {kind: 终止, on: 2026-07-20, by: dsjj, reason: 并入市级平台}
`},
	{name: "an ad-hoc application is not passed by the bureau and refused", want: "clean", edits: `plans/2026.md
supplements: null
total: null
projects/2026/yjj/01/adhoc.md
bdbReview: {on: 2026-05-12, by: dsjj, result: 不通过, opinion: 可以列入下一年度}
drcReview: null
govConsent: null
refusal: {on: 2026-05-13, by: dsjj, reason: 可以列入下一年度}
projects/2026/yjj/01/index.md
state: S900
class: null
classDecisions: null
disclosureReview: null
`},
	{name: "an ad-hoc application is withdrawn", want: "clean", edits: `plans/2026.md
supplements: null
total: null
projects/2026/yjj/01/adhoc.md
govConsent: null
projects/2026/yjj/01/index.md
state: S900
class: null
classDecisions: null
disclosureReview: null
closure: {kind: 撤回, on: 2026-05-18, by: yjj, reason: 上级已有平台}
`},
	{name: "an ad-hoc project is added to the plan although a review failed", want: "R-111 error, no L-002", edits: `projects/2026/yjj/01/adhoc.md
drcReview: {on: 2026-05-14, by: fgw, result: 不通过, opinion: 不急}
`},
	{name: "an ad-hoc supplement is issued in the next January", want: "R-113 warn, no R-112", edits: `plans/2026.md
supplements:
  - number: 1
    items: [{project: 2026-yjj-01, priority: 4, class: 一般, total: 38, annual: 38, period: {start: 2026-06-01, end: 2026-12-31}, funding: 区级财政投资, content: 险情上报}]
    govConsent: {meeting: 区政府第六十二次常务会议, on: 2026-05-20}
    notice: {docNo: 清大数据发〔2027〕1号, on: 2027-01-05, by: dsjj}
`},
	{name: "a system is merged into another and notified to stop", want: "clean", edits: `projects/2024/mzj/01/rationalisation.md
action: 并
targetSystem: 2025-nyj-01
trigger: 职能并转
`},
	{name: "two units share a project, one of them leads and files", want: "clean", edits: `projects/2027/jyj/01/index.md
participatingUnits: [jyj, rsj]
leadUnit: jyj
`},
	{name: "two units share a project and nobody leads", want: "R-037 error", edits: `projects/2027/jyj/01/index.md
participatingUnits: [jyj, rsj]
`},
	{name: "key work goes on without the scheme having passed", want: "R-060 error, no L-002", edits: `projects/2026/cgj/01/scheme-2.md
result: 不通过
reasons: 没有改
`},
	{name: "the final accounts of a general project come before its filing", want: "L-002 error", edits: `projects/2026/jyj/01/accounts.md
on: 2026-08-30
amount: 84.6
document: {kind: 决算报告, title: 决算报告, on: 2026-08-30}
`},
	{name: "a general project runs on trial and is accepted by its unit", want: "clean", edits: `projects/2026/jyj/01/trial.md
completedOn: 2026-08-20
startedOn: 2026-08-20
`},
	{name: "an evaluation during the notice of a stop", want: "no L-002", edits: stopped(jyj, "jyj", "01", "停用", "2026-10-09", "2026-11-30", "") + `projects/2026/jyj/01/evaluation-2026.md
on: 2026-10-12
by: dsjj
summary: 运行稳定，使用人数达到预期
score: 85
grade: 良
` + state(jyj, "S120")},
}
