package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taizhang/tools/internal/attach"
	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/due"
	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/gitobj"
	"taizhang/tools/internal/heap"
	"taizhang/tools/internal/registry"
	"taizhang/tools/internal/report"
	"taizhang/tools/internal/rule"
	"taizhang/tools/internal/sheet"
)

// checkOptions are the flags of taizhang check.
type checkOptions struct {
	base, head string
	formats    []string
	today      string
	strict     bool
	quiet      bool
	color      string
}

func (a *app) checkCommand() *cobra.Command {
	o := &checkOptions{}
	c := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "检查台账 · check the registry",
		Long: `检查全部记录，或只检查一次修改涉及的项目：格式、表单、状态、规则。
Checks all records, or only the projects that a change touches.

  taizhang check                                   整个台账 · everything
  taizhang check content/projects/2027/jyj         一个文件夹 · one folder
  taizhang check --base origin/main                工作区相对主干 · working tree against main
  taizhang check --base origin/main --head topic   两个提交之间 · between two commits
  taizhang check --format text --format sarif=out.sarif   几种输出 · several outputs

一次修改只办一步；修改前就有的问题会列出，但不算这次的错。
Findings that a change did not introduce are shown and do not fail it.
错误（error）使检查失败；警告（warn）和提示（info）不会，除非用 --strict。
Errors fail the check; warnings fail it with --strict only.`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runCheck(o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.base, "base", "", "与这个版本的共同祖先比较 · compare with the merge base of this revision")
	f.StringVar(&o.head, "head", "", "检查这个版本，默认工作区 · check this revision instead of the working tree (needs --base)")
	f.StringArrayVarP(&o.formats, "format", "f", nil, "输出 F[=文件]，可重复："+strings.Join(report.Formats(), " ")+" · output, repeatable")
	f.StringVar(&o.today, "today", "", "同时检查到这一天为止的逾期（YYYY-MM-DD） · also judge what is overdue by this date")
	f.BoolVar(&o.strict, "strict", false, "警告也使检查失败 · warnings fail the check too")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "不显示进度 · no progress")
	f.StringVar(&o.color, "color", "auto", "auto, always, never")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(report.Formats(), cobra.ShellCompDirectiveNoSpace))
	_ = c.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) runCheck(o *checkOptions, paths []string) error {
	root, err := a.registryRoot()
	if err != nil {
		return err
	}
	if len(o.formats) == 0 {
		o.formats = []string{report.Detect(a.io.Env)}
	}
	outs, err := a.outputs(o.formats, report.Formats())
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.color) {
		return fmt.Errorf("--color %s: %s", o.color, a.say("只能是 auto、always 或 never", "choose auto, always or never"))
	}
	if o.head != "" && o.base == "" {
		return errors.New(a.say("--head 要与 --base 一起用", "--head needs --base"))
	}
	if o.base != "" && len(paths) > 0 {
		return errors.New(a.say("--base 与路径不能同时用：修改涉及的项目要整个检查", "--base and paths exclude each other: a change is judged whole"))
	}
	today := o.today
	if err := a.dayFlag("today", &today); err != nil {
		return err
	}
	spend(len(paths) > 0 || o.base != "")
	opts := check.Options{Context: a.ctx, Progress: a.progress(o.quiet), Today: o.today, Inspect: attach.Inspect}
	var res *check.Result
	var source registry.Files
	if o.base == "" {
		res, source, err = a.checkFolder(root, opts, paths)
	} else {
		repo, failed := gitobj.Open(root)
		if failed != nil {
			return a.gitFailure(failed)
		}
		defer repo.Close() // the report quotes from it
		res, source, err = a.checkChange(repo, root, o, opts)
	}
	if err != nil {
		return err
	}
	if !res.Summary.Partial { // deadlines and sheets are definitions too, though no rule asks for them
		_, err := due.Load(res.Judge)
		if err == nil {
			_, err = sheet.Load(res.Judge.Registry)
		}
		if err != nil {
			return a.undefined(err)
		}
	}
	res.Remind(today)
	return a.write(outs, res, source, o)
}

// spend lets a check trade memory for time: it forgets each project once it is
// judged, so little is alive and collecting it often is most of the cost. That of
// a few projects ends before collecting would pay at all.
func spend(few bool) {
	if few {
		heap.Collect(1000)
	} else {
		heap.Collect(200)
	}
}

// checkFolder judges a folder on disk, or a part of it. The files returned are
// to quote from.
func (a *app) checkFolder(root string, opts check.Options, paths []string) (*check.Result, registry.Files, error) {
	files, err := disk.Open(root)
	if err != nil {
		return nil, nil, cannot(err, "")
	}
	if len(paths) > 0 {
		if opts.Only, err = a.only(root, paths); err != nil {
			return nil, nil, err
		}
	}
	res, err := check.All(files, opts)
	if err != nil {
		return nil, nil, a.undefined(err)
	}
	return res, files, nil
}

// only returns a filter of project folders by the paths the user named.
func (a *app) only(root string, paths []string) (func(string) bool, error) {
	var wanted []string
	for _, p := range paths {
		abs := a.abs(p)
		rel, err := filepath.Rel(root, abs)
		rel = filepath.ToSlash(rel)
		if err != nil || strings.HasPrefix(rel, "..") {
			return nil, fmt.Errorf("%s: %s", p, a.say("不在台账里", "is outside the registry"))
		}
		if _, err := os.Lstat(abs); err != nil {
			return nil, fmt.Errorf("%s: %s", p, a.say("没有这个文件或文件夹", "no such file or folder"))
		}
		wanted = append(wanted, rel)
	}
	return func(dir string) bool {
		return slices.ContainsFunc(wanted, func(w string) bool {
			return w == "." || dir == w || strings.HasPrefix(dir, w+"/") || strings.HasPrefix(w, dir+"/")
		})
	}, nil
}

// progress shows how far a long check is, on a terminal only.
func (a *app) progress(quiet bool) func(done, total int) {
	if quiet || !a.io.ErrTTY {
		return nil
	}
	start := time.Now()
	return func(done, total int) {
		if time.Since(start) < 300*time.Millisecond {
			return
		}
		if done == total {
			fmt.Fprint(a.io.Err, "\r\033[K")
			return
		}
		fmt.Fprintf(a.io.Err, "\r%s %d/%d", a.say("检查项目", "checking projects"), done, total)
	}
}

func (a *app) write(outs []output, res *check.Result, source registry.Files, o *checkOptions) error {
	opts := report.Options{Lang: a.lang, Width: a.io.Width, Version: version(), Summary: report.Summary(res.Summary),
		Source: func(file string) ([]byte, bool) {
			data, err := source.Read(file, registry.RecordLimit)
			return data, err == nil && len(data) <= registry.RecordLimit
		}}
	rules := table(res.Judge.Rules)
	if err := a.emit(outs, func(w io.Writer, out output) error {
		opts.Color = out.file == "" && (o.color == "always" || o.color == "auto" && a.io.OutTTY && a.io.Env("NO_COLOR") == "")
		return report.Write(w, out.format, res.Findings, rules, opts)
	}); err != nil {
		return err
	}
	a.rootCause(res.Findings)
	for i := range res.Findings {
		f := &res.Findings[i]
		if f.Blocks() || o.strict && f.Severity == finding.Warn && !f.Existing && !f.Waived {
			return errFindings
		}
	}
	return nil
}

// rootCause names the register that is refused when more than it is: what asks it
// finds nothing, so one slip in the register of units breaks every project.
func (a *app) rootCause(fs []finding.Finding) {
	var first *finding.Finding
	others := 0
	for i := range fs {
		switch f := &fs[i]; {
		case !f.Blocks():
		case !strings.HasPrefix(f.File, "data/"):
			others++
		case first == nil:
			first = f
		}
	}
	if first != nil && others > 0 {
		fmt.Fprintf(a.io.Err, a.say("先改 %s：%s。其余的错误多半由此而来。\n", "Mend %s first: %s. Most of the other errors come from it.\n"), first.File, first.Message.In(a.lang))
	}
}

func table(s *rule.Set) []report.Rule {
	var out []report.Rule
	for _, r := range s.All() {
		out = append(out, report.Rule{ID: r.ID, Name: r.Name, Severity: r.Severity, Clause: r.Clause, Title: r.Title, Help: r.Help})
	}
	return out
}
