package cli

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/value"
)

func (a *app) hookCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "hook",
		Short: "推送以前、收下以前的检查 · checks before a push leaves and before one is taken",
		Long: `在自己的克隆里装上 pre-push 钩子：带密级标志、手机号码、身份证号码、银行卡号的提交推不出去。
在服务器的裸仓库里装上 pre-receive 钩子：推到主干的每个提交都要自证，否则拒收。
A pre-push hook in a clone keeps commits with marks of secrecy, mobile, identity or card numbers on the machine.
A pre-receive hook in a bare repository refuses what was not agreed.

  taizhang hook install --pre-push                       在自己的克隆里 · in one's own clone
  taizhang hook install --repo /srv/registry.git         在服务器上 · on the server
  taizhang hook pre-push REMOTE; taizhang hook pre-receive   由 Git 调用 · called by Git`,
	}
	var branch, dir string
	var leaving bool
	receive := &cobra.Command{
		Use: "pre-receive", Short: "判断一次推送，由 Git 调用 · judge a push, called by Git", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runPreReceive(branch) },
	}
	receive.Flags().StringVar(&branch, "branch", "main", "受保护的主干 · the protected branch")
	push := &cobra.Command{
		Use: "pre-push [REMOTE [URL]]", Short: "推送离开以前检查每个提交，由 Git 调用 · judge each commit before it leaves, called by Git", Args: cobra.MaximumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error { return a.runPrePush(append(args, "")[0]) },
	}
	install := &cobra.Command{
		Use: "install", Short: "装上钩子 · install a hook", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if leaving {
				return a.installPrePush(dir)
			}
			return a.installPreReceive(dir, branch)
		},
	}
	install.Flags().StringVar(&dir, "repo", ".", "仓库 · the repository")
	install.Flags().StringVar(&branch, "branch", "main", "受保护的主干 · the protected branch")
	install.Flags().BoolVar(&leaving, "pre-push", false, "装 pre-push，在自己的克隆里用 · the pre-push hook, for one's own clone")
	install.MarkFlagsMutuallyExclusive("pre-push", "branch")
	c.AddCommand(push, receive, install)
	return group(c)
}

// lateness is how far what is pushed may be dated from the push. Who merges dates
// his commit himself: without a bound he could choose a day on which somebody had
// a say who has none now.
const lateness = 24 * time.Hour

// maxPush bounds the commits by which a branch gets on in one push, the one before
// included: none of them is taken before all are judged.
const maxPush = 1001

const zeroHash = "0000000000000000000000000000000000000000"

// runPreReceive reads the lines that Git gives the hook: old, new and name of
// each reference. One that is refused refuses the push.
func (a *app) runPreReceive(branch string) error {
	incoming := a.io.Env("GIT_QUARANTINE_PATH")
	repo, err := gitobj.OpenIn(a.io.Dir, incoming)
	if err != nil {
		return a.gitFailure(err)
	}
	defer repo.Close()
	// Those whom the branch knows before the push, for all that is signed in it.
	signers := sync.OnceValues(func() (*people.Register, error) {
		tree, err := repo.Tree("refs/heads/" + branch)
		if err != nil {
			return nil, a.gitFailure(err)
		}
		j, err := check.NewJudge(newGitFiles(tree, ""))
		if err != nil {
			return nil, a.undefined(err)
		}
		return j.Registry.People, nil
	})
	in := bufio.NewScanner(a.io.In)
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) != 3 {
			return cannot(errors.New(a.say("这个命令由 Git 的 pre-receive 调用", "this command is called by Git as pre-receive")), "")
		}
		if err := a.receive(repo, branch, signers, f[0], f[1], f[2]); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return cannot(err, "")
	}
	return nil
}

func (a *app) receive(repo *gitobj.Repo, branch string, signers func() (*people.Register, error), old, now, name string) error {
	switch main := "refs/heads/" + branch; {
	case name == main, repo.Target(name) == repo.Target(main): // a second name leads to it, or it to another
		return a.receiveMain(repo, old, now, name)
	case strings.HasPrefix(name, statementRefs), strings.HasPrefix(name, checkpointRefs):
		return a.receiveSigned(repo, signers, old, now, name)
	case strings.HasPrefix(name, "refs/taizhang/"), strings.HasPrefix(name, "refs/replace/"):
		return a.refusePush(name, a.say("这里不收这样的引用", "such references are not taken"))
	case now == zeroHash:
		return nil
	}
	kind, rest, _ := strings.Cut(strings.TrimPrefix(name, "refs/"), "/")
	first, _, deeper := strings.Cut(strings.ToLower(rest), "/")
	switch {
	case kind != "heads" && kind != "tags": // what is fetched from elsewhere lies there
		return a.refusePush(name, a.say("只收分支、标签和签名意见", "only branches, tags and signed statements are taken"))
	case strings.EqualFold(rest, branch), deeper && slices.Contains([]string{"refs", "heads", "tags", "remotes"}, first):
		return a.refusePush(name, a.say("会和别的名称混淆，换一个", "it could be taken for another name: choose another"))
	}
	return nil
}

// refusePush ends a push with the reason that the user sees.
func (a *app) refusePush(name, why string) error {
	return &failure{code: exitFindings, err: fmt.Errorf(a.say("拒收 %s：%s", "refused %s: %s"), name, why)}
}

// refuseMain is refusePush with the way back: what was merged in a clone has to be
// undone there before it can be merged again.
func (a *app) refuseMain(name, why string) error {
	err := a.refusePush(name, why).(*failure)
	err.mend = a.say("在自己的克隆里回到服务器上的主干（git fetch origin，git reset --hard origin/主干），用 taizhang review 看要谁同意，用 taizhang merge 合并，当天推送",
		"in your clone go back to the branch of the server (git fetch origin, git reset --hard origin/BRANCH), see with taizhang review who must agree, merge with taizhang merge, and push the same day")
	return err
}

func (a *app) receiveMain(repo *gitobj.Repo, old, now, name string) error {
	switch {
	case now == zeroHash:
		return a.refusePush(name, a.say("主干不能删除", "the branch cannot be deleted"))
	case old == zeroHash:
		fmt.Fprintln(a.io.Err, a.say("taizhang：主干第一次推送，作为可信的起点收下", "taizhang: the first push of the branch is taken as the trusted start"))
		return nil
	}
	commits, err := repo.FirstParents(old, now)
	if err != nil {
		var none *gitobj.NoMergeBaseError
		if errors.As(err, &none) {
			return a.refuseMain(name, a.say("新的主干不是从旧的主干接下去的，历史会被改写", "the new history does not continue the old one"))
		}
		return a.gitFailure(err)
	}
	if len(commits) > maxPush {
		return a.refuseMain(name, fmt.Sprintf(a.say("一次推送超过 %d 个提交，分几次推", "more than %d commits at once: push them in parts"), maxPush-1))
	}
	entries, err := a.auditLinks(repo, "", old, now, nil)
	if err != nil {
		return err
	}
	against, err := a.against(repo, now)
	if err != nil {
		return err
	}
	files, err := repo.Tree(now)
	if err != nil {
		return a.gitFailure(err)
	}
	today := a.now()
	for _, c := range commits[:len(commits)-1] {
		switch {
		case c.When.After(today.Add(lateness)):
			return a.refuseMain(name, c.Hash[:12]+" "+a.say("提交的时间在将来", "the commit is dated in the future"))
		case !slices.ContainsFunc(entries, func(e *audit.Entry) bool { return e.Commit == c.Hash }):
			return a.refuseMain(name, c.Hash[:12]+" "+a.say("这个提交什么也没有改，可能掩盖一个分支的内容", "the commit changes nothing, and may hide what a branch brings"))
		}
	}
	for _, e := range entries {
		e.Demand(audit.Signed, audit.Attested)
		if !e.Good() {
			return a.refuseMain(name, e.Commit[:12]+" "+a.worst(e))
		}
		if on, signed := earliest(newGitFiles(files, ""), e); signed && on.Before(today.Add(-lateness)) {
			return a.refuseMain(name, fmt.Sprintf(a.say("%s 的决定作于 %s，超过一天才推送：重新合并", "%s was decided on %s, more than a day before the push: merge it again"), e.Commit[:12], value.Day(on)))
		}
		for _, it := range e.Items {
			if slices.ContainsFunc(against[it.ID], func(s *statement.Signed) bool { _, no := it.Hear(s, today); return no == finding.Text{} }) {
				return a.refuseMain(name, e.Commit[:12]+" "+it.Subject+" "+a.say("送来的不同意或撤回没有写进决定", "a rejection or withdrawal that was handed in is not in the decision"))
			}
		}
	}
	return nil
}

// earliest returns the time of the oldest decision of a commit that rests on
// signatures. What the gate has sealed is as old as the merge on its forge.
func earliest(files registry.Files, e *audit.Entry) (on time.Time, found bool) {
	for _, it := range e.Items {
		if it.Proof != audit.Signed {
			continue
		}
		data, err := files.Read(it.Decision, seal.Limit)
		if err != nil {
			continue
		}
		if d, err := seal.Decode(data); err == nil && (!found || d.When().Before(on)) {
			on, found = d.When(), true
		}
	}
	return on, found
}

// against lists, by transition, the rejections and withdrawals that this
// repository holds and no decision of a commit rests on: whoever merges must not
// leave them out.
func (a *app) against(repo *gitobj.Repo, commit string) (map[string][]*statement.Signed, error) {
	refs, err := repo.Refs(statementRefs)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	tree, err := repo.Tree(commit)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	out := map[string][]*statement.Signed{}
	for _, r := range refs {
		if _, heard, err := tree.Lookup(seal.StatementFile(strings.TrimPrefix(r.Name, statementRefs))); heard && err == nil {
			continue
		}
		data, err := repo.Blob(r.Hash, statement.Limit)
		if err != nil {
			continue
		}
		signed, err := statement.Decode(data)
		if err != nil {
			continue
		}
		if st, _, err := signed.Open(); err == nil && slices.Contains([]string{string(decision.Reject), string(decision.Withdraw)}, st.Verdict) {
			for _, id := range st.IDs() {
				out[id] = append(out[id], signed)
			}
		}
	}
	return out, nil
}

// receiveSigned takes statements and checkpoints: added, never altered, only what
// verifies, and only of people whom the branch knows.
func (a *app) receiveSigned(repo *gitobj.Repo, signers func() (*people.Register, error), old, now, name string) error {
	if old != zeroHash {
		return a.refusePush(name, a.say("签名的文件只增不改", "signed documents are only added"))
	}
	data, err := repo.Blob(now, statement.Limit)
	if err != nil {
		return a.refusePush(name, err.Error())
	}
	signed, err := statement.Decode(data)
	var key string
	switch {
	case err != nil:
	case strings.HasPrefix(name, statementRefs):
		_, key, err = signed.Open()
		if err == nil && name != statementRefs+signed.Hash() {
			err = errors.New(a.say("名称不是它的哈希", "its name is not its hash"))
		}
	default:
		key, err = signed.OpenDocument(&checkpoint{}, statement.CheckpointNamespace)
	}
	if err != nil {
		return a.refusePush(name, err.Error())
	}
	known, err := signers()
	if err != nil {
		return err
	}
	if _, ok := known.ByKey(key, value.Day(a.now())); !ok {
		return a.refusePush(name, a.say("签名的密钥今天不属于人员表里的任何人", "the key that signed it belongs to nobody in the register today"))
	}
	return nil
}
