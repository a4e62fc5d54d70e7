package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/gitobj"
)

// gitFiles gives a snapshot as the files of a registry.
type gitFiles struct {
	snapshot         gitobj.Snapshot
	prefix           string // of the registry inside the repository, "" or "dir/"
	paths, irregular []string
}

func newGitFiles(s gitobj.Snapshot, prefix string) (*gitFiles, error) {
	f := &gitFiles{snapshot: s, prefix: prefix}
	for _, top := range disk.Tops() {
		err := s.Walk(prefix+top, func(e gitobj.Entry) error {
			rel := strings.TrimPrefix(e.Path, prefix)
			if e.Mode == gitobj.ModeFile || e.Mode == gitobj.ModeExec {
				f.paths = append(f.paths, rel)
			}
			if e.Mode != gitobj.ModeFile {
				f.irregular = append(f.irregular, rel)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(f.paths)
	slices.Sort(f.irregular)
	return f, nil
}

// after returns the files of another snapshot, from which the comparison of the
// two tells in what they differ: only f was walked.
func (f *gitFiles) after(s gitobj.Snapshot, changes []gitobj.Change) *gitFiles {
	n := &gitFiles{snapshot: s, prefix: f.prefix}
	gone := map[string]bool{}
	var paths, irregular []string
	for _, c := range changes {
		rel, ok := strings.CutPrefix(c.Path, f.prefix)
		if top, _, _ := strings.Cut(rel, "/"); !ok || !slices.Contains(disk.Tops(), top) {
			continue
		}
		gone[rel] = true
		if c.New != nil {
			if c.New.Mode == gitobj.ModeFile || c.New.Mode == gitobj.ModeExec {
				paths = append(paths, rel)
			}
			if c.New.Mode != gitobj.ModeFile {
				irregular = append(irregular, rel)
			}
		}
	}
	n.paths, n.irregular = patched(f.paths, gone, paths), patched(f.irregular, gone, irregular)
	return n
}

// patched returns a sorted list without some of its entries and with others.
func patched(list []string, gone map[string]bool, more []string) []string {
	out := make([]string, 0, len(list)+len(more))
	out = append(out, list...)
	for p := range gone {
		if i, ok := slices.BinarySearch(out, p); ok {
			out = slices.Delete(out, i, i+1)
		}
	}
	for _, p := range more {
		if i, ok := slices.BinarySearch(out, p); !ok {
			out = slices.Insert(out, i, p)
		}
	}
	return out
}

// refuse counts the submodules that a change brings among what must not be
// there, wherever they are: they bring what nobody reviews.
func (f *gitFiles) refuse(changes []gitobj.Change) {
	for _, c := range changes {
		rel, ok := strings.CutPrefix(c.Path, f.prefix)
		if top, _, _ := strings.Cut(rel, "/"); ok && isSubmodule(c.New) && !isSubmodule(c.Old) && !slices.Contains(disk.Tops(), top) {
			f.irregular = append(f.irregular, rel)
		}
	}
	slices.Sort(f.irregular)
}

func isSubmodule(e *gitobj.Entry) bool { return e != nil && e.Mode == gitobj.ModeSubmodule }

func (f *gitFiles) Paths() []string     { return f.paths }
func (f *gitFiles) Irregular() []string { return f.irregular }

func (f *gitFiles) Read(path string, limit int64) ([]byte, error) {
	data, err := f.snapshot.Read(f.prefix+path, limit)
	var large *gitobj.TooLargeError
	if errors.As(err, &large) {
		return make([]byte, limit+1), nil // over the limit: the content no longer matters
	}
	return data, err
}

// registryPrefix returns the registry's folder inside the repository with a
// slash behind it, "" for the repository's root.
func registryPrefix(repo, root string) (string, error) {
	repo, err1 := filepath.EvalSymlinks(repo)
	root, err2 := filepath.EvalSymlinks(root)
	rel, err3 := filepath.Rel(repo, root)
	if err := errors.Join(err1, err2, err3); err != nil {
		return "", err
	}
	if rel == "." {
		return "", nil
	}
	return filepath.ToSlash(rel) + "/", nil
}

// gitFailure puts an error of reading history into words with its mend. Such an
// error never turns into checking everything or nothing.
func (a *app) gitFailure(err error) error {
	var (
		unknown *gitobj.UnknownRevisionError
		shallow *gitobj.ShallowError
		none    *gitobj.NoMergeBaseError
		many    *gitobj.ManyMergeBasesError
	)
	switch {
	case errors.As(err, &shallow):
		return cannot(fmt.Errorf("%s: %w", a.say("本地历史不完整（浅克隆），无法确定修改的起点", "the local history is cut (shallow clone), so the start of the change cannot be found"), err),
			a.say("执行 git fetch --unshallow；在 CI 中把检出深度设为全部（fetch-depth: 0）", "run git fetch --unshallow; in CI check out the whole history (fetch-depth: 0)"))
	case errors.As(err, &unknown):
		return cannot(fmt.Errorf("%s: %w", a.say("找不到版本 "+unknown.Rev, "there is no revision "+unknown.Rev), err),
			a.say("核对名称；远端分支先执行 git fetch origin", "check the name; run git fetch origin first for a remote branch"))
	case errors.As(err, &none):
		return cannot(fmt.Errorf("%s: %w", a.say("两个版本没有共同的历史", "the two revisions share no history"), err),
			a.say("从主干新建分支，再把修改放上去", "start a branch from main and put the change on it"))
	case errors.As(err, &many):
		return cannot(fmt.Errorf("%s: %w", a.say("两个版本有不止一个共同祖先", "the two revisions have more than one merge base"), err),
			a.say("把主干合并进来（git merge 主干），再检查", "merge main into the branch, then check again"))
	case errors.Is(err, gitobj.ErrNoRepo):
		return cannot(fmt.Errorf("%s: %w", a.say("--base 要在 Git 仓库里用", "--base needs a Git repository"), err),
			a.say("进入克隆的文件夹，或不用 --base 检查全部", "go into the clone, or check everything without --base"))
	}
	return cannot(fmt.Errorf("%s: %w", a.say("读取 Git 历史失败", "reading the Git history failed"), err), "")
}
