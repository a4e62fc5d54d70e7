package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// astray are the variables by which Git is sent to another repository than the
// one that a folder lies in, or to another part of it. Hooks run with some of
// them. Objects are read from the repository of the folder, whatever they say; so
// references must not be moved in another.
var astray = []string{"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NAMESPACE", "GIT_PREFIX"}

// git runs the user's git, which moves references: it knows locks, reference
// logs, hooks and every kind of reference store. Objects are read without it.
func (a *app) git(dir string, stdin []byte, args ...string) (string, error) {
	// That program of a repository's configuration only saves time.
	cmd := exec.CommandContext(a.ctx, "git", append([]string{"-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(astray, strings.ToUpper(name)) // Windows knows no case
	})
	cmd.Stdin = bytes.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(errs.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
