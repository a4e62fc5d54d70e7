// Package registrytest holds registries in memory for tests: the sample
// registry, the one of this repository, and what a test makes of them, as do the
// examples of rule files. It knows how a registry lies on disk and little of what is
// in its files; the command never imports it.
package registrytest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/schema"
)

// Tree is a registry in memory: texts by slash path. It implements
// registry.Files.
type Tree map[string]string

// Paths returns the paths of all files, sorted.
func (t Tree) Paths() []string { return slices.Sorted(maps.Keys(t)) }

// Irregular returns nothing: there are only plain files.
func (t Tree) Irregular() []string { return nil }

// Read returns a file's bytes, at most limit+1 of them.
func (t Tree) Read(path string, limit int64) ([]byte, error) {
	text, ok := t[path]
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	return []byte(text[:min(int64(len(text)), limit+1)]), nil
}

// Replace edits a file, which must hold old, at the first place where it does.
func (t Tree) Replace(path, old, now string) {
	if !strings.Contains(t[path], old) {
		panic(path + " has no " + old)
	}
	t[path] = strings.Replace(t[path], old, now, 1)
}

// Open reads the registry in dir.
func Open(tb testing.TB, dir string) Tree {
	tb.Helper()
	files, err := disk.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	t := Tree{}
	for _, p := range files.Paths() {
		data, err := files.Read(p, 64<<20)
		if err != nil {
			tb.Fatal(err)
		}
		t[p] = string(data)
	}
	return t
}

// Schemas reads all schemas of the registry.
func (t Tree) Schemas(tb testing.TB) *schema.Set {
	tb.Helper()
	var names []string
	for p := range t {
		if name, ok := strings.CutPrefix(p, "schemas/"); ok {
			names = append(names, name)
		}
	}
	set := schema.Open(names, func(name string) ([]byte, error) { return []byte(t["schemas/"+name]), nil })
	if err := set.Read(); err != nil {
		tb.Fatal(err)
	}
	return set
}

// Live is the registry of this repository, read from a package's own folder.
func Live(tb testing.TB) Tree {
	tb.Helper()
	return Open(tb, filepath.Join("..", "..", ".."))
}

// Sample is the registry in schemas/examples under the definitions of this
// repository.
func Sample(tb testing.TB) Tree {
	tb.Helper()
	t := Tree{}
	for p, text := range Live(tb) {
		name, example := strings.CutPrefix(p, "schemas/examples/")
		if example && (strings.HasPrefix(name, "content/") || strings.HasPrefix(name, "data/")) || !example && strings.HasPrefix(p, "schemas/") {
			t[name] = text
		}
	}
	return t
}

// IsSample reports whether the records of this repository are the sample's, of
// which some tests name projects and figures. A district has its own, or none.
func IsSample() bool {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "data", "registry.yaml"))
	return err == nil && strings.Contains(string(data), "\nsample: true\n")
}

// NeedSample skips a test of the sample's records where a district has its own.
func NeedSample(tb testing.TB) {
	tb.Helper()
	if !IsSample() {
		tb.Skip("these are not the sample's records")
	}
}
