package submit_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/cli"
	"taizhang/tools/internal/giteatest"
)

const repoRoot = "../../.."

// TestWholeWay goes as a clerk would, from an empty browser over the form page
// of the real site and the pages of a real Gitea to a request, and lets the
// command judge that. It needs Hugo and a minute, and runs where there is a
// Gitea.
func TestWholeWay(t *testing.T) {
	site := httptest.NewUnstartedServer(nil)
	g := realGitea(t, "http://"+site.Listener.Addr().String())
	site.Start()
	t.Cleanup(site.Close)
	g.ask("qjp", "POST", "/user/repos", map[string]any{"name": "registry", "default_branch": "main"}, nil)
	var app struct {
		ID string `json:"client_id"`
	}
	g.ask("qjp", "POST", "/user/applications/oauth2", map[string]any{"name": "台账填报", "redirect_uris": []string{site.URL + "/fill/"}}, &app)

	reg := copyOfTheRegistry(t, fmt.Sprintf("forge:\n  kind: gitea\n  url: %s\n  repository: qjp/registry\n  clientId: %s\n", g.URL, app.ID))
	authority := strings.Replace(g.URL, "://", "://qjp:"+giteatest.Password+"@", 1)
	git(t, reg, "push", "-q", authority+"/qjp/registry.git", "HEAD:main")
	out := filepath.Join(t.TempDir(), "site")
	command(t, reg, "build", "--out", out)
	site.Config.Handler = http.FileServer(http.Dir(out))

	c := &client{browser.Open(t).Page(site.URL+"/fill/", 1280, 900), &world{}, t, site.URL}
	field := func(ptr, control string) string { return fmt.Sprintf(`[data-ptr="%s"] %s`, ptr, control) }
	set := func(ptr, control, text string) { c.Type(field(ptr, control), text) }
	tick := func(ptr, control string) {
		c.Eval(fmt.Sprintf("document.querySelector(%q).click()", field(ptr, control)), nil)
	}
	day := func(ptr, date string) { // a date field takes its keys as the language has it
		c.Eval(fmt.Sprintf(`(() => { const i = document.querySelector(%q); i.focus(); i.value = %q; for (const e of ["input", "change"]) i.dispatchEvent(new Event(e, {bubbles: true})); i.blur(); })()`, field(ptr, "input"), date), nil)
	}
	c.waitFor(`document.querySelector(".choices")`)
	c.Eval(`location.hash = "#/new"`, nil)
	c.waitFor(`document.querySelector("[role=combobox]")`)
	c.Type("[role=combobox]", "民政局")
	c.Press("\t")
	c.Click(".main-button")
	c.waitFor(`document.querySelector("[data-ptr='/title']")`)
	set("/title", "input", "智慧养老服务平台（示例）")
	tick("/category", "input")
	tick("/systemKind", "input[value=业务系统]")
	tick("/scopeBasis", "input")
	c.Type("#fill-body", "为全区老年人提供统一的养老服务。")
	c.Click(".fill-actions .main-button")
	c.waitFor(`document.querySelector("[data-ptr='/estimate']")`)
	day("/submittedOn", "2026-08-20")
	set("/unitHead", "input", "示例甲")
	set("/officePhone", "input", "0517-00000001")
	set("/estimate", "input", "128.5")
	tick("/fundingNature", "input")
	tick("/basis/0/kind", "input")
	set("/basis/0/text", "textarea", "市级养老服务建设要求")
	set("/content", "textarea", "建设覆盖全区的养老服务平台，接入机构、社区和居家服务，统一派单和评价。")
	set("/expectedOutcome", "textarea", "服务申请一个工作日内响应。")
	set("/plannedSchedule/0/name", "input", "完成采购")
	day("/plannedSchedule/0/due", "2027-06-30")
	set("/attestation/unit", "input", "区民政局")
	day("/attestation/on", "2026-08-20")
	c.Click(".fill-actions .main-button")
	c.waitFor(`document.querySelector(".send-do .main-button")`)

	c.Eval(`window.open = () => null`, nil) // one window, so that its pages can be used
	c.Click(".send-do .main-button")
	g.signIn(c)
	c.waitFor(`!location.host.endsWith(":` + g.URL[strings.LastIndex(g.URL, ":")+1:] + `") && document.querySelector(".send-do .main-button")`)
	time.Sleep(time.Second) // the draft is drawn anew once it is judged
	c.Click(".send-do .main-button")
	c.waitFor(`document.querySelector(".send-note .aside-good, .send-note .finding-error")`)
	if text := c.Text(".send"); !strings.Contains(text, g.URL+"/qjp/registry/pulls/1") {
		t.Fatalf("the page says: %s", text)
	}

	branch := git(t, reg, "ls-remote", g.URL+"/jyj/registry.git", "refs/heads/fill/*")
	_, branch, _ = strings.Cut(strings.TrimSpace(branch), "\t")
	git(t, reg, "fetch", "-q", g.URL+"/jyj/registry.git", branch+":refs/heads/request")
	command(t, reg, "check", "--base", "main", "--head", "request")
	if text := command(t, reg, "review", "--base", "main", "--head", "request"); !strings.Contains(text, "T01") || !strings.Contains(text, "智慧养老服务平台") {
		t.Errorf("the review says: %s", text)
	}
}

// copyOfTheRegistry is a repository of this one's files, with more in its
// settings.
func copyOfTheRegistry(t *testing.T, settings string) string {
	dir := t.TempDir()
	for _, name := range strings.Split(strings.TrimRight(git(t, repoRoot, "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(repoRoot, name))
		if os.IsNotExist(err) {
			continue // deleted and not committed
		}
		if err != nil {
			t.Fatal(err)
		}
		if name == "data/registry.yaml" {
			data = append(data, settings...)
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "-c", "user.name=qjp", "-c", "user.email=qjp@example.cn", "commit", "-q", "-m", "registry")
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, errs.String())
	}
	return string(out)
}

// command runs taizhang, which must be content.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cli.Main(args, &cli.IO{In: strings.NewReader(""), Out: &out, Err: &errs, Env: os.Getenv, Dir: dir}); code != 0 && args[0] != "review" {
		t.Fatalf("taizhang %q ends with %d:\n%s%s", args, code, out.String(), errs.String())
	}
	return out.String()
}
