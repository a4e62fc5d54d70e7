package cli_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"taizhang/tools/internal/browser"
	"taizhang/tools/internal/cli"
)

// TestContactsAreNeverInADraft types contact persons where they are sealed, and
// opens what the page has sealed.
func TestContactsAreNeverInADraft(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealed := fillProxy(t, fillBase(t), func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/fill/forms.json":
			data, err := os.ReadFile(filepath.Join(builtSite(t), "fill/forms.json"))
			if err != nil {
				t.Error(err)
			}
			w.Write(bytes.Replace(data, []byte(`"contacts":"outside"`), []byte(`"contacts":"sealed"`), 1))
		case strings.HasPrefix(r.URL.Path, "/fill/definitions."):
			w.Write(withRecipient(t, filepath.Join(builtSite(t), filepath.FromSlash(r.URL.Path)), key))
		default:
			return false
		}
		return true
	})
	p := fillPage(t, browser.Open(t), sealed, 390)
	begin(t, p)
	p.Eval(`location.hash = location.hash.replace(/0$/, "contacts")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/people/0/mobile']")`)
	p.Type(at("/people/0/name", "input"), "示例乙某")
	p.Type(at("/people/0/mobile", "input"), "13900000000")
	p.Eval(`location.hash = location.hash.replace(/contacts$/, "0")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/title']")`)
	p.Type(at("/title", "input"), "有联络人的项目")
	until(t, p, `document.getElementById("fill-saved").innerText.includes("已保存")`)
	var kept string
	p.Eval(`new Promise((done) => { const r = indexedDB.open("taizhang-fill"); r.onsuccess = () => { r.result.transaction("drafts").objectStore("drafts").getAll().onsuccess = (e) => done(JSON.stringify(e.target.result) + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})); }; })`, &kept)
	if !strings.Contains(kept, "有联络人的项目") || strings.Contains(kept, "13900000000") || strings.Contains(kept, "示例乙某") {
		t.Errorf("the browser keeps %s", kept)
	}
	p.Eval(`location.hash = location.hash.replace(/0$/, "contacts")`, nil)
	until(t, p, `document.querySelector("[data-ptr='/people/0/mobile']")`)
	var mobile string
	if p.Eval(`document.querySelector("[data-ptr='/people/0/mobile'] input").value`, &mobile); mobile != "13900000000" {
		t.Errorf("coming back, the mobile number is %q", mobile)
	}
	p.Type(at("/people/0/dept", "input"), "办公室")
	p.Type(at("/people/0/post", "input"), "科员")
	p.Click(".fill-actions .main-button")
	until(t, p, `document.querySelector("#fill .aside-good")`)
	p.Eval(`globalThis.packed = ""; globalThis.Submit = {ready: Promise.resolve(), available: async () => ({how: "manual"}), zip: async (list) => { packed = JSON.stringify(list); return new Blob(); }}`, nil)
	p.Eval(`location.hash = location.hash.replace(/contacts$/, "send")`, nil)
	until(t, p, `[...document.querySelectorAll(".file-list .sub")].some((s) => s.textContent.includes("contacts.age"))`)
	p.Click(".file-list + .fill-actions button")
	until(t, p, `packed`)
	var packed string
	if p.Eval(`packed`, &packed); !strings.Contains(packed, "contacts.age") || strings.Contains(packed, "13900000000") || strings.Contains(packed, "示例乙某") {
		t.Errorf("what is taken away is %s", packed)
	}
	var text string
	p.Eval(`[...document.querySelectorAll(".file-list > li")].find((li) => li.querySelector(".sub").textContent.includes("contacts.age")).querySelector("pre").textContent`, &text)
	open, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), key)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	clear, err := io.ReadAll(open)
	if err != nil || !bytes.Contains(clear, []byte("13900000000")) || !bytes.Contains(clear, []byte("示例乙某")) {
		t.Errorf("sealed is %s, %v", clear, err)
	}

	// The command opens it as well, in the registry that the files went into.
	root := t.TempDir()
	for _, dir := range []string{"schemas", "data"} {
		if err := os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join(repoRoot, dir))); err != nil {
			t.Fatal(err)
		}
	}
	settings, err := os.ReadFile(filepath.Join(repoRoot, "data/registry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var sent []struct{ Path, Text string }
	if err := json.Unmarshal([]byte(packed), &sent); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"key": key.String() + "\n", "data/recipients.yaml": recipients(key),
		"data/registry.yaml": strings.Replace(string(settings), "contacts: outside", "contacts: sealed", 1)}
	project := ""
	for _, f := range sent {
		files[f.Path] = f.Text
		project = strings.ReplaceAll(strings.TrimPrefix(filepath.Dir(f.Path), "content/projects/"), "/", "-")
	}
	for name, text := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	streams := &cli.IO{In: strings.NewReader(""), Out: &out, Err: &errs, Env: func(string) string { return "" }, Dir: root}
	if code := cli.Main([]string{"contacts", "open", project, "-i", "key", "--pipe"}, streams); code != 0 || !strings.Contains(out.String(), "13900000000") {
		t.Errorf("taizhang contacts open %s ends with %d:\n%s%s", project, code, out.String(), errs.String())
	}
}

// recipients is the register of keys with one of them.
func recipients(key *age.X25519Identity) string {
	return "recipients:\n  - {unit: dsjj, key: " + key.Recipient().String() + "}\n"
}

// withRecipient is the bundle of definitions of a registry that seals contacts.
func withRecipient(t *testing.T, bundle string, key *age.X25519Identity) []byte {
	t.Helper()
	data, err := os.ReadFile(bundle)
	if err != nil {
		t.Error(err)
		return nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Error(err)
		return nil
	}
	var defs struct {
		Version int               `json:"version"`
		Files   map[string]string `json:"files"`
	}
	if err := json.NewDecoder(z).Decode(&defs); err != nil {
		t.Error(err)
	}
	defs.Files["data/registry.yaml"] = strings.Replace(defs.Files["data/registry.yaml"], "contacts: outside", "contacts: sealed", 1)
	defs.Files["data/recipients.yaml"] = recipients(key)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if err := json.NewEncoder(w).Encode(defs); err != nil {
		t.Error(err)
	}
	w.Close()
	return out.Bytes()
}
