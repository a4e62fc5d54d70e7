package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

type workflow struct {
	Permissions any
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []struct {
			Name, Uses, Run string
			With, Env       map[string]string
		}
	}
}

func readWorkflow(t *testing.T, name string) workflow {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repoRoot, ".github/workflows", name))
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// What runs with the right to write must take nothing from a request.
func TestTheGateTakesNothingFromARequest(t *testing.T) {
	w := readWorkflow(t, "approvals.yml")
	if p, ok := w.Permissions.(map[string]any); !ok || len(p) != 0 {
		t.Errorf("permissions of the workflow: %v", w.Permissions)
	}
	for _, job := range w.Jobs {
		for _, s := range job.Steps {
			if s.Uses != "" && !regexp.MustCompile(`@[0-9a-f]{40}$`).MatchString(s.Uses) {
				t.Errorf("%s is not pinned to a commit", s.Uses)
			}
			if strings.Contains(s.Run, "${{") {
				t.Errorf("step %q has an expression in its script", s.Name)
			}
			if strings.HasPrefix(s.Uses, "actions/checkout@") {
				if s.With["ref"] != "${{ github.event.repository.default_branch }}" || s.With["persist-credentials"] != "false" {
					t.Errorf("checks out %v", s.With)
				}
			}
			for _, line := range strings.Split(s.Run, "\n") {
				if regexp.MustCompile(`git (checkout|switch|merge|pull|worktree|submodule|reset)\b`).MatchString(line) {
					t.Errorf("step %q: %s", s.Name, line)
				}
			}
		}
	}
	if p, ok := readWorkflow(t, "review.yml").Permissions.(map[string]any); !ok || len(p) != 0 {
		t.Error("review.yml has rights, and its file may come from a request")
	}
}

// The script of approvals.yml, with git and the tool replaced by what tells how
// they were called.
func TestTheGateJudgesWhatAnEventIsAbout(t *testing.T) {
	var script string
	for _, s := range readWorkflow(t, "approvals.yml").Jobs["approvals"].Steps {
		if s.Name == "Judge" {
			script = s.Run
		}
	}
	if script == "" {
		t.Fatal("no step Judge")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"git":      "#!/bin/sh\nprintf 'git %s\\n' \"$*\" >>log\n[ -n \"$GIT_CONFIG_VALUE_0\" ] || exit 9\n",
		"taizhang": "#!/bin/sh\nprintf 'taizhang %s\\n' \"$*\" >>log\n[ -z \"$GIT_CONFIG_VALUE_0\" ] || exit 9\nexit \"${CODE:-0}\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const queue = "refs/heads/gh-readonly-queue/main/pr-12-0123456789abcdef"
	for _, c := range []struct {
		name string
		env  []string
		want string
		code int
	}{
		{"a request", []string{"NUMBER=7"}, "git fetch --no-tags --quiet origin +refs/pull/7/head:refs/requests/7\ntaizhang review --request 7 --post\n", 0},
		{"all", nil, "git fetch --no-tags --quiet origin +refs/pull/*/head:refs/requests/*\ntaizhang review --poll --post\n", 0},
		{"a review that was noted", []string{"NOTED=review 8"}, "git fetch --no-tags --quiet origin +refs/pull/8/head:refs/requests/8\ntaizhang review --request 8 --post\n", 0},
		{"a note by another name", []string{"NOTED=review $(touch pwned)"}, "", 0},
		{"a note with more behind it", []string{"NOTED=review 8 --as x=y"}, "", 0},
		{"a merge queue", []string{"QUEUE_REF=" + queue, "QUEUE_BASE=b", "QUEUE_HEAD=h"}, "git fetch --no-tags --quiet origin " + queue + "\ntaizhang review --request 12 --base b --head h --post\n", 0},
		{"no number", []string{"NUMBER=7; touch pwned"}, "", 1},
		{"a huge number", []string{"NUMBER=12345678901"}, "", 1},
		{"approvals missing", []string{"NUMBER=7", "CODE=1"}, "git fetch --no-tags --quiet origin +refs/pull/7/head:refs/requests/7\ntaizhang review --request 7 --post\n", 0},
		{"not judged", []string{"NUMBER=7", "CODE=3"}, "git fetch --no-tags --quiet origin +refs/pull/7/head:refs/requests/7\ntaizhang review --request 7 --post\n", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			os.Remove(filepath.Join(dir, "log"))
			cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
			cmd.Dir = dir
			cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "RUNNER_TEMP=" + dir, "GITHUB_TOKEN=t0ken"}, c.env...)
			out, _ := cmd.CombinedOutput()
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			if string(log) != c.want || cmd.ProcessState.ExitCode() != c.code {
				t.Errorf("exit %d, called\n%s%s", cmd.ProcessState.ExitCode(), log, out)
			}
			if strings.Contains(string(log)+string(out), "t0ken") {
				t.Error("the token is shown")
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Error("a value became a command")
			}
		})
	}
}
