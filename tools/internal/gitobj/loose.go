package gitobj

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/utils/sync"
)

// readLoose reads an object that has a file of its own. Of what the file inflates
// to no more is taken than its header says.
func readLoose(path string, want *wanted) (plumbing.ObjectType, []byte, error) {
	f, err := openPlain(path)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	zlib, err := sync.GetZlibReader(bufio.NewReader(f))
	if err != nil {
		return 0, nil, err
	}
	defer sync.PutZlibReader(zlib)
	in := bufio.NewReaderSize(zlib.Reader, 512)
	head, err := in.Peek(32)
	kind, rest, _ := bytes.Cut(head, []byte{' '})
	digits, _, ended := bytes.Cut(rest, []byte{0})
	size, noSize := strconv.ParseUint(string(digits), 10, 40)
	typ, noType := plumbing.ParseObjectType(string(kind))
	switch {
	case err != nil && err != io.EOF:
		return 0, nil, err
	case !ended || noSize != nil || noType != nil || typ.IsDelta():
		return 0, nil, errors.New("its header is malformed")
	}
	if err := want.accept(typ, int64(size)); err != nil {
		return 0, nil, err
	}
	if _, err := in.Discard(len(kind) + len(digits) + 2); err != nil {
		return 0, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(in, int64(size)+1))
	if err == nil && len(data) != int(size) {
		err = errors.New("it is not as long as it says")
	}
	return typ, data, err
}
