package gitobj

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	r := newRepo(t)
	for _, p := range []string{"content/a/index.md", "content/a/x.md", "content/b/index.md", "content/b.md", "data/units.yaml", "gone/x", "gone/y/z", "turns-dir", "turns-file/x", "root.md"} {
		r.write(p, p)
	}
	r.commit("one")
	for _, p := range []string{"gone", "turns-dir", "turns-file", "content/a/x.md"} {
		r.remove(p)
	}
	for _, p := range []string{"content/b/index.md", "turns-dir/new", "turns-file", "fresh/a/b/c", "content/a.md"} {
		r.write(p, p+" changed")
	}
	r.git("add", "-A")
	r.git("update-index", "--chmod=+x", "root.md")
	r.empty("two")
	repo := r.open()
	base, head := tree(t, repo, "HEAD~1"), tree(t, repo, "HEAD")
	wantLines(t, "all", diff(t, repo, base, head),
		"A content/a.md", "D content/a/x.md", "M content/b/index.md", "A fresh/a/b/c", "D gone/x", "D gone/y/z",
		"M root.md", "D turns-dir", "A turns-dir/new", "A turns-file", "D turns-file/x")
	wantLines(t, "nothing", diff(t, repo, head, head))
	wantLines(t, "prefixes", diff(t, repo, base, head, "gone/", "content/b", "content/b/index.md", "nowhere", "root.md"),
		"M content/b/index.md", "D gone/x", "D gone/y/z", "M root.md")
	wantLines(t, "prefix that is a file and a folder", diff(t, repo, base, head, "turns-dir"), "D turns-dir", "A turns-dir/new")
	wantLines(t, "prefix is not a prefix of letters", diff(t, repo, base, head, "content/a"), "D content/a/x.md")

	changes, err := repo.Diff(base, head, "root.md")
	if err != nil || len(changes) != 1 || changes[0].Old.Mode != ModeFile || changes[0].New.Mode != ModeExec || changes[0].Old.Hash != changes[0].New.Hash {
		t.Errorf("change of mode: %+v, %v", changes, err)
	}
}

func TestDiffAgreesWithGit(t *testing.T) {
	r := newRepo(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	names := []string{"a", "a.b", "ab", "a-", "b", "D", "c.md"}
	for range 12 {
		for range 10 {
			var parts []string
			for range 1 + rnd.IntN(4) {
				parts = append(parts, names[rnd.IntN(len(names))])
			}
			path := strings.Join(parts, "/")
			if rnd.IntN(4) == 0 {
				r.git("rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", path)
			} else {
				blob := r.gitIn(fmt.Sprint(rnd.IntN(5)), "hash-object", "-w", "--stdin")
				r.git("update-index", "--add", "--replace", "--cacheinfo", "100644,"+blob+","+path)
			}
		}
		r.empty("next")
	}
	repo := r.open()
	for i := range 11 {
		a, b := fmt.Sprintf("HEAD~%d", i+1), fmt.Sprintf("HEAD~%d", rnd.IntN(12))
		var want []string
		for line := range strings.Lines(r.git("diff-tree", "-r", "--no-renames", "--name-status", a, b)) {
			want = append(want, strings.Replace(strings.TrimSuffix(line, "\n"), "\t", " ", 1))
		}
		slices.SortFunc(want, func(x, y string) int { return strings.Compare(x[2:], y[2:]) })
		wantLines(t, a+" "+b, diff(t, repo, tree(t, repo, a), tree(t, repo, b)), want...)
	}
}

// bigTree commits projects of files each, spread like a registry, and then
// one changed file.
func bigTree(t testing.TB, projects, files int) *testRepo {
	t.Helper()
	r := newRepo(t)
	var in strings.Builder
	blob := func(path, text string) {
		fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
	}
	in.WriteString("commit refs/heads/main\ncommitter x <x@example.org> 1790000000 +0800\ndata 3\none\n")
	path := ""
	for p := range projects {
		for f := range files {
			path = fmt.Sprintf("content/projects/%d/u%02d/%03d/form-%d.md", 2020+p%10, p/10%100, p/1000, f)
			blob(path, fmt.Sprintf("---\ntitle: %d %d\n---\n", p, f))
		}
	}
	in.WriteString("\ncommit refs/heads/main\ncommitter x <x@example.org> 1790000060 +0800\ndata 3\ntwo\n")
	blob(path, "changed")
	in.WriteString("\n")
	r.gitIn(in.String(), "fast-import", "--quiet")
	return r
}

func TestDiffOfOneFileAmongThousandsReadsFewFolders(t *testing.T) {
	r := bigTree(t, 1000, 5)
	repo := r.open()
	got := diff(t, repo, tree(t, repo, "main~1"), tree(t, repo, "main"))
	wantLines(t, "diff", got, "M content/projects/2029/u99/000/form-4.md")
	if n := len(repo.trees.trees); n > 2*6 {
		t.Errorf("%d folders were read", n)
	}
}

func BenchmarkDiff(b *testing.B) {
	r := bigTree(b, 10_000, 8)
	r.git("gc", "-q")
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			repo := r.open()
			if got := diff(b, repo, tree(b, repo, "main~1"), tree(b, repo, "main")); len(got) != 1 {
				b.Fatal(got)
			}
		}
	})
	b.Run("again", func(b *testing.B) {
		repo := r.open()
		base, head := tree(b, repo, "main~1"), tree(b, repo, "main")
		for b.Loop() {
			diff(b, repo, base, head)
		}
	})
	r.git("reset", "-q", "--hard", "main")
	b.Run("worktree", func(b *testing.B) {
		repo := r.open()
		head := tree(b, repo, "main")
		for b.Loop() {
			if got := diff(b, repo, head, worktree(b, repo)); len(got) != 0 {
				b.Fatal(got)
			}
		}
	})
	b.Run("read all", func(b *testing.B) {
		for b.Loop() {
			repo := r.open()
			head := tree(b, repo, "main")
			if err := head.Walk("", func(e Entry) error { _, err := head.ReadHash(e.Hash, 1<<20); return err }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
