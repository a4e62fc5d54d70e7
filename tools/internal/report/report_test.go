package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

var update = flag.Bool("update", false, "rewrite golden files")

const (
	declarationFile = "content/projects/2026/jyj/01/declaration.md"
	phoneFile       = "content/projects/2026/wjw/02/index.md"
	planFile        = "content/plans/2027.md"
)

func files(name string) ([]byte, bool) {
	text, ok := map[string]string{
		declarationFile: "---\nplanYear: 2026\nsubmittedOn: 2026-09-10\nestimate: 128.5\ncontent: 为全区中小学建设统一的教务系统，覆盖排课、成绩与家校沟通" +
			strings.Repeat("，并与省平台对接", 30) + "，总价约一百万圆整，分两年实施\n---\n",
		phoneFile: "---\ntitle: 区人民医院预约平台\nresponsiblePerson: {post: 院长, name: 王小明, mobile: 13800000000}\nremark: 13800000000 请回电\n---\n",
		planFile:  "---\nyear: 2027\nitems:\n  - project: 2026-jyj-1\n",
	}[name]
	return []byte(text), ok
}

// at is the place of text in a line of a sample file.
func at(file string, line int, text string) finding.Place {
	content, _ := files(file)
	before, _, ok := strings.Cut(strings.Split(string(content), "\n")[line-1], text)
	if !ok {
		panic(text + " is not in the line")
	}
	col := utf8.RuneCountInString(before) + 1
	return finding.Place{File: file, Line: line, Col: col, EndCol: col + utf8.RuneCountInString(text)}
}

func sample() []finding.Finding {
	typo := at(declarationFile, 5, "圆整")
	typo.Label = finding.Text{Zh: "错别字", En: "typo"}
	return []finding.Finding{
		{
			Rule: "R-031", Name: "plan-year-is-next-year", Severity: finding.Error, Clause: "三（一）第1句", Project: "2026-jyj-01",
			Place: finding.Place{File: declarationFile, Line: 2, Col: 11, EndCol: 15, Label: finding.Text{Zh: "应为 2027", En: "should be 2027"}},
			Related: []finding.Place{
				{File: declarationFile, Line: 3, Col: 14, EndCol: 24, Label: finding.Text{Zh: "填报日期", En: "filled in on"}},
				{File: planFile, Line: 2, Col: 7, EndCol: 11, Label: finding.Text{Zh: "下一年度计划", En: "plan of the next year"}},
			},
			Message: finding.Text{Zh: "填报日期是 2026-09-10，应申报 2027 年度计划，实际写的是 2026", En: "filled in on 2026-09-10, so the plan year should be 2027, not 2026"},
			Help:    finding.Text{Zh: "把 planYear 改为 2027。", En: "Set planYear to 2027."},
			Suggest: "2027",
		},
		{
			Rule: "S-005", Name: "text", Severity: finding.Warn, Project: "2026-jyj-01",
			Place:   typo,
			Message: finding.Text{Zh: "“圆整”应写作“元整”", En: "write 元整 for 圆整"}, Suggest: "元整",
		},
		{
			Rule: "P-004", Name: "plan-lists-known-projects", Severity: finding.Error,
			Place:   finding.Place{File: planFile, Line: 4, Col: 14, EndCol: 24},
			Message: finding.Text{Zh: "计划列了不存在的项目 2026-jyj-1", En: "the plan lists project 2026-jyj-1, which does not exist"},
			Help:    finding.Text{Zh: "核对项目编号。", En: "Check the project id."}, Suggest: "2026-jyj-01",
		},
		{
			Rule: "R-150", Name: "no-personal-data", Severity: finding.Error, Project: "2026-wjw-02", Sensitive: true,
			Place:   at(phoneFile, 3, "13800000000"),
			Message: finding.Text{Zh: "这里有手机号码", En: "a mobile number stands here"},
			Help:    finding.Text{Zh: "移到联系人文件。", En: "Move it to the contacts file."}, Suggest: "13800000001",
		},
		{
			Rule: "S-002", Name: "unknown-key", Severity: finding.Error, Project: "2026-wjw-02",
			Place:   at(phoneFile, 3, "mobile"),
			Message: finding.Text{Zh: "不认识的键 mobile: 13800000000", En: "unknown key mobile: 13800000000"},
		},
		{
			Rule: "S-005", Name: "text", Severity: finding.Info, Project: "2026-wjw-02",
			Place:   at(phoneFile, 4, "13800000000"),
			Message: finding.Text{Zh: "备注太短", En: "remark is too short"}, Suggest: "13800000000 请尽快回电",
		},
		{
			Rule: "P-007", Name: "index-missing", Severity: finding.Error, Project: "2025-cgj-03", Existing: true,
			Place:   finding.Place{File: "content/projects/2025/cgj/03/index.md"},
			Message: finding.Text{Zh: "缺少 index.md", En: "index.md is missing"},
		},
		{
			Rule: "R-045", Name: "finished-projects-go-first", Severity: finding.Error, Project: "2026-jyj-01", Waived: true,
			Place:   finding.Place{File: declarationFile, Line: 4, Col: 11, EndCol: 16},
			Message: finding.Text{Zh: "投资匡算超过上年", En: "the estimate exceeds last year's"},
		},
	}
}

func rules() []Rule {
	return []Rule{
		{ID: "S-005", Name: "text", Severity: finding.Error, Title: finding.Text{Zh: "文字", En: "Text"}},
		{ID: "R-031", Name: "plan-year-is-next-year", Severity: finding.Error, Clause: "三（一）第1句",
			Title: finding.Text{Zh: "申报下一年度计划", En: "Declare for the next year"},
			Help:  finding.Text{Zh: "改年度。", En: "Change the year."}},
	}
}

func options(lang string) Options {
	return Options{
		Lang: lang, Width: 100, Source: files, Version: "1.0.0",
		RuleURL: func(id string) string { return "https://taizhang.example/rules/" + id + "/" },
		Summary: Summary{Projects: 3, Records: 12, Plans: 1, Base: strings.Repeat("ab", 20), Head: "HEAD", Partial: true},
	}
}

func render(t *testing.T, format string, fs []finding.Finding, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, fs, rules(), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update and look at the diff); got:\n%s", name, got)
	}
}

func TestReportsAreAsRecorded(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		for _, format := range Formats() {
			t.Run(format+"/"+lang, func(t *testing.T) {
				golden(t, format+"."+lang+".golden", render(t, format, sample(), options(lang)))
			})
		}
	}
	t.Run("color", func(t *testing.T) {
		o := options("zh")
		o.Color = true
		golden(t, "color.golden", render(t, "text", sample(), o))
	})
	t.Run("narrow", func(t *testing.T) {
		o := options("en")
		o.Width = 40
		golden(t, "narrow.golden", render(t, "text", sample(), o))
	})
	for _, format := range Formats() {
		t.Run("clean/"+format, func(t *testing.T) {
			golden(t, "clean."+format+".golden", render(t, format, nil, options("zh")))
		})
	}
}

func TestOutputDoesNotDependOnOrder(t *testing.T) {
	for _, format := range Formats() {
		want := render(t, format, sample(), options("zh"))
		backwards := sample()
		slices.Reverse(backwards)
		if got := render(t, format, backwards, options("zh")); got != want {
			t.Errorf("%s: reversed findings give another report", format)
		}
		if got := render(t, format, sample(), options("zh")); got != want {
			t.Errorf("%s: a second run gives another report", format)
		}
	}
}

func TestFindingsAreLeftAsTheyWere(t *testing.T) {
	fs := sample()
	render(t, "text", fs, options("zh"))
	if got, want := fmt.Sprint(fs), fmt.Sprint(sample()); got != want {
		t.Errorf("Write changed the findings:\n%s\nwant\n%s", got, want)
	}
}

func TestSensitiveTextIsInNoFormat(t *testing.T) {
	for _, format := range Formats() {
		for _, lang := range []string{"zh", "en"} {
			out := render(t, format, sample(), options(lang))
			for _, secret := range []string{"13800000000", "13800000001", "王小明", "请回电"} {
				if strings.Contains(out, secret) {
					t.Errorf("%s/%s shows %s", format, lang, secret)
				}
			}
		}
	}
}

func TestEnglishReportsAreEnglish(t *testing.T) {
	fs := sample()[:1]
	fs[0].Clause = "3.1"
	fs = append(fs, sample()[6:]...)
	for _, format := range []string{"text", "github", "gitlab", "markdown", "sarif"} {
		var b bytes.Buffer
		if err := Write(&b, format, fs, nil, options("en")); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if wide(r) && r != '✅' && r != '❌' {
				t.Errorf("%s: %q in an English report", format, r)
				break
			}
		}
	}
}

func TestDetect(t *testing.T) {
	for name, want := range map[string]string{"GITHUB_ACTIONS": "github", "GITLAB_CI": "gitlab", "HOME": "text"} {
		env := func(k string) string {
			if k == name {
				return "true"
			}
			return ""
		}
		if got := Detect(env); got != want {
			t.Errorf("Detect with %s = %q, want %q", name, got, want)
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestErrorsReachTheCaller(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "xml", nil, nil, Options{}); err == nil {
		t.Error("an unknown format is accepted")
	}
	if err := Write(brokenWriter{}, "text", nil, nil, Options{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the writer's error", err)
	}
}
