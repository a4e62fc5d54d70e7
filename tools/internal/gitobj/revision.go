package gitobj

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

const (
	minAbbrev = 4       // hexadecimal digits, as in Git
	maxPeel   = 16      // tags that point to tags, symbolic references to such
	maxStep   = 1 << 20 // commits that ~N may go back
)

// resolve turns a revision into the hash of a commit that exists here.
func (r *Repo) resolve(rev string) (plumbing.Hash, error) {
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "^~"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	h, err := r.resolveName(rev, name)
	if err != nil {
		return h, err
	}
	if h, err = r.peel(rev, h); err != nil {
		return h, err
	}
	for steps != "" {
		if h, steps, err = r.step(rev, h, steps); err != nil {
			return h, err
		}
	}
	return h, nil
}

func (r *Repo) unknown(rev, reason string) error {
	return &UnknownRevisionError{Rev: rev, Reason: reason, Shallow: r.Shallow()}
}

// resolveName finds the object that the part before any ~ or ^ names.
func (r *Repo) resolveName(rev, name string) (plumbing.Hash, error) {
	if name == "@" {
		name = "HEAD"
	}
	// A full hash is never a ref: what was pinned stays pinned.
	if h, ok := parseHash(strings.ToLower(name)); ok {
		return h, nil
	}
	if !validRefName(name) {
		return plumbing.ZeroHash, r.unknown(rev, "it is not a name that is understood here")
	}
	if name == "FETCH_HEAD" {
		return r.fetchHead(rev)
	}
	for _, ref := range refCandidates(name) {
		h, err := r.reference(ref)
		if err == nil && !h.IsZero() {
			return h, nil
		}
	}
	return r.abbreviated(rev, strings.ToLower(name))
}

// Branch gives the full name of a branch that exists, and any other revision as
// it is. Git itself prefers a tag of that name, and anybody may push tags.
func (r *Repo) Branch(rev string) string {
	if _, hash := parseHash(rev); hash {
		return rev
	}
	if full := "refs/heads/" + rev; validRefName(full) {
		if _, err := r.reference(full); err == nil {
			return full
		}
	}
	return rev
}

// refCandidates lists where Git looks for a name, in its order.
func refCandidates(name string) []string {
	var list []string
	// Names at the top of .git that are not refs (config, index) are not read.
	if strings.HasPrefix(name, "refs/") || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" {
		list = append(list, name)
	}
	return append(list, "refs/"+name, "refs/tags/"+name, "refs/heads/"+name,
		"refs/remotes/"+name, "refs/remotes/"+name+"/HEAD")
}

// validRefName follows git-check-ref-format(1).
func validRefName(name string) bool {
	if name == "" || name[0] == '-' || strings.HasSuffix(name, ".") || strings.Contains(name, "..") ||
		strings.Contains(name, "@{") || strings.ContainsAny(name, " ~^:?*[\\\x7f") {
		return false
	}
	for _, c := range []byte(name) {
		if c < ' ' {
			return false
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

func (r *Repo) reference(name string) (plumbing.Hash, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref, err := storer.ResolveReference(r.storage, plumbing.ReferenceName(name))
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return ref.Hash(), nil
}

// Target returns the full name of the reference that a symbolic one leads to,
// whether it exists or not, and the name of any other as it is.
func (r *Repo) Target(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range maxPeel {
		ref, err := r.storage.Reference(plumbing.ReferenceName(name))
		if err != nil || ref.Type() != plumbing.SymbolicReference {
			break
		}
		name = ref.Target().String()
	}
	return name
}

// fetchHead reads the first line of FETCH_HEAD, which carries more than a hash.
func (r *Repo) fetchHead(rev string) (plumbing.Hash, error) {
	b, err := readPlain(filepath.Join(r.gitDir, "FETCH_HEAD"))
	if err == nil && len(b) >= 40 {
		if h, ok := parseHash(string(b[:40])); ok {
			return h, nil
		}
	}
	return plumbing.ZeroHash, r.unknown(rev, "nothing was fetched")
}

// abbreviated finds the one commit (or tag of a commit) whose hash starts with
// name.
func (r *Repo) abbreviated(rev, name string) (plumbing.Hash, error) {
	if len(name) < minAbbrev || strings.Trim(name, "0123456789abcdef") != "" {
		return plumbing.ZeroHash, r.unknown(rev, "")
	}
	found := map[plumbing.Hash]bool{}
	r.mu.Lock()
	for _, o := range r.objects {
		if err := o.startingWith(name, found); err != nil {
			r.mu.Unlock()
			return plumbing.ZeroHash, err
		}
	}
	r.mu.Unlock()
	commits := map[plumbing.Hash]bool{}
	for h := range found {
		c, err := r.peel(rev, h)
		if unknown := (*UnknownRevisionError)(nil); errors.As(err, &unknown) {
			continue // a tree or a blob
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
		commits[c] = true
	}
	switch len(commits) {
	case 1:
		for h := range commits {
			return h, nil
		}
	case 0:
		return plumbing.ZeroHash, r.unknown(rev, "")
	}
	return plumbing.ZeroHash, r.unknown(rev, "it is short for "+strconv.Itoa(len(commits))+" commits")
}

// peel follows tags to a commit.
func (r *Repo) peel(rev string, h plumbing.Hash) (plumbing.Hash, error) {
	for range maxPeel {
		typ, data, err := r.object(plumbing.AnyObject, h, maxCommit)
		if missing, big := (*MissingObjectError)(nil), (*TooLargeError)(nil); errors.As(err, &missing) {
			return h, r.unknown(rev, "there is no object "+h.String())
		} else if errors.As(err, &big) {
			return h, r.unknown(rev, "it is no commit, or one of more than "+strconv.Itoa(maxCommit)+" bytes")
		}
		if err != nil {
			return h, err
		}
		switch typ {
		case plumbing.CommitObject:
			return h, nil
		case plumbing.TagObject:
			line, _, _ := strings.Cut(string(data), "\n")
			target, tagged := strings.CutPrefix(line, "object ")
			var ok bool
			if h, ok = parseHash(target); !ok || !tagged {
				return h, &CorruptObjectError{h.String(), "a tag without an object line"}
			}
		default:
			return h, r.unknown(rev, "it is a "+typ.String()+", not a commit")
		}
	}
	return h, r.unknown(rev, "too many tags in a row")
}

// step takes the first of the operators ~N, ^N, ^{commit}, ^{} from steps.
func (r *Repo) step(rev string, h plumbing.Hash, steps string) (plumbing.Hash, string, error) {
	op, rest := steps[0], steps[1:]
	if op == '^' && strings.HasPrefix(rest, "{") {
		for _, kind := range []string{"{commit}", "{}"} {
			if after, ok := strings.CutPrefix(rest, kind); ok {
				return h, after, nil
			}
		}
		return h, "", r.unknown(rev, "only ^{commit} is understood")
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	n := 1
	if digits > 0 {
		var err error
		if n, err = strconv.Atoi(rest[:digits]); err != nil || n > maxStep {
			return h, "", r.unknown(rev, "the number is too large")
		}
	}
	rest = rest[digits:]
	if rest != "" && rest[0] != '^' && rest[0] != '~' {
		return h, "", r.unknown(rev, "it ends in something that is not understood")
	}
	if op == '^' {
		if n == 0 {
			return h, rest, nil
		}
		next, err := r.parent(rev, h, n)
		return next, rest, err
	}
	var err error
	for range n {
		if h, err = r.parent(rev, h, 1); err != nil {
			return h, "", err
		}
	}
	return h, rest, nil
}

func (r *Repo) parent(rev string, h plumbing.Hash, n int) (plumbing.Hash, error) {
	c, err := r.readCommit(h)
	if err != nil {
		return h, err
	}
	if n > len(c.parents) {
		return h, r.unknown(rev, "commit "+h.String()+" has "+strconv.Itoa(len(c.parents))+" parents")
	}
	if r.shallow[h] {
		return h, &ShallowError{What: "resolve " + rev}
	}
	return c.parents[n-1], nil
}
