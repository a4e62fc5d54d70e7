package gitobj

import (
	"container/heap"
	"errors"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// MergeBase returns the hash of the one best common ancestor of two revisions:
// the commit that every other common ancestor is an ancestor of. It never
// guesses:
//
//   - [*NoMergeBaseError] when the histories are unrelated,
//   - [*ManyMergeBasesError] when there are several best ones,
//   - [*ShallowError] when a cut history leaves the answer open,
//   - [*UnknownRevisionError] when one of the two is not in this clone.
//
// The time it takes depends on the commits since the merge base, as long as
// commit dates grow along the history; the answer does not depend on dates.
func (r *Repo) MergeBase(base, head string) (string, error) {
	a, err := r.resolve(base)
	if err != nil {
		return "", err
	}
	b, err := r.resolve(head)
	if err != nil {
		return "", err
	}
	h := &history{repo: r, commits: map[plumbing.Hash]*link{}, left: maxHistory}
	uncertain := &ShallowError{What: "merge base of " + base + " and " + head}
	found, certain, err := h.common(a, b)
	if err != nil {
		return "", err
	}
	if !certain {
		return "", uncertain
	}
	best := found
	if len(found) > 1 {
		if best, certain, err = h.independent(found); err != nil {
			return "", err
		}
		if !certain {
			return "", uncertain
		}
	}
	switch len(best) {
	case 0:
		return "", &NoMergeBaseError{Base: base, Head: head}
	case 1:
		return best[0].String(), nil
	}
	many := &ManyMergeBasesError{Base: base, Head: head}
	for _, m := range best {
		many.Bases = append(many.Bases, m.String())
	}
	slices.Sort(many.Bases)
	return "", many
}

// link is what the search needs of a commit.
type link struct {
	parents []plumbing.Hash
	when    int64 // Unix seconds
	cut     bool  // its parents exist elsewhere
}

// history caches commits for one search.
type history struct {
	repo    *Repo
	commits map[plumbing.Hash]*link
	left    allowance
}

func (h *history) load(id plumbing.Hash) (*link, error) {
	if l := h.commits[id]; l != nil {
		return l, nil
	}
	c, err := h.repo.readCommit(id)
	if err == nil {
		err = h.left.spend(c.size)
	}
	if err != nil {
		return nil, err
	}
	l := &link{parents: c.parents, when: c.when.Unix()}
	if h.repo.shallow[id] {
		l.parents, l.cut = nil, true
	}
	h.commits[id] = l
	return l, nil
}

// independent drops every commit that is an ancestor of another one.
func (h *history) independent(list []plumbing.Hash) (best []plumbing.Hash, certain bool, err error) {
	gone := map[plumbing.Hash]bool{}
	for i, a := range list {
		for _, b := range list[i+1:] {
			if gone[a] || gone[b] {
				continue
			}
			found, certain, err := h.common(a, b)
			if err != nil || !certain {
				return nil, certain, err
			}
			if slices.Contains(found, a) {
				gone[a] = true
			} else if slices.Contains(found, b) {
				gone[b] = true
			}
		}
	}
	for _, a := range list {
		if !gone[a] {
			best = append(best, a)
		}
	}
	return best, true, nil
}

// Marks on a commit during the search.
const (
	fromA = 1 << iota
	fromB
	stale // below a common ancestor
	result
)

// common returns common ancestors of a and b that include all the best ones;
// where commit dates do not grow along the history there may be others among
// them. The two histories are painted downwards, newest commit first, until
// only ancestors of common ancestors are left to visit: a best one cannot be
// missed, as no commit between it and a or b is common. The answer is not
// certain when a commit whose parents were cut off lies outside the common
// part.
func (h *history) common(a, b plumbing.Hash) (found []plumbing.Hash, certain bool, err error) {
	if a == b {
		return []plumbing.Hash{a}, true, nil
	}
	p := painting{history: h, marks: map[plumbing.Hash]*mark{}}
	if err := p.paint(a, fromA); err != nil {
		return nil, false, err
	}
	if err := p.paint(b, fromB); err != nil {
		return nil, false, err
	}
	for p.live > 0 {
		// One that is an ancestor of the other is the only answer, whatever a
		// cut history hides: no common ancestor is outside its own history.
		for _, id := range []plumbing.Hash{a, b} {
			if p.marks[id].flags&(fromA|fromB) == fromA|fromB {
				return []plumbing.Hash{id}, true, nil
			}
		}
		if err := p.advance(); err != nil {
			return nil, false, err
		}
	}
	if p.uncertain() {
		// A cut commit may yet turn out to lie below a common ancestor.
		for len(p.queue) > 0 {
			if err := p.advance(); err != nil {
				return nil, false, err
			}
		}
		if p.uncertain() {
			return nil, false, nil
		}
	}
	for _, id := range p.results {
		if p.marks[id].flags&stale == 0 {
			found = append(found, id)
		}
	}
	return found, true, nil
}

// painting is the state of one search for common ancestors.
type painting struct {
	*history
	marks   map[plumbing.Hash]*mark
	queue   markQueue
	live    int // commits in queue that are not stale
	seq     int
	cuts    []*mark
	results []plumbing.Hash
}

type mark struct {
	id     plumbing.Hash
	link   *link
	flags  int
	queued bool
	seq    int // order of insertion among equal dates
}

// paint adds flags to a commit and queues it when that is news.
func (p *painting) paint(id plumbing.Hash, flags int) error {
	m := p.marks[id]
	if m == nil {
		l, err := p.load(id)
		if err != nil {
			return err
		}
		m = &mark{id: id, link: l}
		p.marks[id] = m
		if l.cut {
			p.cuts = append(p.cuts, m)
		}
	}
	if m.flags&flags == flags {
		return nil
	}
	wasLive := m.queued && m.flags&stale == 0
	m.flags |= flags
	if !m.queued {
		m.queued = true
		p.seq++
		m.seq = p.seq
		heap.Push(&p.queue, m)
	}
	if isLive := m.flags&stale == 0; isLive && !wasLive {
		p.live++
	} else if !isLive && wasLive {
		p.live--
	}
	return nil
}

// advance visits the newest commit of the queue.
func (p *painting) advance() error {
	m := heap.Pop(&p.queue).(*mark)
	m.queued = false
	if m.flags&stale == 0 {
		p.live--
	}
	flags := m.flags & (fromA | fromB | stale)
	if flags == fromA|fromB {
		if m.flags&result == 0 {
			m.flags |= result
			p.results = append(p.results, m.id)
		}
		flags |= stale // for all below
	}
	for _, id := range m.link.parents {
		if err := p.paint(id, flags); err != nil {
			if missing := (*MissingObjectError)(nil); errors.As(err, &missing) && p.repo.Shallow() {
				return &ShallowError{What: "parents of " + m.id.String()}
			}
			return err
		}
	}
	return nil
}

// uncertain reports whether a cut commit is known from one side only: what
// lies beyond it might be reached from the other side.
func (p *painting) uncertain() bool {
	return slices.ContainsFunc(p.cuts, func(m *mark) bool { return m.flags&(fromA|fromB) != fromA|fromB })
}

// markQueue is a heap of commits, newest first.
type markQueue []*mark

func (q markQueue) Len() int { return len(q) }

func (q markQueue) Less(i, j int) bool {
	if q[i].link.when != q[j].link.when {
		return q[i].link.when > q[j].link.when
	}
	return q[i].seq < q[j].seq
}

func (q markQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *markQueue) Push(x any) { *q = append(*q, x.(*mark)) }

func (q *markQueue) Pop() any {
	last := len(*q) - 1
	m := (*q)[last]
	*q = (*q)[:last]
	return m
}
