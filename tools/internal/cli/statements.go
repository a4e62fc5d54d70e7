package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/statement"
)

// statementRefs is where signed statements travel with a repository: one
// reference each, to a blob, named by the statement's hash.
const statementRefs = "refs/taizhang/statements/"

// evidence is where a vote came from, as a decision keeps it.
type evidence struct {
	signed *statement.Signed
	key    string
}

// votes are what has been said about a change.
type votes struct {
	list     []decision.Vote
	evidence []evidence // decision.Vote.Evidence is an index of it
	problems []review.Problem
}

// signedVotes reads the statements of the repository and those of files. One
// that does not verify is shown and gives no vote.
func (a *app) signedVotes(p *proposal, files []string) (*votes, error) {
	v := &votes{}
	refs, err := p.repo.Refs(statementRefs)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	seen := map[string]bool{}
	take := func(name string, data []byte) {
		signed, err := statement.Decode(data)
		if err != nil {
			v.refuse(name, finding.Text{Zh: "不是签名意见：" + err.Error(), En: err.Error()})
			return
		}
		if seen[signed.Hash()] {
			return
		}
		seen[signed.Hash()] = true
		v.add(name, signed, p.people, p.registry())
	}
	for _, ref := range refs {
		data, err := p.repo.Blob(ref.Hash, statement.Limit)
		if err != nil {
			v.refuse(ref.Name, finding.Text{Zh: "读不出来：" + err.Error(), En: err.Error()})
			continue
		}
		take("statement "+strings.TrimPrefix(ref.Name, statementRefs)[:12], data)
	}
	for _, f := range files {
		data, err := os.ReadFile(a.abs(f))
		if err != nil {
			return nil, cannot(err, "")
		}
		take("statement "+f, data)
	}
	return v, nil
}

// registry names the registry in statements, so that one is worthless elsewhere.
func (p *proposal) registry() string { return p.result.Base.Registry.Config.DivisionCode }

func (v *votes) refuse(source string, text finding.Text) {
	v.problems = append(v.problems, review.Problem{Source: source, Text: text})
}

// add verifies a statement and takes it as a vote.
func (v *votes) add(source string, signed *statement.Signed, reg *people.Register, registry string) {
	st, key, err := signed.Open()
	if err != nil {
		v.refuse(source, finding.Text{Zh: "签名不成立：" + err.Error(), En: "the signature does not hold: " + err.Error()})
		return
	}
	day := st.When().In(shanghai()).Format(time.DateOnly)
	owner, known := reg.ByKey(key, day)
	switch {
	case st.Registry != registry:
		v.refuse(source, finding.Text{Zh: "是为另一份台账（" + st.Registry + "）签的", En: "it was signed for another registry (" + st.Registry + ")"})
		return
	case !known:
		v.refuse(source, finding.Text{Zh: "签名的密钥当天不属于人员表里的任何人", En: "the key that signed it belonged to nobody in the register that day"})
		return
	case owner != st.Person:
		v.refuse(source, finding.Text{Zh: fmt.Sprintf("写的是 %s，密钥却是 %s 的", st.Person, owner), En: fmt.Sprintf("it says %s, but the key is that of %s", st.Person, owner)})
		return
	}
	content := map[string]map[string]string{}
	for _, b := range st.Ballots {
		content[b.Subject] = b.Content
	}
	v.list = append(v.list, decision.Vote{Person: owner, Name: owner, Department: st.Department, Verdict: decision.Verdict(st.Verdict),
		IDs: st.IDs(), Content: content, When: st.When(), Source: source, Reason: st.Reason, Evidence: len(v.evidence)})
	v.evidence = append(v.evidence, evidence{signed: signed, key: key})
}
