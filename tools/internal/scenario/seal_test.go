package scenario_test

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"taizhang/tools/internal/cli"
)

// forge rewrites the decision on the project in the last commit of main.
func (s *stage) forge(change func(string) string) {
	s.t.Helper()
	const path = project + "decisions/0001.json"
	old := s.read("main", path)
	forged := change(old)
	if forged == old {
		s.t.Fatalf("nothing is forged in %s", old)
	}
	s.commit("refs/heads/main", commit{message: "seal", author: maker, committer: maker, when: s.now, parents: []string{s.tip("main~1")}, blobs: s.changes("main~1", "main"), edits: edits{path: &forged}})
}

func (s *stage) wantAudit(step string, code int, word string) {
	s.t.Helper()
	if got, out, errs := s.command("audit", "--from", first, "--quiet", "--lang", "zh"); got != code || !strings.Contains(out, word) {
		s.t.Errorf("%s: exit %d without %q:\n%s%s", step, got, word, out, errs)
	}
}

// merged is a request that was agreed to and merged.
func merged(t *testing.T) *stage {
	s := newStage(t, "gitea")
	for _, l := range []string{"open clerk declare", "press zhao approve", "merge qian"} {
		s.do(l, l, true)
	}
	return s
}

// A forge that moves main forward leaves the commits their dates: only the gate
// is believed about when they were merged.
func TestCommitsOlderThanTheirVotesAreSealedByTheGate(t *testing.T) {
	s := newStage(t, "gitea")
	s.now = begin.AddDate(0, 0, -3)
	s.do("open", "open clerk declare", true)
	s.do("push", "push clerk elsewhere", true)
	s.now = begin
	s.do("press", "press zhao approve", true)
	s.git("update-ref", "refs/heads/main", s.req.head)
	s.tick()
	s.landed(s.req, s.who("qian"), s.req.head)
	if code, out, errs := s.onForge("seal"); code != 1 {
		t.Errorf("without the gate's word for the time of the merge: exit %d\n%s%s", code, out, errs)
	}
	if code, out, errs := s.onForge("seal", "--key", gateKey); code != 0 || strings.Count(out, "Sealed: ") != 2 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	s.wantAudit("sealed", 0, "审批程序盖章")
	sealed := s.tip("main")
	if code, out, _ := s.onForge("seal", "--key", gateKey); code != 0 || !strings.Contains(out, "sealed already") || s.tip("main") != sealed {
		t.Errorf("sealed twice: exit %d\n%s", code, out)
	}
}

// A decision without the seal is a record alone, and one that was changed is none.
func TestASealHoldsForWhatItSealed(t *testing.T) {
	s := merged(t)
	if code, out, errs := s.onForge("seal", "--key", gateKey); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	s.wantAudit("sealed", 0, "已证明 · 审批程序盖章")
	sealed := s.tip("main")
	for name, change := range map[string]func(string) string{
		"another request": func(d string) string {
			return strings.Replace(d, `"number": 1,
    "head"`, `"number": 2,
    "head"`, 1)
		},
		"another review": func(d string) string {
			return regexp.MustCompile(`("kind": "review",\s*"id": ")\d+`).ReplaceAllString(d, "${1}99")
		},
	} {
		s.forge(change)
		s.wantAudit(name, 1, "封章不成立")
		s.git("update-ref", "refs/heads/main", sealed)
	}
	s.forge(func(d string) string { return regexp.MustCompile(`,\s*"seal": "[^"]*"`).ReplaceAllString(d, "") })
	s.wantAudit("without seal", 0, "已证明 · 只有记录")
}

func TestOnlyTheGatesKeyAttests(t *testing.T) {
	s := merged(t)
	other := filepath.Join(t.TempDir(), "other")
	if _, err := newKey(other); err != nil {
		t.Fatal(err)
	}
	before := s.tip("main")
	if code, out, errs := s.onForge("seal", "--key", other); code != 3 || !strings.Contains(errs, "not registered as the gate's") || s.tip("main") != before {
		t.Errorf("another key: exit %d\n%s%s", code, out, errs)
	}
	// One whose time is over gives no more weight than none.
	s = newStage(t, "gitea")
	for _, l := range []string{"main gate-retires", "open clerk declare", "press zhao approve", "merge qian"} {
		s.do(l, l, true)
	}
	if code, out, errs := s.onForge("seal", "--key", gateKey); code != 3 {
		t.Errorf("an old key of the gate: exit %d\n%s%s", code, out, errs)
	}
}

// What lies beside main is not what main did.
func TestOnlyWhatLiesOnMainIsSealed(t *testing.T) {
	s := merged(t)
	s.git("update-ref", "refs/heads/main", first)
	s.do("main", "main elsewhere", true)
	before := s.tip("main")
	if code, out, errs := s.onForge("seal", "--key", gateKey); code != 3 || s.tip("main") != before {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

// receive asks the hook of a bare repository whether it takes what main has now
// after what it had.
func (s *stage) receive(old string) (int, string) {
	var out bytes.Buffer
	code := cli.Main([]string{"--lang", "zh", "hook", "pre-receive"}, &cli.IO{In: strings.NewReader(old + " " + s.tip("main") + " refs/heads/main\n"), Out: &out, Err: &out, Now: s.clock,
		Env: func(string) string { return "" }, Dir: s.dir})
	return code, out.String()
}

// A push to main is taken once the gate has sealed it, and not before; a record
// without its seal is no proof.
func TestTheHookTakesWhatTheGateAttests(t *testing.T) {
	s := merged(t)
	mergeOnly := s.tip("main")
	if code, out := s.receive(first); code != 1 || !strings.Contains(out, "未封存") {
		t.Errorf("not sealed: exit %d\n%s", code, out)
	}
	if code, out, errs := s.onForge("seal"); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if code, out := s.receive(first); code != 1 || !strings.Contains(out, "只凭“只有记录”") {
		t.Errorf("a record alone: exit %d\n%s", code, out)
	}
	s.git("update-ref", "refs/heads/main", mergeOnly)
	if code, out, errs := s.onForge("seal", "--key", gateKey); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if code, out := s.receive(first); code != 0 {
		t.Errorf("attested: exit %d\n%s", code, out)
	}
}

// A schedule seals what main holds unsealed, whoever merged it and by whichever
// button; a commit that only claims to come from a request gets nothing of it.
func TestAllThatMainHoldsUnsealedIsSealed(t *testing.T) {
	for kind := range faces {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t, kind)
			for _, l := range []string{"open clerk declare", "? missing [dsjj]", "say zhao /同意 {id} 代表 dsjj", "merge qian",
				"open clerk words", "? missing [dsjj fgw]", "say zhao /同意 {id} 代表 dsjj", "say sun /同意 {id} 代表 fgw", "squash qian"} {
				s.do(l, l, true)
			}
			all := []string{"seal", "--forge", kind, "--forge-url", s.url, "--repo", "qjp/registry", "--poll", "--from", first, "--key", gateKey}
			if code, out, errs := s.command(all...); code != 0 || strings.Count(out, "Sealed: ") != 2 {
				t.Fatalf("exit %d\n%s%s", code, out, errs)
			}
			s.wantAudit("sealed", 0, "审批程序盖章")
			sealed := s.tip("main")
			if code, out, errs := s.command(all...); code != 0 || out != "" || s.tip("main") != sealed {
				t.Errorf("nothing left: exit %d\n%s%s", code, out, errs)
			}
			s.commit("refs/heads/main", commit{message: "edit (#1)", author: maker, committer: maker, when: s.tick(), parents: []string{sealed}, edits: s.edits("main", "elsewhere")})
			claimed := s.tip("main")
			if code, out, errs := s.command(all...); code != 1 || !strings.Contains(out, "merged as another commit") || s.tip("main") != claimed {
				t.Errorf("a claim: exit %d\n%s%s", code, out, errs)
			}
			s.broken = map[string]string{"gitlab": "/merge_requests/1"}[kind]
			if s.broken == "" {
				s.broken = "/pulls/1"
			}
			if code, out, errs := s.command(all...); code != 3 || !strings.Contains(errs, "unauthorized (403)") || !strings.Contains(errs, "→ ") {
				t.Errorf("the forge does not tell: exit %d\n%s%s", code, out, errs)
			}
			s.broken = ""
			// What nobody can seal is ruled on, once, and no fault from then on; but
			// an audit still tells.
			ruling := s.read("main", "data/registry.yaml") + "unsealed:\n  - {commit: " + claimed + ", on: 2026-11-20, by: dsjj, reason: 冒称请求 1 的提交，已由 2 号请求撤销}\n"
			s.commit("refs/heads/main", commit{message: "ruling", author: maker, committer: maker, when: s.tick(), parents: []string{claimed}, edits: edits{"data/registry.yaml": &ruling}})
			if code, out, errs := s.command(all...); code != 0 || !strings.Contains(out, "ruled on: 2026-11-20 dsjj 冒称") {
				t.Errorf("ruled on: exit %d\n%s%s", code, out, errs)
			}
			s.wantAudit("ruled on", 1, "未封存")
		})
	}
}

// What a stranger writes under one request keeps nobody from the others.
func TestAFloodStopsItsOwnRequestAlone(t *testing.T) {
	s := newStage(t, "gitea")
	for _, l := range []string{"open clerk declare", "? missing [dsjj]", "say zhao /同意 {id} 代表 dsjj", "merge qian",
		"open clerk words", "? missing [dsjj fgw]", "say zhao /同意 {id} 代表 dsjj", "say sun /同意 {id} 代表 fgw", "squash qian", "open clerk other"} {
		s.do(l, l, true)
	}
	flooded := []*comment{s.say(s.requests[0], s.who("stranger"), strings.Repeat("刷屏", 3<<20)), s.say(s.req, s.who("stranger"), strings.Repeat("刷屏", 3<<20))}
	code, out, errs := s.onForge("review", "--post")
	if code != 3 || !strings.Contains(errs, "delete the flood") || s.statuses[len(s.statuses)-1].state != "error" {
		t.Errorf("judging: exit %d, %+v\n%s%s", code, s.statuses, out, errs)
	}
	all := []string{"seal", "--forge", "gitea", "--forge-url", s.url, "--repo", "qjp/registry", "--poll", "--from", first, "--key", gateKey}
	if code, out, errs := s.command(all...); code != 3 || strings.Count(out, "Sealed: ") != 1 || !strings.Contains(out, "delete the flood") {
		t.Errorf("sealing: exit %d\n%s%s", code, out, errs)
	}
	for _, c := range flooded {
		c.body = ""
	}
	if code, out, errs := s.command(all...); code != 0 || strings.Count(out, "Sealed: ") != 1 {
		t.Errorf("cleaned: exit %d\n%s%s", code, out, errs)
	}
	s.wantAudit("sealed", 0, "审批程序盖章")
}
