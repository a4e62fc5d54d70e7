package cli

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/audit"
	"taizhang/tools/internal/forge"
	"taizhang/tools/internal/gitobj"
)

// already reports whether the branch holds good decisions on all that a commit
// did: a job that is run again, or that came second, has nothing left to do.
func (s *sealer) already(before, step string) bool {
	prefix, err := s.prefix(s.repo, s.root)
	if err != nil {
		return false
	}
	entries, err := s.auditLinks(s.repo, prefix, before, s.branch, nil)
	return err == nil && slices.ContainsFunc(entries, func(e *audit.Entry) bool {
		return e.Commit == step && len(e.Items) > 0 &&
			!slices.ContainsFunc(e.Items, func(it *audit.Item) bool { return it.Decision == "" || !it.Status.Good() })
	})
}

// mergedSteps lists the commits that the merge of a request put on main, oldest
// first: a forge that rebases, or only moves main forward, puts several there.
// Those that have their decisions are left out, but for the last one. before is
// what main was until then.
func (a *app) mergedSteps(repo *gitobj.Repo, root string, req *forge.Request, merged, branch string) (steps []string, before string, err error) {
	last, err := repo.Commit(merged)
	if err != nil {
		return nil, "", a.gitFailure(err)
	}
	var left []gitobj.Commit // of the request, that were not met yet
	if base, err := repo.MergeBase(req.MergeBase, req.HeadSHA); err == nil {
		if left, err = repo.Between(base, req.HeadSHA); err != nil {
			return nil, "", a.gitFailure(err)
		}
	}
	// As a rebase leaves them: who wrote it, and what it says.
	same := func(c *gitobj.Commit) string { return c.Author + "\n" + strings.TrimSpace(c.Message) }
	brought := func(c *gitobj.Commit) bool {
		i := slices.IndexFunc(left, func(l gitobj.Commit) bool { return l.Hash == c.Hash || same(&l) == same(c) })
		if i < 0 || len(c.Parents) != 1 {
			return false
		}
		left = slices.Delete(left, i, i+1)
		return true
	}
	steps = []string{last.Hash}
	first := last
	for more := brought(&first); more; {
		parent, err := repo.Commit(first.Parents[0])
		if err != nil {
			return nil, "", a.gitFailure(err)
		}
		if more = brought(&parent); more {
			first = parent
			steps = append(steps, first.Hash)
		}
	}
	slices.Reverse(steps)
	if len(first.Parents) > 0 {
		before = first.Parents[0]
	}
	if len(steps) == 1 {
		return steps, before, nil
	}
	prefix, err := a.prefix(repo, root)
	if err != nil {
		return nil, "", cannot(err, "")
	}
	entries, err := a.auditLinks(repo, prefix, before, branch, nil)
	if err != nil {
		return nil, "", err
	}
	open := slices.DeleteFunc(slices.Clone(steps), func(step string) bool {
		return !slices.ContainsFunc(entries, func(e *audit.Entry) bool {
			return e.Commit == step && slices.ContainsFunc(e.Items, func(it *audit.Item) bool { return it.Decision == "" })
		})
	})
	if len(open) == 0 {
		return steps[len(steps)-1:], before, nil
	}
	return open, before, nil
}

// span is a commit of main among those by which a request got there.
type span struct{ step, before, last string }

// mergedProposal describes a commit of main as the change that it was, asked for
// by a request with that head: a squash does not tell who wrote it.
func (a *app) mergedProposal(repo *gitobj.Repo, root, merged, head string) (*proposal, error) {
	c, err := repo.Commit(merged)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	if len(c.Parents) == 0 {
		return nil, cannot(fmt.Errorf("%s: %s", merged, a.say("第一个提交不是合并", "the first commit is no merge")), "")
	}
	p, err := a.propose(repo, root, c.Parents[0], merged)
	if err != nil {
		return nil, err
	}
	wrote, err := authorsOf(repo, c, p.prefix, p.changes)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	p.wrote(wrote) // whoever pressed the button of the forge has not
	return p, a.askedBy(p, head)
}
