package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/sheet"
)

// printFormats are what a sheet can be printed as.
var printFormats = []string{"html", "docx", "pdf"}

type printOptions struct {
	project, form string
	format, out   string
	identity      string
}

func (a *app) printCommand() *cobra.Command {
	o := &printOptions{}
	c := &cobra.Command{
		Use:   "print PROJECT FORM",
		Short: "把表单印成公文表样：网页、Word、PDF · a form as an official sheet: HTML, Word, PDF",
		Long: `把项目的一张表单填进公文表样（附件1—4 与原件同样的格式），一张 A4 纸；其他表单印成两栏的表。
还没有填的附件表单印成空白表。格式按文件名的后缀，或用 --format 指明。
Puts a form of a project on its official sheet (annexes 1–4 as they are printed), one A4 page; other forms
become a table of two columns, an annex that is not filled in yet a blank one.

  taizhang print 2026-jyj-01 declaration --out 申报表.docx    Word 文件 · a Word file
  taizhang print 2024-jyj-01 stock-2026 --out stock.pdf       PDF，需要 Chromium · needs Chromium
  taizhang print 2024-jyj-01 acceptance > acceptance.html     网页，浏览器里直接打印 · to print from a browser
  taizhang print 2027-jyj-01 declaration --identity ~/jyj.key --out ~/申报表.docx   填上联系人 · with the contacts

印的是本机台账里的全部内容，公开前不要外传；签字处留空，联系人也留空，除非用私钥打开密封的名单。
What is printed is all that the registry on this machine holds: not for the public. Signatures stay blank,
and so do contacts unless a private key opens the sealed list.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.project, o.form = args[0], args[1]
			return a.runPrint(cmd.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.format, "format", "f", "", strings.Join(printFormats, ", "))
	f.StringVarP(&o.out, "out", "o", "", "文件，默认写到屏幕 · file; standard output by default")
	f.StringVarP(&o.identity, "identity", "i", "", "私钥文件，填上密封的联系人 · private key, to fill in the sealed contacts")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(printFormats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runPrint(ctx context.Context, o *printOptions) error {
	if o.format == "" {
		o.format = "html"
		switch ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), "."); {
		case slices.Contains(printFormats, ext):
			o.format = ext
		case slices.Contains([]string{"doc", "wps", "xls", "xlsx", "odt", "ofd", "jpg", "png"}, ext):
			return misused(fmt.Errorf(a.say("不能打印成 .%s 文件", "a form cannot be printed as .%s"), ext),
				a.say("文件名用 .docx、.pdf 或 .html 结尾", "name a file that ends in .docx, .pdf or .html"))
		}
	}
	if err := a.knownFormat(o.format, printFormats); err != nil {
		return err
	}
	screen := o.out == "" || o.out == "-"
	if screen && a.io.OutTTY && o.format != "html" {
		return misused(errors.New(a.say("Word 和 PDF 文件不能写到屏幕", "Word and PDF files cannot be shown on a terminal")),
			a.say("用 --out 指明文件", "name a file with --out"))
	}
	j, root, err := a.registry()
	if err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if o.identity != "" {
		mode = 0o600
		if rel, err := filepath.Rel(root, a.abs(o.out)); screen || err == nil && filepath.IsLocal(rel) {
			return misused(errors.New(a.say("填有联系人的表要写到台账以外的文件", "a form with contacts goes to a file outside the registry")),
				a.say("用 --out 指明仓库外面的文件", "name a file outside the repository with --out"))
		}
	}
	sheets, title, err := a.sheets(j, root, o)
	if err != nil {
		return err
	}
	var data []byte
	switch page := (&sheet.Page{Title: title}).HTML(sheets); o.format {
	case "html":
		data = page
	case "docx":
		data, err = sheet.DOCX(sheets)
	case "pdf":
		data, err = a.pdf(ctx, page)
	}
	var known *failure
	if errors.As(err, &known) {
		return err
	}
	if err != nil {
		return cannot(err, "")
	}
	if err := a.deliver(o.out, data, mode); err != nil {
		return err
	}
	if !screen {
		fmt.Fprintf(a.io.Err, a.say("已写 %s：%s\n", "wrote %s: %s\n"), o.out, title)
	}
	return nil
}

// sheets fills the sheets that the options ask for.
func (a *app) sheets(j *check.Judge, root string, o *printOptions) ([]*sheet.Sheet, string, error) {
	folder, err := a.folder(j, root, o.project)
	if err != nil {
		return nil, "", err
	}
	set, err := sheet.Load(j.Registry)
	if err != nil {
		return nil, "", cannot(err, "")
	}
	v := j.Project(folder, nil)
	name := strings.TrimSuffix(o.form, ".md")
	f := &sheet.Filling{ID: name, Words: paperWords(j.Registry), Mark: paperMark(j.Registry)}
	if index := v.Project.Index(); index != nil {
		f.Index = sheet.Of(index.Form.Root, index.Root, nil)
	}
	if rec := v.Project.Record(name); rec != nil {
		f.Form = rec.Form
		f.Record = sheet.Of(rec.Form.Root, rec.Root, nil)
		f.Body = string(rec.Body)
	} else if f.Form, err = a.blankForm(j.Registry, set, v.Project, name); err != nil {
		return nil, "", err
	}
	if o.identity != "" {
		list, err := a.openContacts(j, folder, o.identity)
		if err != nil {
			return nil, "", err
		}
		for _, c := range list {
			f.Contacts = append(f.Contacts, sheet.Contact(c))
		}
	}
	faults := 0
	for _, x := range v.Findings {
		if x.File == path.Join(folder.Dir, name+".md") && x.Blocks() {
			faults++
		}
	}
	if faults > 0 {
		fmt.Fprintf(a.io.Err, a.say("这张表还有 %d 个错误，交出以前先运行 taizhang check\n", "this form has %d errors: run taizhang check before handing it in\n"), faults)
	}
	sheets := set.Fill(f)
	return sheets, folder.ID + " " + sheets[0].Name(), nil
}

// blankForm answers for a form that the project does not hold: the annex that
// is still to be filled in, or what there is instead.
func (a *app) blankForm(r *registry.Registry, set *sheet.Set, p *registry.Project, name string) (*schema.Form, error) {
	if form, _, ok := r.ParseName(name); ok && set.Official(form.Name) && !slices.Contains(p.Files, name+".md") {
		return form, nil
	}
	var have []string
	for _, rec := range p.Records {
		have = append(have, rec.Name)
	}
	if slices.Contains(p.Files, name+".md") {
		return nil, cannot(fmt.Errorf(a.say("%s 读不出来", "%s cannot be read"), path.Join(p.Dir, name+".md")), "taizhang check "+p.Dir)
	}
	return nil, misused(fmt.Errorf(a.say("项目 %s 没有表单 %s", "project %s has no form %s"), p.ID, name),
		a.say("它有：", "it has: ")+strings.Join(have, " "))
}

// paperWords puts codes into the words that are printed on paper: units by their
// full names.
func paperWords(r *registry.Registry) sheet.Words {
	return sheet.Words{Unit: func(code string) string {
		if name, _ := r.Unit(code)["name"].(string); name != "" {
			return name
		}
		return code
	}}
}

// paperMark marks the sheets of a registry of samples.
func paperMark(r *registry.Registry) string {
	if r.Config.Sample {
		return "示例"
	}
	return ""
}
