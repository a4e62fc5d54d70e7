package publish

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registrytest"
)

// withForge is the example registry with a forge in its settings.
func withForge(t *testing.T, lines ...string) registrytest.Tree {
	f := registrytest.Sample(t)
	f["data/registry.yaml"] += "forge:\n  " + strings.Join(lines, "\n  ") + "\n"
	return f
}

func TestSiteIsToldItsForge(t *testing.T) {
	settings := func(f registrytest.Tree) map[string]string {
		var got struct {
			Params struct{ Forge map[string]string }
		}
		if err := json.Unmarshal([]byte(project(t, f, Meta{}, 1).files["hugo.json"]), &got); err != nil {
			t.Fatal(err)
		}
		return got.Params.Forge
	}
	want := map[string]string{"kind": "gitea", "url": "https://git.example.cn/git", "repository": "qjp/registry", "branch": "main", "clientId": "3c2c42ee-3ea2",
		"api": "https://git.example.cn/git/api/v1", "origin": "https://git.example.cn"}
	if got := settings(withForge(t, "kind: gitea", "url: https://git.example.cn/git", "repository: qjp/registry", "clientId: 3c2c42ee-3ea2")); !maps.Equal(got, want) {
		t.Errorf("the site gets %v", got)
	}
	if got := settings(registrytest.Sample(t)); got != nil {
		t.Errorf("without a forge the site gets %v", got)
	}
}

// TestForgeSettingsAreChecked: what stands there goes into addresses and into
// the policy of a page.
func TestForgeSettingsAreChecked(t *testing.T) {
	good := []string{"kind: gitlab", "url: https://gitlab.example.cn:8443", "repository: district/it/registry", "branch: release/2027", "clientId: abc_1"}
	res, err := check.All(registrytest.Sample(t), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	form := res.Judge.Registry.Schemas.Form("registry")
	judge := func(lines []string) (found []string) {
		t.Helper()
		root, fs := record.ParseYAML("data/registry.yaml", []byte(withForge(t, lines...)["data/registry.yaml"]))
		if root == nil {
			t.Fatal(fs)
		}
		for _, f := range append(fs, form.Validate("data/registry.yaml", root)...) {
			found = append(found, f.Rule)
			if f.Place.Line < 11 || f.Place.Col == 0 || f.Message.Zh == "" || f.Message.En == "" {
				t.Errorf("%v: %+v", lines, f)
			}
		}
		return found
	}
	if got := judge(good); got != nil {
		t.Errorf("good settings: %q", got)
	}
	if got := judge([]string{"kind: gitea", "url: http://localhost:3000", "repository: a/b"}); got != nil {
		t.Errorf("a trial on one's own machine: %q", got)
	}
	for i, bad := range map[string][]string{
		"kind: gitlab":                        {"kind: bitbucket", "kind: GitLab", ""},
		"url: https://gitlab.example.cn:8443": {"url: http://gitlab.example.cn", "url: https://gitlab.example.cn/", "url: \"https://a.cn; script-src *\"", "url: \"https://a.cn evil.cn\"", "url: https://u:p@a.cn", "url: http://localhost.evil.cn", "url: javascript:alert(1)", ""},
		"repository: district/it/registry":    {"repository: registry", "repository: ../../x", "repository: a/b?c", "repository: a//b", ""},
		"branch: release/2027":                {"branch: \"a b\"", "branch: a..b", "branch: /a", "branch: a/"},
		"clientId: abc_1":                     {"clientId: \"a b\"", "clientId: \"<script>\"", "clientSecret: abc"},
	} {
		for _, b := range bad {
			var lines []string
			for _, l := range good {
				if l == i {
					l = b
				}
				if l != "" {
					lines = append(lines, l)
				}
			}
			if got := judge(lines); len(got) == 0 {
				t.Errorf("%q in place of %q passes", b, i)
			}
		}
	}
}
