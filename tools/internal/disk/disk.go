// Package disk gives a folder of the local file system as the files of a
// registry. It reads only and follows no symbolic link.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Tops returns the folders that the judging core reads.
func Tops() []string { return []string{"content", "data", "schemas"} }

// Files is the registry in a folder. It lists the folder once, when made.
type Files struct {
	dir       string
	paths     []string
	irregular []string
	stamps    map[string]stamp
	listed    time.Time
}

// stamp tells one version of a file from the next.
type stamp struct {
	at   time.Time
	size int64
}

// Open lists the registry below dir.
func Open(dir string) (*Files, error) {
	f := &Files{dir: dir, stamps: map[string]stamp{}, listed: time.Now()}
	var executable []string
	for _, top := range Tops() {
		err := filepath.WalkDir(filepath.Join(dir, top), func(p string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			switch {
			case d.IsDir():
			case !d.Type().IsRegular():
				f.irregular = append(f.irregular, rel)
			default:
				f.paths = append(f.paths, rel)
				if info, err := d.Info(); err == nil {
					f.stamps[rel] = stamp{info.ModTime(), info.Size()}
					if info.Mode()&0o111 != 0 {
						executable = append(executable, rel)
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", top, err)
		}
	}
	if len(executable) < len(f.paths) { // else the file system knows no such thing
		f.irregular = append(f.irregular, executable...)
	}
	slices.Sort(f.paths)
	slices.Sort(f.irregular)
	return f, nil
}

// Changed returns the paths, sorted, of what differs from an older listing: files
// that came or are gone, and those written since, or just before it was made.
func (f *Files) Changed(old *Files) []string {
	const tick = time.Second // what a file system may take for one moment
	var out []string
	for p, now := range f.stamps {
		if was, had := old.stamps[p]; !had || was != now || now.at.After(old.listed.Add(-tick)) {
			out = append(out, p)
		}
	}
	for p := range old.stamps {
		if _, stays := f.stamps[p]; !stays {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// Paths implements registry.Files.
func (f *Files) Paths() []string { return f.paths }

// Irregular implements registry.Files.
func (f *Files) Irregular() []string { return f.irregular }

// Read implements registry.Files. The listing met no symbolic link on the way
// to any of its paths.
func (f *Files) Read(path string, limit int64) ([]byte, error) {
	if _, listed := slices.BinarySearch(f.paths, path); !listed {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	file, err := os.Open(filepath.Join(f.dir, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size := min(info.Size(), limit+1)
	data := make([]byte, size)
	n, err := io.ReadFull(file, data)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}
