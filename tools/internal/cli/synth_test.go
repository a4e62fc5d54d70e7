package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSynthMakesARegistryThatChecksClean(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "registry")
	if code, _, stderr := run(t, repoRoot, "synth", "--projects", "40", "--seed", "9", dir); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	if code, stdout, stderr := run(t, dir, "check", "--strict"); code != 0 {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".taizhang-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestSynthLeavesAFolderWithFilesAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := run(t, repoRoot, "synth", dir); code != 2 {
		t.Errorf("exit %d, want 2", code)
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "mine" {
		t.Errorf("the file is changed: %q %v", data, err)
	}
}
