package cli

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/contacts"
)

// identities reads a file of private keys that open sealed contacts: of age,
// itself perhaps behind a passphrase, or of SSH.
func (a *app) identities(name string) ([]age.Identity, error) {
	file, err := os.Open(a.abs(name))
	if err != nil {
		return nil, cannot(err, a.say("用 --identity 指明私钥文件", "name the file with the private key: --identity"))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, contacts.MaxSealed))
	if err != nil {
		return nil, cannot(err, "")
	}
	switch {
	case bytes.Contains(data, []byte("PRIVATE KEY-----")):
		return a.sshIdentity(name, data)
	case contacts.WantsPassphrase(data):
		if data, err = a.unlock(name, data); err != nil {
			return nil, err
		}
	case contacts.IsSealed(data):
		return nil, cannot(errors.New(a.say("这是密封给公钥的文件，不是私钥", "a file that is sealed to keys, no private key")), a.whichKey())
	}
	for _, public := range []string{"age1", "ssh-", "# public key", "公钥"} {
		if strings.HasPrefix(string(data), public) && !bytes.Contains(data, []byte("AGE-SECRET-KEY-")) {
			return nil, cannot(errors.New(a.say("这是公钥，不是私钥", "a public key, not the private one")), a.whichKey())
		}
	}
	ids, err := age.ParseIdentities(bytes.NewReader(data))
	if err != nil { // the library's words quote the key
		return nil, cannot(errors.New(a.say("不是 age 私钥文件（AGE-SECRET-KEY-1 开头的一行），也不是 SSH 私钥", "neither a file with an age private key (a line that begins with AGE-SECRET-KEY-1) nor an SSH private key")), "")
	}
	return ids, nil
}

func (a *app) whichKey() string {
	return a.say("--identity 指明私钥文件：taizhang contacts keygen 写的那个，或者 SSH 私钥", "name the private key with --identity: the file that taizhang contacts keygen wrote, or an SSH key")
}

// askPassphrase asks for a passphrase on the terminal.
func (a *app) askPassphrase(name string) ([]byte, error) {
	ask := a.passphrase(name)
	if ask == nil {
		return nil, cannot(errors.New(a.say("私钥文件有口令，要在终端里输入", "the private key is behind a passphrase, which is asked for on a terminal")), "")
	}
	word, err := ask()
	if err != nil {
		return nil, cannot(err, "")
	}
	return word, nil
}

// unlock opens a file of keys that is behind a passphrase.
func (a *app) unlock(name string, data []byte) ([]byte, error) {
	word, err := a.askPassphrase(name)
	if err != nil {
		return nil, err
	}
	lock, err := age.NewScryptIdentity(string(word))
	if err == nil {
		data, err = contacts.Decrypt(data, lock)
	}
	if err != nil {
		return nil, cannot(errors.New(a.say("口令不对", "the passphrase is wrong")), "")
	}
	return data, nil
}

// sshIdentity reads an SSH private key.
func (a *app) sshIdentity(name string, data []byte) ([]age.Identity, error) {
	key, err := ssh.ParseRawPrivateKey(data)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		word, err := a.askPassphrase(name)
		if err != nil {
			return nil, err
		}
		if key, err = ssh.ParseRawPrivateKeyWithPassphrase(data, word); err != nil {
			return nil, cannot(errors.New(a.say("口令不对", "the passphrase is wrong")), "")
		}
	}
	if k, ok := key.(*ed25519.PrivateKey); ok {
		if id, err := agessh.NewEd25519Identity(*k); err == nil {
			return []age.Identity{id}, nil
		}
	}
	return nil, cannot(errors.New(a.say("这把 SSH 私钥不能用来打开联系人", "this SSH key cannot open contacts")),
		a.say("要用 ssh-ed25519 的私钥，硬件钥匙和 RSA 的不行", "use an ssh-ed25519 key; neither RSA nor one held in hardware will do"))
}
