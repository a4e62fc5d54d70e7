package scenario_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// at makes it a time of a day of Shanghai's, for people and commands.
func (s *stage) at(day time.Time, clock string) {
	s.t.Helper()
	t, err := time.ParseInLocation(time.DateTime, day.Format(time.DateOnly)+" "+clock, time.FixedZone("Asia/Shanghai", 8*60*60))
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = t
	s.clock = func() time.Time { return s.now }
}

// delegated is a request that was agreed to, shortly before midnight in Shanghai,
// by somebody to whom dsjj-02 has lent his voice until that day.
func delegated(t *testing.T) (s *stage, day time.Time) {
	s = newStage(t, "gitea")
	day = begin.In(time.FixedZone("Asia/Shanghai", 8*60*60)).AddDate(0, 0, -7)
	s.at(day, "23:40:00")
	people := s.read("main", "data/people.yaml") + "    delegations: [{to: fgw-01, department: dsjj, from: 2020-01-01, until: " + day.Format(time.DateOnly) + "}]\n"
	s.commit("refs/heads/main", commit{message: "people", author: maker, committer: maker, when: s.now, parents: []string{first}, edits: edits{"data/people.yaml": &people}})
	for _, l := range []string{"open clerk declare", "? missing [dsjj]", "say sun /同意 {id} 代表 dsjj"} {
		s.do(l, l, true)
	}
	return s, day
}

func TestADelegationEndsWithItsDayInShanghai(t *testing.T) {
	s, day := delegated(t)
	look := func(want string) { t.Helper(); s.do(want, "? "+want, true) }
	s.at(day, "23:59:59")
	look("approved [dsjj=fgw-01] fgw-01:counted")
	s.at(day.AddDate(0, 0, 1), "00:00:00")
	look("missing [dsjj] fgw-01:not-member")
	s.at(day.AddDate(0, 0, 1), "00:01:00")
	s.do("say", "say sun /同意 {id} 代表 dsjj", true)
	s.tick()
	look("missing [dsjj] fgw-01:superseded fgw-01:not-member")

	// What was merged on that day is sealed whenever the gate comes to it.
	for clock, code := range map[string]int{"23:58:00": 0, "23:59:00": 1} { // the merge takes a minute
		s, day := delegated(t)
		s.at(day, clock)
		s.do("merge", "merge qian", true)
		s.at(day.AddDate(0, 0, 2), "09:00:00")
		if got, out, errs := s.onForge("seal", "--key", gateKey); got != code {
			t.Errorf("merged from %s on: exit %d\n%s%s", clock, got, out, errs)
		}
	}
}

// Who merges with signed votes dates the merge himself, so it is pushed at once or
// made again: else he could choose a day on which a delegation held.
func TestAMergeIsPushedOnItsDay(t *testing.T) {
	s := newStage(t, "gitea")
	s.at(begin, "12:00:00")
	file := filepath.Join(t.TempDir(), "key")
	key, err := newKey(file)
	if err != nil {
		t.Fatal(err)
	}
	people := strings.Replace(s.read("main", "data/people.yaml"), "- id: dsjj-01\n", "- id: dsjj-01\n    sshKeys: [{key: "+key+", from: 2020-01-01}]\n", 1)
	start := s.commit("refs/heads/main", commit{message: "people", author: maker, committer: maker, when: s.now, parents: []string{first}, edits: edits{"data/people.yaml": &people}})
	s.do("open", "open clerk declare", true)
	for _, args := range [][]string{{"approve", "--base", "main", "--head", s.req.ref(), "--key", file}, {"merge", s.req.ref()}} {
		s.tick()
		if code, out, errs := s.command(args...); code != 0 {
			t.Fatalf("%v: exit %d\n%s%s", args, code, out, errs)
		}
	}
	merged := s.now
	for _, c := range []struct {
		later time.Duration
		code  int
		want  string
	}{
		{0, 0, ""}, {24 * time.Hour, 0, ""}, {24*time.Hour + time.Second, 1, "超过一天才推送"},
		{-24 * time.Hour, 0, ""}, {-24*time.Hour - time.Second, 1, "提交的时间在将来"},
	} {
		s.now = merged.Add(c.later)
		if code, out := s.receive(start); code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("pushed %s later: exit %d\n%s", c.later, code, out)
		}
	}
}
