package opendata

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// metered notes size and checksum of what goes into a sink.
type metered struct {
	to  Sink
	out *Written
}

func (m *metered) Create(name string) (io.WriteCloser, error) {
	f, err := m.to.Create(name)
	if err != nil {
		return nil, err
	}
	return &meter{WriteCloser: f, m: m, name: name, sum: sha256.New()}, nil
}

type meter struct {
	io.WriteCloser
	m    *metered
	name string
	size int64
	sum  hash.Hash
}

func (f *meter) Write(p []byte) (int, error) {
	n, err := f.WriteCloser.Write(p)
	f.sum.Write(p[:n])
	f.size += int64(n)
	return n, err
}

func (f *meter) Close() error {
	f.m.out.Files[f.name] = File{f.name, f.size, hex.EncodeToString(f.sum.Sum(nil))}
	return f.WriteCloser.Close()
}
