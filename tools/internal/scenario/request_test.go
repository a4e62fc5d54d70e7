package scenario_test

import (
	"strings"
	"testing"
)

// What a forge does not tell is never taken for an agreement.
func TestWhatCannotBeJudgedIsNeverApproved(t *testing.T) {
	for kind, broken := range map[string]string{"github": "/events", "gitlab": "/versions", "gitea": "/timeline", "gitee": "/comments"} {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t, kind)
			s.do("open", "open clerk declare", true)
			s.do("press", "press zhao approve", true)
			s.broken = broken
			code, out, errs := s.onForge("review", "--post")
			if code != 3 || !strings.Contains(errs, "unauthorized (403)") || s.status(s.req.head, "taizhang/approvals (main)") != map[string]string{"gitlab": "failure", "gitee": "failure"}[kind] && s.statuses[0].state != "error" {
				t.Errorf("exit %d, %+v\n%s%s", code, s.statuses, out, errs)
			}
		})
	}
	s := newStage(t, "gitlab")
	s.do("open", "open clerk declare", true)
	s.req.head = strings.Repeat("0", 40)
	s.git("update-ref", "-d", "refs/heads/"+s.req.branch)
	if code, out, errs := s.onForge("review", "--post", "--base", "main"); code != 3 {
		t.Errorf("a head that was not fetched: exit %d\n%s%s", code, out, errs)
	}
}

func TestAClosedRequestIsLeftAlone(t *testing.T) {
	s := newStage(t, "gitea")
	s.do("open", "open clerk declare", true)
	s.req.state = "closed"
	if code, out, errs := s.onForge("review", "--post"); code != 0 || len(s.statuses)+len(s.req.comments) != 0 {
		t.Errorf("exit %d, %+v\n%s%s", code, s.statuses, out, errs)
	}
}

func TestOnlyWhatWasReallySaidIsPosted(t *testing.T) {
	s := newStage(t, "gitea")
	s.do("open", "open clerk declare", true)
	if code, _, errs := s.onForge("review", "--post", "--as", "dsjj-01=dsjj"); code != 2 || len(s.statuses) != 0 {
		t.Errorf("exit %d, %+v %s", code, s.statuses, errs)
	}
	if code, _, errs := s.onForge("review", "--as", "dsjj-01=dsjj"); code != 0 || len(s.statuses)+len(s.req.comments) != 0 {
		t.Errorf("without --post: exit %d, %+v %s", code, s.statuses, errs)
	}
	if code, _, errs := s.command("review", "--forge", "gitea", "--forge-url", s.url, "--repo", "qjp/registry", "--post"); code != 2 || !strings.Contains(errs, "--request") {
		t.Errorf("no request: exit %d, %s", code, errs)
	}
}
