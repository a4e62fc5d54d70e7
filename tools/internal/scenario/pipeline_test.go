package scenario_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// pipeline is what .gitlab-ci.yml says, as far as it is played here.
type pipeline struct {
	Workflow struct{ Rules []map[string]string }
	Jobs     map[string]struct {
		Rules  []map[string]string
		Script []string
	} `yaml:",inline"`
}

func readPipeline(t *testing.T) pipeline {
	t.Helper()
	data, err := os.ReadFile("../../../.gitlab-ci.yml")
	var p pipeline
	if err == nil {
		err = yaml.Unmarshal(data, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// job runs a job of .gitlab-ci.yml word for word in a clone that has what is
// checked out for it, with a shipped command that is this program, and returns its
// outcome.
func (s *stage) job(name, checkout string, env ...string) (code int, out string) {
	s.t.Helper()
	for _, r := range s.requests {
		s.git("update-ref", fmt.Sprintf("refs/merge-requests/%d/head", r.number), r.head)
	}
	dir := s.t.TempDir()
	clone, bin := filepath.Join(dir, "clone"), filepath.Join(dir, "bin")
	if err := os.Symlink(s.dir, filepath.Join(dir, "registry.git")); err != nil {
		s.t.Fatal(err)
	}
	s.git("clone", "-q", "--no-local", "-c", "remote.origin.fetch=+refs/merge-requests/*/train:refs/trains/*", s.dir, clone)
	if _, err := git(clone, nil, "checkout", "-q", "--detach", checkout); err != nil {
		s.t.Fatal(err)
	}
	self, err := os.Executable()
	if err == nil {
		err = os.Mkdir(bin, 0o755)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	// Builds what calls this program, and tells from which commit.
	fake := "#!/bin/sh\ngit rev-parse HEAD >" + dir + "/built\nprintf '#!/bin/sh\\n" + asTool + "=1 exec " + self + " \"$@\"\\n' >\"$3\" && chmod +x \"$3\"\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fake), 0o755); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", strings.Join(readPipeline(s.t).Jobs[name].Script, "\n"))
	cmd.Dir = clone
	cmd.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "GIT_CONFIG_SYSTEM=" + os.DevNull, "TAIZHANG_LANG=en",
		"GITLAB_CI=true", "CI_SERVER_URL=" + s.url, "CI_PROJECT_PATH=qjp/registry", "CI_PROJECT_URL=" + filepath.Join(dir, "registry"),
		"CI_DEFAULT_BRANCH=main", "CI_COMMIT_SHA=" + checkout}, env...)
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	if strings.Contains(string(said), token) {
		s.t.Errorf("the token is in the output of %s:\n%s", name, said)
	}
	built, _ := os.ReadFile(filepath.Join(dir, "built"))
	if string(built) != s.tip("refs/heads/main")+"\n" && name != "seal" { // which has moved it
		s.t.Errorf("%s builds the tool from %s", name, built)
	}
	return cmd.ProcessState.ExitCode(), string(said)
}

// train runs the job of the car of the request.
func (s *stage) train(env ...string) (code int, out string) {
	s.t.Helper()
	for _, q := range s.queue {
		if q.request == s.req {
			return s.job("train", q.commit, append([]string{"CI_PIPELINE_SOURCE=merge_request_event", "CI_MERGE_REQUEST_EVENT_TYPE=merge_train", fmt.Sprintf("CI_MERGE_REQUEST_IID=%d", q.number),
				"CI_MERGE_REQUEST_TARGET_BRANCH_NAME=" + q.base, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA=" + s.tip(q.commit+"^1"), "TAIZHANG_TRAIN_TOKEN=" + token}, env...)...)
		}
	}
	s.t.Fatal("it is in no train")
	return 0, ""
}

// What is green apart and red together: one request takes away the only person
// who speaks for a department, the other was agreed to by him.
func TestATrainOfGitLabIsJudgedCarByCar(t *testing.T) {
	s := newStage(t, "gitlab")
	do := func(script string) {
		for _, l := range lines(script) {
			s.do(l, strings.TrimSpace(l), true)
		}
	}
	want := func(step string, code int, word string, env ...string) {
		t.Helper()
		before := len(s.statuses)
		if got, out := s.train(env...); got != code || !strings.Contains(out, word) || len(s.statuses) != before {
			t.Errorf("%s: exit %d without %q:\n%s", step, got, word, out)
		}
	}
	do(`open clerk fgw-leaves
		? missing [dsjj dsjj]
		say zhao /同意 {id} 代表 dsjj
		say qian /同意 {id} 代表 dsjj
		? approved [dsjj=dsjj-01 dsjj=dsjj-02] dsjj-01:counted dsjj-02:counted
		queue zhao
		open clerk words
		? missing [dsjj fgw]
		say zhao /同意 {id} 代表 dsjj
		say sun /同意 {id} 代表 fgw
		? approved [dsjj=dsjj-01 fgw=fgw-01] dsjj-01:counted fgw-01:counted`)
	queue := s.queue
	do("queue zhao")
	both := s.queue
	do("request 1")
	want("the first car", 0, "complete")
	do("request 2")
	want("the second car on top of it", 1, "nobody")
	s.queue = queue[:0]
	do("queue zhao")
	want("the second car alone", 0, "complete")

	want("a token that is none", 3, "unauthorized (401)", "TAIZHANG_TRAIN_TOKEN=x")
	want("no token", 3, "", "TAIZHANG_TRAIN_TOKEN=")
	want("GitLab does not tell below", 1, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA=")
	s.req.state = "closed"
	want("a closed request", 3, "request #2 is closed")
	s.req.state = "open"

	// A train that moves forward tries the head itself: here a merge of main by the
	// author, whose first parent is what nobody agreed to.
	do(`open clerk declare
		main elsewhere
		update clerk`)
	s.queue = []queued{{s.req, s.req.head}}
	want("a head whose first parent is the author's", 1, "missing", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA="+s.tip("main"))
	s.queue = both
}

// The other jobs: who agreed is judged by the schedule and by a webhook, and what
// was merged is sealed and pushed.
func TestTheScheduleOfGitLabJudgesAndSeals(t *testing.T) {
	s := newStage(t, "gitlab")
	s.do("open", "open clerk declare", true)
	main := s.tip("main")
	env := []string{"CI_COMMIT_REF_NAME=main", "TAIZHANG_TOKEN=" + token}
	if code, out := s.job("approvals", main, append(env, "CI_PIPELINE_SOURCE=schedule")...); code != 0 || s.status(s.req.head, "taizhang/approvals (main)") != "pending" {
		t.Errorf("exit %d, %+v\n%s", code, s.statuses, out)
	}
	s.do("press", "press zhao approve", true)
	hook := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(hook, []byte(`{"object_kind":"merge_request","object_attributes":{"iid":1}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := s.job("approvals", main, append(env, "CI_PIPELINE_SOURCE=trigger", "TRIGGER_PAYLOAD="+hook)...); code != 0 || s.status(s.req.head, "taizhang/approvals (main)") != "success" {
		t.Errorf("exit %d, %+v\n%s", code, s.statuses, out)
	}
	if code, out := s.job("approvals", main, append(env, "CI_PIPELINE_SOURCE=schedule", "TAIZHANG_TOKEN=x")...); code != 3 {
		t.Errorf("not judged: exit %d\n%s", code, out)
	}
	s.do("merge", "merge qian", true)
	env = append(env, "CI_PIPELINE_SOURCE=schedule", "TAIZHANG_GATE_KEY="+gateKey)
	merged := s.tip("main")
	if code, out := s.job("seal", merged, append(env, "TAIZHANG_TOKEN=x")...); code != 3 || !strings.Contains(out, "→ ") || s.tip("main") != merged {
		t.Errorf("the forge tells nothing: exit %d\n%s", code, out)
	}
	if code, out := s.job("seal", merged, env...); code != 0 || s.tip("main~1") != merged {
		t.Errorf("exit %d\n%s", code, out)
	}
	s.wantAudit("sealed", 0, "审批程序盖章")
	s.do("open", "open clerk words", true)
	s.do("merge", "merge qian", true)
	merged = s.tip("main")
	if code, out := s.job("seal", merged, env...); code != 1 || !strings.Contains(out, "approvals are missing") || s.tip("main") != merged {
		t.Errorf("something is left: exit %d\n%s", code, out)
	}
}

// The rules of the pipeline let each job run where it belongs and nowhere else.
func TestPipelinesOfMergeRequestsRunInTrainsAlone(t *testing.T) {
	p := readPipeline(t)
	const train, scheduled = `$CI_MERGE_REQUEST_EVENT_TYPE == "merge_train"`, `$CI_PIPELINE_SOURCE =~ /^(schedule|trigger|web)$/`
	rules := func(list []map[string]string) string {
		var out []string
		for _, r := range list {
			out = append(out, r["if"])
		}
		return strings.Join(out, " | ")
	}
	if got := rules(p.Workflow.Rules); got != train+" | $CI_COMMIT_REF_NAME == $CI_DEFAULT_BRANCH && "+scheduled {
		t.Errorf("the workflow runs when %s", got)
	}
	for job, want := range map[string]string{"approvals": scheduled, "train": train, "seal": "$TAIZHANG_GATE_KEY && $CI_PIPELINE_SOURCE =~ /^(schedule|web)$/"} {
		if got := rules(p.Jobs[job].Rules); got != want {
			t.Errorf("%s runs when %s", job, got)
		}
	}
	if script := strings.Join(p.Jobs["train"].Script, "\n"); strings.Contains(script, "$TAIZHANG_TOKEN") || strings.Contains(script, "--post") {
		t.Error("the job of a train could write")
	}
}
