// Package vote reads votes that people write as commands in comments:
//
//	/approve 4f1c…2a7e as jyj
//	/同意 4f1c…2a7e 代表 区教育局
//	/reject 4f1c2a7e as fgw: the scheme names no site
//	/withdraw all
//	/override 4f1c…2a7e as qzf: 区政府第 12 次常务会议决定
//
// A line is obeyed as a whole or not at all. It must not know who wrote the
// comment, whether the transition exists or which departments there are.
package vote

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Command is one vote as written.
type Command struct {
	Verdict    string // approve, reject, withdraw, override
	ID         string // the beginning of a transition's id, 8 to 64 lower-case hex digits ([Firm] to approve or override), or All
	Department string // code or name of a unit; "" when none is written
	Reason     string // one line; "" when none is written
	Line       int    // of the comment, 1-based
}

// All stands for every transition of the request.
const All = "all"

// Firm is how many digits of an id an approval must name. Whoever asks for it makes
// both the content that is shown now and any that he may push later: of two such the
// first 12 digits are made alike in seconds (2²⁴ tries), 40 are not (2⁸⁰).
const Firm = 40

// Problem is a line that was meant as a command and is not obeyed. Its texts
// repeat words of the comment, which whoever shows them must escape.
type Problem struct {
	Line   int // 1-based; 0 for the comment as a whole
	Zh, En string
}

// Limits on a comment. Beyond them nothing of it is obeyed.
const (
	MaxBody     = 64 << 10 // bytes
	MaxCommands = 100
	maxReason   = 1000 // characters
	maxMarks    = 400  // backticks and opening angle brackets together
)

// verb is a command's first word with what may follow the id.
type verb struct {
	verdict    string
	department bool
	reason     bool
	whole      bool // needs department and reason, and names its transition
}

var verbs = map[string]verb{
	"/approve":  {verdict: "approve", department: true},
	"/同意":       {verdict: "approve", department: true},
	"/reject":   {verdict: "reject", department: true, reason: true},
	"/不同意":      {verdict: "reject", department: true, reason: true},
	"/withdraw": {verdict: "withdraw"},
	"/撤回":       {verdict: "withdraw"},
	"/override": {verdict: "override", department: true, reason: true, whole: true},
	"/特批":       {verdict: "override", department: true, reason: true, whole: true},
}

const usage = "/同意 <编号> 代表 <单位>"

// Parse reads the commands of a comment in the order of its lines. What the
// forge shows as code, as a quotation, as an item of a list or not at all is no
// command.
func Parse(body string) (cmds []Command, problems []Problem) {
	count := candidates(body)
	if count == 0 {
		return nil, nil
	}
	if zh, en := excess(body, count); en != "" {
		return nil, []Problem{{0, zh + "，其中的命令都不算；请另发一条只写命令的留言", en + ": none of its commands counts, write them in a comment of their own"}}
	}
	for _, l := range plainLines(body) {
		c, p := parseLine(l.text)
		if l.inside && c.Verdict != "" {
			p = Problem{Zh: "这一行会显示在引用或列表里，不算命令；在它前面空一行", En: "this line is shown within a quotation or a list and does not count: put an empty line before it"}
		}
		switch {
		case p != (Problem{}):
			p.Line = l.number
			problems = append(problems, p)
		case c.Verdict != "":
			c.Line = l.number
			cmds = append(cmds, c)
		}
	}
	return cmds, problems
}

// candidates counts the lines of a comment that would be taken for a command,
// wherever they stand, up to one more than allowed.
func candidates(body string) (n int) {
	for l := range strings.Lines(body) {
		if c, p := parseLine(l); c.Verdict != "" || p != (Problem{}) {
			n++
		}
		if n > MaxCommands {
			break
		}
	}
	return n
}

// excess says what of a comment is beyond its limits, "" when nothing is. The
// time of the Markdown parser grows with the square of levels and of marks.
func excess(body string, commands int) (zh, en string) {
	switch {
	case len(body) > MaxBody:
		return "留言超过 64 KiB", "the comment is over 64 KiB"
	case commands > MaxCommands:
		return fmt.Sprintf("留言里的命令超过 %d 条", MaxCommands), fmt.Sprintf("the comment holds more than %d commands", MaxCommands)
	case strings.Count(body, "`")+strings.Count(body, "<") > maxMarks:
		return "留言里的代码或标签太多", "the comment holds too much code or HTML"
	case tooDeep.MatchString(body):
		return "留言的引用或列表套得太深", "quotations or lists are nested too deep"
	}
	return "", ""
}

// fold writes what Chinese input methods give in place of ASCII.
var fold = strings.NewReplacer("\u3000", " ", "\u00a0", " ", "\t", " ", "\uff0f", "/")

// tooDeep finds a line that opens more quotations and lists than people write.
var tooDeep = regexp.MustCompile(`(?m)^([ \t]*(>|[-+*][ \t]|[0-9]{1,9}[.)][ \t])){40}`)

// parseLine reads one line. Both results are zero when it is no command.
func parseLine(line string) (Command, Problem) {
	words, reason := line, ""
	colon := strings.IndexAny(line, ":：")
	if colon >= 0 {
		words, reason = line[:colon], strings.TrimLeft(line[colon:], ":：")
	}
	words = strings.TrimSpace(fold.Replace(words))
	if !strings.HasPrefix(words, "/") {
		return Command{}, Problem{}
	}
	parts := strings.Fields(words)
	v, known := verbs[strings.ToLower(parts[0])]
	if !known {
		return Command{}, resembling(parts[0])
	}
	if i := strings.IndexFunc(fold.Replace(strings.TrimSpace(line)), func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }); i >= 0 {
		return Command{}, Problem{Zh: "命令里有看不见的字符，请重新手工输入", En: "the command holds invisible characters: type it again"}
	}
	if len(parts) < 2 {
		return Command{}, Problem{Zh: "缺少事项编号，写法：" + usage, En: "the id of the transition is missing"}
	}
	c := Command{Verdict: v.verdict, Reason: strings.TrimSpace(reason)}
	id, ok := parseID(parts[1])
	if !ok {
		return Command{}, Problem{Zh: "“" + short(parts[1]) + "”不是事项编号：至少写前 8 位（0-9、a-f），或者写 all", En: "“" + short(parts[1]) + "” is no id of a transition: write at least its first 8 digits (0-9, a-f), or all"}
	}
	c.ID = id
	rest := parts[2:]
	if len(rest) > 0 && v.department && (strings.EqualFold(rest[0], "as") || rest[0] == "代表") {
		if len(rest) == 1 {
			return Command{}, Problem{Zh: "“" + rest[0] + "”后面缺少单位", En: "no department after “" + rest[0] + "”"}
		}
		c.Department = rest[1]
		rest = rest[2:]
	}
	switch {
	case (c.Verdict == "approve" || c.Verdict == "override") && c.ID != All && len(c.ID) < Firm:
		return Command{}, Problem{Zh: fmt.Sprintf("同意要写编号的前 %d 位，从说明里复制：位数少了，可以事先造出编号开头相同的两份内容", Firm),
			En: fmt.Sprintf("an approval names at least the first %d digits of the id: of two contents that somebody makes himself fewer can be made alike", Firm)}
	case len(rest) > 0:
		return Command{}, Problem{Zh: "看不懂“" + short(rest[0]) + "”，整条命令不算；写法：" + usage, En: "“" + short(rest[0]) + "” is not understood, so the command does not count"}
	case colon >= 0 && !v.reason:
		return Command{}, Problem{Zh: "这条命令不带理由；附带条件的同意不算同意，意见请另起一行", En: "this command takes no reason, and an approval no condition: write remarks on another line"}
	case v.whole && c.ID == All:
		return Command{}, Problem{Zh: "特批必须写明是哪一个事项，不能写 all", En: "an override must name its transition, not all"}
	case v.whole && (c.Department == "" || c.Reason == ""):
		return Command{}, Problem{Zh: "特批必须写明单位和理由：/特批 <编号> 代表 <单位>：<理由>", En: "an override needs a department and a reason: /override <id> as <department>: <reason>"}
	case utf8.RuneCountInString(c.Reason) > maxReason:
		return Command{}, Problem{Zh: fmt.Sprintf("理由超过 %d 字", maxReason), En: fmt.Sprintf("the reason is over %d characters", maxReason)}
	}
	return c, Problem{}
}

// resembling tells a slip from the slash words of others: /cc, /label, /usr/bin.
func resembling(word string) Problem {
	folded := strings.ToLower(word)
	for v := range verbs { // none begins another
		if strings.HasPrefix(folded, v) {
			return Problem{Zh: "“" + short(word) + "”不是命令；“" + v + "”后面要空一格", En: "“" + short(word) + "” is no command: put a space after “" + v + "”"}
		}
	}
	return Problem{}
}

func parseID(word string) (id string, ok bool) {
	id = strings.ToLower(word)
	if id == All || id == "全部" {
		return All, true
	}
	if len(id) < 8 || len(id) > 64 || strings.Trim(id, "0123456789abcdef") != "" {
		return "", false
	}
	return id, true
}

// short repeats a word of the comment without what cannot be seen, and not at
// length.
func short(word string) string {
	rs := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, word))
	if len(rs) > 20 {
		return string(rs[:20]) + "…"
	}
	return string(rs)
}
