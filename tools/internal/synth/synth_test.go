package synth_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/synth"
)

const root = "../../.."

// registry makes a synthetic registry with the definitions of this one.
func registry(t *testing.T, seed uint64, projects int) *synth.Memory {
	t.Helper()
	m, err := synth.NewMemory(seed, projects)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "schemas"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(filepath.ToSlash(p), "/examples/") {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		return m.Add(filepath.ToSlash(rel), data)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSyntheticRegistriesHaveNoFindings(t *testing.T) {
	for _, seed := range []uint64{1, 7} {
		res, err := check.All(registry(t, seed, 200), check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if res.Summary.Projects != 200 || res.Summary.Records != 800 {
			t.Errorf("seed %d: %d projects with %d records, want 200 with 800", seed, res.Summary.Projects, res.Summary.Records)
		}
		res.Findings = slices.DeleteFunc(res.Findings, func(f finding.Finding) bool { return f.Rule == "R-118" }) // readings are the district's
		for i, f := range res.Findings {
			if i == 20 {
				t.Fatalf("and %d more", len(res.Findings)-i)
			}
			t.Errorf("%s:%d:%d %s %s", f.File, f.Line, f.Col, f.Rule, f.Message.En)
		}
	}
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	collect := func(seed uint64) []byte {
		var b bytes.Buffer
		if err := synth.Generate(seed, 90, func(path string, data []byte) error {
			b.WriteString(path)
			b.Write(data)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if !bytes.Equal(collect(3), collect(3)) {
		t.Error("two runs with one seed differ")
	}
	if bytes.Equal(collect(3), collect(4)) {
		t.Error("two seeds give the same registry")
	}
}

func TestGenerateStopsAtTheFirstError(t *testing.T) {
	stop := errors.New("stop")
	n := 0
	err := synth.Generate(1, 10, func(string, []byte) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("got %v after %d files", err, n)
	}
	for _, projects := range []int{0, -1, synth.MaxProjects + 1} {
		if err := synth.Generate(1, projects, func(string, []byte) error { return nil }); err == nil {
			t.Errorf("%d projects are accepted", projects)
		}
	}
}
