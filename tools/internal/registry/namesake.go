package registry

import (
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// sake is what is known of a project when only names are compared.
type sake struct {
	id, unit, category string
}

// listNames prepares, for every year, the table of its projects by folded
// title. A table is made when the first project of its year asks for it: only
// the index records of that year are read, and nothing of them is kept but names.
func (r *Registry) listNames() {
	r.names = map[int]func() map[string][]sake{}
	for year, folders := range byYear(r.Folders) {
		r.names[year] = sync.OnceValue(func() map[string][]sake {
			table := map[string][]sake{}
			for _, f := range folders {
				file := path.Join(f.Dir, "index.md")
				data, err := r.files.Read(file, RecordLimit)
				if err != nil {
					continue
				}
				top := topLines(data)
				if slices.Contains(gone, top["state"]) {
					continue
				}
				s := sake{f.ID, top["implementingUnit"], top["category"]}
				if key := r.nameKey(top["title"], s.unit); key != "" {
					table[key] = append(table[key], s)
				}
			}
			return table
		})
	}
}

// topLines reads the plain "key: value" lines of front matter. Names are only a
// hint here and each record is taken apart in full elsewhere, so this need not
// know YAML: what is written otherwise is not compared.
func topLines(data []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(data[:min(len(data), 4<<10)])) {
		key, v, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		if ok && key != "" && key[0] >= 'a' && key[0] <= 'z' {
			out[key] = strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return out
}

// gone are the states in which a project no longer competes with another.
var gone = []string{"S900", "S910", "S130", "S140"}

func byYear(folders []*Folder) map[int][]*Folder {
	out := map[int][]*Folder{}
	for _, f := range folders {
		out[f.Year] = append(out[f.Year], f)
	}
	return out
}

// namesakes returns the ids of other units' projects of the same year and
// category whose title is the same but for the names of district and unit,
// punctuation and words like 项目 (三（一）s2: what several units share is
// declared once).
func (p *Project) namesakes() []string {
	r := p.registry
	out := []string{}
	index, _ := p.Env["index"].(map[string]any)
	table := r.names[p.Year]
	unit := text(index["implementingUnit"])
	key := r.nameKey(text(index["title"]), unit)
	if table == nil || key == "" || slices.Contains(gone, text(index["state"])) {
		return out
	}
	for _, s := range table()[key] {
		if s.id != p.ID && s.unit != unit && s.category == text(index["category"]) {
			out = append(out, s.id)
		}
	}
	return out
}

// nameKey reduces a title to what names the system.
func (r *Registry) nameKey(title, unit string) string {
	u := r.Unit(unit)
	for _, drop := range []string{text(u["name"]), text(u["shortName"]), r.Config.City, r.Config.District.Zh} {
		if drop != "" {
			title = strings.ReplaceAll(title, drop, "")
		}
	}
	title = strings.ToLower(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, title))
	for _, end := range []string{"项目", "建设", "工程"} {
		title = strings.TrimSuffix(title, end)
	}
	return strings.TrimPrefix(title, "区")
}
