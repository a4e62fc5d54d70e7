package cli

import (
	"os"
	"slices"
	"strings"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
)

// statementRefs is where signed statements travel with a repository: one
// reference each, to a blob, named by the statement's hash.
const statementRefs = "refs/taizhang/statements/"

// evidence is where a vote came from, as a decision keeps it.
type evidence struct {
	signed *statement.Signed
	forge  *seal.ForgeVote
}

// votes are what has been said about a change.
type votes struct {
	list     []decision.Vote
	evidence []evidence // decision.Vote.Evidence is an index of it
	problems []review.Problem
}

// signedVotes reads the statements of the repository and those of files. One
// that does not verify is shown and gives no vote.
func (a *app) signedVotes(p *proposal, files []string, now time.Time) (*votes, error) {
	v := &votes{}
	refs, err := p.repo.Refs(statementRefs)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	tip, err := p.repo.Tree(p.tip.Hash)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	seen := map[string]bool{}
	take := func(name string, data []byte, named bool) {
		signed, err := statement.Decode(data)
		if err != nil {
			v.refuse(name, finding.Text{Zh: "不是签名意见：" + err.Error(), En: err.Error()})
			return
		}
		if seen[signed.Hash()] {
			return
		}
		seen[signed.Hash()] = true
		about, exact := p.concerned(signed)
		if _, spent, err := tip.Lookup(p.prefix + seal.StatementFile(signed.Hash())); spent && err == nil {
			if exact {
				v.refuse(name, finding.Text{Zh: "已经用在以前的决定里，要重新签", En: "it was spent on an earlier decision: sign again"})
			}
			return
		}
		if !about && !named {
			return // said of something else: the refs of years are not verified again
		}
		vote, refusal := seal.Hear(signed, p.people, p.registry(), now)
		if refusal != (finding.Text{}) {
			v.refuse(name, refusal)
			return
		}
		if exact && p.touchedSince(tip, &vote) {
			v.refuse(name, finding.Text{Zh: "签名以后，同样的文件改过去又改回来，要重新签", En: "since it was signed the same files went to and fro: sign again"})
			return
		}
		vote.Evidence = len(v.evidence)
		v.list = append(v.list, vote)
		v.evidence = append(v.evidence, evidence{signed: signed})
	}
	for _, ref := range refs {
		data, err := p.repo.Blob(ref.Hash, statement.Limit)
		if err != nil {
			v.refuse(ref.Name, finding.Text{Zh: "读不出来：" + err.Error(), En: err.Error()})
			continue
		}
		take("statement "+abbreviate(strings.TrimPrefix(ref.Name, statementRefs)), data, false)
	}
	for _, f := range files {
		data, err := os.ReadFile(a.abs(f))
		if err != nil {
			return nil, cannot(err, "")
		}
		take("statement "+f, data, true)
	}
	return v, nil
}

// concerned tells, before anything is verified, whether a statement speaks of a
// subject of the change, and whether of exactly what the change does to it.
func (p *proposal) concerned(signed *statement.Signed) (about, exact bool) {
	for _, b := range signed.Claims() {
		for i := range p.items {
			about = about || p.items[i].Subject == b.Subject
			exact = exact || p.items[i].ID == b.ID
		}
	}
	return about || exact, exact
}

// touchedSince reports whether the files of a transition that a vote names were
// decided on after it: what is asked for was undone since.
func (p *proposal) touchedSince(tip *gitobj.Tree, vote *decision.Vote) bool {
	for i := range p.items {
		t := &p.items[i]
		if !slices.Contains(vote.IDs, t.ID) {
			continue
		}
		last := 0
		for {
			if _, there, err := tip.Lookup(p.prefix + registry.DecisionFile(t.Subject, last+1)); err != nil || !there {
				break
			}
			last++
		}
		if seal.TouchedSince(newGitFiles(tip, p.prefix), t.Subject, t.Files, last, vote.When) {
			return true
		}
	}
	return false
}

// registry names the registry in statements, so that one is worthless elsewhere.
func (p *proposal) registry() string { return p.result.Base.Registry.Config.DivisionCode }

func (v *votes) refuse(source string, text finding.Text) {
	v.problems = append(v.problems, review.Problem{Source: source, Text: text})
}

// abbreviate cuts a hash, or whatever stands in its place, to what people read.
func abbreviate(hash string) string { return hash[:min(12, len(hash))] }
