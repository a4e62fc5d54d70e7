package report

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/finding"
)

// words holds the fixed phrases of a report in one language.
type words struct {
	en                                 bool
	clause, help, suggest, see         string
	hidden                             string // said in place of a sensitive line
	errorWord, warnWord, infoWord      string
	listSep                            string
	colPlace, colRule, colWhat, colFix string // heads of Markdown tables
	passed, failed, general, wholeFile string
}

func wordsIn(lang string) words {
	if lang == "en" {
		return words{
			en: true, clause: "clause", help: "help", suggest: "did you mean", see: "see",
			hidden:    "the text here is sensitive and is not shown",
			errorWord: "error", warnWord: "warning", infoWord: "info", listSep: ", ",
			colPlace: "Where", colRule: "Rule", colWhat: "What is wrong", colFix: "What to do",
			passed: "Registry check passed", failed: "Registry check failed",
			general: "Outside projects", wholeFile: "whole file",
		}
	}
	return words{
		clause: "依据", help: "怎么办", suggest: "你是不是想写", see: "详见",
		hidden:    "此处内容敏感，不显示原文",
		errorWord: "错误", warnWord: "警告", infoWord: "提醒", listSep: "、",
		colPlace: "位置", colRule: "规则", colWhat: "问题", colFix: "怎么办",
		passed: "台账检查通过", failed: "台账检查未通过",
		general: "项目之外", wholeFile: "整个文件",
	}
}

func (w words) severity(s finding.Severity) string {
	switch s {
	case finding.Error:
		return w.errorWord
	case finding.Warn:
		return w.warnWord
	}
	return w.infoWord
}

// Severity words a severity in a language.
func Severity(s finding.Severity, lang string) string { return wordsIn(lang).severity(s) }

// pick returns the phrase in the language of w.
func (w words) pick(zh, en string) string {
	if w.en {
		return en
	}
	return zh
}

// number writes a count with its noun: "3 个错误", "1 error", "2 errors".
func (w words) number(n int, zh, en string) string {
	if !w.en {
		return fmt.Sprintf("%d %s", n, zh)
	}
	if n != 1 {
		en += "s"
	}
	return fmt.Sprintf("%d %s", n, en)
}

// join lists phrases: "甲、乙", "a, b and c".
func (w words) join(parts []string) string {
	if !w.en || len(parts) < 2 {
		return strings.Join(parts, w.listSep)
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// counts says what the verdict rests on: "2 个错误、1 个警告、0 个提醒，涉及 1 个项目".
func (r *report) counts() string {
	w := r.words
	s := w.number(r.count(finding.Error), "个错误", "error") + w.listSep +
		w.number(r.count(finding.Warn), "个警告", "warning") + w.listSep +
		w.number(r.count(finding.Info), "个提醒", "info")
	if n := r.touched(); n > 0 {
		s += w.pick("，涉及 ", " in ") + w.number(n, "个项目", "project")
	}
	return s
}

// others names the findings that stay out of the verdict; empty without any.
func (r *report) others() string {
	w := r.words
	var parts []string
	if n := len(r.existing); n > 0 {
		parts = append(parts, w.number(n, "个以前就有的问题", "older finding"))
	}
	if n := len(r.waived); n > 0 {
		parts = append(parts, w.number(n, "个已豁免的问题", "waived finding"))
	}
	if len(parts) == 0 {
		return ""
	}
	return w.pick("另有 "+w.join(parts)+"，不影响结论。", "Besides, "+w.join(parts)+" without effect on the result.")
}

// checked says what was looked at; empty when nothing was.
func (r *report) checked() string {
	w, s := r.words, r.Summary
	var parts []string
	if s.Projects > 0 {
		parts = append(parts, w.number(s.Projects, "个项目", "project"))
	}
	if s.Records > 0 {
		parts = append(parts, w.number(s.Records, "份记录", "record"))
	}
	if s.Plans > 0 {
		parts = append(parts, w.number(s.Plans, "份年度计划", "annual plan"))
	}
	if len(parts) == 0 {
		return ""
	}
	t := w.pick("检查了 ", "checked ") + w.join(parts)
	if s.Partial {
		t += w.pick("（不是全部台账）", " (not the whole registry)")
	}
	if s.Base != "" {
		t += w.pick("，变更 ", ", change ") + revision(s.Base) + ".." + revision(s.Head)
	}
	return t
}

// verdict sums up: the last line of a text report, the only one when all is well.
func (r *report) verdict() string {
	w, checked := r.words, r.checked()
	switch {
	case len(r.active) > 0:
		if checked != "" {
			checked = w.pick("；", "; ") + checked
		}
		return r.counts() + checked + w.pick("。", ".")
	case checked == "":
		return w.pick("没有发现问题，也没有要检查的内容。", "Nothing to check and nothing found.")
	case r.Summary.Base != "":
		return w.pick("很好，这次变更没有带来问题："+checked+"。", "All good, the change brings no findings: "+checked+".")
	}
	return w.pick("很好，没有发现问题："+checked+"。", "All good, no findings: "+checked+".")
}

// existingTitle and waivedTitle head the findings outside the verdict.
func (r *report) existingTitle() string {
	return r.words.pick(fmt.Sprintf("以前就有的问题 %d 个（不是这次变更带来的，不会拦下变更）", len(r.existing)),
		fmt.Sprintf("Older findings: %d (not brought by this change, they do not block it)", len(r.existing)))
}

func (r *report) waivedTitle() string {
	return r.words.pick(fmt.Sprintf("已豁免的问题 %d 个（项目里记有豁免决定，不会拦下变更）", len(r.waived)),
		fmt.Sprintf("Waived findings: %d (the project records a waiver, they do not block)", len(r.waived)))
}

func (r *report) more(n int) string {
	return r.words.pick(fmt.Sprintf("还有 %d 个没有列出，用 --format json 查看全部", n),
		fmt.Sprintf("%d more not listed, --format json shows all", n))
}

// revision shortens a commit hash and leaves other names of revisions alone.
func revision(s string) string {
	if len(s) >= 40 && strings.Trim(s, "0123456789abcdef") == "" {
		return s[:12]
	}
	return OneLine(s)
}
