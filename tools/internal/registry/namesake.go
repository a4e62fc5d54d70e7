package registry

import (
	"fmt"
	"maps"
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

// names holds, for every year that was asked for, the table of its projects by
// folded title. Only the index records of that year are read for it, and nothing
// of them is kept but names.
type names struct {
	mu    sync.Mutex
	years map[int]map[string][]sake
}

// with returns the tables of the years in which nothing was touched.
func (n *names) with(touched []*Folder) *names {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := &names{years: maps.Clone(n.years)}
	for _, f := range touched {
		delete(out.years, f.Year)
	}
	return out
}

func (r *Registry) namesOf(year int) map[string][]sake {
	n := r.names
	n.mu.Lock()
	defer n.mu.Unlock()
	if table := n.years[year]; table != nil {
		return table
	}
	table := map[string][]sake{}
	from, _ := r.find(fmt.Sprintf("%04d-", year))
	for _, f := range r.Folders[from:] {
		if f.Year != year {
			break
		}
		data, err := r.files.Read(path.Join(f.Dir, "index.md"), RecordLimit)
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
	if n.years == nil {
		n.years = map[int]map[string][]sake{}
	}
	n.years[year] = table
	return table
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

// namesakes returns the ids of other units' projects of the same year and
// category whose title is the same but for the names of district and unit,
// punctuation and words like 项目 (三（一）s2: what several units share is
// declared once).
func (p *Project) namesakes() []string {
	r := p.registry
	out := []string{}
	index, _ := p.Env["index"].(map[string]any)
	unit := text(index["implementingUnit"])
	key := r.nameKey(text(index["title"]), unit)
	if key == "" || slices.Contains(gone, text(index["state"])) {
		return out
	}
	for _, s := range r.namesOf(p.Year)[key] {
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
