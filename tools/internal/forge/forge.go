// Package forge speaks with the place where a registry's requests are
// discussed: GitHub, GitLab, Gitea or Forgejo, Gitee. It reads a request, its
// reviews and comments, keeps one comment of its own up to date and sets one
// status on a commit. It merges nothing and decides nothing: what a review is
// worth, who its author is, whether a status blocks are the caller's to say,
// and it knows nothing of projects, transitions or departments.
//
// Which function do I want?
//
//   - [Detect] inside a CI, to know which forge and which request it is about.
//   - [Open] for the forge itself.
//   - [Error] to tell "you may not" from "not now" from "there is no such thing".
//
// Everything that a forge answers is taken to be written by strangers. A review
// counts for the commit that it was given on, and where a forge cannot be
// believed about that commit, [Review.Commit] is empty: an approval of nobody
// knows what is an approval of nothing.
package forge

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Kinds of forge that [Open] knows.
const (
	GitHub  = "github"
	GitLab  = "gitlab"
	Gitea   = "gitea"
	Forgejo = "forgejo"
	Gitee   = "gitee"
)

// Kinds returns the names that [Config.Kind] may have.
func Kinds() []string { return []string{GitHub, GitLab, Gitea, Forgejo, Gitee} }

// Forge is one repository on one forge. Its methods may be called by several
// goroutines at once; each error of theirs is or wraps an [*Error].
type Forge interface {
	// Name is the kind of the forge, as the register of people writes it.
	Name() string
	Request(ctx context.Context, number int64) (*Request, error)
	// Reviews returns every review of a request, oldest first.
	Reviews(ctx context.Context, number int64) ([]Review, error)
	// Comments returns every comment of the conversation, oldest first; notes
	// that the forge itself wrote and comments on lines of code are not among them.
	Comments(ctx context.Context, number int64) ([]Comment, error)
	// PutComment writes body as our own comment that holds marker, or replaces
	// the one that is there. Somebody else's comment is never touched, whatever
	// it holds. A body over [MaxComment] is cut.
	PutComment(ctx context.Context, number int64, marker, body string) (address string, err error)
	// SetStatus sets one named status on a commit.
	SetStatus(ctx context.Context, sha string, status Status) error
	// OpenRequests returns the numbers of the open requests, ascending.
	OpenRequests(ctx context.Context) ([]int64, error)
}

// Account is somebody on a forge. The ID stays when the login changes hands.
type Account struct {
	ID    int64
	Login string
	Bot   bool // the forge says that it is no person
}

// Request is a pull or merge request.
type Request struct {
	Number     int64
	URL, Title string
	BaseBranch string
	BaseSHA    string // tip of the base branch as the request knows it
	HeadSHA    string
	HeadRepo   string // owner/name the head lives in; "" when it is gone
	Open       bool
	Merged     bool
	Draft      bool
	MergeSHA   string    // commit that the merge made, the last of several; "" before it
	MergedAt   time.Time // zero before it, and when the forge does not tell
	// MergeBase is where the request leaves its base branch, as far as the forge
	// knows: "" or a commit that is further on when it does not.
	MergeBase string
	Author    Account
	// Commits are those of the request, as far as the forge tells accounts for
	// them: GitLab does for none. Names and addresses in them are for the caller
	// to read.
	Commits []Commit
}

// Commit is a commit of a request, with the accounts that the forge knows for its
// author and its committer, each once.
type Commit struct {
	SHA string
	By  []Account
}

// States of a [Review].
const (
	Approve   = "approve"
	Reject    = "reject"
	Dismissed = "dismissed" // taken back, by its author or by another
	Remark    = "comment"   // says nothing for or against
)

// Review is what somebody said of a request by the forge's own buttons.
type Review struct {
	ID    string
	By    Account
	State string
	// Commit is the head that the review was given on, "" when the forge does
	// not know or cannot be believed about it, and for an approval from when the
	// request asked into another branch: it was shown as other changes.
	Commit string
	Body   string
	When   time.Time // zero when the forge does not tell
	URL    string
}

// Comment is one comment of the conversation.
type Comment struct {
	ID               string
	By               Account
	Body             string
	Created, Updated time.Time
	Edited           bool // since it was written, by anybody
	URL              string
}

// States of a [Status].
const (
	Pending = "pending"
	Success = "success"
	Failure = "failure"
	Broken  = "error" // the judging itself went wrong
)

// Status is the outcome that a forge shows beside a commit, and may require.
type Status struct {
	Name        string
	State       string
	Description string // cut to what the forge takes
	URL         string // may be empty
}

// Config says which repository of which forge, and how to reach it.
type Config struct {
	Kind        string
	BaseURL     string // of the forge as people visit it; "" for the public one of its kind
	Owner, Repo string // Owner may have several parts on GitLab: group/subgroup
	Token       string // sent to BaseURL's API alone; never in an error
	// Account is the login that Token speaks for. Empty: the forge is asked,
	// which tokens of a CI job are not always allowed to.
	Account string
	HTTP    *http.Client                               // nil: a plain one
	Wait    func(context.Context, time.Duration) error // nil: really waits
	Now     func() time.Time                           // nil: the system's clock
}

// Open prepares a forge. It speaks to nobody yet.
func Open(cfg Config) (Forge, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	switch cfg.Kind {
	case GitHub:
		return openGitHub(cfg)
	case GitLab:
		return openGitLab(cfg)
	case Gitea, Forgejo:
		return openGitea(cfg)
	case Gitee:
		return openGitee(cfg)
	}
	return nil, fmt.Errorf("unknown forge %q: must be one of %s", cfg.Kind, strings.Join(Kinds(), ", "))
}

// complete fills in what may be left out and refuses what cannot work.
func (cfg *Config) complete() error {
	if cfg.BaseURL == "" {
		public := map[string]string{GitHub: "https://github.com", GitLab: "https://gitlab.com", Gitee: "https://gitee.com"}
		cfg.BaseURL = public[cfg.Kind]
	}
	if cfg.BaseURL == "" && (cfg.Kind == Gitea || cfg.Kind == Forgejo) {
		return fmt.Errorf("%s has no public address: the base URL is needed", cfg.Kind)
	}
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("base URL must be like https://git.example.cn, without user or query")
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	for _, part := range append(strings.Split(cfg.Owner, "/"), cfg.Repo) {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "/?#%\\ ") {
			return fmt.Errorf("repository %q must be like owner/name", cfg.Owner+"/"+cfg.Repo)
		}
	}
	if cfg.Wait == nil {
		cfg.Wait = wait
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
