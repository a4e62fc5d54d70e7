package decision

import "taizhang/tools/internal/finding"

// Label names the verdict.
func (v Verdict) Label() finding.Text { return labels["verdict "+string(v)] }

// Label names the outcome.
func (o Outcome) Label() finding.Text { return labels["outcome "+string(o)] }

// Label names the state of a seat.
func (s State) Label() finding.Text { return labels["seat "+string(s)] }

// Label says why nothing can be settled.
func (w Why) Label() finding.Text { return labels["why "+string(w)] }

// Label says what became of a vote, and why.
func (s Status) Label() finding.Text { return labels["vote "+string(s)] }

// labels holds every text of the package.
var labels = map[string]finding.Text{
	"verdict approve":  {Zh: "同意", En: "approve"},
	"verdict reject":   {Zh: "不同意", En: "reject"},
	"verdict withdraw": {Zh: "撤回", En: "withdraw"},
	"verdict override": {Zh: "特批", En: "override"},

	"outcome approved":   {Zh: "已批准", En: "approved"},
	"outcome missing":    {Zh: "还缺同意", En: "approvals missing"},
	"outcome rejected":   {Zh: "有部门不同意", En: "rejected"},
	"outcome overridden": {Zh: "经特批通过", En: "approved by override"},

	"seat filled":     {Zh: "已办", En: "done"},
	"seat missing":    {Zh: "待办", En: "missing"},
	"seat unfillable": {Zh: "无人可办", En: "nobody can fill it"},

	"why no-id":         {Zh: "没有事项编号，无法判断", En: "the transition has no id and cannot be decided"},
	"why no-seats":      {Zh: "没有写明要谁同意，按未批准处理", En: "nothing says who must approve, so it is not approved"},
	"why no-department": {Zh: "没有单位承担这一职责，请在 data/units.yaml 登记", En: "no unit has this role: enter it in data/units.yaml"},
	"why nobody":        {Zh: "当天没有人能代表这个单位，请在 data/people.yaml 登记", En: "nobody may speak for the unit that day: enter somebody in data/people.yaml"},
	"why excluded":      {Zh: "能代表这个单位的人都是本次修改的作者，或者已经占了别的席位，需要换一个人", En: "all who may speak for the unit wrote the change or fill another seat: another person is needed"},

	"vote counted":            {Zh: "算数", En: "counts"},
	"vote blocks":             {Zh: "不同意，撤回或改为同意之前不能通过", En: "stands against it until withdrawn or replaced"},
	"vote surplus":            {Zh: "有效，但能占的席位已经有人", En: "valid, but its seats are already filled"},
	"vote withdrawal":         {Zh: "撤回以前的意见", En: "takes back what was said before"},
	"vote withdrawn":          {Zh: "已由本人撤回", En: "was withdrawn"},
	"vote superseded":         {Zh: "本人后来另有意见，以后来的为准", En: "the person spoke again later, which counts instead"},
	"vote stale":              {Zh: "当时看到的内容后来改了，需要重新表态", En: "the content has changed since: a new vote is needed"},
	"vote bot":                {Zh: "机器账号不算", En: "bots do not count"},
	"vote stranger":           {Zh: "账号或密钥不在审批人员表里", En: "the account or key belongs to nobody in the register"},
	"vote author":             {Zh: "本次修改的作者不能审批自己的修改", En: "an author of the change cannot judge it"},
	"vote edited":             {Zh: "发出后改过的留言不算，请另发一条", En: "an edited comment does not count: write a new one"},
	"vote unknown-verdict":    {Zh: "看不懂的意见，不算", En: "the verdict is not known"},
	"vote undated":            {Zh: "没有时间，不算", En: "it has no time"},
	"vote future":             {Zh: "时间晚于决定的时间，不算", En: "it was given after the time of the decision"},
	"vote outside-term":       {Zh: "表态当天或决定当天不在任，也没有受托", En: "the person spoke for no unit on the day of the vote or of the decision"},
	"vote unknown-department": {Zh: "没有人能代表所写的单位，请核对单位代码", En: "nobody may speak for the unit named: check its code"},
	"vote not-member":         {Zh: "不能代表所写的单位", En: "the person may not speak for the unit named"},
	"vote no-seat":            {Zh: "所代表的单位不在本事项的审批之列", En: "the unit is not asked about this transition"},
	"vote delegator-acted":    {Zh: "委托人自己表过态，受托的意见不算", En: "the delegating person spoke personally, so the delegate's vote is void"},
	"vote delegator-author":   {Zh: "委托人是本次修改的作者，受托的意见不算", En: "the delegating person is an author of the change, so the delegate's vote is void"},
	"vote no-override":        {Zh: "本事项不能特批", En: "this transition cannot be overridden"},
	"vote no-reason":          {Zh: "特批必须写明理由", En: "an override needs a reason"},
}
