package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// page is one page of the site: front matter without a body.
type page struct {
	Layout      string `json:"layout"`
	Title       string `json:"title"`
	URL         string `json:"url,omitempty"` // empty for the home page
	Description string `json:"description,omitempty"`
	Params      params `json:"params"`
}

type params struct {
	V any `json:"v"`
}

func newPage(layout, title, url string, view any) *page {
	return &page{Layout: layout, Title: title, URL: url, Params: params{view}}
}

// sink writes files below one folder and remembers what the site will hold.
type sink struct {
	dir  string
	mu   sync.Mutex
	want map[string]bool
	made map[string]bool // folders
	// sums are the checksums of all files of the folder, and now those that the
	// present round has written or kept; nil where there is one round alone.
	sums map[string]Sum
	now  map[string]bool
}

// Sum is the SHA-256 of a file.
type Sum [sha256.Size]byte

func newSink(dir string) *sink {
	return &sink{dir: dir, want: map[string]bool{}, made: map[string]bool{}}
}

// round begins another round, in which only the files of the site for which keep
// is true, and the pages in pages, stay without being written again.
func (s *sink) round(keep func(name string) bool, pages map[string]bool) {
	maps.DeleteFunc(s.want, func(name string, _ bool) bool { return !keep(name) })
	s.now = map[string]bool{}
	for name := range s.sums {
		if file, ok := strings.CutPrefix(name, "static/"); ok && keep(file) || pages[name] {
			s.now[name] = true
		}
	}
}

// keep takes files that are served as they are from an earlier round.
func (s *sink) keep(is func(name string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.sums {
		if file, ok := strings.CutPrefix(name, "static/"); ok && is(file) {
			s.want[file], s.now[name] = true, true
		}
	}
}

// sum returns the checksum of a file that is served as it is.
func (s *sink) sum(name string) Sum {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sums["static/"+name]
}

// sweep removes what an earlier round has written and this one has not.
func (s *sink) sweep() error {
	for name := range s.sums {
		if !s.now[name] {
			delete(s.sums, name)
			if err := os.Remove(filepath.Join(s.dir, filepath.FromSlash(name))); err != nil {
				return fmt.Errorf("write projection: %w", err)
			}
		}
	}
	return nil
}

// written notes a file and reports whether an earlier round wrote the same.
func (s *sink) written(name string, sum Sum) (same bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.sums[name]
	s.sums[name], s.now[name] = sum, true
	return known && old == sum
}

// plainURL is what a page's address may look like: nothing that a server, a
// file system or Hugo could read differently.
var plainURL = regexp.MustCompile(`^/([A-Za-z0-9][A-Za-z0-9-]*/)*$`)

// pageFile returns the file that a page becomes.
func pageFile(url string) string {
	if strings.HasSuffix(url, ".html") {
		return strings.TrimPrefix(url, "/")
	}
	return strings.TrimPrefix(url, "/") + "index.html"
}

// contentFile returns where the data of a page stands. A folder of its own for
// each would make Hugo slow, and files called index would swallow the others.
func contentFile(url string) string {
	if url == "" {
		return "content/_index.md"
	}
	section, rest, _ := strings.Cut(strings.Trim(strings.TrimSuffix(url, ".html"), "/"), "/")
	switch name := strings.ReplaceAll(rest, "/", "-"); name {
	case "":
		return "content/" + section + "/0-all.md"
	case "index":
		return "content/" + section + "/index-.md"
	default:
		return "content/" + section + "/" + name + ".md"
	}
}

// expect enters a file of the finished site; two pages at one address are an
// error.
func (s *sink) expect(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.want[name] {
		return fmt.Errorf("two pages of the site would be %s", name)
	}
	s.want[name] = true
	return nil
}

// add writes a page and enters it.
func (s *sink) add(p *page) error {
	url := p.URL
	if url == "" {
		url = "/"
	}
	if err := s.expect(pageFile(url)); err != nil {
		return err
	}
	return s.write(p)
}

// write writes a page that is entered already.
func (s *sink) write(p *page) error {
	if p.URL != "" && p.URL != notFoundURL && !plainURL.MatchString(p.URL) {
		return fmt.Errorf("page %q: the address is not plain", p.URL)
	}
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false) // much of a page is HTML, which would grow by half
	if err := enc.Encode(p); err != nil {
		return fmt.Errorf("page %s: %w", p.URL, err)
	}
	return s.file(contentFile(p.URL), data.Bytes())
}

// static writes a file that is served as it is.
func (s *sink) static(name string, data []byte) error {
	if err := s.expect(name); err != nil {
		return err
	}
	return s.file("static/"+name, data)
}

// Create begins a file that is served as it is, for what is too large to hold.
func (s *sink) Create(name string) (io.WriteCloser, error) {
	if err := s.expect(name); err != nil {
		return nil, err
	}
	name = "static/" + name
	full, err := s.place(name)
	if err != nil {
		return nil, err
	}
	if s.sums != nil {
		_ = os.Remove(full) // a site may share the file of an earlier round
	}
	f, err := os.Create(full)
	if err != nil {
		return nil, fmt.Errorf("write projection: %w", err)
	}
	if s.sums == nil {
		return f, nil
	}
	return &summed{f, s, name, sha256.New()}, nil
}

// summed is a file that is noted when it is closed.
type summed struct {
	io.WriteCloser
	sink *sink
	name string
	hash hash.Hash
}

func (f *summed) Write(p []byte) (int, error) {
	f.hash.Write(p)
	return f.WriteCloser.Write(p)
}

func (f *summed) Close() error {
	f.sink.written(f.name, Sum(f.hash.Sum(nil)))
	return f.WriteCloser.Close()
}

func (s *sink) file(name string, data []byte) error {
	if s.sums != nil && s.written(name, sha256.Sum256(data)) {
		return nil
	}
	full, err := s.place(name)
	if err != nil {
		return err
	}
	if s.sums != nil {
		_ = os.Remove(full) // a site may share the file of an earlier round
	}
	if err := os.WriteFile(full, data, 0o644); err != nil {
		return fmt.Errorf("write projection: %w", err)
	}
	return nil
}

// place returns where a file stands and makes its folder.
func (s *sink) place(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.folder(path.Dir(name)); err != nil {
		return "", fmt.Errorf("write projection: %w", err)
	}
	return filepath.Join(s.dir, filepath.FromSlash(name)), nil
}

// folder makes a folder and those above it, each once.
func (s *sink) folder(name string) error {
	if s.made[name] || name == "." {
		return nil
	}
	if err := s.folder(path.Dir(name)); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(s.dir, filepath.FromSlash(name)), 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	s.made[name] = true
	return nil
}

// files returns the entered files, sorted.
func (s *sink) files() []string {
	out := make([]string, 0, len(s.want))
	for name := range s.want {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
