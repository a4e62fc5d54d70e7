package forge

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	api "code.gitea.io/sdk/gitea"
)

// gitea is Gitea, and Forgejo, which kept its API.
type gitea struct {
	cfg  Config
	http *http.Client
}

func openGitea(cfg Config) (Forge, error) {
	hc, _, err := cfg.client(cfg.BaseURL+"/api/v1", "Authorization", "token ")
	if err != nil {
		return nil, err
	}
	hc.Transport.(*transport).nullable = "/timeline"
	return &gitea{cfg, hc}, nil
}

// client returns a client for one call: Gitea's keeps its context.
func (g *gitea) client(ctx context.Context) *api.Client {
	// No version to ask for and no option that fails, so neither can this.
	c, _ := api.NewClient(g.cfg.BaseURL, api.SetGiteaVersion(""), api.SetHTTPClient(g.http), api.SetContext(ctx))
	return c
}

func (g *gitea) Name() string { return g.cfg.Kind }

func (g *gitea) Request(ctx context.Context, number int64) (*Request, error) {
	const op = "reading a pull request"
	pr, _, err := g.client(ctx).GetPullRequest(g.cfg.Owner, g.cfg.Repo, number)
	if err != nil {
		return nil, understood(op, err)
	}
	if pr.Index != number || pr.Head == nil || pr.Head.Sha == "" || pr.Base == nil || pr.Base.Ref == "" || pr.Poster == nil {
		return nil, wrong(op, "number, head, base or author is missing")
	}
	r := &Request{
		Number: number, URL: pr.HTMLURL, Title: pr.Title,
		BaseBranch: pr.Base.Ref, BaseSHA: pr.Base.Sha, HeadSHA: pr.Head.Sha, MergeBase: pr.MergeBase,
		Open: pr.State == api.StateOpen, Merged: pr.HasMerged, Draft: pr.Draft,
		Author: giteaAccount(pr.Poster),
	}
	if pr.Head.Repository != nil {
		r.HeadRepo = pr.Head.Repository.FullName
	}
	if r.Merged && pr.MergedCommitID != nil {
		r.MergeSHA = *pr.MergedCommitID
	}
	if r.Merged && pr.Merged != nil {
		r.MergedAt = *pr.Merged
	}
	commits, err := counted(op, func(page int) ([]*api.Commit, *api.Response, error) {
		return g.client(ctx).ListPullRequestCommits(g.cfg.Owner, g.cfg.Repo, number, api.ListPullRequestCommitsOptions{ListOptions: g.page(page)})
	})
	if err != nil {
		return nil, err
	}
	for _, c := range commits {
		one := Commit{By: distinct(giteaAccount(c.Author), giteaAccount(c.Committer))}
		if c.CommitMeta != nil {
			one.SHA = c.SHA
		}
		r.Commits = append(r.Commits, one)
	}
	return r, nil
}

func (g *gitea) Reviews(ctx context.Context, number int64) ([]Review, error) {
	const op = "reading reviews"
	list, err := settled(op, func(r *api.PullReview) int64 { return r.ID }, func() ([]*api.PullReview, error) {
		return counted(op, func(page int) ([]*api.PullReview, *api.Response, error) {
			return g.client(ctx).ListPullReviews(g.cfg.Owner, g.cfg.Repo, number, api.ListPullReviewsOptions{ListOptions: g.page(page)})
		})
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, nil
	}
	moves, err := g.moves(ctx, number)
	if err != nil {
		return nil, err
	}
	states := map[api.ReviewStateType]string{api.ReviewStateApproved: Approve, api.ReviewStateRequestChanges: Reject, api.ReviewStateComment: Remark}
	var reviews []Review
	for _, r := range list {
		state, ok := states[r.State]
		if !ok { // asked for, or not sent off yet
			continue
		}
		// Only administrators can dismiss, and not their own: an objection stands.
		if r.Dismissed && state != Reject {
			state = Dismissed
		}
		v := Review{
			ID: strconv.FormatInt(r.ID, 10), By: giteaAccount(r.Reviewer), State: state, Commit: r.CommitID,
			Body: r.Body, When: r.Submitted, URL: r.HTMLURL,
		}
		if state == Approve && !moves.shown(r.Submitted) {
			v.Commit = "" // it may have been shown as changes to another branch
		}
		reviews = append(reviews, v)
	}
	slices.SortStableFunc(reviews, func(a, b Review) int { return a.When.Compare(b.When) })
	return reviews, nil
}

// giteaMoves is what a timeline tells of where a request asks into, and of what
// was there to be seen.
type giteaMoves struct {
	retargeted time.Time // last
	pushed     time.Time // earliest push that is still noted
	forced     time.Time // last forced push
}

// shown reports whether what an approval of that time was given on is certain to
// have been compared with the branch of now. That no change of it is noted is not
// enough: a timeline can be flooded with what it does not show. But such a change
// takes all pushes before it out of the timeline. So does a forced push, which is
// noted itself; what came before that was then read as well.
func (m *giteaMoves) shown(at time.Time) bool {
	return at.After(m.retargeted) && (!m.pushed.IsZero() && !m.pushed.After(at) || m.forced.After(at))
}

func (m *giteaMoves) take(events []*api.TimelineComment) {
	for _, e := range events {
		switch {
		case e == nil:
		case e.Type == "change_target_branch" && e.Created.After(m.retargeted):
			m.retargeted = e.Created
		case e.Type == "pull_push":
			if m.pushed.IsZero() || e.Created.Before(m.pushed) {
				m.pushed = e.Created
			}
			var push struct {
				Forced bool `json:"is_force_push"`
			}
			if json.Unmarshal([]byte(e.Body), &push) == nil && push.Forced && e.Created.After(m.forced) {
				m.forced = e.Created
			}
		}
	}
}

// moves reads the timeline of a request. It leaves out comments on lines of code,
// and what it must not show, only after it was cut into pages: so a page may be
// empty (Gitea then says null) though others follow, and no number of them is
// certain to be the end. Before 1.26 all is given to who asks for page 0.
func (g *gitea) moves(ctx context.Context, number int64) (*giteaMoves, error) {
	const enough = 3 // empty pages in a row
	moves, empty := &giteaMoves{}, 0
	_, err := all("reading the timeline", func(page int) ([]*api.TimelineComment, bool, error) {
		if page--; page == 0 {
			page = -1 // the client's word for 0
		}
		list, _, err := g.client(ctx).ListIssueTimeline(g.cfg.Owner, g.cfg.Repo, number, api.ListIssueCommentOptions{ListOptions: g.page(page)})
		moves.take(list)
		if empty++; len(list) > 0 {
			empty = 0
		}
		return list, err == nil && empty < enough, err
	})
	return moves, err
}

func (g *gitea) Comments(ctx context.Context, number int64) ([]Comment, error) {
	list, err := all("reading comments", func(int) ([]*api.Comment, bool, error) {
		// Gitea gives all of them at once, whatever page is asked for.
		list, _, err := g.client(ctx).ListIssueComments(g.cfg.Owner, g.cfg.Repo, number, api.ListIssueCommentOptions{})
		return list, false, err
	})
	if err != nil {
		return nil, err
	}
	comments := make([]Comment, 0, len(list))
	for _, c := range list {
		comments = append(comments, Comment{
			ID: strconv.FormatInt(c.ID, 10), By: giteaAccount(c.Poster), Body: c.Body, Created: c.Created, Updated: c.Updated,
			Edited: !c.Updated.Equal(c.Created), URL: c.HTMLURL,
		})
	}
	return comments, nil
}

func (g *gitea) PutComment(ctx context.Context, number int64, marker, body string) (string, error) {
	me := Account{Login: g.cfg.Account}
	if me.Login == "" {
		user, _, err := g.client(ctx).GetMyUserInfo()
		if err != nil {
			return "", understood("asking whose token this is", err)
		}
		me = giteaAccount(user)
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
	var c *api.Comment
	if found {
		id, _ := strconv.ParseInt(old.ID, 10, 64)
		c, _, err = g.client(ctx).EditIssueComment(g.cfg.Owner, g.cfg.Repo, id, api.EditIssueCommentOption{Body: body})
	} else {
		c, _, err = g.client(ctx).CreateIssueComment(g.cfg.Owner, g.cfg.Repo, number, api.CreateIssueCommentOption{Body: body})
	}
	if err != nil {
		return "", understood("writing a comment", err)
	}
	return c.HTMLURL, nil
}

func (g *gitea) SetStatus(ctx context.Context, sha string, s Status) error {
	if err := s.checked(sha); err != nil {
		return err
	}
	_, _, err := g.client(ctx).CreateStatus(g.cfg.Owner, g.cfg.Repo, sha, api.CreateStatusOption{
		State: api.StatusState(s.State), Context: s.Name, Description: short(s.Description, 255), TargetURL: s.URL,
	})
	return understood("setting a status", err)
}

func (g *gitea) OpenRequests(ctx context.Context) ([]int64, error) {
	list, err := counted("listing open requests", func(page int) ([]*api.PullRequest, *api.Response, error) {
		return g.client(ctx).ListRepoPullRequests(g.cfg.Owner, g.cfg.Repo, api.ListPullRequestsOptions{ListOptions: g.page(page), State: api.StateOpen, Sort: "oldest"})
	})
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, pr := range list {
		numbers = append(numbers, pr.Index)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func (g *gitea) page(n int) api.ListOptions { return api.ListOptions{Page: n, PageSize: perPage} }

// counted reads every page of a list of Gitea's, which cuts pages to a size of
// its own and tells the number of items in a header, but not with every list
// whether a page follows.
func counted[T any](op string, fetch func(page int) ([]*T, *api.Response, error)) ([]*T, error) {
	got := 0
	return all(op, func(page int) ([]*T, bool, error) {
		list, resp, err := fetch(page)
		if err != nil {
			return nil, false, err
		}
		got += len(list)
		if total, err := strconv.Atoi(resp.Header.Get("X-Total-Count")); err == nil {
			if len(list) == 0 && got < total {
				return nil, false, wrong(op, "%d of %d items came", got, total)
			}
			return list, got < total, nil
		}
		return list, len(list) > 0, nil
	})
}

// giteaAccount reads an account; what an Actions job writes has a negative ID.
func giteaAccount(u *api.User) Account {
	if u == nil {
		return Account{}
	}
	return Account{ID: u.ID, Login: u.UserName, Bot: u.ID < 0}
}
