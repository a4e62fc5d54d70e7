// Package seal writes decisions as files of the registry and reads them again:
// what was decided, by whom, on exactly which content, chained by a hash to the
// decision before it on the same subject, with everything that is needed to
// replay it offline. It knows neither Git nor forges.
package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/decision"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/statement"
	"taizhang/tools/internal/transition"
	"taizhang/tools/internal/value"
)

// Namespace keeps the seal of the gate apart from signatures of persons.
const Namespace = "decision@taizhang"

// Limit is the size of a decision, in bytes, that is still read.
const Limit = 1 << 20

// StatementsDir holds the signed statements that decisions rest on, each once,
// named by its hash.
const StatementsDir = registry.DecisionsDir + "/statements"

// StatementFile is the path of a statement in the registry.
func StatementFile(hash string) string { return path.Join(StatementsDir, hash+".json") }

// Decision is one sealed decision on one transition.
type Decision struct {
	Version    int              `json:"v"`        // 1
	Registry   string           `json:"registry"` // division code of the district
	Number     int              `json:"number"`   // on this subject, from 1
	Previous   string           `json:"previous"` // hash of the decision before it, "" for the first
	Base       string           `json:"base"`     // commit of main that it was decided on
	On         string           `json:"on"`       // RFC 3339, UTC, whole seconds
	Transition Transition       `json:"transition"`
	Outcome    decision.Outcome `json:"outcome"` // approved, overridden
	Authors    []string         `json:"authors"` // persons who wrote it
	Seats      []Seat           `json:"seats"`
	Override   []Seat           `json:"override,omitempty"`
	Votes      []Vote           `json:"votes"`
	Request    *Request         `json:"request,omitempty"` // of a forge
	Seal       string           `json:"seal,omitempty"`    // armored SSHSIG of the gate over all the rest
}

// Transition is what was decided about: what its id is made of.
type Transition struct {
	ID      string            `json:"id"`
	Subject string            `json:"subject"`
	From    string            `json:"from,omitempty"`
	To      string            `json:"to,omitempty"`
	Steps   []string          `json:"steps,omitempty"` // "T11 2027-03-02"
	Files   []transition.File `json:"files"`
}

// Seat is a filled seat.
type Seat struct {
	Role       string `json:"role"`
	As         string `json:"as"`
	Step       string `json:"step,omitempty"`
	Department string `json:"department"`
	Person     string `json:"person"`
	Via        string `json:"via,omitempty"`
}

// Vote is a vote that was heard, with where it is written.
type Vote struct {
	Person     string           `json:"person"`
	Department string           `json:"department,omitempty"`
	Verdict    decision.Verdict `json:"verdict"`
	On         string           `json:"on"`
	Reason     string           `json:"reason,omitempty"`
	Statement  string           `json:"statement,omitempty"` // hash of a signed statement
	Forge      *ForgeVote       `json:"forge,omitempty"`
}

// ForgeVote points to a review or a comment on a forge.
type ForgeVote struct {
	Forge   string `json:"forge"`
	Account int64  `json:"account"`
	Kind    string `json:"kind"` // review, comment
	ID      string `json:"id"`
	Commit  string `json:"commit,omitempty"`
}

// Request names the request on a forge that a decision closes.
type Request struct {
	Forge  string `json:"forge"`
	Number int64  `json:"number"`
	Head   string `json:"head"`
}

// Encode writes a decision as its file.
func (d *Decision) Encode() []byte {
	data, err := encode(d)
	if err != nil {
		panic(err) // strings and integers can always be written
	}
	return data
}

func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return buf.Bytes(), err
}

// Hash names a decision; the next one on its subject repeats it.
func (d *Decision) Hash() string {
	sum := sha256.Sum256(d.Encode())
	return hex.EncodeToString(sum[:])
}

// When returns the moment of the decision.
func (d *Decision) When() time.Time {
	t, _ := time.Parse(time.RFC3339, d.On)
	return t
}

// Day returns the day of the decision, YYYY-MM-DD in Asia/Shanghai.
func (d *Decision) Day() string { return value.Day(d.When()) }

// Sign seals a decision with the key of the gate.
func (d *Decision) Sign(signer ssh.Signer) error {
	d.Seal = ""
	signed, err := statement.SignDocument(d, signer, Namespace)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	d.Seal = signed.Signature
	return nil
}

// Sealer returns the key that sealed a decision, as in an authorized_keys file;
// "" when it bears no seal.
func (d *Decision) Sealer() (string, error) {
	if d.Seal == "" {
		return "", nil
	}
	bare := *d
	bare.Seal = ""
	signed, err := statement.Rejoin(&bare, d.Seal)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	key, err := signed.OpenDocument(&Decision{}, Namespace)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return key, nil
}

// Decode reads a decision. Unknown keys and any other spelling are refused: one
// decision has one file.
func Decode(data []byte) (*Decision, error) {
	if len(data) > Limit {
		return nil, fmt.Errorf("decision of more than %d bytes", Limit)
	}
	d := &Decision{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(d); err != nil {
		return nil, fmt.Errorf("decision: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("decision: there is more behind it")
	}
	if !bytes.Equal(d.Encode(), data) {
		return nil, errors.New("decision: not in its canonical form")
	}
	if t, err := time.Parse(time.RFC3339, d.On); err != nil || t.UTC().Format(time.RFC3339) != d.On {
		return nil, errors.New("decision: on is not a moment in UTC, whole seconds")
	}
	if d.Version != 1 || d.Number < 1 || d.Transition.ID == "" || d.Transition.Subject == "" || strings.ContainsAny(d.Transition.Subject, "/\\") {
		return nil, errors.New("decision: version, number or transition is malformed")
	}
	return d, nil
}

// Of describes a transition as a decision keeps it.
func Of(t *transition.Transition) Transition {
	out := Transition{ID: t.ID, Subject: t.Subject, From: t.From, To: t.To, Files: t.Files}
	for _, s := range t.Steps {
		out.Steps = append(out.Steps, s.ID+" "+s.On)
	}
	return out
}

// Fill takes over who filled which seat.
func (d *Decision) Fill(r *decision.Result) {
	d.Outcome = r.Outcome
	take := func(list []decision.SeatResult) []Seat {
		out := []Seat{}
		for _, s := range list {
			if s.State == decision.Filled {
				out = append(out, Seat{Role: s.Role, As: s.As, Step: s.Step, Department: s.By.Department, Person: s.By.Person, Via: s.By.Via})
			}
		}
		return out
	}
	d.Seats = take(r.Seats)
	if r.Outcome == decision.Overridden {
		d.Override = take(r.Override)
	}
}
