package gitobj

import (
	"io/fs"
	"syscall"
)

// changeTime returns the time of the last change of a file's inode, which,
// other than the modification time, a program cannot set back.
func changeTime(info fs.FileInfo) (timestamp, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return timestamp{}, false
	}
	return timestamp{uint32(st.Ctimespec.Sec), uint32(st.Ctimespec.Nsec)}, true
}
