package gitobj

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestOpenFindsTheRepositoryFromBelow(t *testing.T) {
	r := newRepo(t)
	r.write("content/projects/a.md", "a")
	r.commit("one")
	for _, dir := range []string{".", "content", "content/projects"} {
		repo := openAt(t, filepath.Join(r.dir, dir))
		if repo.Root() != r.dir {
			t.Errorf("from %s: root %s, want %s", dir, repo.Root(), r.dir)
		}
	}
}

func TestOpenOutsideARepository(t *testing.T) {
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoRepo) {
		t.Errorf("got %v, want ErrNoRepo", err)
	}
}

func TestOpenBare(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	want := r.commit("one")
	bare := filepath.Join(t.TempDir(), "bare.git")
	r.git("clone", "-q", "--bare", r.dir, bare)
	repo := openAt(t, bare)
	c, err := repo.Commit("main")
	if err != nil || c.Hash != want {
		t.Errorf("got %s, %v, want %s", c.Hash, err, want)
	}
	if _, err := repo.Worktree(); !errors.Is(err, ErrBare) {
		t.Errorf("worktree: got %v, want ErrBare", err)
	}
}

func TestOpenRefusesFormatsItWouldMisread(t *testing.T) {
	for _, tt := range []struct{ name, config, want string }{
		{"future version", "[core]\n\trepositoryformatversion = 2\n", "version 2"},
		{"unknown extension", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tfrobnicate = true\n", "frobnicate"},
		{"sha256", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n", "sha256"},
		{"reftable", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n", "git refs migrate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRepo(t)
			r.write(".git/config", tt.config)
			_, err := Open(r.dir)
			if e := (*UnsupportedError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an UnsupportedError with %q", err, tt.want)
			}
		})
	}
}

func TestLinkedWorktreeHasItsOwnHeadAndIndex(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	main := r.commit("one")
	linked := &testRepo{t: t, dir: filepath.Join(t.TempDir(), "linked"), clock: r.clock}
	r.git("worktree", "add", "-q", "-b", "side", linked.dir)
	linked.write("b.md", "b")
	side := linked.commit("two")
	linked.write("c.md", "c")

	repo := linked.open()
	if repo.Root() != linked.dir {
		t.Errorf("root %s, want %s", repo.Root(), linked.dir)
	}
	for rev, want := range map[string]string{"HEAD": side, "main": main, "side": side} {
		if c, err := repo.Commit(rev); err != nil || c.Hash != want {
			t.Errorf("%s: got %s, %v, want %s", rev, c.Hash, err, want)
		}
	}
	base, err := repo.MergeBase("main", "HEAD")
	if err != nil || base != main {
		t.Errorf("merge base %s, %v, want %s", base, err, main)
	}
	wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), worktree(t, repo)), "A c.md")

	t.Run("moved repository", func(t *testing.T) {
		linked.write(".git", "gitdir: /nowhere/.git/worktrees/linked\n")
		if _, err := Open(linked.dir); !errors.Is(err, ErrNoRepo) {
			t.Errorf("got %v, want ErrNoRepo", err)
		}
	})
}

func TestSubmoduleOpensThroughItsGitFile(t *testing.T) {
	sub := newRepo(t)
	sub.write("a.md", "a")
	want := sub.commit("one")
	r := newRepo(t)
	r.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub.dir, "lib")
	repo := openAt(t, filepath.Join(r.dir, "lib"))
	if c, err := repo.Commit("HEAD"); err != nil || c.Hash != want {
		t.Errorf("got %s, %v, want %s", c.Hash, err, want)
	}
}

func TestSparseCheckoutIsReadAsIfComplete(t *testing.T) {
	for _, sparseIndex := range []string{"--no-sparse-index", "--sparse-index"} {
		t.Run(sparseIndex, func(t *testing.T) {
			r := newRepo(t)
			for _, p := range []string{"a/one.md", "a/deep/two.md", "b/three.md", "b/deep/four.md", "root.md"} {
				r.write(p, p)
			}
			r.commit("one")
			r.git("sparse-checkout", "set", "--cone", sparseIndex, "a")
			if _, err := os.Stat(filepath.Join(r.dir, "b")); err == nil {
				t.Fatal("b is checked out: the test tests nothing")
			}
			repo := r.open()
			head, disk := tree(t, repo, "HEAD"), worktree(t, repo)
			wantLines(t, "diff of a clean checkout", diff(t, repo, head, disk))
			if got, err := disk.Read("b/deep/four.md", 100); err != nil || string(got) != "b/deep/four.md" {
				t.Errorf("read of a file that is not checked out: %q, %v", got, err)
			}
			r.write("a/one.md", "edited")
			disk = worktree(t, repo)
			wantLines(t, "diff after an edit", diff(t, repo, head, disk), "M a/one.md")
			wantLines(t, "diff of a folder that is not covered", diff(t, repo, head, worktree(t, repo, "b")))
		})
	}
}

func TestBorrowedObjectsAreFound(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	r.commit("one")
	clone := &testRepo{t: t, dir: filepath.Join(t.TempDir(), "clone"), clock: r.clock}
	r.git("clone", "-q", "--shared", r.dir, clone.dir)
	clone.write("b.md", "b")
	clone.commit("two")
	repo := clone.open()
	wantLines(t, "diff", diff(t, repo, tree(t, repo, "origin/main"), tree(t, repo, "HEAD")), "A b.md")
	if base, err := repo.MergeBase("origin/main", "HEAD"); err != nil || base != clone.git("rev-parse", "origin/main") {
		t.Errorf("merge base %s, %v", base, err)
	}
	var many strings.Builder
	for i := range maxBorrowed {
		fmt.Fprintf(&many, "/nowhere/%d\n", i)
	}
	clone.write(".git/objects/info/alternates", many.String())
	if _, err := Open(clone.dir); !errors.As(err, new(*UnsupportedError)) {
		t.Errorf("got %v, want an UnsupportedError", err)
	}
}

func TestRepackingWhileOpen(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", strings.Repeat("line of text\n", 10_000))
	r.commit("one")
	repo := r.open()
	tree(t, repo, "HEAD") // indexes are loaded now
	r.write("a.md", strings.Repeat("line of text\n", 10_000)+"more\n")
	r.commit("two")
	r.git("gc", "-q", "--prune=now")
	wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD~1"), tree(t, repo, "HEAD")), "M a.md")
	r.write("b.md", "b")
	r.commit("three")
	r.git("repack", "-q", "-a", "-d")
	head := tree(t, repo, "HEAD")
	if got, err := head.Read("a.md", 1<<20); err != nil || len(got) != 130_005 {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}

func TestReadPackedAndLooseOfAllSizes(t *testing.T) {
	r := newRepo(t)
	sizes := map[string]int{"empty": 0, "small": 100, "medium": 40_000, "large": 3 << 20}
	content := func(n int, tail string) string {
		return strings.Repeat("0123456789abcde\n", n/16+1)[:n] + tail
	}
	for name, n := range sizes {
		r.write(name, content(n, ""))
	}
	r.commit("one")
	for name, n := range sizes {
		r.write(name, content(n, "!"))
	}
	r.commit("two")
	check := func(t *testing.T, repo *Repo) {
		for rev, tail := range map[string]string{"HEAD~1": "", "HEAD": "!"} {
			s := tree(t, repo, rev)
			for name, n := range sizes {
				want := content(n, tail)
				got, err := s.Read(name, int64(len(want)))
				if err != nil || string(got) != want {
					t.Errorf("%s:%s: %d bytes, %v, want %d bytes", rev, name, len(got), err, len(want))
				}
				big := (*TooLargeError)(nil)
				if _, err := s.Read(name, int64(len(want))-1); !errors.As(err, &big) || big.Size != int64(len(want)) || big.Name != name {
					t.Errorf("%s:%s: got %v, want a TooLargeError of %d bytes", rev, name, err, len(want))
				}
			}
		}
	}
	t.Run("loose", func(t *testing.T) { check(t, r.open()) })
	r.git("gc", "-q", "--aggressive", "--prune=now")
	t.Run("packed", func(t *testing.T) { check(t, r.open()) })
}

func TestCorruptAndMissingObjects(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "right")
	r.write("b.md", "other")
	r.commit("one")
	object := func(rev string) string {
		h := r.git("rev-parse", rev)
		return filepath.Join(r.dir, ".git/objects", h[:2], h[2:])
	}
	// The object of a.md now holds the content of b.md.
	forged, err := os.ReadFile(object("HEAD:b.md"))
	if err != nil {
		t.Fatal(err)
	}
	path := object("HEAD:a.md")
	os.Remove(path)
	if err := os.WriteFile(path, forged, 0o666); err != nil {
		t.Fatal(err)
	}
	os.Remove(object("HEAD:b.md"))
	s := tree(t, r.open(), "HEAD")
	if _, err := s.Read("a.md", 100); !errors.As(err, new(*CorruptObjectError)) {
		t.Errorf("forged content: got %v, want a CorruptObjectError", err)
	}
	if _, err := s.Read("b.md", 100); !errors.As(err, new(*MissingObjectError)) {
		t.Errorf("missing content: got %v, want a MissingObjectError", err)
	}
	if _, err := s.Read("c.md", 100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: got %v", err)
	}
}

// TestContentMadeToCollideIsNoticed takes the first of the two files that were
// published with one SHA-1 (shattered.io), as far as they need it.
func TestContentMadeToCollideIsNoticed(t *testing.T) {
	made, err := base64.StdEncoding.DecodeString("" +
		"JVBERi0xLjMKJeLjz9MKCgoxIDAgb2JqCjw8L1dpZHRoIDIgMCBSL0hlaWdodCAzIDAgUi9UeXBlIDQgMCBSL1N1YnR5cGUgNSAw" +
		"IFIvRmlsdGVyIDYgMCBSL0NvbG9yU3BhY2UgNyAwIFIvTGVuZ3RoIDggMCBSL0JpdHNQZXJDb21wb25lbnQgOD4+CnN0cmVhbQr/" +
		"2P/+ACRTSEEtMSBpcyBkZWFkISEhISGFL+wJIzl1nDmxocY8TJfh//4Bc0bckWa2fhGPApq2IbJWD/nKZ8yox/hbqEx5AwwrPeIY" +
		"+G2zqQkB1d9FwU8m/t+z3DjpasIv571yjw5FvOBG0jxXD+sUE5i7VS71oKgr4zH+pIA3uLXXHw4zLt+TrDUA603cDezBqGR5DHgs" +
		"diFWYN0wl5HQa9CvP5jNpLxGKbE=")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		parts  [][]byte
		forged bool
	}{
		{[][]byte{made}, true}, {[][]byte{made[:250], made[250:]}, true},
		{[][]byte{made[:300]}, false}, {[][]byte{header(plumbing.BlobObject, len(made)), made}, false},
	} {
		sum, forged := sumOf(c.parts...)
		if forged != c.forged {
			t.Errorf("%d parts: forged is %v", len(c.parts), forged)
		}
		if want := plumbing.Hash(sha1.Sum(slices.Concat(c.parts...))); !forged && sum != want {
			t.Errorf("sum %s, want %s", sum, want)
		}
	}
}

func TestPartialCloneSaysWhatIsMissing(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	r.commit("one")
	r.write("a.md", "b")
	r.commit("two")
	r.git("config", "uploadpack.allowFilter", "true")
	clone := filepath.Join(t.TempDir(), "clone")
	r.git("clone", "-q", "--filter=blob:none", "file://"+r.dir, clone)
	repo := openAt(t, clone)
	old := tree(t, repo, "HEAD~1")
	wantLines(t, "diff", diff(t, repo, old, tree(t, repo, "HEAD")), "M a.md")
	if _, err := old.Read("a.md", 100); !errors.As(err, new(*MissingObjectError)) {
		t.Errorf("got %v, want a MissingObjectError", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	r := newRepo(t)
	for _, c := range "abcdefghijklmnop" {
		r.write("content/"+string(c)+"/index.md", strings.Repeat(string(c), 20_000))
	}
	r.commit("one")
	r.write("content/a/index.md", "changed")
	r.commit("two")
	r.git("gc", "-q")
	r.write("content/b/index.md", "on disk")
	repo := r.open()
	base, head, disk := tree(t, repo, "HEAD~1"), tree(t, repo, "HEAD"), worktree(t, repo)
	errs := make(chan error)
	for range 4 {
		go func() {
			errs <- func() error {
				for _, s := range []Snapshot{base, head, disk} {
					if err := s.Walk("", func(e Entry) error {
						if _, err := s.Read(e.Path, 1<<20); err != nil {
							return err
						}
						_, err := s.ReadHash(e.Hash, 1<<20)
						return err
					}); err != nil {
						return err
					}
				}
				if _, err := repo.MergeBase("HEAD~1", "HEAD"); err != nil {
					return err
				}
				if _, err := repo.Worktree(); err != nil {
					return err
				}
				changes, err := repo.Diff(base, disk)
				if err == nil && len(changes) != 2 {
					err = errors.New("wrong number of changes")
				}
				return err
			}()
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestConfigIsReadFromAllPlaces(t *testing.T) {
	r := newRepo(t)
	user := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(user, []byte("[core]\n\tautocrlf = input\n\texcludesFile = ~/ignored\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", user)
	t.Setenv("HOME", "/home/x")
	c := r.open().config
	if got := c.get("core", "autocrlf"); got != "input" {
		t.Errorf("autocrlf of the user: %q", got)
	}
	if got := c.excludesFile(); got != filepath.FromSlash("/home/x/ignored") {
		t.Errorf("excludes file: %q", got)
	}
	r.git("config", "core.autocrlf", "false")
	if got := r.open().config.get("core", "autocrlf"); got != "false" {
		t.Errorf("autocrlf of the repository: %q", got)
	}
	if got := slices.Clone(sharedConfigFiles()); !slices.Equal(got, []string{os.DevNull, user}) {
		t.Errorf("shared files %q", got)
	}
}
