package vote_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/vote"
)

// brief writes what was read, one entry a line: “2 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj: why”,
// or “2 !” and the English text of a problem.
func brief(body string) string {
	cmds, problems := vote.Parse(body)
	lines := map[int]string{}
	last := 0
	for _, c := range cmds {
		s := fmt.Sprint(c.Line, " ", c.Verdict, " ", c.ID)
		if c.Department != "" {
			s += " as " + c.Department
		}
		if c.Reason != "" {
			s += ": " + c.Reason
		}
		lines[c.Line], last = s, max(last, c.Line)
	}
	for _, p := range problems {
		lines[p.Line], last = fmt.Sprint(p.Line, " !", p.En), max(last, p.Line)
	}
	var out []string
	for i := 0; i <= last; i++ {
		if lines[i] != "" {
			out = append(out, lines[i])
		}
	}
	return strings.Join(out, "\n")
}

const id = "4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"

func TestParse(t *testing.T) {
	whole := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", "", ""},
		{"no command", "I would /approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e but\nhttps://example.org/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
		{"words of others", "/cc @somebody\n/label ~x: y\n/usr/bin/true\n/\n//\n/:", ""},

		{"approve", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"approve for a department", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj"},
		{"approve in Chinese", "/同意 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e 代表 区教育局", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as 区教育局"},
		{"the words of both languages", "/同意 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as 区政府办（区大数据管理局）", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as 区政府办（区大数据管理局）"},
		{"what Chinese keyboards give", "　／同意　4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e　代表　jyj", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj"},
		{"any case", "/Approve 4F1C2A7E4F1C2A7E4F1C2A7E4F1C2A7E4F1C2A7E AS jyj", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj"},
		{"all", "/approve all\n/同意 全部\n/withdraw ALL", "1 approve all\n2 approve all\n3 withdraw all"},
		{"a whole id", "/approve " + whole, "1 approve " + whole},
		{"an id too long", "/approve " + whole + "0", "1 !“0123456789abcdef0123…” is no id of a transition: write at least its first 8 digits (0-9, a-f), or all"},
		{"eight digits", "/reject 01234567\n/withdraw 01234567", "1 reject 01234567\n2 withdraw 01234567"},
		{"an approval by fewer digits than nobody can make alike", "/approve " + whole[:39] + "\n/override " + whole[:12] + " as qzf: why\n/同意 " + whole[:40],
			"1 !an approval names at least the first 40 digits of the id: of two contents that somebody makes himself fewer can be made alike\n2 !an approval names at least the first 40 digits of the id: of two contents that somebody makes himself fewer can be made alike\n3 approve " + whole[:40]},
		{"seven digits", "/approve 0123456", "1 !“0123456” is no id of a transition: write at least its first 8 digits (0-9, a-f), or all"},
		{"no digits", "/approve 4f1c2a7g", "1 !“4f1c2a7g” is no id of a transition: write at least its first 8 digits (0-9, a-f), or all"},
		{"no id", "/approve", "1 !the id of the transition is missing"},
		{"no id but a department", "/approve as jyj", "1 !“as” is no id of a transition: write at least its first 8 digits (0-9, a-f), or all"},

		{"reject", "/reject 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "1 reject 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"reject with a reason", "/reject 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as fgw: no site: named", "1 reject 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as fgw: no site: named"},
		{"reject in Chinese", "/不同意 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e 代表 fgw：理由：场地　未定", "1 reject 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as fgw: 理由：场地　未定"},
		{"reject without a department", "/reject all : too early", "1 reject all: too early"},
		{"reject with an empty reason", "/reject all:", "1 reject all"},
		{"withdraw", "/withdraw 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n/撤回 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "1 withdraw 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n2 withdraw 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"override", "/override 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as qzf: meeting 12", "1 override 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as qzf: meeting 12"},
		{"override in Chinese", "/特批 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e 代表 区政府：第 12 次常务会议决定", "1 override 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as 区政府: 第 12 次常务会议决定"},

		{"an approval with a condition", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj: if the budget is cut", "1 !this command takes no reason, and an approval no condition: write remarks on another line"},
		{"an approval with an empty condition", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e：", "1 !this command takes no reason, and an approval no condition: write remarks on another line"},
		{"a withdrawal for a department", "/withdraw 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj", "1 !“as” is not understood, so the command does not count"},
		{"further words", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e thanks", "1 !“thanks” is not understood, so the command does not count"},
		{"words after the department", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj and wjw", "1 !“and” is not understood, so the command does not count"},
		{"two ids", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e 4f1c2a7f", "1 !“4f1c2a7f” is not understood, so the command does not count"},
		{"no department", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as", "1 !no department after “as”"},
		{"no department before the reason", "/reject 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e 代表：理由", "1 !no department after “代表”"},
		{"an override without a reason", "/override 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as qzf", "1 !an override needs a department and a reason: /override <id> as <department>: <reason>"},
		{"an override with an empty reason", "/override 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as qzf: ", "1 !an override needs a department and a reason: /override <id> as <department>: <reason>"},
		{"an override without a department", "/override 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e: why", "1 !an override needs a department and a reason: /override <id> as <department>: <reason>"},
		{"an override of all", "/override all as qzf: why", "1 !an override must name its transition, not all"},
		{"no space", "/同意4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n/approved\n/Rejecting", "1 !“/同意4f1c2a7e4f1c2a7e4…” is no command: put a space after “/同意”\n2 !“/approved” is no command: put a space after “/approve”\n3 !“/Rejecting” is no command: put a space after “/reject”"},
		{"a reason of 1000 characters", "/reject all: " + strings.Repeat("字", 1000), "1 reject all: " + strings.Repeat("字", 1000)},
		{"a reason of 1001 characters", "/reject all: " + strings.Repeat("字", 1001), "1 !the reason is over 1000 characters"},
		{"invisible characters", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as j\u200byj\n/reject all: \u202eabc\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\r/reject all\n/reject all: \xff", "1 !the command holds invisible characters: type it again\n2 !the command holds invisible characters: type it again\n3 !the command holds invisible characters: type it again\n4 !the command holds invisible characters: type it again"},
		{"what is repeated has no invisible characters", "/approve\u202e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "1 !“/approve?4f1c2a7e4f1…” is no command: put a space after “/approve”"},

		{"among text", "Thanks.\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\nSee you.\n\n  /reject all: x  \r\nend", "2 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n5 reject all: x"},
		{"above a line of hyphens", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n---\nsigned", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"after a hard break", "a  \n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\nb\\\n/reject all", "2 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n4 reject all"},
		{"tabs within", "/approve\t4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\tas\tjyj", "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj"},
		{"a table is only text", "| a |\n|---|\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "3 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},

		{"in a fence", "```\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n```\n~~~sh\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n~~~", ""},
		{"in a fence that never ends", "```\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
		{"after a fence", "```\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n```\n/reject all", "4 reject all"},
		{"indented code", "    /approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n\n\t/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
		{"in code that runs over lines", "see `a\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\nb`", ""},
		{"in a quotation", "> /approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n> > /reject all", ""},
		{"in a quotation that goes on", "> said\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "2 !this line is shown within a quotation or a list and does not count: put an empty line before it"},
		{"after a quotation", "> said\n\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "3 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"in a list", "- /approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n1. /reject all\n   /withdraw all", "3 !this line is shown within a quotation or a list and does not count: put an empty line before it"},
		{"in a comment", "<!-- \n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n-->\n\n/reject all", "5 reject all"},
		{"in a comment within text", "a <!--\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n--> b\n/reject all", "4 reject all"},
		{"in a comment that never ends", "<!--\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
		{"in HTML", "<div>\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n</div>", ""},
		{"in a title of HTML", "a <b title=\"\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n\">b</b>", ""},
		{"a heading of hashes", "# /approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
		{"with HTML behind", "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e <!-- as jyj -->", "1 !“<!--” is not understood, so the command does not count"},
		{"an entity", "&#47;approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
		{"an escaped slash", "\\/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := brief(tt.body); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestACommentBeyondItsLimitsIsNotObeyed(t *testing.T) {
	pad := func(n int) string {
		return "/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n" + strings.Repeat("x", n-len("/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n"))
	}
	for _, tt := range []struct{ name, body, want string }{
		{"64 KiB", pad(vote.MaxBody), "1 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"over 64 KiB", pad(vote.MaxBody + 1), "0 !the comment is over 64 KiB"},
		{"over 100 commands", strings.Repeat("/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n", vote.MaxCommands+1), "0 !the comment holds more than 100 commands"},
		{"over 100 mistakes", strings.Repeat("/approve\n", vote.MaxCommands+1), "0 !the comment holds more than 100 commands"},
		{"over 64 KiB without a command", strings.Repeat("x", vote.MaxBody+1), ""},
		{"400 marks", strings.Repeat("`<", 200) + "\n\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "3 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"401 marks", strings.Repeat("`<", 200) + "`\n\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "0 !the comment holds too much code or HTML"},
		{"many levels", strings.Repeat("> ", 39) + "x\n\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "3 approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e"},
		{"too many levels", strings.Repeat("> ", 40) + "x\n\n/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e", "0 !quotations or lists are nested too deep"},
	} {
		if strings.Contains(tt.want, "!") {
			tt.want += ": none of its commands counts, write them in a comment of their own"
		}
		if got := brief(tt.body); got != tt.want {
			t.Errorf("%s: got %.200s", tt.name, got)
		}
	}
	if cmds, problems := vote.Parse(strings.Repeat("/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e\n", vote.MaxCommands)); len(cmds) != vote.MaxCommands || problems != nil {
		t.Errorf("%d commands, %v", len(cmds), problems)
	}
}

func TestProblemsAreToldInBothLanguages(t *testing.T) {
	for _, body := range []string{"/approve", "/approve x", "/approved", "/approve " + id + " as", "/approve " + id + " x", "/approve " + id + ": x", "/override all as a: b", "/override " + id, "/reject all: \u200b",
		"/reject all: " + strings.Repeat("a", 1001), "> a\n/reject all", strings.Repeat("/reject all\n", 101), "/reject all\n" + strings.Repeat("a", vote.MaxBody), "/reject all\n" + strings.Repeat(">", 50), "/reject all\n" + strings.Repeat("`", 401)} {
		cmds, problems := vote.Parse(body)
		if len(cmds) > 0 || len(problems) != 1 || problems[0].Zh == "" || problems[0].En == "" {
			t.Errorf("%.40q: %v %v", body, cmds, problems)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"/approve 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e as jyj", "／同意　全部", "> a\n/reject all: b", "```\n/withdraw all\n```", "a <!--\n/approve all\n-->", "- x\n\n  /特批 4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e4f1c2a7e 代表 qzf：理由"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		cmds, problems := vote.Parse(body)
		lines := strings.Split(body, "\n")
		last := 0
		for _, c := range cmds {
			if c.Line <= last || c.Line > len(lines) {
				t.Fatalf("line %d after %d of %d", c.Line, last, len(lines))
			}
			last = c.Line
			line := strings.TrimSpace(lines[c.Line-1])
			if !strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "／") {
				t.Errorf("line %q is no command", line)
			}
			if !strings.Contains(line, c.Department) || !strings.Contains(line, c.Reason) || !utf8.ValidString(c.Reason) {
				t.Errorf("%+v is not what the line says: %q", c, line)
			}
			if c.Verdict == "override" && (c.Department == "" || c.Reason == "" || c.ID == vote.All) {
				t.Errorf("half an override: %+v", c)
			}
		}
		for _, p := range problems {
			if p.Zh == "" || p.En == "" || !utf8.ValidString(p.Zh+p.En) || p.Line > len(lines) {
				t.Errorf("problem %+v", p)
			}
		}
		// A comment quoted as a whole commands nothing.
		if cmds, _ := vote.Parse("> " + strings.ReplaceAll(strings.ReplaceAll(body, "\r", ""), "\n", "\n> ")); len(cmds) > 0 {
			t.Errorf("a quotation commands %+v", cmds)
		}
	})
}
