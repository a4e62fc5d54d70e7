package worksheet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// book writes one workbook. The first error ends it: every method after does
// nothing, and bytes returns it.
type book struct {
	f      *excelize.File
	styles map[string]int
	err    error
}

func newBook(title, day string) *book {
	b := &book{f: excelize.NewFile(), styles: map[string]int{}}
	stamp := day + "T00:00:00Z"
	b.check(b.f.SetDocProps(&excelize.DocProperties{Title: title, Creator: "taizhang", Language: "zh-CN", Created: stamp, Modified: stamp}))
	b.check(b.f.SetDefaultFont("宋体"))
	return b
}

func (b *book) check(err error) {
	if b.err == nil {
		b.err = err
	}
}

// bytes ends the workbook; equal content has equal bytes.
func (b *book) bytes() ([]byte, error) {
	defer b.f.Close()
	if b.err != nil {
		return nil, b.err
	}
	var raw, out bytes.Buffer
	if _, err := b.f.WriteTo(&raw); err != nil {
		return nil, err
	}
	if err := grid.Pack(&out, raw.Bytes()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// style names the looks of cells.
func (b *book) style(name string) int {
	if id, ok := b.styles[name]; ok {
		return id
	}
	var edges []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		edges = append(edges, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	text := excelize.Style{NumFmt: 49, Border: edges, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}
	s := text
	switch name {
	case "title":
		s = excelize.Style{Font: &excelize.Font{Size: 18, Bold: true, Family: "方正小标宋简体"}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}
	case "line":
		s = excelize.Style{Alignment: &excelize.Alignment{Vertical: "center"}}
	case "right":
		s = excelize.Style{Alignment: &excelize.Alignment{Horizontal: "right", Vertical: "center"}}
	case "head", "need":
		s.Font = &excelize.Font{Bold: true}
		s.Alignment = &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
		color := "E7ECF3"
		if name == "need" {
			color = "FBE9D0"
		}
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	case "center":
		s.Alignment = &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	case "amount":
		s.NumFmt, s.CustomNumFmt = 0, new("#,##0.00####")
		s.Alignment = &excelize.Alignment{Horizontal: "right", Vertical: "center"}
	case "day":
		s.NumFmt, s.CustomNumFmt = 0, new("yyyy-mm-dd")
		s.Alignment = &excelize.Alignment{Horizontal: "center", Vertical: "center"}
	case "number":
		s.NumFmt = 0
		s.Alignment = &excelize.Alignment{Horizontal: "center", Vertical: "center"}
	}
	id, err := b.f.NewStyle(&s)
	b.check(err)
	b.styles[name] = id
	return id
}

// set writes a value with its looks.
func (b *book) set(sheet string, row, col int, style string, v any) {
	at := grid.Ref(row, col)
	if v != nil {
		b.check(b.f.SetCellValue(sheet, at, v))
	}
	b.check(b.f.SetCellStyle(sheet, at, at, b.style(style)))
}

// across merges a row over the columns of the table.
func (b *book) across(sheet string, row, from, to int, style, text string, height float64) {
	b.set(sheet, row, from, style, text)
	if to > from {
		b.check(b.f.MergeCell(sheet, grid.Ref(row, from), grid.Ref(row, to)))
	}
	b.check(b.f.SetRowHeight(sheet, row, height))
}

// page sets up A4 landscape with the rows from titleTop to titleBottom on every
// page, and all columns on one.
func (b *book) page(sheet string, titleTop, titleBottom, lastRow, lastCol int) {
	b.check(b.f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: new(9), Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0)}))
	b.check(b.f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: new(true)}))
	b.check(b.f.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: new(0.4), Right: new(0.4), Top: new(0.6), Bottom: new(0.6), Header: new(0.3), Footer: new(0.3), Horizontally: new(true)}))
	b.check(b.f.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}))
	b.check(b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$%d:$%d", sheet, titleTop, titleBottom), Scope: sheet}))
	b.check(b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", sheet, grid.ColumnName(lastCol), lastRow), Scope: sheet}))
}

// freeze keeps rows above and columns left of a cell in view.
func (b *book) freeze(sheet string, rows, cols int) {
	b.check(b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: cols, YSplit: rows, TopLeftCell: grid.Ref(rows+1, cols+1), ActivePane: "bottomRight"}))
}

// cellOf turns a value of a form into that of a cell, with its looks.
func (c *Column) cellOf(v any, units map[string]Unit) (any, string) {
	switch v := v.(type) {
	case nil:
		return nil, c.look()
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return f, c.look()
		}
		return v.String(), "text"
	case bool:
		if v {
			return "是", "center"
		}
		return "否", "center"
	case []any:
		if c.Field.Item.Type == schema.Object {
			return c.write(v), "text"
		}
		var parts []string
		for _, it := range v {
			s, _ := it.(string)
			parts = append(parts, name(c.Field.Item, s, units))
		}
		return strings.Join(parts, "、"), "text"
	case string:
		if c.Field.Type == schema.Date {
			if days, ok := value.Days("1899-12-30", v); ok {
				return days, "day"
			}
		}
		return name(c.Field, v, units), c.look()
	}
	return nil, c.look()
}

// name shows a code as people know it.
func name(f *schema.Field, s string, units map[string]Unit) string {
	if u, ok := units[s]; ok && f.Format == "unit-code" {
		return u.Short
	}
	if zh := f.EnumZh[s]; zh != "" {
		return zh
	}
	return s
}

func (c *Column) look() string {
	switch {
	case c.Field.Type == schema.Amount:
		return "amount"
	case c.Field.Type == schema.Date:
		return "day"
	case c.Field.Type == schema.Int:
		return "number"
	case len(c.Field.Enum) > 0 || c.Field.Format == "unit-code":
		return "center"
	}
	return "text"
}
