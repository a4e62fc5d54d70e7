//go:build !unix

package site

import "os/exec"

// killGroup does nothing where there are no process groups: the child alone is
// killed.
func killGroup(*exec.Cmd) {}
