package cli

import (
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registry"
)

// checkChange judges a change between two revisions, or between a revision and
// the working tree.
func (a *app) checkChange(repo *gitobj.Repo, root string, o *checkOptions, opts check.Options) (*check.Result, registry.Files, error) {
	headName := o.head
	if headName == "" {
		headName = "HEAD"
	}
	base, err := repo.MergeBase(o.base, headName)
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	was, err := repo.Tree(base)
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	var is gitobj.Snapshot
	if o.head != "" {
		is, err = repo.Tree(o.head)
	} else {
		is, err = repo.Worktree()
	}
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	prefix, err := registryPrefix(repo.Root(), root)
	if err != nil {
		return nil, nil, cannot(err, "")
	}
	changes, err := repo.Diff(was, is)
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	var changed []string
	for _, c := range changes {
		if rel, ok := strings.CutPrefix(c.Path, prefix); ok {
			changed = append(changed, rel)
		}
	}
	b := newGitFiles(was, prefix)
	h := b.after(is, changes)
	h.refuse(changes)
	res, err := check.Change(b, h, changed, opts)
	if err != nil {
		return nil, nil, a.undefined(err)
	}
	// Commits that cannot be listed, or are too many for a change, are refused
	// when the change is to be merged.
	if commits, err := repo.Between(base, headName); err == nil {
		addHistory(res, commits, changed)
	}
	res.Summary.Base, res.Summary.Head = o.base, o.head
	if o.head == "" {
		res.Summary.Head = a.say("工作区", "working tree")
	}
	return res, h, nil
}

// addHistory adds what the commits of a change say of persons.
func addHistory(res *check.Result, commits []gitobj.Commit, changed []string) {
	if len(changed) == 0 {
		return
	}
	var said []check.Commit
	for _, c := range commits {
		said = append(said, check.Commit{Hash: c.Hash, Author: c.Author, Committer: c.Committer, Message: c.Message})
	}
	res.Findings = append(res.Findings, res.Judge.History(said, changed[0])...)
	finding.Sort(res.Findings)
}
