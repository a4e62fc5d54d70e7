// Package registry joins files into what the rules speak of: units, annual
// plans and projects, each project with all the records of its folder. It gets
// files as values and knows neither the operating system nor Git, neither the
// lifecycle nor the rules.
package registry

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/types"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Folders of a registry, slash paths from its root.
const (
	ProjectsDir = "content/projects"
	PlansDir    = "content/plans"
	GuideDir    = "content/guide"
	UnitsFile   = "data/units.yaml"
	ConfigFile  = "data/registry.yaml"
	PeopleFile  = "data/people.yaml"
	// HolidaysFile holds the working-day calendar, year by year.
	HolidaysFile = "data/holidays.yaml"
	// ReadingsFile holds the open readings of the regulation, one switch each.
	ReadingsFile = "schemas/interpretations.yaml"
	// LimitsFile holds the figures that rules compare with.
	LimitsFile = "schemas/limits.yaml"
)

// Limits on what is read: a record is small, an attachment may be a scan.
const (
	RecordLimit     = 256 << 10
	AttachmentLimit = 64 << 20
)

// Files is a read-only tree of files: a folder on disk or a commit.
type Files interface {
	// Paths returns the slash paths of all plain files, sorted.
	Paths() []string
	// Irregular returns the paths of what must not be there: symbolic links and
	// submodules, which Paths leaves out, and executable files.
	Irregular() []string
	// Read returns a file's bytes. Of a file over limit it returns the first
	// limit+1 bytes.
	Read(path string, limit int64) ([]byte, error)
}

// Config is data/registry.yaml: whose registry this is.
type Config struct {
	District     finding.Text
	City         string
	DivisionCode string
	Sample       bool
	Contacts     string // sealed or outside
	Title        finding.Text
	GateKeys     []GateKey
	Feedback     string // https address to report errors to, or ""
	Licence      Link   // of the published data; empty when nothing is stated
	Forge        Forge  // where the form page submits to; empty when nowhere
}

// Link is an address with what it is called.
type Link struct {
	finding.Text
	URL string
}

// GateKey is a public key of the program that reads votes on a forge and seals
// the decisions, valid from one day to another, both included.
type GateKey struct{ Key, From, Until string }

// Gate reports whether a key may seal decisions on a day.
func (c *Config) Gate(key, day string) bool {
	return slices.ContainsFunc(c.GateKeys, func(g GateKey) bool {
		return g.Key == key && g.From <= day && (g.Until == "" || day <= g.Until)
	})
}

// Folder is the folder of one project, known by listing alone.
type Folder struct {
	ID     string
	Year   int
	Unit   string
	Number int
	Dir    string
	Files  []string // names below Dir, sorted: index.md, files/plan.pdf
}

// Plan is one annual construction plan.
type Plan struct {
	File string
	Year int
	Root *record.Node
	Rec  *record.Record
	Env  map[string]any // fields of the plan, as rules see them
	// Items are the entries of the plan and of its supplements.
	Items  []any
	Broken bool // the plan could not be judged by its schema
}

// Registry is everything but the projects' records, which are read one project
// at a time.
type Registry struct {
	Schemas *schema.Set
	Config  Config
	// People may speak for departments: nobody when data/people.yaml is refused.
	People     *people.Register
	PeopleRoot *record.Node // data/people.yaml as written, nil when it cannot be read
	Plans      []*Plan
	Folders    []*Folder
	Findings   []finding.Finding // about data, plans and paths
	// Recipients are the public keys that contact persons are sealed to.
	Recipients     []string
	RecipientsRoot *record.Node // data/recipients.yaml as written, nil when it cannot be read
	// Readings are the open readings of the regulation in the order of the file.
	Readings []Reading
	// Limits are the figures that rules compare with, in the order of the file.
	Limits []Limit
	// Today is the date, YYYY-MM-DD, for rules that ask what waiting has
	// brought; "" leaves them out, so that no check depends on the clock.
	Today string

	files    Files
	has      map[string]bool
	byID     map[string]*Folder
	units    map[string]map[string]any
	codes    []string
	planned  map[string][]any
	readings map[string]string
	rulings  []any // the open readings, as rules see them
	calendar calendar
	brands   map[string]string // folded spelling → folded name
	basis    []any
	names    map[int]func() map[string][]sake
	district *district
	kinds    *kinds
}

// New reads the data files and plans of files and lists its project folders.
// Faults in them are Findings of the result.
func New(files Files, set *schema.Set) *Registry {
	r := &Registry{Schemas: set, files: files, byID: map[string]*Folder{}, has: map[string]bool{},
		units: map[string]map[string]any{}, planned: map[string][]any{}, kinds: newKinds(set)}
	r.list()
	r.readConfig()
	r.readPeople()
	r.readUnits()
	r.readRecipients()
	r.readReadings()
	r.readLimits()
	r.readHolidays()
	r.readBrands()
	r.readBasis()
	r.listNames()
	r.district = r.newDistrict()
	r.readPlans()
	return r
}

func (r *Registry) report(id, file string, msg, help finding.Text) {
	r.Findings = append(r.Findings, finding.Finding{Rule: id, Place: finding.Place{File: file, Line: 1, Col: 1}, Message: msg, Help: help})
}

// list sorts paths into project folders and refuses what has no place.
func (r *Registry) list() {
	for _, p := range r.files.Irregular() {
		r.report("P-002", p, finding.Text{Zh: "不是普通文件（符号链接、子模块或可执行文件）", En: "not a plain file (symbolic link, submodule or executable)"},
			finding.Text{Zh: "换成普通文件，权限 644", En: "replace it by a plain file with mode 644"})
	}
	for _, p := range r.files.Paths() {
		r.has[p] = true
		rest, ok := strings.CutPrefix(p, ProjectsDir+"/")
		if !ok {
			if strings.HasPrefix(p, "content/") && !strings.HasPrefix(p, PlansDir+"/") && !strings.HasPrefix(p, GuideDir+"/") {
				r.report("P-002", p, finding.Text{Zh: "content/ 下只有 projects、plans 和 guide", En: "content/ holds projects, plans and guide only"}, pathHelp)
			}
			continue
		}
		parts := strings.SplitN(rest, "/", 4)
		if len(parts) < 4 {
			r.report("P-002", p, finding.Text{Zh: "文件不在项目文件夹里", En: "the file is not inside a project folder"}, pathHelp)
			continue
		}
		id := strings.Join(parts[:3], "-")
		f := r.byID[id]
		if f == nil {
			pid, ok := value.ParseProjectID(id)
			dir := path.Join(ProjectsDir, parts[0], parts[1], parts[2])
			if !ok || path.Join(ProjectsDir, pid.Path()) != dir {
				r.report("P-002", p, finding.Text{Zh: "项目文件夹的路径不合规定", En: "the path of the project folder is malformed"}, pathHelp)
				continue
			}
			number, _ := strconv.Atoi(pid.Number)
			f = &Folder{ID: id, Year: pid.Year, Unit: pid.Unit, Number: number, Dir: dir}
			r.byID[id] = f
			r.Folders = append(r.Folders, f)
		}
		f.Files = append(f.Files, parts[3])
	}
	slices.SortFunc(r.Folders, func(a, b *Folder) int { return strings.Compare(a.ID, b.ID) })
}

var pathHelp = finding.Text{Zh: "项目放在 content/projects/<年度>/<单位代码>/<两位序号>/ 下，例如 content/projects/2027/jyj/01/index.md", En: "projects live in content/projects/<year>/<unit code>/<two digits>/, for example content/projects/2027/jyj/01/index.md"}

// data reads one YAML file of data/ and judges it against its schema. It
// returns nil when the file is absent or unusable.
func (r *Registry) data(file, form string) *record.Node {
	if !r.has[file] {
		r.report("P-005", file, finding.Text{Zh: "缺少登记数据文件", En: "a data file of the registry is missing"},
			finding.Text{Zh: "从上一个提交恢复它；没有它，任何项目都无法检查", En: "restore it from an earlier commit; nothing can be judged without it"})
		return nil
	}
	data, err := r.files.Read(file, 8<<20)
	if err != nil {
		r.report("P-005", file, finding.Text{Zh: "无法读取：" + err.Error(), En: "cannot be read: " + err.Error()}, finding.Text{})
		return nil
	}
	root, fs := record.ParseYAML(file, data)
	if root != nil {
		fs = append(fs, r.Schemas.Form(form).Validate(file, root)...)
	}
	r.Findings = append(r.Findings, fs...)
	return root
}

func (r *Registry) readConfig() {
	root := r.data(ConfigFile, "registry")
	text := func(n *record.Node) finding.Text {
		return finding.Text{Zh: textOf(n.Get("zh")), En: textOf(n.Get("en"))}
	}
	r.Config = Config{District: text(root.Get("district")), City: textOf(root.Get("city")), DivisionCode: textOf(root.Get("divisionCode")),
		Sample: textOf(root.Get("sample")) == "true", Contacts: textOf(root.Get("contacts")), Title: text(root.Get("siteTitle")), Feedback: textOf(root.Get("feedback")),
		Licence: Link{text(root.Get("licence")), textOf(root.Get("licence").Get("url"))}}
	if f := root.Get("forge"); f != nil {
		r.Config.Forge = Forge{Kind: textOf(f.Get("kind")), URL: textOf(f.Get("url")), Repository: textOf(f.Get("repository")),
			Branch: cmp.Or(textOf(f.Get("branch")), "main"), ClientID: textOf(f.Get("clientId"))}
	}
	if keys := root.Get("gateKeys"); keys != nil {
		for _, k := range keys.Items {
			r.Config.GateKeys = append(r.Config.GateKeys, GateKey{textOf(k.Get("key")), textOf(k.Get("from")), textOf(k.Get("until"))})
		}
	}
}

func (r *Registry) readUnits() {
	root := r.data(UnitsFile, "units")
	list := root.Get("units")
	field := r.Schemas.Form("units").Root.Child("units")
	if list == nil || field == nil {
		return
	}
	for _, n := range list.Items {
		code := textOf(n.Get("code"))
		if code == "" {
			continue
		}
		if r.units[code] != nil {
			r.Findings = append(r.Findings, finding.Finding{Rule: "F-007", Place: n.Get("code").Place(UnitsFile),
				Message: finding.Text{Zh: "单位代码“" + code + "”登记了两次", En: "unit code “" + code + "” is registered twice"},
				Help:    finding.Text{Zh: "单位代码终身不变、不重复使用", En: "a unit code is for life and never reused"}})
		}
		u, _ := r.kinds.value(field.Item, n, UnitsFile).(map[string]any)
		r.units[code] = u
	}
	r.codes = slices.Sorted(maps.Keys(r.units))
}

func (r *Registry) readPlans() {
	form := r.Schemas.Form("plan")
	for _, p := range r.files.Paths() {
		name, ok := strings.CutPrefix(p, PlansDir+"/")
		if !ok {
			continue
		}
		year := 0
		if n, err := fmt.Sscanf(name, "%d.md", &year); n != 1 || err != nil || name != fmt.Sprintf("%d.md", year) {
			r.report("P-002", p, finding.Text{Zh: "年度计划的文件名应是“年份.md”", En: "a plan file is named <year>.md"}, finding.Text{Zh: "例如 content/plans/2027.md", En: "for example content/plans/2027.md"})
			continue
		}
		data, err := r.files.Read(p, RecordLimit)
		if err != nil {
			r.report("P-005", p, finding.Text{Zh: "无法读取：" + err.Error(), En: "cannot be read: " + err.Error()}, finding.Text{})
			continue
		}
		rec, fs := record.Parse(p, data)
		if rec == nil {
			r.Findings = append(r.Findings, fs...)
			continue
		}
		fs = append(fs, form.Validate(p, rec.Root)...)
		r.Findings = append(r.Findings, fs...)
		plan := &Plan{File: p, Year: year, Root: rec.Root, Rec: rec, Broken: slices.ContainsFunc(fs, breaks)}
		plan.Env, _ = r.kinds.value(form.Root, rec.Root, p).(map[string]any)
		r.Plans = append(r.Plans, plan)
		if y := rec.Root.Get("year"); y != nil && y.Text != fmt.Sprint(year) {
			r.Findings = append(r.Findings, finding.Finding{Rule: "P-006", Place: y.Place(p),
				Message: finding.Text{Zh: fmt.Sprintf("文件名的年份是 %d，内容写的是 %s", year, y.Text), En: fmt.Sprintf("the file name says %d, the content %s", year, y.Text)},
				Help:    finding.Text{Zh: "改成一致", En: "make them agree"}})
		}
		r.enter(plan)
	}
	slices.SortFunc(r.Plans, func(a, b *Plan) int { return cmp.Compare(a.Year, b.Year) })
}

// enter files the plan's items under the projects that they list.
func (r *Registry) enter(p *Plan) {
	adjustments, _ := p.Env["adjustments"].([]any)
	adjusted := func(id string) bool {
		return slices.ContainsFunc(adjustments, func(a any) bool { return a.(map[string]any)["project"] == id })
	}
	add := func(items, notice, gov any, kind string, number int, issued bool) {
		list, _ := items.([]any)
		n, _ := notice.(map[string]any)
		g, _ := gov.(map[string]any)
		for _, it := range list {
			item := it.(map[string]any)
			e := maps.Clone(item)
			id, _ := item["project"].(string)
			e["planYear"], e["kind"], e["supplement"], e["status"] = p.Year, kind, number, p.Env["status"]
			e["govOn"], e["noticeOn"], e["docNo"], e["issued"] = text(g["on"]), "", text(n["docNo"]), issued
			if issued {
				e["noticeOn"] = text(n["on"])
			}
			e["adjusted"] = adjusted(id)
			r.planned[id] = append(r.planned[id], e)
			p.Items = append(p.Items, e)
			if id != "" && r.byID[id] == nil {
				ref := item[refKey].(Ref)
				place := ref.Node.Place(ref.File)
				if k := ref.Node.Key("project"); k != nil {
					place = k.Value.Place(ref.File)
				}
				r.Findings = append(r.Findings, finding.Finding{Rule: "P-004", Place: place, Suggest: value.Nearest(id, slices.Sorted(maps.Keys(r.byID))),
					Message: finding.Text{Zh: "计划列入的项目“" + id + "”不在登记簿里", En: "the plan lists project “" + id + "”, which the registry does not hold"},
					Help:    finding.Text{Zh: "核对项目编号；项目应先申报、入库、论证", En: "check the id; a project is declared and appraised first"}})
			}
		}
	}
	issued := p.Env["status"] == "已印发"
	add(p.Env["items"], p.Env["notice"], p.Env["govApproval"], "计划", 0, issued)
	supplements, _ := p.Env["supplements"].([]any)
	for _, s := range supplements {
		m := s.(map[string]any)
		number, _ := m["number"].(int)
		add(m["items"], m["notice"], m["govConsent"], "增补", number, true)
	}
}

func text(v any) string { s, _ := v.(string); return s }

func textOf(n *record.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// Folder returns the folder of a project, or nil.
func (r *Registry) Folder(id string) *Folder { return r.byID[id] }

// Has reports whether the registry holds a file at path.
func (r *Registry) Has(path string) bool { return r.has[path] }

// Under returns the paths of the files in a folder, sorted.
func (r *Registry) Under(dir string) []string {
	var out []string
	for _, p := range r.files.Paths() {
		if path.Dir(p) == dir {
			out = append(out, p)
		}
	}
	return out
}

// Read returns the bytes of a file, at most limit+1 of them.
func (r *Registry) Read(path string, limit int64) ([]byte, error) { return r.files.Read(path, limit) }

// UnitCodes returns the codes of all registered units, sorted.
func (r *Registry) UnitCodes() []string { return r.codes }

// Unit returns the register entry of a unit as rules see it; an unknown code
// gives an entry whose exists is false.
func (r *Registry) Unit(code string) map[string]any {
	if u := r.units[code]; u != nil {
		return u
	}
	return r.kinds.zeroUnit
}

// Planned returns the plan entries that list a project, in order of plan year.
func (r *Registry) Planned(id string) []any { return r.planned[id] }

// Types returns the environment in which rules and transitions are compiled.
func (r *Registry) Types() types.Map { return r.kinds.env }

// Texts returns the paths of texts that belong to no project and no plan and
// are shown to people: help pages, unit register, settings.
func (r *Registry) Texts() []string {
	out := []string{UnitsFile, ConfigFile}
	for _, p := range r.files.Paths() {
		if strings.HasPrefix(p, GuideDir+"/") {
			out = append(out, p)
		}
	}
	return out
}
