package gitobj

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// The real git must agree with every object that is written.
func TestWrittenCommitsAreThoseOfGit(t *testing.T) {
	r := newRepo(t)
	r.write("content/projects/2027/jyj/01/index.md", "old\n")
	r.write("content/projects/2027/jyj/01/declaration.md", "kept\n")
	r.write("content-1", "sorts before the folder\n")
	r.write("README.md", "gone\n")
	first := r.commit("first")
	repo := r.open()
	tree, err := repo.Tree(first)
	if err != nil {
		t.Fatal(err)
	}
	blob, err := repo.WriteBlob([]byte("new\n"))
	if err != nil {
		t.Fatal(err)
	}
	file := &Entry{Mode: ModeFile, Hash: blob}
	root, err := repo.WriteTree(tree, map[string]*Entry{
		"content/projects/2027/jyj/01/index.md":            file,
		"content/projects/2027/jyj/01/decisions/0001.json": file,
		"data/decisions/plans/0001.json":                   file,
		"README.md":                                        nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	when := time.Unix(1_790_000_000, 0).In(time.FixedZone("", 8*3600))
	commit, err := repo.WriteCommit(root, []string{first}, "Registry <registry@example.org>", when, "Merge\n")
	if err != nil {
		t.Fatal(err)
	}
	if out := r.git("fsck", "--strict", "--no-dangling", commit); strings.Contains(out, "error") || strings.Contains(out, "warning") {
		t.Errorf("fsck: %s", out)
	}
	want := strings.Join([]string{"content-1", "content/projects/2027/jyj/01/decisions/0001.json", "content/projects/2027/jyj/01/declaration.md", "content/projects/2027/jyj/01/index.md", "data/decisions/plans/0001.json"}, "\n")
	if got := r.git("ls-tree", "-r", "--name-only", commit); got != want {
		t.Errorf("files:\n%s", got)
	}
	if got := r.git("show", commit+":content/projects/2027/jyj/01/index.md"); got != "new" {
		t.Errorf("content %q", got)
	}
	if got := r.git("log", "-1", "--format=%an|%ae|%ci|%B", commit); !strings.HasPrefix(got, "Registry|registry@example.org|2026-09-21 22:13:20 +0800|Merge") {
		t.Errorf("commit %q", got)
	}
}

func TestWriteTreeRefusesWhatCannotStand(t *testing.T) {
	r := newRepo(t)
	r.write("a/b", "x\n")
	r.write("c", "x\n")
	first := r.commit("first")
	repo := r.open()
	tree, err := repo.Tree(first)
	if err != nil {
		t.Fatal(err)
	}
	blob, _ := repo.WriteBlob([]byte("x"))
	for name, e := range map[string]*Entry{"a": {Mode: ModeFile, Hash: blob}, "c/d": {Mode: ModeFile, Hash: blob}, "e": {Mode: ModeFile, Hash: "zz"}} {
		if _, err := repo.WriteTree(tree, map[string]*Entry{name: e}); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if _, err := repo.WriteTree(tree, map[string]*Entry{"a/b": nil, "c": nil}); err != nil {
		t.Errorf("the empty tree: %v", err)
	}
	if _, err := repo.WriteCommit(tree.Commit.Tree, nil, "x\nparent y <z>", time.Now(), "m"); err == nil {
		t.Error("a header was smuggled into a commit")
	}
}

func TestBetweenIsWhatTheBranchAdds(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1\n")
	base := r.commit("base")
	r.git("branch", "topic")
	r.write("a", "2\n")
	r.commit("main 2")
	r.write("a", "3\n")
	r.commit("main 3")
	r.git("checkout", "-q", "topic")
	r.write("b", "1\n")
	one := r.commit("topic 1")
	r.git("merge", "-q", "--no-edit", "main~1")
	r.write("b", "2\n")
	two := r.commit("topic 2")
	repo := r.open()
	mb, err := repo.MergeBase("main", "topic")
	if err != nil {
		t.Fatal(err)
	}
	list, err := repo.Between(mb, "topic")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		got = append(got, strings.TrimSpace(strings.Split(c.Message, "\n")[0]))
	}
	if len(got) != 3 || list[0].Hash != two || list[2].Hash != one {
		t.Errorf("between: %q", got)
	}
	if list, err := repo.Between(base, base); err != nil || len(list) != 0 {
		t.Errorf("nothing between a commit and itself: %v %v", list, err)
	}
	if want := r.git("rev-list", "--count", "main..topic"); want != "3" {
		t.Errorf("git says %s", want)
	}
}

func TestFirstParentsLeadToTheStart(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1\n")
	root := r.commit("root")
	r.write("a", "2\n")
	start := r.commit("start")
	r.git("checkout", "-q", "-b", "topic")
	r.write("b", "1\n")
	side := r.commit("side")
	r.git("checkout", "-q", "main")
	r.git("merge", "-q", "--no-ff", "--no-edit", "topic")
	repo := r.open()
	list, err := repo.FirstParents(start, "main")
	if err != nil || len(list) != 2 || list[1].Hash != start {
		t.Errorf("to start: %v %v", list, err)
	}
	if list, err := repo.FirstParents("", "main"); err != nil || len(list) != 3 || list[2].Hash != root {
		t.Errorf("to the root: %v %v", list, err)
	}
	var none *NoMergeBaseError
	if _, err := repo.FirstParents(side, "main"); !errors.As(err, &none) {
		t.Errorf("a commit of a side branch is no start: %v", err)
	}
}

func TestRefsAreListedByPrefix(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1\n")
	r.commit("one")
	blob := r.git("rev-parse", "HEAD:a")
	r.git("update-ref", "refs/taizhang/statements/b", blob)
	r.git("update-ref", "refs/taizhang/statements/a", blob)
	r.git("pack-refs", "--all")
	repo := r.open()
	refs, err := repo.Refs("refs/taizhang/")
	if err != nil || len(refs) != 2 || refs[0].Hash != blob {
		t.Fatalf("%v %v", refs, err)
	}
	if data, err := repo.Blob(refs[0].Hash, 100); err != nil || string(data) != "1\n" {
		t.Errorf("%q %v", data, err)
	}
}

func TestObjectsInQuarantineAreRead(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1\n")
	r.commit("one")
	other := newRepo(t)
	other.write("b", "2\n")
	pushed := other.commit("pushed")
	incoming := filepath.Join(t.TempDir(), "incoming")
	if err := os.Rename(filepath.Join(other.dir, ".git", "objects"), incoming); err != nil {
		t.Fatal(err)
	}
	if c, err := r.open().Commit(pushed); err == nil {
		t.Errorf("found %v outside the quarantine", c)
	}
	repo, err := OpenIn(r.dir, incoming)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	if tree, err := repo.Tree(pushed); err != nil {
		t.Error(err)
	} else if data, err := tree.Read("b", 10); err != nil || string(data) != "2\n" {
		t.Errorf("%q %v", data, err)
	}
	if _, err := OpenIn(r.dir, incoming+"-none"); err == nil {
		t.Error("a quarantine that is not there")
	}
}

func TestCommitsThatSayTooMuchAreNotHeld(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	start := r.commit("one")
	tree := r.git("rev-parse", "HEAD^{tree}")
	long := strings.Repeat("x", 3<<20)
	head := start
	for range 6 {
		head = r.gitIn(long, "commit-tree", "-p", head, tree)
	}
	repo := r.open()
	for what, list := range map[string]func(string, string) ([]Commit, error){"between": repo.Between, "beyond": repo.Beyond} {
		if _, err := list(start, head); !errors.As(err, new(*LongBranchError)) {
			t.Errorf("%s: got %v, want a LongBranchError", what, err)
		}
		if list, err := list(start, head+"~1"); err != nil || len(list) != 5 {
			t.Errorf("%s: %d commits, %v", what, len(list), err)
		}
	}
	search := history{repo: repo, commits: map[plumbing.Hash]*link{}, left: 10 << 20}
	a, _ := parseHash(start)
	b, _ := parseHash(head)
	_, _, mergeErr := search.common(a, b)
	_, firstErr := repo.firstParents(start, head, 10<<20)
	for what, err := range map[string]error{"merge base": mergeErr, "first parents": firstErr} {
		if !errors.As(err, new(*LongBranchError)) {
			t.Errorf("%s: got %v, want a LongBranchError", what, err)
		}
	}
}
