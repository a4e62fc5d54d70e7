package worksheet

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// parts names the fields of the items of a list that matter when they share a
// line: a day, a choice, an amount.
func (c *Column) parts() (day, choice, amount *schema.Field) {
	if c.Field.Type != schema.List || c.Field.Item.Type != schema.Object {
		return nil, nil, nil
	}
	for _, f := range c.Field.Item.Fields {
		switch {
		case f.Type == schema.Date && day == nil:
			day = f
		case f.Type == schema.Amount && amount == nil:
			amount = f
		case len(f.Enum) > 0 && choice == nil:
			choice = f
		}
	}
	return day, choice, amount
}

var (
	enumerator = regexp.MustCompile(`^\s*(?:[（(]?[0-9０-９]{1,2}[）)、.．]\s*|[（(]?[一二三四五六七八九十]{1,3}[）)、]\s*|[①-⑳]\s*|[-•·●▪◆]\s*)`)
	docNumber  = regexp.MustCompile(`[\p{Han}]{2,20}[〔\[［(（【〖]?(?:19|20)[0-9]{2}[〕\]］)）】〗]?\s*第?[0-9]{1,5}号`)
)

// strip drops a leading number, "1."、"（一）", of a line; a date is none.
func strip(s string) string {
	rest := enumerator.ReplaceAllString(s, "")
	if rest == s || rest == "" {
		return s
	}
	// "2027.3 …" and "3.5万" begin with a figure that belongs to them.
	if first := []rune(strings.TrimSpace(rest)); len(first) > 0 && unicode.IsDigit(first[0]) {
		return s
	}
	return rest
}

// split parts a cell into the texts of its items.
func split(s string, marks string) (out []string) {
	r := []rune(s)
	start := 0
	add := func(end int) {
		if t := strings.TrimSpace(strip(string(r[start:end]))); t != "" {
			out = append(out, t)
		}
	}
	for i, c := range r {
		if !strings.ContainsRune(marks, c) {
			continue
		}
		if (c == ',' || c == '，' || c == '.') && i > 0 && i+1 < len(r) && unicode.IsDigit(r[i-1]) && unicode.IsDigit(r[i+1]) {
			continue // 1,280
		}
		add(i)
		start = i + 1
	}
	add(len(r))
	return out
}

// items takes the text of a cell apart into the items of a list of records: by
// the types of their fields. What is left over is the text of the item.
func (v *reading) items(c *Column, s string) []any {
	day, choice, amount := c.parts()
	marks := "\n；;"
	if day != nil || amount != nil {
		marks += "。，,、"
	}
	var out []any
	pending := ""
	year := v.row.year
	for _, piece := range split(s, marks) {
		item := map[string]any{}
		rest := piece
		if day != nil {
			date, doubt, from, to := value.FindDate(rest, year)
			if date == "" {
				pending = join(pending, piece)
				continue
			}
			if !value.ValidDate(date) {
				v.refuse(finding.Text{Zh: "没有这一天：" + Clip(piece), En: "there is no such day: " + Clip(piece)}, dayMend)
				return nil
			}
			r := []rune(rest)
			rest = trimMarks(string(r[:from]) + string(r[to:]))
			if doubt != (finding.Text{}) {
				v.doubt(date, finding.Text{Zh: "“" + Clip(piece) + "”" + doubt.Zh, En: "“" + Clip(piece) + "” " + doubt.En})
			}
			item[day.Key] = date
			year = value.Year(date)
		}
		if amount != nil {
			text, figure := lastFigure(rest)
			money := v.money
			if money == 0 {
				money = value.FenPerWan
			}
			fen, doubt, err := value.ReadAmount(figure, money)
			if err != nil {
				pending = join(pending, piece)
				continue
			}
			if doubt != (finding.Text{}) {
				v.doubt(value.WanLiteral(fen), doubt)
			}
			item[amount.Key], rest = json.Number(value.WanLiteral(fen)), trimMarks(text)
		}
		if choice != nil {
			rest = v.itemChoice(c, choice, item, rest)
			if item[choice.Key] == nil {
				return nil
			}
		}
		v.rest(c, item, rest, piece, &pending, out)
		out = append(out, item)
	}
	if pending != "" {
		if len(out) == 0 || day == nil {
			v.refuse(finding.Text{Zh: "读不出“" + Clip(pending) + "”里的" + what(day), En: "there is no " + whatEn(day) + " in “" + Clip(pending) + "”"}, listMend(day))
			return nil
		}
		v.appendText(c, out[len(out)-1].(map[string]any), pending)
	}
	return out
}

// rest puts what is left of a piece into the text of its item.
func (v *reading) rest(c *Column, item map[string]any, rest, piece string, pending *string, out []any) {
	for _, f := range c.Field.Item.Fields {
		if f.Format != "doc-no" {
			continue
		}
		if at := docNumber.FindStringIndex(rest); at != nil {
			if no, ok := value.NormalizeDocNo(rest[at[0]:at[1]]); ok && delimited(rest[:at[0]]) {
				item[f.Key] = no
				if t := trimMarks(rest[:at[0]] + rest[at[1]:]); t != "" {
					rest = t
				}
			}
		}
	}
	for _, f := range c.Field.Item.Fields {
		if f.Type != schema.Text || f.Format != "" || len(f.Enum) > 0 {
			continue
		}
		switch {
		case rest == "" && *pending != "":
			rest, *pending = *pending, ""
		case *pending != "" && len(out) > 0:
			v.appendText(c, out[len(out)-1].(map[string]any), *pending)
			*pending = ""
		case *pending != "":
			rest, *pending = *pending+"，"+rest, ""
		}
		if rest == "" {
			if rest = c.Otherwise; rest == "" {
				rest = piece
			}
			v.doubt(rest, finding.Text{Zh: "没有写做什么，按“" + rest + "”填", En: "does not say what; filled as “" + rest + "”"})
		}
		item[f.Key] = rest
		return
	}
}

func (v *reading) appendText(c *Column, item map[string]any, more string) {
	for _, f := range c.Field.Item.Fields {
		if s, ok := item[f.Key].(string); ok && f.Type == schema.Text && f.Format == "" && len(f.Enum) == 0 {
			item[f.Key] = s + "，" + more
			return
		}
	}
}

// itemChoice finds the choice of an item: what stands before a colon or is all
// of the text, else a word in it, else the column's last resort.
func (v *reading) itemChoice(c *Column, choice *schema.Field, item map[string]any, rest string) string {
	if before, after, ok := cutColon(rest); ok {
		if w, ok := c.choose(before); ok {
			item[choice.Key] = w
			return strings.TrimSpace(after)
		}
	}
	if w, ok := c.choose(rest); ok {
		item[choice.Key] = w
		return rest
	}
	w := c.within(rest)
	if w == "" {
		w = c.Otherwise
	}
	if w == "" {
		v.refuse(finding.Text{Zh: "“" + Clip(rest) + "”不是可选的" + choice.Label.Zh, En: "“" + Clip(rest) + "” is none of the choices of " + choice.Label.En},
			finding.Text{Zh: "可选：" + strings.Join(choice.Enum, "、"), En: "choose one of: " + strings.Join(choice.Enum, ", ")})
		return rest
	}
	v.doubt(w, finding.Text{Zh: choice.Label.Zh + "按内容推断为“" + w + "”", En: choice.Label.En + " guessed from the text: “" + w + "”"})
	item[choice.Key] = w
	return rest
}

// lastFigure parts a text into words and the figure at one of its ends.
func lastFigure(s string) (text, figure string) {
	t := []rune(value.FoldWidth(s))
	r := []rune(s)
	i := 0
	for i < len(t) && !unicode.IsDigit(t[i]) {
		i++
	}
	return trimMarks(string(r[:i])), string(r[i:])
}

// write puts the items of a list into the text of a cell, as items reads it.
func (c *Column) write(list []any) string {
	var lines []string
	for _, it := range list {
		item, ok := it.(map[string]any)
		if !ok {
			continue
		}
		day, choice, amount := c.parts()
		var b strings.Builder
		if day != nil {
			if s, _ := item[day.Key].(string); s != "" {
				b.WriteString(s + " ")
			}
		}
		if choice != nil {
			s, _ := item[choice.Key].(string)
			b.WriteString(s)
		}
		for _, f := range c.Field.Item.Fields {
			s, _ := item[f.Key].(string)
			switch {
			case s == "" || f == day || f == choice:
			case f.Format == "doc-no":
				b.WriteString("（" + s + "）")
			default:
				if choice != nil {
					b.WriteString("：")
				}
				b.WriteString(strings.ReplaceAll(s, "\n", " "))
			}
		}
		if amount != nil {
			if n, ok := item[amount.Key].(json.Number); ok {
				b.WriteString(" " + n.String() + amount.Unit)
			}
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

func cutColon(s string) (before, after string, ok bool) {
	if i := strings.IndexAny(s, ":"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return strings.Cut(s, "：")
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "，" + b
}

// trimMarks drops the marks and empty brackets that a date or number leaves.
func trimMarks(s string) string {
	for _, empty := range []string{"（）", "()", "〔〕", "《》"} {
		s = strings.ReplaceAll(s, empty, "")
	}
	return strings.Trim(strings.TrimSpace(s), " 　：:，,；;、。-—~～")
}

// delimited reports whether a document number may begin after a text: an agency
// word is not told from the words before it.
func delimited(before string) bool {
	r := []rune(strings.TrimRight(before, " "))
	return len(r) == 0 || !unicode.Is(unicode.Han, r[len(r)-1])
}

func what(day *schema.Field) string {
	if day != nil {
		return "日期"
	}
	return "金额"
}

func whatEn(day *schema.Field) string {
	if day != nil {
		return "date"
	}
	return "amount"
}

var dayMend = finding.Text{Zh: "写成 2027-03-31 或 2027年3月31日", En: "write 2027-03-31 or 2027年3月31日"}

func listMend(day *schema.Field) finding.Text {
	if day != nil {
		return finding.Text{Zh: "一行一个阶段，前面写日期，例如 2027-03-31 完成采购", En: "one step a line with its date first, for example 2027-03-31 完成采购"}
	}
	return finding.Text{Zh: "一行一项，例如 自筹资金 20万元", En: "one item a line, for example 自筹资金 20万元"}
}
