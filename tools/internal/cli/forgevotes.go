package cli

import (
	"fmt"
	"strings"
	"time"

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
	head    string            // of the request
	seen    map[string]*sight // by commit
	current sight
}

// sight is what somebody saw who looked at a commit.
type sight struct {
	change  string // id of all of it
	ids     []string
	content map[string]map[string]string // by subject: path → blob
}

func sightOf(items []transition.Transition) sight {
	s := sight{change: transition.ChangeID(items), content: map[string]map[string]string{}}
	for i := range items {
		s.ids = append(s.ids, items[i].ID)
		s.content[items[i].Subject] = items[i].Content()
	}
	return s
}

// forgeVotes hears the reviews and comments of a request, which was seen against
// the commit base, and adds its authors.
func (a *app) forgeVotes(f forge.Forge, req *forge.Request, p *proposal, v *votes, base string, now time.Time) error {
	p.writtenBy(f, req, now)
	reviews, err := f.Reviews(a.ctx, req.Number)
	if err != nil {
		return err
	}
	comments, err := f.Comments(a.ctx, req.Number)
	if err != nil {
		return err
	}
	h := &forgeHearing{app: a, f: f, p: p, votes: v, base: base, head: req.HeadSHA, seen: map[string]*sight{}, current: sightOf(p.items)}
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
	if !ok {
		return
	}
	person := h.p.accountOf(h.f, r.By, r.When)
	source := fmt.Sprintf("%s review %s", h.f.Name(), r.ID)
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
			return nil, finding.Text{Zh: "all 不说明批准的是什么内容：写事项编号，或整个修改的编号 " + h.current.change[:12],
				En: "“all” names no content: write the id of the transition, or that of the whole change, " + h.current.change[:12]}
		}
		return h.current.ids, finding.Text{}
	}
	var found [][]string
	if strings.HasPrefix(h.current.change, cmd.ID) {
		found = append(found, h.current.ids)
	}
	for _, id := range h.current.ids {
		if strings.HasPrefix(id, cmd.ID) {
			found = append(found, []string{id})
		}
	}
	if whole := h.look(h.head); len(found) == 0 && whole != nil && strings.HasPrefix(whole.change, cmd.ID) {
		found = append(found, whole.ids) // what is judged is one of several commits of it
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

func (h *forgeHearing) add(v decision.Vote, where *seal.ForgeVote) {
	v.Evidence = len(h.votes.evidence)
	h.votes.list = append(h.votes.list, v)
	h.votes.evidence = append(h.votes.evidence, evidence{forge: where})
}

func (h *forgeHearing) refuse(source string, text finding.Text) {
	h.votes.problems = append(h.votes.problems, review.Problem{Source: source, Text: text})
}
