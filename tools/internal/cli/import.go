package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/steps"
	"taizhang/tools/internal/value"
	"taizhang/tools/internal/worksheet"
)

// importOptions are the flags of taizhang import.
type importOptions struct {
	file        string
	dryRun      bool
	skipRefused bool
	unit        string
	year        int
	sheet       string
	maps, sets  map[string]string
	format      string
	today       string
}

func (a *app) importCommand() *cobra.Command {
	o := &importOptions{}
	c := &cobra.Command{
		Use:   "import FILE.xlsx",
		Short: "从 Excel 导入申报 · import declarations from a spreadsheet",
		Long: `读申报表：export --sheet declaration 导出的，或者各单位自己的表格（.xlsx、.csv）。表头自己找，列按名称和同义词认，
金额、日期、单位、选项按常见写法读；每一行做了什么、哪里没有把握、为什么不收，都说清楚，指到单元格。
Reads declarations from the sheet that export makes, or from a unit's own table. It says of each row what was made,
what is in doubt and what is refused, cell by cell.

  taizhang import 申报表.xlsx --dry-run               只看结果，什么都不写 · only look, write nothing
  taizhang import 申报表.xlsx --unit jyj --year 2027  表里没有写单位和年度 · for a table that names neither
  taizhang import 申报表.xlsx --map 估算=投资匡算     指明一列 · name a column
  taizhang import 申报表.xlsx --set 单位负责人=示例甲 --set 单位=元   表里没有的，统一填 · for what the table lacks

写之前，每个文件都按检查程序检查。有一行不收，整批不写，除非用 --skip-refused。同一单位已经登记的同名项目不重复写。
联系人和手机号不写进台账，也不显示。同义词在 schemas/worksheets.yaml 里增加。
Every file is judged before anything is written; one refused row refuses the batch, unless --skip-refused.

退出码 · exit codes: 0 都收了 all taken, 1 有不收的 some refused, 2 用法错误 wrong usage, 3 读不了 cannot be read`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o.file = args[0]
			return a.runImport(o)
		},
	}
	f := c.Flags()
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "只看结果，什么都不写 · write nothing")
	f.BoolVar(&o.skipRefused, "skip-refused", false, "不收的行跳过，其余照写 · write the rows that are not refused")
	f.StringVar(&o.unit, "unit", "", "表里没有写的，是哪个单位：代码或名称 · the unit, where the table names none")
	f.IntVar(&o.year, "year", 0, "表里没有写的，是哪一年的计划 · the plan year, where the table names none")
	f.StringVar(&o.sheet, "sheet", "", "只读这张工作表 · read this sheet only")
	f.StringToStringVar(&o.maps, "map", nil, "列名=字段，可重复 · LABEL=FIELD, repeatable")
	f.StringToStringVar(&o.sets, "set", nil, "字段=值，给没有写的行，可重复 · FIELD=VALUE for rows that say nothing, repeatable")
	f.StringVarP(&o.format, "format", "f", "text", "text, json")
	f.StringVar(&o.today, "today", "", "填报日期没有写的，按这一天（YYYY-MM-DD），默认今天 · the day of filing, today by default")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runImport(o *importOptions) error {
	switch {
	case o.format != "text" && o.format != "json":
		return fmt.Errorf("--format %s: text, json", o.format)
	case o.year != 0 && (o.year < 2000 || o.year > 2100):
		return fmt.Errorf("--year %d: 2000–2100", o.year)
	case o.today == "":
		o.today = time.Now().In(shanghai()).Format(time.DateOnly)
	case !value.ValidDate(o.today):
		return fmt.Errorf("--today %s: %s", o.today, a.say("不是 YYYY-MM-DD 的日期", "is not a date YYYY-MM-DD"))
	}
	root, err := a.registryRoot()
	if err != nil {
		return err
	}
	data, err := a.readSheet(o.file)
	if err != nil {
		return err
	}
	files, err := disk.Open(root)
	if err != nil {
		return cannot(err, "")
	}
	j, err := check.NewJudge(files)
	if err != nil {
		return cannot(err, a.say("先改正 schemas/ 里的定义", "mend the definitions in schemas/ first"))
	}
	def, err := a.worksheets(j)
	if err != nil {
		return err
	}
	all := units(j.Registry)
	unit, err := a.unitFlag(all, o.unit)
	if err != nil {
		return err
	}
	book, err := grid.Read(data)
	if err != nil {
		return a.sheetProblem(o.file, err)
	}
	tables, err := def.Read(book, worksheet.Options{Units: all, Unit: unit.Code, Year: o.year, Today: o.today, Sheet: o.sheet, Map: o.maps, Set: o.sets})
	if err != nil {
		return a.sheetProblem(o.file, err)
	}
	b := &batch{def: def, judge: j, files: files, tables: tables, options: o}
	if err := b.decide(); err != nil {
		return cannot(err, "")
	}
	if !o.dryRun && b.accepted() {
		if err := writeProjects(root, b.made()); err != nil {
			return cannot(err, a.say("检查文件夹是否可写；没有留下写了一半的项目", "check that the folder can be written; no half-written project was left"))
		}
		b.written = len(b.made())
	}
	if err := a.reportImport(b); err != nil {
		return cannot(err, "")
	}
	if b.refused() > 0 {
		return errFindings
	}
	return nil
}

// readSheet reads the file to import, at most what a sheet may have.
func (a *app) readSheet(name string) ([]byte, error) {
	f, err := os.Open(a.abs(name))
	if err != nil {
		return nil, cannot(fmt.Errorf("%s: %s", name, a.say("打不开", "cannot be opened")), a.say("核对文件名；文件在 Excel 里开着的先关掉", "check the name; close it in Excel first"))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, grid.MaxFile+1))
	if err != nil {
		return nil, cannot(fmt.Errorf("%s: %w", name, err), "")
	}
	return data, nil
}

// sheetProblem words why a file cannot be imported.
func (a *app) sheetProblem(file string, err error) error {
	var p *grid.Problem
	if errors.As(err, &p) {
		return cannot(fmt.Errorf("%s: %s", file, a.say(p.Zh, p.En)), a.say(p.MendZh, p.MendEn))
	}
	return err // about an option
}

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
	files   *disk.Files
	tables  []*worksheet.Table
	options *importOptions
	entries []*importEntry
	general []finding.Finding // errors that belong to no row
	written int
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
	for _, f := range b.judge.Registry.Folders {
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
	for _, o := range b.entries {
		ou, _ := o.row.Forms["index"]["implementingUnit"].(string)
		if o == e || o.outcome == "" {
			if o == e {
				break
			}
			continue
		}
		if (titleOf{planYear(o.row), ou, titleKey(o.row.Title())}) == key {
			say(worksheet.Refuse, finding.Text{Zh: fmt.Sprintf("和“%s”第 %d 行是同一个项目", o.row.Sheet, o.row.First), En: fmt.Sprintf("the same project as row %d of “%s”", o.row.First, o.row.Sheet)},
				finding.Text{Zh: "只留一行", En: "keep one of them"})
			return
		}
	}
}

// compose gives the rows their ids and files, in order.
func (b *batch) compose() error {
	var ids []string
	for _, f := range b.judge.Registry.Folders {
		ids = append(ids, f.ID)
	}
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
	head := &withFiles{Files: b.files, added: map[string][]byte{}}
	byID := map[string]*importEntry{}
	for _, e := range b.made() {
		byID[e.id] = e
		for p, data := range e.files {
			head.added[p] = data
		}
	}
	if len(byID) == 0 {
		return false, nil
	}
	changed := head.list()
	res, err := check.Change(b.files, head, changed, check.Options{Inspect: attach.Inspect})
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
	if label, ok := b.def.Missing(form, key); ok {
		n.Column = label
	}
	// A cell that was refused is missing in the record: that was said already.
	if n.Column != "" && slices.ContainsFunc(e.row.Notes, func(o worksheet.Note) bool {
		return o.Kind == worksheet.Refuse && o.Column == n.Column && (o.Rule == "" || o.Rule == n.Rule && o.Text == n.Text)
	}) {
		return
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

// withFiles is the registry with the files that an import would add.
type withFiles struct {
	registry.Files
	added map[string][]byte
}

func (w *withFiles) list() []string {
	var out []string
	for p := range w.added {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

func (w *withFiles) Paths() []string {
	out := append(slices.Clone(w.Files.Paths()), w.list()...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (w *withFiles) Read(p string, limit int64) ([]byte, error) {
	if data, ok := w.added[p]; ok {
		return data[:min(int64(len(data)), limit+1)], nil
	}
	return w.Files.Read(p, limit)
}

// writeProjects writes the folders of new projects, all of them or none: each is
// made aside and put in place by a rename.
func writeProjects(root string, entries []*importEntry) (err error) {
	projects := filepath.Join(root, filepath.FromSlash(registry.ProjectsDir))
	if err := os.MkdirAll(projects, 0o755); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(projects, ".taizhang-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	for _, e := range entries {
		dir := filepath.Join(aside, e.id)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		for p, data := range e.files {
			if err := writeFile(filepath.Join(dir, path.Base(p)), data); err != nil {
				return err
			}
		}
	}
	var placed []string
	defer func() {
		if err != nil {
			for _, dir := range placed {
				_ = os.RemoveAll(dir)
			}
		}
	}()
	for _, e := range entries {
		id, _ := value.ParseProjectID(e.id)
		to := filepath.Join(projects, filepath.FromSlash(id.Path()))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s: %w", to, os.ErrExist)
		}
		if err := os.Rename(filepath.Join(aside, e.id), to); err != nil {
			return err
		}
		placed = append(placed, to)
	}
	return nil
}
