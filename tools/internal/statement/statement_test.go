package statement

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func signer(t *testing.T, key any) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sample() *Statement {
	return &Statement{Version: 1, Registry: "320812", Person: "dsjj-01", Department: "dsjj", Verdict: "approve",
		On: "2026-11-22T08:00:00Z", Ballots: []Ballot{{Subject: "2027-jyj-01", ID: strings.Repeat("a1", 32), Content: map[string]string{"a": "b"}}}}
}

func TestSignedStatementOpens(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]any{"ed25519": newKey(t), "rsa": rsaKey, "ecdsa": ecKey} {
		t.Run(name, func(t *testing.T) {
			s := signer(t, key)
			signed, err := Sign(sample(), s)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Decode(signed.Encode())
			if err != nil {
				t.Fatal(err)
			}
			st, by, err := again.Open()
			if err != nil {
				t.Fatal(err)
			}
			if by != Authorized(s.PublicKey()) || st.Person != "dsjj-01" || again.Hash() != signed.Hash() {
				t.Errorf("opened %+v by %s", st, by)
			}
		})
	}
}

func TestShortRSAKeysDoNotCount(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip("this Go makes no such key: ", err)
	}
	signed, err := Sign(sample(), signer(t, key))
	if err != nil {
		return // the library refuses to sign with it: as good
	}
	if _, _, err := signed.Open(); err == nil {
		t.Error("a signature by an RSA key of 1024 bits counts")
	}
}

func TestAlteredStatementsDoNotOpen(t *testing.T) {
	s := signer(t, newKey(t))
	signed, err := Sign(sample(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, swap := range [][2]string{{"approve", "reject"}, {"dsjj-01", "dsjj-02"}, {"320812", "320803"}, {"2027-jyj-01", "2027-jyj-02"}, {"a1a1", "a1a2"}, {"08:00:00Z", "09:00:00Z"}} {
		data := strings.Replace(string(signed.Encode()), swap[0], swap[1], 1)
		altered, err := Decode([]byte(data))
		if err != nil {
			t.Fatalf("%v: %v", swap, err)
		}
		if _, _, err := altered.Open(); err == nil {
			t.Errorf("%q changed to %q: still opens", swap[0], swap[1])
		}
	}
	other, err := SignDocument(sample(), s, CheckpointNamespace)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.Open(); err == nil {
		t.Error("a signature of another namespace counts")
	}
}

func TestStatementsHaveOneSpelling(t *testing.T) {
	s := signer(t, newKey(t))
	signed, _ := Sign(sample(), s)
	good := string(signed.Encode())
	for name, data := range map[string]string{
		"nothing":       "",
		"no object":     "[]\n",
		"more behind":   good + "{}\n",
		"spaces":        strings.Replace(good, `":`, `": `, 1),
		"unknown key":   strings.Replace(good, `{"document"`, `{"x":1,"document"`, 1),
		"twice":         strings.Replace(good, `{"document":{`, `{"document":{},"document":{`, 1),
		"too large":     strings.Repeat(" ", Limit) + good,
		"no line end":   strings.TrimSuffix(good, "\n"),
		"no signature":  `{"document":{},"signature":""}`,
		"other letters": strings.Replace(good, `"signature"`, `"Signature"`, 1),
	} {
		if _, err := Decode([]byte(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// The inner document is held to its spelling too, even when signed.
	for name, doc := range map[string]string{
		"unknown key": `{"v":1,"x":2}`, "order": `{"person":"a","v":1}`, "not JSON": `{`,
	} {
		raw, err := SignDocument(json.RawMessage(doc), s, Namespace)
		if err != nil {
			continue
		}
		if _, _, err := raw.Open(); err == nil {
			t.Errorf("document with %s: accepted", name)
		}
	}
}

// TestSignaturesHaveOneSpelling writes a good signature in other ways: a statement
// that counts once must not return under another name.
func TestSignaturesHaveOneSpelling(t *testing.T) {
	signed, err := Sign(sample(), signer(t, newKey(t)))
	if err != nil {
		t.Fatal(err)
	}
	again := func(change func(*sshsig.Signature)) string {
		sig, err := sshsig.Unarmor([]byte(signed.Signature))
		if err != nil {
			t.Fatal(err)
		}
		change(sig)
		return string(sshsig.Armor(sig))
	}
	lines := strings.SplitAfter(signed.Signature, "\n")
	for name, text := range map[string]string{
		"no line end":     strings.TrimSuffix(signed.Signature, "\n"),
		"Windows lines":   strings.ReplaceAll(signed.Signature, "\n", "\r\n"),
		"words before":    "words\n" + signed.Signature,
		"words behind":    signed.Signature + "words\n",
		"a header":        lines[0] + "A: b\n\n" + strings.Join(lines[1:], ""),
		"one long line":   lines[0] + strings.ReplaceAll(strings.Join(lines[1:len(lines)-2], ""), "\n", "") + "\n" + lines[len(lines)-2],
		"bytes behind it": again(func(s *sshsig.Signature) { s.Signature.Rest = []byte("more") }),
	} {
		other := &Signed{Document: signed.Document, Signature: text}
		if _, _, err := other.Open(); err == nil || !strings.Contains(err.Error(), "signature") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if same := again(func(*sshsig.Signature) {}); same != signed.Signature {
		t.Errorf("taken apart and put together it is another: %s", same)
	}
}

func TestSignRefusesWhatMeansNothing(t *testing.T) {
	s := signer(t, newKey(t))
	for name, change := range map[string]func(*Statement){
		"version":         func(s *Statement) { s.Version = 2 },
		"local time":      func(s *Statement) { s.On = "2026-11-22T16:00:00+08:00" },
		"no time":         func(s *Statement) { s.On = "" },
		"no person":       func(s *Statement) { s.Person = "" },
		"no department":   func(s *Statement) { s.Department = "" },
		"no registry":     func(s *Statement) { s.Registry = "" },
		"verdict":         func(s *Statement) { s.Verdict = "maybe" },
		"bare override":   func(s *Statement) { s.Verdict, s.Reason = "override", " " },
		"no ballots":      func(s *Statement) { s.Ballots = nil },
		"short id":        func(s *Statement) { s.Ballots[0].ID = "a1a1" },
		"no hexadecimal":  func(s *Statement) { s.Ballots[0].ID = strings.Repeat("zz", 32) },
		"without subject": func(s *Statement) { s.Ballots[0].Subject = "" },
	} {
		st := sample()
		change(st)
		if _, err := Sign(st, s); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

// The same signature is good for OpenSSH: nobody needs this program to check it.
func TestOpenSSHVerifiesStatements(t *testing.T) {
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here")
	}
	s := signer(t, newKey(t))
	signed, err := Sign(sample(), s)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, data string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	allowed := write("allowed", "dsjj-01 "+Authorized(s.PublicKey())+"\n")
	sig := write("sig", signed.Signature)
	cmd := exec.Command(tool, "-Y", "verify", "-f", allowed, "-I", "dsjj-01", "-n", Namespace, "-s", sig)
	cmd.Stdin = strings.NewReader(string(signed.Document))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("ssh-keygen: %v\n%s", err, out)
	}
}

func TestKeysFromFilesAndAgent(t *testing.T) {
	key := newKey(t)
	dir := t.TempDir()
	save := func(name, pass string) string {
		block, err := ssh.MarshalPrivateKey(key, "")
		if pass != "" {
			block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(pass))
		}
		if err != nil {
			t.Fatal(err)
		}
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, pemBytes(block), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	open, locked := save("open", ""), save("locked", "secret")
	if _, err := FromFile(open, nil); err != nil {
		t.Error(err)
	}
	if _, err := FromFile(locked, nil); err == nil {
		t.Error("a locked key opens without its passphrase")
	}
	if _, err := FromFile(locked, func() ([]byte, error) { return []byte("wrong"), nil }); err == nil {
		t.Error("a wrong passphrase opens a key")
	}
	if _, err := FromFile(locked, func() ([]byte, error) { return []byte("secret"), nil }); err != nil {
		t.Error(err)
	}
	if _, err := FromFile(filepath.Join(dir, "none"), nil); err == nil {
		t.Error("a key that is not there")
	}
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, c)
		}
	}()
	signers, done, err := FromAgent(socket)
	if err != nil || len(signers) != 1 {
		t.Fatalf("agent: %d keys, %v", len(signers), err)
	}
	defer done()
	signed, err := Sign(sample(), signers[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := signed.Open(); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	s, _ := ssh.NewSignerFromKey(key)
	signed, _ := Sign(sample(), s)
	f.Add(signed.Encode())
	f.Add([]byte(`{"document":{},"signature":"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Decode(data)
		if err != nil {
			return
		}
		if string(d.Encode()) != string(data) {
			t.Error("two spellings of one document")
		}
		_, _, _ = d.Open()
	})
}

func pemBytes(b *pem.Block) []byte { return pem.EncodeToMemory(b) }
