package statement

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// minRSA is the shortest RSA key, in bits, whose signature counts.
const minRSA = 2048

// weak refuses keys that can be forged.
func weak(k ssh.PublicKey) error {
	c, ok := k.(ssh.CryptoPublicKey)
	if !ok {
		return nil
	}
	if r, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && r.N.BitLen() < minRSA {
		return fmt.Errorf("an RSA key of %d bits is too short, %d are needed", r.N.BitLen(), minRSA)
	}
	return nil
}

// ErrPassphrase says that a key file is locked.
var ErrPassphrase = errors.New("the key is protected by a passphrase")

// FromFile reads a private key. passphrase is asked only when it is needed and
// may be nil.
func FromFile(path string, passphrase func() ([]byte, error)) (ssh.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		if passphrase == nil {
			return nil, fmt.Errorf("key %s: %w", path, ErrPassphrase)
		}
		pass, err := passphrase()
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", path, err)
		}
		if signer, err = ssh.ParsePrivateKeyWithPassphrase(data, pass); err != nil {
			return nil, fmt.Errorf("key %s: %w", path, err)
		}
		return signer, nil
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", path, err)
	}
	return signer, nil
}

// FromAgent lists the keys of the SSH agent that listens on a socket. The caller
// closes the connection when it has signed.
func FromAgent(socket string) ([]ssh.Signer, func() error, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, nil, fmt.Errorf("ssh agent: %w", err)
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("ssh agent: %w", err)
	}
	return signers, conn.Close, nil
}
