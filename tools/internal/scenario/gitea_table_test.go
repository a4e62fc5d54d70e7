package scenario_test

// What a tester of the gate would do.
var onGitea = []scenario{
	{name: "approved, then forced", script: `
		open clerk declare
		refused merge
		? missing [dsjj]
		refused merge
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		force clerk other
		refused merge
		? missing [dsjj] dsjj-01:stale
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:stale dsjj-01:counted
		merge bureau merge
		= 2027-jyj-02 unsealed
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "dismissed and given again", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		dismiss zhao
		? missing [dsjj] dsjj-01:withdrawal
		refused merge
		undismiss zhao
		? approved [dsjj=dsjj-01] dsjj-01:counted
		dismiss zhao
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:withdrawal dsjj-01:counted
		merge bureau squash
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "merged before the dismissal was noticed", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		dismiss zhao
		merge bureau merge
		say zhao /同意 {id} 代表 dsjj
		seal 1
		= 2027-jyj-02 unsealed
	`},
	{name: "said otherwise after the merge", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge bureau merge
		say zhao /撤回 all
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "a second account of the same person", script: `
		open zhao declare
		press zhao-2 approve
		? missing [dsjj] dsjj-01:author
		open zhao-2 words
		? missing [dsjj fgw]
		say zhao /同意 {id} 代表 dsjj
		? missing [dsjj fgw] dsjj-01:author
		open clerk words
		press zhao approve
		press zhao-2 approve
		? missing [dsjj=dsjj-01 fgw] dsjj-01:superseded dsjj-01:counted
	`},
	{name: "two departments by one account", script: `
		main roster
		open clerk words
		? missing [dsjj fgw]
		say sun /同意 {id} 代表 dsjj
		say sun /同意 {id} 代表 fgw
		? missing [dsjj fgw=fgw-01] fgw-01:superseded fgw-01:counted
		press sun approve
		? missing [dsjj=fgw-01 fgw!excluded] fgw-01:superseded fgw-01:superseded fgw-01:counted
		press zhao approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] fgw-01:superseded fgw-01:superseded fgw-01:counted dsjj-01:counted
	`},
	{name: "an account renamed and its login registered anew", script: `
		open clerk declare
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		rename zhao moved
		? approved [dsjj=dsjj-01] dsjj-01:counted
		account thief =zhao
		say thief /同意 {id} 代表 dsjj
		press thief approve
		unsay zhao
		? missing [dsjj]
	`},
	{name: "retargeted back and forth", script: `
		branch side same
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		retarget clerk side
		? missing [dsjj], 1 refused
		retarget clerk main
		? missing [dsjj], 1 refused
		say zhao /同意 {id} 代表 dsjj
		retarget clerk side
		retarget clerk main
		? approved [dsjj=dsjj-01] dsjj-01:counted, 1 refused
		merge bureau merge
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "retargeted behind a flood of what the timeline does not show", script: `
		branch side same
		open clerk declare into side
		press zhao approve
		lines clerk 210
		retarget clerk main
		? missing [dsjj], 1 refused
		say zhao /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-01] dsjj-01:counted, 1 refused
	`},
	{name: "approved, flooded, then forced to the same content", script: `
		open clerk declare
		press zhao approve
		lines clerk 110
		main elsewhere
		force clerk same
		? approved [dsjj=dsjj-01] dsjj-01:counted
	`},
	{name: "every button", script: `
		open clerk declare
		push clerk other
		main elsewhere
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge bureau rebase
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01, 2027-jyj-02 proven attested dsjj=dsjj-01
		open clerk words
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		merge bureau fast-forward-only
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01, 2027-jyj-02 proven attested dsjj=dsjj-01, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01
		open clerk roster
		press zhao approve
		press qian approve
		? approved [dsjj=dsjj-01 dsjj=dsjj-02] dsjj-01:counted dsjj-02:counted
		merge bureau rebase-merge
		seal
		= 2026-jyj-01 unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01, 2027-jyj-02 proven attested dsjj=dsjj-01, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01, definitions proven attested dsjj=dsjj-01 dsjj=dsjj-02
	`},
	{name: "updated by its button", script: `
		open clerk declare
		main elsewhere
		update bureau merge
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		main roster
		update clerk rebase
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge bureau squash
		seal
		= 2026-jyj-01 unapproved, definitions unapproved, 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "an edited comment, and one by nobody", script: `
		open clerk declare
		? missing [dsjj]
		say zhao 我再看看
		edit zhao /同意 {id} 代表 dsjj
		say stranger /同意 {id} 代表 dsjj
		say clerk /同意 {id} 代表 dsjj
		? missing [dsjj] dsjj-01:edited jyj-01:author
	`},
	{name: "people, workflows and schemas brought along", script: `
		open clerk smuggle
		say sun /同意 all
		? 2027-jyj-02 missing [dsjj], definitions missing [dsjj dsjj], C-006, 1 refused
		press sun approve
		? 2027-jyj-02 missing [dsjj] fgw-01:no-seat, definitions missing [dsjj dsjj] fgw-01:no-seat, C-006, 1 refused
		refused merge
	`},
	{name: "names of branches and tags", script: `
		open clerk declare as refs/pull/1/head
		tag main
		tag origin/main
		? missing [dsjj]
		open clerk words as $(touch${IFS}pwned);error
		? missing [dsjj fgw]
		open clerk words as main
		? missing [dsjj fgw]
		request 1
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge bureau merge
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "more comments than a page holds", script: `
		open clerk declare
		? missing [dsjj]
		flood stranger 110
		say zhao /同意 {id} 代表 dsjj
		flood stranger 60
		? approved [dsjj=dsjj-01] dsjj-01:counted
		retarget clerk main
		press qian approve
		say zhao /撤回 all
		? approved [dsjj=dsjj-02] dsjj-01:withdrawn dsjj-02:counted dsjj-01:withdrawal
	`},
	{name: "a deleted account", script: `
		open clerk declare
		? missing [dsjj]
		say zhao /同意 {id} 代表 dsjj
		press qian approve
		? approved [dsjj=dsjj-01] dsjj-01:counted dsjj-02:surplus
		delete zhao
		delete qian
		? missing [dsjj]
		refused merge
	`},
	{name: "the account of its author is deleted", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		delete clerk with-its-fork
		? approved [dsjj=dsjj-01] dsjj-01:counted
	`},
	{name: "closed and opened again", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		close clerk
		reopen clerk
		? approved [dsjj=dsjj-01] dsjj-01:counted
		close clerk
		push clerk other
		reopen clerk
		refused merge
		force clerk same
		? missing [dsjj] dsjj-01:stale
		refused merge
	`},
	{name: "two in one order", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		open clerk words
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		merge bureau merge
		request 1
		merge bureau merge
		seal
		request 2
		seal
		= 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01, 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "and in the other", script: `
		open clerk declare
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		open clerk words
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		request 1
		merge bureau squash
		request 2
		merge bureau squash
		seal
		request 1
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01
	`},
	{name: "reverted and done again", script: `
		open clerk words
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		merge bureau merge
		seal
		open clerk revert
		? missing [dsjj fgw]
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		merge bureau squash
		seal
		open clerk words
		? missing [dsjj fgw]
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		merge bureau squash
		seal
		= 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01, 2026-cgj-01 proven attested dsjj=dsjj-01 fgw=fgw-01
	`},
}

// hostile is the title and the text of each request.
const hostile = "$(touch pwned)`touch pwned`; touch pwned ::error::x \u202e (#999) !7 Merge pull request #3"
