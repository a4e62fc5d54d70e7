// Package statement reads and writes votes that a person signs with an SSH key:
// what is agreed or refused, for which department, on exactly which content. A
// statement needs no forge and no server; anybody who holds the person's public
// key can verify it years later, also with ssh-keygen -Y verify.
//
// The package knows neither Git nor who may speak for a department.
package statement

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Namespaces keep signatures apart: one given for one purpose is worthless for
// any other (SSHSIG, PROTOCOL.sshsig of OpenSSH).
const (
	Namespace           = "statement@taizhang"
	CheckpointNamespace = "checkpoint@taizhang"
)

// Limit is the size of a signed file, in bytes, that is still read.
const Limit = 2 << 20

// Ballot is one transition that a statement is about.
type Ballot struct {
	Subject string `json:"subject"`        // 2027-jyj-01, plans, definitions, texts
	ID      string `json:"id"`             // of the transition, 64 hexadecimal digits
	From    string `json:"from,omitempty"` // states of a project, for the reader
	To      string `json:"to,omitempty"`
	// Content is what was seen: path → blob, "" for a deleted file.
	Content map[string]string `json:"content"`
}

// Statement is what a person says about some transitions.
type Statement struct {
	Version    int      `json:"v"`        // 1
	Registry   string   `json:"registry"` // division code of the district
	Person     string   `json:"person"`   // id of data/people.yaml
	Department string   `json:"department"`
	Verdict    string   `json:"verdict"` // approve, reject, withdraw, override
	Reason     string   `json:"reason,omitempty"`
	On         string   `json:"on"` // RFC 3339, UTC, whole seconds
	Ballots    []Ballot `json:"ballots"`
}

// When returns the moment that the signer gives.
func (s *Statement) When() time.Time {
	t, _ := time.Parse(time.RFC3339, s.On)
	return t
}

// IDs lists the transitions of the statement.
func (s *Statement) IDs() []string {
	out := make([]string, len(s.Ballots))
	for i, b := range s.Ballots {
		out[i] = b.ID
	}
	return out
}

// valid says what is wrong with a statement.
func (s *Statement) valid() error {
	t, err := time.Parse(time.RFC3339, s.On)
	switch {
	case s.Version != 1:
		return fmt.Errorf("version %d is not known", s.Version)
	case err != nil || t.UTC().Format(time.RFC3339) != s.On:
		return errors.New("on is not a moment in UTC, whole seconds")
	case s.Person == "" || s.Department == "" || s.Registry == "":
		return errors.New("person, department or registry is missing")
	case !slices.Contains([]string{"approve", "reject", "withdraw", "override"}, s.Verdict):
		return fmt.Errorf("verdict %q is not known", s.Verdict)
	case s.Verdict == "override" && strings.TrimSpace(s.Reason) == "":
		return errors.New("an override needs a reason")
	case len(s.Ballots) == 0:
		return errors.New("it is about nothing")
	}
	for _, b := range s.Ballots {
		if raw, err := hex.DecodeString(b.ID); err != nil || len(raw) != sha256.Size || b.Subject == "" {
			return errors.New("a ballot has no subject or no whole id")
		}
	}
	return nil
}

// Signed is a document with its signature: the file that travels.
type Signed struct {
	Document  json.RawMessage `json:"document"`
	Signature string          `json:"signature"` // armored SSHSIG
}

// Sign signs a statement. The signed bytes are its canonical form.
func Sign(s *Statement, signer ssh.Signer) (*Signed, error) {
	if err := s.valid(); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	return SignDocument(s, signer, Namespace)
}

// SignDocument signs the canonical JSON of a document in a namespace.
func SignDocument(doc any, signer ssh.Signer, namespace string) (*Signed, error) {
	data, err := canonical(doc)
	if err != nil {
		return nil, err
	}
	sig, err := sshsig.Sign(bytes.NewReader(data), signer, sshsig.HashSHA512, namespace)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return &Signed{Document: data, Signature: string(sshsig.Armor(sig))}, nil
}

// canonical is the one way in which a document is written.
func canonical(doc any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}), nil
}

// Encode writes a signed document as a file.
func (s *Signed) Encode() []byte {
	data, err := canonical(s)
	if err != nil {
		panic(err) // both parts are already JSON
	}
	return append(data, '\n')
}

// Hash names a signed document.
func (s *Signed) Hash() string {
	sum := sha256.Sum256(s.Encode())
	return hex.EncodeToString(sum[:])
}

// Decode reads a signed document. Bytes beyond it, unknown keys and other
// spellings of the same values are refused: one statement has one file.
func Decode(data []byte) (*Signed, error) {
	if len(data) > Limit {
		return nil, fmt.Errorf("signed document of more than %d bytes", Limit)
	}
	s := &Signed{}
	if err := strict(data, s); err != nil {
		return nil, fmt.Errorf("signed document: %w", err)
	}
	if !bytes.Equal(s.Encode(), data) {
		return nil, errors.New("signed document: not in its canonical form")
	}
	return s, nil
}

func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("there is more behind it")
	}
	return nil
}

// Open verifies the signature of a statement and returns it with the key that
// made it, as in an authorized_keys file. Whose key that is, is the caller's
// question.
func (s *Signed) Open() (*Statement, string, error) {
	st := &Statement{}
	key, err := s.OpenDocument(st, Namespace)
	if err != nil {
		return nil, "", fmt.Errorf("statement: %w", err)
	}
	if err := st.valid(); err != nil {
		return nil, "", fmt.Errorf("statement: %w", err)
	}
	return st, key, nil
}

// Claims lists the ballots that a signed document seems to hold. Nothing of it is
// verified: it only tells whether the trouble of [Signed.Open] is worth it.
func (s *Signed) Claims() []Ballot {
	var st Statement
	if json.Unmarshal(s.Document, &st) != nil {
		return nil
	}
	return st.Ballots
}

// OpenDocument verifies a signature in a namespace and decodes the document.
func (s *Signed) OpenDocument(doc any, namespace string) (key string, err error) {
	sig, err := sshsig.Unarmor([]byte(s.Signature))
	if err != nil {
		return "", fmt.Errorf("signature: %w", err)
	}
	if err := sshsig.Verify(bytes.NewReader(s.Document), sig, sig.PublicKey, sig.HashAlgorithm, namespace); err != nil {
		return "", fmt.Errorf("signature: %w", err)
	}
	if err := weak(sig.PublicKey); err != nil {
		return "", err
	}
	// What is counted once is known by its file: it must not have two. Anybody can
	// write an ECDSA signature in a second form that holds, and nothing hangs on it:
	// the same person said the same at the same time, so it is no second vote, and
	// once a decision was made on its files after that time it is none at all.
	if bare := !strings.HasPrefix(sig.PublicKey.Type(), "sk-"); string(sshsig.Armor(sig)) != s.Signature || bare && len(sig.Signature.Rest) > 0 {
		return "", errors.New("signature: not in its canonical form")
	}
	if err := strict(s.Document, doc); err != nil {
		return "", err
	}
	if again, err := canonical(doc); err != nil || !bytes.Equal(again, s.Document) {
		return "", errors.New("not in its canonical form")
	}
	return Authorized(sig.PublicKey), nil
}

// Authorized writes a public key as data/people.yaml has it: type and key.
func Authorized(k ssh.PublicKey) string {
	return k.Type() + " " + base64.StdEncoding.EncodeToString(k.Marshal())
}

// Rejoin puts a document and a signature that was kept apart from it together.
func Rejoin(doc any, signature string) (*Signed, error) {
	data, err := canonical(doc)
	if err != nil {
		return nil, err
	}
	return &Signed{Document: data, Signature: signature}, nil
}
