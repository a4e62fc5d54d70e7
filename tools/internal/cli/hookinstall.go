package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"taizhang/tools/internal/gitobj"
)

// installPreReceive installs the hook that guards a branch of a bare repository.
func (a *app) installPreReceive(dir, branch string) error {
	branch = strings.TrimPrefix(branch, "refs/heads/")
	repo, err := gitobj.Open(a.abs(dir))
	if err != nil {
		return a.gitFailure(err)
	}
	defer repo.Close()
	there, err := repo.Refs("refs/heads/")
	if err != nil {
		return a.gitFailure(err)
	}
	// An empty repository has its branches yet to come. In another the hook would
	// guard nothing.
	if main := repo.Target("refs/heads/" + branch); len(there) > 0 && !slices.ContainsFunc(there, func(r gitobj.Ref) bool { return r.Name == main }) {
		return cannot(fmt.Errorf(a.say("仓库里没有分支 %s", "the repository has no branch %s"), branch),
			fmt.Sprintf(a.say("用 --branch 写明主干，例如 %s", "name the protected one with --branch, perhaps %s"), strings.TrimPrefix(there[0].Name, "refs/heads/")))
	}
	return a.installHook(dir, "pre-receive", "hook pre-receive --branch "+quoted(branch))
}

// installPrePush installs the hook for the registry that the repository holds,
// wherever in it.
func (a *app) installPrePush(dir string) error {
	at := *a
	streams := *a.io
	streams.Dir = a.abs(dir)
	at.io = &streams
	root, err := at.registryRoot()
	if err != nil {
		return err
	}
	repo, err := gitobj.Open(root)
	if err != nil {
		return a.gitFailure(err)
	}
	defer repo.Close()
	return a.installHook(dir, "pre-push", "--root "+quoted(root)+` hook pre-push "$@"`)
}

// quoted writes s as one word for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// installHook writes a hook that calls this command, where there is none.
func (a *app) installHook(dir, name, call string) error {
	file, err := a.git(a.abs(dir), nil, "rev-parse", "--path-format=absolute", "--git-path", "hooks/"+name)
	if err != nil && strings.Contains(err.Error(), "not a git repository") {
		return a.noRepository()
	} else if err != nil {
		return cannot(err, "")
	}
	if own, err := a.git(a.abs(dir), nil, "rev-parse", "--path-format=absolute", "--git-common-dir"); name == "pre-receive" && (err != nil || !strings.HasPrefix(file, own+"/")) {
		// For others, who push under accounts of their own, that setting may not be.
		return cannot(fmt.Errorf(a.say("core.hooksPath 把钩子指到仓库外面：%s", "core.hooksPath leads out of the repository: %s"), filepath.Dir(file)),
			fmt.Sprintf(a.say("先执行 git -C %s config core.hooksPath %s，对谁都用仓库自己的钩子", "run git -C %s config core.hooksPath %s first: then everybody gets the hooks of the repository"), quoted(dir), quoted(own+"/hooks")))
	}
	self, err := os.Executable()
	if err != nil {
		return cannot(err, "")
	}
	if dir, _ := filepath.Split(self); strings.Contains(dir, "go-build") && strings.HasSuffix(dir, "/exe/") {
		return cannot(errors.New(a.say("这是 go run 临时编译的程序，运行完就没有了，钩子找不到它", "this is a program that go run has built for the moment: the hook would not find it")),
			a.say("先 go install ./tools/taizhang，再用装好的 taizhang", "run go install ./tools/taizhang first, then the taizhang that it installs"))
	}
	if _, err := os.Lstat(file); err == nil {
		return cannot(fmt.Errorf(a.say("已有钩子 %s", "there is a hook already: %s"), file), fmt.Sprintf(a.say("先移走它，或在它里面加上 taizhang hook %s", "move it away, or call taizhang hook %s in it"), name))
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return cannot(err, "")
	}
	if err := writeFile(file, []byte("#!/bin/sh\nexec "+quoted(self)+" "+call+"\n")); err != nil {
		return cannot(err, "")
	}
	if err := os.Chmod(file, 0o755); err != nil {
		return cannot(err, "")
	}
	fmt.Fprintf(a.io.Out, a.say("已装上：%s\n", "installed: %s\n"), file)
	return nil
}
