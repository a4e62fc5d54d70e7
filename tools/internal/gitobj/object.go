package gitobj

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	// maxCommit and maxTree bound the metadata that is read, in bytes. A tree
	// of that size has more entries than a registry may have in all.
	maxCommit = 4 << 20
	maxTree   = 96 << 20
)

// object reads the object that h names and checks that its content hashes to
// h. Objects larger than limit bytes are refused before their content is read.
func (r *Repo) object(want plumbing.ObjectType, h plumbing.Hash, limit int64) (plumbing.ObjectType, []byte, error) {
	typ, data, err := r.load(want, h, limit)
	if err != nil {
		return typ, nil, err
	}
	if hashObject(typ, data) != h {
		return typ, nil, &CorruptObjectError{h.String(), "its content has another hash"}
	}
	return typ, data, nil
}

func (r *Repo) load(want plumbing.ObjectType, h plumbing.Hash, limit int64) (plumbing.ObjectType, []byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	obj, err := r.find(h)
	if err != nil {
		return plumbing.InvalidObject, nil, err
	}
	typ := obj.Type()
	if want != plumbing.AnyObject && typ != want {
		return typ, nil, &CorruptObjectError{h.String(), fmt.Sprintf("it is a %s where a %s is expected", typ, want)}
	}
	if obj.Size() > limit {
		return typ, nil, &TooLargeError{h.String(), obj.Size(), limit}
	}
	rd, err := obj.Reader()
	if err != nil {
		return typ, nil, fmt.Errorf("read object %s: %w", h, err)
	}
	defer rd.Close()
	data := make([]byte, obj.Size())
	if _, err := io.ReadFull(rd, data); err != nil {
		return typ, nil, &CorruptObjectError{h.String(), err.Error()}
	}
	return typ, data, nil
}

// find locates an object in the stores. When it is in none of them the packs
// are listed once more, since another process may have repacked. The caller
// holds mu.
func (r *Repo) find(h plumbing.Hash) (plumbing.EncodedObject, error) {
	for attempt := range 2 {
		for i, s := range r.stores {
			// Asked for a missing object, go-git would search the alternates of
			// the store again, slowly.
			if len(r.stores) > 1 && i < len(r.stores)-1 && s.HasEncodedObject(h) != nil {
				continue
			}
			obj, err := s.EncodedObject(plumbing.AnyObject, h)
			if err == nil {
				return obj, nil
			}
			if !errors.Is(err, plumbing.ErrObjectNotFound) {
				return nil, &CorruptObjectError{h.String(), err.Error()}
			}
		}
		if attempt == 0 {
			for _, s := range r.stores {
				s.Reindex()
			}
		}
	}
	return nil, &MissingObjectError{h.String()}
}

// blob reads file content.
func (r *Repo) blob(hash string, limit int64) ([]byte, error) {
	h, ok := parseHash(hash)
	if !ok {
		return nil, fmt.Errorf("read blob: %q is not a full hash", hash)
	}
	_, data, err := r.object(plumbing.BlobObject, h, limit)
	return data, err
}

func hashObject(typ plumbing.ObjectType, data []byte) plumbing.Hash {
	s := sha1.New()
	s.Write(typ.Bytes())
	s.Write([]byte{' '})
	s.Write(strconv.AppendInt(nil, int64(len(data)), 10))
	s.Write([]byte{0})
	s.Write(data)
	return plumbing.Hash(s.Sum(nil))
}

// parseHash reads 40 hexadecimal digits.
func parseHash(s string) (plumbing.Hash, bool) {
	var h plumbing.Hash
	if len(s) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}
