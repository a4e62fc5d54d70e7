package worksheet

import (
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/value"
)

// Marks of a box, ticked and empty.
const (
	ticked = "☑☒✓✔√■●"
	empty  = "□☐◻○"
)

// boxes finds the choices that are ticked in a text with boxes, "☑新建 □运维" or
// "新建□ 运维√"; ok is false where there are no boxes.
func boxes(s string) (chosen []string, ok bool) {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, ticked+empty) {
		return nil, false
	}
	isMark := func(r rune) bool { return strings.ContainsRune(ticked+empty, r) }
	leads, word, mark := strings.IndexFunc(s, isMark) == 0, "", rune(0)
	take := func() {
		if word = strings.Trim(strings.TrimSpace(word), "、，,；;/()（）[]"); word != "" && strings.ContainsRune(ticked, mark) {
			chosen = append(chosen, strings.TrimSpace(word))
		}
		word, mark = "", 0
	}
	for _, r := range s {
		switch {
		case isMark(r) && leads:
			take()
			mark = r
		case isMark(r):
			mark = r
			take()
		default:
			word += string(r)
		}
	}
	if leads {
		take()
	}
	return chosen, true
}

// untied refuses boxes of which none or several are ticked.
func (v *reading) untied(chosen []string) {
	text := finding.Text{Zh: "没有勾选", En: "no box is ticked"}
	if len(chosen) > 1 {
		text = finding.Text{Zh: "勾了不止一个", En: "more than one box is ticked"}
	}
	v.refuse(text, finding.Text{Zh: "只勾一个，或者直接写上", En: "tick one box, or write the choice"})
}

// tickColumns finds the columns of a header that stand for one choice each of
// the same field, 新建 | 运维, to be ticked.
func (r *reader) tickColumns(h *header) {
	for _, c := range r.def.Columns {
		if len(c.Field.Enum) == 0 || !c.named() || c.Fixed != "" {
			continue
		}
		var at []int
		choices := map[string]bool{}
		for i, f := range h.columns {
			if w, ok := c.choose(f.Label); ok && r.def.labels[labelKey(f.Label)] == nil && f.match.choice == "" && !f.match.contact {
				at, choices[w] = append(at, i), true
			}
		}
		if len(choices) < 2 || len(choices) != len(at) {
			continue
		}
		for _, i := range at {
			f := &h.columns[i]
			if f.Path == "" {
				h.score += 4
			}
			w, _ := c.choose(f.Label)
			f.Path, f.Fuzzy, f.match = c.Path, false, match{col: c, choice: w}
		}
	}
}

// tick reads a cell of a column that stands for one choice.
func (r *reader) tick(p *Row, v *reading, choice string) {
	v.ok = true
	switch key := labelKey(v.cell.Text); {
	case blank(v.cell.Text) || slices.Contains([]string{"否", "×", "x", "0", "n", "□"}, key):
		return
	case !slices.Contains([]string{"√", "✓", "✔", "☑", "■", "●", "是", "有", "1", "y", "v", choice}, key):
		v.refuse(finding.Text{Zh: "这一列打勾，不写别的", En: "this column is ticked; nothing else stands in it"}, finding.Text{Zh: "写 √，或者空着", En: "write √ or leave it empty"})
	case p.get(v.col) != nil:
		v.untied([]string{choice, ""})
	default:
		p.put(v.col, choice, v.ref)
	}
}

// unitsUnder takes a row of nothing but units of money under a header, （元） |
// （万元）, for the columns that they stand under.
func unitsUnder(cells []grid.Cell, h *header) bool {
	for i := range cells {
		key := strings.Trim(strings.TrimPrefix(labelKey(cells[i].Text), "单位"), "()")
		if !slices.Contains([]string{"元", "千元", "万元", "亿元", "年", "月", "年月", "年月日", "个", "项", "字"}, key) {
			return false
		}
	}
	for k := range cells {
		for i := range h.columns {
			if h.columns[i].Col == cells[k].Col && h.columns[i].money == 0 {
				h.columns[i].money = value.AmountUnit(cells[k].Text)
			}
		}
	}
	return len(cells) > 0
}
