package submit_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/giteatest"
)

var update = flag.Bool("update", false, "take the pictures of the guides anew")

// TestUploadByHand does in a real Gitea what the guide tells a clerk who uploads
// a file by hand, and looks at what arrived. It needs a Gitea that has its pages.
// With -update it takes the pictures that the guide shows.
func TestUploadByHand(t *testing.T) {
	g := realGitea(t, "http://127.0.0.1")
	g.ask("qjp", "POST", "/user/repos", map[string]any{"name": "registry", "auto_init": true, "default_branch": "main"}, nil)
	g.ask("qjp", "PUT", "/repos/qjp/registry/collaborators/jyj", map[string]string{"permission": "write"}, nil)
	g.ask("qjp", "POST", "/repos/qjp/registry/branch_protections", map[string]any{"branch_name": "main", "enable_push": false}, nil)
	g.ask("jyj", "PATCH", "/user/settings", map[string]string{"language": "zh-CN", "full_name": "示例单位"}, nil)
	const path = "content/projects/2027/cgj/01/declaration.md"
	text, err := os.ReadFile(filepath.Join(repoRoot, path))
	if err != nil {
		t.Fatal(err)
	}

	c := &client{browser.Open(t).Page(g.URL+"/user/login", 1000, 1000), &world{}, t, g.URL}
	var looks bool
	if c.Eval(`[...document.styleSheets].some(s => s.cssRules.length)`, &looks); !looks {
		t.Skip("this Gitea was built without its pages")
	}
	c.Type("#user_name", "jyj")
	c.Type("#password", giteatest.Password)
	c.Click("form .ui.primary.button")
	c.waitFor(`document.querySelector("meta[name=viewport]") && !document.getElementById("user_name")`)
	c.Eval(fmt.Sprintf("location.href = %q", "/qjp/registry/_new/main/?"+url.Values{"filename": {path}, "value": {string(text)}}.Encode()), nil)
	c.waitFor(`document.querySelector(".cm-content")?.innerText.includes("planYear")`)
	// Gitea 1.26 takes the whole of the path for folders, and leaves the name empty.
	c.Eval(`document.getElementById("file-name").focus()`, nil)
	c.Press(kb.Backspace)
	c.waitFor(`document.getElementById("file-name").value === "declaration.md"`)
	c.picture("gitea-file", ".repo-editor-header", 600)
	c.Eval(`document.querySelector("[name=commit_choice][value=commit-to-new-branch]").click()`, nil)
	c.Eval(`document.querySelector("[name=new_branch_name]").value = ""`, nil)
	c.Type("[name=new_branch_name]", "2027-cgj-01")
	c.picture("gitea-branch", ".commit-form-wrapper", 570)

	c.Click("#commit-button")
	c.waitFor(`location.pathname.includes("/compare/") && document.readyState === "complete"`)
	c.waitFor(`document.getElementById("issue_title")?.offsetParent || document.querySelector(".pullrequest-form-toggle .show-panel")?.click()`)
	c.Eval(`document.getElementById("issue_title").value = ""`, nil)
	c.Type("#issue_title", "申报 2027-cgj-01")
	c.picture("gitea-request", ".page-content .ui.container", 620)
	c.Eval(`document.querySelector("#new-issue .primary.button").click()`, nil)
	c.waitFor(`/\/pulls\/\d+$/.test(location.pathname)`)

	var changed []struct{ Filename, Status string }
	g.ask("qjp", "GET", "/repos/qjp/registry/pulls/1/files", nil, &changed)
	if len(changed) != 1 || changed[0].Filename != path || changed[0].Status != "added" {
		t.Errorf("the request changes %+v", changed)
	}
	var file struct{ Content string }
	g.ask("qjp", "GET", "/repos/qjp/registry/contents/"+path+"?ref=2027-cgj-01", nil, &file)
	if got, err := base64.StdEncoding.DecodeString(file.Content); err != nil || string(got) != string(text) {
		t.Errorf("the file arrived as %q, %v", got, err)
	}
}

// picture keeps a part of the page for the guide.
func (c *client) picture(name, from string, height int) {
	c.t.Helper()
	picture := c.Picture(from, height)
	if !*update {
		return
	}
	if err := os.WriteFile(filepath.Join(repoRoot, "static/guide", name+".png"), picture, 0o644); err != nil {
		c.t.Fatal(err)
	}
}
