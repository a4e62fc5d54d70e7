package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// made puts a sealed site of one page at dir.
func made(t *testing.T, dir, page string) {
	t.Helper()
	write(t, filepath.Join(dir, "index.html"), page)
	if err := seal(dir, nil, manifestOf([]file{{path: "index.html", sum: "0"}})); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyOurOwnSiteIsReplaced(t *testing.T) {
	tests := []struct {
		name string
		make func(t *testing.T, out string)
		want string // part of the error; empty: replaceable
	}{
		{"absent", func(*testing.T, string) {}, ""},
		{"empty folder", func(t *testing.T, out string) { os.Mkdir(out, 0o755) }, ""},
		{"our site", func(t *testing.T, out string) { made(t, out, "x") }, ""},
		{"documents of someone", func(t *testing.T, out string) { write(t, filepath.Join(out, "thesis.txt"), "x") }, "not built by this tool"},
		{"file added", func(t *testing.T, out string) {
			made(t, out, "x")
			write(t, filepath.Join(out, ".git/config"), "x")
		}, ".git/config"},
		{"marker damaged", func(t *testing.T, out string) {
			made(t, out, "x")
			write(t, filepath.Join(out, Marker), "x")
		}, "damaged"},
		{"plain file", func(t *testing.T, out string) { write(t, out, "x") }, "not a plain folder"},
		{"link to our site", func(t *testing.T, out string) {
			made(t, out+"-real", "x")
			if err := os.Symlink(out+"-real", out); err != nil {
				t.Skip(err)
			}
		}, "not a plain folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "public")
			tt.make(t, out)
			err := replaceable(out)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSwapReplacesWhole(t *testing.T) {
	for name, do := range map[string]func(built, out, old string) error{"exchange": swap, "two renames": swapInTwo} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out, built := filepath.Join(dir, "public"), filepath.Join(dir, "built")
			made(t, out, "old")
			made(t, built, "new")
			if err := do(built, out, filepath.Join(dir, oldName)); err != nil {
				t.Fatal(err)
			}
			if got := readTree(t, out)["index.html"]; got != "new" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestCrashedRunsAreCleanedUp(t *testing.T) {
	for _, lost := range []bool{false, true} {
		dir := t.TempDir()
		out := filepath.Join(dir, "public [1]")
		work := filepath.Join(dir, ".public [1].taizhang-123")
		write(t, filepath.Join(work, "site/half.html"), "half")
		write(t, filepath.Join(dir, ".public [1].other"), "kept")
		at := out
		if lost { // killed between the two renames
			at = filepath.Join(work, oldName)
		}
		made(t, at, "old")
		if err := recoverOut(out); err != nil {
			t.Fatal(err)
		}
		got := readTree(t, dir)
		if got["public [1]/index.html"] != "old" || len(got) != 3 {
			t.Errorf("lost %v: %v", lost, got)
		}
	}
}

func TestOutputFolderMustNotOverlapSources(t *testing.T) {
	dir := t.TempDir()
	for _, out := range []string{"p", "p/public", "r/layouts/x", "r/content", "r", "."} {
		in := Input{Root: filepath.Join(dir, "r"), Projection: filepath.Join(dir, "p"), Out: filepath.Join(dir, out)}
		if err := in.clean(); err == nil {
			t.Errorf("%s was allowed", out)
		}
	}
	in := Input{Root: filepath.Join(dir, "r"), Projection: filepath.Join(dir, "p"), Out: filepath.Join(dir, "r", "public")}
	if err := in.clean(); err != nil {
		t.Error(err)
	}
}

func TestLinksInASiteAreRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/etc/hosts", filepath.Join(dir, "a")); err != nil {
		t.Skip(err)
	}
	if _, _, err := list(dir); err == nil || !strings.Contains(err.Error(), "links") {
		t.Errorf("got %v", err)
	}
}
