package gitobj

import (
	"cmp"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// Log returns the commits that a change brings: those that head descends from
// and base does not, the newest first, at most limit of them. A cut history
// gives those that are here.
func (r *Repo) Log(base, head string, limit int) ([]Commit, error) {
	from, err := r.resolve(base)
	if err != nil {
		return nil, err
	}
	to, err := r.resolve(head)
	if err != nil {
		return nil, err
	}
	p := painting{history: &history{repo: r, commits: map[plumbing.Hash]*link{}}, marks: map[plumbing.Hash]*mark{}}
	if err := p.paint(from, stale); err != nil {
		return nil, err
	}
	if err := p.paint(to, fromB); err != nil {
		return nil, err
	}
	for p.live > 0 && len(p.marks) <= limit {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	// Clocks that are wrong may hide for a while that base descends from a
	// commit too. A look further down finds that out in all but odd histories.
	for n := 0; n < 1000 && len(p.queue) > 0; n++ {
		if err := p.advance(); err != nil {
			break // cut off further down
		}
	}
	var marks []*mark
	for _, m := range p.marks {
		if m.flags&stale == 0 {
			marks = append(marks, m)
		}
	}
	slices.SortFunc(marks, func(a, b *mark) int {
		return cmp.Or(cmp.Compare(b.link.when, a.link.when), cmp.Compare(a.seq, b.seq))
	})
	var out []Commit
	for _, m := range marks[:min(len(marks), limit)] {
		c, err := r.Commit(m.id.String())
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
