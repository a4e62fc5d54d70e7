package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// siteFolders are the folders of the project root that make the site.
func siteFolders() []string { return []string{"layouts", "assets", "i18n", "static"} }

// mounts names every folder that Hugo sees besides the content. Naming one for
// each component turns off Hugo's defaults, which would read folders of the
// working directory; empty stands in for a folder that is not there.
//
// The mounts of hugo.toml are kept, since the layouts may need them, but only
// those of the site's own folders: one of content would publish the registry.
func mounts(in Input, hugoTOML []byte, empty string) ([]map[string]any, error) {
	var out []map[string]any
	add := func(dir, target string) {
		if _, err := os.Stat(dir); err != nil {
			dir = empty
		}
		out = append(out, map[string]any{"source": dir, "target": target})
	}
	add(filepath.Join(in.Projection, "data"), "data")
	for _, target := range siteFolders() {
		add(filepath.Join(in.Root, target), target)
	}
	add(empty, "archetypes")

	var own struct {
		Module struct {
			Mounts []map[string]any `toml:"mounts"`
		} `toml:"module"`
	}
	if err := toml.Unmarshal(hugoTOML, &own); err != nil {
		return nil, fail(err, "hugo.toml 不是正确的 TOML", "hugo.toml is not valid TOML")
	}
	for _, m := range own.Module.Mounts {
		source, _ := m["source"].(string)
		target, _ := m["target"].(string)
		top, _, _ := strings.Cut(filepath.ToSlash(filepath.Clean(source)), "/")
		if !filepath.IsLocal(source) || !slices.Contains(siteFolders(), top) {
			return nil, fail(nil, "hugo.toml 的 module.mounts 只可引用 layouts、assets、i18n、static，不可引用 %q",
				"module.mounts of hugo.toml may name layouts, assets, i18n and static, not %q", source)
		}
		m["source"] = filepath.Join(in.Root, source)
		if !slices.ContainsFunc(out, func(have map[string]any) bool {
			return have["source"] == m["source"] && have["target"] == target
		}) {
			out = append(out, m)
		}
	}
	return out, nil
}
