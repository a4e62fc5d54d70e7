package forge

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	api "gitlab.com/gitlab-org/api/client-go/v2"
)

type gitlab struct {
	cfg     Config
	client  *api.Client
	project string
}

func openGitLab(cfg Config) (Forge, error) {
	hc, u, err := cfg.client(cfg.BaseURL+"/api/v4/", "Private-Token", "")
	if err != nil {
		return nil, err
	}
	client, err := api.NewAuthSourceClient(api.Unauthenticated{}, // the transport sends the token
		api.WithBaseURL(u.String()), api.WithHTTPClient(hc), api.WithoutRetries(), api.WithCustomLimiter(unlimited{}),
		api.WithURLWarningLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	return &gitlab{cfg, client, cfg.Owner + "/" + cfg.Repo}, nil
}

// unlimited lets the transport alone mind the rate.
type unlimited struct{}

func (unlimited) Wait(context.Context) error { return nil }

func (g *gitlab) Name() string { return GitLab }

func (g *gitlab) Request(ctx context.Context, number int64) (*Request, error) {
	const op = "reading a merge request"
	mr, _, err := g.client.MergeRequests.GetMergeRequest(g.project, number, nil, api.WithContext(ctx))
	if err != nil {
		return nil, understood(op, err)
	}
	if mr.IID != number || mr.SHA == "" || mr.TargetBranch == "" || mr.Author == nil || mr.Author.ID == 0 {
		return nil, wrong(op, "number, head, target or author is missing")
	}
	r := &Request{
		Number: number, URL: mr.WebURL, Title: mr.Title,
		BaseBranch: mr.TargetBranch, BaseSHA: mr.DiffRefs.StartSha, MergeBase: mr.DiffRefs.BaseSha, HeadSHA: mr.SHA,
		Open: mr.State == "opened", Merged: mr.State == "merged", Draft: mr.Draft,
		Author: gitlabAccount(mr.Author),
	}
	if r.Merged {
		for _, sha := range []string{mr.MergeCommitSHA, mr.SquashCommitSHA, mr.SHA} { // the last when it was fast-forwarded
			if r.MergeSHA == "" {
				r.MergeSHA = sha
			}
		}
		if mr.MergedAt != nil {
			r.MergedAt = *mr.MergedAt
		}
	}
	switch {
	case mr.SourceProjectID == mr.TargetProjectID:
		r.HeadRepo = g.project
	case mr.SourceProjectID != 0:
		source, _, err := g.client.Projects.GetProject(mr.SourceProjectID, nil, api.WithContext(ctx))
		if err != nil && KindOf(err) != NotFound && KindOf(err) != Unauthorized {
			return nil, understood(op, err)
		}
		if err == nil {
			r.HeadRepo = source.PathWithNamespace
		}
	}
	return r, nil
}

// Reviews reads approvals and requests for changes. GitLab binds neither to a
// commit, so the commit is that of the version of the merge request that was
// the newest at the time: both times are from GitLab's own clock. An approval
// whose time is not known, falls on that of a version, or lies before the last
// change of the target branch, is bound to none.
func (g *gitlab) Reviews(ctx context.Context, number int64) ([]Review, error) {
	const op = "reading approvals"
	approvals, _, err := g.client.MergeRequestApprovals.GetConfiguration(g.project, number, api.WithContext(ctx))
	if err != nil {
		return nil, understood(op, err)
	}
	reviewers, _, err := g.client.MergeRequests.GetMergeRequestReviewers(g.project, number, api.WithContext(ctx))
	if err != nil {
		return nil, understood("reading reviewers", err)
	}
	versions, err := g.versions(ctx, number)
	if err != nil {
		return nil, err
	}
	notes, err := g.notes(ctx, number)
	if err != nil {
		return nil, err
	}
	var reviews []Review
	moved := retargeted(notes)
	for _, a := range approvals.ApprovedBy {
		if a == nil || a.User == nil {
			continue
		}
		when := noted(notes, a.User.ID, "approved this merge request")
		if a.ApprovedAt != nil {
			when = *a.ApprovedAt
		}
		r := Review{ID: fmt.Sprintf("approval-%d", a.User.ID), By: gitlabAccount(a.User), State: Approve, When: when}
		if when.After(moved) {
			r.Commit = versions.at(when)
		}
		reviews = append(reviews, r)
	}
	for _, r := range reviewers {
		if r == nil || r.User == nil {
			return nil, wrong("reading reviewers", "a reviewer is missing")
		}
		if r.State != "requested_changes" {
			continue
		}
		when := noted(notes, r.User.ID, "requested changes")
		commit := versions.at(when)
		if commit == "" && len(versions) > 0 { // an objection of unknown time is one to what is there
			last := versions[len(versions)-1]
			commit, when = last.head, last.since
		}
		reviews = append(reviews, Review{
			ID: fmt.Sprintf("objection-%d", r.User.ID), By: gitlabAccount(r.User), State: Reject,
			When: when, Commit: commit,
		})
	}
	slices.SortStableFunc(reviews, func(a, b Review) int { return a.When.Compare(b.When) })
	return reviews, nil
}

// version is one state of a merge request that was pushed.
type version struct {
	head  string
	since time.Time
}

// versions are in the order in which they were pushed.
type versions []version

// at returns the head that a merge request had at a time, "" when that cannot
// be told for certain.
func (v versions) at(when time.Time) string {
	head := ""
	for _, one := range v {
		switch {
		case one.since.Equal(when):
			return ""
		case one.since.Before(when):
			head = one.head
		}
	}
	return head
}

func (g *gitlab) versions(ctx context.Context, number int64) (versions, error) {
	const op = "reading versions"
	list, err := all(op, func(page int) ([]*api.MergeRequestDiffVersion, bool, error) {
		list, resp, err := g.client.MergeRequests.GetMergeRequestDiffVersions(g.project, number,
			&api.GetMergeRequestDiffVersionsOptions{ListOptions: g.page(page)}, api.WithContext(ctx))
		return list, err == nil && resp.NextPage != 0, err
	})
	if err != nil {
		return nil, err
	}
	var vs versions
	for _, v := range list {
		if v.CreatedAt == nil || v.HeadCommitSHA == "" {
			return nil, wrong(op, "version %d has no time or no head", v.ID)
		}
		vs = append(vs, version{v.HeadCommitSHA, *v.CreatedAt})
	}
	slices.SortStableFunc(vs, func(a, b version) int { return a.since.Compare(b.since) })
	return vs, nil
}

// noted returns when GitLab last noted that somebody did something; only GitLab
// itself can write such a note.
func noted(notes []*api.Note, user int64, what string) time.Time {
	var last time.Time
	for _, n := range notes {
		if n.System && n.Author.ID == user && n.Body == what && n.CreatedAt != nil && n.CreatedAt.After(last) {
			last = *n.CreatedAt
		}
	}
	return last
}

// retargeted returns when GitLab last noted that a merge request asks into
// another branch, by hand or because its branch was deleted; zero for never.
func retargeted(notes []*api.Note) time.Time {
	var last time.Time
	for _, n := range notes {
		if n.System && n.CreatedAt != nil && n.CreatedAt.After(last) &&
			(strings.HasPrefix(n.Body, "changed target branch from ") || strings.Contains(n.Body, " branch. This merge request now targets the ")) {
			last = *n.CreatedAt
		}
	}
	return last
}

func (g *gitlab) notes(ctx context.Context, number int64) ([]*api.Note, error) {
	const op = "reading comments"
	return settled(op, func(n *api.Note) int64 { return n.ID }, func() ([]*api.Note, error) {
		return all(op, func(page int) ([]*api.Note, bool, error) {
			list, resp, err := g.client.Notes.ListMergeRequestNotes(g.project, number,
				&api.ListMergeRequestNotesOptions{ListOptions: g.page(page), Sort: new("asc")}, api.WithContext(ctx))
			return list, err == nil && resp.NextPage != 0, err
		})
	})
}

func (g *gitlab) page(n int) api.ListOptions {
	return api.ListOptions{Page: int64(n), PerPage: perPage}
}

func (g *gitlab) Comments(ctx context.Context, number int64) ([]Comment, error) {
	notes, err := g.notes(ctx, number)
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("%s/%s/-/merge_requests/%d", g.cfg.BaseURL, g.project, number)
	var comments []Comment
	for _, n := range notes {
		if n.System || n.Internal || n.Type == api.DiffNote || n.CreatedAt == nil {
			continue
		}
		c := Comment{
			ID: strconv.FormatInt(n.ID, 10), By: gitlabAccount(&api.BasicUser{ID: n.Author.ID, Username: n.Author.Username}),
			Body: n.Body, Created: *n.CreatedAt, Updated: *n.CreatedAt, URL: fmt.Sprintf("%s#note_%d", address, n.ID),
		}
		if n.UpdatedAt != nil {
			c.Updated = *n.UpdatedAt
		}
		c.Edited = !c.Updated.Equal(c.Created)
		comments = append(comments, c)
	}
	return comments, nil
}

func (g *gitlab) PutComment(ctx context.Context, number int64, marker, body string) (string, error) {
	me := Account{Login: g.cfg.Account}
	if me.Login == "" {
		user, _, err := g.client.Users.CurrentUser(api.WithContext(ctx))
		if err != nil {
			return "", understood("asking whose token this is", err)
		}
		me = Account{ID: user.ID, Login: user.Username}
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
	var n *api.Note
	if found {
		id, _ := strconv.ParseInt(old.ID, 10, 64)
		n, _, err = g.client.Notes.UpdateMergeRequestNote(g.project, number, id, &api.UpdateMergeRequestNoteOptions{Body: &body}, api.WithContext(ctx))
	} else {
		n, _, err = g.client.Notes.CreateMergeRequestNote(g.project, number, &api.CreateMergeRequestNoteOptions{Body: &body}, api.WithContext(ctx))
	}
	if err != nil {
		return "", understood("writing a comment", err)
	}
	return fmt.Sprintf("%s/%s/-/merge_requests/%d#note_%d", g.cfg.BaseURL, g.project, number, n.ID), nil
}

func (g *gitlab) SetStatus(ctx context.Context, sha string, s Status) error {
	if err := s.checked(sha); err != nil {
		return err
	}
	state := map[string]api.BuildStateValue{Pending: api.Pending, Success: api.Success, Failure: api.Failed, Broken: api.Failed}[s.State]
	opt := &api.SetCommitStatusOptions{State: state, Name: &s.Name, Description: new(short(s.Description, 255))}
	if s.URL != "" {
		opt.TargetURL = &s.URL
	}
	_, _, err := g.client.Commits.SetCommitStatus(g.project, sha, opt, api.WithContext(ctx))
	// GitLab takes it for wrong to set a status to what it is.
	if KindOf(err) == Refused {
		now, _, readErr := g.client.Commits.GetCommitStatuses(g.project, sha, &api.GetCommitStatusesOptions{Name: &s.Name}, api.WithContext(ctx))
		if readErr == nil && len(now) > 0 && !slices.ContainsFunc(now, func(c *api.CommitStatus) bool { return c.Status != string(state) }) {
			return nil
		}
	}
	return understood("setting a status", err)
}

func (g *gitlab) OpenRequests(ctx context.Context) ([]int64, error) {
	list, err := all("listing open requests", func(page int) ([]*api.BasicMergeRequest, bool, error) {
		list, resp, err := g.client.MergeRequests.ListProjectMergeRequests(g.project,
			&api.ListProjectMergeRequestsOptions{ListOptions: g.page(page), State: new("opened"), OrderBy: new("created_at"), Sort: new("asc")}, api.WithContext(ctx))
		return list, err == nil && resp.NextPage != 0, err
	})
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, mr := range list {
		numbers = append(numbers, mr.IID)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// gitlabBot matches the accounts that GitLab makes for access tokens of
// projects and groups; its API does not mark them.
var gitlabBot = regexp.MustCompile(`^(project|group)_\d+_bot`)

func gitlabAccount(u *api.BasicUser) Account {
	return Account{ID: u.ID, Login: u.Username, Bot: gitlabBot.MatchString(u.Username)}
}
