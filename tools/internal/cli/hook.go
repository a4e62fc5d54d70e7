package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
)

func (a *app) hookCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "hook",
		Short: "让裸仓库拒绝没有批准的推送 · make a bare repository refuse what was not agreed",
		Long: `在服务器的裸仓库里装上 pre-receive 钩子：推到主干的每个提交都要自证，否则拒收。
Installs a pre-receive hook in a bare repository: each commit pushed to main must prove itself, or it is refused.

  taizhang hook install --repo /srv/registry.git
  taizhang hook pre-receive --branch main      由 Git 调用 · called by Git`,
	}
	var branch, dir string
	pre := &cobra.Command{
		Use: "pre-receive", Short: "判断一次推送，由 Git 调用 · judge a push, called by Git", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runPreReceive(branch) },
	}
	pre.Flags().StringVar(&branch, "branch", "main", "受保护的主干 · the protected branch")
	install := &cobra.Command{
		Use: "install", Short: "在裸仓库里装上钩子 · install the hook in a bare repository", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runHookInstall(dir, branch) },
	}
	install.Flags().StringVar(&dir, "repo", ".", "裸仓库 · the bare repository")
	install.Flags().StringVar(&branch, "branch", "main", "受保护的主干 · the protected branch")
	c.AddCommand(pre, install)
	return c
}

func (a *app) runHookInstall(dir, branch string) error {
	dir = a.abs(dir)
	git, err := a.git(dir, nil, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return cannot(err, a.say("--repo 要指向一个 Git 仓库", "--repo must be a Git repository"))
	}
	if strings.ContainsAny(branch, " '\"\\$`\n") {
		return fmt.Errorf("--branch %q", branch)
	}
	self, err := os.Executable()
	if err != nil {
		return cannot(err, "")
	}
	file := filepath.Join(git, "hooks", "pre-receive")
	if _, err := os.Lstat(file); err == nil {
		return cannot(fmt.Errorf(a.say("已有钩子 %s", "there is a hook already: %s"), file), a.say("先移走它，或在它里面加上 taizhang hook pre-receive", "move it away, or call taizhang hook pre-receive in it"))
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return cannot(err, "")
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' hook pre-receive --branch '%s'\n", strings.ReplaceAll(self, "'", `'\''`), branch)
	if err := writeFile(file, []byte(script)); err != nil {
		return cannot(err, "")
	}
	if err := os.Chmod(file, 0o755); err != nil {
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("已装上：%s\n", "installed: %s\n"), file)
	return nil
}

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
	in := bufio.NewScanner(a.io.In)
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) != 3 {
			return cannot(errors.New(a.say("这个命令由 Git 的 pre-receive 调用", "this command is called by Git as pre-receive")), "")
		}
		if err := a.receive(repo, branch, f[0], f[1], f[2]); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return cannot(err, "")
	}
	return nil
}

func (a *app) receive(repo *gitobj.Repo, branch, old, now, name string) error {
	switch {
	case name == "refs/heads/"+branch:
		return a.receiveMain(repo, old, now, name)
	case strings.HasPrefix(name, statementRefs), strings.HasPrefix(name, checkpointRefs):
		return a.receiveSigned(repo, old, now, name)
	case strings.HasPrefix(name, "refs/taizhang/"), strings.HasPrefix(name, "refs/replace/"):
		return a.refusePush(name, a.say("这里不收这样的引用", "such references are not taken"))
	}
	return nil
}

// refusePush ends a push with the reason that the user sees.
func (a *app) refusePush(name, why string) error {
	return &failure{code: exitFindings, err: fmt.Errorf(a.say("拒收 %s：%s", "refused %s: %s"), name, why),
		mend: a.say("用 taizhang review 看要谁同意，用 taizhang merge 合并后再推送", "see with taizhang review who must agree, merge with taizhang merge, then push")}
}

func (a *app) receiveMain(repo *gitobj.Repo, old, now, name string) error {
	switch {
	case now == zeroHash:
		return a.refusePush(name, a.say("主干不能删除", "the branch cannot be deleted"))
	case old == zeroHash:
		fmt.Fprintln(a.io.Err, a.say("taizhang：主干第一次推送，作为可信的起点收下", "taizhang: the first push of the branch is taken as the trusted start"))
		return nil
	}
	if _, err := repo.FirstParents(old, now); err != nil {
		var none *gitobj.NoMergeBaseError
		if errors.As(err, &none) {
			return a.refusePush(name, a.say("新的主干不是从旧的主干接下去的，历史会被改写", "the new history does not continue the old one"))
		}
		return a.gitFailure(err)
	}
	entries, err := a.auditLinks(repo, "", old, now, nil)
	if err != nil {
		return err
	}
	against, err := a.against(repo, now)
	if err != nil {
		return err
	}
	for _, e := range entries {
		e.Demand(audit.Signed, audit.Attested)
		if !e.Good() {
			return a.refusePush(name, e.Commit[:12]+" "+a.worst(e))
		}
		for _, it := range e.Items {
			if slices.ContainsFunc(against[it.ID], func(s *statement.Signed) bool { _, no := it.Hear(s, time.Now()); return no == finding.Text{} }) {
				return a.refusePush(name, e.Commit[:12]+" "+it.Subject+" "+a.say("送来的不同意或撤回没有写进决定", "a rejection or withdrawal that was handed in is not in the decision"))
			}
		}
	}
	return nil
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

// receiveSigned takes statements and checkpoints: added, never altered, and only
// what verifies.
func (a *app) receiveSigned(repo *gitobj.Repo, old, now, name string) error {
	if old != zeroHash {
		return a.refusePush(name, a.say("签名的文件只增不改", "signed documents are only added"))
	}
	data, err := repo.Blob(now, statement.Limit)
	if err != nil {
		return a.refusePush(name, err.Error())
	}
	signed, err := statement.Decode(data)
	if err == nil {
		if strings.HasPrefix(name, statementRefs) {
			_, _, err = signed.Open()
			if err == nil && name != statementRefs+signed.Hash() {
				err = errors.New(a.say("名称不是它的哈希", "its name is not its hash"))
			}
		} else {
			_, err = signed.OpenDocument(&checkpoint{}, statement.CheckpointNamespace)
		}
	}
	if err != nil {
		return a.refusePush(name, err.Error())
	}
	return nil
}
