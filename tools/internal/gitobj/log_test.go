package gitobj

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestLogAgreesWithGit compares ranges in random histories, whose dates may run
// backwards, with those of Git.
func TestLogAgreesWithGit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 3))
	for range 4 {
		r := newRepo(t)
		r.graph(randomGraph(rnd, 24)...)
		repo := r.open()
		for range 30 {
			a, b := fmt.Sprintf("c%d", rnd.IntN(24)), fmt.Sprintf("c%d", rnd.IntN(24))
			want := strings.Fields(r.git("rev-list", a+".."+b))
			commits, err := repo.Log(a, b, 1000)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range commits {
				got = append(got, c.Hash)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s..%s: %v, Git says %v", a, b, got, want)
			}
		}
	}
}

func TestLogIsBounded(t *testing.T) {
	r := newRepo(t)
	r.line(40)
	first := strings.TrimSpace(r.git("rev-list", "--max-parents=0", "line"))
	commits, err := r.open().Log(first, "line", 7)
	if err != nil || len(commits) != 7 {
		t.Errorf("%d commits, %v", len(commits), err)
	}
}
