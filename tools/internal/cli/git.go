package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/gitobj"
)

// gitFiles gives a snapshot as the files of a registry. It lists what it is asked
// for: folders that nobody asks for are not read.
type gitFiles struct {
	snapshot gitobj.Snapshot
	prefix   string // of the registry inside the repository, "" or "dir/"
	// listed is the snapshot that is listed, edits the files that differ from it,
	// sorted by path: a snapshot may know of some folders only.
	listed gitobj.Snapshot
	edits  []gitobj.Change
	beside []string // what is irregular outside the folders of a registry
}

func newGitFiles(s gitobj.Snapshot, prefix string) *gitFiles {
	return &gitFiles{snapshot: s, listed: s, prefix: prefix}
}

// after returns the files of another snapshot, from which the comparison of the
// two tells in what they differ.
func (f *gitFiles) after(s gitobj.Snapshot, changes []gitobj.Change) *gitFiles {
	return &gitFiles{snapshot: s, listed: f.listed, prefix: f.prefix, edits: changes}
}

// List implements [registry.Lister].
func (f *gitFiles) List(at string) (plain, irregular []string, err error) {
	add := func(e gitobj.Entry) {
		rel := strings.TrimPrefix(e.Path, f.prefix)
		if e.Mode == gitobj.ModeFile || e.Mode == gitobj.ModeExec {
			plain = append(plain, rel)
		}
		if e.Mode != gitobj.ModeFile {
			irregular = append(irregular, rel)
		}
	}
	top, _, _ := strings.Cut(at, "/")
	for _, dir := range disk.Tops() {
		if at != "" && top != dir {
			continue
		}
		if at != "" {
			dir = at
		}
		edits := f.editsAt(f.prefix + dir)
		err := f.listed.Walk(f.prefix+dir, func(e gitobj.Entry) error {
			if _, edited := slices.BinarySearchFunc(edits, e.Path, editAt); !edited {
				add(e)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		for _, c := range edits {
			if c.New != nil {
				add(*c.New)
			}
		}
	}
	irregular = append(irregular, slices.DeleteFunc(slices.Clone(f.beside), func(p string) bool { return at != "" && p != at && !strings.HasPrefix(p, at+"/") })...)
	slices.Sort(plain)
	slices.Sort(irregular)
	return plain, irregular, nil
}

// editsAt returns the edits at or below a path of the repository.
func (f *gitFiles) editsAt(at string) []gitobj.Change {
	if i, ok := slices.BinarySearchFunc(f.edits, at, editAt); ok {
		return f.edits[i : i+1]
	}
	from, _ := slices.BinarySearchFunc(f.edits, at+"/", editAt)
	to := from
	for to < len(f.edits) && strings.HasPrefix(f.edits[to].Path, at+"/") {
		to++
	}
	return f.edits[from:to]
}

func editAt(c gitobj.Change, path string) int { return strings.Compare(c.Path, path) }

// refuse counts the submodules that a change brings among what must not be
// there, wherever they are: they bring what nobody reviews.
func (f *gitFiles) refuse(changes []gitobj.Change) {
	for _, c := range changes {
		rel, ok := strings.CutPrefix(c.Path, f.prefix)
		if top, _, _ := strings.Cut(rel, "/"); ok && isSubmodule(c.New) && !isSubmodule(c.Old) && !slices.Contains(disk.Tops(), top) {
			f.beside = append(f.beside, rel)
		}
	}
}

func isSubmodule(e *gitobj.Entry) bool { return e != nil && e.Mode == gitobj.ModeSubmodule }

func (f *gitFiles) Paths() []string     { plain, _, _ := f.List(""); return plain }
func (f *gitFiles) Irregular() []string { _, irregular, _ := f.List(""); return irregular }

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

// undefined is the failure of reading definitions.
func (a *app) undefined(err error) error {
	var (
		missing *gitobj.MissingObjectError
		corrupt *gitobj.CorruptObjectError
	)
	if errors.As(err, &missing) || errors.As(err, &corrupt) {
		return a.gitFailure(err)
	}
	return cannot(err, a.say("先改正 schemas/ 里的定义", "mend the definitions in schemas/ first"))
}

// noRepository says that there is no Git where one is needed.
func (a *app) noRepository() error {
	return cannot(errors.New(a.say("这里不是 Git 仓库，没有修改的历史可查", "this is no Git repository: there is no history to read")),
		a.say("进入克隆的文件夹，或用 --repo、--root 指明；只检查文件的，用不带 --base 的 taizhang check", "go into the clone, or name it with --repo or --root; taizhang check without --base reads files alone"))
}

// gitFailure puts an error of reading history into words with its mend. Such an
// error never turns into checking everything or nothing.
func (a *app) gitFailure(err error) error {
	var (
		unknown *gitobj.UnknownRevisionError
		shallow *gitobj.ShallowError
		none    *gitobj.NoMergeBaseError
		many    *gitobj.ManyMergeBasesError
		missing *gitobj.MissingObjectError
		format  *gitobj.UnsupportedError
		long    *gitobj.LongBranchError
	)
	switch {
	case errors.As(err, &shallow):
		return cannot(fmt.Errorf("%s: %w", a.say("本地历史不完整（浅克隆），无法确定修改的起点", "the local history is cut (shallow clone), so the start of the change cannot be found"), err),
			a.say("执行 git fetch --unshallow；在 CI 中把检出深度设为全部（fetch-depth: 0）", "run git fetch --unshallow; in CI check out the whole history (fetch-depth: 0)"))
	case errors.As(err, &unknown):
		return cannot(errors.New(a.say("找不到版本 "+unknown.Rev, "there is no revision "+unknown.Rev)),
			a.say("核对名称；远端分支先执行 git fetch origin", "check the name; run git fetch origin first for a remote branch"))
	case errors.As(err, &none):
		return cannot(fmt.Errorf("%s: %w", a.say("两个版本没有共同的历史", "the two revisions share no history"), err),
			a.say("从主干新建分支，再把修改放上去", "start a branch from main and put the change on it"))
	case errors.As(err, &many):
		return cannot(fmt.Errorf("%s: %w", a.say("两个版本有不止一个共同祖先", "the two revisions have more than one merge base"), err),
			a.say("把主干合并进来（git merge 主干），再检查", "merge main into the branch, then check again"))
	case errors.As(err, &missing):
		return cannot(fmt.Errorf("%s: %w", a.say("克隆里缺少要读的内容（部分克隆，或已损坏）", "the clone lacks what is to be read: it is a partial one, or damaged"), err),
			a.say("重新完整地克隆，不带 --filter", "clone again, whole, without --filter"))
	case errors.As(err, &format):
		return cannot(fmt.Errorf("%s: %w", a.say("读不了这种存储格式的仓库", "a repository that is stored in this way cannot be read"), err),
			cmp.Or(format.Mend, a.say("换用 Git 默认的格式：新建一个仓库（git init），把内容放进去", "use the format that Git has by default: start a repository with git init and put the content there")))
	case errors.As(err, &long):
		return cannot(fmt.Errorf(a.say("修改的提交太多，或提交说明太长：超过 %d 个提交或 %d MiB", "the commits of the change are too many or say too much: more than %d, or %d MiB"), long.Commits, long.Bytes>>20),
			a.say("压缩成几个提交再提（git rebase -i 主干）", "squash them into a few (git rebase -i main)"))
	case errors.Is(err, gitobj.ErrNoRepo):
		return a.noRepository()
	}
	return cannot(fmt.Errorf("%s: %w", a.say("读取 Git 历史失败", "reading the Git history failed"), err), "")
}
