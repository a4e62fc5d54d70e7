package registry

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"taizhang/tools/internal/value"
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
	years map[int]yearNames
}

// yearNames are the projects of a year, those that compete with others: by id,
// and in the order of their ids by folded title. Registries share the maps, so
// they are never altered.
type yearNames struct {
	keys  map[string]string
	table map[string][]sake
	stale []string // ids of projects to be read again
}

// with returns the tables of a registry in which some projects differ: no other
// is read again.
func (n *names) with(touched map[string]*Folder) *names {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := &names{years: maps.Clone(n.years)}
	for id := range touched {
		pid, _ := value.ParseProjectID(id)
		if y, known := out.years[pid.Year]; known && !slices.Contains(y.stale, id) {
			y.stale = append(slices.Clone(y.stale), id)
			out.years[pid.Year] = y
		}
	}
	return out
}

func (r *Registry) namesOf(year int) map[string][]sake {
	n := r.names
	n.mu.Lock()
	defer n.mu.Unlock()
	y, known := n.years[year]
	if known && len(y.stale) == 0 {
		return y.table
	}
	if known {
		y = r.again(y)
	} else {
		y = yearNames{keys: map[string]string{}, table: map[string][]sake{}}
		for _, f := range r.foldersIn(path.Join(ProjectsDir, fmt.Sprintf("%04d", year))) {
			if key, s := r.sake(f); key != "" {
				y.keys[s.id] = key
				y.table[key] = append(y.table[key], s)
			}
		}
	}
	if n.years == nil {
		n.years = map[int]yearNames{}
	}
	n.years[year] = y
	return y.table
}

// again returns a table in which the stale projects are as they are now.
func (r *Registry) again(y yearNames) yearNames {
	out := yearNames{keys: maps.Clone(y.keys), table: maps.Clone(y.table)}
	for _, id := range y.stale {
		if key, ok := out.keys[id]; ok {
			delete(out.keys, id)
			out.table[key] = slices.DeleteFunc(slices.Clone(out.table[key]), func(s sake) bool { return s.id == id })
		}
		f := r.Folder(id)
		if f == nil {
			continue
		}
		if key, s := r.sake(f); key != "" {
			list := slices.Clone(out.table[key])
			at, _ := slices.BinarySearchFunc(list, id, func(s sake, id string) int { return strings.Compare(s.id, id) })
			out.keys[id], out.table[key] = key, slices.Insert(list, at, s)
		}
	}
	return out
}

// sake reads what a project is known by, with the folded title; "" where it has
// none or no longer competes.
func (r *Registry) sake(f *Folder) (key string, s sake) {
	data, err := r.files.Read(path.Join(f.Dir, "index.md"), RecordLimit)
	if err != nil {
		return "", sake{}
	}
	top := topLines(data)
	if slices.Contains(r.Ended, top["state"]) {
		return "", sake{}
	}
	s = sake{f.ID, top["implementingUnit"], top["category"]}
	return r.nameKey(top["title"], s.unit), s
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

// namesakes returns the ids of other units' projects of the same year and
// category whose title is the same but for the names of district and unit,
// punctuation and words like 项目 (三（一）第2句: what several units share is
// declared once).
func (p *Project) namesakes() []string {
	r := p.registry
	out := []string{}
	index, _ := p.Env["index"].(map[string]any)
	unit := text(index["implementingUnit"])
	key := r.nameKey(text(index["title"]), unit)
	if key == "" || slices.Contains(r.Ended, text(index["state"])) {
		return out
	}
	for _, s := range r.namesOf(p.Year)[key] {
		if s.id != p.ID && s.unit != unit && s.category == text(index["category"]) {
			out = append(out, s.id)
		}
	}
	return out
}

// Renamed reports whether anything that namesakes are told by is another than it
// was.
func (p *Project) Renamed(was *Project) bool {
	by := func(p *Project) [4]string {
		index, _ := p.Env["index"].(map[string]any)
		return [4]string{text(index["title"]), text(index["implementingUnit"]), text(index["category"]), fmt.Sprint(slices.Contains(p.registry.Ended, text(index["state"])))}
	}
	return by(p) != by(was)
}

// Namesakes returns the ids of the projects that are compared with a project by
// name: those of its year whose title says the same, itself among them. Where none
// of the year has been compared yet there are none.
func (r *Registry) Namesakes(id string) []string {
	pid, _ := value.ParseProjectID(id)
	r.names.mu.Lock()
	_, asked := r.names.years[pid.Year]
	r.names.mu.Unlock()
	if !asked {
		return nil
	}
	table := r.namesOf(pid.Year)
	r.names.mu.Lock()
	key, ok := r.names.years[pid.Year].keys[id]
	r.names.mu.Unlock()
	var out []string
	if ok {
		for _, s := range table[key] {
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
