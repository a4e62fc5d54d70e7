package attach

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"taizhang/tools/internal/finding"
)

var (
	jpegMagic = []byte("\xff\xd8\xff")
	pngMagic  = []byte("\x89PNG\r\n\x1a\n")
)

func isImage(data []byte) bool {
	return bytes.HasPrefix(data, jpegMagic) || bytes.HasPrefix(data, pngMagic)
}

// image reads what a picture says beside its pixels: EXIF, IPTC, XMP, comments
// and text chunks. A picture without any, or with broken ones, says nothing.
func (in *inspector) image(where finding.Text, data []byte) {
	if where == (finding.Text{}) {
		where = finding.Text{Zh: "图片的属性", En: "the properties of a picture"}
	}
	format := imagemeta.JPEG
	if bytes.HasPrefix(data, pngMagic) {
		format = imagemeta.PNG
		in.pngText(where, data[len(pngMagic):])
	} else {
		in.jpegComments(where, data)
	}
	var b strings.Builder
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.IPTC, Timeout: 5 * time.Second,
		LimitNumTags: 2000, LimitTagSize: 64 << 10,
		HandleTag: func(t imagemeta.TagInfo) error {
			if b.Len() < 1<<20 {
				b.WriteString(tagText(t.Value))
			}
			return nil
		},
	})
	in.say(where, b.String())
	// XMP is XML in the open; it is looked for as such.
	for rest := data; ; {
		_, after, ok := bytes.Cut(rest, []byte("<x:xmpmeta"))
		if !ok {
			return
		}
		packet, tail, _ := bytes.Cut(after, []byte("</x:xmpmeta>"))
		in.say(where, attributesText(packet))
		rest = tail
	}
}

// tagText returns the value of a tag as a line, "" for what is no text.
func tagText(v any) string {
	switch v := v.(type) {
	case string:
		return v + "\n"
	case []string:
		return strings.Join(v, "\n") + "\n"
	case []byte:
		return string(utf8Of(v)) + "\n"
	}
	return ""
}

// attributesText returns an XMP packet with its tags opened up: XMP writes
// values as attributes too.
func attributesText(packet []byte) string {
	return strings.NewReplacer("<", "\n", ">", "\n", "=\"", "\n", "\" ", "\n").Replace(string(packet))
}

// pngText reads the chunks tEXt, zTXt and iTXt.
func (in *inspector) pngText(where finding.Text, data []byte) {
	for len(data) >= 12 {
		size := binary.BigEndian.Uint32(data)
		kind := string(data[4:8])
		if uint64(size)+12 > uint64(len(data)) {
			return
		}
		body := data[8 : 8+size]
		data = data[12+size:]
		key, rest, _ := bytes.Cut(body, []byte{0})
		switch {
		case kind == "tEXt":
			in.say(where, string(key)+"\n"+string(utf8Of(rest)))
		case kind == "zTXt" && len(rest) > 1:
			in.say(where, string(in.inflated(rest[1:])))
		case kind == "iTXt" && len(rest) > 2:
			_, text, _ := bytes.Cut(rest[2:], []byte{0}) // language, then keyword, then text
			_, text, _ = bytes.Cut(text, []byte{0})
			if rest[0] == 1 {
				text = in.inflated(text)
			}
			in.say(where, string(text))
		}
	}
}

func (in *inspector) inflated(data []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	out, _ := in.readAll(io.LimitReader(r, 1<<20))
	return out
}

// jpegComments reads the COM segments.
func (in *inspector) jpegComments(where finding.Text, data []byte) {
	for at := 2; at+4 <= len(data) && data[at] == 0xff && data[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) {
			return
		}
		if data[at+1] == 0xfe {
			in.say(where, string(utf8Of(data[at+4:at+2+size])))
		}
		at += 2 + size
	}
}
