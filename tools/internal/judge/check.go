package judge

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/value"
)

// BundleVersion is the version of the bundle of definitions that load reads.
const BundleVersion = 1

// Bundle is what the site gives the judge: the definitions, and of the data and
// the plans what is public.
type Bundle struct {
	Version int               `json:"version"`
	Files   map[string]string `json:"files"` // text by slash path
}

// load reads a bundle. All later questions are answered by it.
func (j *Judge) load(q question) (any, error) {
	var b Bundle
	if err := q.into(&b); err != nil {
		return nil, err
	}
	if b.Version != BundleVersion {
		return nil, fault("定义文件是第 %d 版，这里只认第 %d 版；请刷新页面", "the definitions are of version %d, this reads version %d: reload the page", b.Version, BundleVersion)
	}
	files := newTree(b.Files)
	defs, err := check.NewJudge(files)
	if err != nil {
		return nil, fault("登记簿的定义有误，无法检查：%v", "the definitions are broken and nothing can be judged: %v", err)
	}
	j.bundle, j.defs = files, defs
	return map[string]int{"forms": len(defs.Registry.Schemas.Forms()), "rules": len(defs.Rules.All()), "units": len(defs.Registry.UnitCodes()), "plans": len(defs.Registry.Plans())}, nil
}

// checkParams ask for a check. Base and Head hold the files of one or more
// projects before and after a change; without a Base all of Head is judged as
// it stands. Both are laid over the bundle.
type checkParams struct {
	Base map[string]content
	Head map[string]content
	Only []string // folders or files to judge when there is no Base; all when empty
	// Today also judges what waiting has brought by this date, as the option
	// --today does. Date is the day it is, for reminders. Both YYYY-MM-DD.
	Today, Date string
}

type checkResult struct {
	Summary  json.RawMessage `json:"summary"`
	Findings json.RawMessage `json:"findings"`
	// State is what the records of the project say, "" when they cannot be relied
	// on or when there are several projects.
	State string `json:"state"`
}

// check finds what `taizhang check --format json` finds. Of a change it leaves
// out what lies in the files of the bundle, which the person did not touch.
func (j *Judge) check(q question) (any, error) {
	var p checkParams
	if err := q.into(&p); err != nil {
		return nil, err
	}
	base, err := q.files(p.Base)
	if err != nil {
		return nil, err
	}
	given, err := q.files(p.Head)
	if err != nil {
		return nil, err
	}
	for _, day := range []string{p.Today, p.Date} {
		if day != "" && !value.ValidDate(day) {
			return nil, fault("%q 不是 YYYY-MM-DD 的日期", "%q is not a date YYYY-MM-DD", day)
		}
	}
	o := check.Options{Today: p.Today, Workers: 1}
	head := newTree(j.bundle.texts, given)
	under := base
	if base == nil {
		under = given
	}
	on, err := j.on(under)
	var res *check.Result
	var judged []*check.Verdict
	if err == nil && base != nil {
		if res, err = on.Change(head, differing(base, given), o); err == nil {
			for _, pair := range res.Pairs {
				if pair.Head != nil {
					judged = append(judged, pair.Head)
				}
			}
		}
	} else if err == nil {
		o.Only = only(p.Only)
		o.Visit = func(v *check.Verdict) { judged = append(judged, v) }
		res, err = on.All(o)
	}
	if err != nil {
		return nil, fault("登记簿的定义有误，无法检查：%v", "the definitions are broken and nothing can be judged: %v", err)
	}
	res.Remind(p.Date)
	res.Findings = slices.DeleteFunc(res.Findings, func(f finding.Finding) bool {
		_, bundled := j.bundle.texts[f.File]
		_, was := base[f.File]
		_, is := given[f.File]
		return base != nil && bundled && !was && !is
	})
	var out bytes.Buffer
	err = report.Write(&out, "json", res.Findings, nil, report.Options{Summary: report.Summary(res.Summary), Source: func(file string) ([]byte, bool) {
		data, err := head.Read(file, registry.RecordLimit)
		return data, err == nil && len(data) <= registry.RecordLimit
	}})
	if err != nil {
		return nil, err
	}
	if one := res.Judge.Registry.Folders(); len(judged) == 0 && len(one) == 1 { // nothing changed
		judged = append(judged, res.Judge.Project(one[0], nil))
	}
	var r checkResult
	if len(judged) == 1 && judged[0].Known {
		r.State = judged[0].History.State
	}
	return &r, json.Unmarshal(out.Bytes(), &r)
}

// on returns the judge of the bundle with files laid over it. What the bundle
// holds is read again only where they replace definitions or data.
func (j *Judge) on(files map[string]string) (*check.Judge, error) {
	all := newTree(j.bundle.texts, files)
	paths := slices.Collect(maps.Keys(files))
	within := func(dir string) func(string) bool { return func(p string) bool { return strings.HasPrefix(p, dir) } }
	switch {
	case slices.ContainsFunc(paths, within("schemas/")):
		defs, err := check.NewJudge(all)
		if err == nil {
			err = defs.Compile()
		}
		return defs, err
	case slices.ContainsFunc(paths, within("data/")):
		return j.defs.Over(all), nil
	}
	return j.defs.With(all, paths), nil
}

// only returns a filter of project folders by folders and files, nil for all.
func only(wanted []string) func(dir string) bool {
	if len(wanted) == 0 {
		return nil
	}
	return func(dir string) bool {
		return slices.ContainsFunc(wanted, func(w string) bool {
			return dir == w || strings.HasPrefix(dir, w+"/") || strings.HasPrefix(w, dir+"/")
		})
	}
}
