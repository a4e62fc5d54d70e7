package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuidesNameCommandsThatExist parses every command line that the documents and
// the help texts show: the command must exist and know all its flags.
func TestGuidesNameCommandsThatExist(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repoRoot, "content/guide/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, filepath.Join(repoRoot, "README.md"), filepath.Join(repoRoot, ".github/CONTRIBUTING.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	command := regexp.MustCompile(`(?m)^  ([a-z]+(?:-[a-z]+)?) +\S`)
	_, help, _ := run(t, repoRoot, "--help")
	for _, m := range command.FindAllStringSubmatch(help[strings.Index(help, "submit:"):], -1) {
		_, texts[m[1]+" --help"], _ = run(t, repoRoot, m[1], "--help")
	}
	shown := regexp.MustCompile("(?m)(?:^ *|`|&& |then )(?:go run \\./tools/)?taizhang ([a-z-][^`\n#|&;\\p{Han}·]*)")
	seen := 0
	for file, text := range texts {
		for _, m := range shown.FindAllStringSubmatch(text, -1) {
			seen++
			args := append([]string{"--help"}, strings.Fields(m[1])...)
			if _, _, stderr := run(t, repoRoot, args...); strings.Contains(stderr, "没有命令") || strings.Contains(stderr, "没有选项") {
				t.Errorf("%s: taizhang %s: %s", file, m[1], stderr)
			}
		}
	}
	if seen < 120 {
		t.Errorf("only %d command lines", seen)
	}
}

// TestGuidesNameStatesAsTheLifecycleDoes compares the names that stand behind the
// codes of states, S10 已申报, with the one definition of both.
func TestGuidesNameStatesAsTheLifecycleDoes(t *testing.T) {
	j := judgeOf(t, repoRoot)
	named := regexp.MustCompile(`\b(S[0-9]{2,3})[ （]([\p{Han}]{2,}|[A-Z][a-z ]{3,})`)
	seen := 0
	for _, pattern := range []string{"README.md", "content/guide/*.md", "schemas/rules/*.md", "schemas/forms/*.json", "schemas/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(repoRoot, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllStringSubmatch(string(text), -1) {
				s := j.Lifecycle.State(m[1])
				if s == nil {
					continue // another district's
				}
				seen++
				if !strings.HasPrefix(m[2], s.Zh) && !strings.HasPrefix(m[2], s.En) {
					t.Errorf("%s: %s, which is called %s · %s", filepath.Base(file), m[0], s.Zh, s.En)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d states are named", seen)
	}
}
