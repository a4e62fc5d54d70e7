package judge

import (
	"fmt"
	"maps"
	"slices"
)

// tree is a registry in memory: texts by slash path. It implements
// registry.Files.
type tree struct {
	texts map[string]string
	paths []string
}

// newTree joins trees; a later text replaces an earlier one at the same path.
func newTree(texts ...map[string]string) tree {
	all := map[string]string{}
	for _, t := range texts {
		maps.Copy(all, t)
	}
	return tree{all, slices.Sorted(maps.Keys(all))}
}

func (t tree) Paths() []string     { return t.paths }
func (t tree) Irregular() []string { return nil }

func (t tree) Read(path string, limit int64) ([]byte, error) {
	text, ok := t.texts[path]
	if !ok {
		return nil, fmt.Errorf("%s: no such file", path)
	}
	if int64(len(text)) > limit {
		text = text[:limit+1]
	}
	return []byte(text), nil
}

// differing returns the paths at which the texts are not the same, sorted.
func differing(a, b map[string]string) []string {
	changed := map[string]bool{}
	for _, sides := range [][2]map[string]string{{a, b}, {b, a}} {
		for path, text := range sides[0] {
			if other, ok := sides[1][path]; !ok || other != text {
				changed[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(changed))
}
