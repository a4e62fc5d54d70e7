package worksheet

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// reading is one cell being read for one column of a row.
type reading struct {
	r     *reader
	row   *Row
	col   *Column
	cell  *grid.Cell
	ref   string
	money int64 // unit of amounts that name none, in 分; 0: not known
	ok    bool
}

func (v *reading) note(k Kind, read string, text, mend finding.Text) {
	if k == Refuse {
		v.ok = false
	}
	shown := v.cell.Text
	if n, err := strconv.ParseFloat(shown, 64); err == nil && v.cell.Kind == grid.Number && v.cell.Day {
		shown = cmp.Or(value.DayOfSerial(n, v.r.book.From1904), shown) // as the sheet shows it
	}
	v.row.Notes = append(v.row.Notes, Note{Kind: k, Cell: v.ref, Column: v.col.Head(), Value: Clip(shown), Read: Clip(read), Text: text, Mend: mend})
}

func (v *reading) doubt(read string, text finding.Text) { v.note(Doubt, read, text, finding.Text{}) }
func (v *reading) refuse(text, mend finding.Text)       { v.note(Refuse, "", text, mend) }

// misread refuses a cell for what the reading of its text says.
func (v *reading) misread(err error) {
	text := finding.Text{Zh: err.Error(), En: err.Error()}
	if m, ok := err.(*value.Misread); ok {
		text = m.Text
	}
	v.refuse(text, v.col.Field.Help)
}

// read returns the value of the cell, nil where it is empty or refused.
func (v *reading) read() any {
	v.ok = true
	c := v.cell
	switch {
	case c.Kind == grid.Error || failedFormula.MatchString(c.Text):
		v.refuse(finding.Text{Zh: "公式出错（" + Clip(c.Text) + "）", En: "the formula failed (" + Clip(c.Text) + ")"}, finding.Text{Zh: "改成数值或文字", En: "replace it by its value"})
		return nil
	case c.Formula && c.Text == "":
		v.refuse(finding.Text{Zh: "公式还没有算出结果", En: "the formula has no stored result"}, finding.Text{Zh: "用 Excel 或 WPS 打开，保存一次再导入", En: "open it in Excel or WPS, save it and import again"})
		return nil
	case c.Struck:
		v.doubt("", finding.Text{Zh: "划掉的内容没有读", En: "struck through: not read"})
		return nil
	case blank(c.Text):
		return nil
	}
	s := c.Text
	if v.col.Field.Type != schema.Date {
		s = v.day(s)
	}
	out := v.field(v.col.Field, s)
	if !v.ok {
		return nil
	}
	return out
}

// day turns a number that stands for a day where no day alone is asked for into
// its date: one in the format of a date, or any that must be one in a list of
// dated items.
func (v *reading) day(s string) string {
	c := v.cell
	n, err := strconv.ParseFloat(s, 64)
	if c.Kind != grid.Number && !c.Formula || err != nil {
		return s
	}
	dated, _, amount := v.col.parts()
	day := value.DayOfSerial(n, v.r.book.From1904)
	switch {
	case day == "" || !c.Day && (dated == nil || amount != nil || n < 40_000 || n >= 80_000):
		return s
	case !c.Day:
		v.doubt(day, unformattedDay)
	}
	return day
}

var unformattedDay = finding.Text{Zh: "是没有日期格式的数字，按 Excel 的日期读", En: "a number without the format of a date; read as Excel's day"}

// failedFormula is what a failed formula leaves where only its text was kept.
var failedFormula = regexp.MustCompile(`^#(REF!|DIV/0!|N/A|VALUE!|NAME\?|NUM!|NULL!)$`)

// blank reports whether a text says that there is nothing.
func blank(s string) bool {
	switch labelKey(s) {
	case "", "/", "-", "—", "——", "–", "无", "暂无", "n/a", "\\":
		return true
	}
	return false
}

func (v *reading) field(f *schema.Field, s string) any {
	switch f.Type {
	case schema.Amount:
		return v.amount(s)
	case schema.Date:
		return v.date(s)
	case schema.Int:
		digits := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(value.FoldWidth(s)), "度"), "年")
		if n, err := strconv.Atoi(digits); err == nil {
			return json.Number(strconv.Itoa(n))
		}
		v.refuse(finding.Text{Zh: "不是整数", En: "not a whole number"}, f.Help)
		return nil
	case schema.Bool:
		switch labelKey(s) {
		case "是", "有", "需要", "√", "✓", "y", "yes", "true", "1":
			return true
		case "否", "没有", "不需要", "×", "✗", "n", "no", "false", "0":
			return false
		}
		v.refuse(finding.Text{Zh: "应写“是”或“否”", En: "must be 是 or 否"}, f.Help)
		return nil
	case schema.List:
		return v.list(f, s)
	}
	if len(f.Enum) > 0 {
		return v.choice(f, s)
	}
	switch f.Format {
	case "unit-code":
		return v.unitCode(s)
	case "landline":
		phone, err := value.ReadLandline(s)
		if err != nil {
			v.misread(err)
			return nil
		}
		return phone
	case "doc-no":
		if no, ok := value.NormalizeDocNo(s); ok {
			return no
		}
	}
	return v.text(s)
}

// text returns a text as a record holds it.
func (v *reading) text(s string) any {
	if !v.col.Lines {
		s = oneLine(s)
	}
	if v.col.Path == titlePath {
		if t := strip(s); t != s {
			v.doubt(t, finding.Text{Zh: "去掉了前面的序号", En: "the number in front was dropped"})
			s = t
		}
	}
	return s
}

// oneLine joins lines: Chinese without a space, other words with one.
func oneLine(s string) string {
	lines := strings.Split(s, "\n")
	var b strings.Builder
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if t := b.String(); t != "" && l != "" && t[len(t)-1] < 0x80 && l[0] < 0x80 {
			b.WriteByte(' ')
		}
		b.WriteString(l)
	}
	return b.String()
}

// scaled is a number format that shows a number smaller than it is: 0!.0, and
// 0,  divide by powers of ten; the number is then 元 where it shows 万元.
var scaled = regexp.MustCompile(`[0#?]!?\.?!?[0#?]*,+[^0#?]*$|!\.`)

func (v *reading) amount(s string) any {
	money := v.money
	if v.cell.Kind == grid.Number {
		if scaled.MatchString(v.cell.Format) {
			if value.AmountUnit(v.cell.Format) != 0 || money != 0 {
				money = value.FenPerYuan
				v.doubt("", finding.Text{Zh: "单元格的格式把数缩小了显示，按存的数以元读", En: "the cell's format shows the number smaller than it is; the stored number is read in 元"})
			}
		} else if u := value.AmountUnit(v.cell.Format); u != 0 {
			money = u
		}
	}
	known := money != 0
	if !known {
		money = value.FenPerWan
	}
	fen, doubt, err := value.ReadAmount(s, money)
	if err != nil {
		v.misread(err)
		return nil
	}
	wan := value.WanLiteral(fen)
	if doubt != (finding.Text{}) {
		v.doubt(wan+"万元", doubt)
	}
	if !known && value.AmountUnit(s) == 0 && !strings.Contains(s, "万") && !strings.Contains(s, "亿") {
		if fen >= 10_000*value.FenPerWan {
			v.refuse(finding.Text{Zh: "没有写单位，按万元读就是 " + value.FormatWan(fen) + " 万元，多半是元", En: "no unit; as 万元 it would be " + value.FormatWan(fen) + " 万元, so it is probably 元"},
				finding.Text{Zh: "表头写上“（元）”或“（万元）”，或用 --set 单位=元 导入", En: "put （元） or （万元） into the header, or import with --set 单位=元"})
			return nil
		}
		v.doubt(wan+"万元", finding.Text{Zh: "没有写单位，按万元读", En: "no unit; read as 万元"})
	} else if fen >= 100_000*value.FenPerWan {
		v.doubt(wan+"万元", finding.Text{Zh: "超过 10 亿元，核对单位是不是元", En: "over a billion yuan: check that the unit is not 元"})
	} else if fen > 0 && fen < value.FenPerWan/10 {
		v.doubt(wan+"万元", finding.Text{Zh: "不到 1000 元，核对单位", En: "under 1,000 yuan: check the unit"})
	}
	return json.Number(wan)
}

func (v *reading) date(s string) any {
	c := v.cell
	if c.Kind == grid.Number {
		n, err := strconv.ParseFloat(s, 64)
		day := value.DayOfSerial(n, v.r.book.From1904)
		if err == nil && day != "" && (c.Day || n >= 40_000) && n < 80_000 {
			if !c.Day {
				v.doubt(day, unformattedDay)
			}
			return day
		}
	}
	// A day of the filing that names no year is of the present one.
	day, doubt, err := value.ReadDate(s, value.Year(v.r.opts.Today))
	if err != nil {
		v.misread(err)
		return nil
	}
	if c.Kind == grid.Number && doubt != (finding.Text{}) {
		doubt = finding.Text{Zh: "是数字，末尾的 0 可能丢了；" + doubt.Zh, En: "a number that may have lost a last 0; " + doubt.En}
	}
	if doubt != (finding.Text{}) {
		v.doubt(day, doubt)
	}
	return day
}

func (v *reading) choice(f *schema.Field, s string) any {
	if chosen, ok := boxes(s); ok {
		if len(chosen) != 1 {
			v.untied(chosen)
			return nil
		}
		s = chosen[0]
	}
	if w, ok := v.col.choose(s); ok {
		return w
	}
	if w := value.Nearest(strings.TrimSpace(s), f.Enum); w != "" {
		v.doubt(w, finding.Text{Zh: "不在可选值里，按最接近的读", En: "not one of the choices; read as the nearest"})
		return w
	}
	if w := v.col.within(s); w != "" {
		v.doubt(w, finding.Text{Zh: "不在可选值里，按其中的词读", En: "not one of the choices; read by a word in it"})
		return w
	}
	v.refuse(finding.Text{Zh: "不在可选值里", En: "not one of the choices"}, finding.Text{Zh: "可选：" + strings.Join(f.Enum, "、"), En: "choose one of: " + strings.Join(f.Enum, ", ")})
	return nil
}

func (v *reading) unitCode(s string) any {
	near, how := FindUnit(v.r.opts.Units, s)
	mend := finding.Text{Zh: "写单位的全称、简称或代码，见网站的“单位”页", En: "write its name, short name or code: see the page of units"}
	switch {
	case near != nil && how == Named:
		return near.Code
	case near != nil && how == Nearest:
		mend = finding.Text{Zh: "是不是“" + near.Short + "”？" + mend.Zh, En: "did you mean “" + near.Short + "”? " + mend.En}
	case near != nil:
		v.doubt(near.Short, finding.Text{Zh: "单位登记表里没有这个写法，按“" + near.Short + "”读", En: "not a name in the register of units; read as “" + near.Short + "”"})
		return near.Code
	}
	v.refuse(finding.Text{Zh: "单位登记表里没有这个单位", En: "the register of units has no such unit"}, mend)
	return nil
}

var projectID = regexp.MustCompile(`[0-9]{4}-[a-z][a-z0-9]{1,15}-[0-9]{2,3}`)

func (v *reading) list(f *schema.Field, s string) any {
	if f.Item.Type == schema.Object {
		if items := v.items(v.col, s); len(items) > 0 {
			return items
		}
		return nil
	}
	var out []any
	pieces := split(s, "\n、，,；;/")
	if f.Item.Format == "project-id" {
		if pieces = projectID.FindAllString(strings.ToLower(value.FoldWidth(s)), -1); pieces == nil {
			v.refuse(finding.Text{Zh: "不是项目编号", En: "not a project id"}, f.Help)
		}
	}
	for _, p := range pieces {
		if one := v.field(f.Item, p); one != nil && !containsValue(out, one) {
			out = append(out, one)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func containsValue(list []any, v any) bool {
	for _, o := range list {
		if fmt.Sprint(o) == fmt.Sprint(v) {
			return true
		}
	}
	return false
}
