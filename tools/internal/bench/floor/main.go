//go:build unix

// Command floor measures for run.sh. With a folder it reads every file below
// DIR/content and does nothing with it: what no program that reads the registry
// can do without. With -run it runs a command and measures that. It prints wall
// and processor time in seconds (user and system) and peak memory in MB.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

func main() {
	err := errors.New("usage: floor DIR | floor -run COMMAND [ARG…]")
	switch {
	case len(os.Args) == 2:
		err = read(os.Args[1])
	case len(os.Args) > 2 && os.Args[1] == "-run":
		err = run(os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(dir string) error {
	start := time.Now()
	files, bytes := 0, 0
	err := filepath.WalkDir(filepath.Join(dir, "content"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		files++
		bytes += len(data)
		return err
	})
	if err != nil {
		return err
	}
	line, err := usage(start, syscall.RUSAGE_SELF)
	fmt.Printf("%s files %d bytes %d\n", line, files, bytes)
	return err
}

// run measures a command. Exit code 1, findings, counts as done.
func run(args []string) error {
	start := time.Now()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		return fmt.Errorf("running %s: %w", args[0], err)
	}
	line, err := usage(start, syscall.RUSAGE_CHILDREN)
	fmt.Println(line)
	return err
}

func usage(start time.Time, who int) (string, error) {
	wall := time.Since(start)
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return "", err
	}
	unit := int64(1 << 10) // Maxrss is in kB,
	if runtime.GOOS == "darwin" {
		unit = 1 << 20 // and in bytes there
	}
	cpu := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	return fmt.Sprintf("wall %.3f cpu %.3f rss %d", wall.Seconds(), cpu.Seconds(), int64(u.Maxrss)/unit), nil
}
