package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// crowd is a list of 250 things that somebody said, of which he deletes the oldest
// after a call; the last is the objection of another.
type crowd struct {
	first   int // number of the oldest that is left
	size    int // of a page
	item    func(n int) string
	deletes int // calls after which one is deleted
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page := 1
	fmt.Sscan(r.URL.Query().Get("page"), &page)
	var items []string
	from := c.first + (page-1)*c.size
	for n := from; n < min(from+c.size, 250); n++ {
		items = append(items, c.item(n))
	}
	if from+c.size < 250 {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, page+1))
		w.Header().Set("X-Next-Page", fmt.Sprint(page+1))
	}
	w.Header().Set("Total_page", fmt.Sprint((250-c.first+c.size-1)/c.size))
	w.Header().Set("X-Total-Count", fmt.Sprint(250-c.first))
	fmt.Fprintf(w, "[%s]", strings.Join(items, ","))
	if c.deletes > 0 {
		c.deletes--
		c.first++
	}
}

// TestNobodyIsHiddenByWhatIsDeletedMeanwhile has each thing stand at the edge of a
// page in turn, and somebody delete while pages are read.
func TestNobodyIsHiddenByWhatIsDeletedMeanwhile(t *testing.T) {
	comment := func(n int) string {
		return fmt.Sprintf(`{"id":%d,"user":{"id":21,"login":"z"},"author":{"id":21,"username":"z"},"body":"x","created_at":"2026-09-01T01:00:00Z","updated_at":"2026-09-01T01:00:00Z"}`, n+1)
	}
	comments := func(f Forge) (ids []string, err error) {
		list, err := f.Comments(ctx, 7)
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return ids, err
	}
	reviews := func(f Forge) (ids []string, err error) {
		list, err := f.Reviews(ctx, 7)
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		return ids, err
	}
	for _, c := range []struct {
		kind, root, route string
		ids               func(Forge) ([]string, error)
	}{
		{GitHub, githubRoot, "GET /repos/qjp/registry/issues/7/comments", comments},
		{GitLab, gitlabRoot, "GET /projects/qjp%2Fregistry/merge_requests/7/notes", comments},
		{Gitee, giteeRoot, "GET /repos/qjp/registry/pulls/7/comments", comments},
		{Gitea, giteaRoot, "GET /repos/qjp/registry/pulls/7/reviews", reviews},
		{GitHub, githubRoot, "GET /repos/qjp/registry/pulls/7/reviews", reviews},
	} {
		item := comment
		if strings.HasSuffix(c.route, "reviews") {
			item = func(n int) string {
				return fmt.Sprintf(`{"id":%d,"user":{"id":21,"login":"z"},"state":"APPROVED","commit_id":%q,"submitted_at":"2026-09-01T01:00:00Z"}`, n+1, shaA)
			}
		}
		for _, deletes := range []int{0, 1, 4, 100} {
			f := newFake(t, c.root)
			f.json("GET /repos/qjp/registry/pulls/7", githubPull(""))
			f.json("GET /repos/qjp/registry/issues/7/events", "[]")
			f.on("GET "+giteaTimeline, f.paged("[]"))
			f.on(c.route, (&crowd{size: 100, item: item, deletes: deletes}).ServeHTTP)
			forge, _ := f.open(c.kind)
			got, err := c.ids(forge)
			if deletes == 100 {
				if len(got) > 0 || KindOf(err) != Conflict {
					t.Errorf("%s %s, deleted on and on: %d, %v", c.kind, c.route, len(got), err)
				}
				continue
			}
			var want []string
			for n := deletes; n < 250; n++ {
				want = append(want, fmt.Sprint(n+1))
			}
			if !slices.Equal(got, want) || err != nil {
				t.Errorf("%s %s, %d deleted: got %d of %d, %v", c.kind, c.route, deletes, len(got), len(want), err)
			}
		}
	}
}
