package attach

import (
	"archive/zip"
	"bytes"
	"html"
	"path"
	"strings"

	"taizhang/tools/internal/finding"
)

// pack reads a ZIP package: DOCX, XLSX, OFD and their like.
func (in *inspector) pack(where finding.Text, data []byte) {
	if bytes.Count(data, []byte("PK\x01\x02")) > maxParts {
		in.fail("压缩包里的文件太多", "the package has too many files")
		return
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		in.fail("压缩包已损坏", "the package is damaged")
		return
	}
	for _, f := range z.File {
		if in.bytes <= 0 {
			return
		}
		ext := strings.ToLower(path.Ext(f.Name))
		kind := ext == ".xml" || ext == ".rels" || ext == ".vml" || ext == ".txt"
		embedded := strings.Contains(f.Name, "embeddings/") || strings.Contains(strings.ToLower(f.Name), "attach")
		if f.FileInfo().IsDir() || !kind && !embedded && !pictures[ext] {
			continue
		}
		if f.Flags&1 != 0 {
			in.fail("压缩包有密码", "the package is encrypted")
			return
		}
		r, err := f.Open()
		if err != nil {
			in.fail("压缩包已损坏", "the package is damaged")
			continue
		}
		content, err := in.readAll(r)
		r.Close()
		if err != nil {
			in.fail("压缩包已损坏", "the package is damaged")
		}
		at := inside(where, part(f.Name))
		switch {
		case kind:
			in.say(at, xmlText(f.Name, utf8Of(content)))
		case !in.file(at, content) && embedded:
			in.fail("嵌入的对象无法读取", "an embedded object cannot be read")
		}
	}
}

var pictures = map[string]bool{".jpg": true, ".jpeg": true, ".png": true}

// part words where in a package a file is.
func part(name string) finding.Text {
	switch {
	case strings.HasPrefix(name, "docProps/"), name == "OFD.xml":
		return finding.Text{Zh: "文件属性", En: "the file's properties"}
	case strings.Contains(name, "comment"), strings.Contains(name, "Annot"):
		return finding.Text{Zh: "批注", En: "the comments"}
	case pictures[strings.ToLower(path.Ext(name))]:
		return finding.Text{Zh: "图片的属性", En: "the properties of a picture"}
	case strings.Contains(name, "embeddings/"), strings.Contains(strings.ToLower(name), "attach"):
		return finding.Text{Zh: "嵌入的文件", En: "an embedded file"}
	}
	return finding.Text{Zh: "正文", En: "the text"}
}

// together are the elements that may stand inside a word: the runs of
// WordprocessingML and of rich cells. A number that is typed in two colours is
// still one number.
var together = map[string]bool{"r": true, "t": true, "rPr": true, "ins": true, "del": true, "delText": true, "b": true, "i": true,
	"u": true, "sz": true, "szCs": true, "rFonts": true, "color": true, "lang": true, "proofErr": true, "bookmarkStart": true,
	"bookmarkEnd": true, "hyperlink": true, "smartTag": true, "noProof": true, "kern": true, "highlight": true, "shd": true,
	"lastRenderedPageBreak": true, "bCs": true, "iCs": true, "rStyle": true, "spacing": true, "w": true, "vertAlign": true,
	"strike": true, "rFont": true, "family": true, "charset": true, "scheme": true, "latin": true, "ea": true, "cs": true,
	"solidFill": true, "srgbClr": true, "schemeClr": true, "phoneticPr": true, "commentRangeStart": true, "commentRangeEnd": true}

// xmlText returns the texts of an XML file, a line for each paragraph or cell,
// and the targets of its links. It need not be well-formed.
func xmlText(name string, data []byte) string {
	var b strings.Builder
	office := strings.HasPrefix(name, "word/") || strings.HasPrefix(name, "xl/") || strings.HasPrefix(name, "ppt/")
	for len(data) > 0 {
		open := bytes.IndexByte(data, '<')
		if open < 0 {
			open = len(data)
		}
		b.WriteString(html.UnescapeString(string(data[:open])))
		if data = data[open:]; len(data) == 0 {
			break
		}
		if raw, ok := bytes.CutPrefix(data, []byte("<![CDATA[")); ok {
			text, rest, _ := bytes.Cut(raw, []byte("]]>"))
			b.Write(text)
			data = rest
			continue
		}
		tag, rest, _ := bytes.Cut(data[1:], []byte(">"))
		data = rest
		local := string(bytes.TrimPrefix(tag, []byte("/")))
		local, attributes, _ := strings.Cut(strings.TrimSuffix(local, "/"), " ")
		if i := strings.IndexByte(local, ':'); i >= 0 {
			local = local[i+1:]
		}
		if !office || !together[local] {
			b.WriteByte('\n')
		}
		if local == "Relationship" || local == "hyperlink" || local == "CustomData" {
			b.WriteString(html.UnescapeString(attributes) + "\n")
		}
	}
	return b.String()
}
