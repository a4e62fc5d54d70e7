package internal_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers lists, for each package, the packages of this module that it may
// import. Imports point downward only; packages around the judging core do not
// know each other, the command wires them.
var layers = map[string][]string{
	"finding":    {},
	"value":      {"finding"},
	"expression": {"value"},
	"statement":  {},
	"seal":       {"finding", "value", "registry", "people", "decision", "transition", "statement"},
	"audit":      {"finding", "value", "registry", "check", "people", "decision", "transition", "statement", "seal"},
	"review":     {"finding", "value", "report", "decision", "transition", "vote"},
	"transition": {"finding", "value", "record", "schema", "registry", "lifecycle", "check", "decision"},
	"people":     {"finding", "value"},
	"decision":   {"finding", "value", "people"},
	"vote":       {},
	"record":     {"finding", "value"},
	"schema":     {"finding", "value", "record"},
	"contacts":   {"finding", "record"},
	"registry":   {"finding", "value", "contacts", "record", "schema", "expression", "people"},
	"lifecycle":  {"finding", "value", "record", "schema", "expression", "registry"},
	"compose":    {"finding", "value", "record", "schema"},
	"rule":       {"finding", "value", "record", "schema", "expression", "registry"},
	"check":      {"finding", "value", "record", "schema", "registry", "lifecycle", "rule"},
	"steps":      {"finding", "value", "record", "schema", "registry", "lifecycle", "check"},
	"fill":       {"finding", "value", "record", "schema", "registry", "lifecycle", "check", "compose", "steps", "prompt"},
	"report":     {"finding", "value"},
	"judge":      {"finding", "value", "contacts", "schema", "registry", "check", "compose", "steps", "report"},
	"attach":     {"finding"},
	"disk":       {},
	"heap":       {},
	"prompt":     {},
	"gitobj":     {},
	"forge":      {},
	"search":     {},
	"needle":     {},
	"webform":    {"finding", "schema", "lifecycle"},
	"grid":       {},
	"worksheet":  {"finding", "value", "record", "schema", "grid"},
	"opendata":   {"finding", "value", "schema", "grid"},
	"publish":    {"needle", "finding", "value", "record", "schema", "registry", "lifecycle", "rule", "check", "due", "chart", "search", "webform", "opendata", "decision", "seal", "sheet", "judge"},
	"due":        {"finding", "value", "record", "schema", "expression", "registry", "lifecycle", "check"},
	"site":       {"finding", "needle"},
	"browser":    {},
	"chart":      {},
	"synth":      {"value"},
	"sheet":      {"finding", "value", "record", "schema", "registry"},

	// for tests alone
	"registrytest": {"disk", "schema"},
	"giteatest":    {},
	"submit":       {}, // of a script
	"scenario":     {}, // of the command
}

// core is the judging core: it knows no operating system, Git or network, so
// that the same code can run in a browser.
var core = []string{"finding", "value", "expression", "people", "decision", "vote", "record", "schema", "registry", "lifecycle", "rule", "check", "compose", "steps", "contacts", "sheet", "report", "judge"}

func TestImportsPointDownward(t *testing.T) {
	dirs, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !d.IsDir() || d.Name() == "cli" || d.Name() == "bench" {
			continue
		}
		allowed, known := layers[d.Name()]
		if !known {
			t.Errorf("package %s has no place in the layers", d.Name())
			continue
		}
		files, err := filepath.Glob(filepath.Join(d.Name(), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range tree.Imports {
				p, _ := strconv.Unquote(imp.Path.Value)
				if own, ok := strings.CutPrefix(p, "taizhang/tools/internal/"); ok && !slices.Contains(allowed, own) {
					t.Errorf("%s imports %s, which is not below it", f, own)
				}
				if slices.Contains(core, d.Name()) && (p == "os" || p == "net" || strings.HasPrefix(p, "os/") || strings.HasPrefix(p, "net/") && p != "net/url" || strings.Contains(p, "go-git")) {
					t.Errorf("%s imports %s: the judging core gets files and clocks as values", f, p)
				}
			}
		}
	}
}
