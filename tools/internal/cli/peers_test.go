package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/registrytest"
)

// systems makes copies of the fixture's accepted system, which cost 60 万元 to
// build, with the given maintenance budgets of 2025. The first is the original.
func systems(t *testing.T, dir string, budgets ...string) {
	t.Helper()
	from := filepath.Join(dir, "content/projects/2024/mzj/01")
	for i, b := range budgets {
		to := filepath.Join(dir, fmt.Sprintf("content/projects/2024/mzj/%02d", i+1))
		if i > 0 {
			if err := os.CopyFS(to, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
		}
		operation := fmt.Sprintf("---\nyear: 2025\nstartedOn: 2025-01-01\nbudget: %s\n---\n", b)
		if err := os.WriteFile(filepath.Join(to, "operation-2025.md"), []byte(operation), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// found returns the files with a finding of a rule, and the first message.
func found(t *testing.T, dir, id string, args ...string) (files []string, message string) {
	t.Helper()
	out, _ := judge(t, dir, args...)
	var r struct {
		Findings []struct {
			Rule, File string
			Message    struct{ Zh string }
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Rule == id {
			files = append(files, strings.TrimPrefix(f.File, "content/projects/"))
			if message == "" {
				message = f.Message.Zh
			}
		}
	}
	return files, message
}

// TestMaintenanceIsComparedWithTheDistrict: of nine systems with shares of 10 %
// to 18 % the middle half is 12 % to 16 %, both included.
func TestMaintenanceIsComparedWithTheDistrict(t *testing.T) {
	dir := fixture(t)
	systems(t, dir, "6", "6.6", "7.2", "7.8", "8.4", "9", "9.6", "10.2", "10.8")
	want := []string{"01", "02", "08", "09"}
	for i := range want {
		want[i] = "2024/mzj/" + want[i] + "/operation-2025.md"
	}
	files, message := found(t, dir, "R-097")
	if !slices.Equal(files, want) {
		t.Errorf("noted %v, want %v", files, want)
	}
	if !strings.Contains(message, "是建设费用的 10%；全区 9 个系统里，居中的一半在 12% 到 16% 之间") {
		t.Error(message)
	}

	// An application for the maintenance of two of them, 120 万元 to build.
	application := filepath.Join(dir, "content/projects/2026/dsjj/01")
	for estimate, outside := range map[string]bool{"14.3": true, "14.4": false, "19.2": false, "19.3": true} {
		undo := apply(t, dir, registrytest.Example{Edits: []registrytest.Edit{
			{Path: "content/projects/2026/dsjj/01/index.md", Text: "maintains: [2024-mzj-01, 2024-mzj-02]\n"},
			{Path: "content/projects/2026/dsjj/01/declaration.md", Text: "estimate: " + estimate + "\n"}}})
		files, _ := found(t, dir, "R-097", application)
		undo()
		if len(files) > 0 != outside {
			t.Errorf("%s 万元: %v", estimate, files)
		}
	}
}

// TestTooFewSystemsAreNotCompared: seven have no middle half to speak of.
func TestTooFewSystemsAreNotCompared(t *testing.T) {
	dir := fixture(t)
	systems(t, dir, "1", "2", "3", "4", "5", "6", "60")
	if files, _ := found(t, dir, "R-097"); len(files) > 0 {
		t.Errorf("noted %v", files)
	}
	systems(t, dir, "60.01")
	if files, _ := found(t, dir, "R-097"); len(files) != 1 {
		t.Errorf("more than building cost: noted %v", files)
	}
}

// TestAChangeIsComparedWithTheDistrictAfterIt: both sides are measured alike, so
// what another project brings is not held against this one.
func TestAChangeIsComparedWithTheDistrictAfterIt(t *testing.T) {
	dir := fixture(t)
	systems(t, dir, "6", "6.6", "7.2", "7.8", "8.4", "9", "9.6", "10.2", "10.8")
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "base")
	systems(t, dir, "6.1")
	if files, message := found(t, dir, "R-097", "--base", "HEAD"); len(files) != 1 || !strings.Contains(message, "10.2%") {
		t.Errorf("noted %v: %s", files, message)
	}
}
