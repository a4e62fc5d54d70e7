package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/registry"
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

var importFormats = []string{"text", "json"}

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
联系人和手机号不显示；设为 contacts: sealed 的台账加密存放，其余的不读入。同义词在 schemas/worksheets.yaml 里增加。
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
	f.StringVarP(&o.format, "format", "f", "text", strings.Join(importFormats, ", "))
	f.StringVar(&o.today, "today", "", "填报日期没有写的，按这一天（YYYY-MM-DD），默认今天 · the day of filing, today by default")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(importFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runImport(o *importOptions) error {
	if err := a.knownFormat(o.format, importFormats); err != nil {
		return err
	}
	if o.year != 0 && !validYear(o.year) {
		return a.badYear(o.year)
	}
	if err := a.dayFlag("today", &o.today); err != nil {
		return err
	}
	data, err := a.readSheet(o.file)
	if err != nil {
		return err
	}
	j, root, err := a.registry()
	if err != nil {
		return err
	}
	def, err := a.worksheets(j)
	if err != nil {
		return err
	}
	if o.unit != "" {
		if o.unit, err = a.unitFlag(j.Registry, "unit", o.unit); err != nil {
			return err
		}
	}
	book, err := grid.Read(data)
	if err != nil {
		return a.sheetProblem(o.file, err)
	}
	tables, err := def.Read(book, worksheet.Options{Units: units(j.Registry), Unit: o.unit, Year: o.year, Today: o.today, Sheet: o.sheet, Map: o.maps, Set: o.sets,
		Persons: j.Registry.Config.Sealed()})
	if err != nil {
		return a.sheetProblem(o.file, err)
	}
	b := &batch{def: def, judge: j, tables: tables, options: o}
	if err := b.decide(); err != nil {
		return cannot(err, "")
	}
	if j.Registry.Config.Sealed() && b.accepted() {
		if err := a.sealPersons(b); err != nil {
			return err
		}
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
		return nil, cannot(err, a.say("核对文件名；文件在 Excel 里开着的先关掉", "check the name; close it in Excel first"))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, grid.MaxFile+1))
	if err != nil {
		return nil, cannot(err, a.say("要写一个 .xlsx 或 .csv 文件，不是文件夹", "name a file, .xlsx or .csv, not a folder"))
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
