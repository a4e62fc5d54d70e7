package gitobj

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// objectFolder is one folder of objects, loose and packed: the repository's own,
// one that it borrows from, or that of a push under judgement. It is for one at a time.
type objectFolder struct {
	dir    string
	bases  *bases
	listed bool
	packs  []*pack
}

// list opens the packs of the folder that are new since it was listed: another
// process may have repacked. A pack that is gone can still be read, as it is open.
func (o *objectFolder) list() error {
	entries, err := os.ReadDir(filepath.Join(o.dir, "pack"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	known := map[string]bool{}
	for _, p := range o.packs {
		known[p.name] = true
	}
	for _, e := range entries {
		base, ok := strings.CutSuffix(e.Name(), ".idx")
		name := filepath.Join(o.dir, "pack", base)
		if !ok || known[name] {
			continue
		}
		p, err := openPack(name, o.bases)
		if errors.Is(err, fs.ErrNotExist) {
			continue // half written, or on its way out
		}
		if err != nil {
			return err
		}
		o.packs = append(o.packs, p)
	}
	o.listed = true
	return nil
}

// read looks for an object among the packs, then among the loose ones.
func (o *objectFolder) read(want *wanted) (typ plumbing.ObjectType, data []byte, found bool, err error) {
	if !o.listed {
		if err := o.list(); err != nil {
			return 0, nil, false, err
		}
	}
	for _, p := range o.packs {
		at, err := p.index.FindOffset(want.hash)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			continue
		}
		if err == nil {
			typ, data, err = p.read(at, want)
		}
		return typ, data, true, err
	}
	name := want.hash.String()
	typ, data, err = readLoose(filepath.Join(o.dir, name[:2], name[2:]), want)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil, false, nil
	}
	return typ, data, true, err
}

// startingWith adds the objects whose name begins with hexadecimal digits, at
// least two of them, to found.
func (o *objectFolder) startingWith(digits string, found map[plumbing.Hash]bool) error {
	add := func(h plumbing.Hash, ok bool) {
		if ok && strings.HasPrefix(h.String(), digits) {
			found[h] = true
		}
	}
	entries, err := os.ReadDir(filepath.Join(o.dir, digits[:2]))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		add(parseHash(digits[:2] + e.Name()))
	}
	if err := o.list(); err != nil {
		return err
	}
	for _, p := range o.packs {
		all, err := p.index.Entries()
		if err != nil {
			return err
		}
		for e, err := all.Next(); err == nil; e, err = all.Next() {
			add(e.Hash, true)
		}
	}
	return nil
}

func (o *objectFolder) close() error {
	var errs []error
	for _, p := range o.packs {
		errs = append(errs, p.file.Close())
	}
	o.packs, o.listed = nil, false
	return errors.Join(errs...)
}
