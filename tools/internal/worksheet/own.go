package worksheet

import (
	"fmt"
	"strings"

	"taizhang/tools/internal/grid"
)

// Sheets of our own workbooks beside the table.
const (
	keySheet  = "taizhang" // keys, version and the lists of choices; hidden
	helpSheet = "填表说明"
)

// idHead is the column of the ids of projects that are registered.
const idHead = "项目编号"

// own is what a workbook of ours says of itself.
type own struct {
	version string
	year    int
	unit    string
	labels  map[string]*Column // folded label → column
}

// readOwn reads the key sheet, nil where there is none.
func (d *Definition) readOwn(b *grid.Book) (*own, error) {
	for i := range b.Sheets {
		s := &b.Sheets[i]
		if s.Name != keySheet {
			continue
		}
		at := func(row, col int) string {
			if c := s.At(row, col); c != nil {
				return c.Text
			}
			return ""
		}
		if at(1, 1) != "taizhang" {
			return nil, nil
		}
		if kind := at(1, 2); kind != "declaration" {
			return nil, &grid.Problem{Zh: "这是年度计划表，不是申报表", En: "an annual plan, not a declaration sheet", MendZh: "计划由大数据主管部门编制，写在 content/plans/ 里", MendEn: "plans are drawn up in content/plans/"}
		}
		o := &own{version: at(4, 2), unit: at(3, 2), labels: map[string]*Column{}}
		fmt.Sscan(at(2, 2), &o.year)
		for row := 6; row < 200 && at(row, 1) != ""; row++ {
			if c := d.byPath[at(row, 2)]; c != nil {
				o.labels[labelKey(at(row, 1))] = c
			}
		}
		return o, nil
	}
	return nil, nil
}

// idColumn returns the column that holds the ids of registered projects, 0 when
// it is gone.
func (o *own) idColumn(t *table) int {
	for _, f := range t.Columns {
		if strings.TrimSpace(f.Label) == idHead {
			return f.Col
		}
	}
	return 0
}
