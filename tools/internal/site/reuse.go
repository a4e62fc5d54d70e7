package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// basis says what a site was made from, so that the next one can tell what is
// new.
type basis struct {
	rest   string               // hash of all that every page depends on
	pages  map[string]basisPage // by the file below content
	static map[string][sha256.Size]byte
	files  map[string]file // of the site; nil where only pages are known
	// forbidden are the values that occur in none of the files.
	forbidden map[string]bool
}

type basisPage struct {
	sum  [sha256.Size]byte
	file string // of the site; "" where that is not known
}

// survey reads what a site would be made from; old, which may be nil, is what the
// last one was made from.
func survey(in Input, old *basis) (*basis, error) {
	m := &basis{pages: map[string]basisPage{}, static: map[string][sha256.Size]byte{}}
	all := sha256.New()
	add := func(name string, data []byte) {
		fmt.Fprintf(all, "%s\x00%d\x00", name, len(data))
		all.Write(data)
	}
	add("base URL", []byte(in.BaseURL))
	roots := []string{filepath.Join(in.Root, "hugo.toml"), filepath.Join(in.Projection, "hugo.json"), filepath.Join(in.Projection, "data")}
	for _, dir := range siteFolders() {
		roots = append(roots, filepath.Join(in.Root, dir))
	}
	for i, root := range roots {
		err := walk(root, func(rel string, _ fs.DirEntry) error {
			data, err := os.ReadFile(filepath.Join(root, rel))
			add(fmt.Sprint(i, " ", rel), data) // the projection lies in another folder each time
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	m.rest = hex.EncodeToString(all.Sum(nil))
	dir := filepath.Join(in.Projection, "content")
	page := func(rel string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, filepath.FromSlash(rel))) }
	for name, sum := range in.Sums {
		if rel, ok := strings.CutPrefix(name, "static/"); ok {
			m.static[rel] = sum
		} else if rel, ok := strings.CutPrefix(name, "content/"); ok {
			if was, known := old.page(rel); known && was.sum == sum {
				m.pages[rel] = was
				continue
			}
			data, err := page(rel)
			if err != nil {
				return nil, err
			}
			m.pages[rel] = basisPage{sum, pageFile(data)}
		}
	}
	if in.Sums != nil {
		return m, nil
	}
	return m, walk(dir, func(rel string, _ fs.DirEntry) error {
		data, err := page(rel)
		m.pages[filepath.ToSlash(rel)] = basisPage{sha256.Sum256(data), pageFile(data)}
		return err
	})
}

func (m *basis) page(rel string) (basisPage, bool) {
	if m == nil {
		return basisPage{}, false
	}
	p, ok := m.pages[rel]
	return p, ok
}

// pageFile returns the file of the site that a page becomes whose front matter
// is JSON with an address; "" for any other.
func pageFile(content []byte) string {
	var head struct{ URL string }
	if json.Unmarshal(content, &head) != nil || !strings.HasPrefix(head.URL, "/") {
		return ""
	}
	name := strings.TrimPrefix(head.URL, "/")
	if strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if !fs.ValidPath(name) {
		return ""
	}
	return name
}

// since returns the content files that are as they were, and for each the file
// of the site that it became.
func (m *basis) since(old *basis) map[string]string {
	if m == nil || old == nil || m.rest != old.rest {
		return nil
	}
	kept := map[string]string{}
	for rel, now := range m.pages {
		if now.file != "" && old.pages[rel] == now {
			kept[rel] = now.file
		}
	}
	return kept
}

// keep takes files of the site that is replaced into the new one: those of the
// kept pages, and the assets that these use and no page that was made anew.
func keep(in Input, kept map[string]string, out string) error {
	if len(kept) == 0 {
		return nil
	}
	files := make([]string, 0, len(kept))
	for _, f := range kept {
		files = append(files, filepath.FromSlash(f))
	}
	if err := gather(out, in.Out, files); err != nil {
		return err
	}
	for _, pattern := range in.ExpectedPatterns {
		found, err := fs.Glob(os.DirFS(in.Out), pattern)
		if err != nil {
			return err
		}
		for _, f := range found {
			target := filepath.Join(out, filepath.FromSlash(f))
			if err := os.MkdirAll(filepath.Join(out, filepath.FromSlash(path.Dir(f))), 0o755); err != nil {
				return err
			}
			if err := link(filepath.Join(in.Out, filepath.FromSlash(f)), target); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	return nil
}
