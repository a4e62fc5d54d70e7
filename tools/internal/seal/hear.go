package seal

import (
	"fmt"
	"time"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/value"
)

// Hear verifies a signed statement and takes it as a vote. The key must belong
// to the person who speaks, on the day of the statement and still on the day on
// which it is counted: a key that was withdrawn in between may be in other
// hands. A refusal says why there is no vote.
func Hear(signed *statement.Signed, reg *people.Register, registryCode string, on time.Time) (v decision.Vote, refusal finding.Text) {
	st, key, err := signed.Open()
	if err != nil {
		return v, finding.Text{Zh: "签名不成立：" + err.Error(), En: "the signature does not hold: " + err.Error()}
	}
	owner, known := reg.ByKey(key, value.Day(st.When()))
	still, _ := reg.ByKey(key, value.Day(on))
	switch {
	case st.Registry != registryCode:
		return v, finding.Text{Zh: "是为另一份台账（" + st.Registry + "）签的", En: "it was signed for another registry (" + st.Registry + ")"}
	case !known:
		return v, finding.Text{Zh: "签名的密钥当天不属于人员表里的任何人", En: "the key that signed it belonged to nobody in the register that day"}
	case owner != st.Person:
		return v, finding.Text{Zh: fmt.Sprintf("写的是 %s，密钥却是 %s 的", st.Person, owner), En: fmt.Sprintf("it says %s, but the key is that of %s", st.Person, owner)}
	case still != owner:
		return v, finding.Text{Zh: "签名的密钥后来已经停用，要用现在的密钥重新签", En: "the key that signed it is no longer valid: sign again with the present one"}
	}
	content := map[string]map[string]string{}
	for _, b := range st.Ballots {
		content[b.Subject] = b.Content
	}
	hash := signed.Hash()
	return decision.Vote{Person: owner, Name: owner, Department: st.Department, Verdict: decision.Verdict(st.Verdict), IDs: st.IDs(),
		Content: content, When: st.When(), Source: "statement " + hash[:12], Reason: st.Reason}, refusal
}
