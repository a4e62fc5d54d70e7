package cli

import (
	"fmt"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/value"
)

type auditOptions struct {
	branch, from string
	formats      []string
	checkpoints  []string
	trust        []string
	quiet        bool
	strict       bool
}

func (a *app) auditCommand() *cobra.Command {
	o := &auditOptions{}
	c := &cobra.Command{
		Use:   "audit",
		Short: "逐步证明主干上的每一步是谁批准的 · prove who agreed to every step of main",
		Long: `从一个可信的起点开始，沿主干逐个提交重算：每一步按它之前那个提交里的规则、单位和人员来判断，
每份决定用它保存的意见重新推演。只要一个克隆，不要网络，也不要任何平台。
Walks main by first parents from a trusted start. Each transition is judged by the rules, units and people of the
commit before it, each decision replayed from the votes that it keeps. A clone is enough: no network, no forge.

  taizhang audit --from v1                 从标签 v1 之后开始 · everything after the tag v1
  taizhang audit --format json=audit.json
  taizhang audit --checkpoint seen.json    另查一份签名检查点 · hold it against a signed checkpoint
  taizhang audit --trust ca.pub            从这把公钥签过“已审计”的最新检查点接着做 · go on from the newest audited checkpoint of that key

结论 · statuses：
  proven 已证明   overridden 特批   unsealed 未封存   unapproved 未经批准   illegal 不合规定
全部已证明或特批，退出码为 0。 Exit code 0 when all are proven or overridden.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runAudit(o) },
	}
	f := c.Flags()
	f.StringVar(&o.branch, "branch", "main", "主干 · the branch")
	f.StringVar(&o.from, "from", "", "可信的起点（不含），默认第一个提交 · trusted start, itself not judged; the first commit by default")
	f.StringArrayVarP(&o.formats, "format", "f", []string{"text"}, "输出 F[=文件]，可重复：text json sarif · output, repeatable")
	f.StringArrayVar(&o.checkpoints, "checkpoint", nil, "另查一份检查点文件，可重复 · a checkpoint file, repeatable")
	f.StringArrayVar(&o.trust, "trust", nil, "信任的公钥文件，可重复；其“已审计”检查点之前的不再重算 · public keys whose audited checkpoints need not be judged again")
	f.BoolVar(&o.strict, "strict", false, "只有记录、没有签名或盖章的，不算证明 · a record without signature or seal proves nothing")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "不显示进度 · no progress")
	return c
}

func (a *app) runAudit(o *auditOptions) error {
	outs, err := a.outputs(o.formats, []string{"text", "json", "sarif"})
	if err != nil {
		return err
	}
	spend(false)
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	prefix, err := a.prefix(repo, root)
	if err != nil {
		return cannot(err, "")
	}
	tip, err := repo.Commit(repo.Branch(o.branch)) // once: the branch may move
	if err != nil {
		return a.gitFailure(err)
	}
	whole := sync.OnceValues(func() ([]gitobj.Commit, error) { return repo.FirstParents("", tip.Hash) })
	wanted := whole
	if o.from != "" { // what lies before it may not even be there
		wanted = func() ([]gitobj.Commit, error) { return repo.FirstParents(o.from, tip.Hash) }
	}
	commits, err := wanted()
	if err != nil {
		return a.gitFailure(err)
	}
	trusted, err := a.trustedKeys(o.trust)
	if err != nil {
		return err
	}
	checked, err := a.checkpoints(repo, prefix, whole, o.checkpoints)
	if err != nil {
		return err
	}
	earlier, err := a.earlier(commits, whole, checked, trusted, o.strict)
	if err != nil {
		return a.gitFailure(err)
	}
	if earlier != nil {
		commits = commits[:slices.IndexFunc(commits, func(c gitobj.Commit) bool { return c.Hash == earlier.Commit })+1]
	}
	entries, err := a.auditCommits(repo, prefix, commits, a.progress(o.quiet))
	if err != nil {
		return err
	}
	if o.strict {
		for _, e := range entries {
			e.Demand(audit.Signed, audit.Attested)
		}
	}
	sum := summarise(commits[len(commits)-1].Hash, commits[0].Hash, entries, checked)
	sum.Earlier, sum.resumed = earlier, len(trusted) > 0
	if err := a.writeAudit(outs, sum); err != nil {
		return err
	}
	if sum.Good {
		return nil
	}
	if o.from == "" && earlier == nil && !slices.ContainsFunc(entries, func(e *audit.Entry) bool { return len(e.Items) > 0 }) {
		fmt.Fprintln(a.io.Err, a.say("这以前没有任何审批事项：可能从这里起台账才有定义。核对以后，用 --from 写一个您信得过、定义齐全的提交作起点",
			"nothing was there to be approved before this: perhaps the registry has its definitions only since then. When you have looked, name with --from a commit that you trust and that has them all"))
	}
	return errFindings
}

// auditLinks judges the commits of a branch after from, oldest first.
func (a *app) auditLinks(repo *gitobj.Repo, prefix, from, head string, progress func(done, total int)) ([]*audit.Entry, error) {
	commits, err := repo.FirstParents(from, head)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	return a.auditCommits(repo, prefix, commits, progress)
}

// auditPage audits what is checked out, for the page of the site.
func (a *app) auditPage(root, from string) (*publish.Audit, error) {
	repo, err := gitobj.Open(root)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	defer repo.Close()
	prefix, err := a.prefix(repo, root)
	if err != nil {
		return nil, cannot(err, "")
	}
	start, err := repo.Commit(from)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	head, err := repo.Commit("HEAD")
	if err != nil {
		return nil, a.gitFailure(err)
	}
	entries, err := a.auditLinks(repo, prefix, start.Hash, head.Hash, nil)
	if err != nil {
		return nil, err
	}
	sum := summarise(start.Hash, head.Hash, entries, nil)
	out := &publish.Audit{From: start.Hash, Head: head.Hash, Good: sum.Good}
	for _, s := range []audit.Status{audit.Proven, audit.Overridden, audit.Unsealed, audit.Unapproved, audit.Illegal} {
		l := s.Label()
		if n := sum.Counts[string(s)]; n > 0 {
			out.Counts = append(out.Counts, publish.AuditCount{Zh: l.Zh, En: l.En, Count: n})
		}
	}
	for _, e := range slices.Backward(entries) {
		for _, it := range e.Items {
			r := publish.AuditRow{On: value.Day(e.When), Commit: e.Commit, Subject: it.Subject, Good: it.Status.Good(),
				Status: it.Status.Label(), Proof: it.Proof.Label()}
			for _, st := range it.Steps {
				r.Step = st.Name
			}
			out.Rows = append(out.Rows, r)
		}
	}
	return out, nil
}
