//go:build !linux

package site

import "errors"

func exchange(_, _ string) error { return errors.ErrUnsupported }

// syncDir does nothing: folders cannot be synced portably.
func syncDir(string) error { return nil }
