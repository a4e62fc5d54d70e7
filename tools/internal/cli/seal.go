package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/forge"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/value"
)

type sealOptions struct {
	request requestOptions
	into    string
	key     string
	merged  string
	from    string
}

func (a *app) sealCommand() *cobra.Command {
	o := &sealOptions{}
	c := &cobra.Command{
		Use:   "seal",
		Short: "平台合并之后封存决定 · seal the decision after a forge has merged",
		Long: `代码平台合并一个请求之后，把当时的意见写成决定，作为紧接着的一个提交。
After a forge has merged a request, writes the votes of that moment as decisions, in a commit of its own on the branch.

  taizhang seal --request 12 --key gate-key     用审批程序的密钥盖章 · sealed with the gate's key
  taizhang seal --poll --key gate-key           主干上所有未封存的 · all that main holds unsealed
  git push origin main

--poll 按提交说明里写的请求编号去平台核对；逐个变基的提交不写编号，要用 --request 指明。
没有人能补的，由有权的部门裁定，写进 data/registry.yaml 的 unsealed，以后照样列出，不再算错；audit 仍记作未封存。
With --poll the request is the one that the message of the commit names, as the forge confirms; commits that a
forge rebased one by one name none and need --request. What nobody can seal is ruled on in unsealed of
data/registry.yaml: from then on it is listed and no fault; audit still calls it unsealed.

退出码：0 都已封存或裁定，1 有封不了的，3 没能做完（平台、密钥、Git），可以再运行。
Exit codes: 0 all is sealed or ruled on, 1 something cannot be sealed, 3 the work was not finished: run it again.

公钥登记在 data/registry.yaml 的 gateKeys。没有盖章的决定，audit 只记作“只有记录”。
The public key is in gateKeys of data/registry.yaml. Without a seal, audit calls a decision "a record alone".`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runSeal(o) },
	}
	o.request.flags(c)
	f := c.Flags()
	_ = f.MarkHidden("post")
	f.Lookup("poll").Usage = "封存主干上所有未封存的 · seal all that main holds unsealed"
	f.StringVar(&o.from, "from", "", "--poll 从这个提交之后找起，默认第一个提交 · where --poll begins to look; the first commit by default")
	f.StringVar(&o.into, "into", "main", "主干 · the branch")
	f.StringVar(&o.key, "key", "", "审批程序的 SSH 私钥文件 · private key file of the gate")
	f.StringVar(&o.merged, "merged", "", "合并得到的提交，默认由平台告知 · the commit of the merge, told by the forge by default")
	return c
}

func (a *app) runSeal(o *sealOptions) error {
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	f, number, err := a.openForge(&o.request)
	if err != nil {
		return err
	}
	s := &sealer{app: a, repo: repo, root: root, forge: f, branch: "refs/heads/" + strings.TrimPrefix(o.into, "refs/heads/")}
	if o.key != "" {
		if s.gate, err = statement.FromFile(a.abs(o.key), a.passphrase(o.key)); err != nil {
			return cannot(err, a.say("核对 --key", "check --key"))
		}
	}
	if o.request.poll {
		return s.all(o.from)
	}
	if o.request.number != 0 {
		number = o.request.number
	}
	if number == 0 {
		return errors.New(a.say("要用 --request 指明请求，或用 --poll 封存全部", "name the request with --request, or seal all with --poll"))
	}
	return s.request(number, o.merged, "")
}

// sealer writes the decisions on what a forge has merged into a branch.
type sealer struct {
	*app
	repo   *gitobj.Repo
	root   string
	forge  forge.Forge
	branch string
	gate   ssh.Signer // nil: no seal of the gate
	done   []string   // commits that were sealed
}

// all seals what the branch holds without a decision after a commit. What cannot
// be sealed does not keep the others from it.
func (s *sealer) all(from string) error {
	prefix, err := s.prefix(s.repo, s.root)
	if err != nil {
		return cannot(err, "")
	}
	tip, err := s.repo.Commit(s.branch)
	if err != nil {
		return s.gitFailure(err)
	}
	entries, err := s.auditLinks(s.repo, prefix, from, tip.Hash, s.progress(false))
	if err != nil {
		return err
	}
	ruled, err := s.rulings(prefix, tip.Hash)
	if err != nil {
		return err
	}
	var worst error
	for _, e := range entries {
		if slices.Contains(s.done, e.Commit) || !slices.ContainsFunc(e.Items, func(it *audit.Item) bool { return it.Status == audit.Unsealed }) {
			continue
		}
		fmt.Fprintf(s.io.Out, "%s %s\n", e.Commit[:12], report.OneLine(e.Title))
		if why, known := ruled[e.Commit]; known {
			fmt.Fprintf(s.io.Out, s.say("没有封存，已裁定：%s\n", "not sealed, ruled on: %s\n"), report.OneLine(why))
			continue
		}
		if e.Request != 0 {
			err = s.request(e.Request, "", e.Commit)
		} else {
			err = &failure{exitFindings, errors.New(s.say("提交说明里没有请求的编号", "its message names no request")), s.say("用 --request 指明", "name it with --request")}
		}
		var f *failure
		switch {
		case err == nil:
			continue
		case s.ctx.Err() != nil, !slices.Contains([]forge.Kind{"", forge.TooMuch}, forge.KindOf(err)): // it would be so with the next one
			return err
		case errors.As(err, &f) && f.code == exitFindings:
			if worst == nil {
				worst = errFindings
			}
		default:
			worst = cannot(errors.New(s.say("有的没能封存", "some could not be sealed")), s.say("原因写在上面，排除以后再运行一次", "the reasons are above: see to them, and run it again"))
		}
		why, mend := err.Error(), ""
		if f != nil {
			mend = f.mend
		}
		if err == error(errFindings) {
			why = s.say("缺少同意", "approvals are missing")
		}
		fmt.Fprintf(s.io.Out, s.say("没有封存：%s\n", "not sealed: %s\n"), why)
		if mend != "" {
			fmt.Fprintf(s.io.Out, "  → %s\n", mend)
		}
	}
	return worst
}

// rulings tells which commits the registry has accepted as unsealed, and why.
func (s *sealer) rulings(prefix, tip string) (map[string]string, error) {
	tree, err := s.repo.Tree(tip)
	if err != nil {
		return nil, s.gitFailure(err)
	}
	j, err := check.NewJudge(newGitFiles(tree, prefix))
	if err != nil {
		return nil, s.undefined(err)
	}
	out := map[string]string{}
	for _, u := range j.Registry.Config.Unsealed {
		out[u.Commit] = u.On + " " + u.By + " " + u.Reason
	}
	return out, nil
}

// request seals what the merge of a request brought; merged is the commit of the
// merge, "" for the one that the forge tells, and must be among what it brought
// when it is given as wanted.
func (s *sealer) request(number int64, merged, wanted string) error {
	code := exitFailed
	if wanted != "" { // only a message says that it is about this request
		code = exitFindings
	}
	req, err := s.forge.Request(s.ctx, number)
	if forge.KindOf(err) == forge.NotFound && wanted != "" {
		return &failure{code, fmt.Errorf(s.say("平台上没有请求 #%d，或令牌看不到", "the forge has no request #%d, or hides it from the token"), number), s.say("用 --request 指明", "name the request with --request")}
	}
	if err != nil {
		return s.forgeFailure(err)
	}
	if merged == "" {
		merged = req.MergeSHA
	}
	if !req.Merged || merged == "" {
		return &failure{code, fmt.Errorf(s.say("请求 #%d 还没有合并", "request #%d is not merged"), number), ""}
	}
	steps, before, err := s.mergedSteps(s.repo, s.root, req, merged, s.branch)
	if err != nil {
		return err
	}
	if wanted != "" && !slices.Contains(steps, wanted) {
		return &failure{code, fmt.Errorf(s.say("平台说请求 #%d 合并成了别的提交", "the forge says that request #%d was merged as another commit"), number), s.say("用 --request 指明", "name the request with --request")}
	}
	var missing error
	for _, step := range steps {
		if s.already(before, step) {
			fmt.Fprintf(s.io.Out, s.say("%s 已经封存过。\n", "%s is sealed already.\n"), step[:12])
			continue
		}
		if err := s.step(req, span{step, before, merged}); errors.Is(err, errFindings) {
			missing = err // what others agreed to is sealed all the same
		} else if err != nil {
			return err
		} else {
			s.done = append(s.done, step)
		}
	}
	return missing
}

// step seals one commit of main.
func (s *sealer) step(req *forge.Request, at span) error {
	p, err := s.mergedProposal(s.repo, s.root, at.step, req.HeadSHA)
	if err != nil {
		return err
	}
	tip, err := s.repo.Tree(s.branch)
	if err != nil {
		return s.gitFailure(err)
	}
	latest := newGitFiles(tip, p.prefix)
	// Votes after the merge are no ground for it. A commit may be older than its
	// merge; only the gate is believed about that.
	on := p.head.When
	if s.gate != nil && req.MergedAt.After(on) {
		on = req.MergedAt
	}
	on = on.UTC().Truncate(time.Second)
	heard, err := s.signedVotes(p, nil, on)
	if err != nil {
		return err
	}
	if err := s.forgeVotes(s.forge, req, p, heard, at.before, at.last); err != nil {
		return s.forgeFailure(err)
	}
	r := s.decide(p, heard.list, on, nil)
	r.Problems = heard.problems
	fmt.Fprint(s.io.Out, r.Text(names(p.result.Base), s.lang))
	if len(r.Items) == 0 {
		return nil
	}
	if !r.Allows() {
		return errFindings
	}
	if s.gate != nil && !p.result.Base.Registry.Config.Gate(statement.Authorized(s.gate.PublicKey()), value.Day(on)) {
		return cannot(errors.New(s.say("这把密钥没有登记为审批程序的密钥", "the key is not registered as the gate's")), s.say("登记到主干 data/registry.yaml 的 gateKeys", "enter it in gateKeys of data/registry.yaml on main"))
	}
	edits := map[string]*gitobj.Entry{}
	request := &seal.Request{Forge: s.forge.Name(), Number: req.Number, Head: req.HeadSHA}
	if err := s.sealInto(p, r, heard, edits, latest, sealing{base: p.tip.Hash, on: on, request: request, gate: s.gate}); err != nil {
		return err
	}
	return s.commitSeal(p, tip, s.branch, edits, req.Number)
}

// sealed proves that a commit seals what the proposal merged: that lies on main,
// and had no decision before.
func (a *app) sealed(p *proposal, commit string) error {
	entries, err := a.auditLinks(p.repo, p.prefix, p.tip.Hash, commit, nil)
	if err != nil {
		return err
	}
	last := entries[len(entries)-1]
	good := 0
	for _, e := range entries {
		for _, it := range e.Items {
			if it.Sealed != commit {
				continue
			}
			if it.Status.Good() {
				good++
			} else {
				last = e
			}
		}
	}
	if len(last.Faults) > 0 || good != len(p.items) {
		return cannot(fmt.Errorf("%s: %s", a.say("决定不能自证，没有封存", "the decision does not prove itself, so nothing was sealed"), a.worst(last)),
			a.say("可能已经封存过，或合并的提交不在主干上：用 taizhang audit 查看", "it may be sealed already, or the commit is not on main: see taizhang audit"))
	}
	return nil
}

// commitSeal writes a commit that holds nothing but decisions.
func (a *app) commitSeal(p *proposal, tip *gitobj.Tree, branch string, edits map[string]*gitobj.Entry, number int64) error {
	tree, err := p.repo.WriteTree(tip, edits)
	if err != nil {
		return cannot(err, "")
	}
	who, err := a.git(p.dir, nil, "var", "GIT_COMMITTER_IDENT")
	if err != nil {
		return cannot(err, a.say("先设置 git config user.name 和 user.email", "set git config user.name and user.email first"))
	}
	who = who[:strings.LastIndexByte(who, '>')+1]
	commit, err := p.repo.WriteCommit(tree, []string{tip.Commit.Hash}, who, a.now().In(value.Shanghai()), fmt.Sprintf("Seal the decision on request %d\n", number))
	if err != nil {
		return cannot(err, "")
	}
	if err := a.sealed(p, commit); err != nil {
		return err
	}
	p.tip = tip.Commit
	if err := a.moveBranch(p, branch, commit); err != nil {
		return err
	}
	fmt.Fprintf(a.io.Out, a.say("\n已封存：%s。推送：git push origin %s\n", "\nSealed: %s. Push it: git push origin %s\n"), commit[:12], strings.TrimPrefix(branch, "refs/heads/"))
	return nil
}
