package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/transition"
	"taizhang/tools/internal/value"
)

type approveOptions struct {
	base, head                 string
	as, reason                 string
	reject, withdraw, override bool
	key, out                   string
	yes                        bool
}

func (a *app) approveCommand() *cobra.Command {
	o := &approveOptions{}
	c := &cobra.Command{
		Use:   "approve [ID…]",
		Short: "签名表态：同意、不同意、撤回 · sign a vote: approve, reject, withdraw",
		Long: `用本人的 SSH 密钥，就一次修改签名表态；不需要任何平台或服务器。
Signs a vote on a change with your SSH key. No forge and no server is needed.

  taizhang approve --head topic                    同意全部事项 · everything
  taizhang approve --head topic 8f3a12bc34de       只同意这一项 · one transition
  taizhang approve --head topic --reject --reason "预算依据不足"
  taizhang approve --head topic --withdraw
  git push origin 'refs/taizhang/statements/*'     交给合并的人 · hand it over

密钥要登记在主干的 data/people.yaml。不写 --key 时用 ssh-agent 里登记过的那一把。
The key must be in data/people.yaml of the base. Without --key the one of your ssh-agent is used.
签的是内容本身：内容一变，这份意见就不再有效；rebase 不影响。
What is signed is the content: it does not count for any other, and survives a rebase.`,
		RunE: func(_ *cobra.Command, args []string) error { return a.runApprove(o, args) },
	}
	f := c.Flags()
	a.changeFlags(c, &o.base, &o.head)
	f.StringVar(&o.as, "as", "", "代表的部门（单位代码或简称），只有一个可选时不用写 · department you speak for")
	f.StringVar(&o.reason, "reason", "", "理由，不同意和特批时要写 · reason")
	f.BoolVar(&o.reject, "reject", false, "不同意 · reject")
	f.BoolVar(&o.withdraw, "withdraw", false, "撤回本人以前的意见 · take back what you said before")
	f.BoolVar(&o.override, "override", false, "特批，须写理由 · override, with a reason")
	f.StringVar(&o.key, "key", "", "SSH 私钥文件，默认用 ssh-agent · private key file")
	f.StringVarP(&o.out, "out", "o", "", "写到文件，不写进仓库 · write a file instead of a reference")
	f.BoolVarP(&o.yes, "yes", "y", false, "不再询问 · do not ask")
	c.MarkFlagsMutuallyExclusive("reject", "withdraw", "override")
	return c
}

func (o *approveOptions) verdict() decision.Verdict {
	switch {
	case o.reject:
		return decision.Reject
	case o.withdraw:
		return decision.Withdraw
	case o.override:
		return decision.Override
	}
	return decision.Approve
}

func (a *app) runApprove(o *approveOptions, ids []string) error {
	verdict := o.verdict()
	if (verdict == decision.Reject || verdict == decision.Override) && strings.TrimSpace(o.reason) == "" {
		return errors.New(a.say("不同意和特批要用 --reason 写明理由", "a rejection and an override need --reason"))
	}
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	p, err := a.propose(repo, root, o.base, o.head)
	if err != nil {
		return err
	}
	items, err := a.choose(p, ids)
	if err != nil {
		return err
	}
	now := a.now().UTC().Truncate(time.Second)
	signer, person, done, err := a.signer(p, o.key, now)
	if err != nil {
		return err
	}
	defer done()
	department, err := a.speakFor(p, items, person, o.as, now)
	if err != nil {
		return err
	}
	heard, err := a.signedVotes(p, nil, now)
	if err != nil {
		return err
	}
	st := &statement.Statement{Version: 1, Registry: p.registry(), Person: person, Department: department, Verdict: string(verdict), Reason: strings.TrimSpace(o.reason), On: now.Format(time.RFC3339)}
	vote := decision.Vote{Person: person, Name: person, Department: department, Verdict: verdict, When: now, Reason: st.Reason, Source: "—"}
	for _, t := range items {
		st.Ballots = append(st.Ballots, statement.Ballot{Subject: t.Subject, ID: t.ID, From: t.From, To: t.To, Content: t.Content()})
		vote.IDs = append(vote.IDs, t.ID)
	}
	r := a.decide(p, append(heard.list, vote), now, nil)
	r.Items = slices.DeleteFunc(r.Items, func(it review.Item) bool { return !slices.Contains(vote.IDs, it.ID) })
	if err := a.counts(r); err != nil {
		return err
	}
	fmt.Fprint(a.io.Out, r.Text(names(p.result.Base), a.lang))
	unit := names(p.result.Base).Unit(department)
	if !o.yes && !a.confirm(fmt.Sprintf(a.say("\n以 %s 的身份代表%s签名：%s。继续吗？[y/N] ", "\nSign as %s for %s: %s. Go on? [y/N] "), person, unit, verdict.Label().In(a.lang))) {
		return cannot(errors.New(a.say("没有签名", "nothing was signed")), "")
	}
	signed, err := statement.Sign(st, signer)
	if err != nil {
		return cannot(err, "")
	}
	return a.keep(root, signed, o.out)
}

// choose finds the transitions that ids name, all without any.
func (a *app) choose(p *proposal, ids []string) ([]transition.Transition, error) {
	if len(p.items) == 0 {
		return nil, cannot(errors.New(a.say("这次修改没有需要表态的事项", "the change has nothing to vote on")), a.say("核对 --base 和 --head", "check --base and --head"))
	}
	if len(ids) == 0 {
		return p.items, nil
	}
	var out []transition.Transition
	for _, id := range ids {
		n := 0
		for _, t := range p.items {
			if len(id) >= 8 && strings.HasPrefix(t.ID, strings.ToLower(id)) {
				out = append(out, t)
				n++
			}
		}
		if n != 1 {
			var have []string
			for i := range p.items {
				have = append(have, p.items[i].Short()+" "+p.items[i].Subject)
			}
			return nil, fmt.Errorf(a.say("没有编号 %s 的事项；现有：%s", "no transition %s; there are: %s"), id, strings.Join(have, ", "))
		}
	}
	return out, nil
}

// signer finds the key to sign with and whose it is.
func (a *app) signer(p *proposal, file string, now time.Time) (ssh.Signer, string, func(), error) {
	day := value.Day(now)
	mend := a.say("把公钥登记到主干的 data/people.yaml（sshKeys），或用 --key 指明另一把", "enter the public key in data/people.yaml (sshKeys) of the base, or name another with --key")
	if file != "" {
		s, err := statement.FromFile(a.abs(file), a.passphrase(file))
		if err != nil {
			return nil, "", nil, cannot(err, a.say("核对 --key", "check --key"))
		}
		person, ok := p.people.ByKey(statement.Authorized(s.PublicKey()), day)
		if !ok {
			return nil, "", nil, cannot(errors.New(a.say("这把密钥今天不属于人员表里的任何人", "the key belongs to nobody in the register today")), mend)
		}
		return s, person, func() {}, nil
	}
	socket := a.io.Env("SSH_AUTH_SOCK")
	if socket == "" {
		return nil, "", nil, errors.New(a.say("没有 ssh-agent，请用 --key 指明密钥", "there is no ssh-agent: name a key with --key"))
	}
	signers, done, err := statement.FromAgent(socket)
	if err != nil {
		return nil, "", nil, cannot(err, a.say("用 --key 指明密钥", "name a key with --key"))
	}
	for _, s := range signers {
		if person, ok := p.people.ByKey(statement.Authorized(s.PublicKey()), day); ok {
			return s, person, func() { _ = done() }, nil
		}
	}
	_ = done()
	return nil, "", nil, cannot(fmt.Errorf(a.say("ssh-agent 里的 %d 把密钥都没有登记", "none of the %d keys of the ssh-agent is in the register"), len(signers)), mend)
}

// passphrase asks on the terminal, without showing what is typed.
func (a *app) passphrase(file string) func() ([]byte, error) {
	in, ok := a.inTerminal()
	if !ok {
		return nil
	}
	return func() ([]byte, error) {
		fmt.Fprintf(a.io.Err, a.say("%s 的口令：", "Passphrase of %s: "), file)
		defer fmt.Fprintln(a.io.Err)
		return term.ReadPassword(int(in.Fd()))
	}
}

// inTerminal returns the terminal that answers come from, if they do.
func (a *app) inTerminal() (*os.File, bool) {
	in, ok := a.io.In.(*os.File)
	return in, ok && term.IsTerminal(int(in.Fd()))
}

// speakFor settles the department of a vote: the one named, or the only one that
// the person may speak for and that is asked.
func (a *app) speakFor(p *proposal, items []transition.Transition, person, as string, now time.Time) (string, error) {
	if as != "" {
		return a.unitFlag(p.result.Base.Registry, "as", as)
	}
	var mine []string
	for _, m := range p.people.Memberships(person, value.Day(now)) {
		asked := false
		for i := range items {
			for _, seats := range [][]decision.Seat{items[i].Seats, items[i].Override} {
				asked = asked || slices.ContainsFunc(seats, func(s decision.Seat) bool { return slices.Contains(s.Departments, m.Department) })
			}
		}
		if asked && !slices.Contains(mine, m.Department) {
			mine = append(mine, m.Department)
		}
	}
	switch len(mine) {
	case 1:
		return mine[0], nil
	case 0:
		return "", cannot(fmt.Errorf(a.say("%s 代表的部门都不在要表态的部门之列", "no department that %s speaks for is asked"), person), a.say("用 taizhang review 看要哪些部门同意", "see with taizhang review who is asked"))
	}
	return "", fmt.Errorf(a.say("%s 可以代表几个部门：%s，请用 --as 选一个", "%s may speak for several departments: %s; choose one with --as"), person, strings.Join(mine, ", "))
}

// counts refuses to sign what would not count.
func (a *app) counts(r *review.Report) error {
	for i := range r.Items {
		for _, v := range r.Items[i].Decision.Votes {
			if v.Source != "—" {
				continue
			}
			switch v.Status {
			case decision.Counted, decision.Surplus, decision.Blocks, decision.Withdrawal:
			default:
				return cannot(fmt.Errorf("%s: %s", r.Items[i].Subject, v.Status.Label().In(a.lang)), a.say("这份意见不会算数，没有签名", "the vote would not count, so nothing was signed"))
			}
		}
	}
	return nil
}

// confirm asks on a terminal; elsewhere the command itself is the answer.
func (a *app) confirm(question string) bool {
	in, ok := a.inTerminal()
	if !ok {
		return true
	}
	fmt.Fprint(a.io.Err, question)
	line, _ := bufio.NewReader(in).ReadString('\n')
	return strings.EqualFold(strings.TrimSpace(line), "y") || strings.EqualFold(strings.TrimSpace(line), "yes")
}

// keep stores a signed statement as a reference of the repository or as a file.
func (a *app) keep(dir string, signed *statement.Signed, out string) error {
	if out != "" {
		if err := writeFile(a.abs(out), signed.Encode()); err != nil {
			return cannot(err, "")
		}
		fmt.Fprintf(a.io.Out, a.say("\n已签名，写到 %s。\n", "\nSigned and written to %s.\n"), out)
		return nil
	}
	hash, err := a.git(dir, signed.Encode(), "hash-object", "-w", "--stdin")
	if err == nil {
		_, err = a.git(dir, nil, "update-ref", statementRefs+signed.Hash(), hash, "")
	}
	if err != nil {
		return cannot(err, a.say("或用 --out 写到文件", "or write a file with --out"))
	}
	fmt.Fprintf(a.io.Out, a.say("\n已签名。交给合并的人：git push origin %s%s\n", "\nSigned. Hand it over: git push origin %s%s\n"), statementRefs, signed.Hash())
	return nil
}
