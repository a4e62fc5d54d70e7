package scenario_test

// Other ways that a Gitea has to ask, to agree and to merge.
var otherWays = []scenario{
	{name: "asked by a push to refs/for", script: `
		agit clerk declare
		? missing [dsjj]
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		agit clerk other
		refused merge
		? missing [dsjj] dsjj-01:stale
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:stale dsjj-01:counted
		merge bureau merge
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "asked by a push to refs/for by whoever agrees", script: `
		agit zhao declare
		press zhao-2 approve
		? missing [dsjj] dsjj-01:author
	`},
	{name: "merged by itself when all agreed", script: `
		open clerk declare
		? missing [dsjj]
		schedule merge
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merged
		= 2027-jyj-02 unsealed
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "written in the forge's own editor", script: `
		open clerk declare
		write clerk content/projects/2027/jyj/02/index.md
		? missing [dsjj]
		press zhao approve
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge bureau squash
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "a draft", script: `
		open clerk declare
		press zhao approve
		title WIP: 再想想
		? approved [dsjj=dsjj-01] dsjj-01:counted
		refused merge
		title [WIP] 再想想
		refused merge
		title 想好了
		merge bureau rebase
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "blocked and locked", script: `
		open clerk declare
		press zhao approve
		block zhao
		block clerk
		lock
		? approved [dsjj=dsjj-01] dsjj-01:counted
		merge bureau merge
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-01
	`},
	{name: "a team of an organisation is asked", script: `
		open clerk declare
		transfer district
		ask zhao qian of district
		? missing [dsjj]
		press qian approve
		? approved [dsjj=dsjj-02] dsjj-02:counted
		merge bureau merge
		seal
		= 2027-jyj-02 proven attested dsjj=dsjj-02
	`},
	{name: "said to have been merged by hand", script: `
		open clerk words
		main elsewhere
		press zhao approve
		press sun approve
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted
		manual refs/heads/main
		seal 1
		= 2026-jyj-01 unapproved
	`},
	{name: "words of a comment as people write them", script: `
		open clerk declare
		? missing [dsjj]
		say zhao ／同意　{id}　代表　dsjj\r
		? approved [dsjj=dsjj-01] dsjj-01:counted
		say zhao > /撤回 all\n\n好的
		? approved [dsjj=dsjj-01] dsjj-01:counted
	`},
}
