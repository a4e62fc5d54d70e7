package publish

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/needle"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
)

// The shortest values, in characters, that can be searched for: shorter ones
// occur in any text by chance.
const (
	minName  = 2
	minTitle = 4
	minText  = 6
	// maxProbe is how much of a long value is searched for.
	maxProbe = 32
)

// guard collects the values that must not come out. It walks the records by
// itself, apart from the code that makes the pages, so that a mistake there is
// found by the search of the finished site.
//
// A value that is public somewhere cannot be told from a leak, so those are
// left out at the end. The public texts are too much to hold: they go to a
// temporary file as they are read and are searched once for all collected
// values, in time that grows with their length only.
type guard struct {
	mu        sync.Mutex
	forbidden map[string]struct{}
	small     map[string]struct{} // short public values written already
	file      *os.File
	public    *bufio.Writer
	err       error
}

func newGuard(dir string) (*guard, error) {
	f, err := os.CreateTemp(filepath.Dir(filepath.Clean(dir)), ".taizhang-public-*")
	if err != nil {
		return nil, fmt.Errorf("temporary file for public texts: %w", err)
	}
	return &guard{forbidden: map[string]struct{}{}, small: map[string]struct{}{}, file: f, public: bufio.NewWriterSize(f, 1<<18)}, nil
}

func (g *guard) close() {
	if g.file != nil {
		g.file.Close()
		os.Remove(g.file.Name())
		g.file = nil
	}
}

// collected is what one record or project adds.
type collected struct {
	hidden []string
	public []string
}

// project notes the values of a project. Nothing of a project that is not
// published may come out; of a published one, what its fields withhold.
func (g *guard) project(p *registry.Project, public, released bool) {
	var c collected
	for _, rec := range p.Records {
		c.walk(rec.Form.Root, rec.Root, !public, released)
		body := string(rec.Body)
		if public && (released || rec.Form.Name == "index") {
			c.public = append(c.public, body)
		} else {
			c.hide(body, minText)
		}
	}
	if public {
		c.public = append(c.public, p.ID, p.Dir)
	} else {
		c.hide(p.Title(), minTitle)
		c.hide(p.ID, minText)
		c.hide(strings.TrimPrefix(p.Dir, "content/")+"/", minText)
	}
	g.take(&c)
}

// walk sorts the scalars below n into hidden and public ones.
func (c *collected) walk(f *schema.Field, n *record.Node, hidden, released bool) {
	if n == nil {
		return
	}
	switch n.Kind {
	case record.Map:
		hidden = hidden || internalDocument(f, n)
		for i := range n.Keys {
			k := &n.Keys[i]
			child := f.Child(k.Name)
			if child == nil {
				// A key without a schema is never shown.
				c.unknown(k.Value)
				continue
			}
			a := accessOf(child)
			c.walk(child, k.Value, hidden || a == never || a == afterReview && !released, released)
		}
	case record.List:
		item := f.Item
		if item == nil {
			c.unknown(n)
			return
		}
		a := accessOf(item)
		for _, it := range n.Items {
			c.walk(item, it, hidden || a == never || a == afterReview && !released, released)
		}
	case record.String:
		switch {
		case !hidden && f.Format == "project-id":
			// Shown only where that project is public, which adds its own id.
		case !hidden:
			c.public = append(c.public, n.Text)
		case f.Type == schema.Text && len(f.Enum) == 0 && f.Format != "unit-code":
			c.hide(n.Text, leastOf(f))
		}
	}
}

// unknown hides every text below a node that no schema describes.
func (c *collected) unknown(n *record.Node) {
	if n.Kind == record.String {
		c.hide(n.Text, minText)
	}
	for _, it := range n.Items {
		c.unknown(it)
	}
	for i := range n.Keys {
		c.unknown(n.Keys[i].Value)
	}
}

// leastOf returns how short a hidden value may be to be searched for. Two
// characters are a whole name.
func leastOf(f *schema.Field) int {
	if accessOf(f) != always && (f.Key == "name" || strings.Contains(f.Label.Zh, "姓名") || strings.Contains(f.Label.Zh, "负责人")) {
		return minName
	}
	return minText
}

// hide notes the longest line of a value, as templates break texts at line
// ends, and of that the beginning.
func (c *collected) hide(text string, least int) {
	longest := ""
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); len(line) > len(longest) {
			longest = line
		}
	}
	if utf8.RuneCountInString(longest) < least {
		return
	}
	n := 0
	for i := range longest {
		if n == maxProbe {
			longest = strings.TrimSpace(longest[:i])
			break
		}
		n++
	}
	c.hidden = append(c.hidden, strings.Clone(longest))
}

func (g *guard) take(c *collected) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, v := range c.hidden {
		g.forbidden[v] = struct{}{}
	}
	for _, v := range c.public {
		g.show(v)
	}
}

// text notes a public text that stems from no project.
func (g *guard) text(values ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, v := range values {
		g.show(v)
	}
}

// show writes a public value to the temporary file. Pages may join the lines of
// a text, so a text of several is written once more without white space.
func (g *guard) show(v string) {
	const short, most = 64, 1 << 18
	if v == "" || g.err != nil {
		return
	}
	if len(v) <= short {
		if _, seen := g.small[v]; seen {
			return
		}
		if len(g.small) < most {
			g.small[strings.Clone(v)] = struct{}{}
		}
	}
	g.put(v)
	if strings.ContainsRune(v, '\n') {
		g.put(strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, v))
	}
}

func (g *guard) put(v string) {
	if _, err := g.public.WriteString(v); err != nil {
		g.err = err
	} else if err := g.public.WriteByte(0); err != nil {
		g.err = err
	}
}

// finish adds what the data files hide and returns the values that occur in no
// public text, sorted.
func (g *guard) finish(j *check.Judge) ([][]byte, error) {
	var c collected
	if root := j.Registry.PeopleRoot; root != nil {
		c.walk(j.Registry.Schemas.Form("people").Root, root, false, false)
	}
	g.take(&c)
	if err := errors.Join(g.err, g.public.Flush()); err != nil {
		return nil, fmt.Errorf("public texts: %w", err)
	}
	if _, err := g.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("public texts: %w", err)
	}
	values := make([]string, 0, len(g.forbidden))
	for v := range g.forbidden {
		values = append(values, v)
	}
	slices.Sort(values)
	public, err := occurring(values, g.file)
	if err != nil {
		return nil, fmt.Errorf("public texts: %w", err)
	}
	out := [][]byte{}
	for i, v := range values {
		if !public[i] {
			out = append(out, []byte(v))
		}
	}
	return out, nil
}

// occurring reports which of the values occur in what r gives.
func occurring(values []string, r io.Reader) ([]bool, error) {
	all := make([][]byte, len(values))
	for i, v := range values {
		all[i] = []byte(v)
	}
	found := make([]bool, len(values))
	_, err := needle.New(all).Stream(r, nil, func(n int) bool { found[n] = true; return true })
	return found, err
}
