package publish

import (
	"cmp"
	"fmt"
	"io"
	"maps"
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
// values, in time that grows with their length only. What each project adds is
// known apart, so that a project can be taken anew.
type guard struct {
	mu     sync.Mutex
	file   *os.File
	end    int64
	hidden map[string][]string // by project
	public map[string]stretch  // by project
	rest   []stretch           // of public texts that stem from no project
	err    error
}

// stretch is a part of the temporary file.
type stretch struct{ at, size int64 }

func newGuard(dir string) (*guard, error) {
	f, err := os.CreateTemp(filepath.Dir(filepath.Clean(dir)), ".taizhang-public-*")
	if err != nil {
		return nil, fmt.Errorf("temporary file for public texts: %w", err)
	}
	return &guard{file: f, hidden: map[string][]string{}, public: map[string]stretch{}}, nil
}

func (g *guard) close() {
	if g.file != nil {
		g.file.Close()
		os.Remove(g.file.Name())
		g.file = nil
	}
}

// forget drops what projects have added, and all that stems from none.
func (g *guard) forget(ids map[string]bool) {
	for id := range ids {
		delete(g.hidden, id)
		delete(g.public, id)
	}
	g.rest = nil
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
	at := g.put(c.public)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hidden[p.ID], g.public[p.ID] = c.hidden, at
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

// text notes public texts that stem from no project.
func (g *guard) text(values ...string) {
	at := g.put(values)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rest = append(g.rest, at)
}

// put writes public values to the temporary file. Pages may join the lines of a
// text, so a text of several is written once more without white space.
func (g *guard) put(values []string) stretch {
	var out []byte
	seen := map[string]bool{}
	for _, v := range values {
		if v == "" || seen[v] {
			continue
		}
		seen[v] = true
		out = append(append(out, v...), 0)
		if strings.ContainsRune(v, '\n') {
			for _, r := range v {
				if !unicode.IsSpace(r) {
					out = utf8.AppendRune(out, r)
				}
			}
			out = append(out, 0)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	at := stretch{g.end, int64(len(out))}
	g.end += at.size
	if _, err := g.file.WriteAt(out, at.at); err != nil {
		g.err = err
	}
	return at
}

// texts reads all public texts, those that follow each other at once.
func (g *guard) texts() io.Reader {
	all := slices.AppendSeq(slices.Clone(g.rest), maps.Values(g.public))
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.at, b.at) })
	var parts []io.Reader
	for i := 0; i < len(all); {
		at, end := all[i].at, all[i].at
		for ; i < len(all) && all[i].at == end; i++ {
			end += all[i].size
		}
		parts = append(parts, io.NewSectionReader(g.file, at, end-at))
	}
	return io.MultiReader(parts...)
}

// finish adds what the data files hide and returns the values that occur in no
// public text, sorted.
func (g *guard) finish(j *check.Judge) ([][]byte, error) {
	var c collected
	if root := j.Registry.PeopleRoot; root != nil {
		c.walk(j.Registry.Schemas.Form("people").Root, root, false, false)
	}
	g.text(c.public...)
	if g.err != nil {
		return nil, fmt.Errorf("public texts: %w", g.err)
	}
	values := c.hidden
	for _, hidden := range g.hidden {
		values = append(values, hidden...)
	}
	slices.Sort(values)
	values = slices.Compact(values)
	public, err := occurring(values, g.texts())
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
