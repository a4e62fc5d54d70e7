package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/cli"
)

// run runs a command in the registry, and returns its exit code and output.
func (g *onGitea) run(args ...string) (int, string) {
	g.t.Helper()
	var out bytes.Buffer
	env := map[string]string{"TAIZHANG_TOKEN": "t0ken"}
	code := cli.Main(append([]string{"--lang", "zh"}, args...), &cli.IO{Out: &out, Err: &out, Env: func(k string) string { return env[k] }, Dir: g.dir})
	return code, out.String()
}

func (g *onGitea) seal(args ...string) (int, string) {
	g.t.Helper()
	return g.run(append([]string{"seal", "--forge", "gitea", "--forge-url", g.url, "--repo", "qjp/registry", "--request", "1"}, args...)...)
}

// merge does what the forge does when somebody presses its button.
func (g *onGitea) merge(how ...string) {
	g.t.Helper()
	time.Sleep(1100 * time.Millisecond) // dates of commits are whole seconds
	git(g.t, g.dir, "switch", "-q", "main")
	git(g.t, g.dir, append([]string{"merge", "-q"}, append(how, "topic")...)...)
	if how[0] == "--squash" {
		git(g.t, g.dir, "commit", "-q", "-m", "Declare (#1)")
	}
	g.closed, g.merged = true, git(g.t, g.dir, "rev-parse", "main")
}

func (g *onGitea) wantAudit(step string, code int, words ...string) {
	g.t.Helper()
	got, out := g.run("audit", "--quiet")
	for _, w := range words {
		if got != code || !strings.Contains(out, w) {
			g.t.Errorf("%s: exit %d without %q:\n%s", step, got, w, out)
		}
	}
}

// withGate registers a key of the gate before anything else happens.
func (g *onGitea) withGate(until string) (key string) {
	g.t.Helper()
	key = filepath.Join(g.t.TempDir(), "gate")
	public := keyPair(g.t, key)
	git(g.t, g.dir, "switch", "-q", "main")
	data, err := os.ReadFile(filepath.Join(g.dir, "data", "registry.yaml"))
	if err != nil {
		g.t.Fatal(err)
	}
	g.write("data/registry.yaml", string(data)+"gateKeys:\n  - {key: "+public+", from: 2026-01-01"+until+"}\n")
	g.amendMain()
	return key
}

// amendMain makes what lies in the folder the start of main, and of the request.
func (g *onGitea) amendMain() {
	old := git(g.t, g.dir, "rev-parse", "main")
	git(g.t, g.dir, "commit", "-q", "-a", "--amend", "--no-edit")
	git(g.t, g.dir, "rebase", "-q", "--onto", "main", old, "topic")
	g.head = git(g.t, g.dir, "rev-parse", "topic")
}

func TestASealFollowsTheMergeOfAForge(t *testing.T) {
	for _, how := range []string{"--squash", "--no-ff"} {
		g := newOnGitea(t)
		g.press(21, "APPROVED", g.head, time.Minute)
		if code, out := g.seal(); code != 3 || !strings.Contains(out, "还没有合并") {
			t.Errorf("%s before the merge: exit %d\n%s", how, code, out)
		}
		g.merge(how)
		g.wantAudit(how, 1, "未封存")
		g.press(22, "REQUEST_CHANGES", g.head, -time.Hour) // after the merge: no ground for it
		if code, out := g.seal(); code != 0 {
			t.Fatalf("%s: exit %d\n%s", how, code, out)
		}
		g.wantAudit(how, 0, "已证明 · 只有记录", "dsjj=dsjj-01")
		sealed := git(t, g.dir, "rev-parse", "main")
		if code, out := g.seal(); code != 3 || !strings.Contains(out, "没有封存") || git(t, g.dir, "rev-parse", "main") != sealed {
			t.Errorf("%s, sealed twice: exit %d\n%s", how, code, out)
		}
	}
}

// A forge that moves main forward puts each commit of the request on it, and
// leaves their dates: each is sealed by what was said until the merge.
func TestEachStepOfAFastForwardIsSealed(t *testing.T) {
	g := newOnGitea(t)
	key := g.withGate("")
	git(t, g.dir, "switch", "-q", "topic")
	g.from = git(t, g.dir, "rev-parse", "main")
	git(t, g.dir, "commit", "-q", "--amend", "--no-edit", "--date", time.Now().AddDate(0, 0, -3).Format(time.RFC3339))
	other := "content/projects/2026/cgj/01/index.md"
	data, err := os.ReadFile(filepath.Join(g.dir, filepath.FromSlash(other)))
	if err != nil {
		t.Fatal(err)
	}
	g.write(other, string(data)+"\n一句说明。\n")
	git(t, g.dir, "commit", "-q", "-a", "-m", "words", "--date", time.Now().AddDate(0, 0, -3).Format(time.RFC3339))
	git(t, g.dir, "rebase", "-q", "--force-rebase", "--committer-date-is-author-date", "main")
	g.head = git(t, g.dir, "rev-parse", "topic")
	g.press(21, "APPROVED", g.head, time.Minute)
	g.merge("--ff-only")
	g.mergedAt = time.Now().UTC().Format(time.RFC3339)
	if code, out := g.seal(); code != 1 {
		t.Errorf("without the gate's word for the time of the merge: exit %d\n%s", code, out)
	}
	if code, out := g.seal("--key", key); code != 0 || strings.Count(out, "已封存") != 2 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	g.wantAudit("sealed", 0, "审批程序盖章")
	sealed := git(t, g.dir, "rev-parse", "main")
	if code, out := g.seal("--key", key); code != 3 || git(t, g.dir, "rev-parse", "main") != sealed {
		t.Errorf("sealed twice: exit %d\n%s", code, out)
	}
	// Its time is the gate's to say: the same decision without the seal is late.
	file := filepath.Join(g.dir, "content/projects/2026/cgj/01/decisions/0001.json")
	signed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bare := regexp.MustCompile(`,\s*"seal": "[^"]*"`).ReplaceAll(signed, nil)
	if bytes.Equal(bare, signed) {
		t.Fatalf("no seal in\n%s", signed)
	}
	if err := os.WriteFile(file, bare, 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, g.dir, "commit", "-q", "-a", "--amend", "--no-edit")
	g.wantAudit("without seal", 1, "时间与提交的时间不符")
}

func TestWhatWasNotAgreedIsNotSealed(t *testing.T) {
	g := newOnGitea(t)
	g.press(23, "APPROVED", g.head, time.Minute) // another department
	g.merge("--squash")
	before := git(t, g.dir, "rev-parse", "main")
	if code, out := g.seal(); code != 1 || git(t, g.dir, "rev-parse", "main") != before {
		t.Errorf("exit %d\n%s", code, out)
	}
	// A commit beside main is not what main did.
	g.press(21, "APPROVED", g.head, time.Minute)
	g.write("content/projects/2027/jyj/02/index.md", "\n")
	git(t, g.dir, "commit", "-q", "-a", "--amend", "-m", "rewritten")
	before = git(t, g.dir, "rev-parse", "main")
	if code, out := g.seal(); code != 3 || git(t, g.dir, "rev-parse", "main") != before {
		t.Errorf("a commit beside main: exit %d\n%s", code, out)
	}
}

func TestOnlyTheGatesKeyAttests(t *testing.T) {
	g := newOnGitea(t)
	key := g.withGate("")
	g.press(21, "APPROVED", g.head, time.Minute)
	g.merge("--no-ff")
	other := filepath.Join(t.TempDir(), "other")
	keyPair(t, other)
	if code, out := g.seal("--key", other); code != 3 || !strings.Contains(out, "没有登记为审批程序的密钥") {
		t.Errorf("another key: exit %d\n%s", code, out)
	}
	if code, out := g.seal("--key", key); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	g.wantAudit("sealed", 0, "已证明 · 审批程序盖章")
	file := filepath.Join(g.dir, "content/projects/2027/jyj/02/decisions/0001.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, forged := range map[string]string{
		"another request": strings.Replace(string(data), `"number": 1,
    "head"`, `"number": 2,
    "head"`, 1),
		"another review": strings.Replace(string(data), `"id": "1"`, `"id": "2"`, 1),
	} {
		if forged == string(data) {
			t.Fatalf("%s: nothing was forged in\n%s", name, data)
		}
		if err := os.WriteFile(file, []byte(forged), 0o644); err != nil {
			t.Fatal(err)
		}
		git(t, g.dir, "commit", "-q", "-a", "--amend", "--no-edit")
		g.wantAudit(name, 1, "封章不成立")
	}

	// One whose time is over gives no more weight than none.
	g = newOnGitea(t)
	key = g.withGate(", until: 2026-02-01")
	g.press(21, "APPROVED", g.head, time.Minute)
	g.merge("--no-ff")
	if code, out := g.seal("--key", key); code != 3 {
		t.Errorf("an old key of the gate: exit %d\n%s", code, out)
	}
}

// receive asks the hook of a bare repository whether it takes what main has after
// a commit.
func (g *onGitea) receive(bare, old string) (int, string) {
	g.t.Helper()
	now := git(g.t, g.dir, "rev-parse", "main")
	git(g.t, g.dir, "push", "-q", bare, "+main:refs/heads/incoming") // what a push brings, before it is taken
	var out bytes.Buffer
	code := cli.Main([]string{"--lang", "zh", "hook", "pre-receive"}, &cli.IO{In: strings.NewReader(old + " " + now + " refs/heads/main\n"), Out: &out, Err: &out,
		Env: func(string) string { return "" }, Dir: bare})
	return code, out.String()
}

// TestTheHookTakesWhatTheGateAttests: a push to main is taken once the gate has
// sealed it, and not before; a record without its seal is no proof.
func TestTheHookTakesWhatTheGateAttests(t *testing.T) {
	g := newOnGitea(t)
	key := g.withGate("")
	old := git(t, g.dir, "rev-parse", "main")
	bare := filepath.Join(t.TempDir(), "bare.git")
	git(t, g.dir, "clone", "-q", "--bare", ".", bare)
	g.press(21, "APPROVED", g.head, time.Minute)
	g.merge("--no-ff")
	merged := git(t, g.dir, "rev-parse", "main")
	if code, out := g.receive(bare, old); code != 1 || !strings.Contains(out, "未封存") {
		t.Errorf("not sealed: exit %d\n%s", code, out)
	}
	if code, out := g.seal(); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if code, out := g.receive(bare, old); code != 1 || !strings.Contains(out, "只凭“只有记录”") {
		t.Errorf("a record alone: exit %d\n%s", code, out)
	}
	git(t, g.dir, "reset", "-q", "--hard", merged)
	if code, out := g.seal("--key", key); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if code, out := g.receive(bare, old); code != 0 {
		t.Errorf("attested: exit %d\n%s", code, out)
	}
}

// Whoever presses the button of the forge has written nothing.
func TestMergingIsNotWriting(t *testing.T) {
	g := newOnGitea(t)
	git(t, g.dir, "switch", "-q", "main")
	g.write("data/people.yaml", strings.Replace(requestPeople, "departments: [dsjj]\n", "departments: [dsjj]\n    emails: [presser@example.org]\n", 1))
	g.amendMain()
	g.press(21, "APPROVED", g.head, time.Minute)
	time.Sleep(1100 * time.Millisecond)
	git(t, g.dir, "switch", "-q", "main")
	git(t, g.dir, "merge", "-q", "--no-ff", "topic")
	git(t, g.dir, "commit", "-q", "--amend", "--no-edit", "--author", "presser <presser@example.org>")
	g.closed, g.merged = true, git(t, g.dir, "rev-parse", "main")
	if code, out := g.seal(); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	g.wantAudit("sealed", 0, "已证明 · 只有记录")
}
