package opendata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Format is a group of files.
type Format string

// The formats that [Write] knows. JSON is the tables and everything in one
// file; Feeds are the feeds of units, stages and classes; Docs the schemas, the
// dictionary and the description of the interface. DCAT describes what else is
// written.
const (
	JSON   Format = "json"
	CSV    Format = "csv"
	XLSX   Format = "xlsx"
	OC4IDS Format = "oc4ids"
	Feeds  Format = "feeds"
	Docs   Format = "docs"
	DCAT   Format = "dcat"
)

// Formats lists all formats.
func Formats() []Format { return []Format{JSON, CSV, XLSX, OC4IDS, Feeds, Docs, DCAT} }

// File is one written file.
type File struct {
	Name   string // from the site's root
	Size   int64
	SHA256 string // hex
}

// Written tells what was written.
type Written struct {
	Files    map[string]File // by name
	Views    []View
	Rows     map[string]int // of each table
	Projects int
}

// WriteProject writes the document and the feeds of one project.
func WriteProject(to Sink, site *Site, p *Project) error {
	data, err := encode(p)
	if err := putBytes(to, ProjectFile(p.Project), append(data, '\n'), err); err != nil {
		return err
	}
	f := &feed{name: FeedName("project", p.Project), home: "", title: both(p.Title, "Events of "+p.Project)}
	f.home = p.URL
	f.add(p)
	return f.write(to, site)
}

// ReadProject reads the document of a project that WriteProject wrote.
func ReadProject(data []byte) (*Project, error) {
	p := &Project{written: bytes.TrimSuffix(data, []byte("\n"))}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, err
	}
	return p, nil
}

// Write writes the files of the given formats, going through the projects once
// and holding one of them at a time.
func Write(to Sink, src *Source, formats ...Format) (*Written, error) {
	views, err := Views(src)
	if err != nil {
		return nil, err
	}
	out := &Written{Files: map[string]File{}, Views: views, Rows: map[string]int{}}
	w := &writer{src: src, to: &metered{to: to, out: out}, out: out, want: formats, tables: make([][]tableWriter, len(views))}
	if err := w.enter(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{w.open, w.projects, w.rest, w.close, w.docs} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type writer struct {
	src    *Source
	to     Sink
	out    *Written
	want   []Format
	tables [][]tableWriter // of each view
	book   *workbook
	bulk   *jsonTable
	oc     *oc4idsPackage
	feeds  *feeds
}

func (w *writer) wants(f Format) bool { return slices.Contains(w.want, f) }

// enter notes which plans list which project.
func (w *writer) enter() error {
	w.src.entries = map[string][]planEntry{}
	for _, p := range w.src.Plans {
		data, err := decode(p.Data)
		if err != nil {
			return fmt.Errorf("plan %d: %w", p.Year, err)
		}
		note := func(of map[string]any) {
			for _, it := range objects(of, "items") {
				id := text(it, "project")
				w.src.entries[id] = append(w.src.entries[id], planEntry{fmt.Sprintf("%04d", p.Year), text(object(of, "notice"), "on"), it})
			}
		}
		note(data)
		for _, s := range objects(data, "supplements") {
			note(s)
		}
	}
	return nil
}

func (w *writer) open() (err error) {
	if w.wants(XLSX) {
		if w.book, err = newWorkbook(w.src); err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
	}
	for i := range w.out.Views {
		v := &w.out.Views[i]
		if w.wants(JSON) {
			t, err := newJSON(w.to, Dir+v.Name+".json", &w.src.Site, v)
			if err != nil {
				return err
			}
			w.tables[i] = append(w.tables[i], t)
		}
		if w.wants(CSV) {
			t, err := newCSV(w.to, v)
			if err != nil {
				return err
			}
			w.tables[i] = append(w.tables[i], t)
		}
		if w.wants(XLSX) {
			t, err := w.book.table(v)
			if err != nil {
				return fmt.Errorf("workbook, %s: %w", v.Name, err)
			}
			w.tables[i] = append(w.tables[i], t)
		}
	}
	if w.wants(JSON) {
		f, err := w.to.Create(Dir + "bulk.json")
		if err != nil {
			return err
		}
		w.bulk = newLines(f)
		if err := w.bulk.open(append(Object{{"version", Version}}, w.src.Site.about()...), "projects"); err != nil {
			return err
		}
	}
	if w.wants(OC4IDS) {
		if w.oc, err = newOC4IDS(w.to, Dir+"oc4ids.json", w.src); err != nil {
			return err
		}
	}
	if w.wants(Feeds) {
		w.feeds = newFeeds(w.src)
	}
	return nil
}

func (w *writer) row(i int, r row) error {
	w.out.Rows[w.out.Views[i].Name]++
	for _, t := range w.tables[i] {
		if err := t.row(r); err != nil {
			return fmt.Errorf("table %s: %w", w.out.Views[i].Name, err)
		}
	}
	return nil
}

func (w *writer) projects() error {
	for p, err := range w.src.Projects {
		if err != nil {
			return err
		}
		o, err := openProject(p)
		if err != nil {
			return err
		}
		w.out.Projects++
		for i := range w.out.Views {
			for _, r := range w.out.Views[i].rows(w.src, o) {
				if err := w.row(i, r); err != nil {
					return err
				}
			}
		}
		if w.bulk != nil {
			data := p.written
			if data == nil {
				if data, err = encode(p); err != nil {
					return err
				}
			}
			if err := w.bulk.item(data); err != nil {
				return err
			}
		}
		if w.oc != nil {
			if err := w.oc.project(o); err != nil {
				return err
			}
		}
		if w.feeds != nil {
			w.feeds.add(w.src, o)
		}
	}
	return nil
}

// rest writes what does not stem from a project.
func (w *writer) rest() error {
	for i := range w.out.Views {
		v := &w.out.Views[i]
		switch v.Name {
		case "plans":
			for _, p := range w.src.Plans {
				rows, err := v.planRows(w.src, p)
				if err != nil {
					return err
				}
				for _, r := range rows {
					if err := w.row(i, r); err != nil {
						return err
					}
				}
			}
		case "plan-decisions":
			for _, p := range w.src.Plans {
				for _, r := range planDecisionRows(p) {
					if err := w.row(i, r); err != nil {
						return err
					}
				}
			}
		case "units":
			for _, u := range w.src.Register {
				if err := w.row(i, v.unitRow(w.src, u)); err != nil {
					return err
				}
			}
		}
	}
	if w.bulk == nil {
		return nil
	}
	plans, units := []any{}, []any{}
	for _, p := range w.src.Plans {
		plans = append(plans, p)
	}
	for _, u := range w.src.Register {
		units = append(units, u)
	}
	tail, err := encode(Object{{"plans", plans}, {"units", units}})
	if err != nil {
		return err
	}
	w.bulk.w.WriteString("\n],")
	_, err = w.bulk.w.Write(append(tail[1:], '\n'))
	return err
}

func (w *writer) close() error {
	for i := range w.tables {
		for _, t := range w.tables[i] {
			if err := t.close(); err != nil {
				return fmt.Errorf("table %s: %w", w.out.Views[i].Name, err)
			}
		}
	}
	if w.bulk != nil {
		if err := w.bulk.w.Flush(); err != nil {
			return err
		}
		if err := w.bulk.f.Close(); err != nil {
			return err
		}
	}
	if w.oc != nil {
		if err := w.oc.close(); err != nil {
			return err
		}
	}
	if w.feeds != nil {
		if err := w.feeds.write(w.to, &w.src.Site); err != nil {
			return err
		}
	}
	if w.book != nil {
		return w.book.save(w.to, Dir+"tables.xlsx")
	}
	return nil
}

func (w *writer) docs() error {
	write := func(name string, doc Object) error {
		data, err := doc.Pretty()
		return putBytes(w.to, name, data, err)
	}
	if w.wants(Docs) {
		if err := dictionary(w.to, w.src, w.out.Views); err != nil {
			return err
		}
		if err := write(schemaFile("project"), ProjectSchema(w.src)); err != nil {
			return err
		}
		for i := range w.out.Views {
			if err := write(schemaFile(w.out.Views[i].Name), tableSchema(w.src, &w.out.Views[i])); err != nil {
				return err
			}
		}
		if err := write(Dir+"openapi.json", openAPI(w.src, w.out.Views)); err != nil {
			return err
		}
	}
	if w.wants(DCAT) {
		return write(Dir+"catalog.jsonld", catalogue(w.src, w.out.Views, w.out.Files))
	}
	return nil
}
