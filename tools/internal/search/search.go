// Package search writes a full-text index that a page reads from a plain file
// server: which projects hold a text is found by fetching a few small files,
// whatever the size of the registry.
//
// Texts are compared folded (see [Fold]). Chinese has no spaces between words,
// so every sequence of one to four characters of a field (a gram) is
// listed with the projects that hold it. A query of up to four characters is
// answered exactly; of a longer one, all its grams must occur, and the texts of
// the results shown are searched again. Where digits make grams say little,
// longer ones are listed, too (see long).
//
// The files, below one folder:
//
//	index.json        what there is: facets, their values, and the version
//	VERSION/g/N.bin   lists of grams, filed by the first bits of their hash
//	VERSION/f/N.bin   facet values of BlockSize projects
//	VERSION/a/N.bin   amounts of BlockSize projects, for sorting
//	VERSION/v/K-N.bin names of further values of facet K (JSON)
//	VERSION/d/N.bin   all texts of a project, and what a result shows of it (JSON)
//	VERSION/l/en.bin  English names of the parts of labels (JSON)
//
// Projects are numbered in the order in which they are to be listed. All files
// but index.json carry the version, a hash over all contents, in their address:
// files of two versions cannot be mixed up and may be kept for ever. They are
// packed with gzip, which most hosts would not do by themselves for such names.
//
// What is not JSON holds numbers only, in groups of seven bits (see pack): no
// text can be read in it, not even by chance, and where two grams stood together
// cannot be told.
//
// The package knows neither registry nor pages: what is in the index is what
// Add was given. assets/js/search-engine.js reads the format,
// with search-text.js for what is told of texts.
package search

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

const (
	// format is part of the version: another one makes other files.
	format = "4"
	// BlockSize is the number of projects in one file of facet values.
	BlockSize = 2048
	// inRoot is how many values of a facet are named in index.json, and in each
	// further file of names.
	inRoot = 256
)

// LabelSep stands between the parts of a label.
const LabelSep = " · "

// Level says how much a field tells of a project, for the order of results.
type Level uint8

// The levels: running text; names and numbers; the title.
const (
	Text Level = iota
	Name
	Title
	levels = 3
)

// Field is one public text of a project.
type Field struct {
	Level  Level
	Anchor string // where on the project's page it stands, "" for the top
	Label  string // what it is called there; parts are joined by LabelSep
	Text   string
}

// Doc is a project: Card is what a result shows of it, Fields are its texts.
type Doc struct {
	Card   any
	Fields []Field
}

// json writes a document as the script reads it.
func (d Doc) json() ([]byte, error) {
	out := struct {
		Card   any         `json:"card"`
		Fields [][3]string `json:"fields"`
	}{d.Card, make([][3]string, len(d.Fields))}
	for i, f := range d.Fields {
		out.Fields[i] = [3]string{f.Anchor, f.Label, f.Text}
	}
	return json.Marshal(out)
}

// Entry is a project in the lists.
type Entry struct {
	ID     string
	Values [][]string // of each facet, in the order of the facets
	Amount int64      // in 分
}

// Facet is a property that results are counted and filtered by.
type Facet struct {
	Key string `json:"key"`
	Zh  string `json:"zh"`
	En  string `json:"en"`
	// Sorted says that values are shown in the order given, not by count.
	Sorted bool `json:"sorted,omitempty"`
	// Values lists what the facet can be, in the order to show; further values
	// follow, most frequent first.
	Values []Value `json:"values"`
}

// Value is one value of a facet; Zh is its name where it is a code.
type Value struct {
	ID, Zh, En string
}

// MarshalJSON writes a value as the script reads it.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.En != "":
		return json.Marshal([3]string{v.ID, v.Zh, v.En})
	case v.Zh != "" && v.Zh != v.ID:
		return json.Marshal([2]string{v.ID, v.Zh})
	}
	return json.Marshal([1]string{v.ID})
}

// Spool holds what is added until the index is written.
type Spool interface {
	io.WriterAt
	io.ReaderAt
}

// Builder gathers documents. Add may be called from several goroutines.
type Builder struct {
	mu    sync.Mutex
	spool Spool
	end   int64
	docs  map[string]stored

	packing packing
	version string // that was written last, "" for none
}

// stored is where a document lies in the spool.
type stored struct {
	texts, card span // card is packed, as it will be written each time
	runes       int
	sum         [sha256.Size]byte
}

type span struct {
	at   int64
	size int
}

// New makes a builder that keeps documents in spool, which must be empty.
func New(spool Spool) *Builder { return &Builder{spool: spool, docs: map[string]stored{}} }

// Add takes the document of the project id; a later one replaces it.
func (b *Builder) Add(id string, d Doc) error {
	card, err := d.json()
	if err != nil {
		return fmt.Errorf("search: %s: %w", id, err)
	}
	texts, runes := foldedTexts(d.Fields)
	s := stored{runes: runes, sum: sha256.Sum256(card)}
	if s.texts, err = b.keep(texts); err == nil {
		if card, err = b.packing.pack(card); err == nil {
			s.card, err = b.keep(card)
		}
	}
	if err != nil {
		return fmt.Errorf("search: keep %s: %w", id, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.docs[id] = s
	return nil
}

// keep appends to the spool.
func (b *Builder) keep(data []byte) (span, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := span{b.end, len(data)}
	if _, err := b.spool.WriteAt(data, b.end); err != nil {
		return span{}, err
	}
	b.end += int64(len(data))
	return at, nil
}

func (b *Builder) read(s span) ([]byte, error) {
	data := make([]byte, s.size)
	if _, err := b.spool.ReadAt(data, s.at); err != nil {
		return nil, fmt.Errorf("search: read back: %w", err)
	}
	return data, nil
}

// foldedTexts writes the folded fields one after the other, each as its level,
// its text and a zero byte, which no folded text holds. It also counts their
// characters.
func foldedTexts(fields []Field) ([]byte, int) {
	var out []byte
	runes := 0
	for _, f := range fields {
		folded := Fold(f.Text)
		runes += len(folded)
		if len(folded) > 0 {
			out = append(append(append(out, byte(f.Level)), string(folded)...), 0)
		}
	}
	return out, runes
}
