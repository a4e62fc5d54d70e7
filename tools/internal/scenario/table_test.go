package scenario_test

const (
	noQueue     = "no merge queue: it merges when a button is pressed"
	boundless   = "the button is bound to no content, so it never counts"
	takesItBack = "there is no dismissal of another's objection"
)

// table holds what may happen to a request, each with what it must come to.
var table = []scenario{
	{name: "open", script: `
		open clerk declare
		? missing [dsjj]
		? missing [dsjj]
		open clerk words
		? missing [dsjj fgw]
		request 1
		? missing [dsjj]
	`},
	{name: "vote by comments", script: `
		open clerk words
		? missing [dsjj fgw]
		say stranger /同意 {id} 代表 dsjj
		say sun /同意 {id} 代表 dsjj
		say zhao > /同意 {id} 代表 dsjj
		say zhao /同意 all
		? missing [dsjj fgw] fgw-01:not-member, 1 refused
		say zhao 看过了。\n\n/同意 {id} 代表 区大数据管理局
		? missing [dsjj=dsjj-01 fgw] fgw-01:not-member dsjj-01:counted, 1 refused
		say sun /不同意 {id} 代表 fgw：没有预算
		? rejected [dsjj=dsjj-01 fgw] fgw-01:superseded dsjj-01:counted fgw-01:blocks, 1 refused
		say sun /撤回 all
		say sun /同意 {id} 代表 fgw
		? approved [dsjj=dsjj-01 fgw=fgw-01] fgw-01:superseded dsjj-01:counted fgw-01:withdrawn fgw-01:withdrawal fgw-01:counted, 1 refused
	`},
	{name: "vote by buttons", without: map[string]string{"gitee": boundless}, script: `
		open clerk words
		press stranger approve
		press sun remark
		press zhao approve
		? missing [dsjj=dsjj-01 fgw] dsjj-01:counted
		press sun reject
		? rejected [dsjj=dsjj-01 fgw] dsjj-01:counted fgw-01:blocks
		press sun approve
		@gitlab ? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		@!gitlab ? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:superseded fgw-01:counted
	`},
	{name: "a command in a review", without: map[string]string{"gitlab": "its reviews are comments", "gitee": boundless}, script: `
		open clerk declare
		? missing [dsjj]
		press stranger remark /同意 {id} 代表 dsjj
		press zhao remark 看过了
		? missing [dsjj]
		press zhao remark /同意 {id} 代表 dsjj
		? missing [dsjj], 1 refused
	`},
	{name: "the button of Gitee", without: map[string]string{"github": "it has buttons that count", "gitlab": "likewise", "gitea": "likewise"}, script: `
		open clerk declare
		press zhao approve
		? missing [dsjj], 1 refused
		say zhao /approve {id} as dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted, 1 refused
	`},
	{name: "/approve is a command of GitLab's own", script: `
		open clerk declare
		? missing [dsjj]
		say zhao /approve {id} as dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted
	`},
	{name: "push", script: `
		open clerk declare
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		@!gitee press qian approve
		@gitee ? approved [dsjj=dsjj-01] dsjj-01:counted
		@!gitee ? approved [dsjj=dsjj-01] dsjj-01:counted dsjj-02:surplus
		push clerk other
		@gitee ? missing [dsjj], 1 refused
		@!gitee ? missing [dsjj] dsjj-02:stale, 1 refused
		say zhao /同意 {id} 代表 dsjj
		@gitee ? approved [dsjj=dsjj-01] dsjj-01:counted, 1 refused
		@!gitee ? approved [dsjj=dsjj-01] dsjj-02:stale dsjj-01:counted, 1 refused
	`},
	{name: "force push of the same content", script: `
		open clerk declare
		main elsewhere
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		@!gitee press qian approve
		force clerk same
		@github ? approved [dsjj=dsjj-01] dsjj-01:counted, 1 refused
		@gitee ? approved [dsjj=dsjj-01] dsjj-01:counted
		@gitlab ? approved [dsjj=dsjj-01] dsjj-01:counted dsjj-02:surplus
		@gitea ? approved [dsjj=dsjj-01] dsjj-01:counted dsjj-02:surplus
	`},
	{name: "dismiss", without: map[string]string{"gitee": boundless}, script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		dismiss sun zhao
		@gitlab ? missing [dsjj]
		@!gitlab ? missing [dsjj] dsjj-01:withdrawal
		press qian approve
		@gitlab ? approved [dsjj=dsjj-02] dsjj-02:counted
		@!gitlab ? approved [dsjj=dsjj-02] dsjj-01:withdrawal dsjj-02:counted
	`},
	{name: "dismiss an objection", without: map[string]string{"gitee": boundless, "gitlab": takesItBack}, script: `
		open clerk declare
		press zhao reject
		press qian approve
		? rejected [dsjj=dsjj-02] dsjj-01:blocks dsjj-02:counted
		dismiss sun zhao
		? rejected [dsjj=dsjj-02] dsjj-01:blocks dsjj-02:counted
		press zhao approve
		? approved [dsjj=dsjj-02] dsjj-01:superseded dsjj-02:counted dsjj-01:surplus
	`},
	{name: "edit a comment", script: `
		open clerk declare
		? missing [dsjj]
		say zhao 我再看看
		edit zhao /同意 {id} 代表 dsjj
		? missing [dsjj] dsjj-01:edited
		say qian /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-02] dsjj-01:edited dsjj-02:counted
		edit qian 看过了
		? missing [dsjj] dsjj-01:edited
	`},
	{name: "rename an account", script: `
		open clerk declare
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		rename zhao zhao-2
		? approved [dsjj=dsjj-01] dsjj-01:counted
		say zhao /撤回 all
		? missing [dsjj] dsjj-01:withdrawn dsjj-01:withdrawal
		account thief zhao
		say thief /同意 {id} 代表 dsjj
		@!gitee press thief approve
		? missing [dsjj] dsjj-01:withdrawn dsjj-01:withdrawal
	`},
	{name: "retarget", script: `
		branch release same
		open clerk declare into release
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted
		retarget clerk main
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge qian
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "retarget to what was not seen", without: map[string]string{"gitee": boundless}, script: `
		branch side declare
		open clerk words into side
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		retarget clerk main
		? 2026-cgj-01 missing [dsjj fgw], 2027-jyj-02 missing [dsjj], 2 refused
		press zhao approve
		@gitlab ? 2026-cgj-01 missing [dsjj=dsjj-01 fgw] dsjj-01:counted, 2027-jyj-02 approved [dsjj=dsjj-01] dsjj-01:counted, 1 refused
		@github ? 2026-cgj-01 missing [dsjj=dsjj-01 fgw] dsjj-01:counted, 2027-jyj-02 approved [dsjj=dsjj-01] dsjj-01:counted, 2 refused
		@gitea ? 2026-cgj-01 missing [dsjj=dsjj-01 fgw] dsjj-01:withdrawal dsjj-01:counted, 2027-jyj-02 approved [dsjj=dsjj-01] dsjj-01:withdrawal dsjj-01:counted, 1 refused
	`},
	// Whoever presses a button has written nothing, and may have approved; but to
	// rebase, GitLab lets him commit to the request first.
	{name: "merge", script: `
		open clerk declare
		? missing [dsjj]
		main elsewhere
		say zhao /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge zhao
		= 2026-jyj-01 unapproved, 2027-jyj-02 unsealed
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "squash", script: `
		open clerk declare
		push clerk other
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted
		squash zhao
		= 2027-jyj-02 unsealed
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "rebase", script: `
		open clerk declare
		push clerk words
		main elsewhere
		? 2026-cgj-01 missing [dsjj fgw], 2027-jyj-02 missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		say sun /同意 {id} 代表 fgw
		? 2026-cgj-01 approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted, 2027-jyj-02 approved [dsjj=dsjj-01] dsjj-01:counted fgw-01:no-seat
		@!gitlab rebase zhao
		@gitlab rebase qian
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01
	`},
	{name: "rebase of several commits to one project", script: `
		open clerk declare
		push clerk other
		main elsewhere
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		@!gitee press qian approve
		@!gitee ? approved [dsjj=dsjj-01] dsjj-01:counted dsjj-02:surplus
		rebase sun
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01, 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "rebase of what was agreed to in part", script: `
		open clerk declare
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		push clerk other
		? missing [dsjj], 1 refused
		rebase sun
		seal 1
		= 2027-jyj-02 proven attested dsjj=dsjj-01, 2027-jyj-02 unapproved
	`},
	{name: "rebase on one's own work that nobody agreed to", script: `
		open clerk declare
		? missing [dsjj]
		rebase sun
		seal 1
		open clerk words
		? missing [dsjj fgw]
		say zhao /同意 {id} 代表 dsjj
		say sun /同意 {id} 代表 fgw
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		rebase qian
		seal
		= 2027-jyj-02 unapproved, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01
	`},
	{name: "merge after votes by button", without: map[string]string{"gitee": boundless}, script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		squash zhao
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "update from the base", without: map[string]string{"gitlab": "its button rebases the commits: who presses it has committed them", "gitee": "no such button"}, script: `
		open clerk declare
		main elsewhere
		update zhao
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge zhao
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "queue", without: map[string]string{"gitea": noQueue, "gitee": noQueue}, script: `
		open clerk declare
		? missing [dsjj]
		main elsewhere
		queue zhao
		? missing [dsjj]
		leave
		say zhao /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted
		queue zhao
		? approved [dsjj=dsjj-01] dsjj-01:counted
		open clerk words
		queue zhao
		? missing [dsjj fgw]
		say zhao /同意 {id} 代表 dsjj
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		request 1
		say zhao /撤回 all
		? missing [dsjj] dsjj-01:withdrawn dsjj-01:withdrawal
		say qian /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-02] dsjj-01:withdrawn dsjj-01:withdrawal dsjj-02:counted
		land zhao
		seal
		request 2
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-02, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01
	`},
	{name: "queue that squashes", without: map[string]string{"gitlab": "a train tries a merge", "gitea": noQueue, "gitee": noQueue}, script: `
		open clerk declare
		push clerk other with qian
		press zhao approve
		press qian approve
		? approved [dsjj=dsjj-01] dsjj-01:counted dsjj-02:author
		dismiss zhao zhao
		queue zhao squash
		? missing [dsjj] dsjj-01:withdrawal dsjj-02:author
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:withdrawal dsjj-02:author dsjj-01:counted
		land zhao
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
}
