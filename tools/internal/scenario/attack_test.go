package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// A title goes into logs, where workflows take lines that begin with :: for
// commands, and never into a shell.
func TestATitleIsNeverACommand(t *testing.T) {
	const hostile = "$(touch pwned)`touch pwned`; touch pwned\r\n::error::x\n::set-output name=a::b\n##[group]x\x1b[2J\u202e"
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t, kind)
			s.req = s.open(s.who("clerk"), "main", hostile, s.edits("refs/heads/main", "declare"))
			code, out, errs := s.command("review", "--forge", kind, "--forge-url", s.url, "--repo", "qjp/registry", "--poll", "--post")
			if code != 1 || !strings.Contains(out, "#1 ") {
				t.Fatalf("exit %d\n%s%s", code, out, errs)
			}
			for _, l := range append(lines(out), lines(errs)...) {
				if l := strings.TrimSpace(l); strings.HasPrefix(l, "::") || strings.HasPrefix(l, "##[") || strings.ContainsAny(l, "\x1b\u202e\r") {
					t.Errorf("a command in %q", l)
				}
			}
			for _, c := range s.req.comments {
				if strings.Contains(c.body, "touch pwned") {
					t.Errorf("the title is repeated in %s", c.body)
				}
			}
			if found, _ := filepath.Glob(filepath.Join(s.dir, "pwned*")); found != nil {
				t.Errorf("%v", found)
			}
		})
	}
}

// GitHub counts a job that was skipped as one that succeeded. So what is required
// is a status that only the judging sets, and no job bears its name.
func TestNoJobStandsInForTheStatus(t *testing.T) {
	files, err := filepath.Glob("../../../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var w struct {
			Jobs map[string]struct{ Name string }
		}
		if err := yaml.Unmarshal(data, &w); err != nil || len(w.Jobs) == 0 {
			t.Fatalf("%s: %v", file, err)
		}
		for id, job := range w.Jobs {
			if strings.Contains(id+job.Name, "taizhang/") {
				t.Errorf("%s: the job %s (%s) could stand in for the status", file, id, job.Name)
			}
		}
	}
}
