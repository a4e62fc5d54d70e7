package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/seal"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/transition"
	"taizhang/tools/internal/value"
)

// skew is how far the time of a decision may lie from those of the commits
// around it: clocks of machines differ.
const skew = 24 * time.Hour

// hearing judges the decisions that one link brings.
type hearing struct {
	link       Link
	entry      *Entry
	judge      *check.Judge // of the base
	pending    map[asked]*Item
	statements map[string]bool // hashes that the link's decisions rest on
}

func (h *hearing) fault(path string, zh, en string) {
	h.entry.Faults = append(h.entry.Faults, Fault{path, finding.Text{Zh: zh, En: en}})
}

// decisions judges the files below decisions/ that the link touches. They are
// only ever added.
func (h *hearing) decisions(files []transition.File) {
	h.statements = map[string]bool{}
	for _, f := range files {
		if f.Old != "" {
			what := finding.Text{Zh: "封存的决定被修改", En: "a sealed decision was edited"}
			if f.New == "" {
				what = finding.Text{Zh: "封存的决定被删除", En: "a sealed decision was dropped"}
			}
			h.fault(f.Path, what.Zh, what.En)
			continue
		}
		if _, irregular, err := registry.List(h.link.Head, f.Path); err != nil || len(irregular) > 0 {
			h.fault(f.Path, "不是普通文件（符号链接、子模块或可执行文件）", "not a plain file (symbolic link, submodule or executable)")
			continue
		}
		if path.Dir(f.Path) != seal.StatementsDir {
			h.decision(f.Path)
		}
	}
	for _, f := range files {
		if f.Old == "" && path.Dir(f.Path) == seal.StatementsDir && !h.statements[strings.TrimSuffix(path.Base(f.Path), ".json")] {
			h.fault(f.Path, "没有决定用到这份签名意见，或它的名称不是它的哈希", "no decision rests on this statement, or its name is not its hash")
		}
	}
}

// decision judges one new decision.
func (h *hearing) decision(file string) {
	subject, number, ok := registry.ParseDecisionFile(file)
	if !ok {
		h.fault(file, "decisions/ 里只有按顺序编号的决定", "only decisions, numbered in order, have a place in decisions/")
		return
	}
	data, err := h.link.Head.Read(file, seal.Limit)
	if err != nil {
		h.fault(file, "读不出来："+err.Error(), err.Error())
		return
	}
	d, err := seal.Decode(data)
	if err != nil {
		h.fault(file, "不是封存的决定："+err.Error(), err.Error())
		return
	}
	if d.Transition.Subject != subject || d.Number != number {
		h.fault(file, fmt.Sprintf("写的是 %s 的第 %d 号决定", d.Transition.Subject, d.Number), fmt.Sprintf("it calls itself decision %d on %s", d.Number, d.Transition.Subject))
		return
	}
	if !h.chained(file, d) {
		return
	}
	it := h.target(d)
	if it == nil {
		h.fault(file, "决定的事项不是这次合并（或还没有封存的前几次）所做的：内容、状态或基础提交不同", "what it decides is not what this merge, or an earlier one without decision, did: content, state or base differ")
		return
	}
	until := it.before
	if it.parent != h.link.Parent && h.gated(d) {
		until = h.link.When // a forge that moves main forward leaves the dates of commits
	}
	if d.When().After(until.Add(skew)) || d.When().Before(it.after.Add(-skew)) {
		h.fault(file, "决定的时间与提交的时间不符", "the time of the decision does not fit that of the commit")
		return
	}
	it.Decision = file
	delete(h.pending, asked{it.ID, it.parent})
	if it.parent != h.link.Parent {
		it.Sealed = h.link.Commit
	}
	h.replay(it, d)
}

// gated reports whether a decision bears the seal of the gate.
func (h *hearing) gated(d *seal.Decision) bool {
	key, err := d.Sealer()
	return err == nil && key != "" && h.judge.Registry.Config.Gate(key, d.Day())
}

// chained checks that a decision follows the last one on its subject.
func (h *hearing) chained(file string, d *seal.Decision) bool {
	previous := ""
	if d.Number > 1 {
		before := registry.DecisionFile(d.Transition.Subject, d.Number-1)
		data, err := h.link.Base.Read(before, seal.Limit)
		if err != nil {
			h.fault(file, "前一份决定 "+before+" 不存在：有决定被丢掉，或编号跳过", "the decision before it, "+before+", is not there: one was dropped, or a number skipped")
			return false
		}
		sum := sha256.Sum256(data)
		previous = hex.EncodeToString(sum[:])
	}
	switch {
	case d.Previous != previous:
		h.fault(file, "没有接在前一份决定之后（哈希不符）：历史被改写或分叉", "it does not follow the decision before it (the hashes differ): history was rewritten or forked")
	case d.Registry != h.judge.Registry.Config.DivisionCode:
		h.fault(file, "是另一份台账的决定", "it is a decision of another registry")
	default:
		return true
	}
	return false
}

// target finds the transition that a decision is about: of this link, or of an
// earlier one that was merged by a forge and is sealed now.
func (h *hearing) target(d *seal.Decision) *Item {
	for _, it := range h.entry.Items {
		if it.ID == d.Transition.ID && it.parent == d.Base && it.Decision == "" {
			return it
		}
	}
	return h.pending[asked{d.Transition.ID, d.Base}]
}

// replay puts the votes that a decision keeps to the same question again.
func (h *hearing) replay(it *Item, d *seal.Decision) {
	refuse := func(zh, en string) {
		it.Status = Illegal
		it.Why = append(it.Why, finding.Text{Zh: zh, En: en})
	}
	if !reflect.DeepEqual(d.Transition, seal.Of(&it.Transition)) {
		refuse("决定里写的步骤、状态或文件与实际的不同", "the steps, states or files that it names are not those of the transition")
		return
	}
	q := it.question
	for _, p := range q.Authors {
		if !slices.Contains(d.Authors, p) {
			refuse("决定里没有写明作者 "+p, "it leaves out the author "+p)
			return
		}
	}
	for _, p := range d.Authors {
		if !slices.Contains(q.Authors, p) {
			q.Authors = append(slices.Clone(q.Authors), p)
		}
	}
	var votes []decision.Vote
	bySignature := map[int]bool{}
	for i, v := range d.Votes {
		vote, signed, refusal := h.vote(it, d, &v)
		if refusal != (finding.Text{}) {
			refuse("第 "+fmt.Sprint(i+1)+" 个意见不成立："+refusal.Zh, "vote "+fmt.Sprint(i+1)+" does not hold: "+refusal.En)
			return
		}
		bySignature[i] = signed
		vote.Evidence = i
		votes = append(votes, vote)
	}
	r := decision.Decide(q, votes, it.reg, d.When())
	if r.Outcome != d.Outcome || !r.Outcome.Allows() {
		refuse("按当时的人员表重算，结论是“"+r.Outcome.Label().Zh+"”，不是“"+d.Outcome.Label().Zh+"”", "replayed with the people of its time the outcome is “"+r.Outcome.Label().En+"”, not “"+d.Outcome.Label().En+"”")
		return
	}
	again := &seal.Decision{}
	if again.Fill(&r); !slices.Equal(again.Seats, d.Seats) || !slices.Equal(again.Override, d.Override) {
		refuse("决定里写的谁代表哪个部门，与按意见重算的不同", "who filled which seat is not what its votes say")
		return
	}
	if _, err := d.Sealer(); err != nil {
		refuse("审批程序的封章不成立："+err.Error(), "the seal of the gate does not hold: "+err.Error())
		return
	}
	it.Seats = filled(&r)
	if it.Status == Illegal {
		return // refused by the rules, whoever agreed
	}
	it.Why = nil
	it.Proof = Signed
	for _, v := range r.Votes {
		if v.Status == decision.Counted && !bySignature[v.Evidence] {
			it.Proof = Recorded
		}
	}
	if it.Proof == Recorded && h.gated(d) {
		it.Proof = Attested
	}
	it.Status = Proven
	if r.Outcome == decision.Overridden {
		it.Status = Overridden
	}
}

// vote takes one vote of a decision and says whether its person signed it.
func (h *hearing) vote(it *Item, d *seal.Decision, v *seal.Vote) (decision.Vote, bool, finding.Text) {
	if v.Statement == "" {
		if v.Forge == nil {
			return decision.Vote{}, false, finding.Text{Zh: "没有出处", En: "it has no source"}
		}
		when, err := time.Parse(time.RFC3339, v.On)
		if err != nil {
			return decision.Vote{}, false, finding.Text{Zh: "没有时间", En: "it has no time"}
		}
		person, ok := it.reg.ByAccount(v.Forge.Forge, v.Forge.Account, value.Day(when))
		if !ok || person != v.Person {
			return decision.Vote{}, false, finding.Text{Zh: "账号不是 " + v.Person + " 的", En: "the account is not that of " + v.Person}
		}
		return decision.Vote{Person: person, Name: person, Department: v.Department, Verdict: v.Verdict, IDs: []string{it.ID},
			When: when, Source: v.Forge.Forge + " " + v.Forge.Kind + " " + v.Forge.ID, Reason: v.Reason}, false, finding.Text{}
	}
	file := seal.StatementFile(v.Statement)
	if _, err := h.link.Base.Read(file, statement.Limit); err == nil {
		return decision.Vote{}, false, finding.Text{Zh: "签名意见 " + file + " 早已用在以前的决定里", En: "the statement " + file + " was spent on an earlier decision"}
	}
	data, err := h.link.Head.Read(file, statement.Limit)
	if err != nil {
		return decision.Vote{}, false, finding.Text{Zh: "签名意见 " + file + " 不在", En: "the statement " + file + " is not there"}
	}
	signed, err := statement.Decode(data)
	if err != nil || signed.Hash() != v.Statement {
		return decision.Vote{}, false, finding.Text{Zh: "签名意见 " + file + " 被改动", En: "the statement " + file + " was altered"}
	}
	h.statements[v.Statement] = true
	vote, refusal := seal.Hear(signed, it.reg, it.registry, d.When())
	if refusal == (finding.Text{}) && seal.TouchedSince(h.link.Base, it.Subject, it.Files, d.Number-1, vote.When) {
		refusal = finding.Text{Zh: "签名以后，同样的文件改过去又改回来", En: "since it was signed the same files went to and fro"}
	}
	if refusal == (finding.Text{}) && (vote.Person != v.Person || vote.Department != v.Department || vote.Verdict != v.Verdict ||
		vote.Reason != v.Reason || vote.When.UTC().Format(time.RFC3339) != v.On || v.Forge != nil) {
		refusal = finding.Text{Zh: "决定里抄的与签名的不同", En: "the decision repeats it wrongly"}
	}
	return vote, true, refusal
}
