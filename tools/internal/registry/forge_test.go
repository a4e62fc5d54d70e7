package registry

import "testing"

func TestForgeNamesTheOneOriginToConnectTo(t *testing.T) {
	for _, c := range []struct{ kind, url, api, origin string }{
		{"gitea", "https://git.example.cn", "https://git.example.cn/api/v1", "https://git.example.cn"},
		{"forgejo", "https://example.cn/git", "https://example.cn/git/api/v1", "https://example.cn"},
		{"gitea", "http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v1", "http://127.0.0.1:3000"},
		{"gitlab", "https://gitlab.com", "https://gitlab.com/api/v4", "https://gitlab.com"},
		{"github", "https://github.com", "https://api.github.com", "https://api.github.com"},
		{"github", "https://ghe.example.cn:8443", "https://ghe.example.cn:8443/api/v3", "https://ghe.example.cn:8443"},
		{"gitee", "https://gitee.com", "", ""},
		{"", "", "", ""},
	} {
		f := Forge{Kind: c.kind, URL: c.url}
		if f.API() != c.api || f.Origin() != c.origin {
			t.Errorf("%s %s: API %q, origin %q", c.kind, c.url, f.API(), f.Origin())
		}
	}
}
