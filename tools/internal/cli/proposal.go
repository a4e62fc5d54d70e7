package cli

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/review"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/transition"
)

// proposal is a change as it would be merged: what lies on the tip of the base
// branch now, with the files that the change touches put over it. Definitions,
// units and people are those of the tip.
type proposal struct {
	repo      *gitobj.Repo
	dir       string // where git runs
	prefix    string // of the registry inside the repository
	tip, head gitobj.Commit
	mergeBase string
	changes   []gitobj.Change // paths of the repository, from the merge base to head
	result    *check.Result
	items     []transition.Transition
	people    *people.Register
	authors   []string // persons who wrote or committed it
	addresses []string // of them, as the commits have them
	unknown   int      // addresses of authors that belong to nobody in the register
}

// propose reads a change between two revisions of a repository by its objects
// alone: nothing of it is checked out, and none of its code runs.
func (a *app) propose(repo *gitobj.Repo, root, baseRev, headRev string) (*proposal, error) {
	p := &proposal{repo: repo, dir: root}
	var err error
	if p.prefix, err = a.prefix(repo, root); err != nil {
		return nil, cannot(err, "")
	}
	if p.tip, err = repo.Commit(repo.Branch(baseRev)); err != nil {
		return nil, a.gitFailure(err)
	}
	if p.head, err = repo.Commit(headRev); err != nil {
		return nil, a.gitFailure(err)
	}
	if p.mergeBase, err = repo.MergeBase(p.tip.Hash, p.head.Hash); err != nil {
		return nil, a.gitFailure(err)
	}
	was, err := repo.Tree(p.mergeBase)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	is, err := repo.Tree(p.head.Hash)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	tip, err := repo.Tree(p.tip.Hash)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	if p.changes, err = repo.Diff(was, is); err != nil {
		return nil, a.gitFailure(err)
	}
	moved, err := repo.Diff(was, tip)
	if err != nil {
		return nil, a.gitFailure(err)
	}
	if both := overlap(p.changes, moved); len(both) > 0 {
		return nil, cannot(fmt.Errorf("%s: %s", a.say("主干上也改了这次修改的文件，不能确定要批准的是什么", "main has changed the same files, so what is to be approved is uncertain"), strings.Join(both, ", ")),
			a.say("把主干合并进来（git merge 主干），解决冲突，再提交一次", "merge main into the branch, solve the conflicts and push again"))
	}
	return p, a.consider(p, tip, is)
}

// prefix is the folder of the registry inside the repository. A bare repository
// holds the registry at its root.
func (a *app) prefix(repo *gitobj.Repo, root string) (string, error) {
	if repo.Root() == "" {
		return "", nil
	}
	return registryPrefix(repo.Root(), root)
}

// overlap lists the paths that two comparisons share, or that stand in each
// other's way as a file and a folder.
func overlap(a, b []gitobj.Change) []string {
	in := map[string]bool{}
	folders := map[string]bool{}
	for _, c := range b {
		in[c.Path] = true
		for p := c.Path; strings.Contains(p, "/"); {
			p = p[:strings.LastIndexByte(p, '/')]
			folders[p] = true
		}
	}
	var out []string
	for _, c := range a {
		hit := in[c.Path] || folders[c.Path]
		for p := c.Path; !hit && strings.Contains(p, "/"); {
			p = p[:strings.LastIndexByte(p, '/')]
			hit = in[p]
		}
		if hit {
			out = append(out, c.Path)
		}
	}
	return out
}

// consider checks the change on top of the tip and finds what it asks for.
func (a *app) consider(p *proposal, tip, head gitobj.Snapshot) error {
	base := newGitFiles(tip, p.prefix)
	var changed []string
	var files []transition.File
	for _, c := range p.changes {
		f := transition.File{Path: p.relative(c.Path), Old: hashOf(c.Old), New: hashOf(c.New)}
		changed = append(changed, f.Path)
		files = append(files, f)
	}
	var err error
	if p.result, err = check.Change(base, merged(base, head, p.changes), changed, check.Options{Context: a.ctx, Inspect: attach.Inspect, Fresh: true}); err != nil {
		return a.undefined(err)
	}
	p.items = transition.Of(p.result, files)
	p.people = p.result.Base.Registry.People
	commits, err := p.repo.Between(p.mergeBase, p.head.Hash)
	if err != nil {
		return a.gitFailure(err)
	}
	addHistory(p.result, commits, changed)
	p.wrote(addresses(handmade(p.repo, commits)))
	return nil
}

// relative gives the path of a file inside the registry; one that lies beside it
// in the repository keeps a name that no file of the registry can have.
func (p *proposal) relative(path string) string {
	if rel, ok := strings.CutPrefix(path, p.prefix); ok {
		return rel
	}
	return "../" + path
}

// hashOf names a file's content and mode; "" is no file.
func hashOf(e *gitobj.Entry) string {
	switch {
	case e == nil:
		return ""
	case e.Mode == gitobj.ModeFile:
		return e.Hash
	}
	return fmt.Sprintf("%s %o", e.Hash, e.Mode)
}

// mergedFiles is the registry as it would be after the merge: the files that the
// change touches are read from its head.
type mergedFiles struct {
	*gitFiles
	head    *gitFiles
	changed map[string]bool
}

func merged(base *gitFiles, head gitobj.Snapshot, changes []gitobj.Change) registry.Files {
	m := &mergedFiles{base.after(base.snapshot, changes), newGitFiles(head, base.prefix), map[string]bool{}}
	m.refuse(changes)
	for _, c := range changes {
		if rel, ok := strings.CutPrefix(c.Path, base.prefix); ok {
			m.changed[rel] = true
		}
	}
	return m
}

func (m *mergedFiles) Read(path string, limit int64) ([]byte, error) {
	if m.changed[path] {
		return m.head.Read(path, limit)
	}
	return m.gitFiles.Read(path, limit)
}

// names puts the codes of a registry into words.
func names(j *check.Judge) review.Names {
	roles := map[string]finding.Text{"UNIT": {Zh: "实施单位", En: "implementing unit"}, "LEAD": {Zh: "牵头单位", En: "lead unit"}}
	var field *schema.Field
	if f := j.Registry.Schemas.Form("units"); f != nil {
		field = f.Root.Child("units").Child("roles")
	}
	if field != nil && field.Item != nil {
		for _, code := range field.Item.Enum {
			roles[code] = finding.Text{Zh: field.Item.EnumZh[code], En: field.Item.EnumEn[code]}
		}
	}
	return review.Names{
		State: j.Lifecycle.Name,
		Role:  func(code string) finding.Text { return roles[code] },
		Step: func(id string) finding.Text {
			if t := j.Lifecycle.Transition(id); t != nil {
				return finding.Text{Zh: t.Zh, En: t.En}
			}
			return finding.Text{}
		},
		Unit: func(code string) string {
			if s, _ := j.Registry.Unit(code)["shortName"].(string); s != "" {
				return s
			}
			return code
		},
	}
}
