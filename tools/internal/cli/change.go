package cli

import (
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registry"
)

func isSubmodule(e *gitobj.Entry) bool { return e != nil && e.Mode == gitobj.ModeSubmodule }

// maxCommits is how many commits of a change are looked at. Nobody reviews more.
const maxCommits = 1000

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
	var changed, submodules []string
	for _, c := range changes {
		rel, ok := strings.CutPrefix(c.Path, prefix)
		if !ok {
			continue
		}
		changed = append(changed, rel)
		top, _, _ := strings.Cut(rel, "/")
		if isSubmodule(c.New) && !isSubmodule(c.Old) && !slices.Contains(disk.Tops(), top) {
			submodules = append(submodules, rel)
		}
	}
	b, err := newGitFiles(was, prefix)
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	h, err := newGitFiles(is, prefix)
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	h.irregular = append(h.irregular, submodules...) // anywhere, they bring what nobody reviews
	res, err := check.Change(b, h, changed, opts)
	if err != nil {
		return nil, nil, cannot(err, a.say("先改正 schemas/ 里的定义", "mend the definitions in schemas/ first"))
	}
	log, err := repo.Log(base, headName, maxCommits)
	if err != nil {
		return nil, nil, a.gitFailure(err)
	}
	if len(changed) > 0 {
		var commits []check.Commit
		for _, c := range log {
			commits = append(commits, check.Commit{Hash: c.Hash, Author: c.Author, Committer: c.Committer, Message: c.Message})
		}
		res.Findings = append(res.Findings, res.Judge.History(commits, changed[0])...)
		finding.Sort(res.Findings)
	}
	res.Summary.Base, res.Summary.Head = o.base, o.head
	if o.head == "" {
		res.Summary.Head = a.say("工作区", "working tree")
	}
	return res, h, nil
}
