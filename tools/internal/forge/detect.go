package forge

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
)

// ErrNoCI means that the environment is not that of a CI that is known.
var ErrNoCI = errors.New("not in a CI job that says which forge it belongs to")

// Detect reads from the environment of a CI job which repository of which forge
// it is about, and which request: 0 when it is about none, as in a schedule.
// It knows GitHub Actions, Gitea and Forgejo Actions and GitLab CI.
//
// The token is TAIZHANG_TOKEN, or the one that the job was given for its forge.
// A number that comes from an event is an integer and nothing more: it says
// which request to judge, never how.
func Detect(env func(string) string, readFile func(string) ([]byte, error)) (Config, int64, error) {
	token := func(names ...string) string {
		for _, n := range append([]string{"TAIZHANG_TOKEN"}, names...) {
			if v := env(n); v != "" {
				return v
			}
		}
		return ""
	}
	own := env("TAIZHANG_TOKEN") != ""
	var cfg Config
	switch {
	// Forgejo's runner says that it is Gitea's too, and both that they are GitHub's.
	case env("FORGEJO_ACTIONS") == "true":
		cfg = Config{Kind: Forgejo, Token: token("FORGEJO_TOKEN", "GITHUB_TOKEN")}
		if !own {
			cfg.Account = "forgejo-actions"
		}
	case env("GITEA_ACTIONS") == "true":
		cfg = Config{Kind: Gitea, Token: token("GITEA_TOKEN", "GITHUB_TOKEN")}
		if !own {
			cfg.Account = "gitea-actions"
		}
	case env("GITHUB_ACTIONS") == "true":
		cfg = Config{Kind: GitHub, Token: token("GITHUB_TOKEN", "GH_TOKEN")}
	case env("GITLAB_CI") == "true":
		cfg = Config{Kind: GitLab, BaseURL: env("CI_SERVER_URL"), Token: token("GITLAB_TOKEN")}
		cfg.Owner, cfg.Repo = path.Split(env("CI_PROJECT_PATH"))
		cfg.Owner = strings.TrimSuffix(cfg.Owner, "/")
		n, err := number(env("CI_MERGE_REQUEST_IID"))
		if file := env("TRIGGER_PAYLOAD"); n == 0 && err == nil && file != "" {
			n, err = hookNumber(file, readFile)
		}
		return cfg, n, err
	default:
		return Config{}, 0, ErrNoCI
	}
	cfg.BaseURL = env("GITHUB_SERVER_URL")
	cfg.Owner, cfg.Repo, _ = strings.Cut(env("GITHUB_REPOSITORY"), "/")
	n, err := eventNumber(env("GITHUB_EVENT_PATH"), readFile)
	return cfg, n, err
}

// eventNumber finds the request in the file that describes an event.
func eventNumber(file string, readFile func(string) ([]byte, error)) (int64, error) {
	if file == "" {
		return 0, nil
	}
	var event struct {
		PullRequest *struct {
			Number int64 `json:"number"`
		} `json:"pull_request"`
		Issue *struct {
			Number      int64           `json:"number"`
			PullRequest json.RawMessage `json:"pull_request"`
		} `json:"issue"`
		MergeGroup *struct {
			HeadRef string `json:"head_ref"`
		} `json:"merge_group"`
	}
	if err := readEvent(file, readFile, &event); err != nil {
		return 0, err
	}
	switch {
	case event.PullRequest != nil:
		return event.PullRequest.Number, nil
	case event.Issue != nil && len(event.Issue.PullRequest) > 0 && string(event.Issue.PullRequest) != "null":
		return event.Issue.Number, nil
	case event.MergeGroup != nil:
		// refs/heads/gh-readonly-queue/main/pr-12-<hash of the commit below>
		rest, ok := strings.CutPrefix(path.Base(event.MergeGroup.HeadRef), "pr-")
		digits, _, cut := strings.Cut(rest, "-")
		if !ok || !cut {
			return 0, fmt.Errorf("the merge queue's branch %q names no request", event.MergeGroup.HeadRef)
		}
		return number(digits)
	}
	return 0, nil
}

// hookNumber finds the merge request in what a webhook of GitLab's sent when it
// triggered a pipeline.
func hookNumber(file string, readFile func(string) ([]byte, error)) (int64, error) {
	type request struct {
		IID int64 `json:"iid"`
	}
	var hook struct {
		Kind       string   `json:"object_kind"`
		Attributes request  `json:"object_attributes"` // of a merge request's own hook
		Request    *request `json:"merge_request"`     // of a comment's hook
	}
	if err := readEvent(file, readFile, &hook); err != nil {
		return 0, err
	}
	switch {
	case hook.Kind == "merge_request":
		return hook.Attributes.IID, nil
	case hook.Kind == "note" && hook.Request != nil:
		return hook.Request.IID, nil
	}
	return 0, nil
}

func readEvent(file string, readFile func(string) ([]byte, error), event any) error {
	data, err := readFile(file)
	if err == nil {
		err = json.Unmarshal(data, event)
	}
	if err != nil {
		return fmt.Errorf("reading the event of this job: %w", err)
	}
	return nil
}

// number reads a request's number; empty is 0, none.
func number(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is no request's number", s)
	}
	return n, nil
}
