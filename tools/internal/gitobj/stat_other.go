//go:build !linux && !darwin

package gitobj

import "io/fs"

// changeTime is not known here: the modification time has to do.
func changeTime(fs.FileInfo) (timestamp, bool) { return timestamp{}, false }
