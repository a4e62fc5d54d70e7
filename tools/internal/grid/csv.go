package grid

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// readCSV reads a text table: UTF-8, UTF-16 with a mark, or GB18030; columns
// parted by commas, tabs or semicolons.
func readCSV(data []byte) (*Book, error) {
	text, ok := decode(data)
	if !ok {
		return nil, &Problem{"认不出的文件格式", "not a spreadsheet, nor a text table in a known encoding", saveAsZh, saveAsEn}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma(text), -1, true
	s := Sheet{Name: "CSV", HiddenRows: map[int]bool{}, HiddenCols: map[int]bool{}}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		// A record may take several lines; it is named by its first.
		row, _ := r.FieldPos(0)
		for i, f := range fields {
			// Excel writes ="001" to keep a code a text.
			if code, ok := strings.CutPrefix(f, `="`); ok {
				f = strings.TrimSuffix(code, `"`)
			}
			if f = tidy(f); f == "" {
				continue
			}
			if len(s.Cells) >= maxCells || i >= 1<<14 {
				return nil, tooBig()
			}
			s.Cells = append(s.Cells, Cell{Row: row, Col: i + 1, Text: f})
		}
	}
	return &Book{Sheets: []Sheet{s}}, nil
}

// decode turns the bytes of a text file into text.
func decode(data []byte) (string, bool) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		data = rest
	}
	for mark, order := range map[string]binary.ByteOrder{"\xff\xfe": binary.LittleEndian, "\xfe\xff": binary.BigEndian} {
		if rest, ok := bytes.CutPrefix(data, []byte(mark)); ok {
			units := make([]uint16, len(rest)/2)
			for i := range units {
				units[i] = order.Uint16(rest[2*i:])
			}
			return string(utf16.Decode(units)), true
		}
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", false
	}
	if utf8.Valid(data) {
		return string(data), true
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", false
	}
	return string(out), true
}

// comma returns the mark that parts the columns: the commonest in the first lines.
func comma(text string) rune {
	head := text[:min(len(text), 4096)]
	best, most := ',', 0
	for _, c := range ",\t;" {
		if n := strings.Count(head, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}
