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
	Name        string
	On          map[string]any
	Permissions any
	Jobs        map[string]struct {
		Permissions map[string]string
		Steps       []step
	}
}

type step struct {
	Name, Uses, Run string
	With, Env       map[string]string
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

// theStep returns the step of a workflow that has a name.
func theStep(t *testing.T, file, name string) step {
	t.Helper()
	for _, job := range readWorkflow(t, file).Jobs {
		for _, s := range job.Steps {
			if s.Name == name {
				return s
			}
		}
	}
	t.Fatalf("%s has no step %s", file, name)
	return step{}
}

// What may be checked out: test.yml runs the code of a request and may nothing
// else; the others run the code of a branch of the registry.
var checkedOut = map[string]string{
	"approvals.yml": "${{ github.event.repository.default_branch }}",
	"check.yml":     "${{ github.event.pull_request.base.ref || github.event.merge_group.base_sha }}",
	"seal.yml":      "${{ github.event.pull_request.base.ref || github.event.repository.default_branch }}",
	"due.yml":       "",
	"publish.yml":   "",
	"test.yml":      "",
}

func TestWorkflowsTakeNothingFromARequest(t *testing.T) {
	goMod, err := os.ReadFile(filepath.Join(repoRoot, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	language := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(goMod)[1]
	files, err := filepath.Glob(filepath.Join(repoRoot, ".github/workflows/*"))
	if err != nil || len(files) < 7 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		w := readWorkflow(t, name)
		if p, ok := w.Permissions.(map[string]any); !ok || len(p) != 0 {
			t.Errorf("%s: permissions of the workflow: %v", name, w.Permissions)
		}
		for _, job := range w.Jobs {
			if _, asked := w.On["pull_request"]; asked && (len(job.Permissions) != 1 || job.Permissions["contents"] != "read") {
				t.Errorf("%s runs code of a request with %v", name, job.Permissions)
			}
			for _, s := range job.Steps {
				if s.Uses != "" && !regexp.MustCompile(`@[0-9a-f]{40}$`).MatchString(s.Uses) {
					t.Errorf("%s: %s is not pinned to a commit", name, s.Uses)
				}
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: step %q has an expression in its script", name, s.Name)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") {
					ref, known := checkedOut[name]
					if !known || s.With["ref"] != ref || s.With["persist-credentials"] != "false" {
						t.Errorf("%s checks out %v", name, s.With)
					}
				}
				if strings.HasPrefix(s.Uses, "actions/setup-go@") {
					// A full version is fetched anew and stays old; the cache of Gitea and
					// Forgejo is open to the jobs of requests.
					if s.With["go-version"] != string(language) {
						t.Errorf("%s sets up Go %v, go.mod says %s", name, s.With, language)
					}
					if name != "test.yml" && s.With["cache"] != "${{ github.server_url == 'https://github.com' }}" {
						t.Errorf("%s builds from a cache that a request can write: %v", name, s.With)
					}
				}
				for _, line := range strings.Split(s.Run, "\n") {
					if name != "seal.yml" && regexp.MustCompile(`git (checkout|switch|merge|pull|worktree|submodule|reset)( |$)`).MatchString(line) {
						t.Errorf("%s: step %q: %s", name, s.Name, line)
					}
				}
			}
		}
	}
}

// On Gitea what a comment or a review starts has no secrets when the request
// comes from a fork, and on GitHub a review has none: only the run after it has.
func TestCommentsAndReviewsAreNotedByAJobWithoutRights(t *testing.T) {
	gate, note := readWorkflow(t, "approvals.yml"), readWorkflow(t, "review.yml")
	for _, event := range []string{"issue_comment", "pull_request_review"} {
		if _, on := gate.On[event]; on {
			t.Errorf("approvals.yml runs on %s itself", event)
		}
		if _, on := note.On[event]; !on {
			t.Errorf("review.yml does not run on %s", event)
		}
	}
	after, _ := gate.On["workflow_run"].(map[string]any)
	if names, _ := after["workflows"].([]any); len(names) != 1 || names[0] != note.Name {
		t.Errorf("approvals.yml runs after %v", after)
	}
	// Both required checks answer a merge queue, which waits for them.
	for _, name := range []string{"approvals.yml", "check.yml"} {
		w := readWorkflow(t, name)
		for _, event := range []string{"pull_request_target", "merge_group"} {
			if _, on := w.On[event]; !on {
				t.Errorf("%s does not run on %s", name, event)
			}
		}
	}
}

// The script of approvals.yml, with git and the tool replaced by what tells how
// they were called.
func TestTheGateJudgesWhatAnEventIsAbout(t *testing.T) {
	script := theStep(t, "approvals.yml", "Judge").Run
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
		{"a merge queue", []string{"QUEUE_REF=" + queue, "QUEUE_BASE=b", "QUEUE_HEAD=h"}, "git fetch --no-tags --quiet origin " + queue + " +refs/pull/12/head:refs/requests/12\ntaizhang review --request 12 --base b --head h --post\n", 0},
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
