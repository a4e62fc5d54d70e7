// Package cli is the command taizhang: it wires the judging core to files, Git,
// the site and the terminal. Each command is an options struct and a run method.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/disk"
	"taizhang/tools/internal/value"
)

// Exit codes of every command.
const (
	exitClean    = 0 // nothing wrong
	exitFindings = 1 // the work was done and something is wrong
	exitUsage    = 2 // the command was called wrongly
	exitFailed   = 3 // the work could not be done
)

// IO is everything a command takes from the world around it.
type IO struct {
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Env    func(string) string
	Dir    string // working directory
	OutTTY bool
	ErrTTY bool
	Width  int // of the terminal, 0 when unknown
	// Now is the clock by which votes are judged; nil is the system's.
	Now func() time.Time
}

// System returns the process's own IO.
func System() *IO {
	dir, _ := os.Getwd()
	s := &IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv, Dir: dir,
		OutTTY: term.IsTerminal(int(os.Stdout.Fd())), ErrTTY: term.IsTerminal(int(os.Stderr.Fd()))}
	if s.OutTTY {
		s.Width, _, _ = term.GetSize(int(os.Stdout.Fd()))
	}
	return s
}

// failure is an error with the exit code and the mend that belong to it.
type failure struct {
	code int
	err  error
	mend string
}

// now is the moment at which commands judge.
func (a *app) now() time.Time {
	if a.io.Now != nil {
		return a.io.Now()
	}
	return time.Now()
}

// today is the day of that moment where the registry is.
func (a *app) today() string { return value.Day(a.now()) }

// dayFlag checks the date that a flag gives; without one it is today.
func (a *app) dayFlag(name string, day *string) error {
	if *day == "" {
		*day = a.today()
	}
	if !value.ValidDate(*day) {
		return fmt.Errorf("--%s %s: %s", name, *day, a.say("不是 YYYY-MM-DD 的日期", "is not a date YYYY-MM-DD"))
	}
	return nil
}

// validYear reports whether a project can be of a year that a user writes.
func validYear(year int) bool { return year >= 2000 && year <= 2100 }

func (a *app) badYear(year int) error {
	return fmt.Errorf(a.say("--year %d：写四位数年份，2000 到 2100", "--year %d: write a year of four digits, 2000 to 2100"), year)
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// cannot says that the work could not be done, and what to do about it.
func cannot(err error, mend string) error { return &failure{exitFailed, err, mend} }

// misused says that the command was called wrongly, and how it is meant.
func misused(err error, mend string) error { return &failure{exitUsage, err, mend} }

// errFindings ends a command whose output has already said what is wrong.
var errFindings = &failure{code: exitFindings, err: errors.New("findings")}

// app holds what all commands share.
type app struct {
	ctx  context.Context
	io   *IO
	root string
	lang string
}

// Main runs the command line args and returns the exit code.
func Main(args []string, streams *IO) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	out, own := &noted{Writer: streams.Out}, *streams
	own.Out = out
	streams = &own
	a := &app{ctx: ctx, io: streams}
	cmd := a.command()
	cmd.SetArgs(args)
	cmd.SetIn(streams.In)
	cmd.SetOut(streams.Out)
	cmd.SetErr(streams.Err)
	ran, err := cmd.ExecuteContextC(ctx)
	if err == nil && out.err != nil {
		err = cannot(out.err, "")
	}
	if err == nil {
		return exitClean
	}
	if err == error(errFindings) {
		return exitFindings
	}
	if ctx.Err() != nil {
		fmt.Fprintln(streams.Err, "taizhang: 已中断，没有结论 · interrupted, nothing was decided")
		return exitFailed
	}
	if a.lang == "" { // the command line could not be read
		a.lang = asked(args, streams.Env)
	}
	text, mend := a.worded(err, ran)
	fmt.Fprintf(streams.Err, "taizhang: %s\n", text)
	if mend != "" {
		fmt.Fprintf(streams.Err, "  → %s\n", mend)
	}
	var f *failure
	if !errors.As(err, &f) {
		return exitUsage
	}
	return f.code
}

// noted is an output that remembers what kept it from being written, since not
// every line that is printed asks.
type noted struct {
	io.Writer
	err error
}

func (n *noted) Write(p []byte) (int, error) {
	done, err := n.Writer.Write(p)
	if n.err == nil {
		n.err = err
	}
	return done, err
}

func (a *app) command() *cobra.Command {
	var versions bool
	c := &cobra.Command{
		Use:   "taizhang",
		Short: "政务信息化项目台账 · a register of government IT projects",
		Long: `政务信息化项目台账：项目是文件夹，表单和决定是 Markdown 文件，合并即审批。
A register of government IT projects kept as documents in Git.

  taizhang new declaration          申报一个新项目 · declare a project
  taizhang edit 2026-jyj-01         办理项目的下一步 · take the next step of a project
  taizhang check                    检查整个台账 · check the whole registry
  taizhang check --base origin/main 只检查这次修改 · check only what a change touches
  taizhang explain R-031            解释一条规则 · explain a rule
  taizhang serve                    检查、生成并打开网站 · check, build and serve the site
  taizhang export --format xlsx     导出公开数据 · export what is public

退出码 · exit codes: 0 没有问题 clean, 1 有问题 findings, 2 用法错误 wrong usage, 3 没能完成 could not do the work`,
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true, // they are made in both languages
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			switch a.lang {
			case "zh", "en":
				return nil
			case "":
				a.lang = language(a.io.Env)
				return nil
			}
			return fmt.Errorf("--lang %s: 只能是 zh 或 en · must be zh or en", a.lang)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !versions {
				return cmd.Help()
			}
			_, err := fmt.Fprint(a.io.Out, a.versions())
			return err
		},
	}
	c.Flags().BoolVar(&versions, "version", false, "版本 · version")
	c.PersistentFlags().StringVar(&a.root, "root", "", "台账的根目录，默认向上查找 · root of the registry, found upwards by default")
	c.PersistentFlags().StringVar(&a.lang, "lang", "", "zh 或 en，默认按环境 · zh or en, from the environment by default")
	c.PersistentFlags().BoolP("help", "h", false, "说明 · help")
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"填报 · submit:", []*cobra.Command{a.newCommand(), a.editCommand(), a.importCommand(), a.printCommand(), a.contactsCommand()}},
		{"检查 · check:", []*cobra.Command{a.checkCommand(), a.explainCommand(), a.dueCommand(), a.schemaCommand()}},
		{"审批 · approve:", []*cobra.Command{a.reviewCommand(), a.approveCommand(), a.mergeCommand(), a.sealCommand(), a.peopleCommand(), a.hookCommand()}},
		{"审计 · audit:", []*cobra.Command{a.auditCommand(), a.checkpointCommand()}},
		{"公开 · publish:", []*cobra.Command{a.buildCommand(), a.serveCommand(), a.exportCommand()}},
		{"其他 · other:", []*cobra.Command{a.synthCommand()}},
	} {
		c.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, sub := range g.commands {
			sub.GroupID = g.title
			c.AddCommand(sub)
		}
		c.SetHelpCommandGroupID(g.title)
		c.SetCompletionCommandGroupID(g.title)
	}
	bilingual(c)
	return c
}

// bilingual puts Chinese beside the words of the library that reads the
// command line.
func bilingual(c *cobra.Command) {
	c.SetUsageTemplate(strings.NewReplacer(
		"Usage:", "用法 · usage:",
		"Available Commands:", "命令 · commands:",
		"Global Flags:", "通用选项 · global flags:",
		"Flags:", "选项 · flags:",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`,
		"{{.CommandPath}} [command] --help 看一个命令的说明 · tells about one command",
	).Replace(c.UsageTemplate()))
	c.SetHelpCommand(&cobra.Command{
		Use:   "help [command]",
		Short: "一个命令的说明 · about a command",
		RunE: func(_ *cobra.Command, args []string) error {
			about, _, err := c.Find(args)
			if err != nil {
				return err
			}
			return about.Help()
		},
	})
	c.InitDefaultHelpCmd()
	c.InitDefaultCompletionCmd()
	for _, sub := range c.Commands() {
		if sub.Name() == "completion" {
			sub.Short = "给命令行装上自动补全 · completion for your shell"
		}
	}
}

// group makes a command of commands refuse what is none of them.
func group(c *cobra.Command) *cobra.Command {
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return cmd.Help()
	}
	return c
}

// asked is the language that a command line names which could not be parsed, or
// that of the environment.
func asked(args []string, env func(string) string) string {
	for i, arg := range args {
		v, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			v, ok = args[i+1], true
		}
		if ok && (v == "zh" || v == "en") {
			return v
		}
	}
	return language(env)
}

// language reads the usual variables; the registry's own language is Chinese.
func language(env func(string) string) string {
	for _, k := range []string{"TAIZHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(k); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "en") {
				return "en"
			}
			return "zh"
		}
	}
	return "zh"
}

// say picks a text in the user's language.
func (a *app) say(zh, en string) string {
	if a.lang == "en" {
		return en
	}
	return zh
}

// registryRoot finds the folder that holds schemas/lifecycle.yaml.
func (a *app) registryRoot() (string, error) {
	if a.root != "" {
		return a.abs(a.root), nil
	}
	for dir := a.io.Dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "schemas", "lifecycle.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", cannot(errors.New(a.say("这里不是台账（找不到 schemas/lifecycle.yaml）", "this is not a registry (no schemas/lifecycle.yaml here or above)")),
				a.say("进入台账的文件夹，或用 --root 指明", "go into the registry's folder or name it with --root"))
		}
	}
}

// registry opens the registry at hand with all that it is judged by, and returns
// its root.
func (a *app) registry() (*check.Judge, string, error) {
	root, err := a.registryRoot()
	if err != nil {
		return nil, "", err
	}
	files, err := disk.Open(root)
	if err != nil {
		return nil, "", cannot(err, "")
	}
	j, err := check.NewJudge(files)
	if err != nil {
		return nil, "", a.undefined(err)
	}
	return j, root, nil
}

// abs resolves a path that the user gave.
func (a *app) abs(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(a.io.Dir, p)
}
