package opendata

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"taizhang/tools/internal/schema"
)

// row holds a value for each column of a table: string, json.Number, bool,
// []string, or nil where there is none.
type row []any

// opened is a project whose records are decoded.
type opened struct {
	*Project
	data []map[string]any // of Records
}

func openProject(p *Project) (*opened, error) {
	o := &opened{Project: p, data: make([]map[string]any, len(p.Records))}
	for i := range p.Records {
		var err error
		if o.data[i], err = decode(p.Records[i].Data); err != nil {
			return nil, fmt.Errorf("project %s, record %s: %w", p.Project, p.Records[i].Record, err)
		}
	}
	return o, nil
}

// one returns the data of the only or last record of a form, nil without one.
func (o *opened) one(form string) map[string]any {
	var out map[string]any
	for i := range o.Records {
		if o.Records[i].Form == form {
			out = o.data[i]
		}
	}
	return out
}

// rows makes the rows of one project.
func (v *View) rows(src *Source, o *opened) []row {
	head := row{o.Project.Project, o.Title, o.Unit, o.UnitName}
	start := func(more ...any) row { return append(slices.Clone(head), more...) }
	var out []row
	switch {
	case v.Name == "projects":
		r := start(number(o.Year), o.State, o.StateName, o.StageName, o.Updated, o.Amount, o.URL, o.Supervision, supervisions.name(o.Supervision), o.Contractors)
		out = append(out, v.fill(src, r, nil, o.one("index")))
	case v.Name == "events":
		for _, e := range o.Events {
			out = append(out, start(e.On, e.Transition, e.Name, e.NameEn, e.State, e.Clause, e.Record))
		}
	case v.Name == "amounts":
		for _, a := range o.Amounts {
			out = append(out, start(a.Name, a.NameEn, a.Amount, a.On))
		}
	case v.Name == "decisions":
		for _, d := range o.Decisions {
			for _, cells := range d.rows() {
				out = append(out, start(cells...))
			}
		}
	case v.Name == "waiting":
		for _, w := range o.Waits {
			out = append(out, start(w.What, w.WhatEn, w.Waits, w.Since, w.Days, w.Due, w.DaysLeft, w.Firm, w.Clause, w.Roles, w.RoleNames, w.Actors, w.ActorNames))
		}
	case v.Name == "indicators":
		for _, m := range o.Indicators {
			out = append(out, start(m.Indicator, m.Name, m.NameEn, m.Listed, m.Number, m.Unit, m.Value, m.ValueEn))
		}
	case v.Name == "documents":
		for i := range o.Records {
			form := src.Forms.Form(o.Records[i].Form)
			if form == nil {
				continue
			}
			eachDocument(form.Root, o.data[i], "", func(path string, doc map[string]any) {
				out = append(out, v.fill(src, start(o.Records[i].Record, path), nil, doc))
			})
		}
	case v.Form != "":
		for i := range o.Records {
			if o.Records[i].Form != v.Form {
				continue
			}
			r := start(o.Records[i].Record)
			if v.each == "" {
				out = append(out, v.fill(src, r, nil, o.data[i]))
				continue
			}
			items := objects(o.data[i], v.each)
			for _, it := range items {
				out = append(out, v.fill(src, slices.Clone(r), o.data[i], it))
			}
			if len(items) == 0 && v.prefix != "" {
				out = append(out, v.fill(src, r, o.data[i], nil))
			}
		}
	}
	return out
}

// rows makes the cells of each consent in a decision.
func (d *Decision) rows() (out [][]any) {
	ids, names, clauses := []string{}, []string{}, []string{}
	for _, s := range d.Steps {
		ids, names, clauses = append(ids, s.Transition), append(names, s.Name), append(clauses, s.Clause)
	}
	for _, s := range d.Seats {
		out = append(out, []any{number(d.Number), d.On, d.Outcome, ids, names, clauses, s.Role, s.Department, s.DepartmentName, s.Override, d.Proof, d.SHA256})
	}
	return out
}

// planDecisionRows makes the rows of the decisions on a plan.
func planDecisionRows(p Plan) (out []row) {
	for _, d := range p.Decisions {
		for _, cells := range d.rows() {
			out = append(out, append(row{number(p.Year)}, cells...))
		}
	}
	return out
}

// planRows makes the rows of the table of plans.
func (v *View) planRows(src *Source, p Plan) ([]row, error) {
	data, err := decode(p.Data)
	if err != nil {
		return nil, fmt.Errorf("plan %d: %w", p.Year, err)
	}
	var out []row
	add := func(list []map[string]any, kind string, supplement any, notice map[string]any) {
		for _, it := range list {
			ref := src.Project(text(it, "project"))
			r := row{ref.ID, ref.Title, ref.Unit, src.Unit(ref.Unit).Name, number(p.Year), kind, supplement, text(notice, "docNo"), text(notice, "on")}
			out = append(out, v.fill(src, r, nil, it))
		}
	}
	add(objects(data, "items"), "计划", nil, object(data, "notice"))
	for _, s := range objects(data, "supplements") {
		add(objects(s, "items"), "增补", s["number"], object(s, "notice"))
	}
	return out, nil
}

// unitRow makes a row of the table of units.
func (v *View) unitRow(src *Source, unit map[string]any) row {
	r := v.fill(src, nil, nil, unit)
	return append(r, src.Site.Address(src.Unit(text(unit, "code")).URL))
}

// fill appends the values of the columns that are taken from the schemas.
func (v *View) fill(src *Source, r row, parent, data map[string]any) row {
	for _, c := range v.Columns[len(r):] {
		from := data
		switch c.of {
		case given:
			return r
		case fromParent:
			from = parent
		}
		last := len(c.keys) - 1
		for _, k := range c.keys[:last] {
			from = object(from, k)
		}
		v := cell(c, from[c.keys[last]])
		if code, _ := v.(string); c.name && code != "" {
			v = src.Unit(code).Name
		}
		r = append(r, v)
	}
	return r
}

// cell takes a value for a column; of another type than the column has it is
// left out.
func cell(c Column, v any) any {
	if c.List {
		list, _ := v.([]any)
		var out []string
		for _, it := range list {
			switch it := it.(type) {
			case string:
				out = append(out, it)
			case json.Number:
				out = append(out, it.String())
			}
		}
		if out == nil {
			return nil
		}
		return out
	}
	switch v := v.(type) {
	case string:
		if c.Type == schema.Text || c.Type == schema.Date {
			return v
		}
	case bool:
		if c.Type == schema.Bool {
			return v
		}
	case json.Number:
		if c.Type == schema.Int || c.Type == schema.Number || c.Type == schema.Amount {
			return v
		}
	case int:
		return number(v)
	}
	return nil
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// empty reports whether a cell holds nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case json.Number:
		return v == ""
	}
	return false
}

// eachDocument calls fn for every document of record below an object, with its
// path in the form ("reply.document", "documents").
func eachDocument(f *schema.Field, data map[string]any, path string, fn func(path string, doc map[string]any)) {
	for _, c := range f.Fields {
		at := c.Key
		if path != "" {
			at = path + "." + c.Key
		}
		inner, items := c, []map[string]any{object(data, c.Key)}
		if c.Type == schema.List {
			inner, items = c.Item, objects(data, c.Key)
		}
		for _, it := range items {
			switch {
			case it == nil || inner.Type != schema.Object:
			case inner.IsDocument():
				fn(at, it)
			default:
				eachDocument(inner, it, at, fn)
			}
		}
	}
}
