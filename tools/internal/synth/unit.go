package synth

import (
	"fmt"

	"taizhang/tools/internal/value"
)

// unit is one entry of the unit register. The themes are what its projects are
// about; a unit without any declares none.
type unit struct {
	code, name, kind, role string
	themes                 []string
}

var units = []unit{
	{"dsjj", "区大数据管理局", "行政机关", "BDB", []string{"公共数据治理", "政务云资源", "电子证照共享", "城市运行一网统管", "数据共享交换", "政务外网"}},
	{"wxb", "区委网信办", "党的机关", "CAC", []string{"网络安全态势感知", "网络综合治理", "数据安全监测"}},
	{"jyao", "区委机要局", "党的机关", "CONF", nil},
	{"mmj", "区委密码管理局", "党的机关", "CRYPT", nil},
	{"fgw", "区发改委", "行政机关", "DRC", []string{"重大项目调度", "粮食储备监管", "价格监测", "公共信用信息"}},
	{"czj", "区财政局", "行政机关", "FIN", []string{"预算管理一体化", "国有资产监管", "惠民补贴发放", "政府采购监管"}},
	{"ggzy", "区公共资源交易中心", "事业单位", "TRADE", []string{"公共资源交易", "不见面开标"}},
	{"sjj", "区审计局", "行政机关", "AUD", []string{"审计数据分析", "内部审计指导"}},
	{"qzf", "区政府", "行政机关", "GOV", nil},
	{"qw", "区委办", "党的机关", "", []string{"督查督办", "档案数字化", "协同办公"}},
	{"rd", "区人大办", "人大机关", "", []string{"代表建议办理", "预算联网监督"}},
	{"zx", "区政协办", "政协机关", "", []string{"提案办理", "委员履职服务"}},
	{"jw", "区纪委监委", "监察机关", "", []string{"基层监督", "廉政教育"}},
	{"zgh", "区总工会", "群团", "", []string{"职工服务", "困难职工帮扶"}},
	{"fy", "区人民法院", "审判机关", "", []string{"诉讼服务", "电子卷宗", "执行指挥"}},
	{"jcy", "区人民检察院", "检察机关", "", []string{"公益诉讼线索", "智慧检务"}},
	{"gaj", "市公安局清江浦分局", "行政机关", "", []string{"公共视频", "交通秩序", "反诈宣传", "社区警务"}},
	{"spj", "区数据审批局", "行政机关", "", []string{"一件事集成办理", "政务大厅导办", "帮办代办", "电子档案归集"}},
	{"jyj", "区教育局", "行政机关", "", []string{"校园安全", "学位资源", "课后服务", "教师发展", "学生体质健康", "集团化办学"}},
	{"wjw", "区卫健委", "行政机关", "", []string{"基层医疗", "家庭医生签约", "妇幼健康", "血液管理", "慢性病随访", "医疗废物监管"}},
	{"cgj", "区城管局", "行政机关", "", []string{"占道经营治理", "环卫作业监管", "垃圾分类", "停车泊位", "户外广告"}},
	{"mzj", "区民政局", "行政机关", "", []string{"居家养老", "社会救助", "婚姻登记档案", "地名信息", "社会组织"}},
	{"rsj", "区人社局", "行政机关", "", []string{"就业服务", "劳动监察", "技能培训", "人事档案"}},
	{"scjg", "区市场监管局", "行政机关", "", []string{"食品安全追溯", "特种设备监管", "明厨亮灶", "消费维权"}},
	{"zfhcj", "区住建局", "行政机关", "", []string{"建筑工地监管", "物业服务监督", "排水管网", "房屋安全", "城市生命线"}},
	{"slj", "区水利局", "行政机关", "", []string{"河湖长制", "防汛调度", "水资源计量", "泵站远程控制"}},
	{"nyj", "区农业农村局", "行政机关", "", []string{"农村三资监管", "高标准农田", "动物防疫", "农产品质量追溯"}},
	{"whj", "区文旅局", "行政机关", "", []string{"文化场馆预约", "文物保护监测", "全民健身", "旅游服务"}},
	{"yjj", "区应急局", "行政机关", "", []string{"危险化学品监管", "应急指挥", "森林防火", "灾害信息报送"}},
	{"xfj", "区信访局", "行政机关", "", []string{"信访事项办理", "人民建议征集"}},
	{"hbj", "清江浦生态环境局", "行政机关", "", []string{"大气网格监测", "排污口管理", "噪声监测"}},
	{"tyj", "区退役军人局", "行政机关", "", []string{"退役军人服务", "优抚对象管理"}},
	{"qyy", "清江浦区人民医院（示例）", "医院", "", nil},
	{"qjpsx", "清江浦实验小学（示例）", "学校", "", nil},
	{"fuqian", "府前街道", "街道", "", nil},
	{"changxi", "长西街道", "街道", "", nil},
	{"changdong", "长东街道", "街道", "", nil},
	{"huaihai", "淮海街道", "街道", "", nil},
	{"qingpu", "清浦街道", "街道", "", nil},
	{"hexia", "和平镇", "乡镇", "", nil},
}

// builders and users are the units that declare projects, and those that
// projects are for.
func builders() (out []*unit) {
	for i := range units {
		if len(units[i].themes) > 0 {
			out = append(out, &units[i])
		}
	}
	return out
}

func users() (out []string) {
	for _, u := range units {
		if u.kind == "街道" || u.kind == "乡镇" {
			out = append(out, u.code)
		}
	}
	return out
}

// data emits the files of data/.
func (g *generator) data(emit func(string, []byte) error) error {
	s := &sheet{}
	s.text("edition", "合成数据")
	s.object("units", func() {
		for i, u := range units {
			s.item(func() {
				s.word("code", u.code)
				s.text("name", "清江浦"+u.name)
				s.text("shortName", u.name)
				s.word("kind", u.kind)
				switch u.kind {
				case "学校":
					s.word("authority", "jyj")
				case "医院":
					s.word("authority", "wjw")
				}
				s.text("uscc", creditCode("11", i+1))
				if u.role != "" {
					s.words("roles", []string{u.role})
				}
			})
		}
	})
	c := &sheet{}
	c.object("district", func() { c.text("zh", "清江浦区"); c.text("en", "Qingjiangpu District") })
	c.text("city", "淮安市")
	c.text("divisionCode", "320812")
	c.word("sample", "true")
	c.word("contacts", "outside")
	c.object("siteTitle", func() { c.text("zh", "合成登记簿"); c.text("en", "Synthetic registry") })
	for _, f := range []file{{"units.yaml", s.b}, {"registry.yaml", c.b}, {"people.yaml", []byte("people: []\n")}} {
		if err := emit("data/"+f.name, f.data); err != nil {
			return err
		}
	}
	return nil
}

// creditCode returns a unified social credit code of the district whose check
// character is right (GB 32100-2015).
func creditCode(kind string, n int) string {
	body := fmt.Sprintf("%s320812%09d", kind, n)
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if code := body + string(c); value.USCCChecksum(code) {
			return code
		}
	}
	panic("a credit code has always a check character")
}
