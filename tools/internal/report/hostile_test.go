package report

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"taizhang/tools/internal/finding"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// attacks are strings that try to leave the place they are printed in.
var attacks = []string{
	"a\n::error::owned",
	"::stop-commands::x",
	"\r\n##[set-env name=A]b ##vso[task.setvariable]x",
	"\x1b[31mred\x1b[0m \u009b31m \a\b\x00",
	"rtl \u202egpj.exe\u2066 zero\u200bwidth \ufeff tag\U000e0041 vs\ufe0f",
	"sep\u2028line\u2029para\u0085nel",
	"not utf8 \xff\xfe",
	"<script>alert(1)</script><img src=x onerror=y>--><details>",
	"[click](javascript:alert(1)) ![i](https://evil.example/x.png) https://evil.example www.evil.example",
	"| a | b |\n|---|---|\n`x` **b** _i_ ~~s~~ @admin #1 !2 $x$ &lt; \\| \\",
	"100%, a:b,c=d%0A::error::x",
	"{0} {{ .Site }} {{< x >}} [a](1)",
	"```\n# head\n- list\n/merge",
}

func hostile() []finding.Finding {
	var fs []finding.Finding
	for i, a := range attacks {
		text := finding.Text{Zh: a, En: a}
		p := finding.Place{File: "h/" + a, Line: 1, Col: 1, EndCol: 5, Label: text}
		fs = append(fs, finding.Finding{
			Rule: "R-001" + a, Name: a, Severity: finding.Error, Clause: a, Project: a, Place: p,
			Related: []finding.Place{p, {File: "other" + a, Line: 1, Label: text}}, Message: text, Help: text, Suggest: a,
			Existing: i%4 == 2, Waived: i%4 == 3,
		})
	}
	return fs
}

func hostileOptions() Options {
	o := options("zh")
	o.RuleURL = func(id string) string { return "javascript:" + id }
	o.Source = func(string) ([]byte, bool) { return []byte(strings.Join(attacks, " ")), true }
	o.Summary.Base = "\x1b[31m\n::error::x"
	return o
}

func TestHostileTextStaysText(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			out := render(t, format, hostile(), hostileOptions())
			for _, r := range out {
				if r != '\n' && r != '\u2060' && (unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)) {
					t.Fatalf("%U in the output", r)
				}
			}
			own := map[string]string{"github": `^::(error|warning|notice|group|endgroup)( |::)`}[format]
			for line := range strings.Lines(out) {
				if own != "" && regexp.MustCompile(own).MatchString(line) {
					continue
				}
				if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.HasPrefix(line, "/") {
					t.Errorf("a line is a command: %q", line)
				}
			}
			if format == "text" || format == "github" {
				if regexp.MustCompile(`##\w*\[`).MatchString(out) {
					t.Error("a command is left in the log")
				}
			}
			if strings.Contains(out, "javascript:R-001") {
				t.Error("a rule links to a script")
			}
		})
	}
}

func TestWorkflowCommandsAreOnePerFinding(t *testing.T) {
	out := render(t, "github", hostile(), hostileOptions())
	commands, want := 0, 0
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "::error ") {
			commands++
			head, _, _ := strings.Cut(line[2:], "::")
			if n := strings.Count(head, ","); n != 4 {
				t.Errorf("properties are split in %q", head)
			}
		}
	}
	for _, f := range hostile() {
		if f.Blocks() {
			want++
		}
	}
	if commands != want {
		t.Errorf("%d commands for %d findings", commands, want)
	}
}

func TestMarkdownKeepsItsStructure(t *testing.T) {
	out := render(t, "markdown", hostile(), hostileOptions())
	var b strings.Builder
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert([]byte(out), &b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, tag := range []string{"<a ", "<img", "<script", "<pre", "<li", "<em", "<del", "<h1", "javascript:alert(1)\""} {
		if strings.Contains(page, tag) {
			t.Errorf("hostile text became %s", tag)
		}
	}
	if got := strings.Count(page, "<tr>\n<td"); got != len(attacks) {
		t.Errorf("%d rows for %d findings", got, len(attacks))
	}
	if got := strings.Count(page, "<td"); got != 4*len(attacks) {
		t.Errorf("%d cells in %d rows", got, len(attacks))
	}
	if open, closed := strings.Count(page, "<details>"), strings.Count(page, "</details>"); open != 2 || closed != 2 {
		t.Errorf("%d details opened, %d closed, want 2", open, closed)
	}
}

func TestLongMarkdownIsFoldedAndFitsAComment(t *testing.T) {
	var fs []finding.Finding
	for i := range 3000 {
		f := sample()[i%4]
		f.Line = i + 1
		f.Message.Zh = strings.Repeat("$", i%1000)
		fs = append(fs, f)
	}
	out := render(t, "markdown", fs, options("zh"))
	if len(out) > 65_000 {
		t.Errorf("%d bytes do not fit a comment", len(out))
	}
	if !strings.Contains(out, "<details>") || !strings.Contains(out, "没有列出") {
		t.Error("a long list is neither folded nor cut with a word")
	}
}

func TestJSONLosesNothing(t *testing.T) {
	var got struct {
		Findings []struct{ Message, Help finding.Text }
	}
	if err := json.Unmarshal([]byte(render(t, "json", hostile(), hostileOptions())), &got); err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for _, f := range got.Findings {
		texts[f.Message.Zh] = true
	}
	for _, a := range attacks {
		if a = strings.ToValidUTF8(a, "\ufffd"); strings.Contains(a, "utf8") {
			a = "not utf8 \ufffd\ufffd"
		}
		if !texts[a] {
			t.Errorf("%q did not come through", a)
		}
	}
}

func TestHugeLinesAreCutQuickly(t *testing.T) {
	line := strings.Repeat("很长", 40_000)
	o := options("zh")
	o.Source = func(string) ([]byte, bool) { return []byte(line), true }
	var fs []finding.Finding
	for i := range 50 {
		fs = append(fs, finding.Finding{Rule: fmt.Sprint("R-", i), Severity: finding.Error,
			Place: finding.Place{File: "f.md", Line: 1, Col: 1 + i*1000, EndCol: 60_000}})
	}
	for l := range strings.Lines(render(t, "text", fs, o)) {
		if cells(strings.TrimSuffix(l, "\n")) > o.Width {
			t.Fatalf("line of %d columns", cells(l))
		}
	}
}

func TestSchemaFileIsWhatTheCommandPrints(t *testing.T) {
	b, err := os.ReadFile("json.schema.json")
	if err != nil || string(b) != JSONSchema() || !json.Valid(b) {
		t.Errorf("JSONSchema does not return the schema file: %v", err)
	}
}
