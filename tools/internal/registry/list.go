package registry

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/value"
)

// below returns the part of a sorted list of paths that begins with prefix.
func below(paths []string, prefix string) []string {
	from, _ := slices.BinarySearch(paths, prefix)
	to := from
	for to < len(paths) && strings.HasPrefix(paths[to], prefix) {
		to++
	}
	return paths[from:to]
}

// list sorts paths into project folders and refuses what has no place.
func (r *Registry) list() {
	for _, p := range r.files.Irregular() {
		r.irregular(p)
	}
	var last *Folder
	for _, p := range r.files.Paths() {
		if last == nil || !strings.HasPrefix(p, last.Dir+"/") {
			f := r.place(p)
			if f == nil {
				continue
			}
			last = f
			r.Folders = append(r.Folders, f)
		}
		last.Files = append(last.Files, p[len(last.Dir)+1:])
	}
	slices.SortFunc(r.Folders, func(a, b *Folder) int { return strings.Compare(a.ID, b.ID) })
	r.listPlans()
}

func (r *Registry) irregular(p string) {
	r.report("P-002", p, finding.Text{Zh: "不是普通文件（符号链接、子模块或可执行文件）", En: "not a plain file (symbolic link, submodule or executable)"},
		finding.Text{Zh: "换成普通文件，权限 644", En: "replace it by a plain file with mode 644"})
}

// place returns the project folder that a path lies in, without files. It
// returns nil for a path outside the projects and for one that it reports.
func (r *Registry) place(p string) *Folder {
	rest, ok := strings.CutPrefix(p, ProjectsDir+"/")
	if !ok {
		if strings.HasPrefix(p, "content/") && !strings.HasPrefix(p, PlansDir+"/") && !strings.HasPrefix(p, GuideDir+"/") {
			r.report("P-002", p, finding.Text{Zh: "content/ 下只有 projects、plans 和 guide", En: "content/ holds projects, plans and guide only"}, pathHelp)
		}
		return nil
	}
	parts := strings.SplitN(rest, "/", 4)
	if len(parts) < 4 {
		r.report("P-002", p, finding.Text{Zh: "文件不在项目文件夹里", En: "the file is not inside a project folder"}, pathHelp)
		return nil
	}
	id := strings.Join(parts[:3], "-")
	pid, ok := value.ParseProjectID(id)
	dir := path.Join(ProjectsDir, parts[0], parts[1], parts[2])
	if !ok || path.Join(ProjectsDir, pid.Path()) != dir {
		r.report("P-002", p, finding.Text{Zh: "项目文件夹的路径不合规定", En: "the path of the project folder is malformed"}, pathHelp)
		return nil
	}
	number, _ := strconv.Atoi(pid.Number)
	return &Folder{ID: id, Year: pid.Year, Unit: pid.Unit, Number: number, Dir: dir}
}

var pathHelp = finding.Text{Zh: "项目放在 content/projects/<年度>/<单位代码>/<两位序号>/ 下，例如 content/projects/2027/jyj/01/index.md", En: "projects live in content/projects/<year>/<unit code>/<two digits>/, for example content/projects/2027/jyj/01/index.md"}

// With returns the registry after a change of content: files are those after
// it, changed the paths that differ, all of them below content/. Definitions and
// data files stay those of r, and so does all that r has read and the change
// leaves as it was, so that the cost is that of the change.
func (r *Registry) With(files Files, changed []string) *Registry {
	n := *r
	n.files = files
	differs := map[string]bool{}
	for _, p := range changed {
		differs[p] = true
	}
	n.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool { return differs[f.File] })
	n.Folders = slices.Clone(r.Folders)
	n.plans = slices.DeleteFunc(slices.Clone(r.plans), func(f *planFile) bool { return differs[f.path] })
	for _, p := range files.Irregular() {
		if differs[p] {
			n.irregular(p)
		}
	}
	var touched []*Folder
	for p := range differs {
		there := n.Has(p)
		if strings.HasPrefix(p, PlansDir+"/") && there {
			n.addPlan(p)
		}
		was := len(n.Findings)
		f := n.place(p)
		if !there {
			n.Findings = n.Findings[:was]
		}
		if f != nil && !slices.ContainsFunc(touched, func(o *Folder) bool { return o.ID == f.ID }) {
			touched = append(touched, f)
		}
	}
	n.sortPlans()
	for _, f := range touched {
		for _, p := range below(files.Paths(), f.Dir+"/") {
			f.Files = append(f.Files, p[len(f.Dir)+1:])
		}
		i, there := n.find(f.ID)
		switch {
		case there && len(f.Files) == 0:
			n.Folders = slices.Delete(n.Folders, i, i+1)
		case there:
			n.Folders[i] = f
		case len(f.Files) > 0:
			n.Folders = slices.Insert(n.Folders, i, f)
		}
	}
	n.names = r.names.with(touched)
	n.district = n.newDistrict(r.district, touched)
	return &n
}

// find returns where the folder of a project is, or would be.
func (r *Registry) find(id string) (int, bool) {
	return slices.BinarySearchFunc(r.Folders, id, func(f *Folder, id string) int { return strings.Compare(f.ID, id) })
}

// Folder returns the folder of a project, or nil.
func (r *Registry) Folder(id string) *Folder {
	if i, ok := r.find(id); ok {
		return r.Folders[i]
	}
	return nil
}

// Has reports whether the registry holds a file at path.
func (r *Registry) Has(path string) bool {
	_, ok := slices.BinarySearch(r.files.Paths(), path)
	return ok
}
