package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// worded returns an error in the user's language: our own are so already, those
// of the system and of the reader of the command line are put into Chinese.
func (a *app) worded(err error, cmd *cobra.Command) (text, mend string) {
	text = err.Error()
	var wrong *failure
	if errors.As(err, &wrong) {
		mend = wrong.mend
	} else if mend = a.meant(err, cmd); mend != "" {
		// a slip of the hand needs no usage
	} else if mend = a.say("用 --help 查看用法", "see --help"); cmd.Runnable() {
		mend = a.say("用法：", "usage: ") + cmd.UseLine() + a.say("；详见 --help", "; see --help")
	}
	for e, said := range a.systemErrors(err) {
		text = strings.Replace(text, e, said, 1)
	}
	if a.lang != "en" && wrong == nil {
		text = flagError(err, text)
	}
	return text, mend
}

// meant is the command or the flag next to what was typed, if there is one.
func (a *app) meant(err error, cmd *cobra.Command) string {
	var words []string
	var flag *pflag.NotExistError
	if errors.As(err, &flag) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { words = append(words, "--"+f.Name) })
		return a.nearest("--"+flag.GetSpecifiedName(), words)
	}
	if m := unknownCommand.FindStringSubmatch(err.Error()); m != nil {
		for _, c := range cmd.Commands() {
			words = append(words, c.Name())
		}
		return a.nearest(m[1], words)
	}
	return ""
}

// systemErrors finds the errors of the file system in a chain, by what they say,
// and words them: the file, and why.
func (a *app) systemErrors(err error) map[string]string {
	out := map[string]string{}
	name := func(p string) string {
		if strings.HasPrefix(filepath.Base(p), ".taizhang-") { // written aside
			return filepath.Dir(p)
		}
		return p
	}
	var p *fs.PathError
	if errors.As(err, &p) && p.Op == "write" && errors.Is(p.Err, fs.ErrNotExist) {
		out[p.Error()] = filepath.Dir(p.Path) + a.say("：没有这个文件夹", ": no such folder")
	} else if p != nil {
		if why := a.why(p.Err, name(p.Path)); why != "" {
			out[p.Error()] = name(p.Path) + a.say("：", ": ") + why
		}
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		if why := a.why(l.Err, l.New); why != "" {
			out[l.Error()] = l.New + a.say("：", ": ") + why
		}
	}
	return out
}

// why says what kept a file from being read or written, "" when no words for it
// are known.
func (a *app) why(err error, name string) string {
	if info, stat := os.Stat(name); stat == nil && info.IsDir() && (errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.EISDIR)) {
		return a.say("这是文件夹，要写一个文件名", "a folder, where a file is meant")
	}
	for _, k := range []struct {
		err    error
		zh, en string
	}{
		{fs.ErrNotExist, "没有这个文件或文件夹", "no such file or folder"},
		{fs.ErrPermission, "没有权限", "permission denied"},
		{fs.ErrExist, "已经有了", "is there already"},
		{syscall.EISDIR, "这是文件夹，要写一个文件名", "a folder, where a file is meant"},
		{syscall.ENOTDIR, "路径中间有一段是文件，不是文件夹", "a part of the path is a file, not a folder"},
		{syscall.ENOSPC, "磁盘满了", "the disk is full"},
		{syscall.EROFS, "磁盘是只读的", "the disk is read-only"},
		{syscall.ENAMETOOLONG, "文件名太长", "the name is too long"},
	} {
		if errors.Is(err, k.err) {
			return a.say(k.zh, k.en)
		}
	}
	return ""
}

var unknownCommand = regexp.MustCompile(`^unknown command "(.+)" for "(.+)"$`)

// argErrors are the words of cobra about arguments, which have no types.
var argErrors = []struct {
	said *regexp.Regexp
	zh   string
}{
	{regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)$`), "要写 $1 个参数，写了 $2 个"},
	{regexp.MustCompile(`^accepts at most (\d+) arg\(s\), received (\d+)$`), "最多写 $1 个参数，写了 $2 个"},
	{regexp.MustCompile(`^accepts between (\d+) and (\d+) arg\(s\), received (\d+)$`), "要写 $1 到 $2 个参数，写了 $3 个"},
	{regexp.MustCompile(`^requires at least (\d+) arg\(s\), only received (\d+)$`), "至少要写 $1 个参数，写了 $2 个"},
	{unknownCommand, "$2 没有命令“$1”"},
	{regexp.MustCompile(`^required flag\(s\) (.+) not set$`), "没有写选项 $1"},
}

var flagNames = regexp.MustCompile(`"([a-z-]+)"`)

// flagTypes says what the values of flags look like.
var flagTypes = map[string]string{"int": "整数", "int64": "整数", "bool": "true 或 false", "stringToString": "键=值", "duration": "时间，例如 30s"}

// flagError puts what the reader of the command line says into Chinese.
func flagError(err error, text string) string {
	var none *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &none):
		return fmt.Sprintf("没有选项 %s%s", strings.Repeat("-", min(2, len(none.GetSpecifiedName()))), none.GetSpecifiedName())
	case errors.As(err, &empty):
		return fmt.Sprintf("选项 --%s 后面没有写内容", empty.GetFlag().Name)
	case errors.As(err, &bad):
		if want := flagTypes[bad.GetFlag().Value.Type()]; want != "" {
			return fmt.Sprintf("--%s %s：要写成%s", bad.GetFlag().Name, bad.GetValue(), want)
		}
	}
	for _, e := range argErrors {
		if e.said.MatchString(text) {
			return flagNames.ReplaceAllString(e.said.ReplaceAllString(text, e.zh), "--$1")
		}
	}
	return text
}
