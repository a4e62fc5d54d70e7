package registry

import (
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
)

// Schemas returns the schemas that the project was read by.
func (p *Project) Schemas() *schema.Set { return p.registry.Schemas }

// Registry returns the registry that the project belongs to.
func (p *Project) Registry() *Registry { return p.registry }

// Missing returns the end of an "at" path that the records do not have, from
// the first missing key on, without a slash before it; "" when all is there. The
// place that [PlacePath] gives is then that of the object around it.
func Missing(env, item map[string]any, path []string) string {
	var v any = env
	if path[0] == "it" {
		v, path = item, path[1:]
	}
	for i, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			break
		}
		if ref, ok := RefOf(m); ok && ref.Node.Key(key) == nil {
			return strings.Join(path[i:], "/")
		}
		v = m[key]
	}
	return ""
}

// PlacePath returns the place of the last step of a path such as
// declaration.estimate or it.amount: the value when it is written, else the
// nearest object around it.
func PlacePath(env, item map[string]any, path []string) (finding.Place, bool) {
	var v any = env
	if path[0] == "it" {
		v, path = item, path[1:]
		if len(path) == 0 {
			ref, ok := RefOf(v)
			if !ok {
				return finding.Place{}, false
			}
			return ref.Node.Place(ref.File), true
		}
	}
	var best finding.Place
	found := false
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			break
		}
		if pl, ok := PlaceAt(m, key); ok {
			best, found = pl, true
		}
		v = m[key]
	}
	return best, found
}
