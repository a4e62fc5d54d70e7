package opendata

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
)

// tableWriter takes the rows of one table.
type tableWriter interface {
	row(row) error
	close() error
}

// csvTable writes CSV as RFC 4180 has it, with a byte order mark, without which
// Excel and WPS read Chinese as gibberish. The one header row holds the keys:
// they do not change, so programs rely on them; labels for people are in the
// workbook and in the dictionary.
type csvTable struct {
	f io.WriteCloser
	w *csv.Writer
}

func newCSV(to Sink, v *View) (*csvTable, error) {
	f, err := to.Create(Dir + v.Name + ".csv")
	if err != nil {
		return nil, err
	}
	return writeCSV(f, keys(v.Columns))
}

func writeCSV(f io.WriteCloser, header []string) (*csvTable, error) {
	if _, err := io.WriteString(f, "\ufeff"); err != nil {
		return nil, err
	}
	t := &csvTable{f, csv.NewWriter(f)}
	t.w.UseCRLF = true
	return t, t.w.Write(header)
}

func keys(columns []Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Key
	}
	return out
}

func (t *csvTable) row(r row) error {
	out := make([]string, len(r))
	for i, v := range r {
		switch v := v.(type) {
		case string:
			out[i] = defuse(v)
		case json.Number:
			out[i] = v.String() // written by us from a checked number
		case bool:
			out[i] = "false"
			if v {
				out[i] = "true"
			}
		case []string:
			out[i] = defuse(strings.Join(v, listMark))
		}
	}
	return t.w.Write(out)
}

func (t *csvTable) close() error {
	t.w.Flush()
	if err := t.w.Error(); err != nil {
		return err
	}
	return t.f.Close()
}

// listMark stands between the values of a list in one cell.
const listMark = "；"

// defuse keeps a spreadsheet from running a text as a formula: a text that
// begins with one of these characters gets an apostrophe before it. So does one
// that begins with an apostrophe, which makes the step reversible: take one
// away. The wide forms are what a Chinese Excel reads as the narrow ones.
func defuse(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n'＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}
