package scenario_test

// attacks are rows of the table that people have tried on tools of this kind, or
// could. Together with the rows above and the tests named here they are what the
// gate is held to:
//
//	approve, then push other content    "push"
//	dismissed while it is merged        "dismissal race"
//	a second account of one's own       "self-approval by a second account"
//	one's account of before         "self-approval after a change of account"
//	the content of another change       "approving another change's content"
//	a roster edited along               "a roster edited in the same change"
//	a tag named like the branch         "a tag named like the branch"
//	a comment edited into a vote        "edit a comment"
//	a login registered anew             "rename an account"
//	a squash that loses trailers        "a squash that loses trailers"
//	a skipped job that counts           TestNoJobStandsInForTheStatus
//	a department of nobody              "an empty department"
//	a delegation that has expired       "a delegation that expired"
//	a title with commands               TestATitleIsNeverACommand
//	asked into another branch meanwhile "retarget to what was not seen"
//	two contents of one short id     package vote: an approval names 40 digits
//	content put into a merge of main    "content brought by a merge"
//	agreed to after the merge           "a vote after the merge"
var attacks = []scenario{
	{name: "dismissal race", without: map[string]string{"gitee": boundless}, script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		dismiss zhao zhao
		squash qian
		seal 1
		= 2027-jyj-02 unsealed
	`},
	{name: "a vote after the merge", script: `
		open clerk declare
		? missing [dsjj]
		merge zhao
		say zhao /同意 {id} 代表 dsjj
		@!gitee press qian approve
		seal 1
		= 2027-jyj-02 unsealed
	`},
	{name: "self-approval by a second account", script: `
		open zhao declare
		@gitee ? missing [dsjj]
		@!gitee press zhao-2 approve
		@!gitee ? missing [dsjj] dsjj-01:author
		say zhao-2 /同意 {id} 代表 dsjj
		@gitee ? missing [dsjj] dsjj-01:author
		@!gitee ? missing [dsjj] dsjj-01:superseded dsjj-01:author
	`},
	{name: "self-approval after a change of account", script: `
		main new-account
		open zhao declare
		? missing [dsjj]
		say zhao-2 /同意 {id} 代表 dsjj
		? missing [dsjj] dsjj-01:author
	`},
	{name: "approval of one's own commits in another's request", script: `
		open clerk declare
		push zhao other
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		? missing [dsjj] dsjj-01:author
		say qian /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-02] dsjj-01:author dsjj-02:counted
	`},
	{name: "content brought by a merge", script: `
		open clerk declare
		main elsewhere
		update zhao with other
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		? missing [dsjj] dsjj-01:author
		open clerk words
		main elsewhere
		update zhao with undo
		? 2026-cgj-01 missing [dsjj fgw], 2026-jyj-01 missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		? 2026-cgj-01 missing [dsjj fgw] dsjj-01:author, 2026-jyj-01 missing [dsjj] dsjj-01:author
	`},
	{name: "approving another change's content", script: `
		open clerk declare
		open clerk words
		? missing [dsjj fgw]
		request 1
		say zhao /同意 {id} 代表 dsjj
		? missing [dsjj], 1 refused
	`},
	{name: "a roster edited in the same change", script: `
		open clerk declare
		push clerk roster
		? 2027-jyj-02 missing [dsjj], definitions missing [dsjj dsjj], C-006
		say sun /同意 {id} 代表 dsjj
		? 2027-jyj-02 missing [dsjj] fgw-01:not-member, definitions missing [dsjj dsjj] fgw-01:not-member, C-006
		say zhao /同意 {id} 代表 dsjj
		say qian /同意 {id} 代表 dsjj
		? 2027-jyj-02 approved [dsjj=dsjj-01] fgw-01:not-member dsjj-01:counted dsjj-02:surplus, definitions approved [dsjj=dsjj-01 dsjj=dsjj-02] fgw-01:not-member dsjj-01:counted dsjj-02:counted, C-006
	`},
	{name: "a tag named like the branch", script: `
		open clerk declare
		tag main
		tag refs/heads/main
		? missing [dsjj]
		merge qian
		= 2027-jyj-02 unsealed
		seal 1
	`},
	{name: "a squash that loses trailers", script: `
		open clerk declare
		push clerk other with zhao
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		? missing [dsjj] dsjj-01:author
		squash qian
		seal 1
		= 2027-jyj-02 unsealed
	`},
	{name: "an empty department", script: `
		main fgw-leaves
		open clerk words
		? missing [dsjj fgw!nobody]
		say sun /同意 {id} 代表 fgw
		say zhao /同意 {id} 代表 dsjj
		? missing [dsjj=dsjj-01 fgw!nobody] fgw-01:unknown-department dsjj-01:counted
	`},
	{name: "a delegation that expired", script: `
		main delegated
		open clerk declare
		? missing [dsjj]
		say sun /同意 {id} 代表 dsjj
		? approved [dsjj=fgw-01] fgw-01:counted
		main expired
		? missing [dsjj] fgw-01:not-member
	`},
}
