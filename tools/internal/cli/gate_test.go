package cli_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
)

// sample is the script command `sample DIR`: the registry of this repository as a
// repository of its own.
func sample(ts *testscript.TestScript, _ bool, args []string) {
	root, err := filepath.Abs(repoRoot)
	ts.Check(err)
	dir := ts.MkAbs(args[0])
	for _, top := range []string{"content", "data", "schemas"} {
		ts.Check(os.CopyFS(filepath.Join(dir, top), os.DirFS(filepath.Join(root, top))))
	}
	for _, cmd := range [][]string{{"init", "-q", "-b", "main", dir}, {"-C", dir, "config", "user.email", "clerk@example.org"}, {"-C", dir, "add", "-A"}, {"-C", dir, "commit", "-q", "-m", "registry"}} {
		ts.Check(ts.Exec("git", cmd...))
	}
}

// readme is the script command `readme MARK FILE [GUIDE]`: the block of the README,
// or of a guide, behind <!-- MARK -->.
func readme(ts *testscript.TestScript, _ bool, args []string) {
	source := "README.md"
	if len(args) > 2 {
		source = "content/guide/" + args[2]
	}
	data, err := os.ReadFile(filepath.Join(repoRoot, source))
	ts.Check(err)
	_, rest, ok := strings.Cut(string(data), "<!-- "+args[0]+" -->\n```")
	_, rest, begin := strings.Cut(rest, "\n")
	block, _, end := strings.Cut(rest, "```\n")
	if !ok || !begin || !end {
		ts.Fatalf("%s has no block %s", source, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(block), 0o644))
}

// newKey is the script command `key FILE`: a new SSH key pair, FILE and FILE.pub.
func newKey(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		_, err := writeKey(ts.MkAbs(name), "")
		ts.Check(err)
	}
}

// lockedKey is the script command `lockedkey FILE`: the same, behind a passphrase.
func lockedKey(ts *testscript.TestScript, _ bool, args []string) {
	_, err := writeKey(ts.MkAbs(args[0]), "secret")
	ts.Check(err)
}

func writeKey(file, passphrase string) (string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		return "", err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", err
	}
	line := ssh.MarshalAuthorizedKey(key)
	return strings.TrimSpace(string(line)), errors.Join(os.WriteFile(file, pem.EncodeToMemory(block), 0o600), os.WriteFile(file+".pub", line, 0o644))
}
