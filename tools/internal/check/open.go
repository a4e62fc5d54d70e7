package check

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/rule"
	"taizhang/tools/internal/schema"
)

// needed are the schemas that the tool reads by name: of the two forms that
// every project has, and of the files in data/ and schemas/.
func needed() []string {
	out := []string{"forms/index.schema.json", "forms/declaration.schema.json"}
	for _, name := range []string{"brands", "coverage", "deadlines", "holidays", "interpretations", "legal-basis",
		"limits", "people", "plan", "recipients", "registry", "sheet", "units", "worksheets"} {
		out = append(out, "data/"+name+".schema.json")
	}
	return out
}

// NewJudge loads schemas, lifecycle and registers from files, and the rules when
// they are asked for. An error means that nothing can be judged: the registry's
// own definitions are broken.
func NewJudge(files registry.Files) (*Judge, error) {
	j, err := open(files)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(j.Registry.Schemas.Read(), j.Lifecycle.Verify(j.Registry)); err != nil {
		return nil, err
	}
	for _, need := range [][2]string{{"index", "documents"}, {"plan", "items"}, {"legal-basis", "basis"}, {"deadlines", "deadlines"}} {
		j.Registry.Schemas.List(need[0], need[1])
	}
	j.Registry.Tables()
	return j, j.Err()
}

// open is NewJudge that leaves to whoever asks for them also the schemas and data
// files that not every change needs. What is wrong with them is told by [Judge.Err].
func open(files registry.Files) (*Judge, error) {
	var schemas, rules []string
	definitions, _, err := registry.List(files, "schemas")
	if err != nil {
		return nil, err
	}
	for _, p := range definitions {
		name := strings.TrimPrefix(p, "schemas/")
		if id, ok := strings.CutSuffix(name, ".md"); ok && path.Dir(id) == "rules" {
			rules = append(rules, path.Base(id))
		}
		if !strings.HasPrefix(name, "examples/") && path.Ext(name) == ".json" {
			schemas = append(schemas, name)
		}
	}
	if !slices.Contains(definitions, lifecycle.File) {
		return nil, fmt.Errorf("%s is missing: is this the root of a registry?", lifecycle.File)
	}
	life, err := files.Read(lifecycle.File, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", lifecycle.File, err)
	}
	set := schema.Open(schemas, func(name string) ([]byte, error) { return files.Read("schemas/"+name, 1<<20) })
	for _, need := range needed() {
		if !set.Has(strings.TrimSuffix(path.Base(need), ".schema.json")) {
			return nil, fmt.Errorf("%s: 缺少这个定义，从上一个提交恢复它 · missing; restore it from an earlier commit", path.Join("schemas", need))
		}
	}
	set.List("units", "units")
	if err := set.Err(); err != nil {
		return nil, err
	}
	j := &Judge{Registry: registry.New(files, set)}
	if j.Lifecycle, err = lifecycle.Load(life, j.Registry); err != nil {
		return nil, err
	}
	var states, steps []string
	for _, s := range j.Lifecycle.States {
		states = append(states, s.Code)
		if s.Ended {
			j.Registry.Ended = append(j.Registry.Ended, s.Code)
		}
	}
	for _, t := range j.Lifecycle.Transitions {
		steps = append(steps, t.ID)
	}
	read := func(id string) ([]byte, error) { return files.Read("schemas/rules/"+id+".md", 1<<20) }
	j.Rules = rule.New(rules, read, j.Registry, states, steps)
	return j, j.Err()
}
