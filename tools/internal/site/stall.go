package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// When a layout fails on ten pages at once, Hugo 0.165 may wait for itself for
// ever (its page walker sends to workers that have stopped). So a run that
// writes nothing any more is ended, and what it would have said is asked for a
// few pages at a time.

// errStalled is why a run of Hugo was ended.
var errStalled = errors.New("hugo stalled")

const (
	defaultPatience = 30 * time.Second
	fewPages        = 8  // too few for the stall
	mostRuns        = 40 // that look for the fault
)

// alive returns a context that ends with errStalled as its cause when no file has
// come into dir for as long as patience says.
func alive(ctx context.Context, dir string, patience time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		tick := time.NewTicker(patience / 4)
		defer tick.Stop()
		seen, since := 0, time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if now := count(dir); now != seen {
				seen, since = now, time.Now()
			} else if time.Since(since) >= patience {
				cancel(errStalled)
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

func count(dir string) (n int) {
	_ = filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { n++; return nil })
	return n
}

// diagnose builds the content of a run that stalled a few pages at a time, those
// first that stand for many, and returns what Hugo says of the first that fails.
func (b *Builder) diagnose(ctx context.Context, in Input, s *source, files []string) error {
	perFolder := map[string]int{}
	var first, rest []string
	for _, f := range files {
		folder, _, _ := strings.Cut(filepath.ToSlash(f), "/")
		if perFolder[folder]++; perFolder[folder] <= 2 {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	i := 0
	for few := range slices.Chunk(append(first, rest...), fewPages) {
		if i++; i > mostRuns {
			break
		}
		content := filepath.Join(s.work, fmt.Sprintf("few-%d", i))
		if err := gather(content, filepath.Join(in.Projection, "content"), few); err != nil {
			return err
		}
		if err := s.show(content, true); err != nil {
			return err
		}
		if _, err := b.run(ctx, in, s, filepath.Join(s.work, "few")); err != nil && !errors.Is(err, errStalled) {
			return err
		}
	}
	return fail(errStalled, "Hugo 停住不动，已经结束它：多半有版面文件在很多页上出错，请检查最近改过的 layouts/",
		"Hugo stopped without an end and was ended: a layout probably fails on many pages, look at what was changed in layouts/ last")
}
