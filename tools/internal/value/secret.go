package value

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"taizhang/tools/internal/finding"
)

// secretMark matches the marks of state secrets and of internal papers. Spaces
// between the characters of a mark are typesetting and do not hide it.
var secretMark = regexp.MustCompile(
	"(?:绝\\s*密|机\\s*密|秘\\s*密)[\\s*_`~（）()]*[★☆]" +
		`|密\s*级\s*[:：]\s*(?:绝\s*密|机\s*密|秘\s*密)` +
		`|内\s*部\s*(?:资\s*料|文\s*件|材\s*料)[\s，,、。；;·!！★]*(?:注\s*意\s*保\s*存|妥\s*善\s*保\s*管|(?:不\s*得|严\s*禁)\s*外\s*传)`)

// SecretMarks finds marks of secrecy in one line (rule R-141): 绝密, 机密 or
// 秘密 before ★ or after 密级：, and 内部资料 注意保存.
func SecretMarks(line string) []Hit {
	if !strings.Contains(line, "密") && !strings.Contains(line, "内") {
		return nil
	}
	// The class \s of regexp has no ideographic or no-break space.
	folded := strings.NewReplacer("\u3000", " ", "\u00a0", " ").Replace(line)
	var hits []Hit
	for _, at := range secretMark.FindAllStringIndex(folded, -1) {
		kind := finding.Text{Zh: "国家秘密标志", En: "state secret mark"}
		if strings.HasPrefix(folded[at[0]:], "内") {
			kind = finding.Text{Zh: "内部资料标志", En: "internal paper mark"}
		}
		hits = append(hits, Hit{
			Kind:   kind,
			Col:    1 + utf8.RuneCountInString(folded[:at[0]]),
			EndCol: 1 + utf8.RuneCountInString(folded[:at[1]]),
		})
	}
	return hits
}
