package worksheet

import (
	"encoding/json"
	"fmt"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/grid"
	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

// complete fills in what a row itself does not say: from the options, from what
// stands beside the table, from other fields, and last by guessing. Whatever is
// not certain is said.
func (r *reader) complete(t *table, p *Row) {
	for _, st := range r.set {
		if st.col != nil && p.get(st.col) == nil {
			r.take(p, st.col, &grid.Cell{Text: st.value}, "--set", t.money)
		}
	}
	for _, c := range r.def.Columns {
		if cc, ok := t.common[c.Path]; ok && p.get(c) == nil && !r.failed(p, c) {
			cell := cc.cell
			r.take(p, c, &cell, cc.ref, t.money)
		}
	}
	r.completeYear(t, p)
	r.completeUnit(t, p)
	for _, c := range r.def.Columns {
		if c.Fixed != "" {
			p.put(c, c.Fixed, "")
		}
	}
	r.completeFunding(p)
	if c := r.def.byPath["declaration.submittedOn"]; c != nil && p.get(c) == nil && !r.failed(p, c) && r.opts.Today != "" {
		p.put(c, r.opts.Today, "")
		p.doubt(c, r.opts.Today, finding.Text{Zh: "没有写，按今天填", En: "not given; filled with today"})
	}
	for _, c := range r.def.Columns {
		if p.get(c) == nil && !r.failed(p, c) {
			r.infer(p, c)
		}
	}
	if f := r.def.byPath[filingPath]; f != nil && p.get(f) != nil && p.get(f) == p.get(r.def.byPath[unitPath]) {
		delete(p.Forms["index"], "filingUnit") // who implements need not be named twice
	}
	// One doubt about the same thing is enough.
	seen := map[string]bool{}
	kept := p.Notes[:0]
	for _, n := range p.Notes {
		key := fmt.Sprint(n.Kind, n.Cell, n.Column, n.Text.Zh, n.Read)
		if !seen[key] {
			seen[key] = true
			kept = append(kept, n)
		}
	}
	p.Notes = kept
}

// failed reports whether the row's own cell for a column was refused.
func (r *reader) failed(p *Row, c *Column) bool {
	for _, n := range p.Notes {
		if n.Kind == Refuse && n.Column == c.Head() {
			return true
		}
	}
	return false
}

func (p *Row) doubt(c *Column, read string, text finding.Text) {
	p.Notes = append(p.Notes, Note{Kind: Doubt, Column: c.Head(), Read: Clip(read), Text: text})
}

// take reads a cell that belongs to the whole table.
func (r *reader) take(p *Row, c *Column, cell *grid.Cell, ref string, money int64) {
	v := &reading{r: r, row: p, col: c, cell: cell, ref: ref, money: money}
	if got := v.read(); got != nil {
		p.put(c, got, ref)
	}
}

func (r *reader) completeYear(t *table, p *Row) {
	c := r.def.byPath[yearPath]
	if p.get(c) != nil || r.failed(p, c) {
		return
	}
	if p.year != 0 {
		p.put(c, json.Number(fmt.Sprint(p.year)), t.yearAt)
		return
	}
	on, _ := p.Forms["declaration"]["submittedOn"].(string)
	if on == "" {
		on = r.opts.Today
	}
	if y := value.Year(on); y > 0 {
		p.year = y + 1
		p.put(c, json.Number(fmt.Sprint(y+1)), "")
		p.doubt(c, fmt.Sprint(y+1), finding.Text{Zh: "没有写，按填报日期的下一年填", En: "not given; filled with the year after the filing"})
	}
}

func (r *reader) completeUnit(t *table, p *Row) {
	c, filing := r.def.byPath[unitPath], r.def.byPath[filingPath]
	if p.get(c) != nil || r.failed(p, c) || filing != nil && p.get(filing) != nil {
		return
	}
	switch {
	case r.opts.Unit != "":
		p.put(c, r.opts.Unit, "")
	case r.own != nil && r.own.unit != "":
		p.put(c, r.own.unit, "")
	case t.unit != "":
		p.put(c, t.unit, t.unitAt)
		p.doubt(c, t.unit, finding.Text{Zh: "按表的标题填（" + t.unitAt + "）", En: "taken from the title (" + t.unitAt + ")"})
	default:
		p.Notes = append(p.Notes, Note{Kind: Refuse, Column: c.Head(), Text: finding.Text{Zh: "没有写是哪个单位", En: "does not say which unit"},
			Mend: finding.Text{Zh: "用 --unit 单位代码 指明", En: "name it with --unit CODE"}})
	}
}

// completeFunding takes the one choice from the list of sources: the largest.
func (r *reader) completeFunding(p *Row) {
	for _, list := range r.def.Columns {
		if !list.splits() {
			continue
		}
		items, _ := p.get(list).([]any)
		_, choice, amount := list.parts()
		best, most := "", int64(-1)
		for _, it := range items {
			item := it.(map[string]any)
			n, _ := item[amount.Key].(json.Number)
			if fen, err := value.ParseAmount(n.String()); err == nil && fen > most {
				best, most = item[choice.Key].(string), fen
			}
		}
		if best == "" {
			continue
		}
		for _, c := range r.def.Columns {
			if c.Form != list.Form || len(c.Field.Enum) == 0 || c.Field.Type == schema.List || p.get(c) != nil {
				continue
			}
			if w, ok := c.choose(best); ok {
				p.put(c, w, p.Cells[list.Path])
				p.doubt(c, w, finding.Text{Zh: "按金额最大的一种填", En: "filled with the largest source"})
			}
		}
		if len(items) == 1 {
			delete(p.Forms[list.Form], list.Keys[0]) // one source needs no list
		}
	}
}

// infer fills a field that nothing speaks of.
func (r *reader) infer(p *Row, c *Column) {
	for _, as := range c.As {
		from := r.def.byPath[as]
		if got := p.get(from); got != nil {
			p.put(c, got, p.Cells[from.Path])
			if c.Field.Format != "unit-code" {
				p.doubt(c, fmt.Sprint(got), finding.Text{Zh: "没有写，同“" + from.Head() + "”", En: "not given; the same as “" + from.Head() + "”"})
			}
			return
		}
	}
	isList := c.Field.Type == schema.List
	if isList && c.Field.Item.Type == schema.Object {
		return // the last resort is for items
	}
	w := ""
	if c.Guess {
		w = c.within(p.Title())
	}
	how := finding.Text{Zh: "没有写，按项目名称推断", En: "not given; guessed from the title"}
	if w == "" {
		w, how = c.Otherwise, finding.Text{Zh: "没有写，按通常情况填", En: "not given; filled with the usual"}
	}
	if w == "" {
		return
	}
	var v any = w
	if isList {
		v = []any{w}
	}
	p.put(c, v, "")
	p.doubt(c, w, how)
}

// Field returns the column of a top-level field of a form, or nil.
func (d *Definition) Field(form, key string) *Column {
	for _, c := range d.Columns {
		if c.Form == form && c.Keys[0] == key {
			return c
		}
	}
	return nil
}
