// Package scenario plays what happens to requests on GitHub, GitLab, Gitea (and
// Forgejo, which kept its API) and Gitee, and holds what the shipped commands
// decide and prove against one table for all of them.
//
// A world is the forge as it is meant: accounts, requests, reviews and comments
// over a real bare repository. A face is one forge's way to word it over HTTP,
// after its own documents and client libraries. A stage plays a script of the
// table on one face. Nothing here is a part of the product.
package scenario_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/cli"
)

// What all scenarios share, made by TestMain.
var (
	start   string    // the repository that each scenario gets a copy of
	first   string    // its only commit
	gateKey string    // file of the gate's private key
	begin   time.Time // when the scenarios begin
)

// asTool makes this very program the shipped command, for scripts that call it.
const asTool = "TAIZHANG_SCENARIO_TOOL"

func TestMain(m *testing.M) {
	if os.Getenv(asTool) != "" {
		os.Exit(cli.Main(os.Args[1:], cli.System()))
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	for _, k := range []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"} {
		os.Setenv(k, os.DevNull)
	}
	dir, err := os.MkdirTemp("", "scenario")
	if err == nil {
		defer os.RemoveAll(dir)
		err = prepare(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func prepare(dir string) error {
	start, gateKey = filepath.Join(dir, "registry.git"), filepath.Join(dir, "gate-key")
	begin = time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	key, err := newKey(gateKey)
	if err != nil {
		return err
	}
	if err := template(start, key, begin); err != nil {
		return err
	}
	first, err = git(start, nil, "rev-parse", "main")
	return err
}

// newKey writes the private half of a new SSH key and returns the public one.
func newKey(file string) (string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		return "", err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))), os.WriteFile(file, pem.EncodeToMemory(block), 0o600)
}

// scenario is a row of the table.
type scenario struct {
	name   string
	script string
	// without says of a forge that the row is not for it, and why.
	without map[string]string
}

func TestEveryForgeEndsInTheSameDecision(t *testing.T) {
	for _, row := range slices.Concat(table, attacks) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var reference []look
			var of string
			for _, kind := range kinds {
				if row.without[kind] != "" {
					continue
				}
				var looks []look
				t.Run(kind, func(t *testing.T) { looks = play(t, kind, row.script) })
				if t.Failed() {
					return
				}
				if of == "" {
					reference, of = looks, kind
				}
				same(t, of, reference, kind, looks)
			}
		})
	}
}

// same holds what two forges came to against each other, line by line.
func same(t *testing.T, a string, x []look, b string, y []look) {
	t.Helper()
	at := map[string]string{}
	for _, l := range x {
		at[l.line] = l.text
	}
	for _, l := range y {
		text, both := at[l.line]
		if !both || text == l.text {
			continue
		}
		one, other := lines(text), lines(l.text)
		i := 0
		for i < min(len(one), len(other)) && one[i] == other[i] {
			i++
		}
		t.Errorf("%s: line %d: %s says\n%s\n%s says\n%s", l.line, i+1, a, strings.Join(one[i:min(len(one), i+5)], "\n"), b, strings.Join(other[i:min(len(other), i+5)], "\n"))
	}
}
