package cli

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/forge"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/transition"
	"taizhang/tools/internal/vote"
)

// forgeHearing reads the votes of one request.
type forgeHearing struct {
	*app
	f       forge.Forge
	p       *proposal
	votes   *votes
	base    string            // commit that the request is seen against
	seen    map[string]*sight // by commit
	current sight
	whole   *sight // what the request did that the proposal is one commit of; often the same
}

// sight is what somebody saw who looked at a commit.
type sight struct {
	change  string // id of all of it
	ids     []string
	id      map[string]string            // by subject
	content map[string]map[string]string // by subject: path → blob
}

func sightOf(items []transition.Transition) sight {
	s := sight{change: transition.ChangeID(items), id: map[string]string{}, content: map[string]map[string]string{}}
	for i := range items {
		s.ids = append(s.ids, items[i].ID)
		s.id[items[i].Subject] = items[i].ID
		s.content[items[i].Subject] = items[i].Content()
	}
	return s
}

// forgeVotes hears the reviews and comments of a request, which was seen against
// the commit base, and adds its authors. The proposal is all of the request, or
// one of the commits by which main got from base to the commit last.
func (a *app) forgeVotes(f forge.Forge, req *forge.Request, p *proposal, v *votes, base, last string) error {
	p.writtenBy(f, req)
	reviews, err := f.Reviews(a.ctx, req.Number)
	if err != nil {
		return err
	}
	comments, err := f.Comments(a.ctx, req.Number)
	if err != nil {
		return err
	}
	h := &forgeHearing{app: a, f: f, p: p, votes: v, base: base, seen: map[string]*sight{}, current: sightOf(p.items)}
	if h.whole = h.look(last); h.whole == nil {
		h.whole = &h.current
	}
	for i := range reviews {
		h.review(&reviews[i])
	}
	for i := range comments {
		h.comment(&comments[i])
	}
	return nil
}

// look tells what a reviewer of a commit saw, nil when that can no longer be
// told.
func (h *forgeHearing) look(commit string) *sight {
	if commit == h.p.head.Hash && h.base == h.p.tip.Hash {
		return &h.current
	}
	if s, known := h.seen[commit]; known || commit == "" {
		return s
	}
	h.seen[commit] = nil
	if p, err := h.propose(h.p.repo, h.p.dir, h.base, commit); err == nil {
		s := sightOf(p.items)
		h.seen[commit] = &s
	}
	return h.seen[commit]
}

func (h *forgeHearing) review(r *forge.Review) {
	verdict, ok := map[string]decision.Verdict{forge.Approve: decision.Approve, forge.Reject: decision.Reject, forge.Dismissed: decision.Withdraw}[r.State]
	person := h.p.accountOf(h.f, r.By, r.When)
	source := fmt.Sprintf("%s review %s", h.f.Name(), r.ID)
	if !ok {
		if commands, _ := vote.Parse(r.Body); len(commands) > 0 && h.p.people.Has(person) {
			h.refuse(source, finding.Text{Zh: "命令写在评审里不算：按评审的按钮，或另发一条留言", En: "a command within a review does not count: press a button of the review, or post a comment of its own"})
		}
		return
	}
	saw := h.look(r.Commit)
	if saw == nil {
		if verdict == decision.Approve {
			// Strangers would only fill the page.
			if h.p.people.Has(person) || r.When.IsZero() {
				h.refuse(source, finding.Text{
					Zh: "无法确定 " + r.By.Login + " 当时批准的是什么内容，请重新批准，或用留言写明事项编号",
					En: "what " + r.By.Login + " approved cannot be told for certain: approve again, or name the transition in a comment"})
			}
			return
		}
		saw = &h.current // what is against the request is not lost with an old commit
	}
	reason, _, _ := strings.Cut(strings.TrimSpace(r.Body), "\n")
	h.add(decision.Vote{Person: person, Name: r.By.Login, Verdict: verdict, IDs: saw.ids, Content: saw.content, When: r.When, Source: source, Reason: report.OneLine(reason), Bot: r.By.Bot},
		&seal.ForgeVote{Forge: h.f.Name(), Account: r.By.ID, Kind: "review", ID: r.ID, Commit: r.Commit})
}

func (h *forgeHearing) comment(c *forge.Comment) {
	commands, problems := vote.Parse(c.Body)
	if len(commands)+len(problems) == 0 {
		return
	}
	person := h.p.accountOf(h.f, c.By, c.Created)
	name := fmt.Sprintf("%s comment %s", h.f.Name(), c.ID)
	known := h.p.people.Has(person) && !c.By.Bot
	if known {
		for _, p := range problems {
			h.refuse(fmt.Sprintf("%s line %d", name, p.Line), finding.Text{Zh: p.Zh, En: p.En})
		}
	}
	for _, cmd := range commands {
		ids, refusal := h.named(cmd)
		if refusal != (finding.Text{}) {
			if known {
				h.refuse(fmt.Sprintf("%s line %d", name, cmd.Line), refusal)
			}
			continue
		}
		h.add(decision.Vote{Person: person, Name: c.By.Login, Department: h.department(cmd.Department), Verdict: decision.Verdict(cmd.Verdict), IDs: ids,
			When: c.Created, Source: name, Reason: cmd.Reason, Bot: c.By.Bot, Edited: c.Edited},
			&seal.ForgeVote{Forge: h.f.Name(), Account: c.By.ID, Kind: "comment", ID: c.ID})
	}
}

// named finds the transitions that a command names by the beginning of their id,
// or all of them by that of the change.
func (h *forgeHearing) named(cmd vote.Command) ([]string, finding.Text) {
	if cmd.ID == vote.All {
		// “All” names no content: what it would approve could change under it.
		if v := decision.Verdict(cmd.Verdict); v != decision.Reject && v != decision.Withdraw {
			return nil, finding.Text{Zh: "all 不说明批准的是什么内容：写事项编号，或整个修改的编号 " + h.current.change[:vote.Firm],
				En: "“all” names no content: write the id of the transition, or that of the whole change, " + h.current.change[:vote.Firm]}
		}
		return h.current.ids, finding.Text{}
	}
	var found [][]string
	for _, seen := range []*sight{&h.current, h.whole} {
		if len(found) > 0 {
			break
		}
		if strings.HasPrefix(seen.change, cmd.ID) {
			found = append(found, seen.ids)
		}
		for _, id := range seen.ids {
			if strings.HasPrefix(id, cmd.ID) {
				found = append(found, []string{id})
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], finding.Text{}
	case 0:
		return nil, finding.Text{Zh: "请求里现在没有编号为 " + cmd.ID + " 的事项：内容后来改过，或者编号写错了", En: "no transition of the request has the id " + cmd.ID + " now: its content has changed, or the id is mistyped"}
	}
	return nil, finding.Text{Zh: "编号 " + cmd.ID + " 不止一个事项，多写几位", En: "more than one transition begins with " + cmd.ID + ": write more of it"}
}

// department gives the code of a unit that is named by code or name; what is no
// unit's stays as it is, and gives no vote.
func (h *forgeHearing) department(name string) string {
	code, _ := unitCode(h.p.result.Base.Registry, name)
	return code
}

// add notes a vote. Who agreed to what a request does to a project agreed to each
// of the commits by which main got there.
func (h *forgeHearing) add(v decision.Vote, where *seal.ForgeVote) {
	for subject, id := range h.whole.id {
		if step := h.current.id[subject]; step != "" && slices.Contains(v.IDs, id) && !slices.Contains(v.IDs, step) {
			v.IDs = append(slices.Clone(v.IDs), step)
		}
	}
	v.Evidence = len(h.votes.evidence)
	h.votes.list = append(h.votes.list, v)
	h.votes.evidence = append(h.votes.evidence, evidence{forge: where})
}

func (h *forgeHearing) refuse(source string, text finding.Text) {
	h.votes.problems = append(h.votes.problems, review.Problem{Source: source, Text: text})
}
