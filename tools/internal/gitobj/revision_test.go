package gitobj

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCommitResolvesWhatGitResolves(t *testing.T) {
	r := newRepo(t)
	r.write("a.md", "a")
	r.commit("one")
	r.git("tag", "light")
	r.git("checkout", "-q", "-b", "side")
	r.write("b.md", "b")
	r.commit("two")
	r.git("checkout", "-q", "main")
	r.write("c.md", "c")
	r.commit("three")
	r.clock += 60
	r.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	r.git("tag", "-a", "-m", "annotated", "v1.0")
	r.git("tag", "-a", "-m", "tag of a tag", "v1.0-again", "v1.0")
	r.git("branch", "feature/项目")
	r.git("branch", "same-name", "HEAD~1")
	r.git("tag", "same-name", "HEAD")
	clone := &testRepo{t: t, dir: filepath.Join(t.TempDir(), "clone")}
	r.git("clone", "-q", r.dir, clone.dir)
	clone.git("fetch", "-q", "origin", "side")

	full := clone.git("rev-parse", "HEAD")
	revs := []string{
		"HEAD", "@", "main", "heads/main", "refs/heads/main", "origin/main", "remotes/origin/main", "origin/side",
		"origin", "origin/feature/项目", "light", "tags/light", "v1.0", "v1.0-again", "v1.0^{}", "v1.0^{commit}", "v1.0~1",
		"same-name", "FETCH_HEAD", "HEAD~1", "HEAD~", "HEAD~2", "HEAD^", "HEAD^1", "HEAD^2", "HEAD^2~1", "HEAD~1^", "HEAD^0", "@~1", "HEAD^^",
		full, full[:10], full[:7], full[:5], full[:9] + "~1", strings.ToUpper(full), full + "^2",
	}
	check := func(t *testing.T) {
		repo := clone.open()
		for _, rev := range revs {
			want := clone.git("rev-parse", rev+"^{commit}")
			if c, err := repo.Commit(rev); err != nil || c.Hash != want {
				t.Errorf("%s: got %s, %v, want %s", rev, c.Hash, err, want)
			}
		}
	}
	t.Run("loose", check)
	clone.git("pack-refs", "--all")
	clone.git("gc", "-q", "--prune=now")
	t.Run("packed", check)

	t.Run("unknown", func(t *testing.T) {
		blob, treeID := clone.git("rev-parse", "HEAD:a.md"), clone.git("rev-parse", "HEAD^{tree}")
		repo := clone.open()
		for _, rev := range []string{
			"", "nowhere", "origin/nowhere", "HEAD^3", "HEAD~9", "HEAD~99999999999", "HEAD^{tree}", "HEAD:a.md", "main..side",
			"-x", "--all", "@{u}", "HEAD@{1}", ":/one", "config", "index", "logs/HEAD", "../HEAD", "refs/heads/../heads/main",
			strings.Repeat("0", 40), strings.Repeat("a", 40), blob, treeID, blob[:8], "abcd", "HEAD~x", "HEAD^ ", "HEAD\n",
		} {
			c, err := repo.Commit(rev)
			if e := (*UnknownRevisionError)(nil); !errors.As(err, &e) || e.Rev != rev || e.Shallow {
				t.Errorf("%q: got %s, %v, want an UnknownRevisionError", rev, c.Hash, err)
			}
		}
	})
}

func TestCommitOfAnEmptyRepository(t *testing.T) {
	r := newRepo(t)
	if _, err := r.open().Commit("HEAD"); !errors.As(err, new(*UnknownRevisionError)) {
		t.Errorf("got %v, want an UnknownRevisionError", err)
	}
}

func TestAbbreviationOfSeveralCommits(t *testing.T) {
	r := newRepo(t)
	r.empty("root")
	// Commits until two of them share four digits.
	seen := map[string]bool{}
	var in strings.Builder
	for i := range 2000 {
		in.WriteString("commit refs/heads/b\nmark :1\ncommitter x <x@example.org> ")
		in.WriteString(time.Duration(i).String()[:1] + "790000000 +0000\ndata <<E\n" + strings.Repeat("x", i) + "\nE\n\n")
	}
	r.gitIn(in.String(), "fast-import", "--quiet", "--force")
	short := ""
	for _, h := range strings.Fields(r.git("rev-list", "b")) {
		if seen[h[:4]] {
			short = h[:4]
			break
		}
		seen[h[:4]] = true
	}
	if short == "" {
		t.Skip("no two commits share four digits")
	}
	_, err := r.open().Commit(short)
	if e := (*UnknownRevisionError)(nil); !errors.As(err, &e) || !strings.Contains(e.Reason, "short for") {
		t.Errorf("got %v, want an UnknownRevisionError that says that it is ambiguous", err)
	}
}

func TestCommitFields(t *testing.T) {
	r := newRepo(t)
	first := r.empty("one")
	second := r.empty("标题\n\nbody")
	c, err := r.open().Commit("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if c.Hash != second || len(c.Parents) != 1 || c.Parents[0] != first || c.Tree != r.git("rev-parse", "HEAD^{tree}") {
		t.Errorf("hashes: %+v", c)
	}
	if c.Author != "甲 <jia@example.org>" || c.Committer != "乙 <yi@example.org>" || c.Message != "标题\n\nbody\n" {
		t.Errorf("texts: %+v", c)
	}
	if want := "2026-09-21T22:15:20+08:00"; c.When.Format(time.RFC3339) != want {
		t.Errorf("when %s, want %s", c.When.Format(time.RFC3339), want)
	}
}
