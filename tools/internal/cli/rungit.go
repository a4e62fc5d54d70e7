package cli

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"

	"taizhang/tools/internal/value"
)

// git runs the user's git, which moves references: it knows locks, reference
// logs, hooks and every kind of reference store. Objects are read without it.
func (a *app) git(dir string, stdin []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(a.ctx, "git", args...)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(errs.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

// label picks a label in the user's language.
func (a *app) label(l value.Label) string { return a.say(l.Zh, l.En) }
