package check

import (
	"maps"
	"slices"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/value"
)

// Standing is a check of a whole registry that follows changes of its content: what
// they cannot alter is not judged again.
type Standing struct {
	judge *Judge
	o     Options
	of    map[string]*stood
	// naming lists, for each id, the projects whose records name it.
	naming map[string]map[string]bool
}

// stood is what is kept of a judged project.
type stood struct {
	findings []finding.Finding
	expiries []expiry
	records  int
	names    []string // ids of other projects in its records
	measured bool     // a rule compared it with all others
}

// Stand judges all of a registry as [All] does. o.Only and o.Forward are not for it.
func Stand(files registry.Files, o Options) (*Standing, *Result, error) {
	j, err := o.judge(files)
	if err != nil {
		return nil, nil, err
	}
	if err := j.Compile(); err != nil {
		return nil, nil, err
	}
	j.Registry.Today, j.Inspect = o.Today, o.Inspect
	s := &Standing{judge: j, o: o, of: map[string]*stood{}, naming: map[string]map[string]bool{}}
	res, err := s.judgeAgain(j.Registry.Folders())
	return s, res, err
}

// Follow judges the registry after a change of its content: files are those after
// it, changed the paths that differ, all of them below content/. Judged again, and
// shown to o.Visit, are the projects that the change can alter and those in again;
// ids lists them together with those that are gone.
func (s *Standing) Follow(files registry.Files, changed []string, again []string) (res *Result, ids []string, err error) {
	was, is := s.judge, s.judge.With(files, changed)
	set := map[string]bool{}
	for _, id := range again {
		set[id] = true
	}
	s.judge = is
	for _, dir := range touched(was, is, changed) {
		s.alter(set, was, is, idOf(dir))
	}
	if slices.ContainsFunc(slices.Collect(maps.Values(s.of)), func(p *stood) bool { return p.measured }) && was.Registry.Ratios() != is.Registry.Ratios() {
		for id, p := range s.of {
			set[id] = set[id] || p.measured
		}
	}
	var folders []*registry.Folder
	for id := range set {
		if f := is.Registry.Folder(id); f != nil {
			folders = append(folders, f)
		} else {
			s.forget(id)
		}
	}
	res, err = s.judgeAgain(folders)
	return res, slices.Sorted(maps.Keys(set)), err
}

// alter adds to set the projects about which something else may hold since the
// project id differs: those of the same name, and those that name it or another
// that it names, before or now: they ask about it, or how the other is looked after.
func (s *Standing) alter(set map[string]bool, was, is *Judge, id string) {
	set[id] = true
	var names []string
	if old := s.of[id]; old != nil {
		names = append(names, old.names...)
	}
	for _, j := range []*Judge{was, is} {
		for _, other := range j.Registry.Namesakes(id) {
			set[other] = true
		}
	}
	if f := is.Registry.Folder(id); f != nil {
		names = append(names, named(is.Registry.Project(f))...)
	}
	for _, name := range append(names, id) {
		if s.of[name] != nil {
			set[name] = true
		}
		for other := range s.naming[name] {
			set[other] = true
		}
	}
}

// named lists the ids of other projects in the records of a project.
func named(p *registry.Project) []string {
	var out []string
	var walk func(n *record.Node)
	walk = func(n *record.Node) {
		if n == nil {
			return
		}
		if n.Kind == record.String && n.Text != p.ID {
			if _, ok := value.ParseProjectID(n.Text); ok && !slices.Contains(out, n.Text) {
				out = append(out, n.Text)
			}
		}
		for _, it := range n.Items {
			walk(it)
		}
		for i := range n.Keys {
			walk(n.Keys[i].Value)
		}
	}
	for _, r := range p.Records {
		walk(r.Root)
	}
	return out
}

func (s *Standing) forget(id string) {
	if old := s.of[id]; old != nil {
		for _, name := range old.names {
			delete(s.naming[name], id)
		}
		delete(s.of, id)
	}
}

// judgeAgain judges some projects and all that belongs to none, and adds what is
// known of the others.
func (s *Standing) judgeAgain(folders []*registry.Folder) (*Result, error) {
	j := s.judge
	now := make([]*stood, len(folders))
	each(len(folders), s.o, func(i int) {
		v := j.Project(folders[i], nil)
		v.Findings = j.Rules.Spare(v.Findings)
		now[i] = &stood{findings: v.Findings, expiries: v.expiries, records: len(v.Project.Records), names: named(v.Project), measured: v.Project.Measured()}
		if s.o.Visit != nil {
			s.o.Visit(v)
		}
	})
	if err := s.o.stopped(); err != nil {
		return nil, err
	}
	for i, f := range folders {
		s.forget(f.ID)
		s.of[f.ID] = now[i]
		for _, name := range now[i].names {
			if s.naming[name] == nil {
				s.naming[name] = map[string]bool{}
			}
			s.naming[name][f.ID] = true
		}
	}
	res := &Result{Judge: j, Findings: append(j.Global(nil, nil), j.state()...)}
	for _, f := range j.Registry.Folders() {
		p := s.of[f.ID]
		res.Findings = append(res.Findings, p.findings...)
		res.expiries = append(res.expiries, p.expiries...)
		res.Summary.Records += p.records
	}
	finding.Sort(res.Findings)
	res.Summary.Projects, res.Summary.Plans = len(j.Registry.Folders()), len(j.Registry.Plans())
	return res, j.Err()
}
