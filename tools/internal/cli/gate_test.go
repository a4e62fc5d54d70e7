package cli_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
)

// newKey is the script command `key FILE`: a new SSH key pair, FILE and FILE.pub.
func newKey(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		ts.Check(err)
		block, err := ssh.MarshalPrivateKey(private, "")
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(block), 0o600))
		key, err := ssh.NewPublicKey(public)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name)+".pub", ssh.MarshalAuthorizedKey(key), 0o644))
	}
}
