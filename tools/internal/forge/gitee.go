package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// gitee speaks Gitee's REST API v5 itself: Gitee keeps no client for Go.
type gitee struct {
	cfg  Config
	http *http.Client
	api  string // address of the API
}

func openGitee(cfg Config) (Forge, error) {
	hc, u, err := cfg.client(cfg.BaseURL+"/api/v5", "Authorization", "Bearer ")
	if err != nil {
		return nil, err
	}
	return &gitee{cfg, hc, u.String()}, nil
}

// path returns a path of this repository in the API.
func (g *gitee) path(format string, args ...any) string {
	return "/repos/" + g.cfg.Owner + "/" + g.cfg.Repo + fmt.Sprintf(format, args...)
}

func (g *gitee) Name() string { return Gitee }

type giteeUser struct {
	ID     int64  `json:"id"`
	Login  string `json:"login"`
	Accept bool   `json:"accept"` // of an assignee: the review was passed
}

func (u giteeUser) account() Account { return Account{ID: u.ID, Login: u.Login} }

type giteePull struct {
	ID        int64       `json:"id"`
	Number    int64       `json:"number"`
	HTMLURL   string      `json:"html_url"`
	Title     string      `json:"title"`
	State     string      `json:"state"` // open, merged, closed
	Draft     bool        `json:"draft"`
	User      giteeUser   `json:"user"`
	Assignees []giteeUser `json:"assignees"`
	Merge     string      `json:"merge_commit_sha"`
	MergedAt  *time.Time  `json:"merged_at"`
	Base      struct {
		Ref string `json:"ref"`
		SHA string `json:"sha"`
	} `json:"base"`
	Head struct {
		SHA  string `json:"sha"`
		Repo *struct {
			FullName string `json:"full_name"`
		} `json:"repo"`
	} `json:"head"`
}

func (g *gitee) pull(ctx context.Context, number int64) (*giteePull, error) {
	var pr giteePull
	if err := g.call(ctx, http.MethodGet, g.path("/pulls/%d", number), nil, &pr); err != nil {
		return nil, err
	}
	if pr.Number != number || pr.Head.SHA == "" || pr.Base.Ref == "" || pr.User.ID == 0 {
		return nil, wrong("reading a pull request", "number, head, base or author is missing")
	}
	return &pr, nil
}

func (g *gitee) Request(ctx context.Context, number int64) (*Request, error) {
	pr, err := g.pull(ctx, number)
	if err != nil {
		return nil, err
	}
	r := &Request{
		Number: number, URL: pr.HTMLURL, Title: pr.Title,
		BaseBranch: pr.Base.Ref, BaseSHA: pr.Base.SHA, MergeBase: pr.Base.SHA, HeadSHA: pr.Head.SHA,
		Open: pr.State == "open", Merged: pr.State == "merged", Draft: pr.Draft,
		Author: pr.User.account(),
	}
	if pr.Head.Repo != nil {
		r.HeadRepo = pr.Head.Repo.FullName
	}
	if r.Merged {
		r.MergeSHA = pr.Merge
		if pr.MergedAt != nil {
			r.MergedAt = *pr.MergedAt
		}
	}
	var commits []*struct {
		SHA               string
		Author, Committer giteeUser
	}
	if err := g.call(ctx, http.MethodGet, g.path("/pulls/%d/commits", number), nil, &commits); err != nil {
		return nil, err
	}
	const most = 250 // commits that Gitee lists, on one page
	if len(commits) >= most {
		return nil, &Error{Kind: Refused, Op: "reading a pull request", Message: fmt.Sprintf("%d commits or more, so their authors cannot all be known: squash them", most)}
	}
	for _, c := range commits {
		if c == nil {
			return nil, wrong("reading a pull request", "a commit is missing")
		}
		r.Commits = append(r.Commits, Commit{c.SHA, distinct(c.Author.account(), c.Committer.account())})
	}
	return r, nil
}

// Reviews returns who passed the review. Gitee tells neither when nor on which
// commit, so none is bound to a commit: on Gitee votes are given by comments,
// which name what they approve.
func (g *gitee) Reviews(ctx context.Context, number int64) ([]Review, error) {
	pr, err := g.pull(ctx, number)
	if err != nil {
		return nil, err
	}
	var reviews []Review
	for _, a := range pr.Assignees {
		if a.Accept {
			reviews = append(reviews, Review{ID: fmt.Sprintf("approval-%d", a.ID), By: a.account(), State: Approve, URL: pr.HTMLURL})
		}
	}
	return reviews, nil
}

type giteeComment struct {
	ID      int64     `json:"id"`
	User    giteeUser `json:"user"`
	Body    string    `json:"body"`
	Created time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
	HTMLURL string    `json:"html_url"`
}

func (g *gitee) Comments(ctx context.Context, number int64) ([]Comment, error) {
	const op = "reading comments"
	list, err := settled(op, func(c *giteeComment) int64 { return c.ID }, func() ([]*giteeComment, error) {
		return pages[giteeComment](ctx, g, op, g.path("/pulls/%d/comments", number), url.Values{"comment_type": {"pr_comment"}})
	})
	if err != nil {
		return nil, err
	}
	comments := make([]Comment, 0, len(list))
	for _, c := range list {
		comments = append(comments, Comment{
			ID: strconv.FormatInt(c.ID, 10), By: c.User.account(), Body: c.Body, Created: c.Created, Updated: c.Updated,
			Edited: !c.Updated.Equal(c.Created), URL: c.HTMLURL,
		})
	}
	slices.SortStableFunc(comments, func(a, b Comment) int { return a.Created.Compare(b.Created) })
	return comments, nil
}

func (g *gitee) PutComment(ctx context.Context, number int64, marker, body string) (string, error) {
	me := Account{Login: g.cfg.Account}
	if me.Login == "" {
		var user giteeUser
		if err := g.call(ctx, http.MethodGet, "/user", nil, &user); err != nil {
			return "", err
		}
		me = user.account()
	}
	comments, err := g.Comments(ctx, number)
	if err != nil {
		return "", err
	}
	body = fit(body)
	old, found := mine(comments, me, marker)
	if found && old.Body == body {
		return old.URL, nil
	}
	method, path := http.MethodPost, g.path("/pulls/%d/comments", number)
	if found {
		method, path = http.MethodPatch, g.path("/pulls/comments/%s", old.ID)
	}
	var c giteeComment
	if err := g.call(ctx, method, path, map[string]string{"body": body}, &c); err != nil {
		return "", err
	}
	return c.HTMLURL, nil
}

// SetStatus keeps one check run per name and commit; Gitee has no statuses.
func (g *gitee) SetStatus(ctx context.Context, sha string, s Status) error {
	if err := s.checked(sha); err != nil {
		return err
	}
	var existing struct {
		Runs []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"check_runs"`
	}
	query := url.Values{"check_name": {s.Name}, "filter": {"latest"}}
	if err := g.call(ctx, http.MethodGet, g.path("/commits/%s/check-runs?%s", sha, query.Encode()), nil, &existing); err != nil {
		return err
	}
	run := map[string]any{
		"name": s.Name, "head_sha": sha, "status": "completed", "completed_at": g.cfg.Now().UTC().Format(time.RFC3339),
		"output": map[string]string{"title": short(s.Description, 100), "summary": s.Description},
	}
	if s.URL != "" {
		run["details_url"] = s.URL
	}
	switch s.State {
	case Pending:
		run["status"] = "in_progress"
		delete(run, "completed_at")
	case Success:
		run["conclusion"] = "success"
	default:
		run["conclusion"] = "failure"
	}
	var last int64
	for _, r := range existing.Runs {
		if r.Name == s.Name {
			last = max(last, r.ID)
		}
	}
	if last != 0 {
		return g.call(ctx, http.MethodPatch, g.path("/check-runs/%d", last), run, nil)
	}
	return g.call(ctx, http.MethodPost, g.path("/check-runs"), run, nil)
}

func (g *gitee) OpenRequests(ctx context.Context) ([]int64, error) {
	list, err := pages[giteePull](ctx, g, "listing open requests", g.path("/pulls"), url.Values{"state": {"open"}, "sort": {"created"}, "direction": {"asc"}})
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, pr := range list {
		numbers = append(numbers, pr.Number)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// pages reads every page of a list; Gitee tells their number in a header.
func pages[T any](ctx context.Context, g *gitee, op, path string, query url.Values) ([]*T, error) {
	return all(op, func(page int) ([]*T, bool, error) {
		query.Set("page", strconv.Itoa(page))
		query.Set("per_page", strconv.Itoa(perPage))
		var list []*T
		header, err := g.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &list)
		if err != nil {
			return nil, false, err
		}
		if total, err := strconv.Atoi(header.Get("Total_page")); err == nil {
			return list, page < total, nil
		}
		return list, len(list) > 0, nil
	})
}

func (g *gitee) call(ctx context.Context, method, path string, body, result any) error {
	_, err := g.do(ctx, method, path, body, result)
	return err
}

// do sends body, unless it is nil, and reads the answer into result, unless
// that is nil.
func (g *gitee) do(ctx context.Context, method, path string, body, result any) (http.Header, error) {
	op := method + " " + path
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, g.api+path, sent)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	}
	resp, err := g.http.Do(req)
	if err != nil {
		return nil, understood(op, err)
	}
	defer resp.Body.Close()
	if result != nil {
		if err := json.NewDecoder(resp.Body).Decode(result); err != nil {
			return nil, understood(op, err)
		}
	}
	return resp.Header, nil
}
