package grid

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth is how deep elements may nest: the format needs a dozen.
const maxDepth = 64

// decoder bounds how deep elements nest, as each that is open takes memory.
type decoder struct {
	xml   *xml.Decoder
	depth int
}

// Token returns the next token.
func (d *decoder) Token() (xml.Token, error) {
	tok, err := d.xml.Token()
	switch tok.(type) {
	case xml.StartElement:
		if d.depth++; d.depth > maxDepth {
			return nil, errors.New("elements nest too deep")
		}
	case xml.EndElement:
		d.depth--
	}
	return tok, err
}

// element is called for each start of an element; it may consume the element's
// content from d. attr reads attributes by local name.
type element func(d *decoder, name string, attr func(string) string) error

// scan walks a part. Namespaces are not looked at: the strict and the usual
// form of the format differ in nothing else that matters here.
func (p *parts) scan(name string, fn element) error {
	r, err := p.open(name)
	if r == nil || err != nil {
		return err
	}
	defer r.Close()
	d := &decoder{xml: xml.NewDecoder(r)}
	// No entity but those of XML itself is known, so none can grow.
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		attr := func(key string) string {
			for _, a := range start.Attr {
				if a.Name.Local == key {
					return a.Value
				}
			}
			return ""
		}
		if err := fn(d, start.Name.Local, attr); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
}

// book reads the workbook and the sheets that it lists.
func (p *parts) book() (*Book, error) {
	b := &Book{}
	type entry struct{ name, state, id string }
	var entries []entry
	err := p.scan("xl/workbook.xml", func(_ *decoder, name string, attr func(string) string) error {
		switch name {
		case "workbookPr":
			b.From1904 = truth(attr("date1904"))
		case "sheet":
			if len(entries) < 200 {
				entries = append(entries, entry{tidy(attr("name")), attr("state"), attr("id")})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	err = p.scan("xl/_rels/workbook.xml.rels", func(_ *decoder, name string, attr func(string) string) error {
		if name == "Relationship" && attr("TargetMode") != "External" {
			files[attr("Id")] = target(attr("Target"))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := &sheets{parts: p, left: maxCells}
	if err := r.readShared(); err != nil {
		return nil, err
	}
	if err := r.readStyles(); err != nil {
		return nil, err
	}
	for i, e := range entries {
		file := files[e.id]
		if file == "" {
			file = fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)
		}
		if !strings.Contains(file, "worksheets/") {
			continue // a chart
		}
		s, err := r.read(file)
		if err != nil {
			return nil, err
		}
		s.Name, s.Hidden = e.name, e.state == "hidden" || e.state == "veryHidden"
		b.Sheets = append(b.Sheets, *s)
	}
	if len(b.Sheets) == 0 {
		return nil, errors.New("no sheets")
	}
	return b, nil
}
