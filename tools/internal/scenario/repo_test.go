package scenario_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// repo is a bare repository, as a forge keeps one.
type repo struct {
	t   *testing.T
	dir string
}

// edits are the new texts of files; nil takes a file away.
type edits map[string]*string

// commit says what a commit is to be.
type commit struct {
	message           string
	author, committer string // name <address>
	when              time.Time
	parents           []string // hashes
	edits             edits    // on the first parent's files
	blobs             []string // lines of git diff-tree --raw to be done before the edits
}

func (r *repo) git(args ...string) string { return r.run(nil, args...) }

func (r *repo) run(in []byte, args ...string) string {
	r.t.Helper()
	out, err := git(r.dir, in, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func git(dir string, in []byte, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %v: %w: %s", args, err, errs.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// commit writes a commit, makes ref point to it and returns its hash.
func (r *repo) commit(ref string, c commit) string {
	r.t.Helper()
	r.run(c.stream(ref), "fast-import", "--quiet", "--force")
	return r.tip(ref)
}

// stream is the commit as git fast-import takes it.
func (c *commit) stream(ref string) []byte {
	var b bytes.Buffer
	data := func(s string) { fmt.Fprintf(&b, "data %d\n%s\n", len(s), s) }
	at := fmt.Sprintf("%d +0800", c.when.Unix())
	fmt.Fprintf(&b, "reset %s\n\ncommit %s\nauthor %s %s\ncommitter %s %s\n", ref, ref, c.author, at, c.committer, at)
	data(c.message)
	for i, p := range c.parents {
		fmt.Fprintf(&b, "%s %s\n", map[bool]string{true: "from", false: "merge"}[i == 0], p)
	}
	for _, line := range c.blobs { // :100644 100644 <old> <new> M<TAB>path
		meta, path, _ := strings.Cut(line, "\t")
		if f := strings.Fields(meta); f[4] == "D" {
			fmt.Fprintf(&b, "D %s\n", path)
		} else {
			fmt.Fprintf(&b, "M %s %s %s\n", f[1], f[3], path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.edits)) {
		if text := c.edits[path]; text == nil {
			fmt.Fprintf(&b, "D %s\n", path)
		} else {
			fmt.Fprintf(&b, "M 100644 inline %s\n", path)
			data(*text)
		}
	}
	b.WriteString("\n")
	return b.Bytes()
}

func (r *repo) tip(ref string) string { return r.git("rev-parse", ref) }

func (r *repo) read(rev, path string) string {
	r.t.Helper()
	return r.git("cat-file", "blob", rev+":"+path) + "\n"
}

// changes lists what head does since it left base, as git diff-tree tells it.
func (r *repo) changes(base, head string) []string {
	r.t.Helper()
	out := r.git("diff-tree", "-r", "--raw", "--no-renames", "--no-abbrev", r.git("merge-base", base, head), head)
	if out == "" {
		return nil
	}
	return strings.Split(out, "\n")
}

const maker = "示例 <maker@example.org>"

// template is the repository that every scenario starts from, made once: a part
// of the sample registry without the rules of the regulation, as votes are tried
// here and each command would load them, and with people, accounts and the key
// of the gate.
func template(dir string, gateKey string, start time.Time) error {
	const root = "../../.."
	files := edits{}
	for _, from := range []string{"schemas/examples/content", "schemas/examples/data", "schemas"} {
		err := filepath.WalkDir(filepath.Join(root, from), func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, _ := filepath.Rel(root, name)
			rel = strings.TrimPrefix(filepath.ToSlash(rel), "schemas/examples/")
			for _, skip := range []string{"schemas/examples/", "schemas/rules/R-", "content/projects/2024/", "content/projects/2025/", "content/plans/2024.", "content/plans/2025."} {
				if strings.HasPrefix(rel, skip) {
					return nil
				}
			}
			data, err := os.ReadFile(name)
			text := string(data)
			files[rel] = &text
			return err
		})
		if err != nil {
			return err
		}
	}
	register := register()
	config := *files["data/registry.yaml"] + "gateKeys:\n  - {key: " + gateKey + ", from: 2020-01-01}\n"
	files["data/people.yaml"], files["data/registry.yaml"] = &register, &config
	if _, err := git(".", nil, "init", "-q", "--bare", "-b", "main", dir); err != nil {
		return err
	}
	for k, v := range map[string]string{"user.name": "taizhang", "user.email": "taizhang@localhost"} {
		if _, err := git(dir, nil, "config", k, v); err != nil {
			return err
		}
	}
	first := commit{message: "registry", author: maker, committer: maker, when: start, edits: files}
	_, err := git(dir, first.stream("refs/heads/main"), "fast-import", "--quiet")
	return err
}
