package worksheet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// first returns the first cell of a row that holds something and whether it is
// the only one.
func first(cells []grid.Cell) (*grid.Cell, bool) {
	var found *grid.Cell
	n := 0
	for i := range cells {
		if cells[i].Text != "" {
			if found == nil {
				found = &cells[i]
			}
			n++
		}
	}
	return found, n == 1
}

func starts(s string, words []string) bool {
	key := labelKey(s)
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(key, w) })
}

// isNote reports whether a row is a remark or a signature, no project.
func (r *reader) isNote(s *grid.Sheet, row int, t *table) bool {
	c, only := first(s.Row(row))
	if c == nil {
		return false
	}
	title := t.cellOf(s, row, titlePath)
	if title != nil && title.Col != c.Col {
		return false
	}
	hasColon := strings.ContainsAny(c.Text, ":：")
	return starts(c.Text, r.def.Notes) && (only || hasColon) || hasColon && title == nil && pair.MatchString(c.Text)
}

// cellOf returns the cell of a column in a row, that which is merged down over
// it included, or nil.
func (t *table) cellOf(s *grid.Sheet, row int, path string) *grid.Cell {
	for _, f := range t.Columns {
		if f.Path == path && f.match.choice == "" {
			return mergedCell(s, row, f.Col)
		}
	}
	return nil
}

func mergedCell(s *grid.Sheet, row, col int) *grid.Cell {
	if m, ok := s.MergedAt(row, col); ok {
		row, col = m.Top, m.Left
	}
	return s.At(row, col)
}

var problemTitle = finding.Text{Zh: "这一行没有项目名称", En: "the row has no project title"}

// bodyRow reads one row under the header; it returns the heading of the section
// that the following rows stand in.
func (r *reader) bodyRow(s *grid.Sheet, row int, t *table, section string) string {
	cells := s.Row(row)
	c, only := first(cells)
	if c == nil {
		return section
	}
	title := t.cellOf(s, row, titlePath)
	switch {
	case starts(c.Text, r.def.Totals) || title != nil && starts(title.Text, r.def.Totals):
		if a := t.cellOf(s, row, estimatePath); a != nil && !strings.HasPrefix(labelKey(c.Text), "小计") && t.StoredTotal == "" {
			t.StoredTotal = a.Text
		}
		return section
	case title != nil && r.match(title.Text, true).col == r.def.byPath[titlePath]:
		return section // the header again, on a new page
	case only && (isSection(c.Text) || wide(s, c)) && (title == nil || title.Col != c.Col || isSection(c.Text)):
		return c.Text
	case title == nil && len(cells) == 2 && strings.Trim(c.Text, "一二三四五六七八九十（）()、.") == "":
		return cells[1].Text // 一 | 新建
	case title != nil && len(cells) == 2 && title.Row == row && title.Col == cells[1].Col && strings.Trim(c.Text, "一二三四五六七八九十（）()、.") == "":
		t.note(Note{Kind: Doubt, Cell: title.Ref(), Value: Clip(title.Text), Text: finding.Text{Zh: "这一行只有中文序号和名称，当作分段标题，没有读成项目", En: "a Chinese number and a name alone: taken for the heading of a section, not for a project"}})
		return title.Text
	case starts(c.Text, []string{"例", "示例", "样例", "填写示例"}) && c.Col < 3:
		t.note(Note{Kind: Said, Cell: c.Ref(), Text: finding.Text{Zh: "是填写示例，没有读", En: "an example: not read"}})
		return section
	case r.onlySkipped(t, cells):
		return section
	}
	if title == nil || blank(title.Text) {
		r.newRow(s, row, t, section, nil)
		return section
	}
	if title.Row < row && len(t.Rows) > 0 && t.Rows[len(t.Rows)-1].Last == row-1 && t.Rows[len(t.Rows)-1].Cells[titlePath] == title.Ref() {
		r.more(s, row, t, t.Rows[len(t.Rows)-1])
		return section
	}
	r.newRow(s, row, t, section, title)
	return section
}

func isSection(s string) bool {
	r := []rune(strings.TrimSpace(s))
	return len(r) > 2 && len(r) < 30 && (strings.ContainsRune("一二三四五六七八九十", r[0]) && (r[1] == '、' || r[1] == '.') || (r[0] == '（' || r[0] == '(') && strings.ContainsRune("一二三四五六七八九十", r[1]))
}

func wide(s *grid.Sheet, c *grid.Cell) bool {
	m, ok := s.MergedAt(c.Row, c.Col)
	return ok && m.Right > m.Left+1
}

// onlySkipped reports whether a row holds nothing but what is not read: a table
// is often numbered further than it is filled.
func (r *reader) onlySkipped(t *table, cells []grid.Cell) bool {
	for i := range cells {
		for _, f := range t.Columns {
			if f.Col == cells[i].Col && f.match.known() && !f.match.skip && cells[i].Text != "" && !blank(cells[i].Text) {
				return false
			}
		}
	}
	return true
}

func (r *reader) newRow(s *grid.Sheet, row int, t *table, section string, title *grid.Cell) {
	p := &Row{Sheet: s.Name, First: row, Last: row, Forms: map[string]map[string]any{}, Cells: map[string]string{}}
	t.Rows = append(t.Rows, p)
	p.year = r.rowYear(s, row, t)
	if title == nil {
		p.Notes = append(p.Notes, Note{Kind: Refuse, Cell: grid.Ref(row, r.titleCol(t)), Text: problemTitle, Mend: finding.Text{Zh: "写上项目名称，或删去这一行", En: "write the title or remove the row"}})
	} else if title.Struck {
		p.Notes = append(p.Notes, Note{Kind: Refuse, Cell: title.Ref(), Value: Clip(title.Text), Text: finding.Text{Zh: "项目名称划掉了", En: "the title is struck through"}, Mend: finding.Text{Zh: "不报的项目删去整行，要报的去掉删除线", En: "remove the row, or the strike through"}})
	}
	if s.HiddenRows[row] {
		p.Notes = append(p.Notes, Note{Kind: Doubt, Text: finding.Text{Zh: "这一行是隐藏的，也读了", En: "a hidden row: read as well"}})
	}
	for _, f := range t.Columns {
		if c := mergedCell(s, row, f.Col); c != nil && f.Person && r.opts.Persons && !c.Struck {
			p.person.add(f.Label, c.Text)
		} else if c != nil && f.match.col != nil && !(f.Path == titlePath && c.Struck) {
			r.cell(t, p, f, c, s)
		}
	}
	if r.own != nil {
		if c := s.At(row, r.own.idColumn(t)); c != nil {
			p.ID = projectID.FindString(strings.ToLower(c.Text))
		}
	}
	if section != "" {
		cat := r.def.byPath["index.category"]
		if cat != nil && p.get(cat) == nil {
			if w := cat.within(section); w != "" {
				p.put(cat, w, "")
				p.Notes = append(p.Notes, Note{Kind: Doubt, Column: cat.Head(), Value: Clip(section), Read: w, Text: finding.Text{Zh: "按分段标题读", En: "read from the heading of the section"}})
			}
		}
	}
}

func (r *reader) titleCol(t *table) int {
	for _, f := range t.Columns {
		if f.Path == titlePath {
			return f.Col
		}
	}
	return 1
}

// cell reads one cell into a row.
func (r *reader) cell(t *table, p *Row, f Found, c *grid.Cell, s *grid.Sheet) {
	v := &reading{r: r, row: p, col: f.match.col, cell: c, ref: c.Ref(), money: f.money}
	if v.money == 0 {
		v.money = t.money
	}
	if m, ok := s.MergedAt(c.Row, c.Col); ok && m.Bottom > m.Top && v.col.Field.Type == schema.Amount {
		if title := t.cellOf(s, p.First, titlePath); title != nil {
			if tm, ok := s.MergedAt(title.Row, title.Col); !ok || tm.Bottom < m.Bottom {
				v.refuse(finding.Text{Zh: "一个金额合并在几个项目上", En: "one amount is merged over several projects"}, finding.Text{Zh: "拆分单元格，每个项目写自己的金额", En: "unmerge the cells and give each project its amount"})
				return
			}
		}
	}
	if f.match.choice != "" && v.col.splits() {
		r.splitCell(p, v, f)
		return
	}
	if f.match.choice != "" {
		r.tick(p, v, f.match.choice)
		return
	}
	if p.fundingList(r, v) {
		return
	}
	if got := v.read(); got != nil {
		p.put(v.col, got, v.ref)
	}
}

// splitCell adds the amount of one choice, which has a column of its own.
func (r *reader) splitCell(p *Row, v *reading, f Found) {
	if blank(v.cell.Text) {
		return
	}
	v.ok = true
	got := v.amount(v.cell.Text)
	if got == nil || got == json.Number("0") {
		return
	}
	_, choice, amount := v.col.parts()
	list, _ := p.get(v.col).([]any)
	p.put(v.col, append(list, map[string]any{choice.Key: f.match.choice, amount.Key: got}), v.ref)
}

// fundingList reads "财政80，自筹20" in a column of one choice into the list of
// sources, where the form has one.
func (p *Row) fundingList(r *reader, v *reading) bool {
	if len(v.col.Field.Enum) == 0 || v.cell.Kind != grid.Text || !strings.ContainsAny(value.FoldWidth(v.cell.Text), "0123456789") {
		return false
	}
	for _, c := range r.def.Columns {
		if !c.splits() || c.Form != v.col.Form || p.get(c) != nil {
			continue
		}
		list := &reading{r: r, row: p, col: c, cell: v.cell, ref: v.ref, money: v.money, ok: true}
		if got := list.items(c, v.cell.Text); got != nil && list.ok {
			p.put(c, got, v.ref)
		}
		return true
	}
	return false
}

// more adds a further row of a project whose title is merged over several.
func (r *reader) more(s *grid.Sheet, row int, t *table, p *Row) {
	p.Last = row
	for _, f := range t.Columns {
		c := s.At(row, f.Col)
		if c == nil || f.match.col == nil || f.match.choice != "" || f.Path == titlePath {
			continue
		}
		r.add(t, p, f, c)
	}
}

// add adds a further cell of a field to what was read of it.
func (r *reader) add(t *table, p *Row, f Found, c *grid.Cell) {
	v := &reading{r: r, row: p, col: f.match.col, cell: c, ref: c.Ref(), money: f.money}
	if v.money == 0 {
		v.money = t.money
	}
	got := v.read()
	switch was := p.get(v.col).(type) {
	case nil:
		if got != nil {
			p.put(v.col, got, v.ref)
		}
	case string:
		if more, ok := got.(string); ok && more != was {
			if v.col.Lines {
				p.put(v.col, was+"\n"+more, p.Cells[v.col.Path])
			} else {
				v.refuse(finding.Text{Zh: "同一个项目写了两个不同的值", En: "two different values for one project"}, finding.Text{Zh: "只留一个", En: "keep one"})
			}
		}
	case []any:
		if more, ok := got.([]any); ok {
			p.put(v.col, append(was, more...), p.Cells[v.col.Path])
		}
	case json.Number:
		if more, ok := got.(json.Number); ok && v.col.Field.Type == schema.Amount {
			a, _ := value.ParseAmount(was.String())
			b, _ := value.ParseAmount(more.String())
			p.put(v.col, json.Number(value.WanLiteral(a+b)), p.Cells[v.col.Path])
			v.doubt(value.WanLiteral(a+b)+"万元", finding.Text{Zh: "同一个项目的几行金额相加", En: "the amounts of one project's rows are added"})
		}
	}
}

// rowYear returns the plan year that a row belongs to, for dates without one.
func (r *reader) rowYear(s *grid.Sheet, row int, t *table) int {
	if c := t.cellOf(s, row, yearPath); c != nil {
		if m := planYear.FindStringSubmatch(value.FoldWidth(c.Text) + "年"); m != nil {
			n := 0
			fmt.Sscan(m[1], &n)
			return n
		}
	}
	switch {
	case r.opts.Year != 0:
		return r.opts.Year
	case r.own != nil && r.own.year != 0:
		return r.own.year
	}
	return t.year
}

func (p *Row) get(c *Column) any {
	var v any = p.Forms[c.Form]
	for _, k := range c.Keys {
		m, _ := v.(map[string]any)
		if m == nil {
			return nil
		}
		v = m[k]
	}
	return v
}

func (p *Row) put(c *Column, v any, ref string) {
	m := p.Forms[c.Form]
	if m == nil {
		m = map[string]any{}
		p.Forms[c.Form] = m
	}
	for _, k := range c.Keys[:len(c.Keys)-1] {
		next, _ := m[k].(map[string]any)
		if next == nil {
			next = map[string]any{}
			m[k] = next
		}
		m = next
	}
	m[c.Keys[len(c.Keys)-1]] = v
	if ref != "" {
		p.Cells[c.Path] = ref
	}
}

// checkTotal compares the stated total with the sum of the rows.
func (t *table) checkTotal(s *grid.Sheet) {
	if t.StoredTotal == "" {
		return
	}
	money := t.money
	for _, f := range t.Columns {
		if f.Path == estimatePath && f.money != 0 {
			money = f.money
		}
	}
	if money == 0 {
		money = value.FenPerWan
	}
	total, _, err := value.ReadAmount(t.StoredTotal, money)
	if err != nil {
		return
	}
	sum, shown := int64(0), int64(0)
	for _, p := range t.Rows {
		n, ok := p.Forms["declaration"]["estimate"].(json.Number)
		if !ok {
			return
		}
		fen, _ := value.ParseAmount(n.String())
		if sum += fen; !s.HiddenRows[p.First] {
			shown += fen
		}
	}
	switch {
	case sum == total:
	case shown == total:
		t.note(Note{Kind: Doubt, Text: finding.Text{Zh: fmt.Sprintf("表里的合计 %s 万元没有算隐藏的行，各行相加是 %s 万元", value.FormatWan(total), value.FormatWan(sum)), En: fmt.Sprintf("the table's total of %s 万元 leaves out the hidden rows; all rows sum up to %s 万元", value.FormatWan(total), value.FormatWan(sum))}})
	default:
		t.note(Note{Kind: Doubt, Text: finding.Text{Zh: fmt.Sprintf("表里的合计是 %s 万元，各行相加是 %s 万元", value.FormatWan(total), value.FormatWan(sum)), En: fmt.Sprintf("the table's total is %s 万元, its rows sum up to %s 万元", value.FormatWan(total), value.FormatWan(sum))}})
	}
}
