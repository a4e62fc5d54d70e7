package registry

import (
	"taizhang/tools/internal/contacts"
	"taizhang/tools/internal/finding"
)

// RecipientsFile holds the public keys that contact persons are sealed to.
const RecipientsFile = "data/recipients.yaml"

// readRecipients reads the keys that contacts are sealed to. One that is wrong
// would leave what is sealed to it closed for ever. A registry from before there
// were recipients has no schema of them.
func (t *Tables) readRecipients(r *Registry) {
	if !r.Has(RecipientsFile) || r.Schemas.Form("recipients") == nil {
		if r.Config.Sealed() {
			t.faults.add(report("P-010", ConfigFile, finding.Text{Zh: "contacts 是 sealed，却没有登记密封公钥（data/recipients.yaml）", En: "contacts is sealed, but no recipients are registered (data/recipients.yaml)"},
				finding.Text{Zh: "用 taizhang contacts keygen 生成一对钥匙，把公钥写进 data/recipients.yaml", En: "make a pair of keys with taizhang contacts keygen and enter the public one in data/recipients.yaml"}))
		}
		return
	}
	root := r.data(RecipientsFile, "recipients", &t.faults)
	t.RecipientsRoot = root
	list := root.Get("recipients")
	if list == nil {
		return
	}
	seen := map[string]bool{}
	for _, n := range list.Items {
		key := n.Get("key")
		if key == nil {
			continue
		}
		if _, err := contacts.Recipient(key.Text); err != nil {
			t.faults.add(finding.Finding{Rule: "P-010", Place: key.Place(RecipientsFile),
				Message: finding.Text{Zh: "这把公钥的校验不对：抄错了字符，密封给它的谁也打不开", En: "the checksum of this public key is wrong: a character is mistyped, and nobody could open what is sealed to it"},
				Help:    finding.Text{Zh: "从持有人那里重新复制整个公钥（age1 开头的 62 个字符，或者 ssh-ed25519 开头的两段）", En: "copy the whole public key from its holder again (62 characters from age1 on, or the two parts of an ssh-ed25519 key)"}})
			continue
		}
		if seen[key.Text] {
			t.faults.add(finding.Finding{Rule: "F-007", Place: key.Place(RecipientsFile),
				Message: finding.Text{Zh: "这把公钥登记了两次", En: "this public key is registered twice"},
				Help:    finding.Text{Zh: "只留一段", En: "keep one of the entries"}})
			continue
		}
		seen[key.Text] = true
		t.Recipients = append(t.Recipients, key.Text)
	}
}
