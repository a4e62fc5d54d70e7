package synth

import (
	"fmt"
	"slices"
)

// Memory is a registry held in memory; it implements registry.Files.
type Memory struct {
	data  map[string][]byte
	paths []string
}

// NewMemory generates a registry into memory.
func NewMemory(seed uint64, projects int) (*Memory, error) {
	m := &Memory{data: map[string][]byte{}}
	if err := Generate(seed, projects, m.Add); err != nil {
		return nil, err
	}
	return m, nil
}

// Add puts a file into the registry. It must not be called while the registry
// is read.
func (m *Memory) Add(path string, data []byte) error {
	if _, old := m.data[path]; old {
		return fmt.Errorf("%s is there already", path)
	}
	m.data[path] = data
	i, _ := slices.BinarySearch(m.paths, path)
	m.paths = slices.Insert(m.paths, i, path)
	return nil
}

// Paths returns the paths of all files, sorted.
func (m *Memory) Paths() []string { return m.paths }

// Irregular returns nothing: there are only plain files.
func (m *Memory) Irregular() []string { return nil }

// Read returns a file's bytes, at most limit+1 of them.
func (m *Memory) Read(path string, limit int64) ([]byte, error) {
	data, ok := m.data[path]
	if !ok {
		return nil, fmt.Errorf("%s: no such file", path)
	}
	return data[:min(int64(len(data)), limit+1)], nil
}
