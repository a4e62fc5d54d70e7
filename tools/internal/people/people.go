// Package people answers who may speak for which department on a given day: by
// which accounts and keys a person is known, of which departments the person is
// a member, and who has delegated what to whom.
//
// It must not know forges, votes, transitions or files: it takes the plain
// values of data/people.yaml, and every question names its day.
package people

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/value"
)

// Register holds the persons of data/people.yaml. The zero Register holds
// nobody. It is read-only and safe for use by several goroutines.
type Register struct {
	persons  map[string]*person
	ids      []string             // of all persons, sorted
	received map[string][]granted // by delegate
	accounts map[account][]owned
	keys     map[string][]owned // by key blob
	emails   map[string]string  // folded address → person
}

// Membership is the right to speak for one department. Via is the person who
// delegated it, "" for a membership of one's own.
type Membership struct {
	Department string `json:"department"`
	Via        string `json:"via,omitempty"`
}

// period is a run of days, YYYY-MM-DD in Asia/Shanghai, both ends included. An
// empty From is always, an empty Until is open.
type period struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// holds reports whether a day lies in the period. What is no day lies in none.
func (p period) holds(day string) bool {
	return value.ValidDate(day) && p.From <= day && day <= p.last()
}

func (p period) last() string {
	if p.Until == "" {
		return "9999-12-31"
	}
	return p.Until
}

type person struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"` // read and never used: it stays inside
	Departments []string `json:"departments"`
	period
	Accounts []struct {
		account
		Login string `json:"login"` // for readers of the file only: logins change
		period
	} `json:"accounts"`
	SSHKeys []struct {
		Key string `json:"key"`
		period
	} `json:"sshKeys"`
	Emails      []string     `json:"emails"`
	Delegations []delegation `json:"delegations"`
}

type account struct {
	Forge string `json:"forge"`
	ID    int64  `json:"id"`
}

type delegation struct {
	To         string `json:"to"`
	Department string `json:"department"`
	period
}

// granted is a delegation seen from the one who received it.
type granted struct {
	by *person
	delegation
}

// owned is what belongs to a person for some time.
type owned struct {
	person string
	period
}

// Load reads the plain value of data/people.yaml, {"people": [...]}, as the
// registry's reader gives it; nil gives a register of nobody. It refuses, as
// Problems, whatever would leave open who speaks for whom. A value that its
// schema refuses is an error too, never half a register.
func Load(root map[string]any) (*Register, error) {
	text, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	var file struct {
		People []*person `json:"people"`
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields() // “untill” must not read as an open end
	if err := strict.Decode(&file); err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	c := newCollector(file.People)
	for i, p := range file.People {
		c.person(i, p)
	}
	c.overlaps()
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	c.sort()
	return c.Register, nil
}

// ByAccount returns the person to whom the account of a forge belonged on a
// day, by its numeric id. Whether the person was in office then is a matter of
// Memberships.
func (r *Register) ByAccount(forge string, id int64, on string) (person string, ok bool) {
	if id <= 0 { // what forges put in place of a deleted account
		return "", false
	}
	return ownerOn(r.accounts[account{forge, id}], on)
}

// Holders returns the persons to whom the account of a forge belonged on any day.
// Who has left an account behind has still written what was written by it: like an
// address it may exclude an author on all days, and gives a vote on its own alone.
func (r *Register) Holders(forge string, id int64) []string {
	if id <= 0 { // as in ByAccount
		return nil
	}
	var list []string
	for _, o := range r.accounts[account{forge, id}] {
		list = append(list, o.person)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// ByKey returns the person whose SSH key it was on a day. The key is written as
// in authorized_keys, without options; only its blob is compared, so a comment
// does not matter.
func (r *Register) ByKey(authorizedKey string, on string) (person string, ok bool) {
	b, ok := blob(authorizedKey)
	if !ok {
		return "", false
	}
	return ownerOn(r.keys[b], on)
}

func ownerOn(owners []owned, on string) (person string, ok bool) {
	for _, o := range owners {
		if o.holds(on) {
			return o.person, true
		}
	}
	return "", false
}

// ByEmail returns the person who writes commits under an address, whatever its
// case. An address proves nothing: it may exclude an author, never give a vote.
func (r *Register) ByEmail(address string) (person string, ok bool) {
	person, ok = r.emails[foldEmail(address)]
	return person, ok
}

func foldEmail(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// Has reports whether a person is registered, in office or not.
func (r *Register) Has(person string) bool { return r.persons[person] != nil }

// Keys returns the SSH keys of a person that are valid on a day, as registered.
func (r *Register) Keys(person, on string) []string {
	var keys []string
	if p := r.persons[person]; p != nil {
		for _, k := range p.SSHKeys {
			if k.holds(on) {
				keys = append(keys, k.Key)
			}
		}
	}
	return keys
}

// Memberships returns the departments that a person may speak for on a day:
// first those of the person's own, then those delegated by others, each sorted.
// Outside one's term of office there are none, and what somebody out of office
// has delegated is void. What one has by delegation cannot be delegated further.
func (r *Register) Memberships(person, on string) []Membership {
	p := r.persons[person]
	if p == nil || !p.holds(on) {
		return nil
	}
	var out []Membership
	for _, d := range p.Departments {
		out = append(out, Membership{Department: d})
	}
	for _, g := range r.received[person] {
		if g.holds(on) && g.by.holds(on) {
			out = append(out, Membership{g.Department, g.by.ID})
		}
	}
	return out
}

// Members returns the persons who may speak for a department on a day, of their
// own right or by delegation, sorted.
func (r *Register) Members(department, on string) []string {
	var out []string
	for _, id := range r.ids {
		if slices.ContainsFunc(r.Memberships(id, on), func(m Membership) bool { return m.Department == department }) {
			out = append(out, id)
		}
	}
	return out
}

// blob returns the decoded part of a key in the form of authorized_keys; ok is
// false when the text is not such a key or names another type than it holds.
func blob(authorizedKey string) (string, bool) {
	parts := strings.Fields(authorizedKey)
	if len(parts) < 2 {
		return "", false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(parts[1])
	if err != nil || len(b) < 4 {
		return "", false
	}
	kind := parts[0]
	if int(binary.BigEndian.Uint32(b)) != len(kind) || !strings.HasPrefix(string(b[4:]), kind) {
		return "", false
	}
	return string(b), true
}
