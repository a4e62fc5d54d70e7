package forge

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/google/go-github/v89/github"
)

// maxGitHubCommits is how many commits of a request GitHub lists, whatever page
// is asked for.
const maxGitHubCommits = 250

type github struct {
	cfg    Config
	client *api.Client
}

func openGitHub(cfg Config) (Forge, error) {
	// github.com and its tenants have their API on a host of its own, an
	// installation in a department's own network under a path.
	root := cfg.BaseURL + "/api/v3/"
	u, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if u.Host == "github.com" || strings.HasSuffix(u.Host, ".ghe.com") {
		root = u.Scheme + "://api." + u.Host + "/"
	}
	hc, _, err := cfg.client(root, "Authorization", "Bearer ")
	if err != nil {
		return nil, err
	}
	client, err := api.NewClient(api.WithHTTPClient(hc), api.WithURLs(&root, &root), api.WithDisableRateLimitCheck())
	if err != nil {
		return nil, err
	}
	return &github{cfg, client}, nil
}

func (g *github) Name() string { return GitHub }

func (g *github) Request(ctx context.Context, number int64) (*Request, error) {
	const op = "reading a pull request"
	pr, _, err := g.client.PullRequests.Get(ctx, g.cfg.Owner, g.cfg.Repo, int(number))
	if err != nil {
		return nil, understood(op, err)
	}
	switch {
	case int64(pr.GetNumber()) != number || pr.GetHead().GetSHA() == "" || pr.GetBase().GetRef() == "" || pr.GetUser().GetID() == 0:
		return nil, wrong(op, "number, head, base or author is missing")
	case pr.GetCommits() > maxGitHubCommits:
		return nil, &Error{Kind: Refused, Op: op, Message: "more than " + strconv.Itoa(maxGitHubCommits) + " commits, so their authors cannot all be known: squash them"}
	}
	r := &Request{
		Number: number, URL: pr.GetHTMLURL(), Title: pr.GetTitle(),
		BaseBranch: pr.GetBase().GetRef(), BaseSHA: pr.GetBase().GetSHA(), MergeBase: pr.GetBase().GetSHA(),
		HeadSHA: pr.GetHead().GetSHA(), HeadRepo: pr.GetHead().GetRepo().GetFullName(),
		Open: pr.GetState() == "open", Merged: pr.GetMerged(), Draft: pr.GetDraft(),
		Author: githubAccount(pr.GetUser()),
	}
	if r.Merged { // before it, GitHub names a trial merge here
		r.MergeSHA, r.MergedAt = pr.GetMergeCommitSHA(), pr.GetMergedAt().Time
	}
	commits, err := all(op, func(page int) ([]*api.RepositoryCommit, bool, error) {
		list, resp, err := g.client.PullRequests.ListCommits(ctx, g.cfg.Owner, g.cfg.Repo, int(number), &api.ListOptions{Page: page, PerPage: perPage})
		return list, err == nil && resp.NextPage != 0, err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range commits {
		r.Commits = append(r.Commits, Commit{c.GetSHA(), distinct(githubAccount(c.GetAuthor()), githubAccount(c.GetCommitter()))})
	}
	return r, nil
}

func (g *github) Reviews(ctx context.Context, number int64) ([]Review, error) {
	const op = "reading reviews"
	list, err := settled(op, (*api.PullRequestReview).GetID, func() ([]*api.PullRequestReview, error) {
		return all(op, func(page int) ([]*api.PullRequestReview, bool, error) {
			list, resp, err := g.client.PullRequests.ListReviews(ctx, g.cfg.Owner, g.cfg.Repo, int(number), &api.ListOptions{Page: page, PerPage: perPage})
			return list, err == nil && resp.NextPage != 0, err
		})
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, nil
	}
	pr, _, err := g.client.PullRequests.Get(ctx, g.cfg.Owner, g.cfg.Repo, int(number))
	if err != nil {
		return nil, understood("reading a pull request", err)
	}
	history, err := g.history(ctx, number)
	if err != nil {
		return nil, err
	}
	states := map[string]string{"APPROVED": Approve, "CHANGES_REQUESTED": Reject, "DISMISSED": Dismissed, "COMMENTED": Remark}
	var reviews []Review
	for _, r := range list {
		state, ok := states[strings.ToUpper(r.GetState())]
		if !ok { // PENDING: a draft of our own account
			continue
		}
		v := Review{
			ID: strconv.FormatInt(r.GetID(), 10), By: githubAccount(r.GetUser()), State: state,
			Commit: r.GetCommitID(), Body: r.GetBody(), When: r.GetSubmittedAt().Time, URL: r.GetHTMLURL(),
		}
		switch {
		case state == Dismissed && history.silenced(r.GetID(), v.By):
			v.State = Reject
		case state == Approve && history.doubtful(v.Commit, pr.GetHead().GetSHA(), v.When):
			v.Commit = "" // an objection is heard wherever GitHub says that it was made
		}
		reviews = append(reviews, v)
	}
	return reviews, nil
}

// githubHistory is what GitHub noted of a pull request, by its own clock.
type githubHistory struct {
	forcePushes []forcePush
	dismissals  []*api.IssueEvent
	retargeted  time.Time // last, zero for never
}

// forcePush is one replacement of a request's head by something that does not
// contain it.
type forcePush struct {
	head string // "" when GitHub no longer knows it
	when time.Time
}

// doubtful reports whether the commit of an approval does not say what was
// approved. When the request asked into another branch, the commit was shown as
// other changes. After a force push GitHub may name the new head as the commit of reviews that were
// given before it, on something else. What can be believed is the time of a
// review and the times of the force pushes; dates in commits are whatever their
// author wrote.
func (h githubHistory) doubtful(commit, head string, when time.Time) bool {
	if !h.retargeted.Before(when) {
		return true
	}
	for _, push := range h.forcePushes {
		if !push.when.Before(when) && (commit == head || commit == push.head || push.head == "") {
			return true
		}
	}
	return false
}

// silenced reports whether a dismissed review was an objection that somebody
// else than its author dismissed: whoever may push can do that, and it takes
// nothing back. The author takes it back by approving, or by a comment.
func (h githubHistory) silenced(review int64, author Account) bool {
	for _, e := range h.dismissals {
		if d := e.GetDismissedReview(); d.GetReviewID() == review {
			return strings.EqualFold(d.GetState(), "changes_requested") && e.GetActor().GetID() != author.ID
		}
	}
	return false
}

func (g *github) history(ctx context.Context, number int64) (githubHistory, error) {
	var h githubHistory
	events, err := all("reading events", func(page int) ([]*api.IssueEvent, bool, error) {
		list, resp, err := g.client.Issues.ListIssueEvents(ctx, g.cfg.Owner, g.cfg.Repo, int(number), &api.ListOptions{Page: page, PerPage: perPage})
		return list, err == nil && resp.NextPage != 0, err
	})
	for _, e := range events {
		switch e.GetEvent() {
		case "head_ref_force_pushed":
			h.forcePushes = append(h.forcePushes, forcePush{e.GetCommitID(), e.GetCreatedAt().Time})
		case "review_dismissed":
			h.dismissals = append(h.dismissals, e)
		case "base_ref_changed", "automatic_base_change_succeeded":
			if at := e.GetCreatedAt().Time; at.After(h.retargeted) {
				h.retargeted = at
			}
		}
	}
	return h, err
}

func (g *github) Comments(ctx context.Context, number int64) ([]Comment, error) {
	const op = "reading comments"
	list, err := settled(op, (*api.IssueComment).GetID, func() ([]*api.IssueComment, error) {
		return all(op, func(page int) ([]*api.IssueComment, bool, error) {
			list, resp, err := g.client.Issues.ListComments(ctx, g.cfg.Owner, g.cfg.Repo, int(number),
				&api.IssueListCommentsOptions{ListOptions: api.ListOptions{Page: page, PerPage: perPage}})
			return list, err == nil && resp.NextPage != 0, err
		})
	})
	if err != nil {
		return nil, err
	}
	comments := make([]Comment, 0, len(list))
	for _, c := range list {
		comments = append(comments, Comment{
			ID: strconv.FormatInt(c.GetID(), 10), By: githubAccount(c.GetUser()), Body: c.GetBody(),
			Created: c.GetCreatedAt().Time, Updated: c.GetUpdatedAt().Time,
			Edited: !c.GetUpdatedAt().Equal(c.GetCreatedAt()), URL: c.GetHTMLURL(),
		})
	}
	return comments, nil
}

func (g *github) PutComment(ctx context.Context, number int64, marker, body string) (string, error) {
	me, err := g.self(ctx)
	if err != nil {
		return "", err
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
	var c *api.IssueComment
	if found {
		id, _ := strconv.ParseInt(old.ID, 10, 64)
		c, _, err = g.client.Issues.EditComment(ctx, g.cfg.Owner, g.cfg.Repo, id, &api.IssueComment{Body: &body})
	} else {
		c, _, err = g.client.Issues.CreateComment(ctx, g.cfg.Owner, g.cfg.Repo, int(number), &api.IssueComment{Body: &body})
	}
	if err != nil {
		return "", understood("writing a comment", err)
	}
	return c.GetHTMLURL(), nil
}

// self finds out whose token this is. GitHub answers the token of a job to the
// GraphQL question alone.
func (g *github) self(ctx context.Context) (Account, error) {
	if g.cfg.Account != "" {
		return Account{Login: g.cfg.Account}, nil
	}
	graphql := strings.TrimSuffix(g.client.BaseURL(), "v3/") + "graphql"
	req, err := g.client.NewRequest(ctx, http.MethodPost, graphql, map[string]string{"query": "query{viewer{login databaseId}}"})
	if err != nil {
		return Account{}, err
	}
	var answer struct {
		Data struct {
			Viewer struct {
				Login      string `json:"login"`
				DatabaseID int64  `json:"databaseId"`
			} `json:"viewer"`
		} `json:"data"`
	}
	if _, err := g.client.Do(req, &answer); err != nil {
		return Account{}, understood("asking whose token this is", err)
	}
	v := answer.Data.Viewer
	if v.Login == "" || v.DatabaseID == 0 {
		return Account{}, wrong("asking whose token this is", "no answer")
	}
	return Account{ID: v.DatabaseID, Login: v.Login}, nil
}

func (g *github) SetStatus(ctx context.Context, sha string, s Status) error {
	if err := s.checked(sha); err != nil {
		return err
	}
	description := short(s.Description, 140)
	status := api.RepoStatus{State: &s.State, Context: &s.Name, Description: &description}
	if s.URL != "" {
		status.TargetURL = &s.URL
	}
	_, _, err := g.client.Repositories.CreateStatus(ctx, g.cfg.Owner, g.cfg.Repo, sha, status)
	return understood("setting a status", err)
}

func (g *github) OpenRequests(ctx context.Context) ([]int64, error) {
	list, err := all("listing open requests", func(page int) ([]*api.PullRequest, bool, error) {
		list, resp, err := g.client.PullRequests.List(ctx, g.cfg.Owner, g.cfg.Repo,
			&api.PullRequestListOptions{State: "open", Sort: "created", Direction: "asc", ListOptions: api.ListOptions{Page: page, PerPage: perPage}})
		return list, err == nil && resp.NextPage != 0, err
	})
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, pr := range list {
		numbers = append(numbers, int64(pr.GetNumber()))
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func githubAccount(u *api.User) Account {
	return Account{ID: u.GetID(), Login: u.GetLogin(), Bot: u.GetType() == "Bot"}
}
