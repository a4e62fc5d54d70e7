package cli

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/fill"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/steps"
	"taizhang/tools/internal/value"
	"taizhang/tools/internal/worksheet"
)

// outcome is what becomes of a row.
type outcome string

const (
	rowMade    outcome = "made"
	rowExists  outcome = "exists"
	rowRefused outcome = "refused"
)

// importEntry is one row on its way into the registry.
type importEntry struct {
	row     *worksheet.Row
	outcome outcome
	id      string
	files   map[string][]byte
}

// batch is all rows of a file.
type batch struct {
	def     *worksheet.Definition
	judge   *check.Judge
	tables  []*worksheet.Table
	options *importOptions
	entries []*importEntry
	general []finding.Finding // errors that belong to no row
	written int
	first   map[titleOf]*worksheet.Row // where each title stands first
}

func (b *batch) made() (out []*importEntry) {
	for _, e := range b.entries {
		if e.outcome == rowMade {
			out = append(out, e)
		}
	}
	return out
}

func (b *batch) refused() int {
	n := len(b.general)
	for _, e := range b.entries {
		if e.outcome == rowRefused {
			n++
		}
	}
	return n
}

// accepted reports whether the batch may be written.
func (b *batch) accepted() bool {
	return len(b.made()) > 0 && len(b.general) == 0 && (b.refused() == 0 || b.options.skipRefused)
}

// decide finds out what becomes of each row. Rows are judged together by the
// checker that will judge the request; where refused ones are to be skipped,
// the rest is judged again without them.
func (b *batch) decide() error {
	for _, t := range b.tables {
		for _, r := range t.Rows {
			b.entries = append(b.entries, &importEntry{row: r})
		}
	}
	known := b.registered()
	b.first = map[titleOf]*worksheet.Row{}
	for _, e := range b.entries {
		e.outcome = rowMade
		b.duplicate(e, known)
	}
	for {
		if err := b.compose(); err != nil {
			return err
		}
		again, err := b.judgeAll()
		if err != nil || !again {
			return err
		}
	}
}

// titleOf names a project within its unit and year.
type titleOf struct {
	year        int
	unit, title string
}

// registered lists the titles that the registry holds of the years in the batch.
func (b *batch) registered() map[titleOf]string {
	years := map[int]bool{}
	for _, e := range b.entries {
		years[planYear(e.row)] = true
	}
	out := map[titleOf]string{}
	for _, f := range b.judge.Registry.Folders() {
		if !years[f.Year] {
			continue
		}
		index, err := values(b.judge, path.Join(f.Dir, "index.md"), "index")
		if err != nil {
			continue
		}
		title, _ := index["title"].(string)
		unit, _ := index["implementingUnit"].(string)
		out[titleOf{f.Year, unit, titleKey(title)}] = f.ID
	}
	return out
}

func titleKey(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(value.FoldWidth(s)), func(r rune) bool { return strings.ContainsRune(" ,.:;()\"'“”《》-—_、", r) }), "")
}

func planYear(r *worksheet.Row) int {
	n := 0
	fmt.Sscan(fmt.Sprint(r.Forms["declaration"]["planYear"]), &n)
	return n
}

// duplicate sets aside what is registered already, and refuses what the batch
// names twice.
func (b *batch) duplicate(e *importEntry, known map[titleOf]string) {
	unit, _ := e.row.Forms["index"]["implementingUnit"].(string)
	key := titleOf{planYear(e.row), unit, titleKey(e.row.Title())}
	say := func(kind worksheet.Kind, text, mend finding.Text) {
		e.row.Notes = append(e.row.Notes, worksheet.Note{Kind: kind, Cell: e.row.Cells["index.title"], Text: text, Mend: mend})
	}
	if e.row.ID != "" && b.judge.Registry.Folder(e.row.ID) != nil {
		e.outcome, e.id = rowExists, e.row.ID
		return
	}
	if e.row.ID != "" {
		say(worksheet.Refuse, finding.Text{Zh: "项目编号 " + e.row.ID + " 没有登记", En: "no project " + e.row.ID + " is registered"}, finding.Text{Zh: "新项目不写编号，由程序编", En: "leave the id of a new project empty"})
		return
	}
	if key.title == "" {
		return
	}
	if id := known[key]; id != "" {
		e.outcome, e.id = rowExists, id
		return
	}
	if o := b.first[key]; o != nil {
		say(worksheet.Refuse, finding.Text{Zh: fmt.Sprintf("和“%s”第 %d 行是同一个项目", o.Sheet, o.First), En: fmt.Sprintf("the same project as row %d of “%s”", o.First, o.Sheet)},
			finding.Text{Zh: "只留一行", En: "keep one of them"})
		return
	}
	b.first[key] = e.row
}

// compose gives the rows their ids and files, in order.
func (b *batch) compose() error {
	ids := fill.IDs(b.judge)
	for _, e := range b.entries {
		if e.outcome != rowMade {
			continue
		}
		unit, _ := e.row.Forms["index"]["implementingUnit"].(string)
		if e.id = steps.NextID(ids, planYear(e.row), unit); e.id == "" || e.row.Title() == "" {
			e.id, e.files = "", nil
			e.outcome = rowRefused
			continue
		}
		ids = append(ids, e.id)
		id, _ := value.ParseProjectID(e.id)
		e.files = map[string][]byte{}
		for _, form := range []string{"index", "declaration"} {
			d := compose.Document{Values: e.row.Forms[form]}
			if form == "index" {
				d.Body = introduction(e.row)
			}
			data, err := compose.Write(b.judge.Registry.Schemas.Form(form), d)
			var wrong *compose.Error
			if errors.As(err, &wrong) {
				e.row.Notes = append(e.row.Notes, worksheet.Note{Kind: worksheet.Refuse, Cell: b.cell(e.row, form, wrong.Key), Text: wrong.Text})
				e.outcome, e.files = rowRefused, nil
				break
			}
			if err != nil {
				return err
			}
			e.files[path.Join(registry.ProjectsDir, id.Path(), form+".md")] = data
		}
	}
	return nil
}

// introduction is the text of a project for the public: what is to be built.
func introduction(r *worksheet.Row) string {
	content, _ := r.Forms["declaration"]["content"].(string)
	var b strings.Builder
	for line := range strings.Lines(content) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("\n" + line + "\n")
		}
	}
	return b.String()
}

// judgeAll has the checker judge the rows that are to be made; again reports
// that some were refused and the others must be judged without them.
func (b *batch) judgeAll() (again bool, err error) {
	added := map[string][]byte{}
	byID := map[string]*importEntry{}
	for _, e := range b.made() {
		byID[e.id] = e
		maps.Copy(added, e.files)
	}
	if len(byID) == 0 {
		return false, nil
	}
	base := b.judge.Registry.Files()
	res, err := check.Change(base, fill.Over(base, added), slices.Sorted(maps.Keys(added)), check.Options{Inspect: attach.Inspect})
	if err != nil {
		return false, err
	}
	b.general = nil
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Existing || f.Waived {
			continue
		}
		if e := byID[f.Project]; e != nil {
			b.take(e, f)
		} else if f.Blocks() {
			b.general = append(b.general, *f)
		}
	}
	for _, e := range byID {
		if e.row.Refused() {
			e.outcome, e.files, again = rowRefused, nil, b.options.skipRefused
		}
	}
	return again, nil
}

// take turns what the checker says of a project into a note on its row.
func (b *batch) take(e *importEntry, f *finding.Finding) {
	form := strings.TrimSuffix(path.Base(f.File), ".md")
	key, _, _ := strings.Cut(strings.TrimPrefix(f.Field, "/"), "/")
	n := worksheet.Note{Kind: worksheet.Doubt, Cell: b.cell(e.row, form, key), Text: f.Message, Mend: f.Help, Rule: f.Rule}
	if f.Blocks() {
		n.Kind = worksheet.Refuse
	}
	if c := b.def.Field(form, key); c != nil {
		n.Column = c.Head()
		// A cell that was refused is missing in the record, and so is what would
		// have been copied from it: that was said already.
		heads := []string{n.Column}
		for _, as := range c.As {
			heads = append(heads, b.def.Column(as).Head())
		}
		if slices.ContainsFunc(e.row.Notes, func(o worksheet.Note) bool {
			return o.Kind == worksheet.Refuse && o.Rule == "" && slices.Contains(heads, o.Column)
		}) {
			return
		}
	}
	if !slices.ContainsFunc(e.row.Notes, func(o worksheet.Note) bool { return o.Rule == n.Rule && o.Text == n.Text && n.Rule != "" }) {
		e.row.Notes = append(e.row.Notes, n)
	}
}

// cell names the cell that a top-level field of a form was read from.
func (b *batch) cell(r *worksheet.Row, form, key string) string {
	if ref := r.Cells[form+"."+key]; ref != "" {
		return ref
	}
	for p, ref := range r.Cells {
		if strings.HasPrefix(p, form+"."+key+".") {
			return ref
		}
	}
	return ""
}

// sealPersons seals the contact persons of the projects that are made. What is
// not complete is left out and said; nothing of it is repeated.
func (a *app) sealPersons(b *batch) error {
	var keys []string
	for _, e := range b.made() {
		p := e.row.Person()
		if p == (worksheet.Person{}) {
			continue
		}
		if keys == nil {
			var err error
			if keys, err = a.recipients(b.judge); err != nil {
				return err
			}
		}
		note := worksheet.Note{Kind: worksheet.Said, Text: finding.Text{Zh: "联系人加密存放（contacts.age）", En: "the contact person is sealed (contacts.age)"}}
		sealed, err := contacts.Seal([]contacts.Contact{{Name: p.Name, Dept: p.Dept, Post: p.Post, Mobile: p.Mobile}}, keys)
		var wrong *contacts.Error
		switch {
		case errors.As(err, &wrong):
			note.Kind, note.Text = worksheet.Doubt, finding.Text{Zh: "联系人没有存放：" + wrong.Text.Zh, En: "the contact person is left out: " + wrong.Text.En}
		case err != nil:
			return cannot(err, "")
		default:
			id, _ := value.ParseProjectID(e.id)
			e.files[path.Join(registry.ProjectsDir, id.Path(), contactsFile)] = sealed
		}
		e.row.Notes = append(e.row.Notes, note)
	}
	if keys == nil {
		return nil
	}
	// The sealed files are judged with the others before anything is written.
	if _, err := b.judgeAll(); err != nil {
		return cannot(err, "")
	}
	return nil
}
