// Package registry joins files into what the rules speak of: units, annual
// plans and projects, each project with all the records of its folder. It gets
// files as values and knows neither the operating system nor Git, neither the
// lifecycle nor the rules.
package registry

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/people"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
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
	// Read returns a file's bytes, which must not be changed: they may be shared.
	// Of a file over limit it returns the first limit+1 bytes.
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
	Unsealed     []Unsealed
	Feedback     string // https address to report errors to, or ""
	Licence      Link   // of the published data; empty when nothing is stated
	Forge        Forge  // where the form page submits to; empty when nowhere
}

// Sealed reports whether the registry keeps contact persons, sealed.
func (c *Config) Sealed() bool { return c.Contacts == "sealed" }

// Link is an address with what it is called.
type Link struct {
	finding.Text
	URL string
}

// GateKey is a public key of the program that reads votes on a forge and seals
// the decisions, valid from one day to another, both included.
type GateKey struct{ Key, From, Until string }

// Unsealed is a commit of main whose decision nobody can seal any more, with the
// ruling that it is left so.
type Unsealed struct{ Commit, On, By, Reason string }

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

// Registry is everything but the projects' records, which are read one project
// at a time.
type Registry struct {
	Schemas *schema.Set
	Config  Config
	// People may speak for departments: nobody when data/people.yaml is refused.
	People     *people.Register
	PeopleRoot *record.Node // data/people.yaml as written, nil when it cannot be read
	// Ended are the states in which a project no longer competes with another.
	Ended []string
	// Today is the date, YYYY-MM-DD, for rules that ask what waiting has
	// brought; "" leaves them out, so that no check depends on the clock.
	Today string

	files    Files
	trouble  *trouble
	folders  func() []*Folder
	plans    []*planFile // ascending by year
	units    map[string]map[string]any
	codes    []string
	tables   func() *Tables
	rulings  *expression.Later // the open readings, as rules see them
	basis    *expression.Later
	faults   faults // of the data files that are always read
	names    *names
	district *district
	kinds    *kinds
}

// New reads the data files of files and lists its project folders and plans,
// which are read when they are asked for. Faults are Findings of the result.
func New(files Files, set *schema.Set) *Registry {
	r := &Registry{Schemas: set, files: files, trouble: &trouble{}, units: map[string]map[string]any{}, names: &names{}, kinds: newKinds(set)}
	r.folders = sync.OnceValue(func() []*Folder { return r.foldersIn(ProjectsDir) })
	r.listPlans()
	r.readConfig()
	r.readPeople()
	r.readUnits()
	r.tables = sync.OnceValue(r.readTables)
	r.basis = &expression.Later{Value: func() any { return r.tables().basis }}
	r.rulings = &expression.Later{Value: func() any { return r.tables().rulings }}
	r.district = r.newDistrict(nil, nil)
	return r
}

// Findings are about data files; those about paths are of Misplaced.
func (r *Registry) Findings() []finding.Finding {
	return append(r.faults.all(), r.tables().faults.all()...)
}

// faults are findings that are made when they are asked for, in their order.
type faults []func() []finding.Finding

func (f *faults) add(fs ...finding.Finding) { *f = append(*f, found(fs...)) }

func (f faults) all() []finding.Finding {
	out := []finding.Finding{}
	for _, some := range f {
		out = append(out, some()...)
	}
	return out
}

// report words what is wrong with a whole file.
func report(id, file string, msg, help finding.Text) finding.Finding {
	return finding.Finding{Rule: id, Place: finding.Place{File: file, Line: 1, Col: 1}, Message: msg, Help: help}
}

// data reads one YAML file of data/ and adds to faults what is wrong with it, also
// by its schema. It returns nil when the file is absent or unusable.
func (r *Registry) data(file, form string, to *faults) *record.Node {
	if !r.Has(file) {
		to.add(report("P-005", file, finding.Text{Zh: "缺少登记数据文件", En: "a data file of the registry is missing"},
			finding.Text{Zh: "从上一个提交恢复它；没有它，任何项目都无法检查", En: "restore it from an earlier commit; nothing can be judged without it"}))
		return nil
	}
	data, err := r.files.Read(file, 8<<20)
	if err != nil {
		to.add(report("P-005", file, finding.Text{Zh: "无法读取：" + err.Error(), En: "cannot be read: " + err.Error()}, finding.Text{}))
		return nil
	}
	root, fs := record.ParseYAML(file, data)
	*to = append(*to, sync.OnceValue(func() []finding.Finding {
		if root == nil {
			return fs
		}
		return append(fs, r.Schemas.Form(form).Validate(file, root)...)
	}))
	return root
}

func (r *Registry) readConfig() {
	root := r.data(ConfigFile, "registry", &r.faults)
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
	if list := root.Get("unsealed"); list != nil {
		for _, u := range list.Items {
			r.Config.Unsealed = append(r.Config.Unsealed, Unsealed{textOf(u.Get("commit")), textOf(u.Get("on")), textOf(u.Get("by")), textOf(u.Get("reason"))})
		}
	}
}

func (r *Registry) readUnits() {
	root := r.data(UnitsFile, "units", &r.faults)
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
			r.faults.add(finding.Finding{Rule: "F-007", Place: n.Get("code").Place(UnitsFile),
				Message: finding.Text{Zh: "单位代码“" + code + "”登记了两次", En: "unit code “" + code + "” is registered twice"},
				Help:    finding.Text{Zh: "单位代码终身不变、不重复使用", En: "a unit code is for life and never reused"}})
		}
		u, _ := r.kinds.value(field.Item, n, UnitsFile).(map[string]any)
		r.units[code] = u
	}
	r.codes = slices.Sorted(maps.Keys(r.units))
}

func text(v any) string { s, _ := v.(string); return s }

func textOf(n *record.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// Files returns the tree that the registry was read from.
func (r *Registry) Files() Files { return r.files }

// Under returns the paths of the files in a folder, sorted.
func (r *Registry) Under(dir string) []string {
	plain, _ := r.under(dir)
	return slices.DeleteFunc(slices.Clone(plain), func(p string) bool { return path.Dir(p) != dir })
}

// Paths returns the slash paths of all plain files, sorted.
func (r *Registry) Paths() []string { return r.files.Paths() }

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

// Scope returns what rules and transitions may mention.
func (r *Registry) Scope() *expression.Scope { return r.kinds.scope }

// Texts returns the paths of texts that belong to no project and no plan: the
// data files, but for what the tool writes there, and the help pages.
func (r *Registry) Texts() []string {
	data, _ := r.under("data")
	data = slices.DeleteFunc(slices.Clone(data), func(p string) bool { return strings.HasPrefix(p, DecisionsDir+"/") })
	guide, _ := r.under(GuideDir)
	return append(data, guide...)
}
