// Package heap lets the commands trade memory for time: most of what they read is
// soon done with. Whoever imports it collects the heap less often than Go does by
// itself, unless the user has said how often (GOGC).
//
// It takes effect before main, on purpose: what libraries put into tables as the
// process begins is as large as the heap that Go would collect first, and all of it
// stays. A short command would spend a tenth of its time on looking through it. Go
// begins with those of the packages that need nothing which has not begun, in the
// order of their paths, so this one, which needs next to nothing, is early.
package heap

import (
	"os"
	"runtime/debug"
)

var _ = Collect(400)

// Collect sets how much the heap grows, in percent, before it is collected, and
// returns whether it did: not where the user has set it. Beyond a gigabyte it is
// collected as often as it takes.
func Collect(percent int) bool {
	if os.Getenv("GOGC") != "" {
		return false
	}
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(1 << 30)
	return true
}
