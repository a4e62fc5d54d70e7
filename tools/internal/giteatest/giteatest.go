// Package giteatest runs a real Gitea or Forgejo on this machine for one test. It
// knows how to start one and to speak to its API as a user, and nothing of
// registries; the command never imports it.
package giteatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Password is that of every user.
const Password = "Only-for-a-test-1"

// Server is a Gitea that lives as long as the test.
type Server struct {
	URL string // without a slash at its end

	tb       testing.TB
	dir, bin string
}

// Start starts the binary that TAIZHANG_TEST_GITEA names and skips the test without
// one. TAIZHANG_TEST_GITEA_STATIC names the folder of its pages for a binary that
// was built without them. The settings are added to its app.ini.
func Start(tb testing.TB, settings string) *Server {
	tb.Helper()
	bin := os.Getenv("TAIZHANG_TEST_GITEA")
	if bin == "" {
		tb.Skip("TAIZHANG_TEST_GITEA names no Gitea")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	s := &Server{URL: fmt.Sprintf("http://127.0.0.1:%d", port), tb: tb, dir: tb.TempDir(), bin: bin}
	config := fmt.Sprintf(`WORK_PATH = %[1]s
RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = %[2]d
ROOT_URL = %[3]s/
OFFLINE_MODE = true
DISABLE_SSH = true
STATIC_ROOT_PATH = %[4]s
[database]
DB_TYPE = sqlite3
PATH = %[1]s/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = only-for-a-test
[repository]
ROOT = %[1]s/repos
[log]
LEVEL = error
ROOT_PATH = %[1]s/log
%[5]s`, s.dir, port, s.URL, os.Getenv("TAIZHANG_TEST_GITEA_STATIC"), settings)
	if err := os.WriteFile(s.ini(), []byte(config), 0o600); err != nil {
		tb.Fatal(err)
	}
	s.Run("migrate")
	web := s.command("web")
	var said bytes.Buffer
	web.Stdout, web.Stderr = &said, &said
	if err := web.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = web.Process.Kill()
		_ = web.Wait()
		if tb.Failed() {
			tb.Logf("%s", said.String())
		}
	})
	for range 600 {
		if resp, err := http.Get(s.URL + "/api/v1/version"); err == nil {
			resp.Body.Close()
			return s
		}
		time.Sleep(100 * time.Millisecond)
	}
	tb.Fatal("it does not start")
	return nil
}

func (s *Server) ini() string { return filepath.Join(s.dir, "app.ini") }

func (s *Server) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.bin, append(args, "--config", s.ini())...)
	// It writes into the global configuration of Git, which must not be the null
	// device of tests: Git would put a file in its place.
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "GITEA_WORK_DIR="+s.dir, "GIT_CONFIG_GLOBAL="+filepath.Join(s.dir, "gitconfig"))
	return cmd
}

// Run runs a subcommand of the binary and returns what it says.
func (s *Server) Run(args ...string) string {
	s.tb.Helper()
	out, err := s.command(args...).CombinedOutput()
	if err != nil {
		s.tb.Fatalf("gitea %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Add makes a user, with an access token to everything that the user may do.
func (s *Server) Add(user string, admin bool) (token string) {
	s.tb.Helper()
	args := []string{"admin", "user", "create", "--username", user, "--password", Password, "--email", user + "@example.org",
		"--must-change-password=false", "--access-token", "--access-token-scopes", "all"}
	if admin {
		args = append(args, "--admin")
	}
	return regexp.MustCompile(`\b[0-9a-f]{40}\b`).FindString(s.Run(args...))
}

// Call asks the API as a user, with a body as JSON, and returns the status code and
// the answer.
func (s *Server) Call(user, method, path string, body any) (int, []byte) {
	s.tb.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		s.tb.Fatal(err)
	}
	req, err := http.NewRequest(method, s.URL+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		s.tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(user, Password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.tb.Fatal(err)
	}
	return resp.StatusCode, answer
}
