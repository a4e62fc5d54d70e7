package gitobj

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Commit is what a commit object says. Hashes are 40 hexadecimal digits.
type Commit struct {
	Hash      string
	Tree      string
	Parents   []string // as recorded, also where a shallow clone lacks them
	Author    string   // "Name <address>"
	Committer string
	When      time.Time // committer's date, in the committer's zone
	Message   string
}

// Commit resolves a revision: a hash, also abbreviated, a branch, a tag, a
// remote branch such as origin/main, HEAD, FETCH_HEAD, each with any number of
// ~N, ^N and ^{commit} behind it. It returns [*UnknownRevisionError] when the
// revision names no commit here and [*ShallowError] when the way to it is cut.
func (r *Repo) Commit(rev string) (Commit, error) {
	h, known := parseHash(rev)
	var c commitObject
	var err error
	if known {
		c, err = r.readCommit(h)
	}
	if !known || err != nil { // a name, a tag, or nothing: resolve says which
		if h, err = r.resolve(rev); err != nil {
			return Commit{}, err
		}
		if c, err = r.readCommit(h); err != nil {
			return Commit{}, err
		}
	}
	return c.as(h), nil
}

// as is the commit under its name.
func (c *commitObject) as(h plumbing.Hash) Commit {
	out := Commit{
		Hash: h.String(), Tree: c.tree.String(),
		Author: c.author, Committer: c.committer, When: c.when, Message: c.message,
	}
	for _, p := range c.parents {
		out.Parents = append(out.Parents, p.String())
	}
	return out
}

// maxParents bounds the branches that one commit joins: each costs a search for
// what it brings.
const maxParents = 16

// commitObject is a parsed commit.
type commitObject struct {
	tree              plumbing.Hash
	parents           []plumbing.Hash
	author, committer string
	when              time.Time
	message           string
	size              int // bytes
}

func (r *Repo) readCommit(h plumbing.Hash) (commitObject, error) {
	_, data, err := r.object(plumbing.CommitObject, h, maxCommit)
	if err != nil {
		return commitObject{}, err
	}
	c, reason := parseCommit(data)
	c.size = len(data)
	if reason != "" {
		return c, &CorruptObjectError{h.String(), reason}
	}
	return c, nil
}

// parseCommit reads the header lines tree, parent…, author, committer in that
// order, as Git writes and fsck demands them; what follows is left unread up
// to the message.
func parseCommit(data []byte) (c commitObject, reason string) {
	header, message, _ := bytes.Cut(data, []byte("\n\n"))
	c.message = string(message)
	next := func(key string) ([]byte, bool) {
		line, rest, _ := bytes.Cut(header, []byte{'\n'})
		value, ok := bytes.CutPrefix(line, []byte(key+" "))
		if ok {
			header = rest
		}
		return value, ok
	}
	value, _ := next("tree")
	var ok bool
	if c.tree, ok = parseHash(string(value)); !ok {
		return c, "no tree line"
	}
	for {
		value, ok := next("parent")
		if !ok {
			break
		}
		p, ok := parseHash(string(value))
		if !ok {
			return c, "malformed parent line"
		}
		if len(c.parents) == maxParents {
			return c, fmt.Sprintf("more than %d parents", maxParents)
		}
		c.parents = append(c.parents, p)
	}
	if value, ok = next("author"); !ok {
		return c, "no author line"
	}
	c.author, _ = parseSignature(value)
	if value, ok = next("committer"); !ok {
		return c, "no committer line"
	}
	c.committer, c.when = parseSignature(value)
	return c, ""
}

// lastSecond is the end of the year 9999: behind it no date can be written.
const lastSecond = 253402300799 - 24*60*60

// parseSignature splits "Name <address> seconds zone". A date that cannot be
// read, or that no calendar holds, is the zero of Unix time, as Git has it.
func parseSignature(line []byte) (who string, when time.Time) {
	end := bytes.LastIndexByte(line, '>') + 1
	fields := bytes.Fields(line[end:])
	when = time.Unix(0, 0).UTC()
	if len(fields) > 0 {
		if sec, err := strconv.ParseInt(string(fields[0]), 10, 64); err == nil && sec >= 0 && sec <= lastSecond {
			when = time.Unix(sec, 0).UTC()
		}
	}
	if len(fields) > 1 {
		if zone, err := time.Parse("-0700", string(fields[1])); err == nil {
			if _, east := zone.Zone(); max(east, -east) < 24*60*60 {
				when = when.In(zone.Location())
			}
		}
	}
	return string(line[:end]), when
}
