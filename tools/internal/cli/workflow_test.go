package cli_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

// The script of seal.yml likewise: what is left for want of approvals does not
// keep the rest from main, and a push that comes too late is tried again.
func TestSealsArePushed(t *testing.T) {
	script := theStep(t, "seal.yml", "Seal").Run
	const seal, push, again = "seal %s --into main\n", "push --quiet origin HEAD:refs/heads/main\n", "fetch --quiet origin main\nreset --quiet --hard FETCH_HEAD\n"
	fetch := func(n string) string {
		return "fetch --quiet origin +refs/pull/" + n + "/head:refs/requests/" + n + "\n"
	}
	for _, c := range []struct {
		name string
		env  []string
		want string
		code int
	}{
		{"a request", []string{"NUMBER=7"}, fetch("7") + fmt.Sprintf(seal, "--request 7") + push, 0},
		{"all", nil, fetch("*") + fmt.Sprintf(seal, "--poll") + push, 0},
		{"something is left", []string{"CODE=1"}, fetch("*") + fmt.Sprintf(seal, "--poll") + push, 1},
		{"it broke off", []string{"CODE=3"}, fetch("*") + fmt.Sprintf(seal, "--poll") + push, 3},
		{"somebody was faster", []string{"NUMBER=7", "LATE=1"}, fetch("7") + strings.Repeat(fmt.Sprintf(seal, "--request 7")+push+again, 1) + fmt.Sprintf(seal, "--request 7") + push, 0},
		{"never", []string{"NUMBER=7", "LATE=9"}, fetch("7") + strings.Repeat(fmt.Sprintf(seal, "--request 7")+push+again, 5), 1},
		{"no number", []string{"NUMBER=7; touch pwned"}, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{
				"git":      "#!/bin/sh\n[ \"$1\" = config ] && exit\nprintf '%s\\n' \"$*\" >>log\n[ \"$1\" = push ] || exit 0\necho x >>late\n[ \"$(wc -l <late)\" -gt \"${LATE:-0}\" ]\n",
				"taizhang": "#!/bin/sh\nprintf '%s\\n' \"$*\" >>log\nexit \"${CODE:-0}\"\n",
			} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
			cmd.Dir = dir
			cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "RUNNER_TEMP=" + dir, "BRANCH=main", "GITHUB_TOKEN=t0ken"}, c.env...)
			out, _ := cmd.CombinedOutput()
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			if string(log) != c.want || cmd.ProcessState.ExitCode() != c.code {
				t.Errorf("exit %d, called\n%swant %d\n%s%s", cmd.ProcessState.ExitCode(), log, c.code, c.want, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil || strings.Contains(string(log)+string(out), "t0ken") {
				t.Error("a value became a command, or the token is shown")
			}
		})
	}
}

// The scripts of check.yml over a real repository: a request and a merge queue
// are fetched as objects, and what branched off before the rules changed is
// refused.
func TestTheCheckReadsARequestAsObjects(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	const queue = "refs/heads/gh-readonly-queue/main/pr-7-0123456789abcdef"
	git("init", "-q", "-b", "main", "forge")
	put := func(name, message string) {
		t.Helper()
		file := filepath.Join(dir, "forge", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(message), 0o644)); err != nil {
			t.Fatal(err)
		}
		git("-C", "forge", "add", name)
		git("-C", "forge", "commit", "-qm", message)
	}
	put("schemas/rule", "one")
	git("-C", "forge", "switch", "-qc", "old")
	put("old", "$(touch pwned)")
	git("-C", "forge", "update-ref", "refs/pull/7/head", "old")
	git("-C", "forge", "switch", "-q", "main")
	put("schemas/rule", "two")
	git("-C", "forge", "switch", "-qc", "new")
	put("new", "request")
	git("-C", "forge", "update-ref", "refs/pull/8/head", "new")
	git("-C", "forge", "update-ref", queue, "new")
	oldHead, newHead := git("-C", "forge", "rev-parse", "old"), git("-C", "forge", "rev-parse", "new")
	git("-C", "forge", "switch", "-q", "main")
	git("-C", "forge", "branch", "-qD", "old", "new")
	tool := "#!/bin/sh\nprintf '%s\\n' \"$*\" >>\"$RUNNER_TEMP/log\"\n"
	if err := os.WriteFile(filepath.Join(dir, "taizhang"), []byte(tool), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		env  []string
		head string
		step string // that fails; "" is none
	}{
		{"a request", []string{"NUMBER=8", "QUEUE_REF="}, newHead, ""},
		{"a merge queue", []string{"NUMBER=", "QUEUE_REF=" + queue}, newHead, ""},
		{"a branch older than the rules", []string{"NUMBER=7", "QUEUE_REF="}, oldHead, "Refuse a branch that predates the rules"},
		{"a head that the request has no more", []string{"NUMBER=8", "QUEUE_REF="}, strings.Repeat("0", 39) + "1", "Fetch the request as objects"},
		{"a number that is none", []string{"NUMBER=8; touch pwned", "QUEUE_REF="}, newHead, "Fetch the request as objects"},
	} {
		t.Run(c.name, func(t *testing.T) {
			os.RemoveAll(filepath.Join(dir, "base"))
			os.Remove(filepath.Join(dir, "log"))
			git("clone", "-q", "forge", "base")
			failed := ""
			for _, name := range []string{"Fetch the request as objects", "Refuse a branch that predates the rules", "Judge"} {
				cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", theStep(t, "check.yml", name).Run)
				cmd.Dir = filepath.Join(dir, "base")
				cmd.Env = append(os.Environ(), append(c.env, "HEAD_SHA="+c.head, "TOKEN=t0ken", "RUNNER_TEMP="+dir)...)
				if out, err := cmd.CombinedOutput(); err != nil {
					failed = name
					if c.step != name {
						t.Errorf("%s: %v\n%s", name, err, out)
					}
					break
				}
			}
			if failed != c.step {
				t.Errorf("failed at %q, not at %q", failed, c.step)
			}
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			if judged := strings.Contains(string(log), "check --base HEAD --head "+c.head); judged != (c.step == "") {
				t.Errorf("called with %q", log)
			}
			if tree := git("-C", "base", "status", "--porcelain"); tree != "" || git("-C", "base", "rev-parse", "HEAD") == c.head {
				t.Errorf("the request is checked out: %s", tree)
			}
		})
	}
}

// The last step of due.yml keeps one issue, its own, on GitHub as on Gitea.
func TestTheReminderKeepsOneIssueOfItsOwn(t *testing.T) {
	for _, program := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	const others = `{"number":3,"title":"到期提醒","user":{"login":"somebody"}},{"number":4,"title":"到期提醒","pull_request":{},"user":{"login":"gitea-actions"}}`
	for _, c := range []struct{ name, second, want string }{
		{"none yet", `[]`, "POST /repos/qjp/registry/issues"},
		{"on GitHub", `[{"number":5,"title":"到期提醒","user":{"login":"github-actions[bot]"}}]`, "PATCH /repos/qjp/registry/issues/5"},
		{"on Gitea", `[{"number":6,"title":"到期提醒","pull_request":null,"user":{"login":"gitea-actions"}}]`, "PATCH /repos/qjp/registry/issues/6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, got := t.TempDir(), ""
			var body struct{ Title, Body string }
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "token t0ken" {
					rw.WriteHeader(http.StatusUnauthorized)
				}
				switch page := r.URL.Query().Get("page"); {
				case r.Method != http.MethodGet:
					got = r.Method + " " + r.URL.Path
					_ = json.NewDecoder(r.Body).Decode(&body)
				case page == "1":
					fmt.Fprint(rw, "["+others+"]")
				case page == "2":
					fmt.Fprint(rw, c.second)
				default:
					fmt.Fprint(rw, "[]")
				}
			}))
			defer server.Close()
			const text = "| \"$(touch pwned)\" | @file |\n"
			if err := os.WriteFile(filepath.Join(dir, "due.md"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", theStep(t, "due.yml", "Update the issue").Run)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "TOKEN=t0ken", "RUNNER_TEMP="+dir, "GITHUB_API_URL="+server.URL, "GITHUB_REPOSITORY=qjp/registry")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got != c.want || body.Title != "到期提醒" || body.Body != text {
				t.Errorf("sent %s %+v, want %s", got, body, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); slices.Contains(left, filepath.Join(dir, "curl")) || slices.Contains(left, filepath.Join(dir, "pwned")) {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
