package gitobj

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testRepo is a repository made with the real git.
type testRepo struct {
	t     testing.TB
	dir   string
	clock int // seconds added to the date of the next commit
}

// TestMain keeps the user's own Git configuration out of the tests, both of
// the git command and of the package under test.
func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			os.Unsetenv(name)
		}
	}
	os.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	os.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	os.Setenv("XDG_CONFIG_HOME", os.DevNull)
	os.Exit(m.Run())
}

func newRepo(t testing.TB) *testRepo {
	t.Helper()
	r := &testRepo{t: t, dir: filepath.Join(t.TempDir(), "repo")}
	if err := os.Mkdir(r.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "-b", "main")
	return r
}

// git runs git and returns its trimmed output.
func (r *testRepo) git(args ...string) string { r.t.Helper(); return r.gitIn("", args...) }

func (r *testRepo) gitIn(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	date := fmt.Sprintf("%d +0800", 1_790_000_000+r.clock)
	cmd.Env = append(os.Environ(),
		"GIT_AUTHOR_NAME=甲", "GIT_AUTHOR_EMAIL=jia@example.org", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=乙", "GIT_COMMITTER_EMAIL=yi@example.org", "GIT_COMMITTER_DATE="+date,
		"GIT_ALLOW_PROTOCOL=file", "LC_ALL=C",
	)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

func (r *testRepo) write(path, content string) {
	r.t.Helper()
	full := filepath.Join(r.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

func (r *testRepo) remove(path string) {
	r.t.Helper()
	if err := os.RemoveAll(filepath.Join(r.dir, filepath.FromSlash(path))); err != nil {
		r.t.Fatal(err)
	}
}

// commit records everything on disk and returns the hash. Each commit is a
// minute later than the one before.
func (r *testRepo) commit(message string) string {
	r.t.Helper()
	r.git("add", "-A")
	return r.empty(message)
}

// empty commits the index as it is.
func (r *testRepo) empty(message string) string {
	r.t.Helper()
	r.clock += 60
	r.git("commit", "-q", "--allow-empty", "-m", message)
	return r.git("rev-parse", "HEAD")
}

// open opens the repository with the package under test.
func (r *testRepo) open() *Repo { r.t.Helper(); return openAt(r.t, r.dir) }

func openAt(t testing.TB, dir string) *Repo {
	t.Helper()
	repo, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := repo.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return repo
}

func tree(t testing.TB, r *Repo, rev string) *Tree {
	t.Helper()
	s, err := r.Tree(rev)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func worktree(t testing.TB, r *Repo, folders ...string) *Worktree {
	t.Helper()
	s, err := r.Worktree(folders...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listing walks a snapshot; one line is "mode hash path", as git ls-tree has
// it but for the type.
func listing(t testing.TB, s Snapshot, prefix string) []string {
	t.Helper()
	var lines []string
	err := s.Walk(prefix, func(e Entry) error {
		lines = append(lines, fmt.Sprintf("%06o %s %s", e.Mode, e.Hash, e.Path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// lsTree is what git says of a tree, in the form of listing.
func (r *testRepo) lsTree(rev string) []string {
	r.t.Helper()
	out := r.git("-c", "core.quotePath=false", "ls-tree", "-r", "--full-tree", "--format=%(objectmode) %(objectname) %(path)", rev)
	if out == "" {
		return nil
	}
	return strings.Split(out, "\n")
}

// added is the tree that git would record of the working directory.
func (r *testRepo) added() []string {
	r.t.Helper()
	saved, err := os.ReadFile(filepath.Join(r.gitDir(), "index"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.git("add", "-A")
	id := r.git("write-tree")
	if err := os.WriteFile(filepath.Join(r.gitDir(), "index"), saved, 0o666); err != nil {
		r.t.Fatal(err)
	}
	return r.lsTree(id)
}

func (r *testRepo) gitDir() string { r.t.Helper(); return r.git("rev-parse", "--absolute-git-dir") }

func diff(t testing.TB, r *Repo, base, head Snapshot, prefixes ...string) []string {
	t.Helper()
	changes, err := r.Diff(base, head, prefixes...)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, c := range changes {
		switch {
		case c.Old == nil:
			lines = append(lines, "A "+c.Path)
		case c.New == nil:
			lines = append(lines, "D "+c.Path)
		default:
			lines = append(lines, "M "+c.Path)
		}
	}
	return lines
}

func wantLines(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
