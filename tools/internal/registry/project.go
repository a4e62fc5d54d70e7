package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/expression"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Record is one form of a project, read.
type Record struct {
	*record.Record
	Form   *schema.Form
	Name   string // file name without .md: contract-01
	Number int    // the number in the name; 0 when the form is not repeated
	Env    map[string]any
}

// StateRoot stands in Broken for a declared state that does not exist: rules
// that compare index.state would only repeat that.
const StateRoot = "index.state"

// Project joins the records of one folder.
type Project struct {
	*Folder
	Records  []*Record         // in the order of a project's life
	Env      map[string]any    // what rules and transitions see
	Broken   map[string]bool   // environment names whose records could not be judged
	Findings []finding.Finding // about reading and schemas
	// Unread holds, by path, the bytes of records that could not be taken apart.
	Unread   map[string][]byte
	parsed   map[string]*parsed // by file name
	registry *Registry
	measured bool
}

// Index returns the project's index record, or nil.
func (p *Project) Index() *Record {
	if len(p.Records) > 0 && p.Records[0].Form.Name == "index" {
		return p.Records[0]
	}
	return nil
}

// Record returns the record with the given name ("contract-01"), or nil.
func (p *Project) Record(name string) *Record {
	for _, r := range p.Records {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Measured reports whether a rule has compared the project with all others.
func (p *Project) Measured() bool { return p.measured }

// Title returns the project's name, or its id.
func (p *Project) Title() string {
	if r := p.Index(); r != nil {
		if t := textOf(r.Root.Get("title")); t != "" {
			return t
		}
	}
	return p.ID
}

// maxOfAKind is how many records of one kind a project may have: two digits. No
// project has more, and rules that compare each with all others must not be
// fed thousands.
const maxOfAKind = 99

// ParseName splits a record's file name without .md into form and number. The
// number of a yearly form is its year.
func (r *Registry) ParseName(name string) (f *schema.Form, number int, ok bool) {
	base, num, numbered := name, "", false
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		base, num, numbered = name[:i], name[i+1:], true
	}
	f = r.Schemas.Form(base)
	if f == nil || !f.InFolder() || numbered != (f.Repeated != "") {
		return nil, 0, false
	}
	if !numbered {
		return f, 0, true
	}
	number, err := strconv.Atoi(num)
	want := map[string]string{"round": fmt.Sprint(number), "number": fmt.Sprintf("%02d", number), "year": fmt.Sprintf("%04d", number)}[f.Repeated]
	most := maxOfAKind
	if f.Repeated == "year" {
		most = 9999
	}
	return f, number, err == nil && number > 0 && number <= most && num == want
}

// Project reads the records of a folder.
func (r *Registry) Project(f *Folder) *Project { return r.ProjectAfter(f, nil, nil) }

// ProjectAfter reads the records of a folder after a change: what was read of the
// project before it, which may be nil, is taken over where the file does not
// differ.
func (r *Registry) ProjectAfter(f *Folder, before *Project, differs map[string]bool) *Project {
	return r.project(f, f.Files, before, differs)
}

// Reworded reads a project before and after a change of it alone that touches nothing
// but the words of index.md: no other record of it is read, as none can say another
// thing. It returns nil where the change touches more.
func (r *Registry) Reworded(was *Registry, from, to *Folder, differs map[string]bool) (before, after *Project) {
	const index = "index.md"
	if !slices.Equal(from.Files, to.Files) || slices.ContainsFunc(to.Files, func(name string) bool { return name != index && differs[path.Join(to.Dir, name)] }) {
		return nil, nil
	}
	before = was.project(from, []string{index}, nil, nil)
	after = r.project(to, []string{index}, before, differs)
	if len(before.Records) == 0 || len(after.Records) == 0 || len(before.Broken)+len(after.Broken) > 0 || after.Records[0].Root != before.Records[0].Root {
		return nil, nil
	}
	return before, after
}

// project reads some of the files of a folder; see ProjectAfter.
func (r *Registry) project(f *Folder, names []string, before *Project, differs map[string]bool) *Project {
	p := &Project{Folder: f, Broken: map[string]bool{}, registry: r, Env: maps.Clone(r.kinds.absent), parsed: map[string]*parsed{}}
	report := func(id, name string, msg, help finding.Text) {
		p.Findings = append(p.Findings, finding.Finding{Rule: id, Place: finding.Place{File: path.Join(f.Dir, name), Line: 1, Col: 1}, Message: msg, Help: help})
	}
	for _, name := range names {
		form, number, ok := r.ParseName(strings.TrimSuffix(name, ".md"))
		switch {
		case strings.HasSuffix(name, ".md") && ok:
			file := path.Join(f.Dir, name)
			var is *parsed
			if before != nil {
				is = before.parsed[name]
			}
			if is == nil || differs[file] {
				is = r.parse(is, file, form, number, name)
			}
			p.take(name, form, is)
		case name == "contacts.age":
			p.Findings = append(p.Findings, r.contacts(path.Join(f.Dir, name))...)
		case decision(f, name):
		case strings.HasPrefix(name, "files/") && value.IsFilePath(name):
		default:
			report("P-001", name, finding.Text{Zh: fmt.Sprintf("项目文件夹里不应有“%s”", name), En: fmt.Sprintf("“%s” has no place in a project folder", name)},
				r.nameHelp(strings.TrimSuffix(name, ".md")))
		}
	}
	sortRecords(p.Records)
	if p.Index() == nil {
		p.Broken["index"] = true
		if !slices.Contains(f.Files, "index.md") {
			report("P-007", "index.md", finding.Text{Zh: "项目没有 index.md", En: "the project has no index.md"},
				finding.Text{Zh: "每个项目都从 index.md（项目基本信息）开始", En: "every project starts with index.md"})
		}
	}
	p.fill()
	return p
}

// contacts judges the sealed contact persons of a project: an age file, and
// only in a registry that keeps them.
func (r *Registry) contacts(file string) []finding.Finding {
	f := finding.Finding{Rule: "P-008", Place: finding.Place{File: file}, Sensitive: true,
		Help: finding.Text{Zh: "从这次修改中删去它；已经推送过的，立即告诉台账管理员", En: "remove it from the change; tell the registry's keeper at once if it was pushed"}}
	if !r.Config.Sealed() {
		f.Message = finding.Text{Zh: "这份台账不保存联系人（data/registry.yaml 的 contacts 是 outside）", En: "this registry keeps no contact persons (contacts in data/registry.yaml is outside)"}
		return []finding.Finding{f}
	}
	head, err := r.files.Read(file, 64)
	if err == nil && contacts.IsSealed(head) {
		return nil
	}
	f.Message = finding.Text{Zh: "contacts.age 没有加密：它不是 age 加密文件", En: "contacts.age is not sealed: it is no age file"}
	return []finding.Finding{f}
}

func (r *Registry) nameHelp(name string) finding.Text {
	var names []string
	for _, f := range r.Schemas.Forms() {
		names = append(names, f.Name+map[string]string{"round": "-1", "number": "-01", "year": "-2027"}[f.Repeated])
	}
	h := finding.Text{Zh: "可用的文件名：" + strings.Join(names, ".md、") + ".md；附件放在 files/ 下", En: "file names: " + strings.Join(names, ".md, ") + ".md; attachments go to files/"}
	if near := value.Nearest(name, names); near != "" {
		h.Zh = "是不是想写 " + near + ".md？" + h.Zh
		h.En = "did you mean " + near + ".md? " + h.En
	}
	return h
}

// fill completes the environment: records, register entries, plan entries and
// the functions that ask about this project.
func (p *Project) fill() {
	r := p.registry
	docs := []any{}
	for _, rec := range p.Records {
		p.Env[rec.Form.Name] = rec.Env // of several the last
		if rec.Form.Repeated != "" {
			key := plural(rec.Form.Name)
			p.Env[key] = append(p.Env[key].([]any), rec.Env)
		}
		docs = documents(rec.Form.Root, rec.Env, docs)
	}
	index, _ := p.Env["index"].(map[string]any)
	unit := text(index["implementingUnit"])
	filer := text(index["filingUnit"])
	if filer == "" {
		filer = unit
	}
	p.Env["documents"] = docs
	p.Env["unit"], p.Env["filer"] = r.Unit(unit), r.Unit(filer)
	p.Env["planned"] = &expression.Later{Value: sync.OnceValue(func() any { return r.Planned(p.ID) })}
	p.Env["project"] = map[string]any{"id": p.ID, "year": p.Year, "unit": p.Unit, "number": p.Number}
	p.Env["submissions"] = p.submissions()
	p.Env["totalInvestment"] = p.totalInvestment
	p.Env["classOn"] = p.classOn
	p.Env["filedOn"] = p.filedOn()
	p.Env["acceptedOn"] = acceptedOn(p.Env["acceptance"])
	p.Env["works"] = p.works()
	p.Env["agreedAmount"] = p.agreedAmount()
	p.Env["namesakes"] = p.namesakes
	p.Env["system"] = r.system()
	p.Env["maintenanceRatios"] = func() Ratios {
		p.measured = true
		return r.district.ratios()
	}
	p.Env["upkeepBefore"] = p.upkeepBefore
	p.Env["hasRecord"] = func(name string) bool { return p.Record(name) != nil || slices.Contains(p.Files, name+".md") }
	p.Env["fileHash"] = func(name string) string {
		if !slices.Contains(p.Files, name) {
			return ""
		}
		data, err := r.files.Read(path.Join(p.Dir, name), AttachmentLimit)
		if err != nil || len(data) > AttachmentLimit {
			return ""
		}
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:])
	}
	r.lookups(p.Env)
}

// submissions lists what a unit has handed in: every object that carries an
// attestation (二 on the responsibility of the implementing unit).
func (p *Project) submissions() []any {
	dates := []string{"submittedOn", "filedOn", "appliedOn", "requestedOn", "noticeOn", "on"}
	out := []any{}
	var collect func(name string, f *schema.Field, v any)
	collect = func(name string, f *schema.Field, v any) {
		switch f.Type {
		case schema.List:
			list, _ := v.([]any)
			for _, it := range list {
				collect(name, f.Item, it)
			}
		case schema.Object:
			m, _ := v.(map[string]any)
			if m["exists"] != true {
				return
			}
			if f.Child("attestation") != nil {
				s := map[string]any{"form": name, "on": "", "proposedBy": text(m["proposedBy"]), "attestation": m["attestation"], refKey: m[refKey]}
				for _, d := range dates {
					if on := text(m[d]); on != "" && f.Child(d) != nil {
						s["on"] = on
						break
					}
				}
				out = append(out, s)
			}
			for _, c := range f.Fields {
				if c.Type == schema.Object || c.Type == schema.List && c.Item.Type == schema.Object {
					collect(name, c, m[c.Key])
				}
			}
		}
	}
	for _, rec := range p.Records {
		collect(rec.Name, rec.Form.Root, rec.Env)
	}
	return out
}

// Env returns the environment in which rules about the registry are evaluated.
func (r *Registry) Env() map[string]any {
	env := maps.Clone(r.kinds.absent)
	r.lookups(env)
	return env
}

// PlanEnv returns the environment in which rules about one plan are evaluated.
func (r *Registry) PlanEnv(p *Plan) map[string]any {
	env := r.Env()
	env["plan"], env["planItems"] = p.Env, p.Items
	return env
}

// AbsentPlan returns the environment of a plan that does not exist.
func (r *Registry) AbsentPlan() map[string]any {
	env := maps.Clone(r.kinds.absent)
	env["planItems"] = []any{}
	return env
}
