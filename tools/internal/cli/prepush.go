package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// definitions are the files of a registry without its content: enough to know
// the rules, and read in the same time however many projects there are.
type definitions struct{ *disk.Files }

func (d definitions) Paths() []string {
	return slices.DeleteFunc(slices.Clone(d.Files.Paths()), func(p string) bool { return strings.HasPrefix(p, "content/") })
}

// push is one push under judgement. It says what it finds by place and rule,
// and never what stands there.
type push struct {
	*app
	repo    *gitobj.Repo
	judge   *check.Judge
	prefix  string          // of the registry inside the repository
	seen    map[string]bool // contents that were looked into, by path and hash
	refused []string
	unread  []string
	secret  bool // a mark of secrecy is among them
}

// objectName is a whole name of an object, SHA-1 or SHA-256.
var objectName = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// maxTold bounds how many places are told.
const maxTold = 30

// runPrePush judges what is about to leave the machine. Git gives the name of
// the remote as argument and, on each line of the input, the local reference and
// commit and the remote ones.
func (a *app) runPrePush(remote string) error {
	root, err := a.registryRoot()
	if err != nil {
		return err
	}
	repo, err := gitobj.Open(a.io.Dir)
	if err != nil {
		return a.gitFailure(err)
	}
	defer repo.Close()
	files, err := disk.Open(root)
	if err != nil {
		return cannot(err, "")
	}
	p := &push{app: a, repo: repo, seen: map[string]bool{}}
	if p.judge, err = check.NewJudge(definitions{files}); err != nil {
		return a.undefined(err)
	}
	p.judge.Inspect = attach.Inspect
	if p.prefix, err = registryPrefix(repo.Root(), root); err != nil {
		return cannot(err, "")
	}
	in := bufio.NewScanner(a.io.In)
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) != 4 || !objectName.MatchString(f[1]) || !objectName.MatchString(f[3]) {
			return cannot(errors.New(a.say("这个命令由 Git 的 pre-push 调用", "this command is called by Git as pre-push")), "")
		}
		if strings.Trim(f[1], "0") == "" {
			continue // a reference is deleted
		}
		if err := p.reference(remote, f[2], f[1], f[3]); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return cannot(err, "")
	}
	return p.verdict()
}

func (p *push) verdict() error {
	for _, u := range p.unread {
		fmt.Fprintln(p.io.Err, "taizhang: "+u)
	}
	if len(p.refused) == 0 {
		return nil
	}
	for i, r := range p.refused {
		if i == maxTold {
			fmt.Fprintf(p.io.Err, p.say("  …另有 %d 处\n", "  … and %d more\n"), len(p.refused)-maxTold)
			break
		}
		fmt.Fprintln(p.io.Err, "  ✗ "+r)
	}
	mend := p.say("还没有推送出去。改好有问题的提交（git commit --amend 或 git rebase -i），再推送；只在后面补一个提交删掉不行，历史里还在",
		"Nothing has left this machine. Mend the very commits (git commit --amend or git rebase -i) and push again; a later commit that deletes it leaves it in history")
	if p.secret {
		mend = p.say("还没有推送出去。立即停下，报本单位保密工作机构，不要只删去标志再推送", "Nothing has left this machine. Stop and tell your unit's secrecy office; do not just strip the marking")
	}
	return &failure{exitFindings, fmt.Errorf(p.say("拒绝推送：%d 处不能离开本机", "push refused: %d places must not leave this machine"), len(p.refused)), mend}
}

// reference judges what a push brings to one reference of the remote.
func (p *push) reference(remote, name, now, old string) error {
	p.note("", name, p.judge.Content(name, nil))
	kind, err := p.git(p.io.Dir, nil, "cat-file", "-t", now)
	if err != nil {
		return cannot(err, "")
	}
	if kind == "tag" || kind == "blob" {
		text, err := p.git(p.io.Dir, nil, "cat-file", kind, now)
		if err != nil {
			return cannot(err, "")
		}
		if kind == "tag" {
			_, text, _ = strings.Cut(text, "\n\n") // without the one who tagged
		}
		p.note("", name, p.judge.Content(name, []byte(text)))
		if kind == "blob" {
			return nil
		}
	}
	args := []string{"rev-list", "--ignore-missing", "--reverse", now, "--not"}
	if strings.Trim(old, "0") != "" {
		args = append(args, old)
	}
	if !strings.ContainsAny(remote, "*?[\\ ") && remote != "" {
		args = append(args, "--remotes="+remote)
	}
	list, err := p.git(p.io.Dir, nil, args...)
	if err != nil {
		return cannot(err, "")
	}
	for _, hash := range strings.Fields(list) {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := p.commit(hash); err != nil {
			return p.gitFailure(err)
		}
	}
	return nil
}

// commit judges what one commit says and what it brings that none of its parents
// has.
func (p *push) commit(hash string) error {
	if p.seen[hash] {
		return nil
	}
	p.seen[hash] = true
	tree, err := p.repo.Tree(hash)
	if err != nil {
		return err
	}
	c := tree.Commit
	p.note("", "", p.judge.History([]check.Commit{{Hash: c.Hash, Author: c.Author, Committer: c.Committer, Message: c.Message}}, ""))
	var parents []*gitobj.Tree
	for _, h := range c.Parents {
		parent, err := p.repo.Tree(h)
		if err != nil {
			return err
		}
		parents = append(parents, parent)
	}
	if len(parents) == 0 {
		return tree.Walk("", func(e gitobj.Entry) error { return p.entry(hash, nil, &e) })
	}
	changes, err := p.repo.Diff(parents[0], tree)
	if err != nil {
		return err
	}
	for _, ch := range changes {
		if ch.New == nil {
			continue
		}
		known := false
		for _, parent := range parents[1:] {
			e, there, err := parent.Lookup(ch.Path)
			known = known || err == nil && there && e.Hash == ch.New.Hash
		}
		if known {
			continue
		}
		if err := p.entry(hash, ch.Old, ch.New); err != nil {
			return err
		}
	}
	return nil
}

// software are the folders that hold the rules' own bad examples and test data:
// no words of a unit.
func software() []string { return []string{"schemas/", "tools/"} }

// entry judges one file of a commit against what stood there before.
func (p *push) entry(commit string, old, now *gitobj.Entry) error {
	rel := strings.TrimPrefix(now.Path, p.prefix)
	if now.Mode == gitobj.ModeSubmodule || p.seen[now.Path+"\x00"+now.Hash] || strings.HasPrefix(now.Path, p.prefix) && slices.ContainsFunc(software(), func(dir string) bool { return strings.HasPrefix(rel, dir) }) {
		return nil
	}
	p.seen[now.Path+"\x00"+now.Hash] = true
	data, err := p.repo.Blob(now.Hash, registry.AttachmentLimit)
	var large *gitobj.TooLargeError
	if errors.As(err, &large) {
		p.unread = append(p.unread, p.place(commit, now.Path, 0)+p.say(" 太大，没有检查", " is too large to be looked into"))
		return nil
	}
	if err != nil {
		return err
	}
	found := p.judge.Content(now.Path, data)
	if len(found) > 0 && old != nil && old.Mode != gitobj.ModeSubmodule {
		if was, err := p.repo.Blob(old.Hash, registry.AttachmentLimit); err == nil {
			found = check.Fresh(p.judge.Content(now.Path, was), found)
		}
	}
	p.note(commit, now.Path, found)
	return nil
}

// note keeps what must not be pushed.
func (p *push) note(commit, file string, found []finding.Finding) {
	for i := range found {
		f := &found[i]
		// A file whose name gives something away is not named.
		shown := file
		if len(value.SecretMarks(file)) > 0 || value.MaskPersonal(file) != file {
			shown = path.Dir(file) + "/…"
		}
		at := p.place(commit, shown, f.Line)
		switch {
		case f.Severity == finding.Error:
			why := value.MaskPersonal(cmp.Or(f.Message.In(p.lang), f.Name))
			p.refused = append(p.refused, strings.TrimSpace(fmt.Sprintf("%s %s %s", at, f.Rule, why)))
			p.secret = p.secret || f.Rule == secretRule
		case len(p.unread) < maxTold:
			p.unread = append(p.unread, at+" "+f.Message.In(p.lang))
		}
	}
}

// secretRule is the rule about marks of secrecy, which ask for more than mending.
const secretRule = "R-141"

func (p *push) place(commit, file string, line int) string {
	at := file
	if line > 1 {
		at = fmt.Sprintf("%s:%d", file, line)
	}
	if commit != "" {
		at = strings.TrimSpace(fmt.Sprintf(p.say("提交 %s %s", "commit %s %s"), commit[:10], at))
	}
	return at
}
