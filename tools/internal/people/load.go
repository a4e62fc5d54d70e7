package people

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

// Problem is one reason why a register is refused. Its texts repeat ids of
// persons and nothing else of the register.
type Problem struct {
	// Path leads to the place in the file: keys and indices, as in
	// "people", 3, "accounts", 0.
	Path    []any
	Message finding.Text // what is wrong
	Help    finding.Text // what to do
}

// Problems is everything that Load refuses in one register.
type Problems []Problem

// Error joins the English messages, each with its path.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = strings.Trim(fmt.Sprint(p.Path), "[]") + ": " + p.Message.En
	}
	return strings.Join(lines, "\n")
}

// claim is what one entry of the file says that somebody has for some time.
type claim struct {
	path   []any
	person string
	period
}

// collector fills a register and gathers what speaks against it.
type collector struct {
	*Register
	problems    Problems
	accounts    claims[account]
	keys        claims[string]
	delegations claims[[2]string] // by delegator and department
	emails      map[string]claim
}

// claims are the entries of the file about one thing, in the order of the file.
type claims[K comparable] struct {
	of    map[K][]claim
	order []K
}

func (c *claims[K]) add(k K, e claim) {
	if c.of == nil {
		c.of = map[K][]claim{}
	}
	if c.of[k] == nil {
		c.order = append(c.order, k)
	}
	c.of[k] = append(c.of[k], e)
}

// clashes returns pairs of entries about the same thing whose days overlap, at
// most one pair for each thing. Entries of one person are compatible unless
// each entry counts alone.
func (c *claims[K]) clashes(alone bool) (pairs [][2]claim) {
	for _, k := range c.order {
		sorted := slices.SortedStableFunc(slices.Values(c.of[k]), func(a, b claim) int { return strings.Compare(a.From, b.From) })
		longest := sorted[0] // of those before, the one that ends last
		for _, e := range sorted[1:] {
			if e.From <= longest.last() && (alone || e.person != longest.person) {
				pairs = append(pairs, [2]claim{longest, e})
				break
			}
			if e.last() > longest.last() {
				longest = e
			}
		}
	}
	return pairs
}

func newCollector(all []*person) *collector {
	c := &collector{Register: &Register{persons: map[string]*person{}, received: map[string][]granted{},
		accounts: map[account][]owned{}, keys: map[string][]owned{}, emails: map[string]string{}}, emails: map[string]claim{}}
	for i, p := range all {
		if p == nil || p.ID == "" {
			continue // person says so
		}
		if c.persons[p.ID] != nil {
			c.refuse([]any{"people", i, "id"}, finding.Text{Zh: "人员代号“" + p.ID + "”登记了两次", En: "person id “" + p.ID + "” is registered twice"},
				finding.Text{Zh: "代号终身不变、不重复使用，换一个", En: "an id is for life and never reused: choose another"})
			continue
		}
		c.persons[p.ID] = p
		c.ids = append(c.ids, p.ID)
	}
	return c
}

// sort gives every answer of the register one order.
func (c *collector) sort() {
	slices.Sort(c.ids)
	for _, p := range c.persons {
		slices.Sort(p.Departments)
	}
	for _, gs := range c.received {
		slices.SortFunc(gs, func(a, b granted) int {
			return cmp.Or(strings.Compare(a.Department, b.Department), strings.Compare(a.by.ID, b.by.ID))
		})
	}
}

// under returns path and one key more, sharing nothing with path.
func under(path []any, key string) []any { return append(slices.Clip(path), key) }

func (c *collector) refuse(path []any, message, help finding.Text) {
	c.problems = append(c.problems, Problem{path, message, help})
}

// person files what one entry says.
func (c *collector) person(i int, p *person) {
	at := func(keys ...any) []any { return append([]any{"people", i}, keys...) }
	if p == nil || p.ID == "" {
		c.refuse(at(), finding.Text{Zh: "没有人员代号", En: "no person id"}, finding.Text{Zh: "写上 id，例如 dsjj-01", En: "write an id, for example dsjj-01"})
		return
	}
	c.days(at(), p.period)
	for n, a := range p.Accounts {
		path := at("accounts", n)
		if c.days(path, a.period) {
			c.accounts.add(a.account, claim{under(path, "id"), p.ID, a.period})
			c.Register.accounts[a.account] = append(c.Register.accounts[a.account], owned{p.ID, a.period})
		}
	}
	for n, k := range p.SSHKeys {
		path := at("sshKeys", n)
		b, ok := blob(k.Key)
		if !ok {
			c.refuse(under(path, "key"), finding.Text{Zh: "这不是完整的 SSH 公钥", En: "this is not a whole SSH public key"},
				finding.Text{Zh: "重新复制 .pub 文件的前两段：类型和内容", En: "copy the first two parts of the .pub file again: type and key"})
			continue
		}
		if c.days(path, k.period) {
			c.keys.add(b, claim{under(path, "key"), p.ID, k.period})
			c.Register.keys[b] = append(c.Register.keys[b], owned{p.ID, k.period})
		}
	}
	for n, e := range p.Emails {
		path, folded := at("emails", n), foldEmail(e)
		if first, taken := c.emails[folded]; taken && first.person != p.ID {
			c.shared(claim{path: path, person: p.ID}, first, finding.Text{Zh: "提交邮箱", En: "address"})
			continue
		}
		c.emails[folded] = claim{path: path, person: p.ID}
		c.Register.emails[folded] = p.ID
	}
	for n, d := range p.Delegations {
		c.delegation(at("delegations", n), p, d)
	}
}

// days refuses a period that is not one.
func (c *collector) days(path []any, p period) bool {
	for _, end := range []struct{ key, day string }{{"from", p.From}, {"until", p.Until}} {
		if end.day != "" && !value.ValidDate(end.day) {
			c.refuse(under(path, end.key), finding.Text{Zh: "不是真实的日期", En: "not a real date"},
				finding.Text{Zh: "写成 年-月-日，例如 2026-03-05", En: "write year-month-day, for example 2026-03-05"})
			return false
		}
	}
	if p.From > p.last() {
		c.refuse(under(path, "until"), finding.Text{Zh: "结束日期早于开始日期", En: "the last day lies before the first"},
			finding.Text{Zh: "核对两个日期", En: "check both dates"})
		return false
	}
	return true
}

func (c *collector) delegation(path []any, p *person, d delegation) {
	sound := c.days(path, d.period)
	switch {
	case d.To == p.ID:
		c.refuse(under(path, "to"), finding.Text{Zh: "不能委托给自己", En: "one cannot delegate to oneself"},
			finding.Text{Zh: "写受托人的代号，或删去这一行", En: "write the id of the delegate, or remove the line"})
	case c.persons[d.To] == nil:
		c.refuse(under(path, "to"), finding.Text{Zh: "受托人没有登记", En: "the delegate is not registered"},
			finding.Text{Zh: "先登记受托人，或改正代号", En: "register the delegate first, or correct the id"})
	case !slices.Contains(p.Departments, d.Department):
		c.refuse(under(path, "department"), finding.Text{Zh: "委托人自己不代表这个部门，不能委托", En: "the delegating person does not speak for the unit and cannot delegate it"},
			finding.Text{Zh: "只能委托本人代表的部门，受托来的不能转托", En: "only what is one's own can be delegated, not what was delegated to one"})
	case sound:
		c.delegations.add([2]string{p.ID, d.Department}, claim{path, p.ID, d.period})
		c.received[d.To] = append(c.received[d.To], granted{p, d})
	}
}

// overlaps refuses what would belong to two at a time.
func (c *collector) overlaps() {
	for _, pair := range c.accounts.clashes(false) {
		c.shared(pair[1], pair[0], finding.Text{Zh: "账号", En: "account"})
	}
	for _, pair := range c.keys.clashes(false) {
		c.shared(pair[1], pair[0], finding.Text{Zh: "公钥", En: "key"})
	}
	for _, pair := range c.delegations.clashes(true) {
		c.refuse(pair[1].path, finding.Text{Zh: "同一个部门在同一天委托了两次", En: "one department is delegated twice on the same day"},
			finding.Text{Zh: "一个部门同一天只能委托给一个人，改正起止日期", En: "a department is delegated to one person at a time: mend the dates"})
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(entry(a.Path), entry(b.Path)) })
}

func entry(path []any) int { return path[1].(int) }

func (c *collector) shared(e, first claim, what finding.Text) {
	c.refuse(e.path, finding.Text{Zh: "这个" + what.Zh + "同时属于“" + first.person + "”", En: "this " + what.En + " belongs to “" + first.person + "” at the same time"},
		finding.Text{Zh: "一个" + what.Zh + "同一时间只属于一个人；换人时先写明前任的失效日期", En: "it belongs to one person at a time; when it passes on, end it for the former first"})
}
