package worksheet

import (
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/value"
)

// Options steer a reading.
type Options struct {
	Units []Unit
	Unit  string            // code of the unit that a table names nowhere
	Year  int               // plan year that a table names nowhere
	Today string            // day of filing that a table names nowhere
	Sheet string            // read this sheet only
	Map   map[string]string // label → field or its label, against all guesses
	// Persons keeps the contact person of each row, to be sealed.
	Persons bool
	Set     map[string]string // field or its label → value for rows that say nothing
}

// Row is one project of a table.
type Row struct {
	Sheet       string
	First, Last int    // rows of the sheet
	ID          string // of a project that the sheet says is registered
	Forms       map[string]map[string]any
	Cells       map[string]string // where each field was read: path → "C5"
	Notes       []Note
	year        int
	person      Person
}

// Person returns the contact person of the project, where Options asked for it.
// Nothing of it may be shown or kept in clear text.
func (p *Row) Person() Person { return p.person }

// Title returns the project's title as read.
func (p *Row) Title() string { s, _ := p.Forms["index"]["title"].(string); return s }

// Refused reports whether the row cannot be made.
func (p *Row) Refused() bool {
	return slices.ContainsFunc(p.Notes, func(n Note) bool { return n.Kind == Refuse })
}

// Table is one sheet as it was read.
type Table struct {
	Sheet       string
	Header      string // rows of the header: "4" or "4-5", of a form all its rows; "" where there is no table
	Single      bool   // a form of one project, its values beside the labels
	Columns     []Found
	Rows        []*Row
	Notes       []Note
	StoredTotal string
}

type commonMap map[string]commonCell

// table is a sheet being read.
type table struct {
	Table
	head           *header
	common         commonMap
	money          int64
	year           int
	unit           string
	yearAt, unitAt string
}

func (t *table) note(n Note) { n.Sheet = t.Sheet; t.Notes = append(t.Notes, n) }

// maxRows is how many projects one file may declare: far more than a district
// has in a year.
const maxRows = 2000

type reader struct {
	def    *Definition
	opts   Options
	book   *grid.Book
	mapped map[string]*Column
	set    []setting
	rows   int
	own    *own // what a sheet of ours says of itself
}

type setting struct {
	col   *Column
	value string
	money int64
}

// Read reads the tables of a file. An error is a *grid.Problem or says what is
// wrong with the options.
func (d *Definition) Read(b *grid.Book, o Options) ([]*Table, error) {
	r := &reader{def: d, opts: o, book: b, mapped: map[string]*Column{}}
	var err error
	if r.own, err = d.readOwn(b); err != nil {
		return nil, err
	}
	if r.own != nil {
		for label, c := range r.own.labels {
			r.mapped[label] = c
		}
	}
	if err := r.settings(); err != nil {
		return nil, err
	}
	var out []*Table
	found := false
	names := []string{}
	for i := range b.Sheets {
		s := &b.Sheets[i]
		if s.Name == keySheet || s.Name == helpSheet {
			continue
		}
		names = append(names, s.Name)
		if o.Sheet != "" && s.Name != o.Sheet {
			continue
		}
		for _, t := range r.tables(s) {
			if r.rows += len(t.Rows); r.rows > maxRows {
				return nil, &grid.Problem{Zh: fmt.Sprintf("超过 %d 个项目", maxRows), En: fmt.Sprintf("more than %d projects", maxRows), MendZh: "分成几个文件导入", MendEn: "split the file"}
			}
			found = found || t.head != nil
			out = append(out, &t.Table)
		}
	}
	if len(out) == 0 && o.Sheet != "" {
		return nil, fmt.Errorf("--sheet %s: %s", o.Sheet, strings.Join(names, "、"))
	}
	if !found {
		if at := r.inOneCell(b); at != "" {
			return nil, &grid.Problem{Zh: at + " 的栏目和内容写在同一格里，没有读", En: "label and value stand in one cell, " + at + ": not read", MendZh: "把栏目和内容分成左右两格，例如用 Excel 的“数据 → 分列”，按冒号分", MendEn: "put them into two cells side by side, for example with Text to Columns at the colon"}
		}
		for _, t := range out {
			for _, n := range t.Notes {
				if n.Kind == Doubt { // a form, but one that cannot be read
					return nil, &grid.Problem{Zh: fmt.Sprintf("工作表“%s”：%s", t.Sheet, n.Text.Zh), En: fmt.Sprintf("sheet %q: %s", t.Sheet, n.Text.En), MendZh: n.Mend.Zh, MendEn: n.Mend.En}
				}
			}
		}
		return nil, &grid.Problem{Zh: "没有找到申报表：要有“项目名称”一列，和投资、内容、单位等至少一列；或者附件1，内容写在栏目右边或下面的格子里", En: "no declaration table: a column 项目名称 and at least one of amount, content or unit are needed, or annex 1 with its values beside or under their labels",
			MendZh: "改一下列名，或用 --map 列名=字段 指明；一个工作表里有几份表分不清的，分开放", MendEn: "rename the columns, or name them with --map LABEL=FIELD; give each form a sheet of its own where they cannot be told apart"}
	}
	return out, nil
}

// settings resolves the options that name columns.
func (r *reader) settings() error {
	for label, to := range r.opts.Map {
		m := r.match(to, true)
		if m.col == nil {
			return fmt.Errorf("--map %s=%s: 没有这个字段 · no such field", label, to)
		}
		r.mapped[labelKey(label)] = m.col
	}
	for name, v := range r.opts.Set {
		if labelKey(name) == "单位" && value.AmountUnit(v) != 0 {
			r.set = append(r.set, setting{money: value.AmountUnit(v)})
			continue
		}
		m := r.match(name, true)
		if m.col == nil || m.col.Path == titlePath {
			return fmt.Errorf("--set %s=%s: 没有这个字段 · no such field", name, v)
		}
		r.set = append(r.set, setting{col: m.col, value: v})
	}
	return nil
}

// tables reads a sheet: one table, or the forms that stand in it.
func (r *reader) tables(s *grid.Sheet) []*table {
	t := &table{Table: Table{Sheet: s.Name}, common: commonMap{}}
	if s.Hidden && r.opts.Sheet == "" {
		t.note(Note{Kind: Said, Text: finding.Text{Zh: "工作表是隐藏的，没有读；要读用 --sheet 指明", En: "a hidden sheet: not read, unless named with --sheet"}})
		return []*table{t}
	}
	t.head = r.findHeader(s)
	f := r.findSingle(s)
	if f == nil || !f.beats(t.head) {
		r.table(s, t)
		return []*table{t}
	}
	if t.head = nil; len(f.across) > 2 && slices.Contains(f.across, f.titled[0]) {
		t.note(acrossForms)
		return []*table{t}
	}
	if len(f.titled) < 2 {
		r.readSingle(s, f, t)
		return []*table{t}
	}
	parts := r.apart(s, f)
	if parts == nil {
		t.note(severalForms(f))
		return []*table{t}
	}
	var out []*table
	for _, part := range parts {
		one := &table{Table: Table{Sheet: s.Name}, common: commonMap{}}
		r.readSingle(part, r.findSingle(part), one)
		out = append(out, one)
	}
	return out
}

// table reads the rows under a header.
func (r *reader) table(s *grid.Sheet, t *table) {
	if t.head == nil {
		t.note(Note{Kind: Said, Text: finding.Text{Zh: "没有找到申报表的表头，没有读", En: "no header of a declaration table: not read"}})
		return
	}
	if next := s.Row(t.head.bottom + 1); unitsUnder(next, t.head) {
		t.head.bottom++
	}
	t.Header, t.Columns = fmt.Sprint(t.head.top), t.head.columns
	if t.head.bottom > t.head.top {
		t.Header += fmt.Sprintf("-%d", t.head.bottom)
	}
	for _, st := range r.set {
		if st.money != 0 {
			t.money = st.money
		}
	}
	body := []int{}
	for _, row := range s.Rows() {
		if row < t.head.top {
			r.aside(s, row, t)
		} else if row > t.head.bottom {
			body = append(body, row)
		}
	}
	r.sayColumns(s, t)
	body = slices.DeleteFunc(body, func(row int) bool {
		if r.isNote(s, row, t) {
			r.aside(s, row, t)
			return true
		}
		return false
	})
	section := ""
	for _, row := range body {
		if len(t.Rows) > maxRows {
			break
		}
		section = r.bodyRow(s, row, t, section)
	}
	for _, row := range t.Rows {
		r.complete(t, row)
	}
	t.checkTotal(s)
}

// sayColumns says what became of each column.
func (r *reader) sayColumns(s *grid.Sheet, t *table) {
	for i := range t.Columns {
		f := &t.Columns[i]
		n := Note{Kind: Said, Cell: f.Cell, Column: Clip(f.Label)}
		switch {
		case f.Person:
			n.Text = finding.Text{Zh: "是联系人信息，没有读入，也不显示", En: "about persons: not read and not shown"}
			if r.opts.Persons {
				n.Text = finding.Text{Zh: "是联系人信息，只加密存放，不显示", En: "about persons: only sealed, never shown"}
			}
		case f.match.skip:
			continue
		case f.Path == "":
			n.Kind, n.Text = Doubt, finding.Text{Zh: "不知道是哪一栏，没有读", En: "not a known column: not read"}
			n.Mend = finding.Text{Zh: "要读的话用 --map " + f.Label + "=字段", En: "to read it: --map " + f.Label + "=FIELD"}
		case f.Fuzzy:
			n.Kind, n.Read, n.Text = Doubt, f.match.col.Head(), finding.Text{Zh: "按“" + f.match.col.Head() + "”读", En: "read as “" + f.match.col.Head() + "”"}
		case s.HiddenCols[f.Col]:
			n.Text = finding.Text{Zh: "这一列是隐藏的，也读了", En: "a hidden column: read as well"}
		default:
			continue
		}
		t.note(n)
	}
	if r.own != nil && r.own.version != r.def.Version {
		t.note(Note{Kind: Doubt, Text: finding.Text{Zh: "这张表是按另一版表单导出的，按列名读", En: "the sheet was made from other versions of the forms: read by its labels"}})
	}
	for _, c := range s.Cells {
		if c.Formula && c.Text != "" && c.Row > t.head.bottom {
			t.note(Note{Kind: Said, Cell: c.Ref(), Text: finding.Text{Zh: "有公式，按上次保存的结果读", En: "holds formulas: read by their stored results"}})
			break
		}
	}
}
