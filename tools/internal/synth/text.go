package synth

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The phrase grammar: enough variety that searching, indexing and checking see
// texts that differ as real ones do.
var (
	systems  = []string{"管理平台", "服务平台", "监管系统", "信息系统", "一体化平台", "数据资源库", "指挥调度系统", "移动应用", "综合应用", "分析系统"}
	newVerbs = []string{"建设", "建设（一期）", "建设（二期）", "升级改造", "扩容", "购买服务"}
	runVerbs = []string{"年度运行维护", "运维服务", "云资源租用与运维"}
	modules  = []string{"信息采集", "在线填报", "审核审批", "统计分析", "预警提醒", "任务派发", "移动端应用", "电子档案", "数据看板", "视频接入", "地图展示", "考核评价",
		"消息通知", "权限管理", "日志审计", "数据治理", "台账管理", "巡查打卡", "知识问答", "报表生成", "流程编排", "满意度回访"}
	people = []string{"社区工作者", "窗口人员", "企业经办人", "基层网格员", "业务科室", "办事群众", "街道和部门", "一线执法人员", "家长和教师", "养老机构"}
	ways   = []string{"依托区政务云部署，不新建机房", "与区数据共享交换平台对接，按目录归集业务数据", "接入统一身份认证，沿用现有账号", "复用市级平台已有能力，只补建缺少的功能",
		"改造现有接口，逐步停用旧系统", "按网络安全等级保护二级要求同步建设", "利用现有终端和网络，不采购大型设备", "移动端接入现有政务应用，不单独开发客户端"}
	troubles = []string{"纸质台账多、重复填报", "多个系统各管一段、数据对不上", "现有系统建成较早、故障较多", "发现问题靠人工、处置情况无法追溯", "基层多头报送、负担较重", "群众查询不便、办理环节多"}
	gains    = []string{"平均办理时间缩短%d%%", "基层报表减少%d张", "问题按期处置率达到%d%%", "数据自动归集率达到%d%%", "重复录入减少%d%%"}
	papers   = []string{"数字政府建设年度任务", "信息化工作要点", "高质量发展考核细则", "公共服务提升行动方案", "数据要素工作计划", "基层减负若干措施"}
	agencies = []string{"淮示例政办发", "淮示例数发", "清示例政办发", "苏示例数发"}
	makers   = []string{"汇智", "云帆", "启明", "信达", "博远", "数联", "智诚", "恒通", "天枢", "和创"}
	trades   = []string{"软件有限公司", "信息技术有限公司", "数据服务有限公司", "网络科技有限公司", "系统集成有限公司"}
	places   = []string{"江苏", "南京", "苏州", "无锡", "淮安"}
	notes    = []string{"同意入库，建设内容与已有平台的边界应当写清。", "必要性充分，同意入库，论证时请补充数据共享安排。", "同意入库，投资构成请进一步细化。", "业务需要明确，同意入库。"}
	returns  = []string{"投资构成没有分项，退回补充后重新申报。", "与现有平台的功能有重复，请说明取舍后重新申报。", "没有写明数据共享的内容，退回补正。"}
	opinions = []string{"职能依据充分，现有手段已不能满足需要", "技术路线成熟，同类做法已有成功经验", "应在合同中明确数据安全责任", "匡算构成基本合理，采购限价应进一步核减", "承诺按目录归集业务数据",
		"建设周期可行，应合理安排节点", "与现有系统边界清楚，没有重复建设", "安全措施与等级保护要求相符"}
)

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// some returns n different entries of list.
func some(r *rand.Rand, list []string, n int) []string {
	out := make([]string, 0, n)
	for _, i := range r.Perm(len(list))[:n] {
		out = append(out, list[i])
	}
	return out
}

// join writes a list as Chinese does: 甲、乙和丙.
func join(list []string) string {
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], "、") + "和" + list[last]
}

func gain(r *rand.Rand) string {
	s := pick(r, gains)
	return fmt.Sprintf(s, 10+r.IntN(80))
}

// content describes what is built, in numbered lines.
func content(r *rand.Rand, theme string) string {
	lines := []func() string{
		func() string {
			return fmt.Sprintf("建设%s的%s功能，面向%s使用", theme, join(some(r, modules, 3)), pick(r, people))
		},
		func() string { return fmt.Sprintf("%s，迁移历史数据约%d万条", pick(r, ways), 1+r.IntN(90)) },
		func() string {
			return fmt.Sprintf("开发数据接口%d个，归集%s专题数据并建立目录", 2+r.IntN(30), theme)
		},
		func() string {
			return fmt.Sprintf("完善%s，补充%s两项移动端功能", join(some(r, modules, 2)), join(some(r, modules, 2)))
		},
		func() string {
			return fmt.Sprintf("提供%d个月驻场服务和操作培训，覆盖%s", 3+r.IntN(22), pick(r, people))
		},
	}
	var b strings.Builder
	for n, i := range r.Perm(len(lines))[:2+r.IntN(3)] {
		if n > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%d. %s。", n+1, lines[i]())
	}
	return b.String()
}

// introduction presents the project to the public.
func introduction(r *rand.Rand, title, theme string) string {
	first := fmt.Sprintf("针对%s工作中%s的情况，%s将%s集中到一处，供%s使用。", theme, pick(r, troubles), title, join(some(r, modules, 3)), pick(r, people))
	second := fmt.Sprintf("项目%s，建成后%s，%s。", pick(r, ways), gain(r), gain(r))
	return first + "\n\n" + second + "\n\n> 本页为合成数据，不对应任何真实项目、合同或人员。\n"
}

func company(r *rand.Rand) (name, uscc string) {
	p, m, t := r.IntN(len(places)), r.IntN(len(makers)), r.IntN(len(trades))
	return places[p] + "示例" + makers[m] + trades[t], creditCode("91", 1000+(p*len(makers)+m)*len(trades)+t)
}
