package registry

import "strings"

// Forge is where the form page of the site submits to.
type Forge struct {
	Kind       string // gitea, forgejo, gitlab, github or gitee
	URL        string // without a slash at the end
	Repository string // owner/name
	Branch     string // that requests go to
	ClientID   string // of the OAuth application that the forge knows the site by, or ""
}

// API is the address that calls of the forge's interface begin with; "" for
// Gitee, which the site does not speak to.
func (f Forge) API() string {
	switch f.Kind {
	case "gitea", "forgejo":
		return f.URL + "/api/v1"
	case "gitlab":
		return f.URL + "/api/v4"
	case "github":
		if f.URL == "https://github.com" {
			return "https://api.github.com"
		}
		return f.URL + "/api/v3" // GitHub Enterprise Server
	}
	return ""
}

// Origin is the one origin, apart from the site's own, that the form page may
// connect to; "" for none.
func (f Forge) Origin() string {
	scheme, rest, _ := strings.Cut(f.API(), "://")
	if rest == "" {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
