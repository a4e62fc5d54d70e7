//go:build !linux

package site

import (
	"errors"
	"os"
)

func exchange(_, _ string) error { return errors.ErrUnsupported }

func syncFile(f *os.File) error { return f.Sync() }

// syncTree does nothing: syncFile has done each file.
func syncTree(string) error { return nil }

// syncDir does nothing: folders cannot be synced portably.
func syncDir(string) error { return nil }
