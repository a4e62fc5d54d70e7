// Package contacts seals the contact persons of projects, so that no clear text
// of them ever enters the repository: a small YAML list, encrypted with age to
// the keys of those who may read it. It runs in the browser as in the terminal.
//
// It must not know projects, files on disk or who holds a key. Its errors never
// repeat what a list says.
package contacts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"
	"go.yaml.in/yaml/v4"

	"taizhang/tools/internal/finding"
	"taizhang/tools/internal/record"
)

// Contact is one contact person, as annexes 1 and 2 ask for them: 项目联络人,
// 部门/职务, 手机.
type Contact struct {
	Name   string `json:"name" yaml:"name"`
	Dept   string `json:"dept,omitempty" yaml:"dept,omitempty"`
	Post   string `json:"post,omitempty" yaml:"post,omitempty"`
	Mobile string `json:"mobile" yaml:"mobile"`
}

// Limits on a list: it is for a project, not an address book.
const (
	MaxContacts = 20
	maxField    = 100     // characters
	MaxSealed   = 1 << 16 // bytes of a sealed file
)

// Error says what is wrong, in the two languages.
type Error struct{ Text finding.Text }

func (e *Error) Error() string { return e.Text.Zh + " · " + e.Text.En }

func refuse(zh, en string) error { return &Error{finding.Text{Zh: zh, En: en}} }

// Parse reads a list in clear text: YAML with the list under "contacts" or at
// the top.
func Parse(data []byte) ([]Contact, error) {
	// The findings of the reader quote what they find: only their place is told.
	root, fs := record.ParseYAML("", data)
	if root == nil {
		line := 1
		if len(fs) > 0 {
			line = fs[0].Line
		}
		return nil, refuse(fmt.Sprintf("联系人清单第 %d 行不是规定的 YAML", line), fmt.Sprintf("line %d of the list of contacts is not YAML as asked for", line))
	}
	if root.Kind == record.Map {
		if list := root.Get("contacts"); list != nil && len(root.Keys) == 1 {
			root = list
		}
	}
	if root.Kind != record.List {
		return nil, refuse("联系人清单要写成 contacts: 下面一人一项", "write the contacts as a list under contacts:")
	}
	var out []Contact
	for _, n := range root.Items {
		var c Contact
		fields := map[string]*string{"name": &c.Name, "dept": &c.Dept, "post": &c.Post, "mobile": &c.Mobile}
		if n.Kind != record.Map {
			return nil, refuse(fmt.Sprintf("第 %d 行：一位联系人写 name、dept、post、mobile 四项", n.Line), fmt.Sprintf("line %d: a contact has name, dept, post and mobile", n.Line))
		}
		for i := range n.Keys {
			k := &n.Keys[i]
			to := fields[k.Name]
			if to == nil || k.Value.Kind != record.String && k.Value.Kind != record.Number && k.Value.Kind != record.Null {
				return nil, refuse(fmt.Sprintf("第 %d 行：联系人只有 name、dept、post、mobile 四项文字", k.Line), fmt.Sprintf("line %d: a contact has name, dept, post and mobile, all text", k.Line))
			}
			*to = k.Value.Text
		}
		out = append(out, c)
	}
	return out, check(out)
}

// check says what is missing or malformed in a list, and for whom, by place.
func check(list []Contact) error {
	if len(list) == 0 {
		return refuse("没有联系人", "there is no contact")
	}
	if len(list) > MaxContacts {
		return refuse(fmt.Sprintf("联系人超过 %d 位", MaxContacts), fmt.Sprintf("more than %d contacts", MaxContacts))
	}
	for i, c := range list {
		bad := func(zh, en string) error {
			return refuse(fmt.Sprintf("第 %d 位联系人：%s", i+1, zh), fmt.Sprintf("contact %d: %s", i+1, en))
		}
		for _, s := range []string{c.Name, c.Dept, c.Post, c.Mobile} {
			if _, refused := record.Refused(s); refused || strings.ContainsAny(s, "\n\t") || !utf8.ValidString(s) {
				return bad("每一项只写一行看得见的文字", "each field is one line of visible text")
			}
			if utf8.RuneCountInString(s) > maxField {
				return bad(fmt.Sprintf("每一项最多 %d 字", maxField), fmt.Sprintf("a field has at most %d characters", maxField))
			}
		}
		if strings.TrimSpace(c.Name) == "" {
			return bad("没有姓名", "no name")
		}
		if !IsMobile(c.Mobile) {
			return bad("手机要写 11 位数字", "the mobile number needs 11 digits")
		}
	}
	return nil
}

// IsMobile reports whether s is a mobile number as forms ask for it: eleven
// digits, 1 and 3 to 9 first.
func IsMobile(s string) bool {
	return len(s) == 11 && s[0] == '1' && s[1] >= '3' && s[1] <= '9' && strings.Trim(s, "0123456789") == ""
}

// Recipient reads a public key: "age1…", or "ssh-ed25519 AAAA…" without the
// comment behind it.
func Recipient(key string) (age.Recipient, error) {
	if r := sshPublicKey(key); r != nil {
		return r, nil
	}
	r, err := age.ParseX25519Recipient(key)
	if err != nil {
		return nil, refuse("不是公钥（age1 开头，共 62 个字符；或者 ssh-ed25519 开头的两段）", "not a public key (age1 and 58 characters more, or the two parts of an ssh-ed25519 key)")
	}
	return r, nil
}

// Seal encrypts a list to the given public keys and returns armored text.
func Seal(list []Contact, keys []string) ([]byte, error) {
	if err := check(list); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, refuse("没有登记密封公钥（data/recipients.yaml），不知道密封给谁", "no recipients are registered (data/recipients.yaml): there is nobody to seal to")
	}
	var to []age.Recipient
	for _, k := range keys {
		r, err := Recipient(k)
		if err != nil {
			return nil, err
		}
		to = append(to, r)
	}
	text, err := yaml.Marshal(map[string][]Contact{"contacts": list})
	if err != nil {
		return nil, refuse("写不成清单", "the list cannot be written")
	}
	var out bytes.Buffer
	arm := armor.NewWriter(&out)
	w, err := age.Encrypt(arm, to...)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = errors.Join(w.Close(), arm.Close())
	}
	if err != nil {
		return nil, refuse("加密失败："+err.Error(), "sealing failed: "+err.Error())
	}
	return out.Bytes(), nil
}

// Open decrypts a sealed file, armored or not.
func Open(data []byte, identities ...age.Identity) ([]Contact, error) {
	if len(data) > MaxSealed {
		return nil, refuse("文件太大，不是密封的联系人", "the file is too large to be sealed contacts")
	}
	plain, err := Decrypt(data, identities...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, refuse("这把私钥打不开：密封时没有它的公钥", "this key does not open it: it was not sealed to it")
	case err != nil:
		return nil, refuse("打不开：不是完整的 age 文件", "cannot be opened: not a whole age file")
	}
	return Parse(plain)
}

// Decrypt opens any small age file, armored or not.
func Decrypt(data []byte, identities ...age.Identity) ([]byte, error) {
	var in io.Reader = bytes.NewReader(data)
	if bytes.HasPrefix(data, []byte(armor.Header)) {
		in = armor.NewReader(in)
	}
	r, err := age.Decrypt(in, identities...)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, MaxSealed))
}

// WantsPassphrase reports whether an age file is sealed to a passphrase rather
// than to keys.
func WantsPassphrase(data []byte) bool {
	var p probe
	_, _ = Decrypt(data, &p)
	return p.scrypt
}

// probe is an identity that only looks at what a file is sealed to.
type probe struct{ scrypt bool }

func (p *probe) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		p.scrypt = p.scrypt || s.Type == "scrypt"
	}
	return nil, age.ErrIncorrectIdentity
}

// IsSealed reports whether data begins as an age file does.
func IsSealed(data []byte) bool {
	return bytes.HasPrefix(data, []byte("age-encryption.org/v1\n")) || bytes.HasPrefix(data, []byte(armor.Header))
}
