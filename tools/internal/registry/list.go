package registry

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

// Lister is implemented by Files that can list a part of the tree without
// listing all of it, as a commit can.
type Lister interface {
	// List returns the plain files and what is irregular at or below a path, ""
	// for all, each sorted. Where nothing stands there is nothing to list; an
	// error means that it cannot be told.
	List(at string) (plain, irregular []string, err error)
}

// List lists what stands at or below a path, "" for everything.
func List(files Files, at string) (plain, irregular []string, err error) {
	if l, ok := files.(Lister); ok {
		return l.List(at)
	}
	return below(files.Paths(), at), below(files.Irregular(), at), nil
}

// below returns the part of a sorted list of paths that is at or below one.
func below(paths []string, at string) []string {
	if at == "" {
		return paths
	}
	if i, ok := slices.BinarySearch(paths, at); ok {
		return paths[i : i+1]
	}
	from, _ := slices.BinarySearch(paths, at+"/")
	to := from
	for to < len(paths) && strings.HasPrefix(paths[to], at+"/") {
		to++
	}
	return paths[from:to]
}

// trouble is the first error of listing files.
type trouble struct {
	mu  sync.Mutex
	err error
}

func (t *trouble) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

// Fault notes that definitions which were asked for cannot be used.
func (r *Registry) Fault(err error) { r.trouble.note(err) }

// Err returns why files could not be listed, or what is wrong with
// definitions that were asked for. Without an answer to that nothing can be said of a registry.
func (r *Registry) Err() error {
	r.trouble.mu.Lock()
	defer r.trouble.mu.Unlock()
	return errors.Join(r.trouble.err, r.Schemas.Err(), r.kinds.scope.Err())
}

// under lists what stands at or below a path.
func (r *Registry) under(at string) (plain, irregular []string) {
	plain, irregular, err := List(r.files, at)
	if err != nil {
		r.trouble.note(err)
	}
	return plain, irregular
}

// Has reports whether the registry holds a file at path.
func (r *Registry) Has(path string) bool {
	plain, _ := r.under(path)
	return len(plain) == 1 && plain[0] == path
}

// Folders returns the folders of all projects, ascending by id. Judging a change
// needs only those that it touches.
func (r *Registry) Folders() []*Folder { return r.folders() }

// Folder returns the folder of a project, or nil.
func (r *Registry) Folder(id string) *Folder {
	if pid, ok := value.ParseProjectID(id); ok {
		for _, f := range r.foldersIn(path.Join(ProjectsDir, pid.Path())) {
			return f
		}
	}
	return nil
}

// foldersIn returns the project folders at or below a folder, ascending by id.
func (r *Registry) foldersIn(dir string) []*Folder {
	var out []*Folder
	var last *Folder
	plain, _ := r.under(dir)
	for _, p := range plain {
		if last == nil || !strings.HasPrefix(p, last.Dir+"/") {
			f, _ := place(p)
			if f == nil {
				continue
			}
			last = f
			out = append(out, f)
		}
		last.Files = append(last.Files, p[len(last.Dir)+1:])
	}
	slices.SortFunc(out, func(a, b *Folder) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Misplaced returns what is wrong with the paths of files: with those of which
// concerns is true, or all when it is nil.
func (r *Registry) Misplaced(concerned map[string]bool) []finding.Finding {
	var out []finding.Finding
	judge := func(plain, irregular []string) {
		for _, p := range irregular {
			out = append(out, badPath(p, "不是普通文件（符号链接、子模块或可执行文件）", "not a plain file (symbolic link, submodule or executable)",
				finding.Text{Zh: "换成普通文件，权限 644", En: "replace it by a plain file with mode 644"}))
		}
		dir := "/" // of the last project
		for _, p := range plain {
			if strings.HasPrefix(p, dir) {
				continue
			}
			f, fault := place(p)
			if fault != nil {
				out = append(out, *fault)
			} else if f != nil {
				dir = f.Dir + "/"
			}
		}
	}
	if concerned == nil {
		judge(r.under(""))
	}
	for _, p := range slices.Sorted(maps.Keys(concerned)) {
		other := func(o string) bool { return o != p }
		plain, irregular := r.under(p)
		judge(slices.DeleteFunc(slices.Clone(plain), other), slices.DeleteFunc(slices.Clone(irregular), other))
	}
	return out
}

func badPath(p, zh, en string, help finding.Text) finding.Finding {
	return finding.Finding{Rule: "P-002", Place: finding.Place{File: p, Line: 1, Col: 1}, Message: finding.Text{Zh: zh, En: en}, Help: help}
}

// place returns the project folder that a path lies in, without files, or what
// is wrong with the path; neither of a path outside the projects that is right.
func place(p string) (*Folder, *finding.Finding) {
	bad := func(zh, en string, help finding.Text) (*Folder, *finding.Finding) {
		f := badPath(p, zh, en, help)
		return nil, &f
	}
	rest, ok := strings.CutPrefix(p, ProjectsDir+"/")
	if !ok {
		name, plan := strings.CutPrefix(p, PlansDir+"/")
		switch {
		case plan && planYear(name) == 0:
			return bad("年度计划的文件名应是“年份.md”", "a plan file is named <year>.md", finding.Text{Zh: "例如 content/plans/2027.md", En: "for example content/plans/2027.md"})
		case !plan && strings.HasPrefix(p, "content/") && !strings.HasPrefix(p, GuideDir+"/"):
			return bad("content/ 下只有 projects、plans 和 guide", "content/ holds projects, plans and guide only", pathHelp)
		}
		return nil, nil
	}
	parts := strings.SplitN(rest, "/", 4)
	if len(parts) < 4 {
		return bad("文件不在项目文件夹里", "the file is not inside a project folder", pathHelp)
	}
	id := strings.Join(parts[:3], "-")
	pid, ok := value.ParseProjectID(id)
	dir := path.Join(ProjectsDir, parts[0], parts[1], parts[2])
	if !ok || path.Join(ProjectsDir, pid.Path()) != dir {
		return bad("项目文件夹的路径不合规定", "the path of the project folder is malformed", pathHelp)
	}
	number, _ := strconv.Atoi(pid.Number)
	return &Folder{ID: id, Year: pid.Year, Unit: pid.Unit, Number: number, Dir: dir}, nil
}

var pathHelp = finding.Text{Zh: "项目放在 content/projects/<年度>/<单位代码>/<两位序号>/ 下，例如 content/projects/2027/jyj/01/index.md", En: "projects live in content/projects/<year>/<unit code>/<two digits>/, for example content/projects/2027/jyj/01/index.md"}

// With returns the registry after a change of content: files are those after
// it, changed the paths that differ, all of them below content/. Definitions and
// data files stay those of r, and so does all that r has read and the change
// leaves as it was, so that the cost is that of the change.
func (r *Registry) With(files Files, changed []string) *Registry {
	n := *r
	n.files = files
	n.folders = sync.OnceValue(func() []*Folder { return n.foldersIn(ProjectsDir) })
	differs := map[string]bool{}
	touched := map[string]*Folder{} // nil when it is gone
	for _, p := range changed {
		differs[p] = true
		if f, _ := place(p); f != nil {
			if _, known := touched[f.ID]; !known {
				touched[f.ID] = n.Folder(f.ID)
			}
		}
	}
	n.plans = slices.DeleteFunc(slices.Clone(r.plans), func(f *planFile) bool { return differs[f.path] })
	for p := range differs {
		if strings.HasPrefix(p, PlansDir+"/") && n.Has(p) {
			n.addPlan(p)
		}
	}
	n.sortPlans()
	n.names = r.names.with(touched)
	n.district = n.newDistrict(r.district, touched)
	return &n
}
