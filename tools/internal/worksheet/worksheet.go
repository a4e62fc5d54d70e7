// Package worksheet makes the tables that clerks fill and officials print, and
// reads the tables that units really have. What a column means comes from the
// schemas of the forms; which columns there are and what else they are called
// comes from schemas/worksheets.yaml. Every reading that is not certain is said
// as a doubt, with the cell it is about.
//
// It must not know the registry, the lifecycle or files on disk: whether what it
// reads is right is for the judge to say, and who writes it is the command's.
package worksheet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
	"taizhang/tools/internal/schema"
)

// File is the definition of the work sheets.
const File = "schemas/worksheets.yaml"

// Column is one column of the declaration sheet.
type Column struct {
	Path      string // "declaration.estimate"
	Form      string
	Keys      []string // below the form
	Field     *schema.Field
	Required  bool // the forms ask for it
	Width     int  // characters; 0: read, not exported
	Lines     bool // a text that keeps its lines
	Synonyms  []string
	Words     []Words
	Guess     bool
	Otherwise string
	As        []string
	Fixed     string
	chosen    map[string]string // folded word → choice
}

// Words are other words for a choice.
type Words struct {
	Value string
	Words []string
}

// Definition is what File says, joined with the forms.
type Definition struct {
	Columns                       []*Column
	Skip, Contacts, Totals, Notes []string
	Version                       string // changes when the columns mean something else
	byPath                        map[string]*Column
	labels                        map[string]*Column // by folded label and synonym
	words                         []string           // the keys of labels, in order
}

// Column returns the column of a field, or nil.
func (d *Definition) Column(path string) *Column { return d.byPath[path] }

// Load reads File, given as data, for the forms of set.
func Load(data []byte, set *schema.Set) (*Definition, error) {
	form := set.Form("worksheets")
	if form == nil {
		return nil, errors.New("schemas: no schema for worksheets")
	}
	root, fs := record.ParseYAML(File, data)
	if root != nil {
		fs = append(fs, form.Validate(File, root)...)
	}
	if len(fs) > 0 {
		return nil, fs[0].Err()
	}
	d := &Definition{Skip: texts(root.Get("skip")), Contacts: texts(root.Get("contacts")), Totals: texts(root.Get("totals")), Notes: texts(root.Get("notes")), byPath: map[string]*Column{}}
	sum := sha256.New()
	for _, n := range root.Get("columns").Items {
		c, err := column(n, set)
		if err == nil && d.byPath[c.Path] != nil {
			err = errors.New("is listed twice")
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", File, n.Line, text(n, "field"), err)
		}
		d.Columns, d.byPath[c.Path] = append(d.Columns, c), c
		fmt.Fprintln(sum, c.Path, c.Field.Label.Zh, c.Field.Type, c.Field.Format, c.Field.Enum)
	}
	for _, need := range []string{titlePath, unitPath, yearPath} {
		if d.byPath[need] == nil {
			return nil, fmt.Errorf("%s: no column %s", File, need)
		}
	}
	for _, c := range d.Columns {
		for _, as := range c.As {
			if d.byPath[as] == nil {
				return nil, fmt.Errorf("%s: %s: as %s: no such column", File, c.Path, as)
			}
		}
	}
	d.index()
	d.Version = hex.EncodeToString(sum.Sum(nil))[:12]
	return d, nil
}

// The columns that reading itself must know.
const (
	titlePath    = "index.title"
	unitPath     = "index.implementingUnit"
	filingPath   = "index.filingUnit"
	yearPath     = "declaration.planYear"
	estimatePath = "declaration.estimate"
)

func column(n *record.Node, set *schema.Set) (*Column, error) {
	c := &Column{Path: text(n, "field"), Synonyms: texts(n.Get("synonyms")), Otherwise: text(n, "otherwise"), As: texts(n.Get("as")),
		Fixed: text(n, "fixed"), Lines: text(n, "lines") == "true", Guess: text(n, "guess") == "true"}
	fmt.Sscan(text(n, "width"), &c.Width)
	parts := strings.Split(c.Path, ".")
	c.Form, c.Keys = parts[0], parts[1:]
	form := set.Form(c.Form)
	if form == nil {
		return nil, errors.New("no such form")
	}
	f := form.Root
	c.Required = true
	for _, key := range c.Keys {
		c.Required = c.Required && f != nil && slices.Contains(f.Required, key)
		if f = f.Child(key); f == nil {
			return nil, errors.New("no such field")
		}
	}
	c.Field = f
	if f.Type == schema.Object || f.Type == schema.List && f.Item.Type == schema.List {
		return nil, errors.New("does not fit into one cell")
	}
	if words := n.Get("words"); words != nil {
		choices := c.choices()
		for _, w := range words.Items {
			v := text(w, "value")
			if choices == nil || !slices.Contains(choices.Enum, v) {
				return nil, fmt.Errorf("words: %q is not one of the choices", v)
			}
			c.Words = append(c.Words, Words{v, texts(w.Get("words"))})
		}
	}
	return c, nil
}

// choices returns the field that the column's choices belong to: itself, the
// items of its list, or the one field of them that has choices. nil: none.
func (c *Column) choices() *schema.Field {
	f := c.Field
	if f.Type == schema.List {
		f = f.Item
	}
	if f.Type == schema.Object {
		for _, part := range f.Fields {
			if len(part.Enum) > 0 {
				return part
			}
		}
		return nil
	}
	if len(f.Enum) == 0 {
		return nil
	}
	return f
}

// Head is the column's label as a sheet shows it: with the unit of its amounts.
func (c *Column) Head() string {
	head := c.Field.Label.Zh
	if c.Field.Unit != "" && !strings.Contains(head, c.Field.Unit) {
		head += "（" + c.Field.Unit + "）"
	}
	return head
}

// Unit is an entry of the register of units.
type Unit struct {
	Code    string
	Name    string
	Short   string
	Aliases []string
}

func text(n *record.Node, key string) string {
	if v := n.Get(key); v != nil {
		return strings.TrimSpace(v.Text)
	}
	return ""
}

func texts(n *record.Node) (out []string) {
	if n == nil {
		return nil
	}
	for _, it := range n.Items {
		out = append(out, it.Text)
	}
	return out
}

// Kind says what a note does to a row.
type Kind string

// The kinds of notes: something that was done and may be good to know, a reading
// that a person should confirm, and a refusal.
const (
	Said   Kind = "said"
	Doubt  Kind = "doubt"
	Refuse Kind = "refuse"
)

// Note is one thing to say of a cell, a row or a sheet.
type Note struct {
	Kind   Kind
	Sheet  string
	Cell   string // "C5"; "" for the row or the sheet as a whole
	Column string // its label
	Value  string // as it stands there, personal data masked and cut short
	Read   string // as it was read
	Text   finding.Text
	Mend   finding.Text
	Rule   string // of the judge's findings
}
