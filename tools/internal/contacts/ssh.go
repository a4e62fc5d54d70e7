package contacts

import (
	"bytes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"filippo.io/age"
	"filippo.io/edwards25519"
	"golang.org/x/crypto/chacha20poly1305"
)

// sshKeyType is the one kind of SSH key that contacts are sealed to.
const sshKeyType = "ssh-ed25519"

// sshRecipient seals to an Ed25519 SSH key as age's recipient type ssh-ed25519
// does. Its own reader is filippo.io/age/agessh, which would bring all of SSH
// into the program of the form page.
type sshRecipient struct {
	wire []byte          // the key as SSH writes it
	to   *ecdh.PublicKey // the same point for key agreement
}

// sshPublicKey reads "ssh-ed25519 AAAA…", nil where it is none.
func sshPublicKey(key string) *sshRecipient {
	encoded, ok := strings.CutPrefix(key, sshKeyType+" ")
	wire, err := base64.StdEncoding.Strict().DecodeString(encoded)
	prefix := append(append([]byte{0, 0, 0, byte(len(sshKeyType))}, sshKeyType...), 0, 0, 0, 32)
	if !ok || err != nil || len(wire) != len(prefix)+32 || !bytes.HasPrefix(wire, prefix) {
		return nil
	}
	point, err := new(edwards25519.Point).SetBytes(wire[len(prefix):])
	if err != nil {
		return nil
	}
	to, err := ecdh.X25519().NewPublicKey(point.BytesMontgomery())
	if err != nil {
		return nil
	}
	return &sshRecipient{wire, to}
}

// Wrap implements age.Recipient.
func (r *sshRecipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	const label = "age-encryption.org/v1/ssh-ed25519"
	ours, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	shared, err := ours.ECDH(r.to)
	if err != nil {
		return nil, err
	}
	tweak, err := hkdf.Key(sha256.New, nil, r.wire, label, 32)
	if err != nil {
		return nil, err
	}
	tweaked, err := ecdh.X25519().NewPrivateKey(tweak)
	if err != nil {
		return nil, err
	}
	point, err := ecdh.X25519().NewPublicKey(shared)
	if err != nil {
		return nil, err
	}
	if shared, err = tweaked.ECDH(point); err != nil {
		return nil, err
	}
	mine := ours.PublicKey().Bytes()
	key, err := hkdf.Key(sha256.New, shared, append(bytes.Clone(mine), r.to.Bytes()...), label, chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	var aead cipher.AEAD
	if aead, err = chacha20poly1305.New(key); err != nil {
		return nil, err
	}
	print := sha256.Sum256(r.wire)
	b64 := base64.RawStdEncoding.EncodeToString
	return []*age.Stanza{{Type: sshKeyType, Args: []string{b64(print[:4]), b64(mine)},
		Body: aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), fileKey, nil)}}, nil
}
