package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuidesNameCommandsThatExist parses every command line that the documents
// show: the command must exist and know all its flags.
func TestGuidesNameCommandsThatExist(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repoRoot, "content/guide/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?m)(?:^|`|&& |then )(?:go run \\./tools/)?taizhang ([a-z-][^`\n#|&;]*)")
	seen := 0
	for _, file := range append(files, filepath.Join(repoRoot, "README.md"), filepath.Join(repoRoot, ".github/CONTRIBUTING.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shown.FindAllStringSubmatch(string(text), -1) {
			seen++
			args := append([]string{"--help"}, strings.Fields(m[1])...)
			if _, _, stderr := run(t, repoRoot, args...); strings.Contains(stderr, "没有命令") || strings.Contains(stderr, "没有选项") {
				t.Errorf("%s: taizhang %s: %s", filepath.Base(file), m[1], stderr)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d command lines", seen)
	}
}
