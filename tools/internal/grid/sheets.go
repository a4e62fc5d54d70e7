package grid

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sheets reads sheets; it holds what they share.
type sheets struct {
	parts  *parts
	shared []rich
	styles []cellStyle
	left   int // cells that may still be read
}

// rich is a text with whether all of it is struck through.
type rich struct {
	text   string
	struck bool
}

type cellStyle struct {
	format string
	day    bool
	struck bool
}

func (r *sheets) readShared() error {
	return r.parts.scan("xl/sharedStrings.xml", func(d *decoder, name string, _ func(string) string) error {
		if name != "si" {
			return nil
		}
		if len(r.shared) >= 4*maxCells {
			return tooBig()
		}
		t, err := readRich(d)
		r.shared = append(r.shared, t)
		return err
	})
}

// readRich reads the text of the open element up to its end. Pronunciation
// (rPh) is not part of it.
func readRich(d *decoder) (rich, error) {
	var b strings.Builder
	var out rich
	runs, struckRuns, runStruck := 0, 0, false
	skipped, inText := 0, false
	for depth := 1; depth > 0; {
		tok, err := d.Token()
		if err != nil {
			return out, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "rPh":
				skipped = depth
			case "r":
				runStruck = false
			case "strike":
				runStruck = !slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return a.Name.Local == "val" && !truth(a.Value) })
			case "t":
				inText = skipped == 0
				if inText {
					runs++
					if runStruck {
						struckRuns++
					}
				}
			}
		case xml.EndElement:
			if skipped == depth {
				skipped = 0
			}
			inText = inText && t.Name.Local != "t"
			depth--
		case xml.CharData:
			if inText && b.Len() < 4*maxText {
				b.Write(t)
			}
		}
	}
	out.text, out.struck = b.String(), runs > 0 && struckRuns == runs
	return out, nil
}

// readStyles reads number formats and which fonts are struck through.
func (r *sheets) readStyles() error {
	formats := map[string]string{}
	var fonts []bool
	section := ""
	return r.parts.scan("xl/styles.xml", func(_ *decoder, name string, attr func(string) string) error {
		switch name {
		case "fonts", "cellXfs", "cellStyleXfs", "dxfs", "fills", "borders", "cellStyles", "numFmts":
			section = name
		case "numFmt":
			if section == "numFmts" {
				formats[attr("numFmtId")] = attr("formatCode")
			}
		case "font":
			if section == "fonts" {
				fonts = append(fonts, false)
			}
		case "strike":
			if section == "fonts" && len(fonts) > 0 {
				fonts[len(fonts)-1] = attr("val") == "" || truth(attr("val"))
			}
		case "xf":
			if section != "cellXfs" || len(r.styles) > 70_000 {
				return nil
			}
			id := attr("numFmtId")
			s := cellStyle{format: formats[id]}
			n, _ := strconv.Atoi(id)
			s.day = s.format == "" && builtInDay(n) || showsDay(s.format)
			if font, err := strconv.Atoi(attr("fontId")); err == nil && font >= 0 && font < len(fonts) {
				s.struck = fonts[font]
			}
			r.styles = append(r.styles, s)
		}
		return nil
	})
}

// builtInDay reports whether a number format that the file does not spell out
// shows a day; 27 to 58 are those of Chinese editions.
func builtInDay(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// showsDay reports whether a format code shows a day or a month of a year.
func showsDay(code string) bool {
	var b strings.Builder
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case !bracket:
			b.WriteByte(c)
		}
	}
	s := strings.ToLower(b.String())
	return strings.Contains(s, "yy") || strings.Contains(s, "d") && strings.Contains(s, "m") || strings.Contains(b.String(), "年") || strings.Contains(s, "e") && strings.Contains(s, "m")
}

// read reads one sheet.
func (r *sheets) read(file string) (*Sheet, error) {
	s := &Sheet{HiddenRows: map[int]bool{}, HiddenCols: map[int]bool{}}
	hidden := [][2]int{}
	row, col := 0, 0
	err := r.parts.scan(file, func(d *decoder, name string, attr func(string) string) error {
		switch name {
		case "col":
			from, err1 := strconv.Atoi(attr("min"))
			to, err2 := strconv.Atoi(attr("max"))
			if truth(attr("hidden")) && err1 == nil && err2 == nil && len(hidden) < 1000 {
				hidden = append(hidden, [2]int{from, to})
			}
		case "row":
			row, col = row+1, 0
			if n, err := strconv.Atoi(attr("r")); err == nil && n > 0 {
				row = n
			}
			if truth(attr("hidden")) && row <= 1<<20 && len(s.HiddenRows) < maxCells {
				s.HiddenRows[row] = true
			}
		case "c":
			col++
			if ref := attr("r"); ref != "" {
				at, c, ok := parseRef(ref)
				if !ok {
					return fmt.Errorf("cell %.20q", ref)
				}
				row, col = at, c
			}
			c := Cell{Row: row, Col: col}
			if n, err := strconv.Atoi(attr("s")); err == nil && n >= 0 && n < len(r.styles) {
				c.Format, c.Day, c.Struck = r.styles[n].format, r.styles[n].day, r.styles[n].struck
			}
			held, err := r.cell(d, attr("t"), &c)
			if err != nil || !held {
				return err
			}
			if r.left--; r.left < 0 {
				return &Problem{"单元格太多（超过 20 万个）", "too many cells (over 200,000)", "只留要导入的那张表，另存以后再导入", "keep only the sheet to import and save it again"}
			}
			s.Cells = append(s.Cells, c)
		case "mergeCell":
			from, to, _ := strings.Cut(attr("ref"), ":")
			top, left, ok1 := parseRef(from)
			bottom, right, ok2 := parseRef(to)
			if ok1 && ok2 && top <= bottom && left <= right && len(s.Merged) < maxMerge {
				s.Merged = append(s.Merged, Range{top, left, bottom, right})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(s.Cells, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col)) })
	for i := range s.Cells {
		for _, h := range hidden {
			if c := s.Cells[i].Col; h[0] <= c && c <= h[1] {
				s.HiddenCols[c] = true
			}
		}
	}
	return s, nil
}

// cell reads the content of the open cell; held is false when it is empty.
func (r *sheets) cell(d *decoder, kind string, c *Cell) (held bool, err error) {
	var v strings.Builder
	var inline rich
	in, stored := "", false
	for depth := 1; depth > 0; {
		tok, err := d.Token()
		if err != nil {
			return false, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local == "is" {
				if inline, err = readRich(d); err != nil {
					return false, err
				}
				continue
			}
			depth++
			in = t.Name.Local
			c.Formula, stored = c.Formula || in == "f", stored || in == "v"
		case xml.EndElement:
			depth--
			in = ""
		case xml.CharData:
			if in == "v" && v.Len() < 4*maxText {
				v.Write(t)
			}
		}
	}
	switch raw := v.String(); kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(raw))
		if raw == "" {
			return false, nil
		}
		if err != nil || n < 0 || n >= len(r.shared) {
			return false, fmt.Errorf("cell %s: no text %.20q", c.Ref(), raw)
		}
		c.Text, c.Struck = tidy(r.shared[n].text), c.Struck || r.shared[n].struck
	case "inlineStr":
		c.Text, c.Struck = tidy(inline.text), c.Struck || inline.struck
	case "b":
		c.Kind, c.Text = Bool, strings.TrimSpace(raw)
	case "e":
		c.Kind, c.Text = Error, tidy(raw)
	case "str", "d":
		c.Text = tidy(raw)
	default:
		if strings.TrimSpace(raw) == "" {
			return c.Formula, nil
		}
		literal, ok := digits15(raw)
		if !ok {
			c.Text = tidy(raw)
			break
		}
		c.Kind, c.Text = Number, literal
	}
	// A formula without a result was never computed; its text is empty.
	return c.Text != "" || c.Formula && !stored, nil
}

func truth(s string) bool { return s == "1" || s == "true" }
