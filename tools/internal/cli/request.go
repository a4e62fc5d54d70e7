package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/forge"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/value"
)

// requestOptions say which requests of which forge are judged.
type requestOptions struct {
	kind, repo, url string
	number          int64
	poll, post      bool
}

func (o *requestOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.kind, "forge", "", "平台：github gitlab gitea forgejo gitee；在 CI 里自动识别 · the forge; known by itself in a CI")
	f.StringVar(&o.repo, "repo", "", "平台上的仓库：单位/仓库 · the repository on the forge: OWNER/NAME")
	f.StringVar(&o.url, "forge-url", "", "平台的地址，自建平台要写 · address of the forge, for one of your own")
	f.Int64Var(&o.number, "request", 0, "请求的编号 · number of the request")
	f.BoolVar(&o.poll, "poll", false, "判断所有打开的请求 · judge all open requests")
	f.BoolVar(&o.post, "post", false, "把结论写回平台：状态和一条留言 · post the outcome: a status and one comment")
	c.MarkFlagsMutuallyExclusive("request", "poll")
}

// asked reports whether a forge is to be spoken to at all.
func (o *requestOptions) asked() bool { return o.kind != "" || o.number != 0 || o.poll || o.post }

// openForge opens the forge that the flags name, or that the CI job belongs to,
// and returns the number of the job's request; 0 when it has none.
func (a *app) openForge(o *requestOptions) (forge.Forge, int64, error) {
	cfg, number, err := forge.Detect(a.io.Env, os.ReadFile)
	if err != nil && !errors.Is(err, forge.ErrNoCI) {
		return nil, 0, cannot(err, "")
	}
	// The token of a job is for the forge of the job alone.
	elsewhere := o.kind != "" && o.kind != cfg.Kind || o.url != "" && strings.TrimRight(o.url, "/") != cfg.BaseURL
	if elsewhere {
		cfg, number = forge.Config{Kind: cfg.Kind, Token: a.io.Env("TAIZHANG_TOKEN")}, 0
	}
	if o.kind != "" {
		cfg.Kind = o.kind
	}
	if o.url != "" {
		cfg.BaseURL = o.url
	}
	if o.repo != "" {
		i := strings.LastIndexByte(o.repo, '/')
		if i < 0 {
			return nil, 0, fmt.Errorf("--repo %s: 写 单位/仓库 · write OWNER/NAME", o.repo)
		}
		cfg.Owner, cfg.Repo = o.repo[:i], o.repo[i+1:]
	}
	if cfg.Kind == "" {
		return nil, 0, errors.New(a.say("不知道是哪个平台：写 --forge 和 --repo", "which forge is not known: give --forge and --repo"))
	}
	f, err := forge.Open(cfg)
	if err != nil {
		return nil, 0, fmt.Errorf("--forge: %w", err)
	}
	return f, number, nil
}

// reviewRequests judges one request of a forge, or all that are open. One that
// cannot be judged does not keep the others from it.
func (a *app) reviewRequests(o *reviewOptions, repo *gitobj.Repo, root string, outs []output) error {
	f, number, err := a.openForge(&o.request)
	if err != nil {
		return err
	}
	if o.request.number != 0 {
		number = o.request.number
	}
	numbers := []int64{number}
	switch {
	case o.request.poll:
		if numbers, err = f.OpenRequests(a.ctx); err != nil {
			return a.forgeFailure(err)
		}
	case number <= 0 && o.request.kind == "":
		fmt.Fprintln(a.io.Err, a.say("这次运行和哪个请求都无关。", "this job is about no request."))
		return nil
	case number <= 0:
		return errors.New(a.say("没有说是哪个请求：写 --request 编号，或 --poll", "no request is named: give --request N or --poll"))
	}
	var worst error
	for _, n := range numbers {
		err := a.reviewRequest(o, f, n, repo, root, outs)
		switch {
		case err == nil:
		case a.ctx.Err() != nil:
			return err
		case err == error(errFindings):
			if worst == nil {
				worst = err
			}
		case !o.request.poll:
			return err
		default:
			fmt.Fprintf(a.io.Err, "#%d: %v\n", n, err)
			worst = cannot(errors.New(a.say("有的请求没能判断", "some requests could not be judged")), "")
		}
	}
	return worst
}

func (a *app) reviewRequest(o *reviewOptions, f forge.Forge, number int64, repo *gitobj.Repo, root string, outs []output) error {
	req, err := f.Request(a.ctx, number)
	if err != nil {
		return a.forgeFailure(err)
	}
	if !req.Open && o.headGiven { // a merge queue takes silence for agreement
		return cannot(fmt.Errorf(a.say("请求 #%d 已经关闭", "request #%d is closed"), number), a.say("合并队列里不该有它", "it has no place in a merge queue"))
	}
	if !req.Open {
		fmt.Fprintf(a.io.Err, a.say("请求 #%d 已经关闭，不再判断。\n", "request #%d is closed and not judged.\n"), number)
		return nil
	}
	base, head := o.base, o.head
	if !o.baseGiven {
		base = "refs/remotes/origin/" + req.BaseBranch
		if _, err := repo.Commit(base); err != nil { // no clone, but the repository itself
			base = "refs/heads/" + req.BaseBranch
		}
	}
	if !o.headGiven {
		head = req.HeadSHA
	}
	r, p, err := a.judgeRequest(o, f, req, repo, root, base, head)
	if err != nil {
		if o.request.post {
			sha := req.HeadSHA
			if p != nil {
				sha = p.head.Hash
			}
			err = errors.Join(err, a.post(f, req, sha, forge.Broken, a.say("没能判断", "it could not be judged")+": "+err.Error(), ""))
		}
		return err
	}
	if o.serve {
		return a.serveReview(r, p, o.addr)
	}
	if len(outs) > 0 && o.request.poll {
		fmt.Fprintf(a.io.Out, "#%d %s\n", number, report.OneLine(req.Title))
	}
	if err := a.writeReview(r, p, outs); err != nil {
		return err
	}
	if o.request.post {
		state := forge.Failure
		switch {
		case r.Allows(), len(r.Items) == 0:
			state = forge.Success
		case r.Waits():
			state = forge.Pending
		}
		url, commentErr := f.PutComment(a.ctx, number, review.Marker, r.Markdown(names(p.result.Base), a.lang))
		if err := errors.Join(a.post(f, req, p.head.Hash, state, r.Summary(a.lang), url), commentErr); err != nil {
			return a.forgeFailure(err)
		}
	}
	if !r.Allows() && len(r.Items) > 0 {
		return errFindings
	}
	return nil
}

// judgeRequest reads what a request changes and what was said about it.
func (a *app) judgeRequest(o *reviewOptions, f forge.Forge, req *forge.Request, repo *gitobj.Repo, root, base, head string) (*review.Report, *proposal, error) {
	p, err := a.propose(repo, root, base, head)
	if err != nil {
		return nil, nil, err
	}
	if err := a.askedBy(p, req.HeadSHA); err != nil {
		return nil, p, err
	}
	now := a.now()
	heard, err := a.signedVotes(p, o.statements, now)
	if err != nil {
		return nil, p, err
	}
	if err := a.forgeVotes(f, req, p, heard, p.tip.Hash, p.head.Hash); err != nil {
		return nil, p, a.forgeFailure(err)
	}
	r := a.decide(p, heard.list, now, o.as)
	r.Problems = heard.problems
	return r, p, nil
}

// post sets the status of the approvals on a commit. The base is part of the
// name: one commit may be asked into two branches.
func (a *app) post(f forge.Forge, req *forge.Request, sha, state, description, address string) error {
	return f.SetStatus(a.ctx, sha, forge.Status{Name: "taizhang/approvals (" + req.BaseBranch + ")", State: state, Description: description, URL: address})
}

// forgeFailure puts an error of a forge into words with its mend.
func (a *app) forgeFailure(err error) error {
	mends := map[forge.Kind]finding.Text{
		forge.NotFound:     {Zh: "核对仓库和编号；令牌看不到的也是这样", En: "check repository and number; what the token may not see looks the same"},
		forge.Unauthorized: {Zh: "换一个令牌（TAIZHANG_TOKEN），权限见 content/guide/forge.md", En: "give another token (TAIZHANG_TOKEN); its rights are in content/guide/forge.md"},
		forge.RateLimited:  {Zh: "过一会儿再运行", En: "run it again later"},
		forge.Conflict:     {Zh: "再运行一次", En: "run it again"},
		forge.TooMuch:      {Zh: "请求下面写得太多，读不完就不判断：删去刷屏的留言和评审，或者关掉它另提一个", En: "what is not read whole is not judged: delete the flood of comments and reviews, or close the request and open another"},
		forge.Unavailable:  {Zh: "核对平台的地址，过一会儿再运行", En: "check the address of the forge, and run it again later"},
	}
	kind := forge.KindOf(err)
	if kind == "" {
		return err
	}
	return cannot(err, mends[kind].In(a.lang))
}

// accountOf names the person that an account belonged to on a day; "" is nobody.
func (p *proposal) accountOf(f forge.Forge, account forge.Account, at time.Time) string {
	person, _ := p.people.ByAccount(f.Name(), account.ID, value.Day(at))
	return person
}
