package bench_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usage is what a process and all that it starts take.
type usage struct {
	cpu  time.Duration            // user and system
	of   map[string]time.Duration // of the processes below it, by name, to some 20 ms each
	peak float64                  // MB resident, of all together at one time
}

// watch runs a command and looks every 20 ms what it and its children hold.
func watch(b *testing.B, cmd *exec.Cmd) usage {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	u := usage{of: map[string]time.Duration{}}
	spent := map[int]process{}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatalf("%v: %v\n%s", cmd.Args, err, said.Bytes())
			}
			u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			for _, p := range spent {
				u.of[p.name] += p.cpu
			}
			return u
		case <-tick.C:
			sum := 0.0
			for _, p := range below(cmd.Process.Pid) {
				spent[p.pid] = p
				sum += p.mb
			}
			u.peak = max(u.peak, sum)
		}
	}
}

type process struct {
	pid, parent int
	name        string
	cpu         time.Duration
	mb          float64
}

// below lists a process and its descendants.
func below(root int) []process {
	names, _ := filepath.Glob("/proc/[0-9]*/stat")
	kids := map[int][]process{}
	var out []process
	for _, name := range names {
		data, err := os.ReadFile(name)
		open, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
		if err != nil || open < 0 || end < open {
			continue // it ended meanwhile
		}
		f := strings.Fields(string(data[end+1:])) // from the third field on, the state
		number := func(n int) int {
			v, _ := strconv.Atoi(f[n-3])
			return v
		}
		const tick = time.Second / 100 // USER_HZ
		p := process{parent: number(4), name: string(data[open+1 : end]),
			cpu: time.Duration(number(14)+number(15)) * tick, mb: float64(number(24)) * float64(os.Getpagesize()) / 1e6}
		p.pid, _ = strconv.Atoi(strings.TrimSpace(string(data[:open])))
		kids[p.parent] = append(kids[p.parent], p)
		if p.pid == root {
			out = append(out, p)
		}
	}
	for i := 0; i < len(out); i++ {
		out = append(out, kids[out[i].pid]...)
	}
	return out
}
