package forge

import (
	"errors"
	"io/fs"
	"reflect"
	"testing"
)

func TestDetectKnowsTheForgesOfItsJobs(t *testing.T) {
	type m = map[string]string
	for name, c := range map[string]struct {
		env    m
		event  string
		want   Config
		number int64
		fails  bool
	}{
		"a request on GitHub": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_TOKEN": "t", "GITHUB_EVENT_PATH": "e"},
			`{"action":"opened","pull_request":{"number":7}}`,
			Config{Kind: GitHub, BaseURL: "https://github.com", Owner: "qjp", Repo: "registry", Token: "t"}, 7, false},
		"our own token wins": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_TOKEN": "t", "TAIZHANG_TOKEN": "own"}, "",
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry", Token: "own"}, 0, false},
		"a comment on a request": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_EVENT_PATH": "e"},
			`{"issue":{"number":8,"pull_request":{"url":"x"}}}`,
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}, 8, false},
		"a comment on an issue": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_EVENT_PATH": "e"},
			`{"issue":{"number":8,"pull_request":null}}`,
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}, 0, false},
		"a merge queue": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_EVENT_PATH": "e"},
			`{"merge_group":{"head_ref":"refs/heads/gh-readonly-queue/release/1.0/pr-12-` + shaA + `"}}`,
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}, 12, false},
		"a merge queue that names none": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_EVENT_PATH": "e"},
			`{"merge_group":{"head_ref":"refs/heads/gh-readonly-queue/main/pr-x-1"}}`,
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}, 0, true},
		"a schedule on Gitea": {
			m{"GITEA_ACTIONS": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.cn", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_TOKEN": "t", "GITHUB_EVENT_PATH": "e"},
			`{"schedule":"0 * * * *"}`,
			Config{Kind: Gitea, BaseURL: "https://git.example.cn", Owner: "qjp", Repo: "registry", Token: "t", Account: "gitea-actions"}, 0, false},
		"Forgejo with our own account": {
			m{"FORGEJO_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.cn", "GITHUB_REPOSITORY": "qjp/registry", "TAIZHANG_TOKEN": "own"}, "",
			Config{Kind: Forgejo, BaseURL: "https://git.example.cn", Owner: "qjp", Repo: "registry", Token: "own"}, 0, false},
		"a merge request in a subgroup": {
			m{"GITLAB_CI": "true", "CI_SERVER_URL": "https://gitlab.example.cn", "CI_PROJECT_PATH": "district/it/registry", "CI_MERGE_REQUEST_IID": "5", "GITLAB_TOKEN": "t"}, "",
			Config{Kind: GitLab, BaseURL: "https://gitlab.example.cn", Owner: "district/it", Repo: "registry", Token: "t"}, 5, false},
		"a webhook about a merge request": {
			m{"GITLAB_CI": "true", "CI_PROJECT_PATH": "a/b", "TRIGGER_PAYLOAD": "e"}, `{"object_kind":"merge_request","object_attributes":{"iid":6,"action":"approved"}}`,
			Config{Kind: GitLab, Owner: "a", Repo: "b"}, 6, false},
		"a webhook about a comment": {
			m{"GITLAB_CI": "true", "CI_PROJECT_PATH": "a/b", "TRIGGER_PAYLOAD": "e"}, `{"object_kind":"note","object_attributes":{"id":9,"iid":null},"merge_request":{"iid":6}}`,
			Config{Kind: GitLab, Owner: "a", Repo: "b"}, 6, false},
		"a webhook about an issue's comment": {
			m{"GITLAB_CI": "true", "CI_PROJECT_PATH": "a/b", "TRIGGER_PAYLOAD": "e"}, `{"object_kind":"note","object_attributes":{"id":9},"issue":{"iid":6}}`,
			Config{Kind: GitLab, Owner: "a", Repo: "b"}, 0, false},
		"a broken event": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_EVENT_PATH": "e"}, `{`,
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}, 0, true},
		"a missing event": {
			m{"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "qjp/registry", "GITHUB_EVENT_PATH": "gone"}, `{}`,
			Config{Kind: GitHub, Owner: "qjp", Repo: "registry"}, 0, true},
		"a number that is none": {
			m{"GITLAB_CI": "true", "CI_PROJECT_PATH": "a/b", "CI_MERGE_REQUEST_IID": "-1"}, "",
			Config{Kind: GitLab, Owner: "a", Repo: "b"}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(name string) ([]byte, error) {
				if name != "e" {
					return nil, fs.ErrNotExist
				}
				return []byte(c.event), nil
			}
			got, n, err := Detect(func(k string) string { return c.env[k] }, read)
			if !reflect.DeepEqual(got, c.want) || n != c.number || (err != nil) != c.fails {
				t.Errorf("got %+v, %d, %v", got, n, err)
			}
		})
	}
	if _, _, err := Detect(func(string) string { return "" }, nil); !errors.Is(err, ErrNoCI) {
		t.Errorf("outside: %v", err)
	}
}
