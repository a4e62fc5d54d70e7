package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// output is one F[=FILE] of --format; without a file it is standard output.
type output struct{ format, file string }

// outputs reads the values of --format, each of which names one of the formats
// of a command.
func (a *app) outputs(specs, formats []string) ([]output, error) {
	var outs []output
	screen := false
	for _, s := range specs {
		format, file, named := strings.Cut(s, "=")
		if err := a.knownFormat(format, formats); err != nil {
			return nil, err
		}
		if named && file == "" {
			return nil, fmt.Errorf(a.say("%q 的等号后面没有文件名", "%q names no file after ="), s)
		}
		if file == "" || file == "-" {
			if screen {
				return nil, errors.New(a.say("只能有一种输出写到屏幕，其余用 F=文件", "only one format can go to standard output; give the others a file: F=FILE"))
			}
			screen, file = true, ""
		}
		outs = append(outs, output{format, file})
	}
	return outs, nil
}

// knownFormat refuses an output format that a command does not have.
func (a *app) knownFormat(format string, formats []string) error {
	if slices.Contains(formats, format) {
		return nil
	}
	return misused(fmt.Errorf(a.say("没有输出格式 %q，可用的有：%s", "there is no format %q, but: %s"), format, strings.Join(formats, ", ")), a.nearest(format, formats))
}

// emit writes every output; write makes one of them.
func (a *app) emit(outs []output, write func(io.Writer, output) error) error {
	for _, out := range outs {
		var buf bytes.Buffer
		if err := write(&buf, out); err != nil {
			return cannot(err, "")
		}
		if err := a.deliver(out.file, buf.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// deliver writes data to the file that a user named; to standard output when
// that is "" or "-".
func (a *app) deliver(file string, data []byte, mode os.FileMode) error {
	if file == "" || file == "-" {
		return a.print(data, nil)
	}
	if err := writeFileMode(a.abs(file), data, mode); err != nil {
		return cannot(err, a.say("检查文件夹是否存在、可写", "check that the folder exists and can be written"))
	}
	return nil
}

// print writes to standard output what was made without an error.
func (a *app) print(data []byte, err error) error {
	if err == nil {
		_, err = a.io.Out.Write(data)
	}
	if err != nil {
		return cannot(err, "")
	}
	return nil
}
