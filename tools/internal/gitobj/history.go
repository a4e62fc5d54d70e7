package gitobj

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxBranch bounds the commits of one change: more are no change but a history.
// maxSaid bounds what they say, maxHistory all the commits that one search reads,
// in bytes: a pack of a few kilobytes can hold messages of gigabytes.
const (
	maxBranch  = 2000
	maxSaid    = 16 << 20
	maxHistory = 256 << 20
)

// allowance is how much may still be read.
type allowance int

func (a *allowance) spend(bytes int) error {
	if *a -= allowance(bytes); *a < 0 {
		return &LongBranchError{Commits: maxBranch, Bytes: maxSaid}
	}
	return nil
}

// Beyond lists the commits that head has and base has not, whatever their
// histories share.
func (r *Repo) Beyond(base, head string) ([]Commit, error) {
	common, err := r.MergeBase(base, head)
	none, many := (*NoMergeBaseError)(nil), (*ManyMergeBasesError)(nil)
	if err == nil {
		return r.Between(common, head)
	} else if !errors.As(err, &none) && !errors.As(err, &many) {
		return nil, err
	}
	stop, err := r.resolve(base)
	if err != nil {
		return nil, err
	}
	seen := map[plumbing.Hash]bool{}
	if err := r.reach(stop, seen); err != nil {
		return nil, err
	}
	start, err := r.resolve(head)
	if err != nil {
		return nil, err
	}
	return r.walk(start, seen, func() error { return nil })
}

// Between lists the commits that head has and base has not, from head downwards.
// base must be the single merge base of the change.
func (r *Repo) Between(base, head string) ([]Commit, error) {
	stop, err := r.resolve(base)
	if err != nil {
		return nil, err
	}
	start, err := r.resolve(head)
	if err != nil {
		return nil, err
	}
	seen := map[plumbing.Hash]bool{stop: true}
	lined := true // no merge so far: nothing below base can be met
	return r.walk(start, seen, func() error {
		if !lined {
			return nil
		}
		lined = false
		return r.reach(stop, seen)
	})
}

// walk lists the commits from start downwards that were not seen before. atMerge
// is called at each merge, before its parents are visited.
func (r *Repo) walk(start plumbing.Hash, seen map[plumbing.Hash]bool, atMerge func() error) ([]Commit, error) {
	var out []Commit
	said := allowance(maxSaid)
	for todo := []plumbing.Hash{start}; len(todo) > 0; todo = todo[1:] {
		h := todo[0]
		if seen[h] {
			continue
		}
		seen[h] = true
		if r.shallow[h] {
			return nil, &ShallowError{What: "commits of the change"}
		}
		c, err := r.readCommit(h)
		if err != nil {
			return nil, err
		}
		if len(out) == maxBranch {
			return nil, &LongBranchError{Commits: maxBranch, Bytes: maxSaid}
		}
		if err := said.spend(c.size); err != nil {
			return nil, err
		}
		out = append(out, c.as(h))
		if len(c.parents) > 1 {
			if err := atMerge(); err != nil {
				return nil, err
			}
		}
		todo = append(todo, c.parents...)
	}
	return out, nil
}

// reach marks everything that a commit has behind it.
func (r *Repo) reach(from plumbing.Hash, seen map[plumbing.Hash]bool) error {
	left := allowance(maxHistory)
	for todo := []plumbing.Hash{from}; len(todo) > 0; {
		h := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		seen[h] = true
		if r.shallow[h] {
			continue
		}
		c, err := r.readCommit(h)
		if err == nil {
			err = left.spend(c.size)
		}
		if err != nil {
			return err
		}
		for _, p := range c.parents {
			if !seen[p] {
				todo = append(todo, p)
			}
		}
	}
	return nil
}

// FirstParents lists the commits from head back to from by first parents,
// newest first, from itself last; "" for from goes back to the root. It is a
// [*NoMergeBaseError] when the way from head never meets from.
func (r *Repo) FirstParents(from, head string) ([]Commit, error) {
	return r.firstParents(from, head, maxHistory)
}

func (r *Repo) firstParents(from, head string, left allowance) ([]Commit, error) {
	c, err := r.Commit(head)
	if err != nil {
		return nil, err
	}
	stop := ""
	if from != "" {
		f, err := r.Commit(from)
		if err != nil {
			return nil, err
		}
		stop = f.Hash
	}
	out := []Commit{c}
	for c.Hash != stop && len(c.Parents) > 0 {
		if h, ok := parseHash(c.Hash); ok && r.shallow[h] {
			return nil, &ShallowError{What: "first parents of " + head}
		}
		if c, err = r.Commit(c.Parents[0]); err == nil {
			err = left.spend(len(c.Message) + len(c.Author) + len(c.Committer))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if stop != "" && c.Hash != stop {
		return nil, &NoMergeBaseError{Base: from, Head: head}
	}
	return out, nil
}

// Ref is a reference by its full name.
type Ref struct{ Name, Hash string }

// Refs lists the references below a prefix such as refs/taizhang/, sorted by
// name. Symbolic references are left out.
func (r *Repo) Refs(prefix string) ([]Ref, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	iter, err := r.storage.IterReferences()
	if err != nil {
		return nil, fmt.Errorf("list references: %w", err)
	}
	defer iter.Close()
	var out []Ref
	err = iter.ForEach(func(ref *plumbing.Reference) error {
		if ref.Type() == plumbing.HashReference && strings.HasPrefix(ref.Name().String(), prefix) {
			out = append(out, Ref{Name: ref.Name().String(), Hash: ref.Hash().String()})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list references: %w", err)
	}
	return out, nil
}

// Blob returns the content of a blob by its hash, of at most limit bytes.
func (r *Repo) Blob(hash string, limit int64) ([]byte, error) { return r.blob(hash, limit) }
