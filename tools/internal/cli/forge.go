package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/forge"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/transition"
	"taizhang/tools/internal/vote"
)

// forgeFlags say where a request is discussed.
type forgeFlags struct {
	kind, url, repo string
	request         int64
	poll, post      bool
}

func (o *forgeFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.Int64Var(&o.request, "request", 0, "读取代码平台上这个请求的意见 · read the votes on this request of a forge")
	f.StringVar(&o.kind, "forge", "", "代码平台："+strings.Join(forge.Kinds(), " ")+"，默认按 CI 环境 · from the CI by default")
	f.StringVar(&o.url, "forge-url", "", "平台网址 · address of the forge")
	f.StringVar(&o.repo, "repository", "", "平台上的仓库，如 owner/name · repository on the forge")
}

// asked reports whether votes on a forge are wanted.
func (o *forgeFlags) asked() bool { return o.request != 0 || o.poll || o.post || o.kind != "" }

// open finds the forge by flags and by the environment of a CI. The token comes
// from the environment alone, so that it is in no command line.
func (a *app) openForge(o *forgeFlags) (forge.Forge, int64, error) {
	cfg, number, err := forge.Detect(a.io.Env, os.ReadFile)
	if err != nil && (!errors.Is(err, forge.ErrNoCI) || o.kind == "") {
		return nil, 0, cannot(err, a.say("用 --forge、--forge-url、--repository 指明平台，令牌放在 TAIZHANG_TOKEN", "name the forge with --forge, --forge-url, --repository; put the token in TAIZHANG_TOKEN"))
	}
	if cfg.Token == "" {
		cfg.Token = a.io.Env("TAIZHANG_TOKEN")
	}
	if o.kind != "" {
		cfg.Kind = o.kind
	}
	if o.url != "" {
		cfg.BaseURL = o.url
	}
	if i := strings.LastIndexByte(o.repo, '/'); i > 0 {
		cfg.Owner, cfg.Repo = o.repo[:i], o.repo[i+1:]
	} else if o.repo != "" {
		return nil, 0, fmt.Errorf("--repository %s: owner/name", o.repo)
	}
	if o.request != 0 {
		number = o.request
	}
	f, err := forge.Open(cfg)
	if err != nil {
		return nil, 0, cannot(err, "")
	}
	return f, number, nil
}

// reviewRequests judges one request of a forge, or all that are open.
func (a *app) reviewRequests(o *reviewOptions, repo *gitobj.Repo, root string) error {
	outs, err := a.reviewOutputs(o.formats)
	if err != nil {
		return err
	}
	f, number, err := a.openForge(&o.forge)
	if err != nil {
		return err
	}
	if !o.forge.poll {
		if number == 0 {
			return errors.New(a.say("要用 --request 指明请求，或用 --poll 处理全部", "name a request with --request, or take all with --poll"))
		}
		allowed, err := a.reviewRequest(o, f, number, repo, root, outs)
		if err == nil && !allowed {
			return errFindings
		}
		return err
	}
	numbers, err := f.OpenRequests(a.ctx)
	if err != nil {
		return a.forgeFailure(err)
	}
	var failed error
	for _, n := range numbers {
		fmt.Fprintf(a.io.Out, "#%d\n", n)
		if _, err := a.reviewRequest(o, f, n, repo, root, outs); err != nil {
			fmt.Fprintf(a.io.Err, "taizhang: #%d: %v\n", n, err)
			failed = err
		}
	}
	return failed
}

// reviewRequest judges one request and, when asked to, tells the forge.
func (a *app) reviewRequest(o *reviewOptions, f forge.Forge, number int64, repo *gitobj.Repo, root string, outs []output) (allowed bool, err error) {
	req, err := f.Request(a.ctx, number)
	if err != nil {
		return false, a.forgeFailure(err)
	}
	base, head := o.base, o.head
	if !o.baseSet {
		base = a.baseOf(repo, req.BaseBranch)
	}
	if !o.headSet {
		head = req.HeadSHA
	}
	status := forge.Status{Name: "taizhang/approvals (" + req.BaseBranch + ")"}
	p, err := a.propose(repo, root, base, head)
	if err != nil {
		if o.forge.post {
			status.State, status.Description = forge.Failure, err.Error()
			body := review.Marker + "\n" + a.say("### ❌ 不能判断这个请求\n\n", "### ❌ This request cannot be judged\n\n") + review.Literal(err.Error()) + "\n"
			var f2 *failure
			if errors.As(err, &f2) && f2.mend != "" {
				body += "\n→ " + review.Literal(f2.mend) + "\n"
			}
			err = errors.Join(err, a.tell(f, req, head, status, body))
		}
		return false, err
	}
	now := time.Now()
	heard, err := a.signedVotes(p, o.statements, now)
	if err != nil {
		return false, err
	}
	if err := a.forgeVotes(p, f, req, heard, root); err != nil {
		return false, err
	}
	p.unknown = 0 // the forge says who opened the request and wrote its commits
	r := a.decide(p, heard.list, now, o.as)
	r.Problems = heard.problems
	if err := a.writeReview(r, p, outs); err != nil {
		return false, err
	}
	if o.forge.post && !r.Simulated {
		words := names(p.result.Base)
		status.State, status.Description = forge.Pending, r.Summary(words, a.lang)
		switch {
		case r.Allows():
			status.State = forge.Success
		case r.Refused():
			status.State = forge.Failure
		}
		if err := a.tell(f, req, p.head.Hash, status, r.Markdown(words, a.lang)); err != nil {
			return false, err
		}
	}
	return r.Allows(), nil
}

// baseOf finds the branch that a request goes into: as the remote has it, or as
// it is here.
func (a *app) baseOf(repo *gitobj.Repo, branch string) string {
	for _, name := range []string{"refs/remotes/origin/" + branch, "refs/heads/" + branch} {
		if _, err := repo.Commit(name); err == nil {
			return name
		}
	}
	return branch
}

// tell writes comment and status. The status comes last: it is what counts.
func (a *app) tell(f forge.Forge, req *forge.Request, sha string, status forge.Status, body string) error {
	address, err := f.PutComment(a.ctx, req.Number, review.Marker, body)
	if err != nil {
		fmt.Fprintf(a.io.Err, "taizhang: %v\n", err)
	}
	status.URL = address
	if err := f.SetStatus(a.ctx, sha, status); err != nil {
		return a.forgeFailure(err)
	}
	return nil
}

// forgeVotes takes the reviews and the commands of a request as votes. A review
// counts for the content of the commit that it was given on, a command for the
// id that it names.
func (a *app) forgeVotes(p *proposal, f forge.Forge, req *forge.Request, v *votes, root string) error {
	reviews, err := f.Reviews(a.ctx, req.Number)
	if err != nil {
		return a.forgeFailure(err)
	}
	comments, err := f.Comments(a.ctx, req.Number)
	if err != nil {
		return a.forgeFailure(err)
	}
	for _, acc := range append([]forge.Account{req.Author}, req.CommitAuthors...) {
		if person, ok := p.people.ByAccount(f.Name(), acc.ID, today()); ok {
			p.authors = append(p.authors, person)
		}
	}
	seen := map[string]*proposal{p.head.Hash: p}
	for _, rv := range reviews {
		x := decision.Vote{When: rv.When, Name: rv.By.Login, Bot: rv.By.Bot, Source: "review " + rv.ID}
		switch rv.State {
		case forge.Approve:
			x.Verdict = decision.Approve
		case forge.Reject:
			x.Verdict = decision.Reject
		case forge.Dismissed:
			x.Verdict = decision.Withdraw
		default:
			a.commands(p, f, v, "review "+rv.ID, "review", rv.ID, rv.By, rv.Body, rv.When, false)
			continue
		}
		x.IDs, x.Content = a.seenAt(p, seen, rv.Commit, root)
		v.take(p, f, x, rv.By, seal.ForgeVote{Forge: f.Name(), Account: rv.By.ID, Kind: "review", ID: rv.ID, Commit: rv.Commit})
	}
	for _, c := range comments {
		a.commands(p, f, v, "comment "+c.ID, "comment", c.ID, c.By, c.Body, c.Created, c.Edited)
	}
	return nil
}

func today() string { return time.Now().In(shanghai()).Format(time.DateOnly) }

// take adds a vote of an account.
func (v *votes) take(p *proposal, f forge.Forge, x decision.Vote, by forge.Account, where seal.ForgeVote) {
	x.Person, _ = p.people.ByAccount(f.Name(), by.ID, x.When.In(shanghai()).Format(time.DateOnly))
	x.Evidence = len(v.evidence)
	v.list = append(v.list, x)
	v.evidence = append(v.evidence, evidence{forge: &where})
}

// seenAt says which transitions a review of an earlier commit was about.
func (a *app) seenAt(p *proposal, seen map[string]*proposal, commit, root string) (ids []string, content map[string]map[string]string) {
	content = map[string]map[string]string{}
	for i := range p.items { // shown as stale when nothing better is known
		content[p.items[i].Subject] = map[string]string{}
	}
	if commit == "" {
		return nil, content
	}
	q, known := seen[commit]
	if !known {
		q, _ = a.propose(p.repo, root, p.tip.Hash, commit)
		seen[commit] = q
	}
	if q == nil {
		return nil, content
	}
	for i := range q.items {
		ids = append(ids, q.items[i].ID)
		content[q.items[i].Subject] = q.items[i].Content()
	}
	return ids, content
}

// commands takes the commands of one comment as votes.
func (a *app) commands(p *proposal, f forge.Forge, v *votes, source, kind, id string, by forge.Account, body string, when time.Time, edited bool) {
	if by.Bot {
		return // our own comment shows how to write one
	}
	cmds, problems := vote.Parse(body)
	for _, x := range problems {
		v.refuse(fmt.Sprintf("%s:%d", source, x.Line), finding.Text{Zh: x.Zh, En: x.En})
	}
	for _, c := range cmds {
		at := fmt.Sprintf("%s:%d", source, c.Line)
		ids := p.named(c.ID)
		switch {
		case c.ID == vote.All && c.Verdict != string(decision.Withdraw) && c.Verdict != string(decision.Reject):
			v.refuse(at, finding.Text{Zh: "同意要写明编号：看不出 all 指的是哪一版内容", En: "an approval must name an id: all does not say which content was seen"})
			continue
		case len(ids) == 0:
			v.refuse(at, finding.Text{Zh: "没有编号 " + c.ID + " 的事项：内容可能已经改了，请按现在的编号重新表态", En: "there is no transition " + c.ID + ": its content may have changed; vote again on the present id"})
			continue
		}
		x := decision.Vote{Name: by.Login, Bot: by.Bot, Edited: edited, Verdict: decision.Verdict(c.Verdict), IDs: ids, When: when, Source: source, Reason: c.Reason}
		if c.Department != "" {
			code, ok := a.unitCode(p, c.Department)
			if !ok {
				v.refuse(at, finding.Text{Zh: "没有“" + c.Department + "”这个单位", En: "there is no unit “" + c.Department + "”"})
				continue
			}
			x.Department = code
		}
		v.take(p, f, x, by, seal.ForgeVote{Forge: f.Name(), Account: by.ID, Kind: kind, ID: id})
	}
}

// named finds the transitions that the beginning of an id stands for; that of
// the whole change stands for all of them.
func (p *proposal) named(prefix string) []string {
	whole := prefix == vote.All || strings.HasPrefix(transition.ChangeID(p.items), prefix)
	var out []string
	for i := range p.items {
		if whole || strings.HasPrefix(p.items[i].ID, prefix) {
			out = append(out, p.items[i].ID)
		}
	}
	if !whole && len(out) > 1 {
		return nil // not clear which
	}
	return out
}

// forgeFailure says what to do about an error of a forge.
func (a *app) forgeFailure(err error) error {
	mend := map[forge.Kind]string{
		forge.NotFound:     a.say("核对仓库和编号；令牌看不到的也显示为没有", "check repository and number; what the token may not see is not found either"),
		forge.Unauthorized: a.say("核对 TAIZHANG_TOKEN 和它的权限", "check TAIZHANG_TOKEN and its rights"),
		forge.RateLimited:  a.say("过一会儿再运行", "run it again later"),
		forge.Conflict:     a.say("再运行一次", "run it again"),
		forge.Unavailable:  a.say("平台暂时不可用，过一会儿再运行；没有任何改动", "the forge is not available: run it again later; nothing was changed"),
	}[forge.KindOf(err)]
	return cannot(err, mend)
}
