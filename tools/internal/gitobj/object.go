package gitobj

import (
	"crypto"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/hash"
	"github.com/pjbgf/sha1cd"
)

const (
	// maxCommit and maxTree bound the metadata that is read, in bytes. A tree
	// of that size has more entries than a registry may have in all.
	maxCommit = 4 << 20
	maxTree   = 96 << 20
)

// object reads the object that h names and checks that its content hashes to
// h. Objects larger than limit bytes are refused before their content is read.
// What it returns must not be changed.
func (r *Repo) object(want plumbing.ObjectType, h plumbing.Hash, limit int64) (plumbing.ObjectType, []byte, error) {
	typ, data, err := r.load(&wanted{hash: h, typ: want, limit: limit})
	if err != nil {
		return typ, nil, err
	}
	sum, forged := sumOf(header(typ, len(data)), data)
	if sum != h {
		return typ, nil, &CorruptObjectError{h.String(), "its content has another hash"}
	}
	if forged {
		return typ, nil, &CorruptObjectError{h.String(), "its content was made to share its hash with another"}
	}
	return typ, data, nil
}

// load looks for an object in all folders. When it is in none of them their packs
// are listed once more. What it returns is shared: it must not be changed.
func (r *Repo) load(want *wanted) (plumbing.ObjectType, []byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, again := range []bool{false, true} {
		for _, o := range r.objects {
			if again {
				o.listed = false
			}
			typ, data, found, err := o.read(want)
			large, corrupt := (*TooLargeError)(nil), (*CorruptObjectError)(nil)
			if err != nil && !errors.As(err, &large) && !errors.As(err, &corrupt) {
				err = &CorruptObjectError{want.hash.String(), err.Error()}
			}
			if found || err != nil {
				return typ, data, err
			}
		}
	}
	return plumbing.InvalidObject, nil, &MissingObjectError{want.hash.String()}
}

// blob reads file content, which is shared: it must not be changed.
func (r *Repo) blob(hash string, limit int64) ([]byte, error) {
	h, ok := parseHash(hash)
	if !ok {
		return nil, fmt.Errorf("read blob: %q is not a full hash", hash)
	}
	_, data, err := r.object(plumbing.BlobObject, h, limit)
	return data, err
}

// hashObject names content that is trusted to be what it is.
func hashObject(typ plumbing.ObjectType, data []byte) plumbing.Hash {
	s := sha1.New()
	s.Write(header(typ, len(data)))
	s.Write(data)
	return plumbing.Hash(s.Sum(nil))
}

// sumOf is the SHA-1 of its parts. forged says that they bear the marks of
// content that was made to have the SHA-1 of another, as Git looks for them.
func sumOf(parts ...[]byte) (sum plumbing.Hash, forged bool) {
	s := sha1cd.New().(sha1cd.CollisionResistantHash)
	for _, p := range parts {
		s.Write(p)
	}
	b, forged := s.CollisionResistantSum(nil)
	copy(sum[:], b)
	return sum, forged
}

func header(typ plumbing.ObjectType, size int) []byte {
	b := append(typ.Bytes(), ' ')
	return append(strconv.AppendInt(b, int64(size), 10), 0)
}

// plainHash makes go-git take the sums of whole indexes and packs by the SHA-1 of
// the standard library, which is several times faster. Collisions are sought where
// a sum is trusted, in the objects themselves: see sumOf.
var plainHash = sync.OnceFunc(func() {
	if err := hash.RegisterHash(crypto.SHA1, sha1.New); err != nil {
		panic(err) // it knows SHA-1
	}
})

// parseHash reads 40 hexadecimal digits.
func parseHash(s string) (plumbing.Hash, bool) {
	var h plumbing.Hash
	if len(s) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}
