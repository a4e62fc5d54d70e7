package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/opendata"
	"taizhang/tools/internal/publish"
	"taizhang/tools/internal/site"
)

// exportOptions are the flags of taizhang export.
type exportOptions struct {
	format   string
	out      string
	table    string
	baseURL  string
	projects []string
	sheet    string // a work sheet instead of open data
	year     int
	unit     string
	rows     int
}

// exportFile is the one file of each format; tables have several.
var exportFile = map[string]string{"json": "bulk.json", "csv": "", "xlsx": "tables.xlsx", "oc4ids": "oc4ids.json", "dcat": "catalog.jsonld"}

var exportFormats = []string{"json", "csv", "xlsx", "oc4ids", "dcat"}

func (a *app) exportCommand() *cobra.Command {
	o := &exportOptions{}
	c := &cobra.Command{
		Use:   "export --format F [--out FILE|DIR] [PROJECT…]",
		Short: "导出公开数据 · export what is public",
		Long: `检查台账，导出可以公开的内容，与网站 /data/ 下的文件出自同一段程序。不公开的项目和字段不会导出。
Checks the registry and exports what may be public, by the code that writes /data/ of the site.
Projects and fields that are not public are never exported.

  taizhang export --format xlsx --out taizhang.xlsx        全部表格，一个工作簿 · all tables in one workbook
  taizhang export --format csv --out tables/               每张表一个 CSV · a CSV of each table
  taizhang export --format csv --table contracts           一张表，写到屏幕 · one table to standard output
  taizhang export --format json 2024-jyj-01                一个项目的全部公开内容 · all that is public of a project
  taizhang export --format oc4ids --out oc4ids.json        OC4IDS 0.9 项目包 · project package
  taizhang export --format dcat --base-url https://example.org/tz/   数据目录 · catalogue

--sheet 导出办公用的工作表，不是公开数据：已经登记的项目连同未公开的内容都在上面，只在本单位内部使用。
--sheet makes work sheets for the office, no open data: they hold what is not published too.

  taizhang export --sheet declaration --year 2027 --unit jyj --out 申报表.xlsx   申报表，填好用 import 导入 · to fill and import
  taizhang export --sheet plan --year 2027 --out 计划.xlsx                      年度计划，可以打印盖章 · the annual plan, to print`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.projects = args
			return a.runExport(cmd.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.format, "format", "f", "", strings.Join(exportFormats, ", "))
	f.StringVarP(&o.out, "out", "o", "", "文件；csv、json 也可以是文件夹（以 / 结尾） · a file; for csv and json also a folder, ending in /")
	f.StringVar(&o.table, "table", "", "只要这张表（csv、json） · this table only (csv, json)")
	f.StringVar(&o.sheet, "sheet", "", "工作表："+strings.Join(workSheets, "、")+" · a work sheet")
	f.IntVar(&o.year, "year", 0, "工作表的计划年度 · plan year of the work sheet")
	f.StringVar(&o.unit, "unit", "", "申报表是哪个单位的：代码或名称；不写就是所有单位 · whose declaration sheet, by code or name")
	f.IntVar(&o.rows, "rows", 20, "申报表留几行空行 · empty rows of a declaration sheet")
	f.StringVar(&o.baseURL, "base-url", "", "网站的网址，写进文件里的链接 · address of the site, for the links in the files")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("sheet", cobra.FixedCompletions(workSheets, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runExport(ctx context.Context, o *exportOptions) error {
	if o.sheet != "" {
		return a.exportSheet(o)
	}
	if o.format == "" {
		return fmt.Errorf(a.say("没有写 --format，可用的有：%s", "--format is missing; there is: %s"), strings.Join(exportFormats, ", "))
	}
	if err := a.knownFormat(o.format, exportFormats); err != nil {
		return err
	}
	folder, err := a.exportTarget(o)
	if err != nil {
		return err
	}
	root, err := a.registryRoot()
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "taizhang-export-")
	if err != nil {
		return cannot(err, "")
	}
	defer os.RemoveAll(work)
	files := filepath.Join(work, "files")
	if err := a.export(ctx, o, root, filepath.Join(work, "projection"), files); err != nil {
		return err
	}
	dir := filepath.Join(files, filepath.FromSlash(opendata.Dir))
	if folder {
		return a.copyExports(dir, o)
	}
	name := exportFile[o.format]
	if o.table != "" {
		name = o.table + "." + o.format
	}
	if o.out == "" || o.out == "-" {
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return a.noTable(name)
		}
		if err != nil {
			return cannot(err, "")
		}
		defer f.Close()
		if _, err := io.Copy(a.io.Out, f); err != nil {
			return cannot(err, "")
		}
		return nil
	}
	return a.copyExport(filepath.Join(dir, name), a.abs(o.out))
}

// exportTarget judges the flags and reports whether they ask for a folder.
func (a *app) exportTarget(o *exportOptions) (folder bool, err error) {
	several := o.format == "csv" || o.format == "json"
	if info, err := os.Stat(a.abs(o.out)); o.out != "" && o.out != "-" {
		folder = strings.HasSuffix(o.out, "/") || err == nil && info.IsDir()
	}
	switch {
	case o.table != "" && !several:
		return false, fmt.Errorf("--table: %s", a.say("只用于 csv 和 json", "is for csv and json"))
	case o.table != "" && !slices.Contains(opendata.TableNames(), o.table):
		return false, misused(fmt.Errorf(a.say("--table %s：没有这张表，有 %s", "--table %s: no such table, but %s"), o.table, strings.Join(opendata.TableNames(), ", ")), a.nearest(o.table, opendata.TableNames()))
	case folder && (!several || o.table != ""):
		return false, fmt.Errorf("--out %s: %s", o.out, a.say("应是一个文件", "must be a file"))
	case o.format == "csv" && o.table == "" && !folder:
		return false, misused(errors.New(a.say("csv 是每张表一个文件", "csv has one file a table")),
			a.say("用 --out 文件夹/ 导出全部，或用 --table 选一张表", "export all with --out FOLDER/ or choose one with --table"))
	case o.format == "xlsx" && o.out == "" && a.io.OutTTY:
		return false, errors.New(a.say("xlsx 不能写到终端，用 --out 文件名", "xlsx cannot go to a terminal: use --out FILE"))
	}
	return folder, nil
}

// export checks the registry, writes the exports below files and searches them
// for what must not come out.
func (a *app) export(ctx context.Context, o *exportOptions, root, work, files string) error {
	// Findings go where they do not mix with the data.
	beside := *a
	streams := *a.io
	streams.Out, streams.OutTTY = streams.Err, streams.ErrTTY
	beside.io = &streams
	p, err := beside.project(ctx, root, work, o.baseURL, nil, nil)
	if err != nil {
		return err
	}
	defer p.Close()
	formats := []opendata.Format{opendata.Format(o.format)}
	if o.format == "dcat" {
		formats = opendata.Formats() // it tells the size of all others
	}
	manifest, err := p.Export(p.judge, folderSink(files), formats, o.projects)
	var hidden publish.NotPublic
	if errors.As(err, &hidden) {
		return misused(fmt.Errorf("%s: %s", string(hidden), a.say("没有这个公开的项目", "no such public project")), a.say("项目编号写成 2024-jyj-01 的形式", "a project id looks like 2024-jyj-01"))
	}
	if err != nil {
		return cannot(err, "")
	}
	var leak *site.Error
	if err := site.Scan(ctx, files, manifest.Forbidden); errors.As(err, &leak) {
		return cannot(errors.New(a.say("导出的内容里有不公开的值（不在此显示），没有写出任何文件", "the export holds a value that is not public (not shown here); nothing was written")), "")
	} else if err != nil {
		return cannot(err, "")
	}
	return nil
}

// noTable says that a table cannot be made here.
func (a *app) noTable(file string) error {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return cannot(fmt.Errorf("%s: %s", name, a.say("这份台账没有这张表需要的表单", "this registry lacks the form that the table is made of")), "")
}

// copyExports copies the tables of a format into a folder, and with json the
// file that holds everything.
func (a *app) copyExports(dir string, o *exportOptions) error {
	out := a.abs(o.out)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return cannot(err, a.say("换一个文件夹", "choose another folder"))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return cannot(err, "")
	}
	for _, e := range entries {
		if path.Ext(e.Name()) == "."+o.format {
			if err := a.copyExport(filepath.Join(dir, e.Name()), filepath.Join(out, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyExport puts a file in place by a rename, so that a reader sees a whole one
// or none.
func (a *app) copyExport(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return a.noTable(from)
	}
	if err == nil {
		err = writeFile(to, data)
	}
	if err != nil {
		return cannot(err, a.say("检查文件夹是否存在、可写", "check that the folder exists and can be written"))
	}
	a.wrote(to)
	return nil
}

// wrote tells where a file has gone, beside the data that may go to the output.
func (a *app) wrote(file string) {
	if rel, err := filepath.Rel(a.io.Dir, file); err == nil && filepath.IsLocal(rel) {
		file = rel
	}
	fmt.Fprintf(a.io.Err, a.say("已写 %s\n", "wrote %s\n"), file)
}

// folderSink writes files below a folder.
type folderSink string

func (s folderSink) Create(name string) (io.WriteCloser, error) {
	full := filepath.Join(string(s), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return nil, err
	}
	return os.Create(full)
}
