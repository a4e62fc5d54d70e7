package gitobj

import (
	"fmt"
	"slices"
	"strings"
)

// Change is one path at which two snapshots differ in content, mode or
// presence. Old is nil for a file that is new, New for one that is gone.
type Change struct {
	Path     string
	Old, New *Entry
}

// Diff compares the files of two snapshots at or below the prefixes (all files
// without any) and returns what differs, sorted by path. Folders of equal hash
// are not read; every folder that is not the same at the same place in both is,
// so that no hostile tree comes in with a change unseen. Nothing is taken for a rename. Where a [Worktree] covers some
// folders only, the others are not compared.
func (r *Repo) Diff(base, head Snapshot, prefixes ...string) ([]Change, error) {
	d := differ{base: base, head: head, budget: maxEntries}
	return d.diff(prefixes)
}

// Within is [Repo.Diff] of all files, as one of several comparisons that may look
// at so many entries together.
func (r *Repo) Within(entries *int, base, head Snapshot) ([]Change, error) {
	d := differ{base: base, head: head, budget: budget(*entries)}
	changes, err := d.diff(nil)
	*entries = int(d.budget)
	return changes, err
}

func (d *differ) diff(prefixes []string) ([]Change, error) {
	base, head := d.base, d.head
	if len(prefixes) == 0 {
		prefixes = []string{""}
	}
	for _, p := range outermost(prefixes) {
		old, okOld, err := lookup(base, p)
		if err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		cur, okNew, err := lookup(head, p)
		if err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		if top, _, deep := strings.Cut(p, "/"); p != "" {
			n := node{name: top, mode: ModeFile}
			if deep || okOld && old.isDir() || okNew && cur.isDir() {
				n.mode = ModeDir
			}
			if !base.covers(n) || !head.covers(n) {
				continue
			}
		}
		if err := d.pair(p, old, okOld, cur, okNew); err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
	}
	// Already so, but for prefixes where one sorts between the files of another.
	slices.SortFunc(d.changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return d.changes, nil
}

// outermost returns the prefixes that are not inside another one.
func outermost(prefixes []string) []string {
	var list []string
	for _, p := range prefixes {
		list = append(list, strings.TrimSuffix(p, "/"))
	}
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(a+"/", b+"/") })
	out := list[:0]
	for _, p := range list {
		if p == "" {
			return []string{""}
		}
		if len(out) == 0 || !strings.HasPrefix(p+"/", out[len(out)-1]+"/") {
			out = append(out, p)
		}
	}
	return out
}

type differ struct {
	base, head Snapshot
	budget     budget
	changes    []Change
}

// pair compares what stands at one path in both snapshots.
func (d *differ) pair(path string, old node, okOld bool, cur node, okNew bool) error {
	if okOld && okNew && old.same(cur) {
		return nil
	}
	if okOld && okNew && old.isDir() && cur.isDir() {
		return d.dirs(path, old, cur)
	}
	if okOld && okNew && !old.isDir() && !cur.isDir() {
		o, n := entryOf(path, old), entryOf(path, cur)
		return d.add(Change{path, &o, &n})
	}
	if okOld {
		err := walk(d.base, path, old, &d.budget, func(e Entry) error {
			return d.add(Change{e.Path, &e, nil})
		})
		if err != nil {
			return err
		}
	}
	if okNew {
		return walk(d.head, path, cur, &d.budget, func(e Entry) error {
			return d.add(Change{e.Path, nil, &e})
		})
	}
	return nil
}

// maxChanges bounds the files of one change: each is read, judged and shown.
const maxChanges = 50_000

func (d *differ) add(c Change) error {
	if len(d.changes) == maxChanges {
		return &TreeError{c.Path, fmt.Sprintf("more than %d files differ", maxChanges)}
	}
	d.changes = append(d.changes, c)
	return nil
}

// dirs merges two sorted folders.
func (d *differ) dirs(path string, old, cur node) error {
	if err := checkDepth(path); err != nil {
		return err
	}
	as, err := d.base.list(path, old.id)
	if err != nil {
		return err
	}
	bs, err := d.head.list(path, cur.id)
	if err != nil {
		return err
	}
	if err := d.budget.spend(path, len(as)+len(bs)); err != nil {
		return err
	}
	for len(as) > 0 || len(bs) > 0 {
		var a, b node
		c := 0
		switch {
		case len(bs) == 0:
			c = -1
		case len(as) == 0:
			c = 1
		default:
			c = compareNodes(as[0], bs[0])
		}
		if c <= 0 {
			a, as = as[0], as[1:]
		}
		if c >= 0 {
			b, bs = bs[0], bs[1:]
		}
		n := a
		if c > 0 {
			n = b
		}
		if path == "" && !(d.base.covers(n) && d.head.covers(n)) {
			continue
		}
		if err := d.pair(joinPath(path, n.name), a, c <= 0, b, c >= 0); err != nil {
			return err
		}
	}
	return nil
}
