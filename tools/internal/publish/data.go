package publish

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/lifecycle"
	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
)

// siteOf says whose data it is.
func siteOf(meta Meta, reg *registry.Registry) *opendata.Site {
	c := reg.Config
	site := &opendata.Site{BaseURL: meta.BaseURL, Title: siteTitle(c), District: c.District, City: c.City, DivisionCode: c.DivisionCode,
		Licence: opendata.Licence{Text: c.Licence.Text, URL: c.Licence.URL}, Sample: c.Sample, Commit: meta.Commit, Date: meta.Date}
	if code := maintainer(reg); code != "" {
		site.Publisher = unitOf(reg, code)
	}
	return site
}

// maintainer returns the code of the unit that keeps the registry: the one with
// the role BDB; "" when the register names none.
func maintainer(reg *registry.Registry) string {
	for _, code := range reg.UnitCodes() {
		if slices.Contains(unitOf(reg, code).Roles, "BDB") {
			return code
		}
	}
	return ""
}

func unitOf(reg *registry.Registry, code string) opendata.Unit {
	l := unitLink(reg, code)
	out := opendata.Unit{Code: code, Name: l.Name, URL: l.URL}
	if l.URL == "" {
		return out
	}
	u := visibleUnit(reg.Schemas, reg.Unit(code))
	out.USCC, out.Authority = text(u["uscc"]), text(u["authority"])
	roles, _ := u["roles"].([]any)
	for _, r := range roles {
		out.Roles = append(out.Roles, text(r))
	}
	return out
}

// writeDocument writes the document and the feeds of a project.
func (b *Builder) writeDocument(s *subject, public func(id string) bool) error {
	doc, err := s.document(b.site, public)
	if err != nil {
		return fmt.Errorf("document of %s: %w", s.project.ID, err)
	}
	return opendata.WriteProject(b.out, b.site, doc)
}

// source gives the exports what they are made of: the documents that were
// written, read again one by one. Without ids it is all of them.
func (s *pages) source(ids []string) (*opendata.Source, error) {
	reg, site := s.j.Registry, *s.b.site
	if len(s.rows) > 0 {
		site.Date = cmp.Or(site.Date, s.rows[0].On)
	}
	plans, err := s.planDocuments(&site)
	if err != nil {
		return nil, err
	}
	units := map[string]opendata.Unit{} // asked for in every row
	src := &opendata.Source{Site: site, Forms: reg.Schemas, States: States(s.j.Lifecycle), Plans: plans,
		Unit: func(code string) opendata.Unit {
			u, ok := units[code]
			if !ok {
				u = unitOf(reg, code)
				units[code] = u
			}
			return u
		},
		Project: func(id string) opendata.Ref {
			if r := s.b.rows[id]; r != nil {
				return opendata.Ref{ID: id, Title: r.Title, Unit: r.unit}
			}
			return opendata.Ref{}
		}}
	for _, g := range s.stages() {
		src.Stages = append(src.Stages, opendata.Stage{Key: g.key, Name: finding.Text{Zh: g.zh, En: g.en}})
	}
	for _, code := range reg.UnitCodes() {
		src.Register = append(src.Register, visibleUnit(reg.Schemas, reg.Unit(code)))
	}
	if ids == nil {
		ids = slices.Sorted(maps.Keys(s.b.rows))
	}
	if len(ids) > 0 {
		src.Example = ids[0]
	}
	src.Projects = s.documents(ids)
	return src, nil
}

// States lists the states that the public can see projects in.
func States(l *lifecycle.Lifecycle) []opendata.State {
	var out []opendata.State
	for _, st := range l.States {
		if st.Public {
			out = append(out, opendata.State{Code: st.Code, Stage: st.Stage, OC4IDS: st.OC4IDS, Name: finding.Text{Zh: st.Zh, En: st.En}})
		}
	}
	return out
}

func (s *pages) documents(ids []string) iter.Seq2[*opendata.Project, error] {
	return func(yield func(*opendata.Project, error) bool) {
		for _, id := range ids {
			data, err := os.ReadFile(filepath.Join(s.out.dir, "static", filepath.FromSlash(opendata.ProjectFile(id))))
			var p *opendata.Project
			if err == nil {
				p, err = opendata.ReadProject(data)
			}
			if err != nil {
				err = fmt.Errorf("document of %s: %w", id, err)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// data writes the exports and the pages that describe them.
func (s *pages) data() error {
	src, err := s.source(nil)
	if err != nil {
		return err
	}
	written, err := s.exports(src)
	if err != nil {
		return err
	}
	for _, v := range written.Views {
		s.b.guard.text(v.Title.Zh, v.Title.En, v.Note.Zh, v.Note.En)
		for _, c := range v.Columns {
			s.b.guard.text(c.Label.Zh, c.Label.En, c.Help.Zh, c.Help.En)
		}
	}
	return s.dataPages(src, written)
}

// exports writes the data files of all projects. Those of an earlier round stay where
// they would be made of the same documents.
func (s *pages) exports(src *opendata.Source) (*opendata.Written, error) {
	if !s.b.meta.Again {
		return opendata.Write(s.out, src, opendata.Formats()...)
	}
	of := sha256.New()
	if err := json.NewEncoder(of).Encode([]any{src.Site, src.Plans}); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(s.b.rows)) {
		sum := s.out.sum(opendata.ProjectFile(id))
		of.Write(sum[:])
	}
	sum, last := Sum(of.Sum(nil)), s.b.exported
	if last != nil && last.of == sum {
		s.out.keep(func(name string) bool { _, ok := last.Files[name]; return ok })
		return last.Written, nil
	}
	written, err := opendata.Write(s.out, src, opendata.Formats()...)
	if err == nil {
		s.b.exported = &exported{written, sum}
	}
	return written, err
}

// exported are the data files of a round, and the checksum of what they are made of.
type exported struct {
	*opendata.Written
	of Sum
}

// sitemap writes the map of all pages; nothing is added to the site after it.
func (s *pages) sitemap() error {
	updated := map[string]string{}
	for _, r := range s.rows {
		updated[r.URL] = r.On
	}
	var list []opendata.Page
	for _, name := range s.out.files() {
		if dir, ok := strings.CutSuffix(name, "index.html"); ok {
			list = append(list, opendata.Page{Path: "/" + dir, Updated: updated["/"+dir]})
		}
	}
	return opendata.WriteSitemap(s.out, s.b.site, list)
}

// calendarDays is how far ahead, from the data's date, the calendar and the
// data look.
const calendarDays = 366

// calendar writes the deadlines of published projects, and those of all units,
// as a calendar that people can subscribe to. Data without a date have none.
func (s *pages) calendar() error {
	if s.b.meta.Date == "" {
		return nil
	}
	o := due.Options{Within: calendarDays, Today: s.b.meta.Date}
	items, err := s.b.calendar.Registry(o)
	if err != nil {
		return err
	}
	for _, r := range s.rows {
		items = append(items, r.ahead...)
	}
	items = slices.DeleteFunc(items, func(x due.Item) bool { return x.Due == "" })
	r := s.b.calendar.Report(items, nil, due.Filter{Public: true}, o)
	r.Lang = "zh"
	var ics bytes.Buffer
	if err := r.ICal(&ics); err != nil {
		return err
	}
	return s.out.static(calendarFile, ics.Bytes())
}

// Export writes the exports of the given formats to a sink, of the given public
// projects or, without any, of all. It comes in the place of Finish. A project
// that is not public is an error of type [NotPublic].
func (b *Builder) Export(j *check.Judge, to opendata.Sink, formats []opendata.Format, ids []string) (*Manifest, error) {
	defer b.Close()
	if err := b.prepare(j); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if b.rows[id] == nil {
			return nil, NotPublic(id)
		}
	}
	if err := b.referring(j); err != nil {
		return nil, err
	}
	s := &pages{b: b, j: j, out: b.out, offices: b.offices}
	s.sort()
	if ids != nil {
		ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	}
	src, err := s.source(ids)
	if err != nil {
		return nil, err
	}
	if ids != nil {
		src.Plans, src.Register = nil, nil
	}
	written, err := opendata.Write(to, src, formats...)
	if err != nil {
		return nil, err
	}
	s.publicTexts()
	forbidden, err := b.guard.finish(j)
	return &Manifest{Forbidden: forbidden, Projects: written.Projects, Withheld: len(b.withheld)}, err
}

// NotPublic is the id of a project that does not exist or is not public; which
// of the two is not for the public to know.
type NotPublic string

func (id NotPublic) Error() string { return "no public project " + string(id) }
