package gitobj

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCRLFOnDisk(t *testing.T) {
	for _, tt := range []struct {
		name, autocrlf, attributes string
		fresh                      string // what is recorded of a new file with CRLF
	}{
		{"no conversion", "false", "", "one\r\ntwo\r\n"},
		{"autocrlf", "true", "", "one\ntwo\n"},
		{"autocrlf input", "input", "", "one\ntwo\n"},
		{"attributes text=auto", "false", "* text=auto\n", "one\ntwo\n"},
		{"attributes eol", "false", "*.md text eol=lf\n", "one\ntwo\n"},
		{"attributes -text", "true", "*.md -text\n", "one\r\ntwo\r\n"},
		{"attributes binary", "true", "*.md binary\n", "one\r\ntwo\r\n"},
		{"attributes of other files", "false", "*.txt text\n", "one\r\ntwo\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRepo(t)
			r.write("old.md", "one\ntwo\n")
			r.write("edited.md", "one\ntwo\n")
			if tt.attributes != "" {
				r.write(".gitattributes", tt.attributes)
			}
			r.commit("one")
			r.git("config", "core.autocrlf", tt.autocrlf)
			r.write("old.md", "one\r\ntwo\r\n")
			r.write("edited.md", "one\r\nthree\r\n")
			r.write("fresh.md", "one\r\ntwo\r\n")
			r.write("mixed.md", "one\r\ntwo\rthree\n")
			repo := r.open()
			disk := worktree(t, repo)
			wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), disk), "M edited.md", "A fresh.md", "A mixed.md")
			for path, want := range map[string]string{"old.md": "one\ntwo\n", "fresh.md": tt.fresh, "mixed.md": "one\r\ntwo\rthree\n"} {
				got, err := disk.Read(path, int64(len(want)))
				if err != nil || string(got) != want {
					t.Errorf("%s: %q, %v, want %q", path, got, err, want)
				}
			}
		})
	}
	t.Run("checked out with CRLF", func(t *testing.T) {
		r := newRepo(t)
		r.write("a.md", "one\ntwo\n")
		r.commit("one")
		r.git("config", "core.autocrlf", "true")
		r.remove("a.md")
		r.git("checkout", "-q", "--", "a.md")
		if b, _ := os.ReadFile(filepath.Join(r.dir, "a.md")); string(b) != "one\r\ntwo\r\n" {
			t.Fatalf("git checked out %q", b)
		}
		repo := r.open()
		disk := worktree(t, repo)
		wantLines(t, "diff", diff(t, repo, tree(t, repo, "HEAD"), disk))
		if got, err := disk.Read("a.md", 8); err != nil || string(got) != "one\ntwo\n" {
			t.Errorf("read %q, %v", got, err)
		}
	})
}

func TestToLF(t *testing.T) {
	for in, want := range map[string]string{
		"": "-", "a\n": "-", "a\r\n": "a\n", "a\r\nb\n": "a\nb\n", "a\rb\r\n": "-", "a\r": "-", "\x00\r\n": "-", "\r\n\r\n": "\n\n",
	} {
		got, ok := toLF([]byte(in))
		if s := string(got); ok && s != want || !ok && want != "-" {
			t.Errorf("%q: %q, %v, want %q", in, got, ok, want)
		}
	}
}
