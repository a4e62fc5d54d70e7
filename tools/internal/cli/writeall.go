package cli

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// writeAll replaces files, by path, all or none: every one is written aside
// first and then renamed, and what was renamed is put back when a later one
// fails. Folders that are missing are made.
func writeAll(files map[string][]byte) (err error) {
	names := slices.Sorted(maps.Keys(files))
	aside, before := map[string]string{}, map[string][]byte{}
	defer func() {
		for _, tmp := range aside {
			os.Remove(tmp)
		}
	}()
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		old, err := os.ReadFile(name)
		switch {
		case err == nil:
			before[name] = old
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		tmp, err := os.CreateTemp(filepath.Dir(name), ".taizhang-*")
		if err != nil {
			return writing(name, err)
		}
		aside[name] = tmp.Name()
		_, err = tmp.Write(files[name])
		if err == nil {
			err = tmp.Sync()
		}
		if err == nil {
			err = tmp.Chmod(0o644)
		}
		if err = errors.Join(err, tmp.Close()); err != nil {
			return writing(name, err)
		}
	}
	for i, name := range names {
		if err := os.Rename(aside[name], name); err != nil {
			return errors.Join(writing(name, err), restore(names[:i], before))
		}
	}
	return nil
}

// restore puts files back as they were before.
func restore(names []string, before map[string][]byte) error {
	var errs []error
	for _, name := range names {
		if old, was := before[name]; was {
			errs = append(errs, writeFile(name, old))
		} else {
			errs = append(errs, os.Remove(name))
		}
	}
	return errors.Join(errs...)
}

// writeFile replaces a file whole: aside, synced, renamed. A device or a pipe,
// such as /dev/null, is written to and stays what it is.
func writeFile(path string, data []byte) error { return writeFileMode(path, data, 0o644) }

// writing says of which file an error speaks that came up in writing it aside.
func writing(path string, err error) error {
	return &fs.PathError{Op: "write", Path: path, Err: err}
}

// writeFileMode is writeFile for a file that not everybody may read.
func writeFileMode(path string, data []byte, mode os.FileMode) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		if err := os.WriteFile(path, data, 0); err != nil {
			return writing(path, err)
		}
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".taizhang-*")
	if err != nil {
		return writing(path, err)
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), mode)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return writing(path, err)
	}
	return nil
}
