package worksheet

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"taizhang/tools/internal/schema"
	"taizhang/tools/internal/value"
)

var bracketed = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】`)

// labelKey reduces a label to what names a column: no spaces, marks, numbers in
// circles, or remarks in brackets.
func labelKey(s string) string {
	s = strings.ToLower(value.FoldWidth(s))
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r >= '①' && r <= '⑳' || strings.ContainsRune("*:_~、,;.·\"'“”", r) {
			return -1
		}
		return r
	}, s)
	if t := bracketed.ReplaceAllString(s, ""); t != "" {
		return t
	}
	return strings.Trim(s, "()[]【】")
}

// match is a column found for a label.
type match struct {
	col     *Column
	contact bool // names persons
	skip    bool // carries nothing to keep
	fuzzy   bool
	choice  string // the column holds the amounts of one choice of a list
}

func (m match) known() bool { return m.col != nil || m.contact || m.skip }

// named reports whether tables may name a column; the others are only derived.
func (c *Column) named() bool { return c.Width > 0 || len(c.Synonyms) > 0 }

// index notes by which folded labels columns are known: their own come before
// the synonyms of others.
func (d *Definition) index() {
	d.labels = map[string]*Column{}
	for _, synonyms := range []bool{false, true} {
		for _, c := range d.Columns {
			words := []string{c.Field.Label.Zh, c.Head()}
			if synonyms {
				words = c.Synonyms
			}
			for _, w := range words {
				if key := labelKey(w); c.named() && d.labels[key] == nil {
					d.labels[key] = c
					d.words = append(d.words, key)
				}
			}
		}
	}
	for _, c := range d.Columns {
		c.chosen = map[string]string{}
		if f := c.choices(); f != nil {
			for _, e := range f.Enum {
				for _, w := range []string{e, f.EnumZh[e], f.EnumEn[e]} {
					if key := labelKey(w); key != "" && c.chosen[key] == "" {
						c.chosen[key] = e
					}
				}
			}
		}
		for _, w := range c.Words {
			for _, s := range w.Words {
				if key := labelKey(s); c.chosen[key] == "" {
					c.chosen[key] = w.Value
				}
			}
		}
	}
}

// match finds the column that a label means. exact leaves guesses out.
func (r *reader) match(label string, exact bool) match {
	key := labelKey(label)
	if key == "" {
		return match{}
	}
	if c, ok := r.mapped[key]; ok {
		return match{col: c}
	}
	if c := r.def.labels[key]; c != nil {
		return match{col: c}
	}
	for _, c := range r.def.Columns {
		if label = strings.TrimSpace(label); c.named() && (label == c.Path || strings.EqualFold(label, c.Field.Label.En)) {
			return match{col: c}
		}
	}
	if slices.ContainsFunc(r.def.Skip, func(s string) bool { return s == key }) {
		return match{skip: true}
	}
	if slices.ContainsFunc(r.def.Contacts, func(s string) bool { return strings.Contains(key, s) }) {
		return match{contact: true}
	}
	if exact || utf8.RuneCountInString(key) > 16 {
		return match{}
	}
	m := r.nearest(key)
	if m.col != nil && value.AmountUnit(label) != 0 && m.col.Field.Type != schema.Amount && len(m.col.Field.Enum) == 0 && !m.col.splits() {
		return match{} // a label that states money is no unit or text
	}
	return m
}

// nearest finds the one column whose label contains the key or is contained in
// it, or is a slip of the pen away.
func (r *reader) nearest(key string) match {
	best, length, tie := (*Column)(nil), 1, false
	for _, w := range r.def.words {
		c := r.def.labels[w]
		n := utf8.RuneCountInString(w)
		if n < 2 || c.Fixed != "" {
			continue
		}
		switch {
		case strings.Contains(key, w):
		case strings.Contains(w, key) && utf8.RuneCountInString(key) >= 2:
			n = utf8.RuneCountInString(key)
		default:
			continue
		}
		switch {
		case n > length:
			best, length, tie = c, n, false
		case n == length && best != c:
			tie = true
		}
	}
	if best != nil && !tie {
		return match{col: best, fuzzy: true}
	}
	if best == nil && utf8.RuneCountInString(key) > 2 {
		if near := value.Nearest(key, r.def.words); near != "" {
			return match{col: r.def.labels[near], fuzzy: true}
		}
	}
	return match{}
}

// choose finds the choice that a text means: itself, its words in Chinese or
// English, or one of the words of the column.
func (c *Column) choose(s string) (string, bool) {
	v, ok := c.chosen[labelKey(s)]
	return v, ok
}

// within finds the choice whose word, the longest, stands in a text.
func (c *Column) within(s string) string {
	best, length := "", 0
	try := func(v, w string) {
		if n := utf8.RuneCountInString(w); n > length && strings.Contains(s, w) {
			best, length = v, n
		}
	}
	if f := c.choices(); f != nil {
		for _, e := range f.Enum {
			try(e, e)
		}
	}
	for _, w := range c.Words {
		for _, s := range w.Words {
			try(w.Value, s)
		}
	}
	return best
}

// Sureness says how a unit was found.
type Sureness uint8

// A unit is named, most likely meant, or only the nearest of all.
const (
	Nearest Sureness = iota
	Likely
	Named
)

// FindUnit finds the unit that a text names by code, name, short name or alias,
// or the one that comes nearest; nil when none does.
func FindUnit(units []Unit, s string) (u *Unit, how Sureness) {
	key := unitKey(s)
	if key == "" {
		return nil, Nearest
	}
	var names []string
	owner := map[string]*Unit{}
	for i := range units {
		u := &units[i]
		for _, n := range append([]string{u.Code, u.Name, u.Short}, u.Aliases...) {
			if n == "" {
				continue
			}
			n = unitKey(n)
			if n == key || strings.TrimPrefix(n, "区") == strings.TrimPrefix(key, "区") {
				return u, Named
			}
			names, owner[n] = append(names, n), u
		}
	}
	// 清江浦区教育局（本级）, 市清江浦区教育局: the longest name that stands in it.
	best := ""
	for _, n := range names {
		if utf8.RuneCountInString(n) >= 3 && strings.Contains(key, n) && len(n) > len(best) {
			best = n
		}
	}
	if best != "" {
		return owner[best], Likely
	}
	best = value.Nearest(key, names)
	if slips(key, best) <= 1 {
		return owner[best], Likely
	}
	return owner[best], Nearest
}

// slips counts the characters in which two texts of one length differ; texts of
// other lengths differ in many.
func slips(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return max(len(x), len(y))
	}
	n := 0
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n
}

func unitKey(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_、,.;:", r) {
			return -1
		}
		return r
	}, value.FoldWidth(s)))
}

// Clip shortens and masks a cell's text so that it may be shown.
func Clip(s string) string {
	const most = 30
	s = strings.Join(strings.Fields(s), " ")
	if masked := value.MaskPersonal(s); masked != s {
		return "（有个人信息，不显示）"
	}
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + "…"
	}
	return s
}
