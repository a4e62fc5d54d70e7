package opendata

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// maxRows is how many rows a sheet can hold, its header among them.
const maxRows = 1 << 20

// workbook writes all tables as the sheets of one XLSX file: labels in Chinese,
// dates as dates, amounts as numbers in 万元, codes and ids as text. A cell that
// holds a text is stored as such and never run as a formula.
type workbook struct {
	f      *excelize.File
	src    *Source
	styles map[style]int
	sheets []*sheet
}

type style uint8

const (
	headStyle style = iota + 1
	textStyle
	dateStyle
	amountStyle
	numberStyle
)

// sheet is one table of the workbook.
type sheet struct {
	book    *workbook
	view    *View
	w       *excelize.StreamWriter
	rows    int // the header among them
	omitted int // beyond what a sheet can hold
}

const noteSheet = "说明"

func newWorkbook(src *Source) (*workbook, error) {
	b := &workbook{f: excelize.NewFile(), src: src, styles: map[style]int{}}
	line := []excelize.Border{{Type: "bottom", Color: "8A95A3", Style: 1}}
	mid := &excelize.Alignment{Vertical: "top", WrapText: true}
	formats := map[style]excelize.Style{
		headStyle: {Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1D4F91"}}, Border: line,
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}},
		textStyle:   {NumFmt: 49, Alignment: mid}, // @
		dateStyle:   {CustomNumFmt: new("yyyy-mm-dd"), Alignment: &excelize.Alignment{Vertical: "top"}},
		amountStyle: {CustomNumFmt: new("#,##0.00####"), Alignment: &excelize.Alignment{Vertical: "top"}},
		numberStyle: {NumFmt: 0, Alignment: &excelize.Alignment{Vertical: "top"}},
	}
	var errs []error
	for _, s := range []style{headStyle, textStyle, dateStyle, amountStyle, numberStyle} {
		f := formats[s]
		id, err := b.f.NewStyle(&f)
		b.styles[s] = id
		errs = append(errs, err)
	}
	errs = append(errs, b.f.SetSheetName("Sheet1", noteSheet))
	stamp := "2000-01-01T00:00:00Z"
	if src.Site.Date != "" {
		stamp = src.Site.Date + "T00:00:00Z"
	}
	errs = append(errs, b.f.SetDocProps(&excelize.DocProperties{Title: src.Site.Title.Zh, Creator: src.Site.Publisher.Name, Language: "zh-CN", Created: stamp, Modified: stamp}))
	return b, errors.Join(errs...)
}

// table begins the sheet of a table.
func (b *workbook) table(v *View) (*sheet, error) {
	if _, err := b.f.NewSheet(v.Title.Zh); err != nil {
		return nil, err
	}
	w, err := b.f.NewStreamWriter(v.Title.Zh)
	if err != nil {
		return nil, err
	}
	s := &sheet{book: b, view: v, w: w}
	var head []any
	for i, l := range labels(v.Columns) {
		if err := w.SetColWidth(i+1, i+1, width(v.Columns[i], l)); err != nil {
			return nil, err
		}
		head = append(head, excelize.Cell{StyleID: b.styles[headStyle], Value: l})
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return nil, err
	}
	b.sheets = append(b.sheets, s)
	s.rows = 1
	return s, w.SetRow("A1", head, excelize.RowOpts{Height: 30})
}

// labels names the columns of a sheet, each differently: with the unit, and
// with the key where two have the same label.
func labels(columns []Column) []string {
	out := make([]string, len(columns))
	n := map[string]int{}
	for i, c := range columns {
		out[i] = c.Label.Zh
		if c.Unit != "" && !strings.Contains(out[i], c.Unit) {
			out[i] += "（" + c.Unit + "）"
		}
		n[out[i]]++
	}
	for i, c := range columns {
		if n[out[i]] > 1 {
			out[i] += "（" + c.Key + "）"
		}
	}
	return out
}

// width is how wide a column is set, in characters.
func width(c Column, label string) float64 {
	w := float64(value.Width(label)) + 4
	switch {
	case c.Type == schema.Text && len(c.Enum) == 0 && c.Format == "":
		w = max(w, 24)
	default:
		w = max(w, 12)
	}
	return min(w, 40)
}

func (s *sheet) row(r row) error {
	if s.rows == maxRows {
		s.omitted++
		return nil
	}
	s.rows++
	cells := make([]any, len(r))
	for i, v := range r {
		cells[i] = s.cell(s.view.Columns[i], v)
	}
	at, err := excelize.CoordinatesToCellName(1, s.rows)
	if err != nil {
		return err
	}
	return s.w.SetRow(at, cells)
}

func (s *sheet) cell(c Column, v any) any {
	styled := func(of style, v any) any { return excelize.Cell{StyleID: s.book.styles[of], Value: v} }
	if empty(v) {
		return nil
	}
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return styled(textStyle, v.String())
		}
		if c.Type == schema.Amount {
			return styled(amountStyle, f)
		}
		return styled(numberStyle, f)
	case bool:
		if v {
			return styled(textStyle, "是")
		}
		return styled(textStyle, "否")
	case []string:
		return styled(textStyle, strings.Join(v, listMark))
	case string:
		if day, err := time.Parse(time.DateOnly, v); err == nil && c.Type == schema.Date {
			return styled(dateStyle, int(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()/24))
		}
		if zh := c.EnumZh[v]; zh != "" && c.of != given {
			v = zh
		}
		return styled(textStyle, v)
	}
	return nil
}

// close makes the sheet a table with filters.
func (s *sheet) close() error {
	if s.rows > 1 {
		end, err := excelize.CoordinatesToCellName(len(s.view.Columns), s.rows)
		if err != nil {
			return err
		}
		if err := s.w.AddTable(&excelize.Table{Range: "A1:" + end, Name: "tz_" + strings.ReplaceAll(s.view.Name, "-", "_"), StyleName: "TableStyleLight1", ShowRowStripes: new(true)}); err != nil {
			return err
		}
	}
	return s.w.Flush()
}

// save writes the notes and the workbook.
func (b *workbook) save(to Sink, name string) error {
	defer b.f.Close()
	if err := b.notes(); err != nil {
		return err
	}
	var raw bytes.Buffer
	if _, err := b.f.WriteTo(&raw); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return put(to, name, func(w io.Writer) error { return grid.Pack(w, raw.Bytes()) })
}

func (b *workbook) notes() error {
	site := &b.src.Site
	lines := [][2]string{{site.Title.Zh, site.Title.En}}
	if site.Sample {
		lines = append(lines, [2]string{"示例数据", "不对应任何真实项目、决定或个人。Sample data: no real project, decision or person."})
	}
	lines = append(lines, [2]string{"数据版本", strings.TrimSpace(site.Date + " " + site.Commit)}, [2]string{"发布单位", site.Publisher.Name},
		[2]string{"许可", strings.TrimSpace(site.Licence.Zh + " " + site.Licence.URL)}, [2]string{"网址", site.Address("/data/")},
		[2]string{"单位", "金额为万元（10,000 元）；日期为北京时间。Amounts in 万元 (10,000 yuan), days in Asia/Shanghai."},
		[2]string{"说明", "各表用“项目编号”相连。空格表示没有这项内容，或者还没有公开。Tables join by 项目编号; an empty cell means that there is none, or that it is not public yet."})
	for _, s := range b.sheets {
		note := fmt.Sprintf("%s。%s。%d 行", s.view.Note.Zh, s.view.Note.En, s.rows-1)
		if s.omitted > 0 {
			note += fmt.Sprintf("；另有 %d 行超过表格软件的上限，见 CSV。%d rows more than a sheet can hold, see the CSV", s.omitted, s.omitted)
		}
		lines = append(lines, [2]string{s.view.Title.Zh, note})
	}
	w, err := b.f.NewStreamWriter(noteSheet)
	if err != nil {
		return err
	}
	if err := errors.Join(w.SetColWidth(1, 1, 28), w.SetColWidth(2, 2, 100)); err != nil {
		return err
	}
	for i, l := range lines {
		first := textStyle
		if i == 0 {
			first = headStyle
		}
		cells := []any{excelize.Cell{StyleID: b.styles[first], Value: l[0]}, excelize.Cell{StyleID: b.styles[first], Value: l[1]}}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}
