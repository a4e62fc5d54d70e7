package cli

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/transition"
)

// auditCommits judges commits of a branch, given from the newest to the start,
// which itself is not judged. It returns the oldest first. What commits did is
// looked at beside each other, some of them ahead; they are heard in their order, so
// that what is said does not depend on that.
func (a *app) auditCommits(repo *gitobj.Repo, prefix string, commits []gitobj.Commit, progress func(done, total int)) ([]*audit.Entry, error) {
	commits = slices.Clone(commits)
	slices.Reverse(commits)
	was, err := repo.Tree(commits[0].Hash)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	w := &auditWalk{app: a, repo: repo, prefix: prefix, commits: commits, tree: was, holes: &holes{}}
	w.files = &entire{newGitFiles(was, prefix), w.holes}
	var entries []*audit.Entry
	var ahead []*auditLook
	wait := func() {
		for _, k := range ahead {
			k.wait()
		}
	}
	defer wait()
	for i, total := 1, len(commits)-1; i <= total; i++ {
		for w.next < total && !w.ended && len(ahead) < 2*runtime.GOMAXPROCS(0) {
			ahead = append(ahead, w.look())
		}
		k := ahead[0]
		ahead = ahead[1:]
		e, err := w.hear(k)
		if err != nil || k.last {
			wait() // what is missing for a later one is told, however far that one is
		}
		if lost := w.holes.first(nil); lost != nil {
			return nil, a.gitFailure(lost)
		}
		if err != nil {
			return nil, err
		}
		if e != nil {
			entries = append(entries, e)
		}
		if k.last {
			return entries, nil
		}
		if progress != nil {
			progress(i, total)
		}
	}
	return entries, nil
}

// auditWalk goes from commit to commit.
type auditWalk struct {
	*app
	repo    *gitobj.Repo
	prefix  string
	commits []gitobj.Commit // the oldest first
	auditor audit.Auditor
	holes   *holes

	next  int // place of the commit that is to be looked at, less one
	ended bool
	tree  gitobj.Snapshot // of the commit before it
	files *entire
}

// auditLook is one commit under judgement.
type auditLook struct {
	link   audit.Link
	left   int           // commits behind it
	done   chan struct{} // closed when look is there
	look   *audit.Look   // nil where the commit changes nothing
	entry  *audit.Entry  // in place of a look: nothing more can be judged
	err    error         // ends the audit
	last   bool          // nothing behind it is heard
	branch *gitobj.LongBranchError
}

func (k *auditLook) wait() { <-k.done }

// look begins to look at the next commit.
func (w *auditWalk) look() *auditLook {
	before, c := w.commits[w.next], w.commits[w.next+1]
	w.next++
	k := &auditLook{left: len(w.commits) - w.next - 1, done: make(chan struct{}),
		link: audit.Link{Commit: c.Hash, Parent: before.Hash, When: c.When, After: before.When, Message: c.Message, Merge: len(c.Parents) > 1, Base: w.files}}
	judge, err := w.read(k, c)
	if judge == nil {
		k.err, w.ended = err, err != nil || k.last
		close(k.done)
		return k
	}
	go func() {
		defer close(k.done)
		k.look = judge(check.Options{Context: w.ctx, Inspect: attach.Inspect, Forward: true})
	}()
	return k
}

// read reads what a commit changes. It returns what judges that, or nil where
// nothing is to be judged.
func (w *auditWalk) read(k *auditLook, c gitobj.Commit) (func(check.Options) *audit.Look, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	is, err := w.repo.Tree(c.Hash)
	if err != nil {
		return nil, w.gitFailure(err)
	}
	changes, err := w.repo.Diff(w.tree, is)
	if tree := (*gitobj.TreeError)(nil); errors.As(err, &tree) {
		k.entry, k.last = audit.Unjudged(k.link, tree.Path, err, k.left), true
		return nil, nil
	} else if err != nil {
		return nil, w.gitFailure(fmt.Errorf("commit %s: %w", c.Hash, err))
	}
	w.tree = is
	if len(changes) == 0 {
		return nil, nil
	}
	w.files = &entire{newGitFiles(is, w.prefix), w.holes}
	k.link.Head = w.files
	if k.link.Authors, err = authorsOf(w.repo, c, w.prefix, changes); err != nil && !errors.As(err, &k.branch) {
		return nil, w.gitFailure(fmt.Errorf("commit %s: %w", c.Hash, err))
	}
	p := &proposal{prefix: w.prefix}
	for _, ch := range changes {
		k.link.Files = append(k.link.Files, transition.File{Path: p.relative(ch.Path), Old: hashOf(ch.Old), New: hashOf(ch.New)})
	}
	return w.auditor.Look(k.link), nil
}

// hear ends the judgement of a commit. The entry is nil where it changes nothing.
func (w *auditWalk) hear(k *auditLook) (*audit.Entry, error) {
	k.wait()
	if k.err != nil || k.look == nil {
		return k.entry, k.err
	}
	e, err := w.auditor.Hear(k.look)
	if stopped := w.ctx.Err(); stopped != nil {
		return nil, stopped
	}
	if lost := w.holes.first(err); lost != nil {
		return nil, lost
	}
	if err != nil {
		k.last = true
		return audit.Unjudged(k.link, ".", err, k.left), nil
	}
	if k.branch != nil {
		e.Faults = append(e.Faults, audit.Fault{Path: ".", Text: finding.Text{
			Zh: fmt.Sprintf("合进来的分支超过 %d 个提交或 %d MiB，不知道是谁写的，无法排除自己批准自己", k.branch.Commits, k.branch.Bytes>>20),
			En: fmt.Sprintf("the branch that it merges has more than %d commits, or %d MiB of them, so who wrote them is not known, nor whether they approved their own", k.branch.Commits, k.branch.Bytes>>20)}})
	}
	return e, nil
}

// entire are files of a history of which nothing may be missing: a verdict that
// rests on what could not be read would be none.
type entire struct {
	*gitFiles
	holes *holes
}

func (f *entire) Read(path string, limit int64) ([]byte, error) {
	data, err := f.gitFiles.Read(path, limit)
	_ = f.holes.first(err)
	return data, err
}

// holes keeps the first object of a history that is missing or damaged.
type holes struct {
	mu    sync.Mutex
	found error
}

// first notes an error that tells of such an object, and returns the first one.
func (h *holes) first(err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if missing, corrupt := (*gitobj.MissingObjectError)(nil), (*gitobj.CorruptObjectError)(nil); h.found == nil && (errors.As(err, &missing) || errors.As(err, &corrupt)) {
		h.found = err
	}
	return h.found
}
