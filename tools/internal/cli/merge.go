package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/value"
)

type mergeOptions struct {
	into, message string
	statements    []string
	dryRun        bool
}

func (a *app) mergeCommand() *cobra.Command {
	o := &mergeOptions{}
	c := &cobra.Command{
		Use:   "merge REV",
		Short: "意见齐了就合并，并封存决定 · merge what is agreed and seal the decision",
		Long: `核对签名意见；都齐了，就把修改和审批决定写进同一个合并提交。缺一个都不动。
Verifies the signed votes; when all are there, writes the change and the decisions in one merge commit. Otherwise nothing moves.

  git fetch origin 'refs/taizhang/*:refs/taizhang/*'   取来签名意见 · get the statements
  taizhang merge topic                                 合并到 main · merge into main
  taizhang merge topic --dry-run                       只看结论 · see what would happen

主干在此期间动了，就不合并，重来一次。
If main moves meanwhile, nothing is merged: run it again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.runMerge(o, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.into, "into", "main", "合并到哪个分支 · the branch to merge into")
	f.StringVarP(&o.message, "message", "m", "", "提交说明 · commit message")
	f.StringArrayVar(&o.statements, "statement", nil, "另加一份签名意见（文件），可重复 · one more signed statement, a file")
	f.BoolVar(&o.dryRun, "dry-run", false, "只看结论，不合并 · decide, and change nothing")
	return c
}

func (a *app) runMerge(o *mergeOptions, rev string) error {
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	branch := "refs/heads/" + strings.TrimPrefix(o.into, "refs/heads/")
	p, err := a.propose(repo, root, branch, rev)
	if err != nil {
		return err
	}
	now := a.now().UTC().Truncate(time.Second)
	heard, err := a.signedVotes(p, o.statements, now)
	if err != nil {
		return err
	}
	r := a.decide(p, heard.list, now, nil)
	r.Problems = heard.problems
	fmt.Fprint(a.io.Out, r.Text(names(p.result.Base), a.lang))
	if len(r.Items) == 0 {
		return cannot(errors.New(a.say("没有可合并的改动", "there is nothing to merge")), "")
	}
	if !r.Allows() {
		return errFindings
	}
	if o.dryRun {
		return nil
	}
	commit, err := a.mergeCommit(p, r, heard, o.message, now)
	if err != nil {
		return err
	}
	if err := a.moveBranch(p, branch, commit); err != nil {
		return err
	}
	fmt.Fprintf(a.io.Out, a.say("\n已合并：%s → %s，封存 %d 份决定。\n", "\nMerged: %s → %s, %d decisions sealed.\n"), p.tip.Hash[:12], commit[:12], len(r.Items))
	return nil
}

// mergeCommit writes the change and its decisions on top of the tip, and proves
// the result before anybody sees it.
func (a *app) mergeCommit(p *proposal, r *review.Report, heard *votes, message string, now time.Time) (string, error) {
	tip, err := p.repo.Tree(p.tip.Hash)
	if err != nil {
		return "", a.gitFailure(err)
	}
	edits := map[string]*gitobj.Entry{}
	for _, c := range p.changes {
		edits[c.Path] = c.New
	}
	files := newGitFiles(tip, p.prefix)
	if err := a.sealInto(p, r, heard, edits, files, sealing{base: p.tip.Hash, on: now}); err != nil {
		return "", err
	}
	tree, err := p.repo.WriteTree(tip, edits)
	if err != nil {
		return "", cannot(err, "")
	}
	who, err := a.git(p.dir, nil, "var", "GIT_COMMITTER_IDENT")
	if err != nil {
		return "", cannot(err, a.say("先设置 git config user.name 和 user.email", "set git config user.name and user.email first"))
	}
	who = who[:strings.LastIndexByte(who, '>')+1]
	if message == "" {
		message = mergeMessage(r)
	}
	commit, err := p.repo.WriteCommit(tree, []string{p.tip.Hash, p.head.Hash}, who, now.In(value.Shanghai()), strings.TrimRight(message, "\n")+"\n")
	if err != nil {
		return "", cannot(err, "")
	}
	entries, err := a.auditLinks(p.repo, p.prefix, p.tip.Hash, commit, nil)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if !e.Good() {
			return "", cannot(fmt.Errorf("%s: %s", a.say("合并结果不能自证，没有合并", "the merge does not prove itself, so nothing was merged"), a.worst(e)), "")
		}
	}
	return commit, nil
}

// mergeMessage names what a merge does.
func mergeMessage(r *review.Report) string {
	var subjects []string
	for i := range r.Items {
		t := &r.Items[i].Transition
		s := t.Subject
		for _, st := range t.Steps {
			s += " " + st.ID
		}
		subjects = append(subjects, s)
	}
	title := strings.Join(subjects, ", ")
	if len(subjects) > 3 {
		title = fmt.Sprintf("%s and %d more", strings.Join(subjects[:3], ", "), len(subjects)-3)
	}
	return "Merge " + title + "\n\nChange: " + r.Change + "\n"
}

// sealing is what a decision says beside votes and content.
type sealing struct {
	base    string // commit that the change was decided on
	on      time.Time
	request *seal.Request
	gate    ssh.Signer // nil: no seal of the gate
}

// sealInto adds the decisions of a review, and the statements that they rest on,
// to the edits of a tree. latest is what lies on the branch now.
func (a *app) sealInto(p *proposal, r *review.Report, heard *votes, edits map[string]*gitobj.Entry, latest registry.Files, s sealing) error {
	put := func(path string, data []byte) error {
		hash, err := p.repo.WriteBlob(data)
		if err != nil {
			return cannot(err, "")
		}
		edits[p.prefix+path] = &gitobj.Entry{Path: p.prefix + path, Mode: gitobj.ModeFile, Hash: hash}
		return nil
	}
	for i := range r.Items {
		it := &r.Items[i]
		d := &seal.Decision{Version: 1, Registry: p.registry(), Number: 1, Base: s.base, On: s.on.Format(time.RFC3339), Transition: seal.Of(&it.Transition),
			Authors: append([]string{}, p.authors...), Votes: []seal.Vote{}, Request: s.request}
		for {
			last, err := latest.Read(registry.DecisionFile(it.Subject, d.Number), seal.Limit)
			if errors.Is(err, fs.ErrNotExist) {
				break
			} else if err != nil {
				return cannot(err, "")
			}
			sum := sha256.Sum256(last)
			d.Previous = hex.EncodeToString(sum[:])
			d.Number++
		}
		d.Fill(&it.Decision)
		for k := range heard.list {
			v, ev := &heard.list[k], &heard.evidence[heard.list[k].Evidence]
			if !slices.Contains(v.IDs, it.ID) || v.Person == "" {
				continue
			}
			sv := seal.Vote{Person: v.Person, Department: v.Department, Verdict: v.Verdict, On: v.When.UTC().Format(time.RFC3339), Reason: v.Reason, Forge: ev.forge}
			if ev.signed != nil {
				sv.Statement = ev.signed.Hash()
				if err := put(seal.StatementFile(sv.Statement), ev.signed.Encode()); err != nil {
					return err
				}
			}
			d.Votes = append(d.Votes, sv)
		}
		if s.gate != nil {
			if err := d.Sign(s.gate); err != nil {
				return cannot(err, "")
			}
		}
		if err := put(registry.DecisionFile(it.Subject, d.Number), d.Encode()); err != nil {
			return err
		}
	}
	return nil
}

// checkedOut returns the working tree that has a branch checked out, "" for none.
func (a *app) checkedOut(dir, branch string) string {
	list, err := a.git(dir, nil, "worktree", "list", "--porcelain")
	if err != nil {
		return "" // a Git without worktrees has none
	}
	for block := range strings.SplitSeq(list, "\n\n") {
		tree, rest, _ := strings.Cut(block, "\n")
		if lines := strings.Split(rest, "\n"); slices.Contains(lines, "branch "+branch) && !strings.Contains(rest, "\nprunable") {
			return strings.TrimPrefix(tree, "worktree ")
		}
	}
	return ""
}

// moveBranch makes a branch point to a commit, if it still points to the tip
// that the commit was made on.
func (a *app) moveBranch(p *proposal, branch, commit string) error {
	mend := a.say("主干动过了，或工作区有未提交的改动：处理后再运行一次", "main has moved, or the working tree has changes: sort that out and run it again")
	if p.repo.Root() != "" {
		if head, err := a.git(p.dir, nil, "symbolic-ref", "-q", "HEAD"); err == nil && head == branch {
			if _, err := a.git(p.dir, nil, "merge", "--quiet", "--ff-only", commit); err != nil {
				return cannot(err, mend+a.say("。上次运行到一半被中断的：确认没有别的 git 在运行，删去 .git/index.lock（有的话），执行 git stash -u，再运行一次",
					". After a run that was interrupted: make sure that no other git is running, remove .git/index.lock if there is one, run git stash -u, and run it again"))
			}
			return nil
		}
	}
	if tree := a.checkedOut(p.dir, branch); tree != "" {
		return cannot(fmt.Errorf(a.say("%s 在另一个工作区 %s 里检出着，移动它会让那里的文件对不上", "%s is checked out in another working tree, %s, whose files would no longer fit it"), strings.TrimPrefix(branch, "refs/heads/"), tree),
			a.say("到那里运行同一条命令，或先在那里 git switch 到别的分支", "run the same command there, or git switch to another branch there first"))
	}
	if _, err := a.git(p.dir, nil, "update-ref", "-m", "taizhang merge", branch, commit, p.tip.Hash); err != nil {
		return cannot(err, mend)
	}
	return nil
}
