package grid

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Read reads a spreadsheet file. The error is a *Problem.
func Read(data []byte) (*Book, error) {
	switch {
	case len(data) > MaxFile:
		return nil, &Problem{"文件超过 20 MB", "the file is over 20 MB", "删去图片和无关的工作表，另存以后再导入", "remove pictures and other sheets, save it and import again"}
	case len(bytes.TrimSpace(data)) == 0:
		return nil, &Problem{Zh: "文件是空的", En: "the file is empty"}
	case bytes.HasPrefix(data, []byte("PK")):
		return readZip(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		if bytes.Contains(data, utf16le("EncryptedPackage")) {
			return nil, &Problem{"文件加了密码", "the file is protected by a password", "在 Excel 或 WPS 里去掉密码，另存以后再导入", "remove the password in Excel or WPS and save it again"}
		}
		return nil, &Problem{"这是旧格式（.xls 或 .et）", "an old format (.xls or .et)", saveAsZh, saveAsEn}
	case looksLikeMarkup(data):
		return nil, &Problem{"这是网页或 XML，不是工作簿", "a web page or XML, not a workbook", saveAsZh, saveAsEn}
	}
	return readCSV(data)
}

const (
	saveAsZh = "用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”再导入"
	saveAsEn = "open it in Excel or WPS and save it as an Excel workbook (.xlsx)"
)

func utf16le(s string) []byte {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

func looksLikeMarkup(data []byte) bool {
	head := strings.ToLower(string(bytes.TrimSpace(data[:min(len(data), 512)])))
	head = strings.TrimPrefix(head, "\ufeff")
	return strings.HasPrefix(head, "<?xml") || strings.HasPrefix(head, "<html") || strings.HasPrefix(head, "<!doctype") || strings.HasPrefix(head, "<table") || strings.HasPrefix(head, "%pdf")
}

// parts are the unpacked files of an XLSX file, read when asked for.
type parts struct {
	files map[string]*zip.File
	left  int64 // bytes that may still be unpacked
}

var damaged = Problem{"文件损坏，读不出来", "the file is damaged", saveAsZh, saveAsEn}

func broken(err error) error {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	d := damaged
	d.En += fmt.Sprintf(" (%v)", err)
	return &d
}

func readZip(data []byte) (*Book, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, broken(err)
	}
	if len(z.File) > maxParts {
		return nil, tooBig()
	}
	p := &parts{files: map[string]*zip.File{}, left: maxAll}
	for _, f := range z.File {
		// Some programs write back slashes; part names know no case.
		p.files[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))] = f
	}
	if p.files["xl/workbook.xml"] == nil {
		switch {
		case p.files["word/document.xml"] != nil:
			return nil, &Problem{"这是 Word 文档", "a Word document", "把表格复制到 Excel 或 WPS 表格里，另存为 .xlsx 再导入", "copy the table into a spreadsheet and save it as .xlsx"}
		case p.files["xl/workbook.bin"] != nil:
			return nil, &Problem{"这是 .xlsb 格式", "an .xlsb file", saveAsZh, saveAsEn}
		case p.files["mimetype"] != nil:
			return nil, &Problem{"这是 OpenDocument 格式（.ods）", "an OpenDocument file (.ods)", saveAsZh, saveAsEn}
		}
		return nil, &Problem{"压缩包里没有工作簿", "the archive holds no workbook", saveAsZh, saveAsEn}
	}
	b, err := p.book()
	if err != nil {
		return nil, broken(err)
	}
	return b, nil
}

func tooBig() *Problem {
	return &Problem{"文件展开以后太大", "the file is too large when unpacked", "只留要导入的那张表，另存以后再导入", "keep only the sheet to import and save it again"}
}

// open returns a part, bounded whatever the archive says of its size.
func (p *parts) open(name string) (io.ReadCloser, error) {
	f := p.files[strings.ToLower(name)]
	if f == nil {
		return nil, nil
	}
	if f.UncompressedSize64 > maxPart {
		return nil, tooBig()
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &bounded{r, p, maxPart}, nil
}

type bounded struct {
	io.ReadCloser
	parts *parts
	left  int64
}

func (b *bounded) Read(buf []byte) (int, error) {
	n, err := b.ReadCloser.Read(buf)
	b.left -= int64(n)
	if b.parts.left -= int64(n); b.left < 0 || b.parts.left < 0 {
		return 0, tooBig()
	}
	return n, err
}

// target resolves a relation's target against the folder of the workbook.
func target(to string) string {
	if abs, ok := strings.CutPrefix(to, "/"); ok {
		return abs
	}
	return path.Join("xl", to)
}

// Pack writes an XLSX file again with its parts in order and one date: the
// library writes them in the order of a map.
func Pack(w io.Writer, data []byte) error {
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	// The types of the parts come first, as readers expect.
	slices.SortFunc(in.File, func(a, b *zip.File) int {
		first := func(f *zip.File) string {
			if f.Name == "[Content_Types].xml" {
				return ""
			}
			return f.Name
		}
		return strings.Compare(first(a), first(b))
	})
	out := zip.NewWriter(w)
	for _, f := range in.File {
		raw, err := f.OpenRaw()
		if err != nil {
			return err
		}
		entry, err := out.CreateRaw(&zip.FileHeader{Name: f.Name, Method: f.Method, CRC32: f.CRC32,
			CompressedSize64: f.CompressedSize64, UncompressedSize64: f.UncompressedSize64, ModifiedDate: firstDay})
		if err != nil {
			return err
		}
		if _, err := io.Copy(entry, raw); err != nil {
			return err
		}
	}
	return out.Close()
}

// firstDay is 1980-01-01, the earliest date that a zip can state.
const firstDay = 1<<5 | 1
