package forge
const (
	gitlabRoot = "/api/v4"
	giteaRoot = "/api/v1"
	giteeRoot = "/api/v5"
)
