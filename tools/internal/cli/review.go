package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/site"
	"taizhang/tools/internal/transition"
)

type reviewOptions struct {
	base, head           string
	baseGiven, headGiven bool
	formats              []string
	statements           []string
	as                   []string
	request              requestOptions
	serve                bool
	addr                 string
}

func (a *app) reviewCommand() *cobra.Command {
	o := &reviewOptions{}
	c := &cobra.Command{
		Use:   "review",
		Short: "一次修改做了什么、要谁同意、谁已同意 · what a change does, who must agree, who has",
		Long: `逐项说明两个提交之间的修改：走了哪一步、改了哪些栏目、要哪些部门同意、还缺谁。
Says what lies between two commits: steps, values, departments that must agree, who is missing.

  taizhang review --base main --head topic               本地分支 · a local branch
  taizhang review --base main --head topic -f markdown   合并请求里的留言 · the comment of a request
  taizhang review --base main --head topic --as dsjj-01=dsjj   假设此人同意 · suppose that this person agrees
  taizhang review --forge github --repo qjp/registry --request 12 --post   平台上的请求 · a request on a forge
  taizhang review --base main --head topic --serve       在本机打开网页，新旧表单并排 · as a local page, old and new forms side by side

只读提交里的对象，不检出、不运行其中任何代码；规则、单位和人员以主干为准。
Reads objects alone: nothing is checked out, none of the change's code runs. Rules, units and people are those of the base.
退出码 0：可以合并；1：还缺同意或有错误；3：不能判断。
Exit code 0: it may be merged; 1: something is missing or wrong; 3: it cannot be judged.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.baseGiven, o.headGiven = c.Flags().Changed("base"), c.Flags().Changed("head")
			return a.runReview(o)
		},
	}
	f := c.Flags()
	a.changeFlags(c, &o.base, &o.head)
	o.request.flags(c)
	f.StringArrayVarP(&o.formats, "format", "f", []string{"text"}, "输出 F[=文件]，可重复：text markdown json · output, repeatable")
	f.StringArrayVar(&o.statements, "statement", nil, "另加一份签名意见（文件），可重复 · one more signed statement, a file")
	f.BoolVar(&o.serve, "serve", false, "在本机打开网页，Ctrl-C 结束 · show it as a page on this machine, until Ctrl-C")
	f.StringVar(&o.addr, "addr", "", "网页的地址，默认 "+site.DefaultAddr+" · address of the page")
	c.MarkFlagsMutuallyExclusive("serve", "format")
	c.MarkFlagsMutuallyExclusive("serve", "post")
	c.MarkFlagsMutuallyExclusive("serve", "poll")
	f.StringArrayVar(&o.as, "as", nil, "假设 人员=部门 同意，可重复 · suppose that PERSON=DEPARTMENT agrees")
	return c
}

// changeFlags are the two revisions of every command that judges a change.
func (a *app) changeFlags(c *cobra.Command, base, head *string) {
	c.Flags().StringVar(base, "base", "main", "主干 · the branch that it would be merged into")
	c.Flags().StringVar(head, "head", "HEAD", "要合并的版本 · the revision to be merged")
}

func (a *app) runReview(o *reviewOptions) error {
	outs, err := a.outputs(o.formats, []string{"text", "markdown", "json"})
	if err != nil {
		return err
	}
	if o.request.post && len(o.as) > 0 {
		return errors.New(a.say("假设的意见（--as）不能写回平台（--post）", "supposed votes (--as) cannot be posted (--post)"))
	}
	if !o.serve && !o.request.poll {
		spend(true)
	}
	repo, root, err := a.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	if o.request.asked() {
		return a.reviewRequests(o, repo, root, outs)
	}
	p, err := a.propose(repo, root, o.base, o.head)
	if err != nil {
		return err
	}
	now := a.now()
	votes, err := a.signedVotes(p, o.statements, now)
	if err != nil {
		return err
	}
	r := a.decide(p, votes.list, now, o.as)
	r.Problems = votes.problems
	if o.serve {
		return a.serveReview(r, p, o.addr)
	}
	if err := a.writeReview(r, p, outs); err != nil {
		return err
	}
	if !r.Allows() && len(r.Items) > 0 {
		return errFindings
	}
	return nil
}

// repository opens the repository that the registry is in. A bare repository is
// a registry too.
func (a *app) repository() (*gitobj.Repo, string, error) {
	root, err := a.registryRoot()
	if err != nil {
		if repo, gitErr := gitobj.Open(a.io.Dir); gitErr == nil && a.root == "" && repo.Root() == "" {
			return repo, a.io.Dir, nil
		}
		return nil, "", err
	}
	repo, err := gitobj.Open(root)
	if err != nil {
		return nil, "", a.gitFailure(err)
	}
	return repo, root, nil
}

// decide puts each transition of a proposal to the votes.
func (a *app) decide(p *proposal, votes []decision.Vote, now time.Time, as []string) *review.Report {
	r := &review.Report{Base: p.tip.Hash, Head: p.head.Hash, MergeBase: p.mergeBase, Change: transition.ChangeID(p.items),
		Findings: p.result.Findings, Mended: p.result.Mended}
	for i := range p.items {
		t := &p.items[i]
		given := slices.Clone(votes)
		for _, pair := range as {
			person, department, _ := strings.Cut(pair, "=")
			given = append(given, decision.Vote{Person: person, Name: person, Department: department, Verdict: decision.Approve, IDs: []string{t.ID}, When: now, Source: "--as"})
			r.Simulated = true
		}
		r.Items = append(r.Items, review.Item{Transition: *t, Decision: decision.Decide(p.question(t), given, p.people, now)})
	}
	if p.unknown > 0 {
		r.Notes = append(r.Notes, finding.Text{
			Zh: fmt.Sprintf("提交者里有 %d 个邮箱不在人员表（data/people.yaml 的 emails）里，无法据此排除自己批准自己", p.unknown),
			En: fmt.Sprintf("%d addresses of committers are not in data/people.yaml (emails), so they cannot be kept from approving their own change", p.unknown)})
	}
	return r
}

func (p *proposal) question(t *transition.Transition) decision.Question {
	return decision.Question{ID: t.ID, Subject: t.Subject, Content: t.Content(), Seats: t.Seats, Override: t.Override, Authors: p.authors}
}

func (a *app) writeReview(r *review.Report, p *proposal, outs []output) error {
	words := names(p.result.Base)
	return a.emit(outs, func(w io.Writer, out output) (err error) {
		switch out.format {
		case "json":
			var data []byte
			if data, err = r.JSON(); err == nil {
				_, err = w.Write(data)
			}
		case "markdown":
			_, err = io.WriteString(w, r.Markdown(words, a.lang))
		default:
			_, err = io.WriteString(w, r.Text(words, a.lang))
		}
		return err
	})
}
