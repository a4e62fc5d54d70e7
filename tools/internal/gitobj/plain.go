package gitobj

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/go-git/go-billy/v5"
)

// maxPlain bounds the files in which a repository says how it is kept, in bytes.
const maxPlain = 4 << 20

// openPlain opens a file and nothing else: a pipe would make the reader wait for
// ever.
func openPlain(path string) (*os.File, error) {
	if err := plain(os.Stat(path)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return os.Open(path)
}

func plain(info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err // the caller says which
	}
	return err
}

// readPlain reads a small file.
func readPlain(path string) ([]byte, error) {
	f, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPlain+1))
	if err == nil && len(data) > maxPlain {
		err = fmt.Errorf("%s: more than %d bytes", path, maxPlain)
	}
	return data, err
}

// plainFiles is a folder of which go-git opens files and folders alone.
type plainFiles struct{ billy.Filesystem }

func (p plainFiles) Open(name string) (billy.File, error) {
	if info, err := p.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, fmt.Errorf("%s: %w", name, errNotRegular)
	}
	return p.Filesystem.Open(name)
}

func (p plainFiles) OpenFile(name string, flag int, perm fs.FileMode) (billy.File, error) {
	if info, err := p.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, fmt.Errorf("%s: %w", name, errNotRegular)
	}
	return p.Filesystem.OpenFile(name, flag, perm)
}
