package site

import (
	"io"
	"sync"

	"taizhang/tools/internal/needle"
)

// forbidden finds values that must not come out, in all the forms in which HTML,
// XML, JSON and URLs write them.
type forbidden struct {
	*needle.Set
	buffers sync.Pool // of *[]byte, for inStream
}

// newForbidden takes the values and adds their forms. Empty values are left out:
// they occur in every file.
func newForbidden(values [][]byte) *forbidden {
	var all [][]byte
	seen := make(map[string]bool)
	for _, v := range values {
		for _, form := range writtenForms(string(v)) {
			if form != "" && !seen[form] {
				seen[form] = true
				all = append(all, []byte(form))
			}
		}
	}
	return &forbidden{Set: needle.New(all)}
}

// inStream reports whether one of the values occurs in what r gives.
func (f *forbidden) inStream(r io.Reader) (found bool, err error) {
	pooled, _ := f.buffers.Get().(*[]byte)
	if pooled == nil {
		pooled = new([]byte)
	}
	defer f.buffers.Put(pooled)
	*pooled, err = f.Stream(r, *pooled, func(int) bool { found = true; return false })
	return found, err
}
