package contacts_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"taizhang/tools/internal/contacts"
)

func key(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestOnlyRecipientsOpenWhatIsSealed(t *testing.T) {
	a, b, stranger := key(t), key(t), key(t)
	list := []contacts.Contact{{Name: "示例联系人", Dept: "信息科", Post: "科长: #1", Mobile: "13800000000"}, {Name: `"引号" '单引号'`, Mobile: "19900000000"}}
	sealed, err := contacts.Seal(list, []string{a.Recipient().String(), b.Recipient().String()})
	if err != nil || !contacts.IsSealed(sealed) || bytes.Contains(sealed, []byte("1380")) {
		t.Fatalf("%v\n%s", err, sealed)
	}
	for _, id := range []*age.X25519Identity{a, b} {
		if got, err := contacts.Open(sealed, id); err != nil || !reflect.DeepEqual(got, list) {
			t.Errorf("%v %v", got, err)
		}
	}
	if _, err := contacts.Open(sealed, stranger); err == nil || !strings.Contains(err.Error(), "私钥打不开") {
		t.Errorf("a stranger: %v", err)
	}
	for _, cut := range []int{0, 10, len(sealed) / 2, len(sealed) - 3} {
		if _, err := contacts.Open(sealed[:cut], a); err == nil {
			t.Errorf("cut at %d is opened", cut)
		}
	}
	if _, err := contacts.Open(make([]byte, contacts.MaxSealed+1), a); err == nil {
		t.Error("a huge file is opened")
	}
}

func TestSealRefusesWithoutRepeating(t *testing.T) {
	to := []string{key(t).Recipient().String()}
	long := strings.Repeat("字", 101)
	many := make([]contacts.Contact, contacts.MaxContacts+1)
	for i := range many {
		many[i] = contacts.Contact{Name: "a", Mobile: "13800000000"}
	}
	for name, c := range map[string]struct {
		list []contacts.Contact
		to   []string
	}{
		"nobody":           {nil, to},
		"no name":          {[]contacts.Contact{{Mobile: "13800000000"}}, to},
		"short number":     {[]contacts.Contact{{Name: "秘密人", Mobile: "1380000000"}}, to},
		"landline":         {[]contacts.Contact{{Name: "秘密人", Mobile: "05170000000"}}, to},
		"long field":       {[]contacts.Contact{{Name: long, Mobile: "13800000000"}}, to},
		"two lines":        {[]contacts.Contact{{Name: "秘密人\n二", Mobile: "13800000000"}}, to},
		"control":          {[]contacts.Contact{{Name: "秘密人\x07", Mobile: "13800000000"}}, to},
		"too many":         {many, to},
		"no recipients":    {many[:1], nil},
		"bad recipient":    {many[:1], []string{"age1秘密人"}},
		"wrong checksum":   {many[:1], []string{to[0][:len(to[0])-1] + "x" + "q"}},
		"secret as public": {many[:1], []string{"AGE-SECRET-KEY-1"}},
	} {
		_, err := contacts.Seal(c.list, c.to)
		if err == nil || strings.Contains(err.Error(), "秘密人") || strings.Contains(err.Error(), "138000") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParse(t *testing.T) {
	want := []contacts.Contact{{Name: "甲", Dept: "办公室", Mobile: "13800000000"}}
	for _, text := range []string{
		"contacts:\n  - {name: 甲, dept: 办公室, mobile: 13800000000}\n",
		"- name: 甲\n  dept: 办公室\n  post:\n  mobile: '13800000000'\n",
		`{"contacts":[{"name":"甲","dept":"办公室","mobile":"13800000000"}]}`,
	} {
		if got, err := contacts.Parse([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"", "甲", "a: 秘密人", "- 秘密人", "- {name: 秘密人, wechat: x, mobile: 13800000000}", "- {name: [秘密人], mobile: 13800000000}",
		"- {name: 秘密人, name: 秘密人}", "- &a {name: 秘密人}", "- {name: 秘密人", "\xff", "contacts: 秘密人", "contacts:\n  - {name: 秘密人, mobile: 1380000}\n"} {
		if _, err := contacts.Parse([]byte(text)); err == nil || strings.Contains(err.Error(), "秘密人") || strings.Contains(err.Error(), "138") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseNeverRepeats(f *testing.F) {
	f.Add([]byte("- {name: 甲, mobile: 13800000000}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := contacts.Parse(append([]byte("- {name: SECRET, mobile: 1}\n"), data...)); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Fatal(list, err)
		}
	})
}

// The reader of SSH keys that age itself comes with opens what is sealed here.
func TestAnSSHKeyOpensWhatIsSealedToIt(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	line, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	to := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(line)))
	other := key(t)
	list := []contacts.Contact{{Name: "示例联系人", Mobile: "13800000000"}}
	sealed, err := contacts.Seal(list, []string{to, other.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	mine, err := agessh.NewEd25519Identity(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []age.Identity{mine, other} {
		if got, err := contacts.Open(sealed, id); err != nil || !reflect.DeepEqual(got, list) {
			t.Errorf("%v %v", got, err)
		}
	}
	_, strange, _ := ed25519.GenerateKey(nil)
	if id, _ := agessh.NewEd25519Identity(strange); id != nil {
		if _, err := contacts.Open(sealed, id); err == nil || !strings.Contains(err.Error(), "私钥打不开") {
			t.Errorf("a stranger: %v", err)
		}
	}
	for name, bad := range map[string]string{
		"comment":    to + " someone@example.org",
		"cut":        to[:len(to)-4],
		"rsa":        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7",
		"hardware":   "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==",
		"no point":   "ssh-ed25519 " + base64.StdEncoding.EncodeToString(append([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"), bytes.Repeat([]byte{2}, 32)...)),
		"other type": strings.Replace(to, "ssh-ed25519", "ssh-ed25518", 1),
	} {
		if _, err := contacts.Seal(list, []string{bad}); err == nil {
			t.Errorf("%s is sealed to", name)
		}
	}
}

func TestOnlyAFileBehindAPassphraseAsksForOne(t *testing.T) {
	lock, err := age.NewScryptRecipient("示例口令")
	if err != nil {
		t.Fatal(err)
	}
	lock.SetWorkFactor(10)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, lock)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := contacts.Seal([]contacts.Contact{{Name: "甲", Mobile: "13800000000"}}, []string{key(t).Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	if !contacts.WantsPassphrase(file.Bytes()) || contacts.WantsPassphrase(sealed) || contacts.WantsPassphrase([]byte("age-encryption.org/v1\nx")) || contacts.WantsPassphrase(nil) {
		t.Error("taken for the other")
	}
}
