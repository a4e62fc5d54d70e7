// Package judge answers what the web form asks while somebody fills it in: the
// very judge of the command, with JSON coming in and going out. Its definitions
// come as a bundle that the site carries.
//
// It must not know the browser, the network, files or the clock: whoever calls
// it has fetched the bundle and says which day it is.
package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"taizhang/tools/internal/check"
	"taizhang/tools/internal/compose"
	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/finding"
)

// Judge holds the definitions between questions. It serves one question at a
// time.
type Judge struct {
	bundle tree
	defs   *check.Judge
}

// Answer takes an operation with its parameters and returns {"result": …} or
// {"error": {"zh": …, "en": …, "key": …}}, both JSON; the key is that of the
// field that cannot be written. Parameters may name one of blobs,
// which are bytes that are no text, as {"blob": 0}.
func (j *Judge) Answer(op string, params []byte, blobs ...[]byte) []byte {
	ops := map[string]func(question) (any, error){
		"load": j.load, "check": j.check, "steps": j.steps,
		"read": j.read, "write": j.write, "amount": j.amount, "seal": j.seal, "hash": j.hash,
	}
	answer := ops[op]
	if answer == nil {
		return refuse(fault("没有操作 %q", "there is no operation %q", op))
	}
	if j.defs == nil && op != "load" {
		return refuse(fault("登记簿的定义还没有载入", "the definitions are not loaded yet"))
	}
	result, err := answer(question{params, blobs})
	if err != nil {
		return refuse(err)
	}
	out, err := json.Marshal(map[string]any{"result": result})
	if err != nil {
		return refuse(err)
	}
	return out
}

// Fault is an error in the two languages of the registry.
type Fault struct{ finding.Text }

func (f *Fault) Error() string { return f.En }

func fault(zh, en string, args ...any) *Fault {
	return &Fault{finding.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}}
}

func refuse(err error) []byte {
	text, key := finding.Text{Zh: fmt.Sprintf("无法完成：%v", err), En: fmt.Sprintf("this could not be done: %v", err)}, ""
	if f := (*Fault)(nil); errors.As(err, &f) {
		text = f.Text
	} else if f := (*compose.Error)(nil); errors.As(err, &f) {
		text, key = f.Text, f.Key
	} else if f := (*contacts.Error)(nil); errors.As(err, &f) {
		text = f.Text
	}
	out, _ := json.Marshal(map[string]any{"error": struct {
		finding.Text
		Key string `json:"key,omitempty"` // of the form, or compose.Body
	}{text, key}}) // strings
	return out
}

// question is what an operation is asked with.
type question struct {
	params []byte
	blobs  [][]byte
}

// into decodes the parameters.
func (q question) into(params any) error {
	if err := json.Unmarshal(q.params, params); err != nil {
		return fault("参数不对：%v", "the parameters are not as they should be: %v", err)
	}
	return nil
}

// content is a text, or bytes that travel beside the parameters.
type content struct {
	text string
	blob *int
}

// UnmarshalJSON reads "text" or {"blob": 0}.
func (c *content) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &c.text)
	}
	return json.Unmarshal(data, &struct{ Blob **int }{&c.blob})
}

// of returns what c stands for.
func (q question) of(c content) (string, error) {
	switch {
	case c.blob == nil:
		return c.text, nil
	case *c.blob < 0 || *c.blob >= len(q.blobs):
		return "", fault("没有第 %d 份内容", "there is no blob %d", *c.blob)
	}
	return string(q.blobs[*c.blob]), nil
}

// files returns the contents by path; nil stays nil.
func (q question) files(given map[string]content) (map[string]string, error) {
	if given == nil {
		return nil, nil
	}
	out := make(map[string]string, len(given))
	for path, c := range given {
		text, err := q.of(c)
		if err != nil {
			return nil, err
		}
		out[path] = text
	}
	return out, nil
}

// hash gives the SHA-256 of bytes, for pages that have no SubtleCrypto.
func (j *Judge) hash(q question) (any, error) {
	var p struct{ Bytes content }
	if err := q.into(&p); err != nil {
		return nil, err
	}
	data, err := q.of(p.Bytes)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(data))
	return map[string]string{"sha256": hex.EncodeToString(sum[:])}, nil
}
