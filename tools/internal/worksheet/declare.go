package worksheet

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// Declaration asks for a declaration sheet.
type Declaration struct {
	Title    string // of the printed form
	District string
	Year     int
	Unit     Unit   // whose sheet it is; no code: anybody's
	Day      string // the date that the file states, YYYY-MM-DD
	Units    []Unit
	Projects []Project // to fill in, in order
	Blank    int       // rows left to fill
}

// Project is a registered project with the values of its forms.
type Project struct {
	ID    string
	Forms map[string]map[string]any
}

const declarationSheet = "申报表"

// Where the table stands.
const (
	headRow  = 3
	firstRow = headRow + 1
)

// Write makes the declaration sheet: one row per project, with the choices of
// the forms to choose from and what to write said at every cell.
func (d *Definition) Write(q Declaration) ([]byte, error) {
	b := newBook(q.Title, q.Day)
	b.check(b.f.SetSheetName("Sheet1", declarationSheet))
	var cols []*Column
	for _, c := range d.Columns {
		if c.Width > 0 {
			cols = append(cols, c)
		}
	}
	width := len(cols) + 2
	last := firstRow + len(q.Projects) + q.Blank - 1
	b.across(declarationSheet, 1, 1, width, "title", fmt.Sprintf("%s（%d年度）", q.Title, q.Year), 34)
	who := q.Unit.Name
	if who == "" {
		who = "　　　　　　　　"
	}
	b.across(declarationSheet, 2, 1, width-3, "line", "填报单位（盖章）："+who, 22)
	b.across(declarationSheet, 2, width-2, width, "right", "金额单位：万元", 22)
	for i, h := range []string{"序号", idHead} {
		b.set(declarationSheet, headRow, i+1, "head", h)
		b.check(b.f.SetColWidth(declarationSheet, grid.ColumnName(i+1), grid.ColumnName(i+1), []float64{5, 13}[i]))
	}
	for i, c := range cols {
		col, style := i+3, "head"
		head := c.Head()
		records := c.Field.Type == schema.List && c.Field.Item.Type == schema.Object
		if c.Required && (c.Otherwise == "" || records) && c.As == nil {
			style, head = "need", head+"*"
		}
		b.set(declarationSheet, headRow, col, style, head)
		b.check(b.f.SetColWidth(declarationSheet, grid.ColumnName(col), grid.ColumnName(col), float64(c.Width)))
	}
	b.check(b.f.SetRowHeight(declarationSheet, headRow, 36))
	units := map[string]Unit{}
	for _, u := range q.Units {
		units[u.Code] = u
	}
	for row := firstRow; row <= last; row++ {
		n := row - firstRow
		b.set(declarationSheet, row, 1, "number", n+1)
		p, tall := Project{}, 48.0
		if n < len(q.Projects) {
			p = q.Projects[n]
		}
		b.set(declarationSheet, row, 2, "center", orNil(p.ID))
		for i, c := range cols {
			v, style := c.cellOf((&Row{Forms: p.Forms}).get(c), units)
			b.set(declarationSheet, row, i+3, style, v)
			tall = max(tall, height(v, c.Width))
		}
		b.check(b.f.SetRowHeight(declarationSheet, row, tall))
	}
	lists := d.keys(b, q, cols)
	for i, c := range cols {
		b.validate(c, fmt.Sprintf("%s:%s", grid.Ref(firstRow, i+3), grid.Ref(last+200, i+3)), lists[c.Path])
	}
	b.freeze(declarationSheet, headRow, 3)
	b.page(declarationSheet, 1, headRow, last, width)
	d.help(b, cols)
	b.check(b.f.SetSheetVisible(keySheet, false))
	b.f.SetActiveSheet(0)
	return b.bytes()
}

// height is how high a row must be, in points, for a text in a column; Excel
// allows no more than 409.
func height(v any, width int) float64 {
	s, _ := v.(string)
	lines := 0
	for _, l := range strings.Split(s, "\n") {
		lines += value.Width(l)/(width-2) + 1
	}
	return min(float64(lines)*14+6, 400)
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// keys writes the hidden sheet: what the sheet is, which field each column is,
// and the lists of choices. It returns where the list of a column stands.
func (d *Definition) keys(b *book, q Declaration, cols []*Column) map[string]string {
	_, err := b.f.NewSheet(helpSheet)
	b.check(err)
	_, err = b.f.NewSheet(keySheet)
	b.check(err)
	for i, pair := range [][2]string{{"taizhang", "declaration"}, {"year", fmt.Sprint(q.Year)}, {"unit", q.Unit.Code}, {"version", d.Version}, {"label", "field"}} {
		b.check(b.f.SetCellStr(keySheet, grid.Ref(i+1, 1), pair[0]))
		b.check(b.f.SetCellStr(keySheet, grid.Ref(i+1, 2), pair[1]))
	}
	lists := map[string]string{}
	next := 4
	unitList := ""
	for i, c := range cols {
		b.check(b.f.SetCellStr(keySheet, grid.Ref(6+i, 1), c.Head()))
		b.check(b.f.SetCellStr(keySheet, grid.Ref(6+i, 2), c.Path))
		var list []string
		switch {
		case c.Field.Format == "unit-code":
			if unitList == "" {
				for _, u := range q.Units {
					list = append(list, u.Short)
				}
				unitList = b.list(next, c.Path, list)
				next++
			}
			lists[c.Path] = unitList
			continue
		case c.Field.Type == schema.Bool:
			list = []string{"是", "否"}
		case c.Field.Type == schema.List && c.Field.Item.Type != schema.Object, c.Field.Type == schema.Text:
			if f := c.choices(); f != nil {
				for _, e := range f.Enum {
					list = append(list, name(f, e, nil))
				}
			}
		}
		if list != nil {
			lists[c.Path] = b.list(next, c.Path, list)
			next++
		}
	}
	return lists
}

// list writes one list of choices and returns its range.
func (b *book) list(col int, head string, list []string) string {
	b.check(b.f.SetCellStr(keySheet, grid.Ref(1, col), head))
	for i, s := range list {
		b.check(b.f.SetCellStr(keySheet, grid.Ref(i+2, col), s))
	}
	return fmt.Sprintf("%s!$%s$2:$%s$%d", keySheet, grid.ColumnName(col), grid.ColumnName(col), len(list)+1)
}

// validate guards the cells of a column and says at each what to write.
func (b *book) validate(c *Column, cells, list string) {
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(cells)
	dv.SetInput(cut(c.Field.Label.Zh, 30), cut(c.Field.Help.Zh, 200))
	switch {
	case list != "":
		dv.SetSqrefDropList(list)
		style := excelize.DataValidationErrorStyleStop
		if c.Field.Type == schema.List || c.Field.Format == "unit-code" {
			style = excelize.DataValidationErrorStyleWarning // several, or another name
		}
		dv.SetError(style, "请从列表中选", "点单元格右边的箭头，从列表中选一个。")
	case c.Field.Type == schema.Amount:
		b.check(dv.SetRange(0, value.MaxWan, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween))
		dv.SetError(excelize.DataValidationErrorStyleStop, "请写数字", "只写数字，单位是万元，例如 128.5。")
	case c.Field.Type == schema.Date:
		from, _ := value.Days("1899-12-30", "2000-01-01")
		to, _ := value.Days("1899-12-30", "2100-12-31")
		b.check(dv.SetRange(from, to, excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween))
		dv.SetError(excelize.DataValidationErrorStyleStop, "请写日期", "写成 2026-08-20 的形式。")
	}
	b.check(b.f.AddDataValidation(declarationSheet, dv))
}

// help writes what each column asks for.
func (d *Definition) help(b *book, cols []*Column) {
	b.check(b.f.SetColWidth(helpSheet, "A", "A", 24))
	b.check(b.f.SetColWidth(helpSheet, "B", "B", 90))
	b.set(helpSheet, 1, 1, "head", "栏目")
	b.set(helpSheet, 1, 2, "head", "怎样填")
	lines := [][2]string{{"怎样用这张表", "一个项目一行，标 * 的必填。填好保存，用 taizhang import 导入；可以加行、换列的次序，不要改列名。联系人和手机不写在表里。"}}
	for _, c := range cols {
		text := c.Field.Help.Zh
		if day, choice, amount := c.parts(); day != nil {
			text += "一行一项，日期在前，例如：2027-03-31 完成采购。"
		} else if amount != nil && choice != nil {
			text += "一行一项，例如：" + choice.Enum[0] + " 80万元。"
		} else if choice != nil {
			text += "一行一条，先写种类，例如：" + choice.Enum[0] + "：文件标题（文号）。"
		}
		lines = append(lines, [2]string{c.Head(), text})
	}
	for i, l := range lines {
		b.set(helpSheet, i+2, 1, "text", l[0])
		b.set(helpSheet, i+2, 2, "text", l[1])
	}
	b.page(helpSheet, 1, 1, len(lines)+1, 2)
}

func cut(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most])
	}
	return s
}
