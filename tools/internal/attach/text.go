package attach

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// utf8Of returns text as UTF-8: it may come as UTF-16 with a byte order mark,
// as UTF-8, or in the Chinese code of old programs.
func utf8Of(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\xff\xfe")):
		return []byte(utf16Text(data[2:], data[0] == 0xff))
	case utf8.Valid(data):
		return bytes.TrimPrefix(data, []byte("\ufeff"))
	}
	return []byte(gbText(data))
}

func utf16Text(data []byte, little bool) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i])<<8 | uint16(data[2*i+1])
		if little {
			units[i] = units[i]<<8 | units[i]>>8
		}
	}
	return string(utf16.Decode(units))
}

func gbText(data []byte) string {
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return string(bytes.ToValidUTF8(data, []byte("\ufffd")))
	}
	return string(out)
}
