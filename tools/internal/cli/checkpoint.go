package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/value"
)

const checkpointRefs = "refs/taizhang/checkpoints/"

// checkpoint says that a person saw main at a commit and, with Audit, that all of
// it was proven then.
type checkpoint struct {
	Version  int    `json:"v"`
	Registry string `json:"registry"`
	Branch   string `json:"branch"`
	Commit   string `json:"commit"`
	Count    int    `json:"count"` // commits by first parents, the first is 1
	Person   string `json:"person"`
	On       string `json:"on"`
	Audit    *proof `json:"audit,omitempty"`
}

// proof says what an audit proved up to a checkpoint.
type proof struct {
	From        string `json:"from"`   // commit that it began after
	Strict      bool   `json:"strict"` // records without signature or seal counted for nothing
	Transitions int    `json:"transitions"`
}

// checkedPoint is a checkpoint held against the history.
type checkedPoint struct {
	Source string       `json:"source"`
	Commit string       `json:"commit"`
	Count  int          `json:"count"`
	Person string       `json:"person"`
	On     string       `json:"on"`
	Audit  *proof       `json:"audit,omitempty"`
	Why    finding.Text `json:"why,omitzero"` // what is wrong
	key    string       // that signed it
}

func (a *app) checkpointCommand() *cobra.Command {
	o := &checkpointOptions{}
	c := &cobra.Command{
		Use:   "checkpoint",
		Short: "签名记下主干现在的样子 · sign what main is now",
		Long: `签一份检查点：主干此刻是哪个提交、第几个。交给外人保存；以后主干被改写，taizhang audit 一查便知。
Signs which commit main is at and the how manieth it is. Give it to outsiders: if main is ever rewritten, taizhang audit shows it.

  taizhang checkpoint --out seen-2026-11-22.json
  taizhang audit --checkpoint seen-2026-11-22.json
  taizhang checkpoint --audit              先审计，全部有据可查才签 · audit first, sign only what is proven
  taizhang audit --trust auditor.pub       信任这把公钥的人，从它的检查点接着审 · who trusts that key goes on from there`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.runCheckpoint(o) },
	}
	f := c.Flags()
	f.StringVar(&o.branch, "branch", "main", "主干 · the branch")
	f.StringVar(&o.key, "key", "", "SSH 私钥文件，默认用 ssh-agent · private key file")
	f.StringVarP(&o.out, "out", "o", "", "写到文件，不写进仓库 · write a file instead of a reference")
	f.BoolVar(&o.audit, "audit", false, "先审计，并在检查点里写明 · audit first and say so in the checkpoint")
	f.StringVar(&o.from, "from", "", "审计的起点（不含），默认第一个提交 · start of the audit, itself not judged; the first commit by default")
	f.BoolVar(&o.strict, "strict", false, "审计时，没有签名或盖章的不算证明 · in the audit a record without signature or seal proves nothing")
	return c
}

type checkpointOptions struct {
	branch, key, out, from string
	audit, strict          bool
}

func (a *app) runCheckpoint(o *checkpointOptions) error {
	if !o.audit && (o.from != "" || o.strict) {
		return errors.New(a.say("--from 和 --strict 只与 --audit 一起用", "--from and --strict go with --audit"))
	}
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	p, err := a.propose(repo, root, o.branch, o.branch)
	if err != nil {
		return err
	}
	commits, err := repo.FirstParents("", p.tip.Hash)
	if err != nil {
		return a.gitFailure(err)
	}
	now := a.now().UTC().Truncate(time.Second)
	signer, person, done, err := a.signer(p, o.key, now)
	if err != nil {
		return err
	}
	defer done()
	doc := checkpoint{Version: 1, Registry: p.registry(), Branch: o.branch, Commit: p.tip.Hash, Count: len(commits), Person: person, On: now.Format(time.RFC3339)}
	if o.audit {
		if doc.Audit, err = a.prove(p, o.from, o.strict); err != nil {
			return err
		}
	}
	signed, err := statement.SignDocument(doc, signer, statement.CheckpointNamespace)
	if err != nil {
		return cannot(err, "")
	}
	out := o.out
	if out != "" {
		err = writeFile(a.abs(out), signed.Encode())
	} else {
		var hash string
		out = fmt.Sprintf("%s%d-%s", checkpointRefs, doc.Count, signed.Hash()[:12])
		if hash, err = a.git(p.dir, signed.Encode(), "hash-object", "-w", "--stdin"); err == nil {
			_, err = a.git(p.dir, nil, "update-ref", out, hash, "")
		}
	}
	if err != nil {
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("已签名：%s 是第 %d 个提交 %s，写到 %s\n", "signed: %s is commit number %d, %s; written to %s\n"), o.branch, doc.Count, doc.Commit[:12], out)
	return nil
}

// prove audits a branch up to the tip of a proposal and returns what that proves;
// where something is not proven, it is an error.
func (a *app) prove(p *proposal, from string, strict bool) (*proof, error) {
	commits, err := p.repo.FirstParents(from, p.tip.Hash)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	entries, err := a.auditCommits(p.repo, p.prefix, commits, a.progress(false))
	if err != nil {
		return nil, err
	}
	out := &proof{From: commits[len(commits)-1].Hash, Strict: strict}
	for _, e := range entries {
		if strict {
			e.Demand(audit.Signed, audit.Attested)
		}
		if !e.Good() {
			return nil, &failure{code: exitFindings, err: fmt.Errorf(a.say("审计没有通过，不签：%s %s", "the audit does not hold, so nothing is signed: %s %s"), e.Commit[:12], a.worst(e)),
				mend: a.say("用 taizhang audit 看全部；起点不是第一个提交时用 --from", "see all with taizhang audit; name the start with --from when it is not the first commit")}
		}
		out.Transitions += len(e.Items)
	}
	return out, nil
}

// readSigned reads a file of the user, no more of it than any signed document has.
func (a *app) readSigned(name string) ([]byte, error) {
	f, err := os.Open(a.abs(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, statement.Limit+1))
}

// trustedKeys reads files of public keys, as in authorized_keys.
func (a *app) trustedKeys(files []string) ([]string, error) {
	var out []string
	for _, f := range files {
		data, err := a.readSigned(f)
		if err != nil {
			return nil, cannot(err, a.say("核对 --trust", "check --trust"))
		}
		known := len(out)
		for len(data) > 0 {
			key, _, _, rest, err := ssh.ParseAuthorizedKey(data)
			if err != nil {
				break // nothing but comments is left
			}
			out, data = append(out, statement.Authorized(key)), rest
		}
		if len(out) == known {
			return nil, cannot(fmt.Errorf(a.say("%s 里没有公钥", "%s holds no public key"), f), a.say("每行一把，例如 ssh-ed25519 AAAA…", "one a line, such as ssh-ed25519 AAAA…"))
		}
	}
	return out, nil
}

// earlier returns the newest checkpoint that spares an audit of commits, given
// from the newest to the start, what lies before it: signed with a trusted key, it
// holds, and it says that all was proven from this start or from before it, no
// less strictly than is asked now. It is nil when there is none.
//
// That the register of people knows the key is not enough: whoever rewrites main
// writes the register too.
func (a *app) earlier(commits []gitobj.Commit, whole func() ([]gitobj.Commit, error), points []checkedPoint, trusted []string, strict bool) (*checkedPoint, error) {
	if len(trusted) == 0 {
		return nil, nil
	}
	all, err := whole()
	if err != nil {
		return nil, err
	}
	before := all[len(commits)-1:] // up to the start
	is := func(hash string) func(gitobj.Commit) bool {
		return func(c gitobj.Commit) bool { return c.Hash == hash }
	}
	var best *checkedPoint
	for i := range points {
		p := &points[i]
		if p.Why == (finding.Text{}) && p.Audit != nil && slices.Contains(trusted, p.key) && (p.Audit.Strict || !strict) &&
			slices.ContainsFunc(commits, is(p.Commit)) && slices.ContainsFunc(before, is(p.Audit.From)) && (best == nil || p.Count > best.Count) {
			best = p
		}
	}
	return best, nil
}

// earlierText says which part of the history was proven before.
func (a *app) earlierText(s *auditSummary) string {
	switch {
	case s.Earlier != nil:
		e := s.Earlier
		return fmt.Sprintf(a.say("○ 到第 %d 个提交 %s 为止，这次不重算：%s 在 %s 审计过 %s 之后的 %d 个事项，全部有据可查，并以受信任的密钥签名\n",
			"○ up to commit number %d, %s, nothing is judged again: %s audited it on %s, %[6]d transitions after %[5]s, all accounted for, and signed that with a trusted key\n"),
			e.Count, e.Commit[:12], e.Person, e.On[:len(time.DateOnly)], e.Audit.From[:12], e.Audit.Transitions)
	case s.resumed:
		return a.say("○ 没有可以接着做的检查点（要由信任的密钥签名、写明审计过同一段历史），从头重算\n",
			"○ no checkpoint to go on from (signed with a trusted key, saying that the same history was audited): everything is judged\n")
	}
	return ""
}

// checkpoints holds the checkpoints of the repository and those of files against
// the branch as it is now, the whole of it from the newest commit to the first.
func (a *app) checkpoints(repo *gitobj.Repo, prefix string, whole func() ([]gitobj.Commit, error), files []string) ([]checkedPoint, error) {
	out := []checkedPoint{}
	refs, err := repo.Refs(checkpointRefs)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	if len(refs)+len(files) == 0 {
		return out, nil
	}
	commits, err := whole()
	if err != nil {
		return nil, a.gitFailure(err)
	}
	registers := map[string]*people.Register{}
	take := func(source string, data []byte, err error) {
		p := checkedPoint{Source: source}
		if err == nil {
			err = a.heldAgainst(&p, repo, prefix, commits, registers, data)
		}
		if err != nil {
			p.Why = finding.Text{Zh: "检查点不成立：" + err.Error(), En: "the checkpoint does not hold: " + err.Error()}
		}
		out = append(out, p)
	}
	for _, r := range refs {
		data, err := repo.Blob(r.Hash, statement.Limit)
		take(strings.TrimPrefix(r.Name, checkpointRefs), data, err)
	}
	for _, f := range files {
		data, err := a.readSigned(f)
		if err != nil {
			return nil, cannot(err, "")
		}
		take(filepath.Base(f), data, nil)
	}
	return out, nil
}

// heldAgainst holds one checkpoint against the history. registers keeps the
// register of people that each version of the definitions and data gives.
func (a *app) heldAgainst(p *checkedPoint, repo *gitobj.Repo, prefix string, commits []gitobj.Commit, registers map[string]*people.Register, data []byte) error {
	signed, err := statement.Decode(data)
	if err != nil {
		return err
	}
	var doc checkpoint
	key, err := signed.OpenDocument(&doc, statement.CheckpointNamespace)
	if err != nil {
		return err
	}
	on, err := time.Parse(time.RFC3339, doc.On)
	if err != nil || doc.Version != 1 || len(doc.Commit) != 40 || doc.Count < 1 || doc.Audit != nil && (len(doc.Audit.From) != 40 || doc.Audit.Transitions < 0) {
		return fmt.Errorf("malformed")
	}
	p.key, p.Audit = key, doc.Audit
	p.Commit, p.Count, p.Person, p.On = doc.Commit, doc.Count, doc.Person, doc.On
	if doc.Count > len(commits) || commits[len(commits)-doc.Count].Hash != doc.Commit {
		p.Why = finding.Text{Zh: fmt.Sprintf("主干的第 %d 个提交不再是 %s：签名之后历史被改写", doc.Count, doc.Commit[:12]), En: fmt.Sprintf("commit number %d of main is no longer %s: history was rewritten after it was signed", doc.Count, doc.Commit[:12])}
		return nil
	}
	tree, err := repo.Tree(doc.Commit)
	if err != nil {
		return err
	}
	version := ""
	for _, dir := range []string{"schemas", "data"} {
		e, _, err := tree.Lookup(prefix + dir)
		if err != nil {
			return err
		}
		version += e.Hash
	}
	if registers[version] == nil {
		j, err := check.NewJudge(newGitFiles(tree, prefix))
		if err != nil {
			return err
		}
		registers[version] = j.Registry.People
	}
	if owner, ok := registers[version].ByKey(key, value.Day(on)); !ok || owner != doc.Person {
		return fmt.Errorf("the key is not that of %s", doc.Person)
	}
	return nil
}
