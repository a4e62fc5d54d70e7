package gitobj

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestWorktreeIsWhatGitWouldAdd(t *testing.T) {
	r := newRepo(t)
	r.write(".gitignore", "*.tmp\r\n/public/\n# comment\n\n!keep.tmp\nnested/**/x\n")
	r.write("content/.gitignore", "!special.tmp\n/local\n")
	for _, p := range []string{
		"content/a/index.md", "content/a/x.md", "content/b.md", "data/units.yaml", "README.md", "empty",
		"keep.tmp", "content/special.tmp", "public/index.html", "nested/a/x", "nested/y", "content/local", "content/a/local", "z.tmp",
	} {
		r.write(p, p)
	}
	r.write("empty", "")
	r.write("tracked.tmp", "tracked although ignored")
	r.write("public/tracked/page.html", "tracked in an ignored folder")
	r.git("add", "-f", "tracked.tmp", "public/tracked")
	r.commit("one")

	check := func(t *testing.T, wantDiff ...string) {
		t.Helper()
		want := r.added()
		repo := r.open()
		disk := worktree(t, repo)
		wantLines(t, "listing", listing(t, disk, ""), want...)
		head := tree(t, repo, "HEAD")
		wantLines(t, "diff", diff(t, repo, head, disk), wantDiff...)
		for _, e := range want {
			path := e[48:]
			if strings.HasPrefix(e, "120000") || strings.HasPrefix(e, "160000") {
				continue
			}
			data, err := disk.Read(path, 1000)
			if err != nil || hashObject(3, data).String() != e[7:47] {
				t.Errorf("read %s: %q, %v", path, data, err)
			}
			if again, err := disk.ReadHash(e[7:47], 1000); err != nil || string(again) != string(data) {
				t.Errorf("read %s by hash: %q, %v", path, again, err)
			}
		}
	}
	t.Run("clean", func(t *testing.T) { check(t) })
	t.Run("edited", func(t *testing.T) {
		r.write("content/a/x.md", "longer than it was before")
		r.write("content/b.md", strings.ToUpper("content/b.md"))
		r.remove("data")
		r.write("content/new/form.md", "untracked")
		r.write("content/new/form.tmp", "ignored")
		r.write("public/other/x.html", "ignored")
		r.write("public/tracked/page.html", "edited")
		r.write("public/tracked/new.html", "ignored")
		r.write("empty", "no longer")
		check(t, "M content/a/x.md", "M content/b.md", "A content/new/form.md", "D data/units.yaml", "M empty", "M public/tracked/page.html")
	})
	t.Run("staged", func(t *testing.T) {
		r.git("add", "-A")
		r.write("content/a/x.md", "and edited again after staging")
		check(t, "M content/a/x.md", "M content/b.md", "A content/new/form.md", "D data/units.yaml", "M empty", "M public/tracked/page.html")
	})
	t.Run("added by name only", func(t *testing.T) {
		r.write("intended.md", "x")
		r.git("add", "-N", "intended.md")
		check(t, "M content/a/x.md", "M content/b.md", "A content/new/form.md", "D data/units.yaml", "M empty", "A intended.md", "M public/tracked/page.html")
	})
}

func TestWorktreeReadsIndexVersions(t *testing.T) {
	for _, args := range [][]string{
		{"update-index", "--index-version=2"},
		{"update-index", "--index-version=3"},
		{"update-index", "--index-version=4"},
		{"config", "index.skipHash", "true"},
		{"update-index", "--untracked-cache"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			r := newRepo(t)
			for _, p := range []string{"a", "a/b", strings.Repeat("long/", 20) + strings.Repeat("n", 120), "x/项目.md", "x/y"}[1:] {
				r.write(p, p)
			}
			r.git(args...)
			r.commit("one")
			r.git(args...)
			repo := r.open()
			x, err := repo.readIndex()
			if err != nil || len(x.entries) != 4 {
				t.Fatalf("%d entries, %v", len(x.entries), err)
			}
			wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), worktree(t, repo)))
		})
	}
	t.Run("split index", func(t *testing.T) {
		r := newRepo(t)
		r.write("a", "a")
		r.commit("one")
		r.git("update-index", "--split-index")
		if _, err := r.open().Worktree(); !errors.As(err, new(*UnsupportedError)) {
			t.Errorf("got %v, want an UnsupportedError", err)
		}
	})
	t.Run("damaged", func(t *testing.T) {
		r := newRepo(t)
		r.write("a", "a")
		r.commit("one")
		b, err := os.ReadFile(filepath.Join(r.dir, ".git/index"))
		if err != nil {
			t.Fatal(err)
		}
		b[40] ^= 1
		r.write(".git/index", string(b))
		if _, err := r.open().Worktree(); !errors.Is(err, errIndex) {
			t.Errorf("got %v, want errIndex", err)
		}
	})
}

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "name\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 20)))
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "\x00name\x00" + strings.Repeat("\x00", 20)))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = parseIndex(data) })
}

func TestSameSizeEditWithinTheSameSecondIsSeen(t *testing.T) {
	for i := range 5 {
		r := newRepo(t)
		r.write("a.md", "state: S10\n")
		r.commit("one")
		r.write("a.md", "state: S20\n")
		repo := r.open()
		if got := diff(t, repo, tree(t, repo, "HEAD"), worktree(t, repo)); len(got) != 1 {
			t.Fatalf("attempt %d: the edit was not seen", i)
		}
	}
}

func TestRacilyCleanFileIsRead(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "state: S10\n")
	file, index := filepath.Join(r.dir, "a.md"), filepath.Join(r.dir, ".git/index")
	same := time.Now().Add(-time.Hour)
	r.git("config", "core.trustctime", "false")
	os.Chtimes(file, same, same)
	r.commit("one")
	// The edit leaves size and time as they were, as if it had happened within
	// the tick of the clock in which the index was written.
	r.write("a.md", "state: S20\n")
	os.Chtimes(file, same, same)
	for written, seen := range map[time.Time]int{same: 1, same.Add(-time.Second): 1, same.Add(time.Second): 0} {
		os.Chtimes(index, written, written)
		repo := r.open()
		if got := diff(t, repo, tree(t, repo, "HEAD"), worktree(t, repo)); len(got) != seen {
			t.Errorf("index written %v after the file: %q", written.Sub(same), got)
		}
	}
	if _, ok := changeTime(must(os.Stat(file))); ok {
		// Where the file system keeps a change time, setting the clock back does not hide an edit.
		r.git("config", "core.trustctime", "true")
		os.Chtimes(index, same.Add(time.Second), same.Add(time.Second))
		repo := r.open()
		if got := diff(t, repo, tree(t, repo, "HEAD"), worktree(t, repo)); len(got) != 1 {
			t.Error("an edit with the old time was not seen")
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestWorktreeSpecialFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no symbolic links")
	}
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	sub := newRepo(t)
	sub.write("in-sub", "x")
	sub.commit("one")
	r := newRepo(t)
	r.write("content/a.md", "a")
	r.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub.dir, "content/sub")
	r.commit("one")
	for link, target := range map[string]string{"content/link": filepath.Join(outside, "secret"), "content/dirlink": outside, "data": outside, "dangling": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(r.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(r.dir, "content/a.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	repo := r.open()
	disk := worktree(t, repo)
	wantLines(t, "listing", listing(t, disk, ""), r.added()...)
	wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), disk),
		"M content/a.md", "A content/dirlink", "A content/link", "A dangling", "A data")
	for path, mode := range map[string]uint32{"content/a.md": ModeExec, "content/link": ModeSymlink, "data": ModeSymlink, "content/sub": ModeSubmodule} {
		if e, ok, err := disk.Lookup(path); err != nil || !ok || e.Mode != mode {
			t.Errorf("%s: %+v, %v, %v", path, e, ok, err)
		}
	}
	for _, path := range []string{"content/link", "data", "content/sub"} {
		if data, err := disk.Read(path, 100); !errors.As(err, new(*NotFileError)) {
			t.Errorf("read %s: %q, %v, want a NotFileError", path, data, err)
		}
	}
	for _, path := range []string{"data/secret", "content/dirlink/secret", "content/sub/in-sub"} {
		if data, err := disk.Read(path, 100); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("read %s: %q, %v, want fs.ErrNotExist", path, data, err)
		}
	}
	t.Run("file modes that mean nothing", func(t *testing.T) {
		r.git("config", "core.fileMode", "false")
		if e, _, err := worktree(t, r.open()).Lookup("content/a.md"); err != nil || e.Mode != ModeFile {
			t.Errorf("%+v, %v", e, err)
		}
	})
	t.Run("repository inside the repository", func(t *testing.T) {
		r.git("clone", "-q", sub.dir, "nested")
		if e, _, err := worktree(t, r.open()).Lookup("nested"); err != nil || e.Mode != ModeSubmodule {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

func TestWorktreeOfSomeFolders(t *testing.T) {
	r := newRepo(t)
	for _, p := range []string{"content/a.md", "data/units.yaml", "node_modules/x/y.js", "README.md"} {
		r.write(p, p)
	}
	r.commit("one")
	for _, p := range []string{"content/a.md", "node_modules/x/y.js", "README.md", "other/new"} {
		r.write(p, "changed")
	}
	repo := r.open()
	disk, head := worktree(t, repo, "content", "data"), tree(t, repo, "HEAD")
	wantLines(t, "diff", diff(t, repo, head, disk), "M README.md", "M content/a.md")
	wantLines(t, "diff the other way", diff(t, repo, disk, head), "M README.md", "M content/a.md")
	wantLines(t, "diff by prefix", diff(t, repo, head, disk, "node_modules", "other", "content", "README.md"), "M README.md", "M content/a.md")
	wantLines(t, "diff by deep prefix", diff(t, repo, head, disk, "node_modules/x"))
}

func TestWorktreeDuringAMergeConflict(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "base")
	r.write(".gitignore", "ignored\n")
	r.write("ignored", "base")
	r.git("add", "-f", "ignored")
	r.commit("one")
	r.git("checkout", "-q", "-b", "side")
	r.write("a.md", "side")
	r.write("ignored", "side")
	r.commit("two")
	r.git("checkout", "-q", "main")
	r.write("a.md", "main")
	r.write("ignored", "main")
	r.commit("three")
	r.git("-c", "alias.m=!git merge -q side || :; :", "m")
	repo := r.open()
	wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), worktree(t, repo)), "M a.md", "M ignored")
}

func TestWorktreeFileThatChangesAfterwards(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "one")
	r.write("b.md", "one")
	r.write("c.md", "one")
	r.commit("one")
	r.write("a.md", "two")
	disk := worktree(t, r.open())
	r.write("a.md", "three")
	r.write("b.md", "two")
	r.remove("c.md")
	for _, path := range []string{"a.md", "b.md", "c.md"} {
		if data, err := disk.Read(path, 100); !errors.As(err, new(*ChangedError)) {
			t.Errorf("%s: %q, %v, want a ChangedError", path, data, err)
		}
	}
	if _, err := disk.Read("b.md", 2); !errors.As(err, new(*TooLargeError)) && !errors.As(err, new(*ChangedError)) {
		t.Errorf("limit: %v", err)
	}
	if _, err := disk.Read("d.md", 2); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
}

func TestFilteredFileIsReadAsRecorded(t *testing.T) {
	r := newRepo(t)
	r.write(".gitattributes", "*.pdf filter=shout\n")
	r.git("config", "filter.shout.clean", "tr A-Z a-z")
	r.git("config", "filter.shout.smudge", "tr a-z A-Z")
	r.write("a.pdf", "LONG TEXT")
	r.commit("one")
	past := time.Now().Add(-time.Hour)
	os.Chtimes(filepath.Join(r.dir, "a.pdf"), past, past)
	r.git("status") // refreshes the index, so that the file is not racy
	repo := r.open()
	disk := worktree(t, repo)
	wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), disk))
	if got, err := disk.Read("a.pdf", 100); err != nil || string(got) != "long text" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWorktreeOfANewRepository(t *testing.T) {
	r := newRepo(t)
	if got := listing(t, worktree(t, r.open()), ""); len(got) != 0 {
		t.Errorf("%q", got)
	}
	r.write("a.md", "a")
	if got := listing(t, worktree(t, r.open()), ""); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestLargeFileIsHashedInPieces(t *testing.T) {
	r := newRepo(t)
	r.write("big.bin", strings.Repeat("0123456789abcde\n", 1<<20+1))
	want := r.git("hash-object", "big.bin")
	e, _, err := worktree(t, r.open()).Lookup("big.bin")
	if err != nil || e.Hash != want {
		t.Errorf("%s, %v, want %s", e.Hash, err, want)
	}
}
