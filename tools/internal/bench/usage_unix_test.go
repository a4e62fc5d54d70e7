//go:build unix

package bench_test

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// cpu returns the processor time, user and system, that the process spends
// while fn runs.
func cpu(fn func()) time.Duration {
	before := used()
	fn()
	return used() - before
}

func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resetPeak starts peak anew; where the system has no such thing the peak is
// that of the whole run.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peak returns the largest resident size of the process in MB (VmHWM), 0 where
// the system does not tell.
func peak() float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(data, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(string(fields[0]), 64)
	return kb / 1024
}
