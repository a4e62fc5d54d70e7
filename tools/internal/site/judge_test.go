package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taizhang/tools/internal/finding"
)

const repoRoot = "../../.."

// maxJudge is how many bytes whoever opens the form page has to fetch at most.
const maxJudge = 3_500_000

// TestTheJudgeIsSmallAndCompiledOnce compiles the real one.
func TestTheJudgeIsSmallAndCompiledOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles Go's library for the browser")
	}
	var said strings.Builder
	l := &Locator{Root: repoRoot, CacheDir: t.TempDir(), Say: func(s finding.Text) { said.WriteString(s.En + "\n") }}
	j, err := l.Judge(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the judge has %d bytes of %d", len(j.Wasm), maxJudge)
	if len(j.Wasm) > maxJudge || len(j.Wasm) < 1<<20 {
		t.Errorf("the judge has %d bytes", len(j.Wasm))
	}
	z, err := gzip.NewReader(bytes.NewReader(j.Wasm))
	if err != nil {
		t.Fatal(err)
	}
	if head, err := io.ReadAll(io.LimitReader(z, 4)); err != nil || string(head) != "\x00asm" {
		t.Errorf("not WebAssembly: %q %v", head, err)
	}
	if !bytes.Contains(j.Runtime, []byte("globalThis.Go = class")) {
		t.Error("the runtime is not Go's")
	}
	if !strings.Contains(said.String(), "happens once") {
		t.Errorf("nobody was told: %q", said.String())
	}
	said.Reset()
	again, err := l.Judge(context.Background())
	if err != nil || !bytes.Equal(again.Wasm, j.Wasm) || said.Len() > 0 {
		t.Errorf("compiled again: %v %q", err, said.String())
	}
	other := &Locator{Root: repoRoot, CacheDir: t.TempDir()}
	if twin, err := other.Judge(context.Background()); err != nil || !bytes.Equal(twin.Wasm, j.Wasm) {
		t.Errorf("another build is not the same: %v", err)
	}
}

func TestWithoutGoTheErrorSaysHowToDoWithoutTheForm(t *testing.T) {
	m := newMachine(t)
	t.Setenv("PATH", m.bin)
	t.Setenv("GOROOT", "")
	_, err := m.l.Judge(context.Background())
	if err == nil || !strings.Contains(err.Error(), "--no-form") || !strings.Contains(err.Error(), "找不到 Go") {
		t.Errorf("got %v", err)
	}
}

func TestTheJudgeIsCompiledAnewWhenItsSourcesChange(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module m\n\ngo 1.26.0\n")
	source := filepath.Join(root, "tools/judge/main.go")
	write(t, source, "package main\n\nfunc main() {}\n")
	l := &Locator{Root: root}
	key := func() string {
		t.Helper()
		_, key, err := l.sources(context.Background(), "go", judge())
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	first := key()
	if key() != first {
		t.Error("the key changes by itself")
	}
	write(t, source, "package main\n\nfunc main() { println() }\n")
	if key() == first {
		t.Error("a change goes unseen")
	}
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.sources(context.Background(), "go", judge()); err == nil || !strings.Contains(err.Error(), "--no-form") {
		t.Errorf("no sources, and %v", err)
	}
}
