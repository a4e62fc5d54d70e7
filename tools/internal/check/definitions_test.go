package check_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/registrytest"
)

// TestNoDefinitionCanBeMissing: without any one of the schemas, the lifecycle
// and the two files of data/ that all else rests on, the registry is judged with
// findings or not at all, and whoever took it away is told which file it is.
func TestNoDefinitionCanBeMissing(t *testing.T) {
	whole := registrytest.Live(t)
	maps.DeleteFunc(whole, func(file, _ string) bool { return strings.HasPrefix(file, "content/") })
	clean, err := check.All(whole, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Sorted(maps.Keys(whole)) {
		if path.Ext(file) != ".json" && file != "schemas/lifecycle.yaml" && file != "data/registry.yaml" && file != "data/units.yaml" ||
			!strings.HasPrefix(file, "schemas/") && !strings.HasPrefix(file, "data/") || strings.HasPrefix(file, "schemas/examples/") {
			continue // a registry may do without it
		}
		damaged := maps.Clone(whole)
		delete(damaged, file)
		name, _, _ := strings.Cut(path.Base(file), ".")
		res, err := check.All(damaged, check.Options{})
		switch {
		case err != nil && !strings.Contains(err.Error(), name):
			t.Errorf("%s: %v", file, err)
		case err == nil && len(res.Findings) <= len(clean.Findings):
			t.Errorf("%s: nobody misses it", file)
		}
	}
}

// TestTheListsThatTheToolReadsMustBeThere: a schema of units without units is
// refused by name.
func TestTheListsThatTheToolReadsMustBeThere(t *testing.T) {
	files := registrytest.Live(t)
	files.Replace("schemas/data/units.schema.json", `"properties"`, `"due"`)
	if _, err := check.NewJudge(files); err == nil || !strings.Contains(err.Error(), "units") {
		t.Error(err)
	}
}
