package gitobj

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// graph makes commits without files through git fast-import. Each line is
// "name seconds parent…"; each commit gets a tag of its name.
func (r *testRepo) graph(lines ...string) {
	r.t.Helper()
	var in strings.Builder
	for _, line := range lines {
		f := strings.Fields(line)
		fmt.Fprintf(&in, "commit refs/tags/%s\ncommitter x <x@example.org> %s +0000\ndata <<E\n%s\nE\n", f[0], f[1], f[0])
		for i, p := range f[2:] {
			fmt.Fprintf(&in, "%s refs/tags/%s\n", map[bool]string{true: "from", false: "merge"}[i == 0], p)
		}
		in.WriteString("\n")
	}
	r.gitIn(in.String(), "fast-import", "--quiet")
}

// line makes n commits in a row on branch line, ten seconds apart.
func (r *testRepo) line(n int) {
	r.t.Helper()
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, "commit refs/heads/line\ncommitter x <x@example.org> %d +0000\ndata 1\nx\n", 1000+10*i)
	}
	r.gitIn(in.String(), "fast-import", "--quiet")
}

func TestMergeBase(t *testing.T) {
	for _, tt := range []struct {
		name       string
		graph      []string
		base, head string
		want       string // names of the bases
	}{
		{"same commit", []string{"a 1"}, "a", "a", "a"},
		{"base is an ancestor", []string{"a 1", "b 2 a", "c 3 b"}, "a", "c", "a"},
		{"head is an ancestor", []string{"a 1", "b 2 a", "c 3 b"}, "c", "a", "a"},
		{"fork", []string{"a 1", "b 2 a", "c 3 b", "d 4 b"}, "c", "d", "b"},
		{"all of one date", []string{"a 1", "b 1 a", "c 1 b", "d 1 b", "e 1 d", "f 1 e"}, "c", "f", "b"},
		{"base merged into head", []string{"a 1", "b 2 a", "c 3 a", "d 4 c b", "e 5 b"}, "e", "d", "b"},
		{"unrelated", []string{"a 1", "b 2 a", "x 3", "y 4 x"}, "b", "y", ""},
		{"criss-cross", []string{"a 1", "b 2 a", "c 3 a", "d 4 b c", "e 5 c b"}, "d", "e", "b c"},
		{"octopus", []string{"a 1", "b 2 a", "c 3 a", "d 4 a", "e 5 b c d", "f 6 c"}, "e", "f", "c"},
		{"the base's clock is ahead", []string{"a 1", "b 900 a", "c 3 b", "d 4 c", "e 5 d"}, "b", "e", "b"},
		{"the base's clock is behind", []string{"a 500", "b 1 a", "c 503 b", "d 504 c"}, "b", "d", "b"},
		{"an old ancestor looks newer than the base", []string{"r 1", "o 900 r", "p 2 o", "m 3 p", "x 4 m", "y 5 m", "z 6 y o"}, "x", "z", "m"},
		{"a shortcut to the root is found first", []string{"r 950", "a 10 r", "b 20 a", "c 980 b r", "d 990 b r"}, "c", "d", "b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRepo(t)
			r.graph(tt.graph...)
			got, err := r.open().MergeBase(tt.base, tt.head)
			want := strings.Fields(tt.want)
			for i, w := range want {
				want[i] = r.git("rev-parse", w)
			}
			slices.Sort(want)
			switch len(want) {
			case 0:
				if !errors.As(err, new(*NoMergeBaseError)) {
					t.Errorf("got %s, %v, want a NoMergeBaseError", got, err)
				}
			case 1:
				if err != nil || got != want[0] {
					t.Errorf("got %s, %v, want %s", got, err, want[0])
				}
			default:
				if e := (*ManyMergeBasesError)(nil); !errors.As(err, &e) || !slices.Equal(e.Bases, want) {
					t.Errorf("got %s, %v, want bases %v", got, err, want)
				}
			}
		})
	}
}

func TestMergeBaseUnknownRevision(t *testing.T) {
	r := newRepo(t)
	r.empty("one")
	repo := r.open()
	for _, pair := range [][2]string{{strings.Repeat("a", 40), "HEAD"}, {"HEAD", "nowhere"}} {
		if _, err := repo.MergeBase(pair[0], pair[1]); !errors.As(err, new(*UnknownRevisionError)) {
			t.Errorf("%v: got %v, want an UnknownRevisionError", pair, err)
		}
	}
}

// randomGraph makes a history with merges, several roots and clocks that are
// wrong now and then.
func randomGraph(rnd *rand.Rand, commits int) []string {
	var lines []string
	for i := range commits {
		when := 1000 + i*10
		if rnd.IntN(3) == 0 {
			when = 1000 + rnd.IntN(commits*10)
		}
		line := fmt.Sprintf("c%d %d", i, when)
		used := map[int]bool{}
		for range min(i, 1+rnd.IntN(2)) {
			p := max(0, i-1-rnd.IntN(6))
			if !used[p] && rnd.IntN(15) != 0 {
				line += fmt.Sprintf(" c%d", p)
			}
			used[p] = true
		}
		lines = append(lines, line)
	}
	return lines
}

func TestMergeBaseAgreesWithGit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		r := newRepo(t)
		const commits = 40
		r.graph(randomGraph(rnd, commits)...)
		repo := r.open()
		for range 25 {
			a, b := fmt.Sprintf("c%d", rnd.IntN(commits)), fmt.Sprintf("c%d", rnd.IntN(commits))
			want := r.mergeBases(a, b)
			if got := basesOf(t, repo, a, b); !slices.Equal(got, want) {
				t.Errorf("%s %s: got %v, git says %v\n%s", a, b, got, want, r.git("log", "--graph", "--all", "--format=%h %s %ct"))
			}
		}
	}
}

// mergeBases is git's answer; it exits with 1 when there is none.
func (r *testRepo) mergeBases(a, b string) []string {
	out := strings.Fields(r.git("-c", "alias.mb=!git merge-base --all \"$@\" || :; :", "mb", a, b))
	slices.Sort(out)
	return out
}

func basesOf(t *testing.T, repo *Repo, a, b string) []string {
	t.Helper()
	got, err := repo.MergeBase(a, b)
	if many := (*ManyMergeBasesError)(nil); errors.As(err, &many) {
		return many.Bases
	}
	if errors.As(err, new(*NoMergeBaseError)) {
		return []string{}
	}
	if err != nil {
		t.Fatal(err)
	}
	return []string{got}
}

func TestMergeBaseInAShallowClone(t *testing.T) {
	r := newRepo(t)
	lines := []string{"c0 1000"}
	for i := 1; i < 20; i++ {
		lines = append(lines, fmt.Sprintf("c%d %d c%d", i, 1000+i*10, i-1))
	}
	lines = append(lines, "s1 1105 c10", "s2 1500 s1", "m 1600 c19 s2", "n 1700 c19", "k 1700 c19 s2")
	r.graph(lines...)
	r.git("branch", "-f", "trunk", "c19")
	r.git("branch", "-f", "side", "s2")
	r.git("branch", "-f", "merged", "m")
	r.git("branch", "-f", "next", "n")
	r.git("branch", "-f", "again", "k")
	clone := func(t *testing.T, depth int, branches ...string) *testRepo {
		c := &testRepo{t: t, dir: filepath.Join(t.TempDir(), "clone")}
		r.git("clone", "-q", "--no-tags", fmt.Sprintf("--depth=%d", depth), "-b", branches[0], "file://"+r.dir, c.dir)
		for _, b := range branches[1:] {
			c.git("fetch", "-q", "--no-tags", fmt.Sprintf("--depth=%d", depth), "origin", b+":refs/remotes/origin/"+b)
		}
		return c
	}
	shallow := func(t *testing.T, err error) {
		t.Helper()
		if !errors.As(err, new(*ShallowError)) {
			t.Errorf("got %v, want a ShallowError", err)
		}
	}

	t.Run("the base lies within the depth", func(t *testing.T) {
		repo := clone(t, 5, "trunk").open()
		want, _ := repo.Commit("HEAD~3")
		if got, err := repo.MergeBase("HEAD~3", "HEAD"); err != nil || got != want.Hash {
			t.Errorf("got %s, %v, want %s", got, err, want.Hash)
		}
	})
	t.Run("the base is the last commit of the clone", func(t *testing.T) {
		repo := clone(t, 2, "trunk").open()
		want, _ := repo.Commit("HEAD~1")
		if got, err := repo.MergeBase("HEAD~1", "HEAD"); err != nil || got != want.Hash {
			t.Errorf("got %s, %v, want %s", got, err, want.Hash)
		}
	})
	t.Run("the fork lies beyond the depth", func(t *testing.T) {
		_, err := clone(t, 2, "trunk", "side").open().MergeBase("origin/trunk", "origin/side")
		shallow(t, err)
	})
	t.Run("deep enough for the fork", func(t *testing.T) {
		c := clone(t, 12, "trunk", "side")
		repo := c.open()
		want := r.git("rev-parse", "c10")
		if got, err := repo.MergeBase("origin/trunk", "origin/side"); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	})
	t.Run("a commit that is not here", func(t *testing.T) {
		_, err := clone(t, 2, "trunk").open().MergeBase(r.git("rev-parse", "c3"), "HEAD")
		if e := (*UnknownRevisionError)(nil); !errors.As(err, &e) || !e.Shallow {
			t.Errorf("got %v, want an UnknownRevisionError that says shallow", err)
		}
	})
	t.Run("going back beyond the cut", func(t *testing.T) {
		_, err := clone(t, 2, "trunk").open().Commit("HEAD~2")
		shallow(t, err)
	})
	t.Run("a cut side branch does not matter to an ancestor", func(t *testing.T) {
		repo := clone(t, 3, "merged").open()
		want, _ := repo.Commit("HEAD~2")
		if got, err := repo.MergeBase("HEAD~2", "HEAD"); err != nil || got != want.Hash {
			t.Errorf("got %s, %v, want %s", got, err, want.Hash)
		}
	})
	t.Run("a cut side branch might lead to the base", func(t *testing.T) {
		// c19 is common, but what s1 hides might hold n.
		_, err := clone(t, 3, "merged", "next").open().MergeBase("origin/next", "origin/merged")
		shallow(t, err)
	})
	t.Run("several bases, one of which might be an ancestor of the other", func(t *testing.T) {
		_, err := clone(t, 3, "merged", "again").open().MergeBase("origin/again", "origin/merged")
		shallow(t, err)
	})
	t.Run("no cut in sight", func(t *testing.T) {
		c := clone(t, 3, "trunk")
		c.git("fetch", "-q", "--unshallow")
		repo := c.open()
		if repo.Shallow() {
			t.Error("still shallow")
		}
		if _, err := repo.MergeBase("HEAD~15", "HEAD"); err != nil {
			t.Error(err)
		}
	})
}

func TestMergeBaseWalksOnlyWhatIsNeeded(t *testing.T) {
	r := newRepo(t)
	r.line(5000)
	repo := r.open()
	a, _ := repo.resolve("line~19")
	b, _ := repo.resolve("line")
	for range 2 {
		h := history{repo: repo, commits: map[plumbing.Hash]*link{}, left: maxHistory}
		found, certain, err := h.common(a, b)
		if err != nil || !certain || len(found) != 1 || found[0] != a && found[0] != b {
			t.Fatalf("got %v, %v, %v", found, certain, err)
		}
		if len(h.commits) > 25 {
			t.Errorf("%d commits were read for a branch of 19", len(h.commits))
		}
		a, b = b, a
	}
}

func BenchmarkMergeBase(b *testing.B) {
	r := newRepo(b)
	r.line(20_000)
	for _, base := range []string{"line~9", "line~19999"} {
		b.Run(base, func(b *testing.B) {
			repo := r.open()
			head := r.git("rev-parse", "line")
			from := r.git("rev-parse", base)
			for b.Loop() {
				if _, err := repo.MergeBase(from, head); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
