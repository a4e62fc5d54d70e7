package opendata

import (
	"bufio"
	"errors"
	"io"
	"strconv"
)

// jsonTable writes a table as one JSON object: what it is, then its rows, each
// on a line, as objects without the empty cells.
type jsonTable struct {
	f    io.WriteCloser
	w    *bufio.Writer
	view *View
	n    int
}

func newJSON(to Sink, name string, site *Site, v *View) (*jsonTable, error) {
	f, err := to.Create(name)
	if err != nil {
		return nil, err
	}
	t := newLines(f)
	t.view = v
	head := Object{{"version", Version}, {"table", v.Name}, {"title", v.Title}}
	return t, t.open(append(head, site.about()...), "rows")
}

func newLines(f io.WriteCloser) *jsonTable {
	return &jsonTable{f: f, w: bufio.NewWriterSize(f, 1<<16)}
}

// about is what every JSON file says of the data as a whole.
func (s *Site) about() Object {
	o := Object{{"publisher", s.Publisher.Name}}.with("date", s.Date).with("commit", s.Commit)
	if s.Licence.Zh != "" {
		o = append(o, Member{"licence", Object{{"zh", s.Licence.Zh}}.with("en", s.Licence.En).with("url", s.Licence.URL)})
	}
	if s.Sample {
		o = append(o, Member{"sample", true}, Member{"note", both("示例数据，不对应任何真实项目、决定或个人。", "Sample data: no real project, decision or person.")})
	}
	return o
}

// open writes the members of an object and the beginning of its list.
func (t *jsonTable) open(head Object, list string) error {
	data, err := encode(head)
	if err != nil {
		return err
	}
	_, err = t.w.WriteString(string(data[:len(data)-1]) + `,"` + list + `":[`)
	return err
}

// item writes one element of the list on a line of its own.
func (t *jsonTable) item(data []byte) error {
	if t.n > 0 {
		t.w.WriteByte(',')
	}
	t.n++
	t.w.WriteByte('\n')
	_, err := t.w.Write(data)
	return err
}

func (t *jsonTable) row(r row) error {
	o := Object{}
	for i, v := range r {
		if !empty(v) {
			o = append(o, Member{t.view.Columns[i].Key, v})
		}
	}
	data, err := encode(o)
	if err != nil {
		return err
	}
	return t.item(data)
}

func (t *jsonTable) close() error {
	t.w.WriteString("\n],\"count\":" + strconv.Itoa(t.n) + "}\n")
	return errors.Join(t.w.Flush(), t.f.Close())
}
