package publish

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// documenter makes JSON of what may be seen: the same revealed tree that the
// pages are made of.
type documenter struct {
	site   *opendata.Site
	public func(id string) bool // whether a project is published; nil: none is
	files  []string             // published attachments, below url
	url    string               // of the project, from the root of the site
	// undisclosed collects the fields that await the disclosure review, and
	// dropped tells that an item was left out since it names a hidden project.
	undisclosed []string
	dropped     bool
}

// value makes the JSON of a value, nil when nothing of it may be seen.
func (d *documenter) value(s *shown, path string) any {
	switch {
	case s == nil:
		return nil
	case s.withheld:
		if !slices.Contains(d.undisclosed, path) {
			d.undisclosed = append(d.undisclosed, path)
		}
		return nil
	case s.field.Type == schema.Object:
		if o := d.object(s, path); len(o) > 0 {
			return o
		}
		return nil
	case s.field.Type == schema.List:
		list := []any{}
		for _, it := range s.items {
			if d.names(it) {
				d.dropped = true
			} else if v := d.value(it, path); v != nil {
				list = append(list, v)
			}
		}
		return list
	case s.field.Format == "project-id" && !d.known(s.text):
		return nil
	}
	return scalar(s)
}

func (d *documenter) object(s *shown, path string) opendata.Object {
	out := opendata.Object{}
	document := registry.IsDocument(s.field)
	for _, k := range s.kids {
		at := k.field.Key
		if path != "" {
			at = path + "." + at
		}
		v := d.value(k, at)
		switch {
		case document && k.field.Key == "visibility":
			continue // always 公开
		case document && k.field.Key == "file":
			if !slices.Contains(d.files, k.text) {
				continue
			}
			v = d.site.Address(d.url + k.text)
		}
		if v != nil {
			out = append(out, opendata.Member{Key: k.field.Key, Value: v})
		}
	}
	return out
}

// names reports whether an item is about a project that is not published.
func (d *documenter) names(item *shown) bool {
	if item.field.Format == "project-id" {
		return !d.known(item.text)
	}
	return slices.ContainsFunc(item.kids, func(k *shown) bool { return k.field.Format == "project-id" && !d.known(k.text) })
}

func (d *documenter) known(id string) bool { return d.public != nil && d.public(id) }

// scalar gives a value the type of its field, nil where it has none: the check
// has reported that.
func scalar(s *shown) any {
	switch s.field.Type {
	case schema.Bool:
		return s.text == "true"
	case schema.Amount:
		if fen, err := value.ParseAmount(s.text); err == nil {
			return json.Number(value.WanLiteral(fen))
		}
		return nil
	case schema.Int, schema.Number:
		if n := strings.TrimPrefix(s.text, "+"); json.Valid([]byte(n)) {
			return json.Number(n)
		}
		return nil
	}
	return s.text
}

// document makes the document of a project for other people's programs. public
// tells of other projects whether they are published.
func (s *subject) document(site *opendata.Site, public func(id string) bool) (*opendata.Project, error) {
	st := s.lifecycle.State(s.history.State)
	row := s.row()
	p := &opendata.Project{Version: opendata.Version, Sample: site.Sample, Project: s.project.ID, Title: s.title(), Unit: row.unit, UnitName: row.Unit.Name,
		Year: s.project.Year, State: st.Code, StateName: st.Zh, StateNameEn: st.En, Stage: row.stageKey, StageName: row.Stage, Updated: row.On,
		URL: site.Address(s.url()), Licence: site.Licence.URL, Supervision: row.supervision, Contractors: append([]string{}, row.contractors...), Waits: s.openWaits(), Indicators: s.openIndicators(), Events: []opendata.Event{}, Amounts: []opendata.Amount{}, Decisions: s.openDecisions(), Records: []opendata.Record{}}
	if row.Amount != "" {
		p.Amount = json.Number(value.WanLiteral(row.fen))
	}
	for _, e := range s.history.Steps {
		one := opendata.Event{On: e.On, Transition: e.Transition.ID, Name: e.Transition.Zh, NameEn: e.Transition.En, State: e.To, Clause: e.Transition.Clause}
		if s.source(e.Place.File) != nil {
			one.Record = recordName(e.Place.File)
		}
		p.Events = append(p.Events, one)
	}
	for _, f := range s.flows {
		p.Amounts = append(p.Amounts, opendata.Amount{Name: f.zh, NameEn: f.en, Amount: json.Number(value.WanLiteral(f.fen)), On: f.on})
	}
	d := &documenter{site: site, files: s.attachments, url: s.url(), public: func(id string) bool { return id == s.project.ID || public != nil && public(id) }}
	f := &former{s: s}
	for _, r := range s.records {
		if r.root == nil {
			continue
		}
		d.undisclosed = nil
		data, err := d.object(r.root, "").MarshalJSON()
		if err != nil {
			return nil, err
		}
		one := opendata.Record{Record: r.rec.Name, Form: r.rec.Form.Name, Data: data, On: s.dated(r)}
		if one.Form == "index" || s.released() {
			one.Body = f.body(r.rec)
		}
		p.Records = append(p.Records, one)
		for _, field := range d.undisclosed {
			p.Undisclosed = append(p.Undisclosed, r.rec.Name+"."+field)
		}
	}
	slices.SortStableFunc(p.Records, func(a, b opendata.Record) int {
		first := func(r opendata.Record) int {
			if r.Form == "index" {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	return p, nil
}

// recordName names the record or plan that a file is, as documents do.
func recordName(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".md")
	if path.Dir(file) == registry.PlansDir {
		return "plan-" + name
	}
	return name
}

// planDocuments makes the documents of the published plans, by year.
func (s *pages) planDocuments(site *opendata.Site) ([]opendata.Plan, error) {
	var out []opendata.Plan
	for _, p := range s.j.Registry.Plans() {
		if !planReadable(s.j.Registry, p.Year) {
			continue
		}
		d := &documenter{site: site, public: func(id string) bool { return s.b.rows[id] != nil }}
		root := open(s.j.Registry.Schemas.Form("plan").Root, p.Root, false)
		object := d.object(root, "")
		if d.dropped {
			// The total would tell what the entries that are left out come to.
			object = slices.DeleteFunc(object, func(m opendata.Member) bool { return m.Key == "total" })
		}
		data, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		page := s.plan(p)
		out = append(out, opendata.Plan{Year: p.Year, URL: site.Address(page.url), Updated: root.str("notice", "on"), Data: data, Body: page.view.Body, Decisions: s.decider().open(s.decider().onPlan(p))})
	}
	slices.SortFunc(out, func(a, b opendata.Plan) int { return a.Year - b.Year })
	return out, nil
}
