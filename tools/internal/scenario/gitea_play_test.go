package scenario_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"taizhang/tools/internal/vote"
)

// play does the lines of a script. They are those of a stage, and
//
//	merge WHO METHOD     by the button for merge, squash, rebase, rebase-merge or fast-forward-only
//	refused METHOD       the forge does not let the bureau merge
//	close|reopen WHO
//	delete WHO           the account goes away with all that it wrote, or leaves it to a ghost
//	undismiss WHOSE
//	flood WHO N          so many comments
//	lines WHO N          so many comments on lines of what is asked for
//	agit WHO EDIT        asks by a push to refs/for/main, or pushes there again
//	write WHO PATH       a file of the request is rewritten through the API
//	title TEXT           of the request
//	block WHO            the bureau will have nothing to do with WHO
//	lock                 only who may write can say something
//	transfer ORG         the repository goes to an organisation
//	ask WHO... of ORG    a team of these people is asked for a review
//	schedule METHOD      to be merged as soon as the status allows it
//	manual REV           the request is said to have been merged by hand, as REV
func (h *hall) play(script string) {
	h.t.Helper()
	for n, line := range lines(script) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		h.line(fmt.Sprintf("%d: %s", n, line), line)
		if h.t.Failed() {
			return
		}
	}
}

func (h *hall) line(at, line string) {
	h.t.Helper()
	f := strings.Fields(line)
	who := func(i int) *account { return h.who(f[i]) }
	number := func() string { return fmt.Sprintf("%d", h.req.number) }
	second := func() { time.Sleep(1100 * time.Millisecond) }
	switch f[0] {
	case "open":
		base, by := "main", who(1)
		branch := fmt.Sprintf("topic-%d", len(h.requests)+1)
		for i := 3; i < len(f); i += 2 {
			if f[i] == "into" {
				base = f[i+1]
			} else {
				branch = f[i+1]
			}
		}
		h.req = &request{author: by, branch: branch, base: base}
		h.requests = append(h.requests, h.req)
		h.pull()
		_, _ = h.g.call(by.login, "POST", "/repos/"+h.repo+"/forks", object{})
		sha := h.commitOn(by, h.tip("refs/heads/"+base), f[2])
		h.git("push", "-q", h.remote(by.login, h.forkOf(by)), "+"+sha+":refs/heads/"+h.req.branch)
		var made object
		for range 60 { // it learns of what was pushed by and by
			var code int
			if code, made = h.g.call(by.login, "POST", "/repos/"+h.repo+"/pulls", object{"base": base, "head": by.login + ":" + h.req.branch, "title": hostile, "body": hostile}); code == 201 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if made["number"] == nil {
			h.t.Fatalf("%s: %v", at, made)
		}
		h.req.number, h.req.head = int64(made["number"].(float64)), sha
	case "request":
		h.req = h.requests[atoi(f[1])-1]
	case "push":
		h.send(h.req.author, h.commitOn(who(1), h.req.head, f[2]), false)
	case "force":
		h.pull()
		base := h.tip("refs/heads/" + h.req.base)
		c := commit{message: "edit", author: who(1).ident(), committer: who(1).ident(), when: time.Now(), parents: []string{base}, blobs: h.changes(base, h.req.head), edits: h.edits(h.req.head, f[2])}
		h.send(h.req.author, h.commit("refs/heads/"+h.req.branch, c), true)
	case "update":
		h.ok(who(1).login, "POST", "{repo}/pulls/"+number()+"/update?style="+f[2], nil)
		second()
		h.req.head = h.ok("bureau", "GET", "{repo}/pulls/"+number(), nil)["head"].(object)["sha"].(string)
	case "press":
		second()
		event := map[string]string{"approve": "APPROVED", "reject": "REQUEST_CHANGES", "remark": "COMMENT"}[f[2]]
		h.seen[f[1]] = int64(h.ok(who(1).login, "POST", "{repo}/pulls/"+number()+"/reviews", object{"event": event, "body": "示例"})["id"].(float64))
	case "dismiss":
		second()
		h.ok("bureau", "POST", fmt.Sprintf("{repo}/pulls/%s/reviews/%d/dismissals", number(), h.seen[f[1]]), object{"message": "重新看"})
	case "undismiss":
		h.ok("bureau", "POST", fmt.Sprintf("{repo}/pulls/%s/reviews/%d/undismissals", number(), h.seen[f[1]]), nil)
	case "say":
		text := strings.NewReplacer("{id}", h.id, `\n`, "\n", `\r`, "\r", `\t`, "\t").Replace(strings.Join(strings.Split(line, " ")[2:], " "))
		second()
		h.said[f[1]] = int64(h.ok(who(1).login, "POST", "{repo}/issues/"+number()+"/comments", object{"body": text})["id"].(float64))
	case "edit":
		second()
		h.ok("bureau", "PATCH", fmt.Sprintf("{repo}/issues/comments/%d", h.said[f[1]]), object{"body": strings.ReplaceAll(strings.Join(f[2:], " "), "{id}", h.id)})
	case "unsay":
		h.ok(who(1).login, "DELETE", fmt.Sprintf("{repo}/issues/comments/%d", h.said[f[1]]), nil)
	case "flood":
		for i := range atoi(f[2]) {
			h.ok(who(1).login, "POST", "{repo}/issues/"+number()+"/comments", object{"body": fmt.Sprintf("第 %d 句", i)})
		}
	case "lines":
		second()
		remarks := make([]object, atoi(f[2]))
		for i := range remarks {
			remarks[i] = object{"path": h.git("diff", "--name-only", h.req.head+"^", h.req.head), "body": fmt.Sprintf("第 %d 句", i), "new_position": 2}
		}
		h.ok(who(1).login, "POST", "{repo}/pulls/"+number()+"/reviews", object{"event": "COMMENT", "body": "示例", "comments": remarks})
		second()
	case "rename":
		h.ok("bureau", "POST", "/admin/users/"+who(1).login+"/rename", object{"new_username": f[2] + "-" + fmt.Sprint(halls)})
		who(1).login = f[2] + "-" + fmt.Sprint(halls)
	case "account":
		a := &account{login: f[2], email: fmt.Sprintf("%s-%d@example.org", f[1], halls)}
		if old := h.people[f[2]]; old != nil {
			a.login = old.login
		}
		if strings.HasPrefix(f[2], "=") { // the login that somebody had
			a.login = fmt.Sprintf("%s.%d", f[2][1:], halls)
		}
		h.people[f[1]] = a
		h.account(a)
	case "delete":
		h.ok("bureau", "DELETE", "/admin/users/"+who(1).login+"?purge="+fmt.Sprint(len(f) > 2), nil)
	case "retarget":
		h.ok("bureau", "PATCH", "{repo}/pulls/"+number(), object{"base": f[2]})
		h.req.base = f[2]
		second()
	case "branch":
		h.pull()
		sha := h.commit("refs/heads/"+f[1], commit{message: "edit", author: maker, committer: maker, when: time.Now(), parents: []string{h.tip("refs/heads/main")}, edits: h.edits("refs/heads/main", f[2])})
		h.git("push", "-q", h.remote("bureau", h.repo), sha+":refs/heads/"+f[1])
	case "main":
		h.pull()
		sha := h.commit("refs/heads/main", commit{message: "edit", author: maker, committer: maker, when: time.Now(), parents: []string{h.tip("refs/heads/main")}, edits: h.edits("refs/heads/main", f[1])})
		h.git("push", "-q", h.remote(h.people["robot"].login, h.repo), sha+":refs/heads/main")
	case "tag":
		h.git("push", "-q", h.remote("bureau", h.repo), h.req.head+":refs/tags/"+f[1])
	case "merge", "refused":
		second()
		code, answer := 0, object{}
		for range 40 {
			code, answer = h.g.call("bureau", "POST", "/repos/"+h.repo+"/pulls/"+number()+"/merge", object{"Do": f[len(f)-1]})
			if code != http.StatusMethodNotAllowed || !strings.Contains(fmt.Sprint(answer), "try again later") {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if (code == 200) != (f[0] == "merge") {
			h.t.Errorf("%s: %d %v", at, code, answer)
		}
	case "agit":
		base := h.tip("refs/heads/main")
		again := h.req != nil && h.req.agit
		if !again {
			h.req = &request{author: who(1), branch: "agit", base: "main", agit: true}
			h.requests = append(h.requests, h.req)
		} else {
			base = h.req.head
		}
		sha := h.commitOn(who(1), base, f[2])
		h.git("push", "-q", h.remote(who(1).login, h.repo), "-o", "topic=agit", sha+":refs/for/main")
		list := h.g.list("bureau", "/repos/"+h.repo+"/pulls?state=open&sort=newest")
		h.req.number, h.req.head = int64(list[0]["number"].(float64)), sha
	case "write":
		fork := "/repos/" + h.forkOf(h.req.author) + "/contents/" + f[2]
		old := h.ok(who(1).login, "GET", fork+"?ref="+h.req.branch, nil)
		text := h.read(h.req.head, f[2]) + "补充一句说明。\n"
		made := h.ok(who(1).login, "PUT", fork, object{"branch": h.req.branch, "sha": old["sha"], "message": "edit", "content": base64.StdEncoding.EncodeToString([]byte(text))})
		h.req.head = made["commit"].(object)["sha"].(string)
		second()
		h.pull()
	case "title":
		h.ok("bureau", "PATCH", "{repo}/pulls/"+number(), object{"title": strings.Join(f[1:], " ")})
	case "block":
		h.ok("bureau", "PUT", "/user/blocks/"+who(1).login, nil)
	case "lock":
		h.ok("bureau", "PUT", "{repo}/issues/"+number()+"/lock", object{})
	case "transfer":
		org := fmt.Sprintf("%s-%d", f[1], halls)
		h.ok("bureau", "POST", "/orgs", object{"username": org})
		h.ok("bureau", "POST", "{repo}/transfer", object{"new_owner": org})
		h.repo = org + "/" + h.name()
	case "ask":
		org := fmt.Sprintf("%s-%d", f[len(f)-1], halls)
		team := h.ok("bureau", "POST", "/orgs/"+org+"/teams", object{"name": "reviewers", "permission": "write", "units": []string{"repo.code", "repo.pulls", "repo.issues"}})
		for i := range f[1 : len(f)-2] {
			h.ok("bureau", "PUT", fmt.Sprintf("/teams/%.0f/members/%s", team["id"], who(i+1).login), nil)
		}
		h.ok("bureau", "PUT", fmt.Sprintf("/teams/%.0f/repos/%s", team["id"], h.repo), nil)
		h.ok("bureau", "POST", "{repo}/pulls/"+number()+"/requested_reviewers", object{"team_reviewers": []string{"reviewers"}})
	case "schedule":
		second()
		h.ok("bureau", "POST", "{repo}/pulls/"+number()+"/merge", object{"Do": f[1], "merge_when_checks_succeed": true})
	case "merged":
		for range 100 {
			if h.ok("bureau", "GET", "{repo}/pulls/"+number(), nil)["merged"] == true {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		h.t.Fatalf("%s: it is not", at)
	case "manual":
		h.ok("bureau", "PATCH", "{repo}", object{"allow_manual_merge": true})
		h.ok("bureau", "POST", "{repo}/pulls/"+number()+"/merge", object{"Do": "manually-merged", "MergeCommitID": h.tip(f[1])})
	case "close", "reopen":
		h.ok(who(1).login, "PATCH", "{repo}/pulls/"+number(), object{"state": map[string]string{"close": "closed", "reopen": "open"}[f[0]]})
	case "seal":
		h.pull()
		code, out, errs := h.onGitea("seal", "--key", gateKey)
		if code != atoi(strings.Join(f[1:], "")) {
			h.t.Errorf("%s: exit %d\n%s%s", at, code, out, errs)
		}
		h.git("push", "-q", h.remote(h.people["robot"].login, h.repo), "main")
	case "?":
		h.pull()
		code, out, errs := h.onGitea("review", "--post", "--format", "json")
		got := "cannot"
		var r report
		if err := json.Unmarshal([]byte(out), &r); err == nil {
			got = r.String()
			if len(r.Transitions) > 0 {
				h.id = r.Transitions[0].ID[:vote.Firm]
			}
			if len(r.Transitions) > 1 {
				h.id = r.Change[:vote.Firm]
			}
		}
		if got != strings.TrimPrefix(line, "? ") {
			h.t.Errorf("%s: exit %d\n got %s\n%s", at, code, got, errs)
		}
		var state any
		statuses, _ := h.ok("bureau", "GET", "{repo}/commits/"+h.req.head+"/status", nil)["statuses"].([]any)
		for _, st := range statuses {
			if st := st.(object); st["context"] == "taizhang/approvals ("+h.req.base+")" {
				state = st["status"]
			}
		}
		if (state == "success") != (code == 0) || state == nil {
			h.t.Errorf("%s: exit %d, but the status is %v", at, code, state)
		}
	case "=":
		h.pull()
		s := *h.stage
		s.audited(at, strings.TrimPrefix(line, "= "), h.start)
	default:
		h.t.Fatalf("what is %q?", line)
	}
}
