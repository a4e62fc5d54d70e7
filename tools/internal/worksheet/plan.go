package worksheet

import (
	"fmt"

	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/value"
)

// Plan asks for an annual plan as officials print it.
type Plan struct {
	Title   string // of the printed sheet
	Year    int
	Day     string // the date that the file states
	Status  string
	By      string // who draws it up
	Notice  string // number and date of the notice, or ""
	Parts   []PlanPart
	Headers map[string]string // labels of the items' fields, by key
}

// PlanPart is the plan itself or one supplement.
type PlanPart struct {
	Head  string // "" for the plan itself
	Items []PlanItem
}

// PlanItem is one line; amounts in 分.
type PlanItem struct {
	Number                           int
	ID, Title, Unit, Class, Category string
	Content                          string
	Total, Annual                    int64
	Funding, Start, End              string
}

const planSheet = "年度计划"

// Write makes the sheet.
func (p Plan) Write() ([]byte, error) {
	b := newBook(p.Title, p.Day)
	b.check(b.f.SetSheetName("Sheet1", planSheet))
	h := func(key, otherwise string) string {
		if l := p.Headers[key]; l != "" {
			return l
		}
		return otherwise
	}
	heads := []string{"序号", h("project", "项目编号"), "项目名称", "实施单位", h("class", "项目分类"), "类别", h("content", "建设内容及规模"),
		h("total", "项目总投资") + "（万元）", h("annual", "年度投资额") + "（万元）", h("funding", "资金来源"), h("period", "建设工期"), "备注"}
	widths := []float64{5, 14, 26, 16, 8, 7, 34, 12, 12, 13, 14, 10}
	last := len(heads)
	b.across(planSheet, 1, 1, last, "title", p.Title, 34)
	line := "编制单位：" + p.By
	if p.Notice != "" {
		line += "　　　" + p.Notice
	}
	if p.Status != "已印发" {
		line += "　　　（" + p.Status + "）"
	}
	b.across(planSheet, 2, 1, last-2, "line", line, 22)
	b.across(planSheet, 2, last-1, last, "right", "单位：万元", 22)
	for i, head := range heads {
		b.set(planSheet, 3, i+1, "head", head)
		b.check(b.f.SetColWidth(planSheet, grid.ColumnName(i+1), grid.ColumnName(i+1), widths[i]))
	}
	b.check(b.f.SetRowHeight(planSheet, 3, 34))
	row := 4
	var total, annual int64
	count := 0
	for _, part := range p.Parts {
		if part.Head != "" {
			b.across(planSheet, row, 1, last, "text", part.Head, 22)
			for col := 2; col <= last; col++ {
				b.set(planSheet, row, col, "text", nil)
			}
			row++
		}
		for _, it := range part.Items {
			b.item(row, it)
			total, annual, count, row = total+it.Total, annual+it.Annual, count+1, row+1
		}
	}
	for col := 1; col <= last; col++ {
		b.set(planSheet, row, col, "text", nil)
	}
	b.set(planSheet, row, 1, "head", fmt.Sprintf("合计（%d个项目）", count))
	b.check(b.f.MergeCell(planSheet, grid.Ref(row, 1), grid.Ref(row, 7)))
	b.set(planSheet, row, 8, "amount", wan(total))
	b.set(planSheet, row, 9, "amount", wan(annual))
	b.check(b.f.SetRowHeight(planSheet, row, 24))
	b.across(planSheet, row+2, 1, last, "line", "编制：　　　　　　　　　　　　审核：　　　　　　　　　　　　批准：　　　　　　　　　　　　　　　　年　　月　　日", 24)
	b.freeze(planSheet, 3, 3)
	b.page(planSheet, 1, 3, row+2, last)
	_, err := b.f.NewSheet(keySheet)
	b.check(err)
	for i, s := range []string{"taizhang", "plan", "year", fmt.Sprint(p.Year)} {
		b.check(b.f.SetCellStr(keySheet, grid.Ref(i/2+1, i%2+1), s))
	}
	b.check(b.f.SetSheetVisible(keySheet, false))
	b.f.SetActiveSheet(0)
	return b.bytes()
}

// item writes one line of the plan.
func (b *book) item(row int, it PlanItem) {
	period := it.Start + " 至\n" + it.End
	for i, v := range []any{it.Number, it.ID, it.Title, it.Unit, it.Class, it.Category, it.Content, wan(it.Total), wan(it.Annual), it.Funding, period, nil} {
		style := "text"
		switch i {
		case 0:
			style = "number"
		case 1, 3, 4, 5, 9, 10:
			style = "center"
		case 7, 8:
			style = "amount"
		}
		b.set(planSheet, row, i+1, style, v)
	}
	b.check(b.f.SetRowHeight(planSheet, row, max(34, height(it.Content, 34), height(it.Title, 26))))
}

// wan turns 分 into the number of 万元 that a cell holds.
func wan(fen int64) float64 { return float64(fen) / value.FenPerWan }
