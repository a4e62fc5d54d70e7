package gitobj

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestWalkListsWhatGitLists(t *testing.T) {
	r := newRepo(t)
	for _, p := range []string{"a", "a.b", "a-b/x", "ab/c/d.md", "ab/c.md", "ab/c-d", "z/项目.md", ".github/x.yml", "0"} {
		r.write(p, p)
	}
	r.write("run.sh", "#!/bin/sh\n")
	r.git("add", "-A")
	r.git("update-index", "--chmod=+x", "run.sh")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("ab", 20)+",sub")
	r.git("update-index", "--add", "--cacheinfo", "120000,"+r.gitIn("../../etc/passwd", "hash-object", "-w", "--stdin")+",link")
	r.empty("one")
	repo := r.open()
	s := tree(t, repo, "HEAD")
	wantLines(t, "all", listing(t, s, ""), r.lsTree("HEAD")...)
	wantLines(t, "folder", listing(t, s, "ab/"), listing(t, s, "ab")...)
	if got := listing(t, s, "ab"); len(got) != 3 {
		t.Errorf("folder ab: %q", got)
	}
	for prefix, n := range map[string]int{"a": 1, "ab/c/d.md": 1, "nowhere": 0, "a/x": 0, "../a": 0, "ab//c": 0, "a-": 0} {
		if got := listing(t, s, prefix); len(got) != n {
			t.Errorf("prefix %q: %q, want %d files", prefix, got, n)
		}
	}

	for path, mode := range map[string]uint32{"run.sh": ModeExec, "sub": ModeSubmodule, "link": ModeSymlink, "ab": ModeDir, "ab/c": ModeDir, "a": ModeFile, "": ModeDir} {
		e, ok, err := s.Lookup(path)
		if err != nil || !ok || e.Mode != mode || e.Path != path {
			t.Errorf("lookup %q: %+v, %v, %v, want mode %o", path, e, ok, err, mode)
		}
		if want := r.git("rev-parse", "HEAD:"+path); e.Hash != want {
			t.Errorf("lookup %q: hash %s, want %s", path, e.Hash, want)
		}
	}
	for _, path := range []string{"nowhere", "a/b", ".", "/", "ab/", "ab/../a", "./a"} {
		if e, ok, err := s.Lookup(path); ok || err != nil {
			t.Errorf("lookup %q: %+v, %v", path, e, err)
		}
	}
	for _, path := range []string{"link", "sub", "ab"} {
		if _, err := s.Read(path, 100); !errors.As(err, new(*NotFileError)) {
			t.Errorf("read %s: got %v, want a NotFileError", path, err)
		}
	}
	dir, err := s.ReadDir("ab")
	if err != nil || len(dir) != 3 || dir[0].Path != "ab/c-d" || dir[2].Path != "ab/c" || !dir[2].IsDir() {
		t.Errorf("ReadDir: %+v, %v", dir, err)
	}
	stop := errors.New("stop")
	n := 0
	if err := s.Walk("", func(Entry) error { n++; return stop }); err != stop || n != 1 {
		t.Errorf("walk did not stop: %v after %d", err, n)
	}
}

// rawTree writes a tree object without any check; each entry is
// "mode name hash".
func (r *testRepo) rawTree(entries ...string) string {
	r.t.Helper()
	var b strings.Builder
	for _, e := range entries {
		mode, rest, _ := strings.Cut(e, " ")
		i := strings.LastIndexByte(rest, ' ')
		id, err := hex.DecodeString(rest[i+1:])
		if err != nil {
			r.t.Fatal(err)
		}
		b.WriteString(mode + " " + rest[:i] + "\x00" + string(id))
	}
	return r.gitIn(b.String(), "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
}

// commitTree commits a tree object.
func (r *testRepo) commitTree(id string) string { return r.git("commit-tree", "-m", "x", id) }

func TestHostileTreesAreRefused(t *testing.T) {
	r := newRepo(t)
	blob := r.gitIn("x", "hash-object", "-w", "--stdin")
	empty := r.rawTree("100644 f " + blob)
	for _, tt := range []struct {
		name    string
		entries []string
		path    string // in the error; "" where the tree is fine
		reason  string
	}{
		{"fine", []string{"100644 a " + blob, "100644 a.b " + blob, "40000 ab " + empty}, "", ""},
		{"fine: gitty names", []string{"100644 .gita " + blob, "100644 .gitignore " + blob, "100644 git " + blob}, "", ""},
		{"listed twice", []string{"100644 a " + blob, "100644 a " + blob}, "d/a", "twice"},
		{"folder listed twice", []string{"40000 a " + empty, "40000 a " + empty}, "d/a", "twice"},
		{"file and folder of one name", []string{"100644 a " + blob, "40000 a " + empty}, "d/a", "twice"},
		{"file and folder, others between", []string{"100644 a " + blob, "100644 a! " + blob, "100644 a.b " + blob, "40000 a " + empty}, "d/a", "twice"},
		{"out of order", []string{"100644 b " + blob, "100644 a " + blob}, "d/a", "order"},
		{"folder out of order", []string{"40000 a " + empty, "100644 a.b " + blob}, "d/a.b", "order"},
		{"slash", []string{"100644 a/b " + blob}, "d/a/b", "slash"},
		{"dot", []string{"40000 . " + empty}, "d/.", "leads out"},
		{"dot dot", []string{"40000 .. " + empty}, "d/..", "leads out"},
		{"empty name", []string{"100644  " + blob}, "d/", "empty name"},
		{"git", []string{"40000 .git " + empty}, "d/.git", ".git"},
		{"git in capitals", []string{"40000 .GiT " + empty}, "d/.GiT", ".git"},
		{"git for NTFS", []string{"40000 GIT~1 " + empty}, "d/GIT~1", ".git"},
		{"git with a stream", []string{"40000 .git::$INDEX_ALLOCATION " + empty}, "d/.git::$INDEX_ALLOCATION", ".git"},
		{"git with dots and spaces", []string{"40000 .git. . " + empty}, "d/.git. .", ".git"},
		{"git with an invisible character", []string{"40000 .g\u200cit " + empty}, "d/.g\u200cit", ".git"},
		{"names that differ in case", []string{"100644 Index.md " + blob, "100644 index.md " + blob}, "d/index.md", "the same"},
		{"names that differ in normalisation", []string{"100644 e\u0301.md " + blob, "100644 \u00e9.md " + blob}, "d/\u00e9.md", "the same"},
		{"full and half width", []string{"100644 a " + blob, "100644 ａ " + blob}, "d/ａ", "the same"},
		{"a folder and a file that differ in case", []string{"100644 Files " + blob, "40000 files " + empty}, "d/files", "the same"},
		{"fine: Chinese names", []string{"100644 README.md " + blob, "100644 公告.md " + blob}, "", ""},
		{"bidirectional control", []string{"100644 a\u202egpj.md " + blob}, "d/a\u202egpj.md", "cannot be seen"},
		{"zero width", []string{"100644 in\u200bdex.md " + blob}, "d/in\u200bdex.md", "cannot be seen"},
		{"fine: a long name", []string{"100644 " + strings.Repeat("a", maxName) + " " + blob}, "", ""},
		{"a longer one", []string{"100644 " + strings.Repeat("a", maxName+1) + " " + blob}, "d/" + strings.Repeat("a", maxName+1), "255 bytes"},
		{"control character", []string{"100644 a\x1b[2J " + blob}, "d/a\x1b[2J", "cannot be seen"},
		{"no UTF-8", []string{"100644 a\xff " + blob}, "d/a\xff", "UTF-8"},
		{"zero-padded mode", []string{"040000 a " + empty}, "d/a", "mode"},
		{"mode of a pipe", []string{"10644 a " + blob}, "d/a", "mode"},
		{"no octal mode", []string{"10064x a " + blob}, "d/a", "mode"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top := r.rawTree("40000 d " + r.rawTree(tt.entries...))
			repo := r.open()
			s := tree(t, repo, r.commitTree(top))
			walkErr := s.Walk("", func(Entry) error { return nil })
			_, diffErr := repo.Diff(s, tree(t, repo, r.commitTree(r.rawTree("40000 d "+empty))))
			_, _, lookErr := s.Lookup("d/zzz")
			for what, err := range map[string]error{"walk": walkErr, "diff": diffErr, "lookup": lookErr} {
				e := (*TreeError)(nil)
				if tt.path == "" {
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
				} else if !errors.As(err, &e) || e.Path != tt.path || !strings.Contains(e.Reason, tt.reason) {
					t.Errorf("%s: got %v, want a TreeError at %q: %s", what, err, tt.path, tt.reason)
				}
			}
		})
	}
	t.Run("truncated", func(t *testing.T) {
		id := r.gitIn("100644 a\x00short", "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
		err := tree(t, r.open(), r.commitTree(id)).Walk("", func(Entry) error { return nil })
		if !errors.As(err, new(*TreeError)) {
			t.Errorf("got %v, want a TreeError", err)
		}
	})
	t.Run("a blob in the place of a folder", func(t *testing.T) {
		id := r.rawTree("40000 a " + blob)
		err := tree(t, r.open(), r.commitTree(id)).Walk("", func(Entry) error { return nil })
		if !errors.As(err, new(*CorruptObjectError)) {
			t.Errorf("got %v, want a CorruptObjectError", err)
		}
	})
	t.Run("odd modes are passed on", func(t *testing.T) {
		id := r.rawTree("100664 a "+blob, "100755 b "+blob)
		got := listing(t, tree(t, r.open(), r.commitTree(id)), "")
		wantLines(t, "listing", got, "100664 "+blob+" a", "100755 "+blob+" b")
	})
}

func TestTreeBombIsDefused(t *testing.T) {
	r := newRepo(t)
	id := r.gitIn("x", "hash-object", "-w", "--stdin")
	mode := "100644"
	for range 10 {
		var entries []string
		for i := range 10 {
			entries = append(entries, fmt.Sprintf("%s n%d %s", mode, i, id))
		}
		id, mode = r.rawTree(entries...), "40000"
	}
	repo := r.open()
	s := tree(t, repo, r.commitTree(id))
	none := tree(t, repo, r.commitTree(r.rawTree()))
	_, diffErr := repo.Diff(none, s)
	left := 50_000
	_, within := repo.Within(&left, none, s)
	for what, err := range map[string]error{"tree bomb": s.Walk("", func(Entry) error { return nil }), fmt.Sprint(maxChanges, " files differ"): diffErr, "tree bomb: more": within} {
		if e := (*TreeError)(nil); !errors.As(err, &e) || !strings.Contains(e.Reason, what) {
			t.Errorf("got %v, want a %s", err, what)
		}
	}
	if _, err := repo.Within(&left, s, none); left >= 0 || err == nil {
		t.Errorf("%d left, %v", left, err)
	}
}

func TestDepthIsBounded(t *testing.T) {
	r := newRepo(t)
	for folders, ok := range map[int]bool{maxDepth: true, maxDepth + 1: false} {
		id := r.rawTree("100644 f " + r.gitIn("x", "hash-object", "-w", "--stdin"))
		for range folders {
			id = r.rawTree("40000 d " + id)
		}
		err := tree(t, r.open(), r.commitTree(id)).Walk("", func(Entry) error { return nil })
		if ok != (err == nil) || !ok && !errors.As(err, new(*TreeError)) {
			t.Errorf("%d folders: %v", folders, err)
		}
	}
}

func TestDecodedTreesSurviveEncoding(t *testing.T) {
	r := newRepo(t)
	blob := r.gitIn("x", "hash-object", "-w", "--stdin")
	id := r.rawTree("100644 a "+blob, "100755 b "+blob, "120000 c "+blob, "40000 d "+r.rawTree("100644 x "+blob), "160000 e "+blob)
	h, _ := parseHash(id)
	nodes, err := r.open().tree("", h)
	if err != nil {
		t.Fatal(err)
	}
	if got := hashObject(2, encodeTree(nodes)); got != h {
		t.Errorf("encoded to %s, want %s", got, h)
	}
}

func FuzzDecodeTree(f *testing.F) {
	f.Add([]byte("100644 a\x00" + strings.Repeat("x", 20) + "40000 a\x00" + strings.Repeat("y", 20)))
	f.Add([]byte("100644 a"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		nodes, err := decodeTree("d", raw)
		if err == nil && string(encodeTree(nodes)) != string(raw) {
			t.Errorf("%q decodes to %v", raw, nodes)
		}
	})
}
